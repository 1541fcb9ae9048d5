//! Texts for people and for rules: operation names made equal, details cut to length, JSON objects rewritten.

use crate::event::open_json;
use crate::input::Data;
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};
use std::borrow::Cow;

/// Most characters of a detail.
const DETAIL: usize = 2_000;

/// An operation name as rules know it: trimmed, without the trailing full stop, every dash as ` - `.
///
/// Windows PowerShell 5.1 writes a `?` for the en dash that Entra prints.
pub(super) fn operation(found: &str) -> Cow<'_, str> {
    let trimmed = found.trim();
    let trimmed = trimmed.strip_suffix('.').unwrap_or(trimmed).trim_end();
    if trimmed.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Cow::Borrowed(trimmed);
    }
    let plain = trimmed.is_ascii() && !trimmed.contains("  ") && !trimmed.contains(" ? ");
    if plain && !trimmed.bytes().any(|b| b.is_ascii_control()) {
        return Cow::Borrowed(trimmed);
    }
    let dashed = trimmed.replace(" ? ", " - ").replace(['\u{2013}', '\u{2014}'], " - ").replace('\u{fffd}', " - ");
    Cow::Owned(dashed.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The text of a value, or an empty text when it is none.
pub(super) fn string(value: Option<&Value>) -> &str {
    value.and_then(|v| v.as_str()).unwrap_or_default()
}

/// The text of a value that may be text, number or truth value; empty for null and for nothing.
pub(super) fn scalar(value: Option<&Value>) -> Cow<'_, str> {
    let Some(value) = value else { return Cow::Borrowed("") };
    if let Some(text) = value.as_str() {
        return Cow::Borrowed(text);
    }
    if let Some(truth) = value.as_bool() {
        return Cow::Borrowed(if truth { "True" } else { "False" });
    }
    if value.is_null() {
        return Cow::Borrowed("");
    }
    Cow::Owned(sonic_rs::to_string(value).unwrap_or_default())
}

/// The whole number a value holds, as number or as text.
pub(super) fn integer(value: Option<&Value>) -> Option<i64> {
    let value = value?;
    value.as_i64().or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()))
}

/// The value at a path of keys.
pub(super) fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(value, |inner, key| inner.get(*key))
}

/// The first text of `texts` that is not empty.
pub(super) fn first<'a>(texts: &[&'a str]) -> &'a str {
    texts.iter().copied().find(|text| !text.is_empty()).unwrap_or_default()
}

/// Lower case, without a copy where it is that already.
pub(super) fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|b| b.is_ascii_uppercase() || !b.is_ascii()) {
        Cow::Owned(text.to_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

/// The name with its first letter in lower case.
pub(super) fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|c| c.to_ascii_lowercase()).into_iter().chain(letters).collect()
}

/// Collects `Name=Value; …` up to 2,000 characters.
#[derive(Debug, Default)]
pub(super) struct Detail {
    text: String,
    characters: usize,
    full: bool,
}

impl Detail {
    /// Adds `name=value`; a value that is not text is written as JSON.
    pub(super) fn pair(&mut self, name: &str, value: Option<&Value>) {
        if value.is_none() || self.full {
            return;
        }
        self.text_pair(name, &scalar(value));
    }

    /// Adds `name=value`.
    pub(super) fn text_pair(&mut self, name: &str, value: &str) {
        self.start();
        self.push(name);
        self.push("=");
        self.push(value);
    }

    /// Adds `name=value` unless the value is empty.
    pub(super) fn some_pair(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.text_pair(name, value);
        }
    }

    /// Adds `name: old -> new`.
    pub(super) fn change(&mut self, name: &str, old: &str, new: &str) {
        self.start();
        for part in [name, ": ", old, " -> ", new] {
            self.push(part);
        }
    }

    /// Adds a text of its own.
    pub(super) fn item(&mut self, text: &str) {
        if !text.is_empty() {
            self.start();
            self.push(text);
        }
    }

    /// The text, cut with ` …` where it was too long.
    pub(super) fn finish<'a>(self) -> Cow<'a, str> {
        if self.text.is_empty() { Cow::Borrowed("") } else { Cow::Owned(self.text) }
    }

    fn start(&mut self) {
        if self.text.is_empty() {
            // Most details fit: one allocation instead of one for every doubling.
            self.text.reserve(256);
        } else {
            self.push("; ");
        }
    }

    fn push(&mut self, text: &str) {
        if self.full {
            return;
        }
        let room = DETAIL - self.characters;
        // Bytes are never fewer than characters, so most texts need no count.
        if text.len() <= room {
            self.text.push_str(text);
            self.characters += text.len();
            return;
        }
        match text.char_indices().nth(room) {
            None => {
                self.text.push_str(text);
                self.characters += text.chars().count();
            }
            Some((end, _)) => {
                self.text.push_str(&text[..end]);
                self.text.push_str(" …");
                self.full = true;
            }
        }
    }
}

