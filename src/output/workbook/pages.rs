//! Records to the rows of a sheet, and of further sheets where one is full.

use super::columns::Shape;
use super::style::{Style, serial};
use super::{Limits, told};
use crate::case::facts::CaseFacts;
use crate::civil::rfc3339;
use crate::language::Voice;
use crate::output::escape::{cell, starts_formula};
use rust_xlsxwriter::{Format, IgnoreError, Workbook, Worksheet};
use std::io;

/// The head of a column.
pub(super) struct Head {
    pub(super) label: String,
    /// In characters.
    pub(super) width: f64,
    /// What unwritten cells of the column are formatted as; numbers without a format of their own too.
    pub(super) format: Option<Format>,
}

/// What all sheets of a workbook are made with.
pub(super) struct Maker<'a> {
    pub(super) workbook: Workbook,
    pub(super) style: Style,
    pub(super) limits: Limits,
    pub(super) facts: &'a CaseFacts,
}

/// Lines that a row is high at most; who wants to read more of a cell has it whole beside the sheet.
const LINES: u32 = 8;

/// Height of a line, in points.
const LINE: f64 = 15.0;

/// How many lines a text takes in a column of this width.
pub(super) fn lines(text: &str, width: f64) -> u32 {
    // More than the row has is not worth counting.
    let shown = text.chars().take((width * f64::from(LINES)) as usize).count();
    (shown as f64 / (width - 1.0)).ceil() as u32
}

/// Makes a row as high as a wrapped text in it needs, up to [`LINES`]: not every reader does so by itself.
pub(super) fn heighten(sheet: &mut Worksheet, row: u32, lines: u32) -> io::Result<()> {
    if lines < 2 {
        return Ok(());
    }
    sheet.set_row_height(row, f64::from(lines.min(LINES)) * LINE).map(|_| ()).map_err(told)
}

/// One table as it grows, on one sheet or more.
pub(super) struct Pages {
    name: String,
    heads: Vec<Head>,
    sheets: Vec<Worksheet>,
    /// Rows of the last sheet, the head included.
    row: u32,
    /// Records of all sheets.
    pub(super) records: u64,
    /// Whether a page of paper is as wide as the table.
    fits: bool,
}

impl Maker<'_> {
    pub(super) fn voice(&self) -> Voice {
        self.facts.voice
    }

    /// Begins a table; `name` is that of its first sheet.
    pub(super) fn pages(&mut self, name: &str, heads: Vec<Head>, fits: bool) -> io::Result<Pages> {
        let mut pages = Pages { name: name.to_owned(), heads, sheets: Vec::new(), row: 0, records: 0, fits };
        pages.turn(self)?;
        Ok(pages)
    }

    /// Writes text as text; what a spreadsheet would take for a formula if it were typed is marked as text besides.
    pub(super) fn text(
        &self,
        sheet: &mut Worksheet,
        at: (u32, u16),
        text: &str,
        format: Option<&Format>,
    ) -> io::Result<()> {
        let voice = self.voice();
        let text = cell(text, |all| voice.fill("workbook.cut", &[("n", &all)]));
        let written = match format {
            _ if text.is_empty() => return Ok(()),
            format if starts_formula(&text) => {
                let format = format.cloned().unwrap_or_default().set_quote_prefix();
                sheet.write_string_with_format(at.0, at.1, text, &format)
            }
            Some(format) => sheet.write_string_with_format(at.0, at.1, text, format),
            None => sheet.write_string(at.0, at.1, text),
        };
        written.map(|_| ()).map_err(told)
    }

    /// Writes a moment, and by the reader's clock in the column behind it where there is one.
    pub(super) fn moment(&self, sheet: &mut Worksheet, at: (u32, u16), micros: i64) -> io::Result<()> {
        self.date(sheet, at, micros)?;
        match self.voice().offset(micros) {
            Some(shift) => self.date(sheet, (at.0, at.1 + 1), micros + shift),
            None => Ok(()),
        }
    }

    fn date(&self, sheet: &mut Worksheet, at: (u32, u16), micros: i64) -> io::Result<()> {
        match serial(micros) {
            Some(days) => sheet.write_number(at.0, at.1, days).map(|_| ()).map_err(told),
            None => self.text(sheet, at, &rfc3339(micros), None),
        }
    }

    /// How many columns of a sheet one of a table takes.
    pub(super) fn columns(&self, shape: Shape) -> u16 {
        if shape == Shape::Moment && self.voice().zone.is_some() { 2 } else { 1 }
    }

    /// The head of a column of moments, and of the same by the reader's clock where there is one.
    pub(super) fn moment_heads(&self, utc: String, label: &str, width: f64) -> Vec<Head> {
        let head = |label| Head { label, width, format: Some(self.style.moment.clone()) };
        let zone = self.voice().zone.map(|zone| {
            let values: [(&str, &dyn std::fmt::Display); 2] = [("label", &label), ("zone", &zone.name())];
            head(self.voice().fill("workbook.in_zone", &values))
        });
        std::iter::once(head(utc)).chain(zone).collect()
    }
}

