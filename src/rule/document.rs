//! What is wrong with the shape of YAML documents, and on which line.

use super::split::has_content;
pub(super) use super::split::{Document, split};
use rsigma_parser::{parse_condition, parse_field_spec};
use serde_json::Value;

/// What is wrong with a rule, and the keys that lead to the place, outermost first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// Keys to search for in the text, one after the other.
    pub anchor: Vec<String>,
    /// What was found, what was expected, what to do.
    pub reason: String,
}

impl Fault {
    /// A fault at the place that `anchor` leads to.
    pub(super) fn at(anchor: &[&str], reason: impl Into<String>) -> Self {
        Self { anchor: anchor.iter().map(|key| (*key).to_owned()).collect(), reason: reason.into() }
    }

    /// The same fault, one level further out.
    pub(super) fn within(mut self, key: &str) -> Self {
        self.anchor.insert(0, key.to_owned());
        self
    }
}

/// What a YAML document is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Rule,
    Filter,
    Correlation,
    Foothold,
    Global,
    Reset,
    Repeat,
}

impl Document<'_> {
    /// The line of the file, from 1, that the anchor leads to; as far as it can be followed.
    pub(super) fn find(&self, anchor: &[String]) -> u64 {
        let lines: Vec<&str> = self.text.lines().collect();
        let mut found = lines.iter().position(|line| has_content(line)).unwrap_or(0);
        let mut from = 0;
        for wanted in anchor {
            let field = wanted.split('|').next().unwrap_or(wanted);
            let next = position(&lines, from, |line| key(line) == Some(wanted.as_str()))
                .or_else(|| position(&lines, from, |line| key(line).and_then(|k| k.split('|').next()) == Some(field)))
                .or_else(|| position(&lines, from, |line| line.contains(wanted.as_str())));
            if let Some(next) = next {
                found = next;
                from = next + 1;
            }
        }
        self.line + found as u64
    }

    /// Reads the document's shape.
    ///
    /// # Errors
    /// The line of the file and what the YAML reader says.
    pub(super) fn tree(&self) -> Result<Value, (u64, String)> {
        serde_saphyr::from_str::<Value>(self.text).map_err(|error| {
            let line = error.location().map_or(1, |location| location.line());
            let text = error.to_string();
            let reason = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
            (self.line + line.saturating_sub(1), format!("not valid YAML: {reason}"))
        })
    }
}

fn position(lines: &[&str], from: usize, wanted: impl Fn(&str) -> bool) -> Option<usize> {
    lines.iter().enumerate().skip(from).find(|(_, line)| wanted(line)).map(|(index, _)| index)
}

/// The mapping key on a line of block-style YAML.
fn key(line: &str) -> Option<&str> {
    let mut line = line.trim_start();
    while let Some(rest) = line.strip_prefix("- ") {
        line = rest.trim_start();
    }
    for quote in ['"', '\''] {
        if let Some(rest) = line.strip_prefix(quote) {
            let (key, after) = rest.split_once(quote)?;
            return after.trim_start().starts_with(':').then_some(key);
        }
    }
    let (key, after) = line.split_once(':')?;
    (after.is_empty() || after.starts_with([' ', '\t'])).then_some(key.trim_end())
}

/// What the document is for, and everything that is wrong with its shape.
pub(super) fn inspect(tree: &Value) -> Result<Kind, Fault> {
    let Some(root) = tree.as_object() else {
        return Err(Fault::at(&[], "found no mapping; expected a Sigma rule with title, logsource and detection"));
    };
    let kind = match root.get("action").map(Value::as_str) {
        Some(Some("global")) => Kind::Global,
        Some(Some("reset")) => return Ok(Kind::Reset),
        Some(Some("repeat")) => Kind::Repeat,
        Some(_) => return Err(Fault::at(&["action"], "unknown action; expected global, reset or repeat")),
        None if root.contains_key("correlation") => return Ok(Kind::Correlation),
        None if root.contains_key("foothold") => return Ok(Kind::Foothold),
        None if root.contains_key("filter") => Kind::Filter,
        None => Kind::Rule,
    };
    if let Some(logsource) = root.get("logsource") {
        let Some(parts) = logsource.as_object() else {
            return Err(Fault::at(&["logsource"], "logsource is no mapping; expected product and service"));
        };
        for (name, value) in parts {
            if !value.is_string() {
                return Err(Fault::at(&["logsource", name], format!("logsource {name} is not text")));
            }
        }
    }
    let section = if kind == Kind::Filter { "filter" } else { "detection" };
    match root.get(section) {
        Some(Value::Object(parts)) => {
            for (name, value) in parts {
                inspect_part(section, name, value).map_err(|fault| fault.within(name).within(section))?;
            }
        }
        Some(_) => {
            return Err(Fault::at(&[section], format!("{section} is no mapping; expected selections and a condition")));
        }
        None => {}
    }
    Ok(kind)
}

