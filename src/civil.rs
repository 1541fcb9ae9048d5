//! Microseconds since 1970 to the calendar, in UTC, without allocating: dates for files. People are told theirs by the
//! voice of a case.

/// Microseconds in a day.
pub const DAY: i64 = 86_400_000_000;
/// Microseconds in an hour.
pub const HOUR: i64 = 3_600_000_000;

/// A moment taken apart, in the proleptic Gregorian calendar, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Civil {
    /// Year; negative before the common era.
    pub year: i64,
    /// Month from 1.
    pub month: u8,
    /// Day of the month from 1.
    pub day: u8,
    /// Hour from 0.
    pub hour: u8,
    /// Minute from 0.
    pub minute: u8,
    /// Second from 0.
    pub second: u8,
    /// Microsecond from 0.
    pub micro: u32,
}

impl Civil {
    /// Takes a moment apart.
    ///
    /// The day count follows <https://howardhinnant.github.io/date_algorithms.html#civil_from_days>.
    pub fn new(micros: i64) -> Self {
        let (days, rest) = (micros.div_euclid(DAY), micros.rem_euclid(DAY));
        let shifted = days + 719_468;
        let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let seconds = rest / 1_000_000;
        Self {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month: month as u8,
            day: (day_of_year - (153 * shifted_month + 2) / 5 + 1) as u8,
            hour: (seconds / 3_600) as u8,
            minute: (seconds / 60 % 60) as u8,
            second: (seconds % 60) as u8,
            micro: (rest % 1_000_000) as u32,
        }
    }

    /// Days since 1970-01-01 of the first day of this month.
    pub fn month_start(self) -> i64 {
        let year = if self.month <= 2 { self.year - 1 } else { self.year };
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let shifted_month = (i64::from(self.month) + 9) % 12;
        let day_of_year = (153 * shifted_month + 2) / 5;
        era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
    }
}

/// Appends `2026-01-14T09:12:00.123456`, always 26 bytes for the years 0 to 9999, so that text order is time order.
pub fn push_iso(out: &mut Vec<u8>, micros: i64) {
    let civil = Civil::new(micros);
    let mut text = *b"0000-00-00T00:00:00.000000";
    let year = civil.year.clamp(0, 9_999) as u32;
    digits(&mut text[..4], year);
    for (at, value) in [(5, civil.month), (8, civil.day), (11, civil.hour), (14, civil.minute), (17, civil.second)] {
        text[at] = b'0' + value / 10;
        text[at + 1] = b'0' + value % 10;
    }
    digits(&mut text[20..], civil.micro);
    out.extend_from_slice(&text);
}

fn digits(place: &mut [u8], mut value: u32) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + (value % 10) as u8;
        value /= 10;
    }
}

/// `2026-01-14T09:12:00Z`, with as many digits of the second as the moment has.
pub fn rfc3339(micros: i64) -> String {
    let mut text = Vec::with_capacity(27);
    push_iso(&mut text, micros);
    while text.len() > 19 && matches!(text.last(), Some(b'0' | b'.')) {
        let stop = text.last() == Some(&b'.');
        text.pop();
        if stop {
            break;
        }
    }
    text.push(b'Z');
    text.into_iter().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_agree_with_chrono() {
        for day in (-800_000..2_000_000).step_by(97) {
            let micros = day * DAY + (day.rem_euclid(86_400)) * 1_000_000 + 7;
            let Some(expected) = chrono::DateTime::from_timestamp_micros(micros) else { continue };
            let mut text = Vec::new();
            push_iso(&mut text, micros);
            let Ok(text) = String::from_utf8(text) else { panic!("not text") };
            if (0..=9_999).contains(&Civil::new(micros).year) {
                assert_eq!(text, expected.format("%Y-%m-%dT%H:%M:%S%.6f").to_string());
            }
            let start = Civil::new(Civil::new(micros).month_start() * DAY);
            assert_eq!((start.month, start.day, start.year), (Civil::new(micros).month, 1, Civil::new(micros).year));
        }
    }

    #[test]
    fn fractions_are_as_long_as_needed() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(1_500_000), "1970-01-01T00:00:01.5Z");
        assert_eq!(rfc3339(10_000_000), "1970-01-01T00:00:10Z");
        assert_eq!(rfc3339(-1), "1969-12-31T23:59:59.999999Z");
    }
}
