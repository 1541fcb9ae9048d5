//! What was left behind, on histories: `tests/footholds/<kind>/<case>.jsonl` says in its first line what must come of
//! the records in the others, and when snapshots among them were collected if that is known.

use crate::case_folder::json;
use serde_json::Value;
use speur::event::{Basis, Precision, Time};
use speur::pipeline::{Options, analyze};
use speur::rule;
use std::path::{Path, PathBuf};

fn cases() -> Vec<(String, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/footholds");
    let files = walkdir::WalkDir::new(root).sort_by_file_name().into_iter().map(Result::unwrap);
    let files = files.filter(|file| file.file_type().is_file()).map(walkdir::DirEntry::into_path);
    let kind = |path: &Path| path.parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned();
    files.map(|path| (kind(&path), path)).collect()
}

/// Name, state and the time of the last snapshot that shows it.
type Told = (String, String, String);

fn told(foothold: &Value) -> Told {
    let text = |key: &str| foothold[key].as_str().unwrap_or_default().to_owned();
    (text("name"), text("state"), text("shown"))
}

/// The footholds of the kind that the records leave.
fn left(kind: &str, records: &str, collected: Option<Time>) -> Vec<Told> {
    let home = tempfile::tempdir().unwrap();
    let evidence = home.path().join("records.jsonl");
    std::fs::write(&evidence, records).unwrap();
    let options = Options {
        paths: vec![evidence],
        out: home.path().join("case"),
        threads: 1,
        collected,
        rules: rule::Options { pack: true, ..rule::Options::default() },
        ..Options::default()
    };
    let summary = analyze(&options, &()).unwrap();
    assert!(summary.rejected.is_empty(), "{:?}", summary.rejected);
    let footholds = json(&options.out, "footholds.json");
    let own = footholds.as_array().unwrap().iter().filter(|foothold| foothold["kind"] == kind);
    own.map(told).collect()
}

#[test]
fn histories_end_as_they_say() {
    let cases = cases();
    assert!(cases.len() >= 15, "{} cases", cases.len());
    let mut wrong = Vec::new();
    for (kind, path) in cases {
        let text = std::fs::read_to_string(&path).unwrap();
        let (expected, records) = text.split_once('\n').unwrap();
        let expected: Value = serde_json::from_str(expected).unwrap();
        let collected = expected["collected"].as_str().map(|at| Time {
            micros: chrono::DateTime::parse_from_rfc3339(at).unwrap().timestamp_micros(),
            precision: Precision::Second,
            basis: Basis::CollectedAt,
        });
        let mut expected: Vec<Told> = expected["expect"].as_array().unwrap().iter().map(told).collect();
        let mut found = left(&kind, records, collected);
        expected.sort();
        found.sort();
        if found != expected {
            wrong.push(format!("{}: found {found:?}, expected {expected:?}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
