//! The events that a correlation looks at, by what its group-by fields hold.

use super::Place;
use crate::enrich::{Facts, Known};
use crate::event::{Lookup, Scalar};
use crate::field::{Core, Field};
use crate::rule::correlation::{Condition, Correlation};
use crate::store::{Events, RuleIndex, Sym};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
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
type Key = (Sym, Vec<String>);

/// The groups, each in time order. An event that lacks a group-by field is in none: fields that are not there are not
/// the same.
pub(super) fn groups(
    correlation: &Correlation,
    events: &Events,
    facts: &Facts,
    found: &BTreeMap<RuleIndex, Vec<u32>>,
) -> BTreeMap<Key, Vec<Member>> {
    let mut refs: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (at, rule) in correlation.refs.iter().enumerate() {
        for position in found.get(rule).into_iter().flatten() {
            refs.entry(*position).or_default().push(at);
        }
    }
    let refs: Vec<(u32, Vec<usize>)> = refs.into_iter().collect();
    let read = |(position, refs): &(u32, Vec<usize>)| members(correlation, events, facts, *position, refs);
    let members: Vec<(Key, Member)> = refs.par_iter().flat_map_iter(read).collect();
    let mut groups: BTreeMap<Key, Vec<Member>> = BTreeMap::new();
    for (key, member) in members {
        groups.entry(key).or_default().push(member);
    }
    groups
}

/// The event once for each key: an alias may name another field for each rule that found it.
fn members(
    correlation: &Correlation,
    events: &Events,
    facts: &Facts,
    position: u32,
    refs: &[usize],
) -> BTreeMap<Key, Member> {
    let mut found: BTreeMap<Key, Member> = BTreeMap::new();
    let Some(entry) = events.entries.get(position as usize) else { return found };
    let known = Known { events, facts, position };
    let counted = match &correlation.condition {
        Condition::Threshold(_, fields) => fields.as_slice(),
        Condition::Rules(_) => &[],
    };
    for &at in refs {
        let read = |places: &Vec<Place>| value(&known, entry, places.get(at)?);
        let Some(key) = correlation.by.iter().map(read).collect::<Option<Vec<_>>>() else { continue };
        let member = found.entry((entry.tenant, key)).or_insert_with(|| Member {
            position,
            time: entry.time.micros,
            refs: Vec::new(),
            value: None,
        });
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
        let found = match found {
            Scalar::Null => return ControlFlow::Continue(()),
            Scalar::Bool(truth) => truth.to_string(),
            Scalar::Int(number) => number.to_string(),
            Scalar::Float(number) => number.to_string(),
            Scalar::Str(found) => found.to_owned(),
        };
        match &mut text {
            Some(text) => {
                text.push(';');
                text.push_str(&found);
            }
            None => text = Some(found),
        }
        ControlFlow::Continue(())
    });
    if field == Field::Core(Core::Token) { text } else { text.map(|text| text.to_lowercase()) }
}
