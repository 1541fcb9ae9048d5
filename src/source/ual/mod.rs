//! Unified audit log: an `AuditData` record, whatever export it came in, to an [`Event`].
//!
//! Keys and meanings: <https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema>

mod account;
pub(super) mod actor;
mod bags;
mod canonical;
mod detail;
mod fields;
mod flat;
mod record_types;
mod wrapper;

pub(super) use canonical::{is_lower, is_record, restore};
pub(super) use flat::Flat;
pub(super) use wrapper::{Outer, open, open_value};

use super::text::{first, integer, operation, scalar, string};
use super::{Decoded, FileContext, address, moment, sign_in_code};
use crate::event::{Event, Family, Outcome, Record, Time, first_party};
use fields::Fields;
use sonic_rs::{JsonValueTrait, Value};
use std::borrow::Cow;

/// What a record is about, which decides where its facts stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Theme {
    SignIn,
    ExchangeAdmin,
    Mailbox,
    Directory,
    Alert,
    Other,
}

impl Theme {
    fn of(record_type: &str, operation: &str, fields: &Fields<'_>) -> Self {
        match record_type {
            "AzureActiveDirectoryStsLogon" | "AzureActiveDirectoryAccountLogon" => Self::SignIn,
            _ if matches!(operation, "UserLoggedIn" | "UserLoginFailed") => Self::SignIn,
            "ExchangeAdmin" | "SecurityComplianceCenterEOPCmdlet" => Self::ExchangeAdmin,
            "ExchangeItem" | "ExchangeItemGroup" | "ExchangeItemAggregated" | "ExchangeAggregatedOperation" => {
                Self::Mailbox
            }
            "AzureActiveDirectory" => Self::Directory,
            "SecurityComplianceAlerts" => Self::Alert,
            _ if fields.mailbox_owner.is_some() => Self::Mailbox,
            _ if string(fields.workload) == "AzureActiveDirectory" => Self::Directory,
            _ => Self::Other,
        }
    }
}

/// Reads an opened record into the schema.
pub(super) fn view<'a>(decoded: &'a Decoded, context: &FileContext, source: &'static str) -> Result<Event<'a>, String> {
    let record = Record::new(&decoded.record);
    let fields = Fields::read(&record);
    let wrapper = &decoded.wrapper;
    let (time, late) = when(&fields, decoded, context)?;
    let operation_original = first(&[string(fields.operation), &wrapper.operation]);
    if operation_original.is_empty() {
        return Err("found no Operation in the record nor in its wrapper, expected one".to_owned());
    }
    let operation = operation(operation_original);
    let record_type = record_type(&fields, &wrapper.record_type);
    let theme = Theme::of(&record_type, &operation, &fields);
    let user = first(&[string(fields.user_id), &wrapper.user]);
    let key = string(fields.user_key);
    let bags = bags::Bags::read(&fields);
    let application_id = application_id(&fields, theme, &bags);
    let (outcome, error_code) = outcome(&fields, theme, &operation);
    let object = detail::object(&fields, theme, &operation);
    Ok(Event {
        family: Family::Audit,
        source,
        id: Cow::Borrowed(first(&[string(fields.id), &wrapper.id])),
        time,
        tenant: Cow::Borrowed(tenant(&fields, &wrapper.tenant)),
        operation_original: Cow::Borrowed(operation_original),
        workload: Cow::Borrowed(string(fields.workload)),
        actor: Cow::Borrowed(first(&[user, key])),
        actor_id: Cow::Borrowed(first(&[bags.actor_id, key, user])),
        actor_kind: actor::kind(&fields, user, key),
        target: account::target(&fields, theme),
        account: account::account(&fields, theme, &operation, first(&[user, key])),
        address: place(&fields, theme),
        place: None,
        client: Cow::Borrowed(""),
        authentication_requirement: Cow::Borrowed(""),
        agent: agent(&fields, &bags),
        application: Cow::Borrowed(first(&[
            string(fields.application_name),
            first_party::name(application_id).unwrap_or(application_id),
        ])),
        application_id: Cow::Borrowed(application_id),
        session: Cow::Borrowed(first(&[bags.sign_in_session, bags.device_session, string(fields.session_id)])),
        token: Cow::Borrowed(bags.token),
        device: Cow::Borrowed(first(&[
            bags.device_name,
            bags.device_id,
            string(fields.device_name),
            string(fields.machine),
        ])),
        outcome,
        result: scalar(fields.result_status),
        error_code,
        detail: detail::detail(&fields, theme, &operation, &bags),
        object,
        degraded: if decoded.degraded.is_empty() { Cow::Borrowed(late) } else { Cow::Borrowed(&decoded.degraded) },
        operation,
        record_type,
        record,
    })
}

