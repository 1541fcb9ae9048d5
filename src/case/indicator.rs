//! What a finding's events share with other tenants if the same intruder was there: agent strings, applications,
//! forwarding destinations and the names of mail rules.

use crate::civil::rfc3339;
use crate::event::first_party::is_microsoft_application;
use crate::event::{bare_agent, names_mail_rule};
use crate::rule::{Level, Meta};
use crate::store::{Entry, Events, Sym};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// One such text, and when the finding's events carry it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Indicator {
    /// [`AGENT`], [`APPLICATION`], [`FORWARDING`] or [`RULE_NAME`].
    pub kind: &'static str,
    /// The text.
    pub value: String,
    /// First event with it, RFC 3339 UTC.
    pub first_time: String,
    /// Last event with it, RFC 3339 UTC.
    pub last_time: String,
    /// Number of events of the finding with it.
    pub count: u64,
    /// Number of events with it that are in any finding of a rule.
    pub total: u64,
}

/// An agent or client string that no account without a finding of level medium or above used.
pub const AGENT: &str = "agent";
/// The name, else the id, of an application that is not known as Microsoft's own.
pub const APPLICATION: &str = "application";
/// A recipient of forwarded mail outside the tenant, lower case.
pub const FORWARDING: &str = "forwarding destination";
/// The name of an inbox rule or a mail flow rule.
pub const RULE_NAME: &str = "rule name";

/// Operations that give an application, or its service principal, a place in the tenant; their target is its name.
///
/// <https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities>
const ON_APPLICATIONS: &[&str] = &[
    "Add application",
    "Add service principal",
    "Consent to application",
    "Update application",
    "Update service principal",
];

/// Finds the indicators of events.
#[derive(Debug)]
pub(super) struct Indicators<'a> {
    events: &'a Events,
    /// Agents that say nothing about an intruder: accounts without a serious finding use them too.
    common: FxHashSet<&'a str>,
    /// In how many events of findings each stands.
    totals: FxHashMap<(&'static str, &'a str), u64>,
}

impl<'a> Indicators<'a> {
    /// Looks through all events for the agents that those with hits share with others.
    pub(super) fn new(events: &'a Events, rules: &[Meta]) -> Self {
        let mut serious: FxHashSet<(Sym, Sym)> = FxHashSet::default();
        // By the number of the text: such a pass over all events costs less than a hash for each.
        let mut of_a_hit = vec![false; events.pool.len()];
        for entry in events.entries.iter().filter(|entry| !events.hits(entry).is_empty()) {
            let who = events.who(&entry);
            of_a_hit[who.agent.0 as usize] = true;
            let met = events.hits(&entry).iter().filter_map(|&rule| rules.get(usize::from(rule)));
            if met.map(|rule| rule.level).max().is_some_and(|level| level >= Level::Medium) {
                serious.insert((who.tenant, who.account));
            }
        }
        let text = |at: usize| bare_agent(events.text(Sym(at as u32)));
        let of_hits: FxHashSet<&str> = (0..of_a_hit.len()).filter(|at| of_a_hit[*at]).map(text).collect();
        let mut used: Vec<bool> = vec![false; if of_hits.is_empty() { 0 } else { events.pool.len() }];
        for who in events.whos_met().filter(|who| !who.account.is_empty()) {
            if let Some(used) = used.get_mut(who.agent.0 as usize).filter(|used| !**used) {
                *used = !serious.contains(&(who.tenant, who.account));
            }
        }
        let common = (0..used.len()).filter(|at| used[*at]).map(text);
        let common = common.filter_map(|agent| of_hits.get(agent).copied()).collect();
        let mut found = Self { events, common, totals: FxHashMap::default() };
        let mut totals = FxHashMap::default();
        for entry in events.entries.iter().filter(|entry| !events.hits(entry).is_empty()) {
            found.each(&entry, &mut |kind, value| *totals.entry((kind, value)).or_default() += 1);
        }
        found.totals = totals;
        found
    }

    /// The indicators of one finding's events, by kind and value.
    pub(super) fn of<'e>(&self, entries: impl Iterator<Item = Cow<'e, Entry>>) -> Vec<Indicator> {
        let mut found: BTreeMap<(&'static str, &'a str), (i64, i64, u64)> = BTreeMap::new();
        for entry in entries {
            self.each(&entry, &mut |kind, value| {
                let at = entry.micros;
                let (first, last, count) = found.entry((kind, value)).or_insert((at, at, 0));
                (*first, *last, *count) = ((*first).min(at), (*last).max(at), *count + 1);
            });
        }
        let indicator = |((kind, value), (first, last, count)): ((_, &'a str), (i64, i64, u64))| Indicator {
            kind,
            value: value.to_owned(),
            first_time: rfc3339(first),
            last_time: rfc3339(last),
            count,
            total: self.totals.get(&(kind, value)).copied().unwrap_or(count),
        };
        found.into_iter().map(indicator).collect()
    }

    fn each(&self, entry: &Entry, give: &mut dyn FnMut(&'static str, &'a str)) {
        let events = self.events;
        let text = |sym| events.text(sym).trim();
        let agent = bare_agent(text(events.who(entry).agent));
        if !agent.is_empty() && !self.common.contains(agent) {
            give(AGENT, agent);
        }
        let operation = events.operation(entry).trim();
        let named =
            if ON_APPLICATIONS.iter().any(|known| operation.starts_with(known)) { text(entry.target) } else { "" };
        let common = events.common(entry);
        let (name, id) = (text(common.application), text(common.application_id));
        let used = if is_microsoft_application(id) {
            ""
        } else if name.is_empty() {
            id
        } else {
            name
        };
        for application in [named, used] {
            if !application.is_empty() && !is_microsoft_application(application) {
                give(APPLICATION, application);
                break;
            }
        }
        text(entry.recipients).lines().for_each(|recipient| give(FORWARDING, recipient));
        let object = text(entry.object);
        if !object.is_empty() && names_mail_rule(operation) {
            give(RULE_NAME, object);
        }
    }
}
