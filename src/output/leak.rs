//! A written copy searched for texts that must not be in it.
//!
//! Nothing here is shared with what replaces them: each file is taken apart as its readers do, its escapes are undone, and
//! the words of what is left are compared with the words of every text, whatever signs stand between.

mod paper;

use crate::redact::{Kind, Needle};
use polars_arrow::array::Utf8ViewArray;
use polars_arrow::datatypes::{ArrowDataType, Field};
use polars_parquet::read::{
    BasicDecompressor, ColumnChunkMetadata, PageReader, PrimitiveLogicalType, column_iter_to_arrays, read_metadata,
};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use serde_json::Value;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

/// A text that was found although it must not be there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leak {
    /// The file within the folder.
    pub file: String,
    /// Where in it.
    pub place: String,
    /// What was found.
    pub text: String,
}

/// Columns and members that hold log text and no word of ours: there a single word is a name.
const LOG: &[&str] =
    &["account", "actor", "actor_id", "target", "object", "mailbox", "subject", "sender", "recipient", "file"];

/// Signs that may stand between the words of one text.
const BETWEEN: usize = 2;

/// Searches every file of a folder, and the names of the files; gives the first leak of each file, sorted.
///
/// # Errors
/// What cannot be read or taken apart.
pub fn search(folder: &Path, needles: &[Needle]) -> io::Result<Vec<Leak>> {
    let search = Search::new(needles);
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.map_err(io::Error::other)?;
        if entry.file_type().is_file() {
            files.push(entry.into_path());
        }
    }
    let leaks: io::Result<Vec<Vec<Leak>>> = files
        .par_iter()
        .map(|path| {
            let name = path.strip_prefix(folder).unwrap_or(path).to_string_lossy().into_owned();
            let mut found = Leaks { search: &search, first: None };
            found.look("its name", &name, false);
            pieces(path, &mut found)?;
            Ok(found.first.map(|(place, text)| Leak { file: name, place, text }).into_iter().collect())
        })
        .collect();
    let mut leaks = leaks?.concat();
    leaks.sort();
    Ok(leaks)
}

/// What is looked for, by the first word.
struct Search<'n> {
    by_word: FxHashMap<String, Vec<(Vec<String>, &'n Needle)>>,
}

/// The first thing that was found in a file.
struct Leaks<'s> {
    search: &'s Search<'s>,
    first: Option<(String, String)>,
}

impl Leaks<'_> {
    /// Looks at a text, and at the same text with percent and backslash escapes undone.
    fn look(&mut self, place: &str, text: &str, log: bool) {
        if self.first.is_some() || text.is_empty() {
            return;
        }
        let plain = self.search.find(text, log);
        let undone = || undone(text).and_then(|text| self.search.find(&text, log));
        self.first = plain.or_else(undone).map(|needle| (place.to_owned(), needle.text.clone()));
    }

    fn value(&mut self, place: &str, key: &str, value: &Value) {
        match value {
            Value::String(text) => self.look(place, text, LOG.contains(&key)),
            Value::Array(list) => list.iter().for_each(|value| self.value(place, key, value)),
            Value::Object(object) => {
                for (key, value) in object {
                    self.look(place, key, false);
                    self.value(place, key, value);
                }
            }
            _ => {}
        }
    }
}

impl<'n> Search<'n> {
    fn new(needles: &'n [Needle]) -> Self {
        let mut by_word: FxHashMap<String, Vec<(Vec<String>, &Needle)>> = FxHashMap::default();
        for needle in needles {
            let all: Vec<String> = words(&needle.text).into_iter().map(|(word, ..)| word).collect();
            if let Some((first, rest)) = all.split_first() {
                by_word.entry(first.clone()).or_default().push((rest.to_vec(), needle));
            }
        }
        Self { by_word }
    }

    fn find(&self, text: &str, log: bool) -> Option<&'n Needle> {
        let found = words(text);
        let mut at = 0;
        while at < found.len() {
            let here = self.by_word.get(&found[at].0).map(Vec::as_slice).unwrap_or_default();
            let mut kept = 0;
            let mut bad = None;
            for (rest, needle) in here.iter().filter(|(rest, needle)| is_here(text, &found, at, rest, needle)) {
                match needle.kind {
                    Kind::Kept => kept = kept.max(rest.len() + 1),
                    Kind::Word if !log => {}
                    _ if bad.is_none_or(|(length, _)| rest.len() + 1 > length) => bad = Some((rest.len() + 1, *needle)),
                    _ => {}
                }
            }
            match bad {
                Some((length, needle)) if length > kept => return Some(needle),
                _ => at += kept.max(1),
            }
        }
        None
    }
}

