//! How the intruder got in, and what was done, in sentences.

use super::{Sources, Statement, Taken, more};
use crate::case::sentence::push_brief_act;
use crate::case::session::Link;
use crate::case::tactic::{TACTICS, tactic};
use crate::case::telling::{is_own, telling};
use crate::civil::{HOUR, rfc3339};
use crate::rule::{Level, Meta};
use crate::store::RuleIndex;
use std::collections::{BTreeMap, BTreeSet};

/// How somebody got in, by the row of the detection matrix that a rule finds, the most telling first: keys of texts.
const METHODS: &[(&[&str], &str)] = &[
    (&["IA-27", "IA-28", "IA-29", "CR-22"], "case.method.device_code"),
    (&["CR-01"], "case.method.spray"),
    (&["CR-10", "CR-11"], "case.method.prompts"),
    (&["IA-23", "IA-24", "IA-25"], "case.method.relay"),
    (&["IA-30", "IA-31", "CR-21"], "case.method.handed_over"),
    (&["IA-32", "IA-33"], "case.method.old_protocol"),
    (GUESSED, "case.method.guessed"),
    (&["CR-09", "CR-16", "CR-20"], "case.method.stolen"),
];

/// Guessing: a way in only where passwords were refused.
const GUESSED: &[&str] = &["CR-02", "CR-03", "CR-04", "CR-08"];

/// By technique: somebody signed in as if it were the owner.
const VALID: &str = "attack.t1078";

/// Refused passwords from which on they were guessed.
const GUESSES: usize = 3;

/// Error codes of a wrong password, and of an account that was locked for them.
///
/// <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>
const WRONG_PASSWORD: &[&str] = &["50126", "50053", "50056"];

impl Sources<'_> {
    /// The first sign-in that succeeded; where something was done long before that, which cannot have come by it, or
    /// no sign-in is told, the first act that did.
    pub(super) fn entry_of(&self, positions: &[u32]) -> Option<u32> {
        let mut done = positions.iter().copied().filter(|position| self.succeeded(*position));
        let first = done.clone().next()?;
        let sign_in = done.find(|position| self.events.is_sign_in(&self.events.entries.at(*position)));
        Some(sign_in.filter(|sign_in| self.time(*sign_in) <= self.time(first) + HOUR).unwrap_or(first))
    }

    /// What the first of these was, and how many more there are.
    pub(super) fn acts(&self, positions: &[u32]) -> String {
        let mut act = String::new();
        if let Some(first) = positions.first() {
            push_brief_act(&mut act, self.events, &self.events.entries.at(*first), self.voice);
        }
        let more = more(positions.len().saturating_sub(1));
        self.voice.fill("case.acts", &[("first", &act), ("more", &more)])
    }

    /// What the first of these was, how many more there are, and what it is called.
    pub(super) fn statement(&self, phase: &str, positions: &[u32], title: &str) -> Statement {
        let acts = self.acts(positions);
        self.said(phase, if title.is_empty() { acts } else { format!("{acts} ({title})") }, positions)
    }

    /// A sentence that rests on these.
    pub(super) fn said(&self, phase: &str, text: String, positions: &[u32]) -> Statement {
        let entries = positions.iter().map(|position| self.events.entries.at(*position));
        Statement {
            phase: phase.to_owned(),
            time: positions.first().map(|position| rfc3339(self.time(*position))).unwrap_or_default(),
            text,
            event_ids: entries.map(|entry| entry.event_id()).collect(),
            positions: positions.to_vec(),
        }
    }

    /// What rules of level medium and above found in what the intruder did, by phase and time; of what a correlation
    /// found over several accounts only those speak of it that did it.
    pub(super) fn story(&self, positions: &[u32]) -> Vec<Statement> {
        let mut by_rule: BTreeMap<RuleIndex, Vec<u32>> = BTreeMap::new();
        for position in positions {
            for rule in self.events.hits(&self.events.entries.at(*position)) {
                by_rule.entry(*rule).or_default().push(*position);
            }
        }
        // What several rules of one phase found in the same events is one sentence, about the same act.
        let mut told: BTreeMap<(usize, Vec<u32>), Vec<&str>> = BTreeMap::new();
        for (rule, mut positions) in by_rule {
            let telling_enough =
                |meta: &&Meta| meta.level >= Level::Medium && is_own(self.events, (rule, meta), &positions);
            let Some(meta) = self.rules.get(usize::from(rule)).filter(telling_enough) else { continue };
            // Behind all where a rule names none.
            let phase = tactic(&meta.tags).unwrap_or(TACTICS.len());
            let named = telling(self.events, (rule, meta), &positions).and_then(|at| positions.binary_search(&at).ok());
            positions[..=named.unwrap_or(0)].rotate_right(1);
            told.entry((phase, positions)).or_default().push(&meta.title);
        }
        let mut story: Vec<(usize, u32, Statement)> = Vec::new();
        for ((phase, positions), mut titles) in told {
            titles.sort_unstable();
            let name = TACTICS.get(phase).copied().unwrap_or_default();
            story.push((phase, positions[0], self.statement(name, &positions, &titles.join("; "))));
        }
        story.sort_by(|a, b| (a.0, a.1, &a.2.text).cmp(&(b.0, b.1, &b.2.text)));
        story.into_iter().map(|(_, _, statement)| statement).collect()
    }

    /// Whether it was refused for its password.
    fn is_wrong_password(&self, position: u32) -> bool {
        let entry = &self.events.entries.at(position);
        entry.outcome.is_refused() && WRONG_PASSWORD.contains(&self.events.text(self.events.common(entry).error_code))
    }

    /// By which way the intruder got in: what was found up to an hour after. The key of a text.
    pub(super) fn method(&self, taken: &Taken<'_>) -> &'static str {
        let only = |link: Link| taken.own.iter().all(|session| session.link == link);
        if only(Link::Desk) {
            return "case.method.desk";
        }
        if only(Link::Application) {
            return "case.method.application";
        }
        let early = taken.positions.iter().filter(|position| self.time(**position) <= taken.began + HOUR);
        let rules: BTreeSet<RuleIndex> =
            early.flat_map(|position| self.events.hits(&self.events.entries.at(*position))).copied().collect();
        let met = rules.iter().filter_map(|rule| self.rules.get(usize::from(*rule)));
        let met: Vec<&Meta> = met.filter(|meta| meta.level >= Level::Medium).collect();
        let found = |rows: &[&str]| met.iter().any(|meta| meta.matrix.iter().any(|row| rows.contains(&row.as_str())));
        let guesses = || taken.positions.iter().filter(|at| self.is_wrong_password(**at)).count();
        let fits = |rows: &[&str]| found(rows) && (rows != GUESSED || guesses() >= GUESSES);
        let known = METHODS.iter().find(|(rows, _)| fits(rows)).map(|(_, method)| *method);
        let valid = met.iter().any(|meta| meta.tags.iter().any(|tag| tag.starts_with(VALID)));
        let unknown = match taken.logs.sign_ins {
            Some(_) => "case.method.untold",
            None => "case.method.no_logs",
        };
        let known = known.or(valid.then_some("case.method.known"));
        known.unwrap_or(unknown)
    }
}
