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

/// One sign of something missing. A new one is a function and a line in [`CHECKS`].
struct Check {
    /// Stable short name.
    sign: &'static str,
    /// What it means, in one sentence.
    meaning: &'static str,
    find: fn(&Facts<'_>) -> Vec<Met>,
}

const fn check(sign: &'static str, find: fn(&Facts<'_>) -> Vec<Met>, meaning: &'static str) -> Check {
    Check { sign, meaning, find }
}

/// Every check, in the order of the report: missing logs, windows, volumes, content.
static CHECKS: &[Check] = &[
    check(
        "no-audit-log",
        logs::no_audit,
        "What was done in mailboxes, files and settings is not covered; export the unified audit log.",
    ),
    check(
        "no-sign-ins",
        logs::no_sign_ins,
        "Who signed in, and from where, is known only as far as the audit log repeats it; export the Entra sign-in logs.",
    ),
    check(
        "no-directory-audit",
        logs::no_directory,
        "Changes of accounts, roles, applications and consents are not covered; export the Entra audit log.",
    ),
    check(
        "no-message-trace",
        logs::no_trace,
        "Which messages left or arrived, and by which servers, is not covered; export a message trace.",
    ),
    check(
        "no-state",
        logs::no_state,
        "Inbox rules, forwarding, permissions, consents and methods that were set before the logs begin are invisible; export what is in place now.",
    ),
    check(
        "only-interactive-sign-ins",
        logs::only_interactive,
        "Stolen tokens and mail clients sign in without interaction, applications as service principals: none of these logs was given.",
    ),
    check(
        "graph-v1-sign-ins",
        logs::graph_v1,
        "Version 1.0 of the API leaves out user agent, session and token of a sign-in, and gives interactive sign-ins unless asked otherwise; export from beta.",
    ),
    check(
        "single-operation",
        logs::single_operation,
        "The export seems filtered on an activity; whatever else was done cannot be seen. Export without a filter on activities.",
    ),
    check(
        "single-workload",
        logs::single_workload,
        "The export seems filtered on a service; acts in other services cannot be seen.",
    ),
    check(
        "collection-gap",
        window::collection_gap,
        "The tool gave this window up: records of it were not collected. Collect it again.",
    ),
    check(
        "windows-not-adjoining",
        window::not_adjoining,
        "No file covers the time between the two windows; records of it may never have been collected.",
    ),
    check("list-not-closed", window::unclosed, "The export broke off while it was written; later records are missing."),
    check(
        "evidence-starts-late",
        window::starts_late,
        "The break-in may lie before the evidence begins; get older records.",
    ),
    check(
        "evidence-ends-early",
        window::ends_early,
        "What followed is not covered; the intruder may have gone on. Get newer records.",
    ),
    check(
        "within-latency",
        window::within_latency,
        "Records of the last hours before collection may not have reached the log yet; collect that time again later.",
    ),
    check(
        "retention-horizon",
        window::retention,
        "The log begins where the service usually deletes older records: what came before may be gone for good, or was not asked for.",
    ),
    check(
        "gap-in-rhythm",
        window::gaps_in_rhythm,
        "Records may be missing, or nobody worked (a holiday looks the same).",
    ),
    check(
        "row-cap-100",
        volume::cap::<100>,
        "As many rows as Search-UnifiedAuditLog returns unless told otherwise; the rest was left behind.",
    ),
    check(
        "row-cap-1000",
        volume::cap::<1_000>,
        "As many rows as a page of a message trace or of Microsoft Graph; further pages may be missing.",
    ),
    check(
        "row-cap-5000",
        volume::cap::<5_000>,
        "As many rows as Search-UnifiedAuditLog, and tools on top of it, return at most for a query; the rest was left behind.",
    ),
    check(
        "row-cap-50000",
        volume::cap::<50_000>,
        "As many rows as an audit search of the portal exports at most; the rest was left behind.",
    ),
    check(
        "row-cap-100000",
        volume::cap::<100_000>,
        "As many rows as the Entra portal downloads at most; the rest was left behind.",
    ),
    check(
        "row-cap-250000",
        volume::cap::<250_000>,
        "As many rows as the Entra portal downloads at most; the rest was left behind.",
    ),
    check(
        "spreadsheet-rows",
        volume::spreadsheet_rows,
        "As many rows as a spreadsheet has: the file passed through one, and the rest was cut off.",
    ),
    check(
        "spreadsheet-cells",
        volume::spreadsheet_cells,
        "As long as a spreadsheet's longest cell: the file passed through one, and longer records were cut.",
    ),
    check(
        "index-values",
        volume::index_values,
        "As long as a search index keeps a keyword: the file passed through one, and longer values were cut.",
    ),
    check("duplicates", volume::duplicates, "Each is counted once, so counts differ from those of the export."),
    check(
        "throttled-mail-access",
        content::throttled,
        "Access to mail in that mailbox is not recorded for up to 24 hours after such a record: what was read then is unknown.",
    ),
    check(
        "mailbox-not-audited",
        content::unaudited,
        "Acts in a mailbox that is not audited, or by an account that bypasses auditing, are in no log.",
    ),
    check(
        "broken-result-set",
        content::broken_results,
        "The search returned a broken result set (ResultIndex -1, ResultCount 0); repeat it.",
    ),
    check(
        "audit-data-empty",
        content::audit_data,
        "Of these records only the columns around AuditData are known: what exactly was done is lost; export again.",
    ),
    check(
        "nested-values-lost",
        content::type_names,
        "The export printed a type name where a nested value stood; what it held is lost. Export as JSON.",
    ),
    check(
        "flattened-audit-data",
        content::flattened,
        "Only the columns that the first record has were exported; members of other records are lost. Export as JSON.",
    ),
    check(
        "portal-columns-full",
        content::full_rows,
        "The download has room for three targets, five changed properties of each and six details; more of them would have been cut. Get these records from Microsoft Graph.",
    ),
    check(
        "columns-dropped",
        content::dropped_columns,
        "The tool prints the columns of its first row only, so these are lost for every row.",
    ),
    check(
        "columns-unmapped",
        content::unmapped,
        "The export is in another language, and these columns could not be read; what they hold is not in the events.",
    ),
    check(
        "characters-lost",
        content::question_marks,
        "The export was written as ASCII: every other letter became a question mark for good, so names may not match.",
    ),
    check("minute-precision", content::minutes, "Seconds were cut off: the order of acts within a minute is unknown."),
    check(
        "date-order-not-shown",
        content::unshown,
        "Day and month rest on --date-order or on the order of the rows; no date of the export shows which is which.",
    ),
    check(
        "no-token-ids",
        content::no_tokens,
        "Acts cannot be joined with the sign-in that they belong to by its token (no AppAccessContext).",
    ),
];

