//! `manifest.json`: what went in, what came out, with which rules and choices; and whether all of it is still the same.

use super::digest;
use super::folder::{Sink, Written, hash_file};
use super::moved;
use super::signature::{SIGNATURE, Signed, signed};
use super::table::json;
use super::view::View;
use crate::case::severity::Severity;
use crate::civil::rfc3339;
use crate::coverage::Counts;
use crate::enrich;
use crate::error::Error;
use crate::input::Limits;
use crate::rule::{self, Level};
use crate::store::hex;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// One file of evidence as it lies on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Where it lies; `speur verify` looks for it there.
    pub path: PathBuf,
    /// What the other outputs call it.
    pub name: String,
    /// SHA-256 of its bytes, lower-case hex; empty when it could not be read.
    pub sha256: String,
    /// Size.
    pub bytes: u64,
}

/// What the manifest alone tells of a run.
#[derive(Debug, Clone)]
pub struct RunFacts {
    /// Version of the program.
    pub version: String,
    /// SHA-256 of the rules and tables that are part of the program; empty when none were loaded.
    pub pack_sha256: String,
    /// The files beside the evidence that shape the result, in the order of their use: rules, filters,
    /// placeholders, geolocation databases.
    pub settings: Vec<Input>,
    /// The files on disk that were read, containers and not their members.
    pub inputs: Vec<Input>,
    /// When the run began.
    pub started: SystemTime,
    /// When it ended; `None` is the moment the manifest is written.
    pub finished: Option<SystemTime>,
    /// How many threads worked.
    pub threads: usize,
    /// Of what the case is a redacted copy, if it is one.
    pub redacted: Option<Redacted>,
}

/// That a case is a copy in which people have pseudonyms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redacted {
    /// SHA-256 of the manifest of the original, lower-case hex. Event ids and the digests of records are the same there.
    pub of: String,
    /// Which events it holds.
    pub how: String,
}

/// `manifest.json`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) program: Program,
    /// See [`super::digest`]; empty in manifests of versions that had none.
    #[serde(default)]
    digest: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    redacted: Option<Redacted>,
    pub(super) options: Vec<Choice>,
    /// In which language the case speaks to people, as ISO 639-1 code.
    #[serde(default)]
    language: String,
    pub(super) counts: Summary,
    pub(super) inputs: Vec<InputFile>,
    #[serde(default)]
    pub(super) settings: Vec<InputFile>,
    pub(super) rules: Vec<RuleFile>,
    databases: Vec<String>,
    pub(super) outputs: Vec<OutputFile>,
    run: Run,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Program {
    name: String,
    pub(super) version: String,
    #[serde(default)]
    pub(super) pack_sha256: String,
    /// The geolocation databases that are part of the program, whether or not they were asked.
    #[serde(default)]
    databases: Vec<BuiltIn>,
}

/// A database that is part of the program.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct BuiltIn {
    name: String,
    built: String,
    sha256: String,
    bytes: u64,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Choice {
    pub(super) option: String,
    pub(super) value: String,
}

/// The counts of a case, as the manifest holds them.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub(super) struct Summary {
    pub(super) files: u64,
    #[serde(flatten)]
    pub(super) rows: Counts,
    pub(super) events: u64,
    #[serde(default)]
    pub(super) first_time: Option<String>,
    #[serde(default)]
    pub(super) last_time: Option<String>,
    pub(super) accounts: u64,
    pub(super) addresses: u64,
    pub(super) findings: u64,
    pub(super) critical: u64,
    pub(super) high: u64,
    pub(super) medium: u64,
    pub(super) low: u64,
    pub(super) informational: u64,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct InputFile {
    path: String,
    pub(super) name: String,
    pub(super) sha256: String,
    pub(super) bytes: u64,
}

