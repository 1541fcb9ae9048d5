//! What a reader wants to know of a rule besides its words: its condition in our fields, and what those hold.

use super::document::Document;
use super::explain::{self, Step};
use super::files;
use super::load::{self, Loaded};
use super::read::{Contents, Read, read};
use super::{Meta, Options, compile, lint};
use crate::event::{Lookup, Visit};
use crate::field::{CATALOGUE, FACTS, FactEntry, Field};
use crate::store::RuleIndex;
use rsigma_parser::{CorrelationCondition, CorrelationRule, SigmaRule};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// A rule in depth.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// Its detection or correlation as it is written, in lines.
    pub written: Vec<String>,
    /// What is asked of an event, part by part, with placeholders, filters and fields put in; the answers mean
    /// nothing here. Empty for a correlation.
    pub condition: Vec<Step>,
    /// The rules that a correlation counts, by index, in its order.
    pub counts: Vec<RuleIndex>,
    /// The fields that are looked at, sorted by name.
    pub fields: Vec<Looked>,
}

/// A field that a rule looks at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Looked {
    /// Its name.
    pub name: String,
    /// `text`, `integer`, `time` or `truth`; empty where the record decides.
    pub kind: &'static str,
    /// What it holds.
    pub meaning: String,
}

/// A record that holds nothing.
pub(super) struct Nothing;

impl Lookup for Nothing {
    fn visit(&self, _: &Field, _: &mut Visit<'_>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn visit_all(&self, _: &mut Visit<'_>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// The rule at `index` of [`super::RuleSet::load`] with these options.
pub(super) fn about(options: &Options, index: RuleIndex) -> About {
    let (linked, _) = load::check(options);
    let Some(Loaded { meta, rule, .. }) = linked.loaded.get(usize::from(index)) else { return About::default() };
    let files = files::files(options, &mut Vec::new());
    let mut contents = Contents::default();
    for file in files.iter().filter(|file| file.name == meta.file) {
        read(file, &mut contents, &mut Vec::new());
    }
    let Contents { rules, correlations, .. } = contents;
    let mut about = About::default();
    if let Some(read) = rules.iter().find(|read| is_of(read, read.content.id.as_deref(), meta)) {
        about.written = section(&read.document, "detection:");
    }
    if let Some(read) = correlations.iter().find(|read| is_of(read, read.content.id.as_deref(), meta)) {
        about.written = section(&read.document, "correlation:");
        about.fields = correlated(&read.content).iter().map(|name| looked(name)).collect();
    }
    if let Some(rule) = rule {
        about.condition = explain::steps(rule, &Nothing);
        about.fields = fields(rule).iter().map(|name| looked(name)).collect();
    }
    if let Some(correlation) = linked.correlations.iter().find(|correlation| correlation.rule == index) {
        about.counts.clone_from(&correlation.refs);
    }
    about
}

/// As [`super::asked`].
pub(super) fn asked(options: &Options) -> BTreeMap<String, BTreeSet<String>> {
    let files = files::files(options, &mut Vec::new());
    let mut contents = Contents::default();
    for file in &files {
        read(file, &mut contents, &mut Vec::new());
    }
    contents.rules.iter().map(|read| (load::id(read, read.content.id.as_deref()), fields(&read.content))).collect()
}

fn is_of<T>(read: &Read<'_, T>, stated: Option<&str>, meta: &Meta) -> bool {
    load::id(read, stated) == meta.id
}

/// A part of a document: the line of its key and all that are deeper.
fn section(document: &Document<'_>, key: &str) -> Vec<String> {
    let mut lines = document.text.lines().skip_while(|line| !line.starts_with(key));
    let head = lines.next().into_iter();
    let body = lines.take_while(|line| line.is_empty() || line.starts_with([' ', '\t', '-', '#']));
    let mut found: Vec<String> = head.chain(body).map(|line| line.trim_end().to_owned()).collect();
    while found.last().is_some_and(|line| line.is_empty() || line.starts_with('#')) {
        found.pop();
    }
    found
}

fn fields(rule: &SigmaRule) -> BTreeSet<String> {
    lint::fields::asked(rule).into_iter().map(|(_, name)| name).collect()
}

/// The fields by which a correlation groups and counts, in the words of its rules.
fn correlated(rule: &CorrelationRule) -> BTreeSet<String> {
    let counted = match &rule.condition {
        CorrelationCondition::Threshold { field, .. } => field.as_deref().unwrap_or_default(),
        CorrelationCondition::Extended(_) => &[],
    };
    let named = rule.group_by.iter().chain(counted);
    let behind = |name: &String| {
        let alias = rule.aliases.iter().find(|alias| alias.alias == *name);
        alias.map_or_else(|| vec![name.clone()], |alias| alias.mapping.values().cloned().collect())
    };
    named.flat_map(behind).collect()
}

fn looked(name: &str) -> Looked {
    let told = |kind, meaning: &str| Looked { name: name.to_owned(), kind, meaning: meaning.to_owned() };
    match compile::field(name) {
        Field::Core(core) => match CATALOGUE.iter().find(|entry| entry.core == core) {
            Some(entry) => told(entry.kind, entry.meaning),
            None => told("", ""),
        },
        Field::Fact(fact) => match FACTS.iter().find(|entry| entry.fact == fact) {
            Some(entry) => told(entry.kind.name(), &whole(entry)),
            None => told("", ""),
        },
        Field::Named { collection, name: member, .. } => {
            told("", &format!("\"{member}\" among the record's {}", collection.join(".")))
        }
        Field::Path(path) => told("", &format!("key {} of the record", path.join(" > "))),
    }
}

/// The meaning of a fact. The catalogue says of neighbours that they are "the same" of something else; alone, such a one
/// needs the words of the first.
fn whole(entry: &FactEntry) -> String {
    let is_short = |entry: &&FactEntry| entry.meaning.starts_with("the same");
    let first = FACTS.iter().take_while(|other| other.fact != entry.fact).filter(|other| !is_short(other)).last();
    match first {
        Some(first) if is_short(&entry) => format!("{} (as {}: {})", entry.meaning, first.name, first.meaning),
        _ => entry.meaning.to_owned(),
    }
}
