//! Sigma rules over events: load, map, compile, evaluate.
//!
//! [`RuleSet::load`] reads the pack and the user's folders; [`RuleSet::matches`] says which rules an
//! event meets.

mod about;
mod compile;
pub mod correlation;
mod dictionary;
mod document;
mod engine;
mod explain;
mod files;
pub mod foothold;
mod kind;
mod late;
mod link;
mod lint;
mod load;
mod mapping;
mod matcher;
pub mod matrix;
mod names;
pub mod navigator;
mod pack;
#[allow(dead_code)] // the build script writes what is read here
mod parsed;
mod plan;
mod read;
mod rewrite;
mod split;
mod value;
mod words;

pub use about::{About, Looked};
pub use engine::Hits;
pub use explain::Step;
pub use kind::Scratch;
pub use late::Need;
pub use lint::{Checked, check};

use crate::coverage::RuleRejection;
use crate::event::{Event, Lookup};
use crate::field::Fact;
use crate::store::{Captured, Pending, RuleIndex};
use correlation::{Captures, Correlation};
use dictionary::Dictionary;
use engine::Condition;
use foothold::Foothold;
use rsigma_parser::SigmaRule;
use smallvec::SmallVec;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

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
    /// Every level, the least severe first.
    pub const ALL: [Self; 5] = [Self::Informational, Self::Low, Self::Medium, Self::High, Self::Critical];

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
    /// Logsource as product and service, such as `m365/exchange`; empty for a correlation.
    pub logsource: String,
    /// The rows of the [`matrix`] that it finds, as it names them.
    pub matrix: Vec<String>,
    /// What its finding weighs when a presence is judged, where its level and tags do not say it well.
    pub presence: Option<i32>,
    /// Whether its finding asks for an answer even of an account's owner at the own desk.
    pub insider: bool,
    /// The file it was loaded from (`pack:` and a path for an embedded one).
    pub file: String,
    /// SHA-256 of that file.
    pub sha256: String,
}

impl Meta {
    /// Whether it is a correlation, which has no log source of its own.
    pub fn is_correlation(&self) -> bool {
        self.logsource.is_empty()
    }

    /// The name of its file, without folder and ending.
    pub fn stem(&self) -> &str {
        stem(&self.file)
    }

    /// The folder that its file lies in, without those above it.
    pub fn folder(&self) -> &str {
        let folder = path_of(&self.file).parent().and_then(Path::file_name);
        folder.and_then(|folder| folder.to_str()).unwrap_or_default()
    }
}

fn stem(file: &str) -> &str {
    path_of(file).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default()
}

fn path_of(file: &str) -> &Path {
    Path::new(file.strip_prefix("pack:").unwrap_or(file))
}

/// Where rules come from.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Whether the embedded pack is loaded.
    pub pack: bool,
    /// Rule files, or folders walked for `.yml` and `.yaml`. As in the pack, `mapping/`, `lists/` and
    /// `matrix.yml` of a folder hold no rules but what rules refer to; unless a rule lies there, they are left out.
    pub paths: Vec<PathBuf>,
    /// Files or folders with values for `expand` placeholders; a name that the pack has a list of is replaced.
    pub placeholders: Vec<PathBuf>,
}

/// Compiled rules, sorted by id.
#[derive(Debug, Default)]
pub struct RuleSet {
    rules: Vec<Meta>,
    conditions: Vec<Condition>,
    /// What `conditions` ask of values that repeat; made for the first event.
    dictionary: OnceLock<Dictionary>,
    correlations: Vec<Correlation>,
    captures: Captures,
    footholds: Vec<Foothold>,
    /// Rules that a foothold refers to.
    marking: BTreeSet<RuleIndex>,
    silent: BTreeSet<RuleIndex>,
    /// What stands in `conditions` behind those of `rules`.
    withheld: Vec<Withheld>,
}

/// What a filter of the user takes away from a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    /// The rule.
    pub rule: RuleIndex,
    /// Title of the filter.
    pub filter: String,
}

impl RuleSet {
    /// Loads and compiles; what cannot be compiled is told, with file and line.
    pub fn load(options: &Options) -> (Self, Vec<RuleRejection>) {
        let (linked, rejected) = load::load(options);
        let link::Linked { loaded, correlations, captures, footholds, silent } = linked;
        let marking = footholds.iter().flat_map(|foothold| foothold.marks.keys().copied()).collect();
        let room = usize::from(RuleIndex::MAX) - loaded.len();
        let (mut rules, mut conditions, mut taken, mut withheld) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (rule, loaded) in (0..=RuleIndex::MAX).zip(loaded) {
            rules.push(loaded.meta);
            conditions.push(loaded.condition);
            for (filter, condition) in loaded.withheld {
                if taken.len() < room {
                    taken.push(condition);
                    withheld.push(Withheld { rule, filter });
                }
            }
        }
        conditions.extend(taken);
        let dictionary = OnceLock::new();
        (Self { rules, conditions, dictionary, correlations, captures, footholds, marking, silent, withheld }, rejected)
    }

    /// The rules, by index.
    pub fn rules(&self) -> &[Meta] {
        &self.rules
    }

    /// Says which rules `event` meets, and keeps what those need that more than the record decides.
    pub fn matches(&self, event: &Event<'_>, scratch: &mut Scratch, hits: &mut Hits) {
        let dictionary = self.dictionary.get_or_init(|| Dictionary::new(&self.conditions));
        engine::matches((&self.conditions, dictionary), event, scratch, hits);
        if !self.captures.of.is_empty() {
            self.capture(event, hits);
        }
    }

