//! Events made by hand from JSON, for tests that need no source.

#![allow(clippy::unwrap_used)] // helpers of tests are tests

use sonic_rs::{JsonValueTrait, Value};
use speur::event::{ActorKind, Address, Basis, Event, Family, Outcome, Precision, Record, Time};
use std::borrow::Cow;

/// A record as JSON text.
pub(crate) fn record(text: &str) -> Value {
    sonic_rs::from_str(text).unwrap()
}

fn text<'a>(record: &'a Value, key: &str) -> Cow<'a, str> {
    record.get(key).and_then(|value| value.as_str()).unwrap_or_default().into()
}

/// An event over a record, its core fields from the keys a unified audit record has.
pub(crate) fn event(family: Family, record: &Value) -> Event<'_> {
    let operation =
        if record.get("Operation").is_some() { text(record, "Operation") } else { text(record, "operationName") };
    let kind = match record.get("_kind").and_then(|value| value.as_str()) {
        Some("system") => ActorKind::System,
        _ => ActorKind::User,
    };
    let outcome = match record.get("_outcome").and_then(|value| value.as_str()) {
        Some("success") => Outcome::Success,
        Some("failure") => Outcome::Failure,
        _ => Outcome::Unknown,
    };
    Event {
        family,
        source: "test",
        id: text(record, "Id"),
        time: Time { micros: 1_623_751_200_000_000, precision: Precision::Second, basis: Basis::RecordUtc },
        tenant: "".into(),
        operation: operation.trim_end_matches(['.', ' ']).to_owned().into(),
        operation_original: operation,
        workload: text(record, "Workload"),
        record_type: text(record, "_record_type"),
        actor: text(record, "UserId"),
        actor_id: "".into(),
        actor_kind: kind,
        target: "".into(),
        account: text(record, "UserId"),
        address: Address::default(),
        place: None,
        client: "".into(),
        authentication_requirement: "".into(),
        agent: text(record, "UserAgent"),
        application: "".into(),
        application_id: text(record, "ApplicationId"),
        session: "".into(),
        token: "".into(),
        device: "".into(),
        outcome,
        result: "".into(),
        error_code: "".into(),
        object: "".into(),
        detail: "".into(),
        degraded: "".into(),
        record: Record::new(record),
    }
}
