//! `graph-auditlog-query`: Graph's audit log query records, as JSON or as Get-UALGraph's CSV, around an `AuditData` object.

use super::text::{scalar, string};
use super::ual::{self, Outer};
use super::{Decoded, FileContext, Proof, Shape, Signature, Source, any_cell, cell};
use crate::event::Event;
use crate::input::Data;
use sonic_rs::{JsonValueMutTrait, JsonValueTrait};

const NAME: &str = "graph-auditlog-query";

/// Graph's annotation of `auditData`, which is no part of the record: other exports of it have none.
const TYPE: &str = "@odata.type";

pub(super) const SOURCE: Source = Source {
    name: NAME,
    title: "Microsoft Graph security audit log query records, JSON and CSV (also Get-UALGraph and DFIR-O365RC)",
    recognised_by: "auditData with auditLogRecordType, createdDateTime or operation",
    signature: Signature {
        csv: &[Shape::needs(&["auditData", "createdDateTime", "auditLogRecordType|operation"])
            .usual(&["organizationId", "userPrincipalName"])],
        json: &[Shape::needs(&["auditData", "auditLogRecordType|createdDateTime|operation"])
            .usual(&["organizationId", "userPrincipalName"])],
    },
    proof: Proof::Code,
    csv: None,
    json: None,
    decode,
    view,
};

fn decode(data: Data<'_>, _: &FileContext) -> Result<Decoded, String> {
    match data {
        Data::Csv { header, fields } => {
            let outer = Outer {
                id: cell(header, &fields, "id"),
                time: cell(header, &fields, "createddatetime"),
                user: any_cell(header, &fields, &["userprincipalname", "userid"]),
                operation: cell(header, &fields, "operation"),
                record_type: cell(header, &fields, "auditlogrecordtype"),
                tenant: cell(header, &fields, "organizationid"),
            };
            ual::open(cell(header, &fields, "auditdata"), &outer)
        }
        Data::Json(record) => {
            let name = string(record.get("userPrincipalName"));
            let record_type = scalar(record.get("auditLogRecordType"));
            let outer = Outer {
                id: string(record.get("id")),
                time: string(record.get("createdDateTime")),
                user: if name.is_empty() { string(record.get("userId")) } else { name },
                operation: string(record.get("operation")),
                record_type: &record_type,
                tenant: string(record.get("organizationId")),
            };
            match record.get("auditData").filter(|data| data.get(TYPE).is_some()) {
                Some(data) => {
                    let mut data = data.clone();
                    data.as_object_mut().map(|members| members.remove(&TYPE));
                    ual::open_value(Some(&data), &outer)
                }
                None => ual::open_value(record.get("auditData"), &outer),
            }
        }
    }
}

fn view<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    ual::view(decoded, context, NAME)
}
