//! Names beside places, where nothing else is.

use super::super::canvas::{Anchor, Canvas, Drawn};
use super::super::ink::{FADED, INK};
use super::super::measure::{cut, width};

/// Size of a name, and the height of its box.
const SIZE: i32 = 10;
const HIGH: i32 = 13;
/// The widest name.
const WIDEST: i32 = 150;

/// Left, upper, right and lower edge, in pixels.
pub(super) type Area = [i32; 4];

/// What is taken already.
pub(super) struct Labels {
    within: Area,
    taken: Vec<Area>,
}

fn meet(a: &Area, b: &Area) -> bool {
    a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}

impl Labels {
    /// No name may leave `within` or lie on one of `taken`.
    pub(super) fn new(within: Area, taken: Vec<Area>) -> Self {
        Self { within, taken }
    }

    /// Writes a name beside a place of this reach, if there is room for it.
    pub(super) fn write(&mut self, canvas: &Canvas<'_>, (x, y): (i32, i32), reach: i32, name: &str) -> Drawn {
        let name = cut(name, SIZE, WIDEST);
        let wide = width(&name, SIZE);
        for far in [0, 10, 22, 36, 52, 70] {
            let near = reach + 3 + far;
            let slant = near * 7 / 10;
            let places = [
                (x + near, y),
                (x - near - wide, y),
                (x - wide / 2, y - near - HIGH / 2),
                (x - wide / 2, y + near + HIGH / 2),
                (x + slant, y - slant - 4),
                (x + slant, y + slant + 4),
                (x - slant - wide, y - slant - 4),
                (x - slant - wide, y + slant + 4),
            ];
            for (left, middle) in places {
                let area = [left - 1, middle - HIGH / 2 - 1, left + wide + 1, middle + HIGH / 2 + 1];
                if self.is_free(&area) {
                    self.taken.push(area);
                    return put(canvas, (x, y), (left, middle, wide), far > 0, &name);
                }
            }
        }
        Ok(())
    }

    fn is_free(&self, area: &Area) -> bool {
        let [left, upper, right, lower] = self.within;
        let inside = area[0] >= left && area[1] >= upper && area[2] <= right && area[3] <= lower;
        inside && !self.taken.iter().any(|other| meet(area, other))
    }
}

fn put(canvas: &Canvas<'_>, (x, y): (i32, i32), (left, middle, wide): (i32, i32, i32), far: bool, name: &str) -> Drawn {
    if far {
        let end = (x.clamp(left - 2, left + wide + 2), y.clamp(middle - HIGH / 2, middle + HIGH / 2));
        canvas.line((x, y), end, FADED)?;
    }
    canvas.text((left, middle), name, SIZE, INK, Anchor::Start)
}
