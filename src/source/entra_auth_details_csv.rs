//! `entra-auth-details-csv`: the portal's companion of a sign-in download, one authentication step of a sign-in a row.
//!
//! A row is an event of its own, which names the sign-in by its Request ID and is not counted as a sign-in again.

use super::signin::{self, Cells};
use super::text::{Detail, Object, string};
use super::{Decoded, FileContext, Proof, Shape, Signature, Source, Wrapper, any_cell, cell, moment, not_csv};
use crate::event::{Event, Outcome, SIGN_IN_STEP};
use crate::input::Data;
use sonic_rs::JsonValueTrait;
use std::borrow::Cow;

const NAME: &str = "entra-auth-details-csv";

pub(super) const SOURCE: Source = Source {
    name: NAME,
    title: "Entra portal sign-in download, authentication details, CSV",
    recognised_by: "columns Request ID and Authentication method",
    signature: Signature {
        csv: &[Shape::needs(&["Request ID", "Authentication method"]).usual(&[
            "Date (UTC)",
            "Succeeded",
            "Result detail",
        ])],
        json: &[],
    },
    proof: Proof::Unverified,
    csv: None,
    json: None,
    decode,
    view,
};

/// Column key and Graph's name of an authentication step's member.
///
/// <https://learn.microsoft.com/graph/api/resources/authenticationdetail?view=graph-rest-beta>
static STEP: &[(&str, &str)] = &[
    ("authentication method", "authenticationMethod"),
    ("authentication method detail", "authenticationMethodDetail"),
    ("succeeded", "succeeded"),
    ("result detail", "authenticationStepResultDetail"),
    ("requirement", "authenticationStepRequirement"),
];

/// Column key and Graph's name of what a row may say of the sign-in.
static SIGN_IN: &[(&str, &str)] = &[
    // Not `id`: the sign-in itself has that one.
    ("request id", "requestId"),
    ("correlation id", "correlationId"),
    ("user id", "userId"),
    ("user", "userDisplayName"),
    ("username", "userPrincipalName"),
    ("application", "appDisplayName"),
    ("application id", "appId"),
    ("ip address", "ipAddress"),
];

fn decode(data: Data<'_>, _: &FileContext) -> Result<Decoded, String> {
    let Data::Csv { header, fields } = data else { return Err(not_csv()) };
    let request = cell(header, &fields, "request id").trim();
    let (when, uncertain) = moment::of_portal(cell(header, &fields, "date (utc)"), cell(header, &fields, "date"));
    if when.trim().is_empty() {
        return Err(format!(
            "found no date, expected one in Date (UTC) or Date; the row is a step of sign-in {request:?}, whose own record has the time"
        ));
    }
    let mut cells = Cells::new();
    cells.add("operationName", SIGN_IN_STEP);
    cells.add("createdDateTime", when);
    for (key, path) in SIGN_IN {
        cells.add(path, any_cell(header, &fields, &[key]));
    }
    let mut step = Object::new();
    for (key, member) in STEP {
        match (*key, cell(header, &fields, key).trim()) {
            ("succeeded", truth) if truth.eq_ignore_ascii_case("true") => step.raw(member, "true"),
            ("succeeded", truth) if truth.eq_ignore_ascii_case("false") => step.raw(member, "false"),
            (_, text) => step.some_text(member, text),
        }
    }
    cells.open("authenticationDetails", &format!("[{}]", step.finish()));
    cells.finish(Wrapper::default(), uncertain.to_owned())
}

fn view<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    let mut event = signin::view(decoded, context, NAME)?;
    let record = &decoded.record;
    let request = string(record.get("requestId"));
    event.object = Cow::Borrowed(request);
    let Some(step) = record.get("authenticationDetails").and_then(|steps| steps.get(0)) else { return Ok(event) };
    let get = |key: &str| string(step.get(key));
    event.outcome = match step.get("succeeded").and_then(JsonValueTrait::as_bool) {
        Some(true) => Outcome::Success,
        Some(false) => Outcome::Failure,
        None => Outcome::Unknown,
    };
    event.result = Cow::Borrowed(get("authenticationStepResultDetail"));
    let mut detail = Detail::default();
    detail.some_pair("Sign-in", request);
    detail.some_pair("Method", get("authenticationMethod"));
    detail.some_pair("MethodDetail", get("authenticationMethodDetail"));
    detail.some_pair("Result", get("authenticationStepResultDetail"));
    detail.some_pair("Requirement", get("authenticationStepRequirement"));
    event.detail = detail.finish();
    Ok(event)
}
