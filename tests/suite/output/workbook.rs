//! The workbook: the same rows as the other products, text that stays text, sheets that are split and told.

use super::book::{Book, Cell};
use super::tenant;
use crate::case_folder::{json, table};
use crate::language::dutch;
use speur::case::Case;
use speur::language::{Language, Voice};
use speur::output::{Limits, workbook};
use speur::pipeline::{Options, analyze};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Sheets, in English, and the CSV with the same rows.
const TWINS: [(&str, &str); 7] = [
    ("Findings", "findings.csv"),
    ("Accounts", "users.csv"),
    ("Sessions", "sessions.csv"),
    ("Addresses", "addresses.csv"),
    ("Exposed mail", "mail-exposure.csv"),
    ("Exposed files", "file-exposure.csv"),
    ("Footholds", "footholds.csv"),
];

/// The case of the samples, by the clock of Amsterdam.
fn harbor() -> &'static Path {
    static CASE: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, case) = CASE.get_or_init(|| {
        let home = tempfile::tempdir().unwrap();
        let mut options = Options {
            paths: vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/harbor")],
            out: home.path().join("case"),
            rules: speur::rule::Options { pack: true, ..speur::rule::Options::default() },
            ..Options::default()
        };
        "2026-0117".clone_into(&mut options.facts.number);
        options.facts.voice.zone = "Europe/Amsterdam".parse().ok();
        analyze(&options, &()).unwrap();
        (home, options.out)
    });
    case
}

fn made(case: &Case, limits: Limits) -> Book {
    let (scratch, mut bytes) = (tempfile::tempdir().unwrap(), Vec::new());
    workbook(case, limits, scratch.path(), &mut bytes).unwrap();
    assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 0, "something is left behind");
    let book = Book::open(&bytes);
    book.assert_inert();
    book
}

/// A moment as a spreadsheet counts it, to the millisecond.
fn serial(time: &str) -> f64 {
    chrono::DateTime::parse_from_rfc3339(time).unwrap().timestamp_micros().div_euclid(1_000) as f64 / 86_400_000.0
        + 25_569.0
}

/// What people are told for the kind of a foothold.
fn titles(case: &Path) -> BTreeMap<String, String> {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let footholds = json(case, "footholds.json");
    footholds.as_array().unwrap().iter().map(|one| (text(&one["kind"]), text(&one["title"]))).collect()
}

/// That a sheet holds the rows of a CSV: numbers as numbers, moments as moments, and in the column behind by the
/// clock of Amsterdam in winter.
fn assert_same(book: &Book, name: &str, csv: &Path) {
    let sheet = book.sheet(name);
    let mut reader = csv::Reader::from_path(csv).unwrap();
    let is_time = |head: &str| ["time", "first_time", "last_time", "opened", "closed", "shown"].contains(&head);
    let heads = reader.headers().unwrap().clone();
    let titles = titles(csv.parent().unwrap());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(sheet.rows.len() - 1, rows.len(), "{name}");
    for (row, cells) in rows.iter().zip(&sheet.rows[1..]) {
        let mut column = 0;
        for (value, head) in row.iter().zip(&heads) {
            let is_time = is_time(head);
            match cells.get(&column) {
                None => assert!(value.is_empty(), "{name}: {value:?} is missing"),
                Some(Cell::Number(days)) if is_time => {
                    assert!((days - serial(value)).abs() < 1e-9, "{name}: {value}");
                    assert!((cells[&(column + 1)].number() - days - 1.0 / 24.0).abs() < 1e-9, "{name}: {value}");
                }
                Some(Cell::Number(number)) => assert_eq!(value.parse(), Ok(*number), "{name}"),
                Some(Cell::Flag(flag)) => assert_eq!(value, flag.to_string(), "{name}"),
                Some(Cell::Text(text)) => {
                    let bare = value.strip_prefix('\'').unwrap_or(value);
                    let bare = titles.get(bare).filter(|_| head == "kind").map_or(bare, String::as_str);
                    assert!(text == bare || text.contains("\\u{"), "{name}: {text:?} for {bare:?}");
                }
            }
            column += 1 + usize::from(is_time);
        }
    }
}

