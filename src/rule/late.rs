//! A condition that asks for derived facts, in two parts: what the record decides is kept as bits until the facts are
//! known, and then the rest is asked.

use super::compile::{Item, Node, Test};
use super::document::Fault;
use super::engine::item_holds;
use super::matcher::Matcher;
use crate::event::Lookup;
use crate::field::{Fact, FactKind, Field};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How many parts of one condition the record may decide: the bits of [`crate::store::Pending::known`].
const PARTS: usize = 64;

/// A condition with facts in it.
#[derive(Debug, Clone)]
pub(super) struct Late {
    /// What the record decides.
    parts: Vec<Node>,
    whole: Whole,
    /// Facts without which the condition cannot hold.
    needs: Vec<Need>,
}

/// A fact without which a condition cannot hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// The fact, which must be there.
    pub fact: Fact,
    /// Its least and its greatest value, where false is 0 and true 1; of a text any will do.
    pub range: (i64, i64),
}

#[derive(Debug, Clone)]
enum Whole {
    All(Vec<Whole>),
    Any(Vec<Whole>),
    Not(Box<Whole>),
    /// A part that the record decides.
    Part(usize),
    Fact(Arc<Item>),
}

impl Late {
    /// Splits a condition; `None` if the record decides all of it.
    ///
    /// # Errors
    /// When there are too many parts, or a line compares a fact with what only the record holds.
    pub(super) fn of(node: &Node) -> Result<Option<Self>, Fault> {
        if !asks(node) {
            return Ok(None);
        }
        let mut parts = Vec::new();
        let whole = split(node, &mut parts)?;
        if parts.len() > PARTS {
            let reason =
                format!("a rule with derived facts may have {PARTS} other selections; this one has {}", parts.len());
            return Err(Fault::at(&["detection"], reason));
        }
        let mut needs = Vec::new();
        needed(&whole, &mut needs);
        Ok(Some(Self { parts, whole, needs }))
    }

    /// What the record decides, part by part.
    pub(super) fn parts(&self) -> &[Node] {
        &self.parts
    }

    /// Parts without which the condition cannot hold.
    pub(super) fn required(&self) -> Vec<usize> {
        let mut required = Vec::new();
        require(&self.whole, &mut required);
        required
    }

    /// Facts without which the condition cannot hold: nearly all events lack one, and are told by it without a look at
    /// the rest.
    pub(super) fn needs(&self) -> &[Need] {
        &self.needs
    }

    /// What the record says, `part` telling whether a part holds: met or not, or, if the facts decide, the parts that
    /// hold as bits.
    pub(super) fn ask(&self, mut part: impl FnMut(usize) -> bool) -> Result<bool, u64> {
        let mut known = 0;
        let mut note = |at: usize| {
            let met = part(at);
            known |= u64::from(met) << at;
            met
        };
        probe(&self.whole, &mut note).ok_or(known)
    }

    /// Whether the condition holds, now that the facts are known.
    pub(super) fn settle(&self, known: u64, looked: &impl Lookup) -> bool {
        settle(&self.whole, known, looked)
    }

    /// Adds the facts it asks for.
    pub(super) fn facts(&self, facts: &mut BTreeSet<Fact>) {
        collect(&self.whole, facts);
    }
}

fn require(whole: &Whole, required: &mut Vec<usize>) {
    match whole {
        Whole::Part(at) => required.push(*at),
        Whole::All(list) => list.iter().for_each(|inner| require(inner, required)),
        Whole::Any(_) | Whole::Not(_) | Whole::Fact(_) => {}
    }
}

fn needed(whole: &Whole, needs: &mut Vec<Need>) {
    match whole {
        Whole::All(list) => list.iter().for_each(|inner| needed(inner, needs)),
        Whole::Fact(item) => needs.extend(need(item)),
        Whole::Any(_) | Whole::Not(_) | Whole::Part(_) => {}
    }
}

