//! Which presences are the intruder's.

use super::Link;
use super::presence::{Presence, Presences};
use crate::decision::{Decisions, Verdict};
use crate::rule::{Level, Meta};
use crate::store::Sym;
use rustc_hash::FxHashMap;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// A presence that is taken for the intruder's.
#[derive(Debug)]
pub(super) struct Judged {
    pub presence: usize,
    pub link: Link,
    pub score: i32,
    pub parts: Vec<String>,
}

/// From this score on a presence is the intruder's, and in an account that the intruder had elsewhere.
const ENOUGH: i32 = 40;
const ENOUGH_BESIDE: i32 = 25;

/// A finding of level high or critical.
const SERIOUS: i32 = 30;
/// No program that the account uses where it usually is.
const STRANGE: i32 = 20;
/// A finding of level medium that is an intruder's work rather than a way in.
const WORK: i32 = 10;
/// Such work, in the light of other records.
const GRAVE: i32 = 15;
/// Any other finding of level medium.
const DOUBTFUL: i32 = 5;
/// The program is one that the account uses where it usually is.
const FAMILIAR: i32 = -10;
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

/// Attempts without success belong to the intruder if they lie this near to a presence of the intruder's, in microseconds.
const NEAR: i64 = 2 * 3_600_000_000;

/// Tactics by which somebody gets in, as Sigma tags them.
const ENTRY: &[&str] = &["attack.initial-access", "attack.credential-access"];

/// What is known of one account.
struct Account {
    presences: Vec<usize>,
    /// How many events of its usual presences each program has.
    programs: BTreeMap<u32, u32>,
    /// On how many days it came from each network, with programs that it is known to use.
    networks: BTreeMap<u32, u32>,
}

/// Judges every presence.
pub(super) fn judge(presences: &Presences<'_>, decisions: &Decisions) -> Vec<Judged> {
    let mut accounts: BTreeMap<u32, Account> = BTreeMap::new();
    for (at, presence) in presences.list.iter().enumerate() {
        let new = || Account { presences: Vec::new(), programs: BTreeMap::new(), networks: BTreeMap::new() };
        let account = accounts.entry(presence.who).or_insert_with(new);
        account.presences.push(at);
        if is_usual(presences, presence) {
            for (program, count) in &presence.programs {
                *account.programs.entry(*program).or_default() += count;
            }
        }
    }
    for account in accounts.values_mut() {
        let known = |presence: &&Presence| familiar(account, presence).is_some_and(|share| share >= 0.5);
        let own: Vec<&Presence> = account.presences.iter().map(|at| &presences.list[*at]).filter(known).collect();
        for presence in own {
            *account.networks.entry(presences.network(presence)).or_default() += presence.days;
        }
        account.networks.remove(&0);
    }
    let mut found: BTreeMap<usize, Judged> = BTreeMap::new();
    for account in accounts.values() {
        let own: Vec<Judged> =
            account.presences.iter().filter_map(|at| score(presences, decisions, account, *at)).collect();
        let more = follow(presences, decisions, account, &own);
        found.extend(own.into_iter().chain(more).map(|judged| (judged.presence, judged)));
    }
    let others = at_same_addresses(presences, decisions, &found);
    found.extend(others.into_iter().map(|judged| (judged.presence, judged)));
    found.into_values().collect()
}

fn is_of(rule: &Meta, tactics: &[&str]) -> bool {
    rule.tags.iter().any(|tag| tactics.contains(&tag.as_str()))
}

fn is_correlation(rule: &Meta) -> bool {
    rule.logsource.is_empty()
}

/// Whether the account is often there, and nothing speaks of an intruder; or many others are.
fn is_usual(presences: &Presences<'_>, presence: &Presence) -> bool {
    if presence.succeeded < 20 {
        return false;
    }
    let quiet = !presences.found(presence, Level::Medium).any(|rule| rule.level >= Level::High || is_of(rule, ENTRY));
    presences.accounts_at(presence) >= MANY_AT_ADDRESS
        || (presence.days >= 5 && quiet)
        || (presence.days >= 12 && presence.succeeded >= 60)
}

