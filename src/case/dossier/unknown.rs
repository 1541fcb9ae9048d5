//! What the logs that were given cannot tell of an account, and what would.

use super::{Sources, Taken, Unknown};
use crate::case::foothold::alias;
use crate::civil::{DAY, moment};

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
    let questions = [
        (
            logs.sign_ins.is_none(),
            "by which method the intruder signed in, which attempts failed, and from where else".to_owned(),
            "the Entra sign-in logs, interactive and non-interactive",
        ),
        (
            late.is_some(),
            format!("whether it began before {}", moment(logs.first.unwrap_or(taken.began))),
            "the same logs from weeks before the first suspicious act",
        ),
        (
            !audited,
            "which messages were opened".to_owned(),
            "MailItemsAccessed records of the mailbox: the unified audit log with all activities, and a licence for them at the time",
        ),
        (
            logs.traces.is_none(),
            "to whom the intruder wrote, and which mail came in".to_owned(),
            "a message trace of the account, within 90 days; earlier by historical search",
        ),
        (
            logs.exchange.is_none(),
            "whether inbox rules, forwarding or rights on the mailbox were set".to_owned(),
            "the unified audit log with all activities",
        ),
        (
            logs.directory.is_none(),
            "whether sign-in methods, roles, consents or devices were added, and whether the password was reset"
                .to_owned(),
            "the Entra audit log, or the unified audit log with all activities",
        ),
        (
            snapshot.is_none(),
            "which inbox rules, forwarding and rights are there now".to_owned(),
            "Get-InboxRule -IncludeHidden, Get-Mailbox and Get-MailboxPermission after the last suspicious act",
        ),
        (
            ends.is_some_and(|ends| ends - last < LEAD),
            format!("whether the intruder came back after {}", moment(ends.unwrap_or(last))),
            "the same logs until now",
        ),
    ];
    let open = questions.into_iter().filter(|(open, ..)| *open);
    open.map(|(_, question, needs)| Unknown { question, needs: needs.to_owned() }).collect()
}
