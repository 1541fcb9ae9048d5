//! Golden cases: each folder of `tests/golden` with an `args` file is a command line run on its
//! `input`; what comes out must be what is in `expected`. `UPDATE_GOLDEN=1` writes it anew.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Products that are read as text in a golden case; the others are covered by tests of their own.
const KEPT: &[&str] = &["timeline.csv", "findings.json", "coverage.json", "rejected.jsonl"];

/// Products that are kept where they hold something.
const NOTED: &[&str] = &["case.json", "sessions.json", "footholds.json"];

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("args").is_file())
        .collect();
    cases.sort();
    cases
}

/// What a case gives: exit code, both streams, and the kept products.
fn run(case: &Path) -> BTreeMap<String, String> {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("case");
    let args = std::fs::read_to_string(case.join("args")).unwrap();
    let args = args.split_whitespace().map(|arg| arg.replace("CASE", out.to_str().unwrap()));
    let run = Command::new(env!("CARGO_BIN_EXE_speur")).args(args).current_dir(case).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap().replace(out.to_str().unwrap(), "CASE");
    let mut got = BTreeMap::new();
    got.insert("exit".to_owned(), format!("{}\n", run.status.code().unwrap()));
    got.insert("stdout".to_owned(), text(&run.stdout));
    got.insert("stderr".to_owned(), text(&run.stderr));
    for name in KEPT.iter().chain(NOTED) {
        if let Ok(product) = std::fs::read(out.join(name)) {
            // The pack grows; a case is not about its size.
            let text = text(&product);
            if NOTED.contains(name) && text == "[]\n" {
                continue;
            }
            let rows: Vec<&str> = text.split_inclusive('\n').filter(|line| !line.contains("\"loaded\":")).collect();
            got.insert((*name).to_owned(), rows.concat());
        }
    }
    got
}

#[test]
fn golden_cases_come_out_as_recorded() {
    let mut differences = Vec::new();
    let cases = cases();
    assert!(!cases.is_empty());
    for case in cases {
        let got = run(&case);
        let expected = case.join("expected");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            let _ = std::fs::remove_dir_all(&expected);
            std::fs::create_dir_all(&expected).unwrap();
            for (name, text) in &got {
                std::fs::write(expected.join(name), text).unwrap();
            }
            continue;
        }
        let mut names: Vec<String> = std::fs::read_dir(&expected)
            .unwrap_or_else(|e| panic!("{}: {e}; run once with UPDATE_GOLDEN=1", expected.display()))
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.extend(got.keys().cloned());
        names.sort();
        names.dedup();
        for name in names {
            let want = std::fs::read_to_string(expected.join(&name)).unwrap_or_default();
            let have = got.get(&name).cloned().unwrap_or_default();
            if want != have {
                let line = want.lines().zip(have.lines()).position(|(a, b)| a != b).map_or(0, |n| n + 1);
                differences.push(format!(
                    "{}/{name}: differs from line {line}:\n  expected {:?}\n  found    {:?}",
                    case.file_name().unwrap().display(),
                    want.lines().nth(line.saturating_sub(1)),
                    have.lines().nth(line.saturating_sub(1)),
                ));
            }
        }
    }
    assert!(differences.is_empty(), "{}\nread the difference; UPDATE_GOLDEN=1 records it", differences.join("\n"));
}

/// Compares a generated file with what it should be; with `UPDATE_GOLDEN` it is written anew where it is not.
pub(super) fn same_or_written(path: &Path, want: &str) {
    let found = std::fs::read_to_string(path).unwrap_or_default();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, want).unwrap();
    } else {
        assert!(found == want, "{}: not what is generated; UPDATE_GOLDEN=1 writes it anew", path.display());
    }
}
