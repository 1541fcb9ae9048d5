//! Records of the unified audit log once more, as Sentinel and Defender have them.

use super::audit::{plain, type_name};
use super::pack::utf8_bom;
use super::{Files, days};
use crate::json::Json;
use crate::log::{Audit, Log, stamp};

const ISO: &str = "%Y-%m-%dT%H:%M:%SZ";

/// Writes every file.
pub(super) fn files(log: &Log, files: &mut Files) {
    let mut put = |name: &str, bytes: Vec<u8>| files.insert(name.to_owned(), bytes);
    let exchange = |from: i64, to: i64| -> Vec<&Audit> {
        days(log, from, to, 0).into_iter().filter(|a| a.workload == "Exchange").take(20).collect()
    };
    put("audit/sentinel/OfficeActivity-20260115.json", office_activity(&exchange(10, 11)).into_bytes());
    put("audit/defender/CloudAppEvents-20260116.csv", utf8_bom(&cloud_app_events(&exchange(11, 12))));
}

/// Rows of the `OfficeActivity` table: members renamed, everything text.
fn office_activity(records: &[&Audit]) -> String {
    let rows = records.iter().map(|audit| {
        let Json::Map(members) = &audit.data else { return Json::Null };
        let mut row = vec![("TenantId".to_owned(), Json::from("aa4f3b1e-6d5c-4e0b-8a4d-1c2b3a495001"))];
        for (name, value) in members {
            let renamed = match name.as_str() {
                "CreationTime" => "TimeGenerated",
                "Id" => "OfficeId",
                "Workload" => "OfficeWorkload",
                "ObjectId" => "OfficeObjectId",
                "ClientIPAddress" => "Client_IPAddress",
                "LogonType" => "Logon_Type",
                other => other,
            };
            row.push((renamed.to_owned(), cell(audit, name, value)));
        }
        row.push(("UserId_".to_owned(), Json::from(&audit.user)));
        row.push(("Type".to_owned(), "OfficeActivity".into()));
        Json::Map(row)
    });
    Json::List(rows.collect()).pretty("\n")
}

fn cell(audit: &Audit, name: &str, value: &Json) -> Json {
    match (name, value) {
        ("CreationTime", _) => stamp(audit.time, ISO).into(),
        ("RecordType", _) => type_name(audit.record_type).into(),
        ("UserType", Json::Int(2)) => "Admin".into(),
        ("UserType", Json::Int(0)) => "Regular".into(),
        ("LogonType", Json::Int(0)) => "Owner".into(),
        ("LogonType", Json::Int(2)) => "Delegated".into(),
        (_, Json::Text(text)) => text.into(),
        (_, value) => value.compact().into(),
    }
}

/// Rows of `CloudAppEvents` as advanced hunting downloads them, the audit record in a cell.
fn cloud_app_events(records: &[&Audit]) -> String {
    let mut out = plain(&[
        "Timestamp",
        "ActionType",
        "Application",
        "AccountId",
        "AccountDisplayName",
        "IPAddress",
        "ReportId",
        "RawEventData",
    ]);
    for audit in records {
        out += &plain(&[
            &stamp(audit.time, ISO),
            &audit.operation,
            "Microsoft Exchange Online",
            &audit.user_key,
            &audit.user,
            &audit.address,
            &format!("{}_1_{}", audit.time, &audit.id[..8]),
            &audit.data.compact(),
        ]);
    }
    out
}
