//! Findings to incidents: those of one account that lie together in time, with a score whose parts are told.
//!
//! Many findings can rest on one piece of evidence: a sign-in from a new country is a new country, a new network and
//! an unlikely journey. So of each kind of evidence (an ATT&CK tactic, as one log tells it) only the weightiest finding
//! counts, and what a second log tells of the same tactic counts half.

use super::Finding;
use super::finding::finding_id;
use super::severity::level;
use super::tactic::{TACTICS, tactic};
use crate::civil::{DAY, rfc3339};
use crate::event::Family;
use crate::rule::Level;
use crate::store::Events;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// A quiet stretch that ends an incident.
const QUIET: i64 = 3 * DAY;

/// What a score is at most.
const HIGHEST: u32 = 100;

/// Scores from which on an incident is critical, and high, whatever its single findings are.
const CRITICAL: u32 = 60;
const HIGH: u32 = 35;

/// Findings of one account that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Incident {
    /// 16 hex digits from tenant, account and first time.
    pub id: String,
    /// Tenant.
    pub tenant: String,
    /// Account concerned.
    pub account: String,
    /// First event, RFC 3339 UTC.
    pub first_time: String,
    /// Last event, RFC 3339 UTC.
    pub last_time: String,
    /// Sigma's level name: that of the most severe finding, or what the score says if that is more.
    pub level: &'static str,
    /// 0 to 100: the sum of the parts, no more than 100.
    pub score: u32,
    /// What the score is made of, the weightiest first.
    pub parts: Vec<Part>,
    /// Findings, most severe first.
    pub findings: Vec<String>,
    /// Number of distinct events.
    pub events: u64,
    /// First and last event, microseconds since 1970.
    #[serde(skip)]
    pub span: (i64, i64),
}

/// One kind of evidence and what it adds to the score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// ATT&CK tactic; empty where the rule names none.
    pub tactic: &'static str,
    /// Which log tells it.
    pub log: &'static str,
    /// What it adds.
    pub adds: u32,
    /// Level of the finding that counts.
    pub level: &'static str,
    /// Title of its rule.
    pub rule: String,
}

impl Incident {
    /// The parts of the score in words, such as `25 initial-access (signin): Sign-in by a known attack tool`.
    pub fn told_parts(&self) -> Vec<String> {
        let kind = |part: &Part| if part.tactic.is_empty() { "other" } else { part.tactic };
        self.parts.iter().map(|part| format!("{} {} ({}): {}", part.adds, kind(part), part.log, part.rule)).collect()
    }
}

/// What a finding of this level weighs.
fn weight(level: Level) -> u32 {
    match level {
        Level::Critical => 40,
        Level::High => 25,
        Level::Medium => 10,
        Level::Low => 3,
        Level::Informational => 0,
    }
}

/// The incidents, the highest score first, then by time, account and tenant. Findings that are only for the record
/// belong to none, and where nothing is of level medium or above there is none.
pub fn incidents(events: &Events, findings: &[Finding]) -> Vec<Incident> {
    let mut accounts: BTreeMap<(&str, &str), Vec<&Finding>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| level(finding.rule.level) > Level::Informational) {
        accounts.entry((&finding.tenant, &finding.account)).or_default().push(finding);
    }
    let mut found: Vec<(Reverse<u32>, i64, Incident)> = Vec::new();
    for ((tenant, account), findings) in accounts {
        for episode in episodes(events, &findings) {
            let incident = incident(events, (tenant, account), &findings, episode);
            found.extend(incident.map(|incident| (Reverse(incident.score), episode.0, incident)));
        }
    }
    found.sort_by(|a, b| (a.0, a.1, &a.2.account, &a.2.tenant).cmp(&(b.0, b.1, &b.2.account, &b.2.tenant)));
    found.into_iter().map(|(_, _, incident)| incident).collect()
}

fn time(events: &Events, position: u32) -> i64 {
    events.entries.get(position as usize).map_or(0, |entry| entry.micros)
}

/// First and last time of each stretch of events without a quiet stretch in it.
fn episodes(events: &Events, findings: &[&Finding]) -> Vec<(i64, i64)> {
    let positions: BTreeSet<u32> = findings.iter().flat_map(|finding| finding.positions.iter().copied()).collect();
    let mut found: Vec<(i64, i64)> = Vec::new();
    // Positions are in time order.
    for at in positions.into_iter().map(|position| time(events, position)) {
        match found.last_mut() {
            Some((_, last)) if at - *last <= QUIET => *last = at,
            _ => found.push((at, at)),
        }
    }
    found
}

fn incident(
    events: &Events,
    (tenant, account): (&str, &str),
    findings: &[&Finding],
    (first, last): (i64, i64),
) -> Option<Incident> {
    let mut kinds: BTreeMap<(&'static str, Family), (Level, &Finding)> = BTreeMap::new();
    let (mut own, mut met) = (Vec::new(), BTreeSet::new());
    for finding in findings {
        let inside = finding.positions.iter().filter(|at| (first..=last).contains(&time(events, **at)));
        let inside: Vec<u32> = inside.copied().collect();
        let Some(entry) = inside.first().and_then(|at| events.entries.get(*at as usize)) else { continue };
        own.push(*finding);
        met.extend(inside);
        let severity = level(finding.rule.level);
        let kind = kinds.entry((tactic_of(finding), entry.family)).or_insert((severity, finding));
        if severity > kind.0 {
            *kind = (severity, finding);
        }
    }
    let highest = own.iter().map(|finding| level(finding.rule.level)).max()?;
    if highest < Level::Medium {
        return None;
    }
    let parts = parts(kinds);
    let score = parts.iter().map(|part| part.adds).sum::<u32>().min(HIGHEST);
    let by_score = match score {
        CRITICAL.. => Level::Critical,
        HIGH.. => Level::High,
        _ => Level::Medium,
    };
    own.sort_by_key(|finding| Reverse(level(finding.rule.level)));
    Some(Incident {
        id: finding_id("incident", &format!("{tenant}\n{account}"), &first.to_string()),
        tenant: tenant.to_owned(),
        account: account.to_owned(),
        first_time: rfc3339(first),
        last_time: rfc3339(last),
        level: highest.max(by_score).name(),
        score,
        parts,
        findings: own.iter().map(|finding| finding.id.clone()).collect(),
        events: met.len() as u64,
        span: (first, last),
    })
}

/// The first tactic among the tags.
fn tactic_of(finding: &Finding) -> &'static str {
    tactic(&finding.rule.tags).map_or("", |at| TACTICS[at])
}

/// What each kind of evidence adds: the weightiest log of a tactic in full, any other half.
fn parts(kinds: BTreeMap<(&'static str, Family), (Level, &Finding)>) -> Vec<Part> {
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    kinds.sort_by(|a, b| Reverse(a.1.0).cmp(&Reverse(b.1.0)).then_with(|| a.0.cmp(&b.0)));
    let mut told = BTreeSet::new();
    let mut parts: Vec<Part> = Vec::new();
    for ((tactic, family), (severity, finding)) in kinds {
        let whole = weight(severity);
        let adds = if told.insert(tactic) { whole } else { whole / 2 };
        let (log, level) = (family.name(), severity.name());
        parts.push(Part { tactic, log, adds, level, rule: finding.rule.title.clone() });
    }
    parts.sort_by_key(|part| Reverse(part.adds));
    parts
}
