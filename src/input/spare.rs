//! Room for the texts of chunks, used again: else a chunk's memory would go back to the system, and be asked for and
//! cleared anew, for each megabyte that is read.

use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

/// Texts that are kept at most.
const MOST: usize = 16;

/// Room that nobody uses.
#[derive(Debug, Clone, Default)]
pub(super) struct Spare(Arc<Mutex<Vec<String>>>);

impl Spare {
    /// A text that begins as `start` and has room for `more` bytes behind it.
    pub(super) fn begin(&self, start: &str, more: usize) -> String {
        let spare = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut text = spare.unwrap_or_default();
        text.reserve(start.len() + more);
        text.push_str(start);
        text
    }

    /// A text whose room comes back here once it is dropped.
    pub(super) fn lend(&self, text: String) -> Lent {
        Lent { text, spare: self.clone() }
    }
}

/// A text in room that is used again.
#[derive(Debug)]
pub(super) struct Lent {
    text: String,
    spare: Spare,
}

impl Deref for Lent {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let mut spare = self.spare.0.lock().unwrap_or_else(PoisonError::into_inner);
        if spare.len() < MOST && self.text.capacity() > 0 {
            let mut text = std::mem::take(&mut self.text);
            text.clear();
            spare.push(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_used_again_and_its_text_is_gone() {
        let spare = Spare::default();
        let lent = spare.lend(spare.begin("one", 4000));
        assert_eq!(&*lent, "one");
        drop(lent);
        let again = spare.begin("", 0);
        assert!(again.is_empty() && again.capacity() > 4000, "{}", again.capacity());
        assert_eq!(spare.begin("two", 1), "two");
    }

    #[test]
    fn no_more_is_kept_than_threads_can_use() {
        let spare = Spare::default();
        let lent: Vec<Lent> = (0..2 * MOST).map(|_| spare.lend("text".to_owned())).collect();
        drop(lent);
        assert_eq!(spare.0.lock().unwrap().len(), MOST);
    }
}
