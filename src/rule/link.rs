//! Rules and the correlations that refer to them, put into one order and tied together.

use super::correlation::{self, Captures, Correlation, Place};
use super::document::Fault;
use super::foothold::{self, Foothold, Written};
use super::load::{self, Loaded};
use super::mapping::Mapping;
use super::names::{Indices, Names, References};
use super::read::Read;
use crate::coverage::RuleRejection;
use crate::field::Field;
use crate::store::RuleIndex;
use rsigma_parser::{CorrelationRule, SigmaRule};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that was loaded, by index.
#[derive(Debug, Default)]
pub(super) struct Linked {
    /// Rules and correlations, sorted by id.
    pub loaded: Vec<Loaded>,
    /// The correlations, each behind those it refers to.
    pub correlations: Vec<Correlation>,
    /// What correlations need kept of records.
    pub captures: Captures,
    /// What can be left behind.
    pub footholds: Vec<Foothold>,
    /// Rules that only serve a correlation or a foothold of their own file.
    pub silent: BTreeSet<RuleIndex>,
}

/// A correlation and the id it has.
type Named<'a> = (String, Read<'a, CorrelationRule>);

/// Puts `rules` and the usable ones of correlations and footholds together.
pub(super) fn link(
    mut rules: BTreeMap<String, Loaded>,
    (correlations, footholds): (Vec<Read<'_, CorrelationRule>>, Vec<Read<'_, Written>>),
    mapping: &Mapping,
    rejected: &mut Vec<RuleRejection>,
) -> Linked {
    let names = Names::new(&rules, &correlations);
    let (ordered, rest) = order(correlations, &mut rules, &names, rejected);
    let indices: BTreeMap<&str, RuleIndex> = rules.keys().map(String::as_str).zip(0..=RuleIndex::MAX).collect();
    let mut known = Known {
        names: names.among(&indices),
        rules: rules.values().map(|loaded| loaded.rule.as_ref()).collect(),
        leaves: BTreeMap::new(),
        captures: Captures::default(),
        mapping,
    };
    refuse(&rest, &mut known, rejected);
    let mut compiled = Vec::new();
    for (id, read) in &ordered {
        let Some(&index) = indices.get(id.as_str()) else { continue };
        let leaves = read.content.rules.iter().filter_map(|name| known.names.index(name, &read.file.name).ok());
        let leaves: BTreeSet<RuleIndex> = leaves.flat_map(|rule| known.leaves_of(rule)).collect();
        known.leaves.insert(index, leaves.into_iter().collect());
        match correlation::compile(&read.content, (index, read.states_condition), &mut known.asked_by(read)) {
            Ok(correlation) => compiled.push(correlation),
            Err(fault) => rejected.push(read.reject(&fault)),
        }
    }
    let followed = follow(&footholds, &mut known, rejected);
    let captures = known.captures;
    let loaded: Vec<Loaded> = rules.into_values().collect();
    let mut silent = silent(&loaded, &compiled, &ordered);
    for (file, foothold) in &followed {
        let beside = foothold.marks.keys().filter(|rule| loaded[usize::from(**rule)].meta.file == *file);
        silent.extend(beside);
    }
    let footholds = followed.into_iter().map(|(_, foothold)| foothold).collect();
    Linked { loaded, correlations: compiled, captures, footholds, silent }
}

/// Compiles the footholds, each with its file.
fn follow(
    footholds: &[Read<'_, Written>],
    known: &mut Known<'_>,
    rejected: &mut Vec<RuleRejection>,
) -> Vec<(String, Foothold)> {
    let mut followed = Vec::new();
    for read in footholds {
        match foothold::compile(&read.content, &mut known.asked_by(read)) {
            Ok(foothold) => followed.push((read.file.name.clone(), foothold)),
            Err(fault) => rejected.push(read.reject(&fault)),
        }
    }
    followed
}

/// Adds the correlations to the rules, each behind those it refers to; gives back those for which that cannot be done.
fn order<'a>(
    correlations: Vec<Read<'a, CorrelationRule>>,
    rules: &mut BTreeMap<String, Loaded>,
    names: &Names,
    rejected: &mut Vec<RuleRejection>,
) -> (Vec<Named<'a>>, Vec<Read<'a, CorrelationRule>>) {
    let (mut ordered, mut rest) = (Vec::new(), Vec::new());
    for read in correlations {
        match correlation::check(&read.content) {
            Ok(()) => rest.push(read),
            Err(fault) => rejected.push(read.reject(&fault)),
        }
    }
    // Those whose rules are all there, until no more become so.
    loop {
        let is_ready = |read: &Read<'_, CorrelationRule>| {
            let mut meant = read.content.rules.iter().map(|name| names.meant(name, &read.file.name));
            meant.all(|meant| meant.is_ok_and(|id| rules.contains_key(id)))
        };
        let (ready, waiting): (Vec<_>, Vec<_>) = rest.into_iter().partition(is_ready);
        rest = waiting;
        if ready.is_empty() {
            return (ordered, rest);
        }
        for read in ready {
            let loaded = load::correlation(&read);
            let id = loaded.meta.id.clone();
            if load::keep(loaded, &read, rules, rejected) {
                ordered.push((id, read));
            }
        }
    }
}

