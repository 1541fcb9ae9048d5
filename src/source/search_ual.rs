//! `search-ual-csv` and `search-ual-json`: Search-UnifiedAuditLog through Export-Csv or ConvertTo-Json, `AuditData` as text.

use super::text::{at, scalar, string};
use super::ual::{self, Outer};
use super::{Decoded, FileContext, Proof, Shape, Signature, Source, cell, json, not_csv};
use crate::event::Event;
use crate::input::Data;
use sonic_rs::{JsonValueTrait, Value};

pub(super) const CSV: Source = Source {
    name: "search-ual-csv",
    title: "Search-UnifiedAuditLog, CSV (also Microsoft-Extractor-Suite and Office-365-Extractor)",
    recognised_by: "column AuditData, mostly with RecordType, CreationDate, UserIds, Operations and Identity",
    signature: Signature {
        csv: &[Shape::needs(&["AuditData"])
            .usual(&["RecordType", "CreationDate", "UserIds", "Operations", "Identity"])
            .never(&["createdDateTime"])],
        json: &[],
    },
    proof: Proof::Records,
    csv: None,
    json: None,
    decode: decode_csv,
    view: view_csv,
};

pub(super) const JSON: Source = Source {
    name: "search-ual-json",
    title: "Search-UnifiedAuditLog, JSON and JSONL with AuditData as JSON text",
    recognised_by: "key AuditData (text), mostly with RecordType, CreationDate, UserIds and Operations",
    signature: Signature {
        csv: &[],
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
    decode: decode_json,
    view: view_json,
};

fn decode_csv(data: Data<'_>, _: &FileContext) -> Result<Decoded, String> {
    open_row(data, "auditdata")
}

/// A row of the cmdlet's columns; the record stands in the column with this key.
pub(super) fn open_row(data: Data<'_>, record: &str) -> Result<Decoded, String> {
    let Data::Csv { header, fields } = data else { return Err(not_csv()) };
    let outer = Outer {
        id: cell(header, &fields, "identity"),
        time: cell(header, &fields, "creationdate"),
        user: cell(header, &fields, "userids"),
        operation: cell(header, &fields, "operations"),
        record_type: cell(header, &fields, "recordtype"),
        tenant: "",
    };
    ual::open(cell(header, &fields, record), &outer)
}

fn view_csv<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    ual::view(decoded, context, CSV.name)
}

fn matches_json(record: &Value) -> bool {
    record.get("AuditData").is_some_and(|data| data.is_str() || (!data.is_object() && wraps(record)))
}

fn decode_json(data: Data<'_>, _: &FileContext) -> Result<Decoded, String> {
    unwrap(&json(data)?)
}

fn view_json<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    ual::view(decoded, context, JSON.name)
}

/// Whether a record with `AuditData` has the other columns of Search-UnifiedAuditLog.
fn wraps(record: &Value) -> bool {
    ["CreationDate", "Operations", "RecordType", "UserIds", "Identity"].iter().any(|key| record.get(*key).is_some())
}

/// Opens a wrapper object; its `AuditData` may be text or an object.
pub(super) fn unwrap(record: &Value) -> Result<Decoded, String> {
    // ConvertTo-Json of Windows PowerShell 5.1 can write a date as an object around its value.
    let date = record.get("CreationDate");
    let date = match date.filter(sonic_rs::JsonValueTrait::is_object) {
        Some(date) => date.get("value").or_else(|| at(date, &["DateTime"])),
        None => date,
    };
    let (record_type, user) = (scalar(record.get("RecordType")), scalar(record.get("UserIds")));
    let outer = Outer {
        id: string(record.get("Identity")),
        time: string(date),
        user: &user,
        operation: string(record.get("Operations")),
        record_type: &record_type,
        tenant: "",
    };
    ual::open_value(record.get("AuditData"), &outer)
}
