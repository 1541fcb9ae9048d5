//! Steps over the elements below the root of an XML text, from any cut; behind damage they go on at the next
//! element of the same name.

use memchr::{memchr, memmem};

/// Where a text stands between two elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::input) struct State {
    /// Hash of the root's name; 0 outside of it.
    root: u64,
    /// Hash of the name of the elements below it; 0 before the first.
    record: u64,
}

impl State {
    /// Whether the file may end here.
    pub(in crate::input) fn closed(self) -> bool {
        self.root == 0
    }
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// An element, from its `<` to behind the `>` of its end.
    Element(usize, usize),
    /// Something else, and why it is no record.
    Bad(usize, usize, &'static str),
    /// The text ends within an element and more of it follows.
    More,
    /// The text ends.
    End,
}

/// A start tag.
pub(super) enum Tag<'a> {
    Whole {
        name: &'a [u8],
        end: usize,
        empty: bool,
    },
    /// The text ends inside it.
    More,
    /// Where it breaks.
    Malformed(usize),
}

enum Found {
    End(usize),
    More,
    Malformed(usize),
}

/// Longest name that a start is searched for by.
pub(super) const LONGEST_NAME: usize = 256;

const CUT: &str = "record is cut: the file ends inside it";
const MALFORMED: &str = "record is not XML: a tag is not closed, misplaced, or its quotes do not match";
const NO_ELEMENT: &str = "text outside of any element; expected an element";
const NO_START: &str = "an end tag without its start; expected an element";
const DECLARATION: &str = "a document type declaration, which is not opened; expected an element";

/// Steps over a text.
pub(super) struct Steps<'a> {
    bytes: &'a [u8],
    at: usize,
    state: State,
    /// No more text follows this one.
    whole: bool,
    /// The file ends with this text.
    pub(super) cut_told: bool,
}

impl<'a> Steps<'a> {
    pub(super) fn new(text: &'a str, state: State, whole: bool) -> Self {
        Self { bytes: text.as_bytes(), at: 0, state, whole, cut_told: false }
    }

    /// The place behind the last step.
    pub(super) fn place(&self) -> usize {
        self.at
    }

    pub(super) fn state(&self) -> State {
        self.state
    }

    pub(super) fn next(&mut self) -> Step {
        loop {
            let Some(at) = prolog(self.bytes, self.at) else {
                let rest = self.bytes.get(self.at..).unwrap_or_default();
                if !self.whole || rest.iter().all(u8::is_ascii_whitespace) {
                    return self.stop();
                }
                return self.bad(self.at + blank(rest), self.bytes.len(), self.short());
            };
            self.at = at;
            let rest = self.bytes.get(at..).unwrap_or_default();
            if rest.is_empty() || (!self.whole && rest.len() < b"<!DOCTYPE".len()) {
                return self.stop();
            }
            if !rest.starts_with(b"<") {
                return self.until(at, memchr(b'<', rest).map(|found| at + found), NO_ELEMENT);
            }
            if rest.starts_with(b"<!") {
                // An internal subset stands in brackets and holds declarations of its own.
                let close: &[u8] =
                    if rest.iter().take_while(|b| **b != b'>').any(|b| *b == b'[') { b"]>" } else { b">" };
                return self.until(at, memmem::find(rest, close).map(|found| at + found + close.len()), DECLARATION);
            }
            if rest.starts_with(b"</") {
                let end = memchr(b'>', rest).map(|found| at + found + 1);
                if end.is_some() && hash(name(rest.get(2..).unwrap_or_default())) == self.state.root {
                    (self.at, self.state) = (end.unwrap_or(at), State::default());
                    continue;
                }
                return self.until(at, end, NO_START);
            }
            if self.state.root != 0 {
                return self.element(at);
            }
            match tag(self.bytes, at) {
                Tag::Whole { name, end, empty } => {
                    self.at = end;
                    if !empty {
                        self.state = State { root: hash(name), record: 0 };
                    }
                }
                Tag::More if !self.whole => return Step::More,
                Tag::More => return self.bad(at, self.bytes.len(), self.short()),
                Tag::Malformed(place) => {
                    // What the broken root holds is read all the same.
                    self.state = State { root: hash(name(rest.get(1..).unwrap_or_default())), record: 0 };
                    return self.bad(at, place.max(at + 1), MALFORMED);
                }
            }
        }
    }

    fn element(&mut self, start: usize) -> Step {
        self.state.record = hash(name(self.bytes.get(start + 1..).unwrap_or_default()));
        let (broken, reason) = match element(self.bytes, start) {
            Found::End(end) => {
                self.at = end;
                return Step::Element(start, end);
            }
            Found::More if !self.whole => return Step::More,
            Found::More => (self.bytes.len(), self.short()),
            Found::Malformed(place) => (place, MALFORMED),
        };
        let named = self.state.record != hash(b"");
        let next =
            if named { resume(self.bytes, start + 1, self.state, self.whole) } else { Some(broken.max(start + 1)) };
        match next {
            Some(end) => self.bad(start, end, reason),
            None if self.whole => self.bad(start, self.bytes.len(), reason),
            None => Step::More,
        }
    }

    /// Why something does not end within a text that no more follows: a cut falls behind it, or the file ends.
    fn short(&self) -> &'static str {
        if self.cut_told { CUT } else { MALFORMED }
    }

    /// Refuses what lies before `end`; without one, all that follows.
    fn until(&mut self, start: usize, end: Option<usize>, reason: &'static str) -> Step {
        match end {
            Some(end) => self.bad(start, end, reason),
            None if self.whole => self.bad(start, self.bytes.len(), reason),
            None => Step::More,
        }
    }

    fn bad(&mut self, start: usize, end: usize, reason: &'static str) -> Step {
        // Without white space at its end, and never nothing: reading would not end.
        let length = self.bytes.get(start..end).unwrap_or_default().trim_ascii_end().len();
        self.at = start + length.max(1);
        Step::Bad(start, self.at, reason)
    }

    /// The text ends between two elements, or in something that is none.
    fn stop(&mut self) -> Step {
        if self.whole {
            self.at = self.bytes.len();
            return Step::End;
        }
        Step::More
    }
}

