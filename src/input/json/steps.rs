//! Steps over the top level of a JSON text, element by element, from any cut; behind damage they go on at
//! the next place where an element can begin.

use super::element::{Found, brace_or_line, object, rest, text};

/// Where the top level stands between two elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::input) struct State {
    /// Lists that are open around the elements.
    open: u32,
    wrapper: Wrapper,
    /// Column at which elements begin when each begins a line, plus one.
    column: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Wrapper {
    #[default]
    None,
    /// In a wrapper's list, with so many lists open within the wrapper.
    List(u32),
    /// In a wrapper, behind its list.
    Rest,
}

impl State {
    /// Whether the file may end here.
    pub(in crate::input) fn closed(self) -> bool {
        self.open == 0 && self.wrapper == Wrapper::None
    }

    /// Column of the elements, if each begins a line.
    pub(super) fn column(self) -> Option<usize> {
        (self.column as usize).checked_sub(1)
    }
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// An object, from its `{` to behind its `}`.
    Object(usize, usize),
    /// A string, quotes included.
    Text(usize, usize),
    /// Something else, and why it is no record.
    Bad(usize, usize, &'static str),
    /// The text ends within an element and more of it follows.
    More,
    /// The text ends.
    End,
}

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

const CUT: &str = "record is cut: the file ends inside it";
const MALFORMED: &str = "record is not JSON: a bracket, comma, colon or quote is missing or misplaced";
const NO_OBJECT: &str = "neither an object nor a list; expected a JSON object";

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

    /// Goes on behind an element that was taken otherwise.
    pub(super) fn skip_to(&mut self, at: usize) {
        self.at = at;
    }

    pub(super) fn next(&mut self) -> Step {
        let mut state = self.state;
        let mut at = self.at;
        loop {
            if state.wrapper == Wrapper::Rest {
                match rest(self.bytes, at) {
                    Found::End(end) => (at, state.wrapper) = (end, Wrapper::None),
                    Found::List(begin) => (at, state.wrapper) = (begin, Wrapper::List(1)),
                    Found::Malformed(_) => state.wrapper = Wrapper::None,
                    Found::More if self.whole => return self.end(state),
                    Found::More => return self.more(at, state),
                }
                continue;
            }
            let Some(byte) = self.bytes.get(at).copied() else {
                return if self.whole { self.end(state) } else { self.more(at, state) };
            };
            match byte {
                b',' => at += 1,
                blank if blank.is_ascii_whitespace() => at += 1,
                0xef if self.bytes.get(at..at + 3) == Some(b"\xef\xbb\xbf") => at += 3,
                b'[' | b']' => {
                    state = bracket(state, byte == b'[');
                    at += 1;
                }
                // The `]` of the wrapper's list is missing.
                b'}' if matches!(state.wrapper, Wrapper::List(_)) => {
                    state.wrapper = Wrapper::None;
                    at += 1;
                }
                b'{' => match object(self.bytes, at, state.wrapper == Wrapper::None) {
                    Found::List(begin) => (at, state.wrapper) = (begin, Wrapper::List(1)),
                    found => return self.element(at, state, found, false),
                },
                b'"' => return self.element(at, state, text(self.bytes, at), true),
                _ => return self.junk(at, state),
            }
        }
    }

    /// Stays where the element begins that more text is needed for.
    fn more(&mut self, start: usize, state: State) -> Step {
        self.at = start;
        self.state = state;
        Step::More
    }

    fn end(&mut self, state: State) -> Step {
        self.at = self.bytes.len();
        self.state = state;
        Step::End
    }

