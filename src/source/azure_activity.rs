//! `azure-activity`: Azure activity records as the REST API, the portal and the Python SDK write them.
//!
//! Keys and meanings: <https://learn.microsoft.com/azure/azure-monitor/platform/activity-log-schema>

use super::text::{Detail, at, first, integer, lower, operation, scalar, string};
use super::ual::actor::{is_guest, is_system, is_upn};
use super::{Decoded, FileContext, Proof, Shape, Signature, Source, address, json_record, moment};
use crate::event::{ActorKind, Address, Event, Family, Outcome, Record, first_party};
use crate::input::Data;
use sonic_rs::{JsonValueTrait, Value};
use std::borrow::Cow;

const NAME: &str = "azure-activity";
const UPN_CLAIM: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn";
const NAME_CLAIM: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name";
const OBJECT_CLAIM: &str = "http://schemas.microsoft.com/identity/claims/objectidentifier";

pub(super) const SOURCE: Source = Source {
    name: NAME,
    title: "Azure activity log, JSON and NDJSON (REST API, portal, Python SDK)",
    recognised_by: "keys eventTimestamp and operationName, or event_timestamp and operation_name",
    signature: Signature {
        csv: &[],
        json: &[
            Shape::needs(&["eventTimestamp", "operationName"]).usual(&["category", "resourceId"]),
            Shape::needs(&["event_timestamp", "operation_name"]),
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
    Ok(Decoded::whole(record, content))
}

fn view<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    view_as(decoded, context, NAME)
}

/// A member that is text, or an object around `value` and its localised form.
fn named<'a>(record: &'a Value, keys: &[&str]) -> &'a str {
    let found = keys.iter().filter_map(|key| record.get(*key)).find(|value| !value.is_null());
    found.map_or("", |value| if value.is_object() { string(value.get("value")) } else { string(Some(value)) })
}

/// Reads an activity record, whichever wrapper it came in.
pub(super) fn view_as<'a>(
    decoded: &'a Decoded,
    context: &FileContext,
    source: &'static str,
) -> Result<Event<'a>, String> {
    let record = &decoded.record;
    let get = |path: &[&str]| string(at(record, path));
    let stamp = named(record, &["time", "eventTimestamp", "event_timestamp", "eventTime"]);
    let time = moment::read("time", stamp, context.dates)?;
    let original = named(record, &["operationName", "operationname", "operation_name"]);
    let category = named(record, &["category"]);
    let original = first(&[original, category]);
    if original.is_empty() {
        return Err("found no operationName and no category, expected one".to_owned());
    }
    let actor = actor(record);
    let application_id = first(&[get(&["identity", "claims", "appid"]), get(&["claims", "appid"])]);
    Ok(Event {
        family: Family::Activity,
        source,
        id: Cow::Borrowed(first(&[
            named(record, &["eventDataId", "event_data_id"]),
            get(&["properties", "eventDataId"]),
            get(&["id"]),
        ])),
        time: time.of_record(),
        tenant: Cow::Borrowed(named(record, &["tenantId", "tenantid", "tenant_id"])),
        operation: operation(original),
        operation_original: Cow::Borrowed(original),
        workload: Cow::Borrowed("Azure"),
        record_type: Cow::Borrowed(category),
        actor: Cow::Borrowed(actor),
        actor_id: Cow::Borrowed(first(&[
            get(&["identity", "claims", OBJECT_CLAIM]),
            get(&["claims", OBJECT_CLAIM]),
            get(&["identity", "authorization", "evidence", "principalId"]),
            get(&["authentication", "principalId"]),
        ])),
        actor_kind: kind(record, actor),
        target: Cow::Borrowed(named(record, &["resourceId", "resourceid", "resource_id", "uri"])),
        account: lower(actor),
        address: place(record),
        place: None,
        client: Cow::Borrowed(""),
        authentication_requirement: Cow::Borrowed(""),
        agent: Cow::Borrowed(first(&[get(&["properties", "userAgentHeader"]), get(&["properties", "userAgent"])])),
        application: Cow::Borrowed(first_party::name(application_id).unwrap_or(application_id)),
        application_id: Cow::Borrowed(application_id),
        session: Cow::Borrowed(""),
        token: Cow::Borrowed(get(&["identity", "claims", "uti"])),
        device: Cow::Borrowed(""),
        outcome: outcome(record),
        result: Cow::Borrowed(named(record, &["resultType", "resulttype", "status", "statusText"])),
        error_code: error(record),
        object: Cow::Borrowed(first(&[
            get(&["properties", "objectKey"]),
            named(record, &["resourceId", "resourceid", "resource_id", "id"]),
        ])),
        detail: detail(record),
        degraded: Cow::Borrowed(&decoded.degraded),
        record: Record::new(record),
    })
}

