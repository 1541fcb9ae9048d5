//! A finished case to what each rule found in it: which rules are noisy, and what their hits have in common.

use super::select::{open, unreadable};
use crate::error::Error;
use rustc_hash::FxHashMap;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;
use std::path::Path;

/// What the rules found in a case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tuning {
    /// Events of the case.
    pub events: u64,
    /// The rules that found something, or would have but for a filter, the noisiest first.
    pub rules: Vec<Tuned>,
}

/// What one rule found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tuned {
    /// The rule's id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its level, by Sigma's name; empty where filters kept all its hits.
    pub level: String,
    /// Events that it found.
    pub hits: u64,
    /// Accounts that they concern, each of its tenant.
    pub accounts: u64,
    /// Events that filters kept from being hits.
    pub withheld: u64,
    /// The value that tells most of the hits from other events; `None` where no value does, or where there are fewer than
    /// [`NOISY`] hits.
    pub common: Option<Common>,
}

/// A value that hits have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Common {
    /// Its field, as rules name it.
    pub field: &'static str,
    /// The value.
    pub value: String,
    /// How many of the hits have it.
    pub hits: u64,
    /// How many events of the case have it.
    pub events: u64,
}

/// Hits below which a rule is not noisy.
pub const NOISY: u64 = 10;

/// Of the events with a value, one in this many must be a hit: a filter for what everybody has would blind the rule.
const TELLS: u64 = 10;

/// Fields by which honest acts are told apart, the best first, and what the names of fields with the same content have in
/// common, in lower case.
const TELLING: [(&str, &[&str]); 4] = [
    ("actor", &["actor", "userid", "userprincipalname"]),
    ("application", &["app", "client"]),
    ("agent", &["agent", "client"]),
    ("address", &["address", "clientip"]),
];

/// Counts by field of [`TELLING`] and value.
type Counts = [FxHashMap<String, u64>; TELLING.len()];

