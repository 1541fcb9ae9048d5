//! The catalogue of texts: complete in every language, each text used, and none asked for that is not there.

use speur::language::{Entry, entries};
use std::collections::BTreeSet;
use std::path::Path;

/// Every source file and template, as text.
fn sources() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = walkdir::WalkDir::new(root).into_iter().map(|entry| entry.expect("a listing"));
    let ours = ["rs", "html", "js"];
    let files =
        files.filter(|entry| entry.path().extension().is_some_and(|ending| ours.iter().any(|our| ending == *our)));
    files.map(|entry| std::fs::read_to_string(entry.path()).expect("text")).collect()
}

/// The `{places}` of a text, for a text with forms those of each form.
fn places(text: &str) -> Vec<BTreeSet<&str>> {
    text.split('|')
        .map(|form| form.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect())
        .collect()
}

#[test]
fn every_line_of_the_catalogue_is_a_text_of_its_own() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/language");
    let files = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let files: Vec<_> = files.filter(|path| path.extension().is_some_and(|ending| ending == "csv")).collect();
    let mut lines = 0;
    for path in &files {
        let mut reader = csv::Reader::from_path(path).expect("a file");
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        for record in reader.deserialize::<Entry>() {
            let entry = record.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            assert!(entry.key.starts_with(&format!("{name}.")), "{} stands in {name}.csv", entry.key);
            lines += 1;
        }
    }
    let keys: BTreeSet<String> = entries().map(|entry| entry.key).collect();
    assert_eq!(keys.len(), lines, "a key stands twice, or a file is not in the list");
}

#[test]
fn every_text_is_there_in_both_languages_with_the_same_places() {
    for Entry { key, en, nl } in entries() {
        assert!(!en.trim().is_empty() && !nl.trim().is_empty(), "{key} lacks a language");
        assert_eq!(en.matches('|').count(), nl.matches('|').count(), "{key}: forms");
        let union = |text: &str| places(text).into_iter().flatten().map(str::to_owned).collect::<BTreeSet<_>>();
        assert_eq!(union(&en), union(&nl), "{key}: places");
    }
}

#[test]
fn every_text_is_used_and_every_use_has_a_text() {
    let sources = sources().concat();
    let keys: BTreeSet<String> = entries().map(|entry| entry.key).collect();
    let parts: BTreeSet<&str> = keys.iter().filter_map(|key| Some(key.split_once('.')?.0)).collect();
    for key in &keys {
        assert!(sources.contains(&format!("\"{key}\"")), "nothing says {key}");
    }
    for call in [".text(\"", ".fill(\"", ".count(\""] {
        for (at, _) in sources.match_indices(call) {
            let key = sources[at + call.len()..].split('"').next().unwrap_or_default();
            let part = key.split('.').next().unwrap_or_default();
            assert!(!parts.contains(part) || keys.contains(key), "the catalogue lacks {key}");
        }
    }
}
