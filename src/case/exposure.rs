//! Which mail and files the intruder reached, by the method that Microsoft describes.
//!
//! Messages that were opened are named by their id. A folder that was synchronised is exposed as a whole. Where records
//! were not written (throttled, auditing bypassed, not licensed) nothing can be known, and that is said with its time.
//!
//! <https://learn.microsoft.com/purview/audit-log-investigate-accounts>

use super::civil::rfc3339;
use super::foothold::{Foothold, alias};
use super::session::Session;
use crate::event::Family;
use crate::source::exposed::{Access, Mail};
use crate::store::{Entry, Events};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// How sure it is that a piece of mail was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// A message that a record names.
    Message,
    /// A folder that was synchronised: all that was in it.
    Folder,
    /// A time of which no record tells what was seen.
    Unknown,
}

impl Class {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Folder => "folder",
            Self::Unknown => "unknown",
        }
    }
}

/// A message, a folder, or a time that is dark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exposed {
    /// What it is.
    pub class: Class,
    /// Tenant.
    pub tenant: String,
    /// The mailbox.
    pub mailbox: String,
    /// Internet message id; empty for what is no message.
    pub message_id: String,
    /// Subject, where some record has it.
    pub subject: String,
    /// Folder, where the record names it.
    pub folder: String,
    /// How it was reached, such as `opened`, `sent`, `deleted`; of a dark time, why it is dark.
    pub how: BTreeSet<String>,
    /// First time, RFC 3339 UTC.
    pub first_time: String,
    /// Last time, RFC 3339 UTC.
    pub last_time: String,
    /// The intruder's sessions, by id.
    pub sessions: BTreeSet<String>,
    /// The events.
    pub event_ids: BTreeSet<String>,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExposedFile {
    /// Tenant.
    pub tenant: String,
    /// The account that was used.
    pub account: String,
    /// Where the file is.
    pub file: String,
    /// Microsoft's operations, such as `FileDownloaded`.
    pub how: BTreeSet<String>,
    /// First time, RFC 3339 UTC.
    pub first_time: String,
    /// Last time, RFC 3339 UTC.
    pub last_time: String,
    /// The intruder's sessions, by id.
    pub sessions: BTreeSet<String>,
    /// The events.
    pub event_ids: BTreeSet<String>,
}

/// What was reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exposure {
    /// Mail, by mailbox, class, and id or folder.
    pub mail: Vec<Exposed>,
    /// Files, by account and place.
    pub files: Vec<ExposedFile>,
}

/// Operations on mail whose records name messages, and what each does to them.
const ON_MAIL: &[(&str, &str)] = &[
    ("Copy", "copied"),
    ("Create", "created"),
    ("HardDelete", "deleted for good"),
    ("MailItemsAccessed", "opened"),
    ("MessageBind", "opened"),
    ("Move", "moved"),
    ("MoveToDeletedItems", "deleted"),
    ("Send", "sent"),
    ("SendAs", "sent"),
    ("SendOnBehalf", "sent"),
    ("SoftDelete", "deleted"),
    ("Update", "changed"),
];

/// Microseconds for which nothing is known behind a throttled record.
const THROTTLED: i64 = 24 * 3_600_000_000;

fn on_mail(events: &Events, entry: &Entry) -> Option<&'static str> {
    let operation = events.text(entry.operation);
    let known = ON_MAIL.binary_search_by(|known| known.0.cmp(operation)).ok()?;
    (entry.family == Family::Audit).then_some(ON_MAIL[known].1)
}

fn on_file(events: &Events, entry: &Entry) -> bool {
    let workload = events.text(entry.workload);
    entry.family == Family::Audit
        && matches!(workload, "OneDrive" | "SharePoint")
        && events.text(entry.operation).starts_with("File")
        && !entry.object.is_empty()
}

/// The events whose records have to be opened again, ascending.
pub fn wanted(events: &Events, sessions: &[Session]) -> Vec<u32> {
    let all = sessions.iter().flat_map(|session| session.positions.iter().copied());
    let of_mail = all.filter(|at| on_mail(events, &events.entries[*at as usize]).is_some());
    of_mail.collect::<BTreeSet<u32>>().into_iter().collect()
}

/// Puts together what the intruder reached; `opened` has what the wanted records say.
pub fn exposure(
    events: &Events,
    sessions: &[Session],
    footholds: &[Foothold],
    opened: &BTreeMap<u32, Mail>,
) -> Exposure {
    let mut gathered = Gathered::default();
    for session in sessions {
        for position in &session.positions {
            let entry = &events.entries[*position as usize];
            if on_file(events, entry) {
                gathered.file(events, session, *position);
            } else if let (Some(how), Some(mail)) = (on_mail(events, entry), opened.get(position)) {
                gathered.mail(events, session, (*position, how), mail);
            }
        }
        gathered.dark(events, session, footholds);
    }
    gathered.finish()
}

type MailKey = (String, Class, String);

#[derive(Default)]
struct Gathered {
    mail: BTreeMap<MailKey, (Exposed, (i64, i64))>,
    files: BTreeMap<(String, String), (ExposedFile, (i64, i64))>,
    /// Mailboxes of which some record says what was opened.
    told: BTreeSet<String>,
}

