//! The accounts that an intruder used, the most important first, with what the response did for each.

use crate::case::dossier::Dossier;
use crate::case::session::Session;
use crate::output::view::View;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// One account with the presences of intruders in it.
pub(super) struct Held<'a> {
    /// Tenant.
    pub(super) tenant: &'a str,
    /// The account.
    pub(super) account: &'a str,
    /// The presences, by time.
    pub(super) sessions: Vec<&'a Session>,
    /// The answer for it, where somebody got in.
    pub(super) dossier: Option<&'a Dossier>,
}

/// A step of the response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Step {
    /// When, microseconds since 1970.
    pub(super) time: i64,
    /// Its letter in the charts.
    pub(super) letter: char,
    /// Where the event stands.
    pub(super) position: u32,
}

/// The letter of each kind that a step ends; every other is [`OTHER`].
const LETTERS: &[(&str, char)] = &[
    ("app_password", 'A'),
    ("consent", 'C'),
    ("forwarding", 'F'),
    ("inbox_rule", 'R'),
    ("mfa_method", 'M'),
    ("password", 'P'),
    ("role", 'O'),
    ("sending_block", 'U'),
    ("sessions", 'S'),
    ("sign_in", 'B'),
];
/// The letter of a step that has none of its own.
pub(super) const OTHER: char = 'X';

/// The accounts: those with an answer first and of them the surest, then those in which most was done.
pub(super) fn held<'a>(view: &View<'a>) -> Vec<Held<'a>> {
    let case = view.case;
    let dossiers: BTreeMap<(&str, &str), &Dossier> =
        case.dossiers.iter().map(|dossier| ((dossier.tenant.as_str(), dossier.account.as_str()), dossier)).collect();
    let mut accounts: BTreeMap<(&str, &str), Vec<&Session>> = BTreeMap::new();
    for session in case.sessions.iter().filter(|session| !session.positions.is_empty()) {
        accounts.entry((&session.tenant, &session.account)).or_default().push(session);
    }
    let mut held: Vec<Held<'_>> = accounts
        .into_iter()
        .map(|(key, sessions)| Held { tenant: key.0, account: key.1, sessions, dossier: dossiers.get(&key).copied() })
        .collect();
    held.sort_by_cached_key(|held| {
        let sure = held.dossier.map(|dossier| dossier.confidence);
        let done: u64 = held.sessions.iter().map(|session| session.succeeded).sum();
        (Reverse(sure), Reverse(done), held.account.to_owned(), held.tenant.to_owned())
    });
    held
}

/// Those in which an act went through, and the number of the others, in which every one was refused.
pub(super) fn got_in(held: Vec<Held<'_>>) -> (Vec<Held<'_>>, usize) {
    let (got_in, refused): (Vec<_>, Vec<_>) =
        held.into_iter().partition(|held| held.sessions.iter().any(|session| session.succeeded > 0));
    (got_in, refused.len())
}

impl Held<'_> {
    /// The steps that records tell of, in time order.
    pub(super) fn steps(&self, view: &View<'_>) -> Vec<Step> {
        let steps = self.dossier.iter().flat_map(|dossier| &dossier.response);
        let mut found: Vec<Step> = steps
            .flat_map(|step| step.positions.iter().map(|at| (*at, letter(&step.kind))))
            .map(|(position, letter)| Step { time: view.case.events.entries.at(position).micros, letter, position })
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// First and last act of the intruder, microseconds since 1970.
    pub(super) fn span(&self) -> (i64, i64) {
        let spans = self.sessions.iter().map(|session| session.span);
        spans.fold((i64::MAX, i64::MIN), |all, span| (all.0.min(span.0), all.1.max(span.1)))
    }
}

fn letter(kind: &str) -> char {
    LETTERS.iter().find(|known| known.0 == kind).map_or(OTHER, |known| known.1)
}

/// The letters that occur with the task of each, in the order of the response; the task of [`OTHER`] is empty.
pub(super) fn tasks<'a>(held: &[Held<'a>], steps: &[Vec<Step>]) -> Vec<(char, &'a str)> {
    let occurs: BTreeSet<char> = steps.iter().flatten().map(|step| step.letter).collect();
    let all = held.iter().filter_map(|held| held.dossier).flat_map(|dossier| &dossier.response);
    let mut tasks: Vec<(char, &str)> = Vec::new();
    for step in all {
        let letter = letter(&step.kind);
        if occurs.contains(&letter) && !tasks.iter().any(|task| task.0 == letter) {
            tasks.push((letter, if letter == OTHER { "" } else { &step.task }));
        }
    }
    tasks
}
