//! `mes-ual`: Microsoft-Extractor-Suite Get-UAL as JSON with `AuditData` as object, or flattened to CSV by `-AuditDataOnly`.

use super::text::{Object, hash, object};
use super::{Decoded, FileContext, Proof, Shape, Signature, Source, Wrapper, search_ual, ual};
use crate::event::{Event, open_json};
use crate::input::{Data, Header};
use sonic_rs::{JsonValueTrait, Value};

const NAME: &str = "mes-ual";

pub(super) const SOURCE: Source = Source {
    name: NAME,
    title: "Microsoft-Extractor-Suite Get-UAL, JSON with AuditData as object, or CSV of AuditData alone",
    recognised_by: "key AuditData (object); or columns CreationTime, Operation, RecordType, UserId without AuditData",
    signature: Signature {
        csv: &[Shape::needs(&["CreationTime", "Operation", "RecordType", "UserId"]).never(&["AuditData"])],
        json: &[Shape::needs(&["AuditData"]).usual(&[
            "RecordType",
            "CreationDate",
            "UserIds",
            "Operations",
            "Identity",
        ])],
    },
    proof: Proof::Code,
    csv: None,
    json: Some(matches_json),
    decode,
    view,
};

fn matches_json(record: &Value) -> bool {
    record.get("AuditData").is_some_and(JsonValueTrait::is_object)
}

fn decode(data: Data<'_>, _: &FileContext) -> Result<Decoded, String> {
    match data {
        Data::Json(record) => search_ual::unwrap(&record),
        Data::Csv { header, fields } => flattened(header, &fields),
    }
}

fn view<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    ual::view(decoded, context, NAME)
}

/// Rebuilds `AuditData` from columns; nested values that were printed as type names are lost, and told.
fn flattened(header: &Header, fields: &[&str]) -> Result<Decoded, String> {
    let mut record = Object::new();
    let mut lost = Vec::new();
    for (name, value) in header.names.iter().map(|name| name.trim()).zip(fields) {
        let text = value.trim();
        if text.is_empty() || name.is_empty() {
            continue;
        }
        if text.starts_with("System.") || text.starts_with("@{") {
            lost.push(name);
        }
        let number = matches!(name, "RecordType" | "UserType" | "Version" | "LogonType" | "ErrorNumber");
        let nested = text.starts_with(['[', '{']) && open_json(text).is_ok();
        match text.parse::<i64>() {
            Ok(number_found) if number => record.raw(name, &number_found.to_string()),
            _ if nested => record.raw(name, text),
            _ => record.text(name, value),
        }
    }
    if record.is_empty() {
        return Err("found an empty row, expected the columns of AuditData".to_owned());
    }
    let text = record.finish();
    let record = object(&text)?;
    let degraded =
        if lost.is_empty() { String::new() } else { format!("nested values were not exported: {}", lost.join(", ")) };
    Ok(Decoded { content: hash(&text), record, wrapper: Wrapper::default(), degraded })
}
