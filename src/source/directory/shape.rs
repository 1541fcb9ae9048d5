//! Directory audit records of the exports to the one shape of Graph.

use crate::source::Decoded;
use crate::source::text::{Object, is_flattened, kind, object, opened};
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};

/// Members that Graph nests and some exporters write as JSON text.
static NESTED: &[&str] = &["initiatedBy", "targetResources", "additionalDetails"];

/// Whether a member of a record is one that Graph nests.
pub(in crate::source) fn is_nested(key: &str) -> bool {
    NESTED.contains(&key)
}

/// A Graph-shaped record whose nested members are opened where they stand as JSON text, and told where they cannot be.
pub(in crate::source) fn decoded(record: Value, content: u128) -> Result<Decoded, String> {
    let record = if NESTED.iter().any(|key| record.get(*key).is_some_and(JsonValueTrait::is_str)) {
        let mut out = Object::new();
        for (key, value) in record.as_object().into_iter().flat_map(|o| o.iter()) {
            match value.as_str().filter(|_| is_nested(key)).and_then(opened) {
                Some(json) => out.raw(key, &json),
                None => out.value(key, value),
            }
        }
        object(&out.finish())?
    } else {
        record
    };
    let unread: Vec<String> = NESTED
        .iter()
        .filter_map(|key| Some((key, record.get(*key)?)))
        .filter(|(_, value)| !(value.is_object() || value.is_array() || value.is_null()))
        .map(|(key, value)| match value.as_str() {
            Some(text) if is_flattened(text) => format!("{key} holds the name of a type"),
            Some("") => format!("{key} is empty"),
            Some(_) => format!("{key} is text that is no JSON"),
            None => format!("{key} is {}", kind(value)),
        })
        .collect();
    let degraded = if unread.is_empty() {
        String::new()
    } else {
        format!("{}; the record is read without what they held", unread.join(", "))
    };
    Ok(Decoded { record, content, degraded, ..Decoded::default() })
}

/// Members of an object, in order.
pub(in crate::source) type Members<'a> = Vec<(&'static str, &'a str)>;

/// Flat cells of a directory audit row, nested as Graph nests them.
#[derive(Debug, Default)]
pub(in crate::source) struct Flat<'a> {
    /// Members of the record itself, in order.
    pub(in crate::source) record: Members<'a>,
    /// Whether an application acted.
    pub(in crate::source) by_app: bool,
    /// Members of the acting user or application.
    pub(in crate::source) actor: Members<'a>,
    /// Members of each target, and name, old and new value of each of its properties.
    pub(in crate::source) targets: Vec<(Members<'a>, Vec<[&'a str; 3]>)>,
    /// Key and value of each further detail.
    pub(in crate::source) details: Vec<[&'a str; 2]>,
}

impl Flat<'_> {
    /// The JSON text of the record.
    pub(in crate::source) fn finish(&self) -> String {
        let mut record = members(&self.record);
        let actor = members(&self.actor);
        if !actor.is_empty() {
            let mut by = Object::new();
            by.raw(if self.by_app { "app" } else { "user" }, &actor.finish());
            record.raw("initiatedBy", &by.finish());
        }
        let targets = self.targets.iter().map(|(target, changes)| {
            let mut target = members(target);
            target.raw("modifiedProperties", &list(changes.iter().map(change)));
            target.finish()
        });
        record.raw("targetResources", &list(targets));
        let details = self.details.iter().map(|[key, value]| {
            let mut detail = Object::new();
            detail.text("key", key);
            detail.text("value", value);
            detail.finish()
        });
        record.raw("additionalDetails", &list(details));
        record.finish()
    }
}

fn members(pairs: &[(&str, &str)]) -> Object {
    let mut object = Object::new();
    for (key, text) in pairs {
        object.some_text(key, text);
    }
    object
}

/// An empty cell is Graph's null: what it prints for an empty text is not empty.
fn change([name, old, new]: &[&str; 3]) -> String {
    let mut change = Object::new();
    change.text("displayName", name);
    for (key, text) in [("oldValue", old), ("newValue", new)] {
        if text.is_empty() {
            change.raw(key, "null");
        } else {
            change.text(key, text);
        }
    }
    change.finish()
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}
