//! Which mail and files the intruder reached, by the method that Microsoft describes.
//!
//! Messages that were opened are named by their id. A folder that was synchronised is exposed as a whole. Where records
//! were not written (throttled, auditing bypassed, not licensed) nothing can be known, and that is said with its time.
//! Message traces say who wrote a message to whom, and about what.
//!
//! <https://learn.microsoft.com/purview/audit-log-investigate-accounts>

mod gather;

use super::foothold::{Foothold, alias};
use super::letters::Letters;
use super::session::Session;
use super::trail::Trail;
use crate::event::Family;
use crate::language::Voice;
use crate::source::exposed::Mail;
use crate::store::{Entry, Events};
use gather::Gathered;
use std::collections::{BTreeMap, BTreeSet};

/// How sure it is that a piece of mail was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// A message that a record names.
    Message,
    /// A folder that was synchronised: all that was in it.
    Folder,
    /// A search: what it showed is not recorded.
    Search,
    /// A time of which no record tells what was seen.
    Unknown,
}

impl Class {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Folder => "folder",
            Self::Search => "search",
            Self::Unknown => "unknown",
        }
    }

    /// As people are told.
    pub fn label(self, voice: Voice) -> &'static str {
        voice.label("label.class.", self.name())
    }
}

/// A message, a folder, a search, or a time that is dark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposed {
    /// What it is.
    pub class: Class,
    /// Tenant.
    pub tenant: String,
    /// The mailbox.
    pub mailbox: String,
    /// Internet message id; empty for what is no message.
    pub message_id: String,
    /// Subject, where some record has it; of a search, what was searched for.
    pub subject: String,
    /// Who it is from, where a message trace tells.
    pub sender: String,
    /// Whom it went to, where a message trace tells.
    pub recipients: BTreeSet<String>,
    /// Folder, where the record names it.
    pub folder: String,
    /// How it was reached, such as `opened`, `sent`, `deleted`; of a dark time, why it is dark.
    pub how: BTreeSet<String>,
    /// When, in which sessions, by which events.
    pub trail: Trail,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExposedFile {
    /// Tenant.
    pub tenant: String,
    /// The account that was used.
    pub account: String,
    /// Where the file is.
    pub file: String,
    /// Microsoft's operations, such as `FileDownloaded`.
    pub how: BTreeSet<String>,
    /// When, in which sessions, by which events.
    pub trail: Trail,
}

/// What was reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exposure {
    /// Mail, by mailbox, class, and id or folder.
    pub mail: Vec<Exposed>,
    /// Files, by account and place.
    pub files: Vec<ExposedFile>,
}

/// What the records that were opened again say.
#[derive(Debug, Default)]
pub struct Opened {
    /// Of mailbox records, by where the event stands.
    pub mail: BTreeMap<u32, Mail>,
    /// Of message traces.
    pub letters: Letters,
}

/// `opened`: what was done to a message by `MailItemsAccessed`.
pub const OPENED: &str = "opened";
/// What was done to a message by `Send` and its kin.
pub const SENT: &str = "sent";
/// What was done to a message that was put away; for good as well.
pub const DELETED: &str = "deleted";

/// Operations on mail whose records name messages, and what each does to them.
const ON_MAIL: &[(&str, &str)] = &[
    ("Copy", "copied"),
    ("Create", "created"),
    ("HardDelete", "deleted for good"),
    ("MailItemsAccessed", OPENED),
    ("MessageBind", OPENED),
    ("Move", "moved"),
    ("MoveToDeletedItems", DELETED),
    ("Send", SENT),
    ("SendAs", SENT),
    ("SendOnBehalf", SENT),
    ("SoftDelete", DELETED),
    ("Update", "changed"),
];

/// Operations that search mail.
const SEARCHES: &[&str] = &[
    "SearchCreated",
    "SearchExportDownloaded",
    "SearchExported",
    "SearchPreviewed",
    "SearchQueryInitiatedExchange",
    "SearchStarted",
    "ViewedSearchExported",
    "ViewedSearchPreviewed",
];

fn on_mail(events: &Events, entry: &Entry) -> Option<&'static str> {
    let operation = events.operation(entry);
    let known = ON_MAIL.binary_search_by(|known| known.0.cmp(operation)).ok()?;
    (entry.family == Family::Audit).then_some(ON_MAIL[known].1)
}

fn is_search(events: &Events, entry: &Entry) -> bool {
    entry.family == Family::Audit && SEARCHES.binary_search(&events.operation(entry)).is_ok()
}

fn on_file(events: &Events, entry: &Entry) -> bool {
    let workload = events.text(events.common(entry).workload);
    entry.family == Family::Audit
        && matches!(workload, "OneDrive" | "SharePoint")
        && events.operation(entry).starts_with("File")
        && !entry.object.is_empty()
}

/// The events whose records have to be opened again, ascending: what the intruder did with mail, and the traces of the
/// mailboxes that were reached.
pub fn wanted(events: &Events, sessions: &[Session]) -> Vec<u32> {
    let all = sessions.iter().flat_map(|session| session.positions.iter().copied());
    let of_mail = all.filter(|at| on_mail(events, &events.entries.at(*at)).is_some());
    let mut wanted: BTreeSet<u32> = of_mail.collect();
    let boxes = wanted.iter().map(|at| events.text(events.who(&events.entries.at(*at)).account));
    let own = sessions.iter().map(|session| session.account.as_str());
    let reached: BTreeSet<String> = boxes.chain(own).map(str::to_lowercase).collect();
    if !reached.is_empty() {
        let traces = (0..).zip(&events.entries).filter(|(_, entry)| entry.family == Family::Trace);
        let own = traces.filter(|(_, entry)| {
            let who = events.who(entry);
            let ends = [who.account, who.actor, entry.target];
            ends.iter().any(|end| reached.contains(&events.text(*end).to_lowercase()))
        });
        wanted.extend(own.map(|(position, _)| position));
    }
    wanted.into_iter().collect()
}

/// Puts together what the intruder reached.
pub fn exposure(
    events: &Events,
    sessions: &[Session],
    footholds: &[Foothold],
    opened: &Opened,
    voice: Voice,
) -> Exposure {
    let mut gathered = Gathered::new(events, opened, voice);
    for session in sessions {
        for position in &session.positions {
            let entry = &events.entries.at(*position);
            if on_file(events, entry) {
                gathered.file(session, *position);
            } else if is_search(events, entry) {
                gathered.search(session, *position);
            } else if let Some(how) = on_mail(events, entry) {
                gathered.mail(session, *position, how);
            }
        }
    }
    // What is dark shows only when all sessions have told.
    let bypassed = footholds.iter().filter(|foothold| foothold.kind == "audit_bypass");
    for session in sessions.iter().filter(|session| session.succeeded > 0) {
        for foothold in bypassed.clone().filter(|foothold| alias(&foothold.account) == alias(&session.account)) {
            gathered.bypassed(session, foothold);
        }
        gathered.silent(session);
    }
    gathered.finish()
}

#[cfg(test)]
mod tests {
    #[test]
    fn operations_are_sorted() {
        assert!(super::ON_MAIL.is_sorted() && super::SEARCHES.is_sorted());
    }
}
