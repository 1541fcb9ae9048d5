//! The chain of custody: a byte that was changed anywhere is found, a signature holds for one key and one manifest, and
//! every event that an output names leads back to its record.

use crate::case_folder::json;
use crate::cli::run;
use regex::bytes::Regex;
use speur::output::{Refused, Signing, check, generate, sign, signed, verify};
use speur::pipeline::{Options, analyze, raw};
use speur::rule;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A case of the sample beside a copy of its evidence.
struct Custody {
    home: tempfile::TempDir,
}

impl Custody {
    fn new() -> Self {
        let custody = Self { home: tempfile::tempdir().unwrap() };
        let harbor = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/harbor");
        for file in walkdir::WalkDir::new(&harbor).into_iter().map(Result::unwrap).filter(|file| file.path().is_file())
        {
            let to = custody.path("logs").join(file.path().strip_prefix(&harbor).unwrap());
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            std::fs::copy(file.path(), to).unwrap();
        }
        let rules = rule::Options { pack: true, ..rule::Options::default() };
        let (paths, out) = (vec![custody.path("logs")], custody.case());
        let typed = vec![("PATH".to_owned(), custody.text("logs"))];
        analyze(&Options { paths, out, rules, typed, ..Options::default() }, &()).unwrap();
        custody
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn case(&self) -> PathBuf {
        self.path("case")
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// Makes a key pair without a password, and gives the public key.
    fn key(&self, name: &str) -> String {
        generate(&self.path(name), None).unwrap().1
    }

    fn sign(&self, key: &str) {
        sign(&self.case(), &Signing { key: self.path(key), ..Signing::default() }).unwrap();
    }
}

/// Changes one bit of the byte at `at`, a share of the file's length in eighths, looks, and puts the file back. A file
/// without a byte gets one.
fn flipped<T>(file: &Path, at: usize, look: impl FnOnce() -> T) -> T {
    let bytes = std::fs::read(file).unwrap();
    let mut other = bytes.clone();
    match (bytes.len() * at / 8).min(bytes.len().saturating_sub(1)) {
        _ if bytes.is_empty() => other.push(b'\n'),
        at => other[at] ^= 1,
    }
    std::fs::write(file, other).unwrap();
    let seen = look();
    std::fs::write(file, bytes).unwrap();
    seen
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let all = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap);
    all.filter(|file| file.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
}

#[test]
fn one_changed_byte_of_any_file_is_found_and_named() {
    let custody = Custody::new();
    let public = custody.key("key");
    custody.sign("key");
    let case = custody.case();
    let intact = verify(&case, &[]).unwrap();
    assert_eq!((intact.mismatches, intact.notes), (Vec::new(), Vec::new()));
    let outputs = files(&case);
    assert!(outputs.iter().any(|file| file.ends_with("timeline.parquet")), "a binary one is among them");
    let manifest = json(&case, "manifest.json");
    assert_eq!(outputs.len(), manifest["outputs"].as_array().unwrap().len() + 2, "the manifest lists all but two");
    for (at, file) in (0..).zip(&outputs) {
        let name = file.strip_prefix(&case).unwrap().display().to_string();
        flipped(file, at % 9, || match name.as_str() {
            "manifest.json" | "manifest.json.minisig" => {}
            _ => {
                let found = verify(&case, &[]).unwrap().mismatches;
                assert_eq!(found.iter().map(|found| &found.path).collect::<Vec<_>>(), [&name]);
                assert!(found[0].found.is_some());
            }
        });
    }
    for (at, file) in (0..).zip(files(&custody.path("logs")).iter().filter(|file| file.metadata().unwrap().len() > 0)) {
        flipped(file, at % 9, || {
            let found = verify(&case, &[]).unwrap().mismatches;
            assert_eq!(found.iter().map(|found| found.path.clone()).collect::<Vec<_>>(), [file.display().to_string()]);
        });
    }
    let at_the_terminal =
        flipped(&case.join("timeline.parquet"), 3, || run(&["verify", &custody.text("case"), "--key", &public]));
    assert_eq!(at_the_terminal.code, 1);
    assert!(at_the_terminal.out.contains("timeline.parquet: changed"), "{}", at_the_terminal.out);
    assert_eq!(run(&["verify", &custody.text("case"), "--key", &public]).code, 0);
}

#[test]
fn a_changed_manifest_or_signature_is_refused() {
    let custody = Custody::new();
    let public = custody.key("key");
    custody.sign("key");
    let case = custody.case();
    assert!(check(&case, &public).unwrap().is_ok());
    let refused = |file: &str, at: usize| {
        flipped(&case.join(file), at, || check(&case, &public)).unwrap().expect_err("a changed byte is refused")
    };
    for at in 0..9 {
        assert_eq!(refused("manifest.json", at), Refused::Wrong);
    }
    // Without the key the digest in the signature tells, unless it was changed too.
    let text = std::fs::read_to_string(case.join("manifest.json")).unwrap();
    std::fs::write(case.join("manifest.json"), text.replacen("\"threads\": ", "\"threads\": 1", 1)).unwrap();
    let found = verify(&case, &[]).unwrap().mismatches;
    assert_eq!(found.iter().map(|found| found.path.as_str()).collect::<Vec<_>>(), ["manifest.json"]);
    let ran = run(&["verify", &custody.text("case"), "--key", &public]);
    assert!(ran.code == 1 && ran.out.contains("manifest.json or the signature was changed"), "{}{}", ran.out, ran.err);
    std::fs::write(case.join("manifest.json"), text).unwrap();

    // The first line of a signature is a comment that nobody vouches for; every other byte counts.
    let signature = std::fs::read(case.join("manifest.json.minisig")).unwrap();
    let vouched = signature.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for at in (vouched..signature.len() - 1).filter(|at| signature[*at] != b'\n' && signature[*at] != b'=') {
        let mut other = signature.clone();
        other[at] ^= 1;
        std::fs::write(case.join("manifest.json.minisig"), &other).unwrap();
        assert!(check(&case, &public).unwrap().is_err(), "byte {at} of the signature");
    }
    for length in 0..signature.len() - 1 {
        std::fs::write(case.join("manifest.json.minisig"), &signature[..length]).unwrap();
        assert!(check(&case, &public).unwrap().is_err(), "cut after {length} bytes");
    }
    std::fs::remove_file(case.join("manifest.json.minisig")).unwrap();
    assert_eq!(check(&case, &public).unwrap(), Err(Refused::Missing));
    let ran = run(&["verify", &custody.text("case"), "--key", &public]);
    assert!(ran.code == 1 && ran.out.contains("the case is not signed"), "{}{}", ran.out, ran.err);
}

#[test]
fn a_wrong_key_is_refused_and_no_key_is_told() {
    let custody = Custody::new();
    let (public, other) = (custody.key("key"), custody.key("other"));
    let (case, key) = (custody.text("case"), custody.text("key"));
    let ran = run(&["sign", &case, "--key", &key, "--comment", "handed to the court"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let comment = signed(&custody.case()).unwrap().comment;
    assert!(comment.starts_with("manifest.json sha256:") && comment.ends_with(" comment: handed to the court"));
    assert!(comment.contains(" speur:") && !comment.contains("timestamp:"), "no clock unless asked: {comment}");
    // By the text of the key, and by its file.
    for key in [public, custody.text("key.pub")] {
        let ran = run(&["verify", &case, "--key", &key]);
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        assert!(ran.out.contains("handed to the court") && ran.out.contains("every file is"), "{}", ran.out);
    }
    let ran = run(&["verify", &case, "--key", &other]);
    assert!(ran.code == 1 && ran.out.contains("not with the one given"), "{}{}", ran.out, ran.err);
    assert!(!ran.out.contains("every file is as the manifest states"), "{}", ran.out);
    let ran = run(&["verify", &case]);
    assert!(ran.code == 0 && ran.out.contains("but not checked"), "{}{}", ran.out, ran.err);
    assert_eq!(run(&["verify", &case, "--key", "no key"]).code, 2);

    // Neither a signature nor a key is written over, and what is not as its manifest states is not signed.
    let ran = run(&["sign", &case, "--key", &key]);
    assert!(ran.code == 2 && ran.err.contains("signed already"), "{}", ran.err);
    let ran = run(&["keygen", &key, "--no-password"]);
    assert!(ran.code == 2 && ran.err.contains("never written over"), "{}", ran.err);
    std::fs::remove_file(custody.case().join("manifest.json.minisig")).unwrap();
    let ran = flipped(&custody.case().join("users.csv"), 4, || run(&["sign", &case, "--key", &key]));
    assert!(ran.code == 2 && ran.err.contains("users.csv is not what the manifest states"), "{}", ran.err);
    let ran = run(&["sign", &case, "--key", &key, "--timestamp"]);
    assert!(ran.code == 0 && ran.out.contains(" timestamp:"), "{}{}", ran.out, ran.err);
}

#[test]
fn a_key_may_ask_for_a_password() {
    let custody = Custody::new();
    std::fs::write(custody.path("right"), "correct horse\n").unwrap();
    std::fs::write(custody.path("wrong"), "incorrect\n").unwrap();
    let (case, key) = (custody.text("case"), custody.text("key"));
    let ran = run(&["keygen", &key, "--password-file", &custody.text("right")]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(custody.path("key").metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    let ran = run(&["sign", &case, "--key", &key, "--password-file", &custody.text("wrong")]);
    assert!(ran.code == 2 && ran.err.to_lowercase().contains("wrong password"), "{}", ran.err);
    let ran = run(&["sign", &case, "--key", &key, "--password-file", &custody.text("right")]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(run(&["verify", &case, "--key", &custody.text("key.pub")]).code, 0);
}

#[test]
fn signatures_are_those_of_minisign() {
    let minisign = |arguments: &[&str]| Command::new("minisign").args(arguments).output();
    if minisign(&["-v"]).is_err() {
        return println!("skipped: minisign is not installed");
    }
    let custody = Custody::new();
    let ours = custody.key("ours");
    custody.sign("ours");
    let manifest = custody.text("case/manifest.json");
    let verified = minisign(&["-Vm", &manifest, "-P", &ours]).unwrap();
    let told = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(verified.status.success() && told.contains("manifest.json sha256:"), "{told}");

    let (public, secret) = (custody.text("theirs.pub"), custody.text("theirs"));
    let made = minisign(&["-G", "-W", "-p", &public, "-s", &secret]).unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    // Their signature, checked by us; then ours, made with their key.
    assert!(minisign(&["-Sm", &manifest, "-s", &secret]).unwrap().status.success());
    assert!(check(&custody.case(), &public).unwrap().is_ok());
    std::fs::remove_file(custody.case().join("manifest.json.minisig")).unwrap();
    custody.sign("theirs");
    assert!(check(&custody.case(), &public).unwrap().is_ok());
    assert!(minisign(&["-Vm", &manifest, "-p", &public]).unwrap().status.success());
}

#[test]
fn moved_evidence_is_proven_where_it_is_now() {
    let custody = Custody::new();
    std::fs::rename(custody.path("logs"), custody.path("moved")).unwrap();
    let (case, moved) = (custody.text("case"), custody.text("moved"));
    let ran = run(&["verify", &case]);
    assert!(ran.code == 1 && ran.out.contains("missing or unreadable"), "{}", ran.out);
    let ran = run(&["verify", &case, "--evidence", &moved]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let inside = custody.path("moved/risk/riskDetections.json");
    let found = flipped(&inside, 5, || verify(&custody.case(), &[custody.path("moved")])).unwrap().mismatches;
    assert_eq!(found.iter().map(|found| found.path.as_str()).collect::<Vec<_>>(), ["logs/risk/riskDetections.json"]);
    let finding = &json(&custody.case(), "findings.json")[0];
    let ran = run(&["raw", &case, finding["event_ids"][0].as_str().unwrap(), &moved]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
}

#[test]
fn what_is_built_in_is_in_the_manifest() {
    let custody = Custody::new();
    let path = custody.case().join("manifest.json");
    let manifest = json(&custody.case(), "manifest.json");
    let databases = manifest["program"]["databases"].as_array().unwrap();
    assert_eq!(databases.len(), 2);
    for database in databases {
        assert!(database["name"].as_str().unwrap().starts_with("ip-location-db "));
        assert_eq!(database["built"].as_str().unwrap().len(), "2026-09-16".len());
    }
    let text = std::fs::read_to_string(&path).unwrap();
    let digest = databases[0]["sha256"].as_str().unwrap();
    std::fs::write(&path, text.replace(digest, &"0".repeat(64))).unwrap();
    let found = verify(&custody.case(), &[]).unwrap();
    // The case digest is of the databases too.
    assert!(found.mismatches.len() == 2 && found.mismatches[0].path.contains("(built in)"), "{found:?}");
    // Another version holds other databases; that is no fault of the case, and is told.
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    let older = text.replace(digest, &"0".repeat(64)).replacen(&version, "\"version\": \"0.0.1\"", 1);
    std::fs::write(&path, older).unwrap();
    let found = verify(&custody.case(), &[]).unwrap();
    assert!(found.mismatches.len() == 1 && found.mismatches[0].path.contains("digest"), "{found:?}");
    assert!(found.notes.len() == 1 && found.notes[0].contains("0.0.1"), "{found:?}");
}

/// Outputs that count or draw, and so name no single event; incidents name findings, which name theirs.
const NO_EVENTS: &[&str] = &[
    "users.csv",
    "addresses.csv",
    "coverage.json",
    "incidents.csv",
    "incidents.json",
    "manifest.json",
    "rejected.jsonl",
    "suppressed.csv",
];

#[test]
fn every_output_leads_to_the_records() {
    let custody = Custody::new();
    let case = custody.case();
    let rows: BTreeMap<String, String> = crate::case_folder::table(&case, "timeline.csv")
        .into_iter()
        .map(|row| (row["event_id"].clone(), row["file"].clone()))
        .collect();
    let id = Regex::new(r"\b[0-9a-f]{16}\b").unwrap();
    let mut led = BTreeSet::new();
    for file in files(&case) {
        let name = file.strip_prefix(&case).unwrap().display().to_string();
        let binary = file.extension().is_some_and(|ending| ["parquet", "pdf", "xlsx"].iter().any(|it| ending == *it));
        if NO_EVENTS.contains(&name.as_str()) || name.starts_with("charts/") || binary {
            continue;
        }
        let bytes = std::fs::read(&file).unwrap();
        let is_table = file.extension().is_some_and(|ending| ending == "csv");
        if is_table && bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count() == 1 {
            // Nothing but its header: the sample has none of it.
            continue;
        }
        let found = id.find_iter(&bytes).map(|found| String::from_utf8_lossy(found.as_bytes()).into_owned());
        let found: BTreeSet<String> = found.filter(|id| rows.contains_key(id)).collect();
        let first = found.first().unwrap_or_else(|| panic!("{name} names no event"));
        let records = raw(&case, first, &Options::default()).unwrap();
        assert!(records.iter().all(speur::pipeline::RawRecord::is_proven), "{name}: {first}");
        led.insert(name);
    }
    assert!(led.len() >= 11, "{led:?}");
}