impl Gathered {
    fn mail(&mut self, events: &Events, session: &Session, (position, how): (u32, &str), mail: &Mail) {
        let entry = &events.entries[position as usize];
        let time = entry.time.micros;
        let mailbox = events.text(entry.account).to_owned();
        if mail.access != Access::Act {
            self.told.insert(alias(&mailbox));
        }
        if mail.throttled {
            let key = (mailbox.clone(), Class::Unknown, format!("throttled {time}"));
            let why = "throttled: no record of what was opened in the 24 hours behind this one";
            self.put(events, session, position, &key, (time, time + THROTTLED), |exposed| {
                exposed.how.insert(why.to_owned());
            });
        }
        if mail.access == Access::Sync {
            let key = (mailbox.clone(), Class::Folder, mail.folder.clone());
            self.put(events, session, position, &key, (time, time), |exposed| {
                exposed.folder.clone_from(&mail.folder);
                exposed.how.insert("synchronised".to_owned());
            });
        }
        for message in &mail.messages {
            let key = (mailbox.clone(), Class::Message, message.id.clone());
            self.put(events, session, position, &key, (time, time), |exposed| {
                exposed.message_id.clone_from(&message.id);
                exposed.how.insert(how.to_owned());
                if exposed.subject.is_empty() {
                    exposed.subject.clone_from(&message.subject);
                }
                if exposed.folder.is_empty() {
                    exposed.folder.clone_from(&message.folder);
                }
            });
        }
    }

    fn put(
        &mut self,
        events: &Events,
        session: &Session,
        position: u32,
        key: &MailKey,
        (first, last): (i64, i64),
        fill: impl FnOnce(&mut Exposed),
    ) {
        let entry = &events.entries[position as usize];
        let new = || {
            let exposed = Exposed {
                class: key.1,
                tenant: events.text(entry.tenant).to_owned(),
                mailbox: key.0.clone(),
                message_id: String::new(),
                subject: String::new(),
                folder: String::new(),
                how: BTreeSet::new(),
                first_time: String::new(),
                last_time: String::new(),
                sessions: BTreeSet::new(),
                event_ids: BTreeSet::new(),
            };
            (exposed, (first, last))
        };
        let (exposed, span) = self.mail.entry(key.clone()).or_insert_with(new);
        *span = (span.0.min(first), span.1.max(last));
        exposed.sessions.insert(session.id.clone());
        exposed.event_ids.insert(entry.event_id());
        fill(exposed);
    }

    fn file(&mut self, events: &Events, session: &Session, position: u32) {
        let entry = &events.entries[position as usize];
        let (file, time) = (events.text(entry.object).to_owned(), entry.time.micros);
        let new = || {
            let exposed = ExposedFile {
                tenant: session.tenant.clone(),
                account: session.account.clone(),
                file: file.clone(),
                how: BTreeSet::new(),
                first_time: String::new(),
                last_time: String::new(),
                sessions: BTreeSet::new(),
                event_ids: BTreeSet::new(),
            };
            (exposed, (time, time))
        };
        let (exposed, span) = self.files.entry((session.account.clone(), file.clone())).or_insert_with(new);
        *span = (span.0.min(time), span.1.max(time));
        exposed.how.insert(events.text(entry.operation).to_owned());
        exposed.sessions.insert(session.id.clone());
        exposed.event_ids.insert(entry.event_id());
    }

    /// Times of a session in which no record could have told what was opened.
    fn dark(&mut self, events: &Events, session: &Session, footholds: &[Foothold]) {
        let (Some(first), true) = (session.positions.first(), session.succeeded > 0) else { return };
        let own = |foothold: &&Foothold| {
            foothold.kind == "audit_bypass" && alias(&foothold.account) == alias(&session.account)
        };
        for foothold in footholds.iter().filter(own) {
            let Some(opened) = &foothold.opened else { continue };
            let time = |position: u32| events.entries[position as usize].time.micros;
            let from = time(opened.position).max(session.span.0);
            let to = foothold.closed.as_ref().map_or(session.span.1, |act| time(act.position).min(session.span.1));
            if from <= to {
                let key = (session.account.clone(), Class::Unknown, format!("bypass {from}"));
                self.put(events, session, *first, &key, (from, to), |exposed| {
                    exposed.how.insert("mailbox auditing was bypassed".to_owned());
                });
            }
        }
        // Mail was within reach and no record of the whole session says what was opened.
        if !self.told.contains(&alias(&session.account)) {
            let key = (session.account.clone(), Class::Unknown, format!("silent {}", session.id));
            self.put(events, session, *first, &key, session.span, |exposed| {
                let why = "no MailItemsAccessed record of this session: not licensed, not audited, not exported, or no mail opened";
                exposed.how.insert(why.to_owned());
            });
        }
    }

    fn finish(self) -> Exposure {
        let mail = self.mail.into_values().map(|(mut exposed, (first, last))| {
            (exposed.first_time, exposed.last_time) = (rfc3339(first), rfc3339(last));
            exposed
        });
        let files = self.files.into_values().map(|(mut exposed, (first, last))| {
            (exposed.first_time, exposed.last_time) = (rfc3339(first), rfc3339(last));
            exposed
        });
        Exposure { mail: mail.collect(), files: files.collect() }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn operations_are_sorted() {
        assert!(super::ON_MAIL.is_sorted());
    }
}
