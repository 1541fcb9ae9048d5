//! The order of day and month is decided for each file, wherever it lies and however it is encoded.

use super::case_folder::{json, table};
use speur::pipeline::{Options, analyze};
use speur::source::{DateOrder, DateProof};
use std::io::Write as _;
use std::path::Path;

const OPEN: &str = "05/06/2025 10:00:00";
const SHOWS: &str = "25/06/2025 10:00:00";

/// An export with lost `AuditData`, so that its column must give the times.
fn export(dates: &[&str], delimiter: &str) -> String {
    let head = ["CreationDate", "UserIds", "Operations", "AuditData"].join(delimiter);
    let rows = dates.iter().map(|date| [date, "a@harbor.example", "Send", ""].join(delimiter) + "\r\n");
    format!("{head}\r\n{}", rows.collect::<String>())
}

/// The times of the timeline, and the notes of the only file.
fn run(name: &str, bytes: &[u8], date_order: DateOrder) -> (Vec<String>, Vec<String>, u64) {
    let home = tempfile::tempdir().unwrap();
    let logs = home.path().join("logs");
    std::fs::create_dir(&logs).unwrap();
    std::fs::write(logs.join(name), bytes).unwrap();
    let out = home.path().join("case");
    analyze(&Options { paths: vec![logs], out: out.clone(), threads: 1, date_order, ..Options::default() }, &())
        .unwrap();
    outcome(&out)
}

fn outcome(out: &Path) -> (Vec<String>, Vec<String>, u64) {
    let times = table(out, "timeline.csv").into_iter().map(|row| row["time"].clone()).collect();
    let file = &json(out, "coverage.json")["files"][0];
    let notes = file["notes"].as_array().into_iter().flatten().map(|note| note.as_str().unwrap().to_owned());
    (times, notes.collect(), file["rejected"].as_u64().unwrap())
}

fn utf16(text: &str) -> Vec<u8> {
    [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
}

fn zip(text: &str) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let mut zip = zip::ZipWriter::new(&mut bytes);
    zip.start_file("export.csv", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(text.as_bytes()).unwrap();
    zip.finish().unwrap();
    bytes.into_inner()
}

/// Dates whose day is their month show nothing, and those behind them are read all the same.
#[test]
fn a_file_that_begins_with_equal_numbers_is_looked_at_further() {
    let begins: Vec<String> =
        (0..2_000).map(|n| format!("05/05/2025 {:02}:{:02}:{:02}", 10 + n / 3600, n / 60 % 60, n % 60)).collect();
    let mut dates: Vec<&str> = begins.iter().map(String::as_str).collect();
    dates.extend(["06/05/2025 10:00:00", "25/05/2025 10:00:00"]);
    let (times, notes, rejected) = run("a.csv", export(&dates, ",").as_bytes(), DateOrder::Undecided);
    assert_eq!((times.len(), rejected), (2_002, 0), "{notes:?}");
    assert_eq!(times[2_000], "2025-05-06T10:00:00.000000Z");
    let (times, _, rejected) = run("a.csv", export(&dates[..2_001], ",").as_bytes(), DateOrder::Undecided);
    assert_eq!((times.len(), rejected), (2_000, 1), "nothing shows the order, so it is not guessed");
}

#[test]
fn one_proof_far_into_the_file_orders_all_of_it() {
    let mut dates = vec![OPEN; 60_000];
    dates.push(SHOWS);
    // Rows that are the same byte for byte count once: two times are left.
    for (name, bytes) in [
        ("a.csv", export(&dates, ",").into_bytes()),
        ("a.dat", utf16(&export(&dates, ";"))),
        ("a.zip", zip(&export(&dates, "\t"))),
    ] {
        let (times, notes, rejected) = run(name, &bytes, DateOrder::Undecided);
        assert_eq!(times, ["2025-06-05T10:00:00.000000Z", "2025-06-25T10:00:00.000000Z"], "{name}");
        assert_eq!(rejected, 0);
        assert_eq!(notes[0], "its dates are day first: row 60001 holds \"25/06/2025 10:00:00\"", "{name}");
    }
}

#[test]
fn json_is_ordered_too() {
    let wrapper = |date: &str| {
        format!(
            r#"{{"CreationDate":"{date}","UserIds":"a@harbor.example","Operations":"Send","RecordType":"ExchangeItem","AuditData":""}}"#
        )
    };
    let lines = [wrapper("5/6/2025 1:00:00\u{202f}PM"), wrapper("5/25/2025 1:00:00\u{202f}PM")].join("\n");
    let (times, ..) = run("a.json", lines.as_bytes(), DateOrder::Undecided);
    assert_eq!(times, ["2025-05-06T13:00:00.000000Z", "2025-05-25T13:00:00.000000Z"]);
}

#[test]
fn what_nothing_shows_is_rejected_until_the_investigator_says() {
    let bytes = export(&[OPEN, "2025-06-05T10:00:00Z"], ",").into_bytes();
    let (times, notes, rejected) = run("a.csv", &bytes, DateOrder::Undecided);
    assert_eq!((times.len(), rejected), (1, 1));
    assert!(notes[0].contains("give --date-order dmy or mdy"), "{}", notes[0]);
    for (order, day) in
        [(DateOrder::DayFirst(DateProof::Given), "2025-06-05"), (DateOrder::MonthFirst(DateProof::Given), "2025-05-06")]
    {
        let (times, notes, rejected) = run("a.csv", &bytes, order);
        assert_eq!((times[0].get(..10).unwrap(), rejected), (day, 0));
        assert!(notes[0].contains("as --date-order says"), "{}", notes[0]);
    }
}
