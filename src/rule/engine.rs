//! Events to the rules they meet: an event is only asked the questions its kind leaves open.

use super::compile::{Item, Node, Test};
use super::late::Late;
use super::matcher::Matcher;
use crate::event::{Event, Lookup, Scalar};
use crate::field::{Core, Field};
use crate::store::{Pending, RuleIndex};
use hashbrown::hash_table::Entry;
use rustc_hash::FxHasher;
use std::hash::Hasher;
use std::ops::ControlFlow;

/// Kinds of event that one thread remembers; hostile logs could otherwise fill the memory.
const KINDS: usize = 4096;

/// What one thread keeps between events: which rules can apply to which kind of event.
///
/// It belongs to the [`super::RuleSet`] it was first used with.
#[derive(Debug, Default)]
pub struct Scratch {
    kinds: hashbrown::HashTable<Kind>,
}

/// Events with the same log, workload, record type and operation.
#[derive(Debug)]
struct Kind {
    hash: u64,
    texts: Box<[Box<str>; 5]>,
    candidates: Box<[Candidate]>,
}

/// A rule that some event of a kind may meet, and what is left to ask.
#[derive(Debug)]
struct Candidate {
    rule: RuleIndex,
    open: Open,
}

/// What the kind of an event leaves to ask.
#[derive(Debug)]
enum Open {
    Nothing,
    Rest(Node),
    /// Derived facts have a say: the condition stays whole.
    Late,
}

/// The value of a condition as far as the kind of event decides it.
#[derive(Debug)]
enum Known {
    Yes,
    No,
    Open(Node),
}

/// What a rule asks.
#[derive(Debug)]
pub(super) enum Condition {
    /// Of the record alone.
    Record(Node),
    /// Of the record and of derived facts: the condition, and the same in two parts.
    Facts(Node, Late),
    /// Of what other rules found.
    Findings,
}

/// Rules that a record meets, and what is to be remembered of it for those that need more than the record.
#[derive(Debug, Default)]
pub struct Hits {
    /// Rules that it meets, in index order, and behind them what filters withhold; see [`super::RuleSet::withheld`].
    pub met: Vec<RuleIndex>,
    /// Rules that derived facts decide, in index order.
    pub pending: Vec<Pending>,
    /// Values that correlations of these rules group or count by; see [`crate::store::Entry::captured`].
    pub captured: String,
}

impl Hits {
    fn clear(&mut self) {
        self.met.clear();
        self.pending.clear();
        self.captured.clear();
    }
}

/// Says which rules `event` meets or may meet, in index order.
pub(super) fn matches(rules: &[Condition], event: &Event<'_>, scratch: &mut Scratch, hits: &mut Hits) {
    hits.clear();
    let texts = kind_of(event);
    let hash = hash(&texts);
    let same = |kind: &Kind| kind.hash == hash && kind.texts.iter().zip(texts).all(|(a, b)| **a == *b);
    if scratch.kinds.len() >= KINDS {
        scratch.kinds.clear();
    }
    let kind = match scratch.kinds.entry(hash, same, |kind| kind.hash) {
        Entry::Occupied(entry) => entry.into_mut(),
        Entry::Vacant(entry) => {
            let texts = Box::new(texts.map(Into::into));
            entry.insert(Kind { hash, texts, candidates: candidates(rules, event) }).into_mut()
        }
    };
    for candidate in &kind.candidates {
        let rule = candidate.rule;
        let met = match (&candidate.open, &rules[usize::from(rule)]) {
            (Open::Nothing, _) => true,
            (Open::Rest(node), _) => holds(node, event),
            (Open::Late, Condition::Facts(_, late)) => late.ask(event).unwrap_or_else(|known| {
                hits.pending.push(Pending { rule, known });
                false
            }),
            (Open::Late, _) => false,
        };
        if met {
            hits.met.push(rule);
        }
    }
}

fn kind_of<'e>(event: &'e Event<'_>) -> [&'e str; 5] {
    [event.family.name(), &event.workload, &event.record_type, &event.operation, &event.operation_original]
}

fn hash(texts: &[&str; 5]) -> u64 {
    let mut hasher = FxHasher::default();
    for text in texts {
        hasher.write(text.as_bytes());
        hasher.write_u8(0xFF);
    }
    hasher.finish()
}

