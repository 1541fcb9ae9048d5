//! Plain bytes to UTF-8 text; the encoding is chosen once, from the first MiB.

use super::container::Stream;
use encoding_rs::{Decoder, DecoderResult, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::io::{self, Read};

/// Bytes that decide on the encoding.
const SNIFF: u64 = 1 << 20;
/// Bytes decoded at a time, few enough to stay in the processor's cache.
const BLOCK: u64 = 256 << 10;
/// Text that one decoding step may produce.
const STEP: usize = 64 << 10;

/// Why bytes are not text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotText {
    Empty,
    Zeros,
    Binary,
}

/// Decodes a stream of bytes piece by piece.
pub(super) struct Text {
    stream: Stream,
    name: &'static str,
    /// `None` for UTF-8, which is checked and copied.
    decoder: Option<Decoder>,
    /// Bytes read and not decoded yet.
    pending: Vec<u8>,
    ended: bool,
    /// Whether the decoder has been told of the end.
    flushed: bool,
    /// Length of the text so far, in bytes.
    length: u64,
    /// Where the first malformed sequence stood in the text, and how many there were.
    malformed: Option<(u64, u64)>,
}

impl Text {
    /// Reads the beginning and chooses the encoding.
    pub(super) fn new(mut stream: Stream) -> (Result<Self, NotText>, Option<io::Error>) {
        let mut pending = Vec::new();
        let error = (&mut stream).take(SNIFF).read_to_end(&mut pending).err();
        let ended = error.is_some() || (pending.len() as u64) < SNIFF;
        let text = choose(&pending, ended).map(|(name, mark)| {
            pending.drain(..mark);
            let decoder = match name {
                "utf-16le" => Some(UTF_16LE.new_decoder_without_bom_handling()),
                "utf-16be" => Some(UTF_16BE.new_decoder_without_bom_handling()),
                "cp1252" => Some(WINDOWS_1252.new_decoder_without_bom_handling()),
                _ => None,
            };
            Self { stream, name, decoder, pending, ended, flushed: false, length: 0, malformed: None }
        });
        (text, error)
    }

    /// `utf-8`, `utf-8-bom`, `utf-16le`, `utf-16be` or `cp1252`.
    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// What was replaced, in words.
    pub(super) fn note(&self) -> Option<String> {
        self.malformed.map(|(first, count)| {
            format!(
                "{count} malformed {} sequences, the first at byte {first} of the text, are shown as U+FFFD",
                self.name
            )
        })
    }

    /// Appends the next piece of text; `false` at the end.
    ///
    /// # Errors
    /// What ends the stream early. The text before it has been given.
    pub(super) fn fill(&mut self, out: &mut String) -> io::Result<bool> {
        if !self.ended && self.pending.len() < 16 {
            match (&mut self.stream).take(BLOCK).read_to_end(&mut self.pending) {
                Ok(count) => self.ended = count == 0,
                Err(error) => {
                    self.ended = true;
                    self.decode(out);
                    return Err(error);
                }
            }
        }
        if self.flushed {
            return Ok(false);
        }
        self.decode(out);
        Ok(true)
    }

    fn decode(&mut self, out: &mut String) {
        self.flushed = self.ended;
        let before = out.len();
        let mut pending = std::mem::take(&mut self.pending);
        let used = match self.decoder.take() {
            None => self.utf8(&pending, out, before),
            Some(mut decoder) => {
                let used = self.foreign(&mut decoder, &pending, out, before);
                self.decoder = Some(decoder);
                used
            }
        };
        pending.drain(..used);
        self.pending = pending;
        self.length += (out.len() - before) as u64;
    }

    fn replaced(&mut self, at: u64) {
        self.malformed.get_or_insert((at, 0)).1 += 1;
    }

    fn utf8(&mut self, bytes: &[u8], out: &mut String, before: usize) -> usize {
        // Nearly all text is valid: what is so is taken whole, and only the rest piece by piece.
        let whole = match simdutf8::compat::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(bytes.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or_default(),
        };
        out.push_str(whole);
        let mut used = whole.len();
        for piece in bytes.get(used..).unwrap_or_default().utf8_chunks() {
            out.push_str(piece.valid());
            used += piece.valid().len();
            let bad = piece.invalid();
            if bad.is_empty() {
                continue;
            }
            // A sequence at the very end may only be waiting for its other bytes.
            if !self.ended && used + bad.len() == bytes.len() && bad.len() < 4 && waits(bad) {
                return used;
            }
            self.replaced(self.length + (out.len() - before) as u64);
            out.push(char::REPLACEMENT_CHARACTER);
            used += bad.len();
        }
        used
    }

    fn foreign(&mut self, decoder: &mut Decoder, bytes: &[u8], out: &mut String, before: usize) -> usize {
        let mut used = 0;
        loop {
            out.reserve(STEP);
            let rest = bytes.get(used..).unwrap_or_default();
            let (result, count) = decoder.decode_to_string_without_replacement(rest, out, self.ended);
            used += count;
            match result {
                DecoderResult::InputEmpty => return used,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    self.replaced(self.length + (out.len() - before) as u64);
                    out.push(char::REPLACEMENT_CHARACTER);
                }
            }
        }
    }
}

/// Whether more bytes could still complete this sequence.
fn waits(bad: &[u8]) -> bool {
    matches!(std::str::from_utf8(bad), Err(error) if error.error_len().is_none())
}

/// The encoding of a file that begins so, and the length of its byte order mark.
fn choose(start: &[u8], whole: bool) -> Result<(&'static str, usize), NotText> {
    let zeros = memchr::memchr_iter(0, start).count();
    if start.is_empty() {
        return Err(NotText::Empty);
    }
    if zeros == start.len() {
        return Err(NotText::Zeros);
    }
    match start {
        [0xef, 0xbb, 0xbf, ..] => return Ok(("utf-8-bom", 3)),
        [0xff, 0xfe, ..] => return Ok(("utf-16le", 2)),
        [0xfe, 0xff, ..] => return Ok(("utf-16be", 2)),
        _ => {}
    }
    let head = start.get(..4096).unwrap_or(start);
    let pairs = head.len() / 2;
    let even = head.iter().step_by(2).filter(|byte| **byte == 0).count();
    let odd = head.iter().skip(1).step_by(2).filter(|byte| **byte == 0).count();
    // Markup and names are ASCII in every export, so one half of a UTF-16 text is full of zeros.
    if odd * 4 > pairs && even * 10 < odd {
        return Ok(("utf-16le", 0));
    }
    if even * 4 > pairs && odd * 10 < even {
        return Ok(("utf-16be", 0));
    }
    if zeros * 10 > start.len() {
        return Err(NotText::Binary);
    }
    if is_utf8(start, whole) {
        return Ok(("utf-8", 0));
    }
    if head.iter().any(|byte| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b)) {
        return Err(NotText::Binary);
    }
    Ok(("cp1252", 0))
}

/// Whether the bytes are UTF-8, save for damage: valid sequences outnumber malformed ones, which does
/// not come about by chance in an older encoding.
fn is_utf8(start: &[u8], whole: bool) -> bool {
    let Err(error) = std::str::from_utf8(start) else { return true };
    if error.error_len().is_none() && !whole {
        return true;
    }
    let (mut good, mut bad) = (0_usize, 0_usize);
    for piece in start.utf8_chunks() {
        good += piece.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!piece.invalid().is_empty());
    }
    good > bad
}