fn blank(bytes: &[u8]) -> usize {
    bytes.len() - bytes.trim_ascii_start().len()
}

/// Behind white space, byte order marks, comments and processing instructions; `None` when one of them does
/// not end within the text.
pub(super) fn prolog(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let rest = bytes.get(at..)?;
        let (open, close): (usize, &[u8]) = match rest {
            [first, ..] if first.is_ascii_whitespace() => {
                at += blank(rest);
                continue;
            }
            [0xef, 0xbb, 0xbf, ..] => {
                at += 3;
                continue;
            }
            [b'<', b'?', ..] => (2, b"?>"),
            [b'<', b'!', b'-', b'-', ..] => (4, b"-->"),
            _ => return Some(at),
        };
        at += open + memmem::find(rest.get(open..)?, close)? + close.len();
    }
}

/// The name at the beginning of a text; empty where none can stand.
fn name(bytes: &[u8]) -> &[u8] {
    let letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':' | 0x80..);
    let length = bytes.iter().take(LONGEST_NAME + 1).take_while(|byte| letter(byte)).count();
    let starts =
        bytes.first().is_some_and(|byte| letter(byte) && !byte.is_ascii_digit() && !matches!(byte, b'-' | b'.'));
    if starts && length <= LONGEST_NAME { bytes.get(..length).unwrap_or_default() } else { b"" }
}

fn hash(name: &[u8]) -> u64 {
    // 0 stands for no name in a state.
    xxhash_rust::xxh3::xxh3_64(name).max(1)
}

/// The start tag at `at`.
pub(super) fn tag(bytes: &[u8], at: usize) -> Tag<'_> {
    let name = name(bytes.get(at + 1..).unwrap_or_default());
    let mut place = at + 1 + name.len();
    match bytes.get(place) {
        None => return Tag::More,
        Some(b' ' | b'\t' | b'\r' | b'\n' | b'/' | b'>') if !name.is_empty() => {}
        Some(_) => return Tag::Malformed(place),
    }
    loop {
        match bytes.get(place) {
            None => return Tag::More,
            Some(b'>') => {
                let empty = bytes.get(place - 1) == Some(&b'/');
                return Tag::Whole { name, end: place + 1, empty };
            }
            Some(b'<') => return Tag::Malformed(place),
            Some(quote @ (b'"' | b'\'')) => {
                let value = bytes.get(place + 1..).unwrap_or_default();
                // A value never holds `<`, so one before the closing quote shows that this quote is missing.
                match memchr::memchr2(*quote, b'<', value) {
                    None => return Tag::More,
                    Some(found) if value.get(found) == Some(&b'<') => return Tag::Malformed(place + 1 + found),
                    Some(found) => place += found + 2,
                }
            }
            Some(_) => place += 1,
        }
    }
}

/// Where the element that starts at `start` ends.
fn element(bytes: &[u8], start: usize) -> Found {
    let mut open: Vec<&[u8]> = Vec::new();
    let mut at = start;
    loop {
        let Some(found) = memchr(b'<', bytes.get(at..).unwrap_or_default()) else { return Found::More };
        at += found;
        let rest = bytes.get(at..).unwrap_or_default();
        let skipped: Option<(usize, &[u8])> = match rest {
            [b'<', b'?', ..] => Some((2, b"?>")),
            [b'<', b'!', b'-', b'-', ..] => Some((4, b"-->")),
            _ if rest.starts_with(b"<![CDATA[") => Some((9, b"]]>")),
            [b'<', b'!', ..] if b"<![CDATA[".starts_with(rest) || b"<!--".starts_with(rest) => return Found::More,
            [b'<', b'!', ..] => return Found::Malformed(at),
            _ => None,
        };
        if let Some((begin, close)) = skipped {
            let Some(end) = memmem::find(rest.get(begin..).unwrap_or_default(), close) else { return Found::More };
            at += begin + end + close.len();
            continue;
        }
        if rest.starts_with(b"</") {
            let Some(end) = memchr(b'>', rest) else { return Found::More };
            if open.pop() != Some(name(rest.get(2..).unwrap_or_default())) {
                return Found::Malformed(at);
            }
            at += end + 1;
        } else {
            match tag(bytes, at) {
                // A record directly below one is the next, behind an end tag that is missing.
                Tag::Whole { name, .. } if open.len() == 1 && open.first() == Some(&name) => {
                    return Found::Malformed(at);
                }
                Tag::Whole { name, end, empty } => {
                    if !empty {
                        open.push(name);
                    }
                    at = end;
                }
                Tag::More => return Found::More,
                Tag::Malformed(place) => return Found::Malformed(place),
            }
        }
        if open.is_empty() {
            return Found::End(at);
        }
    }
}

/// The next place from `from` where an element named as the records begins, or the root ends; where more text follows
/// than this, not at a name that may go on in it.
pub(super) fn resume(bytes: &[u8], from: usize, state: State, whole: bool) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr(b'<', bytes.get(at..)?)?;
        let behind = bytes.get(at + 1..)?;
        let (wanted, rest) = match behind.strip_prefix(b"/") {
            Some(closing) => (state.root, closing),
            None => (state.record, behind),
        };
        let found = name(rest);
        let ends = whole || found.len() < rest.len();
        if hash(found) == wanted && !found.is_empty() && ends {
            return Some(at);
        }
        at += 1;
    }
}
