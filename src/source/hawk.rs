//! `hawk`: what hawk makes of the unified audit log, CSV and JSON: `Simple_*` with the parameters of a cmdlet as columns
//! and as the command that was typed, and `Converted_Authentication_Logs`.
//!
//! Columns: <https://github.com/T0pCyber/hawk/tree/master/Hawk/internal/functions>, `Get-SimpleUnifiedAuditLog.ps1` and
//! `Import-AzureAuthenticationLog.ps1`. The columns of a CSV file are those of its first record, so a parameter may be
//! in the command alone.

mod command;

use super::ual::{self, Flat, Outer};
use super::{Decoded, FileContext, Proof, Shape, Signature, Source, moment};
use crate::event::{Event, Precision};
use crate::input::{Data, Header};
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};

const NAME: &str = "hawk";

pub(super) const SOURCE: Source = Source {
    name: NAME,
    title: "hawk, CSV and JSON: Simple_* of the unified audit log, Converted_Authentication_Logs",
    recognised_by: "FullCommand with Operations or Cmdlet; or CreationTime, Operation, UserId with KnownMicrosoftIP, or with ExtendedProperties beside their own members",
    signature: Signature {
        csv: &[
            Shape::needs(&["FullCommand", "Operations|Cmdlet"]).never(&["AuditData"]),
            Shape::needs(&["CreationTime", "Operation", "UserId", "KnownMicrosoftIP|ExtendedProperties"])
                .never(&["AuditData"]),
        ],
        json: &[Shape::needs(&["FullCommand", "Operations|Cmdlet"]).never(&["AuditData"])],
    },
    proof: Proof::Code,
    csv: Some(matches_csv),
    json: Some(matches_json),
    decode,
    view,
};

/// Members of `ExtendedProperties` that hawk makes columns of.
static EXTENDED: &[&str] = &[
    "ResultStatusDetail",
    "RequestType",
    "UserAgent",
    "UserAuthenticationMethod",
    "KeepMeSignedIn",
    "additionalDetails",
    "extendedAuditEventCategory",
];

fn matches_csv(header: &Header) -> bool {
    let has = |key: &str| header.position(key).is_some();
    let simple = has("fullcommand") && (has("operations") || has("cmdlet"));
    let spread = has("extendedproperties") && EXTENDED.iter().any(|key| has(&key.to_lowercase()));
    let converted = has("creationtime") && has("operation") && has("userid") && (has("knownmicrosoftip") || spread);
    !has("auditdata") && (simple || converted)
}

fn matches_json(record: &Value) -> bool {
    let has = |key: &str| record.get(key).is_some();
    let text = |key: &str| record.get(key).is_some_and(JsonValueTrait::is_str);
    let simple = has("FullCommand") && (has("Operations") || has("Cmdlet"));
    let converted = has("CreationTime") && has("Operation") && (text("Actor") || text("ExtendedProperties"));
    !has("AuditData") && (simple || converted)
}

/// A row of either layout.
struct Row<'a> {
    members: Vec<(&'a str, Member<'a>)>,
}

#[derive(Clone, Copy)]
enum Member<'a> {
    Cell(&'a str),
    Value(&'a Value),
}

impl<'a> Row<'a> {
    fn of(data: &'a Data<'a>) -> Self {
        let members = match data {
            Data::Csv { header, fields } => {
                header.names.iter().map(|name| name.trim()).zip(fields.iter().map(|text| Member::Cell(text))).collect()
            }
            Data::Json(record) => {
                let object = record.as_object().into_iter().flat_map(|object| object.iter());
                object.map(|(key, value)| (key, value.as_str().map_or(Member::Value(value), Member::Cell))).collect()
            }
        };
        Self { members }
    }

    /// The text of a member, trimmed; empty where there is none, or where it is no text.
    fn text(&self, key: &str) -> &'a str {
        let found = self.members.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
        match found {
            Some((_, Member::Cell(text))) => text.trim(),
            _ => "",
        }
    }
}

impl Flat {
    fn member(&mut self, key: &str, member: Member<'_>) {
        match member {
            Member::Cell(text) => self.add(key, text),
            Member::Value(value) => self.value(key, value),
        }
    }
}

#[allow(clippy::needless_pass_by_value)] // every source is called so
fn decode(data: Data<'_>, _: &FileContext) -> Result<Decoded, String> {
    let row = Row::of(&data);
    let has = |key: &str| row.members.iter().any(|(name, _)| name.eq_ignore_ascii_case(key));
    match (has("FullCommand"), has("Operations")) {
        (true, true) => simple(&row),
        (true, false) => summary(&row),
        _ => converted(&row),
    }
}

fn view<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    ual::view(decoded, context, NAME)
}

