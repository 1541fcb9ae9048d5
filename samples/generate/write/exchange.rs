//! What lies outside of the audit and sign-in logs: Exchange's older logs, message traces and risk reports, derived
//! from records that are there. Nothing here draws a random number.

use super::audit::{plain, quoted};
use crate::json::Json;
use crate::log::{Audit, Log, stamp};
use crate::map;
use crate::sign_in::SignIn;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The value at a path of an object.
fn at<'a>(json: &'a Json, path: &[&str]) -> Option<&'a Json> {
    path.iter().try_fold(json, |inner, key| match inner {
        Json::Map(members) => members.iter().find(|(name, _)| name == key).map(|(_, value)| value),
        _ => None,
    })
}

fn text(json: &Json, path: &[&str]) -> String {
    match at(json, path) {
        Some(Json::Text(text)) => text.clone(),
        Some(Json::Null) | None => String::new(),
        Some(other) => other.compact(),
    }
}

fn list(json: &Json, key: &str) -> Vec<Json> {
    match at(json, &[key]) {
        Some(Json::List(items)) => items.clone(),
        _ => Vec::new(),
    }
}

/// The first records that an export of Exchange's own logs holds.
fn early<'a>(records: &[&'a Audit], record_types: &[i64]) -> Vec<&'a Audit> {
    records.iter().copied().filter(|r| record_types.contains(&r.record_type)).take(24).collect()
}

fn attribute(name: &str, value: &str) -> String {
    let value = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    format!(" {name}=\"{}\"", value.trim_end())
}

/// The administrator audit log as the Exchange admin center mails it.
pub(super) fn admin_log(records: &[&Audit]) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<SearchResults>\r\n");
    for r in early(records, &[1]) {
        out += "  <Event";
        for (name, value) in [
            ("Caller", r.user.as_str()),
            ("Cmdlet", &r.operation),
            ("ObjectModified", &r.object),
            ("RunDate", &stamp(r.time, "%Y-%m-%dT%H:%M:%S+00:00")),
            ("Succeeded", "true"),
            ("Error", "None"),
            ("OriginatingServer", &text(&r.data, &["OriginatingServer"])),
        ] {
            out += &attribute(name, value);
        }
        out += ">\r\n    <CmdletParameters>\r\n";
        for pair in list(&r.data, "Parameters") {
            let (name, value) = (text(&pair, &["Name"]), text(&pair, &["Value"]));
            let _ = write!(out, "      <Parameter{}{} />\r\n", attribute("Name", &name), attribute("Value", &value));
        }
        out += "    </CmdletParameters>\r\n  </Event>\r\n";
    }
    out + "</SearchResults>\r\n"
}

const MAILBOX: &[&str] = &[
    "Operation",
    "OperationResult",
    "LogonType",
    "ExternalAccess",
    "DestFolderId",
    "DestFolderPathName",
    "FolderId",
    "FolderPathName",
    "ClientInfoString",
    "ClientIPAddress",
    "InternalLogonType",
    "MailboxOwnerUPN",
    "MailboxOwnerSid",
    "LogonUserDisplayName",
    "LogonUserSid",
    "SourceItems",
    "SourceItemIdsList",
    "SourceItemSubjectsList",
    "ItemId",
    "ItemSubject",
    "ItemInternetMessageId",
    "OriginatingServer",
    "SessionId",
    "OperationProperties",
    "AuditOperationsCountInAggregatedRecord",
    "MailboxGuid",
    "LastAccessed",
    "Identity",
    "IsValid",
    "ObjectState",
];

/// `Search-MailboxAuditLog -ShowDetails | Export-Csv`, Dutch culture.
pub(super) fn mailbox_log(records: &[&Audit]) -> String {
    let mut out = quoted(MAILBOX);
    for r in early(records, &[2, 3]) {
        let values: Vec<String> = MAILBOX.iter().map(|column| mailbox_value(r, column)).collect();
        out += &quoted(&values.iter().map(String::as_str).collect::<Vec<_>>());
    }
    out
}

