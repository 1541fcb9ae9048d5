//! Events and hits to the answer: whose presence it was, what they reached and left, and whether it is over.

use super::dossier::{Dossier, Sources, dossiers};
use super::exposure::{Exposure, Opened, exposure};
use super::foothold::{Foothold, footholds};
use super::session::{Session, sessions};
use super::warn::{Recipient, recipients};
use crate::decision::Decisions;
use crate::language::Voice;
use crate::rule::Meta;
use crate::rule::foothold::Foothold as Kind;
use crate::store::Events;

/// What a case answers.
#[derive(Debug)]
pub struct Answer {
    /// The answer for each account that an intruder got into, the first taken over first.
    pub dossiers: Vec<Dossier>,
    /// Presences of intruders, by account, then time.
    pub sessions: Vec<Session>,
    /// The mail and files that they reached.
    pub exposure: Exposure,
    /// Whom they wrote to, by sender and address.
    pub recipients: Vec<Recipient>,
    /// What was left behind, by time.
    pub footholds: Vec<Foothold>,
}

/// Works the answer out; `open` reads the records at positions again.
pub fn answer(
    events: &Events,
    (rules, kinds): (&[Meta], &[Kind]),
    decisions: &Decisions,
    voice: Voice,
    open: impl FnOnce(&[Session]) -> Opened,
) -> Answer {
    let left = footholds(events, kinds, voice);
    let sessions = sessions(events, rules, decisions, &left.footholds, voice);
    let opened = open(&sessions);
    let exposure = exposure(events, &sessions, &left.footholds, &opened, voice);
    let letters = &opened.letters;
    let recipients = recipients(events, &sessions, &exposure, letters);
    let sources =
        Sources { events, rules, kinds, voice, sessions: &sessions, left: &left, exposure: &exposure, letters };
    let dossiers = dossiers(sources);
    Answer { dossiers, sessions, exposure, recipients, footholds: left.footholds }
}
