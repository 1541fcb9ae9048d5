//! Day first or month first: decided for each file from what its own date columns show.

use super::moment::{self, Form, Reading};
use crate::event::{Basis, open_json};
use crate::input::{Data, Header};
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};
use std::collections::BTreeMap;

/// Which of day and month comes first in the dates of a file that prints both as numbers, and how that is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DateOrder {
    /// Not known: a date that does not show its own order is not read.
    #[default]
    Undecided,
    /// `1/31/2026`.
    MonthFirst(DateProof),
    /// `31/01/2026`.
    DayFirst(DateProof),
}

/// How the order of a file's dates is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateProof {
    /// A date of the file has a day over 12.
    Shown,
    /// A date of the file agrees with the time that the record itself states, in this order only.
    Agrees,
    /// The dates of a column go one way in this order only.
    Sorted,
    /// The investigator says so.
    Given,
}

impl DateProof {
    /// What an event's time rests on.
    pub(super) fn basis(self) -> Basis {
        match self {
            Self::Shown => Basis::FileShown,
            Self::Agrees => Basis::FileAgrees,
            Self::Sorted => Basis::FileSorted,
            Self::Given => Basis::Given,
        }
    }
}

impl DateOrder {
    fn words(self) -> &'static str {
        match self {
            Self::Undecided => "in no known order",
            Self::MonthFirst(_) => "month first",
            Self::DayFirst(_) => "day first",
        }
    }

    fn opposes(self, other: Self) -> bool {
        matches!((self, other), (Self::MonthFirst(_), Self::DayFirst(_)) | (Self::DayFirst(_), Self::MonthFirst(_)))
    }
}

/// Changes of date that a column must go through before its direction proves an order. By chance a column goes
/// one way through eight changes once in twenty thousand times.
const CHANGES: u32 = 8;
/// How far a wrapper's local time may be from the record's own, in microseconds. Two readings of one date are at
/// least 27 days apart.
const NEAR: i64 = 86_400_000_000;

/// Whether a text is a time in any form that is read, its order of day and month known or not.
pub fn is_time(text: &str) -> bool {
    moment::reading(text).is_some()
}

/// What the dates of a file show of their order, collected row by row.
#[derive(Debug, Default)]
pub struct DateEvidence {
    rows: u64,
    columns: Option<Vec<usize>>,
    runs: BTreeMap<String, Run>,
    decided: Option<(DateOrder, String)>,
    /// Dates were met that could be read either way.
    open: bool,
    /// Dates were met whose day and month are one number: those that follow may be open.
    equal: bool,
}

/// How the dates of one column follow each other: read month first, then read day first.
#[derive(Debug)]
struct Run {
    last: [i64; 2],
    up: [bool; 2],
    down: [bool; 2],
    changes: u32,
}

impl DateEvidence {
    /// Looks at the dates of the next row; a row that cannot be read is `None`.
    pub fn see(&mut self, data: Option<&Data<'_>>) {
        self.rows += 1;
        if self.decided.is_some() {
            return;
        }
        match data {
            Some(Data::Csv { header, fields }) => {
                let columns = self.columns.take().unwrap_or_else(|| date_columns(header));
                for at in &columns {
                    if let (Some(text), Some(key)) = (fields.get(*at), header.keys.get(*at)) {
                        self.date(key, text, &|| csv_time(header, fields));
                    }
                }
                self.columns = Some(columns);
            }
            Some(Data::Json(record)) => {
                for (key, value) in record.as_object().into_iter().flat_map(|object| object.iter()) {
                    let text = value.as_str().or_else(|| value.get("value")?.as_str());
                    if let Some(text) = text.filter(|_| names_date(&key.to_lowercase())) {
                        self.date(key, text, &|| json_time(record));
                    }
                }
            }
            None => {}
        }
    }

    /// Whether nothing more needs to be seen.
    pub fn is_decided(&self) -> bool {
        self.decided.is_some()
    }

