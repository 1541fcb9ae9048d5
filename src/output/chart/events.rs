//! Events over time as bars by workload, with the findings above them.

use super::canvas::{Anchor, Canvas, Drawn, FADED, GREY, GRID, INK, PALETTE, picture};
use super::scale::{Bin, number, steps};
use crate::case::severity::{LEVELS, level};
use crate::output::view::View;
use crate::rule::Level;
use crate::store::{Entry, Sym};
use plotters::style::RGBColor;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::io;

const SIZE: (i32, i32) = (1000, 460);
const LEFT: i32 = 70;
const RIGHT: i32 = 800;
const TOP: i32 = 122;
const BOTTOM: i32 = 405;

/// What the chart shows.
struct Bars {
    bin: Bin,
    first: i64,
    last: i64,
    names: Vec<String>,
    counts: BTreeMap<i64, Vec<u64>>,
    findings: BTreeMap<i64, (Level, u64)>,
}

/// Draws the chart.
pub(super) fn draw(view: &View<'_>) -> io::Result<String> {
    let bars = bars(view);
    let unit = bars.as_ref().map_or("day", |bars| bars.bin.name());
    let title = format!("Events a {unit} by workload");
    let about = bars.as_ref().map_or_else(
        || "There are no events.".to_owned(),
        |bars| {
            let total: u64 = bars.counts.values().flatten().sum();
            format!(
                "{total} events from {} to {}, stacked by workload; marks above the bars show findings of level medium or above.",
                bars.bin.label(bars.first),
                bars.bin.label(bars.last)
            )
        },
    );
    picture(SIZE, &title, &about, |canvas| match &bars {
        None => canvas.nothing((SIZE.0 / 2, SIZE.1 / 2), "No events"),
        Some(bars) => {
            axes(canvas, bars)?;
            stacks(canvas, bars)?;
            legend(canvas, bars)
        }
    })
}

fn bars(view: &View<'_>) -> Option<Bars> {
    // Snapshots are no activity: a day of collection would tower above all others.
    let entries: Vec<&Entry> = view.case.events.entries.iter().filter(|entry| entry.is_act()).collect();
    let (first, last) = (entries.first()?.time.micros, entries.last()?.time.micros);
    let bin = Bin::choose(first, last);
    let mut totals: FxHashMap<Sym, u64> = FxHashMap::default();
    for entry in &entries {
        *totals.entry(entry.workload).or_default() += 1;
    }
    let mut ranked: Vec<(u64, &str, Sym)> =
        totals.into_iter().map(|(sym, count)| (count, view.case.events.text(sym), sym)).collect();
    ranked.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    let other = ranked.len().min(PALETTE.len());
    let places: FxHashMap<Sym, usize> =
        ranked.iter().enumerate().map(|(place, ranked)| (ranked.2, place.min(other))).collect();
    let mut names: Vec<String> = ranked[..other].iter().map(|ranked| ranked.1.to_owned()).collect();
    names.iter_mut().filter(|name| name.is_empty()).for_each(|name| "(not stated)".clone_into(name));
    if ranked.len() > other {
        names.push(format!("{} others", ranked.len() - other));
    }
    let mut counts: BTreeMap<i64, Vec<u64>> = BTreeMap::new();
    // In time order the events of a bar stand together.
    for events in entries.chunk_by(|a, b| bin.of(a.time.micros) == bin.of(b.time.micros)) {
        let bar = counts.entry(bin.of(events[0].time.micros)).or_insert_with(|| vec![0; names.len()]);
        for entry in events {
            bar[places.get(&entry.workload).copied().unwrap_or(0)] += 1;
        }
    }
    Some(Bars { bin, first: bin.of(first), last: bin.of(last), names, counts, findings: marks(view, bin) })
}

/// For each bar, the highest level and the number of findings of medium or above that have an event in it.
fn marks(view: &View<'_>, bin: Bin) -> BTreeMap<i64, (Level, u64)> {
    let mut marks: BTreeMap<i64, (Level, u64)> = BTreeMap::new();
    for finding in &view.case.findings {
        let level = level(finding.rule.level);
        if level < Level::Medium {
            continue;
        }
        let entries = finding.positions.iter().map(|&at| &view.case.events.entries[at as usize]);
        let mut bars: Vec<i64> =
            entries.filter(|entry| entry.is_act()).map(|entry| bin.of(entry.time.micros)).collect();
        bars.dedup();
        for bar in bars {
            let mark = marks.entry(bar).or_insert((level, 0));
            *mark = (mark.0.max(level), mark.1 + 1);
        }
    }
    marks
}

