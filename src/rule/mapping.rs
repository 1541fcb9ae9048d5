//! A rule in Sigma's words to the same rule in the words of our records, by the tables in `rules/mapping`.

use super::document::Fault;
use crate::field;
use rsigma_parser::{ConditionExpr, Detection, DetectionItem, FieldSpec, Modifier, SigmaRule, SigmaString, SigmaValue};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The name of the selection that holds what the logsource asks of an event.
const LOGSOURCE: &str = "_logsource";

type Fields = BTreeMap<String, Vec<String>>;
type Values = BTreeMap<String, BTreeMap<String, Vec<Option<String>>>>;

/// One file of `rules/mapping`; its keys are explained in `rules/mapping/m365.yml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    product: String,
    #[serde(default)]
    fields: Fields,
    #[serde(default)]
    values: Values,
    sources: Vec<Source>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    services: Vec<String>,
    events: Fields,
    #[serde(default)]
    prefixes: Vec<String>,
    #[serde(default)]
    fields: Fields,
    #[serde(default)]
    values: Values,
}

/// All tables.
#[derive(Debug, Default)]
pub(super) struct Mapping {
    tables: Vec<Table>,
}

impl Mapping {
    /// Adds a table that is JSON already; says whether it could.
    pub(super) fn add_parsed(&mut self, json: &str) -> bool {
        serde_json::from_str(json).map(|table| self.tables.push(table)).is_ok()
    }

    /// Reads a table.
    ///
    /// # Errors
    /// Line and reason.
    pub(super) fn add(&mut self, text: &str) -> Result<(), (u64, String)> {
        let table = serde_saphyr::from_str::<Table>(text).map_err(|error| {
            let line = error.location().map_or(1, |location| location.line());
            (line, error.to_string().lines().next().unwrap_or_default().to_owned())
        })?;
        self.tables.push(table);
        Ok(())
    }

    /// The names of rules that the tables turn into something else.
    pub(super) fn names(&self) -> BTreeSet<&str> {
        let own = self.tables.iter().flat_map(|table| table.fields.keys());
        let theirs = self.tables.iter().flat_map(|table| &table.sources).flat_map(|source| source.fields.keys());
        own.chain(theirs).map(String::as_str).collect()
    }

    /// Whether names that no table lists are also tried in camelCase for this rule.
    pub(super) fn is_lenient(&self, rule: &SigmaRule) -> bool {
        self.source(rule).is_ok_and(|(_, source)| !source.prefixes.is_empty())
    }

    /// Whether some table knows the logsource.
    ///
    /// # Errors
    /// Which part of it is unknown, and what is known.
    pub(super) fn knows(&self, rule: &SigmaRule) -> Result<(), Fault> {
        self.source(rule).map(drop)
    }

    /// The fields that a name stands for in the words of this rule, best first.
    pub(super) fn fields(&self, rule: &SigmaRule, name: &str) -> Vec<String> {
        match self.source(rule) {
            Ok((table, source)) => Words { table, source }.names(name),
            Err(_) => vec![name.to_owned()],
        }
    }

    fn source(&self, rule: &SigmaRule) -> Result<(&Table, &Source), Fault> {
        let logsource = &rule.logsource;
        let given = |part: &Option<String>| part.clone().unwrap_or_default();
        let (product, service) = (given(&logsource.product), given(&logsource.service));
        if let Some(category) = &logsource.category {
            return Err(Fault::at(
                &["logsource", "category"],
                format!("no mapping for logsource category \"{category}\"; {}", self.known()),
            ));
        }
        let table = self.tables.iter().find(|table| table.product.eq_ignore_ascii_case(&product));
        let Some(table) = table else {
            return Err(Fault::at(
                &["logsource", "product"],
                format!("no mapping for logsource product \"{product}\"; {}", self.known()),
            ));
        };
        let source =
            table.sources.iter().find(|source| source.services.iter().any(|name| name.eq_ignore_ascii_case(&service)));
        source.map(|source| (table, source)).ok_or_else(|| {
            Fault::at(
                &["logsource", "service"],
                format!("no mapping for logsource service \"{service}\" of product \"{product}\"; {}", self.known()),
            )
        })
    }

    fn known(&self) -> String {
        let names = self.tables.iter().map(|table| {
            let services = table.sources.iter().flat_map(|source| &source.services).filter(|name| !name.is_empty());
            format!("{} ({})", table.product, services.map(String::as_str).collect::<Vec<_>>().join(", "))
        });
        format!("expected {}", names.collect::<Vec<_>>().join(" or "))
    }

    /// Renames the fields and adds what the logsource asks of an event.
    ///
    /// # Errors
    /// When no table knows the logsource.
    pub(super) fn apply(&self, rule: &mut SigmaRule) -> Result<(), Fault> {
        let (table, source) = self.source(rule)?;
        let words = Words { table, source };
        let named = std::mem::take(&mut rule.detection.named).into_iter();
        rule.detection.named = named.map(|(name, detection)| (name, words.detection(&detection))).collect();
        let events = source.events.iter().map(|(name, values)| DetectionItem {
            field: FieldSpec::new(Some(name.clone()), Vec::new()),
            values: values.iter().map(|value| SigmaValue::String(SigmaString::new(value))).collect(),
        });
        rule.detection.named.insert(LOGSOURCE.to_owned(), Detection::AllOf(events.collect()));
        let conditions = std::mem::take(&mut rule.detection.conditions);
        let is_source = ConditionExpr::Identifier(LOGSOURCE.to_owned());
        rule.detection.conditions = vec![ConditionExpr::And(vec![is_source, ConditionExpr::Or(conditions)])];
        Ok(())
    }
}

