//! Delimited text to header and records, each field borrowed where nothing was escaped; quoting is read
//! as the `csv` crate reads it, so that any text has one reading.

use super::{BadRow, Data, Header, Row};
use memchr::{memchr, memchr_iter, memrchr};

/// Separators that exports are written with.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// Where a record ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Parsed {
    /// End of the record without its line end.
    raw_end: usize,
    /// Start of what follows.
    next: usize,
    /// The text ended inside a quoted field.
    open: bool,
    /// A line end was met.
    closed: bool,
}

/// Words of eight bytes that are looked through before `memchr` is called.
const NEAR: usize = 4;

#[derive(Debug, Clone, Copy)]
enum Span {
    Text(usize, usize),
    Scratch(usize, usize),
}

/// Takes records apart, with buffers that are used again.
#[derive(Debug, Default)]
struct Parser {
    spans: Vec<Span>,
    scratch: String,
}

impl Parser {
    /// Reads the record that starts at `start`, which is not a line end.
    fn record(&mut self, text: &str, start: usize, delimiter: u8) -> Parsed {
        self.spans.clear();
        self.scratch.clear();
        let bytes = text.as_bytes();
        let mut at = start;
        loop {
            let (end, open) = if bytes.get(at) == Some(&b'"') {
                self.quoted(text, at + 1, delimiter)
            } else {
                let end = plain(bytes, at, delimiter);
                self.spans.push(Span::Text(at, end));
                (end, false)
            };
            match bytes.get(end) {
                Some(byte) if *byte == delimiter => at = end + 1,
                Some(byte) => {
                    let crlf = *byte == b'\r' && bytes.get(end + 1) == Some(&b'\n');
                    return Parsed { raw_end: end, next: end + 1 + usize::from(crlf), open, closed: true };
                }
                None => return Parsed { raw_end: end, next: end, open, closed: false },
            }
        }
    }

    /// Reads on behind an opening quote; gives where the field ends, and whether its quote stayed open.
    fn quoted(&mut self, text: &str, from: usize, delimiter: u8) -> (usize, bool) {
        let bytes = text.as_bytes();
        let kept = self.scratch.len();
        let mut segment = from;
        let mut at = from;
        loop {
            let Some(quote) = find_quote(bytes, at) else {
                self.finish(text, kept, segment, bytes.len());
                return (bytes.len(), true);
            };
            if bytes.get(quote + 1) == Some(&b'"') {
                self.scratch.push_str(text.get(segment..=quote).unwrap_or_default());
                segment = quote + 2;
                at = segment;
                continue;
            }
            let end = plain(bytes, quote + 1, delimiter);
            if end == quote + 1 {
                self.finish(text, kept, segment, quote);
            } else {
                // Text behind the closing quote belongs to the field, as it stands.
                self.scratch.push_str(text.get(segment..quote).unwrap_or_default());
                self.scratch.push_str(text.get(quote + 1..end).unwrap_or_default());
                self.spans.push(Span::Scratch(kept, self.scratch.len()));
            }
            return (end, false);
        }
    }

    fn finish(&mut self, text: &str, kept: usize, segment: usize, end: usize) {
        if self.scratch.len() == kept {
            self.spans.push(Span::Text(segment, end));
        } else {
            self.scratch.push_str(text.get(segment..end).unwrap_or_default());
            self.spans.push(Span::Scratch(kept, self.scratch.len()));
        }
    }

    fn fields<'a>(&'a self, text: &'a str) -> Vec<&'a str> {
        let slice = |span: &Span| match *span {
            Span::Text(from, to) => text.get(from..to).unwrap_or_default(),
            Span::Scratch(from, to) => self.scratch.get(from..to).unwrap_or_default(),
        };
        self.spans.iter().map(slice).collect()
    }
}

/// End of a field that is not quoted.
fn plain(bytes: &[u8], from: usize, delimiter: u8) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    let stop = |byte: &u8| *byte == delimiter || *byte == b'\n' || *byte == b'\r';
    rest.iter().position(stop).map_or(bytes.len(), |at| from + at)
}

