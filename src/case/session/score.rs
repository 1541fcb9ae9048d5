//! How much of what was found points to an intruder: the features of presences, weighed.

use super::presence::{Presence, Presences};
use crate::rule::{Level, Meta};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// From this score on a presence is the intruder's, and in an account or a network that the intruder had elsewhere.
pub(super) const ENOUGH: i32 = 40;
pub(super) const ENOUGH_BESIDE: i32 = 25;

/// A finding of level high or critical.
const SERIOUS: i32 = 30;
/// No program that the account uses where it usually is.
const STRANGE: i32 = 20;
/// A finding of level medium that is an intruder's work rather than a way in.
const WORK: i32 = 10;
/// Such work, in the light of other records.
pub(super) const GRAVE: i32 = 15;
/// Any other finding of level medium.
const DOUBTFUL: i32 = 5;
/// The program is one that the account uses where it usually is.
const FAMILIAR: i32 = -10;
/// So many programs that the account is known to use: who carries all of its machines is its owner.
const EQUIPPED: i32 = -40;
/// From so many on.
const SEVERAL: usize = 3;
/// Nothing but signing in.
const IDLE: i32 = -20;
/// A network that many of the tenant use.
const SHARED: i32 = -15;

/// A network that the account often comes from, with programs that it is known to use.
const HABIT: i32 = -15;
/// Days from which on that is often.
const OFTEN: u32 = 4;

/// Accounts from which on a network is shared, and an address.
const MANY_IN_NETWORK: u32 = 4;
const MANY_AT_ADDRESS: u32 = 5;

/// Tactics by which somebody gets in, as Sigma tags them.
const ENTRY: &[&str] = &["attack.initial-access", "attack.credential-access"];

/// Events of usual presences from which on a program is the account's own.
const KNOWN: u32 = 3;

/// What is known of one account.
#[derive(Default)]
pub(super) struct Account {
    pub presences: Vec<usize>,
    /// How many events of its usual presences each program has.
    pub programs: BTreeMap<u32, u32>,
    /// On how many days it came from each network, with programs that it is known to use.
    pub networks: BTreeMap<u32, u32>,
}

impl Account {
    /// Whether it is known to use the program.
    pub(super) fn uses(&self, program: u32) -> bool {
        self.programs.get(&program).is_some_and(|count| *count >= KNOWN)
    }

    /// How much of what a presence did was done with programs that the account is known to use; `None` where no
    /// record names one.
    pub(super) fn familiar(&self, presence: &Presence) -> Option<f64> {
        let all: u32 = presence.programs.values().sum();
        let known = presence.programs.iter().filter(|(program, _)| self.uses(**program));
        let known: u32 = known.map(|(_, count)| count).sum();
        (all > 0).then(|| f64::from(known) / f64::from(all))
    }
}

fn is_of(rule: &Meta, tactics: &[&str]) -> bool {
    rule.tags.iter().any(|tag| tactics.contains(&tag.as_str()))
}

/// Whether the account is often there, and nothing speaks of an intruder; or many others are.
pub(super) fn is_usual(presences: &Presences<'_>, presence: &Presence) -> bool {
    if presence.succeeded < 20 {
        return false;
    }
    let quiet = !presences.found(presence).any(|rule| rule.level >= Level::High || is_of(rule, ENTRY));
    presences.accounts_at(presence) >= MANY_AT_ADDRESS
        || (presence.days >= 5 && quiet)
        || (presence.days >= 12 && presence.succeeded >= 60)
}

/// A part of a score: what it adds, and why.
type Part = (i32, String);

/// The score of presences that belong together, and its parts, the weightiest first. What speaks against an intruder
/// counts only if it is so of every one of them in which something was done.
pub(super) fn score(presences: &Presences<'_>, account: &Account, members: &[&Presence]) -> (i32, Vec<String>) {
    let (mut parts, serious) = traces(presences, members);
    let inside: Vec<&Presence> = members.iter().copied().filter(|presence| presence.succeeded > 0).collect();
    if inside.is_empty() {
        // Attempts that failed: only what is serious counts, and then it is enough.
        parts.retain(|(weight, _)| *weight == SERIOUS);
        for part in &mut parts {
            part.0 = ENOUGH;
        }
    } else {
        parts.extend(habits(presences, account, &inside, serious));
    }
    parts.sort_by_key(|(weight, text)| (Reverse(*weight), text.clone()));
    let score = parts.iter().map(|(weight, _)| weight).sum();
    (score, parts.into_iter().map(|(weight, text)| format!("{weight} {text}")).collect())
}

