//! Export families: recognise one by content, turn its rows into [`Event`]s.

mod address;
mod azure_activity;
mod cloud_app_events;
mod dates;
mod diag_settings;
mod directory;
mod entra_audit_csv;
mod entra_auth_details_csv;
mod entra_signin_csv;
mod exchange_admin_audit;
pub mod exposed;
mod graph_alerts;
mod graph_auditlog_query;
mod graph_directory_audit;
mod graph_signins;
mod hawk;
mod localised;
mod log_analytics;
mod mailbox_audit;
mod mes_triage;
mod mes_ual;
mod message_trace;
mod mgmt_activity;
mod moment;
mod purview_csv;
mod risk;
mod search_ual;
mod sign_in_code;
mod signature;
mod signin;
mod state;
mod text;
mod trace;
mod trace_extended;
mod trace_summary;
mod ual;
mod ual_flattened;
mod windows_event;

pub use dates::{DateEvidence, DateOrder, DateProof, is_time};
pub use localised::{LANGUAGES, Language, Localised, WordProof, in_english, localise};
pub use signature::{Shape, Signature};
pub use state::{Kind as StateKind, kinds as state_kinds};

use crate::event::{Event, Time};
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
    /// The names that recognise it.
    pub signature: Signature,
    /// What its shape is known from.
    pub proof: Proof,
    /// Decides on a CSV header instead of the signature, where names alone do not.
    pub csv: Option<fn(&Header) -> bool>,
    /// Decides on a JSON record instead of the signature, where what a key holds counts too.
    pub json: Option<fn(&Value) -> bool>,
    /// Opens the wrapper around a record.
    pub decode: fn(Data<'_>, &FileContext) -> Result<Decoded, String>,
    /// Reads an opened record into the schema.
    pub view: for<'a> fn(&'a Decoded, &FileContext) -> Result<Event<'a>, String>,
}

/// What the shape of an export is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Records of real tenants.
    Records,
    /// Code of the tool that writes it, or of tools that read it.
    Code,
    /// Microsoft's documentation alone.
    Documentation,
    /// Nothing that can be pointed to: compare with an export of your own before relying on it.
    Unverified,
}

impl Proof {
    /// Words for the documentation.
    pub fn text(self) -> &'static str {
        match self {
            Self::Records => "yes, real records",
            Self::Code => "yes, code of tools that write or read it",
            Self::Documentation => "documentation only",
            Self::Unverified => "**unverified**",
        }
    }
}

impl Source {
    /// Whether a CSV header is this export's.
    pub fn takes_csv(&self, header: &Header) -> bool {
        self.csv.map_or_else(|| self.signature.is_csv(header), |decides| decides(header))
    }

    /// Whether a JSON record is this export's.
    pub fn takes_json(&self, record: &Value) -> bool {
        self.json.map_or_else(|| self.signature.is_json(record), |decides| decides(record))
    }
}

/// What is known of the file that a row stands in, beside the row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileContext {
    /// What outputs call the file: [`crate::input::Found::name`].
    pub name: String,
    /// Which of day and month its numeric dates put first.
    pub dates: DateOrder,
    /// When the export was collected: told by the investigator, else by its name or that of a folder above it.
    pub collected: Option<Time>,
}

/// A record without its export wrapper, owned while its [`Event`] borrows from it.
#[derive(Debug, Default)]
pub struct Decoded {
    /// The record: `AuditData` of the unified audit log, the Graph-shaped sign-in, and so on.
    pub record: Value,
    /// 128-bit hash of the record's content: equal records have equal hashes whatever the wrapper.
    pub content: u128,
    /// What the wrapper says, for where the record itself is silent; empty where there is none.
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
    mes_triage::SOURCE,
    search_ual::CSV,
    search_ual::JSON,
    mes_ual::SOURCE,
    hawk::SOURCE,
    ual_flattened::SOURCE,
    graph_auditlog_query::SOURCE,
    cloud_app_events::SOURCE,
    log_analytics::office_activity::SOURCE,
    mgmt_activity::SOURCE,
    entra_auth_details_csv::SOURCE,
    exchange_admin_audit::SOURCE,
    mailbox_audit::SOURCE,
    message_trace::SOURCE,
    trace_summary::SOURCE,
    trace_extended::SOURCE,
    risk::SOURCE,
    entra_signin_csv::SOURCE,
    log_analytics::audit::SOURCE,
    log_analytics::signins::SOURCE,
    entra_audit_csv::SOURCE,
    graph_directory_audit::SOURCE,
    diag_settings::SOURCE,
    graph_signins::SOURCE,
    azure_activity::SOURCE,
    graph_alerts::SOURCE,
    windows_event::SOURCE,
    state::SOURCE,
];

/// The source of a CSV file with this header, which is in English; see [`localise`] for others.
pub fn for_csv(header: &Header) -> Option<&'static Source> {
    SOURCES.iter().find(|source| source.takes_csv(header))
}

/// The source of a JSON record; `last` is tried first, since a file seldom mixes exports.
pub fn for_json(record: &Value, last: Option<&'static Source>) -> Option<&'static Source> {
    last.filter(|source| source.takes_json(record)).or_else(|| SOURCES.iter().find(|source| source.takes_json(record)))
}

/// When an export of this name was collected: by a stamp in its own name, else as `told`, else by a stamp in the
/// name of a folder above it.
pub fn collected(name: &str, told: Option<Time>) -> Option<Time> {
    state::collected(name, told)
}

/// Whether records of this source say what was true at collection, so that its time matters.
pub fn is_snapshot(source: &str) -> bool {
    source == state::NAME
}

/// Columns that the tool which wrote a CSV file with this header is known to drop, and that it lacks.
pub fn dropped_columns(source: &Source, header: &Header) -> Vec<&'static str> {
    if is_snapshot(source.name) { state::dropped(header) } else { Vec::new() }
}

/// Why no source takes a CSV file with this header: what was found and what was expected.
pub fn unrecognised_csv(header: &Header) -> String {
    let names: Vec<&str> = header.names.iter().map(|name| name.trim()).take(8).collect();
    let more = if header.names.len() > names.len() { ", …" } else { "" };
    format!(
        "found the columns {}{more}; expected those of an export that is known; nearest: {}",
        names.join(", "),
        signature::nearest_csv(header, &known(|signature| signature.csv))
    )
}

/// Why no source takes a JSON record: what was found and what was expected.
pub fn unrecognised_json(record: &Value) -> String {
    format!(
        "found the keys {}; expected those of an export that is known; nearest: {}",
        text::keys(record),
        signature::nearest_json(record, &known(|signature| signature.json))
    )
}

/// Every source that has shapes of this kind, by name; those of the snapshots are their kinds'.
fn known(shapes: fn(&'static Signature) -> &'static [Shape]) -> Vec<(&'static str, Vec<Shape>)> {
    let all = SOURCES.iter().map(|source| {
        let own = shapes(&source.signature).to_vec();
        (source.name, if is_snapshot(source.name) { state::shapes() } else { own })
    });
    all.filter(|(_, shapes)| !shapes.is_empty()).collect()
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
