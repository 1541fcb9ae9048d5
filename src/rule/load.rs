//! Rule files to compiled rules; whatever cannot be used becomes a rejection with file and line.

use super::compile::{self, Lists};
use super::document::Fault;
use super::engine::Condition;
use super::files::{self, File, text, walk};
use super::late::Late;
use super::link::{self, Linked};
use super::mapping::Mapping;
use super::read::{Contents, Read, read};
use super::rewrite::{self, Placeholders, Side};
use super::{Level, Meta, Options, matrix, pack};
use crate::coverage::RuleRejection;
use crate::store::{RuleIndex, hex};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use rsigma_parser::{CorrelationRule, FilterRule, LogSource, SigmaRule};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// A rule that can be evaluated.
#[derive(Debug)]
pub(super) struct Loaded {
    /// What people read of it.
    pub meta: Meta,
    /// The rule as it is compiled: mapped, with filters and, if loaded by [`check`], placeholders built in; `None` for
    /// a correlation.
    pub rule: Option<SigmaRule>,
    /// What it asks.
    pub condition: Condition,
    /// What it would find if it were not for a filter of the user: the filter's title, and what that asks.
    pub withheld: Vec<(String, Condition)>,
}

/// A filter and whose it is.
struct Filter {
    content: FilterRule,
    /// It comes with the program: what it withholds was never a finding.
    own: bool,
}

/// Loads everything that the options ask for. The pack is taken as the build script has parsed it; that its text gives
/// the same and has no fault is for [`check`] and the tests to find out.
pub(super) fn load(options: &Options) -> (Linked, Vec<RuleRejection>) {
    let mut rejected = Vec::new();
    let files = files::files(options, &mut rejected);
    load_files(&files, options, rejected)
}

/// As [`load`], from the text of every file, with every fault it has.
pub(super) fn check(options: &Options) -> (Linked, Vec<RuleRejection>) {
    let mut rejected = Vec::new();
    let files = files::texts(options, &mut rejected);
    load_files(&files, options, rejected)
}

fn load_files(files: &[File], options: &Options, mut rejected: Vec<RuleRejection>) -> (Linked, Vec<RuleRejection>) {
    let mapping = mapping(&mut rejected);
    let placeholders = placeholders(&options.placeholders, &mut rejected);
    let mut contents = Contents::default();
    for file in files {
        read(file, &mut contents, &mut rejected);
    }
    let filters = usable_filters(contents.filters, &contents.rules, &placeholders, &mut rejected);
    let mut loaded = BTreeMap::new();
    let lists = options.placeholders.is_empty().then(|| Lists::new(&placeholders));
    let builder = Builder { filters, placeholders: &placeholders, lists, mapping: &mapping };
    let built: Vec<_> = contents.rules.into_par_iter().map(|read| builder.build(read)).collect();
    for (read, rule) in built {
        match rule {
            Ok(rule) => drop(keep(rule, &read, &mut loaded, &mut rejected)),
            Err(fault) => rejected.push(read.reject(&fault)),
        }
    }
    let wholes = (contents.correlations, contents.footholds);
    let linked = link::link(loaded, wholes, &mapping, &mut rejected);
    rejected.sort();
    (linked, rejected)
}

/// Keeps a rule or correlation if its id is free and there is room; says whether it was kept.
pub(super) fn keep<T>(
    rule: Loaded,
    read: &Read<'_, T>,
    loaded: &mut BTreeMap<String, Loaded>,
    rejected: &mut Vec<RuleRejection>,
) -> bool {
    if let Some(first) = loaded.get(&rule.meta.id) {
        let reason =
            format!("id \"{}\" is already taken by {}; give this rule an id of its own", rule.meta.id, first.meta.file);
        rejected.push(read.reject(&Fault::at(&["id"], reason)));
        false
    } else if loaded.len() > usize::from(RuleIndex::MAX) {
        rejected.push(read.reject(&Fault::at(&[], format!("more than {} rules; load fewer", loaded.len()))));
        false
    } else {
        loaded.insert(rule.meta.id.clone(), rule);
        true
    }
}

/// The embedded mapping tables.
pub(super) fn mapping(rejected: &mut Vec<RuleRejection>) -> Mapping {
    let mut mapping = Mapping::default();
    for (path, text) in pack::mappings() {
        if pack::parsed_data(&path).is_some_and(|json| mapping.add_parsed(&json)) {
            continue;
        }
        if let Err((line, reason)) = mapping.add(text) {
            rejected.push(RuleRejection { file: format!("pack:{path}"), line, reason });
        }
    }
    mapping
}

