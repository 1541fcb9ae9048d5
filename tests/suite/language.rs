//! The catalogue of texts: complete in every language, each text used, and none asked for that is not there.

use super::output::charts::{assert_apart, texts};
use speur::language::{Entry, entries};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

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
        // A text is asked for by its key, or by its part and a name that stands elsewhere: an operation, a code.
        let said = |key: &str| sources.contains(&format!("\"{key}\""));
        let mut parts = key.match_indices('.').map(|(at, _)| &key[..=at]);
        assert!(said(key) || !key.starts_with("chart.") && parts.any(said), "nothing says {key}");
    }
    for call in [".text(\"", ".fill(\"", ".count(\""] {
        for (at, _) in sources.match_indices(call) {
            let key = sources[at + call.len()..].split('"').next().unwrap_or_default();
            let part = key.split('.').next().unwrap_or_default();
            assert!(!parts.contains(part) || keys.contains(key), "the catalogue lacks {key}");
        }
    }
}

/// The parts of a text between its places that are long enough to stand nowhere by chance.
fn fragments(text: &str) -> Vec<String> {
    let parts = text.split(['{', '}', '[', ']', '|']);
    let parts = parts.map(|part| part.trim_matches([' ', ',', ':', ';', '(', ')', '“', '”']).to_owned());
    parts.filter(|part| part.len() > 12 && part.contains(' ')).collect()
}

/// English stretches of the catalogue that no Dutch text has; labels may stand in a table as the codes they are for.
pub(crate) fn english() -> Vec<String> {
    let dutch: String = entries().map(|entry| entry.nl + "\n").collect();
    let sentences = entries().filter(|entry| !entry.key.starts_with("label."));
    let all = sentences.flat_map(|entry| fragments(&entry.en));
    all.filter(|text| !dutch.contains(text.as_str())).collect()
}

/// The values of an object under these keys, wherever they stand.
fn values<'a>(value: &'a serde_json::Value, keys: &[&str], found: &mut Vec<&'a str>) {
    match value {
        serde_json::Value::Array(items) => items.iter().for_each(|item| values(item, keys, found)),
        serde_json::Value::Object(members) => {
            for (key, member) in members {
                match member.as_str().filter(|_| keys.contains(&key.as_str())) {
                    Some(text) => found.push(text),
                    None => values(member, keys, found),
                }
            }
        }
        _ => {}
    }
}

/// The samples as a case for a Dutch reader, and the titles of its findings, the longest first: one may begin as
/// another does. Titles of rules are Sigma's; subjects and the like are the log's.
pub(crate) fn dutch() -> &'static (PathBuf, Vec<String>) {
    static CASE: OnceLock<(tempfile::TempDir, (PathBuf, Vec<String>))> = OnceLock::new();
    let (_, case) = CASE.get_or_init(|| {
        let home = tempfile::tempdir().expect("a folder");
        let out = home.path().join("case");
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut run = std::process::Command::new(env!("CARGO_BIN_EXE_speur"));
        run.arg("analyze").arg(root.join("samples/harbor")).args(["--language", "nl", "--quiet", "--out"]).arg(&out);
        run.output().expect("a run");
        let findings = std::fs::read(out.join("findings.json")).expect("findings");
        let findings: serde_json::Value = serde_json::from_slice(&findings).expect("JSON");
        let mut titles = Vec::new();
        values(&findings, &["title"], &mut titles);
        let mut titles: Vec<String> = titles.into_iter().map(str::to_owned).collect();
        titles.sort_by_key(|title| std::cmp::Reverse(title.len()));
        titles.dedup();
        (home, (out, titles))
    });
    case
}

fn without(text: &str, titles: &[String]) -> String {
    titles.iter().fold(text.to_owned(), |text, title| text.replace(title.as_str(), ""))
}

#[test]
fn a_dutch_case_has_no_english_of_ours() {
    let (out, titles) = dutch();
    let english = english();
    assert!(english.iter().any(|text| text == "is not seen to be removed"), "{english:?}");
    let told = |place: &str, text: &str| {
        let bare = without(text, titles);
        let found = english.iter().find(|english| bare.contains(english.as_str()));
        assert!(found.is_none(), "{place}: {found:?} in {text:?}");
    };
    let keys =
        ["text", "method", "would_change", "task", "note", "question", "needs", "summary", "basis", "found", "meaning"];
    for name in ["case.json", "findings.json", "footholds.json", "coverage.json"] {
        let json = std::fs::read(out.join(name)).expect("a product");
        let json: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
        let mut texts = Vec::new();
        values(&json, &keys, &mut texts);
        assert!(texts.len() > 20, "{name}");
        for text in texts {
            told(name, text);
        }
    }
    for name in ["sessions.csv", "mail-exposure.csv", "footholds.csv"] {
        std::fs::read_to_string(out.join(name)).expect("a product").lines().for_each(|line| told(name, line));
    }
    let lines = std::fs::read_to_string(out.join("timeline.jsonl")).expect("a timeline");
    for line in lines.lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
        told("timeline.jsonl", line["message"].as_str().expect("a message"));
    }
    let shown = std::process::Command::new(env!("CARGO_BIN_EXE_speur")).args(["case", "show"]).arg(out).output();
    let shown = String::from_utf8(shown.expect("a run").stdout).expect("text");
    assert!(
        shown.contains("achtergelaten") && shown.contains("niet gezien") && shown.contains(" en nog 1]"),
        "{shown}"
    );
    shown.lines().for_each(|line| told("case show", line));
}

