//! No text of a log makes a source panic.

use super::rows::{csv, json};
use proptest::prelude::*;
use speur::event::{Basis, Precision, Time};
use speur::input::{Data, Header};
use speur::source::{self, DateEvidence, DateOrder, FileContext, is_time};

fn view(read: &super::rows::Read) {
    if let Ok((source, decoded)) = read {
        let _ = (source.view)(decoded, &FileContext::default());
    }
}

/// Values that the schema reads, wherever they should not be.
fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|b| b.to_string()),
        any::<i64>().prop_map(|n| n.to_string()),
        any::<f64>().prop_filter("finite", |f| f.is_finite()).prop_map(|f| format!("{f:e}")),
        any::<String>().prop_map(|s| serde_json::to_string(&s).unwrap()),
        "[0-9/.:TZ+ -]{0,30}".prop_map(|s| serde_json::to_string(&s).unwrap()),
        Just(r#""User_é""#.to_owned()),
        Just(r#""\\:@/""#.to_owned()),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|v| format!("[{}]", v.join(","))),
            prop::collection::vec((key(), inner), 0..4).prop_map(|v| {
                let members: Vec<String> = v.iter().map(|(k, v)| format!("{k:?}:{v}")).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

fn key() -> impl Strategy<Value = &'static str> {
    prop::sample::select(KEYS)
}

/// Keys that sources look at.
static KEYS: &[&str] = &[
    "Name",
    "Value",
    "ID",
    "Type",
    "Path",
    "Subject",
    "FolderItems",
    "ParentFolder",
    "OldValue",
    "NewValue",
    "key",
    "displayName",
    "Parameters",
    "ModifiedProperties",
    "ExtendedProperties",
    "OperationProperties",
    "Item",
    "AffectedItems",
    "Actor",
    "Target",
    "UserId",
    "UserType",
    "UserKey",
    "ObjectId",
    "ClientIP",
    "RecordType",
    "Data",
    "AlertEntityId",
    "MailboxOwnerUPN",
    "AppAccessContext",
    "DeviceProperties",
    "ErrorNumber",
    "ResultStatus",
    "status",
    "errorCode",
    "userPrincipalName",
    "location",
    "deviceDetail",
    "authenticationDetails",
    "properties",
    "initiatedBy",
    "targetResources",
    "user",
    "category",
    "resultType",
    "identity",
    "claims",
    "callerIpAddress",
    "operationName",
    "additionalDetails",
    "modifiedProperties",
    "newValue",
    "TargetResources",
    "InitiatedBy",
    "RawEventData",
    "UserId_",
    "Folders",
    "Logon_Type",
    "Status",
    "LocationDetails",
    "Location",
    "CmdletParameters",
    "Parameter",
    "SourceItems",
    "LogonType",
    "OperationProperties",
    "SourceItemSubjectsList",
    "SourceItemIdsList",
    "AggregatedRecordFoldersData",
    "RecipientAddress",
    "SenderAddress",
    "FromIP",
    "MessageTraceId",
    "Size",
    "additionalInfo",
    "riskState",
    "id",
    "servicePrincipalId",
];
/// Texts that flattened exports hold.
fn flattened() -> impl Strategy<Value = String> {
    prop_oneof![
        "@\\{([A-Z][a-z]{0,3}=[é; =@{}]{0,4};? ?){0,3}\\}",
        "([a-z@:é]{0,4}:[0-9]{0,4},?){0,4}",
        "[A-Z]-[A-Z]( -[A-Z][a-z]{0,3}[ :]('[ é-]{0,4}'|.true|[é-]{0,3})){0,3}",
        "([A-Z]{0,2}=?[é|= ]{0,4} \\| ){0,3}",
        Just("System.Object[]".to_owned()),
        date(),
    ]
}

/// Texts that are nearly dates.
fn date() -> impl Strategy<Value = String> {
    "([0-9]{1,4}|mei|März|août|jeu\\.?|de)[/. -]{1,2}([0-9]{1,4}|mei|März|août|de)[/. -]{1,2}([0-9]{1,4}|dec)[ ,]{0,2}[0-9]{1,2}[:.][0-9]{2}([:.][0-9]{2})?[ \\x{202f}]?([ap]\\.? ?m\\.?)?( \\+[0-9]{2}:[0-9]{2})?"
}

fn members(count: usize) -> impl Strategy<Value = String> {
    prop::collection::vec((key(), value()), 0..count)
        .prop_map(|v| v.iter().fold(String::new(), |text, (k, v)| format!("{text},{k:?}:{v}")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_cells_are_read_or_refused(cells in prop::collection::vec(any::<String>(), 4), cut in 0usize..200) {
        let data = r#"{"CreationTime":"2026-02-03T09:15:42","Operation":"Sénd","UserId":"a@harbor.example","RecordType":2}"#;
        let cut: String = data.chars().take(cut).collect();
        for audit in [&cells[3], &cut] {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(["CreationDate", "UserIds", "Operations", "AuditData"]).unwrap();
            writer.write_record([&cells[0], &cells[1], &cells[2], audit]).unwrap();
            csv(&String::from_utf8(writer.into_inner().unwrap()).unwrap()).iter().for_each(view);
        }
    }

    #[test]
    fn any_cells_of_a_flattened_record_are_read_or_refused(
        cells in prop::collection::vec(prop_oneof![any::<String>(), value(), flattened()], 9),
    ) {
        for columns in [
            "CreationTime,Operation,RecordType,UserId,Actor,Parameters,AppAccessContext,ClientIP,Id",
            "CreationTime,Operation,ExtendedProperties,UserId,Actor,Target,KnownMicrosoftIP,UserAgent,Id",
            "AuditCreationTime,Operations,RecordType,UserId,FullCommand,Parameters,Param_Name,AADSessionId,Identity",
            "RunDate(UTC),Cmdlet,Caller,FullCommand,ObjectModified,a,b,c,d",
            "CreationDate,UserIds,Operations,RecordType,Identity,OperationQueried,AuditData_UserId,AuditData_Raw,x",
        ] {
            let names: Vec<&str> = columns.split(',').collect();
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(&names).unwrap();
            writer.write_record(&cells).unwrap();
            csv(&String::from_utf8(writer.into_inner().unwrap()).unwrap()).iter().for_each(view);
            let members = names.iter().zip(&cells).map(|(name, cell)| ((*name).to_owned(), cell.as_str().into()));
            let record = serde_json::Value::Object(members.collect()).to_string();
            view(&json(&record));
            let mut evidence = DateEvidence::default();
            evidence.see(Some(&Data::Json(sonic_rs::from_str(&record).unwrap())));
            let _ = evidence.decide(DateOrder::Undecided);
        }
    }

    #[test]
    fn any_text_is_a_time_or_not(text in prop_oneof![any::<String>(), "[0-9/. :aApPmMTZ,+é-]{0,40}", date()]) {
        let _ = is_time(&text);
        view(&json(&serde_json::json!({"CreationTime": text, "Operation": "Send", "UserId": "a"}).to_string()));
    }

    #[test]
    fn any_record_is_read_or_refused(
        members in members(12),
        operation in prop::sample::select(vec!["New-InboxRule", "Set-Mailbox", "UserLoggedIn", "UpdateInboxRules", "AlertTriggered", "Update user."]),
        kind in prop::sample::select(vec![1, 2, 3, 6, 8, 15, 18, 40, 50, 9999]),
    ) {
        let start = format!(r#""CreationTime":"2026-02-03T09:15:42","Operation":"{operation}","RecordType":{kind},"UserId":"a""#);
        view(&json(&format!("{{{start}{members}}}")));
        view(&json(&format!(r#"{{"CreationDate":"","AuditData":{{{start}{members}}}}}"#)));
        view(&json(&format!(r#"{{"creationtime":"2026-02-03T09:15:42","operation":"X"{members}}}"#)));
    }

    #[test]
    fn any_sign_in_or_diagnostic_record_is_read_or_refused(members in members(12), more in members(6)) {
        view(&json(&format!(r#"{{"createdDateTime":"2026-02-03T09:15:42Z","appId":"a","ipAddress":"x"{members}}}"#)));
        view(&json(&format!(r#"{{"CreatedDateTime":"2026-02-03T09:15:42Z","AppId":"a","IpAddress":"x"{members}}}"#)));
        for category in ["SignInLogs", "AuditLogs", "Administrative"] {
            view(&json(&format!(
                r#"{{"time":"2026-02-03T09:15:42Z","operationName":"x","category":"{category}","properties":{{"id":"i"{more}}}{members}}}"#
            )));
        }
        view(&json(&format!(r#"{{"eventTimestamp":"2026-02-03T09:15:42Z","operationName":"x"{members}}}"#)));
    }

    #[test]
    fn any_directory_record_or_table_row_is_read_or_refused(members in members(12), raw in value()) {
        for start in [
            r#""activityDateTime":"2026-02-03T09:15:42Z","activityDisplayName":"x","loggedByService":"y""#,
            r#""ActivityDateTime":"2026-02-03T09:15:42Z","ActivityDisplayName":"x","LoggedByService":"y""#,
            r#""TimeGenerated":"2026-02-03T09:15:42Z","OperationName":"x","InitiatedBy":"y""#,
            r#""TimeGenerated":"2026-02-03T09:15:42Z","UserPrincipalName":"a@b.example","ResultType":"0""#,
            r#""TimeGenerated":"2026-02-03T09:15:42Z","OfficeWorkload":"Exchange","Operation":"x""#,
        ] {
            view(&json(&format!("{{{start}{members}}}")));
        }
        view(&json(&format!(r#"{{"Timestamp":"2026-02-03T09:15:42Z","ActionType":"x","RawEventData":{raw}{members}}}"#)));
    }

    #[test]
    fn any_cells_of_the_portal_and_of_tables_are_read_or_refused(cells in prop::collection::vec(any::<String>(), 7)) {
        for names in [
            ["Date (UTC)", "Activity", "ActorType", "Target1Type", "Target1ModifiedProperty1Name", "Target1ModifiedProperty1NewValue", "AdditionalDetail1Key"],
            ["Date", "Request ID", "Authentication method", "Succeeded", "Result detail", "Requirement", "Username"],
            ["TimeGenerated [UTC]", "InitiatedBy", "TargetResources", "OperationName", "AdditionalDetails", "Id", "Result"],
            ["TimeGenerated", "UserPrincipalName", "Status", "ResultType", "LocationDetails", "Location", "Type"],
            ["TimeGenerated", "OfficeWorkload", "Operation", "Parameters", "RecordType", "UserId_", "Logon_Type"],
            ["Timestamp", "ActionType", "RawEventData", "AccountId", "ReportId", "IPAddress", "UserAgent"],
        ] {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(names).unwrap();
            writer.write_record(&cells).unwrap();
            csv(&String::from_utf8(writer.into_inner().unwrap()).unwrap()).iter().for_each(view);
        }
    }
}

/// A snapshot is viewed with and without a time of collection.
fn snapshot(source: &source::Source, decoded: &source::Decoded) {
    let time = Time { micros: 0, precision: Precision::Day, basis: Basis::FileName };
    for collected in [None, Some(time)] {
        let _ = (source.view)(decoded, &FileContext { collected, ..FileContext::default() });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_snapshot_is_read_or_refused(
        kind in 0usize..64,
        texts in prop::collection::vec(prop_oneof![any::<String>(), "[0-9/.:TZ+ -]{0,30}", Just("{a, b}".to_owned())], 40),
        values in prop::collection::vec(value(), 40),
    ) {
        let kinds: Vec<_> = source::state_kinds().collect();
        let kind = kinds[kind % kinds.len()];
        let names: Vec<&str> = kind.all.iter().chain(kind.any).chain(kind.facts).chain(kind.time).copied().collect();
        let header: Header = super::rows::header(&names);
        let time = Time { micros: 0, precision: Precision::Day, basis: Basis::FileName };
        let context = FileContext { collected: Some(time), ..FileContext::default() };
        if let Some(source) = source::for_csv(&header) {
            for context in [&context, &FileContext::default()] {
                let fields = texts.iter().take(names.len()).map(String::as_str).collect();
                if let Ok(decoded) = (source.decode)(Data::Csv { header: &header, fields }, context) {
                    snapshot(source, &decoded);
                }
            }
        }
        let members: Vec<String> = names.iter().zip(&values).map(|(name, value)| format!("{name:?}:{value}")).collect();
        let record: sonic_rs::Value = sonic_rs::from_str(&format!("{{{}}}", members.join(","))).unwrap();
        if let Some(source) = source::for_json(&record, None)
            && let Ok(decoded) = (source.decode)(Data::Json(record), &context)
        {
            snapshot(source, &decoded);
        }
    }

    #[test]
    fn any_name_has_a_time_of_collection_or_none(name in "[0-9A-Za-z/_T:. -]{0,60}", any in any::<String>()) {
        let _ = source::collected(&name, None);
        let _ = source::collected(&any, None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_exchange_or_risk_record_is_read_or_refused(members in members(12), more in members(6), time in value()) {
        for start in [
            r#""Caller":"a","CmdletName":"Set-Mailbox","RunDate":"2026-02-03T09:15:42""#,
            r#""Operation":"HardDelete","LogonType":"Owner","LastAccessed":"2026-02-03T09:15:42""#,
            r#""Operation":"MailItemsAccessed","OperationResult":"x","LastAccessed":"2026-02-03T09:15:42""#,
            r#""Received":"2026-02-03T09:15:42","SenderAddress":"a@b.c","RecipientAddress":"d@e.f","Status":"Delivered""#,
            r#""riskEventType":"x","activityDateTime":"2026-02-03T09:15:42Z""#,
            r#""RiskState":"x","RiskLastUpdatedDateTime":"2026-02-03T09:15:42Z""#,
        ] {
            view(&json(&format!("{{{start}{members}}}")));
        }
        view(&json(&format!(r#"{{"Caller":{time},"CmdletName":{time},"RunDate":{time}{members}}}"#)));
        view(&json(&format!(r#"{{"Operation":{time},"LogonType":{time},"LastAccessed":{time}{members}}}"#)));
        view(&json(&format!(r#"{{"riskState":{time},"riskLastUpdatedDateTime":{time}{members}}}"#)));
        view(&json(&format!(
            r#"{{"time":{time},"operationName":"x","category":"UserRiskEvents","properties":{{"id":"i"{more}}}{members}}}"#
        )));
    }

    #[test]
    fn any_cells_of_a_trace_or_an_exchange_log_are_read_or_refused(
        cells in prop::collection::vec(prop_oneof![any::<String>(), "[a-z@.;#, :\"{}\\[\\]]{0,20}"], 6),
    ) {
        for header in [
            ["origin_timestamp_utc", "sender_address", "recipient_status", "message_subject", "total_bytes", "directionality"],
            ["date_time_utc", "event_id", "sender_address", "recipient_address", "recipient_status", "total_bytes"],
            ["Received", "SenderAddress", "RecipientAddress", "Status", "FromIP", "MessageTraceId"],
            ["LastAccessed", "Operation", "LogonType", "OperationProperties", "SourceItemIdsList", "SourceItemSubjectsList"],
            ["RunDate", "Caller", "CmdletName", "CmdletParameters", "ModifiedProperties", "Succeeded"],
            ["ActivityDateTime", "RiskEventType", "RiskState", "AdditionalInfo", "Location", "IPAddress"],
        ] {
            for first in [cells[0].as_str(), "2026-02-03T09:15:42Z"] {
                let mut writer = csv::Writer::from_writer(Vec::new());
                writer.write_record(header).unwrap();
                writer.write_record([first, &cells[1], &cells[2], &cells[3], &cells[4], &cells[5]]).unwrap();
                csv(&String::from_utf8(writer.into_inner().unwrap()).unwrap()).iter().for_each(view);
            }
        }
    }
}

proptest! {
    #[test]
    fn any_header_is_read_in_english_or_in_another_language_or_refused(
        names in prop::collection::vec(prop_oneof![
            any::<String>(),
            prop::sample::select(vec!["Datum (UTC)", "Aanvraag-id", "Gebruiker", "Status", "Anforderungs-ID", "Benutzer", "#2", "Benutzer#2"]).prop_map(str::to_owned),
        ], 0..8),
        cells in prop::collection::vec(any::<String>(), 0..9),
    ) {
        let header = super::rows::header(&names.iter().map(String::as_str).collect::<Vec<_>>());
        let fields: Vec<&str> = cells.iter().map(String::as_str).collect();
        let _ = speur::source::unrecognised_csv(&header);
        if let Some(localised) = speur::source::localise(&header) {
            prop_assert_eq!(localised.header.keys.len(), header.keys.len());
            let source = speur::source::for_csv(&localised.header).expect("a source");
            let data = Data::Csv { header: &header, fields };
            let _ = (source.decode)(speur::source::in_english(Some(&localised), data), &FileContext::default()).map(|decoded| {
                let _ = (source.view)(&decoded, &FileContext::default());
            });
        }
    }
}

#[test]
fn json_nested_without_end_is_refused_or_read() {
    let depth = 200_000;
    let deep = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let row = |audit: &str| {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["CreationDate", "UserIds", "Operations", "AuditData"]).unwrap();
        writer.write_record(["1/24/2026 6:54:24 AM", "a", "Send", audit]).unwrap();
        csv(&String::from_utf8(writer.into_inner().unwrap()).unwrap())
    };
    for audit in
        [deep.clone(), format!(r#"{{"CreationTime":"2026-02-03T09:15:42","Operation":"X","Parameters":{deep}}}"#)]
    {
        let rows = row(&audit);
        view(&rows[0]);
        assert!(rows[0].as_ref().unwrap().1.degraded.starts_with("AuditData is not whole JSON: "));
    }
}
