//! Who acted: `UserType`, `UserId`, `UserKey` and Actor of a record to one kind of principal.

use super::fields::Fields;
use crate::event::ActorKind;
use crate::event::first_party;
use crate::source::text::{integer, string};
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};

/// Names that Microsoft's services sign with where other records have a user.
static SERVICES: &[&str] = &[
    "FfoServicePartnerUser",
    "SecurityComplianceAlerts",
    "SecurityComplianceInsights",
    "ThreatIntel",
    "Certificate",
    "SHAREPOINT\\system",
    "Microsoft.Exchange.ServiceHost",
    "Microsoft Substrate Management",
    "AirInvestigation",
    "SupervisoryReview",
];

/// Decides the kind of principal. The name outweighs `UserType` where the two disagree: Microsoft logs
/// some of its services as Admin, and users of its portals as Application.
///
/// <https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema#user-type>
pub(super) fn kind(fields: &Fields<'_>, user: &str, key: &str) -> ActorKind {
    if is_system(user) || (user.is_empty() && is_system(key)) {
        return ActorKind::System;
    }
    if is_guest(user) {
        return ActorKind::Guest;
    }
    let principal = user.starts_with("ServicePrincipal_") || user.starts_with("app@sharepoint");
    if principal || key.starts_with("ServicePrincipal_") {
        return if own_service(fields.actor) { ActorKind::System } else { ActorKind::Application };
    }
    let named = is_upn(user);
    match user_type(fields.user_type) {
        Some(3 | 4 | 7 | 8) => ActorKind::System,
        Some(10) => ActorKind::Guest,
        Some(5 | 6) if named => ActorKind::User,
        Some(5 | 6) if is_unknown(user) => ActorKind::Unknown,
        Some(5 | 6) => ActorKind::Application,
        _ if is_unknown(user) => ActorKind::Unknown,
        Some(_) => ActorKind::User,
        None if named => ActorKind::User,
        None => ActorKind::Unknown,
    }
}

fn user_type(value: Option<&Value>) -> Option<i64> {
    integer(value).or_else(|| {
        Some(match string(value) {
            "Regular" | "regular" => 0,
            "Reserved" | "reserved" => 1,
            "Admin" | "admin" => 2,
            "DcAdmin" | "dcAdmin" => 3,
            "System" | "system" => 4,
            "Application" | "application" => 5,
            "ServicePrincipal" | "servicePrincipal" => 6,
            "CustomPolicy" | "customPolicy" => 7,
            "SystemPolicy" | "systemPolicy" => 8,
            "PartnerTechnician" | "partnerTechnician" => 9,
            "Guest" | "guest" => 10,
            _ => return None,
        })
    })
}

fn starts(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

fn ends(text: &str, suffix: &str) -> bool {
    text.len() >= suffix.len()
        && text.get(text.len() - suffix.len()..).is_some_and(|tail| tail.eq_ignore_ascii_case(suffix))
}

/// Whether a name is one of Microsoft's services or of the operating system.
pub(in crate::source) fn is_system(name: &str) -> bool {
    if name.len() < 8 {
        return false;
    }
    if matches!(name, "S-1-5-18" | "S-1-5-19" | "S-1-5-20")
        || starts(name, "NT AUTHORITY\\")
        || starts(name, "NT SERVICE\\")
    {
        return true;
    }
    if memchr::memchr(b'@', name.as_bytes()).is_some() {
        ends(name, ".prod.outlook.com") || ends(name, "@support.onmicrosoft.com")
    } else {
        SERVICES.iter().any(|service| service.eq_ignore_ascii_case(name))
    }
}

/// Whether a name is an account of another tenant.
pub(in crate::source) fn is_guest(name: &str) -> bool {
    let marked = || name.contains("#EXT#") || name.contains("#ext#");
    // Nearly no name has the sign, and one letter is found sooner than five.
    (memchr::memchr(b'#', name.as_bytes()).is_some() && marked()) || starts(name, "urn:spo:guest")
}

/// Whether a name has the form of a user principal name.
pub(in crate::source) fn is_upn(name: &str) -> bool {
    name.split_once('@')
        .is_some_and(|(user, domain)| !user.is_empty() && domain.contains('.') && !name.contains([' ', '/', '\\', ';']))
}

fn is_unknown(name: &str) -> bool {
    name.is_empty() || matches!(name, "Not Available" | "NOT-FOUND" | "Unknown" | "unknown" | "anonymous")
}

/// Whether the acting service principal is Microsoft's own. Its display name proves nothing: anyone may choose it.
fn own_service(actor: Option<&Value>) -> bool {
    let Some(items) = actor.and_then(|a| a.as_array()) else { return false };
    items.iter().any(|item| integer(item.get("Type")) == Some(2) && first_party::is_own(string(item.get("ID"))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Record;

    fn of(json: &str) -> ActorKind {
        let record: Value = sonic_rs::from_str(json).unwrap();
        let fields = Fields::read(&Record::new(&record));
        kind(&fields, string(fields.user_id), string(fields.user_key))
    }

    #[test]
    fn people_and_services_are_told_apart() {
        use ActorKind::{Application, Guest, System, Unknown, User};
        for (json, expected) in [
            (r#"{"UserType":2,"UserId":"admin@harbor.example","UserKey":"1003"}"#, User),
            (r#"{"UserType":0,"UserId":"6f0c0000-0000-4000-8000-00000000000a"}"#, User),
            (r#"{"UserType":2,"UserId":"FfoServicePartnerUser"}"#, System),
            (r#"{"UserType":3,"UserId":"NT AUTHORITY\\SYSTEM (Microsoft.Exchange.ServiceHost)"}"#, System),
            (r#"{"UserType":2,"UserId":"NT AUTHORITY\\SYSTEM (w3wp)"}"#, System),
            (r#"{"UserType":0,"UserId":"S-1-5-18"}"#, System),
            (r#"{"UserType":3,"UserId":"Provisioning-Account@eur01.prod.outlook.com"}"#, System),
            (r#"{"UserType":0,"UserId":"fim_password_service@support.onmicrosoft.com"}"#, System),
            (r#"{"UserType":4,"UserId":"Certificate"}"#, System),
            (r#"{"UserType":5,"UserId":"ada@harbor.example"}"#, User),
            (r#"{"UserType":5,"UserId":"NOT-FOUND"}"#, Unknown),
            (r#"{"UserType":6,"UserId":"b2222222-2222-4333-8444-555555555555"}"#, Application),
            (r#"{"UserType":0,"UserId":"eve_evil.example#EXT#@harbor.onmicrosoft.com"}"#, Guest),
            (r#"{"UserType":"Admin","UserId":"admin@harbor.example"}"#, User),
            (r#"{"UserId":""}"#, Unknown),
        ] {
            assert_eq!(of(json), expected, "{json}");
        }
    }

    #[test]
    fn a_tenants_own_service_principal_is_not_hidden_as_system() {
        let own = r#"{"UserType":4,"UserId":"ServicePrincipal_1","Actor":[{"ID":"Device Registration Service","Type":1},
            {"ID":"01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9","Type":2}]}"#;
        let foreign = r#"{"UserType":4,"UserId":"ServicePrincipal_2","Actor":[{"ID":"Microsoft Graph","Type":1},
            {"ID":"b2222222-2222-4333-8444-555555555555","Type":2}]}"#;
        assert_eq!(of(own), ActorKind::System);
        assert_eq!(of(foreign), ActorKind::Application);
    }
}
