//! Sign-ins by country, those that failed beside those that succeeded.

use super::canvas::{Anchor, Canvas, Drawn, FADED, GREY, GRID, INK, PALETTE, picture};
use super::scale::{number, steps};
use crate::case::sign_in::SignIns;
use crate::output::country::named_country;
use crate::output::view::View;
use plotters::style::RGBColor;
use std::collections::BTreeMap;
use std::io;

const WIDTH: i32 = 1000;
const LEFT: i32 = 210;
const RIGHT: i32 = 800;
const TOP: i32 = 80;
/// Height of one bar with its gap; a row holds one bar for each way to end that occurs.
const BAR: i32 = 12;
/// Countries that get a row of their own.
const MOST: usize = 15;

const KINDS: [(&str, RGBColor); 3] = [("succeeded", PALETTE[0]), ("failed", PALETTE[6]), ("further step asked", GREY)];

/// Draws the chart.
pub(super) fn draw(view: &View<'_>) -> io::Result<String> {
    let rows = rows(view);
    let kinds = if rows.iter().any(|(_, count)| count.interrupted > 0) { &KINDS[..] } else { &KINDS[..2] };
    let row = BAR * kinds.len() as i32 + 10;
    let bottom = TOP + (row * rows.len() as i32).max(80);
    let about: Vec<String> = rows
        .iter()
        .map(|(name, count)| format!("{name}: {} succeeded, {} failed", count.succeeded, count.failed))
        .collect();
    let about = if about.is_empty() { "There are no sign-ins.".to_owned() } else { about.join("; ") };
    picture((WIDTH, bottom + 60), "Sign-ins by country", &about, |canvas| {
        if rows.is_empty() {
            return canvas.nothing((WIDTH / 2, TOP.midpoint(bottom)), "No sign-ins");
        }
        bars(canvas, &rows, kinds, bottom)
    })
}

/// The countries with most sign-ins, then all others as one.
fn rows(view: &View<'_>) -> Vec<(String, SignIns)> {
    let mut countries: BTreeMap<&str, SignIns> = BTreeMap::new();
    for (position, entry) in view.case.events.entries.iter().enumerate() {
        if view.case.events.is_sign_in(entry) {
            countries.entry(view.index.at(position).country()).or_default().add(entry.outcome);
        }
    }
    let mut rows: Vec<(String, SignIns)> = countries
        .into_iter()
        .map(|(country, count)| (if country.is_empty() { "unknown".to_owned() } else { named_country(country) }, count))
        .collect();
    rows.sort_by(|a, b| b.1.total().cmp(&a.1.total()).then_with(|| a.0.cmp(&b.0)));
    if rows.len() > MOST {
        let mut others = SignIns::default();
        let rest = rows.split_off(MOST - 1);
        for (_, count) in &rest {
            others.succeeded += count.succeeded;
            others.failed += count.failed;
            others.interrupted += count.interrupted;
        }
        rows.push((format!("{} others", rest.len()), others));
    }
    rows
}

fn bars(canvas: &Canvas<'_>, rows: &[(String, SignIns)], kinds: &[(&str, RGBColor)], bottom: i32) -> Drawn {
    let row = BAR * kinds.len() as i32 + 10;
    let most =
        rows.iter().map(|(_, count)| count.succeeded.max(count.failed).max(count.interrupted)).max().unwrap_or(0);
    let (step, count) = steps(most);
    let x = |value: u64| LEFT + (value as f64 / (step * count) as f64 * f64::from(RIGHT - LEFT)).round() as i32;
    canvas.text((20, 50), "country of the address by the geolocation database", 12, FADED, Anchor::Start)?;
    for value in (0..=count).map(|number| number * step) {
        canvas.line((x(value), TOP), (x(value), bottom), GRID)?;
        canvas.text((x(value), bottom + 16), &number(value), 12, INK, Anchor::Middle)?;
    }
    canvas.text((LEFT.midpoint(RIGHT), bottom + 40), "sign-ins", 12, FADED, Anchor::Middle)?;
    for (place, (name, count)) in rows.iter().enumerate() {
        let top = TOP + place as i32 * row;
        canvas.fit((LEFT - 10, top + row / 2), name, 13, LEFT - 30, Anchor::End)?;
        let values = [count.succeeded, count.failed, count.interrupted];
        for (line, (value, (_, color))) in values.into_iter().zip(kinds).enumerate() {
            let y = top + 5 + line as i32 * BAR;
            canvas.rect((LEFT, y), (x(value).max(LEFT + i32::from(value > 0)), y + 10), *color)?;
            if value > 0 {
                canvas.text((x(value) + 5, y + 5), &number(value), 10, INK, Anchor::Start)?;
            }
        }
    }
    canvas.line((LEFT, TOP), (LEFT, bottom), INK)?;
    for (line, (name, color)) in kinds.iter().enumerate() {
        let y = TOP + 10 + line as i32 * 20;
        canvas.rect((RIGHT + 40, y - 6), (RIGHT + 52, y + 6), *color)?;
        canvas.text((RIGHT + 60, y), name, 12, INK, Anchor::Start)?;
    }
    Ok(())
}
