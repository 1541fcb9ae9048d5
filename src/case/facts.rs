//! What the investigator says of the case itself: its number, who examines it, and how its readers are spoken to.

use crate::language::Voice;

/// The case, as the investigator names it; each text is empty where it was not given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseFacts {
    /// Number or name of the case.
    pub number: String,
    /// Who examines the evidence.
    pub examiner: String,
    /// For which organisation.
    pub organisation: String,
    /// Language and clock of what is written for people.
    pub voice: Voice,
}

impl CaseFacts {
    /// Number, examiner and organisation by what they are called; empty texts where they were not given.
    pub fn named(&self) -> [(&'static str, &str); 3] {
        let named = [
            ("case.number", self.number.as_str()),
            ("case.examiner", self.examiner.as_str()),
            ("case.organisation", self.organisation.as_str()),
        ];
        named.map(|(key, text)| (self.voice.text(key), text))
    }
}
