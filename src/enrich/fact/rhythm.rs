//! The hour of the day by an account's own rhythm, whatever zone it lives in.

use super::past::MINUTE;
use super::{Columns, Deriver, Past};
use crate::field::Fact;
use rustc_hash::{FxHashMap, FxHashSet};

pub(super) const RHYTHM: Deriver =
    Deriver { name: "rhythm", facts: &[Fact::LocalHour, Fact::LocalHourUnusual], derive };

const HOUR: i64 = 60 * MINUTE;

/// Hours with an act, and days, that make a rhythm.
const ENOUGH: (u32, usize) = (100, 10);

/// The hour in the middle of the eight quietest.
const NIGHT: usize = 3;

/// The hours of the day, in UTC, in which somebody acted, each once a day.
#[derive(Default)]
struct Rhythm {
    hours: [u32; 24],
    days: usize,
    last_hour: i64,
    last_day: i64,
}

impl Rhythm {
    fn add(&mut self, time: i64) {
        let (hour, day) = (time.div_euclid(HOUR), time.div_euclid(24 * HOUR));
        // Events come in time order, so an hour that was met is the last one.
        if hour != self.last_hour {
            self.hours[hour.rem_euclid(24) as usize] += 1;
            self.last_hour = hour;
        }
        if day != self.last_day {
            self.days += 1;
            self.last_day = day;
        }
    }

    fn total(&self) -> u32 {
        self.hours.iter().sum()
    }

    fn around(&self, hour: usize, before: usize, length: usize) -> u32 {
        (0..length).map(|step| self.hours[(hour + 24 - before + step) % 24]).sum()
    }

    /// How many hours local time is ahead of UTC, if there is enough to say so.
    fn offset(&self) -> Option<usize> {
        if self.total() < ENOUGH.0 || self.days < ENOUGH.1 {
            return None;
        }
        // Of equally quiet stretches the middle one: a flat night has no edge.
        let quiet = |start: usize| self.around(start, 0, 8);
        let least = (0..24).map(quiet).min()?;
        let starts: Vec<usize> = (0..24).filter(|start| quiet(*start) == least).collect();
        let first = starts.iter().position(|start| !starts.contains(&((start + 23) % 24))).unwrap_or(0);
        let middle = (starts[(first + starts.len() / 2) % starts.len()] + 4) % 24;
        Some((NIGHT + 24 - middle) % 24)
    }
}

fn derive(past: &Past<'_>, columns: &mut Columns) {
    let wanted: FxHashSet<u32> = past.wanted().map(|(_, entry)| past.who(&entry)).collect();
    let mut people: FxHashMap<u32, Rhythm> = FxHashMap::default();
    for (_, entry) in past.each() {
        let who = past.who(&entry);
        if who != 0 && wanted.contains(&who) && past.is_history(&entry) {
            people.entry(who).or_default().add(entry.micros);
        }
    }
    let offsets: FxHashMap<u32, usize> =
        people.iter().filter_map(|(who, rhythm)| Some((*who, rhythm.offset()?))).collect();
    for (row, entry) in past.each() {
        let who = past.who(&entry);
        let (Some(row), Some(offset), Some(rhythm)) = (row, offsets.get(&who), people.get(&who)) else { continue };
        let hour = entry.micros.div_euclid(HOUR).rem_euclid(24) as usize;
        columns.number(Fact::LocalHour, row, (hour + offset) % 24);
        columns.truth(Fact::LocalHourUnusual, row, rhythm.around(hour, 1, 3) * 100 < rhythm.total());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worked(hours: &[i64], days: i64) -> Rhythm {
        let mut rhythm = Rhythm::default();
        (1..=days).for_each(|day| hours.iter().for_each(|hour| rhythm.add((day * 24 + hour) * HOUR)));
        rhythm
    }

    #[test]
    fn the_quietest_hours_are_the_night() {
        // 08:00 to 18:00 UTC: the other fourteen hours are quiet, and their middle is 01:00.
        let hours: Vec<i64> = (8..18).collect();
        assert_eq!(worked(&hours, 20).offset(), Some(2));
        // The same person nine hours further east.
        let hours: Vec<i64> = (0..10).map(|hour| (hour + 23) % 24).collect();
        let mut sorted = hours.clone();
        sorted.sort_unstable();
        assert_eq!(worked(&sorted, 20).offset(), Some(11));
        assert_eq!(worked(&[9], 20).offset(), None, "too few acts");
        assert_eq!(worked(&(0..24).collect::<Vec<_>>(), 5).offset(), None, "too few days");
    }
}
