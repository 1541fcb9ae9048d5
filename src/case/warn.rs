//! Whom the intruder wrote to in the account's name: step 7 of Microsoft's response.

use super::exposure::{Exposure, SENT};
use super::letters::Letters;
use super::session::Session;
use super::trail::Trail;
use crate::event::Family;
use crate::store::Events;
use std::collections::{BTreeMap, BTreeSet};

/// Somebody who has mail of the intruder's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// The address, lower case.
    pub recipient: String,
    /// The account in whose name the mail was sent.
    pub sender: String,
    /// Tenant.
    pub tenant: String,
    /// Subjects.
    pub subjects: BTreeSet<String>,
    /// The messages: when, in which sessions, by which events of message traces.
    pub trail: Trail,
}

/// Recipients of mail that the intruder sent, by sender and address. Only message traces name them: mailbox auditing
/// does not say to whom a message went. A trace is of a message that a record of sending names, or came from where
/// the intruder was.
pub fn recipients(events: &Events, sessions: &[Session], exposure: &Exposure, letters: &Letters) -> Vec<Recipient> {
    let mut found = Found { events, list: BTreeMap::new() };
    for session in sessions {
        let whose = (session.account.as_str(), session.tenant.as_str());
        for position in &session.positions {
            found.add(*position, whose, &session.id);
        }
    }
    for sent in exposure.mail.iter().filter(|exposed| exposed.how.contains(SENT)) {
        let Some(letter) = letters.get(&sent.message_id) else { continue };
        for position in &letter.positions {
            for session in &sent.trail.sessions {
                found.add(*position, (&sent.mailbox, &sent.tenant), session);
            }
        }
    }
    found.list.into_values().collect()
}

struct Found<'a> {
    events: &'a Events,
    list: BTreeMap<(String, String), Recipient>,
}

impl Found<'_> {
    /// Adds whom an event of a trace names.
    fn add(&mut self, position: u32, (sender, tenant): (&str, &str), session: &str) {
        let entry = &self.events.entries.at(position);
        if entry.family != Family::Trace {
            return;
        }
        let time = entry.micros;
        let named = self.events.text(entry.target).split(';').map(|address| address.trim().to_lowercase());
        for address in named.filter(|address| address.contains('@')) {
            let new = || Recipient {
                recipient: address.clone(),
                sender: sender.to_owned(),
                tenant: tenant.to_owned(),
                subjects: BTreeSet::new(),
                trail: Trail::new(),
            };
            let recipient = self.list.entry((sender.to_lowercase(), address.clone())).or_insert_with(new);
            recipient.trail.add(position, session, (time, time));
            let subject = self.events.text(entry.object);
            if !subject.is_empty() {
                recipient.subjects.insert(subject.to_owned());
            }
        }
    }
}
