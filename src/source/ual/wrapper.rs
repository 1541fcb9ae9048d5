//! The export's wrapper around `AuditData`: opened where `AuditData` is whole, kept as the record where it is not.

use super::flat;
use crate::source::text::{Object, hash, kind, object};
use crate::source::{Decoded, Wrapper, moment};
use memchr::memmem::Finder;
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};
use std::sync::LazyLock;

/// The wrapper's columns, borrowed; empty where the export has none.
#[derive(Debug, Default, Clone, Copy)]
pub(in crate::source) struct Outer<'a> {
    pub(in crate::source) id: &'a str,
    pub(in crate::source) time: &'a str,
    pub(in crate::source) user: &'a str,
    pub(in crate::source) operation: &'a str,
    pub(in crate::source) record_type: &'a str,
    pub(in crate::source) tenant: &'a str,
}

/// How PowerShell prints a nested value that it does not write as JSON.
static PRINTED: LazyLock<[Finder<'static>; 2]> = LazyLock::new(|| [Finder::new("\"@{"), Finder::new("\"System.")]);

impl Outer<'_> {
    /// The columns, owned.
    pub(in crate::source) fn wrapper(&self) -> Wrapper {
        Wrapper {
            id: self.id.trim().to_owned(),
            time: self.time.trim().to_owned(),
            user: self.user.trim().to_owned(),
            operation: self.operation.to_owned(),
            record_type: self.record_type.trim().to_owned(),
            tenant: self.tenant.trim().to_owned(),
        }
    }

    /// Who, what and when; without them a row without `AuditData` is no evidence.
    fn suffices(&self) -> Result<(), String> {
        for (name, text) in [("user", self.user), ("operation", self.operation), ("creation date", self.time)] {
            if text.trim().is_empty() {
                return Err(format!("the row has no {name} either"));
            }
        }
        // Whether day or month comes first is not decided here, but where the time is read.
        match moment::reading(self.time) {
            Some(_) => Ok(()),
            None => Err(format!("the creation date {:?} of the row is no readable time", self.time)),
        }
    }

    fn rebuilt(&self) -> String {
        let mut record = Object::new();
        record.some_text("CreationTime", self.time.trim());
        record.some_text("Id", self.id.trim());
        record.text("Operation", self.operation);
        record.some_text("OrganizationId", self.tenant.trim());
        let kind = self.record_type.trim();
        match kind.parse::<u16>() {
            Ok(number) => record.raw("RecordType", &number.to_string()),
            Err(_) => record.some_text("RecordType", kind),
        }
        record.text("UserId", self.user.trim());
        record.finish()
    }
}

/// Opens `AuditData` that stands as JSON text in a column or a member.
pub(in crate::source) fn open(text: &str, outer: &Outer<'_>) -> Result<Decoded, String> {
    if text.trim().is_empty() {
        return keep("AuditData is empty", "", outer);
    }
    match object(text) {
        Ok(record) => Ok(opened(record, text, outer)),
        Err(reason) => keep(&format!("AuditData is not whole JSON: {reason}"), text, outer),
    }
}

/// Opens `AuditData` that is a JSON value: an object, or its JSON text.
pub(in crate::source) fn open_value(value: Option<&Value>, outer: &Outer<'_>) -> Result<Decoded, String> {
    let Some(value) = value else { return keep("AuditData is missing", "", outer) };
    if let Some(text) = value.as_str() {
        return open(text, outer);
    }
    match value.as_object() {
        Some(members) if !members.is_empty() => {
            let text = sonic_rs::to_string(value).map_err(|e| format!("AuditData cannot be written as JSON: {e}"))?;
            Ok(opened(value.clone(), &text, outer))
        }
        Some(_) => keep("AuditData is empty", "", outer),
        None => keep(&format!("AuditData is {}, not an object", kind(value)), "", outer),
    }
}

fn opened(record: Value, text: &str, outer: &Outer<'_>) -> Decoded {
    let mut wrapper = outer.wrapper();
    // ConvertTo-Json prints what lies deeper than it was told to go.
    let printed = PRINTED.iter().any(|form| form.find(text.as_bytes()).is_some());
    let degraded = if printed { flat::loss(&flat::printed(&record)) } else { String::new() };
    if !degraded.is_empty() && record.get("CreationTime").is_some() {
        // The record's own time still stands.
        wrapper.time.clear();
    }
    Decoded { record, content: hash(text), wrapper, degraded }
}

fn keep(why: &str, damaged: &str, outer: &Outer<'_>) -> Result<Decoded, String> {
    outer.suffices().map_err(|lack| format!("{why}, and {lack}; expected AuditData as one JSON object"))?;
    let text = outer.rebuilt();
    let content = if damaged.is_empty() { hash(&text) } else { hash(&format!("{text}{damaged}")) };
    let record = object(&text)?;
    let degraded = format!("{why}; the event is read from the columns around it");
    Ok(Decoded { record, content, wrapper: outer.wrapper(), degraded })
}
