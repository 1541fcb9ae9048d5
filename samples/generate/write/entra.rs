//! Records of the other logs in the words of Entra and Sentinel: the same sign-ins once more, and the directory's own
//! log of what the unified audit log holds as `AzureActiveDirectory`.

use super::audit::quoted;
use super::pack::utf8_bom;
use super::{Files, days, sign_in};
use crate::json::Json;
use crate::log::{Audit, Log, stamp};
use crate::map;
use crate::people::{DAY, START, TENANT, TENANT_NAME};
use crate::sign_in::SignIn;

const ISO: &str = "%Y-%m-%dT%H:%M:%SZ";

/// The day of the first records that are in the portal's download only, which gives no Id.
const WITH_ID: i64 = 11;

/// Whether the directory's own log has the act too, under an Id.
pub(super) fn is_told_with_id(audit: &Audit) -> bool {
    is_directory(audit) && audit.time < START + WITH_ID * DAY
}

/// Writes every file.
pub(super) fn files(log: &Log, files: &mut Files) {
    let directory = |from: i64, to: i64| -> Vec<&Audit> {
        days(log, from, to, 0).into_iter().filter(|a| is_directory(a)).collect()
    };
    let mut put = |name: &str, bytes: Vec<u8>| files.insert(name.to_owned(), bytes);
    let first = directory(0, WITH_ID);
    let later = directory(WITH_ID, 21);
    put("directory-audit/graph/directoryAudits-20260105-20260115.json", graph(&first).into_bytes());
    put("directory-audit/portal/AuditLogs_2026-01-16_2026-01-25.csv", utf8_bom(&portal(&later)));
    let again = &first[first.len().saturating_sub(6)..];
    put("directory-audit/sentinel/AuditLogs-20260115.json", table(again).into_bytes());

    let sign_ins = |from: i64, to: i64, most: usize, wanted: &dyn Fn(&SignIn) -> bool| -> Vec<&SignIn> {
        let within = |s: &&SignIn| (START + from * DAY..START + to * DAY).contains(&s.time) && wanted(s);
        log.sign_ins.iter().filter(within).take(most).collect()
    };
    let quiet = |s: &SignIn| !s.interactive && s.principal.is_none();
    let day = sign_ins(8, 9, 12, &|s| s.interactive);
    put(
        "sign-ins/extractor-suite/20260123-101500-SignInLogs/interactiveUser/20260123101500-SignInLogs.json",
        sign_in::appended(&[&day[..6], &day[6..]]).into_bytes(),
    );
    put(
        "sign-ins/portal/NonInteractiveSignIns_2026-01-13_2026-01-13.csv",
        utf8_bom(&sign_in::portal(&sign_ins(8, 9, 20, &quiet))),
    );
    put(
        "sign-ins/portal/ApplicationSignIns_2026-01-13_2026-01-20.csv",
        utf8_bom(&applications(&sign_ins(8, 16, 20, &|s| s.principal.is_some()))),
    );
    put(
        "sign-ins/portal/InteractiveSignIns_AuthDetails_2026-01-24_2026-01-25.csv",
        utf8_bom(&steps(&sign_ins(19, 21, 20, &|s| s.interactive))),
    );
    put(
        "sign-ins/sentinel/AADNonInteractiveUserSignInLogs-20260114.json",
        non_interactive(&sign_ins(9, 10, 20, &quiet)).into_bytes(),
    );
}

fn member<'a>(json: &'a Json, name: &str) -> Option<&'a Json> {
    let Json::Map(members) = json else { return None };
    members.iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

fn text<'a>(json: &'a Json, name: &str) -> &'a str {
    match member(json, name) {
        Some(Json::Text(text)) => text,
        _ => "",
    }
}

fn items<'a>(json: &'a Json, name: &str) -> &'a [Json] {
    match member(json, name) {
        Some(Json::List(items)) => items,
        _ => &[],
    }
}

fn is_json(text: &str) -> bool {
    text.starts_with(['[', '{']) && text.ends_with([']', '}']) && text.contains('"') || text == "[]"
}

