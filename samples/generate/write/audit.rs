//! The unified audit log as each tool exports it.

use crate::json::Json;
use crate::log::{Audit, stamp};
use crate::map;
use crate::people::TENANT;
use std::fmt::Write as _;

const CRLF: &str = "\r\n";

/// The name of a record type. <https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema>
pub(super) fn type_name(record_type: i64) -> &'static str {
    match record_type {
        1 => "ExchangeAdmin",
        2 => "ExchangeItem",
        3 => "ExchangeItemGroup",
        4 => "SharePoint",
        6 => "SharePointFileOperation",
        8 => "AzureActiveDirectory",
        14 => "SharePointSharingOperation",
        15 => "AzureActiveDirectoryStsLogon",
        25 => "MicrosoftTeams",
        28 => "ThreatIntelligence",
        40 => "SecurityComplianceAlerts",
        50 => "ExchangeItemAggregated",
        _ => "Unknown",
    }
}

/// A line of CSV in which every field is quoted.
pub(super) fn quoted(fields: &[&str]) -> String {
    let fields: Vec<String> = fields.iter().map(|f| format!("\"{}\"", f.replace('"', "\"\""))).collect();
    fields.join(",") + CRLF
}

/// A line of CSV in which fields are quoted where they must be.
pub(super) fn plain(fields: &[&str]) -> String {
    let fields: Vec<String> =
        fields
            .iter()
            .map(|f| {
                if f.contains([',', '"', '\n', '\r']) { format!("\"{}\"", f.replace('"', "\"\"")) } else { (*f).into() }
            })
            .collect();
    fields.join(",") + CRLF
}

/// Purview portal, the header with four columns; dates as an American Excel leaves them.
pub(super) fn purview_old(records: &[&Audit]) -> String {
    let mut out = format!("CreationDate,UserIds,Operations,AuditData{CRLF}");
    for r in records {
        out += &plain(&[&stamp(r.time, "%-m/%-d/%Y %-I:%M:%S %p"), &r.user, &r.operation, &r.data.compact()]);
    }
    out
}

/// Purview portal, the header with eight columns; the date carries a trailing space.
pub(super) fn purview_new(records: &[&Audit]) -> String {
    let mut out = format!(
        "RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits,AssociatedAdminUnitsNames{CRLF}"
    );
    for r in records {
        let date = format!("\"{}\"", stamp(r.time, "%Y-%m-%dT%H:%M:%S.0000000Z "));
        let rest = plain(&[&r.record_type.to_string(), &r.operation, &r.user, &r.data.compact(), "", ""]);
        let _ = write!(out, "{},{date},{rest}", r.id);
    }
    out
}

const SEARCH: &[&str] = &[
    "RecordType",
    "CreationDate",
    "UserIds",
    "Operations",
    "AuditData",
    "ResultIndex",
    "ResultCount",
    "Identity",
    "IsValid",
    "ObjectState",
];

fn search_rows(records: &[&Audit], empty: Option<usize>) -> String {
    let mut out = quoted(SEARCH);
    for (n, r) in records.iter().enumerate() {
        out += &quoted(&[
            type_name(r.record_type),
            &stamp(r.time, "%-m/%-d/%Y %-I:%M:%S %p"),
            &r.user,
            &r.operation,
            &if empty == Some(n) { String::new() } else { r.data.compact() },
            &(n + 1).to_string(),
            &records.len().to_string(),
            &r.id,
            "True",
            "Unchanged",
        ]);
    }
    out
}

/// `Search-UnifiedAuditLog | Export-Csv` of Windows PowerShell, American culture. One row has lost its `AuditData`.
pub(super) fn search_csv(records: &[&Audit]) -> String {
    let lost = (records.len() / 2..records.len()).find(|n| records[*n].operation == "FileAccessed");
    let rows = search_rows(records, lost);
    format!("#TYPE Deserialized.Microsoft.Exchange.Data.ApplicationLogic.UnifiedAuditLogEvent{CRLF}{rows}")
}

/// Microsoft-Extractor-Suite, `Get-UAL -Output CSV`.
pub(super) fn suite_csv(records: &[&Audit]) -> String {
    search_rows(records, None)
}

fn wrapper(record: &Audit, (index, count): (usize, usize), date: String, content: Json) -> Json {
    map! {
        "RecordType": type_name(record.record_type),
        "CreationDate": date,
        "UserIds": &record.user,
        "Operations": &record.operation,
        "AuditData": content,
        "ResultIndex": Json::count(index + 1),
        "ResultCount": Json::count(count),
        "Identity": &record.id,
        "IsValid": true,
        "ObjectState": "Unchanged",
    }
}

