//! The texts, by key: comma-separated files with the columns `key,en,nl`, one file for each part of the program.

use super::Language;
use rustc_hash::FxHashMap;
use serde::Deserialize;
use std::sync::LazyLock;

static FILES: &[&str] = &[
    include_str!("time.csv"),
    include_str!("label.csv"),
    include_str!("country.csv"),
    include_str!("event.csv"),
    include_str!("case.csv"),
    include_str!("completeness.csv"),
    include_str!("table.csv"),
    include_str!("show.csv"),
    include_str!("report.csv"),
    include_str!("pdf.csv"),
    include_str!("chart.csv"),
    include_str!("overview.csv"),
    include_str!("workbook.csv"),
];

/// One text in every language.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Entry {
    /// Its name: the part of the program, a point, and what it is.
    pub key: String,
    /// English.
    pub en: String,
    /// Dutch.
    pub nl: String,
}

static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    FILES
        .iter()
        .flat_map(|text| csv::Reader::from_reader(text.as_bytes()).into_deserialize().filter_map(Result::ok))
        .collect()
});

static TEXTS: LazyLock<FxHashMap<&str, &Entry>> =
    LazyLock::new(|| ENTRIES.iter().map(|entry| (entry.key.as_str(), entry)).collect());

impl Entry {
    fn text(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::Dutch => &self.nl,
        }
    }
}

/// Every text as it stands in the files, in their order; a line that is not one is left out, which a test excludes.
pub fn entries() -> impl Iterator<Item = Entry> {
    ENTRIES.iter().cloned()
}

pub(super) fn find(key: &str, language: Language) -> Option<&'static str> {
    TEXTS.get(key).map(|entry| entry.text(language))
}

pub(super) fn part(part: &str, language: Language) -> impl Iterator<Item = (&'static str, &'static str)> {
    ENTRIES.iter().filter_map(move |entry| Some((entry.key.strip_prefix(part)?, entry.text(language))))
}

pub(super) fn text(key: &'static str, language: Language) -> &'static str {
    let found = find(key, language);
    debug_assert!(found.is_some(), "the catalogue has no text {key}");
    found.unwrap_or(key)
}
