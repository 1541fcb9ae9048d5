//! Paths as given to the [`Found`] files and zip members below them, in one order on every machine.

use super::container::{hash, is_zip, told};
use super::{Found, Limits, Unusable};
use crate::error::Error;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// What the paths hold.
#[derive(Debug, Default, Clone)]
pub struct Walk {
    /// What can be opened, sorted by name.
    pub found: Vec<Found>,
    /// What cannot, by name: a folder that cannot be listed, a broken zip, an encrypted member.
    pub unusable: Vec<(Found, Unusable)>,
}

/// Lists every file and zip member below the paths. A file that is reached twice is listed once.
///
/// # Errors
/// [`Error::Path`] when a path does not exist.
pub fn walk(paths: &[PathBuf], limits: &Limits) -> Result<Walk, Error> {
    let mut collected = Collected { seen: BTreeSet::new(), walk: Walk::default() };
    for path in paths {
        let whole = fs::canonicalize(path).map_err(|error| Error::Path {
            path: path.clone(),
            reason: match error.kind() {
                io::ErrorKind::NotFound => "does not exist; give a file or a folder that does".to_owned(),
                _ => told(&error),
            },
        })?;
        let root = whole.file_name().map(PathBuf::from).unwrap_or_default();
        if whole.is_dir() {
            collected.folder(path, &root, limits);
        } else {
            collected.file(path, slashed(&root), limits);
        }
    }
    Ok(collected.walk.numbered())
}

impl Walk {
    /// Sorts, and numbers the names that two paths share.
    fn numbered(mut self) -> Self {
        let mut met: BTreeMap<String, u64> = BTreeMap::new();
        let mut unique = |name: &mut String| {
            let count = met.entry(name.clone()).or_default();
            *count += 1;
            if *count > 1 {
                let _ = write!(name, "#{count}");
            }
        };
        self.found.sort_by(|a, b| a.name.cmp(&b.name));
        self.unusable.sort_by(|a, b| a.0.name.cmp(&b.0.name));
        self.found.iter_mut().for_each(|found| unique(&mut found.name));
        self.unusable.iter_mut().for_each(|(found, _)| unique(&mut found.name));
        self
    }
}

/// Whether a folder is what an earlier run wrote: people keep cases beside their evidence.
fn is_case(folder: &Path) -> bool {
    let mut start = Vec::new();
    let manifest = File::open(folder.join("manifest.json")).and_then(|file| file.take(200).read_to_end(&mut start));
    let speur =
        |text: &[u8]| String::from_utf8_lossy(text).split_whitespace().collect::<String>().starts_with(MANIFEST);
    manifest.is_ok() && speur(&start) && folder.join("coverage.json").is_file()
}

/// How the manifest of a case begins.
const MANIFEST: &str = "{\"program\":{\"name\":\"speur\"";

struct Collected {
    seen: BTreeSet<PathBuf>,
    walk: Walk,
}

