//! Whether the response closed it: Microsoft's steps for one account, from what the logs show.
//!
//! The steps are those of
//! <https://learn.microsoft.com/defender-office-365/responding-to-a-compromised-email-account>. What no log could have
//! shown is never called undone: it cannot be known, and what would show it is named.

use super::foothold::{Foothold, Left, State, alias};
use super::logs::Logs;
use crate::civil::rfc3339;
use crate::language::Voice;
use crate::rule::foothold::Foothold as Kind;
use crate::store::{Entry, Events};
use serde::Serialize;
use std::borrow::Cow;
use std::fmt::Display;

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// All of it was done.
    Done,
    /// Some of it was done.
    Partial,
    /// The logs that would show it do not.
    NotSeen,
    /// The logs that would show it end before it can have been done.
    Outside,
    /// Nothing of the intruder's calls for it.
    NotApplicable,
    /// No log that was given could show it.
    Unknown,
}

impl Verdict {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Partial => "partial",
            Self::NotSeen => "not_seen",
            Self::Outside => "outside",
            Self::NotApplicable => "not_applicable",
            Self::Unknown => "unknown",
        }
    }

    /// As people are told.
    pub fn label(self, voice: Voice) -> &'static str {
        voice.label("label.verdict.", self.name())
    }
}

/// One part of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Microsoft's number; 0 for what its page does not name.
    pub step: u8,
    /// What is to be done, such as `reset the password`.
    pub task: String,
    /// The kind of foothold that it ends, such as `inbox_rule`.
    pub kind: String,
    /// Whether it was.
    pub verdict: Verdict,
    /// When it was done first, RFC 3339 UTC.
    pub time: Option<String>,
    /// The same in microseconds since 1970.
    #[serde(skip)]
    pub done: Option<i64>,
    /// Who did it.
    pub by: String,
    /// What the verdict rests on.
    pub note: String,
    /// The events.
    pub event_ids: Vec<String>,
    /// Where the events stand.
    #[serde(skip)]
    pub positions: Vec<u32>,
}

/// What an account's response is judged by.
pub(super) struct Response<'a> {
    pub events: &'a Events,
    pub kinds: &'a [Kind],
    pub voice: Voice,
    pub left: &'a Left,
    pub logs: &'a Logs,
    /// The last act of the intruder, microseconds since 1970.
    pub last: i64,
}

/// The kind of what is no foothold of the intruder's: Microsoft stopped the mailbox.
pub(super) const BLOCK: &str = "sending_block";

/// Footholds that no step of Microsoft's page names, by kind.
const BESIDE: &[&str] = &[
    "consent",
    "app_credential",
    "mailbox_permission",
    "send_as",
    "send_on_behalf",
    "folder_permission",
    "transport_rule",
    "connector",
    "device",
    "conditional_access",
    "named_location",
    "federation",
    "audit_bypass",
    "mail_protocol",
    "add_in",
    "guest",
    "account",
];

