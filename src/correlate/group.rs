//! The events that a correlation looks at, by what its group-by fields hold.

use super::Place;
use crate::enrich::{Facts, Known};
use crate::event::{Lookup, Scalar};
use crate::field::{Core, Field};
use crate::rule::correlation::{Condition, Correlation};
use crate::store::{Entry, Events, RuleIndex, Slot, Sym};
use rayon::iter::ParallelIterator;
use rayon::slice::ParallelSlice;
use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::ops::ControlFlow;

/// An event that rules of the correlation found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    /// Where it stands.
    pub position: u32,
    /// When it happened, microseconds since 1970.
    pub time: i64,
    /// Which of the correlation's references found it, ascending.
    pub refs: SmallVec<[usize; 2]>,
    /// The value to count, if the correlation counts values and the event has it.
    pub value: Option<String>,
}

/// Tenant, then the values of the group-by fields. Tenants never meet in one group.
pub(super) type Key = (Sym, SmallVec<[Part; 2]>);

/// The value of one group-by field, upper and lower case being the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Part {
    /// The number of a text that [`Folded`] knows.
    Number(u32),
    Address(IpAddr),
    Text(Box<str>),
}

/// An event that rules of the correlation found: where it stands, with each of the references that did, ascending.
pub(super) type Found<'a> = &'a [(u32, u32)];

/// What these rules found, in time order; [`each`] parts it into events.
pub(super) fn found_by(refs: &[RuleIndex], found: &BTreeMap<RuleIndex, Vec<u32>>) -> Vec<(u32, u32)> {
    blocks(refs, found).flatten().collect()
}

/// Positions of a block.
const BLOCK: u32 = 1 << 18;

/// As [`found_by`], the events of so many positions after those before them.
pub(super) fn blocks(
    refs: &[RuleIndex],
    found: &BTreeMap<RuleIndex, Vec<u32>>,
) -> impl Iterator<Item = Vec<(u32, u32)>> {
    let lists = (0..).zip(refs).filter_map(|(at, rule)| Some((at, found.get(rule)?.as_slice())));
    let mut lists: Vec<(u32, &[u32])> = lists.collect();
    std::iter::from_fn(move || {
        let end = lists.iter().filter_map(|(_, list)| list.first()).min()?.saturating_add(BLOCK);
        let mut all = Vec::new();
        for (at, list) in &mut lists {
            let (here, rest) = list.split_at(list.partition_point(|position| *position < end));
            all.extend(here.iter().map(|position| (*position, *at)));
            *list = rest;
        }
        all.sort_unstable();
        Some(all)
    })
}

/// The events among what [`found_by`] gives.
pub(super) fn each(all: &[(u32, u32)]) -> impl Iterator<Item = Found<'_>> {
    all.chunk_by(|one, other| one.0 == other.0)
}

/// The same, for all threads.
pub(super) fn par_each(all: &[(u32, u32)]) -> impl ParallelIterator<Item = Found<'_>> {
    all.par_chunk_by(|one, other| one.0 == other.0)
}

/// Parts what [`found_by`] gives behind its first `hits`, and no event in two.
pub(super) fn split(all: &[(u32, u32)], hits: usize) -> (Found<'_>, Found<'_>) {
    let Some((last, _)) = all.get(hits.saturating_sub(1)) else { return (all, &[]) };
    let more = all[hits..].iter().take_while(|(position, _)| position == last).count();
    all.split_at(hits + more)
}

/// Texts that are the same but for the case of their letters, by number.
#[derive(Debug, Default)]
pub(super) struct Folded(FxHashMap<Sym, u32>);

impl Folded {
    /// Reads the fields that the correlations group by.
    pub(super) fn new<'c>(events: &Events, correlations: impl Iterator<Item = &'c Correlation>) -> Self {
        let by = correlations.flat_map(|correlation| &correlation.by);
        let fields: BTreeSet<Core> = by.filter_map(|places| same(places)).collect();
        let mut numbers: FxHashMap<String, u32> = FxHashMap::default();
        let mut folded: FxHashMap<Sym, u32> = FxHashMap::default();
        let mut columns: Vec<_> = fields.into_iter().filter_map(Slot::of).map(|column| (column, Sym(0))).collect();
        for entry in &events.entries {
            for (column, last) in &mut columns {
                let sym = column.get(events, &entry);
                if sym != *last {
                    *last = sym;
                    folded.entry(sym).or_insert_with(|| {
                        let next = numbers.len() as u32;
                        *numbers.entry(events.text(sym).to_lowercase()).or_insert(next)
                    });
                }
            }
        }
        Self(folded)
    }
}

/// The field of the event, if it is the same whichever rule found it.
fn same(places: &[Place]) -> Option<Core> {
    let first = places.first()?;
    let Place::Core(core) = first else { return None };
    places.iter().all(|place| place == first).then_some(*core)
}

/// A field of the event, and where its text stands.
type Text = (Core, Slot);

/// Puts the events of one correlation into groups.
pub(super) struct Groups<'a> {
    pub correlation: &'a Correlation,
    pub events: &'a Events,
    facts: &'a Facts,
    folded: &'a Folded,
    /// For each group-by field where its text stands, if that is the same place in all events.
    columns: Vec<Option<Text>>,
}

