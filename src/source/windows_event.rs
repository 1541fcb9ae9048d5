//! `windows-event`: Windows event log records as JSON, which turn up among a responder's exports.

use super::text::{Detail, first, lower, scalar, string};
use super::ual::actor::is_system;
use super::{Decoded, FileContext, Proof, Shape, Signature, Source, json_record, moment};
use crate::event::{ActorKind, Address, Event, Family, Outcome, Record};
use crate::input::Data;
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};
use std::borrow::Cow;

const NAME: &str = "windows-event";

pub(super) const SOURCE: Source = Source {
    name: NAME,
    title: "Windows event log, JSON and NDJSON",
    recognised_by: "keys EventID, ProviderName, Channel and TimeCreated",
    signature: Signature { csv: &[], json: &[Shape::needs(&["EventID", "ProviderName", "Channel", "TimeCreated"])] },
    proof: Proof::Records,
    csv: None,
    json: None,
    decode,
    view,
};

fn decode(data: Data<'_>, _: &FileContext) -> Result<Decoded, String> {
    let (record, content) = json_record(data)?;
    Ok(Decoded::whole(record, content))
}

fn view<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    let record = &decoded.record;
    let get = |key: &str| string(record.get(key));
    let time = moment::read("TimeCreated", get("TimeCreated"), context.dates)?;
    let data = record.get("ExtraEventData");
    let more = |key: &str| string(data.and_then(|d| d.get(key)));
    let actor = first(&[more("SubjectUserName"), get("UserID")]);
    let operation = format!("Event {}", scalar(record.get("EventID")));
    Ok(Event {
        family: Family::Activity,
        source: NAME,
        id: scalar(record.get("EventRecordID")),
        time: time.of_record(),
        tenant: Cow::Borrowed(""),
        operation: Cow::Owned(operation),
        operation_original: scalar(record.get("EventID")),
        workload: Cow::Borrowed("Windows"),
        record_type: Cow::Borrowed(get("Channel")),
        actor: Cow::Borrowed(actor),
        actor_id: Cow::Borrowed(get("UserID")),
        actor_kind: if is_system(get("UserID")) { ActorKind::System } else { ActorKind::User },
        target: Cow::Borrowed(get("Computer")),
        account: lower(actor),
        address: Address::default(),
        place: None,
        client: Cow::Borrowed(""),
        authentication_requirement: Cow::Borrowed(""),
        agent: Cow::Borrowed(""),
        application: Cow::Borrowed(get("ProviderName")),
        application_id: Cow::Borrowed(""),
        session: Cow::Borrowed(more("SubjectLogonId")),
        token: Cow::Borrowed(""),
        device: Cow::Borrowed(get("Computer")),
        outcome: Outcome::Unknown,
        result: Cow::Borrowed(""),
        error_code: Cow::Borrowed(""),
        object: Cow::Borrowed(first(&[more("NewProcessName"), more("ObjectName")])),
        detail: detail(record, data),
        degraded: Cow::Borrowed(&decoded.degraded),
        record: Record::new(record),
    })
}

fn detail<'a>(record: &Value, data: Option<&Value>) -> Cow<'a, str> {
    let mut detail = Detail::default();
    detail.item(first(&[string(record.get("MessageTitle")), string(record.get("Message"))]));
    for (name, value) in data.and_then(|d| d.as_object()).into_iter().flat_map(|o| o.iter()) {
        detail.pair(name, Some(value));
    }
    detail.finish()
}
