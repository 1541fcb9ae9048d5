//! The ledger to what a person must hear of it: evidence and rules that could not be used, one line each.

use super::Exit;
use super::terminal::{tell, tell_some};
use speur::coverage::{Coverage, FileCoverage, Rejection};
use std::collections::BTreeSet;

/// What could not be used.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Unused {
    /// Evidence, one line each.
    evidence: Vec<String>,
    /// How many lines there would be if all were known.
    total: u64,
    /// Files within a folder that are no export at all: notes, scripts, other people's reports.
    strangers: Vec<String>,
    /// Rules, one line each.
    rules: Vec<String>,
}

/// Formats of the ledger that mean a file was not read.
const UNREAD: &[&str] = &["empty", "unreadable", "binary", "unrecognised", "not a log"];

impl Unused {
    /// Reads the ledger; `rejected` may hold all, some or none of the rejections.
    pub(super) fn of(coverage: &Coverage, rejected: &[Rejection]) -> Self {
        let (strangers, known): (Vec<&FileCoverage>, Vec<&FileCoverage>) =
            coverage.files.iter().partition(|file| is_stranger(file));
        let strange: BTreeSet<&str> = strangers.iter().map(|file| file.path.as_str()).collect();
        let rejected: Vec<&Rejection> = rejected.iter().filter(|r| !strange.contains(r.file.as_str())).collect();
        let told: BTreeSet<&str> = rejected.iter().map(|rejection| rejection.file.as_str()).collect();
        let mut evidence: Vec<String> = rejected.iter().map(|rejection| rejection_line(rejection)).collect();
        evidence.extend(known.iter().filter(|file| !told.contains(file.path.as_str())).filter_map(|f| file_line(f)));
        let rows: u64 = known.iter().map(|file| file.counts.rejected).sum();
        let unread = known.iter().filter(|file| file.counts.rejected == 0 && is_unread(file)).count() as u64;
        let rules = &coverage.rules.rejected;
        Self {
            total: (evidence.len() as u64).max(rows + unread),
            evidence,
            strangers: strangers.iter().map(|f| format!("{}: not an export that is known; left out", f.path)).collect(),
            rules: rules.iter().map(|rule| format!("{}:{}: {}", rule.file, rule.line, rule.reason)).collect(),
        }
    }

    /// Tells everything on standard error; `all` says where the whole list stands.
    pub(super) fn tell(&self, all: &str) -> Exit {
        for line in &self.strangers[..self.strangers.len().min(20)] {
            tell(&format!("note: {line}"));
        }
        if let Some(more) = self.strangers.len().checked_sub(21) {
            tell(&format!("note: ... and {} more such files", more + 1));
        }
        if self.total > 0 {
            tell(&format!("{} pieces of evidence could not be used:", self.total).replace("1 pieces", "1 piece"));
            tell_some(&self.evidence, self.total, all);
        }
        if !self.rules.is_empty() {
            let count = self.rules.len() as u64;
            tell(&format!("rules that could not be used: {count}"));
            tell_some(&self.rules, count, all);
        }
        if self.total > 0 || !self.rules.is_empty() { Exit::Incomplete } else { Exit::Done }
    }
}

/// Neither records nor a date in it: no log that could have been lost. A file that was named on the
/// command line was meant as evidence, so it is never a stranger.
fn is_stranger(file: &FileCoverage) -> bool {
    let no_log = matches!(file.format.as_str(), "unrecognised" | "not a log");
    no_log && file.counts.rows == 0 && file.path.contains('/')
}

fn is_unread(file: &FileCoverage) -> bool {
    UNREAD.contains(&file.format.as_str())
}

fn rejection_line(rejection: &Rejection) -> String {
    let Rejection { file, row, reason, .. } = rejection;
    if *row == 0 { format!("{file}: {reason}") } else { format!("{file}, row {row}: {reason}") }
}

fn file_line(file: &FileCoverage) -> Option<String> {
    let (path, counts) = (&file.path, &file.counts);
    if counts.rejected > 0 {
        return Some(format!("{path}: {} of {} rows rejected", counts.rejected, counts.rows));
    }
    is_unread(file).then(|| format!("{path}: {} file; {}", file.format, file.notes.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use speur::coverage::{Counts, RuleCoverage, RuleRejection};

    fn file(path: &str, format: &str, rejected: u64) -> FileCoverage {
        let counts = Counts { rows: 10, used: 10 - rejected, rejected, ..Counts::default() };
        FileCoverage { path: path.into(), format: format.into(), counts, ..FileCoverage::default() }
    }

    fn rejection(file: &str, row: u64) -> Rejection {
        let reason = "cut".to_owned();
        Rejection { file: file.into(), row, offset: 0, length: 0, reason, excerpt: String::new() }
    }

    #[test]
    fn every_rejection_is_one_line_and_the_rest_is_counted() {
        let coverage = Coverage { files: vec![file("a/x.csv", "search-ual-csv", 5)], ..Coverage::default() };
        let unused = Unused::of(&coverage, &[rejection("a/x.csv", 3), rejection("a/x.csv", 4)]);
        assert_eq!(unused.evidence, ["a/x.csv, row 3: cut", "a/x.csv, row 4: cut"]);
        assert_eq!(unused.total, 5);
        let unknown = Unused::of(&coverage, &[]);
        assert_eq!((unknown.evidence, unknown.total), (vec!["a/x.csv: 5 of 10 rows rejected".to_owned()], 5));
    }

    #[test]
    fn a_file_without_records_is_a_note_within_a_folder_and_evidence_when_it_was_named() {
        let named = |path: &str, format: &str| FileCoverage {
            path: path.into(),
            format: format.into(),
            ..FileCoverage::default()
        };
        let files = vec![named("a/list.json", "not a log"), named("note.txt", "unrecognised")];
        let coverage = Coverage { files, ..Coverage::default() };
        let unused = Unused::of(&coverage, &[rejection("a/list.json", 0), rejection("note.txt", 0)]);
        assert_eq!(unused.evidence, ["note.txt: cut"]);
        assert_eq!(unused.strangers, ["a/list.json: not an export that is known; left out"]);
    }

    #[test]
    fn a_log_of_an_unknown_kind_is_evidence_that_could_not_be_used() {
        let coverage = Coverage { files: vec![file("a/other.csv", "unrecognised", 10)], ..Coverage::default() };
        let unused = Unused::of(&coverage, &[]);
        assert_eq!((unused.evidence.len(), unused.total, unused.strangers.len()), (1, 10, 0));
    }

    #[test]
    fn a_rule_that_is_refused_is_told_with_file_and_line() {
        let rejected = vec![RuleRejection { file: "r.yml".into(), line: 7, reason: "bad".into() }];
        let rules = RuleCoverage { loaded: 0, rejected };
        let unused = Unused::of(&Coverage { rules, ..Coverage::default() }, &[]);
        assert_eq!((unused.rules.as_slice(), unused.total), (["r.yml:7: bad".to_owned()].as_slice(), 0));
        assert_eq!(unused.tell(""), Exit::Incomplete);
        assert_eq!(Unused::default().tell(""), Exit::Done);
    }
}