fn candidates(rules: &[Condition], event: &Event<'_>) -> Box<[Candidate]> {
    let open = |condition: &Condition| match condition {
        Condition::Record(node) => match reduce(node, event) {
            Known::Yes => Some(Open::Nothing),
            Known::No => None,
            Known::Open(rest) => Some(Open::Rest(rest)),
        },
        Condition::Facts(node, _) => match reduce(node, event) {
            Known::Yes => Some(Open::Nothing),
            Known::No => None,
            Known::Open(_) => Some(Open::Late),
        },
        Condition::Findings => None,
    };
    rules
        .iter()
        .zip(0..=RuleIndex::MAX)
        .filter_map(|(condition, rule)| Some(Candidate { rule, open: open(condition)? }))
        .collect()
}

/// Decides what the kind of the event decides, and leaves the rest.
fn reduce(node: &Node, event: &Event<'_>) -> Known {
    match node {
        Node::Item(item) if is_of_kind(item) => {
            if item_holds(item, event) {
                Known::Yes
            } else {
                Known::No
            }
        }
        Node::Item(_) => Known::Open(node.clone()),
        Node::Not(inner) => match reduce(inner, event) {
            Known::Yes => Known::No,
            Known::No => Known::Yes,
            Known::Open(rest) => Known::Open(Node::Not(Box::new(rest))),
        },
        Node::All(nodes) => {
            let mut open = Vec::new();
            for node in nodes {
                match reduce(node, event) {
                    Known::No => return Known::No,
                    Known::Yes => {}
                    Known::Open(rest) => open.push(rest),
                }
            }
            if open.is_empty() { Known::Yes } else { Known::Open(Node::All(open)) }
        }
        Node::Any(nodes) => {
            let mut open = Vec::new();
            for node in nodes {
                match reduce(node, event) {
                    Known::Yes => return Known::Yes,
                    Known::No => {}
                    Known::Open(rest) => open.push(rest),
                }
            }
            if open.is_empty() { Known::No } else { Known::Open(Node::Any(open)) }
        }
    }
}

/// Whether all events of a kind answer the item alike.
fn is_of_kind(item: &Item) -> bool {
    let alone = |matcher: &Matcher| !matches!(matcher, Matcher::Field { .. });
    let of_kind = matches!(
        item.field,
        Some(Field::Core(Core::Family | Core::Workload | Core::RecordType | Core::Operation | Core::OperationOriginal))
    );
    of_kind
        && match &item.test {
            Test::Any(matchers) => matchers.iter().all(alone),
            Test::All(groups) => groups.iter().flatten().all(alone),
            Test::Exists(_) | Test::Null => true,
        }
}

/// Whether the event meets the condition.
pub(super) fn holds<L: Lookup>(node: &Node, event: &L) -> bool {
    match node {
        Node::All(nodes) => nodes.iter().all(|node| holds(node, event)),
        Node::Any(nodes) => nodes.iter().any(|node| holds(node, event)),
        Node::Not(inner) => !holds(inner, event),
        Node::Item(item) => item_holds(item, event),
    }
}

/// Whether it meets one line of a selection.
pub(super) fn item_holds<L: Lookup>(item: &Item, event: &L) -> bool {
    match &item.test {
        Test::Exists(wanted) => item.field.as_ref().is_some_and(|field| event.has(field)) == *wanted,
        Test::Null if item.negated => some(item, event, |value| value != Scalar::Null),
        Test::Null => !some(item, event, |value| value != Scalar::Null),
        Test::Any(matchers) => {
            let passed = passes(item, event, matchers);
            if item.negated { !passed && is_there(item, event) } else { passed }
        }
        Test::All(groups) => {
            let passed = groups.iter().all(|matchers| passes(item, event, matchers));
            if item.negated { !passed && is_there(item, event) } else { passed }
        }
    }
}

fn is_there<L: Lookup>(item: &Item, event: &L) -> bool {
    item.field.as_ref().is_some_and(|field| event.has(field))
}

fn passes<L: Lookup>(item: &Item, event: &L, matchers: &[Matcher]) -> bool {
    let field = item.field.as_ref();
    some(item, event, |value| matchers.iter().any(|matcher| matcher.test(value, field, event)))
}

/// Whether some value of the item's field passes.
fn some<L: Lookup>(item: &Item, event: &L, mut test: impl FnMut(Scalar<'_>) -> bool) -> bool {
    let mut visit = |value: Scalar<'_>| if test(value) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    match &item.field {
        Some(field) => event.visit(field, &mut visit).is_break(),
        None => event.visit_all(&mut visit).is_break(),
    }
}
