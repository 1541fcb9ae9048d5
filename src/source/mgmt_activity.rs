//! `mgmt-activity`: bare `AuditData` records, as the Office 365 Management Activity API and many tools write them.

use super::text::object;
use super::{Decoded, FileContext, Proof, Shape, Signature, Source, json_record, ual};
use crate::event::Event;
use crate::input::Data;

const NAME: &str = "mgmt-activity";

pub(super) const SOURCE: Source = Source {
    name: NAME,
    title: "Office 365 Management Activity API, JSON and NDJSON (also AuditData alone from DFIR-O365RC, the Untitled Goose Tool, Extractor-Suite and any other tool)",
    recognised_by: "keys CreationTime and Operation with RecordType, Workload, UserId or OrganizationId",
    signature: Signature {
        csv: &[],
        json: &[
            Shape::needs(&["CreationTime", "Operation", "RecordType|Workload|UserId|OrganizationId"])
                .usual(&["Id", "UserKey"]),
            Shape::needs(&["creationtime", "operation"]).never(&["CreationTime"]),
        ],
    },
    proof: Proof::Records,
    csv: None,
    json: None,
    decode,
    view,
};

fn decode(data: Data<'_>, _: &FileContext) -> Result<Decoded, String> {
    let (record, content) = json_record(data)?;
    let record = if ual::is_lower(&record) { object(&ual::restore(&record))? } else { record };
    Ok(Decoded::whole(record, content))
}

fn view<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    ual::view(decoded, context, NAME)
}