fn iso(record: &Audit) -> String {
    stamp(record.time, "%Y-%m-%dT%H:%M:%SZ")
}

/// `Search-UnifiedAuditLog | ConvertTo-Json | Out-File` of Windows PowerShell: `AuditData` is JSON in a string, dates
/// count milliseconds.
pub(super) fn search_json(records: &[&Audit]) -> String {
    let list = records.iter().enumerate().map(|(n, r)| {
        let date = format!("/Date({})/", r.time * 1000);
        wrapper(r, (n, records.len()), date, r.data.compact().into())
    });
    Json::List(list.collect()).pretty(CRLF) + CRLF
}

/// `Get-UAL -Output JSON`: `AuditData` is an object; one array for each window of the search, blank lines between.
pub(super) fn suite_json(records: &[&Audit]) -> String {
    let (morning, evening) = records.split_at(records.len() / 2);
    let window = |records: &[&Audit]| {
        let list = records.iter().enumerate().map(|(n, r)| wrapper(r, (n, records.len()), iso(r), r.data.clone()));
        Json::List(list.collect()).pretty(CRLF)
    };
    format!("{}{CRLF}{CRLF}{}{CRLF}", window(morning), window(evening))
}

/// `Get-UAL -Output JSONL`: one wrapper a line, `AuditData` still a string.
pub(super) fn suite_lines(records: &[&Audit]) -> String {
    let line =
        |(n, r): (usize, &&Audit)| wrapper(r, (n, records.len()), iso(r), r.data.compact().into()).compact() + CRLF;
    records.iter().enumerate().map(line).collect()
}

/// A blob of the Management Activity API: an array of `AuditData`.
pub(super) fn management(records: &[&Audit]) -> String {
    Json::List(records.iter().map(|r| r.data.clone()).collect()).compact()
}

/// The same records, one a line.
pub(super) fn lines(records: &[&Audit]) -> String {
    records.iter().map(|r| r.data.compact() + "\n").collect()
}

pub(super) fn camel(name: &str) -> String {
    name[..1].to_lowercase() + &name[1..]
}

pub(super) fn user_type(number: i64) -> &'static str {
    match number {
        0 => "regular",
        2 => "admin",
        3 => "dcAdmin",
        4 => "system",
        _ => "application",
    }
}

/// A record of the Graph audit log query.
pub(super) fn query_record(r: &Audit) -> Json {
    map! {
        "id": &r.id,
        "createdDateTime": stamp(r.time, "%Y-%m-%dT%H:%M:%SZ"),
        "auditLogRecordType": camel(type_name(r.record_type)),
        "operation": &r.operation,
        "organizationId": TENANT,
        "userType": user_type(r.user_type),
        "userId": &r.user_key,
        "service": r.workload,
        "objectId": &r.object,
        "userPrincipalName": &r.user,
        "clientIp": &r.address,
        "administrativeUnits": Json::List(vec!["".into()]),
        "auditData": map! { "@odata.type": "#microsoft.graph.security.defaultAuditData" }.with(r.data.clone()),
    }
}

/// A page of the Graph audit log query: `{"value": […]}`.
pub(super) fn graph_json(records: &[&Audit]) -> String {
    let list = records.iter().map(|r| query_record(r));
    map! {
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#security/auditLog/queries('f25f0d1c')/records",
        "@odata.count": Json::count(records.len()),
        "value": Json::List(list.collect()),
    }
    .pretty("\n")
}

/// The same records as Microsoft-Extractor-Suite writes them to CSV, `auditData` over several lines.
pub(super) fn graph_csv(records: &[&Audit]) -> String {
    let mut out = quoted(&[
        "id",
        "createdDateTime",
        "auditLogRecordType",
        "operation",
        "organizationId",
        "userType",
        "userId",
        "service",
        "objectId",
        "userPrincipalName",
        "clientIp",
        "administrativeUnits",
        "auditData",
    ]);
    for r in records {
        out += &quoted(&[
            &r.id,
            &stamp(r.time, "%Y-%m-%dT%H:%M:%SZ"),
            &camel(type_name(r.record_type)),
            &r.operation,
            TENANT,
            user_type(r.user_type),
            &r.user_key,
            r.workload,
            &r.object,
            &r.user,
            &r.address,
            "",
            &r.data.pretty(CRLF),
        ]);
    }
    out
}
