//! Events to what the checks ask of them, in one pass.

use crate::coverage::Coverage;
use crate::event::{Basis, Family, Precision};
use crate::store::{Entry, Events, Pool, Sym};
use std::collections::{BTreeMap, BTreeSet};

/// Times and number of some events.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) first: i64,
    pub(super) last: i64,
    pub(super) count: u64,
}

/// What the events of one file have in common.
#[derive(Debug, Default, Clone)]
pub(super) struct FileProfile {
    pub(super) events: u64,
    pub(super) families: BTreeSet<Family>,
    /// Events whose time is stated to the minute.
    pub(super) minutes: u64,
    /// Events whose day and month stand in an order that no date of the file shows.
    pub(super) unshown: u64,
    /// Events without their `AuditData`.
    pub(super) without_data: u64,
    /// A text has a letter beyond ASCII.
    pub(super) beyond_ascii: bool,
    /// A name with a question mark in the place of a letter, as found.
    pub(super) question: Option<Sym>,
    /// Sign-ins of Microsoft Graph, and whether one of them has what only beta gives.
    pub(super) graph_sign_ins: u64,
    pub(super) beta: bool,
}

/// What the events have in common.
#[derive(Debug, Default)]
pub(super) struct Profile {
    pub(super) families: BTreeMap<Family, Span>,
    /// As the files of the ledger.
    pub(super) files: Vec<FileProfile>,
    /// Operations and workloads of the unified audit log.
    pub(super) operations: BTreeSet<Sym>,
    pub(super) workloads: BTreeSet<Sym>,
    /// Logs that sign-ins are of.
    pub(super) sign_in_logs: BTreeSet<Sym>,
    /// Events of the unified audit log beside sign-ins, and how many of them name a token.
    pub(super) acts: u64,
    pub(super) tokens: u64,
}

/// What a text shows, whatever event it stands in.
#[derive(Clone, Copy)]
struct Traits {
    beyond_ascii: bool,
    question: bool,
    no_data: bool,
}

impl Profile {
    pub(super) fn new(coverage: &Coverage, events: &Events) -> Self {
        let traits = traits(&events.pool);
        let mut profile = Self { files: vec![FileProfile::default(); coverage.files.len()], ..Self::default() };
        for entry in &events.entries {
            let span = profile.families.entry(entry.family);
            let time = entry.micros;
            let span = span.or_insert(Span { first: time, last: time, count: 0 });
            *span = Span { first: span.first.min(time), last: span.last.max(time), count: span.count + 1 };
            profile.note(&entry, events);
            if let Some(file) = profile.files.get_mut(entry.origin.file as usize) {
                file.note(&entry, events, &traits);
            }
        }
        profile
    }

    fn note(&mut self, entry: &Entry, events: &Events) {
        match entry.family {
            Family::Audit => {
                let common = events.common(entry);
                self.operations.insert(common.operation);
                self.workloads.insert(common.workload);
                let sign_in = events.text(common.operation).starts_with("UserLog");
                self.acts += u64::from(!sign_in);
                self.tokens += u64::from(!sign_in && !entry.token.is_empty());
            }
            Family::SignIn => {
                self.sign_in_logs.insert(events.common(entry).record_type);
            }
            _ => {}
        }
    }

    /// The span of a family, if it has events.
    pub(super) fn family(&self, family: Family) -> Option<Span> {
        self.families.get(&family).copied()
    }
}

impl FileProfile {
    fn note(&mut self, entry: &Entry, events: &Events, traits: &[Traits]) {
        let (common, who) = (events.common(entry), events.who(entry));
        let of = |sym: Sym| traits.get(sym.0 as usize);
        self.events += 1;
        self.families.insert(entry.family);
        self.minutes += u64::from(entry.precision == Precision::Minute);
        self.unshown += u64::from(matches!(entry.basis, Basis::FileSorted | Basis::Given));
        self.without_data += u64::from(of(common.degraded).is_some_and(|text| text.no_data));
        let names = [common.operation_original, who.actor, entry.target, entry.object];
        let texts = [entry.detail, who.agent, who.device];
        self.beyond_ascii |= names.iter().chain(&texts).any(|&sym| of(sym).is_some_and(|text| text.beyond_ascii));
        if self.question.is_none() {
            self.question = names.into_iter().find(|&sym| of(sym).is_some_and(|text| text.question));
        }
        if common.source == "graph-signins" {
            self.graph_sign_ins += 1;
            self.beta |= !who.agent.is_empty() || !entry.token.is_empty() || !entry.session.is_empty();
        }
    }
}

fn traits(pool: &Pool) -> Vec<Traits> {
    let text = |sym: usize| pool.get(Sym(sym as u32));
    let of = |text: &str| Traits {
        beyond_ascii: !text.is_ascii(),
        question: is_damaged(text),
        no_data: text.starts_with("AuditData is empty") || text.starts_with("AuditData is missing"),
    };
    (0..pool.len()).map(|sym| of(text(sym))).collect()
}

/// A question mark between letters, or alone between spaces where a dash stood; not in an address or a query.
fn is_damaged(text: &str) -> bool {
    let bytes = text.as_bytes();
    let letter = |at: Option<&u8>| at.is_some_and(u8::is_ascii_alphabetic);
    let damaged = |at: usize| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        let after = bytes.get(at + 1);
        letter(before) && letter(after) || before == Some(&b' ') && after == Some(&b' ')
    };
    memchr::memchr_iter(b'?', bytes).any(damaged) && !text.contains("://") && !text.contains('=')
}

#[cfg(test)]
mod tests {
    use super::is_damaged;

    #[test]
    fn a_question_mark_in_the_place_of_a_letter_is_told_from_one_that_asks() {
        for damaged in ["J?rgen", "Update application ? Certificates", "m?ller@harbor.example"] {
            assert!(is_damaged(damaged), "{damaged}");
        }
        for whole in ["", "Why?", "https://harbor.example/a?b", "x?id=7", "what ?", "Jürgen"] {
            assert!(!is_damaged(whole), "{whole}");
        }
    }
}
