//! What the report rests on: files, rows, what could not be used, limits, hashes.

use crate::case::addresses::Address;
use crate::coverage::Counts;
use crate::event::Basis;
use crate::output::escape::excerpt;
use crate::output::view::View;
use crate::rule::Level;
use crate::store::hex;
use sha2::{Digest, Sha256};

/// Lines of each list.
const LINES: usize = 100;
const FEW: usize = 20;

/// The part of the report about evidence and method.
#[derive(Debug)]
pub(in crate::output) struct Evidence {
    pub files: Vec<FileLine>,
    pub more_files: usize,
    pub file_count: u64,
    pub totals: Counts,
    pub rejected: Vec<Refused>,
    pub more_rejected: usize,
    pub refused_rules: Vec<Refused>,
    pub more_refused_rules: usize,
    pub rules: u64,
    pub rules_digest: String,
    pub databases: Vec<String>,
    pub options: Vec<(String, String)>,
    pub lacks: Vec<Lack>,
    pub more_lacks: usize,
    pub limits: Vec<String>,
}

/// A sign that something is missing.
#[derive(Debug)]
pub(in crate::output) struct Lack {
    pub sign: String,
    pub file: String,
    pub found: String,
    pub meaning: String,
}

/// One file of evidence.
#[derive(Debug)]
pub(in crate::output) struct FileLine {
    pub path: String,
    pub format: String,
    pub counts: Counts,
    pub span: String,
    pub sha256: String,
    pub bytes: u64,
    pub notes: Vec<String>,
}

/// Something that could not be used.
#[derive(Debug)]
pub(in crate::output) struct Refused {
    pub place: String,
    pub reason: String,
}

impl Evidence {
    pub(super) fn new(view: &View<'_>) -> Self {
        let (coverage, rejected) = (&view.case.coverage, &view.case.rejected);
        let refused_rules = &coverage.rules.rejected;
        Self {
            files: coverage.files.iter().take(LINES).map(FileLine::new).collect(),
            more_files: coverage.files.len().saturating_sub(LINES),
            file_count: coverage.totals.files,
            totals: coverage.totals.counts.clone(),
            rejected: rejected
                .iter()
                .take(FEW)
                .map(|rejection| Refused {
                    place: if rejection.row == 0 {
                        excerpt(&rejection.file, 120)
                    } else {
                        format!("{}, row {}", excerpt(&rejection.file, 120), rejection.row)
                    },
                    reason: excerpt(&rejection.reason, 300),
                })
                .collect(),
            more_rejected: rejected.len().saturating_sub(FEW),
            refused_rules: refused_rules
                .iter()
                .take(FEW)
                .map(|rule| Refused {
                    place: format!("{}:{}", excerpt(&rule.file, 120), rule.line),
                    reason: excerpt(&rule.reason, 300),
                })
                .collect(),
            more_refused_rules: refused_rules.len().saturating_sub(FEW),
            rules: coverage.rules.loaded,
            rules_digest: rules_digest(view),
            databases: view.case.databases.iter().map(|name| excerpt(name, 200)).collect(),
            options: view.case.options.iter().map(|(name, value)| (excerpt(name, 60), excerpt(value, 300))).collect(),
            lacks: coverage.completeness.iter().take(LINES).map(Lack::new).collect(),
            more_lacks: coverage.completeness.len().saturating_sub(LINES),
            limits: limits(view),
        }
    }
}

impl Lack {
    fn new(lack: &crate::coverage::Shortfall) -> Self {
        Self {
            sign: lack.sign.clone(),
            file: lack.file.as_deref().map_or_else(|| "all evidence".to_owned(), |file| excerpt(file, 160)),
            found: excerpt(&lack.found, 400),
            meaning: lack.meaning.clone(),
        }
    }
}

