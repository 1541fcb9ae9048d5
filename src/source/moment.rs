//! Time texts of exports to [`Time`]: ISO 8601, `/Date(ms)/`, and the forms of .NET cultures with a stated basis.

mod culture;
mod names;

use super::dates::{DateOrder, DateProof};
use crate::event::{Basis, Precision, Time};

/// A time text taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub(super) micros: i64,
    /// How fine the text states it.
    pub(super) precision: Precision,
    /// What the text itself says of zone and order.
    pub(super) form: Form,
}

/// The form of a time text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// ISO 8601 with zone or offset, or milliseconds since the epoch.
    Zoned,
    /// ISO 8601 without zone.
    Plain,
    /// A culture form that shows its own order: by a day over 12, a name, a leading year, or two equal numbers.
    Shown,
    /// A culture form whose order is known from elsewhere.
    Ordered(DateProof),
}

/// What a time text can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// One moment; the order is that of a culture form whose day is over 12.
    One(Moment, DateOrder),
    /// Either of two moments: the month stands first, or the day does.
    Either {
        /// Read as `month/day/year`.
        month_first: Moment,
        /// Read as `day/month/year`.
        day_first: Moment,
    },
}

impl Moment {
    /// The time of a record's own field.
    pub(super) fn of_record(self) -> Time {
        let basis = match self.form {
            Form::Zoned => Basis::RecordZoned,
            Form::Plain => Basis::RecordUtc,
            Form::Shown => Basis::WrapperProven,
            Form::Ordered(proof) => proof.basis(),
        };
        Time { micros: self.micros, precision: self.precision, basis }
    }

    /// The time of an export's wrapper column.
    pub(super) fn of_wrapper(self) -> Time {
        let basis = match self.form {
            Form::Zoned | Form::Plain => Basis::WrapperIso,
            Form::Shown | Form::Ordered(_) => return self.of_record(),
        };
        Time { micros: self.micros, precision: self.precision, basis }
    }
}

/// Reads any time text an export is known to hold; `dates` orders day and month where the text does not.
///
/// A text that could be either of two days while `dates` is undecided gives nothing: it is not guessed.
pub(super) fn parse(text: &str, dates: DateOrder) -> Option<Moment> {
    match reading(text)? {
        Reading::One(moment, _) => Some(moment),
        Reading::Either { month_first, day_first } => match dates {
            DateOrder::Undecided => None,
            DateOrder::MonthFirst(proof) => Some(Moment { form: Form::Ordered(proof), ..month_first }),
            DateOrder::DayFirst(proof) => Some(Moment { form: Form::Ordered(proof), ..day_first }),
        },
    }
}

/// Everything a time text can mean; nothing where it is none.
pub(super) fn reading(text: &str) -> Option<Reading> {
    let text = text.trim();
    match iso(text).or_else(|| ticks(text)) {
        Some(moment) => Some(Reading::One(moment, DateOrder::Undecided)),
        None => culture::read(text),
    }
}

/// Reads the time of the field `name` as [`parse`] does.
///
/// # Errors
/// What was found and expected; where only the order of day and month is open, the option that settles it.
pub(super) fn read(name: &str, text: &str, dates: DateOrder) -> Result<Moment, String> {
    parse(text, dates).ok_or_else(|| refusal(&format!("{name} {text:?}"), &[text]))
}

/// Why none of `texts` gives a time; `found` says in words what they are.
pub(super) fn refusal(found: &str, texts: &[&str]) -> String {
    let open = texts.iter().find_map(|text| match reading(text) {
        Some(Reading::Either { month_first, day_first }) => Some((month_first, day_first)),
        _ => None,
    });
    match open {
        Some((month_first, day_first)) => format!(
            "found {found}, which is {} or {}, and the file does not show which; give --date-order mdy or dmy",
            day_of(month_first.micros),
            day_of(day_first.micros)
        ),
        None => format!("found {found}, expected a date with a time of day"),
    }
}