fn inspect_part(section: &str, name: &str, value: &Value) -> Result<(), Fault> {
    match (section, name) {
        ("filter", "rules") => Ok(()),
        (_, "timeframe") => {
            Err(Fault::at(&[], "timeframe needs a correlation; correlation rules are not evaluated in this version"))
        }
        (_, "condition") => {
            let conditions = value.as_array().map_or_else(|| vec![value], |list| list.iter().collect());
            for condition in conditions {
                let Some(text) = condition.as_str() else {
                    return Err(Fault::at(
                        &[],
                        "condition is not text; expected an expression such as selection and not filter",
                    ));
                };
                parse_condition(text).map_err(|_| Fault::at(&[], unreadable(text)))?;
            }
            Ok(())
        }
        _ => inspect_selection(value),
    }
}

fn unreadable(condition: &str) -> String {
    if condition.contains('|') {
        return format!("condition \"{condition}\" aggregates; correlation rules are not evaluated in this version");
    }
    format!("cannot read condition \"{condition}\"; expected selections joined with and, or, not, 1 of, all of")
}

fn inspect_selection(value: &Value) -> Result<(), Fault> {
    match value {
        Value::Object(fields) if fields.is_empty() => {
            Err(Fault::at(&[], "the selection is empty and would match everything"))
        }
        Value::Array(list) if list.is_empty() => Err(Fault::at(&[], "the selection is empty and would match nothing")),
        Value::Object(fields) => fields.iter().try_for_each(|(name, value)| inspect_field(name, value)),
        Value::Array(list) => list.iter().filter(|item| is_nested(item)).try_for_each(inspect_selection),
        _ => Ok(()),
    }
}

fn inspect_field(name: &str, value: &Value) -> Result<(), Fault> {
    if let Err(error) = parse_field_spec(name) {
        return Err(Fault::at(&[name], modifier_reason(name, &error.to_string())));
    }
    let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    if values.is_empty() {
        return Err(Fault::at(&[name], format!("\"{name}\" has an empty list; expected at least one value")));
    }
    if values.iter().any(is_nested) {
        return Err(Fault::at(
            &[name],
            format!("\"{name}\" holds a nested mapping or list; expected text, a number, true, false or null"),
        ));
    }
    Ok(())
}

fn is_nested(value: &Value) -> bool {
    value.is_object() || value.is_array()
}

fn modifier_reason(key: &str, error: &str) -> String {
    const KNOWN: &[&str] = &[
        "contains",
        "startswith",
        "endswith",
        "all",
        "base64",
        "base64offset",
        "wide",
        "utf16le",
        "utf16be",
        "utf16",
        "windash",
        "re",
        "i",
        "m",
        "s",
        "cidr",
        "cased",
        "exists",
        "expand",
        "fieldref",
        "gt",
        "gte",
        "lt",
        "lte",
        "neq",
        "minute",
        "hour",
        "day",
        "week",
        "month",
        "year",
    ];
    let unknown = key.split('|').skip(1).find(|modifier| !KNOWN.contains(modifier));
    match unknown {
        Some(found) => match super::lint::nearest(found, KNOWN.iter().copied()) {
            Some(near) => format!("unknown modifier \"{found}\"; did you mean \"{near}\"?"),
            None => format!("unknown modifier \"{found}\"; expected one of {}", KNOWN.join(", ")),
        },
        None => super::read::plain(error),
    }
}
