//! What the map says in words.

use super::super::scale::number;
use super::super::words::{counted, ended};
use super::DRAWN;
use super::spots::{Spot, Spots};
use crate::language::Voice;

/// Below the title.
pub(super) fn note(t: Voice, spots: &Spots, is_enlarged: bool) -> String {
    let places = spots.all.len() as u64;
    let centres = spots.all.iter().filter(|spot| spot.is_centre).count() as u64;
    let mut told = Vec::new();
    if places > 0 {
        told.push(match centres {
            0 => t.text("chart.map.exact").to_owned(),
            all if all == places => t.text("chart.map.centres").to_owned(),
            some => t.count("chart.map.mixed", some, &[("number", &number(some)), ("places", &number(places))]),
        });
        told.push(t.text("chart.map.further").to_owned());
    }
    if is_enlarged {
        told.push(t.text("chart.map.enlarged").to_owned());
    }
    if places > DRAWN as u64 {
        told.push(t.fill("chart.map.drawn", &[("places", &number(places)), ("drawn", &DRAWN)]));
    }
    told.extend(not_placed(t, spots));
    told.join(" ")
}

/// For those who cannot see it: the numbers, the places of intruders, and the busiest others.
pub(super) fn alt(t: Voice, spots: &Spots) -> String {
    if spots.all.is_empty() {
        let none = format!("{}.", t.text("chart.map.none"));
        return std::iter::once(none).chain(not_placed(t, spots)).collect::<Vec<_>>().join(" ");
    }
    let sum = |of: fn(&Spot) -> u64| spots.all.iter().map(of).sum::<u64>();
    let (places, succeeded) = (spots.all.len() as u64, sum(|spot| spot.sign_ins.succeeded));
    let signed_in = counted(t, "chart.n_sign_ins", succeeded);
    let failed = number(sum(|spot| spot.sign_ins.failed));
    let mut told = vec![t.count(
        "chart.map.alt",
        places,
        &[("number", &number(places)), ("sign_ins", &signed_in), ("failed", &failed)],
    )];
    let intruder = spots.all.iter().filter(|spot| spot.intruder).take(6).map(|spot| spot.name.clone());
    let busy = spots.all.iter().filter(|spot| !spot.intruder && spot.sign_ins.total() > 0).take(4);
    let busy = busy.map(|spot| ended(t, &spot.name, spot.sign_ins.succeeded, spot.sign_ins.failed));
    let intruder = ("chart.map.alt_intruder", intruder.collect::<Vec<_>>());
    for (key, places) in [intruder, ("chart.map.alt_busy", busy.collect())] {
        if !places.is_empty() {
            told.push(t.fill(key, &[("places", &places.join("; "))]));
        }
    }
    told.extend(not_placed(t, spots));
    told.join(" ")
}

/// Sign-ins and other acts; what there is none of is not named.
fn both(t: Voice, signed_in: u64, other: u64) -> String {
    let sign_ins = counted(t, "chart.n_sign_ins", signed_in);
    let other_acts = counted(t, "chart.map.n_other_acts", other);
    match (signed_in, other) {
        (0, _) => other_acts,
        (_, 0) => sign_ins,
        _ => t.fill("chart.map.both", &[("sign_ins", &sign_ins), ("other_acts", &other_acts)]),
    }
}

/// What has no place; none where all has one.
fn not_placed(t: Voice, spots: &Spots) -> Option<String> {
    let mut parts = Vec::new();
    let Spot { addresses, sign_ins, other, .. } = &spots.nowhere;
    if *addresses > 0 {
        let acts = both(t, sign_ins.total(), *other);
        parts.push(t.count("chart.map.nowhere", *addresses, &[("number", &number(*addresses)), ("acts", &acts)]));
    }
    let (signed_in, other) = spots.unstated;
    if signed_in + other > 0 {
        parts.push(t.fill("chart.map.unstated", &[("acts", &both(t, signed_in, other))]));
    }
    (!parts.is_empty()).then(|| t.fill("chart.map.not_placed", &[("parts", &parts.join("; "))]))
}
