//! `graph-signins`: Graph sign-ins, v1.0 and beta, and the portal's JSON download; `UpperFirst` keys of `AzureADPreview` too.

use super::text::{Object, object};
use super::{Decoded, FileContext, Proof, Shape, Signature, Source, json_record, signin};
use crate::event::Event;
use crate::input::Data;
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};

const NAME: &str = "graph-signins";

pub(super) const SOURCE: Source = Source {
    name: NAME,
    title: "Microsoft Graph auditLogs/signIns, v1.0 and beta, JSON (also Microsoft-Extractor-Suite, the portal's JSON, AzureADPreview)",
    recognised_by: "keys createdDateTime, one of appId, appDisplayName, clientAppUsed, and one of status, ipAddress",
    signature: Signature {
        csv: &[],
        json: &[
            Shape::needs(&["createdDateTime", "appId|appDisplayName|clientAppUsed", "status|ipAddress"])
                .usual(&["userPrincipalName", "deviceDetail"]),
            Shape::needs(&["CreatedDateTime", "AppId|AppDisplayName|ClientAppUsed", "Status|IpAddress"]),
        ],
    },
    proof: Proof::Code,
    csv: None,
    json: None,
    decode,
    view,
};

fn decode(data: Data<'_>, _: &FileContext) -> Result<Decoded, String> {
    let (record, content) = json_record(data)?;
    let record = if record.get("createdDateTime").is_some() { record } else { object(&lower_first(&record))? };
    Ok(Decoded::whole(record, content))
}

fn view<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    signin::view(decoded, context, NAME)
}

/// The JSON text of a value with every key's first letter in lower case.
fn lower_first(value: &Value) -> String {
    if let Some(members) = value.as_object() {
        let mut out = Object::new();
        for (key, inner) in members {
            let mut letters = key.chars();
            let first = letters.next().map(|c| c.to_ascii_lowercase());
            let renamed: String = first.into_iter().chain(letters).collect();
            let kept = renamed == key || value.get(renamed.as_str()).is_none();
            out.raw(if kept { &renamed } else { key }, &lower_first(inner));
        }
        return out.finish();
    }
    if let Some(items) = value.as_array() {
        let items: Vec<String> = items.iter().map(lower_first).collect();
        return format!("[{}]", items.join(","));
    }
    sonic_rs::to_string(value).unwrap_or_else(|_| "null".to_owned())
}
