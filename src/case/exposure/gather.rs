//! What single records say, put together by message, folder and file.

use super::{Class, Exposed, ExposedFile, Exposure, Opened};
use crate::case::foothold::{Foothold, alias};
use crate::case::session::Session;
use crate::case::trail::Trail;
use crate::language::Voice;
use crate::source::exposed::{Access, Message};
use crate::store::Events;
use std::collections::{BTreeMap, BTreeSet};

/// Microseconds for which nothing is known behind a throttled record.
const THROTTLED: i64 = 24 * 3_600_000_000;

type MailKey = (String, Class, String);

pub(super) struct Gathered<'a> {
    events: &'a Events,
    opened: &'a Opened,
    voice: Voice,
    mail: BTreeMap<MailKey, Exposed>,
    files: BTreeMap<(String, String), ExposedFile>,
    /// Mailboxes of which some record says what was opened.
    told: BTreeSet<String>,
}

impl<'a> Gathered<'a> {
    pub(super) fn new(events: &'a Events, opened: &'a Opened, voice: Voice) -> Self {
        Self { events, opened, voice, mail: BTreeMap::new(), files: BTreeMap::new(), told: BTreeSet::new() }
    }

    fn time(&self, position: u32) -> i64 {
        self.events.entries.at(position).micros
    }

    pub(super) fn mail(&mut self, session: &Session, position: u32, how: &str) {
        let Some(mail) = self.opened.mail.get(&position) else { return };
        let time = self.time(position);
        let mailbox = self.events.text(self.events.who(&self.events.entries.at(position)).account).to_owned();
        if mail.access != Access::Act {
            self.told.insert(alias(&mailbox));
        }
        if mail.throttled {
            let why = self.voice.text("case.exposure.throttled");
            let key = (mailbox.clone(), Class::Unknown, format!("throttled {time}"));
            self.put(session, position, key, (time, time + THROTTLED)).how.insert(why.to_owned());
        }
        if mail.access == Access::Sync {
            let key = (mailbox.clone(), Class::Folder, mail.folder.clone());
            let exposed = self.put(session, position, key, (time, time));
            exposed.folder.clone_from(&mail.folder);
            exposed.how.insert("synchronised".to_owned());
        }
        for message in &mail.messages {
            self.message(session, position, (&mailbox, how), message);
        }
    }

    fn message(&mut self, session: &Session, position: u32, (mailbox, how): (&str, &str), message: &Message) {
        let time = self.time(position);
        let letter = self.opened.letters.get(&message.id);
        let exposed =
            self.put(session, position, (mailbox.to_owned(), Class::Message, message.id.clone()), (time, time));
        exposed.message_id.clone_from(&message.id);
        exposed.how.insert(how.to_owned());
        let subject = letter.map(|letter| &letter.subject).filter(|_| message.subject.is_empty());
        if exposed.subject.is_empty() {
            exposed.subject.clone_from(subject.unwrap_or(&message.subject));
        }
        if exposed.folder.is_empty() {
            exposed.folder.clone_from(&message.folder);
        }
        if let Some(letter) = letter.filter(|_| exposed.sender.is_empty()) {
            exposed.sender.clone_from(&letter.sender);
            exposed.recipients.clone_from(&letter.recipients);
        }
    }

    pub(super) fn search(&mut self, session: &Session, position: u32) {
        let (time, entry) = (self.time(position), &self.events.entries.at(position));
        let text = |sym| self.events.text(sym).to_owned();
        let sought = if entry.object.is_empty() { text(entry.detail) } else { text(entry.object) };
        let operation = self.events.operation(entry).to_owned();
        let key = (text(self.events.who(entry).account), Class::Search, format!("{operation} {sought}"));
        let exposed = self.put(session, position, key, (time, time));
        exposed.subject = sought;
        exposed.how.insert(operation);
    }

    fn put(&mut self, session: &Session, position: u32, key: MailKey, span: (i64, i64)) -> &mut Exposed {
        let entry = &self.events.entries.at(position);
        let new = Exposed {
            class: key.1,
            tenant: self.events.text(self.events.who(entry).tenant).to_owned(),
            mailbox: key.0.clone(),
            message_id: String::new(),
            subject: String::new(),
            sender: String::new(),
            recipients: BTreeSet::new(),
            folder: String::new(),
            how: BTreeSet::new(),
            trail: Trail::new(),
        };
        let exposed = self.mail.entry(key).or_insert(new);
        exposed.trail.add(position, &session.id, span);
        exposed
    }

    pub(super) fn file(&mut self, session: &Session, position: u32) {
        let (entry, time) = (&self.events.entries.at(position), self.time(position));
        let file = self.events.text(entry.object).to_owned();
        let new = || ExposedFile {
            tenant: session.tenant.clone(),
            account: session.account.clone(),
            file: file.clone(),
            how: BTreeSet::new(),
            trail: Trail::new(),
        };
        let exposed = self.files.entry((session.account.clone(), file.clone())).or_insert_with(new);
        exposed.how.insert(self.events.operation(entry).to_owned());
        exposed.trail.add(position, &session.id, (time, time));
    }

    /// The time of a session in which the mailbox was not audited.
    pub(super) fn bypassed(&mut self, session: &Session, foothold: &Foothold) {
        let (Some(first), Some(opened)) = (session.positions.first(), &foothold.opened) else { return };
        let from = self.time(opened.position).max(session.span.0);
        let closed = foothold.closed.as_ref().map(|act| self.time(act.position));
        let to = closed.unwrap_or(i64::MAX).min(session.span.1);
        if from <= to {
            let key = (session.account.clone(), Class::Unknown, format!("bypass {from}"));
            let why = self.voice.text("case.exposure.bypassed");
            self.put(session, *first, key, (from, to)).how.insert(why.to_owned());
        }
    }

    /// A session in whose reach the mailbox was, if no record at all says what was opened in it.
    pub(super) fn silent(&mut self, session: &Session) {
        let Some(first) = session.positions.first().filter(|_| !self.told.contains(&alias(&session.account))) else {
            return;
        };
        let why = self.voice.text("case.exposure.silent");
        let key = (session.account.clone(), Class::Unknown, format!("silent {}", session.id));
        self.put(session, *first, key, session.span).how.insert(why.to_owned());
    }

    pub(super) fn finish(self) -> Exposure {
        Exposure { mail: self.mail.into_values().collect(), files: self.files.into_values().collect() }
    }
}
