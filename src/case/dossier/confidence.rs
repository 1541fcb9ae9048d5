//! How sure it is that an account was an intruder's, and what would change that.

use crate::case::session::{Link, Session};
use crate::language::Voice;
use serde::Serialize;

/// How sure it is, the surest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// It may have another explanation.
    Low,
    /// Records tie it to the intruder, by little or by way of a network.
    Medium,
    /// The investigator said so, or records show much of it.
    High,
}

impl Confidence {
    /// By the score of the plainest presence, and how it is tied to the intruder.
    pub(super) fn of(own: &[&Session]) -> Self {
        let best = own.iter().map(|session| session.score).max().unwrap_or_default();
        let has = |links: &[Link]| own.iter().any(|session| links.contains(&session.link));
        if has(&[Link::Decision]) || (best >= 60 && has(&[Link::Findings, Link::Session, Link::Program])) {
            Self::High
        } else if has(&[Link::Findings, Link::Session, Link::Program, Link::Network]) {
            Self::Medium
        } else {
            Self::Low
        }
    }

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// As people are told.
    pub fn label(self, voice: Voice) -> &'static str {
        voice.label("label.confidence.", self.name())
    }
}

/// What would change it: the key of a text.
pub(super) fn would_change(own: &[&Session]) -> &'static str {
    let only = |link: Link| own.iter().all(|session| session.link == link);
    if only(Link::Desk) {
        "case.change.desk"
    } else if only(Link::Application) {
        "case.change.application"
    } else if only(Link::Address) {
        "case.change.address"
    } else {
        "case.change.owner"
    }
}
