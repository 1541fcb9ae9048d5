//! Counts of findings by level.

use super::Finding;
use crate::rule::Level;

/// Every level, most severe first: the order of all outputs.
pub const LEVELS: [Level; 5] = {
    let [informational, low, medium, high, critical] = Level::ALL;
    [critical, high, medium, low, informational]
};

/// The level that has this name; informational for any other text.
pub fn level(name: &str) -> Level {
    LEVELS.into_iter().find(|level| level.name() == name).unwrap_or(Level::Informational)
}

/// How many findings there are of each level.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Severity([u64; 5]);

impl Severity {
    /// Counts one finding.
    pub fn add(&mut self, finding: &Finding) {
        self.0[level(finding.rule.level) as usize] += 1;
    }

    /// How many there are of this level.
    pub fn count(&self, level: Level) -> u64 {
        self.0[level as usize]
    }

    /// How many there are in all.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The most severe level that occurs.
    pub fn highest(&self) -> Option<Level> {
        LEVELS.into_iter().find(|level| self.count(*level) > 0)
    }
}
