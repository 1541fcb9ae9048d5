//! A copy for one party: nobody else is named in any file of it, and what it answers is what the case answers.

use crate::case_folder::{json, table};
use crate::cli::run;
use polars::prelude::{ParquetReader, SerReader};
use speur::output::{search, verify};
use speur::pipeline::{Options, analyze};
use speur::redact::{Kind, Needle};
use speur::rule;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Accounts and correspondents of the sample, as its generator writes them: the whole address, and the name that belongs to it.
const CLERK: &str = "sanne.loodsman@harbor.example";

struct Disclosed {
    home: tempfile::TempDir,
}

impl Disclosed {
    /// A case of the sample.
    fn new() -> Self {
        let disclosed = Self { home: tempfile::tempdir().unwrap() };
        let harbor = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/harbor");
        let rules = rule::Options { pack: true, ..rule::Options::default() };
        let typed = vec![("PATH".to_owned(), harbor.display().to_string())];
        let options = Options { paths: vec![harbor], out: disclosed.path("case"), rules, typed, ..Options::default() };
        analyze(&options, &()).unwrap();
        disclosed
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    fn export(&self, copy: &str, more: &[&str]) {
        let ran = run(&[&["export", &self.text("case"), "--out", &self.text(copy)], more].concat());
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    }
}

/// Everybody who has a line of their own in the evidence: accounts of the sample, from its raw text.
fn people() -> BTreeSet<String> {
    let address = regex::bytes::Regex::new(r"(?i)\b[a-z][a-z]+\.[a-z]+@harbor\.example").unwrap();
    let harbor = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/harbor");
    let mut people = BTreeSet::new();
    for file in files(&harbor) {
        let bytes = std::fs::read(file).unwrap();
        let found = address.find_iter(&bytes).map(|found| String::from_utf8_lossy(found.as_bytes()).to_lowercase());
        people.extend(found);
    }
    people
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let all = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap);
    all.filter(|file| file.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
}

/// All that a file says, in lower case, letters and digits alone: whatever stands between the parts of a name is gone.
fn bare(file: &Path) -> String {
    let bytes = if file.extension().is_some_and(|ending| ending == "parquet") {
        let frame = ParquetReader::new(std::fs::File::open(file).unwrap()).finish().unwrap();
        let columns = frame.columns().iter().filter_map(|column| column.as_materialized_series().str().ok());
        columns.flat_map(|texts| texts.iter().flatten().collect::<Vec<_>>()).collect::<Vec<_>>().join("\n").into_bytes()
    } else {
        std::fs::read(file).unwrap()
    };
    let text = String::from_utf8_lossy(&bytes).replace("%40", "@").replace("%20", " ").replace("&#64;", "@");
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Says where anybody of `people` is named in a folder, in whatever way it is written: their family names are words that
/// mean nothing else.
fn named(folder: &Path, people: &BTreeSet<String>) -> Vec<String> {
    let mut found = Vec::new();
    for file in files(folder) {
        let text = format!("{} {}", bare(&file), file.display());
        for person in people {
            let (local, _) = person.split_once('@').unwrap();
            let (_, last) = local.split_once('.').unwrap();
            if text.contains(last) {
                found.push(format!("{}: {person}", file.display()));
            }
        }
    }
    found
}

fn levels(case: &Path) -> BTreeMap<(String, String), u64> {
    let mut levels = BTreeMap::new();
    for finding in json(case, "findings.json").as_array().unwrap() {
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let key = (text(&finding["rule"]["id"]), text(&finding["rule"]["level"]));
        *levels.entry(key).or_insert(0) += finding["count"].as_u64().unwrap();
    }
    levels
}

/// What a case answers, without who and what it is called; sorted.
fn answers(case: &Path, file: &str, members: &[&str]) -> Vec<String> {
    let all = json(case, file);
    let of =
        |one: &serde_json::Value| members.iter().map(|member| one[*member].to_string()).collect::<Vec<_>>().join(" ");
    let mut answers: Vec<String> = all.as_array().unwrap().iter().map(of).collect();
    answers.sort();
    answers
}

#[test]
fn everybody_has_a_pseudonym_and_the_answer_is_the_same() {
    let disclosed = Disclosed::new();
    let (case, copy) = (disclosed.path("case"), disclosed.path("copy"));
    let everybody = people();
    assert!(everybody.len() > 8 && everybody.contains(CLERK), "{everybody:?}");
    assert!(!named(&case, &everybody).is_empty(), "the search finds who is there");
    disclosed.export("copy", &["--redact-others", "--key-table", &disclosed.text("who.csv")]);
    assert_eq!(named(&copy, &everybody), Vec::<String>::new());
    let proof = verify(&copy, &[]).unwrap();
    assert!(proof.mismatches.is_empty() && proof.notes[0].contains("a redacted copy"), "{proof:?}");

    assert_eq!(levels(&case), levels(&copy));
    for (file, members) in [
        ("case.json", &["first_time", "last_time", "method", "confidence"][..]),
        (
            "sessions.json",
            &["address", "country", "first_time", "last_time", "events", "succeeded", "link", "score", "event_ids"],
        ),
        ("footholds.json", &["kind", "step", "state", "event_ids"]),
    ] {
        assert_eq!(answers(&case, file, members), answers(&copy, file, members), "{file}");
    }
    for file in [
        "mail-exposure.csv",
        "file-exposure.csv",
        "recipients-to-warn.csv",
        "users.csv",
        "timeline.csv",
        "footholds.csv",
    ] {
        assert_eq!(table(&case, file).len(), table(&copy, file).len(), "{file}");
    }
    let ids = |case: &Path| {
        table(case, "timeline.csv")
            .into_iter()
            .map(|row| (row["event_id"].clone(), row["sha256"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(&case), ids(&copy), "the court can ask for the original by event and digest");
    let of = &json(&copy, "manifest.json")["redacted"]["of"];
    assert_eq!(of.as_str().unwrap().len(), 64);
    let verified = run(&["raw", &disclosed.text("copy"), &ids(&copy)[0].0]);
    assert!(verified.code == 0 || verified.code == 2, "{}", verified.err);

    let table = std::fs::read_to_string(disclosed.path("who.csv")).unwrap();
    assert!(table.contains(&format!(",{CLERK},address")), "{table}");
    // Twice the same, and with another key another.
    disclosed.export("again", &["--redact-others"]);
    std::fs::write(disclosed.path("secret"), "0123456789abcdef").unwrap();
    disclosed.export("other", &["--redact-others", "--redaction-key", &disclosed.text("secret")]);
    for file in files(&copy) {
        let name = file.strip_prefix(&copy).unwrap();
        let same = |copy: &str| {
            std::fs::read(&file).unwrap() == std::fs::read(disclosed.path(copy).join(name)).unwrap_or_default()
        };
        assert!(name.ends_with("manifest.json") || same("again"), "{}", name.display());
        assert!(!name.ends_with("users.csv") || !same("other"));
    }
}

#[test]
fn one_account_keeps_its_name_and_gets_its_own_events() {
    let disclosed = Disclosed::new();
    let copy = disclosed.path("copy");
    disclosed.export("copy", &["--for-account", CLERK]);
    let mut others = people();
    others.remove(CLERK);
    assert_eq!(named(&copy, &others), Vec::<String>::new());
    assert!(!named(&copy, &[CLERK.to_owned()].into()).is_empty(), "the account itself is named");
    let (all, some) = (table(&disclosed.path("case"), "timeline.csv"), table(&copy, "timeline.csv"));
    assert!(!some.is_empty() && some.len() < all.len() / 2, "{} of {}", some.len(), all.len());
    let own = |rows: &[BTreeMap<String, String>]| {
        let is = |row: &&BTreeMap<String, String>| {
            ["account", "actor", "target"].iter().any(|column| row[*column].eq_ignore_ascii_case(CLERK))
        };
        rows.iter().filter(is).map(|row| row["event_id"].clone()).collect::<BTreeSet<_>>()
    };
    assert_eq!(own(&all), own(&some), "no event of the account is left out");
    let dossiers = json(&copy, "case.json");
    assert!(dossiers.as_array().unwrap().iter().any(|one| one["account"] == CLERK), "{dossiers:#}");
    let coverage = &json(&copy, "coverage.json")["totals"];
    assert_eq!(coverage["outside"].as_u64().unwrap(), (all.len() - some.len()) as u64);
}

#[test]
fn a_leak_that_is_planted_in_any_file_of_a_copy_is_found() {
    let disclosed = Disclosed::new();
    let (case, copy) = (disclosed.path("case"), disclosed.path("copy"));
    disclosed.export("copy", &["--redact-others"]);
    let needles = [CLERK, "sanne loodsman"].map(|text| {
        let kind = if text.contains('@') { Kind::Address } else { Kind::Name };
        Needle { text: text.to_owned(), kind }
    });
    assert_eq!(search(&copy, &needles).unwrap(), []);
    let mut planted = 0;
    for file in files(&case) {
        let name = file.strip_prefix(&case).unwrap();
        let here = copy.join(name);
        // The file as it was before, where the case names the clerk in it, else her name at the end.
        let kept = std::fs::read(&here).ok();
        if named(&file, &[CLERK.to_owned()].into()).is_empty() {
            continue;
        }
        std::fs::copy(&file, &here).unwrap();
        let leaks = search(&copy, &needles).unwrap();
        assert_eq!(
            leaks.iter().map(|leak| leak.file.clone()).collect::<Vec<_>>(),
            [name.display().to_string()],
            "{leaks:?}"
        );
        assert!(!leaks[0].place.is_empty());
        kept.map_or_else(|| std::fs::remove_file(&here), |bytes| std::fs::write(&here, bytes)).unwrap();
        planted += 1;
    }
    assert!(planted > 12, "{planted} files name her, the Parquet and the pictures among them");
}

#[test]
fn what_cannot_be_proven_is_not_copied() {
    let disclosed = Disclosed::new();
    let (case, copy) = (disclosed.text("case"), disclosed.text("copy"));
    let export = |more: &[&str]| run(&[&["export", &case, "--out", &copy], more].concat());
    for (more, told) in [
        (&[][..], "required"),
        (&["--for-account", "nobody@harbor.example"], "no event of the case"),
        (&["--for-account", "nobody"], "expected a whole address"),
        (&["--redact-others", "--key-table", &format!("{copy}/who.csv")], "must not say who is who"),
        (&["--redact-others", "--evidence", "absent"], "absent"),
    ] {
        let ran = export(more);
        assert!(ran.code == 2 && ran.err.contains(told), "{more:?}: {}", ran.err);
        assert!(!disclosed.path("copy").exists());
    }
    disclosed.export("first", &["--redact-others"]);
    let ran = run(&["export", &disclosed.text("first"), "--out", &copy, "--redact-others"]);
    assert!(ran.code == 2 && ran.err.contains("such a copy already"), "{}", ran.err);
    std::fs::write(disclosed.path("case/users.csv"), "account\n").unwrap();
    let ran = export(&["--redact-others"]);
    assert!(ran.code == 2 && ran.err.contains("users.csv is not as the manifest states"), "{}", ran.err);
    assert!(!disclosed.path("copy").exists());
}