/// How much of what it did was done with programs that the account usually uses; `None` where no record names one.
fn familiar(account: &Account, presence: &Presence) -> Option<f64> {
    let all: u32 = presence.programs.values().sum();
    let usual = |program: &u32| account.programs.get(program).is_some_and(|count| *count >= 3);
    let known: u32 = presence.programs.iter().filter(|(program, _)| usual(program)).map(|(_, count)| count).sum();
    (all > 0).then(|| f64::from(known) / f64::from(all))
}

fn score(presences: &Presences<'_>, decisions: &Decisions, account: &Account, at: usize) -> Option<Judged> {
    let presence = &presences.list[at];
    let (score, parts) = parts(presences, account, presence);
    match presences.decided(decisions, presence) {
        Some(Verdict::Ours) => None,
        Some(Verdict::Hostile) => Some(Judged { presence: at, link: Link::Decision, score, parts }),
        None if is_usual(presences, presence) => None,
        None => (score >= ENOUGH).then_some(Judged { presence: at, link: Link::Findings, score, parts }),
    }
}

fn parts(presences: &Presences<'_>, account: &Account, presence: &Presence) -> (i32, Vec<String>) {
    // What two logs tell of one trace counts once.
    let mut traces: BTreeMap<String, (i32, String)> = BTreeMap::new();
    let mut serious = false;
    for rule in presences.found(presence, Level::Medium) {
        let weight = match rule.level {
            Level::High | Level::Critical => SERIOUS,
            // What others of its records decide is seldom chance.
            _ if is_correlation(rule) && is_of(rule, &["attack.initial-access"]) => WORK,
            _ if is_of(rule, ENTRY) => DOUBTFUL,
            _ if is_of(rule, &["attack.lateral-movement"]) => DOUBTFUL,
            _ if is_correlation(rule) => GRAVE,
            _ => WORK,
        };
        serious |= weight == SERIOUS;
        let trace = rule.matrix.first().cloned().filter(|_| weight == DOUBTFUL).unwrap_or_else(|| rule.id.clone());
        let known = traces.entry(trace).or_insert_with(|| (weight, rule.title.clone()));
        if (Reverse(weight), &rule.title) < (Reverse(known.0), &known.1) {
            *known = (weight, rule.title.clone());
        }
    }
    let mut parts: Vec<(i32, String)> = traces.into_values().collect();
    if presence.succeeded == 0 {
        // Attempts that failed: only what is serious counts, and then it is enough.
        parts.retain(|(weight, _)| *weight == SERIOUS);
        for part in &mut parts {
            part.0 = ENOUGH;
        }
    } else {
        match familiar(account, presence) {
            Some(share) if share < 0.2 => {
                parts.push((STRANGE, "no program that the account is known to use".to_owned()));
            }
            Some(share) if share > 0.7 && !serious => {
                parts.push((FAMILIAR, "a program that the account is known to use".to_owned()));
            }
            _ => {}
        }
        if !presence.acts {
            parts.push((IDLE, "nothing but signing in".to_owned()));
        }
        let habit = account.networks.get(&presences.network(presence)).copied().unwrap_or(0);
        let own = if familiar(account, presence).is_some_and(|share| share >= 0.5) { presence.days } else { 0 };
        if habit - own >= OFTEN && !serious {
            parts.push((HABIT, format!("the account came from this network on {} other days", habit - own)));
        }
        let many = presences.accounts_in_network(presence);
        if many >= MANY_IN_NETWORK && !serious {
            parts.push((SHARED, format!("{many} accounts come from this network")));
        }
    }
    parts.sort_by_key(|(weight, text)| (Reverse(*weight), text.clone()));
    let score = parts.iter().map(|(weight, _)| weight).sum();
    (score, parts.into_iter().map(|(weight, text)| format!("{weight} {text}")).collect())
}

