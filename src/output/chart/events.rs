//! Events over time as bars by workload, with the findings above them.

use super::Picture;
use super::canvas::{Anchor, Canvas, Drawn, Sheet, legend_height};
use super::ink::{GREY, GRID, INK, MARGIN, PALETTE, Sign, WIDTH};
use super::plot::Plot;
use super::scale::{Bin, number};
use super::voice;
use super::words::{by, counted};
use crate::case::severity::{LEVELS, level};
use crate::output::view::View;
use crate::rule::Level;
use crate::store::Sym;
use plotters::style::RGBColor;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::io;

const FILE: &str = "charts/events.svg";
/// Height of the field of bars, and of the row of marks above it.
const HIGH: i32 = 240;
const MARKS: i32 = 46;
/// Pixels that one of them takes.
const MARK: i32 = 16;

/// What the chart shows.
struct Bars {
    bin: Bin,
    /// First and last event, microseconds since 1970.
    span: (i64, i64),
    names: Vec<String>,
    counts: BTreeMap<i64, Vec<u64>>,
    findings: BTreeMap<i64, (Level, u64)>,
}

/// Draws the chart.
pub(super) fn draw(view: &View<'_>) -> io::Result<Picture> {
    let t = voice(view);
    let title = |bin: Bin| t.fill("chart.events.title", &[("unit", &bin.name(t))]);
    let Some(bars) = bars(view) else {
        let sheet = Sheet::new(FILE, &title(Bin::Day), "", t.text("chart.events.none_alt"));
        let middle = sheet.top() + 60;
        return sheet.draw(middle + 60, |canvas| canvas.nothing(middle, t.text("chart.events.none")));
    };
    let when = t.span(bars.span.0, bars.span.1);
    let mut plot = Plot {
        t,
        bin: bars.bin,
        bars: (bars.bin.of(bars.span.0), bars.bin.of(bars.span.1)),
        across: (MARGIN + 52, WIDTH - MARGIN),
        down: (0, HIGH),
        most: bars.counts.values().map(|bar| bar.iter().sum()).max().unwrap_or(0),
    };
    let note = if plot.has_room(MARK) { "chart.events.wide" } else { "chart.events.narrow" };
    let note = t.fill(note, &[("span", &when)]);
    let sheet = Sheet::new(FILE, &title(bars.bin), &note, &alt(view, &bars, &when));
    let items = legend(&bars);
    let keys = sheet.top();
    let top = keys + legend_height(&items) + MARKS;
    plot.down = (top, top + HIGH);
    sheet.draw(plot.down.1 + 42, |canvas| {
        canvas.legend(keys, &items)?;
        plot.values(canvas, t.text("chart.events.axis"))?;
        for (&bar, counts) in &bars.counts {
            let parts: Vec<(u64, RGBColor)> =
                counts.iter().enumerate().map(|(place, count)| (*count, color(place))).collect();
            plot.stack(canvas, bar, &parts)?;
        }
        marks(canvas, &plot, &bars.findings)?;
        plot.ground(canvas)?;
        plot.times(canvas, plot.down.1, &by(t, bars.bin.name(t)))
    })
}

fn alt(view: &View<'_>, bars: &Bars, when: &str) -> String {
    let t = voice(view);
    let sum = |place: usize| bars.counts.values().map(|bar| bar[place]).sum::<u64>();
    let workloads = bars.names.iter().enumerate().map(|(place, name)| format!("{name} {}", number(sum(place))));
    let total = (0..bars.names.len()).map(sum).sum();
    let findings = view.case.findings.iter().filter(|finding| level(finding.rule.level) >= Level::Medium);
    let findings = findings.count() as u64;
    let values: [(&str, &dyn Display); 4] = [
        ("number", &number(findings)),
        ("events", &counted(t, "chart.n_events", total)),
        ("span", &when),
        ("workloads", &workloads.collect::<Vec<_>>().join(", ")),
    ];
    t.count("chart.events.alt", findings, &values)
}