impl Response<'_> {
    /// The steps for an account that an intruder had from `first` on; `own` are the footholds that the intruder left.
    pub(super) fn steps(&self, account: &str, first: i64, own: &[&Foothold]) -> Vec<Step> {
        let mut steps = vec![
            self.deed(1, "password", (account, first)),
            self.deed(1, "sessions", (account, first)),
            self.ended(1, "mfa_method", own),
            self.ended(1, "app_password", own),
            self.ended(2, "forwarding", own),
            self.ended(3, "inbox_rule", own),
            self.unblocked(account),
            self.deed(5, "sign_in", (account, first)),
            self.ended(6, "role", own),
        ];
        for kind in BESIDE.iter().filter(|kind| own.iter().any(|foothold| foothold.kind == **kind)) {
            steps.push(self.ended(0, kind, own));
        }
        steps
    }

    fn entry(&self, position: u32) -> Cow<'_, Entry> {
        self.events.entries.at(position)
    }

    /// What a step without a record is called if the log that would show it ends then.
    fn undone(&self, end: i64) -> Verdict {
        if end > self.last { Verdict::NotSeen } else { Verdict::Outside }
    }

    /// A step that leaves a record and ends nothing that has one.
    fn deed(&self, step: u8, kind: &str, (account, first): (&str, i64)) -> Step {
        let number = self.kinds.iter().position(|known| known.kind == kind);
        let own = |position: &u32| {
            let entry = self.entry(*position);
            entry.micros >= first && alias(self.events.text(self.events.who(&entry).account)) == alias(account)
        };
        let deeds = self.left.deeds.iter().filter(|deed| Some(deed.kind) == number).map(|deed| deed.position);
        let done: Vec<u32> = deeds.filter(own).collect();
        let verdict = match (done.is_empty(), self.logs.directory) {
            (false, _) => Verdict::Done,
            (true, Some(end)) => self.undone(end),
            (true, None) => Verdict::Unknown,
        };
        let note = match verdict {
            Verdict::Done => String::new(),
            Verdict::Unknown => self.voice.text("case.note.needs_directory").to_owned(),
            Verdict::Outside => self.ends(self.logs.directory),
            _ => self.voice.fill("case.note.no_record", &[("when", &self.voice.moment(first))]),
        };
        self.step((step, kind), verdict, &done, note)
    }

    /// A step that ends footholds.
    fn ended(&self, step: u8, kind: &str, own: &[&Foothold]) -> Step {
        let those: Vec<&&Foothold> = own.iter().filter(|foothold| foothold.kind == kind).collect();
        let ended = |foothold: &&&&Foothold| matches!(foothold.state, State::Closed | State::Gone);
        let count = those.iter().filter(ended).count();
        let directory = matches!(kind, "mfa_method" | "app_password" | "role");
        let end = if directory { self.logs.directory } else { self.logs.exchange.max(self.logs.directory) };
        let verdict = match (those.len(), count) {
            (0, _) if end.is_none() => Verdict::Unknown,
            (0, _) => Verdict::NotApplicable,
            (all, ended) if all == ended => Verdict::Done,
            (_, 0) => end.max(self.logs.snapshots).map_or(Verdict::NotSeen, |end| self.undone(end)),
            _ => Verdict::Partial,
        };
        let note = match verdict {
            Verdict::Unknown => self.voice.text("case.note.needs_audit").to_owned(),
            Verdict::NotApplicable => self.voice.text("case.note.none").to_owned(),
            Verdict::Outside => self.ends(end),
            _ => {
                let open = those.iter().filter(|foothold| !ended(foothold)).map(|foothold| **foothold);
                let (shown, unseen): (Vec<_>, Vec<_>) = open.partition(|foothold| foothold.shown.is_some());
                let (shown, unseen) = (self.names(&shown), self.names(&unseen));
                let values: [(&str, &dyn Display); 4] =
                    [("done", &count), ("all", &those.len()), ("shown", &shown), ("unseen", &unseen)];
                self.voice.fill("case.note.some", &values)
            }
        };
        let mut done: Vec<u32> = those.iter().filter_map(|foothold| Some(foothold.closed.as_ref()?.position)).collect();
        done.sort_unstable();
        self.step((step, kind), verdict, &done, note)
    }

    /// What they are called, and beside those that have a name how many have none.
    fn names(&self, footholds: &[&Foothold]) -> String {
        let all = footholds.iter().map(|foothold| foothold.name.as_str());
        let (named, nameless): (Vec<&str>, Vec<&str>) = all.partition(|name| !name.is_empty());
        let nameless = nameless.len() as u64;
        let nameless =
            (nameless > 0 && !named.is_empty()).then(|| self.voice.count("case.note.nameless", nameless, &[]));
        named.into_iter().map(str::to_owned).chain(nameless).collect::<Vec<_>>().join(", ")
    }

    /// Whether a block on sending was lifted.
    fn unblocked(&self, account: &str) -> Step {
        let blocked = self.left.footholds.iter();
        let blocked = blocked
            .filter(|foothold| foothold.kind == BLOCK && alias(&foothold.account) == alias(account))
            .collect::<Vec<_>>();
        let mut step = self.ended(4, BLOCK, &blocked);
        if step.verdict == Verdict::NotApplicable {
            self.voice.text("case.note.not_blocked").clone_into(&mut step.note);
        }
        step
    }

    fn step(&self, (step, kind): (u8, &str), verdict: Verdict, done: &[u32], note: String) -> Step {
        let first = done.first().map(|position| self.entry(*position));
        let by = first.as_ref().map_or("", |entry| self.events.text(self.events.who(entry).name()));
        Step {
            step,
            task: self.voice.label("case.task.", kind).to_owned(),
            kind: kind.to_owned(),
            verdict,
            time: first.as_ref().map(|entry| rfc3339(entry.micros)),
            done: first.map(|entry| entry.micros),
            by: by.to_owned(),
            note,
            event_ids: done.iter().map(|position| self.entry(*position).event_id()).collect(),
            positions: done.to_vec(),
        }
    }

    /// What would show a step that the logs end too early for.
    fn ends(&self, end: Option<i64>) -> String {
        let end = end.map(|end| self.voice.moment(end)).unwrap_or_default();
        self.voice.fill("case.note.needs_later", &[("when", &end)])
    }
}
