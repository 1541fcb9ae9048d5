//! Bars over time: where each stands, how high it is, and the lines and labels around them.

use super::canvas::{Anchor, Canvas, Drawn};
use super::ink::{FADED, GRID, INK};
use super::scale::{Bin, number, steps};
use crate::civil::Civil;
use crate::language::Voice;
use plotters::style::RGBColor;

/// The widest bar, in pixels: one day alone is no wall.
const WIDEST: f64 = 46.0;
/// Pixels that a label takes.
const LABEL: i32 = 76;

/// A field of bars.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plot {
    /// How it speaks.
    pub(super) t: Voice,
    /// What a bar stands for.
    pub(super) bin: Bin,
    /// First and last bar.
    pub(super) bars: (i64, i64),
    /// Left and right edge, in pixels.
    pub(super) across: (i32, i32),
    /// Upper and lower edge, in pixels.
    pub(super) down: (i32, i32),
    /// The highest value.
    pub(super) most: u64,
}

impl Plot {
    fn width(&self) -> f64 {
        f64::from(self.across.1 - self.across.0) / (self.bars.1 - self.bars.0 + 1) as f64
    }

    /// Where a place stands, counted in bars.
    fn at(&self, place: f64) -> f64 {
        f64::from(self.across.0) + (place - self.bars.0 as f64) * self.width()
    }

    /// Whether bars are so many pixels apart.
    pub(super) fn has_room(&self, pixels: i32) -> bool {
        self.width() >= f64::from(pixels)
    }

    /// The pixel of a moment.
    pub(super) fn moment(&self, micros: i64) -> i32 {
        (self.at(self.bin.place(micros)).round() as i32).clamp(self.across.0, self.across.1)
    }

    /// The middle of a bar.
    pub(super) fn middle(&self, bar: i64) -> i32 {
        self.at(bar as f64 + 0.5).round() as i32
    }

    /// Left and right edge of a bar.
    pub(super) fn edges(&self, bar: i64) -> (i32, i32) {
        let middle = self.at(bar as f64 + 0.5);
        let gap = if self.width() > 5.0 { 1.0 } else { 0.0 };
        let half = (self.width() / 2.0 - gap).clamp(0.5, WIDEST / 2.0);
        let from = (middle - half).round() as i32;
        (from, ((middle + half).round() as i32).max(from + 1))
    }

    /// The pixel of a value.
    pub(super) fn y(&self, value: u64) -> i32 {
        let (step, count) = steps(self.most);
        self.down.1 - (value as f64 / (step * count) as f64 * f64::from(self.down.1 - self.down.0)).round() as i32
    }

    /// Lines across at round values, with what is counted.
    pub(super) fn values(&self, canvas: &Canvas<'_>, unit: &str) -> Drawn {
        let (step, count) = steps(self.most);
        for value in (0..=count).map(|number| number * step) {
            let y = self.y(value);
            canvas.line((self.across.0, y), (self.across.1, y), GRID)?;
            canvas.text((self.across.0 - 6, y), &number(value), 10, INK, Anchor::End)?;
        }
        canvas.text((self.across.0 - 6, self.down.0 - 14), unit, 10, FADED, Anchor::End)
    }

    /// Labels of the bars below `y`, and what a bar is.
    pub(super) fn times(&self, canvas: &Canvas<'_>, y: i32, unit: &str) -> Drawn {
        let (first, last) = self.bars;
        let label = if self.bin == Bin::Hour { LABEL + 20 } else { LABEL };
        let fit = i64::from((self.across.1 - self.across.0) / label).max(1);
        let mut every = ((last - first + 1) as u64).div_ceil(fit as u64).max(1) as i64;
        if self.bin == Bin::Hour {
            every = [1, 2, 3, 6, 12, 24].into_iter().find(|step| *step >= every).unwrap_or(every);
        }
        let round = if self.bin == Bin::Hour { first.div_euclid(every) * every } else { first };
        let mut year = None;
        for bar in (round..=last).step_by(every as usize).filter(|bar| *bar >= first) {
            let x = self.middle(bar);
            canvas.line((x, y), (x, y + 4), INK)?;
            let of = self.bin.start(bar).map(|start| Civil::new(start).year);
            let is_new = std::mem::replace(&mut year, of) != of;
            let label = if is_new { self.bin.full_label(self.t, bar) } else { self.bin.label(self.t, bar) };
            canvas.text((x, y + 13), &label, 10, INK, Anchor::Middle)?;
        }
        canvas.text((self.across.0.midpoint(self.across.1), y + 31), unit, 10, FADED, Anchor::Middle)
    }

    /// One bar of parts, the first lowest; each part that counts something is seen.
    pub(super) fn stack(&self, canvas: &Canvas<'_>, bar: i64, parts: &[(u64, RGBColor)]) -> Drawn {
        let (from, to) = self.edges(bar);
        let mut below = 0;
        let mut top = self.down.1;
        for &(count, color) in parts.iter().filter(|part| part.0 > 0) {
            below += count;
            let high = self.y(below).min(top - 1);
            canvas.rect((from, high), (to, top), color)?;
            // White between two parts tells them apart where their greys are alike.
            if top < self.down.1 && top - high > 2 {
                canvas.line((from, top), (to, top), plotters::style::WHITE)?;
            }
            top = high;
        }
        Ok(())
    }

    /// The line that the bars stand on.
    pub(super) fn ground(&self, canvas: &Canvas<'_>) -> Drawn {
        canvas.line((self.across.0, self.down.1), (self.across.1, self.down.1), INK)
    }
}
