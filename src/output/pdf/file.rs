//! PDF objects to the bytes of a file: objects in compressed object streams, found by a cross-reference stream.
//!
//! Sections of ISO 32000-1: 7.5.7 (object streams), 7.5.8 (cross-reference streams).

use crate::store::hex;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use std::fmt::{self, Write as _};
use std::io::{self, Write};

/// Objects that one object stream holds.
const PACK: usize = 200;

/// The number of an object; prints as a reference to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Id(u32);

impl fmt::Display for Id {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} 0 R", self.0)
    }
}

/// Where an object stands.
#[derive(Debug, Clone, Copy)]
enum Place {
    Nowhere,
    /// At this byte of the file.
    At(usize),
    /// In this object stream, at this number.
    In(u32, usize),
}

/// A PDF file in the making.
#[derive(Debug)]
pub(super) struct Objects {
    out: Vec<u8>,
    places: Vec<Place>,
    pack: Vec<(u32, String)>,
}

impl Objects {
    /// Begins a file of PDF 1.7.
    pub(super) fn new() -> Self {
        // The second line says that the file is binary: ISO 19005-2, 6.1.2.
        Self { out: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec(), places: vec![Place::Nowhere], pack: Vec::new() }
    }

    /// A number for an object that is put later.
    pub(super) fn reserve(&mut self) -> Id {
        self.places.push(Place::Nowhere);
        Id(self.places.len() as u32 - 1)
    }

    /// Puts an object that is no stream.
    pub(super) fn put(&mut self, id: Id, object: String) -> io::Result<()> {
        self.pack.push((id.0, object));
        if self.pack.len() == PACK { self.close_pack() } else { Ok(()) }
    }

    /// Puts an object that is no stream, under a number of its own.
    pub(super) fn add(&mut self, object: String) -> io::Result<Id> {
        let id = self.reserve();
        self.put(id, object)?;
        Ok(id)
    }

    /// Puts a compressed stream; `entries` are those of its dictionary besides length and filter.
    pub(super) fn stream(&mut self, entries: &str, data: &[u8]) -> io::Result<Id> {
        let id = self.reserve();
        let packed = deflate(data)?;
        self.write_stream(id, &format!("{entries}/Filter/FlateDecode"), &packed);
        Ok(id)
    }

    /// Puts a stream as it is.
    pub(super) fn bare_stream(&mut self, entries: &str, data: &[u8]) -> Id {
        let id = self.reserve();
        self.write_stream(id, entries, data);
        id
    }

    fn write_stream(&mut self, id: Id, entries: &str, data: &[u8]) {
        self.places[id.0 as usize] = Place::At(self.out.len());
        let head = format!("{} 0 obj\n<<{entries}/Length {}>>\nstream\n", id.0, data.len());
        self.out.extend_from_slice(head.as_bytes());
        self.out.extend_from_slice(data);
        self.out.extend_from_slice(b"\nendstream\nendobj\n");
    }

    fn close_pack(&mut self) -> io::Result<()> {
        let pack = std::mem::take(&mut self.pack);
        if pack.is_empty() {
            return Ok(());
        }
        let (mut heads, mut bodies) = (String::new(), String::new());
        let id = self.reserve();
        for (number, (object, text)) in pack.iter().enumerate() {
            let _ = write!(heads, "{object} {} ", bodies.len());
            bodies.push_str(text);
            bodies.push('\n');
            self.places[*object as usize] = Place::In(id.0, number);
        }
        let entries = format!("/Type/ObjStm/N {}/First {}/Filter/FlateDecode", pack.len(), heads.len());
        let packed = deflate((heads + &bodies).as_bytes())?;
        self.write_stream(id, &entries, &packed);
        Ok(())
    }

    /// Ends the file; `key` identifies it.
    pub(super) fn finish(mut self, root: Id, info: Id, key: &[u8]) -> io::Result<Vec<u8>> {
        self.close_pack()?;
        let id = self.reserve();
        let start = self.out.len();
        self.places[id.0 as usize] = Place::At(start);
        let mut table = Vec::with_capacity(self.places.len() * 7);
        for place in &self.places {
            let (kind, first, second) = match *place {
                Place::Nowhere => (0, 0, 0xffff),
                Place::At(byte) => (1, byte as u32, 0),
                Place::In(stream, number) => (2, stream, number as u16),
            };
            table.push(kind);
            table.extend_from_slice(&first.to_be_bytes());
            table.extend_from_slice(&second.to_be_bytes());
        }
        let key = hex(key);
        let entries = format!(
            "/Type/XRef/Size {}/W[1 4 2]/Root {root}/Info {info}/ID[<{key}><{key}>]/Filter/FlateDecode",
            self.places.len()
        );
        let packed = deflate(&table)?;
        self.write_stream(id, &entries, &packed);
        self.out.extend_from_slice(format!("startxref\n{start}\n%%EOF\n").as_bytes());
        Ok(self.out)
    }
}

fn deflate(data: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::with_capacity(data.len() / 3), Compression::new(6));
    encoder.write_all(data)?;
    encoder.finish()
}

/// A text string: UTF-16 in hexadecimal, so that no character of it can end it (ISO 32000-1, 7.9.2.2).
pub(super) fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 4 + 6);
    out.push_str("<feff");
    text.encode_utf16().for_each(|unit| push_hex(&mut out, unit));
    out.push('>');
    out
}

/// Appends four hexadecimal digits.
pub(super) fn push_hex(out: &mut String, unit: u16) {
    for shift in [12, 8, 4, 0] {
        out.push(char::from(b"0123456789abcdef"[usize::from(unit >> shift & 15)]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_object_is_found_where_the_table_says() {
        let mut objects = Objects::new();
        let root = objects.reserve();
        let mut last = root;
        for number in 0..PACK * 2 + 7 {
            last = objects.add(format!("<</N {number}>>")).unwrap();
        }
        objects.put(root, "<<>>".to_owned()).unwrap();
        let stream = objects.stream("/X 1", &[b'a'; 1_000]).unwrap();
        assert!(matches!(objects.places[stream.0 as usize], Place::At(_)));
        let file = objects.finish(root, last, b"key").unwrap();
        let text = String::from_utf8_lossy(&file);
        let start: usize = text.rsplit("startxref\n").next().unwrap().lines().next().unwrap().parse().unwrap();
        assert!(
            file[start..].starts_with(format!("{} 0 obj", text.matches(" 0 obj").count() + PACK * 2 + 8).as_bytes())
        );
    }

    #[test]
    fn a_text_string_holds_no_delimiter() {
        assert_eq!(text("é)\\"), "<feff00e90029005c>");
        assert_eq!(text("😀"), "<feffd83dde00>");
    }
}
