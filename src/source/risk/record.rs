//! Risk reports of every export to one record with Graph's names.

use crate::event::open_json;
use crate::source::text::{Object, date, first, hash, is_session_column, lower_first, object, scalar, string};
use crate::source::{Decoded, Wrapper};
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};

/// A column name without the zone that the portal of Log Analytics adds to it.
pub(super) fn bare(name: &str) -> &str {
    let name = name.trim();
    name.get(..name.len().saturating_sub(6)).filter(|_| name.to_ascii_lowercase().ends_with(" [utc]")).unwrap_or(name)
}

/// A report as it came: JSON of Graph (camelCase), of PowerShell and of Log Analytics (`PascalCase`), or columns.
pub(super) fn of_report(found: &Value) -> Result<Decoded, String> {
    let mut record = Record::default();
    for (key, value) in found.as_object().into_iter().flat_map(|object| object.iter()) {
        record.add(key, value);
    }
    record.finish()
}

/// A report in the wrapper of diagnostic settings.
pub(in crate::source) fn of_diagnostic(found: &Value) -> Result<Decoded, String> {
    let mut record = Record::default();
    let properties = found.get("properties").and_then(|properties| properties.as_object());
    for (key, value) in properties.into_iter().flat_map(|object| object.iter()) {
        record.add(key, value);
    }
    let lacks =
        |key: &str| properties.is_none_or(|properties| properties.get(&key).is_none_or(JsonValueTrait::is_null));
    for key in ["category", "operationName", "tenantId"].into_iter().filter(|key| lacks(key)) {
        let inner = found.get(key).or_else(|| found.get(key.to_ascii_lowercase().as_str()));
        record.members.some_text(key, string(inner));
    }
    record.members.some_text("timeGenerated", string(found.get("time")));
    if lacks("ipAddress") {
        record.members.some_text("ipAddress", string(found.get("callerIpAddress")));
    }
    record.finish()
}

/// Collects members under Graph's names.
struct Record {
    members: Object,
    location: Object,
    lost: Vec<String>,
}

impl Default for Record {
    fn default() -> Self {
        Self { members: Object::new(), location: Object::new(), lost: Vec::new() }
    }
}

impl Record {
    fn add(&mut self, key: &str, value: &Value) {
        let key = bare(key);
        if value.is_null() || is_session_column(key) {
            return;
        }
        let text = string(Some(value)).trim();
        let type_name = text.starts_with("System.") || text.starts_with("Microsoft.");
        match key {
            // Members that a later version of the interface may add; PowerShell prints the type of the empty bag.
            "AdditionalProperties" if type_name => {}
            _ if type_name => self.lost.push(key.to_owned()),
            "City" => self.location.some_text("city", text),
            "State" => self.location.some_text("state", text),
            "CountryOrRegion" => self.location.some_text("countryOrRegion", text),
            "Location" | "location" => match open_object(value) {
                Some(opened) => self.members.value("location", &opened),
                None => self.location.some_text("countryOrRegion", text),
            },
            "AdditionalInfo" | "additionalInfo" => self.additional(value),
            "IPAddress" | "IpAddress" => self.members.text("ipAddress", text),
            "AADTenantId" => self.members.text("tenantId", text),
            // In Log Analytics this is the workspace, not the tenant.
            "TenantId" => self.members.text("workspaceId", text),
            _ if key.to_ascii_lowercase().ends_with("datetime") => {
                self.members.some_text(&lower_first(key), date(Some(value)));
            }
            _ => self.members.value(&lower_first(key), value),
        }
    }

    /// Opens the names and values kept as JSON text; what rules ask for becomes a member of its own.
    fn additional(&mut self, value: &Value) {
        let opened = match value.as_str() {
            Some(text) => open_json(text).ok(),
            None => Some(value.clone()),
        };
        let Some(opened) = opened.filter(JsonValueTrait::is_array) else {
            return self.members.value("additionalInfo", value);
        };
        for item in opened.as_array().into_iter().flat_map(|items| items.iter()) {
            let inner = item.get("Value").or_else(|| item.get("value"));
            match first(&[string(item.get("Key")), string(item.get("key"))]) {
                "userAgent" => self.members.some_text("userAgent", &scalar(inner)),
                "mitreTechniques" => self.members.some_text("mitreTechniques", &scalar(inner)),
                _ => {}
            }
        }
        self.members.value("additionalInfo", &opened);
    }

    fn finish(mut self) -> Result<Decoded, String> {
        if !self.location.is_empty() {
            self.members.raw("location", &self.location.finish());
        }
        if self.members.is_empty() {
            return Err("found an empty row, expected a risk report".to_owned());
        }
        let degraded = if self.lost.is_empty() {
            String::new()
        } else {
            format!("nested values were not exported: {}", self.lost.join(", "))
        };
        let text = self.members.finish();
        Ok(Decoded { record: object(&text)?, content: hash(&text), wrapper: Wrapper::default(), degraded })
    }
}

/// An object, or the object in a JSON text.
fn open_object(value: &Value) -> Option<Value> {
    match value.as_str() {
        Some(text) => object(text).ok(),
        None => value.is_object().then(|| value.clone()),
    }
}
