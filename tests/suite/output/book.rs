//! A workbook as a spreadsheet reads it, and what it must not hold.

use quick_xml::events::{BytesStart, Event};
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

/// The parts of a workbook: their names without numbers, and for those that could compute or link the elements in them.
const PARTS: &[(&str, &[&str])] = &[
    ("[Content_Types].xml", &[]),
    ("_rels/.rels", &["Relationship", "Relationships"]),
    ("xl/_rels/workbook.xml.rels", &["Relationship", "Relationships"]),
    ("xl/theme/theme.xml", &[]),
    ("xl/styles.xml", &[]),
    ("docProps/core.xml", &[]),
    ("docProps/app.xml", &[]),
    ("docProps/custom.xml", &[]),
    (
        "xl/workbook.xml",
        &[
            "bookViews",
            "calcPr",
            "definedName",
            "definedNames",
            "fileVersion",
            "sheet",
            "sheets",
            "workbook",
            "workbookPr",
            "workbookView",
        ],
    ),
    (
        "xl/worksheets/sheet.xml",
        &[
            "autoFilter",
            "c",
            "col",
            "cols",
            "dimension",
            "ignoredError",
            "ignoredErrors",
            "is",
            "pageMargins",
            "pageSetUpPr",
            "pageSetup",
            "pane",
            "row",
            "selection",
            "sheetData",
            "sheetFormatPr",
            "sheetPr",
            "sheetView",
            "sheetViews",
            "t",
            "v",
            "worksheet",
        ],
    ),
];

/// What parts say that they are to each other, by the ends of the names.
const RELATIONS: &[&str] = &[
    "/officeDocument",
    "/core-properties",
    "/extended-properties",
    "/custom-properties",
    "/worksheet",
    "/theme",
    "/styles",
];

/// What is in a cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Text(String),
    Number(f64),
    Flag(bool),
}

impl Cell {
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            other => panic!("{other:?} is no text"),
        }
    }

    pub(crate) fn number(&self) -> f64 {
        match self {
            Self::Number(number) => *number,
            other => panic!("{other:?} is no number"),
        }
    }
}

/// A sheet: its rows from the first, cells by column from 0.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub(crate) name: String,
    pub(crate) rows: Vec<BTreeMap<usize, Cell>>,
    pub(crate) xml: String,
}

impl Sheet {
    /// The column with this head.
    pub(crate) fn column(&self, head: &str) -> usize {
        let found = self.rows[0].iter().find(|(_, cell)| cell.text() == head);
        *found.unwrap_or_else(|| panic!("{} has no column {head}: {:?}", self.name, self.rows[0])).0
    }

    /// Every text of the sheet.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().flat_map(BTreeMap::values).filter_map(|cell| match cell {
            Cell::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }
}

/// A workbook: its sheets in order, and every part of the archive.
#[derive(Debug)]
pub(crate) struct Book {
    pub(crate) sheets: Vec<Sheet>,
    pub(crate) parts: BTreeMap<String, String>,
}

