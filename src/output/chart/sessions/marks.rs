//! What was left behind and what the response did, as marks over one account, none on another.

use super::super::canvas::{Canvas, Drawn};
use super::super::held::{Held, Step};
use super::super::ink::{FADED, GRID, RESPONSE, Sign};
use super::super::scale::Axis;
use super::{LEFT, RIGHT};
use crate::case::foothold::Foothold;
use crate::output::view::View;
use std::collections::BTreeSet;

/// Pixels that a mark takes, and how many fit.
const WIDE: i32 = 14;
const MOST: usize = ((RIGHT - LEFT) / WIDE) as usize;

/// One mark.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    /// What it looks like.
    pub(super) sign: Sign,
    /// The pixel of its moment, and where there is room for it.
    at: i32,
    x: i32,
}

/// The marks of one account, by time; those of one sign at one place are one.
pub(super) fn marks(view: &View<'_>, held: &Held<'_>, steps: &[Step], axis: &Axis) -> Vec<Mark> {
    let entries = &view.case.events.entries;
    let mut moments: Vec<(i64, Sign)> = steps.iter().map(|step| (step.time, Sign::Step(step.letter))).collect();
    let told: BTreeSet<u32> = steps.iter().map(|step| step.position).collect();
    let ids: BTreeSet<&str> = held.dossier.iter().flat_map(|dossier| &dossier.footholds).map(String::as_str).collect();
    let own = view.case.footholds.iter().filter(|foothold: &&Foothold| ids.contains(foothold.id.as_str()));
    for foothold in own {
        let ends = [(&foothold.opened, Sign::Opened), (&foothold.closed, Sign::Closed)];
        for (act, sign) in ends.into_iter().filter_map(|(act, sign)| Some((act.as_ref()?, sign))) {
            // What a step took away is marked by the letter of the step.
            if !told.contains(&act.position) {
                moments.push((entries.at(act.position).micros, sign));
            }
        }
    }
    moments.sort_by_key(|moment| (moment.0, order(moment.1)));
    let mut marks: Vec<Mark> = Vec::new();
    for (time, sign) in moments {
        let at = axis.x(time);
        if (LEFT..=RIGHT).contains(&at) && !marks.iter().rev().take(4).any(|mark| mark.sign == sign && at - mark.at < 4)
        {
            marks.push(Mark { sign, at, x: at });
        }
    }
    marks.truncate(MOST);
    spread(&mut marks);
    marks
}

fn order(sign: Sign) -> (u8, char) {
    match sign {
        Sign::Opened => (0, ' '),
        Sign::Step(letter) => (1, letter),
        _ => (2, ' '),
    }
}

/// Moves marks apart that would lie on each other.
fn spread(marks: &mut [Mark]) {
    let mut from = LEFT + WIDE / 2;
    for mark in marks.iter_mut() {
        mark.x = mark.at.max(from);
        from = mark.x + WIDE;
    }
    let mut to = RIGHT - WIDE / 2;
    for mark in marks.iter_mut().rev() {
        mark.x = mark.x.min(to);
        to = mark.x - WIDE;
    }
}

/// Draws marks at `top`, each with a line through its moment down to `bottom`.
pub(super) fn draw(canvas: &Canvas<'_>, marks: &[Mark], top: i32, bottom: i32) -> Drawn {
    for mark in marks {
        let color = if matches!(mark.sign, Sign::Step(_)) { RESPONSE } else { GRID };
        canvas.line((mark.at, top + 22), (mark.at, bottom), color)?;
        canvas.line((mark.x, top + 14), (mark.at, top + 22), FADED)?;
        canvas.sign((mark.x, top + 7), mark.sign)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_stand_apart_and_on_the_sheet() {
        let mark = |at| Mark { sign: Sign::Opened, at, x: at };
        let mut marks: Vec<Mark> = [20, 21, 22, 300, 305, RIGHT - 1, RIGHT, RIGHT].map(mark).into();
        spread(&mut marks);
        assert!(marks.windows(2).all(|pair| pair[1].x - pair[0].x >= WIDE), "{marks:?}");
        assert!(marks.iter().all(|mark| mark.x >= LEFT && mark.x <= RIGHT), "{marks:?}");
        assert_eq!(marks[3].x, 300);
    }
}
