//! `log-analytics-signins`: `SigninLogs` and its sisters out of Log Analytics or Sentinel, to Graph's names.

use super::{Cell, Row, has_column, has_member};
use crate::event::Event;
use crate::input::{Data, Header};
use crate::source::signin::{self, Cells};
use crate::source::text::graph_name;
use crate::source::{Decoded, FileContext, Proof, Shape, Signature, Source, Wrapper};
use sonic_rs::Value;
use std::borrow::Cow;

const NAME: &str = "log-analytics-signins";

pub(in crate::source) const SOURCE: Source = Source {
    name: NAME,
    title: "Log Analytics and Sentinel sign-in tables, CSV and JSON (also Get-MgAuditLogSignIn through Export-Csv)",
    recognised_by: "columns TimeGenerated, or in CSV CreatedDateTime, with UserPrincipalName or ServicePrincipalId, and ResultType, Status or AppDisplayName",
    signature: Signature {
        csv: &[Shape::needs(&[
            "TimeGenerated|CreatedDateTime",
            "UserPrincipalName|ServicePrincipalId",
            "ResultType|Status|AppDisplayName",
        ])
        .usual(&["IPAddress", "CorrelationId"])],
        json: &[Shape::needs(&[
            "TimeGenerated",
            "UserPrincipalName|ServicePrincipalId",
            "ResultType|Status|AppDisplayName",
        ])
        .usual(&["IPAddress", "CorrelationId"])],
    },
    proof: Proof::Records,
    csv: Some(csv),
    json: Some(json),
    decode,
    view,
};

fn csv(header: &Header) -> bool {
    let has = |key: &str| has_column(header, key);
    (has("timegenerated") || has("createddatetime"))
        && (has("userprincipalname") || has("serviceprincipalid"))
        && (has("resulttype") || has("status") || has("appdisplayname"))
}

fn json(row: &Value) -> bool {
    let has = |key: &str| has_member(row, key);
    has("TimeGenerated")
        && (has("UserPrincipalName") || has("ServicePrincipalId"))
        && (has("ResultType") || has("Status") || has("AppDisplayName"))
}

/// Columns whose Graph name is not theirs in camelCase.
///
/// <https://learn.microsoft.com/azure/azure-monitor/reference/tables/signinlogs>
fn path(name: &str) -> Cow<'_, str> {
    Cow::Borrowed(match name {
        "AADTenantId" => "tenantId",
        // In Log Analytics this is the workspace, not the tenant.
        "TenantId" => "workspaceId",
        "ConditionalAccessPolicies" => "appliedConditionalAccessPolicies",
        "LocationDetails" => "location",
        "City" => "location.city",
        "State" => "location.state",
        "Country" | "CountryOrRegion" => "location.countryOrRegion",
        // Here it is the tenant's log, in Graph the resource signed in to, which the tables call ResourceIdentity.
        "ResourceId" => "diagnosticResourceId",
        "ResourceIdentity" => "resourceId",
        _ => return Cow::Owned(graph_name(name)),
    })
}

/// Columns that hold JSON.
static DYNAMIC: &[&str] = &[
    "AppliedConditionalAccessPolicies",
    "AuthenticationDetails",
    "AuthenticationProcessingDetails",
    "AuthenticationRequirementPolicies",
    "ConditionalAccessPolicies",
    "DeviceDetail",
    "LocationDetails",
    "MfaDetail",
    "NetworkLocationDetails",
    "RiskEventTypes_V2",
    "SessionLifetimePolicies",
    "Status",
];

/// The log that a table holds, named as its `Category` column does.
///
/// <https://learn.microsoft.com/entra/identity/monitoring-health/concept-diagnostic-settings-logs-options>
fn category(table: &str) -> &str {
    match table {
        "SigninLogs" => "SignInLogs",
        _ => table.strip_prefix("AAD").filter(|log| log.ends_with("SignInLogs")).unwrap_or_default(),
    }
}

fn decode(data: Data<'_>, _: &FileContext) -> Result<Decoded, String> {
    Row::read(data, decode_row)
}

fn decode_row(row: &Row<'_>) -> Result<Decoded, String> {
    let mut cells = Cells::new();
    for (name, cell) in &row.0 {
        let path = path(name);
        match cell {
            // The country alone; LocationDetails has it too.
            _ if *name == "Location" && cell.json().is_none() => {}
            _ if *name == "Location" && row.find("LocationDetails").is_some() => {}
            Cell::Json(value) => cells.value(&path, value),
            Cell::Text(text) if path.contains('.') => cells.add(&path, text),
            Cell::Text(text) if matches!(*name, "IsInteractive" | "FlaggedForReview" | "AutonomousSystemNumber") => {
                cells.add(&path, text);
            }
            Cell::Text(text) => cells.open(&path, text),
        }
    }
    if row.find("CreatedDateTime").is_none() {
        cells.add("createdDateTime", row.get("TimeGenerated"));
    }
    if row.find("LocationDetails").is_none() {
        cells.add("location.countryOrRegion", row.get("Location"));
    }
    if row.find("Status").is_none() {
        cells.add("status.errorCode", row.get("ResultType"));
        cells.add("status.failureReason", row.get("ResultDescription"));
    }
    if row.find("Category").is_none() {
        cells.add("category", category(row.get("Type")));
    }
    cells.finish(Wrapper::default(), row.damage(DYNAMIC))
}

fn view<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    signin::view(decoded, context, NAME)
}
