//! Hits to findings: one finding a rule, tenant and account, told in one sentence.

use super::index::address_text;
use super::indicator::Indicators;
use super::sentence::push_act;
use super::severity::level;
use super::telling::telling;
use super::{Finding, FindingRule};
use crate::civil::rfc3339;
use crate::language::Voice;
use crate::rule::Meta;
use crate::store::{Entry, Events, RuleIndex, Sym, hex};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use rustc_hash::FxHashSet;
use sha2::{Digest, Sha256};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

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
pub fn findings(events: &Events, rules: &[Meta], voice: Voice) -> Vec<Finding> {
    let groups: Vec<_> = group(events).into_iter().collect();
    let indicators = Indicators::new(events, rules);
    let build = |((index, tenant, account), positions): ((RuleIndex, Sym, Sym), Vec<u32>)| {
        let meta = rules.get(usize::from(index))?;
        let rule = FindingRule {
            id: meta.id.clone(),
            title: meta.title.clone(),
            level: meta.level.name(),
            tags: meta.tags.clone(),
        };
        let whose = (events.text(tenant), events.text(account));
        let named = telling(events, (index, meta), &positions)?;
        finding(events, rule, whose, positions, Some(&indicators)).map(|finding| finding.told(events, named, voice))
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
        let first = finding.positions.first().map(|at| events.entries.at(*at).micros);
        (Reverse(level(finding.rule.level)), first, finding.id.clone())
    });
}

fn group(events: &Events) -> BTreeMap<(RuleIndex, Sym, Sym), Vec<u32>> {
    let mut groups: BTreeMap<(RuleIndex, Sym, Sym), Vec<u32>> = BTreeMap::new();
    for (position, entry) in events.entries.iter().enumerate() {
        let who = events.who(&entry);
        for &rule in events.hits(&entry) {
            groups.entry((rule, who.tenant, who.account)).or_default().push(position as u32);
        }
    }
    groups
}

/// What one account did that a rule found, without a sentence; `None` where that is nothing.
pub(super) fn finding(
    events: &Events,
    rule: FindingRule,
    (tenant, account): (&str, &str),
    positions: Vec<u32>,
    indicators: Option<&Indicators<'_>>,
) -> Option<Finding> {
    let entries = || positions.iter().filter_map(|&at| events.entries.get(at as usize));
    let (first, last) = (events.entries.at(*positions.first()?).micros, events.entries.at(*positions.last()?).micros);
    let mut met = FxHashSet::default();
    let addresses: BTreeSet<String> = entries()
        .filter(|entry| !(entry.ip.is_empty() && entry.address.is_empty()))
        .filter(|entry| met.insert((entry.ip, entry.address)))
        .map(|entry| address_text(events, &entry))
        .collect();
    Some(Finding {
        id: finding_id(&rule.id, tenant, account),
        rule,
        tenant: tenant.to_owned(),
        account: account.to_owned(),
        first_time: rfc3339(first),
        last_time: rfc3339(last),
        count: positions.len() as u64,
        event_ids: entries().map(|entry| entry.event_id()).collect(),
        summary: String::new(),
        indicators: indicators.map(|indicators| indicators.of(entries())).unwrap_or_default(),
        addresses: addresses.into_iter().collect(),
        positions,
    })
}

impl Finding {
    /// The same with its sentence: "anna@… set forwarding of … to … (3 events, 14 Jan 2026 09:12 to 09:15 UTC, from 203.0.113.7 NG)".
    /// `named` is where the act stands that it names.
    fn told(self, events: &Events, named: u32, voice: Voice) -> Self {
        let entries = || self.positions.iter().map(|&at| events.entries.at(at));
        let (Some(first), Some(last)) = (entries().next(), entries().next_back()) else { return self };
        let named = events.entries.at(named);
        let mut summary = String::new();
        push_act(&mut summary, events, &named, voice);
        let kind =
            |entry: &Entry| (events.common(entry).operation, events.who(entry).actor, entry.object, entry.detail);
        if entries().any(|entry| kind(&entry) != kind(&named)) {
            summary.push_str(voice.text("case.finding.more"));
        }
        let count = (self.count > 1).then(|| voice.count("case.finding.events", self.count, &[]));
        let span = voice.span(first.micros, last.micros);
        let mut from = std::iter::once(named).chain(entries());
        let from = from.find(|entry| !(entry.ip.is_empty() && entry.address.is_empty())).map(|entry| {
            let country = events.place(&entry).map_or("", |place| &place.country);
            let others = match self.addresses.len().saturating_sub(1) as u64 {
                0 => String::new(),
                others => voice.count("case.finding.others", others, &[]),
            };
            let address = address_text(events, &entry);
            voice.fill("case.finding.from", &[("address", &address), ("country", &country), ("others", &others)])
        });
        let parts: Vec<String> = count.into_iter().chain([span]).chain(from).collect();
        Self { summary: format!("{summary} ({})", parts.join(", ")), ..self }
    }
}
