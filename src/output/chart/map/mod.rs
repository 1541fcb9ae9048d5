//! A world map of where people signed in from: circles by count, and the places where an intruder was marked.

mod labels;
mod spots;
mod told;
mod world;

use super::Picture;
use super::canvas::{Anchor, Canvas, DIAMOND, Drawn, LINE, Sheet, hex, legend_height};
use super::ink::{FADED, GRID, INK, LAND, MARGIN, SEA, Sign, WIDTH};
use super::measure::cut;
use super::scale::number;
use super::voice;
use super::words::{counted, name};
use crate::language::Voice;
use crate::output::view::View;
use labels::{Area, Labels};
use plotters::style::WHITE;
pub(crate) use spots::CameFrom;
use spots::{Spot, Spots, spots};
use std::io;
use world::Port;

const FILE: &str = "charts/map.svg";
/// Places that are drawn; those that are named, if there is room, and that the list holds.
const DRAWN: usize = 400;
const NAMED: usize = 14;
const LISTED: usize = 12;
/// Radius of the largest half circle, and of the smallest that is still seen, in pixels.
const LARGEST: f64 = 17.0;
const SMALLEST: f64 = 3.5;
/// Height of the enlarged part, in pixels, and how many times it may be enlarged.
const PART: f64 = 216.0;
const FACTORS: (f64, f64) = (4.0, 7.0);

/// The map with what is on it.
struct Map<'a> {
    spots: &'a [Spot],
    /// The highest number of sign-ins that a half circle stands for.
    most: u64,
    world: Port,
    part: Option<Port>,
}

/// Draws the chart.
pub(super) fn draw(view: &View<'_>) -> io::Result<Picture> {
    let t = voice(view);
    paint(t, FILE, t.text("chart.map.title"), &spots(view))
}

