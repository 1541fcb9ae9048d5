//! From an event back to its record: the bytes are those that were analyzed, or it is said that they are not.

use crate::case_folder::table;
use speur::error::Error;
use speur::pipeline::{Options, analyze, raw};
use speur::rule;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn options(paths: Vec<PathBuf>, out: PathBuf) -> Options {
    Options { paths, out, rules: rule::Options { pack: true, ..rule::Options::default() }, ..Options::default() }
}

#[test]
fn every_file_gives_its_records_back() {
    let harbor = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/harbor");
    let home = tempfile::tempdir().unwrap();
    let options = options(vec![harbor], home.path().join("case"));
    analyze(&options, &()).unwrap();
    // One event of each file, archives and compressed ones among them.
    let mut events: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for row in table(&options.out, "timeline.csv") {
        events.insert(row["file"].clone(), row.into_iter().collect());
    }
    assert!(events.len() > 30 && events.keys().any(|file| file.contains("!/")), "{:?}", events.keys());
    for (file, row) in &events {
        let records = raw(&options.out, &row["event_id"], &options).unwrap();
        let here = records.iter().find(|record| record.place.file == *file).unwrap();
        assert!(here.is_proven(), "{file}: {here:?}");
        assert_eq!(here.bytes.len().to_string(), row["length"], "{file}");
    }
}

#[test]
fn a_changed_record_is_not_proven() {
    let home = tempfile::tempdir().unwrap();
    let evidence = home.path().join("audit.jsonl");
    let line = |id: u32, subject: &str| {
        format!(
            r#"{{"CreationTime":"2026-03-02T09:00:00","Id":"00000000-0000-4000-8000-{id:012}","Operation":"Send","OrganizationId":"5d0c7b1e-3f43-4f0f-9a55-6f2b8a7d1c90","RecordType":2,"UserKey":"1","UserType":0,"Version":1,"UserId":"mila.storm@fjordlight.example","Workload":"Exchange","Item":{{"Subject":"{subject}"}}}}"#
        )
    };
    let text = [line(1, "one"), line(2, "two")].join("\n");
    std::fs::write(&evidence, &text).unwrap();
    let options = options(vec![evidence.clone()], home.path().join("case"));
    analyze(&options, &()).unwrap();
    let rows = table(&options.out, "timeline.csv");
    let event = |subject: &str| rows.iter().find(|row| row["object"] == subject).unwrap()["event_id"].clone();
    let record = &raw(&options.out, &event("two"), &options).unwrap()[0];
    assert!(record.is_proven());
    assert_eq!(String::from_utf8_lossy(&record.bytes), line(2, "two"));

    std::fs::write(&evidence, text.replace("two", "twO")).unwrap();
    let changed = &raw(&options.out, &event("two"), &options).unwrap()[0];
    assert!(!changed.is_proven() && changed.sha256 != changed.place.sha256);
    let beside = &raw(&options.out, &event("one"), &options).unwrap()[0];
    assert!(!beside.is_proven() && beside.sha256 == beside.place.sha256, "the record is the same, its file is not");

    assert!(matches!(raw(&options.out, "0123456789abcdef", &options), Err(Error::Case { .. })));
    std::fs::remove_file(&evidence).unwrap();
    assert!(matches!(raw(&options.out, &event("one"), &options), Err(Error::Path { .. })));
}
