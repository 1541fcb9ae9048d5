//! A [`Found`] file to [`Chunk`]s of whole records, in order and in bounded memory; a chunk is taken apart
//! into [`Row`]s on any thread.

use super::container::{self, Tally, told};
use super::encoding::{NotText, Text};
use super::spare::{Lent, Spare};
use super::{BadRow, Finish, Found, Header, Layout, Limits, Row, Unusable, csv, json, walk, xml};
use std::sync::Arc;

/// Text of an ordinary chunk, in bytes.
const CHUNK: usize = 1 << 20;
/// Text that decides on the layout, in bytes.
const HEAD: usize = 64 << 10;
/// Length of the first line that an error shows, in bytes.
const SHOWN: usize = 60;

/// Reads one file from its beginning to its end.
pub struct Reader {
    text: Text,
    tally: Tally,
    /// Decoded text that no chunk has yet.
    buffer: String,
    /// Where the buffer stands in the decoded text.
    base: u64,
    ended: bool,
    broken: Option<String>,
    layout: Layout,
    cutter: Cutter,
    limits: Limits,
    chunk: usize,
    spare: Spare,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("layout", &self.layout).field("base", &self.base).finish_non_exhaustive()
    }
}

#[derive(Debug, Clone)]
enum Cutter {
    Csv(Arc<Header>),
    Json(json::State),
    Xml(xml::State),
}

/// Whole records of one file, with their place in the decoded text.
#[derive(Debug)]
pub struct Chunk {
    text: Lent,
    base: u64,
    last: bool,
    longest: usize,
    body: Body,
}

#[derive(Debug, Clone)]
enum Body {
    Records(Cutter),
    /// A record that was let go because of its length.
    Bad(BadRow),
}

impl Reader {
    /// Opens a file and decides on container, encoding and layout by its first bytes.
    ///
    /// # Errors
    /// [`Unusable`] when it holds nothing that can be read as records; its bytes are hashed all the same.
    pub fn open(found: &Found, limits: &Limits) -> Result<Self, Unusable> {
        Self::with_chunk(found, limits, CHUNK)
    }

    pub(super) fn with_chunk(found: &Found, limits: &Limits, chunk: usize) -> Result<Self, Unusable> {
        let opened = container::open(found, limits, true)?;
        if let Some(kind) = opened.foreign {
            let reason = format!("is {kind}, which is not opened; unpack it and give what it holds");
            return Err(opened.condemn("unrecognised", reason));
        }
        let tally = opened.tally;
        let (text, error) = Text::new(opened.stream);
        let broken = error.as_ref().map(told);
        let refuse = |tally: &Tally, format, reason: String| {
            let (sha256, bytes, _) = tally.close();
            Unusable { format, reason, sha256, bytes }
        };
        let text = text.map_err(|not_text| match (not_text, &broken) {
            (_, Some(reason)) => refuse(&tally, "unreadable", reason.clone()),
            (NotText::Empty, None) => refuse(&tally, "empty", "holds no bytes; expected an export".to_owned()),
            (NotText::Zeros, None) => {
                let reason = "holds only NUL bytes; the file was never written to disk, so get another copy";
                refuse(&tally, "binary", reason.to_owned())
            }
            (NotText::Binary, None) => refuse(&tally, "binary", "is not text; expected CSV, JSON or XML".to_owned()),
        })?;
        let layout = Layout::Json;
        let cutter = Cutter::Json(json::State::default());
        let buffer = String::new();
        let limits = *limits;
        let mut reader = Self {
            text,
            tally,
            buffer,
            base: 0,
            ended: false,
            broken,
            layout,
            cutter,
            limits,
            chunk: chunk.max(1),
            spare: Spare::default(),
        };
        match reader.choose_layout() {
            Ok(()) => Ok(reader),
            Err((format, reason)) => {
                let Self { text, tally, broken, .. } = reader;
                drop(text);
                match broken {
                    Some(broken) => Err(refuse(&tally, "unreadable", broken)),
                    None => Err(refuse(&tally, format, reason)),
                }
            }
        }
    }

