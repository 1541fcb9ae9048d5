//! Texts of the charts that are made of several of the catalogue; the others are asked for where they are drawn.

use super::scale::number;
use crate::language::Voice;
use std::fmt::Display;

/// The form of a text for a count, which is its `{number}` with blanks between thousands.
pub(super) fn counted(t: Voice, key: &'static str, count: u64) -> String {
    t.count(key, count, &[("number", &number(count))])
}

/// What a bar of time is called below its axis.
pub(super) fn by(t: Voice, unit: &str) -> String {
    format!("{unit}, {}", t.text("time.utc"))
}

/// An account as the charts name it.
pub(super) fn name(t: Voice, account: &str) -> &str {
    if account.is_empty() { t.text("report.no_account") } else { account }
}

/// What the letter of a step stands for; an empty task is any that has no letter of its own.
pub(super) fn task(t: Voice, task: &str) -> String {
    if task.is_empty() { t.text("chart.other_step").to_owned() } else { task.to_owned() }
}

/// How sign-ins from somewhere ended.
pub(super) fn ended(t: Voice, name: &str, succeeded: u64, failed: u64) -> String {
    let values: [(&str, &dyn Display); 3] =
        [("name", &name), ("succeeded", &number(succeeded)), ("failed", &number(failed))];
    t.fill("chart.ended", &values)
}

/// What the picture leaves out: accounts for want of room, and those in which nobody got anywhere; empty for nothing.
pub(super) fn left_out(t: Voice, hidden: usize, refused: usize) -> String {
    let parts = [("chart.left_out_more", hidden), ("chart.left_out_refused", refused)];
    let parts = parts.into_iter().filter(|(_, count)| *count > 0);
    let parts: Vec<String> = parts.map(|(key, count)| counted(t, key, count as u64)).collect();
    if parts.is_empty() { String::new() } else { t.fill("chart.left_out", &[("parts", &parts.join(", "))]) }
}

/// A number that is not told where it is 0.
pub(super) fn some(count: u64) -> String {
    if count == 0 { String::new() } else { number(count) }
}
