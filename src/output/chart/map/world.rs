//! Land, borders and the centres of countries, and where a place on the globe stands on paper.
//!
//! The Natural Earth projection, as polynomials: <https://doi.org/10.3138/carto.46.3.187> and
//! <https://www.shadedrelief.com/NE_proj/>.

use std::fmt::Write;
use std::sync::LazyLock;

/// Outlines from Natural Earth, see `world.NOTICE.txt`: `land` or `border`, then degrees east and north in tenths, the
/// first point as it is and each other as its distance from the one before.
static OUTLINES: &str = include_str!("../../assets/world.txt");
/// ISO 3166-1 alpha-2 code, degrees north and degrees east of the middle of the country, sorted by code.
static CENTRES: &str = include_str!("../../assets/centres.csv");

/// Degrees north and east of the middle of a country; none for a code that is not in the table.
pub(super) fn centre(country: &str) -> Option<(f64, f64)> {
    static ROWS: LazyLock<Vec<(&str, f64, f64)>> = LazyLock::new(|| CENTRES.lines().filter_map(row).collect());
    let at = ROWS.binary_search_by(|row| row.0.cmp(country)).ok()?;
    Some((ROWS[at].1, ROWS[at].2))
}

fn row(line: &str) -> Option<(&str, f64, f64)> {
    let (code, place) = line.split_once(',')?;
    let (north, east) = place.split_once(',')?;
    Some((code, north.parse().ok()?, east.parse().ok()?))
}

/// Where a place stands, in radii of the globe from the middle of the map to the right and down.
///
/// Sums and products only, whose result is the same on every machine.
pub(super) fn project((north, east): (f64, f64)) -> (f64, f64) {
    let radians = std::f64::consts::PI / 180.0;
    let (phi, lambda) = (north.clamp(-90.0, 90.0) * radians, east.clamp(-180.0, 180.0) * radians);
    let p2 = phi * phi;
    let p4 = p2 * p2;
    let p6 = p2 * p4;
    let p8 = p4 * p4;
    let across = 0.8707 - 0.131_979 * p2 - 0.013_791 * p4 + p8 * p2 * (0.003_971 - 0.001_529 * p2);
    let up = 1.007_226 + 0.015_085 * p2 - 0.044_475 * p6 + 0.028_874 * p8 - 0.005_916 * p8 * p2;
    (lambda * across, -phi * up)
}

/// A window through which a part of the map is seen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Port {
    /// Upper left corner on the sheet, in pixels.
    pub(super) corner: (f64, f64),
    /// Size, in pixels.
    pub(super) size: (f64, f64),
    /// The point of the map at that corner, in radii.
    pub(super) from: (f64, f64),
    /// Pixels that a radius takes.
    pub(super) scale: f64,
}

/// The parallels between which there is anything to show, in degrees north.
const UPPER: f64 = 80.0;
const LOWER: f64 = -56.5;

impl Port {
    /// The whole map at a place on the sheet, so wide.
    pub(super) fn world(corner: (f64, f64), width: f64) -> Self {
        let left = project((0.0, -180.0)).0;
        let (upper, lower) = (project((UPPER, 0.0)).1, project((LOWER, 0.0)).1);
        let scale = width / (-2.0 * left);
        Self { corner, size: (width, (lower - upper) * scale), from: (left, upper), scale }
    }

    /// A part around a point of the map, `factor` times as large as in `world`.
    pub(super) fn part(world: &Self, (x, y): (f64, f64), factor: f64, corner: (f64, f64), size: (f64, f64)) -> Self {
        let scale = world.scale * factor;
        let (wide, high) = (size.0 / scale, size.1 / scale);
        let edge = (world.size.0 / world.scale, world.size.1 / world.scale);
        let inside = |middle: f64, length: f64, from: f64, all: f64| {
            (middle - length / 2.0).clamp(from, (from + all - length).max(from))
        };
        let from = (inside(x, wide, world.from.0, edge.0), inside(y, high, world.from.1, edge.1));
        Self { corner, size, from, scale }
    }

