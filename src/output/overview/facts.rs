//! A case folder to the facts that the overview tells of its tenant.

use super::super::cases::Cases;
use super::super::manifest::Manifest;
use super::links::Sighting;
use crate::case::indicator::{AGENT, APPLICATION, FORWARDING, RULE_NAME};
use crate::case::severity::{self, LEVELS};
use crate::coverage::{Counts, Coverage};
use crate::rule::Level;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::IpAddr;
use std::path::Path;

/// A tenant of a batch once it has had its turn.
#[derive(Debug, Clone)]
pub struct Tenant {
    /// The tenant: the name of its folder, or its id.
    pub name: String,
    /// The name of its case folder.
    pub case: String,
    /// What became of it.
    pub state: State,
}

/// What became of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Its case is written.
    Complete,
    /// Its case is written, and some evidence could not be used.
    Incomplete,
    /// No case could be written, for this reason.
    Failed(String),
    /// Something stands in its place that this run would not have written: this differs.
    Outdated(String),
}

impl State {
    /// The name written in outputs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Incomplete => "incomplete",
            Self::Failed(_) => "failed",
            Self::Outdated(_) => "outdated",
        }
    }
}

/// What the overview tells of one tenant; the numbers are 0 where its case was not read.
#[derive(Debug, Clone)]
#[allow(missing_docs)] // named as in the manifest, the tables and the ledger
pub struct Facts {
    pub name: String,
    pub case: String,
    pub state: State,
    /// First event, RFC 3339; empty when there is none.
    pub first_time: String,
    pub last_time: String,
    pub files: u64,
    pub counts: Counts,
    pub events: u64,
    pub accounts: u64,
    /// Accounts with a finding of level medium or above.
    pub accounts_with_findings: u64,
    /// Records and files that could not be used.
    pub not_used: u64,
    levels: [u64; 5],
}

impl Facts {
    /// Reads the case of a tenant that has one; `attacking` gets what its findings of level medium or above hold.
    pub(super) fn of(cases: &Cases, tenant: Tenant, attacking: &mut BTreeSet<Key>) -> Self {
        let Tenant { name, case, state } = tenant;
        let mut facts = Self {
            name,
            state,
            first_time: String::new(),
            last_time: String::new(),
            files: 0,
            counts: Counts::default(),
            events: 0,
            accounts: 0,
            accounts_with_findings: 0,
            not_used: 0,
            levels: [0; 5],
            case,
        };
        if facts.is_read()
            && let Err(reason) = facts.read(&cases.case(&facts.case), attacking)
        {
            facts.unreadable(&reason);
        }
        facts
    }

    pub(super) fn unreadable(&mut self, reason: &str) {
        self.state = State::Failed(format!("its case cannot be read back: {reason}"));
    }

    /// Whether the numbers are those of its case.
    pub fn is_read(&self) -> bool {
        matches!(self.state, State::Complete | State::Incomplete)
    }

    /// Why there is no case of this run; empty when there is one.
    pub fn reason(&self) -> &str {
        match &self.state {
            State::Failed(reason) | State::Outdated(reason) => reason,
            State::Complete | State::Incomplete => "",
        }
    }

    /// How many findings of a level there are.
    pub fn count(&self, level: Level) -> u64 {
        self.levels[level as usize]
    }

    /// How many findings there are.
    pub fn findings(&self) -> u64 {
        self.levels.iter().sum()
    }

    /// The most severe level of a finding.
    pub fn highest(&self) -> Option<Level> {
        LEVELS.into_iter().find(|level| self.count(*level) > 0)
    }

    fn read(&mut self, case: &Path, attacking: &mut BTreeSet<Key>) -> Result<(), String> {
        let manifest = Manifest::read(case).map_err(|error| error.to_string())?;
        let counts = manifest.counts;
        self.files = counts.files;
        self.counts = counts.rows;
        self.events = counts.events;
        self.accounts = counts.accounts;
        self.first_time = counts.first_time.unwrap_or_default();
        self.last_time = counts.last_time.unwrap_or_default();
        let of_level = |level| match level {
            Level::Critical => counts.critical,
            Level::High => counts.high,
            Level::Medium => counts.medium,
            Level::Low => counts.low,
            Level::Informational => counts.informational,
        };
        for level in LEVELS {
            self.levels[level as usize] = of_level(level);
        }
        self.not_used = not_used(case)?;
        if self.not_used > 0 {
            self.state = State::Incomplete;
        }
        let findings: Vec<Finding> = parsed(case, "findings.json")?;
        let mut accounts = BTreeSet::new();
        for finding in findings.iter().filter(|finding| finding.level() >= Level::Medium) {
            attacking.extend(finding.keys().map(|(key, _)| key));
            if !finding.account.is_empty() {
                accounts.insert((&finding.tenant, &finding.account));
            }
        }
        self.accounts_with_findings = accounts.len() as u64;
        Ok(())
    }
}

/// What the links need of a case: what was seen, by kind and value.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) tenant: usize,
    pub(super) sightings: BTreeMap<Key, Sighting>,
}

