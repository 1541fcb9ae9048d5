//! The first sheet: the case, what was found, what to do, and what the other sheets hold.

use super::pages::{Maker, heighten, lines};
use super::told;
use crate::case::dossier::Dossier;
use crate::case::severity::{LEVELS, Severity};
use crate::output::escape::visible;
use crate::output::record::Tone;
use crate::output::view::View;
use chrono::DateTime;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Worksheet};
use std::io;

/// What the summary says of another sheet.
pub(super) struct Told {
    /// Its name, or those of the first and the last.
    pub(super) name: String,
    pub(super) rows: u64,
    pub(super) holds: String,
}

/// Widths of the columns.
const WIDTHS: [f64; 5] = [34.0, 40.0, 70.0, 14.0, 14.0];

/// The sheet as it grows.
struct Summary<'a, 'm> {
    maker: &'m Maker<'a>,
    sheet: Worksheet,
    row: u32,
}

/// The facts of the case, by what they are called.
fn facts(view: &View<'_>) -> Vec<(&'static str, String)> {
    let voice = view.case.facts.voice;
    let mut facts: Vec<(&str, String)> =
        view.case.facts.named().into_iter().map(|(name, text)| (name, text.to_owned())).collect();
    facts.push((voice.text("workbook.tenants"), view.tenants().join("; ")));
    facts.push((voice.text("workbook.period"), view.period()));
    facts.push((voice.text("workbook.clock"), voice.clock()));
    facts
}

/// What the file says of itself where it is listed. Its time is that of the last event, since the same evidence gives
/// the same bytes.
pub(super) fn properties(view: &View<'_>) -> io::Result<DocProperties> {
    let voice = view.case.facts.voice;
    let last = view.case.events.entries.last().map_or(0, |entry| entry.micros.div_euclid(1_000_000));
    let time = ExcelDateTime::from_timestamp(last).or_else(|_| ExcelDateTime::from_timestamp(0)).map_err(told)?;
    let mut properties = DocProperties::new()
        .set_title(voice.text("workbook.title"))
        .set_author(visible(&view.case.facts.examiner))
        .set_company(visible(&view.case.facts.organisation))
        .set_creation_datetime(&time);
    for (name, value) in facts(view) {
        if !value.is_empty() {
            // The longest that Excel reads.
            let value: String = visible(&value).chars().take(255).collect();
            properties = properties.set_custom_property(name, value);
        }
    }
    Ok(properties)
}

/// Writes the sheet.
pub(super) fn sheet(view: &View<'_>, maker: &Maker<'_>, sheet: Worksheet, others: &[Told]) -> io::Result<Worksheet> {
    let mut summary = Summary { maker, sheet, row: 0 };
    let voice = maker.voice();
    summary.sheet.set_name(voice.text("workbook.sheet_summary")).map_err(told)?;
    summary.sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    for (column, width) in (0..).zip(WIDTHS) {
        summary.sheet.set_column_width(column, width).map_err(told)?;
    }
    summary.line(&[(voice.text("workbook.title"), &maker.style.title)])?;
    summary.row += 1;
    for (name, value) in facts(view) {
        let value = if value.is_empty() { voice.text("workbook.not_stated") } else { &value };
        summary.line(&[(name, &maker.style.text), (value, &maker.style.text)])?;
    }
    summary.fact("workbook.events_in_all", view.case.events.entries.len() as u64)?;
    summary.taken_over(&view.case.dossiers)?;
    summary.levels(view)?;
    summary.others(others)?;
    summary.reading()?;
    Ok(summary.sheet)
}

impl Summary<'_, '_> {
    fn line(&mut self, cells: &[(&str, &Format)]) -> io::Result<()> {
        let mut high = 1;
        for ((column, width), (text, format)) in (0..).zip(WIDTHS).zip(cells) {
            if *format == &self.maker.style.wrapped {
                high = high.max(lines(text, width));
            }
            self.maker.text(&mut self.sheet, (self.row, column), text, Some(format))?;
        }
        heighten(&mut self.sheet, self.row, high)?;
        self.row += 1;
        Ok(())
    }

