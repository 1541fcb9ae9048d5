//! Fields that no record has.

use super::nearest;
use crate::field::{CATALOGUE, COLLECTIONS, Core, FACTS, FactKind, Field};
use crate::rule::compile;
use crate::rule::document::Fault;
use crate::rule::mapping::Mapping;
use rsigma_parser::{Detection, SigmaRule};
use std::collections::BTreeSet;

/// First keys of the records, one a line.
static KEYS: &str = include_str!("../../../rules/mapping/keys.txt");

/// The names that mean something.
pub(super) struct Known<'a> {
    names: BTreeSet<&'a str>,
    folded: BTreeSet<String>,
}

impl<'a> Known<'a> {
    /// The catalogue, the keys of records, and what the tables turn into those.
    pub(super) fn new(mapping: &'a Mapping) -> Self {
        let catalogue = CATALOGUE.iter().map(|entry| entry.name).chain(FACTS.iter().map(|entry| entry.name));
        let names: BTreeSet<&str> = catalogue.chain(KEYS.lines()).chain(mapping.names()).collect();
        let folded = names.iter().map(|name| name.to_lowercase()).collect();
        Self { names, folded }
    }

    /// Whether the name means something; `lenient` is for rules whose names are also tried in camelCase.
    pub(super) fn has(&self, name: &str, lenient: bool) -> bool {
        let first = name.split('.').next().unwrap_or(name);
        self.names.contains(name)
            || self.names.contains(first)
            || COLLECTIONS.iter().any(|collection| name.starts_with(collection))
            || (lenient && (self.folded.contains(&first.to_lowercase()) || first == "properties"))
    }

    /// That the name means nothing, and which was meant.
    pub(super) fn reason(&self, name: &str) -> String {
        let first = name.split('.').next().unwrap_or(name);
        let near = nearest(name, self.names.iter().copied()).or_else(|| nearest(first, self.names.iter().copied()));
        let hint = match near {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => "expected a name of `speur rules fields` or a key of the record".to_owned(),
        };
        format!("unknown field \"{name}\"; {hint}")
    }
}

/// The fields of a rule that mean nothing.
pub(super) fn unknown(rule: &SigmaRule, mapping: &Mapping) -> Vec<Fault> {
    let (known, lenient) = (Known::new(mapping), mapping.is_lenient(rule));
    let unknown = asked(rule).into_iter().filter(|(_, name)| !known.has(name, lenient));
    unknown.map(|(selection, name)| Fault::at(&["detection", &selection, &name], known.reason(&name))).collect()
}

/// The fields that a rule asks for, each with the selection that does.
pub(in crate::rule) fn asked(rule: &SigmaRule) -> BTreeSet<(String, String)> {
    let mut fields = BTreeSet::new();
    let named = rule.detection.named.iter();
    named.for_each(|(selection, detection)| collect(selection, detection, &mut fields));
    fields
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

/// Whether an event has one value of this field at most, whatever fields the name stands for in the words of the rule.
pub(super) fn is_single(rule: &SigmaRule, name: &str, mapping: &Mapping) -> bool {
    mapping.fields(rule, name).iter().all(|name| match compile::field(name) {
        Field::Core(core) => core != Core::ForeignRecipients,
        Field::Fact(fact) => fact.row().kind != FactKind::Text,
        Field::Path(_) | Field::Named { .. } => false,
    })
}