    fn choose_layout(&mut self) -> Result<(), (&'static str, String)> {
        loop {
            if is_blank(&self.buffer) {
                self.drop_front(self.buffer.len());
            } else if self.buffer.len() >= HEAD {
                break;
            }
            if self.ended {
                break;
            }
            self.fill(self.buffer.len() + 1);
        }
        if self.buffer.is_empty() {
            return Err(("empty", "holds only white space; expected an export".to_owned()));
        }
        if json::begins(&self.buffer) {
            return Ok(());
        }
        if let Some(xml) = xml::begins(&self.buffer) {
            xml.map_err(|reason| ("unrecognised", reason.to_owned()))?;
            (self.layout, self.cutter) = (Layout::Xml, Cutter::Xml(xml::State::default()));
            return Ok(());
        }
        let Some((header, end)) = csv::header(&self.buffer, self.ended) else {
            let line = self.buffer.trim_start().lines().next().unwrap_or_default();
            let line = walk::printable(line.get(..line.floor_char_boundary(SHOWN)).unwrap_or_default());
            return Err((
                "unrecognised",
                format!("begins with \"{line}\"; expected JSON, XML, or a line of two or more CSV column names"),
            ));
        };
        self.drop_front(end);
        self.cutter = Cutter::Csv(Arc::new(header.clone()));
        self.layout = Layout::Csv(header);
        Ok(())
    }

    /// How the text is laid out.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// `utf-8`, `utf-8-bom`, `utf-16le`, `utf-16be` or `cp1252`.
    pub fn encoding(&self) -> &'static str {
        self.text.name()
    }

    /// The next records; `None` at the end. Where chunks are cut depends on nothing but the bytes.
    pub fn next_chunk(&mut self) -> Option<Chunk> {
        let mut want = self.chunk;
        loop {
            self.fill(want + 1);
            if self.ended && self.buffer.len() <= want {
                return self.last_chunk();
            }
            let window = self.buffer.get(..self.buffer.floor_char_boundary(want)).unwrap_or_default();
            let cut = match &self.cutter {
                Cutter::Csv(header) => csv::cut(window, header.delimiter).map(|end| (end, self.cutter.clone())),
                Cutter::Json(state) => json::cut(window, *state).map(|(end, state)| (end, Cutter::Json(state))),
                Cutter::Xml(state) => xml::cut(window, *state).map(|(end, state)| (end, Cutter::Xml(state))),
            };
            if let Some((end, next)) = cut {
                let rest = self.spare.begin(self.buffer.get(end..).unwrap_or_default(), self.chunk + self.chunk / 8);
                self.buffer.truncate(end);
                return Some(self.records(rest, next, false));
            }
            if want > self.limits.record {
                return Some(self.let_go(want));
            }
            want = want.saturating_mul(2).min(self.limits.record.saturating_add(1));
        }
    }

    fn last_chunk(&mut self) -> Option<Chunk> {
        let next = match &self.cutter {
            Cutter::Csv(_) => self.cutter.clone(),
            Cutter::Json(state) => Cutter::Json(json::end(&self.buffer, *state)),
            Cutter::Xml(state) => Cutter::Xml(xml::end(&self.buffer, *state)),
        };
        if is_blank(&self.buffer) {
            self.drop_front(self.buffer.len());
            self.cutter = next;
            return None;
        }
        Some(self.records(String::new(), next, true))
    }

    /// Makes the buffer a chunk, and `rest` the buffer.
    fn records(&mut self, rest: String, next: Cutter, last: bool) -> Chunk {
        let text = std::mem::replace(&mut self.buffer, rest);
        let body = Body::Records(std::mem::replace(&mut self.cutter, next));
        let base = self.base;
        self.base += text.len() as u64;
        Chunk { text: self.spare.lend(text), base, last, longest: self.limits.record, body }
    }

    /// Lets a record go that does not end within so much text, up to where another may begin.
    fn let_go(&mut self, length: usize) -> Chunk {
        let window = self.buffer.get(..self.buffer.floor_char_boundary(length)).unwrap_or_default();
        let blank = match &mut self.cutter {
            Cutter::Csv(_) => window.len() - window.trim_start_matches(['\r', '\n']).len(),
            Cutter::Json(state) => {
                let (blank, at) = json::pending(window, *state);
                *state = at;
                blank
            }
            Cutter::Xml(state) => {
                let (blank, at) = xml::pending(window, *state);
                *state = at;
                blank
            }
        };
        self.drop_front(blank);
        let base = self.base;
        let reason = too_long(self.limits.record);
        let mut bad = BadRow::new(1, base, &self.buffer, reason);
        loop {
            let (next, free) = match &self.cutter {
                Cutter::Csv(header) => csv::skip(&self.buffer, header),
                Cutter::Json(state) => json::skip(&self.buffer, *state),
                Cutter::Xml(state) => xml::skip(&self.buffer, *state),
            };
            self.drop_front(free);
            if next.is_some() {
                break;
            }
            if self.ended {
                self.drop_front(self.buffer.len());
                break;
            }
            self.fill(self.buffer.len() + self.chunk);
        }
        bad.length = self.base - base;
        Chunk {
            text: self.spare.lend(String::new()),
            base,
            last: false,
            longest: self.limits.record,
            body: Body::Bad(bad),
        }
    }

    fn drop_front(&mut self, length: usize) {
        self.buffer.drain(..length);
        self.base += length as u64;
    }

    /// Decodes until the buffer holds as much as wanted, or the file ends.
    fn fill(&mut self, want: usize) {
        self.buffer.reserve((want + self.chunk / 8).saturating_sub(self.buffer.len()));
        while !self.ended && self.buffer.len() < want {
            match self.text.fill(&mut self.buffer) {
                Ok(more) => self.ended = !more,
                Err(error) => {
                    self.broken = Some(told(&error));
                    self.ended = true;
                }
            }
        }
    }

    /// What is known after the last chunk; bytes that were not needed are hashed now.
    pub fn finish(self) -> Finish {
        let mut notes: Vec<String> = self.text.note().into_iter().collect();
        let open = match &self.cutter {
            Cutter::Csv(_) => false,
            Cutter::Json(state) => !state.closed(),
            Cutter::Xml(state) => !state.closed(),
        };
        let unclosed = self.ended && open;
        if unclosed {
            notes.push("the file ends before its list of records is closed; records may be missing".to_owned());
        }
        drop(self.text);
        let (sha256, bytes, error) = self.tally.close();
        let broken = self.broken.or_else(|| error.as_ref().map(told));
        Finish { sha256, bytes, notes, unclosed, broken }
    }
}

