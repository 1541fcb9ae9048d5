//! Evidence on disk to [`Row`]s: walk, containers, text encodings, CSV, JSON and XML, always streaming.

mod container;
mod csv;
mod encoding;
mod json;
mod lines;
mod readback;
mod reader;
mod spare;
#[cfg(test)]
mod tests;
mod walk;
mod xml;

pub use container::hash;
pub use json::parse;
pub use lines::lines;
pub use readback::{read_back, read_many};
pub use reader::{Chunk, Reader};
pub use walk::{Walk, walk};
pub use xml::parse as parse_xml;

use sonic_rs::Value;
use std::path::PathBuf;

/// What a hostile or damaged file may cost before reading stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes a compressed file or member may expand to.
    pub expansion: u64,
    /// Expanded bytes for one compressed byte, checked once 64 MiB have come out.
    pub ratio: u64,
    /// Longest single record, in bytes of decoded text.
    pub record: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { expansion: 64 << 30, ratio: 1000, record: 64 << 20 }
    }
}

/// One file, or one member of a zip, that may hold evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The file on disk.
    pub path: PathBuf,
    /// Member name inside a zip, sanitised; `None` for a file that is read itself.
    pub member: Option<String>,
    /// What outputs call it: the path as walked, relative to the argument's parent, `/` as separator,
    /// with `!/member` behind a container.
    pub name: String,
}

/// How the text of a file is laid out, decided from its first bytes.
#[derive(Debug, Clone)]
pub enum Layout {
    /// Delimited text with a header line.
    Csv(Header),
    /// JSON in any of its arrangements.
    Json,
    /// XML: a root whose elements are the records.
    Xml,
}

/// The header of a CSV file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Header {
    /// Separator byte: `,`, `;` or tab.
    pub delimiter: u8,
    /// Names as found.
    pub names: Vec<String>,
    /// Names trimmed and case-folded; a name that repeats is numbered `name#2`, `name#3`.
    pub keys: Vec<String>,
}

impl Header {
    /// Position of the column with this key (trimmed, lower case).
    pub fn position(&self, key: &str) -> Option<usize> {
        self.keys.iter().position(|k| k == key)
    }
}

/// One record of a file, as the reader hands it to a source.
#[derive(Debug)]
pub struct Row<'a> {
    /// Row (CSV, header not counted) or element number (JSON, XML) from 1, relative to its [`Chunk`].
    pub index: u64,
    /// Offset in the decoded text, in bytes.
    pub offset: u64,
    /// The bytes of the record in the decoded text, without the line end.
    pub raw: &'a [u8],
    /// The record taken apart.
    pub data: Data<'a>,
}

/// A record taken apart.
#[derive(Debug)]
pub enum Data<'a> {
    /// Fields of a CSV record, unquoted; there may be fewer or more than the header names.
    Csv {
        /// The header.
        header: &'a Header,
        /// The fields.
        fields: Vec<&'a str>,
    },
    /// A JSON object, or an XML element as one: attributes and children by name.
    Json(Value),
}

/// A record that cannot be taken apart; the file goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// As [`Row::index`].
    pub index: u64,
    /// As [`Row::offset`].
    pub offset: u64,
    /// Length of what was skipped, in bytes.
    pub length: u64,
    /// What was found and what was expected.
    pub reason: String,
    /// The first bytes, as text.
    pub excerpt: String,
}

/// Length of an excerpt, in bytes.
const EXCERPT: usize = 200;

impl BadRow {
    /// Refuses the record whose text is `raw`.
    pub fn new(index: u64, offset: u64, raw: &str, reason: impl Into<String>) -> Self {
        let excerpt = raw.get(..raw.floor_char_boundary(EXCERPT)).unwrap_or_default().to_owned();
        Self { index, offset, length: raw.len() as u64, reason: reason.into(), excerpt }
    }
}

/// A file that cannot be read at all.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Unusable {
    /// `empty`, `not a log`, `unreadable`, `binary` or `unrecognised`: becomes the file's format in the ledger.
    pub format: &'static str,
    /// What was found and what was expected.
    pub reason: String,
    /// SHA-256 of the bytes on disk as lower-case hex, empty when they cannot be read.
    pub sha256: String,
    /// Size on disk.
    pub bytes: u64,
}

/// What is known of a file once all of it has been read.
#[derive(Debug, Clone, Default)]
pub struct Finish {
    /// SHA-256 of the bytes on disk (of a zip member: of its expanded bytes), lower-case hex.
    pub sha256: String,
    /// Size of those bytes.
    pub bytes: u64,
    /// What else an investigator must know: a limit that was hit, an end that was cut.
    pub notes: Vec<String>,
    /// The text ends inside a list of records.
    pub unclosed: bool,
    /// A reading error that ended the file early (expansion limit, corrupt archive), told as a rejection.
    pub broken: Option<String>,
}
