//! The records that a statement of the answer rests on, gathered one by one.

use crate::civil::rfc3339;
use crate::store::Events;
use std::collections::BTreeSet;

/// From when to when, in which sessions of the intruder, by which events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trail {
    /// First time, microseconds since 1970.
    first: i64,
    /// Last time.
    last: i64,
    /// The intruder's sessions, by id.
    pub sessions: BTreeSet<String>,
    /// Where the events stand.
    pub positions: BTreeSet<u32>,
}

impl Trail {
    /// One that nothing was added to.
    pub fn new() -> Self {
        Self { first: i64::MAX, last: i64::MIN, sessions: BTreeSet::new(), positions: BTreeSet::new() }
    }

    /// Adds an event of a session, which tells of this time.
    pub fn add(&mut self, position: u32, session: &str, (first, last): (i64, i64)) {
        self.first = self.first.min(first);
        self.last = self.last.max(last);
        self.positions.insert(position);
        if !self.sessions.contains(session) {
            self.sessions.insert(session.to_owned());
        }
    }

    /// First time, microseconds since 1970.
    pub fn first(&self) -> i64 {
        self.first
    }

    /// Last time, microseconds since 1970.
    pub fn last(&self) -> i64 {
        self.last
    }

    /// The ids of the events, in time order.
    pub fn event_ids(&self, events: &Events) -> Vec<String> {
        self.positions.iter().map(|at| events.entries.at(*at).event_id()).collect()
    }

    /// First time, RFC 3339 UTC.
    pub fn first_time(&self) -> String {
        rfc3339(self.first)
    }

    /// Last time, RFC 3339 UTC.
    pub fn last_time(&self) -> String {
        rfc3339(self.last)
    }
}

impl Default for Trail {
    fn default() -> Self {
        Self::new()
    }
}
