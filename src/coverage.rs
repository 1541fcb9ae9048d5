//! The ledger: every file, row and rule ends as used, rejected (where, why) or duplicate.

use crate::error::Error;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What became of the rows of one file, or of all files together.
///
/// `rows = used + rejected + duplicate`; `degraded`, `conflict` and `outside` count within `used`.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Records met, readable or not.
    pub rows: u64,
    /// Records that became events.
    pub used: u64,
    /// Events kept although part of the record is missing or unreadable.
    pub degraded: u64,
    /// Records refused, each with place and reason.
    pub rejected: u64,
    /// Records that repeat another one, byte for byte or in content.
    pub duplicate: u64,
    /// Events that share an Id with another event of different content; all are kept.
    pub conflict: u64,
    /// Events outside the time, user or tenant that the investigator asked for.
    pub outside: u64,
}

impl Counts {
    /// Adds the counts of another file.
    pub fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        self.used += other.used;
        self.degraded += other.degraded;
        self.rejected += other.rejected;
        self.duplicate += other.duplicate;
        self.conflict += other.conflict;
        self.outside += other.outside;
    }

    /// Proves that no row is unaccounted for.
    ///
    /// # Errors
    /// [`Error::Ledger`] names `place` when `rows` differs from the sum of the outcomes.
    pub fn balance(&self, place: &str) -> Result<(), Error> {
        if self.rows == self.used + self.rejected + self.duplicate {
            return Ok(());
        }
        Err(Error::Ledger {
            place: place.to_owned(),
            rows: self.rows,
            used: self.used,
            rejected: self.rejected,
            duplicate: self.duplicate,
        })
    }
}

/// What became of one file (or one member of a container).
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub struct FileCoverage {
    /// Path as walked; a member of a container is `container!/member`.
    pub path: String,
    /// SHA-256 of the file's bytes on disk (of a zip member: of its expanded bytes).
    pub sha256: String,
    /// Size of those bytes.
    pub bytes: u64,
    /// Name of the source that read it, or why no source did (`unrecognised`, `empty`, `unreadable`).
    pub format: String,
    /// Text encoding that was chosen, such as `utf-8`, `utf-8-bom`, `utf-16le`, `cp1252`.
    pub encoding: String,
    /// Field separator of a CSV file.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub delimiter: Option<String>,
    /// Language of its column names, ISO 639-1, where that is not English.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub language: Option<String>,
    /// What became of its rows.
    #[serde(flatten)]
    pub counts: Counts,
    /// Earliest time of a readable record, repeats included, RFC 3339.
    pub first_time: Option<String>,
    /// Latest time of a readable record, repeats included, RFC 3339.
    pub last_time: Option<String>,
    /// What else an investigator must know of this file (a cut end, a limit that was hit).
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notes: Vec<String>,
    /// What its rows show of records that may be missing; [`Coverage::completeness`] says it in words.
    #[serde(skip)]
    pub signs: Signs,
}

/// What the rows of a file show of records, or of parts of records, that may be missing.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Signs {
    /// Cells as long as a spreadsheet's longest: 32,767 characters.
    pub spreadsheet_cells: u64,
    /// Values as long as the longest that a search index keeps as a keyword: 32,766 bytes.
    pub index_values: u64,
    /// Cells with the name of a type in place of what they held.
    pub type_names: u64,
    /// Rows with `ResultIndex` -1 and `ResultCount` 0.
    pub broken_results: u64,
    /// Rows that fill the last column an export has for targets, properties or details.
    pub full_rows: u64,
    /// Rows about a mailbox that is not audited, or bypasses auditing.
    pub unaudited: u64,
    /// Mailboxes whose access records were throttled: first and last such record, microseconds since 1970.
    pub throttled: BTreeMap<String, (i64, i64)>,
    /// Columns that the tool knows but the file lacks, because it prints those of its first row.
    pub dropped_columns: Vec<&'static str>,
    /// Columns of a localised file whose English names are not known.
    pub unmapped_columns: Vec<String>,
    /// Lines of a collection log that say what was not collected.
    pub skipped: Vec<String>,
    /// The file ends inside its list of records.
    pub unclosed: bool,
}

