//! Message traces: what the mail servers did with a message, in the names of `Get-MessageTrace`, to an [`Event`].
//!
//! Columns of the three reports and what they mean:
//! <https://learn.microsoft.com/exchange/monitoring/trace-an-email-message/message-trace-modern-eac>

use super::text::{Detail, first, lower, scalar, string};
use super::ual::actor::{is_system, is_upn};
use super::{Decoded, FileContext, address, moment};
use crate::event::{ActorKind, Event, Family, Outcome, Record};
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};
use std::borrow::Cow;

/// What differs between the reports.
#[derive(Debug, Clone, Copy)]
pub(super) struct Report {
    /// Name of the source.
    pub(super) name: &'static str,
    /// Record type of its events.
    pub(super) record_type: &'static str,
    /// The column with the time, as the export calls it.
    pub(super) time: &'static str,
}

/// Which way a message went, seen from the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    In,
    Out,
}

/// Reads a record with the names of `Get-MessageTrace` into the schema.
///
/// The operation is Microsoft's own word for what was done: the status (`Delivered`, `Failed`, …), in an
/// extended report the event (`RECEIVE`, `SEND`, `DELIVER`, …); of several the words that differ, in order; the
/// record type where the row has none.
/// The actor is the sender, the target the first recipient, and the account whichever of them is the tenant's.
pub(super) fn view<'a>(decoded: &'a Decoded, context: &FileContext, report: Report) -> Result<Event<'a>, String> {
    let record = &decoded.record;
    let get = |key: &str| string(record.get(key));
    let time = get("Received");
    let moment = moment::read(report.time, time, context.dates)?;
    let sender = get("SenderAddress");
    let recipient = texts(record, "RecipientAddress").next().unwrap_or_default();
    let mut operation = distinct(texts(record, "Status").map(last_word), ", ");
    if !get("EventId").is_empty() {
        operation = Cow::Borrowed(get("EventId"));
    }
    let mut degraded = decoded.degraded.as_str();
    if operation.is_empty() {
        if first(&[sender, recipient, get("MessageId")]).is_empty() {
            return Err("found no status, sender, recipient or message id, expected a message".to_owned());
        }
        (operation, degraded) = (Cow::Borrowed(report.record_type), "the row does not say what became of the message");
    }
    let way = way(record, sender, recipient, &context.name);
    Ok(Event {
        family: Family::Trace,
        source: report.name,
        id: id(record),
        time: moment.of_record(),
        tenant: Cow::Borrowed(first(&[get("TenantId"), get("Organization")])),
        operation_original: operation.clone(),
        workload: Cow::Borrowed("Exchange"),
        record_type: Cow::Borrowed(report.record_type),
        actor: Cow::Borrowed(sender),
        actor_id: Cow::Borrowed(""),
        actor_kind: match way {
            _ if sender.is_empty() || sender == "<>" || is_system(sender) => ActorKind::System,
            Way::Out if is_upn(sender) => ActorKind::User,
            _ => ActorKind::Unknown,
        },
        target: Cow::Borrowed(recipient),
        account: lower(if way == Way::Out { sender } else { recipient }),
        address: address::choose(&[get("FromIP"), get("ClientIP")]),
        place: None,
        client: Cow::Borrowed(""),
        authentication_requirement: Cow::Borrowed(""),
        agent: Cow::Borrowed(""),
        application: Cow::Borrowed(""),
        application_id: Cow::Borrowed(""),
        session: Cow::Borrowed(""),
        token: Cow::Borrowed(""),
        device: Cow::Borrowed(get("ClientHostname")),
        outcome: outcome(&operation),
        result: distinct(texts(record, "Status"), "; "),
        error_code: Cow::Borrowed(""),
        object: Cow::Borrowed(get("Subject")),
        detail: detail(record),
        degraded: Cow::Borrowed(degraded),
        record: Record::new(record),
        operation,
    })
}

/// The texts of a member that is a text or a list of them.
fn texts<'a>(record: &'a Value, key: &str) -> impl Iterator<Item = &'a str> {
    let value = record.get(key);
    let many = value.and_then(|value| value.as_array()).into_iter().flat_map(|list| list.iter());
    value.and_then(|value| value.as_str()).into_iter().chain(many.filter_map(|item| item.as_str()))
}

/// `Receive, Send` tells the steps in order: the last is what became of the message.
fn last_word(status: &str) -> &str {
    status.rsplit(',').next().unwrap_or(status).trim()
}

/// The texts that differ, in the order they come, with `between` between them.
fn distinct<'a>(found: impl Iterator<Item = &'a str>, between: &str) -> Cow<'a, str> {
    let mut seen: Vec<&str> = Vec::new();
    for text in found {
        if !text.is_empty() && !seen.contains(&text) {
            seen.push(text);
        }
    }
    match seen.as_slice() {
        [] => Cow::Borrowed(""),
        [one] => Cow::Borrowed(*one),
        several => Cow::Owned(several.join(between)),
    }
}

