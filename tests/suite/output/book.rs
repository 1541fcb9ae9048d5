//! A workbook as a spreadsheet reads it, and what it must not hold.

use regex::Regex;
use std::collections::BTreeMap;
use std::io::{Cursor, Read};

/// What is in a cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Text(String),
    Number(f64),
    Flag(bool),
}

impl Cell {
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            other => panic!("{other:?} is no text"),
        }
    }

    pub(super) fn number(&self) -> f64 {
        match self {
            Self::Number(number) => *number,
            other => panic!("{other:?} is no number"),
        }
    }
}

/// A sheet: its rows from the first, cells by column from 0.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) name: String,
    pub(super) rows: Vec<BTreeMap<usize, Cell>>,
    pub(super) xml: String,
}

impl Sheet {
    /// The column with this head.
    pub(super) fn column(&self, head: &str) -> usize {
        let found = self.rows[0].iter().find(|(_, cell)| cell.text() == head);
        *found.unwrap_or_else(|| panic!("{} has no column {head}: {:?}", self.name, self.rows[0])).0
    }

    /// Every text of the sheet.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().flat_map(BTreeMap::values).filter_map(|cell| match cell {
            Cell::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }
}

/// A workbook: its sheets in order, and every part of the archive.
#[derive(Debug)]
pub(super) struct Book {
    pub(super) sheets: Vec<Sheet>,
    pub(super) parts: BTreeMap<String, String>,
}

impl Book {
    /// Opens it; each part has to be well-formed and of the same time.
    pub(super) fn open(bytes: &[u8]) -> Self {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut parts = BTreeMap::new();
        for number in 0..archive.len() {
            let mut file = archive.by_index(number).unwrap();
            let name = file.name().unwrap().into_owned();
            let time = file.last_modified().unwrap();
            assert_eq!((time.year(), time.month(), time.day(), time.hour()), (1980, 1, 1, 0), "{name}");
            let mut text = String::new();
            file.read_to_string(&mut text).unwrap();
            let mut reader = quick_xml::Reader::from_str(&text);
            loop {
                match reader.read_event() {
                    Ok(quick_xml::events::Event::Eof) => break,
                    Ok(_) => {}
                    Err(error) => panic!("{name}: {error}"),
                }
            }
            parts.insert(name, text);
        }
        let name = Regex::new("<sheet name=\"([^\"]*)\"").unwrap();
        let names: Vec<String> = name.captures_iter(&parts["xl/workbook.xml"]).map(|name| plain(&name[1])).collect();
        let sheets = names.into_iter().enumerate().map(|(number, name)| {
            let xml = parts[&format!("xl/worksheets/sheet{}.xml", number + 1)].clone();
            Sheet { name, rows: rows(&xml), xml }
        });
        let sheets = sheets.collect();
        Self { sheets, parts }
    }

    /// The sheet with this name.
    pub(super) fn sheet(&self, name: &str) -> &Sheet {
        let found = self.sheets.iter().find(|sheet| sheet.name == name);
        found.unwrap_or_else(|| panic!("no sheet {name}: {:?}", self.names()))
    }

    pub(super) fn names(&self) -> Vec<&str> {
        self.sheets.iter().map(|sheet| sheet.name.as_str()).collect()
    }

    /// That nothing in it acts: no formula, link, macro or thing from outside.
    pub(super) fn assert_inert(&self) {
        for (name, text) in &self.parts {
            assert!(!text.contains("TargetMode=\"External\"") && !name.contains("vba"), "{name}");
        }
        for sheet in &self.sheets {
            assert!(!sheet.xml.contains("<f>") && !sheet.xml.contains("<f "), "{}: a formula", sheet.name);
            assert!(!sheet.xml.contains("<hyperlink"), "{}: a link", sheet.name);
        }
    }
}

fn rows(xml: &str) -> Vec<BTreeMap<usize, Cell>> {
    let cell =
        r#"(?s)<c r="([A-Z]+)(\d+)"(?: s="\d+")?(?: t="(\w+)")?>(?:<v>(.*?)</v>|<is><t[^>]*>(.*?)</t></is>)</c>"#;
    let mut rows: Vec<BTreeMap<usize, Cell>> = Vec::new();
    let mut found = 0;
    for cell in Regex::new(cell).unwrap().captures_iter(xml) {
        found += 1;
        let column = cell[1].bytes().fold(0, |column, byte| column * 26 + usize::from(byte - b'A') + 1) - 1;
        let row: usize = cell[2].parse().unwrap();
        rows.resize_with(rows.len().max(row), BTreeMap::new);
        let value = match cell.get(3).map(|kind| kind.as_str()) {
            Some("inlineStr") => Cell::Text(plain(&cell[5])),
            Some("b") => Cell::Flag(&cell[4] == "1"),
            None => Cell::Number(cell[4].parse().unwrap()),
            Some(kind) => panic!("a cell of kind {kind}"),
        };
        assert!(rows[row - 1].insert(column, value).is_none(), "{} is written twice", &cell[0]);
    }
    assert_eq!(found, xml.matches("<c r=").count(), "cells that are not read");
    rows
}

/// Text as it stands behind the escapes of XML and of spreadsheets.
fn plain(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    let escape = Regex::new("_x([0-9A-F]{4})_").unwrap();
    escape
        .replace_all(&text, |found: &regex::Captures<'_>| {
            char::from_u32(u32::from_str_radix(&found[1], 16).unwrap()).unwrap().to_string()
        })
        .into_owned()
}
