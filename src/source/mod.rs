//! Export families: recognise one by content, turn its rows into [`Event`]s.

mod address;
mod azure_activity;
mod diag_settings;
mod entra_signin_csv;
mod first_party;
mod graph_alerts;
mod graph_auditlog_query;
mod graph_signins;
mod log_analytics;
mod mes_ual;
mod mgmt_activity;
mod moment;
mod purview_csv;
mod search_ual;
mod sign_in_code;
mod signin;
mod text;
mod ual;
mod windows_event;

pub use first_party::is_microsoft_application;

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
    pub decode: fn(Data<'_>, &FileContext) -> Result<Decoded, String>,
    /// Reads an opened record into the schema.
    pub view: for<'a> fn(&'a Decoded, &FileContext) -> Result<Event<'a>, String>,
}

/// What is known of the file that a row stands in, beside the row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileContext {
    /// What outputs call the file: [`crate::input::Found::name`].
    pub name: String,
    /// Which of day and month its numeric dates put first.
    pub dates: DateOrder,
}

/// Which of day and month comes first in the dates of a file that prints both as numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DateOrder {
    /// Not decided: a date that does not show its own order is read by its form.
    #[default]
    Undecided,
    /// `1/31/2026`.
    MonthFirst,
    /// `31/01/2026`.
    DayFirst,
}

/// A record without its export wrapper, owned while its [`Event`] borrows from it.
#[derive(Debug, Default)]
pub struct Decoded {
    /// The record: `AuditData` of the unified audit log, the Graph-shaped sign-in, and so on.
    pub record: Value,
    /// 128-bit hash of the record's content: equal records have equal hashes whatever the wrapper.
    pub content: u128,
    /// What the wrapper says, where the record itself may be silent; empty where it is not.
    pub wrapper: Wrapper,
    /// Why the record is incomplete; empty when whole.
    pub degraded: String,
}

impl Decoded {
    /// A record that came without a wrapper and lacks nothing.
    fn whole(record: Value, content: u128) -> Self {
        Self { record, content, ..Self::default() }
    }
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
pub static SOURCES: &[Source] = &[
    purview_csv::SOURCE,
    search_ual::CSV,
    search_ual::JSON,
    mes_ual::SOURCE,
    graph_auditlog_query::SOURCE,
    mgmt_activity::SOURCE,
    entra_signin_csv::SOURCE,
    log_analytics::SOURCE,
    diag_settings::SOURCE,
    graph_signins::SOURCE,
    azure_activity::SOURCE,
    graph_alerts::SOURCE,
    windows_event::SOURCE,
];

/// The source of a CSV file with this header.
pub fn for_csv(header: &Header) -> Option<&'static Source> {
    SOURCES.iter().find(|source| source.csv.is_some_and(|matches| matches(header)))
}

/// The source of a JSON record; `last` is tried first, since a file seldom mixes exports.
pub fn for_json(record: &Value, last: Option<&'static Source>) -> Option<&'static Source> {
    last.filter(|source| source.json.is_some_and(|matches| matches(record)))
        .or_else(|| SOURCES.iter().find(|source| source.json.is_some_and(|matches| matches(record))))
}

/// Why no source takes a CSV file with this header: what was found and what was expected.
pub fn unrecognised_csv(header: &Header) -> String {
    let names: Vec<&str> = header.names.iter().map(|name| name.trim()).take(8).collect();
    let more = if header.names.len() > names.len() { ", …" } else { "" };
    format!(
        "found the columns {}{more}; expected those of an audit log (AuditData with CreationDate) or of a sign-in log (Date (UTC), Request ID, Username, …; TimeGenerated, UserPrincipalName, …)",
        names.join(", ")
    )
}

/// Why no source takes a JSON record: what was found and what was expected.
pub fn unrecognised_json(record: &Value) -> String {
    format!(
        "found the keys {}; expected those of an audit record (CreationTime, Operation, …; AuditData), of a sign-in (createdDateTime, appId, …) or of a diagnostic record (time, category, operationName, …)",
        text::keys(record)
    )
}

/// A cell of a CSV row by the key of its column; empty where the row is short.
fn cell<'a>(header: &Header, fields: &[&'a str], key: &str) -> &'a str {
    header.position(key).and_then(|at| fields.get(at)).copied().unwrap_or_default()
}

/// The first cell that is not empty among columns that mean the same.
fn any_cell<'a>(header: &Header, fields: &[&'a str], keys: &[&str]) -> &'a str {
    keys.iter().map(|key| cell(header, fields, key)).find(|text| !text.is_empty()).unwrap_or_default()
}

fn not_csv() -> String {
    "found a JSON record, expected a CSV row".to_owned()
}

/// The record of a JSON row.
fn json(data: Data<'_>) -> Result<Value, String> {
    match data {
        Data::Json(record) => Ok(record),
        Data::Csv { .. } => Err("found a CSV row, expected a JSON record".to_owned()),
    }
}

/// The record of a JSON row, and the hash of its content.
fn json_record(data: Data<'_>) -> Result<(Value, u128), String> {
    let record = json(data)?;
    let text = sonic_rs::to_string(&record).map_err(|e| format!("the record cannot be written as JSON: {e}"))?;
    Ok((record, text::hash(&text)))
}