/// Says what the evidence may lack, in the order of [`CHECKS`], then by file.
pub fn judge(coverage: &Coverage, events: &Events, findings: &[Finding]) -> Vec<Shortfall> {
    let serious = findings.iter().filter(|finding| super::severity::level(finding.rule.level) >= Level::Medium);
    let times = serious.flat_map(|finding| &finding.positions);
    let times = times.filter_map(|&at| events.entries.get(at as usize)).map(|entry| entry.time.micros);
    let suspicious = times.fold(None, |span: Option<(i64, i64)>, time| {
        Some(span.map_or((time, time), |(first, last)| (first.min(time), last.max(time))))
    });
    let facts = Facts { coverage, events, profile: Profile::new(coverage, events), suspicious };
    let judged = CHECKS.iter().flat_map(|check| {
        (check.find)(&facts).into_iter().map(|met| Shortfall {
            sign: check.sign.to_owned(),
            found: match (&met.file, coverage.totals.counts.outside) {
                (None, 1..) => format!("{} (of what was asked for; the rest was not looked at)", met.found),
                _ => met.found,
            },
            file: met.file,
            meaning: check.meaning.to_owned(),
        })
    });
    judged.collect()
}

/// `1 row`, `7 rows`.
fn counted(count: u64, one: &str, more: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {more}") }
}

/// A statement for each file where a count is not 0.
fn by_file(facts: &Facts<'_>, count: impl Fn(&FileCoverage) -> u64, one: &str, more: &str) -> Vec<Met> {
    let files = facts.coverage.files.iter().map(|file| (file, count(file))).filter(|(_, count)| *count > 0);
    files.map(|(file, count)| Met::of(file, counted(count, one, more))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
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
            assert!(check.meaning.ends_with('.'), "{}", check.sign);
        }
    }
}