#[test]
fn every_sheet_holds_the_rows_of_the_other_products() {
    let case = harbor();
    let book = Book::open(&std::fs::read(case.join("report.xlsx")).unwrap());
    book.assert_inert();
    for (name, csv) in [("Timeline", "timeline.csv")].iter().chain(&TWINS) {
        assert_same(&book, name, &case.join(csv));
        assert!(book.sheet(name).rows.len() > 1 || *name == "Exposed files", "{name} is empty, and proves nothing");
        assert!(book.sheet(name).xml.contains("<autoFilter") && book.sheet(name).xml.contains("state=\"frozen\""));
    }
    for (name, rows) in others(case) {
        assert_eq!(book.sheet(name).rows.len() - 1, rows, "{name}");
    }
    let header = std::fs::read_to_string(case.join("timeline.csv")).unwrap();
    let mut header: Vec<&str> = header.lines().next().unwrap().split(',').collect();
    header.insert(1, "time (Europe/Amsterdam)");
    let heads: Vec<&str> = book.sheet("Timeline").rows[0].values().map(Cell::text).collect();
    assert_eq!(heads, header);
    let summary: Vec<&str> = book.sheet("Summary").texts().collect();
    for told in ["2026-0117", "UTC, and Europe/Amsterdam in brackets", "sanne.loodsman@harbor.example"] {
        assert!(summary.contains(&told), "{told}: {summary:?}");
    }
    assert!(book.parts["docProps/custom.xml"].contains("2026-0117"));
}

