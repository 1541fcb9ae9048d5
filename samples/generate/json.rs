//! JSON text whose members keep the order in which Microsoft writes them.

use std::fmt::Write as _;

/// A JSON value.
#[derive(Debug, Clone)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Json>),
    Map(Vec<(String, Json)>),
}

/// Writes an object: `map! { "Name": value, … }`, members in that order.
#[macro_export]
macro_rules! map {
    ($($key:literal : $value:expr),* $(,)?) => {
        $crate::json::Json::Map(vec![$(($key.to_string(), $crate::json::Json::from($value))),*])
    };
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Json {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Json {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for Json {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<Vec<Json>> for Json {
    fn from(items: Vec<Json>) -> Self {
        Self::List(items)
    }
}

/// A list of `{"Name": …, "Value": …}`, Microsoft's way to write named values.
pub(crate) fn named(pairs: &[(&str, &str)]) -> Json {
    Json::List(pairs.iter().map(|(name, value)| map! { "Name": *name, "Value": *value }).collect())
}

impl Json {
    /// A number of things.
    pub(crate) fn count(number: usize) -> Self {
        Self::Int(i64::try_from(number).unwrap_or(i64::MAX))
    }

    /// Adds members behind those of an object; anything else is left alone.
    pub(crate) fn with(mut self, more: Json) -> Self {
        if let (Self::Map(members), Self::Map(more)) = (&mut self, more) {
            members.extend(more);
        }
        self
    }

    /// The members of an object whose names are in `names`, in their own order.
    pub(crate) fn only(&self, names: &[&str]) -> Self {
        match self {
            Self::Map(members) => {
                Self::Map(members.iter().filter(|(name, _)| names.contains(&name.as_str())).cloned().collect())
            }
            other => other.clone(),
        }
    }

    /// The text on one line, without spaces.
    pub(crate) fn compact(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, None, 0);
        out
    }

    /// The text over several lines with `line_end`, two spaces a level.
    pub(crate) fn pretty(&self, line_end: &str) -> String {
        let mut out = String::new();
        self.write(&mut out, Some(line_end), 0);
        out
    }

    fn write(&self, out: &mut String, line_end: Option<&str>, depth: usize) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Int(value) => out.push_str(&value.to_string()),
            Self::Float(value) => out.push_str(&value.to_string()),
            Self::Text(text) => quote(text, out),
            Self::List(items) => {
                enclose(out, ('[', ']'), items.len(), line_end, depth, |out, n| {
                    items[n].write(out, line_end, depth + 1);
                });
            }
            Self::Map(members) => {
                enclose(out, ('{', '}'), members.len(), line_end, depth, |out, n| {
                    quote(&members[n].0, out);
                    out.push_str(if line_end.is_some() { ": " } else { ":" });
                    members[n].1.write(out, line_end, depth + 1);
                });
            }
        }
    }
}

fn enclose(
    out: &mut String,
    (open, close): (char, char),
    count: usize,
    line_end: Option<&str>,
    depth: usize,
    mut item: impl FnMut(&mut String, usize),
) {
    out.push(open);
    for n in 0..count {
        if n > 0 {
            out.push(',');
        }
        if let Some(end) = line_end {
            out.push_str(end);
            out.push_str(&"  ".repeat(depth + 1));
        }
        item(out, n);
    }
    if let (Some(end), true) = (line_end, count > 0) {
        out.push_str(end);
        out.push_str(&"  ".repeat(depth));
    }
    out.push(close);
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if u32::from(c) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
