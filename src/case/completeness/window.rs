//! The time that the evidence covers: its ends, its holes, and how both lie to what was found.

use super::{Facts, Met};
use crate::case::rhythm;
use crate::civil::{Civil, DAY, HOUR};
use crate::coverage::FileCoverage;
use crate::event::{Family, Precision};
use crate::language::Voice;
use std::collections::BTreeMap;
use std::fmt::Display;

/// The logs whose window matters, and the keys of what they are called.
const LOGS: [(Family, &str); 3] = [
    (Family::Audit, "completeness.log.audit"),
    (Family::SignIn, "completeness.log.sign_in"),
    (Family::Directory, "completeness.log.directory"),
];

/// Evidence that begins so short before the first suspicious act may miss how it began.
const LEAD: i64 = 14 * DAY;

/// Lines of a collection log.
pub(super) fn collection_gap(facts: &Facts<'_>) -> Vec<Met> {
    let files = facts.coverage.files.iter();
    files.flat_map(|file| file.signs.skipped.iter().map(move |line| Met::of(file, line.clone()))).collect()
}

pub(super) fn unclosed(facts: &Facts<'_>) -> Vec<Met> {
    let files = facts.coverage.files.iter().filter(|file| file.signs.unclosed);
    files.map(|file| Met::of(file, facts.voice.text("completeness.unclosed").to_owned())).collect()
}

/// Windows that the names of a folder's files state: `UAL-<start>-<end>`, as Get-UAL of Microsoft-Extractor-Suite names them.
pub(super) fn not_adjoining(facts: &Facts<'_>) -> Vec<Met> {
    let mut folders: BTreeMap<&str, Vec<(i64, i64, &FileCoverage)>> = BTreeMap::new();
    for file in &facts.coverage.files {
        let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
        if let Some((start, end)) = named_window(name) {
            folders.entry(folder).or_default().push((start, end, file));
        }
    }
    let mut met = Vec::new();
    for windows in folders.values_mut() {
        windows.sort_by_key(|(start, end, _)| (*start, *end));
        let mut covered = i64::MAX;
        for &(start, end, file) in windows.iter() {
            // Names state whole seconds.
            if start > covered.saturating_add(1_000_000) {
                let (start, end) = (facts.voice.unzoned(start), facts.voice.unzoned(covered));
                let found = facts.voice.fill("completeness.windows", &[("start", &start), ("end", &end)]);
                met.push(Met::of(file, found));
            }
            covered = if covered == i64::MAX { end } else { covered.max(end) };
        }
    }
    met
}

fn named_window(name: &str) -> Option<(i64, i64)> {
    let (start, rest) = name.strip_prefix("UAL-")?.split_once('-')?;
    let end = rest.get(..14)?;
    Some((stamp(start)?, stamp(end)?))
}

pub(super) fn starts_late(facts: &Facts<'_>) -> Vec<Met> {
    let Some((act, _)) = facts.suspicious else { return Vec::new() };
    logs(facts, |log, first, _| {
        let key = if act < first { "completeness.starts_after" } else { "completeness.starts_before" };
        let (length, first_told, act_told) = told(facts.voice, (act - first, first, act));
        let values: [(&str, &dyn Display); 4] =
            [("log", &log), ("first", &first_told), ("length", &length), ("act", &act_told)];
        (act - first < LEAD).then(|| facts.voice.fill(key, &values))
    })
}

pub(super) fn ends_early(facts: &Facts<'_>) -> Vec<Met> {
    let Some((_, act)) = facts.suspicious else { return Vec::new() };
    logs(facts, |log, _, last| {
        let key = if last < act { "completeness.ends_before" } else { "completeness.ends_after" };
        let (length, last_told, act_told) = told(facts.voice, (last - act, last, act));
        let values: [(&str, &dyn Display); 4] =
            [("log", &log), ("last", &last_told), ("length", &length), ("act", &act_told)];
        (last - act < DAY).then(|| facts.voice.fill(key, &values))
    })
}

/// A length and two moments, for people.
fn told(voice: Voice, (between, end, act): (i64, i64, i64)) -> (String, String, String) {
    (length(voice, between), voice.moment(end), voice.moment(act))
}

/// A statement for each log that was given, by what it is called and its first and last time.
fn logs(facts: &Facts<'_>, told: impl Fn(&str, i64, i64) -> Option<String>) -> Vec<Met> {
    let given = LOGS.iter().filter_map(|(family, name)| Some((name, facts.profile.family(*family)?)));
    given.filter_map(|(name, span)| Some(Met::all(told(facts.voice.text(name), span.first, span.last)?))).collect()
}

fn length(voice: Voice, micros: i64) -> String {
    match (micros / DAY, micros / HOUR) {
        (..=0, ..=0) => voice.text("completeness.under_an_hour").to_owned(),
        (..=0, hours) => voice.count("completeness.hours", hours.unsigned_abs(), &[]),
        (days, _) => voice.count("completeness.days", days.unsigned_abs(), &[]),
    }
}

/// How long after an act its record may reach the log. Core services take 60 to 90 minutes, others up to a day.
///
/// <https://learn.microsoft.com/purview/audit-search>, <https://learn.microsoft.com/entra/identity/monitoring-health/reference-log-latency>
fn latency(family: Family) -> Option<i64> {
    match family {
        Family::Audit => Some(DAY),
        Family::SignIn | Family::Directory => Some(2 * HOUR),
        _ => None,
    }
}

/// Time zones differ by so much, and the name of a file states none.
const ZONES: i64 = 14 * HOUR;

