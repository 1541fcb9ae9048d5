//! Hits that more than one record decides: rules on derived facts, and Sigma's correlations.
//!
//! [`judge`] runs once all events are known and in time order.

mod explain;
mod group;
mod window;

pub use explain::explain;

use crate::enrich::{AcceptedDomains, Facts, Gate, Known};
use crate::rule::correlation::{Correlation, Place};
use crate::rule::{RuleSet, Withheld};
use crate::store::{Entry, Events, Number, Pending, RuleIndex, Rules, Verdict};
use group::{Folded, Groups, Key, Member};
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelExtend, ParallelIterator};
use rayon::slice::ParallelSliceMut;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};
use window::Window;

/// Adds to each event the rules that it meets by what other events say, and takes away those that only serve a
/// correlation.
pub fn judge(events: &mut Events, rules: &RuleSet, accepted: &AcceptedDomains) {
    let deeds = relate(events, rules, accepted, &|rule| !is_silent(rules, rule) || rules.marking().contains(&rule));
    mark(events, rules);
    add(events, deeds, |verdict| &mut verdict.marks);
    silence(events, rules);
}

/// As [`judge`], with the hits of the rules that only serve a correlation.
pub fn decide(events: &mut Events, rules: &RuleSet, accepted: &AcceptedDomains) {
    relate(events, rules, accepted, &|_| true);
}

/// Keeps of each event the rules that say what was left behind.
fn mark(events: &mut Events, rules: &RuleSet) {
    let marking = rules.marking();
    events.change_verdicts(|rule| marking.contains(&rule), |verdict, picked| verdict.marks = picked(verdict.hits));
}

/// Adds to each event the rules that it meets by what other events say; of correlations those that are `wanted`. Gives
/// which events met the condition of such a correlation.
fn relate(events: &mut Events, rules: &RuleSet, accepted: &AcceptedDomains, wanted: Wanted<'_>) -> Vec<Hit> {
    let by_fact = rules.correlations().iter().any(Correlation::asks_for_facts);
    let wants = |entry: &Entry| !events.pending(entry).is_empty() || (by_fact && !events.hits(entry).is_empty());
    let mut facts = Facts::derive(events, positions(events, wants), &rules.facts(), accepted);
    settle(events, rules, &facts);
    if rules.correlations().is_empty() {
        return Vec::new();
    }
    facts.keep(&rules.correlations().iter().flat_map(Correlation::facts).collect());
    correlate(events, rules, &facts, wanted)
}

fn positions(events: &Events, wanted: impl Fn(&Entry) -> bool) -> Vec<u32> {
    (0..).zip(&events.entries).filter(|(_, entry)| wanted(entry)).map(|(at, _)| at).collect()
}

/// Rows that are decided before the hits that come of it are added.
const ROWS: usize = 1 << 18;

