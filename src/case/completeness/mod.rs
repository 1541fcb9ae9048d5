//! What the evidence may lack: signs in files, counts and times to statements, one line of [`CHECKS`] each.
//!
//! A check only says what it saw and what that can mean. None of them changes an event or a finding.

mod content;
mod logs;
mod profile;
mod volume;
mod window;

use super::Finding;
use crate::coverage::{Coverage, FileCoverage, Shortfall};
use crate::language::Voice;
use crate::rule::Level;
use crate::store::Events;
use profile::Profile;

/// What the checks look at.
struct Facts<'a> {
    coverage: &'a Coverage,
    events: &'a Events,
    profile: Profile,
    /// First and last time of what findings of level medium or above rest on, microseconds since 1970.
    suspicious: Option<(i64, i64)>,
    voice: Voice,
}

/// What a check met: in which file, if in one, and what it found.
struct Met {
    file: Option<String>,
    found: String,
}

impl Met {
    fn of(file: &FileCoverage, found: String) -> Self {
        Self { file: Some(file.path.clone()), found }
    }

    fn all(found: String) -> Self {
        Self { file: None, found }
    }
}

/// One sign of something missing. A new one is a function, a line in [`CHECKS`] and a text.
struct Check {
    /// Stable short name; under it the catalogue says what it means.
    sign: &'static str,
    find: fn(&Facts<'_>) -> Vec<Met>,
}

const fn check(sign: &'static str, find: fn(&Facts<'_>) -> Vec<Met>) -> Check {
    Check { sign, find }
}

/// Every check, in the order of the report: missing logs, windows, volumes, content.
static CHECKS: &[Check] = &[
    check("no-audit-log", logs::no_audit),
    check("no-sign-ins", logs::no_sign_ins),
    check("no-directory-audit", logs::no_directory),
    check("no-message-trace", logs::no_trace),
    check("no-state", logs::no_state),
    check("only-interactive-sign-ins", logs::only_interactive),
    check("graph-v1-sign-ins", logs::graph_v1),
    check("single-operation", logs::single_operation),
    check("single-workload", logs::single_workload),
    check("collection-gap", window::collection_gap),
    check("windows-not-adjoining", window::not_adjoining),
    check("list-not-closed", window::unclosed),
    check("evidence-starts-late", window::starts_late),
    check("evidence-ends-early", window::ends_early),
    check("within-latency", window::within_latency),
    check("retention-horizon", window::retention),
    check("gap-in-rhythm", window::gaps_in_rhythm),
    check("row-cap-100", volume::cap::<100>),
    check("row-cap-1000", volume::cap::<1_000>),
    check("row-cap-5000", volume::cap::<5_000>),
    check("row-cap-50000", volume::cap::<50_000>),
    check("row-cap-100000", volume::cap::<100_000>),
    check("row-cap-250000", volume::cap::<250_000>),
    check("spreadsheet-rows", volume::spreadsheet_rows),
    check("spreadsheet-cells", volume::spreadsheet_cells),
    check("index-values", volume::index_values),
    check("duplicates", volume::duplicates),
    check("throttled-mail-access", content::throttled),
    check("mailbox-not-audited", content::unaudited),
    check("broken-result-set", content::broken_results),
    check("audit-data-empty", content::audit_data),
    check("nested-values-lost", content::type_names),
    check("flattened-audit-data", content::flattened),
    check("portal-columns-full", content::full_rows),
    check("columns-dropped", content::dropped_columns),
    check("columns-unmapped", content::unmapped),
    check("characters-lost", content::question_marks),
    check("minute-precision", content::minutes),
    check("date-order-not-shown", content::unshown),
    check("no-token-ids", content::no_tokens),
];

/// Says what the evidence may lack, in the order of [`CHECKS`], then by file.
pub fn judge(coverage: &Coverage, events: &Events, findings: &[Finding], voice: Voice) -> Vec<Shortfall> {
    let serious = findings.iter().filter(|finding| super::severity::level(finding.rule.level) >= Level::Medium);
    let times = serious.flat_map(|finding| &finding.positions);
    let times = times.filter_map(|&at| events.entries.get(at as usize)).map(|entry| entry.micros);
    let suspicious = times.fold(None, |span: Option<(i64, i64)>, time| {
        Some(span.map_or((time, time), |(first, last)| (first.min(time), last.max(time))))
    });
    let facts = Facts { coverage, events, profile: Profile::new(coverage, events), suspicious, voice };
    let judged = CHECKS.iter().flat_map(|check| {
        (check.find)(&facts).into_iter().map(|met| Shortfall {
            sign: check.sign.to_owned(),
            found: match (&met.file, coverage.totals.counts.outside) {
                (None, 1..) => voice.fill("completeness.outside", &[("found", &met.found)]),
                _ => met.found,
            },
            file: met.file,
            meaning: voice.label("completeness.meaning.", check.sign).to_owned(),
        })
    });
    judged.collect()
}

/// A statement for each file where a count is not 0.
fn by_file(facts: &Facts<'_>, count: impl Fn(&FileCoverage) -> u64, key: &'static str) -> Vec<Met> {
    let files = facts.coverage.files.iter().map(|file| (file, count(file))).filter(|(_, count)| *count > 0);
    files.map(|(file, count)| Met::of(file, facts.voice.count(key, count, &[]))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use std::collections::BTreeSet;

    #[test]
    fn every_sign_has_a_name_of_its_own_and_says_what_it_means() {
        let names: BTreeSet<&str> = CHECKS.iter().map(|check| check.sign).collect();
        assert_eq!(names.len(), CHECKS.len());
        for check in CHECKS {
            assert!(
                check.sign.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'),
                "{}",
                check.sign
            );
            for language in Language::ALL {
                let meaning = Voice { language, zone: None }.label("completeness.meaning.", check.sign);
                assert!(meaning.ends_with('.'), "{}", check.sign);
            }
        }
    }
}
