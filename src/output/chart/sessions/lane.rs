//! One account: its presences packed into rows, the marks above them, and what else it did below.

use super::super::canvas::{Anchor, Canvas, Drawn};
use super::super::held::{Held, Step};
use super::super::ink::{DESK, DESK_TINT, FADED, GREY, INTRUDER, INTRUDER_TINT, SERVANT, SERVANT_TINT, Sign};
use super::super::measure::{cut, width};
use super::super::scale::Axis;
use super::super::voice;
use super::super::words::{counted, name, some};
use super::marks::{self, Mark};
use super::{Kind, LEFT, RIGHT};
use crate::case::session::Session;
use crate::language::Voice;
use crate::output::view::View;
use plotters::style::WHITE;
use std::fmt::Display;

/// Heights: of the name, of the marks, of a row of presences, of the strokes below, and the air between lanes.
const NAME: i32 = 22;
const MARKS: i32 = 26;
const ROW: i32 = 16;
const TICKS: i32 = 12;
const AIR: i32 = 8;
/// Rows of presences; more are told.
const ROWS: usize = 8;
/// Size of what stands beside a presence.
const LABEL: i32 = 10;

/// A lane.
pub(super) struct Lane {
    name: String,
    facts: String,
    bars: Vec<Bar>,
    rows: i32,
    marks: Vec<Mark>,
    /// Pixels in which the account did something that is no intruder's.
    pub(super) ticks: Vec<i32>,
}

struct Bar {
    kind: Kind,
    /// Left and right edge, in pixels.
    edges: (i32, i32),
    label: String,
    /// Where the label begins, in pixels.
    label_at: i32,
    row: i32,
    /// Pixels in which something was done.
    acts: Vec<i32>,
}

impl Lane {
    pub(super) fn new(view: &View<'_>, held: &Held<'_>, steps: &[Step], axis: &Axis) -> Self {
        let mut ends: Vec<i32> = Vec::new();
        let mut bars = Vec::new();
        for session in &held.sessions {
            let mut bar = Bar::new(view, session, axis);
            let (from, to) = bar.extent();
            let free = ends.iter().position(|end| *end < from);
            if free.is_none() && ends.len() == ROWS {
                continue;
            }
            let row = free.unwrap_or(ends.len());
            if row == ends.len() {
                ends.push(to);
            }
            ends[row] = to;
            bar.row = row as i32;
            bars.push(bar);
        }
        let events: u64 = held.sessions.iter().map(|session| session.events).sum();
        let succeeded: u64 = held.sessions.iter().map(|session| session.succeeded).sum();
        let t = voice(view);
        let values: [(&str, &dyn Display); 4] = [
            ("presences", &counted(t, "chart.n_presences", held.sessions.len() as u64)),
            ("acts", &counted(t, "chart.n_acts", succeeded)),
            ("refused", &some(events - succeeded.min(events))),
            ("hidden", &some((held.sessions.len() - bars.len()) as u64)),
        ];
        Self {
            name: name(t, held.account).to_owned(),
            facts: t.fill("chart.sessions.facts", &values),
            rows: ends.len() as i32,
            marks: marks::marks(view, held, steps, axis),
            ticks: Vec::new(),
            bars,
        }
    }

    pub(super) fn height(&self) -> i32 {
        let marks = if self.marks.is_empty() { 0 } else { MARKS };
        NAME + marks + self.rows * ROW + TICKS + AIR
    }

    /// Whether a mark of this sign is in it.
    pub(super) fn has(&self, sign: Sign) -> bool {
        self.marks.iter().any(|mark| mark.sign == sign)
    }

    pub(super) fn draw(&self, canvas: &Canvas<'_>, top: i32) -> Drawn {
        let middle = top + NAME / 2 + 1;
        let facts = width(&self.facts, LABEL);
        // The lines of the axis pass behind names.
        canvas.rect((LEFT, top + 2), (RIGHT, top + NAME - 2), WHITE)?;
        canvas.fit((LEFT, middle), &self.name, 12, RIGHT - LEFT - facts - 12, Anchor::Start)?;
        canvas.text((RIGHT, middle), &self.facts, LABEL, FADED, Anchor::End)?;
        let mut y = top + NAME;
        if !self.marks.is_empty() {
            marks::draw(canvas, &self.marks, y, y + MARKS + self.rows * ROW)?;
            y += MARKS;
        }
        self.bars.iter().try_for_each(|bar| bar.draw(canvas, y + bar.row * ROW))?;
        let ticks = y + self.rows * ROW + 3;
        self.ticks.iter().try_for_each(|x| canvas.line((*x, ticks), (*x, ticks + 6), GREY))
    }
}

impl Bar {
    fn new(view: &View<'_>, session: &Session, axis: &Axis) -> Self {
        let (from, to) = (axis.x(session.span.0), axis.x(session.span.1));
        let edges = (from, to.max(from + 3));
        let times = session.positions.iter().map(|at| view.case.events.entries.at(*at).micros);
        let mut acts: Vec<i32> = times.map(|time| axis.x(time)).collect();
        acts.dedup();
        let label = cut(&place(voice(view), session), LABEL, 230);
        let wide = width(&label, LABEL);
        let (label_at, room) = if edges.1 + 5 + wide <= RIGHT {
            (edges.1 + 5, wide)
        } else if edges.0 - 5 - wide >= LEFT {
            (edges.0 - 5 - wide, wide)
        } else {
            // Dense acts leave no gap: then it hides some of them.
            widest(&acts).filter(|gap| gap.1 >= wide).unwrap_or((edges.0 + 6, edges.1 - edges.0 - 12))
        };
        Self { kind: Kind::of(session), edges, label: cut(&label, LABEL, room), label_at, row: 0, acts }
    }

    /// From where to where nothing else may stand.
    fn extent(&self) -> (i32, i32) {
        let label = (self.label_at, self.label_at + width(&self.label, LABEL));
        (self.edges.0.min(label.0) - 4, self.edges.1.max(label.1) + 4)
    }

    fn draw(&self, canvas: &Canvas<'_>, top: i32) -> Drawn {
        let (tint, color) = match self.kind {
            Kind::Intruder => (INTRUDER_TINT, INTRUDER),
            Kind::Refused => (WHITE, GREY),
            Kind::Application => (SERVANT_TINT, SERVANT),
            Kind::Desk => (DESK_TINT, DESK),
        };
        let (from, to) = ((self.edges.0, top + 2), (self.edges.1, top + ROW - 2));
        canvas.rect(from, to, tint)?;
        if self.kind == Kind::Refused {
            canvas.frame(from, to, color)?;
        }
        for x in &self.acts {
            canvas.rect((*x, from.1), (x + 1, to.1), color)?;
        }
        if self.label_at > self.edges.0 && self.label_at < self.edges.1 {
            let end = self.label_at + width(&self.label, LABEL);
            canvas.rect((self.label_at - 2, from.1), (end, to.1), tint)?;
        }
        canvas.fit((self.label_at, top + ROW / 2), &self.label, LABEL, 240, Anchor::Start)
    }
}

/// The address, and the country where it is known.
fn place(t: Voice, session: &Session) -> String {
    let address = if session.address.is_empty() { t.text("chart.sessions.no_address") } else { &session.address };
    if session.country.is_empty() { address.to_owned() } else { format!("{address} {}", session.country) }
}

/// The widest stretch between two acts: where it begins, and its length.
fn widest(acts: &[i32]) -> Option<(i32, i32)> {
    acts.windows(2).map(|pair| (pair[0] + 4, pair[1] - pair[0] - 7)).max_by_key(|gap| gap.1)
}
