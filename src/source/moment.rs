//! Time texts of exports to [`Time`]: ISO 8601, `/Date(ms)/`, and the .NET culture forms with a stated basis.

use super::DateOrder;
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
    /// A culture form whose order is proven by a day over 12, by a leading year, or does not matter.
    Proven,
    /// A culture form read month first.
    MonthFirst,
    /// A culture form read day first.
    DayFirst,
}

impl Moment {
    /// The time of a record's own field.
    pub(super) fn of_record(self) -> Time {
        let basis = match self.form {
            Form::Zoned => Basis::RecordZoned,
            Form::Plain => Basis::RecordUtc,
            form => form.culture(),
        };
        Time { micros: self.micros, precision: self.precision, basis }
    }

    /// The time of an export's wrapper column.
    pub(super) fn of_wrapper(self) -> Time {
        let basis = match self.form {
            Form::Zoned | Form::Plain => Basis::WrapperIso,
            form => form.culture(),
        };
        Time { micros: self.micros, precision: self.precision, basis }
    }
}

impl Form {
    fn culture(self) -> Basis {
        match self {
            Self::Zoned | Self::Plain | Self::Proven => Basis::WrapperProven,
            Self::MonthFirst => Basis::WrapperAssumedMonthFirst,
            Self::DayFirst => Basis::WrapperAssumedDayFirst,
        }
    }
}

/// Reads any time text an export is known to hold; `dates` orders day and month where the text does not.
pub(super) fn parse(text: &str, dates: DateOrder) -> Option<Moment> {
    let text = text.trim();
    iso(text).or_else(|| ticks(text)).or_else(|| culture(text, dates))
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

/// Day, month and year in a culture's order, then a 12 or 24 hour clock.
fn culture(text: &str, dates: DateOrder) -> Option<Moment> {
    let b = text.as_bytes();
    let (first, n1) = digits(b, 4);
    let separator = *b.get(n1)?;
    if n1 == 0 || !matches!(separator, b'/' | b'.' | b'-') {
        return None;
    }
    let (second, n2) = digits(&b[n1 + 1..], 2);
    let mut at = n1 + 1 + n2;
    if n2 == 0 || b.get(at) != Some(&separator) {
        return None;
    }
    let (third, n3) = digits(&b[at + 1..], 4);
    at += 1 + n3;
    let (seconds, part, precision, half) = clock(text.get(at..)?)?;
    let (year, month, day, form) = match (n1, n3) {
        (4, 1 | 2) => (first, second, third, Form::Proven),
        (1 | 2, 4) => {
            let (month_first, form) = order(first, second, separator, half, dates);
            if month_first { (third, first, second, form) } else { (third, second, first, form) }
        }
        _ => return None,
    };
    let date = days(year, month, day)?;
    Some(Moment { micros: (date * 86_400 + seconds) * 1_000_000 + part, precision, form })
}

/// Whether the month comes first, and how that is known.
fn order(first: i64, second: i64, separator: u8, half_day: bool, dates: DateOrder) -> (bool, Form) {
    match (first > 12, second > 12) {
        (true, _) => (false, Form::Proven),
        (_, true) => (true, Form::Proven),
        _ if first == second => (true, Form::Proven),
        _ if dates != DateOrder::Undecided => (dates == DateOrder::MonthFirst, Form::Proven),
        // en-US prints slashes and AM/PM; no culture prints full stops and the month first.
        _ if separator == b'/' && half_day => (true, Form::MonthFirst),
        _ => (false, Form::DayFirst),
    }
}

/// The clock part: seconds of the day, microseconds, precision, whether AM or PM is stated.
fn clock(text: &str) -> Option<(i64, i64, Precision, bool)> {
    let text = text.trim_start_matches(|c: char| c == ',' || c == 'T' || c.is_whitespace());
    let b = text.as_bytes();
    let (hour, n) = digits(b, 2);
    let colon = *b.get(n)?;
    if n == 0 || !matches!(colon, b':' | b'.') {
        return None;
    }
    let minute = fixed(b, n + 1, 2)?;
    let (mut at, mut second, mut part, mut precision) = (n + 3, 0, 0, Precision::Minute);
    if b.get(at) == Some(&colon) {
        second = fixed(b, at + 1, 2)?;
        at += 3;
        precision = Precision::Second;
        if matches!(b.get(at), Some(b'.' | b',')) && b.get(at + 1).is_some_and(u8::is_ascii_digit) {
            let (value, fine, read) = fraction(&b[at + 1..])?;
            (part, precision, at) = (value, fine, at + 1 + read);
        }
    }
    let rest = text.get(at..)?.trim();
    let half = rest.bytes().filter(u8::is_ascii_alphabetic).map(|b| b.to_ascii_uppercase());
    let mut letters = [0_u8; 3];
    let count = half.zip(letters.iter_mut()).map(|(from, to)| *to = from).count();
    let hour = match (&letters[..count], hour) {
        (b"AM", 12) => 0,
        (b"AM", 1..=11) | (b"PM", 12) => hour,
        (b"PM", 1..=11) => hour + 12,
        (b"", _) if rest.is_empty() => hour,
        _ => return None,
    };
    micros(0, hour, minute, second).map(|m| (m / 1_000_000, part, precision, count == 2))
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
            ("5/25/2023 9:05:07 PM", "2023-05-25T21:05:07.000000Z", Second, Form::Proven),
            ("5/5/2023 12:05:07 AM", "2023-05-05T00:05:07.000000Z", Second, Form::Proven),
            ("5/6/2023 9:05:07\u{202f}PM", "2023-05-06T21:05:07.000000Z", Second, Form::MonthFirst),
            ("25/05/2023 21:05:07", "2023-05-25T21:05:07.000000Z", Second, Form::Proven),
            ("05/06/2023 21:05:07", "2023-06-05T21:05:07.000000Z", Second, Form::DayFirst),
            ("05.06.2023 21:05:07", "2023-06-05T21:05:07.000000Z", Second, Form::DayFirst),
            ("25-5-2023 21:05", "2023-05-25T21:05:00.000000Z", Minute, Form::Proven),
            ("2025/2/5 7:01:02", "2025-02-05T07:01:02.000000Z", Second, Form::Proven),
            ("2/25/2025, 9:19:25.391 AM", "2025-02-25T09:19:25.391000Z", Millisecond, Form::Proven),
        ];
        for (text, shown, precision, form) in cases {
            assert_eq!(read(text), Some((shown.to_owned(), precision, form)), "{text}");
        }
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
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
