//! Evidence that may lie elsewhere than when it was analyzed, under the names that the case gave it.

use super::manifest::Manifest;
use crate::error::Error;
use crate::input::{Found, Limits, Walk, walk};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Lists the evidence of a case; `paths` say where it is now, and none means where it was.
///
/// A file that was `logs/a.csv` and is `moved/a.csv` now is called `logs/a.csv`, unless the case names two such files.
///
/// # Errors
/// [`Error::Case`] when the manifest cannot be read, [`Error::Path`] when a path does not exist.
pub fn evidence_walk(case_dir: &Path, paths: &[PathBuf], limits: &Limits) -> Result<Walk, Error> {
    let manifest = Manifest::read(case_dir)?;
    if paths.is_empty() {
        return walk(&manifest.paths(), limits);
    }
    Ok(named(walk(paths, limits)?, &manifest))
}

/// The place of each file on disk by its name; a container stands for its members.
pub(super) fn places(walk: &Walk) -> BTreeMap<String, PathBuf> {
    let all = walk.found.iter().chain(walk.unusable.iter().map(|(found, _)| found));
    all.map(|found| (base(found).to_owned(), found.path.clone())).collect()
}

/// Gives what was found the names that the manifest has for it.
fn named(mut walk: Walk, manifest: &Manifest) -> Walk {
    let known: BTreeSet<&str> = manifest.inputs.iter().map(|input| input.name.as_str()).collect();
    let mut by_tail: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for name in &known {
        by_tail.entry(tail(name)).or_default().push(name);
    }
    let rename = |found: &mut Found| {
        let old = base(found).to_owned();
        if let (false, Some([new])) = (known.contains(old.as_str()), by_tail.get(tail(&old)).map(Vec::as_slice)) {
            found.name = format!("{new}{}", &found.name[old.len()..]);
        }
    };
    walk.found.iter_mut().for_each(rename);
    walk.unusable.iter_mut().for_each(|(found, _)| rename(found));
    walk.found.sort_by(|a, b| a.name.cmp(&b.name));
    walk.unusable.sort_by(|a, b| a.0.name.cmp(&b.0.name));
    walk
}

/// The name of the file on disk, without the member behind it.
fn base(found: &Found) -> &str {
    let member = found.member.as_ref().and_then(|member| found.name.rfind(&format!("!/{member}")));
    member.map_or(&found.name, |at| &found.name[..at])
}

/// The name below the path that was given.
fn tail(name: &str) -> &str {
    name.split_once('/').map_or(name, |(_, tail)| tail)
}
