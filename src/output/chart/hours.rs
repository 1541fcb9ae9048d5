//! Events by hour and weekday, UTC: the daily rhythm, and what falls outside it.

use super::canvas::{Anchor, Canvas, Drawn, FADED, INK, picture};
use super::scale::number;
use crate::civil::{DAY, HOUR};
use crate::output::view::View;
use plotters::style::{RGBColor, WHITE};
use std::io;

const SIZE: (i32, i32) = (1000, 400);
const LEFT: i32 = 90;
const TOP: i32 = 90;
const CELL: (i32, i32) = (36, 36);
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

type Grid = [[u64; 24]; 7];

/// Draws the chart.
pub(super) fn draw(view: &View<'_>) -> io::Result<String> {
    let mut grid: Grid = [[0; 24]; 7];
    for entry in view.case.events.entries.iter().filter(|entry| entry.is_act()) {
        // 1970-01-01 was a Thursday.
        let day = (entry.time.micros.div_euclid(DAY) + 3).rem_euclid(7);
        let hour = entry.time.micros.rem_euclid(DAY) / HOUR;
        grid[day as usize][hour as usize] += 1;
    }
    let most = grid.iter().flatten().copied().max().unwrap_or(0);
    let about: Vec<String> =
        DAYS.iter().zip(&grid).map(|(day, hours)| format!("{day}: {} events", hours.iter().sum::<u64>())).collect();
    picture(SIZE, "Events by hour and weekday", &about.join("; "), |canvas| {
        if most == 0 {
            return canvas.nothing((SIZE.0 / 2, SIZE.1 / 2), "No events");
        }
        canvas.text((20, 50), "hours in UTC; the darker the cell, the more events", 12, FADED, Anchor::Start)?;
        cells(canvas, &grid, most)?;
        legend(canvas, most)
    })
}

fn cells(canvas: &Canvas<'_>, grid: &Grid, most: u64) -> Drawn {
    for hour in 0..24 {
        let x = LEFT + hour * CELL.0 + CELL.0 / 2;
        canvas.text((x, TOP - 12), &format!("{hour:02}"), 12, INK, Anchor::Middle)?;
    }
    for (day, hours) in grid.iter().enumerate() {
        let y = TOP + day as i32 * CELL.1;
        canvas.text((LEFT - 8, y + CELL.1 / 2), DAYS[day], 12, INK, Anchor::End)?;
        for (hour, &count) in hours.iter().enumerate() {
            let x = LEFT + hour as i32 * CELL.0;
            canvas.rect((x, y), (x + CELL.0 - 1, y + CELL.1 - 1), shade(count, most))?;
            if count > 0 {
                let ink = if strength(count, most) > 0.5 { WHITE } else { INK };
                canvas.text((x + CELL.0 / 2, y + CELL.1 / 2), &short(count), 10, ink, Anchor::Middle)?;
            }
        }
    }
    Ok(())
}

fn legend(canvas: &Canvas<'_>, most: u64) -> Drawn {
    let y = TOP + 7 * CELL.1 + 24;
    canvas.text((LEFT - 8, y + 6), "none", 12, INK, Anchor::End)?;
    for step in 0..10u64 {
        let x = LEFT + step as i32 * 18;
        let count = (most as f64).powf(step as f64 / 9.0).round() as u64;
        canvas.rect((x, y), (x + 18, y + 12), if step == 0 { shade(0, most) } else { shade(count, most) })?;
    }
    let top = format!("{} events (logarithmic)", number(most));
    canvas.text((LEFT + 190, y + 6), &top, 12, INK, Anchor::Start)
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