    /// Whether the rest of the file can hold dates that could be read either way, and what decides them.
    pub fn is_open(&self) -> bool {
        self.decided.is_none() && (self.open || self.equal)
    }

    /// The order of the file's dates, and what to tell of it where it has dates that need one; `given` is what the
    /// investigator says, and settles only what the file itself leaves open.
    pub fn decide(mut self, given: DateOrder) -> (DateOrder, Option<String>) {
        if self.decided.is_none() {
            self.decided = self.by_direction();
        }
        match self.decided {
            Some((order, why)) => {
                let unused = if order.opposes(given) { "; --date-order does not hold for this file" } else { "" };
                (order, Some(format!("its dates are {}: {why}{unused}", order.words())))
            }
            None if !self.open => (given, None),
            None if given == DateOrder::Undecided => (
                given,
                Some(
                    "its dates could be day first or month first and nothing in it shows which; records that need \
                     them are rejected; give --date-order dmy or mdy"
                        .to_owned(),
                ),
            ),
            None => (given, Some(format!("its dates are read {}, as --date-order says", given.words()))),
        }
    }

    fn date(&mut self, column: &str, text: &str, own: &dyn Fn() -> Option<i64>) {
        if self.decided.is_some() || !text.starts_with(|c: char| c.is_ascii_digit() || c.is_whitespace()) {
            return;
        }
        match moment::reading(text) {
            Some(Reading::One(_, order)) if order != DateOrder::Undecided => {
                self.decided = Some((order, format!("row {} holds {:?}", self.rows, text.trim())));
            }
            Some(Reading::Either { month_first, day_first }) => {
                self.open = true;
                let read = [month_first.micros, day_first.micros];
                if let Some((order, own)) = own().and_then(|own| Some((agreeing(read, own)?, own))) {
                    let own = chrono::DateTime::from_timestamp_micros(own).unwrap_or_default();
                    let own = own.format("%Y-%m-%dT%H:%M:%S");
                    let why = format!("{:?} of row {} is the record's own {own}", text.trim(), self.rows);
                    self.decided = Some((order, why));
                    return;
                }
                self.follow(column, read);
            }
            // Equal numbers show no order, but they have a place in the column's.
            Some(Reading::One(moment, _)) if moment.form == Form::Shown => {
                self.equal = true;
                self.follow(column, [moment.micros; 2]);
            }
            _ => {}
        }
    }

    fn follow(&mut self, column: &str, read: [i64; 2]) {
        match self.runs.get_mut(column) {
            Some(run) => run.add(read),
            None => {
                self.runs.insert(column.to_owned(), Run::new(read));
            }
        }
    }

    /// The order in which a column's dates go one way, if they do so in one order only and no column says otherwise.
    fn by_direction(&self) -> Option<(DateOrder, String)> {
        let mut found: Option<(DateOrder, String)> = None;
        for (column, run) in &self.runs {
            let Some(order) = run.order() else { continue };
            if found.as_ref().is_some_and(|(before, _)| before.opposes(order)) {
                return None;
            }
            found.get_or_insert_with(|| {
                let told = format!("only so do the {} dates of {} follow each other", run.changes + 1, column.trim());
                (order, told)
            });
        }
        found
    }
}

impl Run {
    fn new(first: [i64; 2]) -> Self {
        Self { last: first, up: [true; 2], down: [true; 2], changes: 0 }
    }

    fn add(&mut self, next: [i64; 2]) {
        let day = |micros: i64| micros.div_euclid(86_400_000_000);
        if next.map(day) != self.last.map(day) {
            self.changes += 1;
        }
        for (at, (next, last)) in next.into_iter().zip(self.last).enumerate() {
            self.up[at] &= next >= last;
            self.down[at] &= next <= last;
        }
        self.last = next;
    }

