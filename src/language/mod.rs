//! What the program says to people, in English and Dutch: one catalogue, the clock of the reader, numbers and times.
//!
//! A text stands in one of the files here, under a key, in every language; `{name}` is filled in, and `[ of {name}]`
//! is left out where the name is empty. Where a text depends on a count, `one|many` are its forms. Names of Microsoft's (operations, parameters), of Sigma's (titles of
//! rules, levels) and of formats are never translated.

mod catalogue;
mod pattern;

pub use catalogue::{Entry, entries};
pub use pattern::Pattern;

use crate::civil::{Civil, DAY};
use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::{OffsetName, Tz, TzOffset};
use std::fmt::{Display, Write};

/// A language that reports are written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Dutch.
    Dutch,
}

impl Language {
    /// Every language, in the order of the catalogue's columns.
    pub const ALL: [Self; 2] = [Self::English, Self::Dutch];

    /// ISO 639-1 code, as documents state their language.
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Dutch => "nl",
        }
    }

    /// The language with this code.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code().eq_ignore_ascii_case(code))
    }
}

/// How the reader is spoken to: in which language, and by which clock beside UTC.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Voice {
    /// The language.
    pub language: Language,
    /// The reader's time zone; `None` is UTC alone.
    pub zone: Option<Tz>,
}

impl Voice {
    /// The same by UTC alone, for what has one clock: an axis.
    #[must_use]
    pub fn in_utc(self) -> Self {
        Self { zone: None, ..self }
    }

    /// The text under this key; the key itself where there is none, which a test excludes.
    pub fn text(self, key: &'static str) -> &'static str {
        catalogue::text(key, self.language)
    }

    /// What people call what the program calls `name`: the text under `part` and that name, else the name itself.
    pub fn label<'a>(self, part: &str, name: &'a str) -> &'a str {
        catalogue::find(&format!("{part}{name}"), self.language).unwrap_or(name)
    }

    /// The same for what a rule file calls `title`: a title that is not the catalogue's English stays as it is.
    pub fn translation<'a>(self, part: &str, name: &str, title: &'a str) -> &'a str {
        let key = format!("{part}{name}");
        let known = catalogue::find(&key, Language::English).filter(|known| *known == title);
        known.and_then(|_| catalogue::find(&key, self.language)).unwrap_or(title)
    }

    /// Every text of a part, with its name in it, in the order of the catalogue.
    pub fn part(self, part: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
        catalogue::part(part, self.language)
    }

    /// The text under this key with its places filled in.
    pub fn fill(self, key: &'static str, values: &[(&str, &dyn Display)]) -> String {
        filled(self.text(key), values)
    }

    /// The form of the text for this count, which is also its `{n}`.
    pub fn count(self, key: &'static str, count: u64, values: &[(&str, &dyn Display)]) -> String {
        let text = self.text(key);
        let (one, many) = text.split_once('|').unwrap_or((text, text));
        let values: Vec<(&str, &dyn Display)> =
            std::iter::once(("n", &count as _)).chain(values.iter().copied()).collect();
        filled(if count == 1 { one } else { many }, &values)
    }

    /// `14 Jan 2026`, UTC.
    pub fn date(self, micros: i64) -> String {
        let civil = Civil::new(micros);
        format!("{} {} {}", civil.day, self.month(civil.month), civil.year)
    }

    /// The short name of a month, from 1.
    pub fn month(self, month: u8) -> &'static str {
        let mut names = self.text("time.months").split(' ');
        names.nth(usize::from(month).wrapping_sub(1)).unwrap_or("?")
    }

    /// The name of a day of the week, Monday from 0.
    pub fn weekday(self, day: usize) -> &'static str {
        self.text("time.days").split(' ').nth(day).unwrap_or("?")
    }

    /// `14 Jan 2026 09:12 UTC`; with a zone `14 Jan 2026 09:12 UTC (10:12 CET)`.
    pub fn moment(self, micros: i64) -> String {
        self.span(micros, micros)
    }

    /// `14 Jan 2026 09:12 to 09:15 UTC`, the second date only where it differs; with a zone the same by it in brackets.
    pub fn span(self, first: i64, last: i64) -> String {
        let mut text = self.stretch(first, last);
        text.push_str(" UTC");
        if let (Some(from), Some(to)) = (self.local(first), self.local(last)) {
            let (shifted, until) = (first + from.0, last + to.0);
            let same_days =
                first.div_euclid(DAY) == shifted.div_euclid(DAY) && last.div_euclid(DAY) == until.div_euclid(DAY);
            let one_day = first.div_euclid(DAY) == last.div_euclid(DAY);
            let local = if same_days && one_day { self.clocks(shifted, until) } else { self.stretch(shifted, until) };
            let name = if from.1 == to.1 { from.1 } else { format!("{}/{}", from.1, to.1) };
            let _ = write!(text, " ({local} {name})");
        }
        text
    }

    /// `14 Jan 2026 09:12`, by a clock that is not known.
    pub fn unzoned(self, micros: i64) -> String {
        self.stretch(micros, micros)
    }

    /// How the times of a document are to be read: `UTC`, or `UTC, and Europe/Amsterdam in brackets`.
    pub fn clock(self) -> String {
        self.zone.map_or_else(
            || self.text("time.utc").to_owned(),
            |zone| self.fill("time.utc_and_zone", &[("zone", &zone.name())]),
        )
    }

    /// What stands before a point that begins and after one that ends a stretch, without its clock's name.
    fn stretch(self, first: i64, last: i64) -> String {
        let one = |micros: i64| format!("{} {}", self.date(micros), minute(micros));
        if first.div_euclid(MINUTE) == last.div_euclid(MINUTE) {
            return one(first);
        }
        let to = if first.div_euclid(DAY) == last.div_euclid(DAY) { minute(last) } else { one(last) };
        self.fill("time.stretch", &[("from", &one(first)), ("to", &to)])
    }

    fn clocks(self, first: i64, last: i64) -> String {
        if first.div_euclid(MINUTE) == last.div_euclid(MINUTE) {
            return minute(first);
        }
        self.fill("time.stretch", &[("from", &minute(first)), ("to", &minute(last))])
    }

    /// How far the reader's clock is from UTC then, in microseconds; `None` without a zone.
    pub fn offset(self, micros: i64) -> Option<i64> {
        self.zoned(micros).map(shift)
    }

    /// The same, and its name.
    fn local(self, micros: i64) -> Option<(i64, String)> {
        let offset = self.zoned(micros)?;
        let name = offset.abbreviation().filter(|name| name.starts_with(char::is_alphabetic));
        let name = name.map_or_else(|| format!("UTC{}", offset.fix()), str::to_owned);
        Some((shift(offset), name))
    }

    fn zoned(self, micros: i64) -> Option<TzOffset> {
        let utc = DateTime::from_timestamp_micros(micros)?.naive_utc();
        Some(self.zone?.offset_from_utc_datetime(&utc))
    }
}

