//! JSON text in any arrangement to its top-level elements; a list, or the `value` or `records` list of a
//! wrapper object, counts as its elements.

mod element;
mod steps;

use super::{BadRow, Data, Row};
use crate::event::{MAX_DEPTH, open_json};
use memchr::{memchr, memrchr};
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};
pub(super) use steps::State;
use steps::{Step, Steps};

/// The lists of a wrapper object that hold records.
const LISTS: [&str; 2] = ["value", "records"];

/// Parses one JSON text whole, checking all of it, nested at most [`MAX_DEPTH`] deep.
///
/// # Errors
/// What was found and where, in bytes from the start.
pub fn parse(text: &str) -> Result<Value, String> {
    open_json(text).map_err(|reason| super::walk::printable(reason.trim_end_matches(['.', ':'])))
}

/// Whether a text that begins so can be JSON that holds objects.
pub(super) fn begins(text: &str) -> bool {
    let text = text.trim_start_matches(separator);
    let mut rest = text.bytes().filter(|byte| !byte.is_ascii_whitespace());
    let (first, second) = (rest.next(), rest.next());
    match (first, second) {
        (Some(b'{'), Some(b'"' | b'}') | None) | (Some(b'['), Some(b'{' | b'[' | b']' | b'"') | None) => true,
        // JSON in a string: `"{…}"` or `"[{…}]"`.
        (Some(b'"'), Some(b'{' | b'[')) => matches!(rest.next(), Some(b'\\' | b'{' | b'[' | b']' | b'}')),
        _ => false,
    }
}

fn separator(c: char) -> bool {
    c.is_ascii_whitespace() || c == '\u{feff}'
}

/// Where a text may be cut: behind a whole element, with the state there. `None` when more text is needed.
pub(super) fn cut(text: &str, state: State) -> Option<(usize, State)> {
    let lines = state.closed() && text.trim_start_matches(separator).starts_with('{');
    if let Some(end) = lines.then(|| cut_between_lines(text.as_bytes())).flatten() {
        return Some((end, state));
    }
    let mut steps = Steps::new(text, state, false);
    let mut last = None;
    loop {
        match steps.next() {
            Step::More | Step::End => return last,
            Step::Object(..) | Step::Text(..) | Step::Bad(..) => last = Some((steps.place(), steps.state())),
        }
    }
}

/// The last `}` that a line end and a `{` follow: inside JSON a comma stands between two objects, so the
/// first ends an element there.
fn cut_between_lines(bytes: &[u8]) -> Option<usize> {
    let mut end = bytes.len();
    while let Some(line) = memrchr(b'\n', bytes.get(..end)?) {
        let before = bytes.get(..line)?.trim_ascii_end();
        let after = bytes.get(line..)?.trim_ascii_start();
        if before.ends_with(b"}") && after.starts_with(b"{") {
            return Some(before.len());
        }
        end = before.len();
    }
    None
}

/// State at the end of a text that ends the file.
pub(super) fn end(text: &str, state: State) -> State {
    let mut steps = Steps::new(text, state, true);
    while !matches!(steps.next(), Step::End | Step::More) {}
    steps.state()
}

/// Where the element begins that a text without a cut ends in, and the state there.
pub(super) fn pending(text: &str, state: State) -> (usize, State) {
    let mut steps = Steps::new(text, state, false);
    while !matches!(steps.next(), Step::End | Step::More) {}
    (steps.place(), steps.state())
}

/// Behind an element too long to be kept: where the next one may begin, and otherwise how much of the
/// text can be let go.
pub(super) fn skip(text: &str, state: State) -> (Option<usize>, usize) {
    if let Some(resumed) = steps::resume(text.as_bytes(), 0, 0, state.column()) {
        let at = text.get(..resumed.at).unwrap_or_default().trim_ascii_end().len();
        return (Some(at), at);
    }
    // What could be the beginning of a sign of the next element is kept.
    (None, text.floor_char_boundary(text.len().saturating_sub(256)))
}

