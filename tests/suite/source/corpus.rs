//! The real records: read only where `SPEUR_CORPUS` names their folder.

use super::rows::{csv, event, ndjson};
use speur::event::{ActorKind, Outcome};
use speur::source::FileContext;
use std::path::PathBuf;

fn corpus(file: &str) -> Option<String> {
    let Some(folder) = std::env::var_os("SPEUR_CORPUS") else {
        eprintln!("skipped: SPEUR_CORPUS is not set");
        return None;
    };
    Some(std::fs::read_to_string(PathBuf::from(folder).join(file)).unwrap())
}

#[test]
fn the_real_audit_log_is_read_whole() {
    let Some(text) = corpus("ual-2021/dev_sample_2021-03-05-06.csv") else { return };
    let rows = csv(&text);
    assert_eq!(rows.len(), 639);
    let events: Vec<_> = rows.iter().map(event).collect();
    let degraded: Vec<_> = events.iter().filter(|e| !e.degraded.is_empty()).collect();
    assert_eq!(degraded.len(), 1);
    assert_eq!(degraded[0].operation, "Add service principal");
    assert_eq!(degraded[0].actor_kind, ActorKind::System);
    let ids: std::collections::BTreeSet<_> =
        rows.iter().zip(&events).map(|(r, e)| (e.id.to_string(), r.as_ref().unwrap().1.content)).collect();
    assert_eq!(ids.len(), 390, "one content for each distinct Id");
    for event in &events {
        assert!(!event.workload.is_empty() || !event.degraded.is_empty());
        let system = event.actor.contains("NT AUTHORITY")
            || event.actor.contains(".prod.outlook.com")
            || event.actor == "FfoServicePartnerUser"
            || event.actor.starts_with("ServicePrincipal_");
        assert!(!system || event.actor_kind == ActorKind::System, "{} is {:?}", event.actor, event.actor_kind);
        let person = event.actor.ends_with("onmicrosoft.com");
        assert!(!person || event.actor_kind == ActorKind::User, "{} is {:?}", event.actor, event.actor_kind);
        if event.operation == "UserLoginFailed" {
            assert_ne!(event.outcome, Outcome::Success);
        }
    }
    let forward = events.iter().find(|e| e.id == "832172e1-c09e-472a-e777-08d92fe44291").unwrap();
    assert_eq!(forward.account, forward.actor.to_lowercase());
    assert!(forward.detail.contains("ForwardingSmtpAddress=smtp:"));
    assert_eq!(forward.address.port, Some(16902));
    let hidden = events.iter().find(|e| e.id == "ddf38a41-b116-475b-b1b6-08d92fe5ffa7").unwrap();
    assert_eq!(hidden.account, hidden.actor.to_lowercase());
    assert!(hidden.detail.contains("DeleteMessage=True"));
}

#[test]
fn every_record_of_the_rule_sets_is_read() {
    for (file, count) in [
        ("panther/azure_activity_rules.jsonl", 214),
        ("panther/azure_signin_rules.jsonl", 47),
        ("panther/microsoft_rules.jsonl", 25),
        ("plaso/azure_activity_log.jsonl", 4),
        ("plaso/microsoft_audit_log.jsonl", 4),
    ] {
        let Some(text) = corpus(file) else { return };
        let rows = ndjson(&text);
        assert_eq!(rows.len(), count, "{file}");
        for row in &rows {
            let event = event(row);
            assert!(!event.operation.is_empty());
        }
    }
}

#[test]
fn single_records_of_each_schema_are_read() {
    for (folder, source) in [
        ("azure_activitylogs", "azure-activity"),
        ("azure_auditlogs", "diag-settings"),
        ("azure_signinlogs", "diag-settings"),
        ("microsoft365_audit", "mgmt-activity"),
    ] {
        let Some(text) = corpus(&format!("schema-classification/{folder}/test_event.json")) else { return };
        let read = super::rows::json(&text);
        assert_eq!(event(&read).source, source);
    }
}

#[test]
fn rows_of_sentinel_are_read() {
    for (file, source, operations) in [
        (
            "otrf/AADAuditEvents.json",
            "log-analytics-audit",
            &[
                "Update application - Certificates and secrets management",
                "Update application - Certificates and secrets management",
                "Update application",
                "Add delegated permission grant",
            ][..],
        ),
        ("otrf/OfficeActivityEvents.json", "office-activity", &["MailItemsAccessed"]),
    ] {
        let Some(text) = corpus(file) else { return };
        let rows = ndjson(&text);
        assert_eq!(rows.len(), operations.len(), "{file}");
        for (row, operation) in rows.iter().zip(operations) {
            let event = event(row);
            assert_eq!((event.source, &*event.operation), (source, *operation));
            assert_eq!((&*event.actor, &*event.degraded), ("pgustavo@simulandlabs.com", ""));
            assert_eq!(event.outcome, Outcome::Success);
            assert!(!event.id.is_empty() && !event.detail.is_empty(), "{event:?}");
        }
    }
}

/// Prints the core fields of a file of the corpus, for a look by eye.
#[test]
#[ignore = "prints, checks nothing"]
fn show() {
    let Ok(file) = std::env::var("SPEUR_SHOW") else { return };
    let Some(text) = corpus(&file) else { return };
    let rows = if std::path::Path::new(&file).extension().is_some_and(|ext| ext.eq_ignore_ascii_case("csv")) {
        csv(&text)
    } else {
        ndjson(&text)
    };
    for row in &rows {
        println!("{}", super::golden::line(row));
    }
}

/// Prints what opening and viewing a row costs, on the real audit log repeated.
#[test]
#[ignore = "measures, checks nothing"]
fn speed() {
    let Some(text) = corpus("ual-2021/dev_sample_2021-03-05-06.csv") else { return };
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let names = reader.headers().unwrap().clone();
    let header = super::rows::header(&names.iter().collect::<Vec<_>>());
    let source = speur::source::for_csv(&header).unwrap();
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let column = header.position("auditdata").unwrap();
    let rounds = 100;
    let per = |start: std::time::Instant| start.elapsed().as_nanos() / (rounds * records.len() as u128);
    let start = std::time::Instant::now();
    for _ in 0..rounds {
        for record in &records {
            std::hint::black_box(sonic_rs::from_str::<sonic_rs::Value>(&record[column]).ok());
        }
    }
    println!("parse alone: {} ns a row", per(start));
    let start = std::time::Instant::now();
    for _ in 0..rounds {
        for record in &records {
            let data = speur::input::Data::Csv { header: &header, fields: record.iter().collect() };
            std::hint::black_box((source.decode)(data, &FileContext::default()).unwrap());
        }
    }
    println!("decode: {} ns a row", per(start));
    let decoded: Vec<_> = records
        .iter()
        .map(|record| {
            let data = speur::input::Data::Csv { header: &header, fields: record.iter().collect() };
            (source.decode)(data, &FileContext::default()).unwrap()
        })
        .collect();
    let start = std::time::Instant::now();
    for _ in 0..rounds {
        for record in &decoded {
            std::hint::black_box((source.view)(record, &FileContext::default()).unwrap());
        }
    }
    println!("view: {} ns a row", per(start));
}
