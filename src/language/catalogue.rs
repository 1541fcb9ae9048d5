//! The texts, by key: comma-separated files with the columns `key,en,nl`, one file for each part of the program.

use super::Language;
use rustc_hash::FxHashMap;
use serde::Deserialize;
use std::sync::LazyLock;

static FILES: &[&str] =
    &[include_str!("time.csv"), include_str!("report.csv"), include_str!("pdf.csv"), include_str!("workbook.csv")];

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

static TEXTS: LazyLock<FxHashMap<String, Entry>> =
    LazyLock::new(|| entries().map(|entry| (entry.key.clone(), entry)).collect());

/// Every text as it stands in the files, in their order; a line that is not one is left out, which a test excludes.
pub fn entries() -> impl Iterator<Item = Entry> {
    FILES.iter().flat_map(|text| csv::Reader::from_reader(text.as_bytes()).into_deserialize().filter_map(Result::ok))
}

pub(super) fn text(key: &'static str, language: Language) -> &'static str {
    let Some(entry) = TEXTS.get(key) else {
        debug_assert!(false, "the catalogue has no text {key}");
        return key;
    };
    match language {
        Language::English => &entry.en,
        Language::Dutch => &entry.nl,
    }
}
