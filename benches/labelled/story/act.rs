//! What intruders do in a session: sign in, read, search, send, delete, take files.

use super::{Effect, Foothold, Tale};
use crate::day::Desk;
use crate::directory::{Actor, Change, Subject, directory};
use crate::files::{self, Spot, spot, touch};
use crate::mailbox::{Client, Message, Seat, trace};
use crate::sign_in::{EXCHANGE, GRAPH, Mfa, OFFICE, OFFICE_HOME, SignIn};

impl Tale<'_> {
    /// A sign-in that does not succeed.
    pub(crate) fn refused(&mut self, code: i64, mfa: Mfa) {
        self.refused_as(code, mfa, |_| {});
    }

    /// As [`Tale::refused`], changed.
    pub(crate) fn refused_as(&mut self, code: i64, mfa: Mfa, change: impl FnOnce(&mut SignIn<'_>)) {
        let mut tried = SignIn { code, mfa, app: OFFICE_HOME, ..SignIn::new(self.victim, &self.intruder, self.clock) };
        change(&mut tried);
        tried.log(&mut self.log);
        self.note();
        self.clock += 9 + self.log.random.span(40);
    }

    /// A sign-in that succeeds; the session and a token begin.
    pub(crate) fn signs_in(&mut self, mfa: Mfa, change: impl FnOnce(&mut SignIn<'_>)) {
        self.intruder.token = self.log.random.base64(22);
        self.intruder.since = self.clock;
        let mut done = SignIn { mfa, app: OFFICE_HOME, ..SignIn::new(self.victim, &self.intruder, self.clock) };
        change(&mut done);
        done.log(&mut self.log);
        self.note();
        let token = self.intruder.token.clone();
        self.known().tokens.insert(token);
        self.clock += 20 + self.log.random.span(60);
    }

    /// A token renewed in the session, without a sign-in that anybody sees.
    pub(crate) fn renews(&mut self, change: impl FnOnce(&mut SignIn<'_>)) {
        self.signs_in(Mfa::Claim, |s| {
            (s.app, s.client, s.interactive) = (OFFICE, "Mobile Apps and Desktop clients", false);
            change(s);
        });
    }

    /// Renews the token if it is too old.
    fn fresh(&mut self) {
        if self.clock - self.intruder.since > 4200 {
            self.renews(|s| s.resource = EXCHANGE);
        }
    }

    /// Does something in the mailbox of the account.
    pub(crate) fn does(&mut self, client: Client, act: impl FnOnce(&Seat<'_>, &mut crate::log::Log, i64)) {
        if client != Client::Imap {
            self.fresh();
        }
        let presence = self.intruder.clone();
        let seat = Seat::own(self.victim, &presence, client);
        act(&seat, &mut self.log, self.clock);
        self.note();
        self.clock += 25 + self.log.random.span(140);
    }

    /// Opens messages of a folder, so many at a time.
    pub(crate) fn reads(&mut self, client: Client, folder: &str, counts: &[usize]) {
        for count in counts {
            if client != Client::Imap {
                self.fresh();
            }
            let presence = self.intruder.clone();
            let read = Seat::own(self.victim, &presence, client).bind(&mut self.log, self.clock, folder, *count);
            self.known().messages.extend(read);
            self.note();
            self.clock += 40 + self.log.random.span(200);
        }
    }

    /// Copies folders with a desktop program.
    pub(crate) fn syncs(&mut self, folders: &[&str]) {
        for folder in folders {
            self.does(Client::Desktop, |seat, log, time| seat.sync(log, time, folder));
            self.known().folders.insert((*folder).to_owned());
        }
    }

    /// Searches the mailbox for words.
    pub(crate) fn searches(&mut self, words: &[&str]) {
        for word in words {
            self.does(Client::Web, |seat, log, time| seat.search(log, time, word));
        }
    }

    /// Sends a letter; `clean` removes the copy.
    pub(crate) fn sends(&mut self, subject: &str, to: &[&str], clean: Option<&str>) -> Message {
        let message = Message::new(&mut self.log, subject);
        let copy = message.clone();
        self.does(Client::Web, |seat, log, time| seat.send(log, time, &copy, to));
        if let Some(operation) = clean {
            let one = [message.clone()];
            let target = (operation == "MoveToDeletedItems").then_some("Deleted Items");
            self.does(Client::Web, |seat, log, time| seat.group(log, time, operation, ("Sent Items", target), &one));
        }
        message
    }

    /// Throws messages of a folder away.
    pub(crate) fn deletes(&mut self, operation: &str, folder: &str, subjects: &[&str]) {
        let messages: Vec<Message> = subjects.iter().map(|s| Message::new(&mut self.log, *s)).collect();
        let target = (operation == "MoveToDeletedItems").then_some("Deleted Items");
        self.does(Client::Web, |seat, log, time| seat.group(log, time, operation, (folder, target), &messages));
    }

    /// A letter of somebody else's server: seen by the trace only.
    pub(crate) fn receives(&mut self, from: &str, subject: &str) {
        let message = Message::new(&mut self.log, subject);
        trace(&mut self.log, self.clock, (from, &self.victim.upn), &message, "198.51.100.77");
        self.clock += 60;
    }

    /// A setting of the account's own mailbox, or an administrator's cmdlet.
    pub(crate) fn cmdlet(&mut self, operation: &str, object: &str, given: &[(&str, &str)]) {
        self.does(Client::Web, |seat, log, time| seat.cmdlet(log, time, operation, object, given));
    }

    /// An act in the directory by the account.
    pub(crate) fn directory(&mut self, operation: &str, subject: Subject<'_>, changes: &[Change<'_>]) {
        self.fresh();
        let presence = self.intruder.clone();
        directory(&mut self.log, Actor::Person(self.victim, &presence), self.clock, operation, subject, changes);
        self.note();
        self.clock += 15 + self.log.random.span(60);
    }

    /// Takes files.
    pub(crate) fn takes(&mut self, operation: &str, count: usize, apart: i64) {
        self.renews(|s| s.resource = crate::sign_in::SHAREPOINT);
        let presence = self.intruder.clone();
        for n in 0..count {
            let mut place: Spot = spot(&mut self.log, self.victim);
            place.name = format!("{:03} {}", n + 1, place.name);
            touch(&mut self.log, self.victim, &presence, self.clock, operation, &place);
            self.clock += 1 + self.log.random.span(apart.max(1));
        }
        self.note();
    }

    /// Searches the sites for words.
    pub(crate) fn looks_for(&mut self, words: &[&str]) {
        let presence = self.intruder.clone();
        for word in words {
            files::search(&mut self.log, self.victim, &presence, self.clock, word);
            self.clock += 30 + self.log.random.span(60);
        }
        self.note();
    }

    /// Remembers something that stays.
    pub(crate) fn leaves(&mut self, kind: &'static str, key: impl Into<String>) {
        let foothold = Foothold { kind, key: key.into(), opened: self.clock, closed: None };
        self.known().footholds.push(foothold);
    }

    /// The session that the victim's own browser has today, and its token: stolen.
    pub(crate) fn steals_session(&mut self) {
        let day = self.today();
        let mut stolen = Desk::of(self.world, self.victim, day).web;
        stolen.device = None;
        self.intruder.session = stolen.session;
        self.intruder.token = stolen.token;
        self.effects.push((self.victim.index, Effect::Present(day)));
    }

    /// Several accounts are tried with one password each.
    pub(crate) fn sprays(&mut self, many: usize, apart: i64, change: impl Fn(&mut SignIn<'_>)) {
        let victim = self.victim;
        for n in 0..many {
            let person = &self.world.people[(victim.index + 7 + n * 3) % self.world.people.len()];
            let mut presence = self.intruder.clone();
            presence.session = self.log.random.guid();
            let mut tried = SignIn { code: 50126, mfa: Mfa::None, ..SignIn::new(person, &presence, self.clock) };
            change(&mut tried);
            self.concerns(&person.upn);
            tried.log(&mut self.log);
            self.clock += 1 + self.log.random.span(apart);
        }
        let upn = self.victim.upn.clone();
        self.concerns(&upn);
        self.note();
    }

    /// A guess at the portal: who is in the directory.
    pub(crate) fn opens_portal(&mut self) {
        self.signs_in(Mfa::Claim, |s| (s.app, s.resource) = (crate::sign_in::AZURE_PORTAL, GRAPH));
    }
}
