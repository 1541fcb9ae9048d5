//! `diag-settings`: Azure Monitor diagnostic records; sign-ins become Graph-shaped, other categories stay as they are.

mod directory;

use super::text::{Object, integer, object, string};
use super::{Decoded, FileContext, Proof, Shape, Signature, Source, azure_activity, json_record, signin};
use crate::event::Event;
use crate::input::Data;
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};

const NAME: &str = "diag-settings";

pub(super) const SOURCE: Source = Source {
    name: NAME,
    title: "Azure Monitor diagnostic settings, JSON and NDJSON (Entra sign-in and audit logs, Azure activity)",
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

fn decode(data: Data<'_>, _: &FileContext) -> Result<Decoded, String> {
    let (record, content) = json_record(data)?;
    let record = if is_sign_in(&record) { object(&graph_shaped(&record))? } else { record };
    Ok(Decoded::whole(record, content))
}

fn view<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    let record = &decoded.record;
    if is_sign_in(record) {
        return signin::view(decoded, context, NAME);
    }
    let properties = record.get("properties");
    let has = |key: &str| properties.is_some_and(|p| p.get(key).is_some());
    let entra = has("initiatedBy") || has("loggedByService") || has("activityDisplayName");
    if string(record.get("category")) == "AuditLogs" || entra {
        return directory::view(decoded, context, NAME);
    }
    azure_activity::view_as(decoded, context, NAME)
}

/// The members of `properties`, then those of the wrapper that it lacks.
fn graph_shaped(record: &Value) -> String {
    let mut out = Object::new();
    let empty = Value::default();
    let properties = record.get("properties").filter(sonic_rs::JsonValueTrait::is_object).unwrap_or(&empty);
    for (key, value) in properties.as_object().into_iter().flat_map(|o| o.iter()) {
        // A null would stand before what the wrapper knows better, and the first of two equal keys counts.
        if !value.is_null() {
            out.value(key, value);
        }
    }
    let lacks = |key: &str| properties.get(key).is_none_or(sonic_rs::JsonValueTrait::is_null);
    for (key, value) in record.as_object().into_iter().flat_map(|o| o.iter()) {
        let name = restored(key);
        if name == "resourceId" {
            // Here it is the tenant's log, in Graph the resource signed in to.
            out.value("diagnosticResourceId", value);
            continue;
        }
        if key == "properties" || !lacks(name) || (name != key && record.get(name).is_some()) {
            continue;
        }
        match (name, value.as_str()) {
            ("location", Some("")) => {}
            ("location", Some(country)) => {
                let mut location = Object::new();
                location.text("countryOrRegion", country);
                out.raw("location", &location.finish());
            }
            _ => out.value(name, value),
        }
    }
    if lacks("status")
        && let Some(code) = code(record)
    {
        let mut status = Object::new();
        status.raw("errorCode", &code.to_string());
        status.some_text("failureReason", string(outer(record, "resultDescription")));
        out.raw("status", &status.finish());
    }
    if lacks("createdDateTime") {
        let time = ["time", "eventTime", "eventTimestamp"].iter().map(|key| string(record.get(*key)));
        out.some_text("createdDateTime", time.into_iter().find(|text| !text.is_empty()).unwrap_or_default());
    }
    if lacks("ipAddress") {
        out.some_text("ipAddress", string(outer(record, "callerIpAddress")));
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