/// The next quote from `from`. It is mostly near, nearer than a call of `memchr` pays for.
fn find_quote(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    for _ in 0..NEAR {
        let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk) else { break };
        let equal = equal_quotes(*word);
        if equal != 0 {
            return Some(at + equal.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    memchr(b'"', bytes.get(at..).unwrap_or_default()).map(|found| at + found)
}

/// Where the record that starts at `start` ends, line end included; `None` when the text ends first.
fn record_end(bytes: &[u8], start: usize, delimiter: u8) -> Option<usize> {
    let mut at = start;
    loop {
        if bytes.get(at) == Some(&b'"') {
            at += 1;
            loop {
                at = find_quote(bytes, at)? + 1;
                if bytes.get(at) != Some(&b'"') {
                    break;
                }
                at += 1;
            }
        }
        let end = plain(bytes, at, delimiter);
        match bytes.get(end)? {
            byte if *byte == delimiter => at = end + 1,
            _ => return Some(end + 1),
        }
    }
}

/// End of the last whole record of a text that begins with a record.
///
/// Where every quote that opens a field stands at the start of one, a line end with an even number of
/// quotes before it ends a record; text that breaks this is read record by record.
pub(super) fn cut(text: &str, delimiter: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let Some(odd) = balanced(bytes, delimiter) else { return cut_slowly(bytes, delimiter) };
    let (mut end, mut odd) = (bytes.len(), odd);
    while let Some(line) = memrchr(b'\n', bytes.get(..end).unwrap_or_default()) {
        odd ^= memchr_iter(b'"', bytes.get(line..end).unwrap_or_default()).count() % 2 == 1;
        if !odd {
            return Some(line + 1);
        }
        end = line;
    }
    cut_slowly(bytes, delimiter)
}

fn cut_slowly(bytes: &[u8], delimiter: u8) -> Option<usize> {
    let mut last = None;
    let mut at = 0;
    while let Some(end) = record_end(bytes, at, delimiter) {
        last = Some(end);
        at = end;
    }
    last
}

/// Whether the number of quotes is odd, if every quote with an even number of quotes before it stands at
/// the start of a field or behind a quote; `None` if one does not.
///
/// By induction the parser is then inside a quoted field exactly where that number is odd.
fn balanced(bytes: &[u8], delimiter: u8) -> Option<bool> {
    let starts = |at: usize| match at.checked_sub(1).and_then(|before| bytes.get(before)) {
        Some(byte) => *byte == delimiter || matches!(byte, b'\n' | b'\r' | b'"'),
        None => true,
    };
    // All ones while the number of quotes so far is odd.
    let mut inside = 0_u64;
    let mut last_quote = 0_u64;
    let (blocks, rest) = bytes.as_chunks::<64>();
    for (index, block) in blocks.iter().enumerate() {
        let quotes = quote_bits(block);
        let odd = prefix_xor(quotes) ^ inside;
        let opening = quotes & odd & !((quotes << 1) | last_quote);
        let mut left = opening;
        while left != 0 {
            if !starts(index * 64 + left.trailing_zeros() as usize) {
                return None;
            }
            left &= left - 1;
        }
        inside = 0_u64.wrapping_sub(odd >> 63);
        last_quote = quotes >> 63;
    }
    let mut odd = inside != 0;
    for at in memchr_iter(b'"', rest) {
        if !odd && !starts(blocks.len() * 64 + at) {
            return None;
        }
        odd = !odd;
    }
    Some(odd)
}

/// One bit for each byte of the block that is a quote.
fn quote_bits(block: &[u8; 64]) -> u64 {
    let (words, _) = block.as_chunks::<8>();
    words.iter().enumerate().fold(0, |bits, (index, word)| {
        // The multiplication gathers the top bit of each byte in the highest byte.
        let gathered = (equal_quotes(*word) >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        bits | (gathered << (index * 8))
    })
}

/// The top bit of each byte that is a quote.
fn equal_quotes(word: [u8; 8]) -> u64 {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    let differs = u64::from_le_bytes(word) ^ 0x2222_2222_2222_2222;
    !(((differs & LOW) + LOW) | differs) & !LOW
}

/// Each bit becomes the parity of itself and the bits below it.
fn prefix_xor(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

/// Gives every record of a text that begins with a record; `last` when the file ends with it.
pub(super) fn rows(
    text: &str,
    base: u64,
    header: &Header,
    last: bool,
    each: &mut dyn FnMut(Result<Row<'_>, BadRow>),
) -> u64 {
    let bytes = text.as_bytes();
    let mut parser = Parser::default();
    let (mut at, mut index) = (0, 0);
    loop {
        while matches!(bytes.get(at), Some(b'\r' | b'\n')) {
            at += 1;
        }
        if at >= bytes.len() {
            return index;
        }
        let parsed = parser.record(text, at, header.delimiter);
        let raw = text.get(at..parsed.raw_end).unwrap_or_default();
        let blank = parser.spans.len() == 1 && raw.trim_matches([' ', '\t', '\u{feff}', '\u{a0}']).is_empty();
        if !blank {
            index += 1;
            let offset = base + at as u64;
            if parsed.open && last {
                let end = resume(&mut parser, text, at, header, true).unwrap_or(parsed.next);
                let raw = text.get(at..end).unwrap_or_default();
                each(Err(BadRow::new(index, offset, raw, "row is cut: the file ends inside a quoted field")));
                at = end;
                continue;
            }
            if raw.starts_with('\0') {
                each(Err(BadRow::new(index, offset, raw, "row is NUL bytes; the file was not written to its end")));
            } else {
                let data = Data::Csv { header, fields: parser.fields(text) };
                each(Ok(Row { index, offset, raw: raw.as_bytes(), data }));
            }
        }
        at = parsed.next;
    }
}

/// Lines that are tried behind a quote that is never closed.
const TRIES: usize = 256;
/// Bytes that one such try may read.
const TRY: usize = 1 << 20;

/// The next line behind a record without an end that is a whole record with all its columns.
fn resume(parser: &mut Parser, text: &str, start: usize, header: &Header, last: bool) -> Option<usize> {
    let mut at = start;
    for _ in 0..TRIES {
        at += memchr(b'\n', text.as_bytes().get(at..)?)? + 1;
        let end = text.floor_char_boundary(at + TRY);
        let parsed = parser.record(text.get(..end)?, at, header.delimiter);
        let ends = parsed.closed || (last && end == text.len());
        if ends && !parsed.open && parser.spans.len() == header.names.len() {
            return Some(at);
        }
    }
    None
}

/// The header at the beginning of a text and where the records begin; `None` when it is not one of at
/// least two columns, or does not end within the text although the file goes on.
pub(super) fn header(text: &str, whole: bool) -> Option<(Header, usize)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut stated = None;
    loop {
        let line_end = memchr(b'\n', bytes.get(at..)?).map_or(bytes.len(), |end| at + end);
        let line = text.get(at..line_end)?.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        let told = line.trim_matches('"');
        let separator = told.get(..4).filter(|word| word.eq_ignore_ascii_case("sep=")).and_then(|_| told.get(4..));
        if let Some(&[byte]) = separator.map(str::as_bytes) {
            stated = Some(byte);
        } else if told.eq_ignore_ascii_case("sep=") {
            stated = Some(b'\t');
        } else if !line.is_empty() && !told.starts_with("#TYPE ") {
            break;
        }
        if line_end == bytes.len() {
            return None;
        }
        at = line_end + 1;
    }
    while text.get(at..)?.starts_with('\u{feff}') {
        at += '\u{feff}'.len_utf8();
    }
    let delimiter = stated.filter(|byte| DELIMITERS.contains(byte)).or_else(|| delimiter(bytes.get(at..)?))?;
    let mut parser = Parser::default();
    let parsed = parser.record(text, at, delimiter);
    if parsed.open || !(parsed.closed || whole) || parser.spans.len() < 2 {
        return None;
    }
    let names: Vec<String> = parser.fields(text).into_iter().map(str::to_owned).collect();
    let keys = keys(&names);
    Some((Header { delimiter, names, keys }, parsed.next))
}

/// The separator that occurs most outside quotes in the first record.
fn delimiter(bytes: &[u8]) -> Option<u8> {
    let mut counts = [0_usize; 3];
    let mut quoted = false;
    for byte in bytes {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if quoted => {}
            byte => {
                for (count, _) in counts.iter_mut().zip(DELIMITERS).filter(|(_, delimiter)| delimiter == byte) {
                    *count += 1;
                }
            }
        }
    }
    let most = *counts.iter().max()?;
    counts.iter().position(|count| *count == most && most > 0).and_then(|at| DELIMITERS.get(at).copied())
}

/// Names trimmed, case-folded, inner spaces folded to one, repeats numbered.
fn keys(names: &[String]) -> Vec<String> {
    let mut keys: Vec<String> = Vec::with_capacity(names.len());
    for name in names {
        let words: Vec<&str> =
            name.split(|c: char| c.is_whitespace() || c == '\u{feff}').filter(|word| !word.is_empty()).collect();
        let key = words.join(" ").to_lowercase();
        let mut unique = key.clone();
        let mut count = 1;
        while keys.contains(&unique) {
            count += 1;
            unique = format!("{key}#{count}");
        }
        keys.push(unique);
    }
    keys
}

/// Behind a record too long to be kept: where the next one begins, and how much of the text can be let go.
pub(super) fn skip(text: &str, header: &Header) -> (Option<usize>, usize) {
    let next = resume(&mut Parser::default(), text, 0, header, false)
        .or_else(|| memchr(b'\n', text.as_bytes()).map(|line| line + 1));
    (next, next.unwrap_or(text.len()))
}
