//! What the intruder reached, day by day, and the times of which no record tells.

use super::Picture;
use super::canvas::{Anchor, Canvas, Drawn, Sheet, legend_height};
use super::ink::{FADED, GRID, MARGIN, PALETTE, Sign, WIDTH};
use super::measure::cut;
use super::plot::Plot;
use super::scale::{Bin, number};
use super::voice;
use super::words::{by, counted, name};
use crate::case::exposure::{Class, Exposed, OPENED};
use crate::language::Voice;
use crate::output::view::View;
use plotters::style::RGBColor;
use std::collections::{BTreeMap, BTreeSet};
use std::io;

const FILE: &str = "charts/exposure.svg";
const HIGH: i32 = 210;
const ACROSS: (i32, i32) = (MARGIN + 44, WIDTH - MARGIN);
/// Mailboxes whose dark times get a row, and the height of one.
const ROWS: usize = 6;
const ROW: i32 = 48;

/// The parts of a bar, the lowest first, and what they are called.
const COLORS: [RGBColor; 5] = [PALETTE[0], PALETTE[5], PALETTE[6], PALETTE[3], PALETTE[2]];
const NAMES: [&str; COLORS.len()] = [
    "chart.exposure.opened",
    "chart.exposure.touched",
    "chart.exposure.folders",
    "chart.exposure.searches",
    "chart.exposure.files",
];
const MESSAGES: usize = 0;
const TOUCHED: usize = 1;
const FOLDERS: usize = 2;
const SEARCHES: usize = 3;
const FILES: usize = 4;

type Counts = [u64; COLORS.len()];

/// The dark times of one mailbox.
#[derive(Default)]
struct Dark {
    spans: Vec<(i64, i64)>,
    why: BTreeSet<String>,
}

/// Draws the chart.
pub(super) fn draw(view: &View<'_>) -> io::Result<Picture> {
    let t = voice(view);
    let title = |bin: Bin| t.fill("chart.exposure.title", &[("unit", &bin.name(t))]);
    let reached: Vec<(i64, usize)> = reached(view);
    let dark = dark(view);
    let darks = dark.iter().flat_map(|(_, dark)| dark.spans.iter().copied());
    let all = reached.iter().map(|(time, _)| (*time, *time)).chain(darks);
    let (first, last) = all.fold((i64::MAX, i64::MIN), |all, span| (all.0.min(span.0), all.1.max(span.1)));
    if first > last {
        let none = t.text("chart.exposure.none");
        let sheet = Sheet::new(FILE, &title(Bin::Day), "", none);
        let middle = sheet.top() + 60;
        return sheet.draw(middle + 60, |canvas| canvas.nothing(middle, none));
    }
    let bin = Bin::choose(first, last);
    let mut bars: BTreeMap<i64, Counts> = BTreeMap::new();
    let mut totals = Counts::default();
    for (time, part) in reached {
        bars.entry(bin.of(time)).or_default()[part] += 1;
        totals[part] += 1;
    }
    let alt = alt(t, &totals, &t.span(first, last), dark.len() as u64);
    let sheet = Sheet::new(FILE, &title(bin), t.text("chart.exposure.note"), &alt);
    let items = legend(t, &totals, !dark.is_empty());
    let keys = sheet.top();
    let top = keys + legend_height(&items) + 26;
    let most = bars.values().map(|bar| bar.iter().sum()).max().unwrap_or(0);
    let plot = Plot { t, bin, bars: (bin.of(first), bin.of(last)), across: ACROSS, down: (top, top + HIGH), most };
    let rows = plot.down.1 + 50;
    let height = if dark.is_empty() {
        0
    } else {
        22 + ROW * dark.len().min(ROWS) as i32 + if dark.len() > ROWS { 18 } else { 0 }
    };
    sheet.draw(rows + height, |canvas| {
        canvas.legend(keys, &items)?;
        plot.values(canvas, t.text("chart.exposure.axis"))?;
        for (&bar, counts) in &bars {
            let parts: Vec<(u64, RGBColor)> = counts.iter().copied().zip(COLORS).collect();
            plot.stack(canvas, bar, &parts)?;
        }
        if bars.is_empty() {
            canvas.nothing(top + HIGH / 2, t.text("chart.exposure.none_named"))?;
        }
        plot.ground(canvas)?;
        plot.times(canvas, plot.down.1, &by(t, bin.name(t)))?;
        unknown(canvas, &plot, &dark, rows)
    })
}

