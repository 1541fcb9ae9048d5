//! Which export a file is: by what it holds and never by its name, and what is said where none fits.

use speur::coverage::FileCoverage;
use speur::pipeline::{Options, inspect};
use speur::source::{self, SOURCES};
use std::path::{Path, PathBuf};

/// The formats of a file and of its members, read alone under a name; `None` where it is no evidence.
fn formats(file: &Path, name: &str) -> Option<Vec<String>> {
    let home = tempfile::tempdir().unwrap();
    let copy = home.path().join(name);
    std::fs::copy(file, &copy).unwrap();
    let options = Options { paths: vec![copy], threads: 1, ..Options::default() };
    let inspection = inspect(&options, &()).ok()?;
    Some(inspection.coverage.files.into_iter().map(|file| file.format).collect())
}

fn files(root: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(root);
    let files = walkdir::WalkDir::new(root).sort_by_file_name().into_iter().map(|entry| entry.unwrap());
    files.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
}

/// Every sample, and every input of the golden cases.
fn evidence() -> Vec<PathBuf> {
    let mut evidence = files("samples/harbor");
    let golden = files("tests/golden");
    evidence.extend(golden.into_iter().filter(|path| {
        let expected = path.to_string_lossy().ends_with("l.json") || path.to_string_lossy().ends_with("v.json");
        path.iter().any(|part| part == "input") || (path.iter().any(|part| part == "source") && !expected)
    }));
    evidence
}

#[test]
fn the_name_of_a_file_decides_nothing() {
    let (mut wrong, mut met) = (Vec::new(), std::collections::BTreeSet::new());
    for file in evidence() {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let (own, renamed) = (formats(&file, &name), formats(&file, "x.dat"));
        met.extend(own.iter().flatten().cloned());
        if own != renamed {
            wrong.push(format!("{}: {own:?}, as x.dat {renamed:?}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let unmet: Vec<&str> = SOURCES.iter().map(|source| source.name).filter(|name| !met.contains(*name)).collect();
    assert!(unmet.is_empty(), "no sample and no golden input is of the formats {unmet:?}");
}

/// A file of one export meets the signature that the documentation and the messages speak from.
#[test]
fn a_recognised_record_lacks_nothing_of_its_signature() {
    let mut wrong = Vec::new();
    for file in files("tests/golden/source") {
        let text = std::fs::read_to_string(&file).unwrap();
        let name = file.display();
        if file.extension().is_some_and(|extension| extension == "csv") {
            let names: Vec<String> =
                csv::Reader::from_reader(text.as_bytes()).headers().unwrap().iter().map(str::to_owned).collect();
            let header = super::source::rows::header(&names.iter().map(String::as_str).collect::<Vec<_>>());
            let source = source::for_csv(&header).unwrap();
            if !source.signature.is_csv(&header) {
                wrong.push(format!("{name}: {}", source.name));
            }
        } else if file.extension().is_some_and(|extension| extension == "jsonl") {
            for record in text.lines().filter_map(|line| sonic_rs::from_str(line).ok()) {
                let Some(source) = source::for_json(&record, None) else { continue };
                if !source.signature.is_json(&record) {
                    wrong.push(format!("{name}: {}", source.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_source_has_a_signature() {
    // The shapes of snapshots are those of their kinds.
    for source in SOURCES.iter().filter(|source| !source::is_snapshot(source.name)) {
        let signature = &source.signature;
        assert!(!signature.csv.is_empty() || !signature.json.is_empty(), "{}", source.name);
        assert!(source.csv.is_none() || !signature.csv.is_empty(), "{} takes CSV of no shape", source.name);
        assert!(source.json.is_none() || !signature.json.is_empty(), "{} takes JSON of no shape", source.name);
    }
}

/// The ledger's only file, of a text in a folder of its own.
fn told(text: &str) -> FileCoverage {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("logs")).unwrap();
    std::fs::write(
        home.path().join("logs/a.jsonl"),
        r#"{"CreationTime":"2026-01-05T10:00:00","Operation":"Send","UserId":"a"}"#,
    )
    .unwrap();
    std::fs::write(home.path().join("logs/x.dat"), text).unwrap();
    let options = Options { paths: vec![home.path().join("logs")], threads: 1, ..Options::default() };
    inspect(&options, &()).unwrap().coverage.files.remove(1)
}

#[test]
fn an_unknown_file_is_told_with_the_three_nearest_exports_and_what_it_lacks_of_each() {
    let log = told("CreationDate,UserIds,Operations\n2026-01-05T10:00:00Z,a@harbor.example,Send\n");
    assert_eq!((log.format.as_str(), log.counts.rejected), ("unrecognised", 1));
    assert_eq!(
        log.notes,
        ["found the columns CreationDate, UserIds, Operations; expected those of an export that is known; nearest: \
          purview-csv (lacks AuditData); mes-triage (lacks OperationQueried); search-ual-csv (lacks AuditData)"]
    );
    let list = told(r#"[{"createdDateTime":"","ipAddress":"192.0.2.1"}]"#);
    assert_eq!((list.format.as_str(), list.counts.rows), ("not a log", 0));
    assert!(
        list.notes[1].contains("nearest: graph-signins (lacks appId or appDisplayName or clientAppUsed); "),
        "{list:?}"
    );
    assert_eq!(list.notes[1].matches("(lacks ").count(), 3, "{list:?}");
    let known = told("CreationDate,UserIds,Operations,AuditData\n");
    assert_eq!((known.format.as_str(), known.notes.len()), ("purview-csv", 0));
}

#[test]
fn names_without_their_kind_of_value_are_not_enough() {
    let record = sonic_rs::from_str(r#"{"AuditData":7}"#).unwrap();
    assert!(source::for_json(&record, None).is_none());
    let reason = source::unrecognised_json(&record);
    assert!(reason.contains("mes-ual (has its names, but not its kind of values); "), "{reason}");
}
