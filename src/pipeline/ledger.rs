//! What became of each file, from the counts of its rows and what its reader knows.

use crate::civil::rfc3339;
use crate::coverage::{Counts, FileCoverage, Rejection, Signs};
use crate::input::{self, Data, Finish, Found, Unusable, Walk};
use crate::output::Input;
use crate::source::{self, FileContext, is_time};
use crate::store::{Events, Tally};
use rayon::prelude::*;
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Format of the ledger for the log of a collection tool.
const COLLECTION_LOG: &str = "collection log";

/// What is known of a file beside its rows.
#[derive(Default, Clone)]
pub(super) struct FileFacts {
    pub encoding: &'static str,
    pub delimiter: Option<u8>,
    /// The source that the header of a CSV file names.
    pub source: Option<&'static str>,
    /// Its header is that of a list of hashes.
    pub hashes: bool,
    pub context: FileContext,
    /// What to tell of the order of day and month in its dates.
    pub dates: Option<String>,
    pub language: Option<&'static str>,
    /// What its header, or its lines as a collection log, show of records that may be missing.
    pub signs: Signs,
    /// It is the log of a collection tool, no export.
    pub collection_log: bool,
    pub finish: Finish,
    pub unusable: Option<Unusable>,
}

/// The files on disk, each once: a container stands for its members.
pub(super) fn inputs(found: &[Found], files: &[FileCoverage]) -> Vec<Input> {
    let mut inputs = BTreeMap::new();
    for (found, file) in found.iter().zip(files) {
        inputs.entry(&found.path).or_insert_with(|| {
            let (name, (sha256, bytes)) = match &found.member {
                None => (found.name.clone(), (file.sha256.clone(), file.bytes)),
                Some(member) => {
                    let name = found.name.strip_suffix(member.as_str()).unwrap_or(&found.name);
                    (name.trim_end_matches("!/").to_owned(), input::hash(&found.path).unwrap_or_default())
                }
            };
            Input { path: found.path.clone(), name, sha256, bytes }
        });
    }
    inputs.into_values().collect()
}

/// As [`inputs`], of files that are only hashed.
pub(super) fn on_disk(walk: &Walk) -> Vec<Input> {
    let file = |sha256, bytes| FileCoverage { sha256, bytes, ..FileCoverage::default() };
    let hashed = |found: &Found| {
        let (sha256, bytes) = match &found.member {
            // The archive is hashed as a whole, once.
            Some(_) => Default::default(),
            None => input::hash(&found.path)
                .unwrap_or_else(|_| (String::new(), std::fs::metadata(&found.path).map_or(0, |data| data.len()))),
        };
        file(sha256, bytes)
    };
    let mut files: Vec<FileCoverage> = walk.found.par_iter().map(hashed).collect();
    files.extend(walk.unusable.iter().map(|(_, unusable)| file(unusable.sha256.clone(), unusable.bytes)));
    let found: Vec<Found> = walk.found.iter().chain(walk.unusable.iter().map(|(found, _)| found)).cloned().collect();
    inputs(&found, &files)
}

/// A file that cannot be read at all.
pub(super) fn unusable(name: String, unusable: Unusable, rejected: &mut Vec<Rejection>) -> FileCoverage {
    rejected.push(Rejection {
        file: name.clone(),
        row: 0,
        offset: 0,
        length: 0,
        reason: unusable.reason.clone(),
        excerpt: String::new(),
    });
    FileCoverage {
        path: name,
        sha256: unusable.sha256,
        bytes: unusable.bytes,
        format: unusable.format.to_owned(),
        notes: vec![unusable.reason],
        ..FileCoverage::default()
    }
}

