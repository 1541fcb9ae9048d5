//! The embedded rules against their own records: `tests/rules/<rule>/{hit,miss}.jsonl`.

use rsigma_parser::{SigmaRule, parse_sigma_yaml};
use speur::pipeline::{trials, try_records};
use speur::rule::matrix::{Cover, Matrix, covering, names};
use speur::rule::{Meta, Options, RuleSet};
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Folders below `rules/` that hold no single-record rules.
const OTHER: &[&str] = &["filters", "lists", "mapping", "correlations", "footholds"];

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
    // Rules that ask for a past have histories instead.
    let text = std::fs::read_to_string(&file).unwrap_or_default();
    let place = |i: usize| format!("tests/rules/{stem}/{name}:{}", i + 1);
    text.lines().enumerate().map(|(i, line)| (place(i), line.to_owned())).collect()
}

/// Ids of the rules that the record of one line meets.
fn met(rules: &RuleSet, place: &str, line: &str) -> BTreeSet<String> {
    let met = try_records(rules, &[line.to_owned()]).unwrap_or_else(|(_, reason)| panic!("{place}: {reason}"));
    met.into_iter().map(|index| rules.rules()[usize::from(index)].id.clone()).collect()
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
    let (rules, _) = RuleSet::load(&Options { pack: true, ..Options::default() });
    let stems: BTreeSet<&str> = rules.rules().iter().map(Meta::stem).collect();
    for folder in std::fs::read_dir(root().join("tests/rules")).unwrap() {
        let name = folder.unwrap().file_name().into_string().unwrap();
        assert!(stems.contains(name.as_str()), "tests/rules/{name}: no rule file has this name");
    }
}

/// The text of `rules/README.md`; with `UPDATE_GOLDEN` it is written anew where it is not what it should be.
fn readme(want: impl Fn(&str) -> String) {
    let path = root().join("rules/README.md");
    let found = std::fs::read_to_string(&path).unwrap();
    crate::golden::same_or_written(&path, &want(&found));
}

/// The table of the pack: rules by folder.
fn pack_table() -> String {
    let (rules, _) = RuleSet::load(&Options { pack: true, ..Options::default() });
    let mut folders = BTreeMap::<&str, BTreeSet<String>>::new();
    let of_their_own = (0..).zip(rules.rules()).filter(|(index, _)| !rules.silent().contains(index));
    for (_, rule) in of_their_own {
        let cells = [format!("`{}`", rule.stem()), rule.level.name().to_owned(), rule.title.clone()];
        let row = format!("| {} | {} |\n", cells.join(" | "), rule.matrix.join(", "));
        folders.entry(rule.folder()).or_default().insert(row);
    }
    let table = |(folder, rows): (&str, BTreeSet<String>)| {
        let rows: Vec<String> = rows.into_iter().collect();
        format!("\n### {folder}\n\n| rule | level | flags | matrix |\n|---|---|---|---|\n{}", rows.concat())
    };
    folders.into_iter().map(table).collect()
}

/// The table of the matrix: every row with its rules.
fn matrix_table() -> String {
    let (rules, _) = RuleSet::load(&Options { pack: true, ..Options::default() });
    let matrix = Matrix::load().unwrap();
    let mut table = String::from("| id | trace | ATT&CK | seen in | rules |\n|---|---|---|---|---|\n");
    for row in &matrix.rows {
        let cells = [row.attack.join(", "), row.evidence.join(", "), Cover::of(row, rules.rules()).text("`")];
        writeln!(table, "| {} | {} | {} |", row.id, row.title, cells.join(" | ")).unwrap();
    }
    table += "\n| id | symptom or step | traces | rules of its own |\n|---|---|---|---|\n";
    for purpose in matrix.purposes() {
        let rows = matrix.rows.iter().filter(|row| row.serves(&purpose.id)).map(|row| row.id.as_str());
        let cells = [rows.collect::<Vec<_>>().join(", "), names(&covering(&purpose.id, rules.rules()), "`")];
        writeln!(table, "| {} | {} | {} |", purpose.id, purpose.title, cells.join(" | ")).unwrap();
    }
    table
}

#[test]
fn the_readme_lists_every_rule_and_the_matrix() {
    let (open, close) = ("<!-- matrix -->\n", "<!-- /matrix -->");
    readme(|found| {
        let (before, rest) = found.split_once(open).expect("rules/README.md has no mark of the matrix");
        let (_, after) = rest.split_once(close).expect("rules/README.md: the matrix has no end");
        let (between, _) = after.split_once("## The pack\n").expect("rules/README.md has no heading `The pack`");
        format!("{before}{open}{}{close}{between}## The pack\n{}", matrix_table(), pack_table())
    });
}

#[test]
fn rules_name_rows_of_the_matrix() {
    let (rules, _) = RuleSet::load(&Options { pack: true, ..Options::default() });
    let matrix = Matrix::load().unwrap();
    let known: BTreeSet<&str> = matrix.ids().collect();
    for rule in rules.rules() {
        assert!(rule.matrix.iter().all(|id| known.contains(id.as_str())), "{}: {:?}", rule.file, rule.matrix);
    }
    let of = |id: &str| covering(id, rules.rules()).len();
    assert!(of("CO-02") >= 8 && of("SY-10") == 1, "{} {}", of("CO-02"), of("SY-10"));
}

#[test]
fn every_rule_fires_on_its_hits_and_on_no_miss() {
    let (rules, rejected) = RuleSet::load(&Options { pack: true, ..Options::default() });
    assert!(rejected.is_empty(), "{rejected:#?}");
    let trials = trials(&rules, &root().join("tests/rules"));
    assert!(trials.failures.is_empty(), "{:#?}", trials.failures);
    assert!(trials.rules as usize >= pack().len() && trials.cases > 5 * trials.rules, "{trials:?}");
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

#[test]
fn every_row_of_the_matrix_has_a_rule_or_a_reason() {
    let (rules, _) = RuleSet::load(&Options { pack: true, ..Options::default() });
    let matrix = Matrix::load().unwrap();
    assert_eq!(matrix.rows.len(), 178);
    let open: Vec<&str> = (matrix.rows.iter())
        .filter(|row| matches!(Cover::of(row, rules.rules()), Cover::Open))
        .map(|row| row.id.as_str())
        .collect();
    assert_eq!(open, Vec::<&str>::new(), "no rule and no reason");
}

/// Symptoms and steps that the sample's logs show by a rule of their own, or by one on a row that serves them.
#[test]
fn every_symptom_and_step_shows_in_the_sample() {
    let (home, _) = crate::case_folder::run(&root().join("samples/harbor"), 2);
    let findings = crate::case_folder::json(&home.path().join("case"), "findings.json");
    let fired: BTreeSet<&str> = findings.as_array().unwrap().iter().filter_map(|f| f["rule"]["id"].as_str()).collect();
    let (rules, _) = RuleSet::load(&Options { pack: true, ..Options::default() });
    let matrix = Matrix::load().unwrap();
    // No log tells that somebody looked through what was sent.
    for purpose in matrix.purposes().filter(|purpose| purpose.id != "ST-7") {
        // Of evidence of recovery a row proves its step; any other only calls for it.
        let proves = |id: &String| {
            *id == purpose.id
                || matrix.rows.iter().any(|row| {
                    row.id == *id && row.serves(&purpose.id) && (purpose.id.starts_with("SY") || id.starts_with("RE"))
                })
        };
        let shown = rules.rules().iter().filter(|rule| rule.matrix.iter().any(proves));
        assert!(shown.into_iter().any(|rule| fired.contains(rule.id.as_str())), "{}: {}", purpose.id, purpose.title);
    }
}