/// Writes a JSON object member by member, in the order given.
#[derive(Debug)]
pub(super) struct Object(String);

impl Object {
    /// An empty object.
    pub(super) fn new() -> Self {
        Self(String::from("{"))
    }

    fn key(&mut self, key: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0.push_str(&quote(key));
        self.0.push(':');
    }

    /// Adds a text.
    pub(super) fn text(&mut self, key: &str, value: &str) {
        self.key(key);
        self.0.push_str(&quote(value));
    }

    /// Adds a text unless it is empty.
    pub(super) fn some_text(&mut self, key: &str, value: &str) {
        if !value.is_empty() {
            self.text(key, value);
        }
    }

    /// Adds what is JSON already.
    pub(super) fn raw(&mut self, key: &str, json: &str) {
        self.key(key);
        self.0.push_str(json);
    }

    /// Adds a value.
    pub(super) fn value(&mut self, key: &str, value: &Value) {
        let json = sonic_rs::to_string(value).unwrap_or_else(|_| String::from("null"));
        self.raw(key, &json);
    }

    /// Whether nothing was added.
    pub(super) fn is_empty(&self) -> bool {
        self.0.len() == 1
    }

    /// The text of the object.
    pub(super) fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

fn quote(text: &str) -> String {
    sonic_rs::to_string(text).unwrap_or_else(|_| String::from("\"\""))
}

/// Parses JSON text that must be one object.
pub(super) fn object(text: &str) -> Result<Value, String> {
    match open_json(text)? {
        value if value.is_object() => Ok(value),
        value => Err(format!("found {}, expected a JSON object", kind(&value))),
    }
}

/// What a value is, for messages.
pub(super) fn kind(value: &Value) -> &'static str {
    match value.get_type() {
        sonic_rs::JsonType::Null => "null",
        sonic_rs::JsonType::Boolean => "a truth value",
        sonic_rs::JsonType::Number => "a number",
        sonic_rs::JsonType::String => "text",
        sonic_rs::JsonType::Array => "a list",
        sonic_rs::JsonType::Object => "an object",
    }
}

/// The first keys of a record, for messages.
pub(super) fn keys(value: &Value) -> String {
    let Some(object) = value.as_object() else { return kind(value).to_owned() };
    let names: Vec<&str> = object.iter().map(|(key, _)| key).take(8).collect();
    let more = if object.len() > names.len() { ", …" } else { "" };
    format!("{}{more}", names.join(", "))
}

/// A name that begins in capitals as Graph writes it: `IPAddress` to `ipAddress`, `AppId` to `appId`.
pub(super) fn graph_name(name: &str) -> String {
    if matches!(name, "RiskEventTypesV2" | "RiskEventTypes_V2") {
        return "riskEventTypes_v2".to_owned();
    }
    let upper = name.bytes().take_while(u8::is_ascii_uppercase).count();
    let all = name[upper..].bytes().all(|byte| !byte.is_ascii_lowercase());
    let lowered = if all { upper } else { upper.saturating_sub(1).max(1).min(upper) };
    format!("{}{}", name[..lowered].to_ascii_lowercase(), &name[lowered..])
}

/// The JSON text of a value with every key as Graph writes it; a key whose new name is taken stays.
pub(super) fn graph_names(value: &Value) -> String {
    if let Some(members) = value.as_object() {
        let mut out = Object::new();
        for (key, inner) in members {
            let renamed = graph_name(key);
            let free = renamed == key || value.get(renamed.as_str()).is_none();
            out.raw(if free { &renamed } else { key }, &graph_names(inner));
        }
        return out.finish();
    }
    if let Some(items) = value.as_array() {
        let items: Vec<String> = items.iter().map(graph_names).collect();
        return format!("[{}]", items.join(","));
    }
    sonic_rs::to_string(value).unwrap_or_else(|_| "null".to_owned())
}

/// The JSON of an object or list that stands as text, encoded once or, in text columns, twice.
pub(super) fn opened(text: &str) -> Option<Cow<'_, str>> {
    let text = text.trim();
    match text.as_bytes().first()? {
        b'{' | b'[' => open_json(text).is_ok().then_some(Cow::Borrowed(text)),
        b'"' => {
            let inner = open_json(text).ok()?;
            let inner = inner.as_str()?.trim();
            (inner.starts_with(['{', '[']) && open_json(inner).is_ok()).then(|| Cow::Owned(inner.to_owned()))
        }
        _ => None,
    }
}

/// Whether a cell holds what `Export-Csv` prints for a nested value: the name of its .NET type, or its members
/// in a form of their own.
pub(super) fn is_flattened(text: &str) -> bool {
    text.starts_with("Microsoft.Graph.")
        || text.starts_with("Microsoft.Open.")
        || text.starts_with("System.Collections.")
        || (text.starts_with("System.") && text.ends_with("[]"))
        || (text.starts_with("@{") && text.ends_with('}'))
}

