//! The Entra sign-in log as each tool exports it.

use super::audit::{plain, quoted};
use crate::json::Json;
use crate::log::stamp;
use crate::map;
use crate::people::{TENANT, TENANT_NAME};
use crate::sign_in::{Mfa, SignIn};

/// The portal's columns, one of them twice and two with a trailing space, as the portal writes them.
const PORTAL: &[&str] = &[
    "Date (UTC)",
    "Request ID",
    "User agent",
    "Correlation ID",
    "User ID",
    "User",
    "Username",
    "User type",
    "Cross tenant access type",
    "Incoming token type",
    "Authentication Protocol",
    "Unique token identifier",
    "Original transfer method",
    "Client credential type",
    "Token Protection - Sign In Session",
    "Token Protection - Sign In Session StatusCode",
    "Application",
    "Application ID ",
    "App owner tenant ID",
    "Resource",
    "Resource ID ",
    "Resource tenant ID",
    "Resource owner tenant ID",
    "Home tenant ID",
    "Home tenant name",
    "IP address",
    "Location",
    "Status",
    "Sign-in error code",
    "Failure reason",
    "Client app",
    "Device ID",
    "Browser",
    "Operating System",
    "Compliant",
    "Managed",
    "Join Type",
    "Multifactor authentication result",
    "Multifactor authentication auth method",
    "Multifactor authentication auth detail",
    "Authentication requirement",
    "Sign-in identifier",
    "Session ID",
    "IP address (seen by resource)",
    "Through Global Secure Access",
    "Global Secure Access IP address",
    "Autonomous system  number",
    "Flagged for review",
    "Token issuer type",
    "Incoming token type",
    "Token issuer name",
    "Latency",
    "Conditional Access",
    "Managed Identity type",
    "Associated Resource Id",
    "Federated Token Id",
    "Federated Token Issuer",
];

/// The download of interactive sign-ins.
pub(super) fn portal(records: &[&SignIn]) -> String {
    let mut out = quoted(PORTAL);
    for s in records {
        let row: Vec<String> = PORTAL.iter().map(|column| portal_value(s, column)).collect();
        out += &quoted(&row.iter().map(String::as_str).collect::<Vec<_>>());
    }
    out
}

fn portal_value(s: &SignIn, column: &str) -> String {
    let known = s.device.is_some();
    match column {
        "Date (UTC)" => stamp(s.time, "%Y-%m-%dT%H:%M:%SZ"),
        "Request ID" => s.id.clone(),
        "User agent" => s.agent.clone(),
        "Correlation ID" => s.correlation.clone(),
        "User ID" => s.user_id.clone(),
        "User" => s.name.clone(),
        "Username" | "Sign-in identifier" => s.upn.clone(),
        "User type" => "Member".into(),
        "Authentication Protocol" if s.protocol == "deviceCode" => "Device Code".into(),
        "Authentication Protocol" if s.protocol == "ropc" => "ROPC".into(),
        "Cross tenant access type"
        | "Incoming token type"
        | "Authentication Protocol"
        | "Original transfer method"
        | "Client credential type"
        | "Token Protection - Sign In Session"
        | "Managed Identity type" => "None".into(),
        "Unique token identifier" => s.token.clone(),
        "Token Protection - Sign In Session StatusCode" => "0".into(),
        "Application" => s.app.0.into(),
        "Application ID " => s.app.1.into(),
        "App owner tenant ID" | "Resource owner tenant ID" => "f8cdef31-a31e-4b4a-93e4-5f571e91255a".into(),
        "Resource" => s.resource.0.into(),
        "Resource ID " => s.resource.1.into(),
        "Resource tenant ID" | "Home tenant ID" => TENANT.into(),
        "Home tenant name" => TENANT_NAME.into(),
        "IP address" => s.place.address.clone(),
        "Location" => format!("{}, {}, {}", s.place.city, s.place.state, s.place.country),
        "Status" => s.status().into(),
        "Sign-in error code" => s.code.to_string(),
        "Failure reason" => s.reason().into(),
        "Client app" => s.client.into(),
        "Device ID" => s.device.clone().unwrap_or_default().0,
        "Browser" => s.browser().into(),
        "Operating System" => s.system().into(),
        "Compliant" | "Managed" => if known { "Yes" } else { "No" }.into(),
        "Join Type" => if known { "Azure AD joined" } else { "" }.into(),
        "Multifactor authentication result" => s.detail().into(),
        "Multifactor authentication auth method" if matches!(s.mfa, Mfa::Prompt | Mfa::Missed) => {
            "Mobile app notification".into()
        }
        "Authentication requirement" => {
            if s.mfa == Mfa::None { "Single-factor authentication" } else { "Multifactor authentication" }.into()
        }
        "Session ID" => s.session.clone(),
        "Through Global Secure Access" | "Flagged for review" => "No".into(),
        "Autonomous system  number" => s.place.asn.to_string(),
        "Token issuer type" => "Microsoft Entra ID".into(),
        "Latency" => (60 + s.time % 400).to_string(),
        "Conditional Access" => match (s.mfa, s.code) {
            (Mfa::None, _) => "Not Applied",
            (_, 0) => "Success",
            _ => "Failure",
        }
        .into(),
        _ => String::new(),
    }
}

