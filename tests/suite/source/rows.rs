//! Test rows without the reader: CSV and JSON text to what a source is handed.

use sonic_rs::Value;
use speur::event::Event;
use speur::input::{Data, Header};
use speur::source::{self, DateOrder, Decoded, FileContext, Source};

/// A header with keys as the reader makes them.
pub(crate) fn header(names: &[&str]) -> Header {
    let mut keys: Vec<String> = Vec::new();
    for name in names {
        let key = name.trim().to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
        let repeats = keys.iter().filter(|k| **k == key || k.starts_with(&format!("{key}#"))).count();
        keys.push(if repeats == 0 { key } else { format!("{key}#{}", repeats + 1) });
    }
    Header { delimiter: b',', names: names.iter().map(|n| (*n).to_owned()).collect(), keys }
}

/// What became of one row.
pub(crate) type Read = Result<(&'static Source, Decoded), String>;

/// Every row of a CSV text.
pub(crate) fn csv(text: &str) -> Vec<Read> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let names = reader.headers().unwrap().clone();
    let header = header(&names.iter().collect::<Vec<_>>());
    let Some(source) = source::for_csv(&header) else { return vec![Err(source::unrecognised_csv(&header))] };
    let rows = reader.records().map(|record| {
        let record = record.unwrap();
        let data = Data::Csv { header: &header, fields: record.iter().collect() };
        (source.decode)(data, &FileContext::default()).map(|decoded| (source, decoded))
    });
    rows.collect()
}

/// One JSON record.
pub(crate) fn json(text: &str) -> Read {
    let value: Value = sonic_rs::from_str(text).unwrap();
    let Some(source) = source::for_json(&value, None) else { return Err(source::unrecognised_json(&value)) };
    (source.decode)(Data::Json(value), &FileContext::default()).map(|decoded| (source, decoded))
}

/// Every record of an NDJSON text.
pub(crate) fn ndjson(text: &str) -> Vec<Read> {
    text.trim_start_matches('\u{feff}').lines().filter(|line| !line.trim().is_empty()).map(json).collect()
}

/// The event of a row that must be read.
pub(crate) fn event(read: &Read) -> Event<'_> {
    event_in(read, DateOrder::Undecided)
}

/// The event of a row that must be read, in a file that orders its dates so.
pub(crate) fn event_in(read: &Read, dates: DateOrder) -> Event<'_> {
    let (source, decoded) = read.as_ref().unwrap();
    (source.view)(decoded, &FileContext { dates, ..FileContext::default() }).unwrap()
}