/// Draws where one account was used from; nothing where that is one place, or none.
pub(crate) fn account_map(
    view: &View<'_>,
    (file, account): (&str, &str),
    came: &[CameFrom<'_>],
    unstated: (u64, u64),
) -> io::Result<Option<Picture>> {
    let t = voice(view);
    let spots = Spots { unstated, ..Spots::of(came.iter().copied(), t) };
    if spots.all.len() < 2 {
        return Ok(None);
    }
    let title = t.fill("chart.map.of_account", &[("account", &name(t, account))]);
    paint(t, file, &title, &spots).map(Some)
}

fn paint(t: Voice, file: &str, title: &str, spots: &Spots) -> io::Result<Picture> {
    let drawn = &spots.all[..spots.all.len().min(DRAWN)];
    let most = drawn.iter().map(|spot| spot.sign_ins.succeeded.max(spot.sign_ins.failed)).max().unwrap_or(0);
    let wide = f64::from(WIDTH - 2 * MARGIN);
    let mut map = Map { spots: drawn, most, world: Port::world((f64::from(MARGIN), 0.0), wide), part: None };
    let crowd = map.crowd();
    let note = told::note(t, spots, crowd.is_some());
    let sheet = Sheet::new(file, title, &note, &told::alt(t, spots));
    let items = legend(t, spots);
    let keys = sheet.top();
    map.world.corner.1 = f64::from(keys + legend_height(&items) + 4);
    let below = map.world.corner.1 + map.world.size.1 + 6.0;
    map.part =
        crowd.map(|(middle, factor)| Port::part(&map.world, middle, factor, (f64::from(MARGIN), below), (wide, PART)));
    let world = map.world;
    let table = if map.part.is_some() { below + PART + 6.0 } else { below }.round() as i32;
    let lines = if spots.all.is_empty() { 0 } else { 2 + spots.all.len().min(LISTED) as i32 };
    sheet.draw(table + lines * LINE + 10, |canvas| {
        canvas.below(&world.land(&hex(SEA), &hex(LAND)));
        if let Some(part) = map.part {
            canvas.below(&part.land(&hex(SEA), &hex(LAND)));
        }
        if spots.all.is_empty() {
            let middle = (world.corner.1 + world.size.1 / 2.0) as i32;
            canvas.rect((MARGIN + 60, middle - 26), (WIDTH - MARGIN - 60, middle + 26), WHITE)?;
            return canvas.nothing(middle, t.text("chart.map.none"));
        }
        canvas.legend(keys, &items)?;
        map.draw(canvas)?;
        list(canvas, t, &spots.all, table)
    })
}

fn legend(t: Voice, spots: &Spots) -> Vec<(Sign, String)> {
    if spots.all.is_empty() {
        return Vec::new();
    }
    let mut items = vec![(Sign::Halves, t.text("chart.map.halves").to_owned())];
    if spots.all.iter().any(|spot| spot.sign_ins.succeeded + spot.sign_ins.failed == 0) {
        items.push((Sign::Ring, t.text("chart.map.ring").to_owned()));
    }
    if spots.all.iter().any(|spot| spot.intruder) {
        items.push((Sign::Diamond, t.text("chart.map.diamond").to_owned()));
    }
    items
}

impl Map<'_> {
    fn radius(&self, count: u64) -> f64 {
        if count == 0 { 0.0 } else { (LARGEST * (count as f64 / self.most as f64).sqrt()).max(SMALLEST) }
    }

    /// How far a spot reaches from its middle.
    fn reach(&self, spot: &Spot) -> f64 {
        self.radius(spot.sign_ins.succeeded.max(spot.sign_ins.failed)).max(4.0)
    }

    /// Where places lie on each other: the middle of the largest crowd, and how much room it leaves to enlarge.
    fn crowd(&self) -> Option<((f64, f64), f64)> {
        let spots = &self.spots[..self.spots.len().min(60)];
        let mut group: Vec<usize> = (0..spots.len()).collect();
        for a in 0..spots.len() {
            for b in 0..a {
                let (one, other) = (self.world.at(spots[a].point), self.world.at(spots[b].point));
                let far = (one.0 - other.0).abs().max((one.1 - other.1).abs());
                if far < self.reach(&spots[a]) + self.reach(&spots[b]) {
                    let (from, to) = (group[a], group[b]);
                    group.iter_mut().filter(|group| **group == from).for_each(|group| *group = to);
                }
            }
        }
        let size = |of: usize| group.iter().filter(|group| **group == of).count();
        let crowd = (0..spots.len()).max_by_key(|group| (size(*group), std::cmp::Reverse(*group)))?;
        if size(crowd) < 2 {
            return None;
        }
        let own = || group.iter().zip(spots).filter(|(group, _)| **group == crowd).map(|(_, spot)| spot.point);
        let reach = |part: fn((f64, f64)) -> f64| {
            own().map(part).fold((f64::MAX, f64::MIN), |all, at| (all.0.min(at), all.1.max(at)))
        };
        let (x, y) = (reach(|point| point.0), reach(|point| point.1));
        let room = |length: f64, span: (f64, f64)| (length - 90.0) / ((span.1 - span.0) * self.world.scale).max(1.0);
        let factor = room(self.world.size.0, x).min(room(PART, y)).clamp(FACTORS.0, FACTORS.1);
        Some(((f64::midpoint(x.0, x.1), f64::midpoint(y.0, y.1)), factor))
    }

    fn draw(&self, canvas: &Canvas<'_>) -> Drawn {
        let apart = |spot: &&Spot| self.part.is_none_or(|part| !part.shows(spot.point, 0.0));
        let named: Vec<&Spot> = self.spots.iter().filter(apart).take(NAMED).collect();
        let mut frame = Vec::new();
        if let Some(part) = self.part {
            frame.push(self.framed(canvas, &part)?);
        }
        self.places(canvas, &self.world, &named, frame)?;
        let Some(part) = self.part else { return Ok(()) };
        let named: Vec<&Spot> = self.spots.iter().filter(|spot| !apart(spot)).take(NAMED).collect();
        self.places(canvas, &part, &named, Vec::new())?;
        let (from, to) = corners(&part);
        canvas.frame(from, to, INK)
    }

    /// Frames on the world map what the enlarged part shows.
    fn framed(&self, canvas: &Canvas<'_>, part: &Port) -> io::Result<Area> {
        let (left, top) = self.world.at(part.from);
        let factor = self.world.scale / part.scale;
        let (right, bottom) = (left + part.size.0 * factor, top + part.size.1 * factor);
        let area = [left, top, right, bottom].map(|at| at.round() as i32);
        canvas.frame((area[0], area[1]), (area[2], area[3]), INK)?;
        Ok(area)
    }

    /// Draws all places that a window shows, the largest first so that none is hidden, and names some.
    fn places(&self, canvas: &Canvas<'_>, port: &Port, named: &[&Spot], mut taken: Vec<Area>) -> Drawn {
        let mut shown: Vec<&Spot> = self.spots.iter().filter(|spot| port.shows(spot.point, -1.0)).collect();
        shown.sort_by_key(|spot| std::cmp::Reverse(spot.sign_ins.succeeded.max(spot.sign_ins.failed)));
        for spot in &shown {
            let (x, y) = port.at(spot.point);
            let (succeeded, failed) = (spot.sign_ins.succeeded, spot.sign_ins.failed);
            if succeeded + failed == 0 {
                canvas.ring((x, y));
            }
            for (count, left) in [(succeeded, true), (failed, false)].into_iter().filter(|part| part.0 > 0) {
                canvas.half_circle((x, y), self.radius(count), left);
            }
        }
        for spot in &shown {
            let ((x, y), reach) = (port.at(spot.point), self.reach(spot));
            let mut top = y - reach;
            if spot.intruder {
                canvas.diamond((x, top - DIAMOND));
                top -= 2.0 * DIAMOND + 1.0;
            }
            taken.push([x - reach, top, x + reach, y + reach].map(|at| at.round() as i32));
        }
        let (from, to) = corners(port);
        let mut labels = Labels::new([from.0 + 2, from.1 + 2, to.0 - 2, to.1 - 2], taken);
        for spot in named {
            let (x, y) = port.at(spot.point);
            labels.write(canvas, (x.round() as i32, y.round() as i32), self.reach(spot).ceil() as i32, &spot.short)?;
        }
        Ok(())
    }
}

