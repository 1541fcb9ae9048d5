//! What is left to ask of events of one kind: rules that its operation rules out are gone, and a question that several
//! rules ask stands there once.

use super::compile::{Item, Node, Test};
use super::engine::{Condition, item_holds};
use super::matcher::Matcher;
use crate::event::{ActorKind, Event, Outcome};
use crate::field::{Core, Field};
use crate::store::RuleIndex;
use hashbrown::hash_table::Entry;
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::Hasher;
use std::sync::Arc;

/// Kinds of event that one thread remembers; hostile logs could otherwise fill the memory.
const KINDS: usize = 4096;

/// What one thread keeps between events: which rules can apply to which kind of event.
///
/// It belongs to the [`super::RuleSet`] it was first used with.
#[derive(Debug, Default)]
pub struct Scratch {
    kinds: hashbrown::HashTable<Kind>,
    /// What the event at hand answers to each step of its plan.
    answers: Vec<Option<bool>>,
}

impl Scratch {
    /// The plan for events of this kind, and room for answers.
    pub(super) fn plan(&mut self, rules: &[Condition], event: &Event<'_>) -> (&Plan, &mut Vec<Option<bool>>) {
        let (texts, ends) = (kind_of(event), (event.outcome, event.actor_kind));
        let hash = hash(&texts, ends);
        let same = |kind: &Kind| {
            kind.hash == hash && kind.ends == ends && kind.texts.iter().zip(texts).all(|(a, b)| **a == *b)
        };
        if self.kinds.len() >= KINDS {
            self.kinds.clear();
        }
        let kind = match self.kinds.entry(hash, same, |kind| kind.hash) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let texts = Box::new(texts.map(Into::into));
                entry.insert(Kind { hash, texts, ends, plan: Planner::new(event).plan(rules) }).into_mut()
            }
        };
        (&kind.plan, &mut self.answers)
    }
}

/// Events with the same log, workload, record type and operation, that ended alike and were done by the same kind of
/// principal.
#[derive(Debug)]
struct Kind {
    hash: u64,
    texts: Box<[Box<str>; 5]>,
    ends: (Outcome, ActorKind),
    plan: Plan,
}

/// The rules that some event of a kind may meet, and what is left to ask.
#[derive(Debug)]
pub(super) struct Plan {
    /// In index order.
    pub candidates: Box<[Candidate]>,
    /// The questions, each behind those it is made of.
    pub steps: Box<[Step]>,
}

/// A rule that some event of a kind may meet.
#[derive(Debug)]
pub(super) struct Candidate {
    pub rule: RuleIndex,
    pub open: Open,
}

/// What the kind of an event leaves to ask.
#[derive(Debug)]
pub(super) enum Open {
    Nothing,
    /// Whether this step holds.
    Rest(u32),
    /// Derived facts have a say.
    Late(Box<LateOpen>),
}

/// What is left of a condition in which derived facts have a say.
#[derive(Debug)]
pub(super) struct LateOpen {
    /// A step without which it cannot hold; most events stop here.
    pub guard: Option<u32>,
    /// What is known of each part that the record decides.
    pub parts: Box<[Known]>,
}

/// The value of a condition as far as the kind of event decides it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    Yes,
    No,
    /// The step that decides.
    Open(u32),
}

/// A question, whichever rules ask it.
#[derive(Debug)]
pub(super) enum Step {
    Item(Arc<Item>),
    All(Box<[u32]>),
    Any(Box<[u32]>),
    Not(u32),
}

impl Plan {
    /// Whether a step holds; `answers` remembers.
    pub(super) fn holds(&self, step: u32, event: &Event<'_>, answers: &mut [Option<bool>]) -> bool {
        if let Some(answer) = answers[step as usize] {
            return answer;
        }
        let answer = match &self.steps[step as usize] {
            Step::Item(item) => item_holds(item, event),
            Step::Not(inner) => !self.holds(*inner, event, answers),
            Step::All(list) => list.iter().all(|inner| self.holds(*inner, event, answers)),
            Step::Any(list) => list.iter().any(|inner| self.holds(*inner, event, answers)),
        };
        answers[step as usize] = Some(answer);
        answer
    }
}

/// What makes two steps one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Words {
    Item(u128),
    All(Box<[u32]>),
    Any(Box<[u32]>),
    Not(u32),
}

/// Makes the plan for the kind of an event.
struct Planner<'a, 'r> {
    event: &'a Event<'r>,
    steps: Vec<Step>,
    /// What asking each step costs, in rough.
    costs: Vec<u32>,
    known: FxHashMap<Words, u32>,
}

impl<'a, 'r> Planner<'a, 'r> {
    fn new(event: &'a Event<'r>) -> Self {
        Self { event, steps: Vec::new(), costs: Vec::new(), known: FxHashMap::default() }
    }

    fn plan(mut self, rules: &[Condition]) -> Plan {
        let open = |(condition, rule): (&Condition, RuleIndex)| Some(Candidate { rule, open: self.open(condition)? });
        let candidates = rules.iter().zip(0..=RuleIndex::MAX).filter_map(open).collect();
        Plan { candidates, steps: self.steps.into_boxed_slice() }
    }

