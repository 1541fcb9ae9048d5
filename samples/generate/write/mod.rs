//! Records to the files of `samples/harbor`: every record in one export, a few of them again where windows overlap.

mod audit;
mod collectors;
mod entra;
mod exchange;
mod pack;
mod sentinel;
mod sign_in;
mod state;

use crate::log::{Audit, Log, Truth};
use crate::people::{DAY, START};
use crate::sign_in::SignIn;
use std::collections::{BTreeMap, BTreeSet};

/// The files of the sample tenant: path below the folder, contents.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// Writes every file, `truth.json` included.
pub(crate) fn files(mut log: Log) -> Result<Files, String> {
    to_audit(&mut log);
    log.audits.sort_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
    log.sign_ins.sort_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
    log.truth.extend(told_again(&log));
    log.truth.sort_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
    let mut files = Files::new();
    audits(&log, &mut files)?;
    collected(&log, &mut files);
    sign_ins(&log, &mut files);
    entra::files(&log, &mut files);
    sentinel::files(&log, &mut files);
    files.extend(state::files(&log).into_iter().map(|(name, text)| (format!("state/{name}"), pack::utf8_bom(&text))));
    beside(&log, &mut files);
    files.insert("truth.json".into(), truth(&log));
    Ok(files)
}

/// Entra keeps sign-ins for a limited time: those of the first week are in the unified audit log only.
fn to_audit(log: &mut Log) {
    let (audit, entra): (Vec<SignIn>, Vec<SignIn>) =
        std::mem::take(&mut log.sign_ins).into_iter().partition(|s| s.in_audit || s.time < START + 7 * DAY);
    for record in &audit {
        record.audit(log);
    }
    log.sign_ins = entra;
}

/// Labels of malicious acts that a second log tells under Ids of its own: the directory's, and the message trace.
fn told_again(log: &Log) -> Vec<Truth> {
    let sent: BTreeSet<&str> = exchange::sent(log).iter().map(|(_, audit)| audit.id.as_str()).collect();
    let audits: BTreeMap<&str, &Audit> = log.audits.iter().map(|audit| (audit.id.as_str(), audit)).collect();
    let again = |label: &Truth| {
        let audit = audits.get(label.id.as_str())?;
        let (id, told_by) = if entra::is_told_with_id(audit) {
            (entra::directory_id(audit), "directory audit")
        } else if sent.contains(label.id.as_str()) {
            (exchange::trace_id(audit), "message trace")
        } else {
            return None;
        };
        Some(Truth { id, what: format!("{}, as the {told_by} has it", label.what), ..label.clone() })
    };
    log.truth.iter().filter_map(again).collect()
}

/// The audit records of some days, and the last few before them, which two exports share.
fn days(log: &Log, from: i64, to: i64, overlap: usize) -> Vec<&Audit> {
    let within = |a: &Audit| (START + from * DAY..START + to * DAY).contains(&a.time);
    let first = log.audits.iter().position(within).unwrap_or(log.audits.len());
    let count = log.audits.iter().filter(|a| within(a)).count();
    log.audits[first.saturating_sub(overlap)..first + count].iter().collect()
}

fn audits(log: &Log, files: &mut Files) -> Result<(), String> {
    let mut put = |name: &str, bytes: Vec<u8>| files.insert(format!("audit/{name}"), bytes);
    put("purview/AuditLog_20260108_090112.csv", pack::utf8_bom(&audit::purview_old(&days(log, 0, 3, 0))));
    put("purview/AuditLog_20260112_081530.csv", pack::utf8_bom(&audit::purview_new(&days(log, 3, 7, 4))));
    put("powershell/UnifiedAuditLog-20260112.csv", pack::utf16(&audit::search_csv(&days(log, 7, 8, 3))));
    put("powershell/UnifiedAuditLog-20260113.json", pack::utf16(&audit::search_json(&days(log, 8, 9, 0))));
    let mes = "extractor-suite/UnifiedAuditLog/20260123-101500";
    put(
        &format!("{mes}/UAL-20260114000000-20260115000000.csv"),
        pack::utf8_bom(&audit::suite_csv(&days(log, 9, 10, 0))),
    );
    put(
        &format!("{mes}/UAL-20260115000000-20260116000000.json"),
        audit::suite_json(&days(log, 10, 11, 0)).into_bytes(),
    );
    put(
        &format!("{mes}/UAL-20260116000000-20260117000000.jsonl"),
        audit::suite_lines(&days(log, 11, 12, 0)).into_bytes(),
    );
    put("management-api/audit-20260117-20260119.json", audit::management(&days(log, 12, 15, 0)).into_bytes());
    put("management-api/audit-20260120.ndjson.gz", pack::gzip(audit::lines(&days(log, 15, 16, 0)).as_bytes())?);
    put("graph/auditLogQuery-20260121.json", audit::graph_json(&days(log, 16, 17, 0)).into_bytes());
    let csv = audit::graph_csv(&days(log, 17, 18, 0)).into_bytes();
    put("graph/auditLogQuery-20260122.zip", pack::zip(&[("20260123101500-Harbor-UnifiedAuditLog.csv", csv)])?);
    put("purview/AuditLog_20260126_090455.csv", pack::utf8_bom(&audit::purview_new(&days(log, 18, 21, 0))));
    Ok(())
}

