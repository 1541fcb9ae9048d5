//! Which events are sign-ins, and how they ended.

use crate::event::{Family, Outcome, SIGN_IN_STEP};
use crate::store::{Entry, Events};
use serde::Serialize;

/// Whether the event is a sign-in: a record of the sign-in log that is not a step of one, or the audit log's own record of one.
///
/// The same sign-in can stand in both logs; each record counts.
pub fn is_sign_in(events: &Events, entry: &Entry) -> bool {
    match entry.family {
        Family::SignIn => events.text(entry.operation) != SIGN_IN_STEP,
        Family::Audit => matches!(events.text(entry.operation), "UserLoggedIn" | "UserLoginFailed"),
        Family::Directory | Family::Activity | Family::Risk | Family::Trace | Family::State => false,
    }
}

/// How many sign-ins ended in which way.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SignIns {
    /// Succeeded.
    pub succeeded: u64,
    /// Refused.
    pub failed: u64,
    /// Stopped at a further step, or the record does not say how it ended.
    pub interrupted: u64,
}

impl SignIns {
    /// Counts one sign-in.
    pub fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Success => self.succeeded += 1,
            Outcome::Failure => self.failed += 1,
            Outcome::Interrupted | Outcome::Unknown => self.interrupted += 1,
        }
    }

    /// How many there are in all.
    pub fn total(&self) -> u64 {
        self.succeeded + self.failed + self.interrupted
    }
}
