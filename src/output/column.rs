//! The columns of the three timelines, in order: one table, so that they cannot differ.

use super::view::Row;
use crate::store::Sym;

/// What a column holds, as Parquet types it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Microseconds since 1970, UTC.
    Time,
    /// Text.
    Text,
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
    /// Other text from outside: file names, databases, rules.
    Text(&'a str),
    /// Text of this program, which needs no escape.
    Ours(&'a str),
    /// Bytes, written as lower-case hex.
    Hex(&'a [u8]),
    /// A number.
    Number(u64),
    /// True; false is [`Cell::Empty`] in text and false in Parquet.
    Flag(bool),
    /// Microseconds since 1970.
    Time(i64),
}

/// One column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    /// Header of the CSV, key of the JSONL, name in the Parquet.
    pub(crate) name: &'static str,
    /// What it holds.
    pub(crate) kind: Kind,
    /// Its value for an event.
    pub(crate) cell: for<'a> fn(&Row<'a>) -> Cell<'a>,
}

const fn column(name: &'static str, kind: Kind, cell: for<'a> fn(&Row<'a>) -> Cell<'a>) -> Column {
    Column { name, kind, cell }
}

macro_rules! log {
    ($name:ident) => {
        column(stringify!($name), Kind::Text, |row| Cell::Log(row.entry.$name))
    };
    ($name:literal, $field:ident) => {
        column($name, Kind::Text, |row| Cell::Log(row.entry.$field))
    };
}

macro_rules! place {
    ($name:ident) => {
        column(stringify!($name), Kind::Text, |row| {
            row.from.place.map_or(Cell::Empty, |place| Cell::Text(&place.$name))
        })
    };
}

/// Every column; the first seventeen are a contract with the readers of `timeline.csv`.
pub(crate) static COLUMNS: &[Column] = &[
    column("time", Kind::Time, |row| Cell::Time(row.entry.time.micros)),
    log!(tenant),
    log!(account),
    log!(operation),
    log!(workload),
    column("address", Kind::Text, |row| Cell::Text(&row.from.text)),
    place!(country),
    log!(agent),
    log!(session),
    log!(object),
    log!(result),
    column("level", Kind::Text, |row| Cell::Ours(row.level)),
    column("rules", Kind::Text, |row| Cell::Text(row.rules)),
    column("event_id", Kind::Text, |row| Cell::Hex(&row.entry.origin.digest[..8])),
    log!("source_id", id),
    column("file", Kind::Text, |row| {
        row.view
            .case
            .coverage
            .files
            .get(row.entry.origin.file as usize)
            .map_or(Cell::Empty, |file| Cell::Text(&file.path))
    }),
    column("row", Kind::U64, |row| Cell::Number(row.entry.origin.row)),
    log!(actor),
    log!(actor_id),
    column("actor_kind", Kind::Text, |row| Cell::Ours(row.entry.actor_kind.name())),
    log!(target),
    column("outcome", Kind::Text, |row| Cell::Ours(row.entry.outcome.name())),
    log!(error_code),
    log!(application),
    log!(application_id),
    log!(token),
    log!(device),
    log!(detail),
    column("port", Kind::U32, |row| row.entry.port.map_or(Cell::Empty, |port| Cell::Number(port.into()))),
    log!("address_original", address),
    column("asn", Kind::U32, |row| match row.from.place.map(|place| place.asn) {
        None | Some(0) => Cell::Empty,
        Some(asn) => Cell::Number(asn.into()),
    }),
    place!(as_org),
    place!(region),
    place!(city),
    column("address_kind", Kind::Text, |row| row.from.place.map_or(Cell::Empty, |place| Cell::Ours(place.kind))),
    place!(anonymous),
    log!(record_type),
    column("family", Kind::Text, |row| Cell::Ours(row.entry.family.name())),
    column("source", Kind::Text, |row| Cell::Ours(row.entry.source)),
    log!(operation_original),
    column("time_precision", Kind::Text, |row| Cell::Ours(row.entry.time.precision.name())),
    column("time_basis", Kind::Text, |row| Cell::Text(row.entry.time.basis.name())),
    log!(degraded),
    column("conflict", Kind::Flag, |row| Cell::Flag(row.entry.conflict)),
    column("offset", Kind::U64, |row| Cell::Number(row.entry.origin.offset)),
    column("length", Kind::U32, |row| Cell::Number(row.entry.origin.length.into())),
    column("sha256", Kind::Text, |row| Cell::Hex(&row.entry.origin.digest)),
];
