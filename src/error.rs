//! What stops a run. Anything a run can survive is told in [`crate::coverage`] instead.

use std::path::PathBuf;

/// A reason to stop: the invocation cannot be honoured, or the case cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A path on the command line does not exist or cannot be listed.
    #[error("{}: {reason}", path.display())]
    Path {
        /// The path as it was given.
        path: PathBuf,
        /// What was found, what was expected, what to do.
        reason: String,
    },
    /// The paths hold no file that any source recognises.
    #[error(
        "{place}: no evidence found; expected an exported audit or sign-in log (CSV, JSON, NDJSON, or one of these in .gz, .zst or .zip)"
    )]
    NoEvidence {
        /// The paths that were searched, joined with a comma.
        place: String,
    },
    /// The case folder exists already.
    #[error("{}: already exists; a case folder is never written over, so give another --out", .0.display())]
    CaseExists(PathBuf),
    /// The case folder cannot be written (permission, full disk).
    #[error("{}: cannot be written: {source}", path.display())]
    Write {
        /// The file that was being written.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Events that memory is too small for cannot be kept.
    #[error(
        "{}: the file of events that --memory has no room for cannot be written or read there: {source}; make room on that \
         disk, or give --memory more than {memory}", folder.display()
    )]
    Spill {
        /// The folder of the file.
        folder: PathBuf,
        /// How many bytes of memory the events may take.
        memory: u64,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A geolocation database cannot be used.
    #[error("{place}: {reason}")]
    Database {
        /// The database file, or the name of the built-in one.
        place: String,
        /// What was found, what was expected, what to do.
        reason: String,
    },
    /// A case folder cannot be read back.
    #[error("{}: {reason}", path.display())]
    Case {
        /// The file in the case folder.
        path: PathBuf,
        /// What was found, what was expected, what to do.
        reason: String,
    },
    /// The ledger does not add up: a defect of the program, never of the evidence.
    #[error(
        "{place}: the ledger does not balance: {rows} rows, but {used} used + {rejected} rejected + {duplicate} duplicate; please report this"
    )]
    Ledger {
        /// The file whose rows do not add up.
        place: String,
        /// Rows read.
        rows: u64,
        /// Rows that became events.
        used: u64,
        /// Rows refused with a reason.
        rejected: u64,
        /// Rows that repeat another row.
        duplicate: u64,
    },
}

impl Error {
    /// Wraps what the system said about writing `path`.
    pub fn write(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Write { path, source }
    }
}
