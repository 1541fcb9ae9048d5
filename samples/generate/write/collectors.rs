//! The unified audit log as further collectors leave it: the same records again where nothing is lost, and records of
//! their own where a tool cuts what it writes.

use super::audit::{query_record, quoted, type_name};
use crate::json::Json;
use crate::log::{Audit, stamp};
use crate::map;
use crate::people::{DAY, START, TENANT, TENANT_NAME};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

const CRLF: &str = "\r\n";
const ADMIN: &str = "tess.kraanvogel@harbor.example";
const ADMIN_ID: &str = "8d2f6a11-0c5e-4b7a-9f61-2b7e1c4d9a30";
const OFFICE: &str = "195.240.10.20";
const AGENT: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0";

/// Microsoft-Extractor-Suite, `Start-MESTriage`: one operation, Dutch dates.
pub(super) fn triage(records: &[&Audit]) -> String {
    let mut out = quoted(&[
        "RecordType",
        "CreationDate",
        "UserIds",
        "Operations",
        "ResultIndex",
        "ResultCount",
        "Identity",
        "IsValid",
        "ObjectState",
        "OperationQueried",
        "AuditData_UserId",
        "AuditData_ClientIP",
        "AuditData_UserAgent",
        "AuditData_ObjectId",
        "AuditData_Raw",
    ]);
    for (n, r) in records.iter().enumerate() {
        out += &quoted(&[
            type_name(r.record_type),
            &stamp(r.time, "%-d-%-m-%Y %H:%M:%S"),
            &r.user,
            &r.operation,
            &(n + 1).to_string(),
            &records.len().to_string(),
            &r.id,
            "True",
            "Unchanged",
            &r.operation,
            &r.user,
            &r.address,
            "",
            &r.object,
            &r.data.compact(),
        ]);
    }
    out
}

/// Office-365-Extractor: the columns of a remote session.
pub(super) fn pwc(records: &[&Audit]) -> String {
    let mut out = quoted(&[
        "PSComputerName",
        "RunspaceId",
        "PSShowComputerName",
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
    ]);
    for (n, r) in records.iter().enumerate() {
        out += &quoted(&[
            "outlook.office365.com",
            "3b0f7a52-6b1d-4a55-8c0e-51d7f0a9c2e4",
            "False",
            type_name(r.record_type),
            &stamp(r.time, "%-d-%-m-%Y %H:%M:%S"),
            &r.user,
            &r.operation,
            &r.data.compact(),
            &(n + 1).to_string(),
            &records.len().to_string(),
            &r.id,
            "True",
            "Unchanged",
        ]);
    }
    out
}

/// `Get-FileHash | Export-Csv`, as Office-365-Extractor leaves it beside its output.
pub(super) fn hashes(name: &str, bytes: &[u8]) -> String {
    let mut hash = String::new();
    for byte in Sha256::digest(bytes) {
        let _ = write!(hash, "{byte:02X}");
    }
    let path = format!("C:\\Extractor\\Log_Directory\\{name}");
    format!(
        "#TYPE Microsoft.Powershell.Utility.FileHash{CRLF}{}{}",
        quoted(&["Algorithm", "Hash", "Path"]),
        quoted(&["SHA256", &hash, &path])
    )
}

/// `DFIR-O365RC`, audit log queries of Purview: each page is appended as an array of its own.
pub(super) fn pages(records: &[&Audit]) -> String {
    let page = |page: &[&Audit]| Json::List(page.iter().map(|r| query_record(r)).collect()).pretty(CRLF) + CRLF;
    records.chunks(6).map(page).collect()
}