/// As `findings.json` has it.
#[derive(Debug, Deserialize)]
struct Finding {
    rule: Rule,
    #[serde(default)]
    tenant: String,
    #[serde(default)]
    account: String,
    count: u64,
    event_ids: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Rule {
    id: String,
    title: String,
    level: String,
}

/// As `coverage.json` has it.
#[derive(Debug, Deserialize)]
struct Coverage {
    rules: Rules,
}

#[derive(Debug, Deserialize)]
struct Rules {
    #[serde(default)]
    suppressed: Vec<Suppressed>,
}

#[derive(Debug, Deserialize)]
struct Suppressed {
    rule: String,
    #[serde(default)]
    title: String,
    count: u64,
}

/// Reads `findings.json`, `coverage.json` and `timeline.jsonl` of a case. `asked` has the fields that each rule asks for, by
/// id: hits have those in common because of the rule itself.
///
/// # Errors
/// [`Error::Case`] when one of them cannot be read.
pub fn tune(case_dir: &Path, asked: &BTreeMap<String, BTreeSet<String>>) -> Result<Tuning, Error> {
    let findings: Vec<Finding> = read(case_dir, "findings.json")?;
    let coverage: Coverage = read(case_dir, "coverage.json")?;
    let mut rules: BTreeMap<&str, Tuned> = BTreeMap::new();
    let mut accounts: BTreeMap<&str, BTreeSet<(&str, &str)>> = BTreeMap::new();
    for finding in &findings {
        let Rule { id, title, level } = &finding.rule;
        let tuned = rules.entry(id).or_insert_with(|| Tuned {
            id: id.clone(),
            title: title.clone(),
            level: level.clone(),
            ..Tuned::default()
        });
        tuned.hits += finding.count;
        accounts.entry(id).or_default().insert((&finding.tenant, &finding.account));
    }
    for kept in &coverage.rules.suppressed {
        let silenced = || Tuned { id: kept.rule.clone(), title: kept.title.clone(), ..Tuned::default() };
        rules.entry(&kept.rule).or_insert_with(silenced);
    }
    let mut rules: Vec<Tuned> = rules.into_values().collect();
    for rule in &mut rules {
        rule.accounts = accounts.get(rule.id.as_str()).map_or(0, |accounts| accounts.len() as u64);
        let withheld = coverage.rules.suppressed.iter().filter(|kept| kept.rule == rule.id);
        rule.withheld = withheld.map(|kept| kept.count).sum();
    }
    rules.sort_by(|a, b| (Reverse(a.hits), &a.title, &a.id).cmp(&(Reverse(b.hits), &b.title, &b.id)));
    let events = compare(case_dir, &findings, asked, &mut rules)?;
    Ok(Tuning { events, rules })
}

/// Finds what the hits of each rule have in common; gives back how many events there are.
fn compare(
    case_dir: &Path,
    findings: &[Finding],
    asked: &BTreeMap<String, BTreeSet<String>>,
    rules: &mut [Tuned],
) -> Result<u64, Error> {
    let order: FxHashMap<&str, usize> = rules.iter().zip(0..).map(|(rule, at)| (rule.id.as_str(), at)).collect();
    let mut found: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    for finding in findings {
        let Some(&rule) = order.get(finding.rule.id.as_str()) else { continue };
        for id in &finding.event_ids {
            found.entry(id).or_default().push(rule);
        }
    }
    let mut counts: Vec<Counts> = rules.iter().map(|_| Counts::default()).collect();
    let (mut all, mut events) = (Counts::default(), 0);
    for line in open(case_dir, TIMELINE)?.lines() {
        let line = line.map_err(|error| unreadable(case_dir, TIMELINE, &error))?;
        events += 1;
        let event: BTreeMap<String, serde_json::Value> =
            serde_json::from_str(&line).map_err(|error| unreadable(case_dir, TIMELINE, &error))?;
        let text = |key: &str| event.get(key).and_then(serde_json::Value::as_str);
        // An actor is left out where it is the account.
        let values = TELLING.map(|(field, _)| text(field).or_else(|| text("account").filter(|_| field == "actor")));
        add(&mut all, values);
        for rule in text("event_id").and_then(|id| found.get(id)).into_iter().flatten() {
            add(&mut counts[*rule], values);
        }
    }
    for (rule, counts) in rules.iter_mut().zip(counts).filter(|(rule, _)| rule.hits >= NOISY) {
        rule.common = common(rule.hits, counts, &all, asked.get(&rule.id));
    }
    Ok(events)
}

fn add(counts: &mut Counts, values: [Option<&str>; TELLING.len()]) {
    for (counts, value) in counts.iter_mut().zip(values) {
        let Some(value) = value else { continue };
        match counts.get_mut(value) {
            Some(count) => *count += 1,
            None => drop(counts.insert(value.to_owned(), 1)),
        }
    }
}

/// Of the values that half of the hits have or more, the one that fewest other events have.
fn common(hits: u64, counts: Counts, all: &Counts, asked: Option<&BTreeSet<String>>) -> Option<Common> {
    let is_asked = |names: &[&str]| {
        let has = |field: &String| names.iter().any(|name| field.to_lowercase().contains(name));
        asked.is_some_and(|asked| asked.iter().any(has))
    };
    let mut best: Option<Common> = None;
    for (((field, names), counts), all) in TELLING.into_iter().zip(counts).zip(all) {
        let Some((value, shared)) = counts.into_iter().max_by(|a, b| (a.1, &b.0).cmp(&(b.1, &a.0))) else { continue };
        let events = all.get(&value).copied().unwrap_or(shared);
        let tells = shared * 2 >= hits && shared * TELLS >= events && !is_asked(names);
        if tells && best.as_ref().is_none_or(|best| events - shared < best.events - best.hits) {
            best = Some(Common { field, value, hits: shared, events });
        }
    }
    best
}

const TIMELINE: &str = "timeline.jsonl";

fn read<T: DeserializeOwned>(case_dir: &Path, name: &str) -> Result<T, Error> {
    serde_json::from_reader(open(case_dir, name)?).map_err(|error| unreadable(case_dir, name, &error))
}
