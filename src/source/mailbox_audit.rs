//! `mailbox-audit`: the mailbox audit log of Exchange; a record becomes that of the same act in the unified
//! audit log.
//!
//! Attributes of the XML: <https://learn.microsoft.com/exchange/security-and-compliance/exchange-auditing-reports/export-mailbox-audit-logs>;
//! columns: <https://learn.microsoft.com/powershell/module/exchangepowershell/search-mailboxauditlog>

mod contents;

use super::text::{Object, date, first, hash, is_session_column, items, members, object, scalar, string};
use super::{Decoded, FileContext, Proof, Shape, Signature, Source, Wrapper, moment, ual};
use crate::event::Event;
use crate::input::Data;
use contents::Contents;
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};

const NAME: &str = "mailbox-audit";

pub(super) const SOURCE: Source = Source {
    name: NAME,
    title: "Exchange mailbox audit log, CSV and JSON of Search-MailboxAuditLog, XML of New-MailboxAuditLogSearch and the Exchange admin center (shape of the XML unverified)",
    recognised_by: "Operation and LastAccessed with LogonType or OperationResult",
    signature: Signature {
        csv: &[Shape::needs(&["Operation", "LastAccessed", "LogonType|OperationResult"]).usual(&[
            "MailboxOwnerUPN",
            "ClientIPAddress",
            "ClientInfoString",
        ])],
        json: &[Shape::needs(&["Operation", "LastAccessed", "LogonType|OperationResult"]).usual(&[
            "MailboxOwnerUPN",
            "ClientIPAddress",
            "ClientInfoString",
        ])],
    },
    proof: Proof::Documentation,
    csv: None,
    json: None,
    decode,
    view,
};

fn decode(data: Data<'_>, context: &FileContext) -> Result<Decoded, String> {
    let found = members(data)?;
    let get = |key: &str| string(found.get(key)).trim();
    let (time, operation) = (date(found.get("LastAccessed")), get("Operation"));
    moment::read("LastAccessed", time, context.dates)?;
    if operation.is_empty() {
        return Err("found no Operation, expected the name of one".to_owned());
    }
    let logon = logon_type(found.get("LogonType"));
    let owner = first(&[get("MailboxOwnerUPN"), get("MailboxResolvedOwnerName"), get("Owner")]);
    let user = first(&[get("LogonUserDisplayName"), get("LogonUserDN"), get("LogonUserSid")]);
    let mut record = Object::new();
    record.text("CreationTime", time);
    record.text("Operation", operation);
    record.raw("RecordType", record_type(operation));
    record.text("Workload", "Exchange");
    // The owner's own acts name the owner by a display name that no other log knows.
    record.some_text("UserId", if logon == "0" { owner } else { user });
    record.some_text("UserKey", get("LogonUserSid"));
    record.some_text("MailboxOwnerUPN", owner);
    for (key, value) in found.as_object().into_iter().flat_map(|object| object.iter()) {
        match key {
            "LastAccessed" | "Operation" | "MailboxOwnerUPN" => {}
            "OperationResult" => record.text("ResultStatus", &scalar(Some(value))),
            "Identity" => record.some_text("Id", &scalar(Some(value))),
            "LogonType" => record.raw("LogonType", &logon),
            "InternalLogonType" => record.raw("InternalLogonType", &logon_type(Some(value))),
            "ExternalAccess" | "CrossMailboxOperation" => match scalar(Some(value)).to_ascii_lowercase().as_str() {
                truth @ ("true" | "false") => record.raw(key, truth),
                _ => record.value(key, value),
            },
            _ if is_session_column(key) || Contents::holds(key) => {}
            _ => record.value(key, value),
        }
    }
    let group = record_type(operation) == "3";
    let degraded = Contents { found: &found, operation, group }.write(&mut record);
    let text = record.finish();
    Ok(Decoded { record: object(&text)?, content: hash(&text), wrapper: Wrapper::default(), degraded })
}

fn view<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    ual::view(decoded, context, NAME)
}

/// The record type that the unified audit log gives an operation.
fn record_type(operation: &str) -> &'static str {
    match operation {
        "MailItemsAccessed" => "50",
        "Copy" | "Move" | "MoveToDeletedItems" | "SoftDelete" | "HardDelete" => "3",
        _ => "2",
    }
}

/// The number that the unified audit log writes for a kind of logon, as JSON; an unknown word stays a text.
///
/// <https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema#exchange-mailbox-schema>
fn logon_type(value: Option<&Value>) -> String {
    static NAMES: [&str; 7] =
        ["Owner", "Admin", "Delegate", "Transport", "SystemService", "BestAccess", "DelegatedAdmin"];
    let text = scalar(value);
    let known = NAMES.iter().position(|name| name.eq_ignore_ascii_case(text.trim()));
    match known.or_else(|| text.trim().parse().ok()) {
        Some(number) => number.to_string(),
        None => sonic_rs::to_string(&*text).unwrap_or_else(|_| "null".to_owned()),
    }
}