impl Chunk {
    /// Takes the text apart; gives the number of rows met, good and bad.
    pub fn rows(&self, each: &mut dyn FnMut(Result<Row<'_>, BadRow>)) -> u64 {
        let longest = self.longest;
        let mut bounded = |row: Result<Row<'_>, BadRow>| match row {
            Ok(row) if row.raw.len() > longest => {
                let raw = String::from_utf8_lossy(row.raw);
                each(Err(BadRow::new(row.index, row.offset, &raw, too_long(longest))));
            }
            row => each(row),
        };
        match &self.body {
            Body::Records(Cutter::Csv(header)) => csv::rows(&self.text, self.base, header, self.last, &mut bounded),
            Body::Records(Cutter::Json(state)) => json::rows(&self.text, self.base, *state, self.last, &mut bounded),
            Body::Records(Cutter::Xml(state)) => xml::rows(&self.text, self.base, *state, self.last, &mut bounded),
            Body::Bad(bad) => {
                each(Err(bad.clone()));
                1
            }
        }
    }

    /// The first records, about `bytes` of text; all of them where none ends there.
    #[must_use]
    pub fn head(&self, bytes: usize) -> Self {
        let window = self.text.get(..self.text.floor_char_boundary(bytes)).unwrap_or_default();
        let cut = match &self.body {
            Body::Records(_) if window.len() == self.text.len() => None,
            Body::Records(Cutter::Csv(header)) => csv::cut(window, header.delimiter),
            Body::Records(Cutter::Json(state)) => json::cut(window, *state).map(|(end, _)| end),
            Body::Records(Cutter::Xml(state)) => xml::cut(window, *state).map(|(end, _)| end),
            Body::Bad(_) => None,
        };
        let (text, last) = match cut {
            Some(end) => (window.get(..end).unwrap_or_default(), false),
            None => (&*self.text, self.last),
        };
        Self {
            text: Spare::default().lend(text.to_owned()),
            base: self.base,
            last,
            longest: self.longest,
            body: self.body.clone(),
        }
    }

    /// The bytes of a row by its offset and its length; none where the chunk does not hold them.
    pub fn bytes(&self, offset: u64, length: usize) -> &[u8] {
        let from = usize::try_from(offset.saturating_sub(self.base)).unwrap_or(usize::MAX);
        self.text.as_bytes().get(from..).and_then(|rest| rest.get(..length)).unwrap_or_default()
    }

    /// Where the chunk stands in the decoded text, in bytes.
    pub fn offset(&self) -> u64 {
        self.base
    }

    /// Length of its text in bytes; 0 for a record that was let go because of its length.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether it holds no text.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

fn too_long(longest: usize) -> String {
    format!("record is longer than {longest} bytes, the limit for one record")
}

fn is_blank(text: &str) -> bool {
    text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').is_empty()
}