impl InputFile {
    fn of(input: &Input) -> Self {
        Self {
            path: input.path.display().to_string(),
            name: input.name.clone(),
            sha256: input.sha256.clone(),
            bytes: input.bytes,
        }
    }
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct RuleFile {
    pub(super) id: String,
    file: String,
    pub(super) sha256: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct OutputFile {
    pub(super) path: String,
    pub(super) sha256: String,
    bytes: u64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Run {
    started: String,
    finished: String,
    threads: usize,
}

/// Writes `manifest.json`; run time and threads stand under `run` and nowhere else.
pub(crate) fn manifest(view: &View<'_>, run: &RunFacts, outputs: &[Written], sink: &mut Sink<'_>) -> io::Result<()> {
    let output =
        |file: &Written| OutputFile { path: file.path.clone(), sha256: file.sha256.clone(), bytes: file.bytes };
    let manifest =
        Manifest { digest: view.digest.clone(), outputs: outputs.iter().map(output).collect(), ..of_case(view, run) };
    json(&manifest, sink)
}

/// The digest of a case, which its products may hold.
pub(crate) fn case_digest(view: &View<'_>, run: &RunFacts) -> io::Result<String> {
    Ok(digest::digest(serde_json::to_value(of_case(view, run))?))
}

/// The manifest of a case of which nothing is written yet.
fn of_case(view: &View<'_>, run: &RunFacts) -> Manifest {
    let case = view.case;
    let choice = |(option, value): &(String, String)| Choice { option: option.clone(), value: value.clone() };
    let mut rules: Vec<RuleFile> = case
        .rules
        .iter()
        .map(|rule| RuleFile { id: rule.id.clone(), file: rule.file.clone(), sha256: rule.sha256.clone() })
        .collect();
    rules.sort();
    let mut inputs: Vec<InputFile> = run.inputs.iter().map(InputFile::of).collect();
    inputs.sort_by(|a, b| (&a.name, &a.path).cmp(&(&b.name, &b.path)));
    Manifest {
        digest: String::new(),
        program: Program {
            name: "speur".to_owned(),
            version: run.version.clone(),
            pack_sha256: run.pack_sha256.clone(),
            databases: enrich::built_in().into_iter().map(built_in).collect(),
        },
        redacted: run.redacted.clone(),
        options: case.options.iter().map(choice).collect(),
        language: case.facts.voice.language.code().to_owned(),
        counts: summary(view),
        inputs,
        settings: run.settings.iter().map(InputFile::of).collect(),
        rules,
        databases: case.databases.clone(),
        outputs: Vec::new(),
        run: Run {
            started: stamp(run.started),
            finished: stamp(run.finished.unwrap_or_else(SystemTime::now)),
            threads: run.threads,
        },
    }
}

fn built_in(database: enrich::BuiltIn) -> BuiltIn {
    let enrich::BuiltIn { name, built, sha256, bytes } = database;
    BuiltIn { name: name.to_owned(), built: built.to_owned(), sha256, bytes }
}

fn summary(view: &View<'_>) -> Summary {
    let entries = &view.case.events.entries;
    let mut severity = Severity::default();
    view.case.findings.iter().for_each(|finding| severity.add(finding));
    Summary {
        files: view.case.coverage.totals.files,
        rows: view.case.coverage.totals.counts.clone(),
        events: entries.len() as u64,
        first_time: entries.first().map(|entry| rfc3339(entry.micros)),
        last_time: entries.last().map(|entry| rfc3339(entry.micros)),
        accounts: view.accounts.iter().filter(|account| !account.account.is_empty()).count() as u64,
        addresses: view.addresses.len() as u64,
        findings: severity.total(),
        critical: severity.count(Level::Critical),
        high: severity.count(Level::High),
        medium: severity.count(Level::Medium),
        low: severity.count(Level::Low),
        informational: severity.count(Level::Informational),
    }
}

fn stamp(time: SystemTime) -> String {
    let micros = match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_micros()).unwrap_or(i64::MAX),
        Err(before) => -i64::try_from(before.duration().as_micros()).unwrap_or(i64::MAX),
    };
    rfc3339(micros)
}

/// A file that is not what the manifest says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Mismatch {
    /// The file, as the manifest names it.
    pub path: String,
    /// SHA-256 the manifest states; empty for a file of the case folder that the manifest does not list.
    pub expected: String,
    /// SHA-256 of what is there now; `None` when it is missing or cannot be read.
    pub found: Option<String>,
}

/// What a comparison of a case with its manifest has shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proof {
    /// What is not as the manifest states, by path.
    pub mismatches: Vec<Mismatch>,
    /// What could not be compared, one line each.
    pub notes: Vec<String>,
    /// The signature beside the manifest, which was not checked with a key.
    pub signed: Option<Signed>,
}

impl Manifest {
    /// Reads the manifest of a case folder.
    pub(super) fn read(case_dir: &Path) -> Result<Self, Error> {
        read(case_dir)
    }

    /// The paths of evidence, as they were typed.
    pub(super) fn paths(&self) -> Vec<PathBuf> {
        let typed = self.options.iter().filter(|choice| choice.option == "PATH");
        typed.map(|choice| choice.value.as_str().into()).collect()
    }
}

