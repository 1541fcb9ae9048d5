//! What was left behind: each foothold with who made it and when, and what became of it.
//!
//! Records are followed in time order. Two that share a name are about the same foothold; where a record names none,
//! the newest that is open is meant. A snapshot shows what was there when it was collected: what it does not show is gone.

mod follow;

use super::finding::finding_id;
use super::index::address_text;
use crate::civil::rfc3339;
use crate::event::Family;
use crate::language::Voice;
use crate::rule::foothold::Foothold as Kind;
use crate::store::{Entry, Events};
use follow::Follow;
use serde::Serialize;

/// Whether a foothold is there at the end of the logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Nothing took it away.
    Open,
    /// A record tells of its end.
    Closed,
    /// A snapshot no longer shows it, and no record says who took it away.
    Gone,
    /// It was changed, but not made, within the logs, and no snapshot shows it.
    Unknown,
}

impl State {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Gone => "gone",
            Self::Unknown => "unknown",
        }
    }

    /// As people are told.
    pub fn label(self, voice: Voice) -> &'static str {
        voice.label("label.state.", self.name())
    }
}

/// One act on a foothold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Act {
    /// RFC 3339 UTC.
    pub time: String,
    /// Who did it.
    pub by: String,
    /// From which address; empty where the record names none.
    pub address: String,
    /// The event.
    pub event_id: String,
    /// Where the event stands.
    #[serde(skip)]
    pub position: u32,
}

/// Something that somebody left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Foothold {
    /// 16 hex digits from kind, tenant, account, name and first event.
    pub id: String,
    /// The kind's short name, such as `inbox_rule`.
    pub kind: String,
    /// What the kind is called, for people.
    pub title: String,
    /// The step of Microsoft's response that deals with it; `None` for what none names.
    pub step: Option<u8>,
    /// Tenant.
    pub tenant: String,
    /// The mailbox or user that it belongs to; of what belongs to the tenant, whoever made it.
    pub account: String,
    /// What it is called, forwards to, or is for; empty where no record says.
    pub name: String,
    /// Whether it is there at the end.
    pub state: State,
    /// Who made it; `None` where that was before the logs begin, or is not in them.
    pub opened: Option<Act>,
    /// Who changed it since.
    pub changed: Vec<Act>,
    /// Who took it away.
    pub closed: Option<Act>,
    /// The last snapshot that shows it, RFC 3339 UTC.
    pub shown: Option<String>,
    /// What the state rests on, in a sentence.
    pub basis: String,
    /// Every event about it, in time order.
    pub event_ids: Vec<String>,
    /// Where these stand.
    #[serde(skip)]
    pub positions: Vec<u32>,
    /// Every name that records give it, lower case.
    #[serde(skip)]
    pub names: Vec<String>,
}

/// An act that ends something which has no record of its beginning, such as a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deed {
    /// The kind that it ends, as a number into the rules' footholds.
    pub kind: usize,
    /// Where the event stands.
    pub position: u32,
}

/// Everything the marks of the events say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Left {
    /// The footholds, by time of their first event, then kind and name.
    pub footholds: Vec<Foothold>,
    /// Acts of kinds that nothing opens, in time order.
    pub deeds: Vec<Deed>,
}

/// Follows the footholds of all kinds.
pub fn footholds(events: &Events, kinds: &[Kind], voice: Voice) -> Left {
    let mut follow = Follow::new(events, kinds, voice);
    for position in 0..events.entries.len() {
        follow.meet(position as u32);
    }
    follow.end()
}

/// The part of an account's name before the `@`, lower case: cmdlets name a mailbox by its alias.
pub fn alias(account: &str) -> String {
    account.split('@').next().unwrap_or_default().to_lowercase()
}

fn act(events: &Events, position: u32) -> Act {
    let entry = &events.entries.at(position);
    Act {
        time: rfc3339(entry.micros),
        by: events.text(events.who(entry).name()).to_owned(),
        address: address_text(events, entry),
        event_id: entry.event_id(),
        position,
    }
}

/// Whether the event is of a snapshot of which is known when it was collected.
fn is_collected(entry: &Entry) -> bool {
    entry.family == Family::State && entry.basis.is_collection()
}

fn identity(parts: [&str; 4], first: &str) -> String {
    let [kind, tenant, account, name] = parts;
    finding_id(&format!("foothold\n{kind}"), &format!("{tenant}\n{account}\n{name}"), first)
}
