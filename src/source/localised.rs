//! Portal exports in the language of the administrator: local column names and values to the English ones that sources read.
//!
//! The words are data, a file for each language in `localised/`: `column` is empty for the name of a column, and
//! names the column for one of its values. `proof` is `records` (seen in a real export), `docs` (the word of
//! Microsoft's translated documentation) or `unverified`. An English name may have several lines.

use super::for_csv;
use crate::input::{Data, Header};
use serde::Deserialize;
use std::sync::LazyLock;

/// A language that portal exports may be in.
#[derive(Debug)]
pub struct Language {
    /// ISO 639-1.
    pub code: &'static str,
    /// Its name in English.
    pub name: &'static str,
    words: Vec<Word>,
}

/// A local name or value.
#[derive(Debug, Deserialize)]
struct Word {
    /// The source that reads the export in English.
    export: String,
    /// Empty for the name of a column, else the English name of the column whose value this is.
    column: String,
    english: String,
    local: String,
    proof: WordProof,
    /// [`loose`] of the local and of the English word.
    #[serde(skip)]
    keys: (String, String),
}

/// What a local word is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WordProof {
    /// A real export.
    Records,
    /// Microsoft's own translation of its documentation.
    Docs,
    /// A translation that nothing proves.
    Unverified,
}

static FILES: &[(&str, &str, &str)] = &[
    ("de", "German", include_str!("localised/de.csv")),
    ("es", "Spanish", include_str!("localised/es.csv")),
    ("fr", "French", include_str!("localised/fr.csv")),
    ("nl", "Dutch", include_str!("localised/nl.csv")),
];

/// Every language, by code. A test proves that each line of its file was read.
pub static LANGUAGES: LazyLock<Vec<Language>> = LazyLock::new(|| {
    let keyed = |word: Word| Word { keys: (loose(&word.local), loose(&word.english)), ..word };
    let words = |text: &str| {
        csv::Reader::from_reader(text.as_bytes()).deserialize().filter_map(Result::ok).map(keyed).collect()
    };
    FILES.iter().map(|&(code, name, text)| Language { code, name, words: words(text) }).collect()
});

impl Language {
    /// How many of its words for an export are known from each kind of proof.
    pub fn proven(&self, export: &str) -> [(WordProof, usize); 3] {
        [WordProof::Records, WordProof::Docs, WordProof::Unverified].map(|proof| {
            let words = self.words.iter().filter(|word| word.export == export && word.proof == proof);
            (proof, words.count())
        })
    }

    /// The exports that it has words for.
    pub fn exports(&self) -> std::collections::BTreeSet<&str> {
        self.words.iter().map(|word| word.export.as_str()).collect()
    }

    /// The header in English, as far as this language has its names, and how many of them it has.
    fn translate(&'static self, export: &str, header: &Header) -> (Localised, usize) {
        let names = || self.words.iter().filter(|word| word.export == export && word.column.is_empty());
        let (mut english, mut unmapped, mut mapped) = (header.clone(), Vec::new(), 0);
        english.keys.clear();
        for (key, name) in header.keys.iter().zip(&mut english.names) {
            let bare = unnumbered(key);
            let loose = loose(bare);
            let found = names().find(|word| word.keys.0 == loose);
            if let Some(word) = found {
                mapped += 1;
                name.clone_from(&word.english);
            } else if !key.is_empty() && !is_english(export, &loose) {
                unmapped.push(name.trim().to_owned());
            }
            let key = found.map_or(bare, |word| &word.english).to_lowercase();
            english.keys.push(unique(&english.keys, &key));
        }
        let values = self.words.iter().filter(|word| word.export == export && !word.column.is_empty());
        let values = values.filter_map(|word| Some((english.position(&word.column.to_lowercase())?, word))).collect();
        (Localised { language: self.code, header: english, unmapped, values }, mapped)
    }
}

