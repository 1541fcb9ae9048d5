//! A finished case to the part of it that is asked for.

use crate::civil::rfc3339;
use crate::error::Error;
use crate::language::Language;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;

/// Which events are wanted: those that fit one value of every list that has some.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Accounts.
    pub accounts: Vec<String>,
    /// Ids of `sessions.json`, or session ids of records.
    pub sessions: Vec<String>,
    /// Addresses.
    pub addresses: Vec<String>,
    /// Ids of `findings.json`.
    pub findings: Vec<String>,
    /// Event ids.
    pub events: Vec<String>,
    /// Operations.
    pub operations: Vec<String>,
    /// Earliest time, microseconds since 1970.
    pub from: Option<i64>,
    /// Latest time, microseconds since 1970.
    pub to: Option<i64>,
}

/// How events are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// As `timeline.csv`.
    Csv,
    /// As `timeline.jsonl`.
    Jsonl,
}

/// A JSON product of a finished case.
///
/// # Errors
/// [`Error::Case`] when it cannot be read.
pub fn product(case_dir: &Path, name: &str) -> Result<Value, Error> {
    serde_json::from_reader(open(case_dir, name)?).map_err(|error| unreadable(case_dir, name, &error))
}

/// The language in which a case speaks to people; English where its manifest is older than that.
///
/// # Errors
/// [`Error::Case`] when it cannot be read.
pub fn language(case_dir: &Path) -> Result<Language, Error> {
    let manifest = product(case_dir, "manifest.json")?;
    Ok(manifest["language"].as_str().and_then(Language::of).unwrap_or_default())
}

/// Writes the events that are wanted, in time order.
///
/// # Errors
/// [`Error::Case`] when the case cannot be read; [`Error::Write`] when `out` takes no more.
pub fn select(case_dir: &Path, filter: &Filter, lines: Lines, out: &mut dyn Write) -> Result<(), Error> {
    let wanted = Wanted::new(case_dir, filter)?;
    match lines {
        Lines::Csv => csv(case_dir, &wanted, out),
        Lines::Jsonl => jsonl(case_dir, &wanted, out),
    }
}

/// The filter, ids looked up.
struct Wanted<'a> {
    filter: &'a Filter,
    /// Events of the findings that are named.
    of_findings: BTreeSet<String>,
    /// Events of the sessions that are named.
    of_sessions: BTreeSet<String>,
    /// Times as they are written, to compare with.
    from: Option<String>,
    to: Option<String>,
}

/// What a filter looks at.
struct Row<'a> {
    time: &'a str,
    account: &'a str,
    session: &'a str,
    address: &'a str,
    operation: &'a str,
    event: &'a str,
}

impl<'a> Wanted<'a> {
    fn new(case_dir: &Path, filter: &'a Filter) -> Result<Self, Error> {
        let events = |name: &str, ids: &[String]| -> Result<BTreeSet<String>, Error> {
            if ids.is_empty() {
                return Ok(BTreeSet::new());
            }
            let all = product(case_dir, name)?;
            let named = |one: &&Value| ids.iter().any(|id| one["id"] == **id);
            let events =
                all.as_array().into_iter().flatten().filter(named).filter_map(|one| one["event_ids"].as_array());
            Ok(events.flatten().filter_map(Value::as_str).map(str::to_owned).collect())
        };
        Ok(Self {
            filter,
            of_findings: events("findings.json", &filter.findings)?,
            of_sessions: events("sessions.json", &filter.sessions)?,
            from: filter.from.map(rfc3339),
            to: filter.to.map(rfc3339),
        })
    }

    fn has(&self, row: &Row<'_>) -> bool {
        let Filter { accounts, sessions, addresses, findings, events, operations, .. } = self.filter;
        let among =
            |list: &[String], found: &str| list.is_empty() || list.iter().any(|one| one.eq_ignore_ascii_case(found));
        let time = plain(row.time);
        among(accounts, row.account)
            && among(addresses, row.address)
            && among(operations, row.operation)
            && among(events, row.event)
            && (sessions.is_empty() || self.of_sessions.contains(row.event) || among(sessions, row.session))
            && (findings.is_empty() || self.of_findings.contains(row.event))
            && self.from.as_deref().is_none_or(|from| time >= plain(from))
            && self.to.as_deref().is_none_or(|to| time <= plain(to))
    }
}

/// The digits of a time, which compare as the times do, whatever stands behind them.
fn plain(time: &str) -> (&str, &str) {
    let body = time.trim_end_matches('Z').trim_end_matches("+00:00");
    let (seconds, fraction) = body.split_once('.').unwrap_or((body, ""));
    (seconds, fraction.trim_end_matches('0'))
}

