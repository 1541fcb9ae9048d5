//! Rules tried on records that are kept beside them: what must hit, and what must not.

use crate::correlate;
use crate::coverage::RuleRejection;
use crate::enrich::{AcceptedDomains, own_senders};
use crate::event::{Basis, Origin, Place, Precision, Time};
use crate::input::Data;
use crate::rule::{Hits, RuleSet, Scratch};
use crate::source::{self, FileContext};
use crate::store::{Batch, Merger, Met, RuleIndex};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use sha2::{Digest, Sha256};
use sonic_rs::{JsonValueMutTrait, JsonValueTrait, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Microseconds in a day.
const DAY: i64 = 24 * 60 * 60 * 1_000_000;

/// Fewest cases that must hit and fewest that must not.
const FEWEST: [usize; 2] = [2, 3];

/// What became of the rules' own cases.
#[derive(Debug, Default)]
pub struct Trials {
    /// Rules that have cases.
    pub rules: u64,
    /// Cases tried.
    pub cases: u64,
    /// What went otherwise than the cases say, by file and line; line 0 where a whole file is meant.
    pub failures: Vec<RuleRejection>,
}

/// Tries every rule on the cases below `records`, in the folder named after the rule's file: each line of `hit.jsonl`
/// and each file of `hit/` must make it find something, no line of `miss.jsonl` and no file of `miss/` may.
///
/// A line is a raw record, and by itself a case of a rule that one record decides; a file below `hit/` or `miss/` is a
/// history that is one case. Beside a record's own keys `_speur_place` says what the geolocation database would say of
/// its address, and `_speur_repeat: N` puts it on each of the N days before, too.
pub fn trials(rules: &RuleSet, records: &Path) -> Trials {
    let mut stems: BTreeMap<String, BTreeSet<RuleIndex>> = BTreeMap::new();
    for (meta, index) in rules.rules().iter().zip(0..=RuleIndex::MAX) {
        let stem = Path::new(&meta.file).file_stem().map(|stem| stem.to_string_lossy().into_owned());
        if let (Some(stem), false) = (stem, rules.silent().contains(&index)) {
            stems.entry(stem).or_default().insert(index);
        }
    }
    let stems: Vec<_> = stems.into_iter().collect();
    let each: Vec<Trials> = stems.par_iter().map(|(stem, wanted)| rule(rules, wanted, &records.join(stem))).collect();
    let mut all = Trials::default();
    for one in each {
        all.rules += one.rules;
        all.cases += one.cases;
        all.failures.extend(one.failures);
    }
    all.failures.sort();
    all
}

fn rule(rules: &RuleSet, wanted: &BTreeSet<RuleIndex>, folder: &Path) -> Trials {
    let mut trials = Trials::default();
    for ((name, must), fewest) in [("hit", true), ("miss", false)].into_iter().zip(FEWEST) {
        let cases = cases(folder, name).unwrap_or_else(|failure| {
            trials.failures.push(failure);
            Vec::new()
        });
        if cases.len() < fewest {
            let reason = format!("found {} cases of {name}, expected at least {fewest}", cases.len());
            trials.failures.push(failure(&folder.join(name), 0, reason));
        }
        trials.rules = 1;
        trials.cases += cases.len() as u64;
        for case in &cases {
            match try_records(rules, &case.records) {
                Ok(met) if met.is_disjoint(wanted) != must => {}
                Ok(_) => {
                    let reason = if must { "the rule does not find it" } else { "the rule finds it" };
                    trials.failures.push(failure(&case.file, case.line, reason.to_owned()));
                }
                Err((line, reason)) => trials.failures.push(failure(&case.file, case.line.max(line), reason)),
            }
        }
    }
    trials
}

fn failure(file: &Path, line: u64, reason: String) -> RuleRejection {
    RuleRejection { file: file.display().to_string(), line, reason }
}

/// Records that are tried together.
struct Case {
    file: PathBuf,
    /// The line, where each line of the file is a case; else 0.
    line: u64,
    records: Vec<String>,
}

fn cases(folder: &Path, name: &str) -> Result<Vec<Case>, RuleRejection> {
    let read = |path: &Path| {
        std::fs::read_to_string(path).map_err(|error| failure(path, 0, format!("cannot be read: {error}")))
    };
    let mut cases = Vec::new();
    let single = folder.join(format!("{name}.jsonl"));
    if single.is_file() {
        for (line, text) in (1..).zip(read(&single)?.lines()) {
            cases.push(Case { file: single.clone(), line, records: vec![text.to_owned()] });
        }
    }
    let mut files: Vec<PathBuf> = match std::fs::read_dir(folder.join(name)) {
        Ok(entries) => entries.filter_map(|entry| Some(entry.ok()?.path())).collect(),
        Err(_) => Vec::new(),
    };
    files.sort();
    for file in files {
        let records = read(&file)?.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect();
        cases.push(Case { file, line: 0, records });
    }
    Ok(cases)
}

/// The rules that some of these records meet, taken together; each is in the form that [`trials`] reads.
///
/// # Errors
/// The number of the record from 1, or 0 for all of them, and what is wrong.
pub fn try_records(rules: &RuleSet, records: &[String]) -> Result<BTreeSet<RuleIndex>, (u64, String)> {
    let (mut batch, mut places) = (Batch::default(), BTreeMap::new());
    for (line, text) in (1..).zip(records) {
        add(rules, text, line, &mut batch, &mut places).map_err(|reason| (line, reason))?;
    }
    let count = batch.entries.len();
    let mut merger = Merger::default();
    merger.add(batch);
    if !merger.suspects().is_empty() {
        return Err((0, "two records have one Id".to_owned()));
    }
    let (mut events, _) = merger.finish(&[], places);
    if events.entries.len() != count {
        return Err((0, "a record stands there twice".to_owned()));
    }
    let accepted = AcceptedDomains::default();
    own_senders(&mut events, &accepted);
    correlate::judge(&mut events, rules, &accepted);
    Ok(events.entries.iter().flat_map(|entry| events.hits(&entry)).copied().collect())
}

fn add(
    rules: &RuleSet,
    text: &str,
    row: u64,
    batch: &mut Batch,
    places: &mut BTreeMap<IpAddr, Arc<Place>>,
) -> Result<(), String> {
    let mut record: Value = sonic_rs::from_str(text).map_err(|error| format!("not JSON: {error}"))?;
    let place = take(&mut record, "_speur_place").map(|told| Arc::new(self::place(&told)));
    let repeat = take(&mut record, "_speur_repeat").and_then(|count| count.as_i64()).unwrap_or(0);
    let source = source::for_json(&record, None).ok_or_else(|| source::unrecognised_json(&record))?;
    // Snapshots state no time of their own.
    let collected = Time { micros: 1_769_162_400_000_000, precision: Precision::Second, basis: Basis::CollectedAt };
    let file = FileContext { collected: Some(collected), ..FileContext::default() };
    let decoded = (source.decode)(Data::Json(record), &file)?;
    let mut event = (source.view)(&decoded, &file)?;
    event.place = place.as_deref();
    if let (Some(ip), Some(place)) = (event.address.ip, &place) {
        places.entry(ip).or_insert_with(|| Arc::clone(place));
    }
    let (id, time, mut hits) = (event.id.clone(), event.time.micros, Hits::default());
    for days in 0..=repeat {
        event.time.micros = time - days * DAY;
        event.id = if days == 0 { id.clone() } else { format!("{id}-{days}").into() };
        rules.matches(&event, &mut Scratch::default(), &mut hits);
        let digest = Sha256::digest(format!("{days} {text}")).into();
        let length = text.len() as u32;
        let content = decoded.content.wrapping_add(days.unsigned_abs().into());
        let origin = Origin { file: 0, row, offset: 0, length, digest };
        let met = Met { rules: &hits.met, pending: &hits.pending, captured: &hits.captured };
        batch.keep(&event, origin, content, &met);
        batch.rows += 1;
    }
    Ok(())
}

fn take(record: &mut Value, key: &str) -> Option<Value> {
    record.as_object_mut()?.remove(&key)
}

fn place(told: &Value) -> Place {
    let text = |key: &str| told.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
    let degrees = |key: &str| told.get(key).and_then(JsonValueTrait::as_f64);
    Place {
        country: text("country"),
        region: text("region"),
        city: text("city"),
        coordinates: degrees("latitude").zip(degrees("longitude")),
        asn: told.get("asn").and_then(JsonValueTrait::as_u64).unwrap_or_default() as u32,
        as_org: text("as_org"),
        anonymous: text("anonymous"),
        kind: "public",
        basis: String::new(),
    }
}
