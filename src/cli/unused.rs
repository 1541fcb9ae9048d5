//! The ledger to what a person must hear of it: evidence and rules that could not be used, one line each.

use super::Exit;
use super::terminal::{tell, tell_some};
use speur::coverage::{Coverage, FileCoverage, Rejection};
use std::collections::{BTreeMap, BTreeSet};

/// A line, and how many records or files it speaks of.
type Line = (String, u64);

/// What could not be used.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Unused {
    /// Evidence, one line each; a file of which nothing could be used is one line.
    evidence: Vec<Line>,
    /// Files within a folder that are no export at all: notes, scripts, other people's reports.
    strangers: Vec<String>,
    /// Rules, one line each.
    rules: Vec<Line>,
}

/// Formats of the ledger that mean a file was not read.
const UNREAD: &[&str] = &["empty", "unreadable", "binary", "unrecognised", "not a log"];

impl Unused {
    /// Reads the ledger; `rejected` may hold all, some or none of the rejections.
    pub(super) fn of(coverage: &Coverage, rejected: &[Rejection]) -> Self {
        let (strangers, known): (Vec<&FileCoverage>, Vec<&FileCoverage>) =
            coverage.files.iter().partition(|file| file.is_stranger());
        let strange: BTreeSet<&str> = strangers.iter().map(|file| file.path.as_str()).collect();
        let lost: BTreeMap<&str, &FileCoverage> =
            known.iter().filter(|file| is_lost(file)).map(|file| (file.path.as_str(), *file)).collect();
        let mut told: BTreeMap<&str, u64> = BTreeMap::new();
        let mut evidence: Vec<Line> = Vec::new();
        for rejection in rejected.iter().filter(|rejection| !strange.contains(rejection.file.as_str())) {
            let so_far = told.entry(rejection.file.as_str()).or_default();
            match lost.get(rejection.file.as_str()) {
                Some(_) if *so_far > 0 => {}
                Some(file) => {
                    let rows = file.counts.rejected;
                    evidence
                        .push((format!("{} (none of its {rows} rows could be used)", rejection_line(rejection)), rows));
                    *so_far += rows;
                }
                None => {
                    evidence.push((rejection_line(rejection), 1));
                    *so_far += 1;
                }
            }
        }
        // What the list of rejections does not name, the counts do.
        for file in known {
            let told = told.get(file.path.as_str()).copied().unwrap_or(0);
            evidence.extend(file_line(file, told));
        }
        let rules = &coverage.rules.rejected;
        Self {
            evidence,
            strangers: strangers.iter().map(|f| format!("{}: not an export that is known; left out", f.path)).collect(),
            rules: rules.iter().map(|rule| (format!("{}:{}: {}", rule.file, rule.line, rule.reason), 1)).collect(),
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
        if !self.evidence.is_empty() {
            tell(&format!("records and files that could not be used: {}", total(&self.evidence)));
            tell_some(&self.evidence, all);
        }
        if !self.rules.is_empty() {
            tell(&format!("rules that could not be used: {}", total(&self.rules)));
            tell_some(&self.rules, all);
        }
        if !self.evidence.is_empty() || !self.rules.is_empty() { Exit::Incomplete } else { Exit::Done }
    }
}

fn is_unread(file: &FileCoverage) -> bool {
    UNREAD.contains(&file.format.as_str())
}

fn rejection_line(rejection: &Rejection) -> String {
    let Rejection { file, row, reason, .. } = rejection;
    if *row == 0 { format!("{file}: {reason}") } else { format!("{file}, row {row}: {reason}") }
}

/// The rejections of a file that no line has `told` yet.
fn file_line(file: &FileCoverage, told: u64) -> Option<Line> {
    let (path, counts) = (&file.path, &file.counts);
    if counts.rejected > told {
        let more = if told > 0 { " more" } else { "" };
        let count = counts.rejected - told;
        return Some((format!("{path}: {count}{more} of {} rows rejected", counts.rows), count));
    }
    let line = || (format!("{path}: {} file; {}", file.format, file.notes.join("; ")), 1);
    (told == 0 && is_unread(file)).then(line)
}

/// Whether a file has several rows and none of them could be used.
fn is_lost(file: &FileCoverage) -> bool {
    file.counts.rejected > 1 && file.counts.rejected == file.counts.rows
}

fn total(lines: &[Line]) -> u64 {
    lines.iter().map(|(_, count)| count).sum()
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
        let lines =
            [("a/x.csv, row 3: cut", 1), ("a/x.csv, row 4: cut", 1), ("a/x.csv: 3 more of 10 rows rejected", 3)];
        assert_eq!(unused.evidence, lines.map(|(line, count)| (line.to_owned(), count)));
        let unknown = Unused::of(&coverage, &[]);
        assert_eq!(unknown.evidence, [("a/x.csv: 5 of 10 rows rejected".to_owned(), 5)]);
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
        assert_eq!(unused.evidence, [("note.txt: cut".to_owned(), 1)]);
        assert_eq!(unused.strangers, ["a/list.json: not an export that is known; left out"]);
    }

    #[test]
    fn a_log_of_an_unknown_kind_is_evidence_that_could_not_be_used() {
        let coverage = Coverage { files: vec![file("a/other.csv", "unrecognised", 10)], ..Coverage::default() };
        let unused = Unused::of(&coverage, &[rejection("a/other.csv", 1), rejection("a/other.csv", 2)]);
        assert_eq!(unused.evidence, [("a/other.csv, row 1: cut (none of its 10 rows could be used)".to_owned(), 10)]);
        assert!(unused.strangers.is_empty());
    }

    #[test]
    fn a_rule_that_is_refused_is_told_with_file_and_line() {
        let rejected = vec![RuleRejection { file: "r.yml".into(), line: 7, reason: "bad".into() }];
        let rules = RuleCoverage { rejected, ..RuleCoverage::default() };
        let unused = Unused::of(&Coverage { rules, ..Coverage::default() }, &[]);
        assert_eq!(unused.rules, [("r.yml:7: bad".to_owned(), 1)]);
        assert!(unused.evidence.is_empty());
        assert_eq!(unused.tell(""), Exit::Incomplete);
        assert_eq!(Unused::default().tell(""), Exit::Done);
    }
}
