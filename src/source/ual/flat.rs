//! `AuditData` that a tool spread over columns, back to a record: lists and Name/Value bags where they can be
//! restored, and a word on each nested value that was printed as the name of its type.

use crate::event::open_json;
use crate::source::text::{Object, hash, object};
use crate::source::{Decoded, Wrapper};
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};

/// Members that are lists. `ConvertTo-Json` writes a list of one as its only member.
static LISTS: &[&str] = &[
    "Actor",
    "AffectedItems",
    "DeviceProperties",
    "ExtendedProperties",
    "Folders",
    "ModifiedProperties",
    "OperationProperties",
    "Parameters",
    "Target",
];

/// Members that are numbers.
static NUMBERS: &[&str] = &[
    "AzureActiveDirectoryEventType",
    "ErrorNumber",
    "InternalLogonType",
    "LogonType",
    "OperationCount",
    "RecordType",
    "UserType",
    "Version",
];

/// Whether a text is what PowerShell prints in place of a nested value: `System.Object[]`, `@{Name=…}`.
pub(in crate::source) fn is_printed(text: &str) -> bool {
    let text = text.trim();
    (text.starts_with("System.") && !text.contains(' ')) || (text.starts_with("@{") && text.ends_with('}'))
}

/// Where a record holds printed values instead of nested ones, as paths of keys, each once.
pub(in crate::source) fn printed(record: &Value) -> Vec<String> {
    fn walk(value: &Value, path: &str, found: &mut Vec<String>) {
        if value.as_str().is_some_and(is_printed) {
            if !found.iter().any(|known| known == path) {
                found.push(path.to_owned());
            }
        } else if let Some(items) = value.as_array() {
            items.iter().for_each(|item| walk(item, path, found));
        } else if let Some(members) = value.as_object() {
            for (key, inner) in members {
                let below = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
                walk(inner, &below, found);
            }
        }
    }
    let mut found = Vec::new();
    walk(record, "", &mut found);
    found
}

/// What an event says of nested values that were printed.
pub(in crate::source) fn loss(names: &[String]) -> String {
    if names.is_empty() { String::new() } else { format!("nested values were not exported: {}", names.join(", ")) }
}

/// A record in the making.
#[derive(Debug)]
pub(in crate::source) struct Flat {
    record: Object,
    lost: Vec<String>,
}

impl Flat {
    /// An empty record.
    pub(in crate::source) fn new() -> Self {
        Self { record: Object::new(), lost: Vec::new() }
    }

    /// Adds a cell below a key in Microsoft's spelling; an empty one is left out.
    pub(in crate::source) fn add(&mut self, key: &str, cell: &str) {
        let text = cell.trim();
        if text.is_empty() || key.is_empty() {
            return;
        }
        if key == "AppAccessContext"
            && let Some(context) = members(text)
        {
            return self.record.raw(key, &context);
        }
        if matches!(key, "Actor" | "Target")
            && let Some(list) = identities(text)
        {
            return self.record.raw(key, &list);
        }
        if is_printed(text) {
            self.lost.push(key.to_owned());
        }
        let nested = text.starts_with(['[', '{']) && open_json(text).is_ok();
        match text.parse::<i64>() {
            Ok(number) if NUMBERS.contains(&key) => self.record.raw(key, &number.to_string()),
            _ if nested && text.starts_with('{') && LISTS.contains(&key) => self.record.raw(key, &format!("[{text}]")),
            _ if nested => self.record.raw(key, text),
            _ => self.record.text(key, cell),
        }
        if nested {
            let inner = open_json(text).map(|value| printed(&value)).unwrap_or_default();
            self.lost.extend(inner.iter().map(|path| format!("{key}.{path}").trim_end_matches('.').to_owned()));
        }
    }

    /// Adds a JSON member; a text counts as a cell.
    pub(in crate::source) fn value(&mut self, key: &str, value: &Value) {
        match value.as_str() {
            Some(text) => self.add(key, text),
            None if value.is_null() => {}
            None => {
                self.lost.extend(printed(value).iter().map(|path| format!("{key}.{path}")));
                if value.is_object() && LISTS.contains(&key) {
                    self.record.raw(key, &format!("[{}]", sonic_rs::to_string(value).unwrap_or_default()));
                } else {
                    self.record.value(key, value);
                }
            }
        }
    }

    /// Adds a list of Name/Value pairs, unless it is empty.
    pub(in crate::source) fn bag(&mut self, key: &str, pairs: &[(String, String)]) {
        let items: Vec<String> = pairs
            .iter()
            .map(|(name, value)| {
                let mut item = Object::new();
                item.text("Name", name);
                item.text("Value", value);
                item.finish()
            })
            .collect();
        if !items.is_empty() {
            self.record.raw(key, &format!("[{}]", items.join(",")));
        }
    }

