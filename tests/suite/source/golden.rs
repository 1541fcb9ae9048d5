//! Each input of `tests/golden/source` gives the events beside it; `UPDATE_GOLDEN=1` rewrites them.

use super::rows::{Read, csv, ndjson};
use speur::event::Event;
use speur::field::{CATALOGUE, Field};
use speur::source::FileContext;
use std::ops::ControlFlow;
use std::path::PathBuf;

/// The core fields of a row as one JSON object, empty ones left out.
pub(crate) fn line(read: &Read) -> String {
    let shown = match read {
        Ok((source, decoded)) => match (source.view)(decoded, &FileContext::default()) {
            Ok(event) => fields(&event),
            Err(reason) => serde_json::json!({ "refused": reason }),
        },
        Err(reason) => serde_json::json!({ "refused": reason }),
    };
    serde_json::to_string_pretty(&shown).unwrap()
}

fn fields(event: &Event<'_>) -> serde_json::Value {
    let mut out = serde_json::Map::new();
    for entry in CATALOGUE {
        let mut texts = Vec::new();
        let _ = event.visit(&Field::Core(entry.core), &mut |scalar| {
            texts.push(match scalar {
                speur::event::Scalar::Int(number) => number.to_string(),
                speur::event::Scalar::Str(text) => text.to_owned(),
                other => format!("{other:?}"),
            });
            ControlFlow::Continue(())
        });
        if let Some(text) = texts.pop() {
            out.insert(entry.name.to_owned(), text.into());
        }
    }
    let time = chrono::DateTime::from_timestamp_micros(event.time.micros).unwrap();
    out.insert("time".to_owned(), time.to_rfc3339_opts(chrono::SecondsFormat::Micros, true).into());
    out.insert("precision".to_owned(), event.time.precision.name().into());
    out.insert("basis".to_owned(), event.time.basis.name().into());
    out.insert("address_original".to_owned(), event.address.original.as_ref().into());
    out.insert("record".to_owned(), serde_json::from_str(&sonic_rs::to_string(event.record.value()).unwrap()).unwrap());
    serde_json::Value::Object(out)
}

#[test]
fn every_export_gives_its_events() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/source");
    let mut inputs: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "csv" || e == "jsonl"))
        .collect();
    inputs.sort();
    assert!(inputs.len() >= 12, "only {} inputs", inputs.len());
    let mut wrong = Vec::new();
    for input in inputs {
        let text = std::fs::read_to_string(&input).unwrap();
        let rows = if input.extension().is_some_and(|e| e == "csv") { csv(&text) } else { ndjson(&text) };
        let lines: Vec<String> = rows.iter().map(line).collect();
        let found = format!("[\n{}\n]\n", lines.join(",\n"));
        let golden = input.with_extension(format!("{}.json", input.extension().unwrap().to_string_lossy()));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&golden, &found).unwrap();
        }
        if std::fs::read_to_string(&golden).unwrap_or_default() != found {
            wrong.push(golden);
        }
    }
    assert!(wrong.is_empty(), "differ (UPDATE_GOLDEN=1 rewrites them): {wrong:?}");
}
