//! The files that hold rules: those of the pack, and those of the user's folders.

use super::{Options, pack};
use crate::coverage::RuleRejection;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

/// A file of rules.
#[derive(Debug)]
pub(super) struct File {
    /// What outputs call it.
    pub name: String,
    /// Its content.
    pub text: Cow<'static, str>,
    /// What the build script has made of it, a [`super::parsed::Parsed`] as bytes; only a file of the pack has that, and
    /// only if it is without fault.
    pub parsed: Option<&'static [u8]>,
}

/// Whether the name is that of a rule file.
pub(super) fn is_rule_file(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("yml") || extension.eq_ignore_ascii_case("yaml"))
}

/// The files that the options name, pack first, then sorted by path.
pub(super) fn files(options: &Options, rejected: &mut Vec<RuleRejection>) -> Vec<File> {
    read(options, pack::parsed, rejected)
}

/// The same files, of which only the text counts: for those who want to hear what is wrong with it.
pub(super) fn texts(options: &Options, rejected: &mut Vec<RuleRejection>) -> Vec<File> {
    read(options, |_| None, rejected)
}

fn read(options: &Options, parsed: fn(&str) -> Option<&'static [u8]>, rejected: &mut Vec<RuleRejection>) -> Vec<File> {
    let mut files = Vec::new();
    if options.pack {
        files.extend(pack::rules().into_iter().map(|(path, text)| File {
            name: format!("{}{path}", pack::PREFIX),
            text: Cow::Borrowed(text),
            parsed: parsed(&path),
        }));
    }
    let mut paths = BTreeMap::new();
    for root in &options.paths {
        let mut below = Vec::new();
        walk(root, &mut below, rejected);
        paths.extend(below.into_iter().map(|path| (path, root)));
    }
    for (path, root) in paths {
        let text = text(&path, rejected).filter(|text| !pack::is_beside_rules(path.strip_prefix(root), text));
        files.extend(text.map(|text| File { name: path.display().to_string(), text: Cow::Owned(text), parsed: None }));
    }
    files
}

/// The files below the options' paths, rules and filters first, then placeholders, each sorted.
pub(super) fn paths(options: &Options) -> Vec<std::path::PathBuf> {
    let sorted = |paths: &[std::path::PathBuf]| {
        let mut found = Vec::new();
        for path in paths {
            walk(path, &mut found, &mut Vec::new());
        }
        found.sort();
        found.dedup();
        found
    };
    [sorted(&options.paths), sorted(&options.placeholders)].concat()
}

/// Adds the rule files at and below a path, sorted.
pub(super) fn walk(path: &Path, found: &mut Vec<std::path::PathBuf>, rejected: &mut Vec<RuleRejection>) {
    for entry in walkdir::WalkDir::new(path).sort_by_file_name() {
        match entry {
            Ok(entry) if entry.file_type().is_dir() => {}
            Ok(entry) if entry.depth() == 0 || is_rule_file(entry.path()) => found.push(entry.into_path()),
            Ok(_) => {}
            Err(error) => {
                let file = error.path().unwrap_or(path).display().to_string();
                let reason = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
                rejected.push(RuleRejection { file, line: 0, reason: format!("cannot be read: {reason}") });
            }
        }
    }
}

/// The text of a file; what cannot be read is told.
pub(super) fn text(path: &Path, rejected: &mut Vec<RuleRejection>) -> Option<String> {
    let reason = match std::fs::read(path) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => return Some(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
            Err(error) => format!("not UTF-8 at byte {}; save the file as UTF-8", error.utf8_error().valid_up_to()),
        },
        Err(error) => format!("cannot be read: {error}"),
    };
    rejected.push(RuleRejection { file: path.display().to_string(), line: 0, reason });
    None
}