/// The words of one logsource.
struct Words<'a> {
    table: &'a Table,
    source: &'a Source,
}

impl Words<'_> {
    fn detection(&self, detection: &Detection) -> Detection {
        let each = |list: &[Detection]| list.iter().map(|part| self.detection(part)).collect();
        match detection {
            Detection::AllOf(items) => {
                let mut parts: Vec<Detection> = items.iter().map(|item| self.item(item)).collect();
                if parts.len() == 1 { parts.remove(0) } else { Detection::And(parts) }
            }
            Detection::AnyOf(list) => Detection::AnyOf(each(list)),
            Detection::And(list) => Detection::And(each(list)),
            other => other.clone(),
        }
    }

    /// Where the field means several, one match is enough, and a denial must hold for all of them.
    fn item(&self, item: &DetectionItem) -> Detection {
        let Some(name) = &item.field.name else { return Detection::AllOf(vec![item.clone()]) };
        let names = self.names(name);
        let values = self.values(name, item);
        let with = |name: &String, modifiers: Vec<Modifier>, values: Vec<SigmaValue>| DetectionItem {
            field: FieldSpec::new(Some(name.clone()), modifiers),
            values: self.reference(item, values),
        };
        let renamed = names.iter().map(|name| with(name, item.field.modifiers.clone(), values.clone()));
        let one = |item: DetectionItem| Detection::AllOf(vec![item]);
        let denies = item.field.has_modifier(Modifier::Neq);
        let absent = item.values == [SigmaValue::Null]
            || (item.field.has_modifier(Modifier::Exists) && item.values == [SigmaValue::Bool(false)]);
        if names.len() == 1 || (absent && !denies) {
            return Detection::AllOf(renamed.collect());
        }
        let any = Detection::AnyOf(renamed.map(one).collect());
        if !denies || absent {
            return any;
        }
        let or_absent = names.iter().map(|name| {
            let differs = with(name, item.field.modifiers.clone(), values.clone());
            Detection::AnyOf(vec![one(differs), one(with(name, Vec::new(), vec![SigmaValue::Null]))])
        });
        Detection::And(or_absent.chain([any]).collect())
    }

    /// The fields that a name of a rule stands for.
    fn names(&self, name: &str) -> Vec<String> {
        if let Some(names) = listed(&self.source.fields, name).or_else(|| listed(&self.table.fields, name)) {
            return names;
        }
        let mut names = vec![name.to_owned()];
        if !field::is_known(name) {
            let camel = camel_case(name.strip_prefix("properties.").unwrap_or(name));
            names.extend(self.source.prefixes.iter().map(|prefix| format!("{prefix}{camel}")));
        }
        let mut seen = BTreeSet::new();
        names.retain(|name| seen.insert(name.clone()));
        names
    }

    fn values(&self, name: &str, item: &DetectionItem) -> Vec<SigmaValue> {
        let meant = self.source.values.get(name).or_else(|| self.table.values.get(name));
        let whole = item.field.modifiers.iter().all(|modifier| matches!(modifier, Modifier::Neq | Modifier::Cased));
        let (Some(meant), true) = (meant, whole) else { return item.values.clone() };
        item.values
            .iter()
            .flat_map(|value| {
                let text = value.to_string();
                match meant.iter().find(|(word, _)| word.eq_ignore_ascii_case(&text)) {
                    Some((_, values)) => values.iter().map(|value| sigma_value(value.as_deref())).collect(),
                    None => vec![value.clone()],
                }
            })
            .collect()
    }

    /// The field that `fieldref` names is a name of a rule too; where it means several, any of them may be equal.
    fn reference(&self, item: &DetectionItem, values: Vec<SigmaValue>) -> Vec<SigmaValue> {
        if !item.field.has_modifier(Modifier::FieldRef) {
            return values;
        }
        let rename = |value: SigmaValue| match &value {
            SigmaValue::String(text) => {
                let names = text.as_plain().map(|name| self.names(&name)).unwrap_or_default();
                names.iter().map(|name| SigmaValue::String(SigmaString::new(name))).collect()
            }
            _ => vec![value],
        };
        values.into_iter().flat_map(rename).collect()
    }
}

/// What a table lists for a name, else for the longest `start.*` that it begins with.
fn listed(fields: &Fields, name: &str) -> Option<Vec<String>> {
    if let Some(names) = fields.get(name) {
        return Some(names.clone());
    }
    let starts = fields.iter().filter_map(|(key, names)| Some((name.strip_prefix(key.strip_suffix('*')?)?, names)));
    let (rest, names) = starts.filter(|(rest, _)| !rest.is_empty()).min_by_key(|(rest, _)| rest.len())?;
    Some(names.iter().map(|name| name.replace('*', rest)).collect())
}

fn sigma_value(value: Option<&str>) -> SigmaValue {
    value.map_or(SigmaValue::Null, |text| SigmaValue::String(SigmaString::new(text)))
}

/// `TargetResources.Type` to `targetResources.type`.
fn camel_case(name: &str) -> String {
    let lower = |part: &str| {
        let mut letters = part.chars();
        letters.next().map(|first| first.to_lowercase().chain(letters).collect::<String>()).unwrap_or_default()
    };
    name.split('.').map(lower).collect::<Vec<_>>().join(".")
}
