//! The case folder: contracts of names and shapes, hostile text, refusals, equal bytes.

#![allow(clippy::unwrap_used, clippy::cast_possible_wrap)] // helpers of tests are tests, and their numbers small

pub(crate) mod book;
pub(crate) mod charts;
mod measure;
pub(crate) mod pdf;
mod tenant;
mod workbook;

use speur::case::Case;
use speur::error::Error;
use speur::output::{Input, OUTPUTS, RunFacts, verify, write_case};
use speur::store::{GUID, Who};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

fn facts() -> RunFacts {
    let moment = UNIX_EPOCH + Duration::from_secs(1_769_500_000);
    RunFacts {
        version: "0.0.0-test".to_owned(),
        pack_sha256: String::new(),
        settings: Vec::new(),
        inputs: Vec::new(),
        started: moment,
        finished: Some(moment + Duration::from_secs(3)),
        threads: 1,
        redacted: None,
    }
}

fn written(case: &Case) -> (tempfile::TempDir, PathBuf) {
    let around = tempfile::tempdir().unwrap();
    let out = around.path().join("case");
    write_case(case, &facts(), &out).unwrap();
    (around, out)
}

fn tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in walkdir::WalkDir::new(root).into_iter().map(Result::unwrap).filter(|entry| entry.file_type().is_file())
    {
        let name = entry.path().strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        files.insert(name, std::fs::read(entry.path()).unwrap());
    }
    files
}

fn text(out: &Path, name: &str) -> String {
    String::from_utf8(std::fs::read(out.join(name)).unwrap()).unwrap()
}

#[test]
fn every_output_is_there_and_in_the_manifest() {
    let (_around, out) = written(&tenant::case());
    let files = tree(&out);
    for output in OUTPUTS {
        assert!(files.contains_key(output.name), "{} is missing", output.name);
    }
    assert!(files.contains_key("charts/story-anna@harbor.example.svg"), "{:?}", files.keys());
    let manifest: serde_json::Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
    let listed: Vec<&str> =
        manifest["outputs"].as_array().unwrap().iter().map(|output| output["path"].as_str().unwrap()).collect();
    let expected: Vec<&str> = files.keys().map(String::as_str).filter(|name| *name != "manifest.json").collect();
    assert_eq!(listed, expected);
    assert_eq!(verify(&out, &[]).unwrap().mismatches, []);
}

#[test]
fn small_outputs_are_as_reviewed() {
    let (_around, out) = written(&tenant::case());
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/output");
    for name in ["findings.json", "findings.csv", "users.csv", "addresses.csv", "coverage.json", "rejected.jsonl"] {
        let found = text(&out, name);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::create_dir_all(&golden).unwrap();
            std::fs::write(golden.join(name), &found).unwrap();
        }
        let expected = std::fs::read_to_string(golden.join(name)).unwrap();
        assert_eq!(found, expected, "{name} differs; UPDATE_GOLDEN=1 rewrites it for review");
    }
}

#[test]
fn the_csv_timeline_keeps_its_contract() {
    let case = tenant::case();
    let (_around, out) = written(&case);
    let mut reader = csv::Reader::from_path(out.join("timeline.csv")).unwrap();
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert!(header.join(",").starts_with(
        "time,tenant,account,operation,workload,address,country,agent,session,object,result,level,rules,event_id,\
         source_id,file,row,"
    ));
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), case.events.entries.len());
    for (row, entry) in rows.iter().zip(&case.events.entries) {
        assert_eq!(row[13], entry.event_id());
        assert_eq!(&row[14], entry.id.text(&case.events.pool, &mut [0; GUID]));
        assert_eq!(row[16], entry.origin.row.to_string());
        assert_eq!(&row[15], case.coverage.files[entry.origin.file as usize].path);
        assert_eq!(row[11].is_empty(), case.events.hits(&entry).is_empty());
    }
    assert!(rows[0][0].starts_with("2026-01-12T07:00:00.000000Z"), "{}", &rows[0][0]);
}