impl<'a> Groups<'a> {
    pub(super) fn new(correlation: &'a Correlation, events: &'a Events, facts: &'a Facts, folded: &'a Folded) -> Self {
        let column = |places: &Vec<Place>| same(places).and_then(|core| Some((core, Slot::of(core)?)));
        let columns = correlation.by.iter().map(column).collect();
        Self { correlation, events, facts, folded, columns }
    }
    /// The event once for each of its groups, of those that are `wanted`: an alias may name another field for each
    /// rule that found it. An event that lacks a group-by field is in none: fields that are not there are not the same.
    pub(super) fn members(&self, found: Found<'_>, wanted: Option<&FxHashSet<Key>>) -> SmallVec<[(Key, Member); 1]> {
        let mut members: SmallVec<[(Key, Member); 1]> = SmallVec::new();
        let Some((entry, known)) = found.first().and_then(|(position, _)| self.event(*position)) else {
            return members;
        };
        let counted = match &self.correlation.condition {
            Condition::Threshold(_, fields) => fields.as_slice(),
            Condition::Rules(_) => &[],
        };
        for at in found.iter().map(|(_, at)| *at as usize) {
            let parts = (0..self.columns.len()).map(|field| self.part(&known, &entry, field, at));
            let Some(parts) = parts.collect::<Option<SmallVec<_>>>() else { continue };
            let key = (self.events.who(&entry).tenant, parts);
            if wanted.is_some_and(|wanted| !wanted.contains(&key)) {
                continue;
            }
            let slot = members.iter().position(|(other, _)| *other == key).unwrap_or(members.len());
            if slot == members.len() {
                let (position, time) = (known.position, entry.micros);
                members.push((key, Member { position, time, refs: SmallVec::new(), value: None }));
            }
            let member = &mut members[slot].1;
            member.refs.push(at);
            if member.value.is_none() && !counted.is_empty() {
                let read = |places: &Vec<Place>| value(&known, &entry, places.get(at)?);
                let values: Option<Vec<String>> = counted.iter().map(read).collect();
                member.value = values.map(|values| values.join("\u{1f}"));
            }
        }
        members
    }

    /// Whether the event is in any group: has [`Self::members`].
    pub(super) fn has(&self, found: Found<'_>) -> bool {
        let Some((entry, known)) = found.first().and_then(|(position, _)| self.event(*position)) else {
            return false;
        };
        let is_whole = |at: usize| (0..self.columns.len()).all(|field| self.part(&known, &entry, field, at).is_some());
        found.iter().any(|(_, at)| is_whole(*at as usize))
    }

    /// What the group-by fields hold, for people.
    pub(super) fn name(&self, found: Found<'_>) -> Option<String> {
        let (position, at) = found.first()?;
        let (entry, known) = self.event(*position)?;
        let values = self.correlation.by.iter().filter_map(|places| value(&known, &entry, places.get(*at as usize)?));
        Some(values.collect::<Vec<_>>().join(", "))
    }

    fn event(&self, position: u32) -> Option<(Cow<'_, Entry>, Known<'_>)> {
        let entry = self.events.entries.get(position as usize)?;
        Some((entry, Known::new(self.events, self.facts, position)))
    }

    fn part(&self, known: &Known<'_>, entry: &Entry, field: usize, at: usize) -> Option<Part> {
        match (self.columns[field], self.events.ip(entry)) {
            (Some((Core::Address, _)), Some(ip)) => Some(Part::Address(ip)),
            (Some((_, column)), _) => {
                let sym = Some(column.get(self.events, entry)).filter(|sym| !sym.is_empty())?;
                self.folded.0.get(&sym).map(|number| Part::Number(*number))
            }
            (None, _) => value(known, entry, self.correlation.by[field].get(at)?).map(|text| Part::Text(text.into())),
        }
    }
}

/// The values that stand at a place, joined; `None` where there is none. Names of fields of the event are the same in
/// any case of their letters; a token is not.
fn value(known: &Known<'_>, entry: &Entry, place: &Place) -> Option<String> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn blocks_hold_all_hits_in_order(lists in prop::collection::vec(prop::collection::btree_set(0..3 * BLOCK, 0..40), 0..4)) {
            let refs: Vec<RuleIndex> = (0..).zip(&lists).map(|(rule, _)| rule).collect();
            let found = (0..).zip(&lists).map(|(rule, list)| (rule, list.iter().copied().collect())).collect();
            let mut expected: Vec<(u32, u32)> =
                (0..).zip(&lists).flat_map(|(at, list)| list.iter().map(move |position| (*position, at))).collect();
            expected.sort_unstable();
            let blocks: Vec<Vec<(u32, u32)>> = blocks(&refs, &found).collect();
            prop_assert!(blocks.iter().all(|block| block.last().unwrap().0 - block[0].0 < BLOCK));
            // No event is in two blocks.
            prop_assert!(blocks.is_sorted_by(|one, other| one.last().unwrap().0 < other[0].0));
            prop_assert_eq!(blocks.concat(), expected);
        }
    }
}