/// Whether a text holds these words as words of their own.
fn holds(text: &str, words: &str) -> bool {
    let is_part = |char: Option<char>| char.is_some_and(char::is_alphanumeric);
    text.match_indices(words)
        .any(|(at, _)| !is_part(text[..at].chars().next_back()) && !is_part(text[at + words.len()..].chars().next()))
}

/// What stands between the places of the English charts and in no Dutch text, and the English days and months.
fn english_of_charts() -> &'static [String] {
    static ENGLISH: OnceLock<Vec<String>> = OnceLock::new();
    ENGLISH.get_or_init(|| {
        let dutch: String = entries().map(|entry| entry.nl + "\n").collect();
        let is_name = |key: &str| matches!(key, "time.days" | "time.months");
        let told = entries().filter(|entry| entry.key.starts_with("chart.") || is_name(&entry.key));
        let parts = told.flat_map(|entry| {
            let ends: &[char] = if is_name(&entry.key) { &[' '] } else { &['{', '}', '[', ']', '|'] };
            let places: Vec<String> = places(&entry.en).into_iter().flatten().map(str::to_owned).collect();
            let parts = entry.en.split(ends).map(|part| part.trim_matches([' ', ',', ':', ';', '(', ')', '.']));
            let parts = parts.filter(|part| !places.iter().any(|place| place == part));
            parts.map(str::to_owned).collect::<Vec<_>>()
        });
        parts.filter(|part| part.contains(char::is_alphabetic) && !holds(&dutch, part)).collect()
    })
}

/// That a chart for a Dutch reader has no English of ours, and that none of its own texts is cut.
pub(crate) fn assert_dutch(svg: &str, file: &str, titles: &[String]) {
    let mut told = String::new();
    for text in texts(svg) {
        let text = without(&text, titles);
        // What is cut is log text or the title of a rule, and ends a list.
        let whole = match text.strip_suffix('…') {
            Some(cut) => {
                let charted = |key: &str| key.starts_with("chart.") || key.starts_with("case.exposure.");
                let own = entries().filter(|entry| charted(&entry.key));
                let own = own.flat_map(|entry| entry.nl.split('|').map(str::to_owned).collect::<Vec<_>>());
                assert!(!own.into_iter().any(|own| own.starts_with(cut)), "{file}: {text:?} is cut");
                cut.rsplit_once("; ").map_or("", |(whole, _)| whole)
            }
            None => &text,
        };
        told.push_str(whole);
        told.push(' ');
    }
    let found = english_of_charts().iter().find(|english| holds(&told, english));
    assert!(found.is_none(), "{file}: {found:?} in {told:?}");
}

#[test]
fn the_charts_of_a_dutch_case_are_dutch() {
    let english = english_of_charts();
    for known in ["events", "Monday", "May", "hour", "left half: sign-ins that succeeded, right half: that failed"] {
        assert!(english.iter().any(|text| text.starts_with(known)), "{known}: {english:?}");
    }
    let (out, titles) = dutch();
    let page = std::fs::read_to_string(out.join("report.html")).expect("a page");
    let mut charts = 0;
    for entry in std::fs::read_dir(out.join("charts")).expect("a folder") {
        let path = entry.expect("an entry").path();
        let (svg, file) = (std::fs::read_to_string(&path).expect("a chart"), path.display().to_string());
        assert_dutch(&svg, &file, titles);
        assert_apart(&svg, &file);
        assert!(page.contains(&svg), "{file} is another picture than the one in the report");
        charts += 1;
    }
    assert!(charts > 7, "{charts}");
}

#[test]
fn footholds_are_called_as_their_files_call_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/footholds");
    let titles: std::collections::BTreeMap<String, String> = entries()
        .filter_map(|entry| Some((entry.key.strip_prefix("case.foothold.title.")?.to_owned(), entry.en)))
        .collect();
    let mut kinds = 0;
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("text");
        let line = |name: &str| {
            let found = text.lines().find_map(|line| line.trim().strip_prefix(name));
            found.unwrap_or_default().trim().to_owned()
        };
        assert_eq!(titles.get(&line("kind:")), Some(&line("title:")), "{}", path.display());
        kinds += 1;
    }
    assert_eq!(kinds, titles.len());
}
