//! Entra directory audit records: a Graph-shaped record (camelCase, nested), whatever export it came in, to an [`Event`].
//!
//! Keys and meanings: <https://learn.microsoft.com/graph/api/resources/directoryaudit>

mod shape;

pub(super) use shape::{Flat, decoded, is_nested};

use super::text::{Detail, at, first, lower, operation, scalar, string};
use super::ual::actor::{is_guest, is_system, is_upn};
use super::{Decoded, FileContext, address, moment};
use crate::event::{ActorKind, Event, Family, Outcome, Record, first_party, open_json};
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};
use std::borrow::Cow;

/// The log's name, as Azure Monitor names its categories and tables.
const LOG: &str = "AuditLogs";

/// Reads a Graph-shaped directory audit record into the schema.
pub(super) fn view<'a>(decoded: &'a Decoded, context: &FileContext, source: &'static str) -> Result<Event<'a>, String> {
    let record = &decoded.record;
    let get = |key: &str| string(record.get(key));
    let times = ["activityDateTime", "time", "eventTimestamp", "eventTime", "timeGenerated"].map(get);
    let time = times.iter().find_map(|text| moment::parse(text, context.dates));
    let time = time.ok_or_else(|| moment::refusal(&format!("the time {:?}", first(&times)), &times))?;
    let original = first(&[get("operationName"), get("activityDisplayName")]);
    if original.trim().is_empty() {
        return Err("found no operationName and no activityDisplayName, expected one".to_owned());
    }
    let user = |key: &str| string(at(record, &["initiatedBy", "user", key]));
    let app = |key: &str| string(at(record, &["initiatedBy", "app", key]));
    let person = first(&[user("userPrincipalName"), user("displayName")]);
    let service = first(&[app("displayName"), app("servicePrincipalName"), app("appId"), app("servicePrincipalId")]);
    let actor = first(&[person, user("id"), service, get("identity")]);
    let targets = record.get("targetResources").and_then(|t| t.as_array());
    let targets = || targets.into_iter().flat_map(|items| items.iter());
    let target = |key: &str| targets().map(|t| string(t.get(key))).find(|text| !text.is_empty()).unwrap_or_default();
    Ok(Event {
        family: Family::Directory,
        source,
        id: Cow::Borrowed(get("id")),
        time: time.of_record(),
        tenant: Cow::Borrowed(get("tenantId")),
        operation: operation(original),
        operation_original: Cow::Borrowed(original),
        workload: Cow::Borrowed("AzureActiveDirectory"),
        record_type: Cow::Borrowed(LOG),
        actor: Cow::Borrowed(actor),
        actor_id: Cow::Borrowed(first(&[user("id"), app("servicePrincipalId"), app("appId")])),
        actor_kind: kind(first(&[person, user("id")]), app("appId"), !service.is_empty()),
        target: Cow::Borrowed(first(&[target("userPrincipalName"), target("displayName"), target("id")])),
        account: lower(first(&[target("userPrincipalName"), actor])),
        address: address::choose(&[user("ipAddress"), app("ipAddress"), get("callerIpAddress"), get("ipAddress")]),
        place: None,
        client: Cow::Borrowed(""),
        authentication_requirement: Cow::Borrowed(""),
        agent: Cow::Borrowed(first(&[get("userAgent"), additional(record, "User-Agent")])),
        application: Cow::Borrowed(first(&[app("displayName"), app("appId")])),
        application_id: Cow::Borrowed(app("appId")),
        session: Cow::Borrowed(""),
        token: Cow::Borrowed(""),
        device: Cow::Borrowed(""),
        outcome: outcome(record),
        result: Cow::Borrowed(first(&[get("result"), get("resultType")])),
        error_code: Cow::Borrowed(""),
        object: Cow::Borrowed(first(&[target("displayName"), target("userPrincipalName"), target("id")])),
        detail: detail(record),
        degraded: Cow::Borrowed(&decoded.degraded),
        record: Record::new(record),
    })
}

fn kind(user: &str, app_id: &str, app: bool) -> ActorKind {
    match user {
        "" if first_party::is_own(app_id) => ActorKind::System,
        "" if app => ActorKind::Application,
        "" => ActorKind::Unknown,
        user if is_system(user) => ActorKind::System,
        user if is_guest(user) => ActorKind::Guest,
        user if is_upn(user) || !app => ActorKind::User,
        _ => ActorKind::Application,
    }
}

fn outcome(record: &Value) -> Outcome {
    for word in ["result", "resultType", "resultSignature"].map(|key| string(record.get(key))) {
        if ["success", "succeeded"].iter().any(|known| known.eq_ignore_ascii_case(word)) {
            return Outcome::Success;
        }
        if ["failure", "failed", "timeout"].iter().any(|known| known.eq_ignore_ascii_case(word)) {
            return Outcome::Failure;
        }
    }
    Outcome::Unknown
}

fn additional<'a>(record: &'a Value, wanted: &str) -> &'a str {
    let Some(items) = record.get("additionalDetails").and_then(|a| a.as_array()) else { return "" };
    items.iter().find(|item| string(item.get("key")) == wanted).map_or("", |item| string(item.get("value")))
}

/// The text of a property's value, which Graph prints as JSON text: `"\"Member\""` is `Member`.
fn value(found: Option<&Value>) -> Cow<'_, str> {
    let text = scalar(found);
    if text.starts_with('"')
        && let Some(inner) = open_json(&text).ok().as_ref().and_then(|inner| inner.as_str())
    {
        return Cow::Owned(inner.to_owned());
    }
    text
}

fn detail<'a>(record: &Value) -> Cow<'a, str> {
    let mut detail = Detail::default();
    detail.some_pair("Reason", string(record.get("resultReason")));
    let targets = record.get("targetResources").and_then(|t| t.as_array());
    for target in targets.into_iter().flat_map(|t| t.iter()) {
        let changes = target.get("modifiedProperties").and_then(|m| m.as_array());
        for change in changes.into_iter().flat_map(|c| c.iter()) {
            let name = string(change.get("displayName"));
            if name.is_empty() || name == "Included Updated Properties" {
                continue;
            }
            detail.change(name, &value(change.get("oldValue")), &value(change.get("newValue")));
        }
    }
    let more = record.get("additionalDetails").and_then(|a| a.as_array());
    for item in more.into_iter().flat_map(|items| items.iter()) {
        detail.some_pair(string(item.get("key")), &scalar(item.get("value")));
    }
    detail.finish()
}
