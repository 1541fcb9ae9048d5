//! The words on the pages of a PDF: codes of glyphs, read back to characters by the maps that its fonts carry.

use flate2::read::ZlibDecoder;
use rustc_hash::FxHashMap;
use std::io::Read;

/// A stream opens to no more than this.
const LARGEST: u64 = 64 << 20;

/// The streams of a PDF with the place of each; one that is not compressed is empty, and stands in the file as it is.
pub(super) fn streams(bytes: &[u8]) -> Vec<(usize, Vec<u8>)> {
    const STREAM: &[u8] = b"stream";
    let opened = memchr::memmem::find_iter(bytes, STREAM).map(|at| {
        let data = &bytes[at + STREAM.len()..];
        let data = data.strip_prefix(b"\r").unwrap_or(data);
        let data = data.strip_prefix(b"\n").unwrap_or(data);
        let mut inflated = Vec::new();
        let _ = ZlibDecoder::new(data).take(LARGEST).read_to_end(&mut inflated);
        (at, inflated)
    });
    opened.collect()
}

/// What the pages say, once for each map of a font: which font a page means by a name is not asked, and the wrong map
/// makes no words. What is drawn at once is parted by a blank from the next.
pub(super) fn texts(streams: &[(usize, Vec<u8>)]) -> Vec<String> {
    let streams: Vec<String> = streams.iter().map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned()).collect();
    let maps = streams.iter().map(|stream| map(stream)).filter(|map| !map.is_empty());
    let read = |map: FxHashMap<&str, String>| {
        let mut text = String::new();
        for codes in streams.iter().flat_map(|stream| shown(stream)) {
            let codes = codes.as_bytes().chunks(4).filter_map(|code| std::str::from_utf8(code).ok());
            codes.filter_map(|code| map.get(code)).for_each(|char| text.push_str(char));
            text.push(' ');
        }
        text
    };
    maps.map(read).collect()
}

/// What a font's map says of its codes, in hex digits: 9.10.3 of ISO 32000-1.
fn map(stream: &str) -> FxHashMap<&str, String> {
    let blocks = stream.split("beginbfchar").skip(1).filter_map(|rest| rest.split("endbfchar").next());
    let lines = blocks.flat_map(str::lines).filter_map(|line| line.strip_prefix('<')?.strip_suffix('>'));
    let pairs = lines.filter_map(|line| line.split_once("><"));
    pairs.map(|(code, char)| (code, characters(char))).collect()
}

/// UTF-16 in hex digits.
fn characters(digits: &str) -> String {
    let units = digits.as_bytes().chunks(4).filter_map(|unit| std::str::from_utf8(unit).ok());
    let units: Vec<u16> = units.filter_map(|unit| u16::from_str_radix(unit, 16).ok()).collect();
    String::from_utf16_lossy(&units)
}

/// The codes that a page draws, in hex digits.
fn shown(stream: &str) -> impl Iterator<Item = &str> {
    stream.split("> Tj").filter_map(|before| Some(before.rsplit_once('<')?.1))
}
