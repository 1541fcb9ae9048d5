//! What several products need of a case, worked out once.

use super::chart::Charts;
use super::escape::Needs;
use super::report::Page;
use crate::case::Case;
use crate::case::accounts::{Account, accounts};
use crate::case::addresses::{Address, addresses};
use crate::case::incident::{Incident, incidents};
use crate::case::index::{AddressIndex, Seen};
use crate::rule::{Level, Meta};
use crate::store::{Common, Entry, RuleIndex, Who};
use std::collections::BTreeSet;
use std::io;
use std::sync::OnceLock;

/// A case with its cross references.
#[derive(Debug)]
pub(crate) struct View<'a> {
    /// The case.
    pub(crate) case: &'a Case,
    /// Distinct addresses.
    pub(crate) index: AddressIndex<'a>,
    /// One line an account, most severe first.
    pub(crate) accounts: Vec<Account>,
    /// Findings that belong together, the highest score first.
    pub(crate) incidents: Vec<Incident>,
    /// One line an address, most severe first.
    pub(crate) addresses: Vec<Address>,
    /// What each text of the pool needs before it may be written.
    pub(crate) needs: Needs,
    /// The charts that two products hold.
    pub(crate) charts: Charts,
    /// The content of the report, which two products show.
    pub(crate) page: OnceLock<io::Result<Page>>,
    /// SHA-256 of what the manifest says of the case; see [`super::digest`].
    pub(crate) digest: String,
    /// By the number of the list of rules.
    met: Vec<Met>,
}

/// A set of rules that one event meets.
#[derive(Debug)]
struct Met {
    level: Level,
    titles: String,
}

impl<'a> View<'a> {
    /// Works everything out.
    pub(crate) fn new(case: &'a Case) -> Self {
        let index = AddressIndex::new(&case.events);
        let (people, needs) = rayon::join(
            || (accounts(&case.events, &index, &case.findings), addresses(&case.events, &index, &case.findings)),
            || Needs::new(&case.events.pool),
        );
        let met = case.events.rules.all().iter().map(|hits| Met::new(hits, &case.rules)).collect();
        let incidents = incidents(&case.events, &case.findings);
        let (accounts, addresses) = people;
        Self {
            case,
            index,
            accounts,
            incidents,
            addresses,
            needs,
            charts: Charts::default(),
            page: OnceLock::new(),
            digest: String::new(),
            met,
        }
    }

    /// The event at `position`, which is `entry`, with its address.
    pub(crate) fn row<'r>(&'r self, position: usize, entry: &'r Entry) -> Row<'r> {
        let hits = self.case.events.verdict(entry).hits;
        let met = if hits.is_empty() { None } else { self.met.get(hits.index()) };
        Row {
            view: self,
            entry,
            common: self.case.events.common(entry),
            who: self.case.events.who(entry),
            from: self.index.at(position),
            level: met.map_or("", |met| met.level.name()),
            rules: met.map_or("", |met| &met.titles),
        }
    }

    /// From the first to the last act, for people.
    pub(crate) fn period(&self) -> String {
        let voice = self.case.facts.voice;
        let entries = &self.case.events.entries;
        let act = |position: &usize| entries.at(*position as u32).is_act();
        let time = |position: usize| entries.at(position as u32).micros;
        match ((0..entries.len()).find(act), (0..entries.len()).rev().find(act)) {
            (Some(first), Some(last)) => voice.span(time(first), time(last)),
            _ => voice.text("case.no_events").to_owned(),
        }
    }

    /// The tenants that accounts are of, sorted.
    pub(crate) fn tenants(&self) -> Vec<&str> {
        let names: BTreeSet<&str> = self.accounts.iter().map(|account| account.tenant.as_str()).collect();
        names.into_iter().filter(|name| !name.is_empty()).collect()
    }

    /// The rule with this id.
    pub(crate) fn rule(&self, id: &str) -> Option<&'a Meta> {
        self.case.rules.iter().find(|rule| rule.id == id)
    }
}

impl Met {
    fn new(hits: &[RuleIndex], rules: &[Meta]) -> Self {
        let rules: Vec<&Meta> = hits.iter().filter_map(|&rule| rules.get(usize::from(rule))).collect();
        let level = rules.iter().map(|rule| rule.level).max().unwrap_or_default();
        let titles: Vec<&str> = rules.iter().map(|rule| rule.title.as_str()).collect();
        Self { level, titles: titles.join("; ") }
    }
}

/// One event, with what the outputs say about it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    /// The case it belongs to.
    pub(crate) view: &'a View<'a>,
    /// The event.
    pub(crate) entry: &'a Entry,
    /// What it has in common with many others.
    pub(crate) common: &'a Common,
    /// Who acted.
    pub(crate) who: &'a Who,
    /// Its address.
    pub(crate) from: &'a Seen<'a>,
    /// Name of the highest level it meets; empty when it meets no rule.
    pub(crate) level: &'static str,
    /// Titles of the rules it meets, joined by `; `.
    pub(crate) rules: &'a str,
}
