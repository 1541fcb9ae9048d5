//! Values and moments to places on an axis, with round labels.

use super::canvas::{Anchor, Canvas, Drawn};
use super::ink::{GRID, INK};
use super::measure::width;
use crate::civil::{Civil, DAY, HOUR};
use crate::language::Voice;

/// Size of a label of an axis of time, and the least pixels between two of them.
const LABEL: i32 = 10;
const BLANK: i32 = 2;

/// Round steps for an axis from 0: their distance, and how many reach `most`.
pub(crate) fn steps(most: u64) -> (u64, u64) {
    let mut step: u64 = 1;
    let mut halves = false;
    while most.div_ceil(step) > 5 && step < u64::MAX / 10 {
        // 1, 2, 5, 10, 20, 50: two and a half times behind a 2, twice otherwise.
        step = if halves { step / 2 * 5 } else { step * 2 };
        halves = step.to_string().starts_with('2');
    }
    (step, most.div_ceil(step).max(1))
}

/// A number with a blank between thousands.
pub(crate) fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('\u{a0}');
        }
        out.push(digit);
    }
    out
}

/// How long one bar lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bin {
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// A week from Monday.
    Week,
    /// A calendar month.
    Month,
}

impl Bin {
    /// The finest that leaves a bar wide enough to see.
    pub(crate) fn choose(first: i64, last: i64) -> Self {
        match (last - first) / DAY {
            ..=92 => Self::Day,
            93..=730 => Self::Week,
            _ => Self::Month,
        }
    }

    /// The same, in hours where it all lasts at most three days.
    pub(crate) fn choose_fine(first: i64, last: i64) -> Self {
        if last - first <= 3 * DAY { Self::Hour } else { Self::choose(first, last) }
    }

    /// A moment as a number of bars and a part of one: what it lies between on an axis of bars.
    pub(crate) fn place(self, micros: i64) -> f64 {
        let part = match self {
            Self::Hour => micros.rem_euclid(HOUR) as f64 / HOUR as f64,
            Self::Day => micros.rem_euclid(DAY) as f64 / DAY as f64,
            Self::Week => (micros + 3 * DAY).rem_euclid(7 * DAY) as f64 / (7 * DAY) as f64,
            Self::Month => (f64::from(Civil::new(micros).day) - 1.0) / 31.0,
        };
        self.of(micros) as f64 + part
    }

    /// What it is called.
    pub(crate) fn name(self, t: Voice) -> &'static str {
        t.text(match self {
            Self::Hour => "chart.unit.hour",
            Self::Day => "chart.unit.day",
            Self::Week => "chart.unit.week",
            Self::Month => "chart.unit.month",
        })
    }

    /// Number of the bar that holds a moment; neighbours differ by one.
    pub(crate) fn of(self, micros: i64) -> i64 {
        let day = micros.div_euclid(DAY);
        match self {
            Self::Hour => micros.div_euclid(HOUR),
            Self::Day => day,
            // 1970-01-01 was a Thursday, three days after a Monday.
            Self::Week => (day + 3).div_euclid(7),
            Self::Month => {
                let civil = Civil::new(micros);
                civil.year * 12 + i64::from(civil.month) - 1
            }
        }
    }

    /// When a bar begins, microseconds since 1970; none for a month, whose label names the year.
    pub(crate) fn start(self, bar: i64) -> Option<i64> {
        match self {
            Self::Hour => Some(bar * HOUR),
            Self::Day => Some(bar * DAY),
            Self::Week => Some((bar * 7 - 3) * DAY),
            Self::Month => None,
        }
    }

    /// How a bar is labelled: `14 Jan`, `14 Jan 09:00`, or `Jan 2026`.
    pub(crate) fn label(self, t: Voice, bar: i64) -> String {
        self.labelled(t, bar, false)
    }

    /// The same with the year: `14 Jan 2026`, `14 Jan 2026 09:00`.
    pub(crate) fn full_label(self, t: Voice, bar: i64) -> String {
        self.labelled(t, bar, true)
    }

    fn labelled(self, t: Voice, bar: i64, with_year: bool) -> String {
        let Some(start) = self.start(bar) else {
            let month = bar.rem_euclid(12) as u8 + 1;
            return format!("{} {}", t.month(month), bar.div_euclid(12));
        };
        let civil = Civil::new(start);
        let mut label = format!("{} {}", civil.day, t.month(civil.month));
        if with_year {
            label = format!("{label} {}", civil.year);
        }
        if self == Self::Hour { format!("{label} {:02}:00", civil.hour) } else { label }
    }
}

/// A moment on an axis of time, with labels at round moments.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Axis {
    first: i64,
    last: i64,
    left: i32,
    right: i32,
}

impl Axis {
    /// An axis from `left` to `right` (pixels) that shows `first` to `last` with a little air.
    pub(crate) fn new(first: i64, last: i64, left: i32, right: i32) -> Self {
        let air = ((last - first) / 40).max(60_000_000);
        Self { first: first - air, last: last + air, left, right }
    }

