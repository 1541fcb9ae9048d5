//! Rows to counters of what may be missing, gathered while a row is taken apart anyway.

use crate::coverage::Signs;
use crate::event::Event;
use crate::input::{Data, Layout};
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};

/// Longest cell of a spreadsheet, in characters.
///
/// <https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3>
const CELL: usize = 32_767;
/// Longest keyword of a search index, in bytes.
///
/// <https://www.elastic.co/docs/reference/elasticsearch/mapping-reference/ignore-above>
const KEYWORD: usize = 32_766;

/// Columns that hold something only where an export had no room for more: the last of three targets, of five
/// changed properties and of six details in the portal's download of the directory audit log.
static LAST: &[&str] = &["target3type", "target3displayname", "target3 type", "target3 display name"];
static LAST_PROPERTIES: &[&str] = &["target1modifiedproperty5name", "target2modifiedproperty5name"];
static LAST_DETAILS: &[&str] = &["additionaldetail6key", "additionaldetail6 key"];

/// Where to look in the rows of one file.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// `ResultIndex` and `ResultCount`.
    result: Option<(usize, usize)>,
    last: Vec<usize>,
    audit_enabled: Option<usize>,
    audit_bypass: Option<usize>,
}

impl Watch {
    /// Looks at the header once.
    pub(super) fn new(layout: &Layout) -> Self {
        let Layout::Csv(header) = layout else { return Self::default() };
        let at = |key: &str| header.position(key);
        let last = [LAST, LAST_PROPERTIES, LAST_DETAILS].into_iter().flatten().filter_map(|key| at(key)).collect();
        Self {
            result: at("resultindex").zip(at("resultcount")),
            last,
            audit_enabled: at("auditenabled"),
            audit_bypass: at("auditbypassenabled"),
        }
    }

    /// What the columns of a row show.
    pub(super) fn row(&self, data: &Data<'_>, raw: &[u8], signs: &mut Signs) {
        match data {
            Data::Csv { fields, .. } => self.cells(fields, signs),
            // A value is no longer than its record, and nearly all records are shorter than the limits.
            Data::Json(record) if raw.len() >= KEYWORD => {
                let members = record.as_object().into_iter().flat_map(|object| object.iter());
                members.filter_map(|(_, value)| value.as_str()).for_each(|text| length(text, signs));
            }
            Data::Json(_) => {}
        }
    }

    fn cells(&self, fields: &[&str], signs: &mut Signs) {
        for field in fields {
            length(field, signs);
            signs.type_names += u64::from(is_type_name(field));
        }
        let cell = |at: usize| fields.get(at).map_or("", |field| field.trim());
        let broken = self.result.is_some_and(|(index, count)| cell(index) == "-1" && cell(count) == "0");
        signs.broken_results += u64::from(broken);
        signs.full_rows += u64::from(self.last.iter().any(|&at| !cell(at).is_empty()));
        let is = |at: Option<usize>, word: &str| at.is_some_and(|at| cell(at).eq_ignore_ascii_case(word));
        signs.unaudited += u64::from(is(self.audit_enabled, "false") || is(self.audit_bypass, "true"));
    }
}

fn length(text: &str, signs: &mut Signs) {
    if text.len() >= KEYWORD {
        signs.index_values += u64::from(text.len() == KEYWORD);
        signs.spreadsheet_cells += u64::from(text.chars().count() == CELL);
    }
}

/// What Export-Csv prints for a value that has members of its own.
fn is_type_name(text: &str) -> bool {
    match text.as_bytes().first() {
        Some(b'S') => text.starts_with("System.Object[]") || text.starts_with("System.Collections."),
        Some(b'M') => {
            text.starts_with("Microsoft.Graph.PowerShell.Models.") || text.starts_with("Microsoft.Exchange.Data.")
        }
        Some(b'@') => text.starts_with("@{"),
        _ => false,
    }
}