/// Only where the name of the file or of its folder says when it was collected.
pub(super) fn within_latency(facts: &Facts<'_>) -> Vec<Met> {
    let files = facts.coverage.files.iter().zip(&facts.profile.files);
    files
        .filter_map(|(file, profile)| {
            let latency = profile.families.iter().filter_map(|family| latency(*family)).max()?;
            let last = file.last_time.as_deref().and_then(micros)?;
            let collected = collected(&file.path)?;
            (-ZONES..latency).contains(&(collected - last)).then(|| {
                let (last, collected) = (facts.voice.moment(last), facts.voice.unzoned(collected));
                Met::of(file, facts.voice.fill("completeness.latency", &[("last", &last), ("collected", &collected)]))
            })
        })
        .collect()
}

/// The time of collection that a path states; a mere day is too coarse to weigh against hours.
fn collected(path: &str) -> Option<i64> {
    crate::source::collected(path, None).filter(|time| time.precision != Precision::Day).map(|time| time.micros)
}

/// `20260123101500` to microseconds; `None` where that is no time of this century.
fn stamp(text: &str) -> Option<i64> {
    if text.len() != 14 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse::<i64>().ok());
    let (year, month, day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
    let (hour, minute, second) = (part(8, 10)?, part(10, 12)?, part(12, 14)?);
    let real = (2000..2100).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    if !real || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let civil = Civil { year, month: month as u8, day: 1, hour: 0, minute: 0, second: 0, micro: 0 };
    Some((civil.month_start() + day - 1) * DAY + hour * HOUR + (minute * 60 + second) * 1_000_000)
}

fn micros(rfc3339: &str) -> Option<i64> {
    let digits: String = rfc3339.get(..19)?.chars().filter(char::is_ascii_digit).collect();
    stamp(&digits)
}

/// How long services keep records, by default, in days: of the audit log with a standard licence since and before
/// October 2023 and with a premium one, of the Entra logs with a premium licence and without.
///
/// <https://learn.microsoft.com/purview/audit-log-retention-policies>, <https://learn.microsoft.com/entra/identity/monitoring-health/reference-reports-data-retention>
const KEPT: [(Family, &[i64]); 3] =
    [(Family::Audit, &[90, 180, 365]), (Family::SignIn, &[7, 30]), (Family::Directory, &[7, 30])];

/// Seen from the newest record, or from the time of collection that a name states.
pub(super) fn retention(facts: &Facts<'_>) -> Vec<Met> {
    let newest = facts.profile.families.values().map(|span| span.last);
    let stated = facts.coverage.files.iter().filter_map(|file| collected(&file.path));
    let Some(end) = newest.chain(stated).max() else { return Vec::new() };
    logs_kept(facts, end)
}

fn logs_kept(facts: &Facts<'_>, end: i64) -> Vec<Met> {
    let mut met = Vec::new();
    for (family, days) in KEPT {
        let Some(span) = facts.profile.family(family) else { continue };
        let Some((_, log)) = LOGS.iter().find(|(log, _)| *log == family) else { continue };
        let age = end - span.first;
        // The first record of the day before, or of the day behind.
        if let Some(days) = days.iter().find(|days| (age - **days * DAY).abs() <= DAY) {
            let (log, first) = (facts.voice.text(log), facts.voice.moment(span.first));
            let values: [(&str, &dyn Display); 3] = [("log", &log), ("first", &first), ("days", days)];
            met.push(Met::all(facts.voice.fill("completeness.retention", &values)));
        }
    }
    met
}

/// Stretches without a record that other weeks have records in.
pub(super) fn gaps_in_rhythm(facts: &Facts<'_>) -> Vec<Met> {
    let mut met = Vec::new();
    for (family, name) in LOGS {
        let times = facts.events.entries.iter().filter(|entry| entry.family == family).map(|entry| entry.micros);
        met.extend(rhythm::gaps(times).iter().map(|gap| {
            let (log, span) = (facts.voice.text(name), facts.voice.span(gap.after, gap.before));
            let values: [(&str, &dyn Display); 3] = [("log", &log), ("span", &span), ("hours", &gap.expected)];
            Met::all(facts.voice.fill("completeness.rhythm", &values))
        }));
    }
    met
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::civil::rfc3339;

    #[test]
    fn a_name_states_when_a_file_was_collected() {
        for (path, time) in [
            ("a/AuditLog_20260112_081530.csv", Some("2026-01-12T08:15:30Z")),
            ("UnifiedAuditLog/20260123-101500/UAL-20260114000000-20260115000000.csv", Some("2026-01-23T10:15:00Z")),
            ("x/20260123101500-SignInLogs.json", Some("2026-01-23T10:15:00Z")),
            ("InteractiveSignIns_2026-01-12_2026-01-12.csv", None),
            ("UAL-20260114000000-20260115000000.csv", None),
            ("20261323-101500/1234567890123456.csv", None),
            ("é20260123-1015/x", None),
        ] {
            assert_eq!(collected(path).map(rfc3339).as_deref(), time, "{path}");
        }
    }

    #[test]
    fn a_window_is_read_from_the_name() {
        let shown = |name| named_window(name).map(|(start, end)| format!("{} {}", rfc3339(start), rfc3339(end)));
        let expected = "2026-01-14T00:00:00Z 2026-01-15T00:00:00Z".to_owned();
        assert_eq!(shown("UAL-20260114000000-20260115000000.csv"), Some(expected));
        assert_eq!(shown("UAL-Combined.csv"), None);
        assert_eq!(shown("UAL-20260114000000-x.csv"), None);
    }
}
