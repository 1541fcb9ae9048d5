//! The rules, filters and mapping tables that are part of the program.

use super::parsed::{Bytes, Parsed, chunk};
use crate::store::hex;
use include_dir::{Dir, DirEntry, include_dir};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

static RULES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/rules");

/// Its files as the build script has parsed them, by path; one that it could not parse is not there.
static PARSED: LazyLock<BTreeMap<&[u8], &[u8]>> = LazyLock::new(|| {
    let mut bytes: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/pack.bin"));
    let mut files = BTreeMap::new();
    while let (Some(path), Some(parsed)) = (chunk(&mut bytes), chunk(&mut bytes)) {
        files.insert(path, parsed);
    }
    files
});

/// What the name of a file of the pack begins with.
pub(super) const PREFIX: &str = "pack:";

/// Folders of the pack that hold no rules: the mapping tables, and the lists that rules refer to.
const MAPPING: &str = "mapping/";
const LISTS: &str = "lists/";

/// The detection matrix.
const MATRIX: &str = "matrix.yml";

/// Whether a file, by its path below the folder of rules, holds what rules refer to and no rules.
fn is_data(path: &str) -> bool {
    path == MATRIX || [MAPPING, LISTS].iter().any(|folder| path.starts_with(folder))
}

/// Whether a file of a folder on disk is what the pack has in its place: data beside the rules. A rule that lies
/// there is a rule all the same.
pub(super) fn is_beside_rules<E>(below: Result<&Path, E>, text: &str) -> bool {
    let is_rule =
        |line: &str| ["title:", "detection:", "correlation:", "filter:"].iter().any(|key| line.starts_with(key));
    below.is_ok_and(|path| is_data(&path.to_string_lossy().replace('\\', "/"))) && !text.lines().any(is_rule)
}

/// What the build script has made of a file, by its path below the folder of rules, as bytes of [`Parsed`].
pub(super) fn parsed(path: &str) -> Option<&'static [u8]> {
    PARSED.get(path.as_bytes()).copied()
}

/// What the build script has made of a mapping table or a list: JSON.
pub(super) fn parsed_data(path: &str) -> Option<String> {
    match Parsed::read(&mut parsed(path)?)? {
        Parsed::Data(json) => Some(json),
        Parsed::Documents(_) => None,
    }
}

/// Rule and filter files as path and text, sorted by path.
pub(super) fn rules() -> Vec<(String, &'static str)> {
    files(|path| !is_data(path))
}

/// Mapping tables as path and text, sorted by path.
pub(super) fn mappings() -> Vec<(String, &'static str)> {
    files(|path| path.starts_with(MAPPING))
}

/// Lists as path and text, sorted by path.
pub(super) fn lists() -> Vec<(String, &'static str)> {
    files(|path| path.starts_with(LISTS))
}

/// The detection matrix as path and text.
pub(super) fn matrix() -> (&'static str, &'static str) {
    (MATRIX, RULES.get_file(MATRIX).and_then(|file| file.contents_utf8()).unwrap_or_default())
}

/// SHA-256 over path and text of every file of the pack.
pub(super) fn sha256() -> String {
    let mut hash = Sha256::new();
    for (path, text) in files(|_| true) {
        for part in [path.as_str(), text] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    hex(&hash.finalize())
}

fn files(wanted: impl Fn(&str) -> bool) -> Vec<(String, &'static str)> {
    let mut found = Vec::new();
    let mut folders = vec![&RULES];
    while let Some(folder) = folders.pop() {
        for entry in folder.entries() {
            match entry {
                DirEntry::Dir(inner) => folders.push(inner),
                DirEntry::File(file) => {
                    let path = file.path().to_string_lossy().replace('\\', "/");
                    if super::files::is_rule_file(file.path()) && wanted(&path) {
                        found.push((path, file.contents_utf8().unwrap_or_default()));
                    }
                }
            }
        }
    }
    found.sort_unstable();
    found
}