    fn capture(&self, event: &Event<'_>, hits: &mut Hits) {
        let rules = hits.met.iter().copied().chain(hits.pending.iter().map(|pending| pending.rule));
        let mut slots: SmallVec<[usize; 8]> =
            rules.filter_map(|rule| self.captures.of.get(usize::from(rule))).flatten().copied().collect();
        slots.sort_unstable();
        slots.dedup();
        for slot in slots {
            let mut value = String::new();
            for field in &self.captures.slots[slot] {
                let _ = event.visit(field, &mut |found| {
                    found.append(&mut value);
                    ControlFlow::Continue(())
                });
                if !value.is_empty() {
                    Captured::push(&mut hits.captured, slot, &value);
                    break;
                }
            }
        }
    }

    /// Facts without which a rule that waits for them is not met.
    pub fn needs(&self, rule: RuleIndex) -> &[Need] {
        match self.conditions.get(usize::from(rule)) {
            Some(Condition::Facts(_, late)) => late.needs(),
            _ => &[],
        }
    }

    /// Whether a rule that waited for derived facts is met, now that `looked` knows them.
    pub fn settle(&self, pending: Pending, looked: &impl Lookup) -> bool {
        match self.conditions.get(usize::from(pending.rule)) {
            Some(Condition::Facts(_, late)) => late.settle(pending.known, looked),
            _ => false,
        }
    }

    /// The rule with this id, title or file name, or the only one whose id begins so.
    ///
    /// # Errors
    /// How many there are, and how to look one up.
    pub fn find(&self, wanted: &str) -> Result<RuleIndex, String> {
        let exact = |meta: &Meta| meta.id == wanted || meta.title.eq_ignore_ascii_case(wanted);
        let near = |meta: &Meta| !wanted.is_empty() && (meta.id.starts_with(wanted) || meta.stem() == wanted);
        let among = |fits: &dyn Fn(&Meta) -> bool| -> Vec<RuleIndex> {
            let fitting = self.rules.iter().zip(0..=RuleIndex::MAX).filter(|(meta, _)| fits(meta));
            fitting.map(|(_, index)| index).filter(|index| !self.silent.contains(index)).collect()
        };
        let mut found = among(&exact);
        if found.is_empty() {
            found = among(&near);
        }
        match found.as_slice() {
            [only] => Ok(*only),
            many => Err(format!(
                "found {} rules of that id, title or file name; expected one, so look it up with `speur rules list`",
                many.len()
            )),
        }
    }

    /// What the rule at `index` of [`Self::load`] with these options makes of a record, part by part.
    pub fn explain(&self, options: &Options, index: RuleIndex, looked: &impl Lookup) -> Vec<Step> {
        rewritten(options).get(&index).map_or_else(Vec::new, |rule| explain::steps(rule, looked))
    }

    /// The rule at `index` of [`Self::load`] with these options, in depth.
    pub fn about(options: &Options, index: RuleIndex) -> About {
        about::about(options, index)
    }

    /// What a hit with this index would be if it were not for a filter; `None` for the hit of a rule.
    pub fn withheld(&self, index: RuleIndex) -> Option<&Withheld> {
        self.withheld.get(usize::from(index).checked_sub(self.rules.len())?)
    }

    /// Whether filters can withhold anything.
    pub fn withholds(&self) -> bool {
        !self.withheld.is_empty()
    }

    /// The correlations, each behind those it refers to.
    pub fn correlations(&self) -> &[Correlation] {
        &self.correlations
    }

    /// What can be left behind, in the order of their files.
    pub fn footholds(&self) -> &[Foothold] {
        &self.footholds
    }

    /// Rules whose records open, change, close or show a foothold.
    pub fn marking(&self) -> &BTreeSet<RuleIndex> {
        &self.marking
    }

    /// Rules that only serve a correlation or a foothold: what they find is no finding.
    pub fn silent(&self) -> &BTreeSet<RuleIndex> {
        &self.silent
    }

    /// The derived facts that rules ask for, by themselves or to correlate by.
    pub fn facts(&self) -> BTreeSet<Fact> {
        let mut facts = BTreeSet::new();
        for condition in &self.conditions {
            if let Condition::Facts(_, late) = condition {
                late.facts(&mut facts);
            }
        }
        facts.extend(self.correlations.iter().flat_map(Correlation::facts));
        facts
    }
}

/// Every file on disk that [`RuleSet::load`] reads: rules, filters, placeholders, in that order; what cannot be
/// listed is left to the load to tell.
pub fn files(options: &Options) -> Vec<PathBuf> {
    files::paths(options)
}

/// SHA-256, lower-case hex, over the rules, filters and mapping tables that are part of the program.
pub fn pack_sha256() -> String {
    pack::sha256()
}

/// The fields that each rule of [`RuleSet::load`] asks for, filters left aside, by id, in its own words.
pub fn asked(options: &Options) -> BTreeMap<String, BTreeSet<String>> {
    about::asked(options)
}

/// The rules of [`RuleSet::load`], by index, in the words they are compiled from: selectors, placeholders
/// and filters resolved, fields and logsource mapped. Another Sigma engine can be asked the same questions.
pub fn rewritten(options: &Options) -> BTreeMap<RuleIndex, SigmaRule> {
    let loaded = load::check(options).0.loaded.into_iter();
    (0..=RuleIndex::MAX).zip(loaded).filter_map(|(index, loaded)| Some((index, loaded.rule?))).collect()
}
