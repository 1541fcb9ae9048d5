//! `purview-csv`: the audit search export of the Purview and Compliance portals, old and new header.

use super::ual::{self, Outer};
use super::{Decoded, FileContext, Source, any_cell, cell, not_csv};
use crate::event::Event;
use crate::input::{Data, Header};

const NAME: &str = "purview-csv";

pub(super) const SOURCE: Source = Source {
    name: NAME,
    title: "Microsoft Purview audit search, CSV (also the Untitled Goose Tool)",
    recognised_by: "columns CreationDate, UserIds, Operations, AuditData alone; or CreationDate, RecordType, Operation, UserId, AuditData",
    csv: Some(matches),
    json: None,
    decode,
    view,
};

fn matches(header: &Header) -> bool {
    let has = |key| header.position(key).is_some();
    let new = has("operation") && has("userid");
    // Search-UnifiedAuditLog names its columns in the plural too, and adds RecordType and Identity.
    let old = has("userids") && has("operations") && !has("recordtype") && !has("identity");
    has("auditdata") && has("creationdate") && (new || old)
}

fn decode(data: Data<'_>, _: &FileContext) -> Result<Decoded, String> {
    let Data::Csv { header, fields } = data else { return Err(not_csv()) };
    let outer = Outer {
        id: any_cell(header, &fields, &["recordid", "identity"]),
        time: cell(header, &fields, "creationdate"),
        user: any_cell(header, &fields, &["userid", "userids"]),
        operation: any_cell(header, &fields, &["operation", "operations"]),
        record_type: cell(header, &fields, "recordtype"),
        tenant: "",
    };
    ual::open(cell(header, &fields, "auditdata"), &outer)
}

fn view<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    ual::view(decoded, context, NAME)
}