/// Kind and value of what could be a link.
pub(super) type Key = (&'static str, String);

/// Kind of a link by address.
pub(super) const ADDRESS: &str = "address";

#[derive(Debug, Deserialize)]
struct Finding {
    rule: FindingRule,
    tenant: String,
    account: String,
    addresses: Vec<String>,
    #[serde(default)]
    indicators: Vec<Indicator>,
}

#[derive(Debug, Deserialize)]
struct FindingRule {
    level: String,
}

#[derive(Debug, Deserialize)]
struct Indicator {
    kind: String,
    value: String,
    first_time: String,
    last_time: String,
    total: u64,
}

impl Finding {
    fn level(&self) -> Level {
        severity::level(&self.rule.level)
    }

    /// What could be a link, each once; an indicator with what is known of it.
    fn keys(&self) -> impl Iterator<Item = (Key, Option<&Indicator>)> {
        let addresses: BTreeSet<String> = self.addresses.iter().filter_map(|address| canonical(address)).collect();
        let indicators = self.indicators.iter().filter_map(|indicator| {
            let kinds = [AGENT, APPLICATION, FORWARDING, RULE_NAME];
            let kind = kinds.into_iter().find(|kind| *kind == indicator.kind)?;
            Some(((kind, indicator.value.clone()), Some(indicator)))
        });
        addresses.into_iter().map(|address| ((ADDRESS, address), None)).chain(indicators)
    }
}

#[derive(Debug, Deserialize)]
struct AddressRow {
    address: String,
    address_kind: String,
    first_time: String,
    last_time: String,
    accounts: u64,
    events: u64,
}

impl Read {
    /// Reads what a case holds of `wanted`. Addresses that link nothing are let go: private ones and Microsoft's.
    pub(super) fn of(case: &Path, tenant: usize, wanted: &BTreeSet<Key>) -> Result<Self, String> {
        let mut read = Self { tenant, sightings: BTreeMap::new() };
        let findings: Vec<Finding> = parsed(case, "findings.json")?;
        for finding in &findings {
            read.finding(finding, wanted);
        }
        read.addresses(case, wanted)?;
        Ok(read)
    }

    fn finding(&mut self, finding: &Finding, wanted: &BTreeSet<Key>) {
        for (key, indicator) in finding.keys().filter(|(key, _)| wanted.contains(key)) {
            let sighting = self.sightings.entry(key).or_default();
            sighting.findings += 1;
            sighting.level = sighting.level.max(Some(finding.level()));
            sighting.accounts_of_findings.insert((finding.tenant.clone(), finding.account.clone()));
            if let Some(indicator) = indicator {
                sighting.span(&indicator.first_time, &indicator.last_time);
                // The same in every finding that holds it.
                sighting.events = indicator.total;
            }
        }
    }

    fn addresses(&mut self, case: &Path, wanted: &BTreeSet<Key>) -> Result<(), String> {
        let told = |error: csv::Error| format!("addresses.csv: {error}");
        let mut reader = csv::Reader::from_path(case.join("addresses.csv")).map_err(told)?;
        let mut public = BTreeSet::new();
        for row in reader.deserialize() {
            let row: AddressRow = row.map_err(told)?;
            let Some(address) = canonical(&row.address).filter(|_| row.address_kind == "public") else { continue };
            let key = (ADDRESS, address);
            if !wanted.contains(&key) {
                continue;
            }
            let sighting = self.sightings.entry(key.clone()).or_default();
            sighting.span(&row.first_time, &row.last_time);
            sighting.accounts += row.accounts;
            sighting.events += row.events;
            public.insert(key.1);
        }
        self.sightings.retain(|(kind, value), _| *kind != ADDRESS || public.contains(value));
        Ok(())
    }
}

/// An address in one form; `None` for a text that is none.
fn canonical(text: &str) -> Option<String> {
    text.parse::<IpAddr>().ok().map(|ip| ip.to_canonical().to_string())
}

fn parsed<T: for<'a> Deserialize<'a>>(case: &Path, name: &str) -> Result<T, String> {
    let bytes = std::fs::read(case.join(name)).map_err(|error| format!("{name}: {error}"))?;
    serde_json::from_slice(&bytes).map_err(|error| format!("{name}: {error}"))
}

/// Records and files that could not be used; a file that is no export at all is no loss.
fn not_used(case: &Path) -> Result<u64, String> {
    #[derive(Deserialize)]
    struct Rejection {
        file: String,
    }
    let coverage: Coverage = parsed(case, "coverage.json")?;
    let strangers = coverage.files.iter().filter(|file| file.is_stranger());
    let strangers: BTreeSet<&str> = strangers.map(|file| file.path.as_str()).collect();
    let told = |error: &dyn std::fmt::Display| format!("rejected.jsonl: {error}");
    let file = File::open(case.join("rejected.jsonl")).map_err(|error| told(&error))?;
    let mut count = 0;
    for line in BufReader::new(file).lines() {
        let line = line.map_err(|error| told(&error))?;
        let rejection: Rejection = serde_json::from_str(&line).map_err(|error| told(&error))?;
        count += u64::from(!strangers.contains(rejection.file.as_str()));
    }
    Ok(count)
}