fn corners(port: &Port) -> ((i32, i32), (i32, i32)) {
    let ((left, top), (wide, high)) = (port.corner, port.size);
    ((left.round() as i32, top.round() as i32), ((left + wide).round() as i32, (top + high).round() as i32))
}

/// Right edges and heads of the columns of numbers.
const COLUMNS: [(i32, &str); 4] = [
    (412, "chart.map.succeeded"),
    (482, "chart.signins.failed"),
    (572, "chart.map.other"),
    (WIDTH - MARGIN, "chart.map.addresses"),
];
/// Marks a place that is no more than the centre of its country, where others are.
const CENTRE: &str = " *";

/// The numbers of the most important places.
fn list(canvas: &Canvas<'_>, t: Voice, spots: &[Spot], top: i32) -> Drawn {
    let y = |line: i32| top + 8 + line * LINE;
    canvas.text((MARGIN + 20, y(0)), t.text("chart.map.place"), 10, FADED, Anchor::Start)?;
    for (x, head) in COLUMNS {
        canvas.text((x, y(0)), t.text(head), 10, FADED, Anchor::End)?;
    }
    canvas.line((MARGIN, y(0) + 8), (WIDTH - MARGIN, y(0) + 8), GRID)?;
    let mixed = spots.iter().any(|spot| !spot.is_centre);
    for (line, spot) in (1..).zip(spots.iter().take(LISTED)) {
        if spot.intruder {
            canvas.diamond((f64::from(MARGIN + 8), f64::from(y(line))));
        }
        let mark = if mixed && spot.is_centre { CENTRE } else { "" };
        let name = format!("{}{mark}", cut(&spot.name, 11, 300 - MARGIN));
        canvas.text((MARGIN + 20, y(line)), &name, 11, INK, Anchor::Start)?;
        let numbers = [spot.sign_ins.succeeded, spot.sign_ins.failed, spot.rest(), spot.addresses];
        for ((x, _), value) in COLUMNS.into_iter().zip(numbers) {
            canvas.text((x, y(line)), &number(value), 11, INK, Anchor::End)?;
        }
    }
    if spots.len() > LISTED {
        let rest = counted(t, "chart.map.more", (spots.len() - LISTED) as u64);
        canvas.text((MARGIN + 20, y(LISTED as i32 + 1)), &rest, 11, FADED, Anchor::Start)?;
    }
    Ok(())
}
