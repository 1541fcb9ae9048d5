//! The case folder on disk: written beside its place under a hidden name, hashed while written, renamed when whole.

use crate::error::Error;
use crate::store::hex;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;

/// One file of the case folder, as the manifest lists it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Written {
    /// Path within the case folder, `/` as separator.
    pub(crate) path: String,
    /// Size.
    pub(crate) bytes: u64,
    /// SHA-256 of its bytes, lower-case hex.
    pub(crate) sha256: String,
}

/// A case folder that is being written. Dropped before [`Folder::close`], it leaves nothing behind.
#[derive(Debug)]
pub(crate) struct Folder {
    place: PathBuf,
    hidden: TempDir,
    written: Mutex<Vec<Written>>,
    // Bytes that may still be written; all of them outside tests of a full disk.
    room: AtomicU64,
}

impl Folder {
    /// Begins a case folder that will stand at `place`.
    ///
    /// # Errors
    /// [`Error::CaseExists`] when anything stands there, [`Error::Write`] when the folder around it
    /// cannot be written.
    pub(crate) fn create(place: &Path) -> Result<Self, Error> {
        absent(place)?;
        let parent = match place.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        std::fs::create_dir_all(parent).map_err(Error::write(parent))?;
        let name = place.file_name().map_or_else(|| "case".into(), |name| name.to_string_lossy());
        let prefix = format!(".{name}.partial-");
        let hidden = hidden_dir(&prefix, parent).map_err(Error::write(place))?;
        Ok(Self { place: place.to_owned(), hidden, written: Mutex::default(), room: AtomicU64::new(u64::MAX) })
    }

    /// Writes one file; `path` is within the case folder, `/` as separator.
    ///
    /// # Errors
    /// [`Error::Write`] names the file in its final place.
    pub(crate) fn write(&self, path: &str, writer: impl FnOnce(&mut Sink<'_>) -> io::Result<()>) -> Result<(), Error> {
        let broken = || Error::write(self.place.join(path));
        let on_disk = self.hidden.path().join(path);
        if let Some(parent) = on_disk.parent() {
            std::fs::create_dir_all(parent).map_err(broken())?;
        }
        let file = File::create_new(&on_disk).map_err(broken())?;
        let mut sink = Sink {
            file,
            scratch: self.hidden.path(),
            hash: Sha256::new(),
            bytes: 0,
            buffer: Vec::with_capacity(BUFFER),
            room: &self.room,
            broken: None,
        };
        let outcome = writer(&mut sink).and_then(|()| sink.flush());
        if let Some(cause) = sink.broken.take() {
            return Err(broken()(cause));
        }
        outcome.map_err(broken())?;
        let file = Written { path: path.to_owned(), bytes: sink.bytes, sha256: hex(&sink.hash.finalize()) };
        match self.written.lock() {
            Ok(mut list) => list.push(file),
            Err(poisoned) => poisoned.into_inner().push(file),
        }
        Ok(())
    }

    /// What went wrong with one file, named in its final place.
    pub(crate) fn broken(&self, path: &str, cause: io::Error) -> Error {
        Error::write(self.place.join(path))(cause)
    }

    /// What has been written so far, by path.
    pub(crate) fn written(&self) -> Vec<Written> {
        let mut list = match self.written.lock() {
            Ok(list) => list.clone(),
            Err(poisoned) => poisoned.into_inner().clone(),
        };
        list.sort();
        list
    }

    /// Where the files are until the folder is closed.
    pub(crate) fn hidden(&self) -> &Path {
        self.hidden.path()
    }

    /// Moves the whole folder to its place.
    ///
    /// # Errors
    /// [`Error::CaseExists`] when something has come to stand there meanwhile, [`Error::Write`] when
    /// it cannot be moved.
    pub(crate) fn close(self) -> Result<(), Error> {
        absent(&self.place)?;
        std::fs::rename(self.hidden.path(), &self.place).map_err(Error::write(&self.place))?;
        // The hidden name is gone; keeping it tells TempDir that there is nothing to remove.
        let _ = self.hidden.keep();
        Ok(())
    }

    /// Lets the folder behave as if the disk had `bytes` left.
    #[cfg(test)]
    pub(super) fn with_room(self, bytes: u64) -> Self {
        Self { room: AtomicU64::new(bytes), ..self }
    }
}

fn absent(place: &Path) -> Result<(), Error> {
    match place.symlink_metadata() {
        Ok(_) => Err(Error::CaseExists(place.to_owned())),
        Err(_) => Ok(()),
    }
}

fn hidden_dir(prefix: &str, parent: &Path) -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix);
    // A case is shared like any other folder: the umask decides, not the temporary file's privacy.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o777));
    }
    builder.tempdir_in(parent)
}

/// SHA-256 of a file, lower-case hex.
pub(super) fn hash_file(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut block = vec![0; 1 << 18];
    loop {
        match file.read(&mut block)? {
            0 => return Ok(hex(&hash.finalize())),
            length => hash.update(&block[..length]),
        }
    }
}

const BUFFER: usize = 256 * 1024;

/// Counts and hashes what goes to one file.
#[derive(Debug)]
pub(crate) struct Sink<'a> {
    file: File,
    scratch: &'a Path,
    hash: Sha256,
    bytes: u64,
    buffer: Vec<u8>,
    room: &'a AtomicU64,
    // The first error, since a format writer in between may only say that there was one.
    broken: Option<io::Error>,
}

impl<'a> Sink<'a> {
    /// Where a writer may put nameless files while it works: on the disk that the case is written to.
    pub(crate) fn scratch(&self) -> &'a Path {
        self.scratch
    }

    /// Takes all of `block` and empties it: for writers that collect their own blocks.
    pub(crate) fn take(&mut self, block: &mut Vec<u8>) -> io::Result<()> {
        self.flush()?;
        self.out(block)?;
        block.clear();
        Ok(())
    }

    fn out(&mut self, block: &[u8]) -> io::Result<()> {
        self.hash.update(block);
        self.bytes += block.len() as u64;
        let length = block.len() as u64;
        let result = match self.room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |room| room.checked_sub(length))
        {
            Ok(_) => self.file.write_all(block),
            Err(_) => Err(io::ErrorKind::StorageFull.into()),
        };
        result.map_err(|cause| {
            let told = io::Error::from(cause.kind());
            self.broken.get_or_insert(cause);
            told
        })
    }
}

impl Write for Sink<'_> {
    fn write(&mut self, block: &[u8]) -> io::Result<usize> {
        if self.buffer.len() + block.len() > BUFFER {
            self.flush()?;
        }
        if block.len() >= BUFFER {
            self.out(block)?;
        } else {
            self.buffer.extend_from_slice(block);
        }
        Ok(block.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let buffer = std::mem::take(&mut self.buffer);
        let result = if buffer.is_empty() { Ok(()) } else { self.out(&buffer) };
        self.buffer = buffer;
        self.buffer.clear();
        result
    }
}
