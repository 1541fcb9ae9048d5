//! A case folder that stands already, compared with the run that would write it: the same, or what differs.

use super::folder::hash_file;
use super::manifest::{Input, InputFile, Manifest};
use crate::rule::Meta;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;

/// What a run would read and be asked.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Version of the program.
    pub version: &'a str,
    /// As in [`super::RunFacts`].
    pub pack_sha256: &'a str,
    /// As in [`super::RunFacts`].
    pub settings: &'a [Input],
    /// The options as typed.
    pub options: &'a [(String, String)],
    /// The rules.
    pub rules: &'a [Meta],
    /// The evidence, with its hashes of now.
    pub inputs: &'a [Input],
}

/// How a place stands to a run that would write a case there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// A whole case is there, and the run would write the same.
    Same,
    /// Something else is there; each line says what differs.
    Other(Vec<String>),
}

/// Options that say where files lie. What lies there is compared by its hash, so a moved file is the same file.
const PLACES: &[&str] = &["PATH", "--rules", "--placeholders", "--geo"];

/// Compares what stands at `place`, where something does, with what a run would put there. Every output is hashed again: a case that
/// was changed by hand is not the same. Files that the manifest does not name are the reader's own.
pub fn standing(place: &Path, wanted: &Wanted<'_>) -> Standing {
    let manifest = match Manifest::read(place) {
        Ok(manifest) => manifest,
        Err(error) => return Standing::Other(vec![format!("what stands there is no case: {error}")]),
    };
    let mut differences = Vec::new();
    if manifest.program.version != wanted.version {
        differences.push(format!("written by version {}, this is {}", manifest.program.version, wanted.version));
    }
    let option = |(name, value): (&str, &str)| format!("{name} {value}").trim_end().to_owned();
    let then = manifest.options.iter().map(|choice| (choice.option.as_str(), choice.value.as_str()));
    let now = wanted.options.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let shaping = |(name, _): &(&str, &str)| !PLACES.contains(name);
    let then: Vec<String> = then.filter(shaping).map(option).collect();
    let now: Vec<String> = now.filter(shaping).map(option).collect();
    if then != now {
        differences.push(format!("the options were [{}], now [{}]", then.join(", "), now.join(", ")));
    }
    if is_other(&manifest, wanted) {
        differences.push("the rules, filters, placeholders or geolocation databases are others".to_owned());
    }
    differences.extend(inputs(&manifest.inputs, wanted.inputs));
    if differences.is_empty() {
        differences.extend(outputs(place, &manifest));
    }
    if differences.is_empty() { Standing::Same } else { Standing::Other(differences) }
}

/// Whether rules or settings are not those of the manifest.
fn is_other(manifest: &Manifest, wanted: &Wanted<'_>) -> bool {
    let then = manifest.rules.iter().map(|rule| (&rule.id, &rule.sha256));
    let mut now: Vec<_> = wanted.rules.iter().map(|rule| (&rule.id, &rule.sha256)).collect();
    now.sort();
    let settings = manifest.settings.iter().map(|file| &file.sha256);
    manifest.program.pack_sha256 != wanted.pack_sha256
        || !then.eq(now)
        || !settings.eq(wanted.settings.iter().map(|file| &file.sha256))
}

/// What became of the evidence: the first three files that differ, and how many more.
fn inputs(then: &[InputFile], now: &[Input]) -> Option<String> {
    let mut lines = Vec::new();
    let mut left: BTreeMap<&str, &InputFile> = then.iter().map(|file| (file.name.as_str(), file)).collect();
    for file in now {
        match left.remove(file.name.as_str()) {
            None => lines.push(format!("{} is new", file.name)),
            Some(was) if (&was.sha256, was.bytes) != (&file.sha256, file.bytes) => {
                lines.push(format!("{} has changed", file.name));
            }
            Some(_) => {}
        }
    }
    lines.extend(left.keys().map(|name| format!("{name} is gone")));
    lines.sort();
    shortened(&lines).map(|lines| format!("the evidence is other: {lines}"))
}

fn outputs(place: &Path, manifest: &Manifest) -> Option<String> {
    let changed = |path: &str, sha256: &str| hash_file(&place.join(path)).ok().as_deref() != Some(sha256);
    let files = manifest.outputs.par_iter().filter(|file| changed(&file.path, &file.sha256));
    let mut lines: Vec<String> = files.map(|file| file.path.clone()).collect();
    lines.sort();
    shortened(&lines).map(|lines| format!("not as its manifest states: {lines}"))
}

fn shortened(lines: &[String]) -> Option<String> {
    match lines.len() {
        0 => None,
        1..=3 => Some(lines.join(", ")),
        more => Some(format!("{} and {} more", lines[..3].join(", "), more - 3)),
    }
}
