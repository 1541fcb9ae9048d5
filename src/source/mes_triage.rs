//! `mes-triage`: Start-MESTriage of Microsoft-Extractor-Suite, CSV: the columns of Search-UnifiedAuditLog, some of
//! `AuditData` beside them, and `AuditData` itself down to its fifth level.
//!
//! Columns: <https://github.com/invictus-ir/Microsoft-Extractor-Suite/blob/main/Scripts/TriageFunctions.ps1>

use super::ual::{self, Outer};
use super::{Decoded, FileContext, Source, cell, not_csv};
use crate::event::Event;
use crate::input::{Data, Header};

const NAME: &str = "mes-triage";

pub(super) const SOURCE: Source = Source {
    name: NAME,
    title: "Microsoft-Extractor-Suite Start-MESTriage, CSV (its JSON is read as mes-ual)",
    recognised_by: "columns OperationQueried and AuditData_Raw",
    csv: Some(matches),
    json: None,
    decode,
    view,
};

fn matches(header: &Header) -> bool {
    let has = |key| header.position(key).is_some();
    has("auditdata_raw") || (has("operationqueried") && has("creationdate") && !has("auditdata"))
}

fn decode(data: Data<'_>, _: &FileContext) -> Result<Decoded, String> {
    let Data::Csv { header, fields } = data else { return Err(not_csv()) };
    let outer = Outer {
        id: cell(header, &fields, "identity"),
        time: cell(header, &fields, "creationdate"),
        user: cell(header, &fields, "userids"),
        operation: cell(header, &fields, "operations"),
        record_type: cell(header, &fields, "recordtype"),
        tenant: "",
    };
    ual::open(cell(header, &fields, "auditdata_raw"), &outer)
}

fn view<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    ual::view(decoded, context, NAME)
}