/// Decides the rules that waited for facts.
fn settle(events: &mut Events, rules: &RuleSet, facts: &Facts) {
    let mut lists: FxHashMap<Number<Vec<Pending>>, Vec<(Pending, Gate<'_>)>> = FxHashMap::default();
    for position in facts.wanted() {
        let entry = &events.entries.at(*position);
        let needs = |rule| rules.needs(rule).iter().map(|need| (need.fact, need.range));
        let gated = |pending: Pending| (pending, facts.gate(needs(pending.rule)));
        lists
            .entry(events.verdict(entry).pending)
            .or_insert_with(|| events.pending(entry).iter().copied().map(gated).collect());
    }
    for (part, positions) in facts.wanted().chunks(ROWS).enumerate() {
        let shared: &Events = events;
        let met = |(at, &position): (usize, &u32)| {
            let row = part * ROWS + at;
            let list = lists.get(&shared.verdict(&shared.entries.at(position)).pending);
            let known = Known::of_row(shared, facts, row);
            let met = move |(pending, gate): &&(Pending, Gate<'_>)| gate.is_open(row) && rules.settle(*pending, &known);
            list.into_iter().flatten().filter(met).map(move |(pending, _)| (position, pending.rule))
        };
        let met: Vec<Hit> = positions.par_iter().enumerate().flat_map_iter(met).collect();
        add(events, met, |verdict| &mut verdict.hits);
    }
}

/// Evaluates the correlations, each behind those it refers to, and adds the hits of those that are wanted; gives what
/// [`relate`] does.
fn correlate(events: &mut Events, rules: &RuleSet, facts: &Facts, wanted: Wanted<'_>) -> Vec<Hit> {
    let referred: BTreeSet<RuleIndex> =
        rules.correlations().iter().flat_map(|correlation| correlation.refs.iter().copied()).collect();
    let (mut found, folded) =
        rayon::join(|| found(events, &referred), || Folded::new(events, rules.correlations().iter()));
    let mut behind = BTreeMap::new();
    let (mut met, mut deeds): (Vec<Hit>, Vec<Hit>) = (Vec::new(), Vec::new());
    let mut rest: Vec<&Correlation> = rules.correlations().iter().collect();
    while !rest.is_empty() {
        // Those that wait for no other of the rest are independent of each other.
        let open: BTreeSet<RuleIndex> = rest.iter().map(|correlation| correlation.rule).collect();
        let is_ready = |correlation: &&Correlation| correlation.refs.iter().all(|rule| !open.contains(rule));
        let (ready, waiting): (Vec<_>, Vec<_>) = rest.into_iter().partition(is_ready);
        let results: Vec<_> = ready
            .par_iter()
            .map(|correlation| {
                let groups = Groups::new(correlation, events, facts, &folded);
                evaluate(&groups, &found, wanted(correlation.rule))
            })
            .collect();
        for (correlation, mut result) in ready.iter().zip(results) {
            result.deepen(correlation, &behind);
            let hit = |position: &u32| (*position, correlation.rule);
            met.extend(result.contributed.iter().map(hit));
            deeds.extend(result.deeds.iter().map(hit));
            if referred.contains(&correlation.rule) {
                behind.insert(correlation.rule, result.behind);
                found.insert(correlation.rule, result.fired);
            }
        }
        if ready.is_empty() {
            break;
        }
        rest = waiting;
    }
    add(events, met, |verdict| &mut verdict.hits);
    deeds
}

/// Where an event stands, and a rule that it meets.
type Hit = (u32, RuleIndex);

/// Whether the events of a correlation that fires are to say so.
type Wanted<'a> = &'a (dyn Fn(RuleIndex) -> bool + Sync);

/// Where each of these rules found something; a correlation, which is still to be evaluated, found nothing.
fn found(events: &Events, referred: &BTreeSet<RuleIndex>) -> BTreeMap<RuleIndex, Vec<u32>> {
    let mut found: BTreeMap<RuleIndex, Vec<u32>> = referred.iter().map(|rule| (*rule, Vec::new())).collect();
    for (position, entry) in (0..).zip(&events.entries) {
        for rule in events.hits(&entry) {
            if let Some(found) = found.get_mut(rule) {
                found.push(position);
            }
        }
    }
    found
}

/// Takes from the events the hits that filters of the user withhold, and gives them with the position of the event.
pub fn set_aside(events: &mut Events, rules: &RuleSet) -> Vec<(u32, Withheld)> {
    let mut aside = Vec::new();
    if !rules.withholds() {
        return aside;
    }
    for (position, entry) in (0..).zip(&events.entries) {
        let withheld = events.hits(&entry).iter().filter_map(|hit| rules.withheld(*hit));
        aside.extend(withheld.map(|withheld| (position, withheld.clone())));
    }
    keep_hits(events, |hit| rules.withheld(hit).is_none());
    aside
}

/// What a correlation has found.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    /// Events at which the condition was met, ascending.
    fired: Vec<u32>,
    /// Those of them that met it: where rules must find something in an order, what the last of them found.
    deeds: Vec<u32>,
    /// Events of the windows in which it was met, ascending.
    contributed: Vec<u32>,
    /// Of events at which it was met, those that came into the window since it was met before, if they are others.
    behind: BTreeMap<u32, Vec<u32>>,
}

impl Outcome {
    /// Adds what lies behind the events that other correlations have found.
    fn deepen(&mut self, correlation: &Correlation, behind: &BTreeMap<RuleIndex, BTreeMap<u32, Vec<u32>>>) {
        let below: Vec<_> = correlation.refs.iter().filter_map(|rule| behind.get(rule)).collect();
        let deeper = |positions: &mut Vec<u32>| {
            let more = positions.iter().flat_map(|at| below.iter().filter_map(|behind| behind.get(at))).flatten();
            let more: Vec<u32> = more.copied().collect();
            positions.extend(more);
            positions.sort_unstable();
            positions.dedup();
        };
        if below.iter().any(|behind| !behind.is_empty()) {
            for position in &self.fired {
                self.behind.entry(*position).or_insert_with(|| vec![*position]);
            }
            deeper(&mut self.contributed);
            self.behind.values_mut().for_each(deeper);
        }
    }
}

/// Hits that are looked through at once, and between two looks for windows that are over.
const CHUNK: usize = 4096;

/// Goes through the events once, in time order; no more is kept than the windows that are open.
fn evaluate(groups: &Groups<'_>, found: &BTreeMap<RuleIndex, Vec<u32>>, wanted: bool) -> Outcome {
    let Groups { correlation, events, .. } = groups;
    let mut outcome = Outcome::default();
    let mut windows: FxHashMap<Key, Window> = FxHashMap::default();
    // Where all rules must have found something, a group without the rarest of them need not be looked at.
    let rarest = correlation.needs_all().then(|| rarest(correlation, found));
    if rarest.is_some_and(|rarest| found.get(&correlation.refs[rarest]).is_none_or(Vec::is_empty)) {
        return outcome;
    }
    if correlation.holds_for_one() {
        for all in group::blocks(&correlation.refs, found) {
            let fired = group::par_each(&all).filter(|found| groups.has(found)).filter_map(|found| found.first());
            outcome.fired.par_extend(fired.map(|(at, _)| *at));
        }
        if wanted {
            outcome.deeds.clone_from(&outcome.fired);
            outcome.contributed.clone_from(&outcome.fired);
        }
        return outcome;
    }
    let all = group::found_by(&correlation.refs, found);
    let those: Option<FxHashSet<Key>> = rarest.map(|rarest| {
        let those = group::par_each(&all).filter(|found| found.iter().any(|(_, at)| *at as usize == rarest));
        those.flat_map_iter(|found| groups.members(found, None)).map(|(key, _)| key).collect()
    });
    let mut rest = all.as_slice();
    while !rest.is_empty() {
        let chunk;
        (chunk, rest) = group::split(rest, CHUNK);
        let read: Vec<(Key, Member)> =
            group::par_each(chunk).flat_map_iter(|found| groups.members(found, those.as_ref())).collect();
        for (key, member) in read {
            let window = windows.entry(key).or_insert_with(|| Window::new(correlation));
            window.push(correlation, member, &mut outcome);
        }
        let now = chunk.last().and_then(|found| events.entries.get(found.0 as usize));
        let now = now.map_or(i64::MIN, |entry| entry.micros);
        windows.retain(|_, window| {
            let over = window.is_over(correlation, now);
            if over {
                window.close(correlation, &mut outcome);
            }
            !over
        });
    }
    let mut rest: Vec<Window> = windows.into_values().collect();
    for window in &mut rest {
        window.close(correlation, &mut outcome);
    }
    // Groups are left in no order of their own.
    if !wanted {
        (outcome.contributed, outcome.deeds) = (Vec::new(), Vec::new());
    }
    for list in [&mut outcome.fired, &mut outcome.contributed] {
        list.sort_unstable();
        list.dedup();
    }
    outcome
}

/// Which of the rules found least.
fn rarest(correlation: &Correlation, found: &BTreeMap<RuleIndex, Vec<u32>>) -> usize {
    let count = |at: &usize| found.get(&correlation.refs[*at]).map_or(0, Vec::len);
    (0..correlation.refs.len()).min_by_key(count).unwrap_or(0)
}

/// Adds rules to the hits or the marks, which `list` tells, of the events at these positions.
fn add(events: &mut Events, mut met: Vec<Hit>, list: fn(&mut Verdict) -> &mut Number<Rules>) {
    met.par_sort_unstable();
    met.dedup();
    let Events { entries, verdicts, rules, .. } = events;
    let mut all: Vec<RuleIndex> = Vec::new();
    let mut groups = met.chunk_by(|a, b| a.0 == b.0);
    entries.change_those(groups.clone().map(|group| group[0].0), |entry| {
        let new = groups.next().unwrap_or_default().iter().map(|(_, rule)| *rule);
        all.clear();
        let mut verdict = *verdicts.get(entry.verdict);
        let known = list(&mut verdict);
        all.extend(rules.get(*known).iter().copied().chain(new));
        all.sort_unstable();
        all.dedup();
        *known = rules.number(all.as_slice());
        entry.verdict = verdicts.number(&verdict);
    });
}

/// What a filter withholds of a rule that only serves a correlation would have been no finding either.
fn silence(events: &mut Events, rules: &RuleSet) {
    if rules.silent().is_empty() {
        return;
    }
    keep_hits(events, |hit| !is_silent(rules, hit));
}

/// Whether a rule only serves a correlation, or is what a filter takes from one that does.
fn is_silent(rules: &RuleSet, rule: RuleIndex) -> bool {
    rules.silent().contains(&rules.withheld(rule).map_or(rule, |withheld| withheld.rule))
}

/// Takes from the events the hits that `keep` refuses.
fn keep_hits(events: &mut Events, keep: impl Fn(RuleIndex) -> bool) {
    events.change_verdicts(keep, |verdict, picked| verdict.hits = picked(verdict.hits));
}
