//! What the investigator says of the case itself, typed or in a file.

use anyhow::{Context, anyhow, bail};
use chrono_tz::Tz;
use clap::Args;
use serde::Deserialize;
use speur::case::facts::CaseFacts;
use speur::language::{Language, Voice};
use speur::pipeline;
use std::path::PathBuf;

/// The longest number, name or organisation: it stands on every page.
const LONGEST: usize = 120;

/// The case itself.
#[derive(Debug, Args)]
pub(super) struct FactArgs {
    /// The case's number, for the report.
    #[arg(long, value_name = "TEXT")]
    case_number: Option<String>,
    /// Who examines the evidence, for the report.
    #[arg(long, value_name = "NAME")]
    examiner: Option<String>,
    /// For which organisation, for the report.
    #[arg(long, value_name = "NAME")]
    organisation: Option<String>,
    /// A time zone such as Europe/Amsterdam: times for people are told by it too, beside UTC.
    #[arg(long, value_name = "ZONE")]
    timezone: Option<String>,
    /// The language of what is written for people: en or nl.
    #[arg(long, value_name = "CODE")]
    language: Option<String>,
    /// A case.toml that says so: `case_number`, examiner, organisation, timezone, language, each as text. What is typed
    /// as an option goes before it.
    #[arg(long, value_name = "FILE")]
    case_file: Option<PathBuf>,
}

/// A case.toml.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFile {
    case_number: Option<String>,
    examiner: Option<String>,
    organisation: Option<String>,
    timezone: Option<String>,
    language: Option<String>,
}

impl FactArgs {
    /// Puts it into the options of a run.
    pub(super) fn apply(&self, options: &mut pipeline::Options) -> anyhow::Result<()> {
        options.facts = self.facts()?;
        options.decided.extend(self.case_file.clone());
        Ok(())
    }

    fn facts(&self) -> anyhow::Result<CaseFacts> {
        let file = self.file()?;
        let place = self.case_file.as_ref().map_or_else(String::new, |path| format!("{}: ", path.display()));
        // The option as typed, else the key of the file, each with the place to name when it is wrong.
        let of = |typed: &Option<String>, option: &str, found: Option<String>| match typed {
            Some(text) => Some((option.to_owned(), text.clone())),
            None => found.map(|text| (format!("{place}{}", option.trim_start_matches('-').replace('-', "_")), text)),
        };
        let zone = of(&self.timezone, "--timezone", file.timezone).map(|(at, text)| zone(&at, &text)).transpose()?;
        let language = of(&self.language, "--language", file.language).map(|(at, text)| language(&at, &text));
        Ok(CaseFacts {
            number: line(of(&self.case_number, "--case-number", file.case_number))?,
            examiner: line(of(&self.examiner, "--examiner", file.examiner))?,
            organisation: line(of(&self.organisation, "--organisation", file.organisation))?,
            voice: Voice { language: language.transpose()?.unwrap_or_default(), zone },
        })
    }

    fn file(&self) -> anyhow::Result<CaseFile> {
        let Some(path) = &self.case_file else { return Ok(CaseFile::default()) };
        let place = path.display();
        let text = std::fs::read_to_string(path).with_context(|| format!("{place}: cannot be read as text"))?;
        toml::from_str(&text).map_err(|error| {
            let line = error.span().map_or(1, |span| 1 + text[..span.start].matches('\n').count());
            anyhow!(
                "{place}:{line}: {}; expected lines such as case_number = \"2026-014\", with the keys case_number, \
                 examiner, organisation, timezone and language",
                error.message()
            )
        })
    }

    /// The options as typed.
    pub(super) fn typed(&self) -> Vec<(String, String)> {
        let typed = [
            ("--case-number", &self.case_number),
            ("--examiner", &self.examiner),
            ("--organisation", &self.organisation),
            ("--timezone", &self.timezone),
            ("--language", &self.language),
        ];
        let typed = typed.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text.clone()?)));
        typed.chain(self.case_file.iter().map(|file| ("--case-file".to_owned(), file.display().to_string()))).collect()
    }
}

/// A short text in one line.
fn line(typed: Option<(String, String)>) -> anyhow::Result<String> {
    let Some((place, text)) = typed else { return Ok(String::new()) };
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST || text.contains(char::is_control) {
        bail!("{place}: found {} bytes; expected one line of 1 to {LONGEST} bytes", text.len());
    }
    Ok(text.to_owned())
}

fn zone(place: &str, text: &str) -> anyhow::Result<Tz> {
    let known = chrono_tz::TZ_VARIANTS.iter().find(|zone| zone.name().eq_ignore_ascii_case(text));
    known.copied().ok_or_else(|| {
        anyhow!("{place}: found {text:?}; expected a name of the IANA database such as Europe/Amsterdam")
    })
}

fn language(place: &str, text: &str) -> anyhow::Result<Language> {
    let codes = Language::ALL.map(Language::code).join(" or ");
    Language::of(text).ok_or_else(|| anyhow!("{place}: found {text:?}; expected {codes}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(file: Option<PathBuf>) -> FactArgs {
        let of = |text: &str| Some(text.to_owned());
        FactArgs {
            case_number: of("2026-014"),
            examiner: None,
            organisation: None,
            timezone: of("europe/amsterdam"),
            language: None,
            case_file: file,
        }
    }

    #[test]
    fn what_is_typed_goes_before_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("case.toml");
        std::fs::write(&file, "case_number = \"other\"\nexaminer = \"E. Xaminer\"\nlanguage = \"nl\"\n")
            .expect("written");
        let facts = args(Some(file)).facts().expect("facts");
        assert_eq!((facts.number.as_str(), facts.examiner.as_str()), ("2026-014", "E. Xaminer"));
        assert_eq!(facts.voice, Voice { language: Language::Dutch, zone: Some(Tz::Europe__Amsterdam) });
    }

    #[test]
    fn what_is_wrong_names_its_place_and_what_is_expected() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("case.toml");
        for (text, said) in [
            ("examiner = 3\n", ":1: "),
            ("\nnumber = \"x\"\n", ":2: "),
            ("language = \"xx\"\n", "language: found \"xx\"; expected en or nl"),
            ("examiner = \"a\\nb\"\n", "examiner: found 3 bytes; expected one line"),
        ] {
            std::fs::write(&file, text).expect("written");
            let error = args(Some(file.clone())).facts().expect_err("wrong").to_string();
            assert!(error.contains("case.toml:") && error.contains(said), "{error}");
        }
        let typed = FactArgs { timezone: Some("Mars".to_owned()), ..args(None) };
        let error = typed.facts().expect_err("no zone").to_string();
        assert!(error.starts_with("--timezone: found \"Mars\""), "{error}");
    }
}
