//! What evidence asks beyond parsing, whatever an analysis finds: a SHA-256 of the file and of each record, and outputs
//! that are written and hashed.

use crate::floor::{self, Beside};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Hashes, and writes what was read once more in place of outputs.
struct Evidence {
    file: Mutex<Sha256>,
    output: Mutex<(File, Sha256)>,
    /// Bytes of outputs for each byte of the file.
    share: f64,
}

impl Beside for Evidence {
    fn read(&self, bytes: &[u8]) {
        self.file.lock().unwrap_or_else(PoisonError::into_inner).update(bytes);
    }

    fn record(&self, raw: &[u8]) {
        std::hint::black_box(Sha256::digest(raw));
    }

    fn parsed(&self, block: &[u8]) -> Result<(), String> {
        let mut owed = (block.len() as f64 * self.share) as usize;
        let (file, hash) = &mut *self.output.lock().unwrap_or_else(PoisonError::into_inner);
        while owed > 0 {
            let part = &block[..owed.min(block.len())];
            hash.update(part);
            file.write_all(part).map_err(|e| format!("outputs: {e}"))?;
            owed -= part.len();
        }
        Ok(())
    }
}

/// The floor, and beside it all hashes and as many bytes of outputs as an analysis writes, into a file that vanishes
/// with the run; gives the number of records.
pub(crate) fn run(path: &Path, threads: usize, folder: &Path, outputs: u64) -> Result<u64, String> {
    let told = |e: std::io::Error| format!("{}: {e}", path.display());
    let bytes = path.metadata().map_err(told)?.len();
    let output = tempfile::tempfile_in(folder).map_err(told)?;
    let evidence = Evidence {
        file: Mutex::default(),
        output: Mutex::new((output, Sha256::new())),
        share: outputs as f64 / bytes.max(1) as f64,
    };
    let count = floor::run(path, threads, &evidence)?;
    std::hint::black_box(evidence.file.into_inner().unwrap_or_else(PoisonError::into_inner).finalize());
    std::hint::black_box(evidence.output.into_inner().unwrap_or_else(PoisonError::into_inner).1.finalize());
    Ok(count)
}
