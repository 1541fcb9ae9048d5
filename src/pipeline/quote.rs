//! The records that the report quotes, out of the evidence, each proven by its digest.

use super::read::Reading;
use crate::case::Finding;
use crate::case::quote::{LONGEST, wanted};
use crate::input::read_many;
use crate::output::escape::excerpt;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The beginning of each wanted record, by where its event stands; one that is no longer what it was is left out.
pub(super) fn quoted(read: &Reading, findings: &[Finding]) -> BTreeMap<u32, String> {
    let entries = &read.events.entries;
    let mut by_file: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for position in wanted(findings) {
        by_file.entry(entries.at(position).origin.file).or_default().push(position);
    }
    let mut quoted = BTreeMap::new();
    for (file, mut positions) in by_file {
        let place = read.files.get(file as usize).and_then(|file| read.places.get(&file.path));
        let Some((found, _)) = place else { continue };
        let origin = |position: &u32| entries.at(*position).origin;
        positions.sort_by_key(|position| (origin(position).offset, *position));
        let spans: Vec<(u64, u64)> =
            positions.iter().map(origin).map(|origin| (origin.offset, u64::from(origin.length))).collect();
        // A file that ends early, or was changed since, gives what it gives: a record is quoted only with its digest.
        let _ = read_many(found, &spans, &mut |index, raw| {
            let position = positions[index];
            if Sha256::digest(raw)[..] == origin(&position).digest[..] {
                quoted.insert(position, excerpt(&String::from_utf8_lossy(raw), LONGEST));
            }
        });
    }
    quoted
}