#[test]
fn the_text_timelines_leave_out_what_the_parquet_has() {
    use polars::prelude::*;
    let case = tenant::case();
    let (_around, out) = written(&case);
    let frame = ParquetReader::new(std::fs::File::open(out.join("timeline.parquet")).unwrap()).finish().unwrap();
    let parquet: Vec<String> = frame.get_column_names().iter().map(ToString::to_string).collect();
    let mut reader = csv::Reader::from_path(out.join("timeline.csv")).unwrap();
    let csv: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert!(parquet.starts_with(&csv));
    assert_eq!(
        parquet[csv.len()..],
        [
            "actor_id",
            "application_id",
            "address_original",
            "operation_original",
            "time_precision",
            "time_basis",
            "family",
            "source"
        ]
    );
    let digests = frame.column("sha256").unwrap().binary().unwrap().clone();
    let expected = case.events.entries.iter().map(|entry| entry.origin.digest.to_vec());
    assert!(digests.iter().flatten().eq(expected));

    let timeline = text(&out, "timeline.jsonl");
    let rows: Vec<serde_json::Value> = timeline.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (row, entry) in rows.iter().zip(&case.events.entries) {
        let keys: Vec<&String> = row.as_object().unwrap().keys().collect();
        let known =
            |key: &&String| csv.contains(key) || ["message", "datetime", "timestamp_desc"].contains(&key.as_str());
        assert!(keys.iter().all(known), "{keys:?}");
        assert!(!keys.iter().any(|key| ["time", "file", "row", "offset", "length", "sha256"].contains(&key.as_str())));
        // Whatever is left out is said elsewhere in the line.
        let who = case.events.who(&entry);
        let (actor, account) = (case.events.text(who.actor), case.events.text(who.account));
        assert_eq!(row["actor"].as_str().unwrap_or(account).to_lowercase(), actor.to_lowercase());
        let detail = case.events.text(entry.detail);
        let told = row["message"].as_str().unwrap().contains(detail);
        assert!(row["detail"] == detail || row["detail"].is_null() && told, "{row}");
    }
    let rule = rows.iter().find(|row| row["operation"] == "New-InboxRule").unwrap();
    assert!(rule["detail"].is_null(), "{rule}");
    let forwarding = rows.iter().find(|row| row["operation"] == "Set-Mailbox").unwrap();
    assert!(!forwarding["detail"].is_null(), "{forwarding}");
}

#[test]
fn the_timesketch_timeline_names_an_actor_or_target_that_is_not_the_account() {
    let mut events = speur::store::Events::default();
    for (actor, target) in
        [("Anna@harbor.example", "ANNA@harbor.example"), ("admin@harbor.example", "bram@harbor.example")]
    {
        tenant::push(&mut events, &tenant::QUIET);
        let (actor, target) = (events.pool.intern(actor), events.pool.intern(target));
        let last = events.entries.len() as u32 - 1;
        let who = Who { actor, ..*events.who(&events.entries.at(last)) };
        let who = events.whos.number(&who);
        events.entries.change_at(last, |entry| (entry.who, entry.target) = (who, target));
    }
    let (_around, out) = written(&tenant::finish(events));
    let timeline = text(&out, "timeline.jsonl");
    let rows: Vec<serde_json::Value> = timeline.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(rows[0]["actor"].is_null() && rows[0]["target"].is_null(), "{}", rows[0]);
    assert!(rows[1]["actor"] == "admin@harbor.example" && rows[1]["target"] == "bram@harbor.example", "{}", rows[1]);
}

#[test]
fn no_cell_of_log_text_is_a_formula() {
    let (_around, out) = written(&tenant::case());
    for name in ["timeline.csv", "findings.csv", "users.csv", "addresses.csv"] {
        // A spreadsheet may split at any of these, so each way of reading must be safe.
        for delimiter in [b',', b';', b'\t'] {
            let mut reader = csv::ReaderBuilder::new()
                .delimiter(delimiter)
                .flexible(true)
                .has_headers(false)
                .from_path(out.join(name))
                .unwrap();
            for record in reader.records() {
                for cell in &record.unwrap() {
                    let bare = cell.trim_start_matches([' ', '"']);
                    assert!(!bare.starts_with(['=', '+', '-', '@', '\t', '\r']), "{name}: {cell:?}");
                    assert!(!cell.contains(['\u{1b}', '\0']), "{name}: {cell:?}");
                }
            }
        }
    }
}

#[test]
fn the_timesketch_timeline_keeps_the_text_whole() {
    let case = tenant::case();
    let (_around, out) = written(&case);
    let timeline = text(&out, "timeline.jsonl");
    let rows: Vec<serde_json::Value> = timeline.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), case.events.entries.len());
    for (row, entry) in rows.iter().zip(&case.events.entries) {
        assert!(row["message"].as_str().unwrap().len() > 10);
        assert!(row["datetime"].as_str().unwrap().ends_with("+00:00"));
        assert!(!row["timestamp_desc"].as_str().unwrap().is_empty());
        assert_eq!(row.get("object").map_or("", |v| v.as_str().unwrap()), case.events.text(entry.object));
        assert!(row.as_object().unwrap().values().all(|value| value != ""));
    }
    let forwarding = rows.iter().find(|row| row["operation"] == "Set-Mailbox").unwrap();
    assert_eq!(
        forwarding["message"],
        "anna@harbor.example set forwarding of the mailbox anna@harbor.example to collect@elsewhere.example, from \
         203.0.113.7 (NG); meets: Mailbox forwards to an outside address"
    );
    let cleared = rows.iter().rfind(|row| row["operation"] == "Set-Mailbox").unwrap();
    assert!(cleared["message"].as_str().unwrap().contains("cleared the forwarding"), "{cleared}");
}