/// Other presences of an account that the intruder had: those with a session of the intruder's, or with a program that
/// only the intruder uses.
fn follow(presences: &Presences<'_>, decisions: &Decisions, account: &Account, own: &[Judged]) -> Vec<Judged> {
    let inside = own.iter().map(|judged| &presences.list[judged.presence]);
    if !inside.clone().any(|presence| presence.succeeded > 0) {
        return Vec::new();
    }
    let usual = |program: &u32| account.programs.get(program).is_some_and(|count| *count >= 3);
    let programs: BTreeSet<u32> = inside
        .clone()
        .flat_map(|presence| presence.programs.keys().copied())
        .filter(|program| !usual(program))
        .collect();
    let sessions: BTreeSet<Sym> = inside.clone().flat_map(|presence| presence.sessions.iter().copied()).collect();
    let spans: Vec<(i64, i64)> = inside.map(|presence| span(presences, presence)).collect();
    let link = |presence: &Presence| {
        let same = presence.programs.keys().any(|program| programs.contains(program));
        let near = spans.iter().any(|known| is_near(*known, span(presences, presence)));
        let found = presences.found(presence, Level::Medium).next().is_some();
        let strange = familiar(account, presence).is_none_or(|share| share < 0.3);
        // A stolen session is the victim's too: the program tells them apart.
        if strange && presence.sessions.iter().any(|session| sessions.contains(session)) {
            Some(Link::Session)
        } else if same && (found || near) && strange {
            Some(Link::Program)
        } else {
            None
        }
    };
    let rest = account.presences.iter().filter(|at| !own.iter().any(|judged| judged.presence == **at));
    let rest = rest.map(|at| (*at, &presences.list[*at]));
    let rest = rest.filter(|(_, presence)| !is_usual(presences, presence));
    let rest = rest.filter(|(_, presence)| presences.decided(decisions, presence) != Some(Verdict::Ours));
    let tell = |(at, presence): (usize, &Presence)| {
        let (score, parts) = parts(presences, account, presence);
        let beside = (score >= ENOUGH_BESIDE).then_some(Link::Findings);
        Some(Judged { presence: at, link: beside.or_else(|| link(presence))?, score, parts })
    };
    rest.filter_map(tell).collect()
}

/// Whether two stretches of time lie as near as attempts of one intruder do.
fn is_near((from, to): (i64, i64), (first, last): (i64, i64)) -> bool {
    first - NEAR <= to && last + NEAR >= from
}

fn span(presences: &Presences<'_>, presence: &Presence) -> (i64, i64) {
    let time = |at: u32| presences.events.entries[at as usize].time.micros;
    let last = presence.positions.last().copied().unwrap_or(presence.positions[0]);
    (time(presence.positions[0]), time(last))
}

/// Presences of other accounts at addresses where the intruder got in, unless the address is of many.
fn at_same_addresses(presences: &Presences<'_>, decisions: &Decisions, found: &BTreeMap<usize, Judged>) -> Vec<Judged> {
    let mut hostile: FxHashMap<_, Vec<(i64, i64)>> = FxHashMap::default();
    for presence in found.values().map(|judged| &presences.list[judged.presence]) {
        // Microsoft's addresses serve everybody.
        let everybodys = presences.events.places.get(&presence.address).is_some_and(|place| place.kind == "microsoft");
        if presence.succeeded > 0 && !everybodys {
            hostile.entry((presence.tenant, presence.address)).or_default().push(span(presences, presence));
        }
    }
    // A rented address has many guests in a year: attempts of others count only at the time.
    let at = |presence: &Presence| {
        let spans = hostile.get(&(presence.tenant, presence.address)).map_or(&[][..], Vec::as_slice);
        spans.iter().any(|known| presence.succeeded > 0 || is_near(*known, span(presences, presence)))
    };
    let others = presences.list.iter().enumerate().filter(|(number, presence)| {
        !found.contains_key(number)
            && at(presence)
            && !is_usual(presences, presence)
            && presences.decided(decisions, presence) != Some(Verdict::Ours)
    });
    let tell = |(presence, _): (usize, &Presence)| Judged {
        presence,
        link: Link::Address,
        score: 0,
        parts: vec!["at an address of the intruder's".to_owned()],
    };
    others.map(tell).collect()
}