/// Reads the manifest of a case folder, as what it is or as plain JSON.
fn read<T: serde::de::DeserializeOwned>(case_dir: &Path) -> Result<T, Error> {
    let path = case_dir.join("manifest.json");
    let broken = |reason: String| Error::Case { path: path.clone(), reason };
    let text = std::fs::read(&path).map_err(|cause| {
        broken(format!(
            "cannot be read: {cause}; expected the manifest of a case folder, so give the folder that analyze wrote"
        ))
    })?;
    serde_json::from_slice(&text).map_err(|cause| broken(format!("not a manifest: {cause}")))
}

/// Works the case digest out again and tells when it is not the stated one.
fn check_digest(case_dir: &Path, stated: &str, mismatches: &mut Vec<Mismatch>) -> Result<(), Error> {
    let found = digest::digest(read(case_dir)?);
    if !stated.is_empty() && found != stated {
        let path = "manifest.json, case digest".to_owned();
        mismatches.push(Mismatch { path, expected: stated.to_owned(), found: Some(found) });
    }
    Ok(())
}

/// The paths of evidence that a case was made from, as they were typed.
///
/// # Errors
/// [`Error::Case`] when `case_dir` holds no manifest that can be read.
pub fn evidence(case_dir: &Path) -> Result<Vec<PathBuf>, Error> {
    Ok(Manifest::read(case_dir)?.paths())
}

/// The bytes of a case's manifest, and their SHA-256.
///
/// # Errors
/// [`Error::Case`] when `case_dir` holds no manifest that can be read.
pub fn manifest_of(case_dir: &Path) -> Result<(Vec<u8>, String), Error> {
    let path = case_dir.join("manifest.json");
    let bytes = std::fs::read(&path)
        .map_err(|cause| Error::Case { path, reason: format!("cannot be read: {cause}; give the folder of a case") })?;
    let sha256 = hex(&Sha256::digest(&bytes));
    Ok((bytes, sha256))
}

/// The number of events of a case, as its manifest states it.
///
/// # Errors
/// [`Error::Case`] when `case_dir` holds no manifest that can be read.
pub fn counted(case_dir: &Path) -> Result<u64, Error> {
    Ok(Manifest::read(case_dir)?.counts.events)
}

/// The choices that a case was made with, as they were typed.
///
/// # Errors
/// [`Error::Case`] when `case_dir` holds no manifest that can be read.
pub fn options(case_dir: &Path) -> Result<Vec<(String, String)>, Error> {
    let options = Manifest::read(case_dir)?.options;
    Ok(options.into_iter().map(|Choice { option, value }| (option, value)).collect())
}

/// The file on disk that holds the evidence with this name, and the SHA-256 that the manifest states of it.
///
/// # Errors
/// [`Error::Case`] when `case_dir` holds no manifest that can be read, or the manifest has no such file.
pub fn input(case_dir: &Path, name: &str) -> Result<(PathBuf, String), Error> {
    let manifest = Manifest::read(case_dir)?;
    // Members of a container come behind its name.
    let is_it = |input: &&InputFile| {
        name.strip_prefix(input.name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with("!/"))
    };
    match manifest.inputs.iter().find(is_it) {
        Some(input) => Ok((PathBuf::from(&input.path), input.sha256.clone())),
        None => Err(Error::Case { path: case_dir.to_owned(), reason: format!("the manifest has no input {name}") }),
    }
}

/// Hashes every output, input, setting and rule file again, works out the case digest, and hashes what is built into the
/// program; what is the same is not told. `paths` say where the evidence is now; none means where it was. Of a redacted copy
/// the evidence is left aside.
///
/// # Errors
/// [`Error::Case`] when `case_dir` holds no manifest that can be read; [`Error::Path`] when a path does not exist.
pub fn verify(case_dir: &Path, paths: &[PathBuf]) -> Result<Proof, Error> {
    let manifest = Manifest::read(case_dir)?;
    let mut found = changed_outputs(case_dir)?;
    let mut notes = Vec::new();
    match &manifest.redacted {
        None => sources(case_dir, &manifest, paths, &mut found)?,
        // The names of its files may be pseudonyms, and whoever has the copy has no evidence.
        Some(Redacted { of, .. }) => notes.push(format!(
            "a redacted copy: the evidence is proven with the original, whose manifest has the SHA-256 {of}"
        )),
    }
    unlisted(case_dir, &manifest.outputs, &mut found);
    check_digest(case_dir, &manifest.digest, &mut found)?;
    embedded(&manifest.program, &mut found, &mut notes);
    let signed = signed(case_dir);
    if let Some(sha256) = signed.as_ref().and_then(Signed::sha256) {
        check(&case_dir.join("manifest.json"), "manifest.json", sha256, &mut found);
    }
    found.sort();
    Ok(Proof { mismatches: found, notes, signed })
}