/// Graph beta as Microsoft-Extractor-Suite appends it: an array for each page, one after the other.
pub(super) fn appended(pages: &[&[&SignIn]]) -> String {
    pages.iter().map(|page| Json::List(page.iter().map(|s| s.beta()).collect()).pretty("\r\n")).collect()
}

/// Graph beta: a page with `value`.
pub(super) fn graph_beta(records: &[&SignIn]) -> String {
    map! {
        "@odata.context": "https://graph.microsoft.com/beta/$metadata#auditLogs/signIns",
        "value": Json::List(records.iter().map(|s| s.beta()).collect()),
    }
    .pretty("\n")
}

const V1: &[&str] = &[
    "id",
    "createdDateTime",
    "userDisplayName",
    "userPrincipalName",
    "userId",
    "appId",
    "appDisplayName",
    "ipAddress",
    "clientAppUsed",
    "correlationId",
    "conditionalAccessStatus",
    "isInteractive",
    "riskDetail",
    "riskLevelAggregated",
    "riskLevelDuringSignIn",
    "riskState",
    "riskEventTypes_v2",
    "resourceDisplayName",
    "resourceId",
    "status",
    "deviceDetail",
    "location",
    "appliedConditionalAccessPolicies",
];

/// Graph v1.0: a bare array of fewer members.
pub(super) fn graph_v1(records: &[&SignIn]) -> String {
    Json::List(records.iter().map(|s| s.beta().only(V1)).collect()).pretty("\n")
}

fn diagnostic(s: &SignIn) -> Json {
    let category = match (&s.principal, s.interactive) {
        (Some(_), _) => "ServicePrincipalSignInLogs",
        (None, true) => "SignInLogs",
        (None, false) => "NonInteractiveUserSignInLogs",
    };
    let mut record = map! {
        "time": stamp(s.time + 90, "%Y-%m-%dT%H:%M:%S.1170000Z"),
        "resourceId": format!("/tenants/{TENANT}/providers/Microsoft.aadiam"),
        "operationName": "Sign-in activity",
        "operationVersion": "1.0",
        "category": category,
        "tenantId": TENANT,
        "resultType": s.code.to_string(),
        "resultSignature": "None",
    };
    if s.code != 0 {
        record = record.with(map! { "resultDescription": s.reason() });
    }
    record.with(map! {
        "durationMs": 0,
        "callerIpAddress": &s.place.address,
        "correlationId": &s.correlation,
        "identity": &s.name,
        "Level": 4,
        "location": s.place.country,
        "properties": s.beta(),
    })
}

/// Diagnostic settings to an event hub: `{"records": […]}`.
pub(super) fn records(records: &[&SignIn]) -> String {
    map! { "records": Json::List(records.iter().map(|s| diagnostic(s)).collect()) }.compact()
}

/// Diagnostic settings to a storage account: one record a line.
pub(super) fn lines(records: &[&SignIn]) -> String {
    records.iter().map(|s| diagnostic(s).compact() + "\n").collect()
}

