//! What somebody did with the own account at the own desk: no stranger's presence, but deeds that ask for an answer.

use super::presence::{Presence, Presences};
use super::score::{is_work, weight_of};
use super::{Link, Session, Whose, session_of};
use crate::decision::Decisions;
use crate::rule::Meta;
use crate::store::RuleIndex;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// From this score on the deeds are told.
const ENOUGH: i32 = 30;

/// Deeds that lie this near to a telling one belong to it, in microseconds.
const NEAR: i64 = 24 * 3_600_000_000;

/// The deeds of accounts that no intruder had: around what a rule finds that is telling even of an owner, everything
/// that rules of level medium and above call an intruder's work.
pub(super) fn at_own_desk(presences: &Presences<'_>, decisions: &Decisions, taken: &BTreeSet<u32>) -> Vec<Session> {
    let mut accounts: BTreeMap<u32, Vec<&Presence>> = BTreeMap::new();
    let is_ours = |presence: &Presence| presences.decided(decisions, presence).is_some_and(|ruling| ruling.is_ours());
    let asked = presences.list.iter().filter(|presence| !taken.contains(&presence.who) && !is_ours(presence));
    for presence in asked {
        accounts.entry(presence.who).or_default().push(presence);
    }
    let at_home = |own: &&Vec<&Presence>| own.iter().any(|presence| presence.usual);
    accounts.values().filter(at_home).flat_map(|own| deeds(presences, own)).collect()
}

fn deeds(presences: &Presences<'_>, own: &[&Presence]) -> Vec<Session> {
    let Some(span) = span(presences, own) else { return Vec::new() };
    let near = |position: &&u32| span.contains(&presences.events.entries.at(**position).micros);
    let mut met: BTreeSet<RuleIndex> = BTreeSet::new();
    let mut found: Vec<(&Presence, Vec<u32>)> = Vec::new();
    for presence in own {
        let mut positions = Vec::new();
        for position in presence.positions.iter().filter(near) {
            let works = || works(presences, *position);
            met.extend(works().map(|(index, _)| index));
            positions.extend(works().next().map(|_| *position));
        }
        if !positions.is_empty() {
            found.push((presence, positions));
        }
    }
    let rules = met.iter().filter_map(|index| presences.rules.get(usize::from(*index)));
    let mut parts: Vec<(i32, String)> = rules.map(|rule| (weight_of(rule), rule.title.clone())).collect();
    parts.sort_by_key(|(weight, title)| (Reverse(*weight), title.clone()));
    let score: i32 = parts.iter().map(|(weight, _)| weight).sum();
    if score < ENOUGH {
        return Vec::new();
    }
    let parts: Vec<String> = parts.into_iter().map(|(weight, title)| format!("{weight} {title}")).collect();
    let tell = |(presence, positions): (&Presence, Vec<u32>)| {
        let succeeded = |at: &&u32| !presences.events.entries.at(**at).outcome.is_refused();
        let succeeded = positions.iter().filter(succeeded).count() as u64;
        let (account, address) = (presence.account.clone(), presence.address.to_string());
        let whose = Whose { account, address, succeeded, application: String::new() };
        session_of(presences.events, whose, positions, (Link::Desk, score, parts.clone()))
    };
    found.into_iter().map(tell).collect()
}

/// Around all that is telling; `None` where nothing is.
fn span(presences: &Presences<'_>, own: &[&Presence]) -> Option<std::ops::Range<i64>> {
    let telling = |index: &RuleIndex| presences.rules.get(usize::from(*index)).is_some_and(|rule| rule.insider);
    let own = own.iter().filter(|presence| presence.rules.iter().any(telling));
    let positions = own.flat_map(|presence| presence.positions.iter().copied());
    let entries = positions.map(|position| presences.events.entries.at(position));
    let times = entries.filter(|entry| presences.events.hits(entry).iter().any(telling)).map(|entry| entry.micros);
    let (first, last) = times.fold((i64::MAX, i64::MIN), |(first, last), time| (first.min(time), last.max(time)));
    (first <= last).then(|| first.saturating_sub(NEAR)..last.saturating_add(NEAR))
}

/// The rules that call an event an intruder's work.
fn works<'a>(presences: &Presences<'a>, position: u32) -> impl Iterator<Item = (RuleIndex, &'a Meta)> {
    let rules = presences.rules;
    let hits = presences.events.hits(&presences.events.entries.at(position)).iter();
    hits.filter_map(move |index| Some((*index, rules.get(usize::from(*index)).filter(|rule| is_work(rule))?)))
}
