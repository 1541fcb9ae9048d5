//! A row of a snapshot to a record under Microsoft's names, its joined lists as lists.

use super::kind::Kind;
use crate::input::Header;
use crate::source::text::{Object, string};
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};

/// The kind of a row, its record as JSON text, and why it is incomplete.
type Read = Result<(&'static Kind, String, Vec<String>), String>;

/// A record in the making.
struct Record {
    kind: &'static Kind,
    object: Object,
    taken: Vec<String>,
    degraded: Vec<String>,
}

impl Record {
    fn new(kind: &'static Kind) -> Self {
        Self { kind, object: Object::new(), taken: Vec::new(), degraded: Vec::new() }
    }

    /// Microsoft's name for a column; the column's own where that is taken, with a number where that is too.
    fn name(&mut self, found: &str, key: &str) -> String {
        let found = found.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        let wanted = [self.kind.canonical(found), found, key];
        let free = |name: &str| !self.taken.iter().any(|taken| taken == name);
        let numbered = || (2..=self.taken.len() + 2).map(|number| format!("{found}#{number}")).find(|name| free(name));
        let name = wanted.into_iter().find(|name| free(name)).map(str::to_owned).or_else(numbered);
        let name = name.unwrap_or_else(|| key.to_owned());
        self.taken.push(name.clone());
        name
    }

    fn text(&mut self, name: &str, text: &str) {
        if is_type_name(text) {
            self.degraded.push(format!("the exporter wrote {} instead of the values of {name}", text.trim()));
        }
        match self.kind.separator(name) {
            Some(separator) => {
                // PowerShell prints a set in braces.
                let inner = text.trim();
                let inner = inner.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(inner);
                let items: Vec<&str> = inner.split(separator).map(str::trim).filter(|item| !item.is_empty()).collect();
                self.object.raw(name, &sonic_rs::to_string(&items).unwrap_or_else(|_| "[]".to_owned()));
            }
            None => self.object.text(name, text),
        }
    }

    fn finish(self) -> Read {
        if self.object.is_empty() {
            return Err(format!("found an empty row, expected {}", self.kind.noun));
        }
        Ok((self.kind, self.object.finish(), self.degraded))
    }
}

/// The record of a CSV row; empty cells are left out.
pub(super) fn of_row(kind: &'static Kind, header: &Header, fields: &[&str]) -> Read {
    let mut record = Record::new(kind);
    for ((found, key), text) in header.names.iter().zip(&header.keys).zip(fields) {
        if !text.trim().is_empty() {
            let name = record.name(found, key);
            record.text(&name, text);
        }
    }
    record.finish()
}

/// The record of a JSON object; members without a value are left out.
pub(super) fn of_object(kind: &'static Kind, found: &Value) -> Read {
    let mut record = Record::new(kind);
    for (key, value) in found.as_object().into_iter().flat_map(|object| object.iter()) {
        let empty = value.as_array().is_some_and(sonic_rs::Array::is_empty);
        if value.is_null() || value.as_str() == Some("") || empty {
            continue;
        }
        let name = record.name(key, key);
        match value.as_str() {
            Some(text) => record.text(&name, text),
            None => record.object.value(&name, value),
        }
    }
    for (from, to) in kind.names.iter().filter(|(from, _)| from.contains('.')) {
        let path: Vec<&str> = from.split('.').collect();
        let mut leaves = Vec::new();
        below(found, &path, &mut leaves);
        if let (Some(leaf), false) = (leaves.first(), record.taken.iter().any(|taken| taken == to)) {
            record.taken.push((*to).to_owned());
            if leaves.len() == 1 && leaf.as_str().is_none() {
                record.object.value(to, leaf);
            } else {
                let texts: Vec<&str> = leaves.iter().map(|leaf| string(Some(leaf))).collect();
                record.object.raw(to, &sonic_rs::to_string(&texts).unwrap_or_else(|_| "[]".to_owned()));
            }
        }
    }
    record.finish()
}

/// The leaves that a path leads to, through lists.
fn below<'a>(value: &'a Value, path: &[&str], leaves: &mut Vec<&'a Value>) {
    if let Some(items) = value.as_array() {
        items.iter().for_each(|item| below(item, path, leaves));
        return;
    }
    match path.split_first() {
        Some((first, rest)) => {
            let object = value.as_object().into_iter().flat_map(|object| object.iter());
            let inner = object.filter(|(key, _)| key.eq_ignore_ascii_case(first));
            inner.for_each(|(_, inner)| below(inner, rest, leaves));
        }
        None if value.is_null() || value.as_str() == Some("") => {}
        None => leaves.push(value),
    }
}

/// Whether a cell holds the name of a .NET type, which is what is left of nested values in a CSV export.
fn is_type_name(text: &str) -> bool {
    let text = text.trim();
    let known = ["System.Object[]", "System.String[]", "System.Collections.", "Microsoft.Graph.PowerShell.Models."];
    known.iter().any(|start| text.starts_with(start)) && !text.contains(' ')
}