#[test]
fn a_value_too_long_for_timesketch_is_cut_there_and_only_there() {
    let mut events = speur::store::Events::default();
    let long = "é".repeat(40_000);
    tenant::push(&mut events, &tenant::Act { object: &long, ..tenant::QUIET });
    let (_around, out) = written(&tenant::finish(events));
    let row: serde_json::Value = serde_json::from_str(text(&out, "timeline.jsonl").trim()).unwrap();
    let kept = row["object"].as_str().unwrap();
    assert!(kept.len() < 32_766 && kept.len() > 32_000 && long.starts_with(kept));
    assert!(text(&out, "timeline.csv").contains(&long));
}

#[test]
fn the_parquet_timeline_is_typed_and_whole() {
    use polars::prelude::*;
    let case = tenant::case();
    let (_around, out) = written(&case);
    let frame = ParquetReader::new(std::fs::File::open(out.join("timeline.parquet")).unwrap()).finish().unwrap();
    assert_eq!(frame.height(), case.events.entries.len());
    let time = frame.column("time").unwrap();
    assert_eq!(time.dtype(), &DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)));
    assert_eq!(frame.column("row").unwrap().dtype(), &DataType::UInt64);
    assert_eq!(frame.column("port").unwrap().dtype(), &DataType::UInt32);
    assert_eq!(frame.column("conflict").unwrap().dtype(), &DataType::Boolean);
    let objects = frame.column("object").unwrap().str().unwrap().clone();
    for (object, entry) in objects.iter().zip(&case.events.entries) {
        assert_eq!(object.unwrap_or(""), case.events.text(entry.object));
    }
    let times = time.datetime().unwrap().physical().clone();
    assert!(times.iter().zip(&case.events.entries).all(|(time, entry)| time == Some(entry.micros)));
}

#[test]
fn hostile_text_stays_text_in_pages_and_charts() {
    let (_around, out) = written(&tenant::case());
    for (name, bytes) in tree(&out) {
        if !name.ends_with("html") && !name.ends_with("svg") {
            continue;
        }
        let page = String::from_utf8(bytes).unwrap();
        for bad in [
            "<script>a",
            "<img",
            "onload=alert(1)>",
            "<b>Title",
            "]]></title>",
            "\u{202e}",
            "\u{1b}",
            "\0",
            "javascript:",
        ] {
            assert!(!page.contains(bad), "{name} holds {bad:?}");
        }
    }
    let page = text(&out, "report.html");
    assert!(page.contains("default-src &#39;none&#39;") || page.contains("default-src 'none'"));
    assert!(page.contains("&#60;script&#62;alert(1)&#60;/script&#62;"), "the hostile text is shown, as text");
    assert!(page.contains("\\u{202e}"));
    assert!(!page.contains("src=\"") && !page.contains("url("), "the page loads nothing");
}

#[test]
fn charts_are_well_formed() {
    for case in [tenant::case(), tenant::empty()] {
        let (_around, out) = written(&case);
        for (name, bytes) in tree(&out).into_iter().filter(|(name, _)| name.ends_with("svg")) {
            let picture = String::from_utf8(bytes).unwrap();
            assert!(picture.starts_with("<svg ") && picture.trim_end().ends_with("</svg>"), "{name}");
            assert!(picture.contains("<title ") && picture.contains("<desc "), "{name}");
            assert_eq!(picture.matches("<text").count(), picture.matches("</text>").count(), "{name}");
        }
    }
    let (_around, out) = written(&tenant::empty());
    assert!(text(&out, "charts/events.svg").contains("No events"));
    assert!(text(&out, "charts/signins.svg").contains("No sign-ins"));
    assert!(text(&out, "report.html").contains("no proof that nothing"));
}