/// Gives every record of a text that [`cut`] made; `last` when the file ends with it.
pub(super) fn rows(
    text: &str,
    base: u64,
    state: State,
    last: bool,
    each: &mut dyn FnMut(Result<Row<'_>, BadRow>),
) -> u64 {
    let mut output = Output { text, base, index: 0, each };
    let mut steps = Steps::new(text, state, true);
    steps.cut_told = last;
    // A line that is not one record is tried once, not again from each of its elements.
    let mut tried = 0;
    loop {
        if steps.place() >= tried && steps.state().closed() {
            let (start, end) = object_line(text, steps.place());
            if let Some(value) = whole_record(text.get(start..end).unwrap_or_default()) {
                steps.skip_to(end);
                output.good(start, end, value);
                continue;
            }
            tried = end;
        }
        match steps.next() {
            Step::More | Step::End => return output.index,
            Step::Object(start, end) => match parse(text.get(start..end).unwrap_or_default()) {
                Ok(value) => output.good(start, end, value),
                Err(reason) => output.bad(start, end, reason),
            },
            Step::Text(start, end) => output.string(start, end),
            Step::Bad(start, end, reason) => output.bad(start, end, reason),
        }
    }
}

/// The rest of the line that the next element begins, without white space around it.
fn object_line(text: &str, from: usize) -> (usize, usize) {
    let rest = text.get(from..).unwrap_or_default();
    let start = from + (rest.len() - rest.trim_start_matches(separator).len());
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    let line = memchr(b'\n', rest).and_then(|end| rest.get(..end)).unwrap_or(rest);
    (start, start + line.trim_ascii_end().len())
}

/// The quick way for one record a line: the object that fills it, parsed.
fn whole_record(line: &str) -> Option<Value> {
    if !(line.starts_with('{') && line.ends_with('}')) {
        return None;
    }
    let value = parse(line).ok()?;
    (!LISTS.iter().any(|key| holds_records(value.get(*key)))).then_some(value)
}

fn holds_records(value: Option<&Value>) -> bool {
    value.and_then(|list| list.as_array()).is_some_and(|list| list.iter().next().is_none_or(Value::is_object))
}

struct Output<'a, 'b> {
    text: &'a str,
    base: u64,
    index: u64,
    each: &'b mut dyn FnMut(Result<Row<'_>, BadRow>),
}

impl Output<'_, '_> {
    fn good(&mut self, start: usize, end: usize, value: Value) {
        self.index += 1;
        let raw = self.text.as_bytes().get(start..end).unwrap_or_default();
        let offset = self.base + start as u64;
        (self.each)(Ok(Row { index: self.index, offset, raw, data: Data::Json(value) }));
    }

    fn bad(&mut self, start: usize, end: usize, reason: impl Into<String>) {
        self.index += 1;
        let raw = self.text.get(start..end).unwrap_or_default();
        (self.each)(Err(BadRow::new(self.index, self.base + start as u64, raw, reason)));
    }

    /// Opens JSON that is kept in a JSON string; each record keeps its own piece of the escaped text.
    fn string(&mut self, start: usize, end: usize) {
        let raw = self.text.get(start..end).unwrap_or_default();
        let Some(inner) = parse(raw).ok().and_then(|value| value.as_str().map(str::to_owned)) else {
            return self.bad(start, end, "a string that is not JSON; expected an object");
        };
        if !begins(&inner) {
            return self.bad(start, end, "a string without an object in it; expected an object");
        }
        let mut places = Escaped::new(raw);
        let mut steps = Steps::new(&inner, State::default(), true);
        steps.cut_told = true;
        loop {
            let (from, to, outcome) = match steps.next() {
                Step::More | Step::End => return,
                Step::Object(from, to) => (from, to, parse(inner.get(from..to).unwrap_or_default())),
                Step::Text(from, to) => (from, to, Err("a string within a string; expected an object".to_owned())),
                Step::Bad(from, to, reason) => (from, to, Err(reason.to_owned())),
            };
            let (from, to) = (start + places.of(from), start + places.of(to));
            match outcome {
                Ok(value) => self.good(from, to, value),
                Err(reason) => self.bad(from, to, reason),
            }
        }
    }
}

/// Finds where a place of the unescaped text stands in a JSON string; places are asked in ascending order.
struct Escaped<'a> {
    raw: &'a str,
    at: usize,
    unescaped: usize,
}

impl<'a> Escaped<'a> {
    fn new(raw: &'a str) -> Self {
        Self { raw, at: 1, unescaped: 0 }
    }

    fn of(&mut self, place: usize) -> usize {
        while self.unescaped < place {
            let rest = self.raw.get(self.at..).unwrap_or_default();
            let (taken, given) = match rest.as_bytes() {
                [] => break,
                [b'\\', b'u', ..] => unicode(rest),
                [b'\\', ..] => (2, 1),
                _ => rest.chars().next().map_or((1, 1), |c| (c.len_utf8(), c.len_utf8())),
            };
            self.at += taken;
            self.unescaped += given;
        }
        self.at
    }
}

/// Length of a `\u` escape, or of two that make one character, and of the character.
fn unicode(text: &str) -> (usize, usize) {
    let code = |from: usize| text.get(from..from + 4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    match code(2) {
        Some(0xd800..=0xdbff) if text.get(6..8) == Some("\\u") => (12, 4),
        Some(code) => (6, char::from_u32(code).map_or(3, char::len_utf8)),
        None => (2, 1),
    }
}
