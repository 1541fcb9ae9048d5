//! `graph-signins`: Graph sign-ins, v1.0 and beta, and the portal's JSON download; `UpperFirst` keys of `AzureADPreview` too.

use super::text::{Object, lower_first, object};
use super::{Decoded, FileContext, Source, json_record, signin};
use crate::event::Event;
use crate::input::Data;
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};

const NAME: &str = "graph-signins";

pub(super) const SOURCE: Source = Source {
    name: NAME,
    title: "Microsoft Graph auditLogs/signIns, v1.0 and beta, JSON (also Microsoft-Extractor-Suite, the portal's JSON, AzureADPreview)",
    recognised_by: "keys createdDateTime, one of appId, appDisplayName, clientAppUsed, and one of status, ipAddress",
    csv: None,
    json: Some(matches),
    decode,
    view,
};

fn matches(record: &Value) -> bool {
    shaped(record, ["createdDateTime", "appId", "appDisplayName", "clientAppUsed", "status", "ipAddress"])
        || shaped(record, ["CreatedDateTime", "AppId", "AppDisplayName", "ClientAppUsed", "Status", "IpAddress"])
}

fn shaped(record: &Value, keys: [&str; 6]) -> bool {
    let has = |key: &str| record.get(key).is_some();
    let [time, app, name, client, status, address] = keys;
    has(time) && (has(app) || has(name) || has(client)) && (has(status) || has(address))
}

fn decode(data: Data<'_>, _: &FileContext) -> Result<Decoded, String> {
    let (record, content) = json_record(data)?;
    let record = if record.get("createdDateTime").is_some() { record } else { object(&lower_keys(&record))? };
    Ok(Decoded::whole(record, content))
}

fn view<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    signin::view(decoded, context, NAME)
}

/// The JSON text of a value with every key's first letter in lower case.
fn lower_keys(value: &Value) -> String {
    if let Some(members) = value.as_object() {
        let mut out = Object::new();
        for (key, inner) in members {
            let renamed = lower_first(key);
            let kept = renamed == key || value.get(renamed.as_str()).is_none();
            out.raw(if kept { &renamed } else { key }, &lower_keys(inner));
        }
        return out.finish();
    }
    if let Some(items) = value.as_array() {
        let items: Vec<String> = items.iter().map(lower_keys).collect();
        return format!("[{}]", items.join(","));
    }
    sonic_rs::to_string(value).unwrap_or_else(|_| "null".to_owned())
}
