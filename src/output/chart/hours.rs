//! Events by hour and weekday, UTC: the daily rhythm, and what falls outside it.

use super::Picture;
use super::canvas::{Anchor, Canvas, Drawn, Sheet};
use super::ink::{INK, MARGIN};
use super::scale::number;
use super::voice;
use super::words::counted;
use crate::civil::{DAY, HOUR};
use crate::language::Voice;
use crate::output::view::View;
use plotters::style::{RGBColor, WHITE};
use std::fmt::Display;
use std::io;

const FILE: &str = "charts/hours.svg";
const LEFT: i32 = MARGIN + 72;
const CELL: (i32, i32) = (24, 27);

type Grid = [[u64; 24]; 7];

/// Draws the chart.
pub(super) fn draw(view: &View<'_>) -> io::Result<Picture> {
    let mut grid: Grid = [[0; 24]; 7];
    for entry in view.case.events.entries.iter().filter(|entry| entry.is_act()) {
        // 1970-01-01 was a Thursday.
        let day = (entry.micros.div_euclid(DAY) + 3).rem_euclid(7);
        let hour = entry.micros.rem_euclid(DAY) / HOUR;
        grid[day as usize][hour as usize] += 1;
    }
    let (t, most) = (voice(view), grid.iter().flatten().copied().max().unwrap_or(0));
    let title = t.text("chart.hours.title");
    if most == 0 {
        let sheet = Sheet::new(FILE, title, "", t.text("chart.events.none_alt"));
        let middle = sheet.top() + 60;
        return sheet.draw(middle + 60, |canvas| canvas.nothing(middle, t.text("chart.events.none")));
    }
    let sheet = Sheet::new(FILE, title, t.text("chart.hours.note"), &alt(t, &grid, most));
    let top = sheet.top() + 24;
    sheet.draw(top + 7 * CELL.1 + 44, |canvas| {
        cells(canvas, t, &grid, most, top)?;
        legend(canvas, t, most, top + 7 * CELL.1 + 16)
    })
}

fn alt(t: Voice, grid: &Grid, most: u64) -> String {
    let days = grid.iter().enumerate();
    let days = days.map(|(day, hours)| format!("{} {}", t.weekday(day), number(hours.iter().sum())));
    let night: u64 = grid.iter().map(|hours| hours[..6].iter().sum::<u64>() + hours[22..].iter().sum::<u64>()).sum();
    let cells = grid.iter().flatten();
    let busiest = cells.zip(0..).find(|(count, _)| **count == most).map_or(0, |(_, cell)| cell);
    let (day, hour) = (busiest / 24, busiest % 24);
    let values: [(&str, &dyn Display); 5] = [
        ("number", &number(night)),
        ("days", &days.collect::<Vec<_>>().join(", ")),
        ("day", &t.weekday(day)),
        ("from", &format!("{hour:02}:00")),
        ("to", &format!("{:02}:00", hour + 1)),
    ];
    t.count("chart.hours.alt", night, &values)
}

fn cells(canvas: &Canvas<'_>, t: Voice, grid: &Grid, most: u64, top: i32) -> Drawn {
    for hour in 0..24 {
        let x = LEFT + hour * CELL.0 + CELL.0 / 2;
        canvas.text((x, top - 10), &format!("{hour:02}"), 10, INK, Anchor::Middle)?;
    }
    for (day, hours) in grid.iter().enumerate() {
        let y = top + day as i32 * CELL.1;
        canvas.text((LEFT - 8, y + CELL.1 / 2), t.weekday(day), 11, INK, Anchor::End)?;
        for (hour, &count) in hours.iter().enumerate() {
            let x = LEFT + hour as i32 * CELL.0;
            canvas.rect((x, y), (x + CELL.0 - 1, y + CELL.1 - 1), shade(count, most))?;
            if count > 0 {
                let ink = if strength(count, most) > 0.5 { WHITE } else { INK };
                canvas.text((x + CELL.0 / 2, y + CELL.1 / 2), &short(count), 9, ink, Anchor::Middle)?;
            }
        }
    }
    Ok(())
}

fn legend(canvas: &Canvas<'_>, t: Voice, most: u64, y: i32) -> Drawn {
    canvas.text((LEFT - 8, y + 6), t.text("chart.hours.none"), 11, INK, Anchor::End)?;
    for step in 0..10u64 {
        let x = LEFT + step as i32 * 18;
        let count = (most as f64).powf(step as f64 / 9.0).round() as u64;
        canvas.rect((x, y), (x + 18, y + 12), if step == 0 { shade(0, most) } else { shade(count, most) })?;
    }
    canvas.text((LEFT + 190, y + 6), &counted(t, "chart.hours.most", most), 11, INK, Anchor::Start)
}

/// 0 for none, 1 for the most; logarithmic, so that a quiet hour's few events are seen beside a busy one's many.
fn strength(count: u64, most: u64) -> f64 {
    if count == 0 { 0.0 } else { 0.12 + 0.88 * (count as f64).ln() / (most as f64).ln().max(1.0) }
}

fn shade(count: u64, most: u64) -> RGBColor {
    let strength = strength(count, most).min(1.0);
    let mix = |light: f64, dark: f64| (light + (dark - light) * strength).round() as u8;
    RGBColor(mix(243.0, 8.0), mix(245.0, 48.0), mix(247.0, 107.0))
}

/// A count that fits a cell: `950`, `1.2k`, `34k`, `5M`.
fn short(count: u64) -> String {
    match count {
        0..1_000 => count.to_string(),
        1_000..10_000 => format!("{}.{}k", count / 1_000, count % 1_000 / 100),
        10_000..1_000_000 => format!("{}k", count / 1_000),
        _ => format!("{}M", count / 1_000_000),
    }
}
