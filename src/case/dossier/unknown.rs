//! What the logs that were given cannot tell of an account, and what would.

use super::{Sources, Taken, Unknown};
use crate::case::foothold::alias;
use crate::civil::DAY;

/// Logs that begin so short before the intruder was in may miss how it began.
const LEAD: i64 = DAY;

/// The questions that stay open, in the order in which they are asked.
pub(super) fn unknown(sources: &Sources<'_>, taken: &Taken<'_>) -> Vec<Unknown> {
    let logs = taken.logs;
    let last = taken.positions.last().map_or(taken.began, |at| sources.time(*at));
    let late = logs.first.filter(|first| taken.began - first < LEAD);
    let ends = [logs.directory, logs.exchange, logs.sign_ins].into_iter().flatten().max();
    let audited = logs.opened.contains(&alias(taken.account));
    let snapshot = logs.snapshots.filter(|collected| *collected >= last);
    let voice = sources.voice;
    let text = |key: &'static str| voice.text(key).to_owned();
    let dated = |key, micros: Option<i64>| voice.fill(key, &[("when", &voice.moment(micros.unwrap_or(last)))]);
    let questions = [
        (logs.sign_ins.is_none(), text("case.unknown.method"), "case.unknown.method_needs"),
        (late.is_some(), dated("case.unknown.began", logs.first), "case.unknown.began_needs"),
        (!audited, text("case.unknown.opened"), "case.unknown.opened_needs"),
        (logs.traces.is_none(), text("case.unknown.written"), "case.unknown.written_needs"),
        (logs.exchange.is_none(), text("case.unknown.rules"), "case.unknown.rules_needs"),
        (logs.directory.is_none(), text("case.unknown.directory"), "case.unknown.directory_needs"),
        (snapshot.is_none(), text("case.unknown.now"), "case.unknown.now_needs"),
        (
            ends.is_some_and(|ends| ends - last < LEAD),
            dated("case.unknown.came_back", ends),
            "case.unknown.came_back_needs",
        ),
    ];
    let open = questions.into_iter().filter(|(open, ..)| *open);
    open.map(|(_, question, needs)| Unknown { question, needs: text(needs) }).collect()
}
