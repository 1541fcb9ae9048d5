//! A text taken apart once: `{places}` to fill in, and `[stretches]` that are left out where a place in them is empty.

use std::fmt::Debug;

/// A text, its places known by `P`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern<'t, P>(Vec<Piece<'t, P>>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece<'t, P> {
    Text(&'t str),
    Place(P),
    Optional(Vec<Self>),
}

impl<'t, P: Copy + Debug> Pattern<'t, P> {
    /// Takes a text apart. A place that `known` has nothing for stays as it is written, and so do brackets without a
    /// place of their own.
    pub fn new(text: &'t str, known: impl Fn(&'t str) -> Option<P>) -> Self {
        let mut reader = Reader { text, rest: text, known };
        let mut pieces = Vec::new();
        while !reader.rest.is_empty() {
            let at = reader.at();
            pieces.extend(reader.pieces());
            // A bracket that closes nothing.
            if reader.rest.starts_with(']') {
                reader.rest = &reader.rest[1..];
                pieces.push(Piece::Text("]"));
            }
            debug_assert!(reader.at() > at, "no end in {text:?}");
        }
        Self(pieces)
    }

    /// Appends the text; `give` appends the value of a place, and nothing where that is empty.
    pub fn push(&self, out: &mut String, mut give: impl FnMut(P, &mut String)) {
        push(&self.0, out, &mut give);
    }
}

/// Says whether every place of its own was given something.
fn push<P: Copy>(pieces: &[Piece<'_, P>], out: &mut String, give: &mut impl FnMut(P, &mut String)) -> bool {
    let mut whole = true;
    for piece in pieces {
        let before = out.len();
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Place(place) => {
                give(*place, out);
                whole &= out.len() > before;
            }
            Piece::Optional(inner) => {
                if !push(inner, out, give) {
                    out.truncate(before);
                }
            }
        }
    }
    whole
}

struct Reader<'t, K> {
    text: &'t str,
    rest: &'t str,
    known: K,
}

impl<'t, P: Copy, K: Fn(&'t str) -> Option<P>> Reader<'t, K> {
    fn at(&self) -> usize {
        self.text.len() - self.rest.len()
    }

    /// The pieces up to a closing bracket or the end.
    fn pieces(&mut self) -> Vec<Piece<'t, P>> {
        let mut pieces = Vec::new();
        while let Some(first) = self.rest.chars().next().filter(|first| *first != ']') {
            match first {
                '{' => pieces.push(self.place()),
                '[' => pieces.extend(self.optional()),
                _ => {
                    let end = self.rest.find(['{', '[', ']']).unwrap_or(self.rest.len());
                    let (text, rest) = self.rest.split_at(end);
                    pieces.push(Piece::Text(text));
                    self.rest = rest;
                }
            }
        }
        pieces
    }

    fn place(&mut self) -> Piece<'t, P> {
        let end = self.rest.find('}').map_or(1, |end| end + 1);
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        let name = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
        name.and_then(&self.known).map_or(Piece::Text(text), Piece::Place)
    }

    fn optional(&mut self) -> Vec<Piece<'t, P>> {
        self.rest = &self.rest[1..];
        let inner = self.pieces();
        let closed = self.rest.starts_with(']');
        self.rest = self.rest.get(1..).unwrap_or_default();
        if closed && inner.iter().any(|piece| matches!(piece, Piece::Place(_))) {
            return vec![Piece::Optional(inner)];
        }
        let end = if closed { "]" } else { "" };
        [vec![Piece::Text("[")], inner, vec![Piece::Text(end)]].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str, values: &[(&str, &str)]) -> String {
        let pattern = Pattern::new(text, |name| values.iter().position(|(known, _)| *known == name));
        let mut out = String::new();
        pattern.push(&mut out, |at, out| out.push_str(values[at].1));
        out
    }

    #[test]
    fn a_stretch_goes_with_its_place() {
        let text = "signed in[ to {app}][ (error {code}[: {why}])]";
        assert_eq!(filled(text, &[("app", "A"), ("code", "7"), ("why", "w")]), "signed in to A (error 7: w)");
        assert_eq!(filled(text, &[("app", ""), ("code", "7"), ("why", "")]), "signed in (error 7)");
        assert_eq!(filled(text, &[("app", ""), ("code", ""), ("why", "w")]), "signed in");
    }

    #[test]
    fn what_is_no_place_stays() {
        for text in ["[ ] to do", "a [b] c", "a ] b", "[", "]", "{", "}", "[{", "no end {a", "{unknown}", "é[é]"] {
            assert_eq!(filled(text, &[("a", "x")]), text);
        }
        assert_eq!(filled("{a} of [{b}", &[("a", "[{b}]"), ("b", "x")]), "[{b}] of [x");
    }
}