    fn open(&mut self, condition: &Condition) -> Option<Open> {
        let (Condition::Record(node) | Condition::Facts(node, _)) = condition else { return None };
        match (self.reduce(node), condition) {
            (Known::No, _) => None,
            (Known::Yes, _) => Some(Open::Nothing),
            (Known::Open(_), Condition::Facts(_, late)) => {
                let parts: Box<[Known]> = late.parts().iter().map(|part| self.reduce(part)).collect();
                let required = late.required().into_iter().map(|part| parts[part]).collect();
                match self.all(required) {
                    Known::No => None,
                    Known::Yes => Some(Open::Late(Box::new(LateOpen { guard: None, parts }))),
                    Known::Open(step) => Some(Open::Late(Box::new(LateOpen { guard: Some(step), parts }))),
                }
            }
            (Known::Open(step), _) => Some(Open::Rest(step)),
        }
    }

    /// Decides what the kind of the event decides, and leaves the rest as a step.
    fn reduce(&mut self, node: &Node) -> Known {
        match node {
            Node::Item(item) if is_of_kind(item) => {
                if item_holds(item, self.event) {
                    Known::Yes
                } else {
                    Known::No
                }
            }
            Node::Item(item) => {
                Known::Open(self.step(Words::Item(item.words), Step::Item(Arc::clone(item)), cost(item)))
            }
            Node::Not(inner) => match self.reduce(inner) {
                Known::Yes => Known::No,
                Known::No => Known::Yes,
                Known::Open(inner) => {
                    let cost = self.costs[inner as usize];
                    Known::Open(self.step(Words::Not(inner), Step::Not(inner), cost))
                }
            },
            Node::All(nodes) => self.list(nodes, Known::No),
            Node::Any(nodes) => self.list(nodes, Known::Yes),
        }
    }

    /// `decisive` is the value of a part that decides the whole.
    fn list(&mut self, nodes: &[Node], decisive: Known) -> Known {
        let mut known = Vec::with_capacity(nodes.len());
        for node in nodes {
            match self.reduce(node) {
                part if part == decisive => return part,
                part => known.push(part),
            }
        }
        self.joined(known, decisive)
    }

    /// Whether all of these hold.
    fn all(&mut self, parts: Vec<Known>) -> Known {
        if parts.contains(&Known::No) { Known::No } else { self.joined(parts, Known::No) }
    }

    /// Parts of which none is decisive, as one.
    fn joined(&mut self, parts: Vec<Known>, decisive: Known) -> Known {
        let mut open: Vec<u32> = Vec::with_capacity(parts.len());
        open.extend(parts.into_iter().filter_map(|part| if let Known::Open(step) = part { Some(step) } else { None }));
        // What costs least is asked first; no order changes the answer.
        open.sort_unstable_by_key(|step| (self.costs[*step as usize], *step));
        open.dedup();
        match (open.as_slice(), decisive) {
            ([], Known::No) => Known::Yes,
            ([], _) => Known::No,
            ([only], _) => Known::Open(*only),
            (list, _) => {
                let cost = list.iter().map(|step| self.costs[*step as usize]).sum();
                let list: Box<[u32]> = list.into();
                Known::Open(match decisive {
                    Known::No => self.step(Words::All(list.clone()), Step::All(list), cost),
                    _ => self.step(Words::Any(list.clone()), Step::Any(list), cost),
                })
            }
        }
    }

    fn step(&mut self, words: Words, step: Step, cost: u32) -> u32 {
        let next = self.steps.len() as u32;
        let at = *self.known.entry(words).or_insert(next);
        if at == next {
            self.steps.push(step);
            self.costs.push(cost);
        }
        at
    }
}

/// What looking at the field costs, in rough.
fn cost(item: &Item) -> u32 {
    match &item.field {
        Some(Field::Core(Core::ForeignRecipients)) | None => 64,
        Some(Field::Core(_) | Field::Fact(_)) => 1,
        Some(Field::Path(path)) => 4 * path.len() as u32,
        Some(Field::Named { .. }) => 16,
    }
}

fn kind_of<'e>(event: &'e Event<'_>) -> [&'e str; 5] {
    [event.family.name(), &event.workload, &event.record_type, &event.operation, &event.operation_original]
}

fn hash(texts: &[&str; 5], (outcome, kind): (Outcome, ActorKind)) -> u64 {
    let mut hasher = FxHasher::default();
    for text in texts {
        hasher.write(text.as_bytes());
        hasher.write_u8(0xFF);
    }
    hasher.write_u8(outcome as u8);
    hasher.write_u8(kind as u8);
    hasher.finish()
}

/// Whether all events of a kind answer the item alike.
fn is_of_kind(item: &Item) -> bool {
    let alone = |matcher: &Matcher| !matches!(matcher, Matcher::Field { .. });
    let of_kind = matches!(
        item.field,
        Some(Field::Core(
            Core::Family
                | Core::Workload
                | Core::RecordType
                | Core::Operation
                | Core::OperationOriginal
                | Core::Outcome
                | Core::ActorKind
        ))
    );
    of_kind
        && match &item.test {
            Test::Any(matchers) => matchers.iter().all(alone),
            Test::All(groups) => groups.iter().flatten().all(alone),
            Test::Exists(_) | Test::Null => true,
        }
}