/// A file that was read, to its end or not.
pub(super) fn file(
    found: &Found,
    facts: &FileFacts,
    tally: Tally,
    (sources, dated): (&BTreeSet<&'static str>, bool),
    rejected: &mut Vec<Rejection>,
) -> FileCoverage {
    if facts.collection_log {
        return collection_log(found, facts);
    }
    if let Some(unusable) = &facts.unusable {
        return self::unusable(found.name.clone(), unusable.clone(), rejected);
    }
    let mut notes = facts.finish.notes.clone();
    if let (true, Some(time)) = (sources.iter().any(|name| source::is_snapshot(name)), facts.context.collected) {
        notes.push(format!("what was true at {} ({})", rfc3339(time.micros), time.basis.name()));
    }
    notes.extend(facts.dates.clone());
    if tally.tenantless > 0 {
        let records = if tally.tenantless == 1 { "record" } else { "records" };
        notes.push(format!(
            "{} {records} without a tenant: taken for the only one that the evidence names",
            tally.tenantless
        ));
    }
    let mut counts = tally.counts;
    if sources.is_empty() && !dated && facts.finish.broken.is_none() {
        // No record in it says when anything happened: a settings file or a list, not a log.
        notes.push(match counts.rows {
            0 => "holds no record".to_owned(),
            rows => format!("none of its {rows} records holds a date: a list or settings, not a log"),
        });
        notes.extend(nearest(found, rejected));
        rejected.retain(|rejection| rejection.file != found.name);
        counts = Counts::default();
    } else if sources.is_empty() {
        notes.extend(nearest(found, rejected));
    }
    if let Some(broken) = &facts.finish.broken {
        notes.push(broken.clone());
        rejected.push(Rejection {
            file: found.name.clone(),
            row: 0,
            offset: 0,
            length: 0,
            reason: broken.clone(),
            excerpt: String::new(),
        });
    }
    let format = match sources.iter().copied().collect::<Vec<_>>().join("+") {
        none if none.is_empty() && dated => "unrecognised".to_owned(),
        none if none.is_empty() => "not a log".to_owned(),
        names => names,
    };
    FileCoverage {
        path: found.name.clone(),
        sha256: facts.finish.sha256.clone(),
        bytes: facts.finish.bytes,
        format,
        encoding: facts.encoding.to_owned(),
        delimiter: facts.delimiter.map(|d| char::from(d).to_string()),
        language: facts.language.map(str::to_owned),
        counts,
        first_time: tally.first.map(rfc3339),
        last_time: tally.last.map(rfc3339),
        notes,
        signs: Signs { unclosed: facts.finish.unclosed, ..facts.signs.clone() },
    }
}

/// The log of a collection tool: no record, but it may tell what was not collected.
fn collection_log(found: &Found, facts: &FileFacts) -> FileCoverage {
    let unusable = facts.unusable.as_ref();
    FileCoverage {
        path: found.name.clone(),
        sha256: unusable.map_or(&facts.finish.sha256, |file| &file.sha256).clone(),
        bytes: unusable.map_or(facts.finish.bytes, |file| file.bytes),
        format: COLLECTION_LOG.to_owned(),
        encoding: facts.encoding.to_owned(),
        notes: vec![match facts.signs.skipped.len() {
            0 => "the log of a collection tool; no line tells of records that were not collected".to_owned(),
            1 => "the log of a collection tool; 1 line tells of records that were not collected".to_owned(),
            count => format!("the log of a collection tool; {count} lines tell of records that were not collected"),
        }],
        signs: facts.signs.clone(),
        ..FileCoverage::default()
    }
}

/// Why no source takes the records of a file, with the exports that they are nearest to.
fn nearest(found: &Found, rejected: &[Rejection]) -> Option<String> {
    let own = rejected.iter().filter(|rejection| rejection.file == found.name);
    own.map(|rejection| &rejection.reason).find(|reason| reason.contains("; nearest: ")).cloned()
}

/// Puts the files in the order of their paths, and tells the events where theirs stands now.
pub(super) fn sort(files: &mut Vec<FileCoverage>, events: &mut Events) {
    let mut numbered: Vec<(u32, FileCoverage)> = (0..).zip(std::mem::take(files)).collect();
    numbered.sort_by(|a, b| a.1.path.cmp(&b.1.path));
    let mut moved = vec![0; numbered.len()];
    for (to, (from, file)) in (0..).zip(numbered) {
        moved[from as usize] = to;
        files.push(file);
    }
    events.entries.change(|entry| entry.origin.file = moved[entry.origin.file as usize]);
}

/// What a CSV row lacks of its header's columns: its end may have been cut off.
pub(super) fn short(data: &Data<'_>) -> Option<String> {
    let Data::Csv { header, fields } = data else { return None };
    let missing = header.names.get(fields.len()..).unwrap_or_default();
    let named = missing.iter().any(|name| !name.trim().is_empty());
    named.then(|| format!("the row has {} of {} fields; its end may be cut off", fields.len(), header.names.len()))
}

/// Whether any text in a record is a time in a form that sources read, or holds what looks like a date:
/// `2026-01-31`, `1/31/2026`, `31.01.2026`.
pub(super) fn dated(data: &Data<'_>) -> bool {
    fn text(text: &str) -> bool {
        let parts: Vec<&str> = text.split(['-', '/', '.', ' ', 'T', ',']).collect();
        let year = |p: &str| p.len() == 4 && (p.starts_with("19") || p.starts_with("20"));
        let short = |p: &str| matches!(p.len(), 1 | 2);
        let digits = |p: &&&str| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit());
        is_time(text)
            || parts.windows(3).any(|w| {
                w.iter().filter(digits).count() == 3
                    && short(w[1])
                    && (year(w[0]) && short(w[2]) || short(w[0]) && year(w[2]))
            })
    }
    fn json(value: &Value) -> bool {
        match (value.as_str(), value.as_array(), value.as_object()) {
            (Some(found), ..) => text(found),
            (_, Some(items), _) => items.iter().any(json),
            (.., Some(object)) => object.iter().any(|(_, inner)| json(inner)),
            _ => false,
        }
    }
    match data {
        Data::Csv { fields, .. } => fields.iter().any(|field| text(field)),
        Data::Json(record) => json(record),
    }
}
