//! Rule files to advice: what loading refuses, and what a reader or an investigator would miss.

mod condition;
mod correlation;
pub(super) mod fields;
mod schema;

use super::Options;
use super::document::{self, Fault};
use super::files::{self, File};
use super::load;
use super::mapping::Mapping;
use super::matrix::{ATTRIBUTE, Matrix};
use super::read::{Contents, Read, read};
use crate::coverage::RuleRejection;
use rsigma_parser::{CorrelationRule, SigmaRule};
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};
use std::path::Path;

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Number of rules that can be used.
    pub rules: usize,
    /// What is wrong, sorted by file and line.
    pub problems: Vec<RuleRejection>,
}

/// What is wrong with the rules that the options name: everything loading would refuse, then what differs from Sigma's
/// schema, what is missing, what cannot be meant. With a folder of `records` also which rule has none there.
pub fn check(options: &Options, records: Option<&Path>) -> Checked {
    let (linked, mut problems) = load::check(options);
    let mut told = Vec::new();
    let files = files::texts(options, &mut told);
    let mapping = load::mapping(&mut told);
    let matrix = Matrix::load().map_err(|fault| problems.push(fault)).ok();
    let known: BTreeSet<&str> = matrix.iter().flat_map(Matrix::ids).collect();
    let mut contents = Contents::default();
    // Rules beside a correlation are only parts of it, and nobody reads of them.
    let mut within = BTreeSet::new();
    for file in &files {
        read(file, &mut contents, &mut told);
        let (found, silences) = shape(file);
        within.extend(silences.then_some(file.name.as_str()));
        if !found.is_empty() {
            problems.retain(|problem| problem.file != file.name || !schema::replaces(&problem.reason));
        }
        problems.extend(found);
    }
    let Contents { rules, correlations, .. } = &contents;
    for read in rules {
        let is_part = within.contains(read.file.name.as_str());
        let mut faults = fields::unknown(&read.content, &mapping);
        faults.extend(condition::faults(&read.content, &|name| fields::is_single(&read.content, name, &mapping)));
        if !is_part {
            faults.extend(missing(&Words::of_rule(&read.content)));
            faults.extend(rows(read, &read.content.custom_attributes, &known));
        }
        problems.extend(faults.iter().map(|fault| read.reject(fault)));
    }
    for read in correlations {
        let mut faults = correlation::faults(&read.content, &|name| unknown_to(name, &read.content, rules, &mapping));
        if !is_part_of_another(read, correlations) {
            faults.extend(missing(&Words::of_correlation(&read.content)));
            faults.extend(rows(read, &read.content.custom_attributes, &known));
        }
        problems.extend(faults.iter().map(|fault| read.reject(fault)));
    }
    if let Some(records) = records {
        // What serves a foothold is tried with it, in whole histories.
        let footholds: BTreeSet<&str> = contents.footholds.iter().map(|read| read.file.name.as_str()).collect();
        let read = rules.iter().map(|read| read.file).chain(correlations.iter().map(|read| read.file));
        let read = read.filter(|file| !footholds.contains(file.name.as_str()));
        problems.extend(read.filter_map(|file| untested(file, records)));
    }
    problems.sort();
    problems.dedup();
    Checked { rules: linked.loaded.len(), problems }
}

/// Whether another correlation of the same file builds on this one.
fn is_part_of_another(read: &Read<'_, CorrelationRule>, all: &[Read<'_, CorrelationRule>]) -> bool {
    let own = [&read.content.id, &read.content.name];
    let beside = all.iter().filter(|other| other.file.name == read.file.name);
    beside.flat_map(|other| &other.content.rules).any(|name| own.iter().any(|own| own.as_ref() == Some(name)))
}

/// What differs from Sigma's schema in the documents of a file, and whether a correlation among them silences the rules.
fn shape(file: &File) -> (Vec<RuleRejection>, bool) {
    let (mut found, mut silences) = (Vec::new(), false);
    for document in document::split(&file.text) {
        let Ok(tree) = document.tree() else { continue };
        silences |= schema::silences(&tree);
        found.extend(schema::faults(&tree).into_iter().map(|fault| RuleRejection {
            file: file.name.clone(),
            line: document.find(&fault.anchor),
            reason: fault.reason,
        }));
    }
    (found, silences)
}

/// What people read of a rule or a correlation.
struct Words<'a> {
    id: Option<&'a String>,
    level: Option<rsigma_parser::Level>,
    description: Option<&'a String>,
    falsepositives: &'a [String],
    references: &'a [String],
    tags: &'a [String],
}

impl<'a> Words<'a> {
    fn of_rule(rule: &'a SigmaRule) -> Self {
        Self {
            id: rule.id.as_ref(),
            level: rule.level,
            description: rule.description.as_ref(),
            falsepositives: &rule.falsepositives,
            references: &rule.references,
            tags: &rule.tags,
        }
    }