fn shift(offset: TzOffset) -> i64 {
    i64::from(offset.fix().local_minus_utc()) * 1_000_000
}

const MINUTE: i64 = 60_000_000;

/// `09:12`.
fn minute(micros: i64) -> String {
    let civil = Civil::new(micros);
    format!("{:02}:{:02}", civil.hour, civil.minute)
}

/// Fills in the places of a text; one without a value stays, which a test excludes.
fn filled(text: &str, values: &[(&str, &dyn Display)]) -> String {
    let known = |name: &str| {
        let at = values.iter().position(|(known, _)| *known == name);
        debug_assert!(at.is_some(), "nothing is given for {{{name}}} of {text:?}");
        at
    };
    let mut out = String::with_capacity(text.len() + 32);
    Pattern::new(text, known).push(&mut out, |at, out| {
        // Writing to memory cannot fail.
        let _ = write!(out, "{}", values[at].1);
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::civil::HOUR;

    fn voice(zone: Option<Tz>) -> Voice {
        Voice { zone, ..Voice::default() }
    }

    #[test]
    fn a_span_names_what_differs() {
        let utc = voice(None);
        assert_eq!(utc.span(0, 30_000_000), "1 Jan 1970 00:00 UTC");
        assert_eq!(utc.span(0, HOUR), "1 Jan 1970 00:00 to 01:00 UTC");
        assert_eq!(utc.span(0, DAY), "1 Jan 1970 00:00 to 2 Jan 1970 00:00 UTC");
    }

    #[test]
    fn the_readers_clock_stands_beside_utc_and_is_named() {
        let winter = 1_768_381_920_000_000; // 2026-01-14T09:12:00Z
        let here = voice(Some(Tz::Europe__Amsterdam));
        assert_eq!(here.moment(winter), "14 Jan 2026 09:12 UTC (10:12 CET)");
        assert_eq!(here.span(winter, winter + HOUR), "14 Jan 2026 09:12 to 10:12 UTC (10:12 to 11:12 CET)");
        let far = voice(Some(Tz::Asia__Tokyo));
        assert_eq!(far.moment(winter + 8 * HOUR), "14 Jan 2026 17:12 UTC (15 Jan 2026 02:12 JST)");
        let nameless = voice(Some(Tz::America__Sao_Paulo));
        assert_eq!(nameless.moment(winter), "14 Jan 2026 09:12 UTC (06:12 UTC-03:00)");
        // The clocks were set forward in between.
        let spring = 1_774_742_400_000_000; // 2026-03-29T00:00:00Z
        assert_eq!(here.span(spring, spring + 2 * HOUR), "29 Mar 2026 00:00 to 02:00 UTC (01:00 to 04:00 CET/CEST)");
    }

    #[test]
    fn dutch_has_its_own_names() {
        let dutch = Voice { language: Language::Dutch, zone: None };
        assert_eq!(dutch.span(0, HOUR), "1 jan. 1970 00:00 tot 01:00 UTC");
        assert_eq!(Language::of("NL"), Some(Language::Dutch));
        assert_eq!(Language::of("fr"), None);
    }

    #[test]
    fn values_are_never_read_as_places() {
        assert_eq!(filled("{a} of {b}", &[("a", &"{b}"), ("b", &"x")]), "{b} of x");
        assert_eq!(filled("no end {a", &[]), "no end {a");
    }
}
