//! How much memory events may take.

use std::path::PathBuf;

/// Memory for the events of a run, and where they go that it is too small for.
#[derive(Debug, Clone)]
pub struct Room {
    /// Bytes of memory that events and their texts may take before the events go to a file.
    pub memory: u64,
    /// The folder of that file.
    pub folder: PathBuf,
}

impl Default for Room {
    /// All the memory that there is.
    fn default() -> Self {
        Self { memory: u64::MAX, folder: std::env::temp_dir() }
    }
}
