//! What message traces know of single messages: who wrote to whom, about what, and when.

use crate::source::exposed::Letter;
use std::collections::{BTreeMap, BTreeSet};

/// One message, whatever the number of rows that tell of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// Who it is from, lower case.
    pub sender: String,
    /// Whom it went to, lower case.
    pub recipients: BTreeSet<String>,
    /// Subject.
    pub subject: String,
    /// The events of traces that tell of it, in time order.
    pub positions: Vec<u32>,
}

/// Messages by internet message id.
#[derive(Debug, Default)]
pub struct Letters(BTreeMap<String, Message>);

impl Letters {
    /// Adds what one row tells.
    pub fn add(&mut self, position: u32, letter: Letter) {
        let message = self.0.entry(letter.id).or_default();
        if message.sender.is_empty() {
            message.sender = letter.sender;
        }
        if message.subject.is_empty() {
            message.subject = letter.subject;
        }
        message.recipients.extend(letter.recipients);
        if let Err(at) = message.positions.binary_search(&position) {
            message.positions.insert(at, position);
        }
    }

    /// The message with this id.
    pub fn get(&self, id: &str) -> Option<&Message> {
        self.0.get(id)
    }

    /// All, by id.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Message)> {
        self.0.iter().map(|(id, message)| (id.as_str(), message))
    }
}

/// A subject without the marks of replies and forwards, lower case: what the messages of a thread have in common.
pub fn thread(subject: &str) -> String {
    let mut rest = subject.trim();
    loop {
        let bare = rest.trim_start_matches(['[', '(']).trim_start();
        let Some((mark, after)) = bare.split_once(':') else { break };
        let word = mark.trim().trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '[' | ']' | '(' | ')'));
        if !MARKS.contains(&word.trim().to_lowercase().as_str()) {
            break;
        }
        rest = after.trim();
    }
    rest.to_lowercase()
}

/// What mail programs put before the subject of a reply or a forward, in the languages of Outlook.
const MARKS: &[&str] = &[
    "re",
    "aw",
    "antw",
    "sv",
    "vs",
    "ref",
    "res",
    "rv",
    "odp",
    "r",
    "ynt",
    "fw",
    "fwd",
    "wg",
    "doorst",
    "tr",
    "i",
    "enc",
    "vb",
    "vl",
    "videresendt",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_and_forwards_are_of_one_thread() {
        for subject in [
            "Invoice 2231",
            "RE: Invoice 2231",
            "Re: AW: Invoice 2231",
            "Antw: RE[2]: invoice 2231 ",
            "FW: Invoice 2231",
        ] {
            assert_eq!(thread(subject), "invoice 2231", "{subject}");
        }
        assert_eq!(thread("Offer: 10 chairs"), "offer: 10 chairs");
        assert_eq!(thread("Re:"), "");
    }
}