/// What other collectors took of the same tenant.
fn collected(log: &Log, files: &mut Files) {
    let mut put = |name: &str, bytes: Vec<u8>| files.insert(format!("audit/{name}"), bytes);
    let first = |from: i64, count: usize| days(log, from, from + 1, 0).into_iter().take(count).collect::<Vec<_>>();
    let rules: Vec<&Audit> = log.audits.iter().filter(|a| a.operation == "New-InboxRule").collect();
    put("extractor-suite/Triage/New-InboxRule.csv", pack::utf8_bom(&collectors::triage(&rules)));
    let records = collectors::pwc(&first(2, 12)).into_bytes();
    put("office-365-extractor/Hashes.csv", collectors::hashes("AuditRecords.csv", &records).into_bytes());
    put("office-365-extractor/AuditRecords.csv", records);
    put("dfir-o365rc/UnifiedAuditLog_harbor_2026-01-09.json", pack::utf8_bom(&audit::lines(&first(4, 15))));
    put("dfir-o365rc/UnifiedAuditLogPurview_harbor_2026-01-21.json", collectors::pages(&first(16, 12)).into_bytes());
    put("goose/ual_0.csv", audit::purview_old(&first(3, 12)).into_bytes());
    put("goose/ual_0.json", audit::lines(&first(3, 12)).into_bytes());
    put("hawk/Tenant/Simple_Mailbox_Changes.csv", pack::utf8_bom(&collectors::hawk_simple()));
    put(
        "hawk/tess.kraanvogel/Converted_Authentication_Logs_tess.kraanvogel.csv",
        pack::utf8_bom(&collectors::hawk_sign_ins()),
    );
    put("sparrow/ServicePrincipal_Operations_Export.csv", collectors::sparrow().into_bytes());
}

fn sign_ins(log: &Log, files: &mut Files) {
    let days = |from: i64, to: i64| -> Vec<&SignIn> {
        log.sign_ins.iter().filter(|s| (START + from * DAY..START + to * DAY).contains(&s.time)).collect()
    };
    // The portal's download, Graph v1.0 and the SigninLogs table hold interactive sign-ins of people.
    let people =
        |from: i64, to: i64| -> Vec<&SignIn> { days(from, to).into_iter().filter(|s| s.interactive).collect() };
    let mut put = |name: &str, bytes: Vec<u8>| files.insert(format!("sign-ins/{name}"), bytes);
    put("portal/InteractiveSignIns_2026-01-12_2026-01-12.csv", pack::utf8_bom(&sign_in::portal(&people(7, 8))));
    put("graph/signIns-beta-20260113-20260114.json", sign_in::graph_beta(&days(8, 10)).into_bytes());
    put("graph/signIns-v1.0-20260115-20260117.json", sign_in::graph_v1(&people(10, 13)).into_bytes());
    let records = days(13, 16);
    put("diagnostic-settings/insights-logs-signinlogs-20260118-20260120.json", sign_in::records(&records).into_bytes());
    // Two windows of the diagnostic settings that overlap by three records.
    let mut lines = records[records.len().saturating_sub(3)..].to_vec();
    lines.extend(days(16, 17));
    put("diagnostic-settings/insights-logs-signinlogs-20260121.ndjson", sign_in::lines(&lines).into_bytes());
    put("log-analytics/SigninLogs-20260122-20260123.csv", pack::utf8_bom(&sign_in::log_analytics(&people(17, 19))));
    put("portal/InteractiveSignIns_2026-01-24_2026-01-25.csv", pack::utf8_bom(&sign_in::portal(&people(19, 21))));
}

/// Exchange's older logs, message traces and risk reports.
fn beside(log: &Log, files: &mut Files) {
    let first = days(log, 0, 2, 0);
    let mut put = |name: &str, bytes: Vec<u8>| files.insert(name.to_owned(), bytes);
    put("exchange/SearchResult.xml", exchange::admin_log(&first).into_bytes());
    // A day over 12: without one the export would not show which of day and month comes first.
    let later = days(log, 8, 9, 0);
    put("exchange/MailboxAuditLog-20260113.csv", pack::utf8_bom(&exchange::mailbox_log(&later)));
    put("message-trace/sanne.loodsman@harbor.example-MTL.csv", pack::utf8_bom(&exchange::trace(log)));
    put("message-trace/MessageTraceSummary-20260119.csv", pack::utf16(&exchange::trace_summary(log)));
    put("message-trace/MessageTraceDetail-20260119.csv", pack::utf16(&exchange::trace_extended(log)));
    put("risk/riskDetections.json", exchange::risks(log).into_bytes());
}

// Without times: the file must not pass for a log when the folder is read.
fn truth(log: &Log) -> Vec<u8> {
    let labels: Vec<String> = log
        .truth
        .iter()
        .map(|label| {
            let line = crate::map! {
                "source_id": &label.id,
                "story": "harbor",
                "phase": label.phase,
                "what": &label.what,
            };
            format!("  {}", line.compact())
        })
        .collect();
    format!("[\n{}\n]\n", labels.join(",\n")).into_bytes()
}
