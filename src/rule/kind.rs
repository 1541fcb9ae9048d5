//! Kinds of event: what all events of one kind have in common is decided once, and so is what their repeating values
//! decide.

use super::dictionary::{Class, Dictionary, Memory};
use super::engine::Condition;
use super::plan::{Plan, Planner};
use crate::event::{ActorKind, Event, Outcome};
use crate::store::RuleIndex;
use hashbrown::hash_map::EntryRef;
use hashbrown::hash_table::Entry;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHasher};
use smallvec::SmallVec;
use sonic_rs::JsonValueTrait;
use std::hash::Hasher;

/// Kinds of event, and plans for them, that one thread remembers; hostile logs could otherwise fill the memory.
const KINDS: usize = 4096;

/// So many events of each new kind are expected, once there are [`FEW`] kinds: where nearly every record has other
/// members, they are no part of its kind.
const REPEATS: u64 = 16;

/// Kinds before their number says anything.
const FEW: u64 = 256;

/// What one thread keeps between events: which rules can apply to which kind of event.
///
/// It belongs to the [`super::RuleSet`] it was first used with, and to what was known of addresses then.
#[derive(Debug, Default)]
pub struct Scratch {
    kinds: hashbrown::HashTable<Kind>,
    memory: Memory,
    classes: SmallVec<[Class; 16]>,
    /// What the event at hand answers to each step of its plan.
    answers: Vec<Option<bool>>,
    events: u64,
    /// Kinds met, those since forgotten included.
    met: u64,
    /// Plans in `kinds`.
    plans: usize,
    /// The members of records are no part of their kind.
    shapeless: bool,
}

/// Events with the same log, workload, record type and operation, that ended alike, were done by the same kind of
/// principal, and whose records have the same members.
#[derive(Debug)]
struct Kind {
    hash: u64,
    texts: Box<[Box<str>; 5]>,
    ends: (Outcome, ActorKind),
    /// The keys of the record, in its order; `None` where they are not looked at.
    keys: Option<Box<[Box<str>]>>,
    /// The rules that some event of the kind may meet.
    rules: Box<[RuleIndex]>,
    /// The columns of the dictionary that have a say.
    columns: Box<[usize]>,
    plans: hashbrown::HashMap<Box<[Class]>, Plan, FxBuildHasher>,
}

impl Kind {
    fn has(&self, hash: u64, common: &Common<'_>, event: &Event<'_>) -> bool {
        self.hash == hash
            && self.ends == common.ends
            && self.keys.is_some() == common.shaped
            && self.texts.iter().zip(common.texts).all(|(known, found)| **known == *found)
            && self.keys.as_ref().is_none_or(|keys| {
                let members = event.record.members();
                keys.len() == members.len() && keys.iter().zip(members).all(|(known, (found, _))| **known == **found)
            })
    }
}

/// What makes events one kind.
struct Common<'e> {
    texts: [&'e str; 5],
    ends: (Outcome, ActorKind),
    shaped: bool,
}

impl<'e> Common<'e> {
    fn of(event: &'e Event<'_>, shapeless: bool) -> Self {
        Self {
            texts: [
                event.family.name(),
                &event.workload,
                &event.record_type,
                &event.operation,
                &event.operation_original,
            ],
            ends: (event.outcome, event.actor_kind),
            shaped: !shapeless && event.record.value().is_object(),
        }
    }

    fn hash(&self, event: &Event<'_>) -> u64 {
        let mut hasher = FxHasher::default();
        for text in self.texts {
            hasher.write(text.as_bytes());
            hasher.write_u8(0xFF);
        }
        hasher.write_u8(self.ends.0 as u8);
        hasher.write_u8(self.ends.1 as u8);
        if self.shaped {
            // All keys are compared anyway; to tell kinds apart their lengths do.
            for (key, _) in event.record.members() {
                hasher.write_usize(key.len());
            }
        }
        hasher.finish()
    }
}

impl Scratch {
    /// The plan for an event, and room for answers.
    pub(super) fn plan(
        &mut self,
        rules: &[Condition],
        dictionary: &Dictionary,
        event: &Event<'_>,
    ) -> (&Plan, &mut Vec<Option<bool>>) {
        self.make_room();
        let common = Common::of(event, self.shapeless);
        let hash = common.hash(event);
        let kind = match self.kinds.entry(hash, |kind| kind.has(hash, &common, event), |kind| kind.hash) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                self.met += 1;
                let (rules, columns) = Planner::new(event, common.shaped).survey(rules, dictionary);
                let keys = || event.record.members().iter().map(|(key, _)| (*key).into()).collect();
                let kind = Kind {
                    hash,
                    texts: Box::new(common.texts.map(Into::into)),
                    ends: common.ends,
                    keys: common.shaped.then(keys),
                    rules,
                    columns,
                    plans: hashbrown::HashMap::default(),
                };
                entry.insert(kind).into_mut()
            }
        };
        self.classes.clear();
        self.memory.classes(dictionary, &kind.columns, event, &mut self.classes);
        let plan = match kind.plans.entry_ref(self.classes.as_slice()) {
            EntryRef::Occupied(known) => known.into_mut(),
            EntryRef::Vacant(place) => {
                self.plans += 1;
                let classes: FxHashMap<usize, Class> =
                    kind.columns.iter().copied().zip(self.classes.iter().copied()).collect();
                let told = |item: &_| {
                    let class = classes.get(&dictionary.column(item)?)?;
                    self.memory.answer(dictionary, item, *class)
                };
                place.insert(Planner::new(event, common.shaped).plan(rules, &kind.rules, &told))
            }
        };
        (plan, &mut self.answers)
    }

    fn make_room(&mut self) {
        self.events += 1;
        if !self.shapeless && self.met > FEW && self.met * REPEATS > self.events {
            self.shapeless = true;
            self.kinds.clear();
            self.plans = 0;
        }
        if self.kinds.len() >= KINDS || self.plans >= KINDS {
            self.kinds.clear();
            self.plans = 0;
        }
    }
}