/// The time, and why it is not the record's own.
fn when(fields: &Fields<'_>, decoded: &Decoded, context: &FileContext) -> Result<(Time, &'static str), String> {
    let own = string(fields.creation_time);
    let outer = decoded.wrapper.time.as_str();
    // A record rebuilt from its wrapper holds the wrapper's time, so the wrapper speaks for itself.
    if (decoded.degraded.is_empty() || outer.is_empty())
        && let Some(moment) = moment::parse(own, context.dates)
    {
        return Ok((moment.of_record(), ""));
    }
    if let Some(moment) = moment::parse(outer, context.dates) {
        return Ok((moment.of_wrapper(), "the record has no readable CreationTime; its time is the wrapper's"));
    }
    Err(moment::refusal(&format!("CreationTime {own:?} and wrapper time {outer:?}"), &[own, outer]))
}

fn tenant<'a>(fields: &Fields<'a>, outer: &'a str) -> &'a str {
    first(&[string(fields.organization_id), string(fields.organization_name), outer])
}

fn record_type<'a>(fields: &Fields<'a>, outer: &'a str) -> Cow<'a, str> {
    match fields.record_type {
        Some(value) => match value.as_i64() {
            Some(number) => record_types::of_number(number),
            None => record_types::of_text(first(&[string(Some(value)), outer])),
        },
        None => record_types::of_text(outer),
    }
}

/// Mailbox records state the client's address in `ClientIPAddress`, sign-ins in `ClientIP`.
fn place<'a>(fields: &Fields<'a>, theme: Theme) -> crate::event::Address<'a> {
    let client = string(fields.client_ip);
    let mailbox = string(fields.client_ip_address);
    let actor = string(fields.actor_ip_address);
    if client.is_empty() && mailbox.is_empty() && actor.is_empty() {
        return crate::event::Address::default();
    }
    match theme {
        Theme::Mailbox => address::choose(&[mailbox, client, actor]),
        _ => address::choose(&[client, actor, mailbox]),
    }
}

fn agent<'a>(fields: &Fields<'a>, bags: &bags::Bags<'a>) -> Cow<'a, str> {
    let direct = first(&[string(fields.user_agent), bags.user_agent]);
    if !direct.is_empty() {
        return Cow::Borrowed(direct);
    }
    match bags::agent_in(bags.additional_details) {
        Some(agent) => Cow::Owned(agent),
        None => Cow::Borrowed(string(fields.client_info)),
    }
}

fn application_id<'a>(fields: &Fields<'a>, theme: Theme, bags: &bags::Bags<'a>) -> &'a str {
    let named = string(fields.application_id);
    let client = string(fields.client_app_id);
    match theme {
        Theme::SignIn => first(&[named, client]),
        _ => first(&[client, named, bags.client_application, string(fields.app_id)]),
    }
}

fn outcome<'a>(fields: &Fields<'a>, theme: Theme, operation: &str) -> (Outcome, Cow<'a, str>) {
    let code = integer(fields.error_number);
    let error = match code {
        Some(0) | None => Cow::Borrowed(string(fields.logon_error)),
        Some(_) => scalar(fields.error_number),
    };
    if theme == Theme::SignIn {
        let decided = match (operation, code) {
            ("UserLoggedIn", None) => Some(Outcome::Success),
            ("UserLoggedIn", Some(code)) => Some(sign_in_code::outcome(code)),
            ("UserLoginFailed", code) => match code.map(sign_in_code::outcome) {
                Some(Outcome::Interrupted) => Some(Outcome::Interrupted),
                _ => Some(Outcome::Failure),
            },
            _ => None,
        };
        if let Some(outcome) = decided {
            return (outcome, error);
        }
    }
    (by_status(fields.result_status), error)
}

/// What `ResultStatus` says; for every operation but a sign-in.
pub(super) fn by_status(status: Option<&Value>) -> Outcome {
    let text = scalar(status);
    let is = |known: &[&str]| known.iter().any(|k| k.eq_ignore_ascii_case(text.trim()));
    if is(&["true", "success", "succeeded", "partiallysucceeded", "ok"]) {
        Outcome::Success
    } else if is(&["false", "failure", "failed", "fail", "error"]) {
        Outcome::Failure
    } else {
        Outcome::Unknown
    }
}
