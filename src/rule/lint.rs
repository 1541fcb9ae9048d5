//! Rule files to advice: what loading refuses, and what a reader or an investigator would miss.

use super::Options;
use super::document::Fault;
use super::load::{self, Contents};
use super::mapping::Mapping;
use crate::coverage::RuleRejection;
use crate::field::{CATALOGUE, COLLECTIONS};
use rsigma_parser::{Detection, SigmaRule};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// First keys of the records, one a line.
static KEYS: &str = include_str!("../../rules/mapping/keys.txt");

/// What is wrong with the rules in a file or folder, sorted by file and line: everything loading would
/// refuse, then missing metadata and fields that no record has.
///
/// Placeholders are not resolved, so a rule that needs them is told as such.
pub fn check(path: &Path) -> Vec<RuleRejection> {
    let options = Options { paths: vec![path.to_owned()], ..Options::default() };
    let (_, mut found) = load::load(&options);
    let mut told = Vec::new();
    let files = load::files(&options, &mut told);
    let mapping = load::mapping(&mut told);
    let mut contents = Contents::default();
    for file in &files {
        load::read(file, &mut contents, &mut told);
    }
    for read in &contents.rules {
        let faults = missing(&read.content).into_iter().chain(unknown_fields(&read.content, &mapping));
        found.extend(faults.map(|fault| read.reject(&fault)));
    }
    found.sort();
    found.dedup();
    found
}

fn missing(rule: &SigmaRule) -> Vec<Fault> {
    // What is only for the record, such as a defender's act, need not be a technique.
    let attack = rule.level == Some(rsigma_parser::Level::Informational)
        || rule.tags.iter().any(|tag| tag.starts_with("attack.t"));
    [
        (rule.id.is_some(), "no id; add a random UUID"),
        (rule.level.is_some(), "no level; add informational, low, medium, high or critical"),
        (rule.description.is_some(), "no description; say what it finds and why that matters"),
        (!rule.falsepositives.is_empty(), "no falsepositives; say which honest acts look the same"),
        (!rule.references.is_empty(), "no references; say where the knowledge comes from"),
        (attack, "no ATT&CK technique among the tags; add one such as attack.t1114.003"),
    ]
    .into_iter()
    .filter(|(present, _)| !present)
    .map(|(_, reason)| Fault::at(&[], reason))
    .collect()
}

fn unknown_fields(rule: &SigmaRule, mapping: &Mapping) -> Vec<Fault> {
    let catalogue = CATALOGUE.iter().map(|entry| entry.name);
    let known: BTreeSet<&str> = catalogue.chain(KEYS.lines()).chain(mapping.names()).collect();
    let lenient = mapping.is_lenient(rule);
    let folded: BTreeSet<String> = known.iter().map(|name| name.to_lowercase()).collect();
    let is_known = |name: &str| {
        let first = name.split('.').next().unwrap_or(name);
        known.contains(name)
            || known.contains(first)
            || COLLECTIONS.iter().any(|collection| name.starts_with(collection))
            || (lenient && (folded.contains(&first.to_lowercase()) || first == "properties"))
    };
    let mut fields = BTreeSet::new();
    let named: BTreeMap<&String, &Detection> = rule.detection.named.iter().collect();
    for (selection, detection) in named {
        collect(selection, detection, &mut fields);
    }
    let unknown = fields.into_iter().filter(|(_, name)| !is_known(name));
    unknown
        .map(|(selection, name)| {
            let first = name.split('.').next().unwrap_or(&name).to_owned();
            let hint = match nearest(&first, known.iter().copied()) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => "expected a name of the field catalogue or a key of the record".to_owned(),
            };
            Fault::at(&["detection", &selection, &name], format!("unknown field \"{name}\"; {hint}"))
        })
        .collect()
}

fn collect(selection: &str, detection: &Detection, fields: &mut BTreeSet<(String, String)>) {
    match detection {
        Detection::AllOf(items) => {
            fields.extend(
                items.iter().filter_map(|item| item.field.name.clone()).map(|name| (selection.to_owned(), name)),
            );
        }
        Detection::AnyOf(list) | Detection::And(list) => list.iter().for_each(|part| collect(selection, part, fields)),
        Detection::ArrayMatch { .. } | Detection::Conditional { .. } | Detection::Keywords(_) => {}
    }
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
