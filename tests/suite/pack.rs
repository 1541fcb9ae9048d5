//! The embedded rules against their own records: `tests/rules/<rule>/{hit,miss}.jsonl`.

use rsigma_parser::{SigmaRule, parse_sigma_yaml};
use sonic_rs::{JsonValueMutTrait, JsonValueTrait, Value};
use speur::event::{Basis, Place, Precision, Time};
use speur::input::Data;
use speur::rule::{Options, RuleSet, Scratch};
use speur::source::{self, FileContext};
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Folders below `rules/` that hold no single-record rules.
const OTHER: &[&str] = &["filters", "mapping", "correlations", "footholds"];

struct Rule {
    stem: String,
    file: PathBuf,
    sigma: SigmaRule,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The rules of the pack, sorted by file.
fn pack() -> Vec<Rule> {
    let mut files = Vec::new();
    for folder in std::fs::read_dir(root().join("rules")).unwrap() {
        let folder = folder.unwrap();
        if OTHER.contains(&folder.file_name().to_str().unwrap()) || !folder.path().is_dir() {
            continue;
        }
        for file in std::fs::read_dir(folder.path()).unwrap() {
            files.push(file.unwrap().path());
        }
    }
    files.sort();
    files.into_iter().map(|file| parse(&file)).collect()
}

fn parse(file: &Path) -> Rule {
    assert_eq!(file.extension().and_then(|e| e.to_str()), Some("yml"), "{}: not a rule file", file.display());
    let text = std::fs::read_to_string(file).unwrap();
    let mut collection = parse_sigma_yaml(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    assert!(collection.errors.is_empty(), "{}: {:?}", file.display(), collection.errors);
    assert_eq!(collection.rules.len(), 1, "{}: one rule a file", file.display());
    let stem = file.file_stem().unwrap().to_str().unwrap().to_owned();
    Rule { stem, file: file.to_owned(), sigma: collection.rules.remove(0) }
}

/// The lines of a data file, each with its place as text for messages.
fn lines(stem: &str, name: &str) -> Vec<(String, String)> {
    let file = root().join("tests/rules").join(stem).join(name);
    let text = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let place = |i: usize| format!("tests/rules/{stem}/{name}:{}", i + 1);
    text.lines().enumerate().map(|(i, line)| (place(i), line.to_owned())).collect()
}

/// Takes the sibling key that stands for what the geolocation database would say.
fn take_place(record: &mut Value) -> Option<Place> {
    let told = record.as_object_mut()?.remove(&"_speur_place")?;
    let text = |key: &str| told.get(key).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
    Some(Place {
        country: text("country"),
        asn: told.get("asn").and_then(JsonValueTrait::as_u64).unwrap_or_default() as u32,
        as_org: text("as_org"),
        anonymous: text("anonymous"),
        kind: "public",
        ..Place::default()
    })
}

/// Ids of the rules that the record of one line meets.
fn met(rules: &RuleSet, place: &str, line: &str) -> BTreeSet<String> {
    let mut record: Value = sonic_rs::from_str(line).unwrap_or_else(|e| panic!("{place}: {e}"));
    let known = take_place(&mut record);
    let source = source::for_json(&record, None).unwrap_or_else(|| panic!("{place}: no source recognises it"));
    // Snapshots state no time of their own; it makes no difference to a rule.
    let time = Time { micros: 1_769_162_400_000_000, precision: Precision::Second, basis: Basis::CollectedAt };
    let context = FileContext { collected: Some(time), ..FileContext::default() };
    let decoded = (source.decode)(Data::Json(record), &context).unwrap_or_else(|e| panic!("{place}: {e}"));
    let mut event = (source.view)(&decoded, &context).unwrap_or_else(|e| panic!("{place}: {e}"));
    event.place = known.as_ref();
    let mut hits = Vec::new();
    rules.matches(&event, &mut Scratch::default(), &mut hits);
    hits.into_iter().map(|index| rules.rules()[usize::from(index)].id.clone()).collect()
}

#[test]
fn every_rule_says_what_a_reader_needs() {
    let pack = pack();
    assert!(pack.len() >= 90, "{} rules found", pack.len());
    let mut ids = BTreeSet::new();
    let mut stems = BTreeSet::new();
    let mut titles = BTreeSet::new();
    for Rule { stem, file, sigma } in &pack {
        let place = file.display();
        let id = sigma.id.as_deref().unwrap_or_else(|| panic!("{place}: no id"));
        assert!(ids.insert(id.to_owned()), "{place}: id {id} is used twice");
        assert!(stems.insert(stem), "{place}: another folder has this file name");
        assert!(titles.insert(&sigma.title), "{place}: another rule has this title");
        assert!(sigma.title.chars().count() <= 110, "{place}: title is over 110 characters");
        assert!(sigma.level.is_some(), "{place}: no level");
        assert!(sigma.description.is_some(), "{place}: no description");
        assert!(!sigma.falsepositives.is_empty(), "{place}: no falsepositives");
        assert!(sigma.references.iter().any(|r| r.starts_with("https://")), "{place}: no reference");
        assert!(sigma.custom_attributes.contains_key("speur"), "{place}: no speur.matrix");
    }
}

#[test]
fn every_folder_of_records_has_a_rule() {
    let stems: BTreeSet<String> = pack().into_iter().map(|rule| rule.stem).collect();
    for folder in std::fs::read_dir(root().join("tests/rules")).unwrap() {
        let name = folder.unwrap().file_name().into_string().unwrap();
        assert!(stems.contains(&name), "tests/rules/{name}: no rule file has this name");
    }
}

#[test]
fn the_readme_lists_every_rule() {
    let path = root().join("rules/README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let (before, _) = readme.split_once("## The pack\n").expect("rules/README.md has no heading `The pack`");
    let mut folders = BTreeMap::<String, Vec<String>>::new();
    for Rule { stem, file, sigma } in pack() {
        let level = sigma.level.map(|l| format!("{l:?}").to_lowercase()).unwrap_or_default();
        let text = std::fs::read_to_string(&file).unwrap();
        let matrix = text.lines().find_map(|line| line.trim().strip_prefix("matrix: [")?.strip_suffix(']'));
        let row = format!("| `{stem}` | {level} | {} | {} |\n", sigma.title, matrix.unwrap_or_default());
        folders.entry(file.parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned()).or_default().push(row);
    }
    let mut want = format!("{before}## The pack\n");
    for (folder, mut rows) in folders {
        rows.sort();
        want += "\n### ";
        want += &folder;
        want += "\n\n| rule | level | flags | matrix |\n|---|---|---|---|\n";
        want += &rows.concat();
    }
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, want).unwrap();
    } else {
        assert!(readme == want, "rules/README.md: the table is not that of the rules; UPDATE_GOLDEN=1 writes it anew");
    }
}

#[test]
fn every_rule_fires_on_its_hits_and_on_no_miss() {
    let (rules, rejected) = RuleSet::load(&Options { pack: true, ..Options::default() });
    assert!(rejected.is_empty(), "{rejected:#?}");
    let mut wrong = Vec::new();
    for Rule { stem, sigma, .. } in pack() {
        let id = sigma.id.unwrap();
        let hits = lines(&stem, "hit.jsonl");
        let misses = lines(&stem, "miss.jsonl");
        assert!(hits.len() >= 2, "tests/rules/{stem}/hit.jsonl: {} records, at least 2 are wanted", hits.len());
        assert!(misses.len() >= 3, "tests/rules/{stem}/miss.jsonl: {} records, at least 3 are wanted", misses.len());
        let silent = hits.iter().filter(|(place, line)| !met(&rules, place, line).contains(&id));
        wrong.extend(silent.map(|(place, _)| format!("{place}: does not fire")));
        let fired = misses.iter().filter(|(place, line)| met(&rules, place, line).contains(&id));
        wrong.extend(fired.map(|(place, _)| format!("{place}: fires")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A unified audit record of a cmdlet as the administrator audit log of Exchange has it.
fn as_admin_audit(line: &str) -> Option<String> {
    let record: serde_json::Value = serde_json::from_str(line).ok()?;
    if record["RecordType"] != 1 || !record["Parameters"].is_array() {
        return None;
    }
    let mut out = serde_json::json!({
        "Caller": record["UserId"],
        "CmdletName": record["Operation"],
        "CmdletParameters": record["Parameters"],
        "ObjectModified": record["ObjectId"],
        "RunDate": record["CreationTime"],
        "Succeeded": record["ResultStatus"],
    });
    for key in ["ModifiedProperties", "ExternalAccess", "OriginatingServer", "ClientIP", "SessionId", "_speur_place"] {
        if !record[key].is_null() {
            out[key] = record[key].clone();
        }
    }
    Some(out.to_string())
}

#[test]
fn rules_on_cmdlets_fire_on_the_administrator_audit_log_too() {
    let (rules, _) = RuleSet::load(&Options { pack: true, ..Options::default() });
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for Rule { stem, sigma, file } in pack() {
        if !file.parent().unwrap().ends_with("exchange") {
            continue;
        }
        let id = sigma.id.unwrap();
        for (place, line) in lines(&stem, "hit.jsonl") {
            let Some(line) = as_admin_audit(&line) else { continue };
            tried += 1;
            if !met(&rules, &place, &line).contains(&id) {
                wrong.push(format!("{place}: does not fire"));
            }
        }
    }
    assert!(tried >= 50, "only {tried} records of cmdlets");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
