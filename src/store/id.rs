//! Identifiers kept small: nearly all are GUIDs or as long, and nearly none repeats, so no pool holds them.

use super::{Pool, Sym};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::cmp::Ordering;

/// A record's own Id, or its unique token identifier, as the record prints it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Id {
    /// A GUID of lower-case hex digits in the usual groups.
    Guid([u8; 16]),
    /// Sixteen bytes in base64url without padding: a unique token identifier.
    Token([u8; 16]),
    /// Any other text; the empty text where the record has none.
    Text(Bytewise),
}

/// A text of the pool, in bytes: a number would make room for an Id where it can be read at once, and there are millions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Bytewise([u8; 4]);

impl From<Sym> for Bytewise {
    fn from(sym: Sym) -> Self {
        Self(sym.0.to_ne_bytes())
    }
}

impl Bytewise {
    /// The text.
    pub fn sym(self) -> Sym {
        Sym(u32::from_ne_bytes(self.0))
    }
}

/// Hex digits in each group of a GUID.
const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];

/// Length of a GUID's text, and room for that of any [`Id`] that no pool holds.
pub const GUID: usize = 36;

/// Length of a token's text.
const TOKEN: usize = 22;

impl Id {
    /// The Id with this text; a text that is no GUID goes to `pool`.
    pub fn of(text: &str, pool: &mut Pool) -> Self {
        let known = match text.len() {
            GUID => guid(text.as_bytes()).map(Self::Guid),
            TOKEN => token(text).map(Self::Token),
            _ => None,
        };
        known.unwrap_or_else(|| Self::Text(pool.intern(text).into()))
    }

    /// Whether the record has none.
    pub fn is_empty(self) -> bool {
        self == Self::Text(Bytewise::default())
    }

    /// The text; one that no pool holds is written to `room`.
    pub fn text<'a>(&self, pool: &'a Pool, room: &'a mut [u8; GUID]) -> &'a str {
        match self {
            Self::Guid(bytes) => print(*bytes, room),
            Self::Token(bytes) => {
                let length = URL_SAFE_NO_PAD.encode_slice(bytes, room).unwrap_or_default();
                std::str::from_utf8(&room[..length]).unwrap_or_default()
            }
            Self::Text(text) => pool.get(text.sym()),
        }
    }

    /// A hash: the bytes of an Id are random enough to be their own.
    pub(super) fn hash(&self) -> u32 {
        match self {
            Self::Guid(bytes) | Self::Token(bytes) => {
                let (words, _) = bytes.as_chunks::<4>();
                words.iter().fold(0, |hash: u32, word| hash.rotate_left(5) ^ u32::from_le_bytes(*word))
            }
            Self::Text(text) => text.sym().0,
        }
    }

    /// Appends a GUID, which no medium needs to escape, and says so; anything else it leaves alone.
    pub fn push_guid(&self, out: &mut Vec<u8>) -> bool {
        match self {
            Self::Guid(bytes) => {
                let mut room = [0; GUID];
                fill(*bytes, &mut room);
                out.extend_from_slice(&room);
                true
            }
            Self::Token(_) | Self::Text(_) => false,
        }
    }

    /// Order of the texts.
    pub(super) fn compare(&self, other: &Self, pool: &Pool) -> Ordering {
        // A GUID's bytes stand in the order of its digits, and all GUIDs have their dashes in the same places.
        if let (Self::Guid(a), Self::Guid(b)) = (self, other) {
            return a.cmp(b);
        }
        let (mut here, mut there) = ([0; GUID], [0; GUID]);
        self.text(pool, &mut here).cmp(other.text(pool, &mut there))
    }

    pub(super) fn renumber(&mut self, to: &[Sym]) {
        if let Self::Text(text) = self {
            *text = to[text.sym().0 as usize].into();
        }
    }
}

fn guid(text: &[u8]) -> Option<[u8; 16]> {
    let text: &[u8; GUID] = text.try_into().ok()?;
    let (mut at, mut filled) = (0, 0);
    let mut bytes = [0; 16];
    let mut wrong = 0;
    for (index, digits) in GROUPS.iter().enumerate() {
        if index > 0 {
            wrong |= u8::from(text[at] != b'-');
            at += 1;
        }
        for pair in text[at..at + digits].chunks_exact(2) {
            let (high, low) = (digit(pair[0]), digit(pair[1]));
            wrong |= (high | low) & 0x80;
            bytes[filled] = (high << 4) | (low & 15);
            filled += 1;
        }
        at += digits;
    }
    (wrong == 0).then_some(bytes)
}

fn token(text: &str) -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    let length = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok()?;
    (length == bytes.len()).then_some(bytes)
}

/// The value of a lower-case hex digit; the top bit is set for anything else.
fn digit(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => byte - b'0',
        b'a'..=b'f' => byte - b'a' + 10,
        _ => 0x80,
    }
}

fn print(bytes: [u8; 16], room: &mut [u8; GUID]) -> &str {
    fill(bytes, room);
    std::str::from_utf8(room).unwrap_or_default()
}

fn fill(bytes: [u8; 16], room: &mut [u8; GUID]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let (mut at, mut taken) = (0, 0);
    for (index, digits) in GROUPS.iter().enumerate() {
        if index > 0 {
            room[at] = b'-';
            at += 1;
        }
        for _ in 0..digits / 2 {
            let byte = bytes[taken];
            room[at] = DIGITS[usize::from(byte >> 4)];
            room[at + 1] = DIGITS[usize::from(byte & 15)];
            (at, taken) = (at + 2, taken + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_comes_back_as_it_was(text in "[0-9a-fA-F]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f-]{36}|[0-9A-Za-z_-]{21}[AQgwB]|.{0,40}") {
            let mut pool = Pool::default();
            let id = Id::of(&text, &mut pool);
            let mut room = [0; GUID];
            prop_assert_eq!(id.text(&pool, &mut room), &text);
            prop_assert_eq!(id.is_empty(), text.is_empty());
        }

        #[test]
        fn ids_are_ordered_as_their_texts(a in "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|.{0,40}", b in "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|.{0,40}") {
            let mut pool = Pool::default();
            let (one, other) = (Id::of(&a, &mut pool), Id::of(&b, &mut pool));
            prop_assert_eq!(one.compare(&other, &pool), a.cmp(&b));
        }
    }
}