/// What the wrapper of a JSON record shows.
pub(super) fn wrapper(record: &Value, signs: &mut Signs) {
    let number = |key: &str| {
        let value = record.get(key);
        value.and_then(|v| v.as_i64().or_else(|| v.as_str().and_then(|text| text.trim().parse().ok())))
    };
    signs.broken_results += u64::from(number("ResultIndex") == Some(-1) && number("ResultCount") == Some(0));
}

/// What an event shows: access to mail whose records were throttled.
///
/// <https://learn.microsoft.com/purview/audit-log-investigate-accounts>
pub(super) fn event(event: &Event<'_>, signs: &mut Signs) {
    if event.operation != "MailItemsAccessed" {
        return;
    }
    let properties = event.record.get("OperationProperties").and_then(|p| p.as_array());
    let named = |item: &&Value| item.get("Name").and_then(|name| name.as_str()) == Some("IsThrottled");
    let Some(value) = properties.and_then(|items| items.iter().find(named)).and_then(|item| item.get("Value")) else {
        return;
    };
    if value.as_bool() == Some(true) || value.as_str().is_some_and(|text| text.eq_ignore_ascii_case("true")) {
        let span = signs.throttled.entry(event.account.to_string()).or_insert((event.time.micros, event.time.micros));
        *span = (span.0.min(event.time.micros), span.1.max(event.time.micros));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Header;

    fn cells(names: &[&str], rows: &[&[&str]]) -> Signs {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let keys = names.iter().map(|name| name.to_lowercase()).collect();
        let layout = Layout::Csv(Header { delimiter: b',', names, keys });
        let (watch, mut signs) = (Watch::new(&layout), Signs::default());
        let Layout::Csv(header) = &layout else { panic!("JSON") };
        for row in rows {
            watch.row(&Data::Csv { header, fields: row.to_vec() }, b"", &mut signs);
        }
        signs
    }

    #[test]
    fn cells_of_exactly_the_limit_are_counted_in_characters_and_in_bytes() {
        let (at, over, wide) = ("x".repeat(CELL), "x".repeat(CELL + 1), "é".repeat(CELL));
        let keyword = "x".repeat(KEYWORD);
        let signs = cells(&["a", "b"], &[&[&at, &over], &[&wide, &keyword], &["x", ""]]);
        assert_eq!((signs.spreadsheet_cells, signs.index_values), (2, 1));
        let record = |text: &str| Data::Json(sonic_rs::from_str(&format!(r#"{{"a":"{text}","b":1}}"#)).expect("JSON"));
        let mut signs = Signs::default();
        Watch::default().row(&record(&at), at.as_bytes(), &mut signs);
        Watch::default().row(&record("short"), b"short", &mut signs);
        assert_eq!((signs.spreadsheet_cells, signs.index_values), (1, 0));
    }

    #[test]
    fn type_names_stand_for_values_that_were_lost() {
        let signs =
            cells(&["a"], &[&["System.Object[]"], &["@{Name=x}"], &["Systems"], &["Microsoft Teams"], &["a@{b"]]);
        assert_eq!(signs.type_names, 2);
    }

    #[test]
    fn a_broken_result_is_told_by_both_columns() {
        let names = ["ResultIndex", "ResultCount"];
        assert_eq!(cells(&names, &[&["-1", "0"], &["-1", "5"], &["1", "0"]]).broken_results, 1);
        let mut signs = Signs::default();
        for text in [r#"{"ResultIndex":-1,"ResultCount":0}"#, r#"{"ResultIndex":1,"ResultCount":0}"#, "{}"] {
            wrapper(&sonic_rs::from_str(text).expect("JSON"), &mut signs);
        }
        assert_eq!(signs.broken_results, 1);
    }

    #[test]
    fn columns_that_are_full_or_speak_of_auditing_are_seen() {
        let portal = ["Date (UTC)", "Target1ModifiedProperty5Name", "AdditionalDetail6Key"];
        assert_eq!(cells(&portal, &[&["x", "", ""], &["x", "p", ""], &["x", "", "k"]]).full_rows, 2);
        let audit = ["AuditEnabled", "AuditBypassEnabled"];
        assert_eq!(cells(&audit, &[&["True", "False"], &["False", "False"], &["True", "True"]]).unaudited, 2);
    }
}