    fn element(&mut self, start: usize, mut state: State, found: Found, string: bool) -> Step {
        let column = self.column(start);
        if state.column == 0 {
            state.column = column.map_or(0, |column| column as u32 + 1);
        }
        let (end, step) = match found {
            Found::End(end) if string => (end, Step::Text(start, end)),
            Found::End(end) | Found::List(end) => (end, Step::Object(start, end)),
            Found::More if !self.whole => return self.more(start, state),
            Found::Malformed(_) | Found::More => {
                let (broken, reason) = match found {
                    Found::Malformed(place) => (place, MALFORMED),
                    _ if self.cut_told => (self.bytes.len(), CUT),
                    _ => (self.bytes.len(), MALFORMED),
                };
                let end = match resume(self.bytes, start, broken, column) {
                    Some(resumed) => {
                        // An object further out than this one begins anew, outside every list.
                        if resumed.column.is_some_and(|now| column.is_none_or(|before| now < before)) {
                            state = State { column: 0, ..State::default() };
                        }
                        resumed.at
                    }
                    None if self.whole => self.bytes.len(),
                    None => return self.more(start, state),
                };
                (end, Step::Bad(start, end, reason))
            }
        };
        self.state = state;
        self.at = end;
        let Step::Bad(start, end, reason) = step else { return step };
        // White space stays with what follows it, so that a cut here keeps the column of the next element.
        self.at = self.trimmed(start, end);
        Step::Bad(start, self.at, reason)
    }

    /// The end without white space before it, and never `start`: reading would not end.
    fn trimmed(&self, start: usize, end: usize) -> usize {
        start + self.bytes.get(start..end).unwrap_or_default().trim_ascii_end().len().max(1)
    }

    /// Bytes that begin no element, up to where one may begin.
    fn junk(&mut self, start: usize, state: State) -> Step {
        let rest = self.bytes.get(start..).unwrap_or_default();
        let stop = |byte: &u8| matches!(byte, b'{' | b'[' | b']' | b',' | b'"' | b'\n');
        let end = match rest.iter().position(stop) {
            Some(length) => start + length,
            None if self.whole => self.bytes.len(),
            None => return self.more(start, state),
        };
        self.at = self.trimmed(start, end);
        self.state = state;
        Step::Bad(start, self.at, NO_OBJECT)
    }

    /// Column of an element that begins its line. A cut never falls between a line end and an element, so
    /// the beginning of the text does not count as one.
    fn column(&self, start: usize) -> Option<usize> {
        let before = self.bytes.get(..start)?;
        let blank = before.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        (before.get(..start - blank)?.last() == Some(&b'\n')).then_some(blank)
    }
}

fn bracket(mut state: State, opens: bool) -> State {
    let count = match &mut state.wrapper {
        Wrapper::List(count) => count,
        _ => &mut state.open,
    };
    *count = if opens { count.saturating_add(1) } else { count.saturating_sub(1) };
    if state.wrapper == Wrapper::List(0) {
        state.wrapper = Wrapper::Rest;
    }
    state
}

/// Where an element may begin again.
pub(super) struct Resumed {
    pub(super) at: usize,
    /// Its column, when it begins a line.
    column: Option<usize>,
}

/// The next place behind `start` where an element may begin when the one at `start` breaks at `broken`: an
/// object that begins a line no further in than this one, or one at or behind the damage that a list or
/// nothing else can hold there.
pub(super) fn resume(bytes: &[u8], start: usize, broken: usize, column: Option<usize>) -> Option<Resumed> {
    let mut at = start + usize::from(broken > start);
    loop {
        let place = brace_or_line(bytes, at)?;
        at = place + 1;
        if bytes.get(place) == Some(&b'\n') {
            let rest = bytes.get(at..)?;
            let blank = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            if rest.get(blank) == Some(&b'{') && blank <= column.unwrap_or(0) {
                return Some(Resumed { at: at + blank, column: Some(blank) });
            }
            continue;
        }
        let key = bytes.get(at..)?.iter().find(|byte| !byte.is_ascii_whitespace());
        if place >= broken
            && key == Some(&b'"')
            && ((place == broken && broken > start) || follows_object(bytes, place))
        {
            return Some(Resumed { at: place, column: None });
        }
    }
}

/// Whether the `{` at `place` stands behind `},`.
fn follows_object(bytes: &[u8], place: usize) -> bool {
    let before = bytes.get(..place).unwrap_or_default().trim_ascii_end();
    before.strip_suffix(b",").is_some_and(|rest| rest.trim_ascii_end().ends_with(b"}"))
}