    /// The pixel of a moment.
    pub(crate) fn x(&self, micros: i64) -> i32 {
        let part = (micros - self.first) as f64 / (self.last - self.first).max(1) as f64;
        self.left + (part * f64::from(self.right - self.left)).round() as i32
    }

    /// Draws lines at round moments from `top` down to `bottom`, and their labels below.
    pub(crate) fn draw(&self, canvas: &Canvas<'_>, t: Voice, (top, bottom): (i32, i32)) -> Drawn {
        let labels = self.labels(t);
        // A label at the edge would leave the sheet.
        let is_told = |x: i32| x >= self.left + 36 && x <= self.right - 36;
        let told: Vec<&(i32, String)> = labels.iter().filter(|(x, _)| is_told(*x)).collect();
        let (every, mut number) = (spread(&told), 0);
        for (x, text) in &labels {
            canvas.line((*x, top), (*x, bottom + 4), GRID)?;
            if is_told(*x) {
                if number % every == 0 {
                    canvas.text((*x, bottom + 13), text, LABEL, INK, Anchor::Middle)?;
                }
                number += 1;
            }
        }
        Ok(())
    }

    /// Labels at round moments: pixel and text.
    fn labels(&self, t: Voice) -> Vec<(i32, String)> {
        const MINUTE: i64 = HOUR / 60;
        let ladder = [
            MINUTE,
            5 * MINUTE,
            15 * MINUTE,
            HOUR,
            3 * HOUR,
            6 * HOUR,
            12 * HOUR,
            DAY,
            2 * DAY,
            7 * DAY,
            14 * DAY,
            30 * DAY,
        ];
        let span = self.last - self.first;
        let step = ladder.into_iter().find(|step| span / step <= 5).unwrap_or(span / 5 / DAY * DAY + DAY);
        let mut labels = Vec::new();
        let mut at = self.first.div_euclid(step) * step + step;
        while at <= self.last {
            let civil = Civil::new(at);
            let day = format!("{} {}", civil.day, t.month(civil.month));
            let text = if step < DAY {
                format!("{day} {:02}:{:02}", civil.hour, civil.minute)
            } else {
                format!("{day} {}", civil.year)
            };
            labels.push((self.x(at), text));
            at += step;
        }
        labels
    }
}

/// Every how many labels one has room, so that none runs into the next.
fn spread(labels: &[&(i32, String)]) -> usize {
    let wide = |label: &(i32, String)| width(&label.1, LABEL) + BLANK;
    let has_room = |every: usize| {
        let kept: Vec<&(i32, String)> = labels.iter().copied().step_by(every).collect();
        kept.windows(2).all(|pair| 2 * (pair[1].0 - pair[0].0) >= wide(pair[0]) + wide(pair[1]))
    };
    (1..labels.len()).find(|every| has_room(*every)).unwrap_or(labels.len().max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_and_reach_the_top() {
        for most in [0, 1, 4, 5, 6, 9, 11, 99, 101, 12_345, 9_999_999] {
            let (step, count) = steps(most);
            assert!(step * count >= most && count <= 5, "{most}: {step} x {count}");
            let lead = step.to_string();
            assert!(matches!(lead.trim_end_matches('0'), "1" | "2" | "5"), "{step}");
        }
    }

    #[test]
    fn a_week_begins_on_monday() {
        // 2026-01-12 was a Monday.
        let (monday, t) = (20_465 * DAY, Voice::default());
        assert_eq!(Bin::Week.of(monday), Bin::Week.of(monday + 6 * DAY));
        assert_eq!(Bin::Week.of(monday - 1) + 1, Bin::Week.of(monday));
        assert_eq!(Bin::Week.label(t, Bin::Week.of(monday + DAY)), "12 Jan");
        assert_eq!(Bin::Month.label(t, Bin::Month.of(monday)), "Jan 2026");
        assert_eq!(Bin::Hour.label(t, Bin::Hour.of(monday + HOUR)), "12 Jan 01:00");
        assert_eq!(Bin::Hour.full_label(t, Bin::Hour.of(monday + HOUR)), "12 Jan 2026 01:00");
        for bin in [Bin::Hour, Bin::Day, Bin::Week, Bin::Month] {
            let places = [monday, monday + HOUR / 2, monday + DAY, monday + 40 * DAY].map(|time| bin.place(time));
            assert!(places.is_sorted() && places[0].floor() as i64 == bin.of(monday), "{bin:?}: {places:?}");
        }
    }

    #[test]
    fn labels_that_would_run_into_each_other_are_thinned_out() {
        let every = |apart: i32, text: &str| {
            let labels: Vec<(i32, String)> = (0..5).map(|number| (number * apart, text.to_owned())).collect();
            spread(&labels.iter().collect::<Vec<_>>())
        };
        assert_eq!(every(66, "9 Feb 2026"), 1);
        assert_eq!(every(57, "17 mrt. 2026"), 2);
        assert_eq!(every(30, "17 mrt. 2026"), 3);
        assert_eq!(every(1, "17 mrt. 2026"), 5);
        assert_eq!(spread(&[]), 1);
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(number(1_234_567), "1\u{a0}234\u{a0}567");
        assert_eq!(number(12), "12");
    }
}
