//! How far and how fast somebody must have moved between a successful sign-in and its neighbours.

use super::country::{between, distance};
use super::past::MINUTE;
use super::{Columns, Deriver, Past};
use crate::event::{Outcome, Place};
use crate::field::Fact;
use rustc_hash::FxHashMap;

pub(super) const TRAVEL: Deriver = Deriver {
    name: "travel",
    facts: &[Fact::TravelKilometres, Fact::TravelMinutes, Fact::TravelSpeed, Fact::TravelPrecision],
    derive,
};

/// A successful sign-in from a known place.
struct Stop<'a> {
    time: i64,
    place: &'a Place,
    row: Option<usize>,
    /// Speed of the journey that its row tells, in kilometres an hour.
    speed: f64,
}

fn derive(past: &Past<'_>, columns: &mut Columns) {
    let mut last: FxHashMap<u32, Stop<'_>> = FxHashMap::default();
    for (row, entry) in past.each() {
        let who = past.who(&entry);
        if who == 0 || entry.outcome != Outcome::Success || !past.events.is_sign_in(&entry) {
            continue;
        }
        // Microsoft's own servers sign in for users from wherever they stand.
        let known = |place: &&Place| !place.country.is_empty() && place.kind != "microsoft";
        let Some(place) = past.events.place(&entry).filter(known) else { continue };
        let mut stop = Stop { time: entry.micros, place, row, speed: 0.0 };
        if let Some(before) = last.get_mut(&who)
            && let Some((kilometres, precision)) = apart(before.place, place)
        {
            let minutes = (stop.time - before.time) / MINUTE;
            let speed = kilometres * 60.0 / minutes.max(1) as f64;
            // Which of the two is the odd one, the journey does not say: each tells its fastest.
            for end in [before, &mut stop] {
                if let (Some(row), true) = (end.row, speed > end.speed) {
                    end.speed = speed;
                    columns.number(Fact::TravelKilometres, row, kilometres as i64);
                    columns.number(Fact::TravelMinutes, row, minutes);
                    columns.number(Fact::TravelSpeed, row, speed as i64);
                    columns.text(Fact::TravelPrecision, row, precision);
                }
            }
        }
        last.insert(who, stop);
    }
}

/// Kilometres between two places, and how precisely that is known; `None` where they cannot be told apart.
fn apart(from: &Place, to: &Place) -> Option<(f64, &'static str)> {
    if let (Some(a), Some(b), false, false) =
        (from.coordinates, to.coordinates, from.city.is_empty(), to.city.is_empty())
    {
        return (from.city != to.city || from.country != to.country).then(|| (distance(a, b), "city"));
    }
    let kilometres = (from.country != to.country).then(|| between(&from.country, &to.country))??;
    (kilometres >= 1.0).then_some((kilometres, "country"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(country: &str, city: &str, coordinates: Option<(f64, f64)>) -> Place {
        Place { country: country.into(), city: city.into(), coordinates, kind: "public", ..Place::default() }
    }

    #[test]
    fn the_finer_precision_wins() {
        let delft = place("NL", "Delft", Some((52.0, 4.36)));
        let lagos = place("NG", "Lagos", Some((6.45, 3.4)));
        assert!(matches!(apart(&delft, &lagos), Some((km, "city")) if km > 5000.0));
        assert!(matches!(apart(&delft, &place("NG", "", Some((9.0, 8.0)))), Some((km, "country")) if km > 3500.0));
        assert_eq!(apart(&delft, &place("NL", "", None)), None, "the same country, no city");
        assert_eq!(apart(&delft, &place("DE", "", None)), None, "neighbours");
        assert_eq!(apart(&delft, &delft), None);
    }
}