/// Whether the words of `rest` follow the word `at`.
fn is_here(text: &str, found: &[(String, usize, usize)], at: usize, rest: &[String], needle: &Needle) -> bool {
    let follows = |number: usize, word: &String| {
        let (Some((here, start, _)), Some((.., end))) = (found.get(at + number + 1), found.get(at + number)) else {
            return false;
        };
        let between = &text[*end..*start];
        here == word && between.chars().count() <= BETWEEN && !between.contains(['\n', '\r'])
    };
    if !rest.iter().enumerate().all(|(number, word)| follows(number, word)) {
        return false;
    }
    let (start, end) = (found[at].1, found[at + rest.len()].2);
    needle.kind != Kind::Domain || is_domain(text, start, end, &needle.text)
}

/// Of a domain the signs count as well, and no more of a longer one may stand behind it.
fn is_domain(text: &str, start: usize, end: usize, domain: &str) -> bool {
    let behind: Vec<char> = text[end..].chars().take(2).collect();
    let longer = match behind.as_slice() {
        ['.', next] => next.is_alphanumeric(),
        [next, ..] => *next == '-',
        [] => false,
    };
    text[start..end].eq_ignore_ascii_case(domain) && !longer && !text[..start].ends_with('-')
}

/// The words of a text in lower case, with their beginnings and ends.
fn words(text: &str) -> Vec<(String, usize, usize)> {
    let mut words = Vec::new();
    let mut begun = None;
    for (at, sign) in text.char_indices().chain([(text.len(), ' ')]) {
        match (begun, sign.is_alphanumeric()) {
            (None, true) => begun = Some(at),
            (Some(start), false) => {
                words.push((text[start..at].to_lowercase(), start, at));
                begun = None;
            }
            _ => {}
        }
    }
    words
}

/// The text without percent and backslash escapes, if it has any.
fn undone(text: &str) -> Option<String> {
    if !text.contains(['%', '\\']) {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['%', '\\']) {
        out.push_str(&rest[..at]);
        let code = |from: usize, to: usize| {
            let digits = rest.get(at + from..at + to)?;
            char::from_u32(u32::from_str_radix(digits, 16).ok()?).map(|sign| (sign, to))
        };
        let (sign, length) = match &rest.as_bytes()[at..] {
            [b'%', ..] => code(1, 3),
            [b'\\', b'u', ..] => code(2, 6),
            [b'\\', b'n' | b'r' | b't', ..] => Some((' ', 2)),
            _ => None,
        }
        .unwrap_or((' ', 1));
        out.push(sign);
        rest = &rest[at + length..];
    }
    out.push_str(rest);
    Some(out)
}

/// Takes a file apart by what it is.
fn pieces(path: &Path, found: &mut Leaks<'_>) -> io::Result<()> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "csv" => table(path, found),
        "json" => {
            let value: Value = serde_json::from_slice(&std::fs::read(path)?)?;
            found.value("a value of it", "", &value);
            Ok(())
        }
        "jsonl" => lines(path, found),
        "parquet" => parquet(path, found),
        "xlsx" => workbook(path, found),
        "pdf" => {
            paper(&std::fs::read(path)?, found);
            Ok(())
        }
        // Pages and pictures, and whatever else is text.
        _ => {
            markup("line", &String::from_utf8_lossy(&std::fs::read(path)?), found);
            Ok(())
        }
    }
}

fn table(path: &Path, found: &mut Leaks<'_>) -> io::Result<()> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(path).map_err(io::Error::other)?;
    let header = reader.headers().map_err(io::Error::other)?.clone();
    header.iter().for_each(|name| found.look("its header", name, false));
    for (row, record) in (1..).zip(reader.records()) {
        let record = record.map_err(io::Error::other)?;
        for (cell, name) in record.iter().zip(header.iter().chain(std::iter::repeat(""))) {
            found.look(&format!("row {row}, column {name}"), cell, LOG.contains(&name));
        }
    }
    Ok(())
}