/// The value of a property as the directory prints it: JSON text of what it is, null for nothing.
fn property(value: &str) -> Json {
    match value {
        "" => Json::Null,
        value if is_json(value) => value.into(),
        value => Json::from(value).compact().into(),
    }
}

/// Whether the directory's own log has the act too.
fn is_directory(audit: &Audit) -> bool {
    audit.record_type == 8 && audit.user.contains('@')
}

/// The id that the directory's own log gives it.
pub(super) fn directory_id(audit: &Audit) -> String {
    format!("Directory_{}_{}", text(&audit.data, "InterSystemsId"), &audit.id[..8])
}

/// A directory record as the directory's own log has it.
struct Record<'a> {
    audit: &'a Audit,
    id: String,
    operation: &'a str,
    actor: &'a str,
    kind: &'a str,
    target: &'a str,
    name: &'a str,
    agent: String,
}

impl<'a> Record<'a> {
    fn of(audit: &'a Audit) -> Self {
        let data = &audit.data;
        let targets = items(data, "Target");
        let at = |list: &'a [Json], n: usize| list.get(n).map_or("", |entry| text(entry, "ID"));
        let details = items(data, "ExtendedProperties").first().map_or("", |entry| text(entry, "Value"));
        let agent = details.strip_prefix("{\"User-Agent\":\"").and_then(|rest| rest.strip_suffix("\"}"));
        Self {
            audit,
            id: directory_id(audit),
            operation: audit.operation.strip_suffix('.').unwrap_or(&audit.operation),
            actor: at(items(data, "Actor"), 3),
            kind: at(targets, 2),
            target: at(targets, 1),
            name: at(targets, 3),
            agent: agent.unwrap_or_default().to_owned(),
        }
    }

    fn is_user(&self) -> bool {
        self.kind == "User"
    }

    fn category(&self) -> &'static str {
        match self.kind {
            "User" => "UserManagement",
            "Role" => "RoleManagement",
            "Group" => "GroupManagement",
            "Device" => "Device",
            _ => "ApplicationManagement",
        }
    }

    fn changes(&self) -> Vec<(&'a str, Json, Json)> {
        let changes = items(&self.audit.data, "ModifiedProperties").iter();
        changes
            .map(|change| {
                (text(change, "Name"), property(text(change, "OldValue")), property(text(change, "NewValue")))
            })
            .collect()
    }

    fn by(&self) -> Json {
        let user = map! {
            "id": self.actor,
            "displayName": Json::Null,
            "userPrincipalName": &self.audit.user,
            "ipAddress": &self.audit.address,
            "userType": Json::Null,
            "homeTenantId": Json::Null,
            "homeTenantName": Json::Null,
        };
        map! { "user": user, "app": Json::Null }
    }

    fn targets(&self) -> Json {
        let changes = self.changes().into_iter();
        let changes = changes
            .map(|(name, old, new)| map! { "displayName": name, "oldValue": old, "newValue": new })
            .collect::<Vec<_>>();
        Json::List(vec![map! {
            "id": self.target,
            "displayName": if self.is_user() { Json::Null } else { self.name.into() },
            "type": self.kind,
            "userPrincipalName": if self.is_user() { self.name.into() } else { Json::Null },
            "groupType": Json::Null,
            "modifiedProperties": changes,
        }])
    }

    fn details(&self) -> Json {
        let detail = map! { "key": "User-Agent", "value": &self.agent };
        Json::List(if self.agent.is_empty() { vec![] } else { vec![detail] })
    }
}

/// Graph `auditLogs/directoryAudits`: a page with `value`.
fn graph(records: &[&Audit]) -> String {
    let list = records.iter().map(|audit| {
        let record = Record::of(audit);
        map! {
            "id": &record.id,
            "category": record.category(),
            "correlationId": text(&audit.data, "InterSystemsId"),
            "result": "success",
            "resultReason": "",
            "activityDisplayName": record.operation,
            "activityDateTime": stamp(audit.time, "%Y-%m-%dT%H:%M:%S.1730000Z"),
            "loggedByService": "Core Directory",
            "operationType": "Update",
            "initiatedBy": record.by(),
            "targetResources": record.targets(),
            "additionalDetails": record.details(),
        }
    });
    map! {
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#auditLogs/directoryAudits",
        "value": Json::List(list.collect()),
    }
    .pretty("\n")
}