impl FileLine {
    fn new(file: &crate::coverage::FileCoverage) -> Self {
        Self {
            path: excerpt(&file.path, 160),
            format: excerpt(&file.format, 60),
            counts: file.counts.clone(),
            span: match (&file.first_time, &file.last_time) {
                (Some(first), Some(last)) => format!("{} to {}", minute(first), minute(last)),
                _ => String::new(),
            },
            sha256: file.sha256.clone(),
            bytes: file.bytes,
            notes: file.notes.iter().map(|note| excerpt(note, 300)).collect(),
        }
    }
}

/// `2026-01-14 09:12` of an RFC 3339 time.
fn minute(time: &str) -> String {
    excerpt(time.get(..16).unwrap_or(time), 30).replace('T', " ")
}

/// One digest over all rules, so that two reports can be compared at a glance.
fn rules_digest(view: &View<'_>) -> String {
    let mut rules: Vec<(&str, &str)> =
        view.case.rules.iter().map(|rule| (rule.id.as_str(), rule.sha256.as_str())).collect();
    rules.sort_unstable();
    let mut hash = Sha256::new();
    for (id, sha256) in rules {
        hash.update(format!("{id} {sha256}\n"));
    }
    hex(&hash.finalize())
}

/// What no evidence of this kind can show.
static ALWAYS: [&str; 4] = [
    "A record that is missing proves nothing: logs are kept for a limited time, arrive late, and leave out what the \
     licence or the settings do not record.",
    "A finding says that a record meets a rule. Whether the act was wrongful is for people who know the account to say.",
    "A country is where a database places the address. Mobile networks, VPNs and cloud services shift it.",
    "The same sign-in can stand in the audit log and in the sign-in log; each record is counted.",
];

/// What this evidence in particular cannot show, then [`ALWAYS`].
fn limits(view: &View<'_>) -> Vec<String> {
    let entries = &view.case.events.entries;
    let counts = &view.case.coverage.totals.counts;
    let given = entries.iter().filter(|entry| entry.time.basis == Basis::Given).count() as u64;
    let lost = |address: &&Address| address.place.kind == "public" && address.place.country.is_empty();
    let unplaced = view.addresses.iter().filter(lost).count() as u64;
    let mut limits = Vec::new();
    let mut tell = |count: u64, one: &str, more: &str| match count {
        0 => {}
        1 => limits.push(one.to_owned()),
        _ => limits.push(format!("{count} {more}")),
    };
    tell(
        counts.rejected,
        "1 record could not be read and was not analysed.",
        "records could not be read and were not analysed.",
    );
    tell(
        counts.degraded,
        "1 record is incomplete and used as far as it goes.",
        "records are incomplete and used as far as they go.",
    );
    tell(
        counts.conflict,
        "1 record shares its Id with a record of other content; both are kept and marked.",
        "records share an Id with a record of other content; all are kept and marked.",
    );
    tell(
        counts.outside,
        "1 record lies outside the time, users or tenants that were asked for and is left out.",
        "records lie outside the time, users or tenants that were asked for and are left out.",
    );
    tell(
        given,
        "Day and month of 1 record's time are ordered as --date-order says; its export shows no order.",
        "records have a time whose day and month are ordered as --date-order says; their exports show no order.",
    );
    tell(
        unplaced,
        "The country of 1 address is unknown to the geolocation databases.",
        "addresses have a country that is unknown to the geolocation databases.",
    );
    limits.extend(ALWAYS.map(str::to_owned));
    limits
}

impl Evidence {
    /// Every level, most severe first, with what it asks of the reader.
    #[allow(clippy::unused_self)] // called from the template
    pub(in crate::output) fn levels(&self) -> [(&'static str, &'static str); 5] {
        [
            (Level::Critical.name(), "act now"),
            (Level::High.name(), "act on it"),
            (Level::Medium.name(), "look at it"),
            (Level::Low.name(), "look at it beside others"),
            (Level::Informational.name(), "for the record"),
        ]
    }
}