/// Says of correlations that refer to what is not there, or to each other, which it is.
fn refuse(rest: &[Read<'_, CorrelationRule>], known: &mut Known<'_>, rejected: &mut Vec<RuleRejection>) {
    let waiting: BTreeSet<String> = rest.iter().map(|read| load::id(read, read.content.id.as_deref())).collect();
    for read in rest {
        let at = |reason: &str| Fault::at(&["correlation", "rules"], reason);
        let mut meant = read.content.rules.iter().map(|name| known.names.all.meant(name, &read.file.name));
        let fault = if meant.any(|meant| meant.is_ok_and(|id| waiting.contains(id))) {
            at("refers to itself, in a circle or by way of a correlation that is refused")
        } else {
            let fault = correlation::compile(&read.content, (0, true), &mut known.asked_by(read)).err();
            fault.unwrap_or_else(|| at("refers to a rule that is refused"))
        };
        rejected.push(read.reject(&fault));
    }
}

/// A rule that stands beside its correlation, in one file, is only a part of it unless the correlation says
/// `generate: true`; one with a file of its own speaks for itself.
fn silent(loaded: &[Loaded], correlations: &[Correlation], ordered: &[Named<'_>]) -> BTreeSet<RuleIndex> {
    let meta = |rule: RuleIndex| &loaded[usize::from(rule)].meta;
    let generates = |correlation: &Correlation| {
        let own = ordered.iter().find(|(id, _)| *id == meta(correlation.rule).id);
        own.is_some_and(|(_, read)| read.content.generate)
    };
    let (speaking, quiet): (Vec<_>, Vec<_>) = correlations.iter().partition(|correlation| generates(correlation));
    let heard: BTreeSet<RuleIndex> = speaking.iter().flat_map(|correlation| correlation.refs.clone()).collect();
    let parts = quiet.iter().flat_map(|correlation| correlation.refs.iter().map(|part| (correlation.rule, *part)));
    let beside = parts.filter(|(whole, part)| meta(*whole).file == meta(*part).file).map(|(_, part)| part);
    beside.filter(|part| !heard.contains(part)).collect()
}

/// The rules that correlations and footholds may refer to.
struct Known<'a> {
    names: Indices<'a>,
    /// By index; `None` for a correlation.
    rules: Vec<Option<&'a SigmaRule>>,
    /// The rules on records behind each correlation.
    leaves: BTreeMap<RuleIndex, Vec<RuleIndex>>,
    captures: Captures,
    mapping: &'a Mapping,
}

/// The same as the correlations and footholds of one file see them.
struct Asked<'k, 'a> {
    known: &'k mut Known<'a>,
    file: &'k str,
}

impl<'a> Known<'a> {
    fn asked_by<'k, T>(&'k mut self, read: &'k Read<'_, T>) -> Asked<'k, 'a> {
        Asked { known: self, file: &read.file.name }
    }

    fn leaves_of(&self, rule: RuleIndex) -> Vec<RuleIndex> {
        self.leaves.get(&rule).cloned().unwrap_or_else(|| vec![rule])
    }
}

impl References for Asked<'_, '_> {
    fn index(&self, reference: &str) -> Result<RuleIndex, String> {
        self.known.names.index(reference, self.file)
    }

    fn place(&mut self, rule: RuleIndex, field: &str) -> Place {
        let leaves = self.known.leaves_of(rule);
        let Known { rules, captures, mapping, .. } = &mut *self.known;
        let mut fields: Vec<Field> = Vec::new();
        for leaf in leaves.iter().filter_map(|leaf| rules[usize::from(*leaf)]) {
            for name in mapping.fields(leaf, field) {
                let field = super::compile::field(&name);
                if !fields.contains(&field) {
                    fields.push(field);
                }
            }
        }
        match fields.as_slice() {
            [Field::Core(core)] => Place::Core(*core),
            [Field::Fact(fact)] => Place::Fact(*fact),
            _ => Place::Captured(captures.slot(fields, &leaves)),
        }
    }
}
