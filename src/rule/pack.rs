//! The rules, filters and mapping tables that are part of the program.

use include_dir::{Dir, DirEntry, include_dir};

static RULES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/rules");

/// Folder of the mapping tables within the pack.
const MAPPING: &str = "mapping/";

/// Rule and filter files as path and text, sorted by path.
pub(super) fn rules() -> Vec<(String, &'static str)> {
    files(|path| !path.starts_with(MAPPING))
}

/// Mapping tables as path and text, sorted by path.
pub(super) fn mappings() -> Vec<(String, &'static str)> {
    files(|path| path.starts_with(MAPPING))
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
                    if super::load::is_rule_file(file.path()) && wanted(&path) {
                        found.push((path, file.contents_utf8().unwrap_or_default()));
                    }
                }
            }
        }
    }
    found.sort_unstable();
    found
}
