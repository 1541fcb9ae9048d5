//! `risk`: reports of Entra ID Protection, in the names of Microsoft Graph: a risk detection is an event at the
//! time of the risky activity, a risky user or service principal one at the time its risk last changed.
//!
//! Names: <https://learn.microsoft.com/graph/api/resources/riskdetection>,
//! <https://learn.microsoft.com/graph/api/resources/riskyuser>,
//! <https://learn.microsoft.com/graph/api/resources/serviceprincipalriskdetection>,
//! <https://learn.microsoft.com/azure/azure-monitor/reference/tables/aaduserriskevents>

mod record;

use super::text::{Detail, at, first, lower, members, string};
use super::{Decoded, FileContext, Proof, Shape, Signature, Source, address, moment};
use crate::event::{ActorKind, Event, Family, Outcome, Record, Time};
use crate::input::{Data, Header};
pub(super) use record::of_diagnostic;
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};
use std::borrow::Cow;

const NAME: &str = "risk";

pub(super) const SOURCE: Source = Source {
    name: NAME,
    title: "Entra ID Protection risk detections, risky users and risky service principals: Microsoft Graph JSON, Log Analytics JSON and CSV, CSV and JSON of PowerShell (also Microsoft-Extractor-Suite and Hawk)",
    recognised_by: "riskEventType with activityDateTime or detectedDateTime; or riskState with riskLastUpdatedDateTime",
    signature: Signature {
        csv: &[
            Shape::needs(&["riskEventType", "activityDateTime|detectedDateTime"]).usual(&[
                "riskLevel",
                "riskState",
                "userPrincipalName",
            ]),
            Shape::needs(&["riskState", "riskLastUpdatedDateTime"]).usual(&["riskLevel", "userPrincipalName"]),
        ],
        json: &[
            Shape::needs(&["riskEventType", "activityDateTime|detectedDateTime"]).usual(&[
                "riskLevel",
                "riskState",
                "userPrincipalName",
            ]),
            Shape::needs(&["riskState", "riskLastUpdatedDateTime"]).usual(&["riskLevel", "userPrincipalName"]),
        ],
    },
    proof: Proof::Code,
    csv: Some(matches_csv),
    json: Some(matches_json),
    decode,
    view,
};

fn matches_csv(header: &Header) -> bool {
    let has = |key: &str| header.keys.iter().any(|name| record::bare(name).eq_ignore_ascii_case(key));
    is_report(has)
}

fn matches_json(record: &Value) -> bool {
    let members = record.as_object();
    is_report(|key: &str| members.is_some_and(|members| members.iter().any(|(name, _)| name.eq_ignore_ascii_case(key))))
}

fn is_report(has: impl Fn(&str) -> bool) -> bool {
    (has("riskEventType") && (has("activityDateTime") || has("detectedDateTime")))
        || (has("riskState") && has("riskLastUpdatedDateTime"))
}

fn decode(data: Data<'_>, _: &FileContext) -> Result<Decoded, String> {
    record::of_report(&members(data)?)
}

fn view<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    view_as(decoded, context, NAME)
}

/// Whether a record of diagnostic settings is a risk report, by its category.
///
/// <https://learn.microsoft.com/entra/id-protection/howto-export-risk-data>
pub(super) fn is_category(category: &str) -> bool {
    ["UserRiskEvents", "RiskyUsers", "ServicePrincipalRiskEvents", "RiskyServicePrincipals"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(category))
}