/// The values of placeholders: the lists of the pack, each replaced by the one of that name in the files of the user.
fn placeholders(paths: &[std::path::PathBuf], rejected: &mut Vec<RuleRejection>) -> Placeholders {
    let mut lists = Placeholders::new();
    for (path, text) in pack::lists() {
        match pack::parsed_data(&path).and_then(|json| serde_json::from_str(&json).ok()) {
            Some(more) => extend(&mut lists, more),
            None => add_lists(&format!("pack:{path}"), text, &mut lists, rejected),
        }
    }
    let mut found = Vec::new();
    for path in paths {
        walk(path, &mut found, rejected);
    }
    found.sort();
    found.dedup();
    let mut theirs = Placeholders::new();
    for path in found {
        if let Some(text) = text(&path, rejected) {
            add_lists(&path.display().to_string(), &text, &mut theirs, rejected);
        }
    }
    lists.extend(theirs);
    lists
}

/// Adds the lists of a file: a YAML mapping from names to lists of values.
fn add_lists(file: &str, text: &str, lists: &mut Placeholders, rejected: &mut Vec<RuleRejection>) {
    match serde_saphyr::from_str::<Placeholders>(text) {
        Ok(more) => extend(lists, more),
        Err(error) => rejected.push(RuleRejection {
            file: file.to_owned(),
            line: error.location().map_or(1, |location| location.line()),
            reason: "found no placeholders; expected a name and the list of its values".to_owned(),
        }),
    }
}

fn extend(lists: &mut Placeholders, more: Placeholders) {
    for (name, values) in more {
        lists.entry(name).or_default().extend(values);
    }
}

/// The filters that are sound and meant for some rule, their selectors resolved.
fn usable_filters(
    filters: Vec<Read<'_, FilterRule>>,
    rules: &[Read<'_, SigmaRule>],
    placeholders: &Placeholders,
    rejected: &mut Vec<RuleRejection>,
) -> Vec<Filter> {
    let mut usable = Vec::new();
    for mut read in filters {
        if let Err(fault) = sound(&mut read.content, placeholders) {
            rejected.push(read.reject(&fault));
            continue;
        }
        let is_any = read.content.rules == rsigma_parser::FilterRuleTarget::Any;
        if !is_any && !rules.iter().any(|rule| rewrite::is_filtered(&read.content, &rule.content)) {
            let reason =
                "the filter names no loaded rule; give the id, name or title of a rule with the same logsource";
            rejected.push(read.reject(&Fault::at(&["filter", "rules"], reason)));
            continue;
        }
        usable.push(Filter { own: read.file.name.starts_with(pack::PREFIX), content: read.content });
    }
    usable
}

fn sound(filter: &mut FilterRule, values: &Placeholders) -> Result<(), Fault> {
    let in_filter = |mut fault: Fault| {
        if let Some(section) = fault.anchor.first_mut() {
            "filter".clone_into(section);
        }
        fault
    };
    rewrite::selectors(&mut filter.detection).map_err(|fault| fault.within("filter"))?;
    rewrite::placeholders(&mut filter.detection, values, |_| true).map_err(in_filter)?;
    let rule = SigmaRule { detection: filter.detection.clone(), ..empty_rule() };
    compile::check(&rule).map_err(in_filter)
}

fn empty_rule() -> SigmaRule {
    SigmaRule {
        title: String::new(),
        logsource: rsigma_parser::LogSource::default(),
        detection: rsigma_parser::Detections {
            named: std::collections::HashMap::default(),
            conditions: Vec::new(),
            condition_strings: Vec::new(),
            timeframe: None,
        },
        sigma_version: None,
        id: None,
        name: None,
        related: Vec::new(),
        taxonomy: None,
        status: None,
        description: None,
        license: None,
        author: None,
        references: Vec::new(),
        date: None,
        modified: None,
        fields: Vec::new(),
        falsepositives: Vec::new(),
        level: None,
        tags: Vec::new(),
        scope: Vec::new(),
        custom_attributes: std::collections::HashMap::default(),
    }
}

/// What rules are built with.
struct Builder<'a> {
    filters: Vec<Filter>,
    placeholders: &'a Placeholders,
    /// The same for rules of the pack; `None` where the user has lists, which may have faults.
    lists: Option<Lists<'a>>,
    mapping: &'a Mapping,
}

