//! One event of a finished case to its record in the evidence, with the proof that it is the same.

use super::Options;
use crate::error::Error;
use crate::input::{hash, read_back};
use crate::output::{self, RecordPlace};
use crate::store::hex;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// A record as the evidence holds it now.
#[derive(Debug)]
pub struct RawRecord {
    /// Where the case says it stands, and its digest then.
    pub place: RecordPlace,
    /// Its bytes, in UTF-8.
    pub bytes: Vec<u8>,
    /// Their SHA-256 now.
    pub sha256: String,
    /// The SHA-256 of the file on disk that the manifest states, and the one it has now.
    pub file: (String, String),
}

impl RawRecord {
    /// Whether record and file are what they were.
    pub fn is_proven(&self) -> bool {
        self.sha256 == self.place.sha256 && self.file.0 == self.file.1
    }
}

/// Reads the records with this event id again; of `options` the paths, if any are given, say where the evidence is now,
/// and the limits count.
///
/// # Errors
/// [`Error`] when case or evidence cannot be read, or have no such event or file.
pub fn raw(case_dir: &Path, event: &str, options: &Options) -> Result<Vec<RawRecord>, Error> {
    let places = output::places(case_dir, event)?;
    let walk = output::evidence_walk(case_dir, &options.paths, &options.limits)?;
    let read = |place: RecordPlace| {
        let gone = |reason: String| Error::Path { path: PathBuf::from(&place.file), reason };
        let found = walk.found.iter().find(|found| found.name == place.file);
        let found = found.ok_or_else(|| gone("is not among the evidence any more; give the path of it".to_owned()))?;
        let bytes = read_back(found, place.offset, place.length, &options.limits);
        let bytes = bytes.map_err(|error| gone(format!("the record cannot be read again: {error}")))?;
        let (_, stated) = output::input(case_dir, &place.file)?;
        let (now, _) = hash(&found.path).map_err(|error| gone(error.to_string()))?;
        Ok(RawRecord { sha256: hex(&Sha256::digest(&bytes)), bytes, file: (stated, now), place })
    };
    places.into_iter().map(read).collect()
}
