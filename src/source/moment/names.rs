//! Month and weekday names as .NET cultures print them: English, Dutch, German, French and Spanish, whole and cut.
//!
//! <https://learn.microsoft.com/dotnet/api/system.globalization.datetimeformatinfo.abbreviatedmonthnames>

/// The names of each month, January first.
static MONTHS: [&[&str]; 12] = [
    &["january", "jan", "januari", "januar", "jänner", "jän", "janvier", "janv", "enero", "ene"],
    &["february", "feb", "februari", "februar", "feber", "février", "févr", "fevrier", "fevr", "febrero"],
    &["march", "mar", "maart", "mrt", "märz", "mär", "mrz", "mars", "marzo"],
    &["april", "apr", "avril", "avr", "abril", "abr"],
    &["may", "mei", "mai", "mayo"],
    &["june", "jun", "juni", "juin", "junio"],
    &["july", "jul", "juli", "juillet", "juil", "julio"],
    &["august", "aug", "augustus", "août", "aout", "agosto", "ago"],
    &["september", "sep", "sept", "septembre", "septiembre", "setiembre"],
    &["october", "oct", "oktober", "okt", "octobre", "octubre"],
    &["november", "nov", "novembre", "noviembre"],
    &["december", "dec", "dezember", "dez", "décembre", "déc", "decembre", "diciembre", "dic"],
];

/// Names of days that can stand before a date. `mar` is left out: it is a month in other languages.
static WEEKDAYS: &[&str] = &[
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "mon",
    "tue",
    "wed",
    "thu",
    "fri",
    "sat",
    "sun",
    "maandag",
    "dinsdag",
    "woensdag",
    "donderdag",
    "vrijdag",
    "zaterdag",
    "zondag",
    "ma",
    "di",
    "wo",
    "do",
    "vr",
    "za",
    "zo",
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "samstag",
    "sonnabend",
    "sonntag",
    "mo",
    "mi",
    "fr",
    "sa",
    "so",
    "lundi",
    "mardi",
    "mercredi",
    "jeudi",
    "vendredi",
    "samedi",
    "dimanche",
    "lun",
    "mer",
    "jeu",
    "ven",
    "sam",
    "dim",
    "lunes",
    "martes",
    "miércoles",
    "jueves",
    "viernes",
    "sábado",
    "domingo",
    "mié",
    "jue",
    "vie",
    "sáb",
    "dom",
];

/// Words between the parts of a date that say nothing: `25 de mayo de 2023`, `1er mai`, `May 25th`.
static FILLERS: &[&str] = &["de", "del", "of", "er", "st", "nd", "rd", "th", "den"];

/// What a word of a date is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// The number of a month, from 1.
    Month(i64),
    /// A weekday, or a word that says nothing.
    Filler,
}

/// Looks a word up, whatever its case.
pub(super) fn word(text: &str) -> Option<Word> {
    let lower = text.to_lowercase();
    let month = (1..).zip(MONTHS).find(|(_, names)| names.contains(&lower.as_str()));
    match month {
        Some((number, _)) => Some(Word::Month(number)),
        None => (WEEKDAYS.contains(&lower.as_str()) || FILLERS.contains(&lower.as_str())).then_some(Word::Filler),
    }
}