fn mailbox_value(r: &Audit, column: &str) -> String {
    let items = list(&r.data, "AffectedItems");
    let joined = |key: &str| items.iter().map(|item| text(item, &[key])).collect::<Vec<_>>().join(", ");
    let folder = |key: &str| {
        let own = text(&r.data, &["Folder", key]);
        if own.is_empty() { text(&r.data, &["Item", "ParentFolder", key]) } else { own }
    };
    match column {
        "Operation" => r.operation.clone(),
        "OperationResult" => "Succeeded".into(),
        "LogonType" | "InternalLogonType" => "Owner".into(),
        "ExternalAccess" => "False".into(),
        "DestFolderId" => text(&r.data, &["DestFolder", "Id"]),
        "DestFolderPathName" => text(&r.data, &["DestFolder", "Path"]),
        "FolderId" => folder("Id"),
        "FolderPathName" => folder("Path"),
        "LogonUserDisplayName" => r.user.clone(),
        "SourceItems" => "System.Collections.ArrayList".into(),
        "SourceItemIdsList" => joined("Id"),
        "SourceItemSubjectsList" => joined("Subject"),
        "ItemId" => text(&r.data, &["Item", "Id"]),
        "ItemSubject" => text(&r.data, &["Item", "Subject"]),
        "ItemInternetMessageId" => text(&r.data, &["Item", "InternetMessageId"]),
        "OperationProperties" => {
            let pair = |pair: &Json| format!("{}:{}", text(pair, &["Name"]), text(pair, &["Value"]));
            list(&r.data, "OperationProperties").iter().map(pair).collect::<Vec<_>>().join(", ")
        }
        "AuditOperationsCountInAggregatedRecord" => text(&r.data, &["OperationCount"]),
        "LastAccessed" => stamp(r.time, "%d-%m-%Y %H:%M:%S"),
        "Identity" => format!("RgAAAAD{}", r.id.replace('-', "")),
        "IsValid" => "True".into(),
        "ObjectState" => "New".into(),
        other => text(&r.data, &[other]),
    }
}

/// Whom the clerk writes to; the log of the mailbox does not say.
const CUSTOMERS: [&str; 4] =
    ["accounts@oceanline.example", "finance@steelworks.example", "ap@polderfruit.example", "desk@citadelparts.example"];

/// What the clerk sent on the day of the fraud and the day before, with the number of the message.
pub(super) fn sent(log: &Log) -> Vec<(usize, &Audit)> {
    let start = crate::people::START;
    let days = start + 13 * crate::people::DAY..start + 15 * crate::people::DAY;
    let clerk = log.audits.iter().filter(|a| a.operation == "Send" && a.user.starts_with("sanne.loodsman@"));
    clerk.filter(|a| days.contains(&a.time)).enumerate().collect()
}

/// A trace has an id of its own; both exports give the same.
pub(super) fn trace_id(r: &Audit) -> String {
    format!("7ace{}", r.id.get(4..).unwrap_or_default())
}

fn traced(r: &Audit) -> (String, String, String) {
    (
        text(&r.data, &["Item", "InternetMessageId"]),
        text(&r.data, &["Item", "Subject"]),
        text(&r.data, &["Item", "SizeInBytes"]),
    )
}

/// Microsoft-Extractor-Suite, `Get-MessageTraceLog`: the second query finds the first message again.
pub(super) fn trace(log: &Log) -> String {
    let mut out = quoted(&[
        "MessageId",
        "Received",
        "SenderAddress",
        "RecipientAddress",
        "Subject",
        "Status",
        "ToIP",
        "FromIP",
        "Size",
        "MessageTraceId",
        "StartDate",
        "EndDate",
        "Index",
    ]);
    let messages = sent(log);
    for (index, (n, r)) in messages.iter().chain(messages.first()).enumerate() {
        let (message, subject, size) = traced(r);
        out += &quoted(&[
            &message,
            &stamp(r.time + 2, "%-m/%-d/%Y %-I:%M:%S %p"),
            &r.user,
            CUSTOMERS[n % CUSTOMERS.len()],
            &subject,
            "Delivered",
            "198.51.100.25",
            "2603:10a6:20b:315::9",
            &size,
            &trace_id(r),
            "1/5/2026 12:00:00 AM",
            "1/26/2026 12:00:00 AM",
            &index.to_string(),
        ]);
    }
    out
}

/// The summary report of the Exchange admin center.
pub(super) fn trace_summary(log: &Log) -> String {
    let mut out = plain(&[
        "origin_timestamp_utc",
        "sender_address",
        "recipient_status",
        "message_subject",
        "total_bytes",
        "message_id",
        "network_message_id",
        "original_client_ip",
        "directionality",
        "connector_id",
        "delivery_priority",
    ]);
    for (n, r) in sent(log) {
        let (message, subject, size) = traced(r);
        let second = CUSTOMERS[(n + 1) % CUSTOMERS.len()];
        out += &plain(&[
            &stamp(r.time, "%Y-%m-%dT%H:%M:%S.0000000Z"),
            &r.user,
            &format!("{}##Receive, Send;{second}##Receive, Send", CUSTOMERS[n % CUSTOMERS.len()]),
            &subject,
            &size,
            &message,
            &trace_id(r),
            &r.address,
            "Originating",
            "",
            "Normal",
        ]);
    }
    out
}