/// A row as one object: a JSON record as it is, a CSV row as its cells that hold anything, by the names of
/// their columns; a cell with JSON in it is opened.
pub(super) fn members(data: Data<'_>) -> Result<Value, String> {
    let (header, fields) = match data {
        Data::Json(record) if record.is_object() => return Ok(record),
        Data::Json(record) => return Err(format!("found {}, expected a JSON object", kind(&record))),
        Data::Csv { header, fields } => (header, fields),
    };
    let mut record = Object::new();
    for (name, text) in header.names.iter().map(|name| name.trim()).zip(fields) {
        let text = text.trim();
        if text.is_empty() || name.is_empty() {
            continue;
        }
        if text.starts_with(['{', '[']) && open_json(text).is_ok() {
            record.raw(name, text);
        } else {
            record.text(name, text);
        }
    }
    if record.is_empty() {
        return Err("found an empty row, expected a record".to_owned());
    }
    object(&record.finish())
}

/// The text of a date. Windows PowerShell 5.1 writes one that it decorated as an object.
pub(super) fn date(value: Option<&Value>) -> &str {
    match value.and_then(|value| value.get("value")) {
        Some(inner) => string(Some(inner)),
        None => string(value),
    }
}

/// The members of a collection: of a list, of the list that PowerShell or XML keeps under `key` or `value`,
/// or the one that stands alone.
pub(super) fn items<'a>(value: &'a Value, key: &str) -> Vec<&'a Value> {
    if let Some(list) = value.as_array() {
        return list.iter().collect();
    }
    match value.get(key).or_else(|| value.get("value")) {
        Some(inner) => items(inner, key),
        None if value.is_object() => vec![value],
        None => Vec::new(),
    }
}

/// The columns that PowerShell adds to what it fetched from afar; they tell of the session that exported.
pub(super) fn is_session_column(key: &str) -> bool {
    ["PSComputerName", "RunspaceId", "PSShowComputerName", "PSSourceJobInstanceId", "IsValid", "ObjectState"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(key))
}

/// The 128-bit hash of a record's text.
pub(super) fn hash(text: &str) -> u128 {
    xxhash_rust::xxh3::xxh3_128(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_made_equal() {
        let dash = "Update application - Certificates and secrets management";
        for (found, expected) in [
            ("Consent to application.", "Consent to application"),
            ("Update application \u{2013} Certificates and secrets management ", dash),
            ("Update application ? Certificates and secrets management ", dash),
            ("Update application \u{2014} Certificates  and secrets management", dash),
            ("New-InboxRule", "New-InboxRule"),
            ("", ""),
        ] {
            assert_eq!(operation(found), expected, "{found}");
        }
        assert!(matches!(operation("Consent to application."), Cow::Borrowed(_)));
    }

    #[test]
    fn a_detail_is_cut_at_a_character() {
        let mut detail = Detail::default();
        detail.text_pair("Name", &"é".repeat(3_000));
        detail.text_pair("Other", "x");
        let text = detail.finish();
        assert_eq!(text.chars().count(), DETAIL + 2);
        assert!(text.ends_with("é …"), "{}", &text[text.len() - 20..]);
    }

    #[test]
    fn names_become_graphs() {
        for (found, expected) in [
            ("IPAddress", "ipAddress"),
            ("IPAddressFromResourceProvider", "ipAddressFromResourceProvider"),
            ("AppId", "appId"),
            ("Id", "id"),
            ("ID", "id"),
            ("id", "id"),
            ("AADTenantId", "aadTenantId"),
            ("A", "a"),
            ("", ""),
            ("Über", "Über"),
        ] {
            assert_eq!(graph_name(found), expected, "{found}");
        }
        let value = open_json(r#"{"Status":{"ErrorCode":0},"AppId":"a","appId":"b","L":[{"X":1}]}"#).unwrap();
        assert_eq!(graph_names(&value), r#"{"status":{"errorCode":0},"AppId":"a","appId":"b","l":[{"x":1}]}"#);
    }

    #[test]
    fn json_in_text_is_opened_once_or_twice() {
        assert_eq!(opened(r#" {"a":1} "#).as_deref(), Some(r#"{"a":1}"#));
        assert_eq!(opened(r#""[{\"a\":1}]""#).as_deref(), Some(r#"[{"a":1}]"#));
        for text in ["", "plain", "[External] an offer", r#""quoted""#, "{", r#""{""#] {
            assert_eq!(opened(text), None, "{text}");
        }
    }

    #[test]
    fn an_object_is_written_in_order_and_escaped() {
        let mut object = Object::new();
        object.text("b", "say \"x\"\r\n");
        object.raw("a", "1");
        assert_eq!(object.finish(), r#"{"b":"say \"x\"\r\n","a":1}"#);
    }
}