/// `YYYY-MM-DD` of a time.
fn day_of(micros: i64) -> String {
    chrono::DateTime::from_timestamp_micros(micros).map(|t| t.format("%Y-%m-%d").to_string()).unwrap_or_default()
}

/// The date of a portal download, whose column says UTC or, as `Date` alone, the exporter's own time; and why it is
/// uncertain, empty where it is not.
pub(super) fn of_portal<'a>(utc: &'a str, local: &'a str) -> (&'a str, &'static str) {
    if !utc.trim().is_empty() {
        return (utc, "");
    }
    let zoned = local.trim().ends_with(['Z', 'z']) || local.contains('+');
    let why =
        "the Date column is in the exporter's local time, whose zone the export does not state; it is read as UTC";
    (local, if zoned { "" } else { why })
}

/// Digits at the start of `bytes`, at most `most`: their value and how many.
fn digits(bytes: &[u8], most: usize) -> (i64, usize) {
    let mut value = 0;
    let mut count = 0;
    while count < most && count < bytes.len() && bytes[count].is_ascii_digit() {
        value = value * 10 + i64::from(bytes[count] - b'0');
        count += 1;
    }
    (value, count)
}

fn fixed(bytes: &[u8], at: usize, width: usize) -> Option<i64> {
    match digits(bytes.get(at..at + width)?, width) {
        (value, count) if count == width => Some(value),
        _ => None,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) || !(1601..=9999).contains(&year) {
        return None;
    }
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let of_era = shifted.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

fn micros(date: i64, hour: i64, minute: i64, second: i64) -> Option<i64> {
    // A leap second is told as 60; it becomes the first second of the next minute.
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    Some((date * 86_400 + hour * 3_600 + minute * 60 + second) * 1_000_000)
}

/// A fraction of a second behind its point: microseconds, precision, bytes read.
fn fraction(bytes: &[u8]) -> Option<(i64, Precision, usize)> {
    let count = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
    if count == 0 {
        return None;
    }
    let (value, read) = digits(bytes, 6);
    let scaled = (read..6).fold(value, |v, _| v * 10);
    Some((scaled, if count <= 3 { Precision::Millisecond } else { Precision::Microsecond }, count))
}

/// `YYYY-MM-DD` and `HH:MM[:SS[.f]]` with `T` or a space between and an optional zone.
fn iso(text: &str) -> Option<Moment> {
    let b = text.as_bytes();
    if b.len() < 16 || b[4] != b'-' || b[7] != b'-' || !matches!(b[10], b'T' | b't' | b' ') || b[13] != b':' {
        return None;
    }
    let date = days(fixed(b, 0, 4)?, fixed(b, 5, 2)?, fixed(b, 8, 2)?)?;
    let (hour, minute) = (fixed(b, 11, 2)?, fixed(b, 14, 2)?);
    let (mut at, mut second, mut part, mut precision) = (16, 0, 0, Precision::Minute);
    if b.get(at) == Some(&b':') {
        second = fixed(b, 17, 2)?;
        precision = Precision::Second;
        at = 19;
        if matches!(b.get(at), Some(b'.' | b',')) {
            let (value, fine, read) = fraction(&b[at + 1..])?;
            (part, precision, at) = (value, fine, at + 1 + read);
        }
    }
    let base = micros(date, hour, minute, second)? + part;
    let (offset, form) = zone(text.get(at..)?.trim())?;
    Some(Moment { micros: base - offset * 60_000_000, precision, form })
}

/// Minutes east of UTC, and whether a zone is stated at all.
fn zone(text: &str) -> Option<(i64, Form)> {
    let b = text.as_bytes();
    match b {
        [] => Some((0, Form::Plain)),
        [b'Z' | b'z'] => Some((0, Form::Zoned)),
        [sign @ (b'+' | b'-'), rest @ ..] => {
            let hours = fixed(rest, 0, 2)?;
            let minutes = match rest.len() {
                2 => 0,
                4 => fixed(rest, 2, 2)?,
                5 if rest[2] == b':' => fixed(rest, 3, 2)?,
                _ => return None,
            };
            let east = hours * 60 + minutes;
            (hours < 15 && minutes < 60).then_some((if *sign == b'-' { -east } else { east }, Form::Zoned))
        }
        _ if text.eq_ignore_ascii_case("utc") || text.eq_ignore_ascii_case("gmt") => Some((0, Form::Zoned)),
        _ => None,
    }
}

/// `/Date(1658751973240)/`, with the slashes escaped or not; the offset some writers add changes nothing.
///
/// <https://learn.microsoft.com/dotnet/standard/datetime/system-text-json-support>
fn ticks(text: &str) -> Option<Moment> {
    let inner = text.trim_matches(['/', '\\']).strip_prefix("Date(")?.strip_suffix(')')?;
    let (sign, number) = inner.strip_prefix('-').map_or((1, inner), |rest| (-1, rest));
    let number = number.split(['+', '-']).next()?;
    if number.is_empty() || number.len() > 15 || !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let milliseconds: i64 = number.parse().ok()?;
    Some(Moment { micros: sign * milliseconds * 1_000, precision: Precision::Millisecond, form: Form::Zoned })
}

/// Microseconds since the epoch as ISO 8601 with `Z`; for messages and tests.
#[cfg(test)]
pub(super) fn show(micros: i64) -> String {
    chrono::DateTime::from_timestamp_micros(micros)
        .map(|t| t.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_FIRST: DateOrder = DateOrder::DayFirst(DateProof::Given);

    fn read(text: &str) -> Option<(String, Precision, Form)> {
        parse(text, DateOrder::Undecided).map(|m| (show(m.micros), m.precision, m.form))
    }

    #[test]
    fn iso_forms_agree_with_chrono() {
        for text in ["2021-05-18T21:13:33Z", "2024-02-29T23:59:59Z", "1999-12-31T00:00:00Z", "2000-03-01T12:00:00Z"] {
            let expected = chrono::DateTime::parse_from_rfc3339(text).unwrap().timestamp_micros();
            assert_eq!(parse(text, DateOrder::Undecided).unwrap().micros, expected, "{text}");
        }
    }

    #[test]
    fn every_form_is_read() {
        use Precision::{Microsecond, Millisecond, Minute, Second};
        let cases = [
            ("2021-05-18T21:13:33", "2021-05-18T21:13:33.000000Z", Second, Form::Plain),
            ("2026-01-24T06:54:24.0000000Z ", "2026-01-24T06:54:24.000000Z", Microsecond, Form::Zoned),
            ("2025-01-15 14:20:35.456", "2025-01-15T14:20:35.456000Z", Millisecond, Form::Plain),
            ("2024-09-23 14:33:09.049661100", "2024-09-23T14:33:09.049661Z", Microsecond, Form::Plain),
            ("2024-11-27T03:31:26.7088498+02:00", "2024-11-27T01:31:26.708849Z", Microsecond, Form::Zoned),
            ("2024-01-15 10:30:45 +0000", "2024-01-15T10:30:45.000000Z", Second, Form::Zoned),
            ("2024-01-15T10:30", "2024-01-15T10:30:00.000000Z", Minute, Form::Plain),
            ("/Date(1658751973240)/", "2022-07-25T12:26:13.240000Z", Millisecond, Form::Zoned),
            ("\\/Date(1658751973240)\\/", "2022-07-25T12:26:13.240000Z", Millisecond, Form::Zoned),
            ("5/25/2023 9:05:07 PM", "2023-05-25T21:05:07.000000Z", Second, Form::Shown),
            ("5/5/2023 12:05:07 AM", "2023-05-05T00:05:07.000000Z", Second, Form::Shown),
            ("25/05/2023 21:05:07", "2023-05-25T21:05:07.000000Z", Second, Form::Shown),
            ("25-5-2023 21:05", "2023-05-25T21:05:00.000000Z", Minute, Form::Shown),
            ("2025/2/5 7:01:02", "2025-02-05T07:01:02.000000Z", Second, Form::Shown),
            ("2/25/2025, 9:19:25.391 AM", "2025-02-25T09:19:25.391000Z", Millisecond, Form::Shown),
            ("25/5/2023 9:05:07\u{a0}p.\u{a0}m.", "2023-05-25T21:05:07.000000Z", Second, Form::Shown),
            ("25-5-2023 12:05:07 a.m.", "2023-05-25T00:05:07.000000Z", Second, Form::Shown),
            ("5/25/2023 9:05:07\u{202f}PM +02:00", "2023-05-25T19:05:07.000000Z", Second, Form::Shown),
            ("25. 5. 2023 21:05:07", "2023-05-25T21:05:07.000000Z", Second, Form::Shown),
            ("2023. 05. 25. 21:05:07", "2023-05-25T21:05:07.000000Z", Second, Form::Shown),
            ("5/25/23 21:05", "2023-05-25T21:05:00.000000Z", Minute, Form::Shown),
            ("25.05.2023 21.05.07", "2023-05-25T21:05:07.000000Z", Second, Form::Shown),
            ("25 mei 2023 21:05:07", "2023-05-25T21:05:07.000000Z", Second, Form::Shown),
            ("25-May-23 9:05 PM", "2023-05-25T21:05:00.000000Z", Minute, Form::Shown),
            ("25. März 2023 21:05:07", "2023-03-25T21:05:07.000000Z", Second, Form::Shown),
            ("jeudi 1er février 2024 21:05:07", "2024-02-01T21:05:07.000000Z", Second, Form::Shown),
            ("3 de ago. de 2023, 21:05:07", "2023-08-03T21:05:07.000000Z", Second, Form::Shown),
            ("Thursday, May 4, 2023 9:05:07 PM", "2023-05-04T21:05:07.000000Z", Second, Form::Shown),
            ("Thu, 04 May 2023 21:05:07 GMT", "2023-05-04T21:05:07.000000Z", Second, Form::Shown),
        ];
        for (text, shown, precision, form) in cases {
            assert_eq!(read(text), Some((shown.to_owned(), precision, form)), "{text}");
        }
    }

    #[test]
    fn an_open_order_is_not_guessed() {
        for text in ["5/6/2023 9:05:07\u{202f}PM", "05/06/2023 21:05:07", "05.06.2023 21:05:07", "5/6/23 21:05:07"] {
            assert_eq!(parse(text, DateOrder::Undecided), None, "{text}");
            let reason = super::read("CreationDate", text, DateOrder::Undecided).unwrap_err();
            assert!(
                reason.contains("2023-05-06 or 2023-06-05") && reason.contains("--date-order mdy or dmy"),
                "{reason}"
            );
            let day_first = parse(text, DAY_FIRST).unwrap();
            assert_eq!(
                (show(day_first.micros).as_str(), day_first.of_wrapper().basis),
                ("2023-06-05T21:05:07.000000Z", Basis::Given)
            );
            let month_first = parse(text, DateOrder::MonthFirst(DateProof::Sorted)).unwrap();
            assert_eq!(
                (show(month_first.micros).as_str(), month_first.of_record().basis),
                ("2023-05-06T21:05:07.000000Z", Basis::FileSorted)
            );
        }
        assert_eq!(
            show(parse("25/05/2023 21:05:07", DateOrder::MonthFirst(DateProof::Given)).unwrap().micros),
            "2023-05-25T21:05:07.000000Z"
        );
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "yesterday",
            "2021-02-30T00:00:00",
            "2021-13-01T00:00:00",
            "13/13/2023 1:00:00 PM",
            "5/6/2023",
            "5/6/2023 13:00:00 PM",
            "2021-05-18T25:00:00",
            "/Date()/",
            "2021-05-18T21:13:33+99:00",
            "1/2/3",
            "5/6/2023 9:05:07 XX",
            "25 Mag 2023 21:05:07",
            "May May 2023 21:05:07",
            "31 juin 2023 21:05:07",
            "25 mei 21:05:07",
            "25 mei 2023",
            "5/25/2023 9:05:07 PMx",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