const TABLE: &[&str] = &[
    "TenantId",
    "SourceSystem",
    "TimeGenerated [UTC]",
    "ResourceId",
    "OperationName",
    "OperationVersion",
    "Category",
    "ResultType",
    "ResultSignature",
    "ResultDescription",
    "DurationMs",
    "CorrelationId",
    "Identity",
    "Location",
    "AppDisplayName",
    "AppId",
    "AuthenticationDetails",
    "AuthenticationProtocol",
    "AuthenticationRequirement",
    "ClientAppUsed",
    "ConditionalAccessPolicies",
    "ConditionalAccessStatus",
    "CreatedDateTime [UTC]",
    "DeviceDetail",
    "IsInteractive",
    "Id",
    "IPAddress",
    "LocationDetails",
    "ResourceDisplayName",
    "ResourceIdentity",
    "RiskDetail",
    "RiskLevelAggregated",
    "RiskLevelDuringSignIn",
    "RiskState",
    "SessionId",
    "Status",
    "UniqueTokenIdentifier",
    "UserAgent",
    "UserDisplayName",
    "UserId",
    "UserPrincipalName",
    "UserType",
    "AutonomousSystemNumber",
    "AADTenantId",
    "Type",
];

/// The `SigninLogs` table as the Log Analytics portal downloads it.
pub(super) fn log_analytics(records: &[&SignIn]) -> String {
    let mut out = plain(TABLE);
    for s in records {
        let row: Vec<String> = TABLE.iter().map(|column| table_value(s, column)).collect();
        out += &plain(&row.iter().map(String::as_str).collect::<Vec<_>>());
    }
    out
}

fn table_value(s: &SignIn, column: &str) -> String {
    const DATE: &str = "%-m/%-d/%Y, %-I:%M:%S.391 %p";
    match column {
        // The workspace's id, not the tenant's.
        "TenantId" => "aa4f3b1e-6d5c-4e0b-8a4d-1c2b3a495001".into(),
        "SourceSystem" => "Azure AD".into(),
        "TimeGenerated [UTC]" | "CreatedDateTime [UTC]" => stamp(s.time, DATE),
        "ResourceId" => format!("/tenants/{TENANT}/providers/Microsoft.aadiam"),
        "OperationName" => "Sign-in activity".into(),
        "OperationVersion" => "1.0".into(),
        "Category" => "SignInLogs".into(),
        "ResultType" => s.code.to_string(),
        "ResultSignature" => "None".into(),
        "ResultDescription" if s.code != 0 => s.reason().into(),
        "DurationMs" => "0".into(),
        "CorrelationId" => s.correlation.clone(),
        "Identity" | "UserDisplayName" => s.name.clone(),
        "Location" => s.place.country.into(),
        "AppDisplayName" => s.app.0.into(),
        "AppId" => s.app.1.into(),
        "AuthenticationDetails" => s.steps().compact(),
        "AuthenticationProtocol" => s.protocol.into(),
        "AuthenticationRequirement" => s.requirement().into(),
        "ClientAppUsed" => s.client.into(),
        "ConditionalAccessPolicies" => "[]".into(),
        "ConditionalAccessStatus" => if s.mfa == Mfa::None { "notApplied" } else { "success" }.into(),
        "DeviceDetail" => s.device_json().compact(),
        "IsInteractive" => s.interactive.to_string(),
        "Id" => s.id.clone(),
        "IPAddress" => s.place.address.clone(),
        "LocationDetails" => s.location_json().compact(),
        "ResourceDisplayName" => s.resource.0.into(),
        "ResourceIdentity" => s.resource.1.into(),
        "RiskDetail" | "RiskLevelAggregated" | "RiskLevelDuringSignIn" | "RiskState" => "none".into(),
        "SessionId" => s.session.clone(),
        "Status" => s.status_json().compact(),
        "UniqueTokenIdentifier" => s.token.clone(),
        "UserAgent" => s.agent.clone(),
        "UserId" => s.user_id.clone(),
        "UserPrincipalName" => s.upn.clone(),
        "UserType" => "Member".into(),
        "AutonomousSystemNumber" => s.place.asn.to_string(),
        "AADTenantId" => TENANT.into(),
        "Type" => "SigninLogs".into(),
        _ => String::new(),
    }
}