#[test]
fn an_existing_folder_is_never_written_over() {
    let around = tempfile::tempdir().unwrap();
    let out = around.path().join("case");
    std::fs::create_dir(&out).unwrap();
    let refused = write_case(&tenant::case(), &facts(), &out).unwrap_err();
    assert!(matches!(&refused, Error::CaseExists(path) if *path == out), "{refused}");
    assert!(tree(&out).is_empty());
    let file = around.path().join("file");
    std::fs::write(&file, "mine").unwrap();
    assert!(matches!(write_case(&tenant::case(), &facts(), &file), Err(Error::CaseExists(_))));
    assert_eq!(std::fs::read(&file).unwrap(), b"mine");
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let around = tempfile::tempdir().unwrap();
    let file = around.path().join("file");
    std::fs::write(&file, "").unwrap();
    let out = file.join("case");
    let refused = write_case(&tenant::case(), &facts(), &out).unwrap_err();
    assert!(matches!(&refused, Error::Write { .. }), "{refused}");
    assert!(refused.to_string().contains("file"), "{refused}");
}

#[test]
fn one_and_two_threads_write_the_same_bytes() {
    let case = tenant::case();
    let run = |threads: usize| {
        let around = tempfile::tempdir().unwrap();
        let out = around.path().join("case");
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| write_case(&case, &facts(), &out)).unwrap();
        tree(&out)
    };
    let (one, two) = (run(1), run(2));
    assert_eq!(one.keys().collect::<Vec<_>>(), two.keys().collect::<Vec<_>>());
    for (name, bytes) in &one {
        assert!(two[name] == *bytes, "{name} differs");
    }
}

#[test]
fn verify_tells_what_has_changed() {
    let around = tempfile::tempdir().unwrap();
    let (evidence, own_rule) = (around.path().join("audit.csv"), around.path().join("own.yml"));
    std::fs::write(&evidence, "evidence").unwrap();
    std::fs::write(&own_rule, "rule").unwrap();
    let hash = |bytes: &[u8]| speur::store::hex(&<sha2::Sha256 as sha2::Digest>::digest(bytes));
    let mut case = tenant::case();
    case.rules[0].file = own_rule.display().to_string();
    case.rules[0].sha256 = hash(b"rule");
    let input = Input { path: evidence.clone(), name: "audit.csv".to_owned(), sha256: hash(b"evidence"), bytes: 8 };
    let out = around.path().join("case");
    write_case(&case, &RunFacts { inputs: vec![input], ..facts() }, &out).unwrap();
    assert_eq!(verify(&out, &[]).unwrap().mismatches, []);

    std::fs::write(&evidence, "Evidence").unwrap();
    std::fs::remove_file(&own_rule).unwrap();
    std::fs::write(out.join("users.csv"), "").unwrap();
    std::fs::write(out.join("extra.txt"), "new").unwrap();
    let told: BTreeMap<String, Option<String>> =
        verify(&out, &[]).unwrap().mismatches.into_iter().map(|mismatch| (mismatch.path, mismatch.found)).collect();
    let expected: BTreeMap<String, Option<String>> = [
        (evidence.display().to_string(), Some(hash(b"Evidence"))),
        (own_rule.display().to_string(), None),
        ("users.csv".to_owned(), Some(hash(b""))),
        ("extra.txt".to_owned(), Some(hash(b"new"))),
    ]
    .into();
    assert_eq!(told, expected);
    std::fs::remove_file(out.join("manifest.json")).unwrap();
    assert!(matches!(verify(&out, &[]), Err(Error::Case { .. })));
}

#[test]
fn findings_are_ordered_and_told() {
    let case = tenant::case();
    let levels: Vec<&str> = case.findings.iter().map(|finding| finding.rule.level).collect();
    assert_eq!(levels, ["critical", "high", "high", "medium", "informational"]);
    let forwarding = case.findings.iter().find(|f| f.rule.title.starts_with("Mailbox forwards")).unwrap();
    assert_eq!(forwarding.count, 2);
    assert_eq!(forwarding.addresses, ["2001:db8::7", "203.0.113.7"]);
    assert_eq!(
        forwarding.summary,
        "anna@harbor.example set forwarding of the mailbox anna@harbor.example to collect@elsewhere.example, and more \
         of the kind (2 events, 14 Jan 2026 09:14 to 15 Jan 2026 10:00 UTC, from 203.0.113.7 NG and 1 other address)"
    );
}

/// Keeps a case folder to look at: `SPEUR_LOOK=folder cargo test --release look_at -- --ignored`.
#[test]
#[ignore = "for people: writes a case folder to look at"]
fn look_at_the_case_folder() {
    let Some(out) = std::env::var_os("SPEUR_LOOK") else { return };
    write_case(&tenant::case(), &facts(), Path::new(&out)).unwrap();
}
