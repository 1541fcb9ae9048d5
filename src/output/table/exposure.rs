//! What intruders reached, and whom they wrote to.

use super::some;
use crate::case::label;
use crate::output::record::{Record, Table};
use crate::output::view::View;
use std::collections::BTreeSet;

/// The mail that intruders reached.
pub(crate) static MAIL_EXPOSURE: Table = Table {
    columns: &[
        "class",
        "tenant",
        "mailbox",
        "message_id",
        "subject",
        "sender",
        "recipients",
        "folder",
        "how",
        "first_time",
        "last_time",
        "sessions",
        "event_ids",
    ],
    records: |view| {
        Box::new(view.case.exposure.mail.iter().map(|exposed| {
            Record::default()
                .code(exposed.class.name(), exposed.class.label(view.case.facts.voice))
                .log(&exposed.tenant)
                .log(&exposed.mailbox)
                .log(&exposed.message_id)
                .log(&exposed.subject)
                .log(&exposed.sender)
                .log(joined(&exposed.recipients, "; "))
                .log(&exposed.folder)
                .code(joined(&exposed.how, "; "), told(&exposed.how, view))
                .time(exposed.trail.first_time())
                .time(exposed.trail.last_time())
                .ours(joined(&exposed.trail.sessions, " "))
                .ours(some(&exposed.trail.event_ids(&view.case.events), view))
        }))
    },
};

/// The files that intruders reached.
pub(crate) static FILE_EXPOSURE: Table = Table {
    columns: &["tenant", "account", "file", "how", "first_time", "last_time", "events", "sessions", "event_ids"],
    records: |view| {
        Box::new(view.case.exposure.files.iter().map(|exposed| {
            Record::default()
                .log(&exposed.tenant)
                .log(&exposed.account)
                .log(&exposed.file)
                .code(joined(&exposed.how, "; "), told(&exposed.how, view))
                .time(exposed.trail.first_time())
                .time(exposed.trail.last_time())
                .count(exposed.trail.positions.len() as u64)
                .ours(joined(&exposed.trail.sessions, " "))
                .ours(some(&exposed.trail.event_ids(&view.case.events), view))
        }))
    },
};

/// Whom intruders wrote to.
pub(crate) static RECIPIENTS: Table = Table {
    columns: &["recipient", "sender", "tenant", "first_time", "last_time", "messages", "subjects", "event_ids"],
    records: |view| {
        Box::new(view.case.recipients.iter().map(|recipient| {
            Record::default()
                .log(&recipient.recipient)
                .log(&recipient.sender)
                .log(&recipient.tenant)
                .time(recipient.trail.first_time())
                .time(recipient.trail.last_time())
                .count(recipient.trail.positions.len() as u64)
                .log(joined(&recipient.subjects, "; "))
                .ours(some(&recipient.trail.event_ids(&view.case.events), view))
        }))
    },
};

/// Ways in which something was reached, for people.
fn told(ways: &BTreeSet<String>, view: &View<'_>) -> String {
    label::ways(ways, "; ", view.case.facts.voice)
}

fn joined(texts: &BTreeSet<String>, between: &str) -> String {
    texts.iter().map(String::as_str).collect::<Vec<_>>().join(between)
}
