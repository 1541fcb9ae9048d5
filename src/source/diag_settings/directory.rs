//! Entra directory audit records in a diagnostic wrapper to an [`Event`].
//!
//! Keys and meanings: <https://learn.microsoft.com/graph/api/resources/directoryaudit>

use crate::event::{ActorKind, Event, Family, Outcome};
use crate::source::text::{Detail, at, first, lower, operation, scalar, string};
use crate::source::ual::actor::{is_guest, is_system, is_upn};
use crate::source::{Decoded, FileContext, address, moment};
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};
use std::borrow::Cow;

pub(super) fn view<'a>(decoded: &'a Decoded, context: &FileContext, source: &'static str) -> Result<Event<'a>, String> {
    let record = &decoded.record;
    let properties = record.get("properties");
    let get = |key: &str| string(record.get(key));
    let inner = |key: &str| string(properties.and_then(|p| p.get(key)));
    let times = [inner("activityDateTime"), get("time"), get("eventTimestamp"), get("eventTime")];
    let time = times
        .iter()
        .find_map(|text| moment::parse(text, context.dates))
        .ok_or_else(|| moment::refusal(&format!("activityDateTime {:?} and time {:?}", times[0], times[1]), &times))?;
    let original = first(&[get("operationName"), inner("activityDisplayName"), inner("operationName")]);
    if original.is_empty() {
        return Err("found no operationName and no activityDisplayName, expected one".to_owned());
    }
    let user = |key: &str| string(at(record, &["properties", "initiatedBy", "user", key]));
    let app = |key: &str| string(at(record, &["properties", "initiatedBy", "app", key]));
    let person = first(&[user("userPrincipalName"), user("displayName")]);
    let identity = first(&[get("identity"), inner("identity")]);
    let actor = first(&[person, user("id"), app("displayName"), app("appId"), app("servicePrincipalId"), identity]);
    let targets = at(record, &["properties", "targetResources"]).and_then(|t| t.as_array());
    let targets = || targets.into_iter().flat_map(|items| items.iter());
    let target = |key: &str| targets().map(|t| string(t.get(key))).find(|text| !text.is_empty()).unwrap_or_default();
    let detail = detail(record);
    Ok(Event {
        family: Family::Directory,
        source,
        id: Cow::Borrowed(first(&[inner("id"), get("id")])),
        time: time.of_record(),
        tenant: Cow::Borrowed(first(&[get("tenantId"), inner("tenantId")])),
        operation: operation(original),
        operation_original: Cow::Borrowed(original),
        workload: Cow::Borrowed("AzureActiveDirectory"),
        record_type: Cow::Borrowed(get("category")),
        actor: Cow::Borrowed(actor),
        actor_id: Cow::Borrowed(first(&[user("id"), app("servicePrincipalId"), app("appId")])),
        actor_kind: kind(first(&[person, user("id")]), !app("appId").is_empty() || !app("displayName").is_empty()),
        target: Cow::Borrowed(first(&[target("userPrincipalName"), target("displayName"), target("id")])),
        account: lower(first(&[target("userPrincipalName"), actor])),
        address: address::choose(&[user("ipAddress"), app("ipAddress"), get("callerIpAddress"), get("ipAddress")]),
        place: None,
        agent: Cow::Borrowed(first(&[inner("userAgent"), additional(record, "User-Agent")])),
        application: Cow::Borrowed(first(&[app("displayName"), app("appId")])),
        application_id: Cow::Borrowed(app("appId")),
        session: Cow::Borrowed(""),
        token: Cow::Borrowed(""),
        device: Cow::Borrowed(""),
        outcome: outcome(record),
        result: Cow::Borrowed(first(&[inner("result"), get("result"), get("resultType")])),
        error_code: Cow::Borrowed(""),
        object: Cow::Borrowed(first(&[target("displayName"), target("userPrincipalName"), target("id")])),
        detail,
        degraded: Cow::Borrowed(&decoded.degraded),
        record,
    })
}

fn kind(user: &str, app: bool) -> ActorKind {
    match user {
        "" if app => ActorKind::Application,
        "" => ActorKind::Unknown,
        user if is_system(user) => ActorKind::System,
        user if is_guest(user) => ActorKind::Guest,
        user if is_upn(user) || !app => ActorKind::User,
        _ => ActorKind::Application,
    }
}

fn outcome(record: &Value) -> Outcome {
    let words = [
        at(record, &["properties", "result"]),
        record.get("result"),
        record.get("resultType"),
        record.get("resultSignature"),
    ];
    for word in words.map(string) {
        if ["success", "succeeded"].iter().any(|known| known.eq_ignore_ascii_case(word)) {
            return Outcome::Success;
        }
        if ["failure", "failed"].iter().any(|known| known.eq_ignore_ascii_case(word)) {
            return Outcome::Failure;
        }
    }
    Outcome::Unknown
}

fn additional<'a>(record: &'a Value, wanted: &str) -> &'a str {
    let Some(items) = at(record, &["properties", "additionalDetails"]).and_then(|a| a.as_array()) else { return "" };
    items.iter().find(|item| string(item.get("key")) == wanted).map_or("", |item| string(item.get("value")))
}

fn detail<'a>(record: &Value) -> Cow<'a, str> {
    let mut detail = Detail::default();
    detail.some_pair("Reason", string(at(record, &["properties", "resultReason"])));
    let targets = at(record, &["properties", "targetResources"]).and_then(|t| t.as_array());
    for target in targets.into_iter().flat_map(|t| t.iter()) {
        let changes = target.get("modifiedProperties").and_then(|m| m.as_array());
        for change in changes.into_iter().flat_map(|c| c.iter()) {
            let name = string(change.get("displayName"));
            if name.is_empty() || name == "Included Updated Properties" {
                continue;
            }
            detail.change(name, &scalar(change.get("oldValue")), &scalar(change.get("newValue")));
        }
    }
    let more = at(record, &["properties", "additionalDetails"]).and_then(|a| a.as_array());
    for item in more.into_iter().flat_map(|items| items.iter()) {
        detail.some_pair(string(item.get("key")), &scalar(item.get("value")));
    }
    detail.finish()
}
