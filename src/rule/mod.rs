//! Sigma rules over events: load, map, compile, evaluate.
//!
//! [`RuleSet::load`] reads the pack and the user's folders; [`RuleSet::matches`] says which rules an
//! event meets.

mod compile;
mod document;
mod engine;
mod lint;
mod load;
mod mapping;
mod matcher;
mod pack;
mod rewrite;
mod value;

pub use engine::Scratch;
pub use lint::check;

use crate::coverage::RuleRejection;
use crate::event::Event;
use crate::store::RuleIndex;
use rsigma_parser::SigmaRule;
use std::path::PathBuf;

/// Severity, as Sigma names it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Level {
    /// For the record.
    #[default]
    Informational,
    /// Worth a look beside others.
    Low,
    /// Worth a look.
    Medium,
    /// Act on it.
    High,
    /// Act now.
    Critical,
}

impl Level {
    /// Sigma's name of the level.
    pub fn name(self) -> &'static str {
        match self {
            Self::Informational => "informational",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// What people read of a rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meta {
    /// Sigma's UUID; never empty (a rule without one gets a digest of its text).
    pub id: String,
    /// Title.
    pub title: String,
    /// Severity; informational when the rule states none.
    pub level: Level,
    /// Tags as written, such as `attack.t1114.003`.
    pub tags: Vec<String>,
    /// What it finds and why that matters.
    pub description: String,
    /// Benign reasons to fire.
    pub falsepositives: Vec<String>,
    /// Where the knowledge comes from.
    pub references: Vec<String>,
    /// The file it was loaded from (`pack:` and a path for an embedded one).
    pub file: String,
    /// SHA-256 of that file.
    pub sha256: String,
}

/// Where rules come from.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Whether the embedded pack is loaded.
    pub pack: bool,
    /// Rule files, or folders walked for `.yml` and `.yaml`.
    pub paths: Vec<PathBuf>,
    /// Files or folders with values for `expand` placeholders.
    pub placeholders: Vec<PathBuf>,
}

/// Compiled rules, sorted by id.
#[derive(Debug, Default)]
pub struct RuleSet {
    rules: Vec<Meta>,
    conditions: Vec<compile::Node>,
}

impl RuleSet {
    /// Loads and compiles; what cannot be compiled is told, with file and line.
    pub fn load(options: &Options) -> (Self, Vec<RuleRejection>) {
        let (loaded, rejected) = load::load(options);
        let (rules, conditions) = loaded.into_iter().map(|loaded| (loaded.meta, loaded.node)).unzip();
        (Self { rules, conditions }, rejected)
    }

    /// The rules, by index.
    pub fn rules(&self) -> &[Meta] {
        &self.rules
    }

    /// Appends the rules that `event` meets, in index order.
    pub fn matches(&self, event: &Event<'_>, scratch: &mut Scratch, hits: &mut Vec<RuleIndex>) {
        engine::matches(&self.conditions, event, scratch, hits);
    }
}

/// Every file on disk that [`RuleSet::load`] reads: rules, filters, placeholders, in that order; what cannot be
/// listed is left to the load to tell.
pub fn files(options: &Options) -> Vec<PathBuf> {
    load::paths(options)
}

/// SHA-256, lower-case hex, over the rules, filters and mapping tables that are part of the program.
pub fn pack_sha256() -> String {
    pack::sha256()
}

/// The rules of [`RuleSet::load`], by index, in the words they are compiled from: selectors, placeholders
/// and filters resolved, fields and logsource mapped. Another Sigma engine can be asked the same questions.
pub fn rewritten(options: &Options) -> Vec<SigmaRule> {
    load::load(options).0.into_iter().map(|loaded| loaded.rule).collect()
}