/// What rules found, and whether something of it is serious. What two logs tell of one trace counts once.
fn traces(presences: &Presences<'_>, members: &[&Presence]) -> (Vec<Part>, bool) {
    let mut traces: BTreeMap<String, Part> = BTreeMap::new();
    let mut serious = false;
    for rule in members.iter().flat_map(|presence| presences.found(presence)) {
        let weight = weight_of(rule);
        serious |= weight == SERIOUS;
        let trace = rule.matrix.first().cloned().filter(|_| weight == DOUBTFUL).unwrap_or_else(|| rule.id.clone());
        let known = traces.entry(trace).or_insert_with(|| (weight, rule.title.clone()));
        if (Reverse(weight), &rule.title) < (Reverse(known.0), &known.1) {
            *known = (weight, rule.title.clone());
        }
    }
    (traces.into_values().collect(), serious)
}

/// What a finding of a rule weighs.
pub(super) fn weight_of(rule: &Meta) -> i32 {
    rule.presence.unwrap_or_else(|| weight(rule))
}

/// Whether a finding of the rule is of an intruder's work rather than a way in.
pub(super) fn is_work(rule: &Meta) -> bool {
    rule.level >= Level::Medium && !is_of(rule, ENTRY) && weight_of(rule) >= WORK
}

/// What a finding of a rule weighs that does not say so itself.
fn weight(rule: &Meta) -> i32 {
    match rule.level {
        Level::High | Level::Critical => SERIOUS,
        // What others of its records decide is seldom chance.
        _ if rule.is_correlation() && is_of(rule, &["attack.initial-access"]) => WORK,
        _ if is_of(rule, ENTRY) => DOUBTFUL,
        _ if is_of(rule, &["attack.lateral-movement"]) => DOUBTFUL,
        _ if rule.is_correlation() => GRAVE,
        _ => WORK,
    }
}

/// What presences have in common with what the account usually does.
fn habits(presences: &Presences<'_>, account: &Account, inside: &[&Presence], serious: bool) -> Vec<Part> {
    let (voice, mut parts) = (presences.voice, Vec::new());
    let share = |presence: &Presence| account.familiar(presence);
    if inside.iter().any(|presence| share(presence).is_some_and(|share| share < 0.2)) {
        parts.push((STRANGE, voice.text("case.session.strange").to_owned()));
    } else if inside.iter().all(|presence| share(presence).is_some_and(|share| share > 0.7)) && !serious {
        parts.push((FAMILIAR, voice.text("case.session.familiar").to_owned()));
    }
    let known = |presence: &Presence| presence.programs.keys().filter(|program| account.uses(**program)).count();
    let known = inside.iter().map(|presence| known(presence)).min().unwrap_or(0);
    if known >= SEVERAL {
        parts.push((EQUIPPED, voice.fill("case.session.equipped", &[("n", &known)])));
    }
    if !inside.iter().any(|presence| presence.acts) {
        parts.push((IDLE, voice.text("case.session.idle").to_owned()));
    }
    let elsewhere = |presence: &Presence| {
        let habit = account.networks.get(&presences.network(presence)).copied().unwrap_or(0);
        let own = if share(presence).is_some_and(|share| share >= 0.5) { presence.days } else { 0 };
        habit - own
    };
    let days = inside.iter().map(|presence| elsewhere(presence)).min().unwrap_or(0);
    if days >= OFTEN && !serious {
        parts.push((HABIT, voice.fill("case.session.habit", &[("n", &days)])));
    }
    let many = inside.iter().map(|presence| presences.accounts_in_network(presence)).min().unwrap_or(0);
    if many >= MANY_IN_NETWORK && !serious {
        parts.push((SHARED, voice.fill("case.session.shared", &[("n", &many)])));
    }
    parts
}