impl Bars {
    fn most(&self) -> u64 {
        self.counts.values().map(|bar| bar.iter().sum()).max().unwrap_or(0)
    }

    fn x(&self, bar: i64) -> f64 {
        f64::from(LEFT) + (bar - self.first) as f64 * self.width()
    }

    fn width(&self) -> f64 {
        f64::from(RIGHT - LEFT) / (self.last - self.first + 1) as f64
    }

    fn y(&self, value: u64) -> i32 {
        let (step, count) = steps(self.most());
        BOTTOM - (value as f64 / (step * count) as f64 * f64::from(BOTTOM - TOP)).round() as i32
    }
}

fn color(place: usize) -> RGBColor {
    PALETTE.get(place).copied().unwrap_or(GREY)
}

fn axes(canvas: &Canvas<'_>, bars: &Bars) -> Drawn {
    let span = format!(
        "{} to {}, UTC; marks: findings of medium or above",
        bars.bin.label(bars.first),
        bars.bin.label(bars.last)
    );
    canvas.text((20, 50), &span, 12, FADED, Anchor::Start)?;
    let (step, count) = steps(bars.most());
    for value in (0..=count).map(|number| number * step) {
        let y = bars.y(value);
        canvas.line((LEFT, y), (RIGHT, y), GRID)?;
        canvas.text((LEFT - 8, y), &number(value), 12, INK, Anchor::End)?;
    }
    canvas.text((LEFT, TOP - 12), "events", 11, FADED, Anchor::End)?;
    let total = bars.last - bars.first + 1;
    let every = (total / 10).max(1);
    for bar in (bars.first..=bars.last).filter(|bar| (bar - bars.first) % every == 0) {
        let x = (bars.x(bar) + bars.width() / 2.0).round() as i32;
        canvas.line((x, BOTTOM), (x, BOTTOM + 4), INK)?;
        canvas.text((x, BOTTOM + 16), &bars.bin.label(bar), 11, INK, Anchor::Middle)?;
    }
    canvas.text((LEFT.midpoint(RIGHT), BOTTOM + 40), bars.bin.name(), 12, FADED, Anchor::Middle)
}

fn stacks(canvas: &Canvas<'_>, bars: &Bars) -> Drawn {
    let gap = if bars.width() > 6.0 { 1.0 } else { 0.0 };
    for (&bar, counts) in &bars.counts {
        let (from, to) = (bars.x(bar) + gap, (bars.x(bar) + bars.width() - gap).max(bars.x(bar) + 1.0));
        let mut below = 0;
        for (place, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let (low, high) = (bars.y(below), bars.y(below + count));
            below += count;
            canvas.rect((from.round() as i32, high), (to.round() as i32, low), color(place))?;
        }
    }
    for (&bar, &(level, count)) in &bars.findings {
        let x = (bars.x(bar) + bars.width() / 2.0).round() as i32;
        canvas.line((x, TOP - 20), (x, TOP - 4), GRID)?;
        canvas.mark((x, TOP - 24), level)?;
        if bars.width() >= 12.0 {
            canvas.text((x, TOP - 39), &count.to_string(), 10, INK, Anchor::Middle)?;
        }
    }
    canvas.line((LEFT, BOTTOM), (RIGHT, BOTTOM), INK)
}

fn legend(canvas: &Canvas<'_>, bars: &Bars) -> Drawn {
    let x = RIGHT + 20;
    let mut y = TOP;
    canvas.text((x, y - 20), "Workload", 12, FADED, Anchor::Start)?;
    for (place, name) in bars.names.iter().enumerate() {
        canvas.rect((x, y - 6), (x + 12, y + 6), color(place))?;
        canvas.fit((x + 20, y), name, 12, SIZE.0 - x - 30, Anchor::Start)?;
        y += 20;
    }
    y += 26;
    canvas.text((x, y - 4), "Findings (how many)", 12, FADED, Anchor::Start)?;
    for level in LEVELS.into_iter().filter(|level| *level >= Level::Medium) {
        y += 20;
        canvas.mark((x + 6, y), level)?;
        canvas.text((x + 20, y), level.name(), 12, INK, Anchor::Start)?;
    }
    Ok(())
}
