//! The folder of a batch: one case folder a tenant, and the files that stand over all of them.

use super::escape::visible;
use super::overview;
use crate::error::Error;
use crate::store::hex;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{File, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// The folder of a batch, held by one run at a time.
#[derive(Debug)]
pub struct Cases {
    root: PathBuf,
    /// Locked while it is open; the system lets go of it however the run ends.
    _lock: File,
}

/// Held by the run that writes; empty, and left in place so that two runs always meet at the same file.
const LOCK: &str = ".batch.lock";
/// What stands between the name of a file or folder and the random part, while it is being written.
const PARTIAL: &str = ".partial-";

impl Cases {
    /// Opens or makes the folder, for this run alone.
    ///
    /// # Errors
    /// [`Error::Write`] when it cannot be written, [`Error::Path`] when another run holds it, or when a file
    /// stands where an overview goes that this program did not write.
    pub fn open(root: &Path) -> Result<Self, Error> {
        std::fs::create_dir_all(root).map_err(Error::write(root))?;
        for name in overview::FILES {
            foreign(root, name)?;
        }
        let place = root.join(LOCK);
        let lock = File::options().create(true).append(true).open(&place).map_err(Error::write(&place))?;
        match lock.try_lock() {
            // A file system that has no locks is no reason to stop.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Self { root: root.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(Error::Path {
                path: root.to_owned(),
                reason: "another batch is writing here; wait for its end, or give another --out".to_owned(),
            }),
        }
    }

    /// Where the case of this name stands.
    pub fn case(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Removes what a killed run has left of these cases: only what carries their hidden names.
    ///
    /// # Errors
    /// [`Error::Write`] when it cannot be removed.
    pub fn sweep(&self, cases: &BTreeSet<&str>) -> Result<(), Error> {
        let entries = std::fs::read_dir(&self.root).map_err(Error::write(&self.root))?;
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let of = name.strip_prefix('.').and_then(|name| name.rsplit_once(PARTIAL)).map(|(of, _)| of);
            let ours = |of: &str| cases.contains(of) || overview::FILES.contains(&of);
            if of.is_some_and(ours) {
                let path = entry.path();
                let folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
                let gone = if folder { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
                gone.map_err(Error::write(&path))?;
            }
        }
        Ok(())
    }

    /// Writes a file beside the cases, whole or not at all, over the one of an earlier run.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let place = self.root.join(name);
        let prefix = format!(".{name}{PARTIAL}");
        let mut builder = tempfile::Builder::new();
        builder.prefix(&prefix);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let mut file = builder.tempfile_in(&self.root).map_err(Error::write(&place))?;
        file.write_all(bytes).map_err(Error::write(&place))?;
        file.persist(&place).map_err(|error| Error::write(&place)(error.error))?;
        Ok(())
    }
}

/// Refuses a place where something stands that does not start like what this program writes there.
fn foreign(root: &Path, name: &str) -> Result<(), Error> {
    let path = &root.join(name);
    if path.symlink_metadata().is_err() {
        return Ok(());
    }
    let mut found = Vec::new();
    let read = File::open(path).and_then(|file| file.take(1024).read_to_end(&mut found));
    if read.is_ok() && path.is_file() && overview::is_ours(name, &String::from_utf8_lossy(&found)) {
        return Ok(());
    }
    Err(Error::Path {
        path: path.to_owned(),
        reason: "stands where the overview of a batch goes and is none; move it away, or give another --out".to_owned(),
    })
}

/// The name of a tenant's case folder: its own name, in which whatever a file system, a shell or a page could
/// take for more becomes `_`. A name that had to change, or that `taken` holds in other letters, gets eight
/// digits of its hash, so that two tenants never share a folder and a tenant keeps its folder.
pub fn case_name(tenant: &OsStr, taken: &BTreeSet<String>) -> String {
    let text = tenant.to_string_lossy();
    let safe = |c: char| c.is_alphanumeric() || matches!(c, '.' | '@' | '-' | '_' | ' ' | '+' | '(' | ')' | ',');
    let mut name: String = text.chars().take(LONGEST).map(|c| if safe(c) { c } else { '_' }).collect();
    if name.starts_with(['.', '-', ' ']) {
        name.replace_range(..1, "_");
    }
    if name.ends_with(['.', ' ']) {
        name.replace_range(name.len() - 1.., "_");
    }
    let device = name.split('.').next().unwrap_or_default().to_ascii_uppercase();
    let lower = name.to_lowercase();
    let reserved = name.is_empty()
        || name.len() > 3 * LONGEST / 2
        || visible(&name) != name
        || DEVICES.contains(&device.as_str())
        || overview::FILES.contains(&lower.as_str())
        || taken.contains(&lower);
    if reserved || name != text || text != tenant.to_str().unwrap_or_default() {
        let digest = hex(&Sha256::digest(tenant.as_encoded_bytes())[..4]);
        let short: String = name.chars().take(LONGEST / 2).collect();
        return if short.is_empty() { digest } else { format!("{short}-{digest}") };
    }
    name
}

/// Characters of the longest name that is kept.
const LONGEST: usize = 80;

/// Names that Windows keeps for devices: <https://learn.microsoft.com/windows/win32/fileio/naming-a-file>.
const DEVICES: &[&str] = &[
    "CON", "PRN", "AUX", "NUL", "COM0", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9", "LPT0",
    "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn name(tenant: &str) -> String {
        case_name(OsStr::new(tenant), &BTreeSet::from(["harbor".to_owned()]))
    }

    #[test]
    fn an_ordinary_name_stays_and_every_other_is_safe_and_its_own() {
        for plain in ["Harbor Forwarding (NL)", "91b7a7d0-3f5e-4a51-9d7e-0c5c5f7a1e20", "København", "contoso.example"]
        {
            assert_eq!(name(plain), plain);
        }
        let hostile = [
            "..",
            "...",
            "a/b",
            "<script>alert(1)</script>",
            "a\u{202e}b",
            "a\nb",
            ".hidden",
            "-rf",
            " lead",
            "dot.",
            "",
            "con",
            "Nul.txt",
            "overview.html",
            "LINKS.csv",
            "Harbor",
            "$(id)",
            "`id`",
            "a;b",
            "a\\b",
            "x:y",
            "a\"b",
            "日/本",
        ];
        let names: BTreeSet<String> = hostile.iter().map(|tenant| name(tenant)).collect();
        assert_eq!(names.len(), hostile.len(), "{names:?}");
        for name in &names {
            assert!(!name.starts_with(['.', '-', ' ']) && !name.ends_with(['.', ' ']), "{name:?}");
            assert!(name.chars().all(|c| c.is_alphanumeric() || " ._-()".contains(c)), "{name:?}");
        }
        assert_ne!(name("a/b"), name("a:b"));
        assert!(name(&"長".repeat(300)).len() < 200);
    }
}