/// hawk, `Simple_*.csv`: settings of mailboxes that the administrator changed. The second record's parameter has no
/// column, since the first has none of that name.
pub(super) fn hawk_simple() -> String {
    let mut out = quoted(&[
        "RecordType",
        "CreationDate",
        "UserIds",
        "Operations",
        "Identity",
        "AuditCreationTime",
        "AuditId",
        "Operation",
        "OrganizationId",
        "OrganizationName",
        "AuditRecordType",
        "ResultStatus",
        "UserKey",
        "UserType",
        "Workload",
        "ClientIP",
        "ObjectId",
        "UserId",
        "Param_Identity",
        "Param_RecipientLimits",
        "Parameters",
        "FullCommand",
    ]);
    let rows = [
        ("0f6a2f6e-4d52-4d0e-9d1c-5a7e0c3b1a01", 10 * DAY + 34_207, "planning", "RecipientLimits", "200"),
        ("0f6a2f6e-4d52-4d0e-9d1c-5a7e0c3b1a02", 15 * DAY + 51_640, "customs", "MessageCopyForSentAsEnabled", "True"),
    ];
    for (id, after, mailbox, name, value) in rows {
        let time = stamp(START + after, "%-d-%-m-%Y %H:%M:%S");
        let own = if name == "RecipientLimits" { value } else { "" };
        let printed = if value == "True" { "$true" } else { value };
        out += &quoted(&[
            "ExchangeAdmin",
            &time,
            ADMIN,
            "Set-Mailbox",
            id,
            &stamp(START + after, "%Y-%m-%dT%H:%M:%S"),
            id,
            "Set-Mailbox",
            TENANT,
            TENANT_NAME,
            "1",
            "True",
            ADMIN_ID,
            "2",
            "Exchange",
            OFFICE,
            mailbox,
            ADMIN,
            mailbox,
            own,
            &format!("Identity={mailbox} | {name}={value}"),
            &format!("Set-Mailbox -Identity {mailbox} -{name} {printed}"),
        ]);
    }
    out
}

/// hawk, `Converted_Authentication_Logs`: times cut to the minute, lists in one text.
pub(super) fn hawk_sign_ins() -> String {
    let mut out = quoted(&[
        "CreationTime",
        "UserId",
        "Workload",
        "ClientIP",
        "Actor",
        "DeviceProperties",
        "ExtendedProperties",
        "ResultStatusDetail",
        "UserAgent",
        "RequestType",
        "Id",
        "Operation",
        "OrganizationId",
        "RecordType",
        "ResultStatus",
        "Target",
        "ErrorNumber",
        "UserKey",
        "UserType",
    ]);
    for (n, day) in [7, 8, 9, 10].into_iter().enumerate() {
        out += &quoted(&[
            &stamp(START + day * DAY + 27_540, "%-d-%-m-%Y %H:%M"),
            ADMIN,
            "AzureActiveDirectory",
            OFFICE,
            &format!("{ADMIN_ID}:0,{ADMIN}:5"),
            "System.Object[]",
            "ResultStatusDetail:,UserAgent:,RequestType:",
            "Success",
            AGENT,
            "OAuth2:Authorize",
            &format!("0f6a2f6e-4d52-4d0e-9d1c-5a7e0c3b1b0{n}"),
            "UserLoggedIn",
            TENANT,
            "15",
            "Success",
            "00000002-0000-0ff1-ce00-000000000000:0",
            "0",
            ADMIN_ID,
            "0",
        ]);
    }
    out
}

/// sparrow, semicolons between: lists as JSON, a list of one as its only member.
pub(super) fn sparrow() -> String {
    let line = |fields: &[&str]| {
        let fields: Vec<String> = fields.iter().map(|f| format!("\"{}\"", f.replace('"', "\"\""))).collect();
        fields.join(";") + CRLF
    };
    let mut out = line(&[
        "CreationTime",
        "Id",
        "Operation",
        "Organization",
        "RecordType",
        "ResultStatus",
        "LogonError",
        "UserKey",
        "UserType",
        "Version",
        "Workload",
        "ClientIP",
        "ObjectId",
        "UserId",
        "ModifiedProperties",
        "Actor",
        "Target",
    ]);
    for (n, name) in ["Harbor backup", "Gate planner"].into_iter().enumerate() {
        out += &line(&[
            &stamp(START + 11 * DAY + 32_400, &format!("%Y-%m-%dT%H:%M:0{n}")),
            &format!("0f6a2f6e-4d52-4d0e-9d1c-5a7e0c3b1c0{n}"),
            "Update service principal.",
            "",
            "8",
            "Success",
            "",
            ADMIN_ID,
            "0",
            "1",
            "AzureActiveDirectory",
            OFFICE,
            name,
            ADMIN,
            &map! { "Name": "AppRoleAssignmentRequired", "NewValue": "[true]", "OldValue": "[false]" }.compact(),
            &Json::List(vec![map! { "ID": ADMIN, "Type": 5 }, map! { "ID": format!("User_{ADMIN_ID}"), "Type": 2 }])
                .compact(),
            &map! { "ID": name, "Type": 1 }.compact(),
        ]);
    }
    out
}
