//! No text of a log makes a source panic.

use super::rows::{csv, json};
use proptest::prelude::*;
use speur::source::FileContext;

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
    prop::sample::select(vec![
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
        "Folders",
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
    ])
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
            let _ = (source.decode)(localised.row(fields), &FileContext::default()).map(|decoded| {
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