fn csv(case_dir: &Path, wanted: &Wanted<'_>, out: &mut dyn Write) -> Result<(), Error> {
    const NAME: &str = "timeline.csv";
    let told = |error: csv::Error| unreadable(case_dir, NAME, &error);
    let mut reader = csv::Reader::from_reader(open(case_dir, NAME)?);
    let header = reader.headers().map_err(told)?.clone();
    let column = |name: &str| header.iter().position(|known| known == name);
    let columns = ["time", "account", "session", "address", "operation", "event_id"].map(column);
    let mut writer = csv::Writer::from_writer(out);
    let full = |error: csv::Error| Error::Write { path: "standard output".into(), source: error.into() };
    writer.write_record(&header).map_err(full)?;
    for record in reader.records() {
        let record = record.map_err(told)?;
        let [time, account, session, address, operation, event] =
            columns.map(|column| column.and_then(|column| record.get(column)).unwrap_or_default());
        if wanted.has(&Row { time, account, session, address, operation, event }) {
            writer.write_record(&record).map_err(full)?;
        }
    }
    writer.flush().map_err(|source| Error::Write { path: "standard output".into(), source })
}

fn jsonl(case_dir: &Path, wanted: &Wanted<'_>, out: &mut dyn Write) -> Result<(), Error> {
    const NAME: &str = "timeline.jsonl";
    for line in open(case_dir, NAME)?.lines() {
        let line = line.map_err(|error| unreadable(case_dir, NAME, &error))?;
        let event: Value = serde_json::from_str(&line).map_err(|error| unreadable(case_dir, NAME, &error))?;
        let get = |key: &str| event[key].as_str().unwrap_or_default();
        let row = Row {
            time: get("datetime"),
            account: get("account"),
            session: get("session"),
            address: get("address"),
            operation: get("operation"),
            event: get("event_id"),
        };
        if wanted.has(&row) {
            let written = writeln!(out, "{line}");
            written.map_err(|source| Error::Write { path: "standard output".into(), source })?;
        }
    }
    Ok(())
}

/// Where a record stands in the evidence, as the timeline says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordPlace {
    /// The file, by the name that the case gives it.
    pub file: String,
    /// Row or element, from 1.
    pub row: u64,
    /// First byte in the decoded text of the file.
    pub offset: u64,
    /// Number of bytes.
    pub length: u64,
    /// SHA-256 of the bytes, in hex.
    pub sha256: String,
}

/// The places of the records with this event id: one, unless two records share the first half of their digest.
///
/// # Errors
/// [`Error::Case`] when the case cannot be read, or has no such event.
pub fn places(case_dir: &Path, event: &str) -> Result<Vec<RecordPlace>, Error> {
    const NAME: &str = "timeline.csv";
    let told = |error: csv::Error| unreadable(case_dir, NAME, &error);
    let mut reader = csv::Reader::from_reader(open(case_dir, NAME)?);
    let header = reader.headers().map_err(told)?.clone();
    let column = |name: &str| header.iter().position(|known| known == name);
    let columns = ["event_id", "file", "row", "offset", "length", "sha256"].map(column);
    let mut found = Vec::new();
    for record in reader.records() {
        let record = record.map_err(told)?;
        let [id, file, row, offset, length, sha256] =
            columns.map(|column| column.and_then(|column| record.get(column)).unwrap_or_default());
        if id.eq_ignore_ascii_case(event) {
            let number = |text: &str| text.parse().unwrap_or_default();
            let (row, offset, length) = (number(row), number(offset), number(length));
            found.push(RecordPlace { file: file.to_owned(), row, offset, length, sha256: sha256.to_owned() });
        }
    }
    if found.is_empty() {
        let reason = format!("no event of the timeline has the id {event}; expected 16 hex digits of its event_id");
        return Err(Error::Case { path: case_dir.to_owned(), reason });
    }
    Ok(found)
}

/// Opens a product of a case.
pub(super) fn open(case_dir: &Path, name: &str) -> Result<BufReader<File>, Error> {
    let file = File::open(case_dir.join(name)).map_err(|error| unreadable(case_dir, name, &error))?;
    Ok(BufReader::with_capacity(1 << 20, file))
}

/// That a product of a case cannot be read.
pub(super) fn unreadable(case_dir: &Path, name: &str, error: &dyn std::error::Error) -> Error {
    Error::Case { path: case_dir.to_owned(), reason: format!("{name} cannot be read: {error}") }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn times_compare_whatever_their_form() {
        assert_eq!(plain("2026-01-12T10:00:00.000000Z"), plain("2026-01-12T10:00:00+00:00"));
        assert!(plain("2026-01-12T10:00:00.5Z") > plain("2026-01-12T10:00:00Z"));
        assert!(plain("2026-01-12T10:00:00.25Z") < plain("2026-01-12T10:00:00.3Z"));
    }
}