/// When each thing was reached first, and which part of a bar it is.
fn reached(view: &View<'_>) -> Vec<(i64, usize)> {
    let exposure = &view.case.exposure;
    let part = |mail: &Exposed| match mail.class {
        Class::Message if mail.how.contains(OPENED) => Some(MESSAGES),
        Class::Message => Some(TOUCHED),
        Class::Folder => Some(FOLDERS),
        Class::Search => Some(SEARCHES),
        Class::Unknown => None,
    };
    let mail = exposure.mail.iter().filter_map(|mail| Some((mail.trail.first(), part(mail)?)));
    mail.chain(exposure.files.iter().map(|file| (file.trail.first(), FILES))).collect()
}

/// The times of which nothing is known, by mailbox, those of most first.
fn dark<'a>(view: &View<'a>) -> Vec<(&'a str, Dark)> {
    let mut boxes: BTreeMap<&str, Dark> = BTreeMap::new();
    for mail in view.case.exposure.mail.iter().filter(|mail| mail.class == Class::Unknown) {
        let dark = boxes.entry(&mail.mailbox).or_default();
        dark.spans.push((mail.trail.first(), mail.trail.last()));
        dark.why.extend(mail.how.iter().cloned());
    }
    let mut boxes: Vec<(&str, Dark)> = boxes.into_iter().collect();
    boxes.sort_by_key(|(_, dark)| std::cmp::Reverse(dark.spans.iter().map(|span| span.1 - span.0).sum::<i64>()));
    boxes
}

/// The parts of a bar that count something: colour, and name with number.
fn parts(t: Voice, totals: &Counts) -> Vec<(RGBColor, String)> {
    let parts = COLORS.into_iter().zip(NAMES).zip(totals).filter(|(_, total)| **total > 0);
    parts.map(|((color, name), total)| (color, format!("{} ({})", t.text(name), number(*total)))).collect()
}

fn legend(t: Voice, totals: &Counts, dark: bool) -> Vec<(Sign, String)> {
    let parts = parts(t, totals).into_iter();
    let mut items: Vec<(Sign, String)> = parts.map(|(color, text)| (Sign::Box(color), text)).collect();
    if dark {
        items.push((Sign::Hatch, t.text("chart.exposure.dark").to_owned()));
    }
    items
}

fn alt(t: Voice, totals: &Counts, when: &str, dark: u64) -> String {
    let parts: Vec<String> = parts(t, totals).into_iter().map(|(_, text)| text).collect();
    let reached = if parts.is_empty() {
        t.text("chart.exposure.none").to_owned()
    } else {
        t.fill("chart.exposure.reached", &[("parts", &parts.join(", "))])
    };
    let told = format!("{reached}, {when}.");
    if dark == 0 { told } else { format!("{told} {}", counted(t, "chart.exposure.alt_dark", dark)) }
}

/// A row for each mailbox with its dark times on the axis of the bars.
fn unknown(canvas: &Canvas<'_>, plot: &Plot, dark: &[(&str, Dark)], top: i32) -> Drawn {
    if dark.is_empty() {
        return Ok(());
    }
    canvas.text((MARGIN, top), plot.t.text("chart.exposure.dark_title"), 11, FADED, Anchor::Start)?;
    for ((mailbox, dark), y) in dark.iter().take(ROWS).zip((top + 12..).step_by(ROW as usize)) {
        canvas.fit((MARGIN, y + 8), name(plot.t, mailbox), 11, WIDTH - 2 * MARGIN, Anchor::Start)?;
        let why: Vec<&str> = dark.why.iter().map(String::as_str).collect();
        let why = cut(&why.join("; "), 10, WIDTH - 2 * MARGIN);
        canvas.text((MARGIN, y + 22), &why, 10, FADED, Anchor::Start)?;
        canvas.line((plot.across.0, y + 36), (plot.across.1, y + 36), GRID)?;
        for (from, to) in joined(plot, &dark.spans) {
            canvas.hatch((from, y + 31), (to, y + 41))?;
        }
    }
    if dark.len() > ROWS {
        let y = top + 12 + ROW * ROWS as i32 + 8;
        let more = counted(plot.t, "chart.exposure.more_boxes", (dark.len() - ROWS) as u64);
        canvas.text((MARGIN, y), &more, 11, FADED, Anchor::Start)?;
    }
    Ok(())
}

/// Spans of time as spans of pixels, those that touch as one.
fn joined(plot: &Plot, spans: &[(i64, i64)]) -> Vec<(i32, i32)> {
    let mut pixels: Vec<(i32, i32)> = spans.iter().map(|span| (plot.moment(span.0), plot.moment(span.1))).collect();
    pixels.sort_unstable();
    let mut joined: Vec<(i32, i32)> = Vec::new();
    for (from, to) in pixels {
        // A moment is seen too.
        let from = from.min(plot.across.1 - 4);
        let to = to.max(from + 4);
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => joined.push((from, to)),
        }
    }
    joined
}
