//! What the ledger says of files at the edge of being a log, and of a filter that leaves nothing.

use super::case_folder::json;
use serde_json::Value;
use speur::pipeline::{Options, analyze};

const HEADER: &str = "RecordType,CreationDate,UserIds,Operations,AuditData,Identity\n";

/// `coverage.json` of a folder with these files, and the warnings.
fn coverage(files: &[(&str, &str)], users: &[&str]) -> (Value, Vec<String>) {
    let home = tempfile::tempdir().unwrap();
    let logs = home.path().join("logs");
    std::fs::create_dir(&logs).unwrap();
    for (name, text) in files {
        std::fs::write(logs.join(name), text).unwrap();
    }
    let out = home.path().join("case");
    let users = users.iter().map(|user| (*user).to_owned()).collect();
    let options = Options { paths: vec![logs], out: out.clone(), threads: 1, users, ..Options::default() };
    let summary = analyze(&options, &()).unwrap();
    (json(&out, "coverage.json"), summary.warnings)
}

fn record(id: &str, rest: &str) -> String {
    format!(
        r#"{{"Id":"{id}","CreationTime":"2026-01-05T10:00:00","Operation":"Send","RecordType":2,"UserId":"a@b.example"{rest}}}"#
    )
}

#[test]
fn a_log_of_which_no_row_can_be_used_is_a_log_and_every_row_is_rejected() {
    let (coverage, _) = coverage(&[("a.csv", &format!("{HEADER}x,,,,,\ny,,,,,\n"))], &[]);
    let file = &coverage["files"][0];
    assert_eq!((&file["format"], &file["rows"], &file["rejected"]), (&"search-ual-csv".into(), &2.into(), &2.into()));
}

#[test]
fn an_export_without_rows_is_an_export() {
    let (coverage, _) = coverage(&[("a.csv", HEADER)], &[]);
    let file = &coverage["files"][0];
    assert_eq!((&file["format"], &file["rows"]), (&"search-ual-csv".into(), &0.into()));
}

#[test]
fn variants_that_say_the_same_in_another_order_count_once() {
    let lines = [
        record("x", ""),
        record("x", r#","ClientIP":"192.0.2.1","Version":1"#),
        record("x", r#","Version":1,"ClientIP":"192.0.2.1""#),
    ];
    let (coverage, _) = coverage(&[("a.jsonl", &lines.join("\n"))], &[]);
    let totals = &coverage["totals"];
    assert_eq!((&totals["used"], &totals["duplicate"], &totals["conflict"]), (&2.into(), &1.into(), &2.into()));
}

#[test]
fn damaged_records_with_one_id_are_never_called_the_same() {
    let row = |data: &str| format!("2,2026-01-05T10:00:00Z,a@b.example,Send,\"{data}\",x\n");
    let (coverage, _) = coverage(&[("a.csv", &format!("{HEADER}{}{}", row("{cut"), row("{cut elsewhere")))], &[]);
    let totals = &coverage["totals"];
    assert_eq!((&totals["used"], &totals["degraded"], &totals["conflict"]), (&2.into(), &2.into(), &2.into()));
}

#[test]
fn a_record_with_an_unreadable_time_has_that_of_its_wrapper() {
    let whole = record("x", r#","OrganizationId":"t""#).replace("2026-01-05T10:00:00", "soon");
    let row = format!("2,2026-01-05T10:00:00Z,a@b.example,Send,\"{}\",x\n", whole.replace('"', "\"\""));
    let (coverage, _) = coverage(&[("a.csv", &format!("{HEADER}{row}"))], &[]);
    let totals = &coverage["totals"];
    assert_eq!((&totals["used"], &totals["degraded"], &totals["rejected"]), (&1.into(), &1.into(), &0.into()));
}

#[test]
fn a_filter_that_leaves_nothing_is_told() {
    let line = record("x", "");
    let (coverage, warnings) = coverage(&[("a.jsonl", &line)], &["nobody@b.example"]);
    assert_eq!((&coverage["totals"]["used"], &coverage["totals"]["outside"]), (&1.into(), &1.into()));
    assert_eq!(warnings, ["none of 1 events passes --from, --to, --user and --tenant"]);
    assert_eq!(self::coverage(&[("a.jsonl", &line)], &["A@B.example"]).1, Vec::<String>::new());
}

#[test]
fn a_broken_archive_is_an_input_of_the_manifest() {
    let home = tempfile::tempdir().unwrap();
    let logs = home.path().join("logs");
    std::fs::create_dir(&logs).unwrap();
    std::fs::write(logs.join("a.jsonl"), record("x", "")).unwrap();
    std::fs::write(logs.join("b.zip"), b"PK\x03\x04 cut").unwrap();
    let out = home.path().join("case");
    let options = Options { paths: vec![logs], out: out.clone(), threads: 1, ..Options::default() };
    analyze(&options, &()).unwrap();
    let manifest = json(&out, "manifest.json");
    let inputs = manifest["inputs"].as_array().unwrap();
    let names: Vec<&str> = inputs.iter().map(|input| input["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["logs/a.jsonl", "logs/b.zip"]);
    assert_eq!(inputs[1]["sha256"], json(&out, "coverage.json")["files"][1]["sha256"]);
    assert_eq!(inputs[1]["bytes"], 8);
}
