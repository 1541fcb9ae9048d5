//! Records that are there, but not whole.

use super::profile::FileProfile;
use super::{Facts, Met, by_file};
use crate::coverage::FileCoverage;

/// A statement for each file of which its events say something.
fn by_profile(facts: &Facts<'_>, told: impl Fn(&FileCoverage, &FileProfile) -> Option<String>) -> Vec<Met> {
    let files = facts.coverage.files.iter().zip(&facts.profile.files);
    files.filter_map(|(file, profile)| Some(Met::of(file, told(file, profile)?))).collect()
}

/// <https://learn.microsoft.com/purview/audit-log-investigate-accounts>
pub(super) fn throttled(facts: &Facts<'_>) -> Vec<Met> {
    let files = facts.coverage.files.iter();
    let told = files.flat_map(|file| file.signs.throttled.iter().map(move |(mailbox, times)| (file, mailbox, *times)));
    told.map(|(file, mailbox, (first, last))| {
        let span = facts.voice.span(first, last);
        Met::of(file, facts.voice.fill("completeness.throttled", &[("mailbox", mailbox), ("span", &span)]))
    })
    .collect()
}

pub(super) fn unaudited(facts: &Facts<'_>) -> Vec<Met> {
    by_file(facts, |file| file.signs.unaudited, "completeness.unaudited")
}

pub(super) fn broken_results(facts: &Facts<'_>) -> Vec<Met> {
    by_file(facts, |file| file.signs.broken_results, "completeness.broken_results")
}

pub(super) fn audit_data(facts: &Facts<'_>) -> Vec<Met> {
    by_profile(facts, |_, profile| {
        let count = profile.without_data;
        (count > 0).then(|| facts.voice.count("completeness.audit_data", count, &[]))
    })
}

pub(super) fn type_names(facts: &Facts<'_>) -> Vec<Met> {
    by_file(facts, |file| file.signs.type_names, "completeness.type_names")
}

/// `-AuditDataOnly` of Microsoft-Extractor-Suite as CSV, and tools that write alike.
pub(super) fn flattened(facts: &Facts<'_>) -> Vec<Met> {
    let files = facts.coverage.files.iter().filter(|file| file.format == "ual-flattened");
    files.map(|file| Met::of(file, facts.voice.text("completeness.flattened").to_owned())).collect()
}

pub(super) fn full_rows(facts: &Facts<'_>) -> Vec<Met> {
    by_file(facts, |file| file.signs.full_rows, "completeness.full_rows")
}

pub(super) fn dropped_columns(facts: &Facts<'_>) -> Vec<Met> {
    let files = facts.coverage.files.iter().filter(|file| !file.signs.dropped_columns.is_empty());
    let told = |names: &[&str]| facts.voice.fill("completeness.dropped", &[("names", &names.join(", "))]);
    files.map(|file| Met::of(file, told(&file.signs.dropped_columns))).collect()
}

pub(super) fn unmapped(facts: &Facts<'_>) -> Vec<Met> {
    let files = facts.coverage.files.iter().filter(|file| !file.signs.unmapped_columns.is_empty());
    let told = |names: &[String]| facts.voice.fill("completeness.unmapped", &[("names", &names.join(", "))]);
    files.map(|file| Met::of(file, told(&file.signs.unmapped_columns))).collect()
}

pub(super) fn question_marks(facts: &Facts<'_>) -> Vec<Met> {
    by_profile(facts, |file, profile| {
        let question = profile.question.filter(|_| !profile.beyond_ascii && file.encoding == "utf-8")?;
        let name = format!("{:?}", facts.events.text(question));
        Some(facts.voice.fill("completeness.ascii", &[("name", &name)]))
    })
}

pub(super) fn minutes(facts: &Facts<'_>) -> Vec<Met> {
    by_profile(facts, |_, profile| {
        let all = profile.events > 0 && profile.minutes == profile.events;
        all.then(|| facts.voice.count("completeness.minutes", profile.minutes, &[]))
    })
}

pub(super) fn unshown(facts: &Facts<'_>) -> Vec<Met> {
    by_profile(facts, |_, profile| {
        let count = profile.unshown;
        (count > 0).then(|| facts.voice.count("completeness.unshown", count, &[]))
    })
}

pub(super) fn no_tokens(facts: &Facts<'_>) -> Vec<Met> {
    let profile = &facts.profile;
    match (profile.acts, profile.tokens) {
        (1.., 0) => vec![Met::all(facts.voice.count("completeness.no_tokens", profile.acts, &[]))],
        _ => Vec::new(),
    }
}
