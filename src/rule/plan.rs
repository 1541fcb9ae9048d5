//! What is left to ask of events that have much in common: rules that it rules out are gone, and a question that
//! several rules ask stands there once.

use super::compile::{Item, Node};
use super::dictionary::Dictionary;
use super::engine::{Condition, item_holds};
use super::late::Late;
use crate::event::Event;
use crate::field::{Core, Field};
use crate::store::RuleIndex;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::sync::Arc;

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
    /// Derived facts decide; the parts that the record meets, as bits.
    Facts(u64),
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

/// Says what is known of a question before the event is asked.
type Told<'k> = dyn Fn(&Item) -> Option<bool> + 'k;

/// Makes the plan for events that have in common with `event` what decides questions.
pub(super) struct Planner<'a, 'r> {
    event: &'a Event<'r>,
    /// The members of the record are common to them.
    shaped: bool,
    steps: Vec<Step>,
    /// What asking each step costs, in rough.
    costs: Vec<u32>,
    known: FxHashMap<Words, u32>,
}

impl<'a, 'r> Planner<'a, 'r> {
    pub(super) fn new(event: &'a Event<'r>, shaped: bool) -> Self {
        Self { event, shaped, steps: Vec::new(), costs: Vec::new(), known: FxHashMap::default() }
    }

    /// The rules that an event of the kind may meet, and the columns of the dictionary that have a say in them.
    pub(super) fn survey(mut self, rules: &[Condition], dictionary: &Dictionary) -> (Box<[RuleIndex]>, Box<[usize]>) {
        let mut candidates = Vec::new();
        for (condition, rule) in rules.iter().zip(0..=RuleIndex::MAX) {
            if self.open(condition, &|_| None).is_some() {
                candidates.push(rule);
            }
        }
        let column = |step: &Step| if let Step::Item(item) = step { dictionary.column(item) } else { None };
        let columns: BTreeSet<usize> = self.steps.iter().filter_map(column).collect();
        (candidates.into(), columns.into_iter().collect())
    }

    /// The plan for `among` the rules, `told` being what is known of a question besides what the kind decides.
    pub(super) fn plan(mut self, rules: &[Condition], among: &[RuleIndex], told: &Told<'_>) -> Plan {
        let open = |&rule: &RuleIndex| {
            let open = self.open(&rules[usize::from(rule)], told)?;
            Some(Candidate { rule, open })
        };
        let candidates = among.iter().filter_map(open).collect();
        Plan { candidates, steps: self.steps.into_boxed_slice() }
    }

    fn open(&mut self, condition: &Condition, told: &Told<'_>) -> Option<Open> {
        let (Condition::Record(node) | Condition::Facts(node, _)) = condition else { return None };
        match (self.reduce(node, told), condition) {
            (Known::No, _) => None,
            (Known::Yes, _) => Some(Open::Nothing),
            (Known::Open(_), Condition::Facts(_, late)) => self.late(late, told),
            (Known::Open(step), _) => Some(Open::Rest(step)),
        }
    }

    fn late(&mut self, late: &Late, told: &Told<'_>) -> Option<Open> {
        let parts: Box<[Known]> = late.parts().iter().map(|part| self.reduce(part, told)).collect();
        if !parts.iter().any(|part| matches!(part, Known::Open(_))) {
            return match late.ask(|at| parts[at] == Known::Yes) {
                Ok(true) => Some(Open::Nothing),
                Ok(false) => None,
                Err(known) => Some(Open::Facts(known)),
            };
        }
        let required = late.required().into_iter().map(|part| parts[part]).collect();
        match self.all(required) {
            Known::No => None,
            Known::Yes => Some(Open::Late(Box::new(LateOpen { guard: None, parts }))),
            Known::Open(step) => Some(Open::Late(Box::new(LateOpen { guard: Some(step), parts }))),
        }
    }

    /// What is known of an item before the event is asked.
    fn known(&self, item: &Item, told: &Told<'_>) -> Option<bool> {
        if item.is_of_kind() || self.shaped && self.lacks(item) {
            return Some(item_holds(item, self.event));
        }
        told(item)
    }

    /// Whether the record has no member in which the item's field could stand.
    fn lacks(&self, item: &Item) -> bool {
        let Some(Field::Path(path) | Field::Named { collection: path, .. }) = &item.field else { return false };
        item.is_alone() && path.first().is_some_and(|key| self.event.record.get(key).is_none())
    }

    /// Decides what the kind of the event decides, and leaves the rest as a step.
    fn reduce(&mut self, node: &Node, told: &Told<'_>) -> Known {
        match node {
            Node::Item(item) => match self.known(item, told) {
                Some(true) => Known::Yes,
                Some(false) => Known::No,
                None => Known::Open(self.step(Words::Item(item.words), Step::Item(Arc::clone(item)), cost(item))),
            },
            Node::Not(inner) => match self.reduce(inner, told) {
                Known::Yes => Known::No,
                Known::No => Known::Yes,
                Known::Open(inner) => {
                    let cost = self.costs[inner as usize];
                    Known::Open(self.step(Words::Not(inner), Step::Not(inner), cost))
                }
            },
            Node::All(nodes) => self.list(nodes, Known::No, told),
            Node::Any(nodes) => self.list(nodes, Known::Yes, told),
        }
    }

    /// `decisive` is the value of a part that decides the whole.
    fn list(&mut self, nodes: &[Node], decisive: Known, told: &Told<'_>) -> Known {
        let mut known = Vec::with_capacity(nodes.len());
        for node in nodes {
            match self.reduce(node, told) {
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
