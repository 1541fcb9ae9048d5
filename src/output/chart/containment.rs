//! What the intruder did before and after each step of the response, account by account.

use super::Picture;
use super::canvas::{Anchor, Canvas, Drawn, LINE, Sheet, legend_height};
use super::held::{Held, Step, got_in, held, tasks};
use super::ink::{FADED, GREY, GRID, INK, INTRUDER, MARGIN, RESPONSE, Sign, WIDTH};
use super::measure::lines;
use super::plot::Plot;
use super::scale::Bin;
use super::words::{by, containment as words, name, task};
use crate::civil::span;
use crate::output::view::View;
use plotters::style::RGBColor;
use std::collections::BTreeMap;
use std::io;

const FILE: &str = "charts/containment.svg";
/// Accounts that get a field of bars: as many as fit a page.
const FIELDS: usize = 6;
/// Height of the name, of the letters of steps, of the bars, and of the air below them.
const NAME: i32 = 20;
const LETTERS: i32 = 22;
const HIGH: i32 = 66;
const AIR: i32 = 14;
const ACROSS: (i32, i32) = (MARGIN + 40, WIDTH - MARGIN - 168);

/// One account.
struct Field<'a> {
    held: &'a Held<'a>,
    steps: &'a [Step],
    /// Acts that went through and that were refused, by bar.
    bars: BTreeMap<i64, (u64, u64)>,
    /// The same before the first step, between, and after the last.
    parts: [(u64, u64); 3],
}

/// Draws the chart.
pub(super) fn draw(view: &View<'_>) -> io::Result<Picture> {
    let (all, refused) = got_in(held(view));
    let shown = &all[..all.len().min(FIELDS)];
    if shown.is_empty() {
        let sheet = Sheet::new(FILE, words::TITLE, "", words::NONE);
        let middle = sheet.top() + 60;
        return sheet.draw(middle + 60, |canvas| canvas.nothing(middle, words::NONE));
    }
    let steps: Vec<Vec<Step>> = shown.iter().map(|held| held.steps(view)).collect();
    let acts = shown.iter().map(Held::span);
    let of_steps = steps.iter().flatten().map(|step| (step.time, step.time));
    let (first, last) =
        acts.chain(of_steps).fold((i64::MAX, i64::MIN), |all, span| (all.0.min(span.0), all.1.max(span.1)));
    let bin = Bin::choose_fine(first, last);
    let fields: Vec<Field<'_>> =
        shown.iter().zip(&steps).map(|(held, steps)| Field::new(view, held, steps, bin)).collect();
    let note = words::note(bin.name(), all.len() - shown.len(), refused);
    let sheet = Sheet::new(FILE, words::TITLE, &note, &alt(&fields, &span(first, last)));
    let items = legend(shown, &steps, &fields);
    let keys = sheet.top();
    let top = keys + legend_height(&items) + 6;
    let height = NAME + LETTERS + HIGH + AIR;
    let bottom = top + height * fields.len() as i32;
    sheet.draw(bottom + 30, |canvas| {
        canvas.legend(keys, &items)?;
        let mut plot =
            Plot { bin, bars: (bin.of(first), bin.of(last)), across: ACROSS, down: (0, bottom - AIR), most: 0 };
        for (field, upper) in fields.iter().zip((top..).step_by(height as usize)) {
            plot.down = (upper + NAME + LETTERS, upper + NAME + LETTERS + HIGH);
            plot.most = field.bars.values().map(|bar| bar.0 + bar.1).max().unwrap_or(0);
            field.draw(canvas, &plot, upper)?;
        }
        plot.times(canvas, bottom - AIR, &by(bin.name()))
    })
}

impl<'a> Field<'a> {
    fn new(view: &View<'_>, held: &'a Held<'a>, steps: &'a [Step], bin: Bin) -> Self {
        let (first, last) = (steps.first().map(|step| step.time), steps.last().map(|step| step.time));
        let mut field = Self { held, steps, bars: BTreeMap::new(), parts: [(0, 0); 3] };
        for position in held.sessions.iter().flat_map(|session| &session.positions) {
            let entry = &view.case.events.entries[*position as usize];
            let time = entry.time.micros;
            let behind = |step: Option<i64>| usize::from(step.is_some_and(|step| time > step));
            let part = behind(first) + behind(last);
            for counts in [field.bars.entry(bin.of(time)).or_default(), &mut field.parts[part]] {
                if entry.outcome.is_refused() {
                    counts.1 += 1;
                } else {
                    counts.0 += 1;
                }
            }
        }
        field
    }

