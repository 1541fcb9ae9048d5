//! What the report rests on: files, rows, what could not be used, limits, method, hashes.

use super::line::{more, span_of};
use crate::case::addresses::Address;
use crate::coverage::{Counts, FileCoverage, Shortfall};
use crate::event::Basis;
use crate::language::{Language, Voice};
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
    pub method: String,
    /// Every level, most severe first, with what it asks of the reader.
    pub levels: Vec<[&'static str; 2]>,
    pub sum: String,
    pub files: Vec<FileLine>,
    pub more_files: String,
    pub rejected: Vec<Refused>,
    pub more_rejected: String,
    pub refused_rules: Vec<Refused>,
    pub more_refused_rules: String,
    pub all_rules: String,
    pub rules_digest: String,
    pub databases: Vec<String>,
    pub options: Vec<(String, String)>,
    pub lacks: Vec<Lack>,
    pub more_lacks: String,
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
    /// First time, RFC 3339, for sorting.
    pub at: String,
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
        let (coverage, rejected, t) = (&view.case.coverage, &view.case.rejected, view.case.facts.voice);
        let refused_rules = &coverage.rules.rejected;
        let rules = coverage.rules.loaded;
        Self {
            method: t.fill("report.method_text", &[("rules", &rules)]),
            levels: levels(t),
            sum: sum(t, &coverage.totals.counts),
            files: coverage.files.iter().take(LINES).map(|file| FileLine::new(t, file)).collect(),
            more_files: more(t, "report.more_files", coverage.files.len(), LINES, "coverage.json"),
            rejected: rejected
                .iter()
                .take(FEW)
                .map(|one| Refused { place: place(t, &one.file, one.row), reason: excerpt(&one.reason, 300) })
                .collect(),
            more_rejected: more(t, "report.more_points", rejected.len(), FEW, "rejected.jsonl"),
            refused_rules: refused_rules
                .iter()
                .take(FEW)
                .map(|rule| Refused {
                    place: format!("{}:{}", excerpt(&rule.file, 120), rule.line),
                    reason: excerpt(&rule.reason, 300),
                })
                .collect(),
            more_refused_rules: more(t, "report.more_points", refused_rules.len(), FEW, "coverage.json"),
            all_rules: t.fill("report.all_rules", &[("rules", &rules)]),
            rules_digest: rules_digest(view),
            databases: view.case.databases.iter().map(|name| excerpt(name, 200)).collect(),
            options: view.case.options.iter().map(|(name, value)| (excerpt(name, 60), excerpt(value, 300))).collect(),
            lacks: coverage.completeness.iter().take(LINES).map(|lack| Lack::new(t, lack)).collect(),
            more_lacks: more(t, "report.more_points", coverage.completeness.len(), LINES, "coverage.json"),
            limits: limits(view),
        }
    }
}

/// The file and, where one row is meant, the row.
fn place(t: Voice, file: &str, row: u64) -> String {
    let file = excerpt(file, 120);
    if row == 0 { file } else { t.fill("report.file_row", &[("file", &file), ("row", &row)]) }
}

impl Lack {
    fn new(t: Voice, lack: &Shortfall) -> Self {
        let all = || t.text("report.all_evidence").to_owned();
        Self {
            sign: lack.sign.clone(),
            file: lack.file.as_deref().map_or_else(all, |file| excerpt(file, 160)),
            found: excerpt(&lack.found, 400),
            meaning: lack.meaning.clone(),
        }
    }
}

impl FileLine {
    fn new(t: Voice, file: &FileCoverage) -> Self {
        Self {
            path: excerpt(&file.path, 160),
            format: excerpt(&file.format, 60),
            counts: file.counts.clone(),
            at: file.first_time.clone().unwrap_or_default(),
            span: match (&file.first_time, &file.last_time) {
                (Some(first), Some(last)) => span_of(t, first, last),
                _ => String::new(),
            },
            sha256: file.sha256.clone(),
            bytes: file.bytes,
            notes: file.notes.iter().map(|note| excerpt(note, 300)).collect(),
        }
    }
}

/// The ledger in a sentence.
fn sum(t: Voice, counts: &Counts) -> String {
    t.fill(
        "report.sum",
        &[
            ("rows", &counts.rows),
            ("used", &counts.used),
            ("rejected", &counts.rejected),
            ("duplicate", &counts.duplicate),
            ("degraded", &counts.degraded),
            ("conflict", &counts.conflict),
            ("outside", &counts.outside),
        ],
    )
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

/// What this evidence in particular cannot show, then what none of this kind can.
fn limits(view: &View<'_>) -> Vec<String> {
    let (entries, t) = (&view.case.events.entries, view.case.facts.voice);
    let counts = &view.case.coverage.totals.counts;
    let given = entries.iter().filter(|entry| entry.basis == Basis::Given).count() as u64;
    let lost = |address: &&Address| address.place.kind == "public" && address.place.country.is_empty();
    let unplaced = view.addresses.iter().filter(lost).count() as u64;
    let counted = [
        ("report.limit.rejected", counts.rejected),
        ("report.limit.degraded", counts.degraded),
        ("report.limit.conflict", counts.conflict),
        ("report.limit.outside", counts.outside),
        ("report.limit.given", given),
        ("report.limit.unplaced", unplaced),
    ];
    let counted = counted.into_iter().filter(|(_, count)| *count > 0);
    let always = ["report.limit.missing", "report.limit.wrongful", "report.limit.country", "report.limit.twice"];
    // Where the page is English it needs no saying.
    let foreign = (t.language != Language::English).then_some("report.limit.rules");
    let told = always.into_iter().chain(foreign).map(|key| t.text(key).to_owned());
    counted.map(|(key, count)| t.count(key, count, &[])).chain(told).collect()
}

fn levels(t: Voice) -> Vec<[&'static str; 2]> {
    let levels = [
        (Level::Critical, "report.asks.critical"),
        (Level::High, "report.asks.high"),
        (Level::Medium, "report.asks.medium"),
        (Level::Low, "report.asks.low"),
        (Level::Informational, "report.asks.informational"),
    ];
    levels.map(|(level, key)| [level.name(), t.text(key)]).into()
}
