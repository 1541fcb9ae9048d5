//! `log-analytics-audit`: the `AuditLogs` table of Log Analytics and Sentinel, to Graph's names.

use super::{Cell, Row, has_column, has_member};
use crate::event::Event;
use crate::input::{Data, Header};
use crate::source::directory;
use crate::source::text::{Object, graph_name, hash, object};
use crate::source::{Decoded, FileContext, Proof, Shape, Signature, Source};
use sonic_rs::Value;
use std::borrow::Cow;

const NAME: &str = "log-analytics-audit";

pub(in crate::source) const SOURCE: Source = Source {
    name: NAME,
    title: "Log Analytics and Sentinel AuditLogs table, CSV and JSON (also Get-MgAuditLogDirectoryAudit through Export-Csv)",
    recognised_by: "columns InitiatedBy and TargetResources, ActivityDisplayName or OperationName, and TimeGenerated, or in CSV ActivityDateTime",
    signature: Signature {
        csv: &[Shape::needs(&[
            "TimeGenerated|ActivityDateTime",
            "InitiatedBy",
            "TargetResources",
            "ActivityDisplayName|OperationName",
        ])
        .usual(&["LoggedByService", "Result", "Category"])],
        json: &[Shape::needs(&["TimeGenerated", "InitiatedBy|TargetResources", "ActivityDisplayName|OperationName"])
            .usual(&["LoggedByService", "Result", "Category"])],
    },
    proof: Proof::Documentation,
    csv: Some(csv),
    json: Some(json),
    decode,
    view,
};

fn csv(header: &Header) -> bool {
    let has = |key: &str| has_column(header, key);
    has("initiatedby")
        && has("targetresources")
        && (has("activitydisplayname") || has("operationname"))
        && (has("timegenerated") || has("activitydatetime"))
}

fn json(row: &Value) -> bool {
    let has = |key: &str| has_member(row, key);
    has("TimeGenerated")
        && (has("InitiatedBy") || has("TargetResources"))
        && (has("ActivityDisplayName") || has("OperationName"))
}

/// Columns whose Graph name is not theirs in camelCase.
///
/// <https://learn.microsoft.com/azure/azure-monitor/reference/tables/auditlogs>
fn key(name: &str) -> Cow<'_, str> {
    Cow::Borrowed(match name {
        "AADTenantId" => "tenantId",
        "AADOperationType" => "operationType",
        // In Log Analytics this is the workspace, not the tenant.
        "TenantId" => "workspaceId",
        "ResourceId" => "diagnosticResourceId",
        _ => return Cow::Owned(graph_name(name)),
    })
}

fn decode(data: Data<'_>, _: &FileContext) -> Result<Decoded, String> {
    Row::read(data, decode_row)
}

fn decode_row(row: &Row<'_>) -> Result<Decoded, String> {
    let mut record = Object::new();
    for (name, cell) in &row.0 {
        let key = key(name);
        match (cell, directory::is_nested(&key).then(|| cell.json()).flatten()) {
            (_, Some(json)) => record.raw(&key, &json),
            (Cell::Text(text), None) => record.text(&key, text),
            (Cell::Json(value), None) => record.value(&key, value),
        }
    }
    if record.is_empty() {
        return Err("found an empty row, expected a directory audit record".to_owned());
    }
    let text = record.finish();
    directory::decoded(object(&text)?, hash(&text))
}

fn view<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    directory::view(decoded, context, NAME)
}