/// The extended report of the Exchange admin center: each step of a message.
pub(super) fn trace_extended(log: &Log) -> String {
    let mut out = plain(&[
        "date_time_utc",
        "client_ip",
        "server_hostname",
        "source_context",
        "connector_id",
        "source",
        "event_id",
        "message_id",
        "network_message_id",
        "recipient_address",
        "recipient_status",
        "total_bytes",
        "recipient_count",
        "message_subject",
        "sender_address",
        "return_path",
        "directionality",
        "original_client_ip",
        "custom_data",
    ]);
    for (n, r) in sent(log).into_iter().take(2) {
        let (message, subject, size) = traced(r);
        let recipients = format!("{};{}", CUSTOMERS[n % CUSTOMERS.len()], CUSTOMERS[(n + 1) % CUSTOMERS.len()]);
        for (late, source, event) in
            [(0, "STOREDRIVER", "RECEIVE"), (1, "AGENT", "AGENTINFO"), (3, "SMTP", "SENDEXTERNAL")]
        {
            out += &plain(&[
                &stamp(r.time + late, "%Y-%m-%dT%H:%M:%S.120Z"),
                &r.address,
                "DB7PR04MB4346",
                "",
                "",
                source,
                event,
                &message,
                &trace_id(r),
                &recipients,
                if event == "SENDEXTERNAL" { "250 2.0.0 OK;250 2.0.0 OK" } else { "" },
                &size,
                "2",
                &subject,
                &r.user,
                &r.user,
                "Originating",
                &r.address,
                "",
            ]);
        }
    }
    out
}

/// Graph `riskDetections` and `riskyUsers` of the clerk: what Microsoft made of the intruder's sign-ins, days later.
pub(super) fn risks(log: &Log) -> String {
    let malicious: BTreeSet<&str> = log.truth.iter().map(|label| label.id.as_str()).collect();
    let found =
        log.sign_ins.iter().filter(|s| malicious.contains(s.id.as_str()) && s.code == 0 && s.upn.starts_with("sanne."));
    let mut rows: Vec<Json> = found.take(6).map(detection).collect();
    if let Some(clerk) = log.sign_ins.iter().find(|s| s.upn.starts_with("sanne.")) {
        rows.push(map! {
            "id": &clerk.user_id,
            "isDeleted": false,
            "isProcessing": false,
            "riskLevel": "none",
            "riskState": "remediated",
            "riskDetail": "userPerformedSecuredPasswordReset",
            "riskLastUpdatedDateTime": "2026-01-21T10:02:41Z",
            "userDisplayName": &clerk.name,
            "userPrincipalName": &clerk.upn,
        });
    }
    map! {
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#riskDetections",
        "value": Json::List(rows),
    }
    .pretty("\n")
}

fn detection(s: &SignIn) -> Json {
    let kind = match (s.place.country, s.agent.starts_with("axios")) {
        ("DE", _) => "anonymizedIPAddress",
        (_, true) => "anomalousToken",
        _ => "unlikelyTravel",
    };
    let agent = map! { "Key": "userAgent", "Value": &s.agent };
    map! {
        "id": format!("{}{}", s.id.replace('-', ""), s.correlation.replace('-', "")),
        "requestId": &s.id,
        "correlationId": &s.correlation,
        "riskEventType": kind,
        "riskState": "atRisk",
        "riskLevel": "medium",
        "riskDetail": "none",
        "source": "IdentityProtection",
        "detectionTimingType": "offline",
        "activity": "signin",
        "tokenIssuerType": "AzureAD",
        "ipAddress": &s.place.address,
        "location": map! { "city": s.place.city, "state": s.place.state, "countryOrRegion": s.place.country },
        "activityDateTime": stamp(s.time, "%Y-%m-%dT%H:%M:%SZ"),
        "detectedDateTime": stamp(s.time + 7_200, "%Y-%m-%dT%H:%M:%SZ"),
        "lastUpdatedDateTime": stamp(s.time + 7_200, "%Y-%m-%dT%H:%M:%SZ"),
        "userId": &s.user_id,
        "userDisplayName": &s.name,
        "userPrincipalName": &s.upn,
        "additionalInfo": Json::List(vec![agent]).compact(),
    }
}