    fn of_correlation(rule: &'a CorrelationRule) -> Self {
        Self {
            id: rule.id.as_ref(),
            level: rule.level,
            description: rule.description.as_ref(),
            falsepositives: &rule.falsepositives,
            references: &rule.references,
            tags: &rule.tags,
        }
    }
}

fn missing(words: &Words<'_>) -> Vec<Fault> {
    // What is only for the record, such as a defender's act, need not be a technique.
    let attack = words.level == Some(rsigma_parser::Level::Informational)
        || words.tags.iter().any(|tag| tag.starts_with("attack.t"));
    [
        (words.id.is_some(), "no id; add a random UUID"),
        (words.level.is_some(), "no level; add informational, low, medium, high or critical"),
        (words.description.is_some(), "no description; say what it finds and why that matters"),
        (!words.falsepositives.is_empty(), "no falsepositives; say which honest acts look the same"),
        (!words.references.is_empty(), "no references; say where the knowledge comes from"),
        (attack, "no ATT&CK technique among the tags; add one such as attack.t1114.003"),
    ]
    .into_iter()
    .filter(|(present, _)| !present)
    .map(|(_, reason)| Fault::at(&[], reason))
    .collect()
}

/// What is wrong with the rows of the matrix that a rule names. A rule of the pack must name one.
fn rows<T, V: Serialize>(read: &Read<'_, T>, attributes: &HashMap<String, V>, known: &BTreeSet<&str>) -> Vec<Fault> {
    let stated = super::matrix::stated(attributes);
    let unknown = stated.iter().filter(|id| !known.contains(id.as_str()));
    let mut faults: Vec<Fault> = unknown
        .map(|id| {
            let hint = match nearest(id, known.iter().copied()) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => "`speur rules matrix` lists them".to_owned(),
            };
            Fault::at(&[ATTRIBUTE, "matrix", id], format!("\"{id}\" is no row of the detection matrix; {hint}"))
        })
        .collect();
    faults.extend(super::matrix::strangers(attributes).into_iter().map(|key| {
        let keys = super::matrix::KEYS.join(", ");
        Fault::at(&[ATTRIBUTE, &key], format!("\"{key}\" says nothing to this program; expected one of {keys}"))
    }));
    if stated.is_empty() && attributes.contains_key(ATTRIBUTE) {
        faults.push(Fault::at(&[ATTRIBUTE], format!("{ATTRIBUTE} names no rows; expected matrix: [CO-01]")));
    } else if stated.is_empty() && read.file.name.starts_with("pack:") {
        faults.push(Fault::at(&[], format!("no row of the detection matrix; add {ATTRIBUTE}: {{matrix: [CO-01]}}")));
    }
    faults
}

/// Why a field by which a correlation groups or counts is none: no rule that it counts knows it.
fn unknown_to(name: &str, rule: &CorrelationRule, rules: &[Read<'_, SigmaRule>], mapping: &Mapping) -> Option<String> {
    let is_meant = |read: &&Read<'_, SigmaRule>| {
        rule.rules
            .iter()
            .any(|named| [&read.content.id, &read.content.name].into_iter().flatten().any(|id| id == named))
    };
    let known = fields::Known::new(mapping);
    let mut counted = rules.iter().filter(is_meant).map(|read| &read.content).peekable();
    let is_known = match counted.peek() {
        None => known.has(name, false),
        Some(_) => counted.any(|counted| known.has(name, mapping.is_lenient(counted))),
    };
    (!is_known).then(|| known.reason(name))
}

/// Whether the rules of a file have no records of their own, and which are missing.
fn untested(file: &File, records: &Path) -> Option<RuleRejection> {
    let stem = super::stem(&file.name);
    let folder = records.join(stem);
    let has = |name: &str| folder.join(format!("{name}.jsonl")).is_file() || folder.join(name).is_dir();
    let lacking: Vec<&str> = ["hit", "miss"].into_iter().filter(|name| !has(name)).collect();
    let wanted = lacking.iter().map(|name| format!("{name}.jsonl or {name}/")).collect::<Vec<_>>().join(" and ");
    let reason = format!("no records that it must {} in {}; add {wanted}", lacking.join(" or "), folder.display());
    (!lacking.is_empty()).then(|| RuleRejection { file: file.name.clone(), line: 1, reason })
}

/// The known name that is closest to `name`, if it is close enough to be meant.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (name.chars().count() / 3).clamp(1, 3);
    let folded = name.to_lowercase();
    known
        .map(|candidate| (distance(&folded, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Letters to insert, delete, replace or swap with their neighbour to turn one word into the other.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let same = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (last[j - 1] + same).min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}
