//! Whom the intruder wrote to in the account's name: step 7 of Microsoft's response.

use super::civil::rfc3339;
use super::session::Session;
use crate::event::Family;
use crate::store::Events;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Somebody who has mail of the intruder's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recipient {
    /// The address, lower case.
    pub recipient: String,
    /// The account in whose name the mail was sent.
    pub sender: String,
    /// Tenant.
    pub tenant: String,
    /// First message, RFC 3339 UTC.
    pub first_time: String,
    /// Last message, RFC 3339 UTC.
    pub last_time: String,
    /// Subjects.
    pub subjects: BTreeSet<String>,
    /// The events of message traces that say so.
    pub event_ids: BTreeSet<String>,
}

/// Recipients of mail that was sent in sessions of intruders, by sender and address. Only message traces name them:
/// mailbox auditing does not say to whom a message went.
pub fn recipients(events: &Events, sessions: &[Session]) -> Vec<Recipient> {
    let mut found: BTreeMap<(String, String), (Recipient, (i64, i64))> = BTreeMap::new();
    for session in sessions {
        let entries = session.positions.iter().map(|position| &events.entries[*position as usize]);
        for entry in entries.filter(|entry| entry.family == Family::Trace) {
            let time = entry.time.micros;
            for address in events.text(entry.target).split(';').map(|address| address.trim().to_lowercase()) {
                if !address.contains('@') {
                    continue;
                }
                let new = || {
                    let recipient = Recipient {
                        recipient: address.clone(),
                        sender: session.account.clone(),
                        tenant: session.tenant.clone(),
                        first_time: String::new(),
                        last_time: String::new(),
                        subjects: BTreeSet::new(),
                        event_ids: BTreeSet::new(),
                    };
                    (recipient, (time, time))
                };
                let (recipient, span) = found.entry((session.account.clone(), address.clone())).or_insert_with(new);
                *span = (span.0.min(time), span.1.max(time));
                recipient.event_ids.insert(entry.event_id());
                let subject = events.text(entry.object);
                if !subject.is_empty() {
                    recipient.subjects.insert(subject.to_owned());
                }
            }
        }
    }
    let dated = found.into_values().map(|(mut recipient, (first, last))| {
        (recipient.first_time, recipient.last_time) = (rfc3339(first), rfc3339(last));
        recipient
    });
    dated.collect()
}
