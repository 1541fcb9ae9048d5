//! The events that a correlation looks at, by what its group-by fields hold.

use super::Place;
use crate::enrich::{Facts, Known};
use crate::event::{Lookup, Scalar};
use crate::field::{Core, Field};
use crate::rule::correlation::{Condition, Correlation};
use crate::store::{Events, RuleIndex, Sym};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// An event that rules of the correlation found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    /// Where it stands.
    pub position: u32,
    /// When it happened, microseconds since 1970.
    pub time: i64,
    /// Which of the correlation's references found it, ascending.
    pub refs: Vec<usize>,
    /// The value to count, if the correlation counts values and the event has it.
    pub value: Option<String>,
}

/// Tenant, then the values of the group-by fields. Tenants never meet in one group.
pub(super) type Key = (Sym, Vec<String>);

/// The events that rules of the correlation found, in time order, each with the references that found it.
pub(super) fn found_by(correlation: &Correlation, found: &BTreeMap<RuleIndex, Vec<u32>>) -> Vec<(u32, Vec<usize>)> {
    let mut refs: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (at, rule) in correlation.refs.iter().enumerate() {
        for position in found.get(rule).into_iter().flatten() {
            refs.entry(*position).or_default().push(at);
        }
    }
    refs.into_iter().collect()
}

/// The event once for each of its groups: an alias may name another field for each rule that found it. An event that
/// lacks a group-by field is in none: fields that are not there are not the same.
pub(super) fn members(
    correlation: &Correlation,
    events: &Events,
    facts: &Facts,
    (position, refs): (u32, &[usize]),
) -> Vec<(Key, Member)> {
    let mut found: Vec<(Key, Member)> = Vec::new();
    let Some(entry) = events.entries.get(position as usize) else { return found };
    let known = Known { events, facts, position };
    let counted = match &correlation.condition {
        Condition::Threshold(_, fields) => fields.as_slice(),
        Condition::Rules(_) => &[],
    };
    for &at in refs {
        let read = |places: &Vec<Place>| value(&known, entry, places.get(at)?);
        let Some(key) = correlation.by.iter().map(read).collect::<Option<Vec<_>>>() else { continue };
        let key = (entry.tenant, key);
        let slot = found.iter().position(|(other, _)| *other == key).unwrap_or(found.len());
        if slot == found.len() {
            found.push((key, Member { position, time: entry.time.micros, refs: Vec::new(), value: None }));
        }
        let member = &mut found[slot].1;
        member.refs.push(at);
        if member.value.is_none() && !counted.is_empty() {
            let values: Option<Vec<String>> = counted.iter().map(read).collect();
            member.value = values.map(|values| values.join("\u{1f}"));
        }
    }
    found
}

/// The values that stand at a place, joined; `None` where there is none. Names of fields of the event are the same in
/// any case of their letters; a token is not.
fn value(known: &Known<'_>, entry: &crate::store::Entry, place: &Place) -> Option<String> {
    let field = match place {
        Place::Core(core) => Field::Core(*core),
        Place::Fact(fact) => Field::Fact(*fact),
        Place::Captured(slot) => return known.events.captured(entry, *slot).map(str::to_owned),
    };
    let mut text: Option<String> = None;
    let _ = known.visit(&field, &mut |found| {
        if found != Scalar::Null {
            found.append(text.get_or_insert_default());
        }
        ControlFlow::Continue(())
    });
    if field == Field::Core(Core::Token) { text } else { text.map(|text| text.to_lowercase()) }
}
