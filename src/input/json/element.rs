//! One object of a JSON text: where it ends, or where it stops being JSON, or where its list of records begins.

use super::{LISTS, MAX_DEPTH};
use memchr::{memchr2, memchr3};

/// What a scan found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// The object ends before this place.
    End(usize),
    /// It is a wrapper, and its list of records begins here, behind the `[`.
    List(usize),
    /// This place breaks the grammar.
    Malformed(usize),
    /// The text ends first.
    More,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    /// A key, or the end of an object that has none yet.
    FirstKey,
    Key,
    Colon,
    Value,
    /// A value, or the end of a list that has none yet.
    FirstValue,
    /// A comma or the end of what is open.
    Comma,
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    /// One bit for each open level, the lowest being the innermost: set for a list.
    lists: u128,
    depth: usize,
    expect: Expect,
}

/// Scans the object whose `{` stands at `at`; with `wrapper`, stops at a list of records.
pub(super) fn object(bytes: &[u8], at: usize, wrapper: bool) -> Found {
    Scan { bytes, at: at + 1, lists: 0, depth: 1, expect: Expect::FirstKey }.run(wrapper)
}

/// Scans on in a wrapper, behind the `]` of its list.
pub(super) fn rest(bytes: &[u8], at: usize) -> Found {
    Scan { bytes, at, lists: 0, depth: 1, expect: Expect::Comma }.run(true)
}

impl Scan<'_> {
    fn run(mut self, wrapper: bool) -> Found {
        loop {
            let Some(byte) = self.bytes.get(self.at).copied() else { return Found::More };
            if byte.is_ascii_whitespace() {
                self.at += 1;
                continue;
            }
            let place = self.at;
            self.at += 1;
            let fine = match (self.expect, byte) {
                (Expect::FirstKey | Expect::Key, b'"') => {
                    if let Some(found) = self.string(Expect::Colon) {
                        return found;
                    }
                    if let Some(found) = (wrapper && self.depth == 1).then(|| self.list(place)).flatten() {
                        return found;
                    }
                    true
                }
                (Expect::Value | Expect::FirstValue, b'"') => match self.string(Expect::Comma) {
                    Some(found) => return found,
                    None => true,
                },
                (Expect::Colon, b':') => {
                    self.expect = Expect::Value;
                    true
                }
                (Expect::Value | Expect::FirstValue, b'{' | b'[') => self.open(byte == b'['),
                (Expect::Value | Expect::FirstValue, b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => self.literal(),
                (Expect::Comma, b',') => {
                    self.expect = if self.lists & 1 == 1 { Expect::Value } else { Expect::Key };
                    true
                }
                (Expect::Comma | Expect::FirstKey, b'}') => self.lists & 1 == 0 && self.close(),
                (Expect::Comma | Expect::FirstValue, b']') => self.lists & 1 == 1 && self.close(),
                _ => false,
            };
            if !fine {
                return Found::Malformed(place);
            }
            if self.depth == 0 {
                return Found::End(self.at);
            }
        }
    }

    fn open(&mut self, list: bool) -> bool {
        self.depth += 1;
        self.lists = (self.lists << 1) | u128::from(list);
        self.expect = if list { Expect::FirstValue } else { Expect::FirstKey };
        self.depth <= MAX_DEPTH
    }

    fn close(&mut self) -> bool {
        self.depth -= 1;
        self.lists >>= 1;
        self.expect = Expect::Comma;
        true
    }

    /// Passes a number, `true`, `false` or `null`; the parser checks how it is spelt.
    fn literal(&mut self) -> bool {
        let part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        while self.bytes.get(self.at).is_some_and(part) {
            self.at += 1;
        }
        self.expect = Expect::Comma;
        true
    }

    /// Passes a string, from behind its opening quote.
    fn string(&mut self, next: Expect) -> Option<Found> {
        loop {
            let Some(stop) = memchr3(b'"', b'\\', b'\n', self.bytes.get(self.at..)?) else { return Some(Found::More) };
            let place = self.at + stop;
            match self.bytes.get(place) {
                Some(b'"') => {
                    self.at = place + 1;
                    self.expect = next;
                    return None;
                }
                Some(b'\\') if self.bytes.get(place + 1).is_some_and(|byte| *byte != b'\n') => self.at = place + 2,
                Some(b'\\') if place + 1 == self.bytes.len() => return Some(Found::More),
                _ => return Some(Found::Malformed(place)),
            }
        }
    }

    /// Behind the key whose quote stands at `key`: the list of records that it names, if it does.
    fn list(&self, key: usize) -> Option<Found> {
        let name = self.bytes.get(key + 1..self.at - 1)?;
        if !LISTS.iter().any(|list| list.as_bytes() == name) {
            return None;
        }
        let solid = |from: usize| {
            let blank = self.bytes.get(from..)?.iter().position(|byte| !byte.is_ascii_whitespace())?;
            self.bytes.get(from + blank).map(|byte| (*byte, from + blank + 1))
        };
        let Some((byte, at)) = solid(self.at) else { return Some(Found::More) };
        if byte != b':' {
            return None;
        }
        let Some((byte, begin)) = solid(at) else { return Some(Found::More) };
        if byte != b'[' {
            return None;
        }
        match solid(begin) {
            None => Some(Found::More),
            Some((b'{' | b']', _)) => Some(Found::List(begin)),
            Some(_) => None,
        }
    }
}

/// End of a string whose opening quote stands at `at`; a line end in it breaks the grammar.
pub(super) fn text(bytes: &[u8], at: usize) -> Found {
    let mut scan = Scan { bytes, at: at + 1, lists: 0, depth: 0, expect: Expect::Value };
    scan.string(Expect::Comma).unwrap_or(Found::End(scan.at))
}

/// The next `{` or line end from `at`.
pub(super) fn brace_or_line(bytes: &[u8], at: usize) -> Option<usize> {
    memchr2(b'{', b'\n', bytes.get(at..)?).map(|found| at + found)
}