    /// Where a point of the map stands on the sheet.
    pub(super) fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (self.corner.0 + (x - self.from.0) * self.scale, self.corner.1 + (y - self.from.1) * self.scale)
    }

    /// Whether a point of the map is seen, not closer to the edge than so many pixels.
    pub(super) fn shows(&self, point: (f64, f64), air: f64) -> bool {
        let (x, y) = self.at(point);
        let inside = |at: f64, from: f64, length: f64| at >= from + air && at <= from + length - air;
        inside(x, self.corner.0, self.size.0) && inside(y, self.corner.1, self.size.1)
    }

    /// What is seen of land and borders, as markup in these colours.
    pub(super) fn land(&self, sea: &str, land: &str) -> String {
        let ((left, top), (wide, high)) = (self.corner, self.size);
        let (mut areas, mut borders) = (String::new(), String::new());
        for outline in OUTLINES.lines() {
            let Some((kind, numbers)) = outline.split_once(' ') else { continue };
            let points = self.points(numbers);
            if !self.meets(&points) {
                continue;
            }
            if kind == "land" {
                push_path(&mut areas, &points);
                areas.push('z');
            } else {
                push_path(&mut borders, &points);
            }
        }
        // A picture in the picture cuts what reaches beyond its edge.
        format!(
            "<svg x=\"{left:.1}\" y=\"{top:.1}\" width=\"{wide:.1}\" height=\"{high:.1}\" viewBox=\"0 0 {:.0} {:.0}\" overflow=\"hidden\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"{sea}\"/>\n<path d=\"{areas}\" fill=\"{land}\"/>\n\
             <path d=\"{borders}\" fill=\"none\" stroke=\"#FFFFFF\" stroke-width=\"7\"/>\n</svg>\n",
            wide * 10.0,
            high * 10.0
        )
    }

    /// The points of an outline in tenths of a pixel from the corner.
    fn points(&self, numbers: &str) -> Vec<(i32, i32)> {
        let mut numbers = numbers.split(' ').filter_map(|number| number.parse::<i32>().ok());
        let (mut east, mut north) = (0, 0);
        let mut points = Vec::new();
        while let (Some(x), Some(y)) = (numbers.next(), numbers.next()) {
            (east, north) = (east + x, north + y);
            let point = project((f64::from(north) / 10.0, f64::from(east) / 10.0));
            let tenths = |at: f64, from: f64| ((at - from) * self.scale * 10.0).round() as i32;
            points.push((tenths(point.0, self.from.0), tenths(point.1, self.from.1)));
        }
        points.dedup();
        points
    }

    /// Whether an outline reaches into the window.
    fn meets(&self, points: &[(i32, i32)]) -> bool {
        let reach = |part: fn(&(i32, i32)) -> i32| {
            let parts = points.iter().map(part);
            parts.fold((i32::MAX, i32::MIN), |all, at| (all.0.min(at), all.1.max(at)))
        };
        let (x, y) = (reach(|point| point.0), reach(|point| point.1));
        let seen = |span: (i32, i32), length: f64| span.1 >= 0 && f64::from(span.0) <= length * 10.0;
        points.len() > 1 && seen(x, self.size.0) && seen(y, self.size.1)
    }
}

fn push_path(path: &mut String, points: &[(i32, i32)]) {
    let mut last: Option<(i32, i32)> = None;
    for &(x, y) in points {
        let _ = match last {
            None => write!(path, "M{x} {y}l"),
            Some((from, above)) => {
                let blank = if path.ends_with('l') { "" } else { " " };
                write!(path, "{blank}{} {}", x - from, y - above)
            }
        };
        last = Some((x, y));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Voice;
    use crate::output::country::country_name;

    #[test]
    fn the_projection_is_the_published_one() {
        // What PROJ 9 gives for `+proj=natearth +R=1`: https://proj.org/operations/projections/natearth.html
        for (north, east, x, y) in [
            (0.0, 180.0, 2.735_385, 0.0),
            (30.0, 180.0, 2.618_474, 0.529_148),
            (52.3, 5.6, 0.073_523, 0.917_927),
            (60.0, -90.0, -1.120_013, 1.044_57),
            (85.0, 180.0, 1.711_282, 1.391_943),
            (-44.0, 170.5, 2.345_781, -0.775_679),
        ] {
            let found = project((north, east));
            assert!((found.0 - x).abs() < 1e-6 && (found.1 + y).abs() < 1e-6, "{north} {east}: {found:?}");
        }
    }

    #[test]
    fn every_country_with_a_name_has_a_centre() {
        assert!(CENTRES.lines().is_sorted() && CENTRES.lines().count() > 240);
        for row in CENTRES.lines() {
            let (code, _) = row.split_once(',').unwrap();
            let (north, east) = centre(code).unwrap();
            assert!(
                north.abs() <= 90.0 && east.abs() <= 180.0 && !country_name(code, Voice::default()).is_empty(),
                "{row}"
            );
        }
        assert_eq!(centre("NL"), Some((52.3, 5.6)));
        assert_eq!(centre("??"), None);
    }

    #[test]
    fn outlines_stay_on_the_globe() {
        for outline in OUTLINES.lines() {
            let (kind, numbers) = outline.split_once(' ').unwrap();
            assert!(matches!(kind, "land" | "border"), "{kind}");
            let numbers: Vec<i32> = numbers.split(' ').map(|number| number.parse().unwrap()).collect();
            assert!(numbers.len().is_multiple_of(2) && numbers.len() >= 4, "{outline}");
            let (mut east, mut north) = (0, 0);
            for point in numbers.chunks_exact(2) {
                (east, north) = (east + point[0], north + point[1]);
                assert!(east.abs() <= 1_800 && north.abs() <= 900, "{outline}");
            }
        }
    }

    #[test]
    fn a_part_stays_within_the_world() {
        let world = Port::world((0.0, 0.0), 656.0);
        for place in [(52.0, 5.0), (-54.0, 179.0), (78.0, -179.0)] {
            let part = Port::part(&world, project(place), 5.0, (0.0, 0.0), (656.0, 200.0));
            assert!(part.shows(project(place), -20.0), "{place:?}");
            assert!(part.from.0 >= world.from.0 - 1e-9 && part.from.1 >= world.from.1 - 1e-9);
        }
    }
}
