//! `purview-csv`: the audit search export of the Purview and Compliance portals, old and new header.

use super::ual::{self, Outer};
use super::{Decoded, FileContext, Proof, Shape, Signature, Source, any_cell, cell, not_csv};
use crate::event::Event;
use crate::input::Data;

const NAME: &str = "purview-csv";

pub(super) const SOURCE: Source = Source {
    name: NAME,
    title: "Microsoft Purview audit search, CSV (also the Untitled Goose Tool)",
    recognised_by: "columns CreationDate, UserIds, Operations, AuditData alone; or CreationDate, RecordType, Operation, UserId, AuditData",
    signature: Signature {
        csv: &[
            Shape::needs(&["AuditData", "CreationDate", "Operation", "UserId"]).usual(&["RecordId", "RecordType"]),
            Shape::needs(&["AuditData", "CreationDate", "Operations", "UserIds"]).never(&["RecordType", "Identity"]),
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
