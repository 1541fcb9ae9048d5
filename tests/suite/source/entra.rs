//! One directory audit record, and sign-ins, in every form that their exports have.

use super::rows::{self, Read, csv, json};
use speur::event::{ActorKind, Event, Family, Outcome, Scalar};
use speur::field::{CATALOGUE, Core, Field};
use speur::source::{DateOrder, DateProof};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// What all forms of a record must agree on: every field of the schema but those that only some forms have.
fn facts(event: &Event<'_>) -> BTreeMap<&'static str, String> {
    let mut facts = BTreeMap::from([("second", event.time.micros.div_euclid(1_000_000).to_string())]);
    for entry in CATALOGUE {
        if matches!(entry.core, Core::Time | Core::Source | Core::Id | Core::Tenant) {
            continue;
        }
        let _ = event.visit(&Field::Core(entry.core), &mut |value| {
            if let Scalar::Str(text) = value {
                facts.insert(entry.name, text.to_owned());
            }
            ControlFlow::Continue(())
        });
    }
    facts
}

/// All values of a field.
fn values(event: &Event<'_>, field: &str) -> Vec<String> {
    let mut found = Vec::new();
    let _ = event.visit(&Field::parse(field), &mut |value| {
        found.push(match value {
            Scalar::Str(text) => text.to_owned(),
            other => format!("{other:?}"),
        });
        ControlFlow::Continue(())
    });
    found
}

/// A CSV text of one header and one row.
fn row(cells: &[(&str, &str)]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(cells.iter().map(|(name, _)| name)).unwrap();
    writer.write_record(cells.iter().map(|(_, text)| text)).unwrap();
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

fn only(text: &str) -> Read {
    let mut rows = csv(text);
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

const BY: &str = r#"{"user":{"id":"88cf1d86-b1ec-4dcd-87d9-2c2437c99a26","displayName":null,"userPrincipalName":"It.Admin@harbor.example","ipAddress":"203.0.113.9"},"app":null}"#;
const TARGETS: &str = r#"[{"id":"1f7f6757-0b58-4dd1-9577-c444469dde38","displayName":"Ada Aalto","type":"User","userPrincipalName":"ada.aalto@harbor.example","modifiedProperties":[{"displayName":"UserType","oldValue":"[\"Guest\"]","newValue":"[\"Member\"]"},{"displayName":"JobTitle","oldValue":null,"newValue":"\"Clerk\""}]}]"#;
const DETAILS: &str = r#"[{"key":"User-Agent","value":"Mozilla/5.0 (X11)"},{"key":"UserType","value":"Member"}]"#;
const ID: &str = "Directory_405904ea_A1B2C_1234";
const TENANT: &str = "0b5a8c54-1111-4a11-9a11-a1b2c3d4e5f6";
const START: &str = r#""correlationId":"405904ea-b5ed-4fdd-8442-4f380bfec15f","result":"success","resultReason":"","activityDisplayName":"Update user","activityDateTime":"2026-02-03T10:59:59.5123456Z","loggedByService":"Core Directory","operationType":"Update""#;

fn graph() -> String {
    format!(
        r#"{{"id":"{ID}","category":"UserManagement",{START},"initiatedBy":{BY},"targetResources":{TARGETS},"additionalDetails":{DETAILS}}}"#
    )
}

fn portal(spaced: bool) -> Read {
    let cells = [
        ("Date (UTC)", "Date (UTC)", "2026-02-03T10:59:59Z"),
        ("CorrelationId", "Correlation ID", "405904ea-b5ed-4fdd-8442-4f380bfec15f"),
        ("Service", "Service", "Core Directory"),
        ("Category", "Category", "UserManagement"),
        ("Activity", "Activity", "Update user"),
        ("Result", "Result", "success"),
        ("ResultReason", "Result reason", ""),
        ("User Agent", "User agent", "Mozilla/5.0 (X11)"),
        ("ActorType", "Actor type", "User"),
        ("ActorDisplayName", "Actor display name", ""),
        ("ActorObjectId", "Actor object ID", "88cf1d86-b1ec-4dcd-87d9-2c2437c99a26"),
        ("ActorUserPrincipalName", "Actor user principal name", "It.Admin@harbor.example"),
        ("IPAddress", "IP address", "203.0.113.9"),
        ("ActorHomeTenantId", "Actor home tenant ID", ""),
        ("ActorHomeTenantName", "Actor home tenant name", ""),
        ("ActorServicePrincipalId", "Actor service principal ID", ""),
        ("ActorServicePrincipalName", "Actor service principal name", ""),
        ("Target1Type", "Target1 type", "User"),
        ("Target1DisplayName", "Target1 display name", "Ada Aalto"),
        ("Target1ObjectId", "Target1 object ID", "1f7f6757-0b58-4dd1-9577-c444469dde38"),
        ("Target1UserPrincipalName", "Target1 user principal name", "ada.aalto@harbor.example"),
        ("Target1ModifiedProperty1Name", "Target1 modified property1 name", "UserType"),
        ("Target1ModifiedProperty1OldValue", "Target1 modified property1 old value", r#"["Guest"]"#),
        ("Target1ModifiedProperty1NewValue", "Target1 modified property1 new value", r#"["Member"]"#),
        ("Target1ModifiedProperty2Name", "Target1 modified property2 name", "JobTitle"),
        ("Target1ModifiedProperty2OldValue", "Target1 modified property2 old value", ""),
        ("Target1ModifiedProperty2NewValue", "Target1 modified property2 new value", r#""Clerk""#),
        ("AdditionalDetail1Key", "Additional detail1 key", "User-Agent"),
        ("AdditionalDetail1Value", "Additional detail1 value", "Mozilla/5.0 (X11)"),
        ("AdditionalDetail2Key", "Additional detail2 key", "UserType"),
        ("AdditionalDetail2Value", "Additional detail2 value", "Member"),
    ];
    only(&row(&cells.map(|(plain, with_spaces, text)| (if spaced { with_spaces } else { plain }, text))))
}

/// The tables' dates are month first, which a single row may not show.
fn event(read: &Read) -> Event<'_> {
    rows::event_in(read, DateOrder::MonthFirst(DateProof::Given))
}

/// The same directory audit record by name of its form.
fn forms() -> Vec<(&'static str, Read)> {
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let wrapper = format!(
        r#""time":"2026-02-03T11:00:02Z","operationName":"Update user","category":"AuditLogs","tenantId":"{TENANT}","resultSignature":"None","callerIpAddress":"203.0.113.9""#
    );
    let pascal = r#"{"Id":"ID","Category":"UserManagement","CorrelationId":"c","Result":"success","ResultReason":"","ActivityDisplayName":"Update user","ActivityDateTime":"2026-02-03T10:59:59.5123456Z","LoggedByService":"Core Directory","OperationType":"Update",
        "InitiatedBy":{"App":null,"User":{"Id":"88cf1d86-b1ec-4dcd-87d9-2c2437c99a26","DisplayName":null,"UserPrincipalName":"It.Admin@harbor.example","IPAddress":"203.0.113.9"}},
        "TargetResources":[{"Id":"1f7f6757-0b58-4dd1-9577-c444469dde38","DisplayName":"Ada Aalto","Type":"User","UserPrincipalName":"ada.aalto@harbor.example","ModifiedProperties":[{"DisplayName":"UserType","OldValue":"[\"Guest\"]","NewValue":"[\"Member\"]"},{"DisplayName":"JobTitle","OldValue":null,"NewValue":"\"Clerk\""}]}],
        "AdditionalDetails":[{"Key":"User-Agent","Value":"Mozilla/5.0 (X11)"},{"Key":"UserType","Value":"Member"}]}"#;
    let table = |by: &str, targets: &str, details: &str| {
        format!(
            r#"{{"TenantId":"workspace","TimeGenerated":"2026-02-03T10:59:59.512Z","OperationName":"Update user","Category":"UserManagement","ResultSignature":"None","Id":"{ID}","InitiatedBy":{by},"TargetResources":{targets},"AdditionalDetails":{details},"LoggedByService":"Core Directory","Result":"success","AADTenantId":"{TENANT}","ActivityDisplayName":"Update user","ActivityDateTime":"2026-02-03T10:59:59.512Z","AADOperationType":"Update","Type":"AuditLogs"}}"#
        )
    };
    let columns = row(&[
        ("TenantId", "workspace"),
        ("TimeGenerated [UTC]", "2/3/2026, 10:59:59.512 AM"),
        ("OperationName", "Update user"),
        ("Category", "UserManagement"),
        ("Id", ID),
        ("InitiatedBy", BY),
        ("TargetResources", TARGETS),
        ("AdditionalDetails", DETAILS),
        ("Result", "success"),
        ("AADTenantId", TENANT),
        ("ActivityDisplayName", "Update user"),
        ("ActivityDateTime [UTC]", "2/3/2026, 10:59:59.512 AM"),
    ]);
    vec![
        ("graph", json(&graph())),
        ("portal csv", portal(false)),
        ("portal csv, spaced names", portal(true)),
        ("PowerShell", json(&pascal.replace("\"ID\"", &quoted(ID)))),
        (
            "diagnostic settings",
            json(&format!(
                r#"{{{wrapper},"properties":{{"id":"{ID}","category":"UserManagement",{START},"initiatedBy":{BY},"targetResources":{TARGETS},"additionalDetails":{DETAILS}}}}}"#
            )),
        ),
        ("table as JSON", json(&table(BY, TARGETS, DETAILS))),
        ("table as JSON, texts", json(&table(&quoted(BY), &quoted(TARGETS), &quoted(&quoted(DETAILS))))),
        ("table as CSV", only(&columns)),
    ]
}

#[test]
fn a_directory_audit_record_is_the_same_event_in_every_form() {
    let forms = forms();
    let (_, first) = &forms[0];
    let expected = facts(&event(first));
    for (name, text) in [
        ("family", "directory"),
        ("operation", "Update user"),
        ("record_type", "AuditLogs"),
        ("actor", "It.Admin@harbor.example"),
        ("actor_kind", "user"),
        ("target", "ada.aalto@harbor.example"),
        ("account", "ada.aalto@harbor.example"),
        ("address", "203.0.113.9"),
        ("agent", "Mozilla/5.0 (X11)"),
        ("outcome", "success"),
        ("object", "Ada Aalto"),
        (
            "detail",
            r#"UserType: ["Guest"] -> ["Member"]; JobTitle:  -> Clerk; User-Agent=Mozilla/5.0 (X11); UserType=Member"#,
        ),
    ] {
        assert_eq!(expected[name], text, "{name}");
    }
    let mut sources = Vec::new();
    for (form, read) in &forms {
        let event = event(read);
        assert_eq!(facts(&event), expected, "{form}");
        if !form.starts_with("portal") {
            assert_eq!(event.id, ID, "{form}");
        }
        if event.record.get("tenantId").is_some() {
            assert_eq!(event.tenant, TENANT, "{form}");
        }
        let new = values(&event, "targetResources.modifiedProperties.UserType.NewValue");
        assert_eq!(new, [r#"["Member"]"#, "Member"], "{form}");
        assert_eq!(values(&event, "targetResources.modifiedProperties.JobTitle.newValue")[1..], ["Clerk"], "{form}");
        assert_eq!(values(&event, "additionalDetails.UserType"), ["Member"], "{form}");
        sources.push(event.source);
    }
    sources.dedup();
    assert_eq!(
        sources,
        ["graph-directory-audit", "entra-audit-csv", "graph-directory-audit", "diag-settings", "log-analytics-audit"]
    );
}

#[test]
fn a_portal_row_with_all_columns_filled_says_that_more_may_be_missing() {
    let mut cells: Vec<(String, String)> = [
        ("Date (UTC)", "2026-02-03T10:59:59Z"),
        ("Activity", "Add member to group"),
        ("ActorType", "Application"),
        ("ActorDisplayName", "Sync"),
        ("ActorServicePrincipalId", "sp-1"),
        ("IPAddress", "203.0.113.9"),
    ]
    .map(|(name, text)| (name.to_owned(), text.to_owned()))
    .into();
    let read = |cells: &[(String, String)]| {
        let borrowed: Vec<(&str, &str)> = cells.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        only(&row(&borrowed))
    };
    for n in 1..=3 {
        cells.push((format!("Target{n}DisplayName"), format!("group {n}")));
        for part in ["Name", "OldValue", "NewValue"] {
            cells.extend((1..=5).map(|m| (format!("Target{n}ModifiedProperty{m}{part}"), String::new())));
        }
    }
    cells.extend((1..=6).flat_map(|n| ["Key", "Value"].map(|p| (format!("AdditionalDetail{n}{p}"), String::new()))));
    let fill = |cells: &mut Vec<(String, String)>, start: &str, text: &str| {
        cells.iter_mut().filter(|(name, _)| name.starts_with(start)).for_each(|(_, cell)| text.clone_into(cell));
    };
    let all = read(&cells);
    assert_eq!(
        event(&all).degraded,
        "all columns are filled for 3 targets; the portal's download has no more, so further ones may be missing"
    );
    assert_eq!(event(&all).actor_kind, ActorKind::Application);
    assert_eq!((&*event(&all).actor, event(&all).address.ip.is_some()), ("Sync", true));
    fill(&mut cells, "Target3DisplayName", "");
    assert_eq!(event(&read(&cells)).degraded, "");
    fill(&mut cells, "Target2ModifiedProperty", "x");
    assert!(event(&read(&cells)).degraded.starts_with("all columns are filled for the 5 properties of target 2;"));
    fill(&mut cells, "Target2ModifiedProperty5", "");
    fill(&mut cells, "AdditionalDetail", "x");
    assert!(event(&read(&cells)).degraded.starts_with("all columns are filled for 6 details;"));
}

#[test]
fn a_directory_record_without_time_or_activity_is_refused() {
    let refused = |read: &Read| {
        let (source, decoded) = read.as_ref().unwrap();
        (source.view)(decoded, &speur::source::FileContext::default()).unwrap_err()
    };
    let late = graph().replace("2026-02-03T10:59:59.5123456Z", "soon");
    assert!(refused(&json(&late)).starts_with(r#"found the time "soon""#));
    let unnamed = graph().replace(r#""activityDisplayName":"Update user""#, r#""activityDisplayName":"""#);
    assert_eq!(refused(&json(&unnamed)), "found no operationName and no activityDisplayName, expected one");
}

#[test]
fn what_is_nested_and_cannot_be_opened_is_told() {
    let cut = graph().replace(BY, r#""{\"user\":{\"userPrinc""#).replace(DETAILS, "7");
    let read = json(&cut);
    let event = event(&read);
    assert_eq!(
        event.degraded,
        "initiatedBy is text that is no JSON, additionalDetails is a number; the record is read without what they held"
    );
    assert_eq!((event.actor_kind, &*event.target), (ActorKind::Unknown, "ada.aalto@harbor.example"));
}

#[test]
fn rows_of_the_sign_in_tables_are_read_however_their_columns_are_encoded() {
    let status = r#"{"errorCode":50126,"failureReason":"Invalid username or password."}"#;
    let place = r#"{"city":"Lagos","countryOrRegion":"NG"}"#;
    let text = |json: &str| serde_json::to_string(json).unwrap();
    let twice = |json: &str| text(&text(json));
    for (encode, table) in [
        (&(|json: &str| json.to_owned()) as &dyn Fn(&str) -> String, "SigninLogs"),
        (&text, "AADNonInteractiveUserSignInLogs"),
        (&twice, "AADNonInteractiveUserSignInLogs"),
    ] {
        let read = json(&format!(
            r#"{{"TenantId":"ws","TimeGenerated":"2026-02-03T10:00:00.123Z","CreatedDateTime":"2026-02-03T10:00:00.123Z","Id":"s-1","UserPrincipalName":"ada.aalto@harbor.example","AppDisplayName":"Outlook","AppId":"a","IPAddress":"203.0.113.77","Location":"NG","LocationDetails":{},"Status":{},"ResultType":"50126","IsInteractive":false,"AutonomousSystemNumber":64500,"AADTenantId":"{TENANT}","Type":"{table}"}}"#,
            encode(place),
            encode(status)
        ));
        let event = event(&read);
        assert_eq!((event.source, event.family), ("log-analytics-signins", Family::SignIn));
        assert_eq!((&*event.id, &*event.tenant, &*event.error_code), ("s-1", TENANT, "50126"));
        assert_eq!(event.outcome, Outcome::Failure);
        assert_eq!(values(&event, "location.city"), ["Lagos"]);
        assert_eq!(event.record_type, if table == "SigninLogs" { "SignInLogs" } else { &table[3..] });
        assert_eq!(event.degraded, "");
    }
    let cut = json(
        r#"{"TimeGenerated":"2026-02-03T10:00:00Z","Id":"s","UserPrincipalName":"a@b.example","ResultType":"0","Status":"{\"error","AppDisplayName":"[x"}"#,
    );
    assert_eq!(event(&cut).degraded, "Status: the JSON in the cell is not whole");
    let service = r#"{"TimeGenerated":"2026-02-03T10:00:00Z","Id":"s-2","ServicePrincipalName":"Backup","ServicePrincipalId":"sp","AppId":"a","IPAddress":"203.0.113.77","ResultType":"0","Location":"NL","ResourceId":"/tenants/t/providers/Microsoft.aadiam","ResourceIdentity":"00000003","ResourceDisplayName":"Microsoft Graph","Category":"ManagedIdentitySignInLogs"}"#;
    let read = json(service);
    let event = event(&read);
    assert_eq!((&*event.actor, event.actor_kind), ("Backup", ActorKind::Application));
    assert_eq!((&*event.record_type, event.outcome), ("ManagedIdentitySignInLogs", Outcome::Success));
    assert_eq!(values(&event, "resourceId"), ["00000003"]);
    assert_eq!(values(&event, "location.countryOrRegion"), ["NL"]);
}

#[test]
fn what_export_csv_did_not_write_is_told() {
    let read = only(&row(&[
        ("AppDisplayName", "Outlook"),
        ("CreatedDateTime", "3/12/2025 7:22:01 AM"),
        ("IPAddress", "203.0.113.77"),
        ("Id", "s-3"),
        ("Status", "Microsoft.Graph.PowerShell.Models.MicrosoftGraphSignInStatus"),
        ("UserPrincipalName", "ada.aalto@harbor.example"),
        ("AppliedConditionalAccessPolicies", "System.Object[]"),
    ]));
    let event = event(&read);
    assert_eq!(
        event.degraded,
        "the nested values of Status, AppliedConditionalAccessPolicies were not exported: the cells hold the names of their types"
    );
    assert_eq!((event.outcome, &*event.id), (Outcome::Unknown, "s-3"));
    assert!(event.address.ip.is_some());
}

#[test]
fn keys_of_the_graph_powershell_sdk_are_graphs() {
    let read = json(
        r#"{"AppDisplayName":"Outlook","AppId":"a","CreatedDateTime":"2026-02-03T10:00:00Z","IPAddress":"203.0.113.77","Id":"s-4","Status":{"ErrorCode":50074,"FailureReason":"x"},"UserPrincipalName":"ada@harbor.example","RiskEventTypesV2":["anonymizedIPAddress"],"Location":{"City":"Lagos","CountryOrRegion":"NG"}}"#,
    );
    let event = event(&read);
    assert_eq!((event.source, &*event.error_code), ("graph-signins", "50074"));
    assert!(event.address.ip.is_some());
    assert_eq!(values(&event, "riskEventTypes_v2"), ["anonymizedIPAddress"]);
    assert_eq!(values(&event, "location.city"), ["Lagos"]);
}

#[test]
fn an_authentication_step_names_its_sign_in_and_is_none() {
    let text = "Date (UTC),Request ID,Authentication method,Authentication method detail,Succeeded,Result detail,Requirement\r\n\
        2026-02-03T10:00:00Z,r-1,Password,Password in the cloud,false,Incorrect password,Primary authentication\r\n\
        ,r-2,Password,,true,,\r\n";
    let rows = csv(text);
    let step = event(&rows[0]);
    assert_eq!((step.source, step.family), ("entra-auth-details-csv", Family::SignIn));
    assert_eq!((&*step.id, &*step.object, &*step.operation), ("", "r-1", "Authentication step"));
    assert_eq!((step.outcome, &*step.result), (Outcome::Failure, "Incorrect password"));
    assert_eq!(values(&step, "authenticationDetails.authenticationMethodDetail"), ["Password in the cloud"]);
    let refused = rows[1].as_ref().map(|_| ()).unwrap_err();
    assert!(refused.contains(r#"the row is a step of sign-in "r-2""#), "{refused}");
}

#[test]
fn office_activity_has_the_names_of_the_audit_log_again() {
    let columns = [
        ("TenantId", "ws"),
        ("RecordType", "ExchangeAdmin"),
        ("TimeGenerated [UTC]", "2/3/2026, 9:15:42.000 AM"),
        ("Operation", "New-InboxRule"),
        ("OrganizationId", TENANT),
        ("UserType", "Regular"),
        ("UserKey", "k"),
        ("OfficeWorkload", "Exchange"),
        ("ResultStatus", "True"),
        ("UserId", "ada.aalto@harbor.example"),
        ("UserId_", "ada.aalto@harbor.example"),
        ("ClientIP", "203.0.113.77:4432"),
        ("OfficeObjectId", r"ada.aalto\."),
        ("OfficeId", "a-1"),
        ("Logon_Type", "Delegated"),
        ("Parameters", r#"[{"Name":"Name","Value":"."},{"Name":"ForwardTo","Value":"x@far.example"}]"#),
        ("Event_Data", "[kept as text]"),
        ("Type", "OfficeActivity"),
    ];
    let members: Vec<String> = columns.iter().map(|(name, text)| format!("{name:?}:{text:?}")).collect();
    for read in [only(&row(&columns)), json(&format!("{{{}}}", members.join(",")))] {
        let event = event(&read);
        assert_eq!((event.source, event.family), ("office-activity", Family::Audit));
        assert_eq!((&*event.id, &*event.tenant, &*event.workload), ("a-1", TENANT, "Exchange"));
        assert_eq!((&*event.record_type, event.outcome), ("ExchangeAdmin", Outcome::Success));
        assert_eq!((&*event.account, event.address.port), ("ada.aalto@harbor.example", Some(4432)));
        assert_eq!(values(&event, "Parameters.ForwardTo"), ["x@far.example"]);
        assert_eq!(values(&event, "LogonType"), ["Int(2)"]);
        assert_eq!(values(&event, "EventData"), ["[kept as text]"]);
        assert_eq!(values(&event, "ObjectId"), [r"ada.aalto\."]);
        assert!(event.record.get("UserId_").is_none() && event.record.get("OfficeWorkload").is_none());
    }
}

#[test]
fn cloud_app_events_hold_the_audit_record_itself() {
    let audit = r#"{"CreationTime":"2026-02-03T09:15:42","Id":"a-2","Operation":"New-InboxRule","OrganizationId":"t","RecordType":1,"ResultStatus":"True","UserId":"ada.aalto@harbor.example","Workload":"Exchange","ClientIP":"203.0.113.77"}"#;
    let text = serde_json::to_string(audit).unwrap();
    let hunted = |time: &str, raw: &str| {
        json(&format!(
            r#"{{"{time}":"2026-02-03T09:15:42Z","ActionType":"New-InboxRule","Application":"Microsoft Exchange Online","AccountId":"someone","ReportId":"rep","RawEventData":{raw}}}"#
        ))
    };
    let plain = json(audit);
    let streamed = json(&format!(
        r#"{{"time":"2026-02-03T09:16:00Z","tenantId":"t","operationName":"Publish","category":"AdvancedHunting-CloudAppEvents","properties":{{"Timestamp":"2026-02-03T09:15:42Z","ActionType":"New-InboxRule","RawEventData":{audit}}}}}"#
    ));
    let table = only(&row(&[
        ("Timestamp", "2026-02-03T09:15:42Z"),
        ("ActionType", "New-InboxRule"),
        ("AccountId", "someone"),
        ("RawEventData", audit),
    ]));
    for read in [hunted("Timestamp", audit), hunted("TimeGenerated", &text), table, streamed] {
        let event = event(&read);
        assert_eq!(event.source, "cloud-app-events");
        assert_eq!((&*event.id, &*event.degraded), ("a-2", ""));
        assert_eq!(sonic_rs::to_string(event.record.value()).unwrap(), audit);
        assert_eq!(facts(&event), facts(&super::rows::event(&plain)));
    }
    let other = json(
        r#"{"Timestamp":"2026-02-03T09:15:42Z","ActionType":"FileShared","Application":"Box","AccountId":"ada@harbor.example","IPAddress":"203.0.113.77","ReportId":"rep","RawEventData":{"event_type":"SHARE"}}"#,
    );
    let event = event(&other);
    assert_eq!((&*event.operation, &*event.actor, &*event.id), ("FileShared", "ada@harbor.example", "rep"));
    assert!(event.address.ip.is_some() && event.degraded.starts_with("RawEventData is no record"));
    assert_eq!(values(&event, "event_type"), ["SHARE"]);
    let cut = json(
        r#"{"Timestamp":"2026-02-03T09:15:42Z","ActionType":"Send","AccountId":"ada@harbor.example","ReportId":"rep","RawEventData":"{\"Crea"}"#,
    );
    assert!(super::rows::event(&cut).degraded.starts_with("RawEventData is not whole JSON"));
}
