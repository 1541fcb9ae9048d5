//! Snapshots: every kind is told from every other, and its columns come out under Microsoft's names.

use super::rows::header;
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};
use speur::event::{Basis, Event, Precision, Time};
use speur::field::Field;
use speur::input::Data;
use speur::source::{self, Decoded, FileContext, Source};
use std::collections::BTreeSet;
use std::ops::ControlFlow;

fn collected() -> FileContext {
    let time = Time { micros: 1_769_162_400_000_000, precision: Precision::Second, basis: Basis::CollectedAt };
    FileContext { collected: Some(time), ..FileContext::default() }
}

fn csv(names: &[&str], fields: &[&str], context: &FileContext) -> Result<(&'static Source, Decoded), String> {
    let header = header(names);
    let source = source::for_csv(&header).ok_or("no source")?;
    (source.decode)(Data::Csv { header: &header, fields: fields.to_vec() }, context).map(|decoded| (source, decoded))
}

fn json(text: &str, context: &FileContext) -> Result<(&'static Source, Decoded), String> {
    let record: Value = sonic_rs::from_str(text).unwrap();
    let source = source::for_json(&record, None).ok_or("no source")?;
    (source.decode)(Data::Json(record), context).map(|decoded| (source, decoded))
}

fn event<'a>((source, decoded): &'a (&'static Source, Decoded), context: &FileContext) -> Event<'a> {
    (source.view)(decoded, context).unwrap()
}

fn texts(event: &Event<'_>, field: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let _ = event.visit(&Field::parse(field), &mut |value| {
        texts.push(format!("{value:?}"));
        ControlFlow::Continue(())
    });
    texts
}

#[test]
fn every_kind_is_told_from_every_other_by_its_own_columns() {
    let mut names = BTreeSet::new();
    for kind in source::state_kinds() {
        assert!(names.insert(kind.name), "{} is used twice", kind.name);
        assert_eq!(kind.operation, format!("{} at collection", kind.noun));
        let columns: Vec<&str> = kind.all.iter().chain(kind.any.first()).copied().collect();
        let members: Vec<String> = columns.iter().map(|name| format!("{name:?}:\"x\"")).collect();
        let read = json(&format!("{{{}}}", members.join(",")), &collected()).unwrap();
        assert_eq!((read.0.name, read.1.wrapper.record_type.as_str()), ("state", kind.name));
        // A header of one column is no CSV.
        if columns.len() > 1 {
            let read = csv(&columns, &vec!["x"; columns.len()], &collected()).unwrap();
            assert_eq!((read.0.name, read.1.wrapper.record_type.as_str()), ("state", kind.name));
        }
    }
    assert!(names.len() >= 25, "{} kinds", names.len());
}