impl Pages {
    /// The sheet and the row that the next record goes to.
    pub(super) fn next(&mut self, maker: &mut Maker<'_>) -> io::Result<(&mut Worksheet, u32)> {
        if self.row >= maker.limits.rows {
            self.turn(maker)?;
        }
        let row = self.row;
        self.row += 1;
        self.records += 1;
        let sheet = self.sheets.last_mut().ok_or_else(|| io::Error::other("a table without a sheet"))?;
        Ok((sheet, row))
    }

    /// Ends the sheet that is full, and begins another.
    fn turn(&mut self, maker: &mut Maker<'_>) -> io::Result<()> {
        self.end()?;
        let mut sheet = maker.workbook.new_worksheet_with_constant_memory().map_err(told)?;
        sheet.set_name(self.name_of(self.sheets.len())).map_err(told)?;
        sheet.set_landscape().set_paper_size(9).set_repeat_rows(0, 0).map_err(told)?;
        if self.fits {
            sheet.set_print_fit_to_pages(1, 0);
        }
        sheet.set_freeze_panes(1, 0).map_err(told)?;
        let high = self.heads.iter().map(|head| lines(&head.label, head.width)).max();
        heighten(&mut sheet, 0, high.unwrap_or(1))?;
        for (column, head) in (0..).zip(&self.heads) {
            sheet.set_column_width(column, head.width).map_err(told)?;
            if let Some(format) = &head.format {
                sheet.set_column_format(column, format).map_err(told)?;
            }
            maker.text(&mut sheet, (0, column), &head.label, Some(&maker.style.head))?;
        }
        self.sheets.push(sheet);
        self.row = 1;
        Ok(())
    }

    /// What needs the number of rows.
    fn end(&mut self) -> io::Result<()> {
        let Some(sheet) = self.sheets.last_mut() else { return Ok(()) };
        let (last_row, last_column) = (self.row.saturating_sub(1), (self.heads.len() as u16).saturating_sub(1));
        sheet.autofilter(0, 0, last_row, last_column).map_err(told)?;
        // An error code is text of digits, and rightly so.
        sheet.ignore_error_range(0, 0, last_row, last_column, IgnoreError::NumberStoredAsText).map_err(told)?;
        Ok(())
    }

    /// `Timeline`, `Timeline 2` and so on.
    fn name_of(&self, number: usize) -> String {
        if number == 0 { self.name.clone() } else { format!("{} {}", self.name, number + 1) }
    }

    /// The name of the first sheet, and of the last if that is another.
    pub(super) fn names(&self) -> (&str, Option<String>) {
        let last = self.sheets.len().saturating_sub(1);
        (&self.name, (last > 0).then(|| self.name_of(last)))
    }

    /// Ends the table and gives its sheets.
    pub(super) fn close(mut self) -> io::Result<Vec<Worksheet>> {
        self.end()?;
        Ok(self.sheets)
    }
}
