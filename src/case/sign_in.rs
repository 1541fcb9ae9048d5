//! How sign-ins ended.

use crate::event::Outcome;
use serde::Serialize;

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

    /// Counts those of another count too.
    pub fn join(&mut self, other: Self) {
        self.succeeded += other.succeeded;
        self.failed += other.failed;
        self.interrupted += other.interrupted;
    }

    /// How many there are in all.
    pub fn total(&self) -> u64 {
        self.succeeded + self.failed + self.interrupted
    }
}