/// A trace is one recipient's; a row for all recipients has the message's id. A step of an extended report has
/// none, and repeats are found by their content.
fn id(record: &Value) -> Cow<'_, str> {
    let get = |key: &str| string(record.get(key));
    match (get("MessageTraceId"), get("RecipientAddress")) {
        _ if !get("EventId").is_empty() => Cow::Borrowed(""),
        ("", _) => Cow::Borrowed(get("NetworkMessageId")),
        (trace, recipient) => Cow::Owned(format!("{trace}/{}", recipient.to_lowercase())),
    }
}

/// Which way the message went. The direction of the report decides, else the user that the file is named
/// after (`<user>-MTL.csv` of Microsoft-Extractor-Suite), else the servers: mail for outside has an address that
/// it was handed on to, and mail from a mailbox comes from a server of Exchange.
fn way(record: &Value, sender: &str, recipient: &str, file: &str) -> Way {
    let get = |key: &str| string(record.get(key)).trim();
    match get("Directionality").to_ascii_lowercase().as_str() {
        "incoming" | "inbound" | "1" => return Way::In,
        "originating" | "outgoing" | "outbound" | "2" => return Way::Out,
        _ => {}
    }
    let file = file.rsplit('/').next().unwrap_or(file).to_lowercase();
    let named = |mail: &str| !mail.is_empty() && file.starts_with(&format!("{}-", mail.to_lowercase()));
    let domain = |mail: &str| mail.rsplit_once('@').map(|(_, domain)| domain.to_lowercase());
    let out = if named(sender) || named(recipient) {
        named(sender)
    } else {
        !get("ToIP").is_empty() || domain(sender) == domain(recipient) || address::is_own(get("FromIP"))
    };
    if out { Way::Out } else { Way::In }
}

/// <https://learn.microsoft.com/powershell/module/exchangepowershell/get-messagetracev2#-status>
fn outcome(operation: &str) -> Outcome {
    let of = |word: &str| {
        let is = |known: &[&str]| known.iter().any(|known| known.eq_ignore_ascii_case(word));
        if is(&["Delivered", "Deliver", "Expanded", "Expand", "Resolved", "Resolve", "FilteredAsSpam"])
            || is(&["Send", "SendExternal", "Receive"])
        {
            Outcome::Success
        } else if is(&["Failed", "Fail", "Quarantined", "Quarantine", "Drop", "BadMail"]) {
            Outcome::Failure
        } else {
            Outcome::Unknown
        }
    };
    // Recipients may have fared differently; then no one outcome is the message's.
    let mut words = operation.split(", ").map(of);
    let first = words.next().unwrap_or(Outcome::Unknown);
    if words.all(|other| other == first) { first } else { Outcome::Unknown }
}

fn detail(record: &Value) -> Cow<'_, str> {
    let mut detail = Detail::default();
    detail.some_pair("From", string(record.get("SenderAddress")));
    for recipient in texts(record, "RecipientAddress") {
        detail.some_pair("To", recipient);
    }
    for status in texts(record, "Status") {
        detail.some_pair("Status", status);
    }
    for (name, key) in [
        ("Source", "Source"),
        ("Directionality", "Directionality"),
        ("ToIP", "ToIP"),
        ("Connector", "ConnectorId"),
        ("Size", "Size"),
        ("MessageId", "MessageId"),
        ("Context", "SourceContext"),
    ] {
        detail.some_pair(name, &scalar(record.get(key)));
    }
    for related in texts(record, "RelatedRecipientAddress") {
        detail.some_pair("Related", related);
    }
    detail.some_pair("Reference", string(record.get("Reference")));
    detail.some_pair("Custom", string(record.get("CustomData")));
    detail.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(json: &str, file: &str) -> String {
        let text = format!(r#"{{"Received":"2026-02-03T09:15:42Z","Status":"Delivered",{json}}}"#);
        let decoded = Decoded::whole(sonic_rs::from_str(&text).unwrap(), 0);
        let context = FileContext { name: file.to_owned(), ..FileContext::default() };
        let report = Report { name: "message-trace", record_type: "MessageTrace", time: "Received" };
        view(&decoded, &context, report).unwrap().account.into_owned()
    }

    #[test]
    fn the_account_is_the_tenants_own() {
        let pair = r#""SenderAddress":"Ada@harbor.example","RecipientAddress":"bob@out.example""#;
        for (more, file, expected) in [
            (r#""Directionality":"Incoming""#, "t.csv", "bob@out.example"),
            (r#""Directionality":"Originating""#, "t.csv", "ada@harbor.example"),
            (r#""FromIP":"192.0.2.1","ToIP":"""#, "t.csv", "bob@out.example"),
            (r#""FromIP":"192.0.2.1","ToIP":"198.51.100.9""#, "t.csv", "ada@harbor.example"),
            (r#""FromIP":"2603:10a6:800::1","ToIP":"""#, "t.csv", "ada@harbor.example"),
            (r#""ToIP":"198.51.100.9""#, "case/bob@out.example-MTL.csv", "bob@out.example"),
            (r#""FromIP":"192.0.2.1""#, "case/ADA@harbor.example-MTL.csv", "ada@harbor.example"),
        ] {
            assert_eq!(account(&format!("{pair},{more}"), file), expected, "{more} {file}");
        }
        let inside = r#""SenderAddress":"ada@harbor.example","RecipientAddress":"bob@Harbor.example""#;
        assert_eq!(account(inside, "t.csv"), "ada@harbor.example");
    }
}
