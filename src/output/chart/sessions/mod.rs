//! When the intruder was in which account: a lane an account, a bar a presence, with what was left and what was done.

mod lane;
mod marks;

use super::Picture;
use super::canvas::{Anchor, Canvas, Drawn, Sheet, legend_height};
use super::held::{Held, Step, got_in, held, tasks};
use super::ink::{
    DESK, DESK_TINT, FADED, GREY, GRID, INK, INTRUDER, INTRUDER_TINT, MARGIN, SERVANT, SERVANT_TINT, Sign, WIDTH,
};
use super::scale::{Axis, number};
use super::voice;
use super::words::{counted, left_out, name, some, task};
use crate::case::session::{Link, Session};
use crate::language::Voice;
use crate::output::view::View;
use crate::store::Sym;
use lane::Lane;
use std::fmt::Display;
use std::io;

const FILE: &str = "charts/sessions.svg";
/// Accounts that get a lane, if there is room for them, and the height of all lanes, in pixels.
const LANES: usize = 10;
const HIGHEST: i32 = 720;
const LEFT: i32 = MARGIN;
const RIGHT: i32 = WIDTH - MARGIN;

/// What a presence is of, which its colour shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// Somebody was in the account.
    Intruder,
    /// Every act was refused.
    Refused,
    /// An application acted.
    Application,
    /// The owner's own desk.
    Desk,
}

impl Kind {
    fn of(session: &Session) -> Self {
        match session.link {
            Link::Desk => Self::Desk,
            _ if !session.application.is_empty() => Self::Application,
            _ if session.succeeded == 0 => Self::Refused,
            _ => Self::Intruder,
        }
    }

    fn sign(self) -> Sign {
        match self {
            Self::Intruder => Sign::Strokes(INTRUDER_TINT, INTRUDER),
            Self::Refused => Sign::Frame(GREY),
            Self::Application => Sign::Strokes(SERVANT_TINT, SERVANT),
            Self::Desk => Sign::Strokes(DESK_TINT, DESK),
        }
    }

    /// The key of what it is called.
    fn name(self) -> &'static str {
        match self {
            Self::Intruder => "chart.sessions.intruder",
            Self::Refused => "chart.sessions.refused",
            Self::Application => "chart.sessions.application",
            Self::Desk => "chart.sessions.desk",
        }
    }
}

/// Draws the chart.
pub(super) fn draw(view: &View<'_>) -> io::Result<Picture> {
    let t = voice(view);
    let title = t.text("chart.sessions.title");
    let (mut all, mut refused) = got_in(held(view));
    if all.is_empty() {
        // Attempts are all that there is to show.
        (all, refused) = (held(view), 0);
    }
    if all.is_empty() {
        let none = t.text("chart.sessions.none");
        let sheet = Sheet::new(FILE, title, "", none);
        let middle = sheet.top() + 60;
        return sheet.draw(middle + 60, |canvas| canvas.nothing(middle, none));
    }
    let shown = &all[..all.len().min(LANES)];
    let steps: Vec<Vec<Step>> = shown.iter().map(|held| held.steps(view)).collect();
    let (first, last) = reach(shown, &steps);
    let axis = Axis::new(first, last, LEFT, RIGHT);
    let mut lanes: Vec<Lane> =
        shown.iter().zip(&steps).map(|(held, steps)| Lane::new(view, held, steps, &axis)).collect();
    let fit = fit(&lanes);
    lanes.truncate(fit);
    let (shown, steps) = (&shown[..fit], &steps[..fit]);
    let ticks = elsewhere(view, shown, &axis, (first, last));
    lanes.iter_mut().zip(ticks).for_each(|(lane, ticks)| lane.ticks = ticks);
    let note = t.fill("chart.sessions.note", &[("left_out", &left_out(t, all.len() - fit, refused))]);
    let sheet = Sheet::new(FILE, title, &note, &alt(t, shown, all.len() as u64));
    let items = legend(t, shown, steps, &lanes);
    let keys = sheet.top();
    let top = keys + legend_height(&items) + 8;
    let bottom = top + lanes.iter().map(Lane::height).sum::<i32>();
    sheet.draw(bottom + 42, |canvas| {
        canvas.legend(keys, &items)?;
        axis.draw(canvas, t, (top, bottom))?;
        lay(canvas, t, &lanes, (top, bottom))
    })
}

/// How many lanes fit a page; one always is shown.
fn fit(lanes: &[Lane]) -> usize {
    let ends = lanes.iter().scan(0, |end, lane| {
        *end += lane.height();
        Some(*end)
    });
    ends.take_while(|end| *end <= HIGHEST).count().max(1)
}

