//! A case to `report.pdf`: what `report.html` shows, on A4 pages that can be filed, PDF/A-2a.
//!
//! [`content`] says it as a [`document`], [`layout`] puts it on pages, [`paint`] writes them. Log text becomes glyphs
//! and hexadecimal strings, and is never read as markup.

mod content;
mod document;
mod face;
mod file;
mod flow;
mod font;
mod layout;
mod lines;
mod metadata;
mod outline;
mod paint;
mod path;
mod svg;
mod table;
mod tags;

use super::folder::Sink;
use super::report;
use super::view::View;
use face::Faces;
use std::io::{self, Write};

/// Writes `report.pdf`.
pub(crate) fn pdf(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    sink.write_all(&bytes(view)?)
}

fn bytes(view: &View<'_>) -> io::Result<Vec<u8>> {
    let document = content::document(report::page(view)?, &view.case.facts, &view.digest);
    let mut fonts = Faces::new()?;
    let (pages, tree) = layout::lay_out(&document, &mut fonts)?;
    paint::write(&document, &fonts, &pages, tree)
}