/// The portal's download of the directory audit: three targets, five properties of each, six details.
fn portal(records: &[&Audit]) -> String {
    let mut header: Vec<String> = [
        "Date (UTC)",
        "CorrelationId",
        "Service",
        "Category",
        "Activity",
        "Result",
        "ResultReason",
        "User Agent",
        "ActorType",
        "ActorDisplayName",
        "ActorObjectId",
        "ActorUserPrincipalName",
        "IPAddress",
        "ActorHomeTenantId",
        "ActorHomeTenantName",
        "ActorServicePrincipalId",
        "ActorServicePrincipalName",
    ]
    .map(str::to_owned)
    .into();
    for n in 1..=3 {
        header.extend(["Type", "DisplayName", "ObjectId", "UserPrincipalName"].map(|name| format!("Target{n}{name}")));
        for m in 1..=5 {
            header.extend(["Name", "OldValue", "NewValue"].map(|part| format!("Target{n}ModifiedProperty{m}{part}")));
        }
    }
    header.extend((1..=6).flat_map(|n| ["Key", "Value"].map(|part| format!("AdditionalDetail{n}{part}"))));
    let mut out = quoted(&header.iter().map(String::as_str).collect::<Vec<_>>());
    for audit in records {
        let row: Vec<String> = header.iter().map(|column| portal_value(&Record::of(audit), column)).collect();
        out += &quoted(&row.iter().map(String::as_str).collect::<Vec<_>>());
    }
    out
}

fn portal_value(record: &Record<'_>, column: &str) -> String {
    if let Some(rest) = column.strip_prefix("Target1ModifiedProperty") {
        let (number, part) = rest.split_at(1);
        let changes = record.changes();
        let Some((name, old, new)) = number.parse().ok().and_then(|n: usize| changes.into_iter().nth(n - 1)) else {
            return String::new();
        };
        let shown = |value: Json| if let Json::Text(text) = value { text } else { String::new() };
        return match part {
            "Name" => name.to_owned(),
            "OldValue" => shown(old),
            _ => shown(new),
        };
    }
    match column {
        "Date (UTC)" => stamp(record.audit.time, ISO),
        "CorrelationId" => text(&record.audit.data, "InterSystemsId").into(),
        "Service" => "Core Directory".into(),
        "Category" => record.category().into(),
        "Activity" => record.operation.into(),
        "Result" => "success".into(),
        "User Agent" | "AdditionalDetail1Value" => record.agent.clone(),
        "AdditionalDetail1Key" if !record.agent.is_empty() => "User-Agent".into(),
        "ActorType" => "User".into(),
        "ActorObjectId" => record.actor.into(),
        "ActorUserPrincipalName" => record.audit.user.clone(),
        "IPAddress" => record.audit.address.clone(),
        "Target1Type" => record.kind.into(),
        "Target1DisplayName" if !record.is_user() => record.name.into(),
        "Target1ObjectId" => record.target.into(),
        "Target1UserPrincipalName" if record.is_user() => record.name.into(),
        _ => String::new(),
    }
}

/// Rows of the `AuditLogs` table, dynamic columns as JSON text.
fn table(records: &[&Audit]) -> String {
    let list = records.iter().map(|audit| {
        let record = Record::of(audit);
        let time = stamp(audit.time, "%Y-%m-%dT%H:%M:%S.173Z");
        map! {
            "TenantId": "aa4f3b1e-6d5c-4e0b-8a4d-1c2b3a495001",
            "SourceSystem": "Azure AD",
            "TimeGenerated": &time,
            "ResourceId": format!("/tenants/{TENANT}/providers/Microsoft.aadiam"),
            "OperationName": record.operation,
            "OperationVersion": "1.0",
            "Category": record.category(),
            "ResultSignature": "None",
            "CorrelationId": text(&audit.data, "InterSystemsId"),
            "Level": "4",
            "AdditionalDetails": record.details().compact(),
            "Id": &record.id,
            "InitiatedBy": record.by().compact(),
            "LoggedByService": "Core Directory",
            "Result": "success",
            "TargetResources": record.targets().compact(),
            "AADTenantId": TENANT,
            "ActivityDisplayName": record.operation,
            "ActivityDateTime": &time,
            "AADOperationType": "Update",
            "Type": "AuditLogs",
        }
    });
    Json::List(list.collect()).pretty("\n")
}

