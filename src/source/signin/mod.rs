//! Entra sign-in logs: a Graph-shaped record (camelCase, nested) to an [`Event`].
//!
//! Keys and meanings: <https://learn.microsoft.com/graph/api/resources/signin?view=graph-rest-beta>

mod cells;

pub(super) use cells::Cells;

use super::text::{Detail, at, first, integer, lower, operation, scalar, string};
use super::ual::actor::{is_guest, is_system};
use super::{Decoded, FileContext, address, moment, sign_in_code};
use crate::event::{ActorKind, Event, Family, Outcome, Record, Time, first_party};
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};
use std::borrow::Cow;

/// Operation of a sign-in; Azure Monitor names it so, and Graph does not name it at all.
const OPERATION: &str = "Sign-in activity";

/// Reads a Graph-shaped sign-in into the schema.
pub(super) fn view<'a>(decoded: &'a Decoded, context: &FileContext, source: &'static str) -> Result<Event<'a>, String> {
    let record = &decoded.record;
    let get = |key: &str| string(record.get(key));
    let time = when(record, &decoded.wrapper.time, context)?;
    let user = first(&[get("userPrincipalName"), get("signInIdentifier"), get("userDisplayName")]);
    let service = first(&[get("servicePrincipalName"), get("appDisplayName"), get("servicePrincipalId"), get("appId")]);
    let actor = first(&[user, service]);
    let code = error_code(record);
    let application_id = get("appId");
    let original = first(&[get("operationName"), OPERATION]);
    Ok(Event {
        family: Family::SignIn,
        source,
        id: Cow::Borrowed(first(&[get("id"), get("originalRequestId"), &decoded.wrapper.id])),
        time,
        tenant: Cow::Borrowed(first(&[get("tenantId"), get("resourceTenantId"), &decoded.wrapper.tenant])),
        operation: operation(original),
        operation_original: Cow::Borrowed(original),
        workload: Cow::Borrowed("AzureActiveDirectory"),
        record_type: Cow::Borrowed(kind(record)),
        actor: Cow::Borrowed(actor),
        actor_id: Cow::Borrowed(first(&[get("userId"), get("servicePrincipalId")])),
        actor_kind: actor_kind(record, user),
        target: Cow::Borrowed(first(&[get("resourceDisplayName"), get("resourceId")])),
        account: lower(actor),
        address: address::choose(&[get("ipAddress"), get("callerIpAddress"), get("ipAddressFromResourceProvider")]),
        place: None,
        client: Cow::Borrowed(get("clientAppUsed")),
        authentication_requirement: Cow::Borrowed(get("authenticationRequirement")),
        agent: Cow::Borrowed(get("userAgent")),
        application: Cow::Borrowed(first(&[
            get("appDisplayName"),
            first_party::name(application_id).unwrap_or(application_id),
        ])),
        application_id: Cow::Borrowed(application_id),
        session: Cow::Borrowed(get("sessionId")),
        token: Cow::Borrowed(get("uniqueTokenIdentifier")),
        device: Cow::Borrowed(first(&[
            string(at(record, &["deviceDetail", "displayName"])),
            string(at(record, &["deviceDetail", "deviceId"])),
        ])),
        outcome: outcome(record, code),
        result: result(record),
        error_code: match code {
            Some(0) | None => Cow::Borrowed(""),
            Some(code) => Cow::Owned(code.to_string()),
        },
        object: Cow::Borrowed(first(&[get("resourceDisplayName"), get("resourceId")])),
        detail: detail(record),
        degraded: Cow::Borrowed(&decoded.degraded),
        record: Record::new(record),
    })
}

fn when(record: &Value, outer: &str, context: &FileContext) -> Result<Time, String> {
    let keys = ["createdDateTime", "time", "timeGenerated", "eventTime"];
    let found = keys.iter().map(|key| string(record.get(*key))).find(|text| !text.is_empty()).unwrap_or_default();
    if let Some(moment) = moment::parse(found, context.dates) {
        return Ok(moment.of_record());
    }
    if let Some(moment) = moment::parse(outer, context.dates) {
        return Ok(moment.of_wrapper());
    }
    Err(moment::refusal(&format!("createdDateTime {found:?}"), &[found, outer]))
}