    fn draw(&self, canvas: &Canvas<'_>, plot: &Plot, top: i32) -> Drawn {
        canvas.line((MARGIN, top), (WIDTH - MARGIN, top), GRID)?;
        canvas.fit((MARGIN, top + NAME / 2 + 2), &name(self.held.account), 12, WIDTH - 2 * MARGIN, Anchor::Start)?;
        plot.values(canvas, "")?;
        for (&bar, &(through, refused)) in &self.bars {
            plot.stack(canvas, bar, &[(through, INTRUDER), (refused, GREY)])?;
        }
        plot.ground(canvas)?;
        self.letters(canvas, plot)?;
        let side = plot.across.1 + 14;
        let mut y = plot.down.0 + 2;
        for (text, color) in self.told() {
            for line in lines(&text, 11, WIDTH - MARGIN - side) {
                canvas.text((side, y), &line, 11, color, Anchor::Start)?;
                y += LINE;
            }
        }
        Ok(())
    }

    /// A line through the bars at each step; steps that lie closer than a letter share a line to it.
    fn letters(&self, canvas: &Canvas<'_>, plot: &Plot) -> Drawn {
        let (left, right) = plot.across;
        let mut marks: Vec<(i32, char)> = Vec::new();
        for step in self.steps {
            let x = plot.moment(step.time);
            if !marks.iter().any(|mark| mark.1 == step.letter && x - mark.0 < 4) {
                marks.push((x, step.letter));
            }
        }
        marks.truncate(((right - left) / 14) as usize);
        let mut places: Vec<i32> = Vec::new();
        for (x, _) in &marks {
            places.push(places.last().map_or(*x, |last| (*x).max(last + 14)));
        }
        let mut limit = right;
        for place in places.iter_mut().rev() {
            *place = (*place).min(limit);
            limit = *place - 14;
        }
        let y = plot.down.0 - LETTERS;
        for ((at, letter), x) in marks.into_iter().zip(places) {
            canvas.line((at, plot.down.0 - 4), (at, plot.down.1), RESPONSE)?;
            canvas.line((x, y + 12), (at, plot.down.0 - 4), RESPONSE)?;
            canvas.sign((x, y + 6), Sign::Step(letter))?;
        }
        Ok(())
    }

    /// What stands beside the bars.
    fn told(&self) -> Vec<(String, RGBColor)> {
        if self.held.dossier.is_none() {
            return vec![(words::NOT_JUDGED.to_owned(), FADED)];
        }
        if self.steps.is_empty() {
            return vec![(words::no_step(self.parts[0].0), INK)];
        }
        let [before, between, after] = self.parts;
        let between = if self.steps[0].time == self.steps[self.steps.len() - 1].time { None } else { Some(between) };
        words::parts(before, between, after).into_iter().map(|text| (text, INK)).collect()
    }
}

fn legend(shown: &[Held<'_>], steps: &[Vec<Step>], fields: &[Field<'_>]) -> Vec<(Sign, String)> {
    let mut items = vec![(Sign::Box(INTRUDER), words::ACTS.to_owned())];
    if fields.iter().any(|field| field.bars.values().any(|bar| bar.1 > 0)) {
        items.push((Sign::Box(GREY), words::REFUSED.to_owned()));
    }
    items.extend(tasks(shown, steps).into_iter().map(|(letter, text)| (Sign::Step(letter), task(text))));
    items
}

fn alt(fields: &[Field<'_>], when: &str) -> String {
    let told = fields.iter().take(6).map(|field| {
        let told: Vec<String> = field.told().into_iter().map(|(text, _)| text).collect();
        words::field(&name(field.held.account), &told)
    });
    words::alt(when, &told.collect::<Vec<_>>())
}