/// The parameters of a cmdlet, from the columns and from the texts that repeat them.
fn parameters(row: &Row<'_>) -> Vec<(String, String)> {
    let own: Vec<(&str, &str)> = row
        .members
        .iter()
        .filter_map(|(name, member)| match (name.strip_prefix("Param_"), member) {
            (Some(name), Member::Cell(text)) if !text.is_empty() => Some((name, *text)),
            _ => None,
        })
        .collect();
    let listed = [row.text("Parameters"), row.text("ParameterString")].into_iter().find(|text| !text.is_empty());
    let mut found = match listed {
        Some(text) => command::listed(text),
        None => command::typed(row.text("FullCommand")),
    };
    // A column holds the value as it was.
    for (name, value) in own {
        match found.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => value.clone_into(known),
            None => found.push((name.to_owned(), value.to_owned())),
        }
    }
    found
}

/// Columns of the wrapper, and those that are put back where they came from.
fn is_moved(name: &str) -> bool {
    name.starts_with("Param_")
        || matches!(
            name,
            "RecordType"
                | "CreationDate"
                | "UserIds"
                | "Operations"
                | "ResultIndex"
                | "ResultCount"
                | "Identity"
                | "IsValid"
                | "ObjectState"
                | "Parameters"
                | "ParameterString"
                | "AADSessionId"
                | "AppAccessContextIssuedAtTime"
                | "AppAccessContextUniqueTokenId"
        )
}

fn simple(row: &Row<'_>) -> Result<Decoded, String> {
    if row.text("RecordType") == "Error" {
        return Err(format!("found what hawk wrote for a record that it could not read: {}", row.text("Operations")));
    }
    let mut flat = Flat::new();
    for (name, member) in row.members.iter().filter(|(name, _)| !is_moved(name)) {
        let key = match *name {
            "AuditCreationTime" => "CreationTime",
            "AuditId" => "Id",
            "AuditRecordType" => "RecordType",
            other => other,
        };
        flat.member(key, *member);
    }
    flat.bag("Parameters", &parameters(row));
    flat.object(
        "AppAccessContext",
        &[
            ("AADSessionId", row.text("AADSessionId")),
            ("IssuedAtTime", row.text("AppAccessContextIssuedAtTime")),
            ("UniqueTokenId", row.text("AppAccessContextUniqueTokenId")),
        ],
    );
    let outer = Outer {
        id: row.text("Identity"),
        // The record's own time stands, as far as it can be read.
        time: if moment::reading(row.text("AuditCreationTime")).is_some() { "" } else { row.text("CreationDate") },
        user: row.text("UserIds"),
        operation: row.text("Operations"),
        record_type: row.text("RecordType"),
        tenant: "",
    };
    flat.finish(outer.wrapper(), "")
}

/// The five columns of an older `Simple_*`: who, which cmdlet, the command, when, on what.
fn summary(row: &Row<'_>) -> Result<Decoded, String> {
    let operation = row.text("Cmdlet");
    if matches!(operation, "" | "Error" | "Unknown") {
        return Err(format!("found what hawk wrote for a record that it could not read: {}", row.text("FullCommand")));
    }
    let mut flat = Flat::new();
    flat.add("CreationTime", row.text("RunDate(UTC)"));
    flat.add("Operation", operation);
    if operation.contains('-') {
        // Only Exchange logs cmdlets by their name.
        flat.add("RecordType", "1");
        flat.add("Workload", "Exchange");
    }
    // Three stars stand for no caller at all.
    flat.add("UserId", if row.text("Caller") == "***" { "" } else { row.text("Caller") });
    flat.add("ObjectId", row.text("ObjectModified"));
    flat.add("FullCommand", row.text("FullCommand"));
    flat.bag("Parameters", &parameters(row));
    flat.finish(Outer::default().wrapper(), "only caller, command, time and object were exported")
}

fn converted(row: &Row<'_>) -> Result<Decoded, String> {
    if row.text("UserId") == "Base" || row.text("Operation") == "Base" {
        return Err("found the row that hawk sets its columns up with, expected a record".to_owned());
    }
    let mut flat = Flat::new();
    for (name, member) in &row.members {
        let printed = *name == "ExtendedProperties" && matches!(member, Member::Cell(_));
        if !printed {
            flat.member(name, *member);
        }
    }
    // Their text holds the names alone; the values are in columns.
    let extended: Vec<(String, String)> = EXTENDED
        .iter()
        .map(|name| ((*name).to_owned(), row.text(name).to_owned()))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    if !row.text("ExtendedProperties").is_empty() {
        flat.bag("ExtendedProperties", &extended);
    }
    let minute = matches!(
        moment::reading(row.text("CreationTime")),
        Some(moment::Reading::One(moment, _) | moment::Reading::Either { month_first: moment, .. })
            if moment.precision == Precision::Minute
    );
    let why = if minute { "hawk cut its time to the minute: the order within a minute is not known" } else { "" };
    flat.finish(Outer::default().wrapper(), why)
}