/// A header in another language than English, and how to read its rows.
#[derive(Debug)]
pub struct Localised {
    /// Code of the language.
    pub language: &'static str,
    /// The header with English names where they are known.
    pub header: Header,
    /// Names that stay as they are, though English has others for the rest.
    pub unmapped: Vec<String>,
    values: Vec<(usize, &'static Word)>,
}

impl Localised {
    /// A row as the English export would have it.
    fn row<'a>(&'a self, mut fields: Vec<&'a str>) -> Data<'a> {
        for (at, word) in &self.values {
            if let Some(field) = fields.get_mut(*at).filter(|field| field.trim() == word.local) {
                *field = &word.english;
            }
        }
        Data::Csv { header: &self.header, fields }
    }
}

/// A row as the English export would have it, where `localised` says how.
pub fn in_english<'a>(localised: Option<&'a Localised>, data: Data<'a>) -> Data<'a> {
    match (data, localised) {
        (Data::Csv { fields, .. }, Some(localised)) => localised.row(fields),
        (data, _) => data,
    }
}

/// Reads a header that no source takes as one in another language; of several the one that has most of its names.
pub fn localise(header: &Header) -> Option<Localised> {
    if for_csv(header).is_some() {
        return None;
    }
    let mut best: Option<(Localised, usize)> = None;
    for language in LANGUAGES.iter() {
        for export in language.exports() {
            let (read, mapped) = language.translate(export, header);
            let taken = mapped > 0 && for_csv(&read.header).is_some_and(|source| source.name == export);
            if taken && best.as_ref().is_none_or(|(_, most)| mapped > *most) {
                best = Some((read, mapped));
            }
        }
    }
    best.map(|(read, _)| read)
}

/// Whether a loose name is one of those that are translated, in English.
fn is_english(export: &str, loose: &str) -> bool {
    let words = LANGUAGES.iter().flat_map(|language| &language.words);
    words.filter(|word| word.export == export && word.column.is_empty()).any(|word| word.keys.1 == loose)
}

/// Letters and digits alone: portals and translators differ in hyphens, full stops and apostrophes.
fn loose(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A key without the number that the reader gives to a name that repeats.
fn unnumbered(key: &str) -> &str {
    key.rsplit_once('#').filter(|(_, number)| number.parse::<u32>().is_ok()).map_or(key, |(name, _)| name)
}

/// As the reader numbers a name that repeats.
fn unique(keys: &[String], key: &str) -> String {
    let mut unique = key.to_owned();
    let mut count = 1;
    while keys.contains(&unique) {
        count += 1;
        unique = format!("{key}#{count}");
    }
    unique
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(names: &[&str]) -> Header {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        Header { delimiter: b',', keys: names.iter().map(|name| name.trim().to_lowercase()).collect(), names }
    }

    #[test]
    fn every_line_of_every_language_is_read() {
        for ((code, _, text), language) in FILES.iter().zip(LANGUAGES.iter()) {
            assert_eq!(language.code, *code);
            assert_eq!(language.words.len(), text.lines().count() - 1, "{code}");
            for word in &language.words {
                assert!(!word.english.is_empty() && !word.local.is_empty(), "{code}: {word:?}");
                let same = |other: &&Word| {
                    (&other.export, &other.column) == (&word.export, &word.column)
                        && loose(&other.local) == loose(&word.local)
                };
                let meanings: Vec<&str> = language.words.iter().filter(same).map(|w| w.english.as_str()).collect();
                assert!(
                    meanings.iter().all(|meaning| *meaning == word.english),
                    "{code}: {:?} is {meanings:?}",
                    word.local
                );
            }
        }
    }

    #[test]
    fn a_header_in_english_or_in_no_known_language_is_left_alone() {
        assert!(localise(&header(&["Date (UTC)", "Request ID", "User", "Status"])).is_none());
        assert!(localise(&header(&["Päivämäärä (UTC)", "Pyynnön tunnus", "Käyttäjä"])).is_none());
    }

    #[test]
    fn names_and_values_are_read_whatever_their_hyphens_and_apostrophes() {
        let french = ["Date (UTC)", "ID de la demande", "Nom d\u{2019}utilisateur", "Statut", "Chose nouvelle"];
        let read = localise(&header(&french)).expect("French");
        assert_eq!(read.language, "fr");
        assert_eq!(read.header.keys, ["date (utc)", "request id", "username", "status", "chose nouvelle"]);
        assert_eq!(read.unmapped, ["Chose nouvelle"]);
        let Data::Csv { fields, .. } = read.row(vec!["x", "y", "Échec", "Échec"]) else { panic!("JSON") };
        assert_eq!(fields, ["x", "y", "Échec", "Failure"], "a value is translated in its own column only");
    }
}
