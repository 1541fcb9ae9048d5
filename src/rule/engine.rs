//! Events to the rules they meet: an event is only asked the questions its kind leaves open.

use super::compile::{Item, Node, Test};
use super::dictionary::Dictionary;
use super::kind::Scratch;
use super::late::Late;
use super::matcher::Matcher;
use super::plan::{Known, Open};
use crate::event::{Event, Lookup, Scalar};
use crate::store::{Pending, RuleIndex};
use std::ops::ControlFlow;

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
pub(super) fn matches(
    (rules, dictionary): (&[Condition], &Dictionary),
    event: &Event<'_>,
    scratch: &mut Scratch,
    hits: &mut Hits,
) {
    hits.clear();
    let (plan, answers) = scratch.plan(rules, dictionary, event);
    answers.clear();
    answers.resize(plan.steps.len(), None);
    for candidate in &plan.candidates {
        let rule = candidate.rule;
        let met = match (&candidate.open, &rules[usize::from(rule)]) {
            (Open::Nothing, _) => true,
            (Open::Rest(step), _) => plan.holds(*step, event, answers),
            (Open::Facts(known), _) => {
                hits.pending.push(Pending { rule, known: *known });
                false
            }
            (Open::Late(open), _) if open.guard.is_some_and(|guard| !plan.holds(guard, event, answers)) => false,
            (Open::Late(open), Condition::Facts(_, late)) => {
                let part = |at: usize| match open.parts[at] {
                    Known::Yes => true,
                    Known::No => false,
                    Known::Open(step) => plan.holds(step, event, answers),
                };
                late.ask(part).unwrap_or_else(|known| {
                    hits.pending.push(Pending { rule, known });
                    false
                })
            }
            (Open::Late(_), _) => false,
        };
        if met {
            hits.met.push(rule);
        }
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
    match &*item.test {
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
