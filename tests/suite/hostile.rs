//! Log text that tries to be more than text, planted in every text of every export: in no output may it act.

use super::cli::run;
use super::output::book::Book;
use super::output::pdf;
use serde_json::Value;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Markup for pages and pictures, an action of a PDF, style, a formula, a sheet, a terminal, the direction of writing.
const HOSTILE: &str = "</title></text><script>pwned()</script>\"'><img src=x onerror=pwned()><svg onload=pwned()>\
                       )>>/OpenAction<</S/JavaScript/JS(pwned())>>]]></t></is></c><f>1+1</f>_x001B_&#27;{{7*7}}</style><style>*{display:none}@import url(x)</style>;=HYPERLINK(\"http://x\")\u{1b}[2J\
                       \u{1b}]0;pwned\u{7}\u{202e}gpj.exe\u{200b}";
/// Stands near the beginning of [`HOSTILE`], so that what is cut holds it too.
const MARKER: &str = "<script>pwned()</script>";
/// What a spreadsheet would run, where it begins a cell.
const FORMULA: &str = "=cmd|' /C calc'!A0";

/// Keys that decide how a record is read and which rules look at it: with these changed, little would be found.
const KEPT: &[&str] = &[
    "operation",
    "operations",
    "workload",
    "recordtype",
    "category",
    "activitydisplayname",
    "resultstatus",
    "name",
    "logontype",
    "cmdletname",
    "actiontype",
    "activity",
    "status",
    "result",
    "clientappused",
    "type",
    "displayname",
    "operationname",
    "clientinfostring",
    "eventtype",
    "id",
];

/// Whether a text says when, where or which, or is a number: planted there, the record would only be refused.
fn is_fixed(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let plain = text.bytes().all(|byte| byte.is_ascii_hexdigit() || b"-:./TZ +,AMP[]".contains(&byte));
    text.is_empty() || matches!(text, "True" | "False" | "true" | "false" | "null") || (digits > 0 && plain)
}

fn planted(text: &str, front: bool) -> String {
    if front { format!("{FORMULA}{text}{HOSTILE}") } else { format!("{text}{HOSTILE}") }
}

fn plant_json(value: &mut Value, key: &str, front: bool) {
    match value {
        Value::String(text) => match serde_json::from_str::<Value>(text) {
            Ok(mut inner @ (Value::Object(_) | Value::Array(_))) => {
                plant_json(&mut inner, key, front);
                *text = inner.to_string();
            }
            _ if is_fixed(text) || KEPT.contains(&key.to_ascii_lowercase().as_str()) => {}
            _ => *text = planted(text, front),
        },
        Value::Array(items) => items.iter_mut().for_each(|item| plant_json(item, key, front)),
        Value::Object(members) => members.iter_mut().for_each(|(key, value)| plant_json(value, key, front)),
        _ => {}
    }
}

fn plant_csv(text: &str, front: bool) -> Option<String> {
    let delimiter = if text.lines().next()?.contains(';') { b';' } else { b',' };
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let mut writer = csv::WriterBuilder::new().flexible(true).delimiter(delimiter).from_writer(Vec::new());
    let mut header: Option<csv::StringRecord> = None;
    for record in reader.records() {
        let record = record.ok()?;
        let Some(names) = &header else {
            writer.write_record(&record).ok()?;
            header = (!record.get(0)?.starts_with("#TYPE")).then_some(record);
            continue;
        };
        let cell = |(at, cell): (usize, &str)| {
            let mut value = Value::String(cell.to_owned());
            plant_json(&mut value, names.get(at).unwrap_or_default(), front);
            value.as_str().unwrap_or_default().to_owned()
        };
        writer.write_record(record.iter().enumerate().map(cell)).ok()?;
    }
    String::from_utf8(writer.into_inner().ok()?).ok()
}

/// Values of attributes; XML cannot hold the characters that control a terminal.
fn plant_xml(text: &str, front: bool) -> String {
    let hostile: String = HOSTILE.chars().filter(|char| *char >= ' ').collect();
    let hostile = hostile.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let mut parts = text.split('"');
    let mut out = parts.next().unwrap_or_default().to_owned();
    let mut key = out.clone();
    for (number, part) in parts.enumerate() {
        out.push('"');
        let name = key.trim_end_matches('=').rsplit(' ').next().unwrap_or_default().to_ascii_lowercase();
        let is_value = number % 2 == 0 && !is_fixed(part) && !KEPT.contains(&name.as_str()) && key.ends_with('=');
        if is_value && !matches!(name.as_str(), "version" | "encoding") {
            let _ = write!(out, "{}{part}{hostile}", if front { FORMULA } else { "" });
        } else {
            out.push_str(part);
        }
        part.clone_into(&mut key);
    }
    out
}

