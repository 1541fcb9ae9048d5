//! The ledger: every file, row and rule ends as used, rejected (where, why) or duplicate.

use crate::error::Error;
use serde::{Deserialize, Serialize};

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
        Ok(Self { totals, files, rules })
    }
}
