//! XML text to the elements below its root, each one record: `<SearchResults><Event …>…</Event>…`.
//!
//! Nothing is fetched and no entity is declared: a document type declaration is refused.

mod steps;
mod value;

use super::{BadRow, Data, Row};
pub(super) use steps::State;
use steps::{Step, Steps, Tag, prolog, tag};
pub use value::parse;

/// Whether a text that begins so is XML that holds records; why not, where it is XML all the same.
pub(super) fn begins(text: &str) -> Option<Result<(), &'static str>> {
    let bytes = text.as_bytes();
    let declared = text.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '\u{feff}').starts_with("<?xml");
    let at = prolog(bytes, 0)?;
    let rest = text.get(at..)?;
    if let Some(kind) = rest.strip_prefix("<!DOCTYPE") {
        let html = kind.trim_start().get(..4).is_some_and(|word| word.eq_ignore_ascii_case("html"));
        return (!html).then_some(Err("is XML with a document type declaration, which could name other files or \
             expand without end and is not opened; expected an export without one"));
    }
    let Tag::Whole { name, end, .. } = tag(bytes, at) else { return declared.then_some(Ok(())) };
    if ["html", "head", "body", "svg"].iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes())) {
        return None;
    }
    // A note may begin with a word in angle brackets; a list of records goes on with one.
    let inner = prolog(bytes, end);
    (declared || inner.is_none_or(|at| bytes.get(at) == Some(&b'<'))).then_some(Ok(()))
}

/// Where a text may be cut: behind a whole element, with the state there. `None` when more text is needed.
pub(super) fn cut(text: &str, state: State) -> Option<(usize, State)> {
    let mut steps = Steps::new(text, state, false);
    let mut last = None;
    loop {
        match steps.next() {
            Step::More | Step::End => return last,
            Step::Element(..) | Step::Bad(..) => last = Some((steps.place(), steps.state())),
        }
    }
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

/// Behind an element too long to be kept: where the next one begins, and otherwise how much of the text can
/// be let go.
pub(super) fn skip(text: &str, state: State) -> (Option<usize>, usize) {
    if let Some(at) = steps::resume(text.as_bytes(), 1, state, false) {
        return (Some(at), at);
    }
    // What could be the beginning of the next tag is kept, and a byte before it: the first is never one.
    let kept = text.floor_char_boundary(text.len().saturating_sub(steps::LONGEST_NAME + 2));
    let tag = text.as_bytes().get(kept) == Some(&b'<');
    (None, if tag { text.floor_char_boundary(kept.saturating_sub(1)) } else { kept })
}

/// Gives every record of a text that [`cut`] made; `last` when the file ends with it.
pub(super) fn rows(
    text: &str,
    base: u64,
    state: State,
    last: bool,
    each: &mut dyn FnMut(Result<Row<'_>, BadRow>),
) -> u64 {
    let mut steps = Steps::new(text, state, true);
    steps.cut_told = last;
    let mut index = 0;
    loop {
        let (start, end, found) = match steps.next() {
            Step::More | Step::End => return index,
            Step::Element(start, end) => (start, end, parse(text.get(start..end).unwrap_or_default())),
            Step::Bad(start, end, reason) => (start, end, Err(reason.to_owned())),
        };
        index += 1;
        let raw = text.get(start..end).unwrap_or_default();
        let offset = base + start as u64;
        match found {
            Ok(value) => each(Ok(Row { index, offset, raw: raw.as_bytes(), data: Data::Json(value) })),
            Err(reason) => each(Err(BadRow::new(index, offset, raw, reason))),
        }
    }
}
