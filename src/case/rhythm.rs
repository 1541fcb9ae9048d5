//! Times of records to the stretches that are silent against the evidence's own rhythm of hours and weekdays.
//!
//! An hour of the week (Tuesday 09:00 to 10:00 UTC, say) is compared with itself in the other weeks. A silent stretch
//! is a gap when it covers at least [`EXPECTED`] hours that held records in at least half of the other weeks, of which
//! there must be two; or at least [`STEADY`] hours that held [`BUSY`] records or more in every other week, of which
//! there must be three. So nights, weekends and short evidence give no gap; a holiday does.

use crate::civil::HOUR;

/// Hours of a stretch that other weeks expect records in.
const EXPECTED: u32 = 8;
/// Hours of a stretch that are never quiet.
const STEADY: u32 = 2;
/// Records in an hour that is never quiet.
const BUSY: u32 = 20;
/// Hours in a week.
const WEEK: usize = 168;
/// Longest evidence that has a rhythm, in hours: a wrong date must not cost memory.
const LONGEST: usize = 24 * 366 * 20;

/// A stretch without a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The last record before it, microseconds since 1970.
    pub after: i64,
    /// The first record behind it.
    pub before: i64,
    /// How many of its hours hold records in other weeks.
    pub expected: u32,
}

/// What other weeks say of an hour of the week.
#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    weeks: u32,
    active: u32,
    busy: u32,
}

/// The gaps between times that are sorted, in that order.
pub fn gaps(times: impl Iterator<Item = i64>) -> Vec<Gap> {
    let times: Vec<i64> = times.collect();
    let hour = |time: i64| time.div_euclid(HOUR);
    let (Some(&first), Some(&last)) = (times.first(), times.last()) else { return Vec::new() };
    let Some(length) = usize::try_from(hour(last) - hour(first)).ok().filter(|length| *length < LONGEST) else {
        return Vec::new();
    };
    let mut counts = vec![0_u32; length + 1];
    for &time in &times {
        // Times that are not sorted would lie outside.
        if let Some(count) = usize::try_from(hour(time) - hour(first)).ok().and_then(|at| counts.get_mut(at)) {
            *count = count.saturating_add(1);
        }
    }
    let mut week = [Slot::default(); WEEK];
    for (at, count) in counts.iter().enumerate() {
        let slot = &mut week[at % WEEK];
        slot.weeks += 1;
        slot.active += u32::from(*count > 0);
        slot.busy += u32::from(*count >= BUSY);
    }
    let mut gaps = Vec::new();
    let mut before = first;
    for time in times {
        let (from, to) = ((hour(before) - hour(first)) as usize + 1, (hour(time) - hour(first)) as usize);
        if from < to
            && let Some(expected) = expected(&week, from, to)
        {
            gaps.push(Gap { after: before, before: time, expected });
        }
        before = time;
    }
    gaps
}

/// How many hours of a silent stretch other weeks expect records in, if they are enough to call it a gap.
fn expected(week: &[Slot; WEEK], from: usize, to: usize) -> Option<u32> {
    let (mut expected, mut steady) = (0, 0);
    for at in from..to {
        let slot = week[at % WEEK];
        // The same hour of the week may lie in the stretch more than once, and says nothing about itself.
        let own = ((to - 1 - at) / WEEK + (at - from) / WEEK + 1) as u32;
        let others = slot.weeks - own;
        expected += u32::from(others >= 2 && slot.active * 2 >= others);
        steady += u32::from(others >= 3 && slot.busy == others);
    }
    (expected >= EXPECTED || steady >= STEADY).then_some(expected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::civil::{DAY, rfc3339};

    /// Monday 5 January 2026.
    const MONDAY: i64 = 1_767_571_200_000_000;

    /// One record at half past each of these hours, in weeks of five working days.
    fn worked(weeks: i64, hours: std::ops::Range<i64>) -> Vec<i64> {
        let days = (0..weeks * 7).filter(|day| day % 7 < 5);
        days.flat_map(|day| hours.clone().map(move |hour| MONDAY + day * DAY + hour * HOUR + HOUR / 2)).collect()
    }

    fn shown(times: &[i64]) -> Vec<String> {
        gaps(times.iter().copied())
            .iter()
            .map(|gap| format!("{} {} {}", rfc3339(gap.after), rfc3339(gap.before), gap.expected))
            .collect()
    }

    #[test]
    fn nights_and_weekends_are_no_gap() {
        assert!(shown(&worked(4, 7..17)).is_empty());
    }

    #[test]
    fn a_working_day_without_a_record_is_a_gap() {
        let mut times = worked(4, 7..17);
        // Tuesday of the third week.
        times.retain(|time| time.div_euclid(DAY) != (MONDAY + 15 * DAY).div_euclid(DAY));
        assert_eq!(shown(&times), ["2026-01-19T16:30:00Z 2026-01-21T07:30:00Z 10"]);
    }

    #[test]
    fn a_missing_fortnight_is_one_gap() {
        let mut times = worked(6, 7..17);
        times.retain(|time| !(14..28).contains(&(time - MONDAY).div_euclid(DAY)));
        assert_eq!(shown(&times), ["2026-01-16T16:30:00Z 2026-02-02T07:30:00Z 100"]);
    }

    #[test]
    fn weekends_that_are_worked_now_and_then_are_no_gap() {
        let mut times = worked(5, 7..17);
        times.extend((7..17).map(|hour| MONDAY + 5 * DAY + hour * HOUR));
        times.sort_unstable();
        assert!(shown(&times).is_empty());
    }

    #[test]
    fn two_silent_hours_are_a_gap_only_where_those_hours_are_never_quiet() {
        let busy = |times: Vec<i64>| {
            times.into_iter().flat_map(|time| (0..i64::from(BUSY)).map(move |n| time + n)).collect::<Vec<_>>()
        };
        let cut = |mut times: Vec<i64>| {
            times.retain(|time| !(MONDAY + 15 * DAY + 10 * HOUR..MONDAY + 15 * DAY + 12 * HOUR).contains(time));
            times
        };
        assert!(shown(&cut(worked(4, 7..17))).is_empty());
        assert_eq!(shown(&cut(busy(worked(4, 7..17)))).len(), 1);
        assert!(shown(&cut(busy(worked(3, 7..17)))).is_empty(), "two other weeks are too few");
    }

    #[test]
    fn short_evidence_and_wrong_dates_have_no_rhythm() {
        assert!(shown(&[]).is_empty() && shown(&[MONDAY]).is_empty());
        assert!(shown(&worked(1, 7..17)).is_empty());
        assert!(shown(&[-62_135_596_800_000_000, MONDAY]).is_empty());
    }
}
