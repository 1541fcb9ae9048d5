//! Why a correlation counts an event or does not.

use super::group::{self, Folded, Groups, Member};
use super::{Outcome, Window};
use crate::enrich::Facts;
use crate::rule::correlation::Correlation;
use crate::rule::{Meta, Step};
use crate::store::{Events, RuleIndex};
use rustc_hash::FxHashSet;
use std::collections::{BTreeMap, BTreeSet};

/// What the correlation makes of the event at `position`; the first step is the whole. The events hold the hits of all
/// rules, those included that only serve a correlation.
pub fn explain(correlation: &Correlation, events: &Events, facts: &Facts, rules: &[Meta], position: u32) -> Vec<Step> {
    let title = |rule: RuleIndex| rules.get(usize::from(rule)).map_or("", |meta| meta.title.as_str());
    let hits = |position: u32| events.hits(&events.entries.at(position));
    let mut found: BTreeMap<RuleIndex, Vec<u32>> = BTreeMap::new();
    for at in 0..events.entries.len() as u32 {
        for rule in hits(at).iter().filter(|rule| correlation.refs.contains(rule)) {
            found.entry(*rule).or_default().push(at);
        }
    }
    let mut steps = Vec::new();
    let step = |text: String, holds: bool| Step { depth: 1, text, holds, seen: None };
    for rule in &correlation.refs {
        steps.push(step(format!("found by \"{}\"", title(*rule)), hits(position).contains(rule)));
    }
    let mut counted = false;
    match own_group(correlation, events, facts, &found, position) {
        None => steps.push(step("in a group: every group-by field has a value".to_owned(), false)),
        Some((name, members)) => {
            let mut outcome = Outcome::default();
            let mut window = Window::new(correlation);
            for member in &members {
                window.push(correlation, member.clone(), &mut outcome);
            }
            window.close(correlation, &mut outcome);
            counted = outcome.contributed.contains(&position);
            steps.push(step(format!("in the group {name}, of {} events", members.len()), true));
            let near = around(correlation, &members, position);
            let text = format!("in a window that meets the condition; {} events of the group lie as near", near.len());
            steps.push(step(text, counted));
        }
    }
    steps.insert(0, Step { depth: 0, text: "counted by the correlation".to_owned(), holds: counted, seen: None });
    steps
}

/// The name of the first group that the event is in, with all its members.
fn own_group(
    correlation: &Correlation,
    events: &Events,
    facts: &Facts,
    found: &BTreeMap<RuleIndex, Vec<u32>>,
    position: u32,
) -> Option<(String, Vec<Member>)> {
    let folded = Folded::new(events, std::iter::once(correlation));
    let groups = Groups::new(correlation, events, facts, &folded);
    let all = group::found_by(&correlation.refs, found);
    let own = group::each(&all).find(|found| found.first().is_some_and(|(at, _)| *at == position))?;
    let (key, _) = groups.members(own, None).into_iter().next()?;
    let wanted = FxHashSet::from_iter([key]);
    let members = group::each(&all).flat_map(|found| groups.members(found, Some(&wanted))).map(|(_, member)| member);
    Some((groups.name(own)?, members.collect()))
}

/// The members that can share a window with the event.
fn around(correlation: &Correlation, members: &[Member], position: u32) -> BTreeSet<u32> {
    let time = members.iter().find(|member| member.position == position).map_or(0, |member| member.time);
    let near = members.iter().filter(|member| (member.time - time).abs() <= correlation.span);
    near.map(|member| member.position).collect()
}