fn lines(path: &Path, found: &mut Leaks<'_>) -> io::Result<()> {
    let text = std::fs::read_to_string(path)?;
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.is_empty()) {
        found.value(&format!("line {number}"), "", &serde_json::from_str(line)?);
    }
    Ok(())
}

/// Every text of every column. Read column by column: data frames would bring in half of what the program weighs.
fn parquet(path: &Path, found: &mut Leaks<'_>) -> io::Result<()> {
    let bytes = std::fs::read(path)?;
    let metadata = read_metadata(&mut Cursor::new(&bytes)).map_err(io::Error::other)?;
    let mut before = 0;
    for group in &metadata.row_groups {
        for column in group.parquet_columns() {
            let kind = &column.descriptor().descriptor.primitive_type;
            if kind.logical_type == Some(PrimitiveLogicalType::String) {
                let name = kind.field_info.name.as_str();
                let look = |row: usize, text: &str| {
                    found.look(&format!("row {}, column {name}", before + row), text, LOG.contains(&name));
                };
                let rows = texts(&bytes, column, look)?;
                if rows != group.num_rows() {
                    let reason = format!("column {name}: {rows} of {} rows can be read", group.num_rows());
                    return Err(io::Error::other(reason));
                }
            }
        }
        before += group.num_rows();
    }
    Ok(())
}

/// Gives each text of a column of a row group, with its row from 1; says how many rows there are.
fn texts(bytes: &[u8], column: &ColumnChunkMetadata, mut look: impl FnMut(usize, &str)) -> io::Result<usize> {
    let range = column.byte_range();
    let chunk = bytes.get(range.start as usize..range.end as usize).ok_or(io::ErrorKind::UnexpectedEof)?;
    let pages = PageReader::new(Cursor::new(chunk.to_vec().into()), column, Vec::new(), usize::MAX);
    let kind = &column.descriptor().descriptor.primitive_type;
    let field = Field::new(kind.field_info.name.clone(), ArrowDataType::Utf8View, true);
    let pages = vec![BasicDecompressor::new(pages, Vec::new())];
    let (arrays, _) = column_iter_to_arrays(pages, vec![kind], field, None).map_err(io::Error::other)?;
    let texts = arrays.iter().filter_map(|array| array.as_any().downcast_ref::<Utf8ViewArray>()).flatten();
    let mut rows = 0;
    for text in texts {
        rows += 1;
        look(rows, text.unwrap_or_default());
    }
    Ok(rows)
}

fn workbook(path: &Path, found: &mut Leaks<'_>) -> io::Result<()> {
    let mut archive = zip::ZipArchive::new(File::open(path)?).map_err(io::Error::other)?;
    for index in 0..archive.len() {
        let mut member = archive.by_index(index).map_err(io::Error::other)?;
        let name = member.name().map_err(io::Error::other)?.into_owned();
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes)?;
        markup(&format!("{name}, line"), &String::from_utf8_lossy(&bytes), found);
    }
    Ok(())
}

/// The texts between tags, and what stands in them.
fn markup(place: &str, text: &str, found: &mut Leaks<'_>) {
    let mut line = 1;
    for piece in text.split_inclusive(['<', '>']) {
        let read = plain(piece.trim_end_matches(['<', '>']));
        if found.first.is_none() {
            found.look(&format!("{place} {line}"), &read, false);
        }
        line += piece.matches('\n').count();
    }
}

/// Text without the references of HTML and XML.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let end = rest[at..].find(';').filter(|length| *length <= 10);
        let name = end.map_or("", |end| &rest[at + 1..at + end]);
        let code =
            name.strip_prefix("#x").or_else(|| name.strip_prefix("#X")).map(|digits| u32::from_str_radix(digits, 16));
        let code = code.or_else(|| name.strip_prefix('#').map(str::parse));
        let sign = match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => code.and_then(Result::ok).and_then(char::from_u32),
        };
        if let (Some(sign), Some(end)) = (sign, end) {
            out.push(sign);
            rest = &rest[at + end + 1..];
        } else {
            out.push('&');
            rest = &rest[at + 1..];
        }
    }
    out.push_str(rest);
    out
}

