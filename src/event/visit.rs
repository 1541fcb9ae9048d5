//! A record's own fields by path or by name, and every leaf of it.

use super::{Record, Scalar, Visit, open_json};
use crate::field::Part;
use sonic_rs::{JsonContainerTrait, JsonType, JsonValueTrait, Value};
use std::fmt::{self, Write as _};
use std::ops::ControlFlow;

impl fmt::Display for Scalar<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(truth) => truth.fmt(f),
            Self::Int(number) => number.fmt(f),
            Self::Float(number) => number.fmt(f),
            Self::Str(text) => f.write_str(text),
        }
    }
}

impl Scalar<'_> {
    /// Writes the value behind those that stand in `list` already, which `;` parts; null is no value.
    pub fn append(self, list: &mut String) {
        if self == Self::Null {
            return;
        }
        if !list.is_empty() {
            list.push(';');
        }
        // Writing to a text does not fail.
        let _ = write!(list, "{self}");
    }
}

/// A value that is neither a list nor an object.
pub fn scalar(value: &Value) -> Option<Scalar<'_>> {
    Some(match value.get_type() {
        JsonType::Null => Scalar::Null,
        JsonType::Boolean => Scalar::Bool(value.as_bool()?),
        JsonType::Number => match value.as_i64() {
            Some(int) => Scalar::Int(int),
            None => Scalar::Float(value.as_f64()?),
        },
        JsonType::String => Scalar::Str(value.as_str()?),
        JsonType::Array | JsonType::Object => return None,
    })
}

fn visit_value(value: &Value, visit: &mut Visit<'_>) -> ControlFlow<()> {
    if let Some(leaf) = scalar(value) {
        return visit(leaf);
    }
    if let Some(items) = value.as_array()
        && !items.iter().any(|item| item.is_object() || item.is_array())
    {
        return items.iter().filter_map(scalar).try_for_each(visit);
    }
    match sonic_rs::to_string(value) {
        Ok(text) => visit(Scalar::Str(&text)),
        Err(_) => ControlFlow::Continue(()),
    }
}

/// Gives what stands at a path of the record.
pub(super) fn visit_member(record: &Record<'_>, path: &[Box<str>], visit: &mut Visit<'_>) -> ControlFlow<()> {
    record.enter(path).map_or(ControlFlow::Continue(()), |(inner, rest)| visit_path(inner, rest, visit))
}

fn visit_path(value: &Value, path: &[Box<str>], visit: &mut Visit<'_>) -> ControlFlow<()> {
    let Some((first, rest)) = path.split_first() else { return visit_value(value, visit) };
    if let Some(items) = value.as_array() {
        return items.iter().try_for_each(|item| visit_path(item, path, visit));
    }
    match value.get(first.as_ref()) {
        Some(inner) => visit_path(inner, rest, visit),
        None => ControlFlow::Continue(()),
    }
}

pub(super) fn visit_leaves(value: &Value, visit: &mut Visit<'_>) -> ControlFlow<()> {
    if let Some(leaf) = scalar(value) {
        return visit(leaf);
    }
    if let Some(items) = value.as_array() {
        return items.iter().try_for_each(|item| visit_leaves(item, visit));
    }
    match value.as_object() {
        Some(object) => object.iter().try_for_each(|(_, inner)| visit_leaves(inner, visit)),
        None => ControlFlow::Continue(()),
    }
}

/// Finds the members of a Name/Value collection whose name is `name`, and gives the wanted part.
///
/// A modified property that is JSON text of texts is given as it stands, and opened. A `name` that goes on after a member's own name (`RuleActions.ActionType`) looks inside its value.
pub(super) fn visit_named(
    record: &Record<'_>,
    collection: &[Box<str>],
    name: &str,
    part: Part,
    visit: &mut Visit<'_>,
) -> ControlFlow<()> {
    let properties = collection.last().is_some_and(|name| name.eq_ignore_ascii_case("ModifiedProperties"));
    record.named(collection, &mut |(found, member)| {
        let Some(rest) = name.strip_prefix(found) else { return ControlFlow::Continue(()) };
        let Some(value) = first_of(member, part.keys()) else { return ControlFlow::Continue(()) };
        if rest.is_empty() {
            visit_value(value, visit)?;
            if properties { visit_opened(value, visit) } else { ControlFlow::Continue(()) }
        } else {
            rest.strip_prefix('.').map_or(ControlFlow::Continue(()), |inner| visit_inner(value, inner, visit))
        }
    })
}

/// The value under the first of these keys that the object has; of a key that repeats the first counts.
pub(super) fn first_of<'a>(object: &'a Value, keys: &[&str]) -> Option<&'a Value> {
    let mut best = (usize::MAX, None);
    for (key, value) in object.as_object().into_iter().flat_map(|object| object.iter()) {
        if let Some(rank) = keys.iter().position(|known| *known == key)
            && rank < best.0
        {
            best = (rank, Some(value));
        }
    }
    best.1
}

/// Gives the text in a value that is JSON text of a text, or the texts of a list of them: `"Member"` and
/// `["Member"]`, as the directory audit prints a property, hold `Member` too.
fn visit_opened(value: &Value, visit: &mut Visit<'_>) -> ControlFlow<()> {
    let Some(text) = value.as_str().map(str::trim) else { return ControlFlow::Continue(()) };
    if !(text.starts_with('"') || text.starts_with('[') && text.contains('"')) {
        return ControlFlow::Continue(());
    }
    let Ok(opened) = open_json(text) else { return ControlFlow::Continue(()) };
    if let Some(inner) = opened.as_str() {
        return visit(Scalar::Str(inner));
    }
    let items = opened.as_array().into_iter().flat_map(|items| items.iter());
    items.filter_map(|item| item.as_str()).try_for_each(|inner| visit(Scalar::Str(inner)))
}

/// Looks below a member's value, which may be JSON text (`RuleActions`) or JSON proper.
fn visit_inner(value: &Value, path: &str, visit: &mut Visit<'_>) -> ControlFlow<()> {
    let path: Vec<Box<str>> = path.split('.').map(Into::into).collect();
    match value.as_str() {
        Some(text) => match open_json(text) {
            Ok(opened) => visit_path(&opened, &path, visit),
            Err(_) => ControlFlow::Continue(()),
        },
        None => visit_path(value, &path, visit),
    }
}

/// Walks to a collection through objects and lists and gives each of its members.
pub(super) fn members<'a>(
    value: &'a Value,
    path: &[Box<str>],
    each: &mut dyn FnMut(&'a Value) -> ControlFlow<()>,
) -> ControlFlow<()> {
    if let Some(items) = value.as_array() {
        return items.iter().try_for_each(|item| members(item, path, each));
    }
    let Some((first, rest)) = path.split_first() else { return each(value) };
    value.get(first.as_ref()).map_or(ControlFlow::Continue(()), |inner| members(inner, rest, each))
}