/// Hashes what the case was made from: evidence, settings, rules.
fn sources(case_dir: &Path, manifest: &Manifest, paths: &[PathBuf], found: &mut Vec<Mismatch>) -> Result<(), Error> {
    let moved = match paths {
        [] => None,
        paths => Some(moved::places(&moved::evidence_walk(case_dir, paths, &Limits::default())?)),
    };
    for input in manifest.inputs.iter().filter(|input| !input.sha256.is_empty()) {
        match &moved {
            None => check(Path::new(&input.path), &input.path, &input.sha256, found),
            Some(places) => {
                let place = places.get(&input.name).map_or(Path::new(""), PathBuf::as_path);
                check(place, &input.name, &input.sha256, found);
            }
        }
    }
    for file in manifest.settings.iter().filter(|file| !file.sha256.is_empty()) {
        check(Path::new(&file.path), &file.path, &file.sha256, found);
    }
    // Rules of the embedded pack have no file.
    let mut rules: Vec<(&str, &str)> = manifest
        .rules
        .iter()
        .filter(|rule| !rule.file.starts_with("pack:") && manifest.settings.iter().all(|file| file.path != rule.file))
        .map(|rule| (rule.file.as_str(), rule.sha256.as_str()))
        .collect();
    rules.sort_unstable();
    rules.dedup();
    for (file, sha256) in rules {
        check(Path::new(file), file, sha256, found);
    }
    Ok(())
}

/// The outputs that are not what the manifest states.
pub(super) fn changed_outputs(case_dir: &Path) -> Result<Vec<Mismatch>, Error> {
    let mut found = Vec::new();
    for output in Manifest::read(case_dir)?.outputs {
        check(&case_dir.join(&output.path), &output.path, &output.sha256, &mut found);
    }
    Ok(found)
}

/// Compares what is built into this program; another version may hold other rules and databases, and then only says so.
fn embedded(then: &Program, mismatches: &mut Vec<Mismatch>, notes: &mut Vec<String>) {
    let databases = enrich::built_in_now();
    let mut parts = vec![("rules of the program".to_owned(), then.pack_sha256.as_str(), rule::pack_sha256())];
    for database in &then.databases {
        let now = databases.iter().find(|now| now.name == database.name);
        let name = format!("{} {} (built in)", database.name, database.built);
        parts.push((name, &database.sha256, now.map(|now| now.sha256.clone()).unwrap_or_default()));
    }
    let other = then.version != env!("CARGO_PKG_VERSION");
    for (path, expected, now) in parts.into_iter().filter(|(_, then, now)| !then.is_empty() && then != now) {
        if other {
            let version = &then.version;
            notes.push(format!(
                "{path}: not compared, they are those of version {version}; expected SHA-256 {expected}"
            ));
        } else {
            let found = (!now.is_empty()).then_some(now);
            mismatches.push(Mismatch { path, expected: expected.to_owned(), found });
        }
    }
}

fn check(path: &Path, name: &str, expected: &str, mismatches: &mut Vec<Mismatch>) {
    let found = hash_file(path).ok();
    if found.as_deref() != Some(expected) {
        mismatches.push(Mismatch { path: name.to_owned(), expected: expected.to_owned(), found });
    }
}

/// What a manifest cannot list: itself, and the signature on it.
const OWN: &[&str] = &["manifest.json", SIGNATURE];

/// Tells files of the case folder that the manifest does not list.
fn unlisted(case_dir: &Path, outputs: &[OutputFile], mismatches: &mut Vec<Mismatch>) {
    for entry in walkdir::WalkDir::new(case_dir).sort_by_file_name().into_iter().flatten() {
        let Ok(within) = entry.path().strip_prefix(case_dir) else { continue };
        let parts: Vec<_> = within.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        let name = parts.join("/");
        if entry.file_type().is_dir()
            || OWN.contains(&name.as_str())
            || outputs.iter().any(|output| output.path == name)
        {
            continue;
        }
        mismatches.push(Mismatch { found: hash_file(entry.path()).ok(), path: name, expected: String::new() });
    }
}
