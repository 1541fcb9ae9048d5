//! Whether the response closed it: Microsoft's steps for one account, from what the logs show.
//!
//! The steps are those of
//! <https://learn.microsoft.com/defender-office-365/responding-to-a-compromised-email-account>. What no log could have
//! shown is never called undone: it cannot be known, and what would show it is named.

use super::foothold::{Foothold, Left, State, alias};
use super::logs::Logs;
use crate::civil::{moment, rfc3339};
use crate::rule::foothold::Foothold as Kind;
use crate::store::{Entry, Events};
use serde::Serialize;

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
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Partial => "partial",
            Self::NotSeen => "not seen",
            Self::Outside => "outside the window",
            Self::NotApplicable => "not needed",
            Self::Unknown => "cannot be known",
        }
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
    pub left: &'a Left,
    pub logs: &'a Logs,
    /// The last act of the intruder, microseconds since 1970.
    pub last: i64,
}

/// The kind of what is no foothold of the intruder's: Microsoft stopped the mailbox.
pub(super) const BLOCK: &str = "sending_block";

/// Footholds that no step of Microsoft's page names, and what to do about each: kind and task.
const BESIDE: &[(&str, &str)] = &[
    ("consent", "revoke the consent to applications"),
    ("app_credential", "remove the secrets added to applications"),
    ("mailbox_permission", "remove full access to the mailbox"),
    ("send_as", "remove the right to send as the mailbox"),
    ("send_on_behalf", "remove the right to send on behalf"),
    ("folder_permission", "remove permissions on folders"),
    ("transport_rule", "remove mail flow rules"),
    ("connector", "remove mail connectors"),
    ("device", "delete devices registered by the intruder"),
    ("conditional_access", "set conditional access back"),
    ("named_location", "set named locations back"),
    ("federation", "set the federation of domains back"),
    ("audit_bypass", "turn mailbox auditing on again"),
    ("mail_protocol", "disable mail protocols that were enabled"),
    ("add_in", "remove Outlook add-ins"),
    ("guest", "delete guests invited by the intruder"),
    ("account", "delete accounts made by the intruder"),
];

impl Response<'_> {
    /// The steps for an account that an intruder had from `first` on; `own` are the footholds that the intruder left.
    pub(super) fn steps(&self, account: &str, first: i64, own: &[&Foothold]) -> Vec<Step> {
        let mut steps = vec![
            self.deed(1, "reset the password", "password", (account, first)),
            self.deed(1, "revoke the sessions", "sessions", (account, first)),
            self.ended(1, "remove sign-in methods that the owner does not know", "mfa_method", own),
            self.ended(1, "delete application passwords", "app_password", own),
            self.ended(2, "remove forwarding", "forwarding", own),
            self.ended(3, "remove inbox rules", "inbox_rule", own),
            self.unblocked(account),
            self.deed(5, "block sign-in", "sign_in", (account, first)),
            self.ended(6, "remove roles", "role", own),
        ];
        for (kind, task) in BESIDE.iter().filter(|(kind, _)| own.iter().any(|foothold| foothold.kind == *kind)) {
            steps.push(self.ended(0, task, kind, own));
        }
        steps
    }

    fn entry(&self, position: u32) -> &Entry {
        &self.events.entries[position as usize]
    }

    /// What a step without a record is called if the log that would show it ends then.
    fn undone(&self, end: i64) -> Verdict {
        if end > self.last { Verdict::NotSeen } else { Verdict::Outside }
    }

    /// A step that leaves a record and ends nothing that has one.
    fn deed(&self, step: u8, task: &str, kind: &str, (account, first): (&str, i64)) -> Step {
        let number = self.kinds.iter().position(|known| known.kind == kind);
        let own = |position: &u32| {
            let entry = self.entry(*position);
            entry.time.micros >= first && alias(self.events.text(entry.account)) == alias(account)
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
            Verdict::Unknown => "needs the directory audit, or the unified audit log with all activities".to_owned(),
            Verdict::Outside => ends(self.logs.directory),
            _ => format!("no record of it after {}", moment(first)),
        };
        self.step((step, task, kind), verdict, &done, note)
    }

    /// A step that ends footholds.
    fn ended(&self, step: u8, task: &str, kind: &str, own: &[&Foothold]) -> Step {
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
            Verdict::Unknown => "needs the unified audit log with all activities".to_owned(),
            Verdict::NotApplicable => "none of the intruder's was found".to_owned(),
            Verdict::Done => format!("{count} of {}", those.len()),
            Verdict::Outside => ends(end),
            _ => {
                let open = those.iter().filter(|foothold| !ended(foothold)).map(|foothold| foothold.name.as_str());
                let open: Vec<&str> = open.filter(|name| !name.is_empty()).collect();
                let named = if open.is_empty() { String::new() } else { format!("; still there: {}", open.join(", ")) };
                format!("{count} of {}{named}", those.len())
            }
        };
        let mut done: Vec<u32> = those.iter().filter_map(|foothold| Some(foothold.closed.as_ref()?.position)).collect();
        done.sort_unstable();
        self.step((step, task, kind), verdict, &done, note)
    }

    /// Whether a block on sending was lifted.
    fn unblocked(&self, account: &str) -> Step {
        let blocked = self.left.footholds.iter();
        let blocked = blocked
            .filter(|foothold| foothold.kind == BLOCK && alias(&foothold.account) == alias(account))
            .collect::<Vec<_>>();
        let mut step = self.ended(4, "unblock sending", BLOCK, &blocked);
        if step.verdict == Verdict::NotApplicable {
            "the mailbox was not blocked from sending".clone_into(&mut step.note);
        }
        step
    }

    fn step(&self, (step, task, kind): (u8, &str, &str), verdict: Verdict, done: &[u32], note: String) -> Step {
        let first = done.first().map(|position| self.entry(*position));
        let by = first.map_or("", |entry| self.events.text(entry.by()));
        Step {
            step,
            task: task.to_owned(),
            kind: kind.to_owned(),
            verdict,
            time: first.map(|entry| rfc3339(entry.time.micros)),
            done: first.map(|entry| entry.time.micros),
            by: by.to_owned(),
            note,
            event_ids: done.iter().map(|position| self.entry(*position).event_id()).collect(),
            positions: done.to_vec(),
        }
    }
}

/// What would show a step that the logs end too early for.
fn ends(end: Option<i64>) -> String {
    let end = end.map(moment).unwrap_or_default();
    format!("needs the logs from after the last act of the intruder; they end on {end}")
}
