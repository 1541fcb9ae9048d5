//! Hits to findings: one finding a rule, tenant and account, told in one sentence.

use super::index::address_text;
use super::indicator::Indicators;
use super::sentence::push_act;
use super::severity::level;
use super::{Finding, FindingRule};
use crate::civil::{rfc3339, span};
use crate::rule::Meta;
use crate::store::{Entry, Events, RuleIndex, Sym, hex};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use rustc_hash::FxHashSet;
use sha2::{Digest, Sha256};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The id of the finding of this rule, tenant and account.
pub fn finding_id(rule: &str, tenant: &str, account: &str) -> String {
    let mut hash = Sha256::new();
    for part in [rule, tenant, account] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hex(&hash.finalize()[..8])
}

/// Builds the findings of rules, most severe first, then by first time and id.
pub fn findings(events: &Events, rules: &[Meta]) -> Vec<Finding> {
    let groups: Vec<_> = group(events).into_iter().collect();
    let indicators = Indicators::new(events, rules);
    let build = |((rule, tenant, account), positions): ((RuleIndex, Sym, Sym), Vec<u32>)| {
        let meta = rules.get(usize::from(rule))?;
        let rule = FindingRule {
            id: meta.id.clone(),
            title: meta.title.clone(),
            level: meta.level.name(),
            tags: meta.tags.clone(),
        };
        finding(events, rule, (events.text(tenant), events.text(account)), positions, Some(&indicators))
    };
    let mut found: Vec<Finding> = groups.into_par_iter().filter_map(build).collect();
    sort(&mut found, events);
    found
}

/// Adds findings that no rule made, in the same order.
pub fn add(findings: &mut Vec<Finding>, more: impl Iterator<Item = Finding>, events: &Events) {
    findings.extend(more);
    sort(findings, events);
}

fn sort(findings: &mut [Finding], events: &Events) {
    findings.sort_by_cached_key(|finding| {
        let first = finding.positions.first().map(|at| events.entries[*at as usize].time.micros);
        (Reverse(level(finding.rule.level)), first, finding.id.clone())
    });
}

fn group(events: &Events) -> BTreeMap<(RuleIndex, Sym, Sym), Vec<u32>> {
    let mut groups: BTreeMap<(RuleIndex, Sym, Sym), Vec<u32>> = BTreeMap::new();
    for (position, entry) in events.entries.iter().enumerate() {
        for &rule in &entry.hits {
            groups.entry((rule, entry.tenant, entry.account)).or_default().push(position as u32);
        }
    }
    groups
}

/// What one account did that a rule found; `None` where that is nothing.
pub(super) fn finding(
    events: &Events,
    rule: FindingRule,
    (tenant, account): (&str, &str),
    positions: Vec<u32>,
    indicators: Option<&Indicators<'_>>,
) -> Option<Finding> {
    let entries: Vec<&Entry> = positions.iter().filter_map(|&at| events.entries.get(at as usize)).collect();
    let (first, last) = (entries.first()?, entries.last()?);
    let mut met = FxHashSet::default();
    let addresses: BTreeSet<String> = entries
        .iter()
        .filter(|entry| entry.ip.is_some() || !entry.address.is_empty())
        .filter(|entry| met.insert((entry.ip, entry.address)))
        .map(|entry| address_text(events, entry))
        .collect();
    Some(Finding {
        id: finding_id(&rule.id, tenant, account),
        rule,
        tenant: tenant.to_owned(),
        account: account.to_owned(),
        first_time: rfc3339(first.time.micros),
        last_time: rfc3339(last.time.micros),
        count: entries.len() as u64,
        event_ids: entries.iter().map(|entry| entry.event_id()).collect(),
        summary: summary(events, &entries, &addresses),
        indicators: indicators.map(|indicators| indicators.of(&entries)).unwrap_or_default(),
        addresses: addresses.into_iter().collect(),
        positions,
    })
}

/// "anna@… set forwarding of … to … (3 events, 14 Jan 2026 09:12 to 09:15 UTC, from 203.0.113.7 NG)".
fn summary(events: &Events, entries: &[&Entry], addresses: &BTreeSet<String>) -> String {
    let mut out = String::new();
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return out };
    push_act(&mut out, events, first);
    let kind = |entry: &Entry| (entry.operation, entry.actor, entry.object, entry.detail);
    if entries.iter().any(|entry| kind(entry) != kind(first)) {
        out.push_str(", and more of the kind");
    }
    out.push_str(" (");
    if entries.len() > 1 {
        let _ = write!(out, "{} events, ", entries.len());
    }
    out.push_str(&span(first.time.micros, last.time.micros));
    if let Some(entry) = entries.iter().find(|entry| entry.ip.is_some() || !entry.address.is_empty()) {
        let _ = write!(out, ", from {}", address_text(events, entry));
        if let Some(place) = events.place(entry).filter(|place| !place.country.is_empty()) {
            let _ = write!(out, " {}", place.country);
        }
        match addresses.len() {
            0 | 1 => {}
            2 => out.push_str(" and 1 other address"),
            more => {
                let _ = write!(out, " and {} other addresses", more - 1);
            }
        }
    }
    out.push(')');
    out
}
