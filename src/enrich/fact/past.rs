//! The events as derivers see them: who acted, which acts make a history, what an agent is without its version.

use super::domains::{AcceptedDomains, OwnDomains, own};
use crate::event::{ActorKind, Family, Outcome, SIGN_IN_STEP, program};
use crate::store::{Entry, Events, Sym, Who};
use rustc_hash::FxHashMap;
use std::borrow::Cow;

/// Microseconds in a minute, and in a day.
pub(super) const MINUTE: i64 = 60_000_000;
pub(super) const DAY: i64 = 24 * 60 * MINUTE;

/// All events, and which of them want facts.
pub(super) struct Past<'a> {
    pub events: &'a Events,
    /// The accepted domains of each tenant.
    pub own: OwnDomains,
    wanted: &'a [u32],
    /// By the number of a [`Who`] that of its actor, and that of its agent without version numbers; 0 for none.
    whos: Vec<(u32, u32)>,
}

impl<'a> Past<'a> {
    pub(super) fn new(events: &'a Events, wanted: &'a [u32], accepted: &'a AcceptedDomains) -> Self {
        let (mut folded, mut families) = (Numbers::default(), Numbers::default());
        let mut actors: FxHashMap<(Sym, u32), u32> = FxHashMap::default();
        let mut numbers = |who: &Who| {
            let (actor, agent) = (events.text(who.actor), events.text(who.agent));
            let agent = if agent.is_empty() { 0 } else { families.of(program(agent)) };
            if actor.is_empty() {
                return (0, agent);
            }
            let next = actors.len() as u32 + 1;
            (*actors.entry((who.tenant, folded.of(actor.to_lowercase()))).or_insert(next), agent)
        };
        let whos = events.whos.all().iter().map(&mut numbers).collect();
        Self { events, own: own(events, accepted), wanted, whos }
    }

    /// Every event in time order: its row if it wants facts, and itself.
    pub(super) fn each(&self) -> impl Iterator<Item = (Option<usize>, Cow<'a, Entry>)> {
        let mut row = 0;
        let wanted = self.wanted;
        self.events.entries.iter().enumerate().map(move |(position, entry)| {
            let here = wanted.get(row).is_some_and(|wanted| *wanted as usize == position);
            row += usize::from(here);
            (here.then(|| row - 1), entry)
        })
    }

    /// The events that want facts: row and event.
    pub(super) fn wanted(&self) -> impl Iterator<Item = (usize, Cow<'a, Entry>)> {
        self.wanted.iter().enumerate().map(|(row, position)| (row, self.events.entries.at(*position)))
    }

    /// The number of the event's actor, the same for all spellings of the name; 0 for none.
    pub(super) fn who(&self, entry: &Entry) -> u32 {
        self.whos[entry.who.index()].0
    }

    /// The number of the event's agent without version numbers; 0 for none.
    pub(super) fn agent(&self, entry: &Entry) -> u32 {
        self.whos[entry.who.index()].1
    }

    /// Whether the event is an act that makes its circumstances usual for whoever did it: it was done, by a person or
    /// an application, and a log tells it.
    pub(super) fn is_history(&self, entry: &Entry) -> bool {
        let log = matches!(entry.family, Family::Audit | Family::SignIn | Family::Directory | Family::Activity);
        let done = if self.events.is_sign_in(entry) {
            entry.outcome == Outcome::Success
        } else {
            entry.outcome != Outcome::Failure && self.events.operation(entry) != SIGN_IN_STEP
        };
        log && done && entry.actor_kind != ActorKind::System
    }
}

/// Texts by number, from 1.
#[derive(Default)]
struct Numbers(FxHashMap<String, u32>);

impl Numbers {
    fn of(&mut self, text: String) -> u32 {
        let next = self.0.len() as u32 + 1;
        *self.0.entry(text).or_insert(next)
    }
}