impl Book {
    /// Opens it; each part has to be of the same time.
    pub(crate) fn open(bytes: &[u8]) -> Self {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut parts = BTreeMap::new();
        for number in 0..archive.len() {
            let mut file = archive.by_index(number).unwrap();
            let name = file.name().unwrap().into_owned();
            let time = file.last_modified().unwrap();
            assert_eq!((time.year(), time.month(), time.day(), time.hour()), (1980, 1, 1, 0), "{name}");
            let mut text = String::new();
            file.read_to_string(&mut text).unwrap();
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
    pub(crate) fn sheet(&self, name: &str) -> &Sheet {
        let found = self.sheets.iter().find(|sheet| sheet.name == name);
        found.unwrap_or_else(|| panic!("no sheet {name}: {:?}", self.names()))
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        self.sheets.iter().map(|sheet| sheet.name.as_str()).collect()
    }

    /// That nothing in it acts: each part is one of those known and sound, none computes, links, embeds or comes from
    /// outside, and no character controls what shows it.
    pub(crate) fn assert_inert(&self) {
        for (name, text) in &self.parts {
            let bare: String = name.chars().filter(|char| !char.is_ascii_digit()).collect();
            let (_, known) = PARTS.iter().find(|(part, _)| *part == bare).unwrap_or_else(|| panic!("a part {name}"));
            let elements = elements(name, text);
            let strange: Vec<&str> =
                elements.iter().map(String::as_str).filter(|element| !known.contains(element)).collect();
            assert!(known.is_empty() || strange.is_empty(), "{name} holds {strange:?}");
        }
        self.assert_related();
        for sheet in &self.sheets {
            for text in sheet.texts() {
                let acts = text.chars().find(|char| char.is_control() && !matches!(char, '\n' | '\t'));
                assert!(acts.is_none(), "{}: {acts:?} in {text:?}", sheet.name);
                assert!(text.encode_utf16().count() <= 32_767, "{}: longer than a cell", sheet.name);
            }
        }
    }

    /// That parts are tied to parts of the book alone, in the known ways.
    fn assert_related(&self) {
        for (name, text) in self.parts.iter().filter(|(name, _)| name.contains("_rels/")) {
            let folder = name.split("_rels/").next().unwrap();
            let mut reader = quick_xml::Reader::from_str(text);
            loop {
                let tag = match reader.read_event().unwrap() {
                    Event::Eof => break,
                    Event::Start(tag) | Event::Empty(tag) if tag.name().as_ref() == b"Relationship" => tag,
                    _ => continue,
                };
                let attributes = attributes(name, &tag);
                let (kind, target) = (&attributes["Type"], &attributes["Target"]);
                assert!(RELATIONS.iter().any(|known| kind.ends_with(known)), "{name}: {kind}");
                assert!(!attributes.contains_key("TargetMode"), "{name}: {attributes:?}");
                assert!(self.parts.contains_key(&format!("{folder}{target}")), "{name}: {target}");
            }
        }
    }
}

fn attributes(part: &str, tag: &BytesStart<'_>) -> BTreeMap<String, String> {
    let attributes = tag.attributes().map(|attribute| {
        let attribute = attribute.unwrap_or_else(|error| panic!("{part}: {error}"));
        let key = String::from_utf8(attribute.key.as_ref().to_vec()).unwrap();
        (key, String::from_utf8(attribute.value.to_vec()).unwrap())
    });
    attributes.collect()
}

/// The names of the elements of a part, which has to be sound XML of elements and text.
fn elements(part: &str, xml: &str) -> BTreeSet<String> {
    let is_bad = |char: &char| matches!(char, '\0'..'\t' | '\u{b}' | '\u{c}' | '\u{e}'..' ' | '\u{fffe}' | '\u{ffff}');
    let bad = xml.chars().find(is_bad);
    assert!(bad.is_none(), "{part} holds {bad:?}");
    let (mut found, mut open) = (BTreeSet::new(), 0);
    let mut reader = quick_xml::Reader::from_str(xml);
    loop {
        let event = reader.read_event().unwrap_or_else(|error| panic!("{part}: {error}"));
        let (tag, deeper) = match event {
            Event::Eof => break,
            Event::Start(tag) => (tag, 1),
            Event::Empty(tag) => (tag, 0),
            Event::End(_) => {
                open -= 1;
                continue;
            }
            Event::GeneralRef(name) => {
                let name = name.decode().unwrap();
                assert!(["amp", "lt", "gt", "quot", "apos"].contains(&name.as_ref()), "{part} holds &{name};");
                continue;
            }
            Event::Text(_) | Event::Decl(_) => continue,
            other => panic!("{part} holds {other:?}"),
        };
        open += deeper;
        attributes(part, &tag);
        let name = tag.name();
        // Rows and cells are many.
        let name = std::str::from_utf8(name.as_ref()).unwrap();
        if !found.contains(name) {
            found.insert(name.to_owned());
        }
    }
    assert_eq!(open, 0, "{part} ends within an element");
    found
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

#[test]
fn a_book_that_acts_is_found() {
    let mut bytes = Vec::new();
    let scratch = tempfile::tempdir().unwrap();
    let limits = speur::output::Limits::default();
    speur::output::workbook(&super::tenant::case(), limits, scratch.path(), &mut bytes).unwrap();
    let book = Book::open(&bytes);
    book.assert_inert();
    let (sheet, relations) = ("xl/worksheets/sheet2.xml", "xl/_rels/workbook.xml.rels");
    let link = "<hyperlinks><hyperlink ref=\"A1\" location=\"x\"/></hyperlinks></worksheet>";
    let outside = "TargetMode=\"External\" Target=\"http://x.example\"/></Relationships>";
    let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let hyperlink = format!("<Relationship Id=\"x\" Type=\"{kind}/hyperlink\" Target=\"styles.xml\"/></Relationships>");
    let away = format!("<Relationship Id=\"x\" Type=\"{kind}/worksheet\" {outside}");
    for (part, from, to) in [
        (sheet, "<v>", "<f>1+1</f><v>"),
        (sheet, "</worksheet>", link),
        (sheet, "</worksheet>", "<oleObjects/></worksheet>"),
        (sheet, "</worksheet>", ""),
        (sheet, "</t></is>", "&#27;</t></is>"),
        (sheet, "</t></is>", "\u{1b}</t></is>"),
        (sheet, "</t></is>", "<![CDATA[x]]></t></is>"),
        (sheet, "<t>", "<t x=1>"),
        (relations, "</Relationships>", &hyperlink),
        (relations, "</Relationships>", &away),
        (relations, "Target=\"styles.xml\"", "Target=\"https://x.example/styles.xml\""),
    ] {
        let mut parts = book.parts.clone();
        let doctored = book.parts[part].replacen(from, to, 1);
        assert_ne!(doctored, book.parts[part], "{part} has no {from}");
        parts.insert(part.to_owned(), doctored);
        let doctored = Book { sheets: Vec::new(), parts };
        assert!(std::panic::catch_unwind(|| doctored.assert_inert()).is_err(), "{to:?} in {part} is not found");
    }
    for text in ["_x001B_", &"x".repeat(32_768)] {
        let xml = format!("<c r=\"A1\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
        let sheets = vec![Sheet { name: "X".to_owned(), rows: rows(&xml), xml }];
        let doctored = Book { sheets, parts: BTreeMap::new() };
        assert!(std::panic::catch_unwind(|| doctored.assert_inert()).is_err(), "{:?}", &text[..7]);
    }
    let mut parts = book.parts.clone();
    parts.insert("xl/vbaProject.bin".to_owned(), String::new());
    let doctored = Book { sheets: Vec::new(), parts };
    assert!(std::panic::catch_unwind(|| doctored.assert_inert()).is_err());
}
