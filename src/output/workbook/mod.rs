//! A case to `report.xlsx`: a summary, the timeline and the small tables, a sheet each.
//!
//! Rows go to nameless files on the disk of the case while they are made, so that memory does not grow with them.

mod columns;
mod pages;
mod style;
mod summary;
mod tables;
mod timeline;

use super::folder::Sink;
use super::view::View;
use crate::case::Case;
use pages::{Maker, Pages};
use rust_xlsxwriter::{Workbook, XlsxError};
use std::fmt::Display;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use style::Style;
use summary::Told;
use timeline::Choice;

/// How much a workbook holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Rows of a sheet, the head included; more go to a further sheet.
    pub rows: u32,
    /// Events of the timeline; of more, those that matter are chosen.
    pub events: usize,
}

impl Default for Limits {
    /// What Excel opens, and what costs a few seconds, however many events there are.
    fn default() -> Self {
        Self { rows: 1_048_576, events: 100_000 }
    }
}

/// Writes `report.xlsx`.
pub(crate) fn xlsx(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    let scratch = sink.scratch();
    write(view, Limits::default(), scratch, sink)
}

/// Writes a case as a workbook; nameless files stand in the folder `scratch` meanwhile.
///
/// # Errors
/// When `out` or `scratch` takes no more.
pub fn workbook(case: &Case, limits: Limits, scratch: &Path, out: &mut (dyn Write + Send)) -> io::Result<()> {
    write(&View::new(case), limits, scratch, out)
}

fn write(view: &View<'_>, limits: Limits, scratch: &Path, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let mut out = Last { out, broken: None };
    // The crate gives up in a panic when a nameless file takes no more.
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let mut workbook = made(view, limits, scratch)?;
        workbook.save_to_writer(&mut out).map_err(told)
    }));
    match (out.broken, outcome) {
        (Some(broken), _) => Err(broken),
        (None, Ok(outcome)) => outcome,
        (None, Err(_)) => Err(io::Error::other("the rows of the workbook could not be kept while it was made")),
    }
}

fn made(view: &View<'_>, limits: Limits, scratch: &Path) -> io::Result<Workbook> {
    let mut workbook = Workbook::new();
    workbook.set_tempdir(scratch).map_err(told)?;
    workbook.set_zip_compression_level(LEVEL);
    workbook.set_properties(&summary::properties(view)?);
    let fractions = view.case.events.entries.iter().any(|entry| entry.micros % 1_000_000 != 0);
    let mut maker = Maker { workbook, style: Style::new(fractions), limits, facts: &view.case.facts };
    let first = maker.workbook.new_worksheet_with_constant_memory().map_err(told)?;

    let choice = Choice::new(view, limits.events);
    let mut tables = vec![(timeline::pages(view, &choice, &mut maker)?, "workbook.holds_timeline")];
    for plan in tables::PLANS {
        tables.push((plan.pages(view, &mut maker)?, plan.holds));
    }
    let mut about: Vec<Told> = tables.iter().map(|(pages, holds)| about(&maker, pages, holds)).collect();
    if let (Choice::From(level, _), Some(timeline)) = (&choice, about.first_mut()) {
        let all = view.case.events.entries.len();
        let values: [(&str, &dyn Display); 3] = [("all", &all), ("shown", &timeline.rows), ("level", &level.name())];
        timeline.holds = maker.voice().fill("workbook.chosen", &values);
    }
    // A zip of the old kind holds no member of 4 GiB.
    maker.workbook.use_zip_large_file(about.iter().any(|sheet| sheet.rows > LARGE));
    let first = summary::sheet(view, &maker, first, &about)?;
    maker.workbook.push_worksheet(first);
    for (pages, _) in tables {
        for sheet in pages.close()? {
            maker.workbook.push_worksheet(sheet);
        }
    }
    Ok(maker.workbook)
}

/// Compression of the file, of 9: the next one costs twice the time for a sixteenth of the size.
const LEVEL: u8 = 2;

/// Rows that may come to 4 GiB.
const LARGE: u64 = 500_000;

fn about(maker: &Maker<'_>, pages: &Pages, holds: &'static str) -> Told {
    let voice = maker.voice();
    let (first, last) = pages.names();
    Told {
        name: last.map_or_else(
            || first.to_owned(),
            |last| voice.fill("workbook.split", &[("first", &first), ("last", &last)]),
        ),
        rows: pages.records,
        holds: voice.text(holds).to_owned(),
    }
}

/// What the crate says went wrong.
fn told(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error) => error,
        other => io::Error::other(other),
    }
}

/// Takes what is written until that fails, and then anything, so that nobody in between has to end well.
struct Last<'a> {
    out: &'a mut (dyn Write + Send),
    broken: Option<io::Error>,
}

impl Write for Last<'_> {
    fn write(&mut self, block: &[u8]) -> io::Result<usize> {
        if self.broken.is_none() {
            self.broken = self.out.write_all(block).err();
        }
        Ok(block.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
