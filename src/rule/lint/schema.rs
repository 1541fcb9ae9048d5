//! The shape that Sigma's schema asks of a document: keys, types, allowed values.
//!
//! <https://github.com/SigmaHQ/sigma-specification/tree/main/json-schema>

use super::nearest;
use crate::rule::document::Fault;
use crate::rule::matrix::ATTRIBUTE;
use serde_json::{Map, Value};

/// Keys that every kind of document may have.
const SHARED: &[&str] = &[
    "title",
    "id",
    "name",
    "related",
    "taxonomy",
    "status",
    "description",
    "license",
    "author",
    "references",
    "date",
    "modified",
    "fields",
    "falsepositives",
    "level",
    "tags",
    "scope",
    "action",
    "sigma-version",
    "custom_attributes",
    ATTRIBUTE,
];
const STATUS: &[&str] = &["stable", "test", "experimental", "deprecated", "unsupported"];
const LEVEL: &[&str] = &["informational", "low", "medium", "high", "critical"];
const RELATION: &[&str] = &["derived", "obsolete", "merged", "renamed", "similar"];
const LOGSOURCE: &[&str] = &["category", "product", "service", "definition"];
const CORRELATION: &[&str] =
    &["type", "rules", "group-by", "timespan", "condition", "aliases", "generate", "window", "gap"];
const TYPE: &[&str] = &[
    "event_count",
    "value_count",
    "temporal",
    "temporal_ordered",
    "value_sum",
    "value_avg",
    "value_percentile",
    "value_median",
];
const COMPARISON: &[&str] = &["gt", "gte", "lt", "lte", "eq", "neq", "field", "percentile"];

/// How loading says that a document has not the shape, in less detail.
const PARSER: &[&str] = &[
    "missing required field",
    "invalid level",
    "invalid status",
    "invalid correlation rule",
    "related[",
    "no mapping for logsource product \"\"",
];

/// Whether the schema says the same, and more of it.
pub(super) fn replaces(reason: &str) -> bool {
    PARSER.iter().any(|start| reason.starts_with(start))
}

/// Everything in which a document differs from the schema.
pub(super) fn faults(tree: &Value) -> Vec<Fault> {
    let Some(root) = tree.as_object() else { return Vec::new() };
    let mut check = Check { faults: Vec::new() };
    let kind =
        ["correlation", "filter", "foothold"].into_iter().find(|kind| root.contains_key(*kind)).unwrap_or("detection");
    check.keys(root, kind);
    if !root.contains_key("action") {
        check.required(root, kind);
    }
    check.shared(root);
    if let Some(Value::Object(logsource)) = root.get("logsource") {
        check.known(&["logsource"], logsource, LOGSOURCE);
    }
    if let Some(Value::Object(correlation)) = root.get("correlation") {
        check.correlation(correlation);
    }
    check.faults
}

/// Whether the document is a foothold, or a correlation, whose rules find nothing by themselves.
pub(super) fn silences(tree: &Value) -> bool {
    if tree.get("foothold").is_some() {
        return true;
    }
    let correlation = tree.get("correlation");
    let speaks = |section: &Value| section.get("generate") == Some(&Value::Bool(true));
    correlation.is_some_and(|correlation| !speaks(tree) && !speaks(correlation))
}

struct Check {
    faults: Vec<Fault>,
}

impl Check {
    fn tell(&mut self, anchor: &[&str], reason: impl Into<String>) {
        self.faults.push(Fault::at(anchor, reason));
    }

    /// Sigma allows keys of one's own at the top, so only what looks like a slip is told.
    fn keys(&mut self, root: &Map<String, Value>, kind: &str) {
        let own: &[&str] = match kind {
            "correlation" => &["correlation", "generate"],
            "filter" => &["filter", "logsource"],
            "foothold" => &["foothold"],
            _ => &["detection", "logsource"],
        };
        let known = || SHARED.iter().chain(own).copied();
        for key in root.keys().filter(|key| !known().any(|known| known == key.as_str())) {
            if let Some(near) = nearest(key, known()) {
                self.tell(&[key], format!("unknown key \"{key}\"; did you mean \"{near}\"?"));
            }
        }
    }