/// The portal's download of sign-ins of applications.
fn applications(records: &[&SignIn]) -> String {
    let columns = [
        "Date (UTC)",
        "Request ID",
        "Correlation ID",
        "Service principal ID",
        "Service principal name",
        "Credential key ID",
        "Credential thumbprint",
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
        "Conditional Access",
    ];
    let mut out = quoted(&columns);
    for s in records {
        out += &quoted(&[
            &stamp(s.time, ISO),
            &s.id,
            &s.correlation,
            s.principal.as_deref().unwrap_or_default(),
            &s.name,
            "",
            "",
            s.app.0,
            s.app.1,
            TENANT,
            s.resource.0,
            s.resource.1,
            TENANT,
            "f8cdef31-a31e-4b4a-93e4-5f571e91255a",
            TENANT,
            TENANT_NAME,
            &s.place.address,
            &format!("{}, {}, {}", s.place.city, s.place.state, s.place.country),
            s.status(),
            &s.code.to_string(),
            s.reason(),
            "Not Applied",
        ]);
    }
    out
}

/// The companion of a download of interactive sign-ins: their steps.
fn steps(records: &[&SignIn]) -> String {
    let mut out = quoted(&[
        "Date (UTC)",
        "Request ID",
        "Authentication method",
        "Authentication method detail",
        "Succeeded",
        "Result detail",
        "Requirement",
    ]);
    for s in records {
        let Json::List(steps) = s.steps() else { continue };
        for step in &steps {
            let succeeded = matches!(member(step, "succeeded"), Some(Json::Bool(true)));
            out += &quoted(&[
                &stamp(s.time, ISO),
                &s.id,
                text(step, "authenticationMethod"),
                text(step, "authenticationMethodDetail"),
                if succeeded { "true" } else { "false" },
                text(step, "authenticationStepResultDetail"),
                text(step, "authenticationStepRequirement"),
            ]);
        }
    }
    out
}

/// Rows of the `AADNonInteractiveUserSignInLogs` table, whose dynamic columns are texts.
fn non_interactive(records: &[&SignIn]) -> String {
    let list = records.iter().map(|s| {
        let time = stamp(s.time, "%Y-%m-%dT%H:%M:%S.391Z");
        map! {
            "TenantId": "aa4f3b1e-6d5c-4e0b-8a4d-1c2b3a495001",
            "TimeGenerated": &time,
            "OperationName": "Sign-in activity",
            "Category": "NonInteractiveUserSignInLogs",
            "ResultType": s.code.to_string(),
            "ResultDescription": if s.code == 0 { "" } else { s.reason() },
            "CorrelationId": &s.correlation,
            "Identity": &s.name,
            "Location": s.place.country,
            "AppDisplayName": s.app.0,
            "AppId": s.app.1,
            "AuthenticationDetails": s.steps().compact(),
            "AuthenticationRequirement": s.requirement(),
            "ClientAppUsed": s.client,
            "CreatedDateTime": &time,
            "DeviceDetail": s.device_json().compact(),
            "IsInteractive": false,
            "Id": &s.id,
            "IPAddress": &s.place.address,
            "LocationDetails": s.location_json().compact(),
            "ResourceDisplayName": s.resource.0,
            "ResourceIdentity": s.resource.1,
            "SessionId": &s.session,
            "Status": s.status_json().compact(),
            "UniqueTokenIdentifier": &s.token,
            "UserAgent": &s.agent,
            "UserDisplayName": &s.name,
            "UserId": &s.user_id,
            "UserPrincipalName": &s.upn,
            "UserType": "Member",
            "AADTenantId": TENANT,
            "Type": "AADNonInteractiveUserSignInLogs",
        }
    });
    Json::List(list.collect()).pretty("\n")
}
