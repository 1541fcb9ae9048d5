//! The log of a collection tool to the lines that say what it did not collect: no export, but evidence of gaps.

use crate::input::{Found, Limits, lines};

/// First lines that tell whether a text is such a log.
const HEAD: usize = 50;
/// Longest line that is quoted, in bytes.
const QUOTED: usize = 400;
/// Lines that are quoted.
const MOST: usize = 1_000;

/// What a tool writes when it gives a window up; the last line of a log may be cut, so these are no whole sentences.
///
/// Microsoft-Extractor-Suite, Get-UAL: <https://github.com/invictus-ir/Microsoft-Extractor-Suite>
static GAVE_UP: &[&str] = &["SOME EVENTS IN THIS RANGE", "Max retries reached for window"];
static LEVELS: &[&str] = &["[INFO]", "[WARNING]", "[ERROR]", "[DEBUG]"];

/// What the first lines of a text have been like.
#[derive(Debug, Default)]
struct Head {
    lines: usize,
    dated: usize,
    levelled: bool,
}

impl Head {
    fn note(&mut self, line: &str) {
        self.lines += 1;
        self.dated += usize::from(is_dated(line));
        self.levelled |= is_dated(line) && LEVELS.iter().any(|level| line.contains(level));
    }

    /// Most lines begin with a time, and some state a level; a note that quotes a log is no log.
    fn is_log(&self) -> bool {
        self.levelled && self.dated * 2 > self.lines
    }
}

/// The lines that tell of a gap, if the file is a collection log; it is read on only if its beginning is one's.
pub(super) fn skipped(found: &Found, limits: &Limits) -> Option<Vec<String>> {
    let mut head = Head::default();
    let mut gaps = Vec::new();
    lines(found, limits, &mut |line| {
        if head.lines < HEAD && !line.trim().is_empty() {
            head.note(line);
        }
        if GAVE_UP.iter().any(|words| line.contains(words)) && gaps.len() < MOST {
            gaps.push(line.get(..line.floor_char_boundary(QUOTED)).unwrap_or_default().trim().to_owned());
        }
        head.lines < HEAD || head.is_log()
    });
    head.is_log().then_some(gaps)
}

/// `2026-01-23 10:15:00` at the beginning of a line.
fn is_dated(line: &str) -> bool {
    let shape = line
        .trim_start_matches('\u{feff}')
        .bytes()
        .take(19)
        .map(|byte| if byte.is_ascii_digit() { b'0' } else { byte });
    shape.eq(*b"0000-00-00 00:00:00")
        || line.len() > 19 && line.as_bytes().get(10) == Some(&b'T') && is_dated(&line.replacen('T', " ", 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_log(text: &[&str]) -> bool {
        let mut head = Head::default();
        for line in text {
            head.note(line);
        }
        head.is_log()
    }

    #[test]
    fn a_log_is_told_from_a_note_and_from_a_table() {
        assert!(is_log(&["2026-01-23 10:15:00 - [INFO] Running", "2026-01-23 10:15:01 - -----", "  more"]));
        assert!(is_log(&["2026-01-23T10:15:00 [ERROR] x"]));
        assert!(!is_log(&["Dear colleague", "2026-01-23 10:15:00 - [INFO] Running"]));
        assert!(!is_log(&["2026-01-23 10:15:00,a,b", "2026-01-23 10:15:01,a,b"]));
        assert!(!is_log(&[]));
    }
}
