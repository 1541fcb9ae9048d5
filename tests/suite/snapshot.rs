//! Snapshots are evidence, but no activity: nothing that counts or spans acts takes them in.

#![allow(clippy::unwrap_used)] // the helpers of tests are tests

use super::case_folder::{json, table};
use speur::pipeline::{Options, analyze, inspect};
use std::path::Path;

const AUDIT: &str = r#"{"CreationTime":"2026-01-14T03:11:00","Id":"0a","Operation":"MailItemsAccessed","OrganizationId":"t","RecordType":50,"UserType":0,"Workload":"Exchange","UserId":"anna@harbor.example","ClientIPAddress":"195.240.10.20"}
{"CreationTime":"2026-01-15T03:11:00","Id":"0b","Operation":"MailItemsAccessed","OrganizationId":"t","RecordType":50,"UserType":0,"Workload":"Exchange","UserId":"anna@harbor.example","ClientIPAddress":"195.240.10.20"}
"#;
const RULES: &str = "UserName,RuleName,Enabled,MoveToFolder,RedirectTo,ForwardTo\r\n\
                     anna@harbor.example,.,True,RSS Subscriptions,,\r\n\
                     bram@harbor.example,.,True,,,x@relay.example\r\n";

fn evidence(home: &Path) -> Options {
    let input = home.join("evidence");
    std::fs::create_dir_all(input.join("20260323-101500")).unwrap();
    std::fs::write(input.join("audit.json"), AUDIT).unwrap();
    std::fs::write(input.join("20260323-101500/InboxRules.csv"), RULES).unwrap();
    Options {
        paths: vec![input],
        out: home.join("case"),
        rules: speur::rule::Options { pack: true, ..Default::default() },
        ..Options::default()
    }
}

#[test]
fn snapshots_stand_in_the_timeline_and_in_findings_only() {
    let home = tempfile::tempdir().unwrap();
    let options = evidence(home.path());
    analyze(&options, &()).unwrap();
    let case = home.path().join("case");
    let timeline = table(&case, "timeline.csv");
    let snapshots: Vec<_> = timeline.iter().filter(|row| row["operation"] == "Inbox rule at collection").collect();
    assert_eq!((timeline.len(), snapshots.len()), (4, 2));
    assert!(snapshots.iter().all(|row| row["time"] == "2026-03-23T10:15:00.000000Z"));
    let lines = std::fs::read_to_string(case.join("timeline.jsonl")).unwrap();
    assert_eq!(lines.matches("\"timestamp_desc\":\"Collection Time\"").count(), 2);
    assert!(lines.contains("anna@harbor.example: Inbox rule at collection, \u{201c}.\u{201d} (Enabled=True; MoveToFolder=RSS Subscriptions)"));
    let users = table(&case, "users.csv");
    assert!(users.iter().all(|row| row["tenant"] == "t"), "snapshots are of the only tenant");
    let of = |account: &str| users.iter().find(|row| row["account"] == account).unwrap();
    let (acting, rule) = (of("anna@harbor.example"), of("bram@harbor.example"));
    assert_eq!((acting["events"].as_str(), acting["last_time"].as_str()), ("2", "2026-01-15T03:11:00Z"));
    assert_eq!((rule["events"].as_str(), rule["first_time"].as_str(), rule["last_time"].as_str()), ("0", "", ""));
    assert_eq!(rule["highest_level"], "medium");
    for chart in ["events.svg", "hours.svg"] {
        let svg = std::fs::read_to_string(case.join("charts").join(chart)).unwrap();
        assert!(!svg.contains("Mar 2026") && !svg.contains("2026-03"), "{chart} reaches to the day of collection");
    }
    let stories = std::fs::read_dir(case.join("charts")).unwrap().map(|file| file.unwrap().file_name());
    assert_eq!(stories.filter(|name| name.to_string_lossy().starts_with("story-")).count(), 0);
    let report = std::fs::read_to_string(case.join("report.html")).unwrap();
    assert!(report.contains("Inbox rule at collection"));
    let coverage = json(&case, "coverage.json");
    let notes = &coverage["files"][0]["notes"];
    assert_eq!(
        notes[0],
        "what was true at 2026-03-23T10:15:00Z (collection, by the name of the file or folder, read as UTC)"
    );
}

#[test]
fn inspect_counts_no_snapshot_as_activity() {
    let home = tempfile::tempdir().unwrap();
    let inspection = inspect(&evidence(home.path()), &()).unwrap();
    assert_eq!(inspection.accounts, [("anna@harbor.example".to_owned(), 2)]);
    assert!(inspection.operations.contains(&("Inbox rule at collection".to_owned(), 2)));
}
