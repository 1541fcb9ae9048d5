//! `mes-triage`: Start-MESTriage of Microsoft-Extractor-Suite, CSV: the columns of Search-UnifiedAuditLog, some of
//! `AuditData` beside them, and `AuditData` itself down to its fifth level.
//!
//! Columns: <https://github.com/invictus-ir/Microsoft-Extractor-Suite/blob/main/Scripts/TriageFunctions.ps1>

use super::{Decoded, FileContext, Proof, Shape, Signature, Source, search_ual, ual};
use crate::event::Event;
use crate::input::Data;

const NAME: &str = "mes-triage";

pub(super) const SOURCE: Source = Source {
    name: NAME,
    title: "Microsoft-Extractor-Suite Start-MESTriage, CSV (its JSON is read as mes-ual)",
    recognised_by: "columns OperationQueried and AuditData_Raw",
    signature: Signature {
        csv: &[
            Shape::needs(&["AuditData_Raw"]).usual(&["OperationQueried", "AuditData_UserId", "AuditData_ClientIP"]),
            Shape::needs(&["OperationQueried", "CreationDate"]).never(&["AuditData"]),
        ],
        json: &[],
    },
    proof: Proof::Code,
    csv: None,
    json: None,
    decode,
    view,
};

fn decode(data: Data<'_>, _: &FileContext) -> Result<Decoded, String> {
    search_ual::open_row(data, "auditdata_raw")
}

fn view<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    ual::view(decoded, context, NAME)
}