/// Sheets whose rows are in JSON, and how many there are.
fn others(case: &Path) -> [(&'static str, usize); 3] {
    let (dossiers, coverage) = (json(case, "case.json"), json(case, "coverage.json"));
    let steps = dossiers.as_array().unwrap().iter().map(|dossier| dossier["response"].as_array().unwrap().len());
    let list = |name: &str| coverage[name].as_array().unwrap().len();
    [("Response", steps.sum()), ("Coverage", list("files")), ("What may be missing", list("completeness"))]
}

#[test]
fn libre_office_reads_the_same_rows() {
    let case = harbor();
    let home = tempfile::tempdir().unwrap();
    // All sheets, separated by commas, in UTF-8, as they are shown.
    let filter = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1";
    let converted = Command::new("soffice")
        .arg(format!("-env:UserInstallation=file://{}", home.path().join("profile").display()))
        .args(["--headless", "--convert-to", filter, "--outdir"])
        .arg(home.path())
        .arg(case.join("report.xlsx"))
        .output();
    let Ok(converted) = converted else {
        println!("skipped: there is no soffice here, so nothing proves that LibreOffice reads the workbook");
        return;
    };
    assert!(converted.status.success(), "{converted:?}");
    let rows = |sheet: &str| {
        let path = home.path().join(format!("report-{sheet}.csv"));
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(&path).unwrap();
        reader.records().map(Result::unwrap).count()
    };
    for (sheet, csv) in [("Timeline", "timeline.csv")].iter().chain(&TWINS) {
        assert_eq!(rows(sheet), table(case, csv).len(), "{sheet}");
    }
    for (sheet, count) in others(case) {
        assert_eq!(rows(sheet), count, "{sheet}");
    }
    assert!(rows("Summary") > 20);
}

#[test]
fn text_stays_text_whatever_it_holds() {
    let hostile = [
        "=HYPERLINK(\"http://evil.example\",\"x\")",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(1+1)",
        "http://evil.example/a",
        "mailto:mallory@evil.example",
        "internal:Summary!A1",
        "_x000D_=1",
        "{=1}",
        "<f>1</f>]]>&amp;",
        "0123",
        "1e5",
        " space ",
    ];
    let acting = [
        ("a\0b\u{1b}[2J", "a\\u{0}b\\u{1b}[2J"),
        ("invoice\u{202e}fdp.exe", "invoice\\u{202e}fdp.exe"),
        ("a\r\n=1+1", "a\\u{d}\\u{a}=1+1"),
        ("\u{fffe}\u{feff}", "\\u{fffe}\\u{feff}"),
    ];
    let mut events = speur::store::Events::default();
    for text in hostile.iter().chain(acting.iter().map(|(text, _)| text)) {
        tenant::push(&mut events, &tenant::Act { object: text, hits: &[4], account: text, ..tenant::QUIET });
    }
    let mut case = tenant::finish(events);
    case.facts.number = "=1+1\u{202e}".to_owned();
    let book = made(&case, Limits::default());
    let sheet = book.sheet("Timeline");
    let object = sheet.column("object");
    let shown = hostile.iter().copied().chain(acting.iter().map(|(_, shown)| *shown));
    let found: Vec<&str> = sheet.rows[1..].iter().map(|row| row[&object].text()).collect();
    assert_eq!(found, shown.collect::<Vec<_>>());
    assert!(book.sheet("Accounts").texts().any(|text| text == "=hyperlink(\"http://evil.example\",\"x\")"));
    assert!(book.sheet("Summary").texts().any(|text| text == "=1+1\\u{202e}"));
    assert!(book.parts["xl/styles.xml"].contains("quotePrefix=\"1\""), "typed in again it would be a formula");
    for text in book.parts.values() {
        assert!(!text.contains(['\0', '\u{1b}', '\u{202e}', '\u{fffe}']));
    }
}

#[test]
fn a_text_that_no_cell_holds_is_cut_and_says_so() {
    let mut events = speur::store::Events::default();
    let long = "é=".repeat(524_288);
    tenant::push(&mut events, &tenant::Act { object: &long, ..tenant::QUIET });
    let book = made(&tenant::finish(events), Limits::default());
    let sheet = book.sheet("Timeline");
    let text = sheet.rows[1][&sheet.column("object")].text();
    assert_eq!(text.encode_utf16().count(), 32_767);
    assert!(
        text.starts_with("é=é=") && text.ends_with("1048576 characters in all, whole in the other files of the case")
    );
}

#[test]
fn a_lone_surrogate_of_an_export_does_no_harm() {
    let home = tempfile::tempdir().unwrap();
    let line = r#"{"CreationTime":"2026-03-02T09:00:00","Id":"00000000-0000-4000-8000-000000000001","Operation":"Send","OrganizationId":"5d0c7b1e-3f43-4f0f-9a55-6f2b8a7d1c90","RecordType":2,"UserKey":"1","UserType":0,"Version":1,"UserId":"mila.storm@fjordlight.example","Workload":"Exchange","Item":{"Subject":"half \ud83d of a face"}}"#;
    let evidence = home.path().join("audit.jsonl");
    std::fs::write(&evidence, format!("{line}\n{}\n", line.replace("\\ud83d", "one").replace("0001\"", "0002\"")))
        .unwrap();
    let options = Options { paths: vec![evidence], out: home.path().join("case"), ..Options::default() };
    let summary = analyze(&options, &()).unwrap();
    let book = Book::open(&std::fs::read(options.out.join("report.xlsx")).unwrap());
    book.assert_inert();
    assert_eq!(book.sheet("Timeline").rows.len() as u64 - 1, summary.coverage.totals.counts.used);
    assert!(book.sheet("Timeline").rows.len() > 1);
}

#[test]
fn a_full_sheet_goes_on_in_another() {
    let case = tenant::case();
    let all = case.events.entries.len();
    let book = made(&case, Limits { rows: 41, events: all });
    let parts: Vec<_> = book.sheets.iter().filter(|sheet| sheet.name.starts_with("Timeline")).collect();
    assert_eq!(parts.len(), all.div_ceil(40));
    assert_eq!(parts[1].name, "Timeline 2");
    assert!(parts.iter().all(|part| part.rows[0] == parts[0].rows[0] && part.rows.len() <= 41));
    let id = parts[0].column("event_id");
    let found = parts.iter().flat_map(|part| part.rows[1..].iter().map(|row| row[&id].text().to_owned()));
    assert!(found.eq(case.events.entries.iter().map(|entry| entry.event_id())));
    let last = &parts.last().unwrap().name;
    let told = format!("Timeline to {last}: one sheet holds no more rows");
    assert!(book.sheet("Summary").texts().any(|text| text == told));
}

#[test]
fn of_too_many_events_those_that_matter_are_chosen_and_told() {
    let case = tenant::case();
    let all = case.events.entries.len();
    for (most, level, wanted) in [(all - 1, "low", &[0, 1, 2, 4][..]), (8, "high", &[0, 1, 4]), (1, "critical", &[4])] {
        let book = made(&case, Limits { events: most, ..Limits::default() });
        let sheet = book.sheet("Timeline");
        let expected =
            case.events.entries.iter().filter(|entry| case.events.hits(entry).iter().any(|rule| wanted.contains(rule)));
        let expected: Vec<String> = expected.map(|entry| entry.event_id()).collect();
        let id = sheet.column("event_id");
        let found: Vec<&str> = sheet.rows[1..].iter().map(|row| row[&id].text()).collect();
        assert_eq!(found, expected, "{level}");
        let told = format!("{} of {all} events: those of findings of level {level} and above", expected.len());
        assert!(book.sheet("Summary").texts().any(|text| text.starts_with(&told)), "{told}");
    }
}

#[test]
fn dutch_readers_get_dutch_sheets() {
    let mut case = tenant::case();
    case.facts.voice = Voice { language: Language::Dutch, ..Voice::default() };
    let book = made(&case, Limits::default());
    assert_eq!(book.names()[..4], ["Samenvatting", "Tijdlijn", "Bevindingen", "Accounts"]);
    assert!(book.sheet("Bevindingen").texts().any(|text| text == "Eerste (UTC)"));
    assert_eq!(book.sheet("Tijdlijn").rows[0][&0].text(), "time", "those of timeline.csv are names for machines");
    // What the CSV has as codes.
    let (case, _) = dutch();
    let book = Book::open(&std::fs::read(case.join("report.xlsx")).unwrap());
    for (sheet, label) in [
        ("Samenvatting", "hoog"),
        ("Sessies", "bevindingen"),
        ("Bereikte mail", "bericht"),
        ("Bereikte mail", "geopend"),
        ("Achtergelaten toegang", "Postvakregel"),
        ("Achtergelaten toegang", "weggenomen"),
        ("Maatregelen", "niet gezien"),
    ] {
        assert!(book.sheet(sheet).texts().any(|text| text == label), "{sheet}: {label}");
    }
}

#[test]
fn a_workbook_says_when_the_last_event_was_and_not_when_it_was_made() {
    let book = made(&tenant::case(), Limits::default());
    let core = &book.parts["docProps/core.xml"];
    let last = tenant::case().events.entries.last().unwrap().micros;
    let time = chrono::DateTime::from_timestamp_micros(last).unwrap().format("%Y-%m-%dT%H:%M:%SZ").to_string();
    assert_eq!(core.matches(&time).count(), 2, "created and modified: {core}");
    let empty = made(&tenant::empty(), Limits::default());
    assert!(empty.parts["docProps/core.xml"].contains("1970-01-01T00:00:00Z"));
    assert_eq!(empty.sheet("Timeline").rows.len(), 1);
}

#[test]
fn a_scratch_folder_that_is_gone_is_told() {
    let gone = Path::new("/nonexistent/scratch");
    assert!(workbook(&tenant::case(), Limits::default(), gone, &mut Vec::new()).is_err());
}
