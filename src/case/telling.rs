//! Which of several acts a sentence names for all of them.

use super::tactic::{TACTICS, tactic};
use crate::rule::Meta;
use crate::store::{Events, RuleIndex};

/// The act among those at `positions`, which are in time order, that says most of what the rule found; `None` where
/// there is none.
///
/// What an intruder did once inside is found together with the sign-in that it goes by, and what lies between: of these
/// that is named with which the condition of the rule was met, else the first that is neither a sign-in nor was refused.
/// Of a rule about the entry it is the first that got in, of one about attempts the first.
pub(super) fn telling(events: &Events, (rule, meta): (RuleIndex, &Meta), positions: &[u32]) -> Option<u32> {
    let phase = tactic(&meta.tags).and_then(|phase| TACTICS.get(phase)).copied().unwrap_or_default();
    let entry = |position: &u32| events.entries.at(*position);
    let mut through = positions.iter().filter(|position| !entry(position).outcome.is_refused());
    let told = match phase {
        "reconnaissance" | "credential-access" => None,
        "initial-access" => through.next(),
        _ => {
            let deed = through.clone().find(|position| is_deed(events, rule, **position));
            deed.or_else(|| through.find(|position| !events.is_sign_in(&entry(position))))
        }
    };
    told.or_else(|| positions.first()).copied()
}

/// Whether any of these acts met the condition of the rule: what a correlation finds over several accounts is the deed
/// of some of them only.
pub(super) fn is_own(events: &Events, (rule, meta): (RuleIndex, &Meta), positions: &[u32]) -> bool {
    !meta.is_correlation() || positions.iter().any(|position| is_deed(events, rule, *position))
}

fn is_deed(events: &Events, correlation: RuleIndex, position: u32) -> bool {
    events.marks(&events.entries.at(position)).contains(&correlation)
}
