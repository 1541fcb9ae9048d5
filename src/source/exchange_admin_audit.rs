//! `exchange-admin-audit`: the administrator audit log of Exchange, before the unified audit log and beside it;
//! a record becomes that of the same cmdlet in the unified audit log.
//!
//! Elements and attributes: <https://learn.microsoft.com/exchange/policy-and-compliance/admin-audit-logging/log-structure>;
//! columns: <https://learn.microsoft.com/powershell/module/exchangepowershell/search-adminauditlog>

use super::text::{Object, date, hash, is_session_column, items, members, object, scalar, string};
use super::{Decoded, FileContext, Proof, Shape, Signature, Source, Wrapper, moment, ual};
use crate::event::Event;
use crate::input::Data;
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};

const NAME: &str = "exchange-admin-audit";

pub(super) const SOURCE: Source = Source {
    name: NAME,
    title: "Exchange administrator audit log, CSV and JSON of Search-AdminAuditLog, XML of New-AdminAuditLogSearch and the Exchange admin center (shape of the XML unverified)",
    recognised_by: "Caller, RunDate and CmdletName; in XML Cmdlet",
    signature: Signature {
        csv: &[Shape::needs(&["Caller", "RunDate", "CmdletName|Cmdlet"]).usual(&[
            "ObjectModified",
            "CmdletParameters",
            "Succeeded",
        ])],
        json: &[Shape::needs(&["Caller", "RunDate", "CmdletName|Cmdlet"]).usual(&[
            "ObjectModified",
            "CmdletParameters",
            "Succeeded",
        ])],
    },
    proof: Proof::Code,
    csv: None,
    json: None,
    decode,
    view,
};

fn decode(data: Data<'_>, context: &FileContext) -> Result<Decoded, String> {
    let found = members(data)?;
    let mut record = Object::new();
    let mut degraded = String::new();
    let (mut time, mut operation) = (String::new(), String::new());
    for (key, value) in found.as_object().into_iter().flat_map(|object| object.iter()) {
        match key.to_ascii_lowercase().as_str() {
            "rundate" => date(Some(value)).clone_into(&mut time),
            "cmdlet" | "cmdletname" => string(Some(value)).trim().clone_into(&mut operation),
            "caller" => record.text("UserId", &scalar(Some(value))),
            "objectmodified" => record.text("ObjectId", &scalar(Some(value))),
            "succeeded" => record.text("ResultStatus", succeeded(&scalar(Some(value)))),
            "identity" => record.some_text("Id", &scalar(Some(value))),
            "cmdletparameters" => match parameters(value) {
                Ok(list) => record.raw("Parameters", &list),
                Err(why) => {
                    degraded = format!("CmdletParameters {why}; the parameters were not exported");
                    record.value("CmdletParameters", value);
                }
            },
            "modifiedproperties" => match properties(value) {
                Ok(list) => record.raw("ModifiedProperties", &list),
                // Only the verbose log has them, so their loss alone leaves the record whole.
                Err(_) => record.value("ModifiedPropertiesFound", value),
            },
            "externalaccess" => match scalar(Some(value)).to_ascii_lowercase().as_str() {
                truth @ ("true" | "false") => record.raw("ExternalAccess", truth),
                _ => record.value("ExternalAccess", value),
            },
            _ if is_session_column(key) => {}
            _ => record.value(key, value),
        }
    }
    moment::read("RunDate", &time, context.dates)?;
    if operation.is_empty() {
        return Err("found no CmdletName, expected the name of a cmdlet".to_owned());
    }
    record.text("CreationTime", &time);
    record.text("Operation", &operation);
    record.raw("RecordType", "1");
    record.text("Workload", "Exchange");
    let text = record.finish();
    Ok(Decoded { record: object(&text)?, content: hash(&text), wrapper: Wrapper::default(), degraded })
}

fn view<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    ual::view(decoded, context, NAME)
}

/// The spelling of the unified audit log.
fn succeeded(text: &str) -> &str {
    match text {
        _ if text.eq_ignore_ascii_case("true") => "True",
        _ if text.eq_ignore_ascii_case("false") => "False",
        _ => text,
    }
}

/// `CmdletParameters` as the list of names and values that the unified audit log has, or what stands there instead.
fn parameters(value: &Value) -> Result<String, String> {
    pairs(value, "Parameter", |item, pair| {
        pair.text("Value", &scalar(item.get("Value")));
        true
    })
}

fn properties(value: &Value) -> Result<String, String> {
    pairs(value, "Property", |item, pair| {
        pair.text("NewValue", &scalar(item.get("NewValue")));
        pair.text("OldValue", &scalar(item.get("OldValue")));
        item.get("NewValue").is_some() || item.get("OldValue").is_some()
    })
}

fn pairs(value: &Value, key: &str, rest: impl Fn(&Value, &mut Object) -> bool) -> Result<String, String> {
    if let Some(text) = value.as_str() {
        return if text.trim().is_empty() { Ok("[]".to_owned()) } else { Err(format!("is {text:?}")) };
    }
    let mut list = Vec::new();
    for item in items(value, key) {
        let name = string(item.get("Name"));
        let mut pair = Object::new();
        pair.text("Name", name);
        if name.is_empty() || !rest(item, &mut pair) {
            let text = sonic_rs::to_string(item).unwrap_or_default();
            return Err(format!("holds {text}, which is no name with a value"));
        }
        list.push(pair.finish());
    }
    Ok(format!("[{}]", list.join(",")))
}