/// The log that the sign-in is of, named as Azure Monitor names its categories.
fn kind(record: &Value) -> &str {
    let category = string(record.get("category"));
    if !category.is_empty() {
        return category;
    }
    let event = record.get("signInEventTypes").and_then(|types| types.get(0)).and_then(|first| first.as_str());
    match event {
        Some("interactiveUser") => "SignInLogs",
        Some("nonInteractiveUser") => "NonInteractiveUserSignInLogs",
        Some("servicePrincipal") => "ServicePrincipalSignInLogs",
        Some("managedIdentity") => "ManagedIdentitySignInLogs",
        _ if record.get("isInteractive").and_then(sonic_rs::JsonValueTrait::as_bool) == Some(false) => {
            "NonInteractiveUserSignInLogs"
        }
        _ => "SignInLogs",
    }
}

fn actor_kind(record: &Value, user: &str) -> ActorKind {
    if user.is_empty() {
        let service = ["servicePrincipalId", "servicePrincipalName"].iter().any(|k| !string(record.get(*k)).is_empty());
        return if service { ActorKind::Application } else { ActorKind::Unknown };
    }
    if is_system(user) {
        return ActorKind::System;
    }
    if is_guest(user) || string(record.get("userType")).eq_ignore_ascii_case("guest") {
        return ActorKind::Guest;
    }
    ActorKind::User
}

fn error_code(record: &Value) -> Option<i64> {
    integer(at(record, &["status", "errorCode"]))
        .or_else(|| integer(record.get("resultType")))
        .or_else(|| integer(at(record, &["status", "code"])))
}

/// The error code decides; Microsoft's own word on an interruption and, without a code, on the rest.
fn outcome(record: &Value, code: Option<i64>) -> Outcome {
    let words = [record.get("resultSignature"), record.get("resultType"), record.get("result")].map(string);
    let says = |wanted: &str| words.iter().any(|word| word.eq_ignore_ascii_case(wanted));
    match code {
        Some(0) => Outcome::Success,
        Some(_) | None if says("interrupted") => Outcome::Interrupted,
        Some(code) => sign_in_code::outcome(code),
        None if says("failure") => Outcome::Failure,
        None if says("success") => Outcome::Success,
        None => Outcome::Unknown,
    }
}

fn result(record: &Value) -> Cow<'_, str> {
    let reason = string(at(record, &["status", "failureReason"]));
    // Graph prints this reason where there is none to give.
    let reason = if reason == "Other." { "" } else { reason };
    let signature = string(record.get("resultSignature"));
    let signature = if signature == "None" { "" } else { signature };
    let printed = first(&[reason, string(record.get("resultDescription")), signature]);
    if printed.is_empty() { scalar(record.get("resultType")) } else { Cow::Borrowed(printed) }
}

fn detail(record: &Value) -> Cow<'_, str> {
    let mut detail = Detail::default();
    let get = |key: &str| string(record.get(key));
    let reason = string(at(record, &["status", "failureReason"]));
    detail.some_pair("Reason", if reason == "Other." { "" } else { reason });
    detail.some_pair("Details", string(at(record, &["status", "additionalDetails"])));
    detail.some_pair("App", get("appDisplayName"));
    detail.some_pair("Resource", get("resourceDisplayName"));
    detail.some_pair("Client", get("clientAppUsed"));
    detail.some_pair("Protocol", get("authenticationProtocol"));
    detail.some_pair("Requirement", get("authenticationRequirement"));
    detail.some_pair("ConditionalAccess", get("conditionalAccessStatus"));
    if let Some(steps) = record.get("authenticationDetails").and_then(|steps| steps.as_array()) {
        for step in steps {
            detail.some_pair("Method", string(step.get("authenticationMethod")));
        }
    }
    for (name, key) in [("Risk", "riskLevelDuringSignIn"), ("RiskState", "riskState")] {
        detail.some_pair(name, Some(get(key)).filter(|text| *text != "none").unwrap_or_default());
    }
    detail.some_pair("OS", string(at(record, &["deviceDetail", "operatingSystem"])));
    detail.some_pair("Browser", string(at(record, &["deviceDetail", "browser"])));
    detail.finish()
}
