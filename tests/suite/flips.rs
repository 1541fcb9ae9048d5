//! One flipped byte in an export: every record it did not touch is used as it was, or what took its place is told; and
//! a record that the flip broke is told, and never passes for whole.

use super::case_folder::{json, table};
use super::round_trip::generate::random::Random;
use super::round_trip::generate::{Format, write};
use serde_json::Value;
use speur::pipeline::{Options, analyze};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Files of each format; each has a flip of its own.
const FILES: u64 = 250;

/// Bytes of a file, about a dozen records.
const BYTES: u64 = 20_000;

const BOM: usize = 3;

/// A file as it was made, and where a byte of it changed.
struct Flipped {
    name: String,
    format: Format,
    /// Of each record where it stands in the decoded text, which has no byte order mark, and its Id.
    records: Vec<(Range<usize>, String)>,
    /// Where the byte stands, the byte order mark not counted.
    at: usize,
    /// The file after the flip, without its byte order mark.
    bytes: Vec<u8>,
}

/// A flipped file in the encoding that was chosen for it.
struct Decoded<'a> {
    file: &'a Flipped,
    text: String,
    /// By how much the text is longer than the bytes.
    grown: usize,
}

fn make(format: Format, seed: u64) -> (Flipped, Vec<u8>) {
    let mut bytes = Vec::new();
    write(&mut bytes, format, BYTES, seed).unwrap();
    let mark = if format == Format::Csv { BOM } else { 0 };
    let whole = String::from_utf8(bytes[mark..].to_vec()).unwrap();
    let (mut records, mut start) = (Vec::new(), 0);
    for line in whole.split_inclusive('\n') {
        let range = start..start + line.trim_end().len();
        start += line.len();
        let key = r#"""Id"":"""#;
        let id = line.split_once(if format == Format::Csv { key } else { r#""Id":""# }).map(|(_, rest)| &rest[..36]);
        if let (Some(id), false) = (id, line.starts_with("RecordId")) {
            records.push((range, id.to_owned()));
        }
    }
    let mut random = Random::new(seed ^ 0x000f_11b5);
    let first = records[0].0.start;
    let at = first + random.below((whole.len() - first) as u64) as usize;
    bytes[mark + at] ^= 1 + random.below(255) as u8;
    let name = format!("{seed:04}.{}", if format == Format::Csv { "csv" } else { "jsonl" });
    (Flipped { name, format, records, at, bytes: bytes[mark..].to_vec() }, bytes)
}

impl Flipped {
    fn is_malformed(&self) -> bool {
        std::str::from_utf8(&self.bytes).is_err()
    }

    fn decoded(&self, encoding: &str) -> Decoded<'_> {
        let text = match encoding {
            "cp1252" => encoding_rs::WINDOWS_1252.decode_without_bom_handling(&self.bytes).0.into_owned(),
            _ => String::from_utf8_lossy(&self.bytes).into_owned(),
        };
        let grown = text.len() - self.bytes.len();
        Decoded { file: self, text, grown }
    }
}

impl Decoded<'_> {
    /// Where a record stands in the text.
    fn now(&self, record: &Range<usize>) -> Range<usize> {
        let moved = |at: usize| if at > self.file.at { at + self.grown } else { at };
        moved(record.start)..moved(record.end)
    }

    /// Whether the text of a record is one whole record still, read by others than the program.
    fn is_whole(&self, record: &Range<usize>) -> bool {
        let text = &self.text[self.now(record)];
        let object = |text: &str| serde_json::from_str::<Value>(text).is_ok_and(|value| value.is_object());
        match self.file.format {
            Format::Csv => {
                let mut reader =
                    csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
                let rows: Vec<csv::StringRecord> = reader.records().filter_map(Result::ok).collect();
                matches!(rows.as_slice(), [row] if row.len() == 8 && object(&row[5]))
            }
            Format::Ndjson => object(text),
        }
    }
}

/// What a case says of one file.
#[derive(Default)]
struct Told {
    /// Where each used record stands, its Id, and why it is incomplete.
    used: Vec<(Range<usize>, String, String)>,
    refused: Vec<Range<usize>>,
    /// Nothing of it could be used, and that is told.
    unusable: bool,
    malformed: bool,
    encoding: String,
}

fn number(value: &str) -> usize {
    value.parse().unwrap()
}

fn told(case: &std::path::Path) -> BTreeMap<String, Told> {
    let mut all: BTreeMap<String, Told> = BTreeMap::new();
    let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    for row in table(case, "timeline.csv") {
        let start = number(&row["offset"]);
        let used = (start..start + number(&row["length"]), row["source_id"].clone(), row["degraded"].clone());
        all.entry(name(&row["file"])).or_default().used.push(used);
    }
    for line in std::fs::read_to_string(case.join("rejected.jsonl")).unwrap().lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let of = |key: &str| row[key].as_u64().unwrap() as usize;
        let file = all.entry(name(row["file"].as_str().unwrap())).or_default();
        file.refused.push(of("offset")..of("offset") + of("length"));
    }
    for file in json(case, "coverage.json")["files"].as_array().unwrap() {
        let entry = all.entry(name(file["path"].as_str().unwrap())).or_default();
        entry.unusable = file["used"] == 0 && file["format"] == "unrecognised";
        file["encoding"].as_str().unwrap().clone_into(&mut entry.encoding);
        entry.malformed = file.to_string().contains("malformed utf-8");
    }
    all
}

fn overlaps(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

#[test]
fn every_record_of_an_export_with_a_flipped_byte_is_accounted_for() {
    let home = tempfile::tempdir().unwrap();
    let logs = home.path().join("logs");
    std::fs::create_dir(&logs).unwrap();
    let mut files = Vec::new();
    for seed in 0..FILES {
        for (format, seed) in [(Format::Csv, 1000 + seed), (Format::Ndjson, 2000 + seed)] {
            let (file, bytes) = make(format, seed);
            std::fs::write(logs.join(&file.name), bytes).unwrap();
            files.push(file);
        }
    }
    let out = home.path().join("case");
    analyze(&Options { paths: vec![logs], out: out.clone(), threads: 2, ..Options::default() }, &()).unwrap();
    let case = told(&out);
    let (mut broken, mut faults) = (0, BTreeSet::new());
    for file in &files {
        let told = &case[&file.name];
        if told.unusable {
            continue;
        }
        let text = file.decoded(&told.encoding);
        if file.is_malformed() && !told.malformed && told.encoding != "cp1252" {
            faults.insert(format!("{}: malformed text at {} is not told", file.name, file.at));
        }
        for (range, id) in &file.records {
            let now = text.now(range);
            let told_of = told.refused.iter().any(|refused| overlaps(refused, &now))
                || told.used.iter().any(|(used, _, why)| overlaps(used, &now) && !why.is_empty());
            let used = told.used.iter().any(|(used, used_id, _)| *used == now && used_id == id);
            let hit = range.contains(&file.at);
            if !hit && !used && !told_of {
                faults.insert(format!("{}: the untouched record at {now:?} is lost; flip at {}", file.name, file.at));
            }
            if hit && !text.is_whole(range) {
                broken += 1;
                if !told_of {
                    faults.insert(format!("{}: the broken record at {now:?} passes for whole", file.name));
                }
            }
            if hit && text.is_whole(range) && !told_of && !told.used.iter().any(|(used, ..)| *used == now) {
                faults.insert(format!("{}: the changed record at {now:?} is lost", file.name));
            }
        }
    }
    assert!(broken > FILES as usize / 4, "flips broke only {broken} records; the test is too kind");
    assert!(faults.is_empty(), "{faults:#?}");
}
