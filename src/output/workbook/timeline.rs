//! The events to a sheet under the columns of `timeline.csv`: all of them, or, where they are many, those that matter.

use super::columns::{Shape, WHEN, look};
use super::pages::{Head, Maker, Pages};
use super::told;
use crate::case::severity::level;
use crate::output::column::{COLUMNS, Cell, Column, Kind, Shown};
use crate::output::record::Tone;
use crate::output::timeline::hex_into;
use crate::output::view::{Row, View};
use crate::rule::Level;
use crate::store::GUID;
use rust_xlsxwriter::Worksheet;
use std::io;

/// Which events the sheet has.
pub(super) enum Choice {
    /// Every one.
    All,
    /// Those of findings of a level and above, of the intruder's sessions and of footholds, by where they stand.
    From(Level, Vec<bool>),
}

impl Choice {
    /// All events if they are no more than `most`; else those from the lowest level on of which there are no more, and
    /// if there is none, those of the highest.
    pub(super) fn new(view: &View<'_>, most: usize) -> Self {
        if view.case.events.entries.len() <= most {
            return Self::All;
        }
        let few = |least: &Level| evident(view, *least).iter().filter(|evident| **evident).count() <= most;
        let least = [Level::Low, Level::Medium, Level::High].into_iter().find(few).unwrap_or(Level::Critical);
        Self::From(least, evident(view, least))
    }

    fn has(&self, position: usize) -> bool {
        match self {
            Self::All => true,
            Self::From(_, chosen) => chosen.get(position).is_some_and(|chosen| *chosen),
        }
    }
}

/// Which events belong to findings of a level and above, to the intruder's sessions or to footholds.
fn evident(view: &View<'_>, least: Level) -> Vec<bool> {
    let case = view.case;
    let mut evident = vec![false; case.events.entries.len()];
    let findings = case.findings.iter().filter(|finding| level(finding.rule.level) >= least);
    let positions = findings
        .flat_map(|finding| &finding.positions)
        .chain(case.sessions.iter().flat_map(|session| &session.positions))
        .chain(case.footholds.iter().flat_map(|foothold| &foothold.positions));
    for position in positions {
        if let Some(one) = evident.get_mut(*position as usize) {
            *one = true;
        }
    }
    evident
}

/// Writes the sheet, and further ones where it is full.
pub(super) fn pages(view: &View<'_>, choice: &Choice, maker: &mut Maker<'_>) -> io::Result<Pages> {
    let columns: Vec<&Column> = COLUMNS.iter().filter(|column| !matches!(column.shown, Shown::Parquet)).collect();
    let heads = columns.iter().flat_map(|column| heads(column, maker)).collect();
    let mut pages = maker.pages(maker.voice().text("workbook.sheet_timeline"), heads, false)?;
    for position in (0..view.case.events.entries.len()).filter(|position| choice.has(*position)) {
        let entry = view.case.events.entries.at(position as u32);
        let row = view.row(position, &entry);
        let (sheet, number) = pages.next(maker)?;
        let mut at = (number, 0);
        for column in &columns {
            write(maker, sheet, at, &row, (column.cell)(&row))?;
            at.1 += maker.columns(shape(column));
        }
    }
    Ok(pages)
}

fn shape(column: &Column) -> Shape {
    if column.kind == Kind::Time { Shape::Moment } else { Shape::Plain }
}

fn heads(column: &Column, maker: &Maker<'_>) -> Vec<Head> {
    if shape(column) == Shape::Moment {
        return maker.moment_heads(column.name.to_owned(), column.name, WHEN);
    }
    vec![Head { label: column.name.to_owned(), width: look(column.name).width, format: None }]
}

fn write(maker: &Maker<'_>, sheet: &mut Worksheet, at: (u32, u16), row: &Row<'_>, cell: Cell<'_>) -> io::Result<()> {
    let pool = &row.view.case.events.pool;
    match cell {
        Cell::Empty | Cell::Flag(false) => Ok(()),
        Cell::Log(sym) => maker.text(sheet, at, row.view.case.events.text(sym), None),
        Cell::Id(id) => maker.text(sheet, at, id.text(pool, &mut [0; GUID]), None),
        Cell::Text(text) => maker.text(sheet, at, text, None),
        Cell::Ours(text) => maker.text(sheet, at, text, Tone::of_level(text).map(|tone| maker.style.tone(tone))),
        Cell::Hex(bytes) => {
            let mut room = [0; 64];
            let text = std::str::from_utf8(hex_into(&mut room, bytes)).unwrap_or_default();
            maker.text(sheet, at, text, None)
        }
        Cell::Number(number) => sheet.write_number(at.0, at.1, number as f64).map(|_| ()).map_err(told),
        Cell::Flag(true) => sheet.write_boolean(at.0, at.1, true).map(|_| ()).map_err(told),
        Cell::Time(micros) => maker.moment(sheet, at, micros),
    }
}
