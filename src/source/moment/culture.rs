//! Dates as the culture of the exporting machine prints them, in numbers or with the month's name, and a 12 or
//! 24 hour clock.
//!
//! <https://learn.microsoft.com/dotnet/standard/base-types/standard-date-and-time-format-strings>

use super::names::{Word, word};
use super::{Form, Moment, Precision, Reading, days, digits, fixed, fraction, micros, zone};
use crate::source::dates::{DateOrder, DateProof};

/// The longest text that can be a date: a weekday, a long month name, a clock with a fraction, an offset.
const LONGEST: usize = 80;

/// Year, month and day.
type Day = (i64, i64, i64);

/// What the date part can mean.
enum Date {
    One(Day, DateOrder),
    Either { month_first: Day, day_first: Day },
}

/// Reads a date with a time of day.
pub(super) fn read(text: &str) -> Option<Reading> {
    if text.len() > LONGEST {
        return None;
    }
    let (date, rest) = numeric(text).or_else(|| named(text))?;
    let (of_day, precision) = clock(rest)?;
    let moment = |(year, month, day): Day| {
        Some(Moment { micros: days(year, month, day)? * 86_400_000_000 + of_day, precision, form: Form::Shown })
    };
    Some(match date {
        Date::One(day, order) => Reading::One(moment(day)?, order),
        Date::Either { month_first, day_first } => {
            Reading::Either { month_first: moment(month_first)?, day_first: moment(day_first)? }
        }
    })
}

/// Three numbers between two equal separators; a full stop may be followed by a space, as in Czech.
fn numeric(text: &str) -> Option<(Date, &str)> {
    let b = text.as_bytes();
    let (first, n1) = digits(b, 4);
    let separator = *b.get(n1)?;
    if n1 == 0 || !matches!(separator, b'/' | b'.' | b'-') {
        return None;
    }
    let after = |at: usize| {
        let next = at + 1;
        next + usize::from(separator == b'.' && b.get(next) == Some(&b' '))
    };
    let at = after(n1);
    let (second, n2) = digits(b.get(at..)?, 2);
    if n2 == 0 || b.get(at + n2) != Some(&separator) {
        return None;
    }
    let at = after(at + n2);
    let (third, n3) = digits(b.get(at..)?, 4);
    let end = at + n3;
    let end = end + usize::from(separator == b'.' && n1 == 4 && b.get(end) == Some(&b'.'));
    let date = match (n1, n3) {
        (4, 1 | 2) => Date::One((first, second, third), DateOrder::Undecided),
        // No culture prints two digits of the year first.
        (1 | 2, 4) => order(first, second, third),
        (1 | 2, 2) => order(first, second, 2000 + third),
        _ => return None,
    };
    Some((date, text.get(end..)?))
}

/// Day and month by what the numbers themselves show.
fn order(first: i64, second: i64, year: i64) -> Date {
    let (month_first, day_first) = ((year, first, second), (year, second, first));
    match (first > 12, second > 12) {
        (true, _) => Date::One(day_first, DateOrder::DayFirst(DateProof::Shown)),
        (_, true) => Date::One(month_first, DateOrder::MonthFirst(DateProof::Shown)),
        _ if first == second => Date::One(month_first, DateOrder::Undecided),
        _ => Date::Either { month_first, day_first },
    }
}

/// A date whose month is a name: `25 mei 2023`, `25-May-23`, `May 25, 2023`, `25 de mayo de 2023`.
fn named(text: &str) -> Option<(Date, &str)> {
    let mut rest = text;
    let (mut numbers, mut month, mut month_at) = ([(0, 0); 2], None, 0);
    let mut count = 0;
    while count < 2 || month.is_none() {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '.' | '-' | '/' | ','));
        let (value, length) = digits(rest.as_bytes(), 4);
        if length > 0 {
            *numbers.get_mut(count)? = (value, length);
            count += 1;
            rest = rest.get(length..)?;
            continue;
        }
        let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
        let (found, behind) = rest.split_at_checked(end).filter(|(found, _)| !found.is_empty())?;
        match word(found)? {
            Word::Month(number) if month.is_none() => (month, month_at) = (Some(number), count),
            Word::Month(_) => return None,
            Word::Filler => {}
        }
        rest = behind;
    }
    let month = month?;
    let [(first, n1), (second, n2)] = numbers;
    let full = |value: i64, length: usize| if length == 4 { value } else { 2000 + value };
    let day = match (month_at, n1, n2) {
        (0 | 1, 1 | 2, 2 | 4) => (full(second, n2), month, first),
        (1, 4, 1 | 2) => (first, month, second),
        _ => return None,
    };
    Some((Date::One(day, DateOrder::Undecided), rest))
}

/// The clock: microseconds of the day in UTC as far as an offset is stated, and how fine.
fn clock(text: &str) -> Option<(i64, Precision)> {
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
    let (half, rest) = half_day(text.get(at..)?);
    let hour = match (half, hour) {
        (Some(false), 12) => 0,
        (None, _) | (Some(false), 1..=11) | (Some(true), 12) => hour,
        (Some(true), 1..=11) => hour + 12,
        _ => return None,
    };
    let (east, _) = zone(rest)?;
    Some((micros(0, hour, minute, second)? + part - east * 60_000_000, precision))
}

/// Whether a clock says before or after noon (`PM`, `p.m.`, `p. m.`, also behind U+00A0 or U+202F), and what follows.
fn half_day(text: &str) -> (Option<bool>, &str) {
    let fill = |c: char| c == '.' || c.is_whitespace();
    let whole = text.trim();
    let inner = whole.strip_prefix(['A', 'a', 'P', 'p']).map(|rest| rest.trim_start_matches(fill));
    match inner.and_then(|rest| rest.strip_prefix(['M', 'm'])) {
        Some(rest) if !rest.starts_with(char::is_alphabetic) => {
            (Some(whole.starts_with(['P', 'p'])), rest.trim_start_matches(fill))
        }
        _ => (None, whole),
    }
}