    /// Adds an object of texts, unless all of them are empty.
    pub(in crate::source) fn object(&mut self, key: &str, pairs: &[(&str, &str)]) {
        let mut inner = Object::new();
        for (name, value) in pairs {
            inner.some_text(name, value.trim());
        }
        if !inner.is_empty() {
            self.record.raw(key, &inner.finish());
        }
    }

    /// The record; `why` is what else it lacks.
    ///
    /// # Errors
    /// Nothing was added.
    pub(in crate::source) fn finish(self, wrapper: Wrapper, why: &str) -> Result<Decoded, String> {
        if self.record.is_empty() {
            return Err("found an empty row, expected the columns of AuditData".to_owned());
        }
        let text = self.record.finish();
        let record = object(&text)?;
        let degraded = match (loss(&self.lost), why) {
            (lost, "") => lost,
            (lost, why) if lost.is_empty() => why.to_owned(),
            (lost, why) => format!("{why}; {lost}"),
        };
        Ok(Decoded { content: hash(&text), record, wrapper, degraded })
    }
}

/// `@{Name=Value; Name=Value}` as a JSON object; only for values that hold no semicolon and nothing nested.
fn members(text: &str) -> Option<String> {
    let inner = text.strip_prefix("@{")?.strip_suffix('}')?;
    let mut found = Object::new();
    for part in inner.split(';') {
        let (name, value) = part.trim().split_once('=')?;
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return None;
        }
        found.some_text(name, value);
    }
    (!found.is_empty()).then(|| found.finish())
}

/// `ID:Type,ID:Type`, as hawk prints Actor and Target. An ID may hold a colon itself.
fn identities(text: &str) -> Option<String> {
    let mut list = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        // The type ends an item: a colon, digits, and a comma or the end.
        let (at, end) = rest.match_indices(':').find_map(|(at, _)| {
            let digits = rest.get(at + 1..)?.bytes().take_while(u8::is_ascii_digit).count();
            let end = at + 1 + digits;
            let stops = end == rest.len() || rest.as_bytes().get(end) == Some(&b',');
            (digits > 0 && digits < 4 && stops).then_some((at, end))
        })?;
        let mut item = Object::new();
        item.text("ID", rest.get(..at)?);
        item.raw("Type", &rest.get(at + 1..end)?.parse::<u16>().ok()?.to_string());
        list.push(item.finish());
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    (!list.is_empty()).then(|| format!("[{}]", list.join(",")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(cells: &[(&str, &str)]) -> (String, String) {
        let mut flat = Flat::new();
        for (key, cell) in cells {
            flat.add(key, cell);
        }
        let decoded = flat.finish(Wrapper::default(), "").unwrap();
        (sonic_rs::to_string(&decoded.record).unwrap(), decoded.degraded)
    }

    #[test]
    fn what_can_be_restored_is() {
        for (key, cell, expected, lost) in [
            ("RecordType", "8", r#"{"RecordType":8}"#, ""),
            ("Target", r#"{"ID":"a","Type":5}"#, r#"{"Target":[{"ID":"a","Type":5}]}"#, ""),
            (
                "Actor",
                "a@b.example:5,User_x:2",
                r#"{"Actor":[{"ID":"a@b.example","Type":5},{"ID":"User_x","Type":2}]}"#,
                "",
            ),
            ("Actor", "i:0h.f|x:5", r#"{"Actor":[{"ID":"i:0h.f|x","Type":5}]}"#, ""),
            (
                "AppAccessContext",
                "@{AADSessionId=s; CorrelationId=; UniqueTokenId=t}",
                r#"{"AppAccessContext":{"AADSessionId":"s","UniqueTokenId":"t"}}"#,
                "",
            ),
            ("Item", "@{Id=x; Subject=a; b}", r#"{"Item":"@{Id=x; Subject=a; b}"}"#, "Item"),
            ("Parameters", "System.Object[]", r#"{"Parameters":"System.Object[]"}"#, "Parameters"),
            (
                "Folders",
                r#"{"Id":"x","FolderItems":"@{Id=y}"}"#,
                r#"{"Folders":[{"Id":"x","FolderItems":"@{Id=y}"}]}"#,
                "Folders.FolderItems",
            ),
            ("Subject", "System. is down", r#"{"Subject":"System. is down"}"#, ""),
        ] {
            let lost = if lost.is_empty() { String::new() } else { format!("nested values were not exported: {lost}") };
            assert_eq!(flat(&[(key, cell)]), (expected.to_owned(), lost), "{key}");
        }
    }
}
