//! Which records a report quotes as they stand in the evidence.

use super::Finding;
use super::severity::level;
use crate::rule::Level;
use std::collections::BTreeSet;

/// Records of one finding that are quoted.
pub const EACH: usize = 8;
/// Records that are quoted in all.
pub const MOST: usize = 2_000;
/// Characters of one record that are quoted; `speur raw` prints the whole.
pub const LONGEST: usize = 6_000;

/// Where the events stand whose records are quoted: the first of each finding of medium or above, most severe first,
/// as far as there is room.
pub fn wanted(findings: &[Finding]) -> BTreeSet<u32> {
    let severe = findings.iter().filter(|finding| level(finding.rule.level) >= Level::Medium);
    severe.flat_map(|finding| finding.positions.iter().take(EACH).copied()).take(MOST).collect()
}
