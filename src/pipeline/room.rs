//! How much memory a run takes for its events, and where those go that it is too small for.

use super::Options;
use crate::store::Room;
use std::path::Path;

/// Part of the machine's memory that is taken without being asked.
const SHARE: u64 = 4;

/// What a quarter of the machine is taken for where the system does not say.
const UNKNOWN: u64 = 2 << 30;

/// As much memory as the options say, else a quarter of the machine's; the file lies beside the case, or among the
/// temporary files if there is none.
pub(super) fn room(options: &Options) -> Room {
    let Options { out, memory, .. } = options;
    let memory = memory.unwrap_or_else(|| machine().map_or(UNKNOWN, |bytes| bytes / SHARE));
    let above = out.ancestors().skip(1).map(|path| if path == Path::new("") { Path::new(".") } else { path });
    let folder = above.into_iter().find(|path| path.is_dir()).map_or_else(std::env::temp_dir, Path::to_owned);
    Room { memory, folder }
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    #[test]
    fn the_file_lies_in_the_nearest_folder_that_is_there() {
        let home = tempfile::tempdir().unwrap();
        let of = |out: PathBuf| room(&Options { out, memory: Some(7), ..Options::default() });
        let found = of(home.path().join("not/yet/case"));
        assert_eq!((found.memory, found.folder), (7, home.path().to_owned()));
        assert_eq!(of(PathBuf::from("case")).folder, Path::new("."));
        assert_eq!(of(PathBuf::new()).folder, std::env::temp_dir());
        assert!(room(&Options::default()).memory > 0);
    }
}
