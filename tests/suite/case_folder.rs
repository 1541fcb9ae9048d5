//! Runs the whole analysis and reads the case folder as a user would.

use serde_json::Value;
use speur::pipeline::{Options, Summary, analyze};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The folder of logs that are not part of the project, or `None`, said on the way.
pub(super) fn corpus(part: &str) -> Option<PathBuf> {
    let Some(root) = std::env::var_os("SPEUR_CORPUS") else {
        println!("skipped: SPEUR_CORPUS is not set, so the corpus {part} is not tested");
        return None;
    };
    let path = Path::new(&root).join(part);
    assert!(path.exists(), "SPEUR_CORPUS has no {part}");
    Some(path)
}

/// Analyses `evidence` with the pack into a fresh case folder.
pub(super) fn run(evidence: &Path, threads: usize) -> (tempfile::TempDir, Summary) {
    run_within(evidence, threads, None)
}

/// As [`run`], with so many bytes of memory for events.
fn run_within(evidence: &Path, threads: usize, memory: Option<u64>) -> (tempfile::TempDir, Summary) {
    let home = tempfile::tempdir().unwrap();
    let options = Options {
        paths: vec![evidence.to_owned()],
        out: home.path().join("case"),
        threads,
        memory,
        rules: speur::rule::Options { pack: true, ..Default::default() },
        ..Options::default()
    };
    let summary = analyze(&options, &()).unwrap();
    (home, summary)
}

pub(super) fn json(case: &Path, file: &str) -> Value {
    serde_json::from_slice(&std::fs::read(case.join(file)).unwrap()).unwrap()
}

/// The rows of a CSV product, by column name.
pub(super) fn table(case: &Path, file: &str) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_path(case.join(file)).unwrap().deserialize().map(Result::unwrap).collect()
}

/// Rows without an Id that belong to the story, by operation, object and account: snapshots of what was left behind,
/// and the first step of the fraud mails in the extended message trace.
const WITHOUT_ID: &[&str] = &[
    "Inbox rule at collection, .., sanne.loodsman@harbor.example",
    // The goose's list of rules names its mailbox once, behind them.
    "Inbox rule at collection, .., ",
    "OAuth grant at collection, Mail Sync Assistant, sanne loodsman",
    "RECEIVE, RE: Invoice 2026-0117 - changed bank details, sanne.loodsman@harbor.example",
    "RECEIVE, RE: Invoice 2026-0121 - changed bank details, sanne.loodsman@harbor.example",
];

/// For each record Id in a finding (of a row that has none, what [`WITHOUT_ID`] says): the findings' levels and titles.
fn found(case: &Path) -> BTreeMap<String, BTreeSet<(String, String)>> {
    let source_ids: BTreeMap<String, String> = table(case, "timeline.csv")
        .into_iter()
        .map(|row| {
            let named = || format!("{}, {}, {}", row["operation"], row["object"], row["account"]);
            let id = Some(row["source_id"].clone()).filter(|id| !id.is_empty());
            (row["event_id"].clone(), id.unwrap_or_else(named))
        })
        .collect();
    let mut found = BTreeMap::<String, BTreeSet<(String, String)>>::new();
    for finding in json(case, "findings.json").as_array().unwrap() {
        let text = |v: &Value| v.as_str().unwrap().to_owned();
        let (level, title) = (text(&finding["rule"]["level"]), text(&finding["rule"]["title"]));
        for id in finding["event_ids"].as_array().unwrap() {
            found.entry(source_ids[id.as_str().unwrap()].clone()).or_default().insert((level.clone(), title.clone()));
        }
    }
    found
}

#[test]
fn harbor_every_malicious_record_is_in_a_finding_and_no_serious_finding_holds_a_benign_one() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/harbor");
    let (home, _) = run(&samples, 2);
    let case = home.path().join("case");
    let truth: Vec<Value> = serde_json::from_slice(&std::fs::read(samples.join("truth.json")).unwrap()).unwrap();
    let malicious: BTreeMap<String, String> = truth
        .iter()
        .map(|t| (t["source_id"].as_str().unwrap().to_owned(), format!("{}: {}", t["phase"], t["what"])))
        .collect();
    assert!(malicious.len() >= 20, "the truth must hold the whole story");
    let without = WITHOUT_ID.iter().map(|name| ((*name).to_owned(), "without an Id".to_owned()));
    let malicious: BTreeMap<String, String> = malicious.into_iter().chain(without).collect();
    let found = found(&case);
    let missed: Vec<_> = malicious.iter().filter(|(id, _)| !found.contains_key(*id)).collect();
    assert!(missed.is_empty(), "malicious records in no finding: {missed:#?}");
    let wrong: Vec<_> = found
        .iter()
        .filter(|(id, _)| !malicious.contains_key(*id))
        .filter(|(_, rules)| rules.iter().any(|(level, _)| level == "high" || level == "critical"))
        .collect();
    assert!(wrong.is_empty(), "benign records in a finding of level high or above: {wrong:#?}");
}

