//! Rows of Log Analytics and Sentinel tables, from CSV or JSON: names and cells, the same for both.
//!
//! Tables and columns: <https://learn.microsoft.com/azure/azure-monitor/reference/tables-index>

pub(super) mod audit;
pub(super) mod office_activity;
pub(super) mod signins;

use super::text::{is_flattened, opened, string};
use crate::input::{Data, Header};
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};
use std::borrow::Cow;

/// A column name without the zone that the portal adds to it.
fn bare(name: &str) -> &str {
    let name = name.trim();
    name.strip_suffix(" [UTC]").or_else(|| name.strip_suffix(" [utc]")).unwrap_or(name).trim()
}

/// Whether a header has a column, by its name in lower case.
fn has_column(header: &Header, wanted: &str) -> bool {
    header.keys.iter().any(|key| bare(key) == wanted)
}

/// Whether a JSON row has a column, by its name as the table has it or with the portal's zone.
fn has_member(row: &Value, wanted: &str) -> bool {
    row.get(wanted).is_some() || row.get(format!("{wanted} [UTC]").as_str()).is_some()
}

/// A cell: text, or what JSON holds beside text.
#[derive(Debug, Clone, Copy)]
enum Cell<'a> {
    Text(&'a str),
    Json(&'a Value),
}

impl<'a> Cell<'a> {
    fn text(self) -> &'a str {
        match self {
            Self::Text(text) => text,
            Self::Json(value) => string(Some(value)),
        }
    }

    /// The JSON of a dynamic column, however often it was encoded on its way.
    fn json(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Text(text) => opened(text),
            Self::Json(value) => sonic_rs::to_string(value).ok().map(Cow::Owned),
        }
    }
}

/// A row whose empty cells are left out.
#[derive(Debug)]
struct Row<'a>(Vec<(&'a str, Cell<'a>)>);

impl<'a> Row<'a> {
    /// Hands the row to `read`, whichever form it came in.
    fn read<T>(data: Data<'_>, read: impl FnOnce(&Row<'_>) -> T) -> T {
        match data {
            Data::Csv { header, fields } => read(&Row::of_csv(header, &fields)),
            Data::Json(row) => read(&Row::of_json(&row)),
        }
    }

    fn of_csv(header: &'a Header, fields: &[&'a str]) -> Self {
        let cells = header.names.iter().map(|name| bare(name)).zip(fields.iter().map(|text| text.trim()));
        Self(cells.filter(|(_, text)| !text.is_empty()).map(|(name, text)| (name, Cell::Text(text))).collect())
    }

    fn of_json(row: &'a Value) -> Self {
        let members = row.as_object().into_iter().flat_map(|members| members.iter());
        let cell = |value: &'a Value| match value.as_str().map(str::trim) {
            Some("") => None,
            Some(text) => Some(Cell::Text(text)),
            None if value.is_null() => None,
            None => Some(Cell::Json(value)),
        };
        Self(members.filter_map(|(name, value)| Some((bare(name), cell(value)?))).collect())
    }

    /// The text of a cell; empty where there is none.
    fn get(&self, name: &str) -> &'a str {
        self.find(name).map_or("", Cell::text)
    }

    fn find(&self, name: &str) -> Option<Cell<'a>> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, cell)| *cell)
    }

    /// What is lost where an exporter flattened nested values, or cut the JSON of one of `dynamic`; empty where
    /// nothing is.
    fn damage(&self, dynamic: &[&str]) -> String {
        let names = |lost: &dyn Fn(&str, &str) -> bool| -> String {
            let lost = self.0.iter().filter(|(name, cell)| lost(name, cell.text())).map(|(name, _)| *name);
            lost.collect::<Vec<_>>().join(", ")
        };
        let flattened = names(&|_, text| is_flattened(text));
        let cut =
            names(&|name, text| dynamic.contains(&name) && text.starts_with(['{', '[', '"']) && opened(text).is_none());
        let mut told = Vec::new();
        if !flattened.is_empty() {
            told.push(format!(
                "the nested values of {flattened} were not exported: the cells hold the names of their types"
            ));
        }
        if !cut.is_empty() {
            told.push(format!("{cut}: the JSON in the cell is not whole"));
        }
        told.join("; ")
    }
}
