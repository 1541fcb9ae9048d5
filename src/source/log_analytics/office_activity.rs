//! `office-activity`: the `OfficeActivity` table of Log Analytics and Sentinel, back to the names of the unified audit log.

use super::{Cell, Row, has_column, has_member};
use crate::event::Event;
use crate::input::{Data, Header};
use crate::source::text::{Object, hash, object};
use crate::source::{Decoded, FileContext, Proof, Shape, Signature, Source, ual};
use sonic_rs::Value;
use std::borrow::Cow;

const NAME: &str = "office-activity";

pub(in crate::source) const SOURCE: Source = Source {
    name: NAME,
    title: "Log Analytics and Sentinel OfficeActivity table, CSV and JSON",
    recognised_by: "columns TimeGenerated, OfficeWorkload and Operation",
    signature: Signature {
        csv: &[Shape::needs(&["TimeGenerated", "OfficeWorkload", "Operation"]).usual(&[
            "UserId",
            "RecordType",
            "ClientIP",
        ])],
        json: &[Shape::needs(&["TimeGenerated", "OfficeWorkload", "Operation"]).usual(&[
            "UserId",
            "RecordType",
            "ClientIP",
        ])],
    },
    proof: Proof::Records,
    csv: Some(csv),
    json: Some(json),
    decode,
    view,
};

fn csv(header: &Header) -> bool {
    ["timegenerated", "officeworkload", "operation"].iter().all(|key| has_column(header, key))
}

fn json(row: &Value) -> bool {
    ["TimeGenerated", "OfficeWorkload", "Operation"].iter().all(|key| has_member(row, key))
}

/// Columns that the table named anew, beside those that only got an underscore.
///
/// <https://learn.microsoft.com/azure/azure-monitor/reference/tables/officeactivity>
fn key(name: &str) -> Cow<'_, str> {
    Cow::Borrowed(match name {
        "TimeGenerated" => "CreationTime",
        "OfficeId" => "Id",
        "OfficeObjectId" => "ObjectId",
        "OfficeWorkload" => "Workload",
        // The workspace; OrganizationId is the tenant.
        "TenantId" => "WorkspaceId",
        "Type" => "TableName",
        _ if name.starts_with('_') || !name.contains('_') => name,
        _ => return Cow::Owned(name.replace('_', "")),
    })
}

/// Columns that hold JSON; text of any other column stays text, whatever it looks like.
static NESTED: &[&str] = &[
    "Actor",
    "AffectedItems",
    "AppAccessContext",
    "Attendees",
    "DestFolder",
    "DeviceProperties",
    "ExtendedProperties",
    "ExtraProperties",
    "Folder",
    "Folders",
    "Item",
    "Members",
    "ModifiedProperties",
    "OperationProperties",
    "Parameters",
    "Target",
];

/// The number that the audit log has for the table's word.
///
/// <https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema>
fn logon_type(word: &str) -> Option<&'static str> {
    Some(match word {
        "Owner" => "0",
        "Admin" => "1",
        "Delegated" | "Delegate" => "2",
        _ => return None,
    })
}

fn decode(data: Data<'_>, _: &FileContext) -> Result<Decoded, String> {
    Row::read(data, decode_row)
}

fn decode_row(row: &Row<'_>) -> Result<Decoded, String> {
    let mut record = Object::new();
    let mut taken: Vec<Cow<'_, str>> = Vec::new();
    for (name, cell) in &row.0 {
        let key = key(name);
        // UserId and UserId_ say the same.
        if taken.contains(&key) || (key != *name && row.find(&key).is_some()) {
            continue;
        }
        match cell {
            Cell::Json(value) => record.value(&key, value),
            Cell::Text(text) => match typed(&key, text) {
                Some(json) => record.raw(&key, &json),
                None => record.text(&key, text),
            },
        }
        taken.push(key);
    }
    let text = ual::restore(&object(&record.finish())?);
    Ok(Decoded { record: object(&text)?, content: hash(&text), degraded: row.damage(NESTED), ..Decoded::default() })
}

/// The JSON of a cell that the audit log does not hold as text.
fn typed<'a>(key: &str, text: &'a str) -> Option<Cow<'a, str>> {
    match key {
        "RecordType" => text.parse::<u16>().ok().map(|number| Cow::Owned(number.to_string())),
        "LogonType" => logon_type(text).map(Cow::Borrowed),
        _ if NESTED.contains(&key) => Cell::Text(text).json(),
        _ => None,
    }
}

fn view<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    ual::view(decoded, context, NAME)
}
