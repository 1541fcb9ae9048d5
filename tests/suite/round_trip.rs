//! The same records in every form of the unified audit log give the same events, whatever the form.

#[path = "../../benches/generate.rs"]
#[allow(dead_code)] // a test writes other files than a measurement
pub(super) mod generate;

use super::case_folder::json;
use generate::forms::{Culture, Form};
use generate::{Record, Records};
use speur::event::Scalar;
use speur::field::{CATALOGUE, Core, Field};
use speur::input::{Chunk, Data, Layout, Limits, Reader, walk};
use speur::pipeline::{Options, analyze};
use speur::source::{self, DateEvidence, DateOrder, DateProof, FileContext};
use std::fmt::Write as _;
use std::ops::ControlFlow;

/// Writes the records below a name that says nothing, and reads them: the order of dates, and an event for each.
fn read(form: Form, records: &[Record]) -> (DateOrder, Vec<String>) {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("x.dat");
    std::fs::write(&path, form.write(records)).unwrap();
    let found = walk(&[path], &Limits::default()).unwrap().found.remove(0);
    let mut reader = Reader::open(&found, &Limits::default()).unwrap();
    let layout = reader.layout().clone();
    let chunks: Vec<Chunk> = std::iter::from_fn(|| reader.next_chunk()).collect();
    let mut evidence = DateEvidence::default();
    for chunk in &chunks {
        chunk.rows(&mut |row| evidence.see(row.ok().as_ref().map(|row| &row.data)));
    }
    let (dates, _) = evidence.decide(DateOrder::Undecided);
    let context = FileContext { dates, ..FileContext::default() };
    let mut events = Vec::new();
    for chunk in &chunks {
        chunk.rows(&mut |row| {
            let row = row.unwrap_or_else(|bad| panic!("{form:?}: {}", bad.reason));
            events.push(event(row.data, &layout, &context).unwrap_or_else(|reason| panic!("{form:?}: {reason}")));
        });
    }
    (dates, events)
}

/// All of an event but where it stands and who read it.
fn event(data: Data<'_>, layout: &Layout, context: &FileContext) -> Result<String, String> {
    let source = match (&data, layout) {
        (Data::Json(record), _) => source::for_json(record, None).ok_or_else(|| source::unrecognised_json(record))?,
        (_, Layout::Csv(header)) => source::for_csv(header).ok_or_else(|| source::unrecognised_csv(header))?,
        _ => return Err("a CSV row in a JSON file".to_owned()),
    };
    let decoded = (source.decode)(data, context)?;
    let event = (source.view)(&decoded, context)?;
    let mut text = format!("{:?} {}", event.time, event.address.original);
    for entry in CATALOGUE.iter().filter(|entry| entry.core != Core::Source) {
        let _ = event.visit(&Field::Core(entry.core), &mut |scalar| {
            let _ = match scalar {
                Scalar::Str(value) => write!(text, "\n{}={value}", entry.name),
                other => write!(text, "\n{}={other:?}", entry.name),
            };
            ControlFlow::Continue(())
        });
    }
    // Without the order of members.
    let record: serde_json::Value = serde_json::from_str(&sonic_rs::to_string(event.record.value()).unwrap()).unwrap();
    let _ = write!(text, "\n{record}");
    Ok(text)
}

#[test]
fn every_lossless_form_gives_the_same_events() {
    for (seed, count) in [(1, 5_000), (2, 150), (3, 150)] {
        let records = Records::new(seed).take(count);
        let (_, expected) = read(Form::Lines, &records);
        assert_eq!(expected.len(), count);
        assert!(expected.iter().all(|event| !event.contains("\ndegraded=")), "a lossless form is whole");
        let distinct: std::collections::BTreeSet<&String> = expected.iter().collect();
        assert_eq!(distinct.len(), count, "events that are all alike would prove nothing");
        for form in Form::ALL {
            let (dates, events) = read(form, &records);
            assert_eq!(events.len(), count, "{form:?}, seed {seed}");
            for (index, (found, expected)) in events.iter().zip(&expected).enumerate() {
                assert_eq!(found, expected, "{form:?}, seed {seed}, record {index}");
            }
            let order = match form {
                Form::SearchCsv(Culture::UnitedStates) | Form::PurviewOld | Form::GraphCsv => {
                    DateOrder::MonthFirst(DateProof::Agrees)
                }
                Form::SearchCsv(_) | Form::Triage => DateOrder::DayFirst(DateProof::Agrees),
                _ => DateOrder::Undecided,
            };
            // The records begin on 5 January, so the record's own time is the first proof.
            assert_eq!(dates, order, "{form:?}, seed {seed}");
        }
    }
}

#[test]
fn the_same_records_in_many_forms_count_once() {
    let home = tempfile::tempdir().unwrap();
    let logs = home.path().join("logs");
    std::fs::create_dir(&logs).unwrap();
    let records = Records::new(7).take(120);
    for (index, form) in Form::ALL.iter().enumerate() {
        std::fs::write(logs.join(format!("{index}.dat")), form.write(&records)).unwrap();
    }
    let out = home.path().join("case");
    analyze(&Options { paths: vec![logs], out: out.clone(), threads: 2, ..Options::default() }, &()).unwrap();
    let totals = &json(&out, "coverage.json")["totals"];
    let repeats = 120 * (Form::ALL.len() as u64 - 1);
    assert_eq!((&totals["used"], &totals["duplicate"], &totals["conflict"]), (&120.into(), &repeats.into(), &0.into()));
    assert_eq!((&totals["rejected"], &totals["degraded"]), (&0.into(), &0.into()));
}
