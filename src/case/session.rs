//! Whose presence it was: what an account did from one address, and how much of it points to an intruder.
//!
//! A presence is everything that one account did from one address. What rules found in it, and how little it has in
//! common with the account's usual presences, adds up to a score; its parts are told. From a presence of the intruder
//! the search goes on to others of the same account, and to other accounts at the same address.

mod application;
mod desk;
mod judge;
mod presence;
mod score;
mod tie;

use super::finding::finding_id;
use super::foothold::Foothold;
use crate::civil::rfc3339;
use crate::decision::{Decisions, Ruling};
use crate::language::Voice;
use crate::rule::Meta;
use crate::store::{Entry, Events, Sym};
pub(super) use application::CONSENT;
use judge::Judged;
use presence::{Presence, Presences};
use serde::Serialize;
use std::collections::BTreeSet;

/// Why a presence is taken for the intruder's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Link {
    /// The investigator says so.
    Decision,
    /// What was found in it.
    Findings,
    /// It carries the session id or a token of a presence of the intruder.
    Session,
    /// A program that the account is not known to use, and the intruder is.
    Program,
    /// It is in a network of the intruder, and doubtful itself.
    Network,
    /// It is at an address of the intruder.
    Address,
    /// An application that the intruder gave rights to, or has a secret of, or that the owner was led to consent to.
    Application,
    /// No stranger's: deeds of the owner's account at the owner's desk.
    Desk,
}

impl Link {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Decision => "decision",
            Self::Findings => "findings",
            Self::Session => "session",
            Self::Program => "program",
            Self::Network => "network",
            Self::Address => "address",
            Self::Application => "application",
            Self::Desk => "desk",
        }
    }

    /// As people are told.
    pub fn label(self, voice: Voice) -> &'static str {
        voice.label("label.link.", self.name())
    }
}

/// A presence of the intruder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Session {
    /// 16 hex digits from tenant, account and address.
    pub id: String,
    /// Tenant.
    pub tenant: String,
    /// The account that was used.
    pub account: String,
    /// From where.
    pub address: String,
    /// ISO 3166-1 alpha-2 code; empty where it is not known.
    pub country: String,
    /// The name of the network.
    pub as_org: String,
    /// First event, RFC 3339 UTC.
    pub first_time: String,
    /// Last event, RFC 3339 UTC.
    pub last_time: String,
    /// Number of events.
    pub events: u64,
    /// Number of them that were not refused: without one nobody got in.
    pub succeeded: u64,
    /// Why it is taken for the intruder's; the strongest reason.
    pub link: Link,
    /// What points to an intruder, less what speaks against it.
    pub score: i32,
    /// The parts of the score, the weightiest first, such as `20 no program that the account is known to use`.
    pub parts: Vec<String>,
    /// Programs, as they name themselves.
    pub agents: Vec<String>,
    /// Session ids.
    pub sessions: Vec<String>,
    /// The events, in time order.
    pub event_ids: Vec<String>,
    /// The application that acted, by its id in lower case; empty where a person did.
    #[serde(skip)]
    pub application: String,
    /// Where the events stand.
    #[serde(skip)]
    pub positions: Vec<u32>,
    /// First and last event, microseconds since 1970.
    #[serde(skip)]
    pub span: (i64, i64),
}

impl Session {
    /// Whether somebody who was not at the owner's desk got in.
    pub fn got_in(&self) -> bool {
        self.link != Link::Desk && self.succeeded > 0
    }
}

/// The presences of intruders and of the applications that serve them, by account, then time.
pub fn sessions(
    events: &Events,
    rules: &[Meta],
    decisions: &Decisions,
    footholds: &[Foothold],
    voice: Voice,
) -> Vec<Session> {
    let presences = Presences::gather(events, rules, voice);
    let judged = judge::judge(&presences, decisions);
    let taken: BTreeSet<u32> = judged.iter().map(|judged| presences.list[judged.presence].who).collect();
    let mut found: Vec<Session> =
        judged.into_iter().map(|judged| session(events, &presences.list[judged.presence], judged)).collect();
    found.extend(desk::at_own_desk(&presences, decisions, &taken));
    found.extend(application::applications(&presences, &found, footholds, decisions));
    found.sort_by(|a, b| (&a.tenant, &a.account, a.span, &a.address).cmp(&(&b.tenant, &b.account, b.span, &b.address)));
    found
}

fn session(events: &Events, presence: &Presence, judged: Judged) -> Session {
    let whose = Whose {
        account: presence.account.clone(),
        address: presence.address.to_string(),
        succeeded: u64::from(presence.succeeded),
        application: String::new(),
    };
    session_of(events, whose, presence.positions.clone(), (judged.link, judged.score, judged.parts))
}

/// What a session is of.
struct Whose {
    account: String,
    address: String,
    /// Number of events that were not refused.
    succeeded: u64,
    /// The application that acted, by its id in lower case.
    application: String,
}

/// A session of these events, of which there is at least one.
fn session_of(
    events: &Events,
    Whose { account, address, succeeded, application }: Whose,
    positions: Vec<u32>,
    (link, score, parts): (Link, i32, Vec<String>),
) -> Session {
    let entry = |at: u32| events.entries.at(at);
    let (first, last) = (entry(positions[0]), entry(positions[positions.len() - 1]));
    let place = events.place(&first);
    let texts = |field: &dyn Fn(&Entry) -> Sym| {
        let all = positions.iter().map(|at| events.text(field(&entry(*at))));
        let found: BTreeSet<&str> = all.filter(|text| !text.is_empty()).collect();
        found.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let tenant = events.text(events.who(&first).tenant).to_owned();
    let kind = if link == Link::Desk { link.name() } else { application.as_str() };
    Session {
        id: finding_id("session", &format!("{tenant}\n{account}\n{kind}"), &address),
        tenant,
        country: place.map(|place| place.country.clone()).unwrap_or_default(),
        as_org: place.map(|place| place.as_org.clone()).unwrap_or_default(),
        first_time: rfc3339(first.micros),
        last_time: rfc3339(last.micros),
        events: positions.len() as u64,
        succeeded,
        agents: texts(&|entry| events.who(entry).agent),
        sessions: texts(&|entry| entry.session),
        event_ids: positions.iter().map(|at| entry(*at).event_id()).collect(),
        span: (first.micros, last.micros),
        application,
        account,
        address,
        link,
        score,
        parts,
        positions,
    }
}

/// What the investigator says of a presence, if anything.
fn decided<'d>(decisions: &'d Decisions, events: &Events, presence: &Presence) -> Option<Ruling<'d>> {
    if decisions.is_empty() {
        return None;
    }
    let session = |at: &u32| decisions.of_session(events.text(events.entries.at(*at).session));
    decisions
        .of_address(&presence.address)
        .or_else(|| presence.positions.iter().find_map(session))
        .or_else(|| decisions.of_account(&presence.account).filter(Ruling::is_ours))
}
