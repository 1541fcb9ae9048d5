//! The events as derivers see them: who acted, which acts make a history, what an agent is without its version.

use super::domains::{AcceptedDomains, OwnDomains, own};
use crate::event::{ActorKind, Family, Outcome, SIGN_IN_STEP, program};
use crate::store::{Entry, Events, Sym};
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
    /// For each event the number of its actor; 0 where it names none.
    who: Vec<u32>,
    /// For each text that is an agent the number of the agent without version numbers; 0 for no agent.
    agents: Vec<u32>,
}

impl<'a> Past<'a> {
    pub(super) fn new(events: &'a Events, wanted: &'a [u32], accepted: &'a AcceptedDomains) -> Self {
        let mut folded = Numbers::default();
        let mut names: Vec<u32> = vec![0; events.pool.len()];
        let mut actors: FxHashMap<(Sym, u32), u32> = FxHashMap::default();
        let mut agents: Vec<u32> = vec![0; events.pool.len()];
        let mut families = Numbers::default();
        let mut who = Vec::with_capacity(events.entries.len());
        for entry in &events.entries {
            let agent = &mut agents[entry.agent.0 as usize];
            if *agent == 0 && !entry.agent.is_empty() {
                *agent = families.of(program(events.text(entry.agent)));
            }
            if entry.actor.is_empty() {
                who.push(0);
                continue;
            }
            let name = &mut names[entry.actor.0 as usize];
            if *name == 0 {
                *name = folded.of(events.text(entry.actor).to_lowercase());
            }
            let next = actors.len() as u32 + 1;
            who.push(*actors.entry((entry.tenant, *name)).or_insert(next));
        }
        Self { events, own: own(events, accepted), wanted, who, agents }
    }

    /// Every event in time order: its position, its row if it wants facts, and itself.
    pub(super) fn each(&self) -> impl Iterator<Item = (usize, Option<usize>, Cow<'a, Entry>)> {
        let mut row = 0;
        let wanted = self.wanted;
        self.events.entries.iter().enumerate().map(move |(position, entry)| {
            let here = wanted.get(row).is_some_and(|wanted| *wanted as usize == position);
            row += usize::from(here);
            (position, here.then(|| row - 1), entry)
        })
    }

    /// The events that want facts: row and event.
    pub(super) fn wanted(&self) -> impl Iterator<Item = (usize, Cow<'a, Entry>)> {
        self.wanted.iter().enumerate().map(|(row, position)| (row, self.events.entries.at(*position)))
    }

    /// The number of the actor of the event at `position`, the same for all spellings of the name; 0 for none.
    pub(super) fn who(&self, position: usize) -> u32 {
        self.who[position]
    }

    /// The number of the event's agent without version numbers; 0 for none.
    pub(super) fn agent(&self, entry: &Entry) -> u32 {
        self.agents[entry.agent.0 as usize]
    }

    /// Whether the event is an act that makes its circumstances usual for whoever did it: it was done, by a person or
    /// an application, and a log tells it.
    pub(super) fn is_history(&self, entry: &Entry) -> bool {
        let log = matches!(entry.family, Family::Audit | Family::SignIn | Family::Directory | Family::Activity);
        let done = if self.events.is_sign_in(entry) {
            entry.outcome == Outcome::Success
        } else {
            entry.outcome != Outcome::Failure && self.events.text(entry.operation) != SIGN_IN_STEP
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