    fn order(&self) -> Option<DateOrder> {
        let [month_first, day_first] = [0, 1].map(|at| self.up[at] || self.down[at]);
        match (self.changes >= CHANGES, month_first, day_first) {
            (true, true, false) => Some(DateOrder::MonthFirst(DateProof::Sorted)),
            (true, false, true) => Some(DateOrder::DayFirst(DateProof::Sorted)),
            _ => None,
        }
    }
}

fn agreeing(read: [i64; 2], own: i64) -> Option<DateOrder> {
    match read.map(|micros| (micros - own).abs() <= NEAR) {
        [true, false] => Some(DateOrder::MonthFirst(DateProof::Agrees)),
        [false, true] => Some(DateOrder::DayFirst(DateProof::Agrees)),
        _ => None,
    }
}

/// The columns that the tool fills with times. What people write, such as a subject, must not decide.
fn date_columns(header: &Header) -> Vec<usize> {
    header.keys.iter().enumerate().filter(|(_, key)| names_date(key)).map(|(at, _)| at).collect()
}

fn names_date(key: &str) -> bool {
    const PARTS: &[&str] =
        &["date", "time", "datum", "fecha", "zeit", "tijd", "heure", "hora", "received", "accessed", "changed"];
    PARTS.iter().any(|part| key.contains(part))
}

/// The time that the record itself states, where it stands whole in a cell of the row.
fn csv_time(header: &Header, fields: &[&str]) -> Option<i64> {
    let text = ["auditdata", "auditdata_raw"].iter().find_map(|key| fields.get(header.position(key)?))?;
    own_time(&open_json(text).ok()?)
}

fn json_time(record: &Value) -> Option<i64> {
    let data = record.get("AuditData").or_else(|| record.get("auditData"))?;
    match data.as_str() {
        Some(text) => own_time(&open_json(text).ok()?),
        None => own_time(data),
    }
}

