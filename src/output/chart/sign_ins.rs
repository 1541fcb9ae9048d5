//! Sign-ins by country, those that failed beside those that succeeded.

use super::Picture;
use super::canvas::{Anchor, Canvas, Drawn, Sheet, legend_height};
use super::ink::{FADED, FAILED, GREY, GRID, INK, MARGIN, SUCCEEDED, Sign, WIDTH};
use super::scale::{number, steps};
use super::voice;
use super::words::{counted, ended};
use crate::case::sign_in::SignIns;
use crate::language::Voice;
use crate::output::country::named_country;
use crate::output::view::View;
use plotters::style::RGBColor;
use std::collections::BTreeMap;
use std::io;

const FILE: &str = "charts/signins.svg";
const LEFT: i32 = 190;
/// Leaves room for the number behind the longest bar.
const RIGHT: i32 = WIDTH - MARGIN - 52;
/// Height of one bar with its gap; a row holds one bar for each way to end that occurs.
const BAR: i32 = 13;
/// Countries that get a row of their own.
const MOST: usize = 15;

/// Ways to end, and what they are called.
const KINDS: [(RGBColor, &str); 3] =
    [(SUCCEEDED, "chart.signins.succeeded"), (FAILED, "chart.signins.failed"), (GREY, "chart.signins.further")];

/// Draws the chart.
pub(super) fn draw(view: &View<'_>) -> io::Result<Picture> {
    let (rows, t) = (rows(view), voice(view));
    let title = t.text("chart.signins.title");
    if rows.is_empty() {
        let sheet = Sheet::new(FILE, title, "", t.text("chart.signins.none_alt"));
        let middle = sheet.top() + 60;
        return sheet.draw(middle + 60, |canvas| canvas.nothing(middle, t.text("chart.signins.none")));
    }
    let kinds = if rows.iter().any(|(_, count)| count.interrupted > 0) { 3 } else { 2 };
    let about: Vec<String> = rows.iter().map(|(name, count)| ended(t, name, count.succeeded, count.failed)).collect();
    let sheet = Sheet::new(FILE, title, t.text("chart.signins.note"), &(about.join("; ") + "."));
    let items: Vec<(Sign, String)> =
        KINDS.into_iter().take(kinds).map(|(color, name)| (Sign::Box(color), t.text(name).to_owned())).collect();
    let (keys, row) = (sheet.top(), BAR * kinds as i32 + 8);
    let top = keys + legend_height(&items) + 8;
    let bottom = top + row * rows.len() as i32;
    sheet.draw(bottom + 42, |canvas| {
        canvas.legend(keys, &items)?;
        bars(canvas, t, &rows, kinds, (top, bottom))
    })
}

/// The countries with most sign-ins, then all others as one.
fn rows(view: &View<'_>) -> Vec<(String, SignIns)> {
    let mut countries: BTreeMap<&str, SignIns> = BTreeMap::new();
    for (position, entry) in view.case.events.entries.iter().enumerate() {
        if view.case.events.is_sign_in(&entry) {
            countries.entry(view.index.at(position).country()).or_default().add(entry.outcome);
        }
    }
    let t = voice(view);
    let unknown = || t.text("chart.signins.unknown").to_owned();
    let named = |country: &str| if country.is_empty() { unknown() } else { named_country(country, t) };
    let mut rows: Vec<(String, SignIns)> =
        countries.into_iter().map(|(country, count)| (named(country), count)).collect();
    rows.sort_by(|a, b| b.1.total().cmp(&a.1.total()).then_with(|| a.0.cmp(&b.0)));
    if rows.len() > MOST {
        let mut rest = SignIns::default();
        let small = rows.split_off(MOST - 1);
        for (_, count) in &small {
            rest.join(*count);
        }
        rows.push((counted(t, "chart.n_others", small.len() as u64), rest));
    }
    rows
}

fn bars(canvas: &Canvas<'_>, t: Voice, rows: &[(String, SignIns)], kinds: usize, (top, bottom): (i32, i32)) -> Drawn {
    let row = BAR * kinds as i32 + 8;
    let most =
        rows.iter().map(|(_, count)| count.succeeded.max(count.failed).max(count.interrupted)).max().unwrap_or(0);
    let (step, count) = steps(most);
    let x = |value: u64| LEFT + (value as f64 / (step * count) as f64 * f64::from(RIGHT - LEFT)).round() as i32;
    for value in (0..=count).map(|number| number * step) {
        canvas.line((x(value), top), (x(value), bottom), GRID)?;
        canvas.text((x(value), bottom + 13), &number(value), 10, INK, Anchor::Middle)?;
    }
    canvas.text((LEFT.midpoint(RIGHT), bottom + 31), t.text("chart.signins.axis"), 10, FADED, Anchor::Middle)?;
    for (place, (name, count)) in rows.iter().enumerate() {
        let upper = top + place as i32 * row;
        canvas.fit((LEFT - 8, upper + row / 2), name, 11, LEFT - 8 - MARGIN, Anchor::End)?;
        let values = [count.succeeded, count.failed, count.interrupted];
        for (line, (value, (color, _))) in values.into_iter().zip(KINDS).take(kinds).enumerate() {
            let y = upper + 4 + line as i32 * BAR;
            canvas.rect((LEFT, y), (x(value).max(LEFT + i32::from(value > 0)), y + 11), color)?;
            if value > 0 {
                canvas.text((x(value) + 5, y + 6), &number(value), 10, INK, Anchor::Start)?;
            }
        }
    }
    canvas.line((LEFT, top), (LEFT, bottom), INK)
}
