//! A text to its words, whatever stands between them, and to the addresses in it.

use memchr::memchr_iter;

/// Between two words that may belong together.
pub(super) const NEAR: char = '\u{1}';
/// Between two words that do not.
const FAR: char = '\u{2}';

/// Signs that may stand between two words of one name or address.
const MOST: usize = 3;

/// The words of a text in lower case, and where they stand.
pub(super) struct Tokens<'t> {
    text: &'t str,
    /// The words, with [`NEAR`] or [`FAR`] between them.
    pub(super) words: String,
    /// Where each word begins in `words`, and where it stands in the text.
    places: Vec<(usize, usize, usize)>,
}

impl<'t> Tokens<'t> {
    /// Takes a text apart. A percent or `\u` escape of a sign stands for the sign.
    pub(super) fn of(text: &'t str) -> Self {
        let mut tokens = Self { text, words: String::with_capacity(text.len()), places: Vec::new() };
        let (mut at, mut signs, mut far) = (0, 0, true);
        while let Some(first) = text[at..].chars().next() {
            let escaped = escape(&text[at..]);
            let (sign, length) = escaped.unwrap_or((first, first.len_utf8()));
            if escaped.is_some() || !sign.is_alphanumeric() {
                signs += 1;
                far |= sign.is_control() || signs > MOST;
                at += length;
                continue;
            }
            let rest = &text[at..];
            let end = at + rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
            if !tokens.places.is_empty() {
                tokens.words.push(if far { FAR } else { NEAR });
            }
            tokens.places.push((tokens.words.len(), at, end));
            tokens.words.extend(text[at..end].chars().flat_map(char::to_lowercase));
            (at, signs, far) = (end, 0, false);
        }
        tokens
    }

    /// The number of the word that begins at `at` of `words`, if one does.
    pub(super) fn word_at(&self, at: usize) -> Option<usize> {
        self.places.binary_search_by_key(&at, |(start, ..)| *start).ok()
    }

    /// Where the words from `first` to `last` stand in the text.
    pub(super) fn span(&self, first: usize, last: usize) -> (usize, usize) {
        (self.places[first].1, self.places[last].2)
    }

    /// The signs behind a word.
    pub(super) fn between(&self, word: usize) -> String {
        let start = self.places[word].2;
        let end = self.places.get(word + 1).map_or(self.text.len(), |(_, start, _)| *start);
        self.text[start..end].to_owned()
    }

    /// Whether what stands between is a domain of its own or the end of one: its words are parted by full stops and
    /// dashes, and no more of a domain stands behind it.
    pub(super) fn is_domain(&self, start: usize, end: usize) -> bool {
        let inside = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
        let mut behind = self.text[end..].chars();
        let goes_on = match behind.next() {
            Some('.') => behind.next().is_some_and(char::is_alphanumeric),
            Some(sign) => sign == '-' || sign.is_alphanumeric(),
            None => false,
        };
        let before = self.text[..start].chars().next_back();
        self.text[start..end].chars().all(inside) && !goes_on && before != Some('-')
    }
}

/// A sign that is written as an escape, and the length of that.
fn escape(text: &str) -> Option<(char, usize)> {
    let (digits, length) = if text.starts_with('%') {
        (text.get(1..3)?, 3)
    } else if text.starts_with("\\u") {
        (text.get(2..6)?, 6)
    } else {
        return None;
    };
    let sign = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
    (sign.is_ascii() && !sign.is_alphanumeric()).then_some((sign, length))
}

/// An address in a text: its beginning, its `@`, and its end, in bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) start: usize,
    pub(super) at: usize,
    pub(super) end: usize,
}

/// The addresses in a text, in order. What stands before the `@` may hold `#`, as the names of guests do.
pub(super) fn addresses(text: &str) -> impl Iterator<Item = Address> {
    memchr_iter(b'@', text.as_bytes()).filter_map(|at| {
        let is_local = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '+' | '-' | '\'' | '#');
        let before = &text[..at];
        let local = before.len() - before.trim_end_matches(is_local).len();
        let start = at - local;
        let start = start + (text[start..at].len() - text[start..at].trim_start_matches(['\'', '.', '-', '#']).len());
        let behind = &text[at + 1..];
        let domain = behind.find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-'))).unwrap_or(behind.len());
        let domain = behind[..domain].trim_end_matches(['.', '-']);
        let (name, top) = domain.rsplit_once('.')?;
        let whole = start < at && !name.is_empty() && top.chars().count() >= 2 && top.chars().all(char::is_alphabetic);
        whole.then(|| Address { start, at, end: at + 1 + domain.len() })
    })
}

/// The words of a name or address, in lower case.
pub(super) fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_with_their_ends() {
        let found = |text: &str| addresses(text).map(|a| text[a.start..a.end].to_owned()).collect::<Vec<_>>();
        assert_eq!(found("To: <a.b@c.example>, 'o'd@e.example'."), ["a.b@c.example", "o'd@e.example"]);
        assert_eq!(found("x_y.example#EXT#@c.example;@d.example a@b 1@2.3"), ["x_y.example#EXT#@c.example"]);
        assert_eq!(found("@"), Vec::<String>::new());
    }

    #[test]
    fn words_keep_their_places() {
        let tokens = Tokens::of("Ünal%20Öz, a\u{0}b -- -- c");
        assert_eq!(tokens.words, "ünal\u{1}öz\u{1}a\u{2}b\u{2}c");
        let (start, end) = tokens.span(0, 1);
        assert_eq!(&"Ünal%20Öz, a"[start..end], "Ünal%20Öz");
    }
}
