//! Addresses to places on the map: how many sign-ins from each, and what has no place.

use super::world::{centre, project};
use crate::case::sign_in::SignIns;
use crate::event::Place;
use crate::language::Voice;
use crate::output::country::{country_name, named_country};
use crate::output::view::View;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// A place and what was done from there.
#[derive(Debug, Clone, Default)]
pub(super) struct Spot {
    /// Country, region and city, as far as they are known.
    pub(super) name: String,
    /// The shortest of these that is a name.
    pub(super) short: String,
    /// Where it stands on the map, in radii of the globe.
    pub(super) point: (f64, f64),
    /// Only the country is known, and this is the middle of it.
    pub(super) is_centre: bool,
    /// An intruder was in an account from here.
    pub(super) intruder: bool,
    /// Addresses.
    pub(super) addresses: u64,
    /// Sign-ins.
    pub(super) sign_ins: SignIns,
    /// Events that are no sign-in.
    pub(super) other: u64,
}

/// What is on the map, and what is not.
#[derive(Debug, Default)]
pub(super) struct Spots {
    /// The places, the most important first.
    pub(super) all: Vec<Spot>,
    /// The addresses that no database places, as one.
    pub(super) nowhere: Spot,
    /// Sign-ins and other events that state no address.
    pub(super) unstated: (u64, u64),
}

impl Spot {
    fn add(&mut self, from: &CameFrom<'_>) {
        self.addresses += 1;
        self.sign_ins.join(from.sign_ins);
        self.other += from.events.saturating_sub(from.sign_ins.total());
        self.intruder |= from.hostile;
    }

    /// What is neither a success nor a failure: other events, and sign-ins that asked for a further step.
    pub(super) fn rest(&self) -> u64 {
        self.other + self.sign_ins.interrupted
    }
}

/// What was done from one address.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CameFrom<'a> {
    /// What is known of the address.
    pub(crate) place: Option<&'a Place>,
    /// Sign-ins.
    pub(crate) sign_ins: SignIns,
    /// Events, sign-ins included.
    pub(crate) events: u64,
    /// An intruder was in an account from here.
    pub(crate) hostile: bool,
}

impl Spots {
    /// The places of addresses, nothing unstated.
    pub(super) fn of<'a>(came: impl Iterator<Item = CameFrom<'a>>, voice: Voice) -> Self {
        let mut places: BTreeMap<(String, i64, i64), Spot> = BTreeMap::new();
        let mut nowhere = Spot::default();
        for from in came {
            let Some(found) = from.place.and_then(|place| found(place, voice)) else {
                nowhere.add(&from);
                continue;
            };
            let key = |at: f64| (at * 1_000.0).round() as i64;
            places.entry((found.name.clone(), key(found.point.0), key(found.point.1))).or_insert(found).add(&from);
        }
        let mut all: Vec<Spot> = places.into_values().collect();
        all.sort_by_cached_key(|spot| {
            (!spot.intruder, Reverse(spot.sign_ins.total()), Reverse(spot.other), spot.name.clone())
        });
        Self { all, nowhere, unstated: (0, 0) }
    }
}

/// Gathers the places of all addresses.
pub(super) fn spots(view: &View<'_>) -> Spots {
    let sessions = view.case.sessions.iter();
    let hostile: BTreeSet<&str> =
        sessions.filter(|session| session.got_in()).map(|session| session.address.as_str()).collect();
    let came = view.addresses.iter().map(|address| CameFrom {
        place: Some(&address.place),
        sign_ins: address.sign_ins,
        events: address.events,
        hostile: hostile.contains(address.address.as_str()),
    });
    let (sign_ins, events) =
        came.clone().fold((0, 0), |all, from| (all.0 + from.sign_ins.total(), all.1 + from.events));
    let spots = Spots::of(came, view.case.facts.voice);
    let of_accounts = view.accounts.iter();
    let (all_sign_ins, all_events) =
        of_accounts.fold((0, 0), |all, account| (all.0 + account.sign_ins.total(), all.1 + account.events));
    let stated = all_sign_ins.saturating_sub(sign_ins);
    Spots { unstated: (stated, all_events.saturating_sub(events).saturating_sub(stated)), ..spots }
}

/// The place of an address, nothing counted yet; none where it has none.
fn found(place: &Place, voice: Voice) -> Option<Spot> {
    let country = named_country(&place.country, voice);
    let short = match country_name(&place.country, voice) {
        "" => place.country.as_str(),
        name => name,
    };
    if let Some((north, east)) = place.coordinates.filter(|at| at.0.is_finite() && at.1.is_finite()) {
        let parts = [place.city.as_str(), place.region.as_str(), country.as_str()];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let name = if parts.is_empty() { unnamed(north, east, voice) } else { parts.join(", ") };
        let short = if place.city.is_empty() { short } else { &place.city };
        let short = if short.is_empty() { name.clone() } else { short.to_owned() };
        return Some(Spot { name, short, point: project((north, east)), ..Spot::default() });
    }
    let point = project(centre(&place.country)?);
    Some(Spot { name: country, short: short.to_owned(), point, is_centre: true, ..Spot::default() })
}

/// What a place of which only the coordinates are known is called.
fn unnamed(north: f64, east: f64, voice: Voice) -> String {
    let (north, east) = (format!("{north:.1}"), format!("{east:.1}"));
    voice.fill("chart.map.unnamed", &[("north", &north), ("east", &east)])
}