impl Signs {
    /// Adds what more rows of the same file show.
    pub fn add(&mut self, more: Self) {
        self.spreadsheet_cells += more.spreadsheet_cells;
        self.index_values += more.index_values;
        self.type_names += more.type_names;
        self.broken_results += more.broken_results;
        self.full_rows += more.full_rows;
        self.unaudited += more.unaudited;
        for (mailbox, (first, last)) in more.throttled {
            let span = self.throttled.entry(mailbox).or_insert((first, last));
            *span = (span.0.min(first), span.1.max(last));
        }
        self.dropped_columns.extend(more.dropped_columns);
        self.unmapped_columns.extend(more.unmapped_columns);
        self.skipped.extend(more.skipped);
        self.unclosed |= more.unclosed;
    }
}

/// One thing that the evidence may lack, and what shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shortfall {
    /// Short name of the sign, such as `row-cap-50000`; stable.
    pub sign: String,
    /// The file that shows it; absent where it is about all evidence together.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub file: Option<String>,
    /// What was found.
    pub found: String,
    /// What that means for the investigation.
    pub meaning: String,
}

impl FileCoverage {
    /// Neither records nor a date in it: no log that could have been lost. A file that was named on the
    /// command line was meant as evidence, so it is never a stranger.
    pub fn is_stranger(&self) -> bool {
        let no_log = matches!(self.format.as_str(), "unrecognised" | "not a log");
        no_log && self.counts.rows == 0 && self.path.contains('/')
    }
}

/// One record, or one whole file, that could not be used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Rejection {
    /// Path as in [`FileCoverage::path`].
    pub file: String,
    /// Row or element number from 1; 0 when the whole file is meant.
    pub row: u64,
    /// Where the record starts in the decoded text, in bytes.
    pub offset: u64,
    /// Length of the record in the decoded text, in bytes.
    pub length: u64,
    /// What was found and what was expected.
    pub reason: String,
    /// The first bytes of the record, as text.
    pub excerpt: String,
}

/// A rule that could not be loaded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RuleRejection {
    /// The rule file.
    pub file: String,
    /// Line from 1; 0 when the whole file is meant.
    pub line: u64,
    /// What was found, what was expected, what to do.
    pub reason: String,
}

/// What became of the rules.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub struct RuleCoverage {
    /// Rules that were evaluated.
    pub loaded: u64,
    /// Rules that could not be loaded, sorted by file and line.
    pub rejected: Vec<RuleRejection>,
    /// What filters of the user kept from being findings, sorted by filter and rule.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub suppressed: Vec<Suppressed>,
}

/// Hits of one rule that one filter suppressed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppressed {
    /// Title of the filter.
    pub filter: String,
    /// Id of the rule.
    pub rule: String,
    /// Title of the rule.
    pub title: String,
    /// Number of events; `suppressed.csv` lists them.
    pub count: u64,
}

/// Totals over all files.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub struct Totals {
    /// Files and container members that were opened.
    pub files: u64,
    /// Sum of the files' counts.
    #[serde(flatten)]
    pub counts: Counts,
}

/// The whole ledger, as `coverage.json` holds it.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub struct Coverage {
    /// Totals over all files.
    pub totals: Totals,
    /// One entry a file, sorted by path.
    pub files: Vec<FileCoverage>,
    /// What became of the rules.
    pub rules: RuleCoverage,
    /// What the evidence may lack, as far as it shows.
    #[serde(default)]
    pub completeness: Vec<Shortfall>,
}

impl Coverage {
    /// Sums the files and proves that every ledger balances.
    ///
    /// # Errors
    /// [`Error::Ledger`] when a file's rows do not add up.
    pub fn close(mut files: Vec<FileCoverage>, rules: RuleCoverage) -> Result<Self, Error> {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let mut totals = Totals { files: files.len() as u64, counts: Counts::default() };
        for file in &files {
            file.counts.balance(&file.path)?;
            totals.counts.add(&file.counts);
        }
        totals.counts.balance("all files")?;
        Ok(Self { totals, files, rules, completeness: Vec::new() })
    }
}
