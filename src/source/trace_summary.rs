//! `trace-summary`: the summary report of a historical message trace, UTF-16; one message a row, with the
//! status of each recipient as `address##status;address##status`.
//!
//! Columns: <https://learn.microsoft.com/exchange/monitoring/trace-an-email-message/message-trace-modern-eac#enhanced-summary-reports>

use super::text::{Object, hash, members, object, string};
use super::trace::{self, Report};
use super::{Decoded, FileContext, Proof, Shape, Signature, Source, Wrapper};
use crate::event::Event;
use crate::input::Data;
use sonic_rs::JsonContainerTrait;

const REPORT: Report =
    Report { name: "trace-summary", record_type: "MessageTraceSummary", time: "origin_timestamp_utc" };

pub(super) const SOURCE: Source = Source {
    name: REPORT.name,
    title: "Message trace, summary report of the Exchange admin center and Start-HistoricalSearch, CSV",
    recognised_by: "columns origin_timestamp_utc, sender_address and recipient_status",
    signature: Signature {
        csv: &[Shape::needs(&["origin_timestamp_utc", "sender_address", "recipient_status"]).usual(&[
            "message_subject",
            "message_id",
            "directionality",
        ])],
        json: &[],
    },
    proof: Proof::Code,
    csv: None,
    json: None,
    decode,
    view,
};

/// What `Get-MessageTrace` calls a column.
fn renamed(column: &str) -> &str {
    match column {
        "origin_timestamp_utc" => "Received",
        "sender_address" => "SenderAddress",
        "message_subject" => "Subject",
        "total_bytes" => "Size",
        "message_id" => "MessageId",
        "network_message_id" => "NetworkMessageId",
        "original_client_ip" => "FromIP",
        "directionality" => "Directionality",
        "connector_id" => "ConnectorId",
        "delivery_priority" => "DeliveryPriority",
        other => other,
    }
}

fn decode(data: Data<'_>, _: &FileContext) -> Result<Decoded, String> {
    let found = members(data)?;
    let mut record = Object::new();
    let mut degraded = String::new();
    for (key, value) in found.as_object().into_iter().flat_map(|object| object.iter()) {
        match key.to_ascii_lowercase().as_str() {
            "recipient_status" => {
                let (recipients, statuses) = recipients(string(Some(value)));
                if statuses.iter().any(|status| status.is_empty()) {
                    "recipient_status names a recipient without a status".clone_into(&mut degraded);
                }
                record.raw("RecipientAddress", &list(&recipients));
                record.raw("Status", &list(&statuses));
                record.value("RecipientStatus", value);
            }
            lower => match (renamed(lower), string(Some(value)).parse::<u64>()) {
                ("Size", Ok(size)) => record.raw("Size", &size.to_string()),
                (name, _) => record.value(name, value),
            },
        }
    }
    let text = record.finish();
    Ok(Decoded { record: object(&text)?, content: hash(&text), wrapper: Wrapper::default(), degraded })
}

fn view<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    trace::view(decoded, context, REPORT)
}

/// Recipients and their statuses, side by side.
fn recipients(text: &str) -> (Vec<&str>, Vec<&str>) {
    let parts = text.split(';').map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| part.split_once("##").unwrap_or((part, ""))).map(|(a, s)| (a.trim(), s.trim())).unzip()
}

fn list(texts: &[&str]) -> String {
    sonic_rs::to_string(texts).unwrap_or_else(|_| "[]".to_owned())
}