    /// The name of a part, and the heads of its columns.
    fn part(&mut self, name: &'static str, heads: &[&'static str]) -> io::Result<()> {
        let (maker, voice) = (self.maker, self.maker.voice());
        self.row += 1;
        self.line(&[(voice.text(name), &maker.style.part)])?;
        let heads: Vec<(&str, &Format)> = heads.iter().map(|head| (voice.text(head), &maker.style.head)).collect();
        if heads.is_empty() { Ok(()) } else { self.line(&heads) }
    }

    fn number(&mut self, column: u16, number: u64) -> io::Result<()> {
        let format = &self.maker.style.count;
        self.sheet.write_number_with_format(self.row, column, number as f64, format).map(|_| ()).map_err(told)
    }

    fn fact(&mut self, key: &'static str, number: u64) -> io::Result<()> {
        self.number(1, number)?;
        self.line(&[(self.maker.voice().text(key), &self.maker.style.text)])
    }

    fn taken_over(&mut self, dossiers: &[Dossier]) -> io::Result<()> {
        let (maker, voice) = (self.maker, self.maker.voice());
        if dossiers.is_empty() {
            self.part("workbook.taken_over", &[])?;
            return self.line(&[(voice.text("workbook.none_taken_over"), &maker.style.text)]);
        }
        let heads =
            ["workbook.account", "workbook.since", "workbook.entry", "workbook.confidence", "workbook.still_open"];
        self.part("workbook.taken_over", &heads)?;
        for dossier in dossiers {
            let since = DateTime::parse_from_rfc3339(&dossier.entry.time);
            let since = since.map_or_else(|_| dossier.entry.time.clone(), |at| voice.moment(at.timestamp_micros()));
            self.number(4, dossier.open.len() as u64)?;
            self.line(&[
                (&dossier.account, &maker.style.text),
                (&since, &maker.style.wrapped),
                (&dossier.method, &maker.style.wrapped),
                (dossier.confidence.label(voice), &maker.style.text),
            ])?;
        }
        self.part("workbook.to_do", &["workbook.account", "workbook.to_do"])?;
        for dossier in dossiers {
            for task in &dossier.todo {
                self.line(&[(&dossier.account, &maker.style.text), (task, &maker.style.text)])?;
            }
        }
        Ok(())
    }

    fn levels(&mut self, view: &View<'_>) -> io::Result<()> {
        let style = &self.maker.style;
        self.part("workbook.findings_by_level", &["workbook.level", "workbook.findings"])?;
        let mut severity = Severity::default();
        view.case.findings.iter().for_each(|finding| severity.add(finding));
        for level in LEVELS {
            self.number(1, severity.count(level))?;
            let format = Tone::of_level(level.name()).map_or(&style.text, |tone| style.tone(tone));
            self.line(&[(level.name(), format)])?;
        }
        Ok(())
    }

    fn others(&mut self, others: &[Told]) -> io::Result<()> {
        let style = &self.maker.style;
        self.part("workbook.sheets", &["workbook.sheet", "workbook.rows", "workbook.holds"])?;
        for other in others {
            self.number(1, other.rows)?;
            self.line(&[(&other.name, &style.text), ("", &style.text), (&other.holds, &style.wrapped)])?;
        }
        Ok(())
    }

    fn reading(&mut self) -> io::Result<()> {
        let (text, voice) = (&self.maker.style.text, self.maker.voice());
        self.part("workbook.reading", &[])?;
        let times = match voice.zone {
            Some(zone) => voice.fill("workbook.reading_times", &[("zone", &zone.name())]),
            None => voice.text("workbook.reading_utc").to_owned(),
        };
        self.line(&[(&times, text)])?;
        self.line(&[(voice.text("workbook.reading_text"), text)])?;
        self.line(&[(voice.text("workbook.reading_ids"), text)])
    }
}