    fn required(&mut self, root: &Map<String, Value>, kind: &str) {
        let wanted: &[&str] =
            if ["correlation", "foothold"].contains(&kind) { &["title", kind] } else { &["title", "logsource", kind] };
        for key in wanted.iter().filter(|key| !root.contains_key(**key)) {
            self.tell(&[], format!("no {key}; Sigma requires it"));
        }
        let condition = |section: &Map<String, Value>| section.contains_key("condition");
        if let Some(Value::Object(section)) = root.get(kind).filter(|_| !["correlation", "foothold"].contains(&kind)) {
            if !condition(section) {
                self.tell(&[kind], format!("no condition in {kind}; say which selections must hold"));
            }
            if kind == "filter" && !section.contains_key("rules") {
                self.tell(&[kind], "no rules in filter; give the ids or names of those it is for, or any");
            }
        }
    }

    fn shared(&mut self, root: &Map<String, Value>) {
        for key in ["title", "description", "author", "license", "taxonomy", "name"] {
            if root.get(key).is_some_and(|value| !value.is_string()) {
                self.tell(&[key], format!("{key} is not text"));
            }
        }
        if root.get("title").and_then(Value::as_str).is_some_and(|title| title.chars().count() > 256) {
            self.tell(&["title"], "the title is longer than 256 characters");
        }
        for key in ["references", "falsepositives", "tags", "fields", "scope"] {
            let texts = |value: &Value| value.as_array().is_some_and(|list| list.iter().all(Value::is_string));
            if root.get(key).is_some_and(|value| !texts(value)) {
                self.tell(&[key], format!("{key} is no list of texts"));
            }
        }
        self.allowed(&["status"], root.get("status"), STATUS);
        self.allowed(&["level"], root.get("level"), LEVEL);
        for key in ["date", "modified"] {
            if root.get(key).is_some_and(|value| !value.as_str().is_some_and(is_date)) {
                self.tell(&[key], format!("{key} is no date; expected one such as 2026-01-31"));
            }
        }
        if root.get("id").is_some_and(|id| !id.as_str().is_some_and(is_uuid)) {
            self.tell(&["id"], "the id is no UUID; expected a random one, version 4");
        }
        for tag in root.get("tags").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            if !is_tag(tag) {
                self.tell(&["tags", tag], format!("tag \"{tag}\" is not in the form namespace.name, lower case"));
            }
        }
        for related in root.get("related").and_then(Value::as_array).into_iter().flatten() {
            for key in ["id", "type"] {
                if !related.get(key).is_some_and(Value::is_string) {
                    self.tell(&["related"], format!("a related rule has no {key}"));
                }
            }
            self.allowed(&["related", "type"], related.get("type"), RELATION);
        }
    }

    fn correlation(&mut self, correlation: &Map<String, Value>) {
        self.known(&["correlation"], correlation, CORRELATION);
        for key in ["type", "rules", "timespan"].iter().filter(|key| !correlation.contains_key(**key)) {
            self.tell(&["correlation"], format!("no {key} in correlation; Sigma requires it"));
        }
        self.allowed(&["correlation", "type"], correlation.get("type"), TYPE);
        if let Some(Value::Object(condition)) = correlation.get("condition") {
            self.known(&["correlation", "condition"], condition, COMPARISON);
        }
    }

    /// Tells keys that Sigma does not define in a section that has no room for others.
    fn known(&mut self, section: &[&str], found: &Map<String, Value>, known: &[&str]) {
        for key in found.keys().filter(|key| !known.contains(&key.as_str())) {
            let hint = match nearest(key, known.iter().copied()) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => format!("expected {}", known.join(", ")),
            };
            let place = section.join(" ");
            self.tell(&[section, &[key]].concat(), format!("unknown key \"{key}\" in {place}; {hint}"));
        }
    }

    fn allowed(&mut self, anchor: &[&str], found: Option<&Value>, allowed: &[&str]) {
        let Some(found) = found else { return };
        if found.as_str().is_some_and(|text| allowed.contains(&text)) {
            return;
        }
        let (key, text) = (anchor.last().copied().unwrap_or_default(), found.as_str().unwrap_or("no text"));
        let hint = match nearest(text, allowed.iter().copied()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("expected {}", allowed.join(", ")),
        };
        self.tell(anchor, format!("unknown {key} \"{text}\"; {hint}"));
    }
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
        && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn is_tag(text: &str) -> bool {
    let part = |text: &str, more: &str| {
        !text.is_empty()
            && text
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c) || more.contains(c))
    };
    text.split_once('.').is_some_and(|(namespace, name)| part(namespace, "") && part(name, "."))
}