/// `CreationTime` of a record of the audit log, where it shows its own order.
fn own_time(record: &Value) -> Option<i64> {
    match moment::reading(record.get("CreationTime")?.as_str()?)? {
        Reading::One(moment, _) => Some(moment.micros),
        Reading::Either { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(names: &[&str]) -> Header {
        let keys = names.iter().map(|name| name.to_lowercase()).collect();
        Header { delimiter: b',', names: names.iter().map(|name| (*name).to_owned()).collect(), keys }
    }

    fn decide(names: &[&str], rows: &[&[&str]], given: DateOrder) -> (DateOrder, Option<String>) {
        let header = header(names);
        let mut evidence = DateEvidence::default();
        for row in rows {
            evidence.see(Some(&Data::Csv { header: &header, fields: row.to_vec() }));
        }
        evidence.decide(given)
    }

    fn column(dates: &[String]) -> (DateOrder, Option<String>) {
        let rows: Vec<[&str; 1]> = dates.iter().map(|date| [date.as_str()]).collect();
        let rows: Vec<&[&str]> = rows.iter().map(|row| &row[..]).collect();
        decide(&["CreationDate"], &rows, DateOrder::Undecided)
    }

    #[test]
    fn a_day_over_twelve_decides_and_is_named() {
        let (order, note) =
            decide(&["CreationDate"], &[&["05/06/2023 21:05:07"], &["25/05/2023 21:05:07"]], DateOrder::Undecided);
        assert_eq!(order, DateOrder::DayFirst(DateProof::Shown));
        assert_eq!(note.unwrap(), "its dates are day first: row 2 holds \"25/05/2023 21:05:07\"");
        let (order, _) = decide(&["CreationDate"], &[&["5/25/2023 9:05 PM"]], DateOrder::Undecided);
        assert_eq!(order, DateOrder::MonthFirst(DateProof::Shown));
    }

    #[test]
    fn the_records_own_time_decides() {
        let data = r#"{"CreationTime":"2023-06-05T21:05:07"}"#;
        let names = ["CreationDate", "AuditData"];
        // Local time: the wrapper may be hours away from the record's UTC.
        let (order, note) = decide(&names, &[&["06.06.2023 06:05:07", data]], DateOrder::Undecided);
        assert_eq!((order, note), (DateOrder::Undecided, None), "two equal numbers show nothing");
        let (order, note) = decide(&names, &[&["05.06.2023 23:05:07", data]], DateOrder::Undecided);
        assert_eq!(order, DateOrder::DayFirst(DateProof::Agrees));
        assert!(note.unwrap().ends_with("is the record's own 2023-06-05T21:05:07"));
        let (order, _) = decide(&names, &[&["01.02.2023 23:05:07", data]], DateOrder::Undecided);
        assert_eq!(order, DateOrder::Undecided, "a record of another time proves nothing");
    }

    #[test]
    fn a_long_column_that_goes_one_way_decides() {
        // From 28 November to 9 December the days over 12 would decide; here every day is at most 12.
        let dates: Vec<String> = [(1, 1), (5, 1), (9, 1), (2, 2), (6, 2), (10, 2), (3, 3), (7, 3), (1, 4)]
            .map(|(day, month)| format!("{day:02}/{month:02}/2023 10:00:00"))
            .to_vec();
        let (order, note) = column(&dates);
        assert_eq!(order, DateOrder::DayFirst(DateProof::Sorted));
        assert!(note.unwrap().contains("dates of creationdate follow each other"));
        let back: Vec<String> = dates.iter().rev().cloned().collect();
        assert_eq!(column(&back).0, DateOrder::DayFirst(DateProof::Sorted));
        let (order, note) = column(&dates[..4]);
        assert_eq!(order, DateOrder::Undecided, "too few");
        assert!(note.unwrap().contains("--date-order"));
        // The first days of a month after the other: both readings go one way.
        let both: Vec<String> = (1..=12).map(|day| format!("{day:02}/01/2023 10:00:00")).collect();
        assert_eq!(column(&both).0, DateOrder::Undecided);
    }

    #[test]
    fn what_the_investigator_says_settles_only_what_is_open() {
        let given = DateOrder::MonthFirst(DateProof::Given);
        let (order, note) = decide(&["CreationDate"], &[&["05/06/2023 21:05:07"]], given);
        assert_eq!(order, given);
        assert_eq!(note.unwrap(), "its dates are read month first, as --date-order says");
        let (order, note) = decide(&["CreationDate"], &[&["25/06/2023 21:05:07"]], given);
        assert_eq!(order, DateOrder::DayFirst(DateProof::Shown));
        assert!(note.unwrap().ends_with("--date-order does not hold for this file"));
        assert_eq!(decide(&["CreationDate"], &[&["2023-06-05T21:05:07Z"]], given), (given, None));
    }

    #[test]
    fn what_people_write_never_decides() {
        let rows: &[&[&str]] = &[&["05/06/2023 21:05:07", "25/05/2023 10:00:00"]];
        assert_eq!(decide(&["Received", "Subject"], rows, DateOrder::Undecided).0, DateOrder::Undecided);
    }

    #[test]
    fn json_members_are_dates_too() {
        let see = |text: &str| {
            let mut evidence = DateEvidence::default();
            evidence.see(Some(&Data::Json(sonic_rs::from_str(text).unwrap())));
            evidence.decide(DateOrder::Undecided).0
        };
        assert_eq!(see(r#"{"CreationTime":"25/05/2023 21:05"}"#), DateOrder::DayFirst(DateProof::Shown));
        let data =
            r#"{"CreationDate":{"value":"5/6/2023 9:05 PM"},"AuditData":{"CreationTime":"2023-05-06T21:05:07"}}"#;
        assert_eq!(see(data), DateOrder::MonthFirst(DateProof::Agrees));
        assert_eq!(see(r#"{"CreationDate":"/Date(1658751973240)/"}"#), DateOrder::Undecided);
    }
}
