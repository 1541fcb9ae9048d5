//! `log-analytics-csv`: `SigninLogs` and its sisters out of Log Analytics or Sentinel, to Graph's names.

use super::signin::{self, Cells};
use super::{Decoded, FileContext, Proof, Shape, Signature, Source, Wrapper, not_csv};
use crate::event::Event;
use crate::input::Data;

const NAME: &str = "log-analytics-csv";

pub(super) const SOURCE: Source = Source {
    name: NAME,
    title: "Log Analytics and Sentinel sign-in tables, CSV (also Get-MgAuditLogSignIn through Export-Csv)",
    recognised_by: "columns TimeGenerated or CreatedDateTime with UserPrincipalName or ServicePrincipalId, and ResultType, Status or AppDisplayName",
    signature: Signature {
        csv: &[Shape::needs(&[
            "TimeGenerated|CreatedDateTime",
            "UserPrincipalName|ServicePrincipalId",
            "ResultType|Status|AppDisplayName",
        ])
        .usual(&["IPAddress", "CorrelationId"])],
        json: &[],
    },
    proof: Proof::Documentation,
    csv: None,
    json: None,
    decode,
    view,
};

/// A column name without the zone that the portal adds to it.
fn bare(name: &str) -> &str {
    let name = name.trim();
    name.strip_suffix(" [UTC]").or_else(|| name.strip_suffix(" [utc]")).unwrap_or(name).trim()
}

/// Columns whose Graph name is not theirs with a small first letter.
///
/// <https://learn.microsoft.com/azure/azure-monitor/reference/tables/signinlogs>
fn path(name: &str) -> Option<&'static str> {
    Some(match name {
        "IPAddress" | "IpAddress" => "ipAddress",
        "IPAddressFromResourceProvider" => "ipAddressFromResourceProvider",
        "AADTenantId" => "tenantId",
        // In Log Analytics this is the workspace, not the tenant.
        "TenantId" => "workspaceId",
        "ConditionalAccessPolicies" => "appliedConditionalAccessPolicies",
        "LocationDetails" => "location",
        "City" => "location.city",
        "State" => "location.state",
        "Country" | "CountryOrRegion" => "location.countryOrRegion",
        "RiskEventTypes_V2" => "riskEventTypes_v2",
        _ => return None,
    })
}

fn decode(data: Data<'_>, _: &FileContext) -> Result<Decoded, String> {
    let Data::Csv { header, fields } = data else { return Err(not_csv()) };
    let find = |wanted: &str| {
        let at = header.keys.iter().position(|key| bare(key) == wanted)?;
        fields.get(at).map(|text| text.trim()).filter(|text| !text.is_empty())
    };
    let mut cells = Cells::new();
    for (name, text) in header.names.iter().map(|name| bare(name)).zip(fields.iter().copied()) {
        if matches!(name, "Location") {
            continue;
        }
        match path(name) {
            Some(path) if path.contains('.') => cells.add(path, text),
            Some(path) => cells.open(path, text),
            None if matches!(name, "IsInteractive" | "FlaggedForReview" | "AutonomousSystemNumber") => {
                cells.add(&lower_first(name), text);
            }
            None => cells.open(&lower_first(name), text),
        }
    }
    if find("createddatetime").is_none() {
        cells.add("createdDateTime", find("timegenerated").unwrap_or_default());
    }
    if find("locationdetails").is_none() {
        cells.add("location.countryOrRegion", find("location").unwrap_or_default());
    }
    if find("status").is_none() {
        cells.add("status.errorCode", find("resulttype").unwrap_or_default());
        cells.add("status.failureReason", find("resultdescription").unwrap_or_default());
    }
    let lost = fields.iter().any(|text| text.starts_with("Microsoft.Graph.") || text.starts_with("System."));
    let degraded = if lost { "nested values were not exported".to_owned() } else { String::new() };
    cells.finish(Wrapper::default(), degraded)
}

fn view<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    signin::view(decoded, context, NAME)
}

fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|c| c.to_ascii_lowercase()).into_iter().chain(letters).collect()
}
