//! `mes-ual`: Microsoft-Extractor-Suite Get-UAL as JSON with `AuditData` as object.

use super::{Decoded, FileContext, Proof, Shape, Signature, Source, json, search_ual, ual};
use crate::event::Event;
use crate::input::Data;
use sonic_rs::{JsonValueTrait, Value};

const NAME: &str = "mes-ual";

pub(super) const SOURCE: Source = Source {
    name: NAME,
    title: "Microsoft-Extractor-Suite Get-UAL, JSON with AuditData as object (also Start-MESTriage)",
    recognised_by: "key AuditData (object)",
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
    json: Some(matches),
    decode,
    view,
};

fn matches(record: &Value) -> bool {
    record.get("AuditData").is_some_and(JsonValueTrait::is_object)
}

fn decode(data: Data<'_>, _: &FileContext) -> Result<Decoded, String> {
    search_ual::unwrap(&json(data)?)
}

fn view<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    ual::view(decoded, context, NAME)
}