fn place(record: &Value) -> Address<'_> {
    let get = |path: &[&str]| string(at(record, path));
    address::choose(&[
        named(record, &["callerIpAddress", "calleripaddress"]),
        get(&["httpRequest", "clientRequestIp"]),
        get(&["httpRequest", "clientIpAddress"]),
        get(&["http_request", "client_ip_address"]),
        get(&["identity", "claims", "ipaddr"]),
        get(&["claims", "ipaddr"]),
    ])
}

fn actor(record: &Value) -> &str {
    let get = |path: &[&str]| string(at(record, path));
    first(&[
        named(record, &["caller"]),
        get(&["identity", "claims", UPN_CLAIM]),
        get(&["identity", "claims", NAME_CLAIM]),
        get(&["identity", "claims", "name"]),
        get(&["claims", UPN_CLAIM]),
        get(&["properties", "caller"]),
        get(&["properties", "identity", "user", "userPrincipalName"]),
        get(&["identity", "authorization", "evidence", "principalId"]),
        get(&["authentication", "principalId"]),
        get(&["identity", "claims", "appid"]),
    ])
}

fn kind(record: &Value, actor: &str) -> ActorKind {
    let get = |path: &[&str]| string(at(record, path));
    let types = [
        get(&["identity", "claims", "idtyp"]),
        get(&["claims", "idtyp"]),
        get(&["identity", "authorization", "evidence", "principalType"]),
        get(&["authentication", "type"]),
    ];
    let is = |wanted: &str| types.iter().any(|text| text.eq_ignore_ascii_case(wanted));
    if is_system(actor) {
        ActorKind::System
    } else if is_guest(actor) {
        ActorKind::Guest
    } else if is_upn(actor) || is("user") {
        ActorKind::User
    } else if is("app") || is("serviceprincipal") {
        ActorKind::Application
    } else {
        ActorKind::Unknown
    }
}

/// The word of the record, else its HTTP status.
fn outcome(record: &Value) -> Outcome {
    let word = named(record, &["resultType", "resulttype", "status"]);
    let is = |known: &[&str]| known.iter().any(|k| k.eq_ignore_ascii_case(word));
    if is(&["success", "succeeded", "0", "accept", "accepted"]) {
        return Outcome::Success;
    }
    if is(&["failure", "failed", "fail", "error"]) {
        return Outcome::Failure;
    }
    match integer(record.get("statusCode")).or_else(|| integer(record.get("resultSignature"))) {
        Some(200..=399) => Outcome::Success,
        Some(400..=599) => Outcome::Failure,
        _ if string(at(record, &["properties", "metricResponseType"])) == "Success" => Outcome::Success,
        _ => Outcome::Unknown,
    }
}

fn error(record: &Value) -> Cow<'_, str> {
    match integer(record.get("statusCode")) {
        Some(400..=599) => scalar(record.get("statusCode")),
        _ => Cow::Borrowed(""),
    }
}

fn detail(record: &Value) -> Cow<'_, str> {
    let mut detail = Detail::default();
    detail.some_pair("Result", string(record.get("resultDescription")));
    detail.some_pair("Status", string(record.get("statusText")));
    detail.some_pair("Level", named(record, &["level", "Level"]));
    detail.some_pair("Sub-status", named(record, &["subStatus", "sub_status"]));
    for (name, key) in [("Request", "requestbody"), ("Message", "message"), ("Object", "objectKey")] {
        detail.some_pair(name, &scalar(at(record, &["properties", key])));
    }
    detail.finish()
}