#[test]
fn the_export_of_either_tool_gives_the_same_names() {
    let context = collected();
    let suite = csv(
        &[
            "UserName",
            "RuleName",
            "Enabled",
            "CopyToFolder",
            "MovetoFolder",
            "RedirectTo",
            "ForwardTo",
            "SubjectContainsWords",
        ],
        &["Anna@harbor.example", ".", "True", "", "RSS", "", "\"x\" [SMTP:x@relay.example]", "invoice, bank details"],
        &context,
    )
    .unwrap();
    let graph = json(
        r#"{"id":"A","displayName":".","sequence":1,"isEnabled":true,"userPrincipalName":"anna@harbor.example",
            "conditions":{"subjectContains":["invoice","bank details"]},
            "actions":{"delete":true,"forwardTo":[{"emailAddress":{"address":"x@relay.example"}},{"emailAddress":{"address":"y@relay.example"}}]}}"#,
        &context,
    )
    .unwrap();
    let (suite, graph) = (event(&suite, &context), event(&graph, &context));
    for found in [&suite, &graph] {
        assert_eq!((&*found.account, &*found.object), ("anna@harbor.example", "."));
        assert_eq!(&*found.operation, "Inbox rule at collection");
        assert_eq!(texts(found, "SubjectContainsWords"), [r#"Str("invoice")"#, r#"Str("bank details")"#]);
        assert!(found.degraded.is_empty(), "{}", found.degraded);
    }
    assert_eq!(texts(&suite, "MoveToFolder"), [r#"Str("RSS")"#]);
    assert_eq!(texts(&suite, "foreign_recipients"), [r#"Str("x@relay.example")"#]);
    assert_eq!(texts(&graph, "foreign_recipients"), [r#"Str("x@relay.example")"#, r#"Str("y@relay.example")"#]);
    assert_eq!(texts(&graph, "DeleteMessage"), ["Bool(true)"]);
}

#[test]
fn the_time_is_that_of_collection_else_the_rows_own_else_none() {
    let names = ["UserPrincipalName", "ForwardingSmtpAddress", "DeliverToMailboxAndForward", "WhenChangedUTC"];
    let row = ["anna@harbor.example", "smtp:x@relay.example", "True", "1/15/2026 8:02:11 AM"];
    let context = collected();
    let read = csv(&names, &row, &context).unwrap();
    let at_collection = event(&read, &context);
    assert_eq!((at_collection.time.micros, at_collection.time.basis), (1_769_162_400_000_000, Basis::CollectedAt));
    assert_eq!(&*at_collection.degraded, "");
    let unknown = FileContext::default();
    let read = csv(&names, &row, &unknown).unwrap();
    let changed = event(&read, &unknown);
    assert_eq!((changed.time.micros, changed.time.basis), (1_768_464_131_000_000, Basis::WrapperProven));
    assert_eq!(&*changed.degraded, "when it was collected is not known; the time is that of WhenChangedUTC");
    let refused = csv(&names, &["anna@harbor.example", "", "False", "soon"], &unknown).unwrap_err();
    assert!(refused.contains("--collected-at") && refused.contains("WhenChangedUTC \"soon\""), "{refused}");
}

#[test]
fn a_snapshot_that_shows_no_domain_of_its_own_calls_no_address_foreign() {
    let context = collected();
    let named = |owner: &str| {
        let rule = format!(
            r#"{{"Name":"x","MailboxOwnerId":"{owner}","ForwardTo":"b@harbor.example","RedirectTo":"","MoveToFolder":""}}"#
        );
        json(&rule, &context).unwrap()
    };
    let (unknown, own, other) = (named("anna"), named("anna@harbor.example"), named("anna@elsewhere.example"));
    assert!(texts(&event(&unknown, &context), "foreign_recipients").is_empty());
    assert!(texts(&event(&own, &context), "foreign_recipients").is_empty());
    assert_eq!(texts(&event(&other, &context), "foreign_recipients"), [r#"Str("b@harbor.example")"#]);
}

#[test]
fn what_an_exporter_lost_is_told() {
    let context = collected();
    let lost = csv(
        &["UserName", "RuleName", "MoveToFolder", "RedirectTo", "ForwardTo"],
        &["anna@harbor.example", "x", "", "", "System.Object[]"],
        &context,
    );
    assert_eq!(
        &*event(&lost.unwrap(), &context).degraded,
        "the exporter wrote System.Object[] instead of the values of ForwardTo"
    );
    let nobody = json(r#"{"displayName":"x","sequence":1,"actions":{"delete":true}}"#, &context).unwrap();
    assert_eq!(&*event(&nobody, &context).degraded, "the row does not say whose mailbox it is");
    let grants = ["PermissionType", "ClientObjectId", "ResourceObjectId", "Permission"];
    let dropped = |names: &[&str]| {
        let header = header(names);
        source::dropped_columns(source::for_csv(&header).unwrap(), &header)
    };
    assert_eq!(dropped(&grants), ["IsEnabled", "Description", "CreationTimestamp"]);
    let whole: Vec<&str> = grants.into_iter().chain(["IsEnabled", "Description", "CreationTimestamp"]).collect();
    assert!(dropped(&whole).is_empty());
    assert!(dropped(&["UserPrincipalName", "AuditEnabled", "AuditBypassEnabled"]).is_empty());
}

#[test]
fn a_name_that_is_taken_loses_no_member() {
    let rule = r#"{"UserName":"anna@harbor.example","Mailbox":"other","RuleName":"x","Name":"y","MoveToFolder":"a",
                   "ForwardTo":"","RedirectTo":"","WhenChanged":1}"#;
    let (_, decoded) = json(rule, &collected()).unwrap();
    let text = |key: &str| decoded.record.get(key).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
    assert_eq!((text("Mailbox"), text("Mailbox#2")), ("anna@harbor.example".to_owned(), "other".to_owned()));
    assert_eq!((text("Name"), text("Name#2")), ("x".to_owned(), "y".to_owned()));
}

#[test]
fn a_time_that_powershell_wrapped_is_read() {
    let wrapped = r#"{"UserPrincipalName":"a@harbor.example","ForwardingSmtpAddress":null,
                      "WhenChangedUTC":{"value":"/Date(1768464131000)/","DisplayHint":2,"DateTime":"x"}}"#;
    let unknown = FileContext::default();
    assert_eq!(event(&json(wrapped, &unknown).unwrap(), &unknown).time.micros, 1_768_464_131_000_000);
}

#[test]
fn all_columns_stay_in_the_record() {
    let context = collected();
    let (_, decoded) = csv(
        &["Identity", "User", "AccessRights", "IsInherited", "Odd column", "Odd column"],
        &["anna", "bram@harbor.example", "{FullAccess, ReadPermission}", "False", "1", "2"],
        &context,
    )
    .unwrap();
    let keys: Vec<&str> = decoded.record.as_object().unwrap().iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["Identity", "User", "AccessRights", "IsInherited", "Odd column", "odd column#2"]);
    let rights = decoded.record.get("AccessRights").and_then(|v| v.as_array()).unwrap();
    assert_eq!(rights.iter().filter_map(|v| v.as_str()).collect::<Vec<_>>(), ["FullAccess", "ReadPermission"]);
}
