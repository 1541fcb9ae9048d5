//! What the evidence may lack: each sign with evidence that shows it, and evidence that nearly does.

use speur::coverage::{Coverage, Shortfall};
use speur::pipeline::{Options, analyze, inspect};
use std::collections::BTreeMap;
use std::path::Path;

/// Files of a folder `logs`, by their path in it.
type Files<'a> = &'a [(&'a str, String)];

fn write(root: &Path, files: Files<'_>) {
    for (name, text) in files {
        let path = root.join("logs").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

fn looked_at(files: Files<'_>) -> Coverage {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), files);
    let options = Options { paths: vec![home.path().join("logs")], threads: 1, ..Options::default() };
    inspect(&options, &()).unwrap().coverage
}

/// The statements with this sign.
fn met(sign: &str, files: Files<'_>) -> Vec<Shortfall> {
    looked_at(files).completeness.into_iter().filter(|met| met.sign == sign).collect()
}

/// `hit` shows the sign once, with `found` in its words; `miss` does not show it.
fn tell(sign: &str, found: &str, hit: Files<'_>, miss: Files<'_>) {
    let told = met(sign, hit);
    assert_eq!(told.len(), 1, "{sign}: {told:?}");
    assert!(told[0].found.contains(found), "{sign}: {told:?}");
    assert_eq!(met(sign, miss), [], "{sign}");
}

/// A record of the unified audit log; `more` are further members, each with a comma before it.
fn audit(id: &str, time: &str, operation: &str, more: &str) -> String {
    format!(
        "{{\"CreationTime\":\"{time}\",\"Id\":\"{id}\",\"Operation\":\"{operation}\",\"OrganizationId\":\"t\",\"RecordType\":2,\"UserId\":\"ada@harbor.example\",\"Workload\":\"Exchange\"{more}}}\n"
    )
}

fn one(name: &'static str, text: impl Into<String>) -> Vec<(&'static str, String)> {
    vec![(name, text.into())]
}

const WRAPPED: &str = "RecordType,CreationDate,UserIds,Operations,AuditData,ResultIndex,ResultCount,Identity\n";

/// A row around `data`.
fn row(created: &str, operation: &str, data: &str, index: &str, count: &str) -> String {
    let data = data.trim().replace('"', "\"\"");
    format!("ExchangeItem,{created},ada@harbor.example,{operation},\"{data}\",{index},{count},\n")
}

fn sign_in(more: &str) -> String {
    format!(
        "{{\"createdDateTime\":\"2026-01-05T10:00:00Z\",\"appId\":\"a\",\"ipAddress\":\"192.0.2.1\",\"userPrincipalName\":\"ada@harbor.example\"{more}}}\n"
    )
}

#[test]
fn throttled_access_to_mail_is_told_with_the_mailbox_and_the_time() {
    let record = |value: &str| {
        let properties = format!(
            r#","MailboxOwnerUPN":"ada@harbor.example","OperationProperties":[{{"Name":"MailAccessType","Value":"Sync"}},{{"Name":"IsThrottled","Value":"{value}"}}]"#
        );
        one("a.jsonl", audit("x", "2026-01-05T10:00:00", "MailItemsAccessed", &properties))
    };
    tell(
        "throttled-mail-access",
        "ada@harbor.example: MailItemsAccessed with IsThrottled True, 5 Jan 2026 10:00 UTC",
        &record("True"),
        &record("False"),
    );
}

#[test]
fn the_log_of_a_collection_tool_is_quoted_and_is_no_unknown_file() {
    let log = |line: &str| {
        let head = "2026-01-23 10:15:00 - [INFO] Running Get-UAL, all\n2026-01-23 10:15:02 - [INFO] Found 12 audit logs between a and b\n";
        vec![("a.jsonl", audit("x", "2026-01-05T10:00:00", "Send", "")), ("LogFile.txt", format!("{head}{line}\n"))]
    };
    let cap = "2026-01-23 10:15:03 - [ERROR] Window 2026-01-14T00:00:00Z -> 2026-01-14T00:00:06Z has 5000+ events in the minimum interval (0.1 min). Cannot shrink further; writing partial data and advancing. SOME EVENTS IN THIS RANGE ARE NOT CAPTURED.";
    let retry = "2026-01-23 10:15:04 - [ERROR] Max retries reached for window 2026-01-14 00:00:00 -> 2026-01-14 12:00:00. Skipping. Last error: timed out";
    let quiet = "2026-01-23 10:15:04 - [INFO] Acquisition complete";
    tell("collection-gap", "2026-01-14T00:00:00Z -> 2026-01-14T00:00:06Z", &log(cap), &log(quiet));
    tell("collection-gap", "window 2026-01-14 00:00:00 -> 2026-01-14 12:00:00", &log(retry), &log(quiet));
    let coverage = looked_at(&log(cap));
    let file = coverage.files.iter().find(|file| file.path.ends_with("LogFile.txt")).unwrap();
    assert_eq!((file.format.as_str(), file.counts.rows, file.bytes), ("collection log", 0, log(cap)[1].1.len() as u64));
    assert_eq!(file.sha256.len(), 64);
    let note = [
        ("a.jsonl", audit("x", "2026-01-05T10:00:00", "Send", "")),
        ("note.txt", format!("Dear colleague, this is what I saw:\n{cap}\n")),
    ];
    assert_eq!(met("collection-gap", &note), [], "a note that quotes the log is not the log");
}

#[test]
fn windows_in_the_names_of_files_must_adjoin() {
    let windows = |second: &'static str| {
        vec![
            ("u/UAL-20260114000000-20260115000000.json", audit("x", "2026-01-14T10:00:00", "Send", "")),
            (second, audit("y", "2026-01-16T10:00:00", "Send", "")),
        ]
    };
    tell(
        "windows-not-adjoining",
        "begins 16 Jan 2026 00:00, the window before it ends 15 Jan 2026 00:00",
        &windows("u/UAL-20260116000000-20260117000000.json"),
        &windows("u/UAL-20260115000000-20260117000000.json"),
    );
    assert_eq!(met("windows-not-adjoining", &windows("other/UAL-20260116000000-20260117000000.json")), []);
}

#[test]
fn a_list_without_its_end_is_told() {
    let record = audit("x", "2026-01-05T10:00:00", "Send", "");
    tell(
        "list-not-closed",
        "no end",
        &one("a.json", format!("[{record},{record}")),
        &one("a.json", format!("[{record}]")),
    );
}

#[test]
fn what_a_search_broke_or_left_empty_is_told() {
    let data = audit("x", "2026-01-05T10:00:00", "Send", "");
    let csv = |row: String| one("a.csv", format!("{WRAPPED}{row}"));
    let whole = row("2026-01-05T10:00:00Z", "Send", &data, "1", "1");
    tell(
        "broken-result-set",
        "1 row",
        &csv(row("2026-01-05T10:00:00Z", "Send", &data, "-1", "0")),
        &csv(whole.clone()),
    );
    tell("audit-data-empty", "1 record", &csv(row("2026-01-05T10:00:00Z", "Send", "", "1", "1")), &csv(whole.clone()));
    tell(
        "minute-precision",
        "1 time",
        &csv(row("1/24/2026 6:54 AM", "Send", "", "1", "1")),
        &csv(row("1/24/2026 6:54:01 AM", "Send", "", "1", "1")),
    );
    // As month first they would go back in the middle.
    let days = (1..=9)
        .map(|day| format!("{day}/2/2026 6:54:01 AM"))
        .chain((1..=2).map(|day| format!("{day}/3/2026 6:54:01 AM")));
    let sorted = days.map(|day| row(&day, "Send", "", "1", "1")).collect::<String>();
    tell("date-order-not-shown", "10 times", &csv(sorted), &csv(row("1/24/2026 6:54:01 AM", "Send", "", "1", "1")));
    tell("duplicates", "1 row repeats", &csv(format!("{whole}{whole}")), &csv(whole));
    let json = |index: i8| one("a.json", format!(r#"{{"ResultIndex":{index},"ResultCount":0,"AuditData":{data}}}"#));
    tell("broken-result-set", "1 row", &json(-1), &json(1));
}

#[test]
fn letters_that_became_question_marks_are_told_unless_the_file_has_letters_beyond_ascii() {
    let named = |operation: &str, user: &str| {
        let record = audit("x", "2026-01-05T10:00:00", operation, "").replace("ada@harbor.example", user);
        one("a.jsonl", record)
    };
    tell(
        "characters-lost",
        "Update application ?",
        &named("Update application ? Certificates", "x"),
        &named("Send", "https://harbor.example/a?b"),
    );
}

#[test]
fn values_that_an_export_flattened_are_told() {
    let table = |status: &str| {
        one(
            "a.csv",
            format!("CreatedDateTime,UserPrincipalName,Status\n2026-01-05T10:00:00Z,ada@harbor.example,{status}\n"),
        )
    };
    tell(
        "nested-values-lost",
        "1 cell",
        &table("Microsoft.Graph.PowerShell.Models.MicrosoftGraphSignInStatus"),
        &table("Success"),
    );
    let flat = "CreationTime,Id,Operation,RecordType,UserId\n2026-01-05T10:00:00,x,Send,2,ada@harbor.example\n";
    tell(
        "flattened-audit-data",
        "CSV",
        &one("a.csv", flat),
        &one("a.jsonl", audit("x", "2026-01-05T10:00:00", "Send", "")),
    );
    let cell = |length: usize| {
        one("a.jsonl", audit("x", "2026-01-05T10:00:00", "Send", &format!(r#","Subject":"{}""#, "x".repeat(length))))
    };
    tell("spreadsheet-cells", "1 cell", &cell(32_767), &cell(32_768));
    tell("index-values", "1 value", &cell(32_766), &cell(32_765));
}

#[test]
fn logs_that_were_not_given_are_told() {
    let send = || ("a.jsonl", audit("x", "2026-01-05T10:00:00", "Send", ""));
    let directory =
        r#"{"time":"2026-01-05T10:00:00Z","operationName":"Update user","category":"AuditLogs","properties":{}}"#;
    let entra =
        audit("y", "2026-01-05T10:00:00", "Update user.", "").replace("\"Exchange\"", "\"AzureActiveDirectory\"");
    tell("no-sign-ins", "no record", &[send()], &[send(), ("b.jsonl", sign_in(""))]);
    tell("no-audit-log", "no record", &[("b.jsonl", sign_in(""))], &[send(), ("b.jsonl", sign_in(""))]);
    tell("no-directory-audit", "no record", &[send()], &[send(), ("b.jsonl", directory.to_owned())]);
    tell("no-directory-audit", "no record", &[send()], &[send(), ("b.jsonl", entra)]);
    assert_eq!(met("no-message-trace", &[send()]).len(), 1);
    assert_eq!(met("no-state", &[send()]).len(), 1);
}

#[test]
fn a_filter_is_named_where_it_may_be_what_leaves_a_log_out() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), &[("a.jsonl", audit("x", "2026-01-05T10:00:00", "Send", "") + &sign_in(""))]);
    let users = vec!["nobody@harbor.example".to_owned()];
    let options = Options { paths: vec![home.path().join("logs")], threads: 1, users, ..Options::default() };
    let told = inspect(&options, &()).unwrap().coverage.completeness;
    let sign_ins = told.iter().find(|met| met.sign == "no-sign-ins").unwrap();
    assert_eq!(sign_ins.found, "no record of an Entra sign-in log (of what was asked for; the rest was not looked at)");
}

#[test]
fn sign_ins_of_one_kind_only_are_told() {
    let kind = |kind: &str| one("a.jsonl", sign_in(&format!(r#","signInEventTypes":["{kind}"]"#)));
    tell(
        "only-interactive-sign-ins",
        "interactive sign-ins only: 1",
        &kind("interactiveUser"),
        &kind("nonInteractiveUser"),
    );
    tell(
        "graph-v1-sign-ins",
        "1 sign-in",
        &one("a.jsonl", sign_in("")),
        &one("a.jsonl", sign_in(r#","userAgent":"x""#)),
    );
}

#[test]
fn an_export_of_one_operation_or_one_workload_is_told() {
    let records = |count: u32, operations: u32, second: &str| {
        let record = |n: u32| {
            let text = audit(&n.to_string(), &format!("2026-01-05T10:00:{n:02}"), &format!("Op{}", n % operations), "");
            if n == 0 { text.replace("\"Exchange\"", second) } else { text }
        };
        one("a.jsonl", (0..count).map(record).collect::<String>())
    };
    tell("single-operation", "the operation \"Op0\"", &records(20, 1, "\"Exchange\""), &records(20, 2, "\"Exchange\""));
    assert_eq!(met("single-operation", &records(19, 1, "\"Exchange\"")), [], "few records say nothing");
    tell(
        "single-workload",
        "the workload \"Exchange\"",
        &records(20, 2, "\"Exchange\""),
        &records(20, 2, "\"OneDrive\""),
    );
}

#[test]
fn tokens_that_no_record_names_are_told() {
    let with = r#","AppAccessContext":{"UniqueTokenId":"u"}"#;
    let record = |more: &str| one("a.jsonl", audit("x", "2026-01-05T10:00:00", "Send", more));
    tell("no-token-ids", "none of 1 act", &record(""), &record(with));
    assert_eq!(met("no-token-ids", &one("a.jsonl", sign_in(""))), [], "there is no act to join");
}

#[test]
fn records_younger_than_the_latency_are_told_by_the_name_of_the_file() {
    let named = |name: &'static str| one(name, audit("x", "2026-01-05T10:00:00", "Send", ""));
    tell(
        "within-latency",
        "ends 5 Jan 2026 10:00 UTC",
        &named("AuditLog_20260105_180000.jsonl"),
        &named("AuditLog_20260107_180000.jsonl"),
    );
    assert_eq!(met("within-latency", &named("audit.jsonl")), [], "nothing states when it was collected");
}

#[test]
fn a_log_that_begins_where_the_service_deletes_is_told() {
    let ends =
        |last: &str| one("a.jsonl", audit("x", "2026-01-05T10:00:00", "Send", "") + &audit("y", last, "Send", ""));
    tell(
        "retention-horizon",
        "180 days before the evidence ends",
        &ends("2026-07-04T12:00:00"),
        &ends("2026-05-05T10:00:00"),
    );
}

#[test]
fn a_hole_in_the_rhythm_of_the_weeks_is_told_and_a_weekend_is_not() {
    let weeks = |without: i64| {
        let monday = chrono::DateTime::parse_from_rfc3339("2026-01-05T00:30:00Z").unwrap();
        let days = (0..28).filter(|day| day % 7 < 5 && *day != without);
        let times = days.flat_map(|day| (7..17).map(move |hour| monday + chrono::Duration::hours(day * 24 + hour)));
        let record = |time: chrono::DateTime<_>| {
            audit(&time.to_string(), &time.format("%Y-%m-%dT%H:%M:%S").to_string(), "Send", "")
        };
        one("a.jsonl", times.map(record).collect::<String>())
    };
    tell(
        "gap-in-rhythm",
        "the unified audit log has no record from 19 Jan 2026 16:30 to 21 Jan 2026 07:30 UTC; 10 of these hours",
        &weeks(15),
        &weeks(99),
    );
}

/// The statements of a whole analysis, by sign.
fn analyzed(before: &str, after: &str) -> BTreeMap<String, String> {
    let home = tempfile::tempdir().unwrap();
    let forward = r#","ObjectId":"ada","ResultStatus":"True","ClientIP":"203.0.113.77","Parameters":[{"Name":"Identity","Value":"ada"},{"Name":"ForwardingSmtpAddress","Value":"smtp:x@elsewhere.example"}]"#;
    let records = [
        audit("x", before, "Send", ""),
        audit("y", "2026-02-03T10:00:00", "Set-Mailbox", forward).replace("\"RecordType\":2", "\"RecordType\":1"),
        audit("z", after, "Send", ""),
    ];
    write(home.path(), &[("a.jsonl", records.concat())]);
    let options = Options {
        paths: vec![home.path().join("logs")],
        out: home.path().join("case"),
        threads: 1,
        rules: speur::rule::Options { pack: true, ..Default::default() },
        ..Options::default()
    };
    let summary = analyze(&options, &()).unwrap();
    assert!(!summary.accounts.is_empty(), "the forwarding must be a finding");
    let report = std::fs::read_to_string(home.path().join("case/report.html")).unwrap();
    let told = summary.coverage.completeness;
    assert!(told.iter().all(|met| report.contains(&met.sign)), "the report tells all of it");
    told.into_iter().map(|met| (met.sign, met.found)).collect()
}

#[test]
fn the_window_is_held_against_the_first_and_the_last_suspicious_act() {
    let short = analyzed("2026-02-01T09:00:00", "2026-02-03T12:00:00");
    assert_eq!(
        short["evidence-starts-late"],
        "the unified audit log begins 1 Feb 2026 09:00 UTC, 2 days before the first suspicious act of 3 Feb 2026 10:00 UTC"
    );
    assert_eq!(
        short["evidence-ends-early"],
        "the unified audit log ends 3 Feb 2026 12:00 UTC, 2 hours after the last suspicious act of 3 Feb 2026 10:00 UTC"
    );
    let long = analyzed("2026-01-10T09:00:00", "2026-02-20T09:00:00");
    assert!(!long.contains_key("evidence-starts-late") && !long.contains_key("evidence-ends-early"), "{long:?}");
}

#[test]
fn a_download_in_another_language_is_read_and_says_so() {
    let text = "Datum (UTC),Aanvraag-id,Gebruikersnaam,IP-adres,Locatie,Status,Foutcode voor aanmelding,Nieuwe kolom\n2026-01-05T10:00:00Z,r,ada@harbor.example,192.0.2.1,\"Rotterdam, Zuid-Holland, NL\",Fout,50126,x\n";
    let english = "Date (UTC),Request ID,Username,IP address,Location,Status,Sign-in error code,New column\n2026-01-05T10:00:00Z,r,ada@harbor.example,192.0.2.1,\"Rotterdam, Zuid-Holland, NL\",Failure,50126,x\n";
    let coverage = looked_at(&one("a.csv", text));
    let file = &coverage.files[0];
    assert_eq!((file.format.as_str(), file.language.as_deref(), file.counts.used), ("entra-signin-csv", Some("nl"), 1));
    tell("columns-unmapped", "columns Nieuwe kolom", &one("a.csv", text), &one("a.csv", english));
    assert_eq!(looked_at(&one("a.csv", english)).files[0].language, None);
    // The same sign-in in two languages is one sign-in.
    let both = looked_at(&[("a.csv", text.to_owned()), ("b.csv", english.to_owned())]);
    assert_eq!((both.totals.counts.used, both.totals.counts.duplicate), (1, 1), "{both:?}");
}