/// Reads a report with Graph's names into the schema.
pub(super) fn view_as<'a>(
    decoded: &'a Decoded,
    context: &FileContext,
    source: &'static str,
) -> Result<Event<'a>, String> {
    let record = &decoded.record;
    let get = |key: &str| string(record.get(key));
    let detection = !first(&[get("riskEventType"), get("activityDateTime"), get("detectedDateTime")]).is_empty();
    let (time, late) = when(record, detection, context)?;
    let service =
        first(&[get("servicePrincipalDisplayName"), get("displayName"), get("servicePrincipalId"), get("appId")]);
    // A risky service principal has no member that a risky user lacks but these.
    let application = !get("servicePrincipalId").is_empty() || !get("servicePrincipalType").is_empty();
    let user = if application { "" } else { first(&[get("userPrincipalName"), get("userDisplayName"), get("userId")]) };
    // The id of a detection is its own; that of a risky user or service principal is theirs.
    let own_id = if detection { "" } else { get("id") };
    let actor = first(&[if application { service } else { user }, own_id]);
    // Azure Monitor's names; <https://learn.microsoft.com/azure/azure-monitor/reference/tables/aadriskyusers>
    let (operation, record_type) = match (detection, application) {
        (true, false) => ("User Risk Detection", "UserRiskEvents"),
        (false, false) => ("Risky user", "RiskyUsers"),
        (true, true) => ("Service principal risk detection", "ServicePrincipalRiskEvents"),
        (false, true) => ("Risky service principal", "RiskyServicePrincipals"),
    };
    Ok(Event {
        family: Family::Risk,
        source,
        id: match (detection, get("id")) {
            (true, id) => Cow::Borrowed(id),
            (false, "") => Cow::Borrowed(""),
            // The id is the user's, and a later change of the same user's risk is another event.
            (false, id) => Cow::Owned(format!("{id}/{}", time.micros)),
        },
        time,
        tenant: Cow::Borrowed(first(&[get("tenantId"), get("homeTenantId")])),
        operation: Cow::Borrowed(operation),
        operation_original: Cow::Borrowed(first(&[get("operationName"), operation])),
        workload: Cow::Borrowed("AzureActiveDirectory"),
        record_type: Cow::Borrowed(record_type),
        actor: Cow::Borrowed(actor),
        actor_id: Cow::Borrowed(first(&[get("userId"), get("servicePrincipalId"), own_id])),
        actor_kind: if application { ActorKind::Application } else { ActorKind::User },
        target: Cow::Borrowed(actor),
        account: lower(actor),
        address: address::choose(&[get("ipAddress")]),
        place: None,
        client: Cow::Borrowed(""),
        authentication_requirement: Cow::Borrowed(""),
        agent: Cow::Borrowed(get("userAgent")),
        application: Cow::Borrowed(first(&[get("appDisplayName"), if application { service } else { "" }])),
        application_id: Cow::Borrowed(get("appId")),
        session: Cow::Borrowed(""),
        token: Cow::Borrowed(""),
        device: Cow::Borrowed(""),
        outcome: Outcome::Unknown,
        result: Cow::Borrowed(get("riskState")),
        error_code: Cow::Borrowed(""),
        object: Cow::Borrowed(first(&[get("riskEventType"), get("riskType"), get("riskLevel")])),
        detail: detail(record),
        degraded: if decoded.degraded.is_empty() { Cow::Borrowed(late) } else { Cow::Borrowed(&decoded.degraded) },
        record: Record::new(record),
    })
}

/// The time, and why it is not that of the activity or of the change.
fn when(record: &Value, detection: bool, context: &FileContext) -> Result<(Time, &'static str), String> {
    let keys: [(&str, &str); 4] = if detection {
        [
            ("activityDateTime", ""),
            ("detectedDateTime", "has no readable activityDateTime; its time is that of the detection"),
            ("lastUpdatedDateTime", "has no readable activityDateTime; its time is that of its last update"),
            ("timeGenerated", "has no readable activityDateTime; its time is that of its logging"),
        ]
    } else {
        let late = "has no readable riskLastUpdatedDateTime; its time is that of its logging";
        [("riskLastUpdatedDateTime", ""), ("timeGenerated", late), ("time", late), ("createdDateTime", late)]
    };
    for (key, late) in keys {
        if let Some(moment) = moment::parse(string(record.get(key)), context.dates) {
            return Ok((moment.of_record(), late));
        }
    }
    let (key, _) = keys[0];
    let found = string(record.get(key));
    Err(moment::refusal(&format!("{key} {found:?}"), &[found]))
}

fn detail(record: &Value) -> Cow<'_, str> {
    let mut detail = Detail::default();
    for (name, key) in [
        ("RiskEventType", "riskEventType"),
        ("RiskLevel", "riskLevel"),
        ("RiskState", "riskState"),
        ("RiskDetail", "riskDetail"),
        ("Activity", "activity"),
        ("Timing", "detectionTimingType"),
        ("Detected", "detectedDateTime"),
        ("Source", "source"),
        ("Techniques", "mitreTechniques"),
        ("Request", "requestId"),
    ] {
        detail.some_pair(name, string(record.get(key)));
    }
    for (name, key) in [("City", "city"), ("Country", "countryOrRegion")] {
        detail.some_pair(name, string(at(record, &["location", key])));
    }
    detail.finish()
}