impl Collected {
    fn folder(&mut self, path: &Path, root: &Path, limits: &Limits) {
        let mut entries = WalkDir::new(path).follow_links(true).sort_by_file_name().into_iter();
        while let Some(entry) = entries.next() {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {
                    if is_case(entry.path()) {
                        entries.skip_current_dir();
                        let below = entry.path().strip_prefix(path).unwrap_or(entry.path());
                        let name = slashed(&root.join(below));
                        let reason = "is a case folder of this program, no evidence; left out".to_owned();
                        let unusable = Unusable { format: "not a log", reason, ..Unusable::default() };
                        let found = Found { path: entry.path().to_path_buf(), member: None, name };
                        self.walk.unusable.push((found, unusable));
                    }
                }
                Ok(entry) => {
                    let below = entry.path().strip_prefix(path).unwrap_or(entry.path());
                    self.file(entry.path(), slashed(&root.join(below)), limits);
                }
                // What a loop leads back to is walked already.
                Err(error) if error.loop_ancestor().is_some() => {}
                Err(error) => {
                    let place = error.path().unwrap_or(path);
                    let below = place.strip_prefix(path).unwrap_or(place);
                    let name = slashed(&root.join(below));
                    let reason = error.io_error().map_or_else(|| printable(&error.to_string()), told);
                    self.refuse(place.to_path_buf(), None, name, reason, 0);
                }
            }
        }
    }

    fn refuse(&mut self, path: PathBuf, member: Option<String>, name: String, reason: String, bytes: u64) {
        let unusable = Unusable { format: "unreadable", reason, sha256: String::new(), bytes };
        self.walk.unusable.push((Found { path, member, name }, unusable));
    }

    fn file(&mut self, path: &Path, name: String, limits: &Limits) {
        if !self.seen.insert(fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf())) {
            return;
        }
        // Opening a pipe or a device could wait for ever.
        if !fs::metadata(path).is_ok_and(|data| data.is_file()) {
            let reason = "is not a regular file; expected a file or a folder".to_owned();
            return self.refuse(path.to_path_buf(), None, name, reason, 0);
        }
        let mut start = Vec::new();
        let zip = File::open(path).and_then(|file| file.take(4).read_to_end(&mut start)).is_ok() && is_zip(&start);
        if !zip {
            self.walk.found.push(Found { path: path.to_path_buf(), member: None, name });
        } else if let Err(reason) = self.members(path, &name, limits) {
            let (sha256, bytes) = hash(path).unwrap_or_default();
            let found = Found { path: path.to_path_buf(), member: None, name };
            self.walk.unusable.push((found, Unusable { format: "unreadable", reason, sha256, bytes }));
        }
    }

    fn members(&mut self, path: &Path, name: &str, limits: &Limits) -> Result<(), String> {
        let broken = |error: &dyn std::fmt::Display| {
            format!("the zip cannot be listed: {}; get a whole copy", printable(&error.to_string()))
        };
        let file = File::open(path).map_err(|error| told(&error))?;
        let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(|e| broken(&e))?;
        if archive.index_for_name("[Content_Types].xml").is_some() {
            return Err("is an Office document; save its sheets as CSV and give those".to_owned());
        }
        let names = member_names(&archive);
        for (index, member) in names.into_iter().enumerate() {
            let shown = format!("{name}!/{member}");
            let entry = match archive.by_index_raw(index) {
                Ok(entry) => entry,
                Err(error) => {
                    self.refuse(path.to_path_buf(), Some(member), shown, broken(&error), 0);
                    continue;
                }
            };
            if entry.is_dir() {
                continue;
            }
            let (size, method) = (entry.size(), entry.compression());
            let refusal = if entry.encrypted() {
                Some("the zip member is encrypted; unpack it with its password and give the unpacked file".to_owned())
            } else if !matches!(method, zip::CompressionMethod::Stored | zip::CompressionMethod::Deflated) {
                Some(format!("the zip member is packed with {method}, not stored or deflated; unpack it first"))
            } else if size > limits.expansion {
                Some(format!("the zip member expands to {size} bytes, beyond the limit of {}", limits.expansion))
            } else {
                None
            };
            drop(entry);
            match refusal {
                Some(reason) => self.refuse(path.to_path_buf(), Some(member), shown, reason, size),
                None => {
                    self.walk.found.push(Found { path: path.to_path_buf(), member: Some(member), name: shown });
                }
            }
        }
        Ok(())
    }
}

/// Sanitised name of every member by its index; a name that repeats is numbered.
fn member_names<R: Read + Seek>(archive: &zip::ZipArchive<R>) -> Vec<String> {
    let mut met: BTreeMap<String, u64> = BTreeMap::new();
    (0..archive.len())
        .map(|index| {
            let name = match archive.name_for_index(index) {
                Some(Ok(name)) => sanitised(&name),
                _ => format!("member {}", index + 1),
            };
            let count = met.entry(name.clone()).or_default();
            *count += 1;
            if *count > 1 { format!("{name}#{count}") } else { name }
        })
        .collect()
}

/// Index of the member that was listed under this name.
pub(super) fn member_index<R: Read + Seek>(archive: &zip::ZipArchive<R>, name: &str) -> Option<usize> {
    member_names(archive).iter().position(|listed| listed == name)
}

/// A member name without a root, a drive or a step upward, and without control characters.
fn sanitised(name: &str) -> String {
    let parts: Vec<&str> = name
        .split(['/', '\\'])
        .filter(|part| !(matches!(*part, "" | "." | "..") || part.len() == 2 && part.ends_with(':')))
        .collect();
    if parts.is_empty() { "unnamed".to_owned() } else { printable(&parts.join("/")) }
}

fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    printable(&parts.join("/"))
}

/// The text with control and direction-changing characters escaped.
pub(super) fn printable(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if c.is_control() || turns {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
        out
    })
}
