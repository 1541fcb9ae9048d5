//! `trace-extended`: the extended report of a historical message trace; one step of a message through the
//! servers a row, with lists divided by semicolons.
//!
//! Columns: <https://learn.microsoft.com/exchange/monitoring/trace-an-email-message/message-trace-modern-eac#extended-reports>

use super::text::{Object, hash, members, object, string};
use super::trace::{self, Report};
use super::{Decoded, FileContext, Proof, Shape, Signature, Source, Wrapper};
use crate::event::Event;
use crate::input::Data;
use sonic_rs::JsonContainerTrait;

const REPORT: Report = Report { name: "trace-extended", record_type: "MessageTraceDetail", time: "date_time_utc" };

pub(super) const SOURCE: Source = Source {
    name: REPORT.name,
    title: "Message trace, extended report of the Exchange admin center and Start-HistoricalSearch, CSV",
    recognised_by: "columns date_time_utc, event_id, sender_address and recipient_address",
    signature: Signature {
        csv: &[Shape::needs(&["date_time_utc", "event_id", "sender_address", "recipient_address"]).usual(&[
            "source_context",
            "message_id",
            "message_subject",
        ])],
        json: &[],
    },
    proof: Proof::Code,
    csv: None,
    json: None,
    decode,
    view,
};

/// What `Get-MessageTrace` calls a column; a column that it lacks in the same style.
fn renamed(column: &str) -> &str {
    match column {
        "date_time_utc" => "Received",
        "sender_address" => "SenderAddress",
        "recipient_address" => "RecipientAddress",
        "recipient_status" => "Status",
        "recipient_count" => "RecipientCount",
        "related_recipient_address" => "RelatedRecipientAddress",
        "message_subject" => "Subject",
        "total_bytes" => "Size",
        "message_id" => "MessageId",
        "internal_message_id" => "InternalMessageId",
        "network_message_id" => "NetworkMessageId",
        "original_client_ip" => "FromIP",
        "original_server_ip" => "OriginalServerIP",
        "client_ip" => "ClientIP",
        "client_hostname" => "ClientHostname",
        "server_ip" => "ServerIP",
        "server_hostname" => "ServerHostname",
        "source_context" => "SourceContext",
        "source" => "Source",
        "event_id" => "EventId",
        "connector_id" => "ConnectorId",
        "reference" => "Reference",
        "return_path" => "ReturnPath",
        "message_info" => "MessageInfo",
        "directionality" => "Directionality",
        "tenant_id" => "TenantId",
        "custom_data" => "CustomData",
        other => other,
    }
}

fn decode(data: Data<'_>, _: &FileContext) -> Result<Decoded, String> {
    let found = members(data)?;
    let mut record = Object::new();
    for (key, value) in found.as_object().into_iter().flat_map(|object| object.iter()) {
        let text = string(Some(value));
        match (renamed(&key.to_ascii_lowercase()), text.parse::<u64>()) {
            (name @ ("RecipientAddress" | "Status" | "RelatedRecipientAddress"), _) => {
                let parts: Vec<&str> = text.split(';').map(str::trim).filter(|part| !part.is_empty()).collect();
                record.raw(name, &sonic_rs::to_string(&parts).unwrap_or_else(|_| "[]".to_owned()));
            }
            (name @ ("Size" | "RecipientCount"), Ok(number)) => record.raw(name, &number.to_string()),
            (name, _) => record.value(name, value),
        }
    }
    let text = record.finish();
    let content = hash(&text);
    Ok(Decoded { record: object(&text)?, content, wrapper: Wrapper::default(), degraded: String::new() })
}

fn view<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    trace::view(decoded, context, REPORT)
}
