//! Records that are there, but not whole.

use super::profile::FileProfile;
use super::{Facts, Met, by_file, counted};
use crate::civil::span;
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
        Met::of(file, format!("{mailbox}: MailItemsAccessed with IsThrottled True, {}", span(first, last)))
    })
    .collect()
}

pub(super) fn unaudited(facts: &Facts<'_>) -> Vec<Met> {
    by_file(facts, |file| file.signs.unaudited, "mailbox without auditing", "mailboxes without auditing")
}

pub(super) fn broken_results(facts: &Facts<'_>) -> Vec<Met> {
    by_file(facts, |file| file.signs.broken_results, "row of a broken result set", "rows of a broken result set")
}

pub(super) fn audit_data(facts: &Facts<'_>) -> Vec<Met> {
    by_profile(facts, |_, profile| {
        let count = profile.without_data;
        (count > 0).then(|| counted(count, "record without AuditData", "records without AuditData"))
    })
}

pub(super) fn type_names(facts: &Facts<'_>) -> Vec<Met> {
    by_file(facts, |file| file.signs.type_names, "cell with a type name", "cells with a type name")
}

/// `-AuditDataOnly` of Microsoft-Extractor-Suite as CSV, and tools that write alike.
pub(super) fn flattened(facts: &Facts<'_>) -> Vec<Met> {
    let files = facts.coverage.files.iter().filter(|file| file.format == "ual-flattened");
    files.map(|file| Met::of(file, "AuditData as columns of a CSV".to_owned())).collect()
}

pub(super) fn full_rows(facts: &Facts<'_>) -> Vec<Met> {
    let more = "rows that fill the last column for targets, properties or details";
    by_file(
        facts,
        |file| file.signs.full_rows,
        "row that fills the last column for targets, properties or details",
        more,
    )
}

pub(super) fn dropped_columns(facts: &Facts<'_>) -> Vec<Met> {
    let files = facts.coverage.files.iter().filter(|file| !file.signs.dropped_columns.is_empty());
    files.map(|file| Met::of(file, format!("no columns {}", file.signs.dropped_columns.join(", ")))).collect()
}

pub(super) fn unmapped(facts: &Facts<'_>) -> Vec<Met> {
    let files = facts.coverage.files.iter().filter(|file| !file.signs.unmapped_columns.is_empty());
    files.map(|file| Met::of(file, format!("columns {}", file.signs.unmapped_columns.join(", ")))).collect()
}

pub(super) fn question_marks(facts: &Facts<'_>) -> Vec<Met> {
    by_profile(facts, |file, profile| {
        let question = profile.question.filter(|_| !profile.beyond_ascii && file.encoding == "utf-8")?;
        Some(format!("no letter beyond ASCII, and names such as {:?}", facts.events.text(question)))
    })
}

pub(super) fn minutes(facts: &Facts<'_>) -> Vec<Met> {
    by_profile(facts, |_, profile| {
        let all = profile.events > 0 && profile.minutes == profile.events;
        all.then(|| format!("{} stated to the minute", counted(profile.minutes, "time", "times")))
    })
}

pub(super) fn unshown(facts: &Facts<'_>) -> Vec<Met> {
    by_profile(facts, |_, profile| {
        let count = profile.unshown;
        (count > 0)
            .then(|| counted(count, "time in an order that no date shows", "times in an order that no date shows"))
    })
}

pub(super) fn no_tokens(facts: &Facts<'_>) -> Vec<Met> {
    let profile = &facts.profile;
    match (profile.acts, profile.tokens) {
        (1.., 0) => vec![Met::all(format!(
            "none of {} in the unified audit log names a token",
            counted(profile.acts, "act", "acts")
        ))],
        _ => Vec::new(),
    }
}