fn need(item: &Item) -> Option<Need> {
    let Some(Field::Fact(fact)) = item.field else { return None };
    let range = match (&*item.test, fact.row().kind) {
        // A test that is turned round is passed by other values, but not by none.
        (Test::Any(_) | Test::All(_), _) if item.negated => (0, i64::MAX),
        (Test::Any(matchers), FactKind::Truth | FactKind::Integer) => {
            let ranges: Vec<(i64, i64)> = matchers.iter().map(Matcher::range).collect();
            (ranges.iter().map(|range| range.0).min()?, ranges.iter().map(|range| range.1).max()?)
        }
        (Test::Any(_) | Test::All(_) | Test::Exists(true), _) => (0, i64::MAX),
        (Test::Exists(false) | Test::Null, _) => return None,
    };
    Some(Need { fact, range })
}

fn asks(node: &Node) -> bool {
    match node {
        Node::All(list) | Node::Any(list) => list.iter().any(asks),
        Node::Not(inner) => asks(inner),
        Node::Item(item) => matches!(item.field, Some(Field::Fact(_))) || references(item).any(is_fact),
    }
}

fn is_fact(field: &Field) -> bool {
    matches!(field, Field::Fact(_))
}

/// The fields that the values of a line name.
fn references(item: &Item) -> impl Iterator<Item = &Field> {
    let matchers: Vec<&Matcher> = match &*item.test {
        Test::Any(list) => list.iter().collect(),
        Test::All(groups) => groups.iter().flatten().collect(),
        Test::Exists(_) | Test::Null => Vec::new(),
    };
    matchers.into_iter().filter_map(|matcher| match matcher {
        Matcher::Field { field, .. } => Some(field),
        _ => None,
    })
}

fn split(node: &Node, parts: &mut Vec<Node>) -> Result<Whole, Fault> {
    if !asks(node) {
        parts.push(node.clone());
        return Ok(Whole::Part(parts.len() - 1));
    }
    let mut each = |list: &[Node]| list.iter().map(|node| split(node, parts)).collect::<Result<Vec<_>, _>>();
    Ok(match node {
        Node::All(list) => Whole::All(each(list)?),
        Node::Any(list) => Whole::Any(each(list)?),
        Node::Not(inner) => Whole::Not(Box::new(split(inner, parts)?)),
        Node::Item(item) => {
            let kept = |field: &Field| matches!(field, Field::Fact(_) | Field::Core(_));
            if !item.field.as_ref().is_some_and(kept) || !references(item).all(kept) {
                let reason = "a derived fact can only be compared with a field of the catalogue; nothing else of the record is kept until the facts are known";
                return Err(Fault::at(&["detection"], reason));
            }
            Whole::Fact(item.clone())
        }
    })
}

/// Parts are only asked until the condition around them is decided: [`settle`] goes the same way.
fn probe(whole: &Whole, part: &mut dyn FnMut(usize) -> bool) -> Option<bool> {
    match whole {
        Whole::Part(at) => Some(part(*at)),
        Whole::Fact(_) => None,
        Whole::Not(inner) => probe(inner, part).map(|met| !met),
        Whole::All(list) | Whole::Any(list) => {
            let decisive = matches!(whole, Whole::Any(_));
            let mut open = false;
            for inner in list {
                match probe(inner, part) {
                    Some(met) if met == decisive => return Some(decisive),
                    Some(_) => {}
                    None => open = true,
                }
            }
            if open { None } else { Some(!decisive) }
        }
    }
}

fn settle(whole: &Whole, known: u64, looked: &impl Lookup) -> bool {
    match whole {
        Whole::All(list) => list.iter().all(|inner| settle(inner, known, looked)),
        Whole::Any(list) => list.iter().any(|inner| settle(inner, known, looked)),
        Whole::Not(inner) => !settle(inner, known, looked),
        Whole::Part(part) => known >> part & 1 == 1,
        Whole::Fact(item) => item_holds(item, looked),
    }
}

fn collect(whole: &Whole, facts: &mut BTreeSet<Fact>) {
    match whole {
        Whole::All(list) | Whole::Any(list) => list.iter().for_each(|inner| collect(inner, facts)),
        Whole::Not(inner) => collect(inner, facts),
        Whole::Part(_) => {}
        Whole::Fact(item) => {
            let fields = item.field.iter().chain(references(item));
            facts.extend(fields.filter_map(|field| if let Field::Fact(fact) = field { Some(*fact) } else { None }));
        }
    }
}
