//! The small tables to sheets.

use super::columns::{Look, Shape, look};
use super::pages::{Head, Maker, Pages, heighten, lines};
use super::told;
use crate::output::record::{Table, Value};
use crate::output::table;
use crate::output::view::View;
use chrono::DateTime;
use rust_xlsxwriter::Worksheet;
use std::io;

/// A table that has a sheet: the name of the sheet and what it holds, by their texts in the catalogue.
pub(super) struct Plan {
    pub(super) name: &'static str,
    pub(super) holds: &'static str,
    table: &'static Table,
}

/// The tables, in the order of their sheets behind the timeline's.
pub(super) static PLANS: &[Plan] = &[
    plan("workbook.sheet_findings", "workbook.holds_findings", &table::FINDINGS),
    plan("workbook.sheet_accounts", "workbook.holds_accounts", &table::USERS),
    plan("workbook.sheet_sessions", "workbook.holds_sessions", &table::SESSIONS),
    plan("workbook.sheet_addresses", "workbook.holds_addresses", &table::ADDRESSES),
    plan("workbook.sheet_mail", "workbook.holds_mail", &table::MAIL_EXPOSURE),
    plan("workbook.sheet_files", "workbook.holds_files", &table::FILE_EXPOSURE),
    plan("workbook.sheet_footholds", "workbook.holds_footholds", &table::FOOTHOLDS),
    plan("workbook.sheet_response", "workbook.holds_response", &table::RESPONSE),
    plan("workbook.sheet_coverage", "workbook.holds_coverage", &table::COVERAGE),
    plan("workbook.sheet_lacks", "workbook.holds_lacks", &table::SHORTFALLS),
];

const fn plan(name: &'static str, holds: &'static str, table: &'static Table) -> Plan {
    Plan { name, holds, table }
}

impl Plan {
    /// Writes the sheet.
    pub(super) fn pages(&self, view: &View<'_>, maker: &mut Maker<'_>) -> io::Result<Pages> {
        let looks: Vec<Look> = self.table.columns.iter().map(|name| look(name)).collect();
        let heads = looks.iter().flat_map(|look| heads(*look, maker)).collect();
        let mut pages = maker.pages(maker.voice().text(self.name), heads, true)?;
        for record in (self.table.records)(view) {
            let (sheet, row) = pages.next(maker)?;
            let (mut column, mut high) = (0, 1);
            for (value, look) in record.0.iter().zip(&looks) {
                if let (Shape::Wrapped, Value::Log(text) | Value::Ours(text) | Value::Code(_, text, _)) =
                    (look.shape, value)
                {
                    high = high.max(lines(text, look.width));
                }
                write(maker, sheet, (row, column), value, look.shape)?;
                column += maker.columns(look.shape);
            }
            heighten(sheet, row, high)?;
        }
        Ok(pages)
    }
}

fn heads(look: Look, maker: &Maker<'_>) -> Vec<Head> {
    let voice = maker.voice();
    // Levels are never translated.
    let label = if look.label.is_empty() { look.name } else { voice.text(look.label) };
    if look.shape == Shape::Moment {
        return maker.moment_heads(voice.fill("workbook.in_utc", &[("label", &label)]), label, look.width);
    }
    vec![Head { label: label.to_owned(), width: look.width, format: Some(maker.style.text.clone()) }]
}

fn write(maker: &Maker<'_>, sheet: &mut Worksheet, at: (u32, u16), value: &Value<'_>, shape: Shape) -> io::Result<()> {
    let format = if shape == Shape::Wrapped { &maker.style.wrapped } else { &maker.style.text };
    match value {
        Value::Log(text) | Value::Ours(text) => maker.text(sheet, at, text, Some(format)),
        Value::Code(_, label, tone) => {
            maker.text(sheet, at, label, Some(tone.map_or(format, |tone| maker.style.tone(tone))))
        }
        Value::Time(text) => match DateTime::parse_from_rfc3339(text) {
            Ok(time) => maker.moment(sheet, at, time.timestamp_micros()),
            Err(_) => maker.text(sheet, at, text, Some(format)),
        },
        Value::Number(number) => sheet.write_number(at.0, at.1, *number).map(|_| ()).map_err(told),
    }
}