fn bars(view: &View<'_>) -> Option<Bars> {
    let t = voice(view);
    // Snapshots are no activity: a day of collection would tower above all others.
    let acts = || view.case.events.entries.iter().filter(|entry| entry.is_act());
    let mut span = None;
    let mut totals: FxHashMap<Sym, u64> = FxHashMap::default();
    for entry in acts() {
        span = Some((span.map_or(entry.micros, |(first, _)| first), entry.micros));
        *totals.entry(view.case.events.common(&entry).workload).or_default() += 1;
    }
    let span = span?;
    let bin = Bin::choose(span.0, span.1);
    let mut ranked: Vec<(u64, &str, Sym)> =
        totals.into_iter().map(|(sym, count)| (count, view.case.events.text(sym), sym)).collect();
    ranked.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    let other = ranked.len().min(PALETTE.len());
    let places: FxHashMap<Sym, usize> =
        ranked.iter().enumerate().map(|(place, ranked)| (ranked.2, place.min(other))).collect();
    let mut names: Vec<String> = ranked[..other].iter().map(|ranked| ranked.1.to_owned()).collect();
    names.iter_mut().filter(|name| name.is_empty()).for_each(|name| t.text("chart.not_stated").clone_into(name));
    if ranked.len() > other {
        names.push(counted(t, "chart.n_others", (ranked.len() - other) as u64));
    }
    let mut counts: BTreeMap<i64, Vec<u64>> = BTreeMap::new();
    for entry in acts() {
        let bar = counts.entry(bin.of(entry.micros)).or_insert_with(|| vec![0; names.len()]);
        bar[places.get(&view.case.events.common(&entry).workload).copied().unwrap_or(0)] += 1;
    }
    Some(Bars { bin, span, names, counts, findings: found(view, bin) })
}

/// For each bar, the highest level and the number of findings of medium or above that have an event in it.
fn found(view: &View<'_>, bin: Bin) -> BTreeMap<i64, (Level, u64)> {
    let mut marks: BTreeMap<i64, (Level, u64)> = BTreeMap::new();
    for finding in &view.case.findings {
        let level = level(finding.rule.level);
        if level < Level::Medium {
            continue;
        }
        let entries = finding.positions.iter().map(|&at| view.case.events.entries.at(at));
        let mut bars: Vec<i64> = entries.filter(|entry| entry.is_act()).map(|entry| bin.of(entry.micros)).collect();
        bars.dedup();
        for bar in bars {
            let mark = marks.entry(bar).or_insert((level, 0));
            *mark = (mark.0.max(level), mark.1 + 1);
        }
    }
    marks
}

fn color(place: usize) -> RGBColor {
    PALETTE.get(place).copied().unwrap_or(GREY)
}

fn marks(canvas: &Canvas<'_>, plot: &Plot, findings: &BTreeMap<i64, (Level, u64)>) -> Drawn {
    let y = plot.down.0 - 20;
    let places: Vec<(i32, Level, u64)> =
        findings.iter().map(|(&bar, &(level, count))| (plot.middle(bar), level, count)).collect();
    // Where bars are narrow the most severe of neighbours stands for them.
    let lie_together = |a: i32, b: i32| !plot.has_room(MARK) && a / MARK == b / MARK;
    for near in places.chunk_by(|a, b| lie_together(a.0, b.0)) {
        let Some(&(x, level, count)) = near.iter().rev().max_by_key(|place| place.1) else { continue };
        canvas.line((x, y), (x, plot.down.0 - 4), GRID)?;
        canvas.sign((x, y), Sign::Level(level))?;
        if plot.has_room(MARK) {
            canvas.text((x, y - 14), &count.to_string(), 10, INK, Anchor::Middle)?;
        }
    }
    Ok(())
}

fn legend(bars: &Bars) -> Vec<(Sign, String)> {
    let workloads = bars.names.iter().enumerate().map(|(place, name)| (Sign::Box(color(place)), name.clone()));
    let levels = LEVELS.into_iter().filter(|level| bars.findings.values().any(|(found, _)| found == level));
    workloads.chain(levels.map(|level| (Sign::Level(level), level.name().to_owned()))).collect()
}
