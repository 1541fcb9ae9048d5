//! The columns of the three timelines, in order: one table, so that they cannot differ.
//!
//! The Parquet has all of them; the two texts leave out what `event_id` or another column leads to.

use super::view::Row;
use crate::store::{Id, Sym};
use Shown::{Csv, Everywhere, Parquet, Unless};

/// What a column holds, as Parquet types it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Microseconds since 1970, UTC.
    Time,
    /// Text.
    Text,
    /// A digest, in the text timelines as hex.
    Bytes,
    /// Whole numbers that fit 32 bits.
    U32,
    /// Whole numbers.
    U64,
    /// A truth value.
    Flag,
}

/// The value of one column for one event.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cell<'a> {
    /// Nothing.
    Empty,
    /// Text of the log.
    Log(Sym),
    /// An identifier of the log.
    Id(Id),
    /// Other text from outside: file names, databases, rules.
    Text(&'a str),
    /// Text of this program, which needs no escape.
    Ours(&'a str),
    /// At most 32 bytes, written as lower-case hex.
    Hex(&'a [u8]),
    /// A number.
    Number(u64),
    /// True; false is [`Cell::Empty`] in text and false in Parquet.
    Flag(bool),
    /// Microseconds since 1970.
    Time(i64),
}

/// Where a column stands beside the Parquet, which has every one.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shown {
    /// In the CSV and the JSONL.
    Everywhere,
    /// In the CSV and, unless the event's message or another of its columns says the same, in the JSONL.
    Unless(for<'a> fn(&Row<'a>, message: &str) -> bool),
    /// In the CSV.
    Csv,
    /// In neither.
    Parquet,
}

/// One column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    /// Header of the CSV, key of the JSONL, name in the Parquet.
    pub(crate) name: &'static str,
    /// What it holds.
    pub(crate) kind: Kind,
    /// Where it stands beside the Parquet.
    pub(crate) shown: Shown,
    /// Its value for an event.
    pub(crate) cell: for<'a> fn(&Row<'a>) -> Cell<'a>,
}

const fn column(shown: Shown, name: &'static str, kind: Kind, cell: for<'a> fn(&Row<'a>) -> Cell<'a>) -> Column {
    Column { name, kind, shown, cell }
}

/// A text of the entry, of what it has in common with others or of who acted; named as its field unless it says how.
macro_rules! log {
    ($shown:expr, $part:ident.$name:ident) => {
        column($shown, stringify!($name), Kind::Text, |row| Cell::Log(row.$part.$name))
    };
    ($shown:expr, $name:literal, $part:ident.$field:ident) => {
        column($shown, $name, Kind::Text, |row| Cell::Log(row.$part.$field))
    };
}

macro_rules! place {
    ($shown:ident, $name:ident) => {
        column($shown, stringify!($name), Kind::Text, |row| {
            row.from.place.map_or(Cell::Empty, |place| Cell::Text(&place.$name))
        })
    };
}

fn is_account(row: &Row<'_>, sym: Sym) -> bool {
    let events = &row.view.case.events;
    sym == row.who.account || events.text(sym).eq_ignore_ascii_case(events.text(row.who.account))
}

/// A message gives the detail last in a pair of brackets; elsewhere a short text could stand by chance.
fn is_detail_told(row: &Row<'_>, message: &str) -> bool {
    let detail = row.view.case.events.text(row.entry.detail);
    memchr::memchr_iter(b')', message.as_bytes()).any(|end| {
        let before = message[..end].strip_suffix(detail);
        before.is_some_and(|before| before.ends_with('(') || before.ends_with(": "))
    })
}

/// Every column; the first seventeen are a contract with the readers of `timeline.csv`.
pub(crate) static COLUMNS: &[Column] = &[
    // The JSONL has it as `datetime`.
    column(Csv, "time", Kind::Time, |row| Cell::Time(row.entry.micros)),
    log!(Everywhere, who.tenant),
    log!(Everywhere, who.account),
    log!(Everywhere, common.operation),
    log!(Everywhere, common.workload),
    column(Everywhere, "address", Kind::Text, |row| Cell::Text(&row.from.text)),
    place!(Everywhere, country),
    log!(Everywhere, who.agent),
    log!(Everywhere, entry.session),
    log!(Everywhere, entry.object),
    log!(Everywhere, common.result),
    column(Everywhere, "level", Kind::Text, |row| Cell::Ours(row.level)),
    column(Everywhere, "rules", Kind::Text, |row| Cell::Text(row.rules)),
    column(Everywhere, "event_id", Kind::Text, |row| Cell::Hex(&row.entry.origin.digest[..8])),
    column(Everywhere, "source_id", Kind::Text, |row| Cell::Id(row.entry.id)),
    column(Csv, "file", Kind::Text, |row| {
        row.view
            .case
            .coverage
            .files
            .get(row.entry.origin.file as usize)
            .map_or(Cell::Empty, |file| Cell::Text(&file.path))
    }),
    column(Csv, "row", Kind::U64, |row| Cell::Number(row.entry.origin.row)),
    log!(Unless(|row, _| is_account(row, row.who.actor)), who.actor),
    column(Csv, "actor_kind", Kind::Text, |row| Cell::Ours(row.entry.actor_kind.name())),
    log!(Unless(|row, _| row.entry.target == row.entry.object || is_account(row, row.entry.target)), entry.target),
    column(Everywhere, "outcome", Kind::Text, |row| Cell::Ours(row.entry.outcome.name())),
    log!(Everywhere, common.error_code),
    log!(Everywhere, common.application),
    log!(Unless(is_detail_told), entry.detail),
    column(Csv, "port", Kind::U32, |row| row.entry.port.map_or(Cell::Empty, |port| Cell::Number(port.into()))),
    column(Everywhere, "asn", Kind::U32, |row| match row.from.place.map(|place| place.asn) {
        None | Some(0) => Cell::Empty,
        Some(asn) => Cell::Number(asn.into()),
    }),
    place!(Csv, as_org),
    place!(Csv, region),
    place!(Csv, city),
    column(Csv, "address_kind", Kind::Text, |row| row.from.place.map_or(Cell::Empty, |place| Cell::Ours(place.kind))),
    place!(Csv, anonymous),
    column(Everywhere, "token", Kind::Text, |row| Cell::Id(row.entry.token)),
    log!(Everywhere, who.device),
    log!(Csv, common.record_type),
    log!(Everywhere, common.degraded),
    column(Everywhere, "conflict", Kind::Flag, |row| Cell::Flag(row.entry.conflict)),
    column(Csv, "offset", Kind::U64, |row| Cell::Number(row.entry.origin.offset)),
    column(Csv, "length", Kind::U32, |row| Cell::Number(row.entry.origin.length.into())),
    column(Csv, "sha256", Kind::Bytes, |row| Cell::Hex(&row.entry.origin.digest)),
    log!(Parquet, who.actor_id),
    log!(Parquet, common.application_id),
    log!(Parquet, "address_original", entry.address),
    log!(Parquet, common.operation_original),
    column(Parquet, "time_precision", Kind::Text, |row| Cell::Ours(row.entry.precision.name())),
    column(Parquet, "time_basis", Kind::Text, |row| Cell::Text(row.entry.basis.name())),
    column(Parquet, "family", Kind::Text, |row| Cell::Ours(row.entry.family.name())),
    column(Parquet, "source", Kind::Text, |row| Cell::Ours(row.common.source)),
];
