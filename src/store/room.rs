//! How much memory events may take.

use std::path::{Path, PathBuf};

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

/// Part of the machine's memory that is taken without being asked.
const SHARE: u64 = 4;

/// What a quarter of the machine is taken for where the system does not say.
const UNKNOWN: u64 = 2 << 30;

impl Room {
    /// So much memory, else a quarter of the machine's; the file lies beside `out`, or among the temporary files if there
    /// is none.
    pub fn beside(out: &Path, memory: Option<u64>) -> Self {
        let memory = memory.unwrap_or_else(|| machine().map_or(UNKNOWN, |bytes| bytes / SHARE));
        let above = out.ancestors().skip(1).map(|path| if path == Path::new("") { Path::new(".") } else { path });
        let folder = above.into_iter().find(|path| path.is_dir()).map_or_else(std::env::temp_dir, Path::to_owned);
        Self { memory, folder }
    }
}

/// Memory of the machine in bytes, or of the control group that the program is confined to.
///
/// <https://docs.kernel.org/filesystems/proc.html#meminfo>, <https://docs.kernel.org/admin-guide/cgroup-v2.html#memory>
fn machine() -> Option<u64> {
    let table = std::fs::read_to_string("/proc/meminfo").ok()?;
    let total = table.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let total = total.trim().strip_suffix("kB")?.trim_end().parse::<u64>().ok()? << 10;
    let confined = std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok();
    let confined = confined.and_then(|text| text.trim().parse().ok());
    Some(confined.map_or(total, |most: u64| most.min(total)))
}
