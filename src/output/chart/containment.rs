//! What the intruder did before and after each step of the response, account by account.

use super::Picture;
use super::canvas::{Anchor, Canvas, Drawn, LINE, Sheet, legend_height};
use super::held::{Held, Step, got_in, held, tasks};
use super::ink::{FADED, GREY, GRID, INK, INTRUDER, MARGIN, RESPONSE, Sign, WIDTH};
use super::measure::lines;
use super::plot::Plot;
use super::scale::{Bin, number};
use super::voice;
use super::words::{by, counted, left_out, name, task};
use crate::language::Voice;
use crate::output::view::View;
use plotters::style::RGBColor;
use std::collections::BTreeMap;
use std::fmt::Display;
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
    let ((all, refused), t) = (got_in(held(view)), voice(view));
    let title = t.text("chart.containment.title");
    let shown = &all[..all.len().min(FIELDS)];
    if shown.is_empty() {
        let none = t.text("chart.containment.none");
        let sheet = Sheet::new(FILE, title, "", none);
        let middle = sheet.top() + 60;
        return sheet.draw(middle + 60, |canvas| canvas.nothing(middle, none));
    }
    let steps: Vec<Vec<Step>> = shown.iter().map(|held| held.steps(view)).collect();
    let acts = shown.iter().map(Held::span);
    let of_steps = steps.iter().flatten().map(|step| (step.time, step.time));
    let (first, last) =
        acts.chain(of_steps).fold((i64::MAX, i64::MIN), |all, span| (all.0.min(span.0), all.1.max(span.1)));
    let bin = Bin::choose_fine(first, last);
    let fields: Vec<Field<'_>> =
        shown.iter().zip(&steps).map(|(held, steps)| Field::new(view, held, steps, bin)).collect();
    let left_out = left_out(t, all.len() - shown.len(), refused);
    let note = t.fill("chart.containment.note", &[("unit", &bin.name(t)), ("left_out", &left_out)]);
    let sheet = Sheet::new(FILE, title, &note, &alt(t, &fields, &t.span(first, last)));
    let items = legend(t, shown, &steps, &fields);
    let keys = sheet.top();
    let top = keys + legend_height(&items) + 6;
    let height = NAME + LETTERS + HIGH + AIR;
    let bottom = top + height * fields.len() as i32;
    sheet.draw(bottom + 30, |canvas| {
        canvas.legend(keys, &items)?;
        let mut plot =
            Plot { t, bin, bars: (bin.of(first), bin.of(last)), across: ACROSS, down: (0, bottom - AIR), most: 0 };
        for (field, upper) in fields.iter().zip((top..).step_by(height as usize)) {
            plot.down = (upper + NAME + LETTERS, upper + NAME + LETTERS + HIGH);
            plot.most = field.bars.values().map(|bar| bar.0 + bar.1).max().unwrap_or(0);
            field.draw(canvas, &plot, upper)?;
        }
        plot.times(canvas, bottom - AIR, &by(t, bin.name(t)))
    })
}

impl<'a> Field<'a> {
    fn new(view: &View<'_>, held: &'a Held<'a>, steps: &'a [Step], bin: Bin) -> Self {
        let (first, last) = (steps.first().map(|step| step.time), steps.last().map(|step| step.time));
        let mut field = Self { held, steps, bars: BTreeMap::new(), parts: [(0, 0); 3] };
        for position in held.sessions.iter().flat_map(|session| &session.positions) {
            let entry = &view.case.events.entries.at(*position);
            let time = entry.micros;
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
        canvas.fit(
            (MARGIN, top + NAME / 2 + 2),
            name(plot.t, self.held.account),
            12,
            WIDTH - 2 * MARGIN,
            Anchor::Start,
        )?;
        plot.values(canvas, "")?;
        for (&bar, &(through, refused)) in &self.bars {
            plot.stack(canvas, bar, &[(through, INTRUDER), (refused, GREY)])?;
        }
        plot.ground(canvas)?;
        self.letters(canvas, plot)?;
        let side = plot.across.1 + 14;
        let told = self.told(plot.t).into_iter();
        let told = told.flat_map(|(text, color)| {
            lines(&text, 11, WIDTH - MARGIN - side).into_iter().map(move |line| (line, color))
        });
        let told: Vec<(String, RGBColor)> = told.collect();
        // Many lines begin beside the letters and stand closer, as none may stand below the bars.
        let further = told.len().saturating_sub(1).max(1) as i32;
        let apart = LINE.min((HIGH + LETTERS - 8) / further).max(1);
        let first = (plot.down.0 + 2).min(plot.down.1 - apart * further);
        for ((line, color), y) in told.iter().zip((first..).step_by(apart as usize)) {
            canvas.text((side, y), line, 11, *color, Anchor::Start)?;
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
    fn told(&self, t: Voice) -> Vec<(String, RGBColor)> {
        if self.held.dossier.is_none() {
            return vec![(t.text("chart.containment.not_judged").to_owned(), FADED)];
        }
        let [before, between, after] = self.parts;
        let (Some(first), Some(last)) = (self.steps.first(), self.steps.last()) else {
            let acts = counted(t, "chart.n_acts", before.0);
            return vec![(t.fill("chart.containment.no_step", &[("acts", &acts)]), INK)];
        };
        let parts = if first.time == last.time {
            vec![("chart.containment.before", before), ("chart.containment.after", after)]
        } else {
            vec![
                ("chart.containment.before_first", before),
                ("chart.containment.between", between),
                ("chart.containment.after_last", after),
            ]
        };
        parts.into_iter().map(|(key, counts)| (t.fill(key, &[("acts", &acts(t, counts))]), INK)).collect()
    }
}

/// Acts that went through, and those that were refused where there are any.
fn acts(t: Voice, (through, refused): (u64, u64)) -> String {
    if refused == 0 {
        return counted(t, "chart.n_acts", through);
    }
    let values: [(&str, &dyn Display); 2] = [("number", &number(through)), ("refused", &number(refused))];
    t.count("chart.containment.both", through, &values)
}

fn legend(t: Voice, shown: &[Held<'_>], steps: &[Vec<Step>], fields: &[Field<'_>]) -> Vec<(Sign, String)> {
    let mut items = vec![(Sign::Box(INTRUDER), t.text("chart.containment.acts").to_owned())];
    if fields.iter().any(|field| field.bars.values().any(|bar| bar.1 > 0)) {
        items.push((Sign::Box(GREY), t.text("chart.containment.refused").to_owned()));
    }
    items.extend(tasks(shown, steps).into_iter().map(|(letter, text)| (Sign::Step(letter), task(t, text))));
    items
}

fn alt(t: Voice, fields: &[Field<'_>], when: &str) -> String {
    let told = fields.iter().take(6).map(|field| {
        let told: Vec<String> = field.told(t).into_iter().map(|(text, _)| text).collect();
        format!("{}: {}", name(t, field.held.account), told.join(" "))
    });
    t.fill("chart.containment.alt", &[("span", &when), ("told", &told.collect::<Vec<_>>().join(" "))])
}