fn lay(canvas: &Canvas<'_>, t: Voice, lanes: &[Lane], (top, bottom): (i32, i32)) -> Drawn {
    let mut y = top;
    for lane in lanes {
        canvas.line((LEFT, y), (RIGHT, y), GRID)?;
        lane.draw(canvas, y)?;
        y += lane.height();
    }
    canvas.line((LEFT, bottom), (RIGHT, bottom), INK)?;
    canvas.text((LEFT.midpoint(RIGHT), bottom + 31), t.text("chart.time"), 10, FADED, Anchor::Middle)
}

/// From the first to the last of presences and steps, microseconds since 1970.
fn reach(shown: &[Held<'_>], steps: &[Vec<Step>]) -> (i64, i64) {
    let acts = shown.iter().map(Held::span);
    let steps = steps.iter().flatten().map(|step| (step.time, step.time));
    acts.chain(steps).fold((i64::MAX, i64::MIN), |all, span| (all.0.min(span.0), all.1.max(span.1)))
}

/// The pixels in which each account has events that are no intruder's, in one pass over the time shown.
fn elsewhere(view: &View<'_>, shown: &[Held<'_>], axis: &Axis, (first, last): (i64, i64)) -> Vec<Vec<i32>> {
    let events = &view.case.events;
    let mut own: Vec<(Sym, Sym)> = Vec::new();
    let mut is_own = vec![false; events.pool.len()];
    let mut taken: Vec<u32> = Vec::new();
    for held in shown {
        let who = events.who(&events.entries.at(held.sessions[0].positions[0]));
        own.push((who.tenant, who.account));
        is_own[who.account.0 as usize] = true;
        taken.extend(held.sessions.iter().flat_map(|session| &session.positions));
    }
    taken.sort_unstable();
    let mut seen = vec![[false; WIDTH as usize]; shown.len()];
    let from = events.entries.partition_point(|entry| entry.micros < first);
    let mut taken = taken.into_iter().peekable();
    for (entry, position) in events.entries.iter_from(from).zip(from as u32..) {
        if entry.micros > last {
            break;
        }
        while taken.next_if(|at| *at < position).is_some() {}
        let who = events.who(&entry);
        if !is_own[who.account.0 as usize] || taken.peek() == Some(&position) || !entry.is_act() {
            continue;
        }
        let x = axis.x(entry.micros).clamp(0, WIDTH - 1) as usize;
        let lanes = own.iter().zip(&mut seen).filter(|(own, _)| **own == (who.tenant, who.account));
        lanes.for_each(|(_, seen)| seen[x] = true);
    }
    let pixels = |seen: &[bool; WIDTH as usize]| (0..).zip(seen).filter(|(_, seen)| **seen).map(|(x, _)| x).collect();
    seen.iter().map(pixels).collect()
}

fn alt(t: Voice, shown: &[Held<'_>], all: u64) -> String {
    let told = shown.iter().take(5).map(|held| {
        let (from, to) = held.span();
        let presences = counted(t, "chart.n_presences", held.sessions.len() as u64);
        let acts = counted(t, "chart.n_acts", held.sessions.iter().map(|session| session.events).sum());
        format!("{}: {presences}, {acts}, {}", name(t, held.account), t.span(from, to))
    });
    let told: Vec<String> = told.collect();
    let more = some(all - told.len() as u64);
    let values: [(&str, &dyn Display); 3] = [("number", &number(all)), ("told", &told.join("; ")), ("more", &more)];
    t.count("chart.sessions.alt", all, &values)
}

fn legend(t: Voice, shown: &[Held<'_>], steps: &[Vec<Step>], lanes: &[Lane]) -> Vec<(Sign, String)> {
    let mut kinds: Vec<Kind> = shown.iter().flat_map(|held| &held.sessions).map(|session| Kind::of(session)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let mut items: Vec<(Sign, String)> =
        kinds.into_iter().map(|kind| (kind.sign(), t.text(kind.name()).to_owned())).collect();
    if lanes.iter().any(|lane| !lane.ticks.is_empty()) {
        items.push((Sign::Ticks(GREY), t.text("chart.sessions.elsewhere").to_owned()));
    }
    for (sign, text) in [(Sign::Opened, "chart.sessions.opened"), (Sign::Closed, "chart.sessions.closed")] {
        if lanes.iter().any(|lane| lane.has(sign)) {
            items.push((sign, t.text(text).to_owned()));
        }
    }
    items.extend(tasks(shown, steps).into_iter().map(|(letter, of)| (Sign::Step(letter), task(t, of))));
    items
}
