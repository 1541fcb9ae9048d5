//! A text that is no export, line by line.

use super::encoding::Text;
use super::{Found, Limits, container};

/// Longest line that is waited for, in bytes; what is longer is let go.
const LONGEST: usize = 1 << 16;

/// Gives every line of a text until `each` has enough; gives none of a file that is no text.
pub fn lines(found: &Found, limits: &Limits, each: &mut dyn FnMut(&str) -> bool) {
    let Ok(opened) = container::open(found, limits, false) else { return };
    let (Ok(mut text), _) = Text::new(opened.stream) else { return };
    let mut buffer = String::new();
    loop {
        let more = text.fill(&mut buffer).unwrap_or(false);
        let mut at = 0;
        while let Some(end) = buffer.get(at..).and_then(|rest| rest.find('\n')) {
            if !each(buffer.get(at..at + end).unwrap_or_default().trim_end_matches('\r')) {
                return;
            }
            at += end + 1;
        }
        buffer.drain(..at);
        if !more {
            if !buffer.is_empty() {
                each(&buffer);
            }
            return;
        }
        if buffer.len() > LONGEST {
            buffer.clear();
        }
    }
}
