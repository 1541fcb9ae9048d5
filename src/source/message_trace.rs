//! `message-trace`: `Get-MessageTrace` and `Get-MessageTraceV2`, and the reporting web service behind them; one
//! recipient of one message a row.
//!
//! Names: <https://learn.microsoft.com/previous-versions/office/developer/o365-enterprise-developers/jj984335(v=office.15)>,
//! <https://learn.microsoft.com/powershell/module/exchangepowershell/get-messagetracev2>

use super::text::{Object, date, hash, is_session_column, members, object};
use super::trace::{self, Report};
use super::{Decoded, FileContext, Proof, Shape, Signature, Source, Wrapper};
use crate::event::Event;
use crate::input::Data;
use sonic_rs::{JsonContainerTrait, JsonValueTrait};

const REPORT: Report = Report { name: "message-trace", record_type: "MessageTrace", time: "Received" };

pub(super) const SOURCE: Source = Source {
    name: REPORT.name,
    title: "Message trace, CSV and JSON of Get-MessageTrace and Get-MessageTraceV2 (also Microsoft-Extractor-Suite), JSON of the reporting web service",
    recognised_by: "Received, SenderAddress, RecipientAddress and Status or MessageTraceId",
    signature: Signature {
        csv: &[Shape::needs(&["Received", "SenderAddress", "RecipientAddress", "Status|MessageTraceId"]).usual(&[
            "Subject",
            "MessageId",
            "FromIP",
            "ToIP",
            "Size",
        ])],
        json: &[Shape::needs(&["Received", "SenderAddress", "RecipientAddress", "Status|MessageTraceId"]).usual(&[
            "Subject",
            "MessageId",
            "FromIP",
            "ToIP",
            "Size",
        ])],
    },
    proof: Proof::Code,
    csv: None,
    json: None,
    decode,
    view,
};

/// Columns of the query that found the row: the same row found by another query differs in them alone.
static OF_THE_QUERY: &[&str] = &["StartDate", "EndDate", "Index", "__metadata"];

fn decode(data: Data<'_>, _: &FileContext) -> Result<Decoded, String> {
    let found = members(data)?;
    let mut record = Object::new();
    for (key, value) in found.as_object().into_iter().flat_map(|object| object.iter()) {
        if is_session_column(key) || OF_THE_QUERY.iter().any(|known| known.eq_ignore_ascii_case(key)) {
            continue;
        }
        match key {
            "Received" => record.text("Received", date(Some(value))),
            "Size" => match value.as_str().and_then(|text| text.trim().parse::<u64>().ok()) {
                Some(size) => record.raw("Size", &size.to_string()),
                None => record.value("Size", value),
            },
            _ if value.is_null() => {}
            _ => record.value(key, value),
        }
    }
    let text = record.finish();
    let content = hash(&text);
    Ok(Decoded { record: object(&text)?, content, wrapper: Wrapper::default(), degraded: String::new() })
}

fn view<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    trace::view(decoded, context, REPORT)
}