/// A file of evidence with hostile text in it; what is no text stays as it is.
fn plant(bytes: &[u8], name: &str, front: bool) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(bytes) else { return bytes.to_vec() };
    let bare = text.trim_start_matches('\u{feff}').trim_start();
    let planted = if bare.starts_with('<') {
        Some(plant_xml(bare, front))
    } else if bare.starts_with(['{', '[']) {
        let values: Result<Vec<Value>, _> = serde_json::Deserializer::from_str(bare).into_iter().collect();
        values.ok().map(|mut values| {
            let mut text = String::new();
            for value in &mut values {
                plant_json(value, "", front);
                let _ = writeln!(text, "{value}");
            }
            text
        })
    } else {
        plant_csv(bare, front)
    };
    // JSON can say what no text can hold: half of a character.
    let planted = planted.map(|text| {
        let ends = Path::new(name).extension().is_some_and(|ending| ending != "csv" && ending != "xml");
        if ends { text.replace("{{7*7}}", "{{7*7}}\\ud800\\u0000") } else { text }
    });
    planted.map_or_else(|| bytes.to_vec(), String::into_bytes)
}

/// A record whose subject is a megabyte.
fn long_subject() -> String {
    let subject = format!("{}{}", HOSTILE.repeat(4_000), FORMULA);
    let record = serde_json::json!({
        "CreationTime": "2026-01-14T10:00:00", "Id": "5d7e6f9a-0000-4000-8000-0000000000aa", "Operation": "New-InboxRule",
        "OrganizationId": "5c0ffee0-7a11-4b0a-9d0c-4a7b0a2c1e00", "RecordType": 1, "UserKey": "k", "UserType": 2,
        "Version": 1, "Workload": "Exchange", "ClientIP": "102.89.32.10", "UserId": "long@harbor.example",
        "ObjectId": subject, "ResultStatus": "True",
        "Parameters": [{"Name": "Name", "Value": subject}, {"Name": "DeleteMessage", "Value": "True"},
                       {"Name": "ForwardTo", "Value": format!("x@evil.example{HOSTILE}")}],
    });
    format!("{record}\n")
}

fn evidence(to: &Path, front: bool) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let golden = root.join("tests/golden");
    let formats = std::fs::read_dir(golden).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut places: Vec<PathBuf> =
        formats.filter(|path| path.to_string_lossy().contains("format-")).map(|path| path.join("input")).collect();
    places.push(root.join("samples/harbor"));
    places.sort();
    for place in places {
        let files =
            walkdir::WalkDir::new(&place).sort_by_file_name().into_iter().map(|entry| entry.expect("a listing"));
        for file in files.filter(|entry| entry.file_type().is_file()) {
            let within = file.path().strip_prefix(root).expect("within the project");
            let target = to.join(within);
            std::fs::create_dir_all(target.parent().expect("a folder")).expect("written");
            let bytes = std::fs::read(file.path()).expect("a file");
            std::fs::write(&target, plant(&bytes, &within.to_string_lossy(), front)).expect("written");
        }
    }
    std::fs::write(to.join("long.json"), long_subject()).expect("written");
}

/// What acts on a terminal, in a page or in the direction of writing.
fn no_acting_character(text: &str, place: &str) {
    for char in ['\u{1b}', '\u{7}', '\0', '\u{202e}', '\u{200b}'] {
        let at = text.find(char);
        let around = at.map(|at| &text[text.floor_char_boundary(at.saturating_sub(80))..at]);
        assert!(at.is_none(), "{place} holds U+{:04X} behind {around:?}", u32::from(char));
    }
}

fn check_page(page: &str, place: &str) {
    no_acting_character(page, place);
    assert_eq!(page.matches("<script").count(), 2, "{place}: its own script and data");
    assert_eq!(page.matches("</script").count(), 2, "{place}");
    for markup in ["<img", "<svg onload", "<style>*", "<title></title>"] {
        assert!(!page.contains(markup), "{place} holds {markup}");
    }
    assert!(page.contains("&lt;script&gt;") || page.contains("&#60;script"), "{place} shows the text");
}

/// A picture is sound XML, of elements that draw; nothing in it is a script, a style, a link or a handler.
fn check_picture(svg: &str, place: &str) {
    no_acting_character(svg, place);
    let mut reader = quick_xml::Reader::from_str(svg);
    loop {
        let event = reader.read_event().unwrap_or_else(|error| panic!("{place}: {error}"));
        let start = match event {
            quick_xml::events::Event::Eof => return,
            quick_xml::events::Event::Start(start) | quick_xml::events::Event::Empty(start) => start,
            _ => continue,
        };
        let name = String::from_utf8_lossy(start.name().as_ref()).into_owned();
        let draws = [
            "svg", "g", "title", "desc", "text", "tspan", "rect", "line", "polyline", "polygon", "circle", "ellipse",
            "path", "defs", "pattern", "clipPath", "use",
        ];
        assert!(draws.contains(&name.as_str()), "{place} holds an element {name}");
        for attribute in start.attributes() {
            let attribute = attribute.unwrap_or_else(|error| panic!("{place}: {error}"));
            let key = String::from_utf8_lossy(attribute.key.as_ref()).to_ascii_lowercase();
            assert!(!key.starts_with("on") && !key.ends_with("href") && key != "style", "{place}: attribute {key}");
        }
    }
}

