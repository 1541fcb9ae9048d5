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

/// Facts of the case that stand on each page.
#[derive(Debug, Default)]
pub(crate) struct CaseFacts<'a> {
    /// Case number.
    pub(crate) number: Option<&'a str>,
    /// Who examined.
    pub(crate) examiner: Option<&'a str>,
    /// For whom the examiner works.
    pub(crate) organisation: Option<&'a str>,
}

impl CaseFacts<'_> {
    /// The facts that are given, with their names.
    fn shown(&self) -> impl Iterator<Item = (&'static str, String)> {
        let facts = [("Case", self.number), ("Examiner", self.examiner), ("Organisation", self.organisation)];
        facts.into_iter().filter_map(|(name, value)| Some((name, super::escape::excerpt(value?, 80))))
    }
}

/// Writes `report.pdf`.
pub(crate) fn pdf(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    sink.write_all(&bytes(view, &CaseFacts::default())?)
}

fn bytes(view: &View<'_>, facts: &CaseFacts<'_>) -> io::Result<Vec<u8>> {
    let document = content::document(report::page(view)?, facts, &view.digest);
    let mut fonts = Faces::new()?;
    let (pages, tree) = layout::lay_out(&document, &mut fonts)?;
    paint::write(&document, &fonts, &pages, tree)
}