#[test]
fn harbor_exports_that_word_records_anew_add_no_event_and_no_conflict() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/harbor");
    let (_home, summary) = run(&samples, 2);
    assert_eq!(summary.coverage.totals.counts.conflict, 0);
    let counts = |name: &str| {
        let mut files = summary.coverage.files.iter().filter(|file| file.path.contains(name));
        let file = files.next().unwrap_or_else(|| panic!("no file {name}"));
        assert!(files.next().is_none(), "{name} names several files");
        (file.counts.rows, file.counts.used, file.counts.duplicate)
    };
    for (name, other) in [
        ("OfficeActivity-", "UAL-20260115000000"),
        ("CloudAppEvents-", "UAL-20260116000000"),
        ("NonInteractiveSignIns_", "signIns-beta"),
        ("ApplicationSignIns_", "signIns-beta"),
        ("AADNonInteractiveUserSignInLogs-", "signIns-beta"),
        ("sentinel/AuditLogs-", "directoryAudits-"),
    ] {
        let ((rows, used, duplicate), (_, _, elsewhere)) = (counts(name), counts(other));
        assert!(rows >= 6, "{name}: {rows} rows");
        assert_eq!(used + duplicate, rows, "{name}");
        assert!(used <= elsewhere, "{name}: {used} used, of which {other} has only {elsewhere} as duplicates");
    }
    let (rows, used, _) = counts("AuthDetails");
    assert!(rows > 5 && used == rows, "an authentication step is an event of its own");
}

#[test]
fn neither_the_thread_count_nor_the_memory_changes_a_byte() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/harbor");
    let (one, _) = run(&samples, 1);
    let tree = |root: &Path| -> BTreeMap<PathBuf, Vec<u8>> {
        walkdir::WalkDir::new(root)
            .into_iter()
            .map(Result::unwrap)
            .filter(|e| e.file_type().is_file() && e.file_name() != "manifest.json")
            .map(|e| (e.path().strip_prefix(root).unwrap().to_owned(), std::fs::read(e.path()).unwrap()))
            .collect()
    };
    let one = tree(&one.path().join("case"));
    // With no memory for them the events are in a file from the first batch on.
    for (threads, memory) in [(2, None), (1, Some(0)), (2, Some(1 << 20))] {
        let (other, _) = run_within(&samples, threads, memory);
        let left: Vec<_> = std::fs::read_dir(other.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["case"], "nothing stays beside the case");
        let other = tree(&other.path().join("case"));
        assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
        for (file, bytes) in &one {
            assert!(bytes == &other[file], "{}: {threads} threads, memory {memory:?}", file.display());
        }
    }
}

#[test]
fn real_audit_log_of_2021_is_counted_and_told_apart() {
    let Some(evidence) = corpus("ual-2021") else { return };
    let (home, summary) = run(&evidence, 2);
    let case = home.path().join("case");
    let counts = &summary.coverage.totals.counts;
    assert_eq!((counts.rows, counts.used, counts.duplicate, counts.rejected), (639, 390, 249, 0));
    assert_eq!((counts.conflict, counts.degraded), (0, 1));
    let timeline = table(&case, "timeline.csv");
    let at = |time: &str, operation: &str| -> BTreeMap<String, String> {
        let mut rows = timeline.iter().filter(|row| row["time"].starts_with(time) && row["operation"] == operation);
        let row = rows.next().unwrap_or_else(|| panic!("no {operation} at {time}")).clone();
        assert!(rows.next().is_none());
        row
    };
    let serious = |row: &BTreeMap<String, String>| matches!(row["level"].as_str(), "medium" | "high" | "critical");
    let set = at("2021-06-15T09:59:26", "Set-Mailbox");
    let cleared = at("2021-06-15T09:59:37", "Set-Mailbox");
    let forwards = at("2021-06-15T10:09:55", "New-InboxRule");
    let deletes = at("2021-06-15T10:11:53", "New-InboxRule");
    assert!(serious(&set), "{set:#?}");
    assert!(set["detail"].contains("ForwardingSmtpAddress=smtp:ex@exdigy.net"), "{set:#?}");
    assert_eq!(set["account"], "gradya@dutchmasterz.onmicrosoft.com");
    assert!(!serious(&cleared), "the clearing is no attack: {cleared:#?}");
    assert!(cleared["rules"].to_lowercase().contains("clear") || cleared["rules"].to_lowercase().contains("remov"));
    assert!(serious(&forwards), "{forwards:#?}");
    assert!(!deletes["rules"].is_empty() && deletes["rules"] != forwards["rules"], "{deletes:#?}");
    assert_ne!(set["rules"], cleared["rules"]);
    assert_ne!(set["rules"], forwards["rules"]);
    no_system_actor(&case, &timeline);
}

/// An alert is raised by Microsoft's service about a user; everything else by a system actor is noise.
fn no_system_actor(case: &Path, timeline: &[BTreeMap<String, String>]) {
    let by_id: BTreeMap<&str, &BTreeMap<String, String>> =
        timeline.iter().map(|row| (row["event_id"].as_str(), row)).collect();
    for finding in json(case, "findings.json").as_array().unwrap() {
        for id in finding["event_ids"].as_array().unwrap() {
            let row = by_id[id.as_str().unwrap()];
            let alert = row["record_type"] == "SecurityComplianceAlerts";
            assert!(alert || row["actor_kind"] != "system", "{} fires on a system actor: {row:#?}", finding["rule"]);
        }
    }
}
