//! What applications did that the intruder gave rights to, or secrets of.

use super::{Link, Session, session_of};
use crate::case::foothold::Foothold;
use crate::decision::{Decisions, Verdict};
use crate::event::Outcome;
use crate::rule::{Level, Meta};
use crate::store::{Entry, Events, Sym};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// Kinds of footholds by which an application serves the intruder.
const KINDS: &[&str] = &["consent", "app_credential"];

/// Technique by which a consent is stolen, as Sigma tags it.
const STOLEN: &str = "attack.t1528";

/// Presences of applications, from the time that the intruder had them on; the investigator's word comes first.
pub(super) fn applications(
    events: &Events,
    rules: &[Meta],
    sessions: &[Session],
    footholds: &[Foothold],
    decisions: &Decisions,
) -> Vec<Session> {
    let hostile: BTreeSet<u32> = sessions.iter().flat_map(|session| session.positions.iter().copied()).collect();
    let mut since: FxHashMap<&str, i64> = FxHashMap::default();
    for foothold in footholds.iter().filter(|foothold| KINDS.contains(&foothold.kind.as_str())) {
        let Some(opened) = &foothold.opened else { continue };
        let by_intruder = foothold.positions.iter().any(|position| hostile.contains(position));
        if by_intruder || foothold.positions.iter().any(|position| is_stolen(events, rules, *position)) {
            let time = events.entries[opened.position as usize].time.micros;
            for name in &foothold.names {
                let known = since.entry(name).or_insert(time);
                *known = (*known).min(time);
            }
        }
    }
    // Few applications, many records of each: their ids are looked up once.
    let mut of_id: FxHashMap<Sym, Option<i64>> = FxHashMap::default();
    let mut found: BTreeMap<(Sym, Sym, Option<std::net::IpAddr>), Vec<u32>> = BTreeMap::new();
    for (position, entry) in (0..).zip(&events.entries) {
        let id = entry.application_id;
        let begins = *of_id.entry(id).or_insert_with(|| {
            let id = events.text(id);
            match decisions.of_application(id) {
                Some(Verdict::Ours) => None,
                Some(Verdict::Hostile) => Some(i64::MIN),
                None => since.get(&*id.to_lowercase()).copied(),
            }
        });
        if entry.ip.is_some_and(|ip| decisions.of_address(&ip) == Some(Verdict::Ours)) {
            continue;
        }
        if begins.is_some_and(|begins| entry.time.micros >= begins) && entry.is_act() && !hostile.contains(&position) {
            found.entry((id, entry.account, entry.ip)).or_default().push(position);
        }
    }
    let tell = |((id, ..), positions): ((Sym, Sym, Option<std::net::IpAddr>), Vec<u32>)| {
        let succeeded = |at: &&u32| !matches!(entry(events, **at).outcome, Outcome::Failure | Outcome::Interrupted);
        let succeeded = positions.iter().filter(succeeded).count() as u64;
        let first = entry(events, positions[0]);
        let address = first.ip.map_or_else(|| events.text(first.address).to_owned(), |ip| ip.to_string());
        let account = events.text(first.account).to_owned();
        let why = vec![format!("the application {} serves the intruder", events.text(id))];
        session_of(events, (account, address, succeeded), positions, (Link::Application, 0, why))
    };
    found.into_iter().map(tell).collect()
}

fn entry(events: &Events, position: u32) -> &Entry {
    &events.entries[position as usize]
}

/// Whether something serious was found in the giving of rights itself.
fn is_stolen(events: &Events, rules: &[Meta], position: u32) -> bool {
    let met = entry(events, position).hits.iter().filter_map(|rule| rules.get(usize::from(*rule)));
    met.into_iter().any(|rule| rule.level >= Level::High && rule.tags.iter().any(|tag| tag == STOLEN))
}