/// The bytes of a PDF, its streams, and what its pages say.
fn paper(bytes: &[u8], found: &mut Leaks<'_>) {
    let as_text =
        |bytes: &[u8]| bytes.iter().filter(|byte| **byte != 0).map(|byte| char::from(*byte)).collect::<String>();
    found.look("its bytes", &as_text(bytes), false);
    let streams = paper::streams(bytes);
    for (at, stream) in &streams {
        found.look(&format!("the stream at byte {at}"), &as_text(stream), false);
    }
    for text in paper::texts(&streams) {
        found.look("its pages", &text, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn needles() -> Vec<Needle> {
        let needle = |text: &str, kind| Needle { text: text.to_owned(), kind };
        vec![
            needle("anna.smit@harbor.example", Kind::Address),
            needle("anna smit", Kind::Name),
            needle("mark", Kind::Word),
            needle("quay.example", Kind::Domain),
            needle("mary anna smit harbor example", Kind::Kept),
        ]
    }

    #[test]
    fn a_planted_leak_is_found_in_every_format() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        put("clean.csv", "account,text\nperson-1@harbor.example,hosanna smithy; mark this\n");
        put("kept.csv", "account\nmary.anna.smit@harbor.example\n");
        assert_eq!(search(folder.path(), &needles()).unwrap(), []);
        for (name, text) in [
            ("a.csv", "account,text\nx,\"say \"\"anna.smit@HARBOR.example\"\"\"\n"),
            ("word.csv", "account,subject\nx,For Mark\n"),
            ("b.json", r#"{"x":["Smit","\u0041nna Smit"]}"#),
            ("c.jsonl", "{}\n{\"anna.smit@harbor.example\":1}\n"),
            ("d.html", "<p title=\"x\">Anna&nbsp;<b>x</b> A&#110;na Smit</p>"),
            ("e.svg", "<svg><text>anna_smit_harbor_example</text></svg>"),
            ("f.html", "<a href=\"mailto:anna%2Esmit%40harbor.example\">x</a>"),
            ("g.txt", "at https://mail.quay.example/x"),
            ("anna.smit-h.csv", "account\n"),
        ] {
            put(name, text);
            let leaks = search(folder.path(), &needles()).unwrap();
            assert_eq!(leaks.iter().map(|leak| leak.file.as_str()).collect::<Vec<_>>(), [name], "{leaks:?}");
            std::fs::remove_file(folder.path().join(name)).unwrap();
        }
    }

    #[test]
    fn what_a_page_says_is_found_by_the_map_of_its_font() {
        let packed = |text: &str| {
            let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
            packer.write_all(text.as_bytes()).unwrap();
            [&b"stream\n"[..], &packer.finish().unwrap(), b"\nendstream\n"].concat()
        };
        let paper = |said: [&str; 2]| {
            let all: Vec<char> = said.concat().chars().collect();
            let chars = all.iter().enumerate();
            let chars: Vec<String> =
                chars.map(|(at, char)| format!("<{at:04x}><{:04x}>\n", u32::from(*char))).collect();
            let chars = chars.concat();
            let codes =
                |from: usize, to: usize| (from..to).map(|code| format!("{code:04x}")).collect::<Vec<_>>().concat();
            let first = said[0].chars().count();
            let page = format!("BT <{}> Tj ET\nBT <{}> Tj ET\n", codes(0, first), codes(first, all.len()));
            [packed(&format!("{} beginbfchar\n{chars}endbfchar\n", all.len())), packed(&page)].concat()
        };
        let needles = needles();
        let search = Search::new(&needles);
        let look = |bytes: &[u8]| {
            let mut found = Leaks { search: &search, first: None };
            super::paper(bytes, &mut found);
            found.first.map(|(place, _)| place)
        };
        assert_eq!(look(&paper(["to anna.smit@", "harbor.example now"])).as_deref(), Some("its pages"));
        assert_eq!(look(&paper(["to person-1@", "harbor.example now"])), None);
    }

    #[test]
    fn what_only_looks_alike_is_none() {
        let needles = needles();
        let search = Search::new(&needles);
        for text in ["anna\nsmit", "anna --- smit", "quay.example.org", "not-quay.example", "annasmit", "mark"] {
            assert_eq!(search.find(text, false), None, "{text}");
        }
        assert_eq!(search.find("MARK", true).map(|needle| needle.kind), Some(Kind::Word));
    }
}
