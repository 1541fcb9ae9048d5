//! `diag-settings`: Azure Monitor diagnostic records; sign-ins and directory audit become
//! Graph-shaped, other categories stay as they are.

use super::text::{Object, integer, object, string};
use super::{
    Decoded, FileContext, Proof, Shape, Signature, Source, azure_activity, directory, json_record, risk, signin,
};
use crate::event::Event;
use crate::input::Data;
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};

const NAME: &str = "diag-settings";

pub(super) const SOURCE: Source = Source {
    name: NAME,
    title: "Azure Monitor diagnostic settings, JSON and NDJSON (Entra sign-in and audit logs, risk reports, Azure activity)",
    recognised_by: "keys time and operationName or category; or eventTime or eventTimestamp, category and properties",
    signature: Signature {
        csv: &[],
        json: &[
            Shape::needs(&["time", "operationName|operationname|category"]).usual(&["resourceId", "properties"]),
            Shape::needs(&["eventTime|eventTimestamp", "category", "properties"]),
        ],
    },
    proof: Proof::Records,
    csv: None,
    json: Some(matches),
    decode,
    view,
};

fn matches(record: &Value) -> bool {
    let has = |key: &str| record.get(key).is_some();
    let named = has("operationName") || has("operationname");
    (has("time") && (named || has("category")))
        || ((has("eventTime") || has("eventTimestamp"))
            && record.get("category").is_some_and(JsonValueTrait::is_str)
            && record.get("properties").is_some_and(JsonValueTrait::is_object))
}

/// A member of the wrapper, whose keys some exporters write in lower case.
fn outer<'a>(record: &'a Value, key: &str) -> Option<&'a Value> {
    record.get(key).or_else(|| record.get(key.to_ascii_lowercase().as_str()))
}

fn is_sign_in(record: &Value) -> bool {
    let category = string(record.get("category"));
    category.len() >= 10 && category.to_ascii_lowercase().ends_with("signinlogs")
}

/// Whether a record is of the Entra directory audit, in its wrapper or out of it.
fn is_directory(record: &Value) -> bool {
    let inner = record.get("properties").filter(sonic_rs::JsonValueTrait::is_object).unwrap_or(record);
    let has = |key: &str| inner.get(key).is_some();
    !is_sign_in(record)
        && (string(record.get("category")) == "AuditLogs"
            || has("initiatedBy")
            || has("loggedByService")
            || has("activityDisplayName"))
}

fn decode(data: Data<'_>, _: &FileContext) -> Result<Decoded, String> {
    let (record, content) = json_record(data)?;
    if risk::is_category(string(record.get("category"))) {
        return risk::of_diagnostic(&record);
    }
    if is_directory(&record) {
        return directory::decoded(object(&directory_audit(&record))?, content);
    }
    let record = if is_sign_in(&record) { object(&sign_in(&record))? } else { record };
    Ok(Decoded::whole(record, content))
}

fn view<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    let record = &decoded.record;
    if is_sign_in(record) {
        signin::view(decoded, context, NAME)
    } else if risk::is_category(string(record.get("category"))) {
        risk::view_as(decoded, context, NAME)
    } else if is_directory(record) {
        directory::view(decoded, context, NAME)
    } else {
        azure_activity::view_as(decoded, context, NAME)
    }
}

/// Members of a record's `properties`, and of the wrapper where those are silent.
struct Opened<'a> {
    record: &'a Value,
    properties: Option<&'a Value>,
}

impl<'a> Opened<'a> {
    fn new(record: &'a Value) -> Self {
        Self { record, properties: record.get("properties").filter(sonic_rs::JsonValueTrait::is_object) }
    }

    fn lacks(&self, key: &str) -> bool {
        self.properties.and_then(|p| p.get(key)).is_none_or(JsonValueTrait::is_null)
    }

    /// The members of `properties`, then those of the wrapper that it lacks and `special` did not write.
    fn merged(&self, special: impl Fn(&mut Object, &str, &Value) -> bool) -> Object {
        let mut out = Object::new();
        for (key, value) in self.properties.and_then(|p| p.as_object()).into_iter().flat_map(|o| o.iter()) {
            // A null would stand before what the wrapper knows better, and the first of two equal keys counts.
            if !value.is_null() {
                out.value(key, value);
            }
        }
        for (key, value) in self.record.as_object().into_iter().flat_map(|o| o.iter()) {
            let name = restored(key);
            if name == "resourceId" {
                // Here it is the tenant's log, in Graph the resource signed in to.
                out.value("diagnosticResourceId", value);
                continue;
            }
            if key == "properties" || !self.lacks(name) || (name != key && self.record.get(name).is_some()) {
                continue;
            }
            if !special(&mut out, name, value) {
                out.value(name, value);
            }
        }
        out
    }

    fn time(&self) -> &'a str {
        let times = ["time", "eventTime", "eventTimestamp"].iter().map(|key| string(self.record.get(*key)));
        times.into_iter().find(|text| !text.is_empty()).unwrap_or_default()
    }
}

fn sign_in(record: &Value) -> String {
    let opened = Opened::new(record);
    let mut out = opened.merged(|out, name, value| match (name, value.as_str()) {
        ("location", Some("")) => true,
        ("location", Some(country)) => {
            let mut location = Object::new();
            location.text("countryOrRegion", country);
            out.raw("location", &location.finish());
            true
        }
        _ => false,
    });
    if opened.lacks("status")
        && let Some(code) = code(record)
    {
        let mut status = Object::new();
        status.raw("errorCode", &code.to_string());
        status.some_text("failureReason", string(outer(record, "resultDescription")));
        out.raw("status", &status.finish());
    }
    if opened.lacks("createdDateTime") {
        out.some_text("createdDateTime", opened.time());
    }
    if opened.lacks("ipAddress") {
        out.some_text("ipAddress", string(outer(record, "callerIpAddress")));
    }
    out.finish()
}

fn directory_audit(record: &Value) -> String {
    let opened = Opened::new(record);
    let mut out = opened.merged(|_, _, _| false);
    if opened.lacks("activityDateTime") && record.get("activityDateTime").is_none() {
        out.some_text("activityDateTime", opened.time());
    }
    if opened.lacks("activityDisplayName") && record.get("activityDisplayName").is_none() {
        out.some_text("activityDisplayName", string(outer(record, "operationName")));
    }
    out.finish()
}

fn code(record: &Value) -> Option<i64> {
    let value = outer(record, "resultType");
    integer(value).or_else(|| string(value).eq_ignore_ascii_case("success").then_some(0))
}

/// Microsoft's spelling of a wrapper key that came in lower case.
fn restored(key: &str) -> &str {
    static KEYS: &[&str] = &[
        "callerIpAddress",
        "correlationId",
        "durationMs",
        "operationName",
        "operationVersion",
        "resourceId",
        "resultDescription",
        "resultSignature",
        "resultType",
        "tenantId",
    ];
    KEYS.iter().find(|known| known.eq_ignore_ascii_case(key)).copied().unwrap_or(key)
}