impl Builder<'_> {
    fn build<'a>(&self, read: Read<'a, SigmaRule>) -> (Read<'a, ()>, Result<Loaded, Fault>) {
        let (read, rule) = read.taken();
        let loaded = self.loaded(&read, rule);
        (read, loaded)
    }

    fn loaded(&self, read: &Read<'_, ()>, mut rule: SigmaRule) -> Result<Loaded, Fault> {
        self.mapping.knows(&rule)?;
        rewrite::selectors(&mut rule.detection).map_err(|fault| fault.within("detection"))?;
        let lists = self.lists.as_ref().filter(|_| read.file.parsed.is_some());
        if lists.is_some() {
            rewrite::placeholders(&mut rule.detection, self.placeholders, |item| !rewrite::is_of_parts(item))?;
        } else {
            rewrite::placeholders(&mut rule.detection, self.placeholders, |_| true)?;
            // Faults are found in the rule's own words, so that they can be shown in its text.
            compile::check(&rule)?;
        }
        let filters = self.filters.iter().enumerate();
        let meant = filters.filter(|(_, filter)| rewrite::is_filtered(&filter.content, &rule));
        let (own, theirs): (Vec<_>, Vec<_>) = meant.partition(|(_, filter)| filter.own);
        for (number, filter) in own {
            rewrite::filter(&mut rule, &filter.content, number, Side::Passed);
        }
        let mut withheld = Vec::new();
        for (number, filter) in &theirs {
            let mut taken = rule.clone();
            rewrite::filter(&mut taken, &filter.content, *number, Side::Withheld);
            withheld.push((filter.content.title.clone(), self.condition(&mut taken, lists)?));
        }
        for (number, filter) in theirs {
            rewrite::filter(&mut rule, &filter.content, number, Side::Passed);
        }
        let condition = self.condition(&mut rule, lists)?;
        Ok(Loaded { meta: meta(read, &rule), rule: Some(rule), condition, withheld })
    }

    /// Maps a rule and compiles it.
    fn condition(&self, rule: &mut SigmaRule, lists: Option<&Lists<'_>>) -> Result<Condition, Fault> {
        self.mapping.apply(rule)?;
        let node = compile::rule(rule, lists)?;
        Ok(match Late::of(&node)? {
            Some(late) => Condition::Facts(node, late),
            None => Condition::Record(node),
        })
    }
}

/// A correlation as the rules see it.
pub(super) fn correlation(read: &Read<'_, CorrelationRule>) -> Loaded {
    let rule = &read.content;
    let meta = Meta {
        id: id(read, rule.id.as_deref()),
        title: rule.title.clone(),
        level: rule.level.map_or(Level::Informational, level),
        tags: rule.tags.clone(),
        description: rule.description.clone().unwrap_or_default().trim_end().to_owned(),
        falsepositives: rule.falsepositives.clone(),
        references: rule.references.clone(),
        logsource: String::new(),
        matrix: matrix::stated(&rule.custom_attributes),
        presence: matrix::weight(&rule.custom_attributes),
        insider: matrix::is_insider(&rule.custom_attributes),
        file: read.file.name.clone(),
        sha256: hex(&Sha256::digest(read.file.text.as_bytes())),
    };
    Loaded { meta, rule: None, condition: Condition::Findings, withheld: Vec::new() }
}

/// The id it states, else one from its text.
pub(super) fn id<T>(read: &Read<'_, T>, stated: Option<&str>) -> String {
    let digest = || hex(&Sha256::digest(read.document.text.as_bytes())[..16]);
    stated.filter(|id| !id.is_empty()).map_or_else(digest, str::to_owned)
}

fn meta(read: &Read<'_, ()>, rule: &SigmaRule) -> Meta {
    Meta {
        id: id(read, rule.id.as_deref()),
        title: rule.title.clone(),
        level: rule.level.map_or(Level::Informational, level),
        tags: rule.tags.clone(),
        description: rule.description.clone().unwrap_or_default().trim_end().to_owned(),
        falsepositives: rule.falsepositives.clone(),
        references: rule.references.clone(),
        logsource: logsource(&rule.logsource),
        matrix: matrix::stated(&rule.custom_attributes),
        presence: matrix::weight(&rule.custom_attributes),
        insider: matrix::is_insider(&rule.custom_attributes),
        file: read.file.name.clone(),
        sha256: hex(&Sha256::digest(read.file.text.as_bytes())),
    }
}

fn logsource(logsource: &LogSource) -> String {
    [&logsource.product, &logsource.service].into_iter().flatten().cloned().collect::<Vec<_>>().join("/")
}

fn level(level: rsigma_parser::Level) -> Level {
    match level {
        rsigma_parser::Level::Informational => Level::Informational,
        rsigma_parser::Level::Low => Level::Low,
        rsigma_parser::Level::Medium => Level::Medium,
        rsigma_parser::Level::High => Level::High,
        rsigma_parser::Level::Critical => Level::Critical,
    }
}
