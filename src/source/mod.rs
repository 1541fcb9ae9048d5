//! Export families: recognise one by content, turn its rows into [`Event`]s.

use crate::event::Event;
use crate::input::{Data, Header};
use sonic_rs::Value;

/// One export family. A new one is a file beside this and a line in [`SOURCES`].
#[derive(Debug)]
pub struct Source {
    /// Short name, as in `coverage.json`.
    pub name: &'static str,
    /// What Microsoft or the tool's author calls the export.
    pub title: &'static str,
    /// How it is recognised, for the documentation.
    pub recognised_by: &'static str,
    /// Whether a CSV header is this export's.
    pub csv: Option<fn(&Header) -> bool>,
    /// Whether a JSON record is this export's.
    pub json: Option<fn(&Value) -> bool>,
    /// Opens the wrapper around a record.
    pub decode: fn(Data<'_>) -> Result<Decoded, String>,
    /// Reads an opened record into the schema.
    pub view: for<'a> fn(&'a Decoded) -> Result<Event<'a>, String>,
}

/// A record without its export wrapper, owned while its [`Event`] borrows from it.
#[derive(Debug, Default)]
pub struct Decoded {
    /// The record: AuditData of the unified audit log, the Graph-shaped sign-in, and so on.
    pub record: Value,
    /// 128-bit hash of the record's content: equal records have equal hashes whatever the wrapper.
    pub content: u128,
    /// What the wrapper says, where the record itself may be silent.
    pub wrapper: Wrapper,
    /// Why the record is incomplete; empty when whole.
    pub degraded: String,
}

/// Columns around the record that repeat or complete it.
#[derive(Debug, Default)]
pub struct Wrapper {
    /// The wrapper's own record id.
    pub id: String,
    /// The wrapper's time as text.
    pub time: String,
    /// The wrapper's user.
    pub user: String,
    /// The wrapper's operation.
    pub operation: String,
    /// The wrapper's record type, a name or a number.
    pub record_type: String,
    /// Tenant, where only the wrapper names it.
    pub tenant: String,
}

/// Every source, in the order they are tried: the most specific first.
pub static SOURCES: &[Source] = &[];

/// The source of a CSV file with this header.
pub fn for_csv(header: &Header) -> Option<&'static Source> {
    SOURCES.iter().find(|source| source.csv.is_some_and(|matches| matches(header)))
}

/// The source of a JSON record; `last` is tried first, since a file seldom mixes exports.
pub fn for_json(record: &Value, last: Option<&'static Source>) -> Option<&'static Source> {
    last.filter(|source| source.json.is_some_and(|matches| matches(record)))
        .or_else(|| SOURCES.iter().find(|source| source.json.is_some_and(|matches| matches(record))))
}
