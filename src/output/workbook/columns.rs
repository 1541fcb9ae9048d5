//! What the columns of the small tables are called in a workbook, and how wide they are.

/// How a column stands on a sheet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// The column, as the tables name it.
    pub(super) name: &'static str,
    /// Its text in the catalogue.
    pub(super) label: &'static str,
    /// Width in characters.
    pub(super) width: f64,
    /// How its cells are written.
    pub(super) shape: Shape,
}

/// How the cells of a column are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// In one line.
    Plain,
    /// In as many lines as the text needs.
    Wrapped,
    /// As a moment, and by the reader's clock in a second column.
    Moment,
}

/// The look of a column; a column that is not listed, as most of the timeline, is called by its own name.
pub(super) fn look(name: &'static str) -> Look {
    let unknown = Look { name, label: "", width: 16.0, shape: Shape::Plain };
    LOOKS.iter().find(|look| look.name == name).copied().unwrap_or(unknown)
}

const fn plain(name: &'static str, label: &'static str, width: f64) -> Look {
    Look { name, label, width, shape: Shape::Plain }
}

const fn wrapped(name: &'static str, label: &'static str, width: f64) -> Look {
    Look { name, label, width, shape: Shape::Wrapped }
}

const fn moment(name: &'static str, label: &'static str) -> Look {
    Look { name, label, width: WHEN, shape: Shape::Moment }
}

/// Every column of the small tables.
static LOOKS: &[Look] = &[
    plain("account", "workbook.account", 32.0),
    plain("accounts", "workbook.accounts", 10.0),
    plain("address", "workbook.address", 24.0),
    plain("address_kind", "workbook.address_kind", 12.0),
    wrapped("addresses", "workbook.addresses", 24.0),
    wrapped("agents", "workbook.agents", 40.0),
    plain("anonymous", "workbook.anonymous", 14.0),
    plain("as_org", "workbook.as_org", 28.0),
    plain("asn", "workbook.asn", 11.0),
    wrapped("basis", "workbook.basis", 50.0),
    plain("by", "workbook.by", 32.0),
    plain("bytes", "workbook.bytes", 13.0),
    plain("changes", "workbook.changes", 12.0),
    plain("city", "workbook.city", 18.0),
    plain("class", "workbook.class", 11.0),
    moment("closed", "workbook.closed"),
    plain("closed_by", "workbook.closed_by", 32.0),
    plain("conflict", "workbook.conflict", 13.0),
    plain("count", "workbook.count", 14.0),
    wrapped("countries", "workbook.countries", 14.0),
    plain("country", "workbook.country", 10.0),
    plain("critical", "", 11.0),
    plain("degraded", "workbook.degraded", 13.0),
    plain("duplicate", "workbook.duplicate", 13.0),
    plain("encoding", "workbook.encoding", 14.0),
    plain("event_ids", "workbook.event_ids", 40.0),
    plain("events", "workbook.count", 14.0),
    wrapped("file", "workbook.file", 50.0),
    plain("findings", "workbook.findings", 13.0),
    moment("first_time", "workbook.first_time"),
    plain("folder", "workbook.folder", 24.0),
    plain("format", "workbook.format", 20.0),
    wrapped("found", "workbook.found", 50.0),
    plain("high", "", 11.0),
    plain("highest_level", "workbook.highest_level", 14.0),
    wrapped("how", "workbook.reached", 24.0),
    plain("id", "workbook.id", 18.0),
    plain("informational", "", 14.0),
    plain("kind", "workbook.kind", 20.0),
    moment("last_time", "workbook.last_time"),
    plain("latitude", "workbook.latitude", 13.0),
    plain("level", "workbook.level", 14.0),
    plain("link", "workbook.link", 16.0),
    plain("longitude", "workbook.longitude", 13.0),
    plain("low", "", 11.0),
    plain("mailbox", "workbook.mailbox", 32.0),
    wrapped("meaning", "workbook.meaning", 60.0),
    plain("medium", "", 11.0),
    plain("message_id", "workbook.message_id", 32.0),
    wrapped("name", "workbook.name", 36.0),
    wrapped("note", "workbook.note", 50.0),
    wrapped("notes", "workbook.notes", 60.0),
    moment("opened", "workbook.opened"),
    plain("opened_by", "workbook.opened_by", 32.0),
    plain("opened_from", "workbook.opened_from", 24.0),
    plain("outside", "workbook.outside", 13.0),
    wrapped("parts", "workbook.parts", 60.0),
    wrapped("path", "workbook.path", 60.0),
    wrapped("place_basis", "workbook.place_basis", 40.0),
    wrapped("recipients", "workbook.recipients", 36.0),
    plain("region", "workbook.region", 18.0),
    plain("rejected", "workbook.rejected", 13.0),
    plain("rows", "workbook.rows", 11.0),
    wrapped("rule", "workbook.rule", 40.0),
    plain("rule_id", "workbook.rule_id", 38.0),
    plain("score", "workbook.score", 10.0),
    plain("sender", "workbook.sender", 32.0),
    wrapped("sessions", "workbook.session_ids", 38.0),
    plain("sha256", "workbook.sha256", 66.0),
    moment("shown", "workbook.shown"),
    plain("sign", "workbook.sign", 24.0),
    plain("sign_ins_failed", "workbook.sign_ins_failed", 14.0),
    plain("sign_ins_interrupted", "workbook.sign_ins_interrupted", 14.0),
    plain("sign_ins_succeeded", "workbook.sign_ins_succeeded", 14.0),
    plain("state", "workbook.state", 12.0),
    plain("step", "workbook.step", 8.0),
    wrapped("subject", "workbook.subject", 50.0),
    plain("succeeded", "workbook.succeeded", 12.0),
    wrapped("summary", "workbook.summary", 80.0),
    wrapped("tags", "workbook.tags", 28.0),
    wrapped("task", "workbook.task", 40.0),
    plain("tenant", "workbook.tenant", 28.0),
    moment("time", "workbook.time"),
    plain("used", "workbook.used", 13.0),
    plain("verdict", "workbook.verdict", 18.0),
];

/// Width of a moment with milliseconds.
pub(super) const WHEN: f64 = 24.0;
