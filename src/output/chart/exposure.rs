//! What the intruder reached, day by day, and the times of which no record tells.

use super::Picture;
use super::canvas::{Anchor, Canvas, Drawn, Sheet, legend_height};
use super::ink::{FADED, GRID, MARGIN, PALETTE, Sign, WIDTH};
use super::measure::cut;
use super::plot::Plot;
use super::scale::Bin;
use super::words::{by, exposure as words, name};
use crate::case::exposure::{Class, Exposed, OPENED};
use crate::civil::span;
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

/// The parts of a bar, the lowest first.
const COLORS: [RGBColor; 5] = [PALETTE[0], PALETTE[5], PALETTE[6], PALETTE[3], PALETTE[2]];
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
    let reached: Vec<(i64, usize)> = reached(view);
    let dark = dark(view);
    let darks = dark.iter().flat_map(|(_, dark)| dark.spans.iter().copied());
    let all = reached.iter().map(|(time, _)| (*time, *time)).chain(darks);
    let (first, last) = all.fold((i64::MAX, i64::MIN), |all, span| (all.0.min(span.0), all.1.max(span.1)));
    if first > last {
        let sheet = Sheet::new(FILE, &words::title(Bin::Day.name()), "", words::NONE);
        let middle = sheet.top() + 60;
        return sheet.draw(middle + 60, |canvas| canvas.nothing(middle, words::NONE));
    }
    let bin = Bin::choose(first, last);
    let mut bars: BTreeMap<i64, Counts> = BTreeMap::new();
    let mut totals = Counts::default();
    for (time, part) in reached {
        bars.entry(bin.of(time)).or_default()[part] += 1;
        totals[part] += 1;
    }
    let alt = words::alt(&totals, &span(first, last), dark.len() as u64);
    let sheet = Sheet::new(FILE, &words::title(bin.name()), words::NOTE, &alt);
    let items = legend(&totals, !dark.is_empty());
    let keys = sheet.top();
    let top = keys + legend_height(&items) + 26;
    let most = bars.values().map(|bar| bar.iter().sum()).max().unwrap_or(0);
    let plot = Plot { bin, bars: (bin.of(first), bin.of(last)), across: ACROSS, down: (top, top + HIGH), most };
    let rows = plot.down.1 + 50;
    let height = if dark.is_empty() {
        0
    } else {
        22 + ROW * dark.len().min(ROWS) as i32 + if dark.len() > ROWS { 18 } else { 0 }
    };
    sheet.draw(rows + height, |canvas| {
        canvas.legend(keys, &items)?;
        plot.values(canvas, words::AXIS)?;
        for (&bar, counts) in &bars {
            let parts: Vec<(u64, RGBColor)> = counts.iter().copied().zip(COLORS).collect();
            plot.stack(canvas, bar, &parts)?;
        }
        if bars.is_empty() {
            canvas.nothing(top + HIGH / 2, words::NOTHING_NAMED)?;
        }
        plot.ground(canvas)?;
        plot.times(canvas, plot.down.1, &by(bin.name()))?;
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

fn legend(totals: &Counts, dark: bool) -> Vec<(Sign, String)> {
    let parts = COLORS.into_iter().zip(words::PARTS).zip(totals).filter(|(_, total)| **total > 0);
    let mut items: Vec<(Sign, String)> =
        parts.map(|((color, name), total)| (Sign::Box(color), words::part(name, *total))).collect();
    if dark {
        items.push((Sign::Hatch, words::DARK.to_owned()));
    }
    items
}

/// A row for each mailbox with its dark times on the axis of the bars.
fn unknown(canvas: &Canvas<'_>, plot: &Plot, dark: &[(&str, Dark)], top: i32) -> Drawn {
    if dark.is_empty() {
        return Ok(());
    }
    canvas.text((MARGIN, top), words::DARK_TITLE, 11, FADED, Anchor::Start)?;
    for ((mailbox, dark), y) in dark.iter().take(ROWS).zip((top + 12..).step_by(ROW as usize)) {
        canvas.fit((MARGIN, y + 8), &name(mailbox), 11, WIDTH - 2 * MARGIN, Anchor::Start)?;
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
        canvas.text((MARGIN, y), &words::more_boxes((dark.len() - ROWS) as u64), 11, FADED, Anchor::Start)?;
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