fn check_table(text: &str, place: &str) {
    no_acting_character(text, place);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    for record in reader.records() {
        for cell in &record.unwrap_or_else(|error| panic!("{place}: {error}")) {
            let bare = cell.trim_start_matches([' ', '"', '\u{a0}']);
            let begins = bare.starts_with(['=', '+', '-', '@', '\t', '\r']);
            assert!(
                !begins || bare.parse::<f64>().is_ok(),
                "{place}: a cell begins a formula: {:?}",
                &cell[..cell.len().min(80)]
            );
        }
    }
}

/// Every text of a workbook is a text of a cell, and hostile text is among them as it was.
fn check_workbook(bytes: &[u8]) {
    let book = Book::open(bytes);
    book.assert_inert();
    for sheet in &book.sheets {
        sheet.texts().for_each(|text| no_acting_character(text, &sheet.name));
    }
    for name in ["Timeline", "Findings", "Accounts", "Sessions", "Exposed mail", "Footholds"] {
        assert!(book.sheet(name).texts().any(|text| text.contains(MARKER)), "{name} shows no hostile text");
    }
    let longest =
        book.sheets.iter().flat_map(super::output::book::Sheet::texts).map(|text| text.encode_utf16().count());
    assert_eq!(longest.max(), Some(32_767), "the megabyte fills a cell");
}

/// A PDF holds hostile text as text alone.
fn check_paper(path: &Path) {
    let bytes = std::fs::read(path).expect("a file");
    pdf::assert_inert(&bytes, &["pwned", "<script", "HYPERLINK", "calc"]);
    pdf::told("qpdf", &["--check", "FILE"], path);
    let Some(text) = pdf::told("pdftotext", &["-enc", "UTF-8", "FILE", "-"], path) else { return };
    no_acting_character(&text, "report.pdf");
    assert!(pdf::joined(&text).contains(MARKER), "report.pdf shows no hostile text");
}

fn check(case: &Path) {
    let mut kinds = std::collections::BTreeMap::<String, u32>::new();
    for entry in walkdir::WalkDir::new(case).sort_by_file_name() {
        let entry = entry.expect("a listing");
        if !entry.file_type().is_file() {
            continue;
        }
        let place = entry.file_name().to_string_lossy().into_owned();
        no_acting_character(&place, "a file name");
        let ending = entry.path().extension().unwrap_or_default().to_string_lossy().into_owned();
        *kinds.entry(ending.clone()).or_default() += 1;
        let text = || std::fs::read_to_string(entry.path()).unwrap_or_else(|error| panic!("{place}: {error}"));
        match ending.as_str() {
            "html" => check_page(&text(), &place),
            "svg" => check_picture(&text(), &place),
            "csv" => check_table(&text(), &place),
            "json" => drop(serde_json::from_str::<Value>(&text()).unwrap_or_else(|error| panic!("{place}: {error}"))),
            "xlsx" => check_workbook(&std::fs::read(entry.path()).expect("a file")),
            "pdf" => check_paper(entry.path()),
            "jsonl" => text().lines().for_each(|line| drop(serde_json::from_str::<Value>(line).expect("JSON"))),
            _ => {}
        }
    }
    for kind in ["html", "svg", "csv", "json", "jsonl", "parquet", "xlsx", "pdf"] {
        assert!(kinds.contains_key(kind), "no {kind} among {kinds:?}");
    }
}

/// The place stays, so that the page can be opened in a browser too.
fn plant_and_analyze(name: &str, front: bool) -> PathBuf {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&home);
    let (logs, case) = (home.join("logs"), home.join("case"));
    std::fs::create_dir_all(&logs).expect("a folder");
    evidence(&logs, front);
    let (logs, case) = (logs.display().to_string(), case.display().to_string());
    let ran = run(&["analyze", &logs, "--out", &case]);
    assert!(matches!(ran.code, 0 | 3), "{}", ran.err);
    for arguments in [
        vec!["analyze", &logs, "--out", &case],
        vec!["inspect", &logs],
        vec!["case", "show", &case],
        vec!["rules", "tune", &case],
        vec!["verify", &case],
    ] {
        let ran = run(&arguments);
        for (text, stream) in [(&ran.out, "output"), (&ran.err, "error")] {
            no_acting_character(text, &format!("standard {stream} of {}", arguments[0]));
        }
    }
    no_acting_character(&ran.out, "standard output");
    no_acting_character(&ran.err, "standard error");
    PathBuf::from(case)
}

#[test]
fn hostile_text_behind_every_text_stays_text_in_every_output() {
    let case = plant_and_analyze("hostile", false);
    check(&case);
    let json: Value = super::case_folder::json(&case, "findings.json");
    assert!(json.as_array().is_some_and(|found| found.len() > 100), "the story is still found");
    assert!(json.to_string().contains("<script>"), "the data keep the text as it was");
}

#[test]
fn hostile_text_before_every_text_begins_no_formula() {
    check(&plant_and_analyze("hostile-front", true));
}
