//! What applications did that the intruder gave rights to, or secrets of.

use super::presence::Presences;
use super::score::GRAVE;
use super::{Link, Session, Whose, session_of};
use crate::case::foothold::Foothold;
use crate::case::index::address_text;
use crate::decision::{Decisions, Verdict};
use crate::rule::{Level, Meta};
use crate::store::{Entry, Events, Sym};
use rustc_hash::{FxHashMap, FxHashSet};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// The kind of footholds by which an application is the intruder's.
pub(in crate::case) const CONSENT: &str = "consent";

/// The kind by which an application that others use serves the intruder too.
const CREDENTIAL: &str = "app_credential";

/// Technique by which a consent is stolen, as Sigma tags it.
const STOLEN: &str = "attack.t1528";

/// From when on an application serves the intruder.
#[derive(Debug, Clone, Copy)]
struct Since {
    /// Microseconds since 1970.
    time: i64,
    /// Whether others use it too: then only from addresses that are new to it.
    shared: bool,
}

/// Presences of applications, from the time that the intruder had them on; the investigator's word comes first.
pub(super) fn applications(
    presences: &Presences<'_>,
    sessions: &[Session],
    footholds: &[Foothold],
    decisions: &Decisions,
) -> Vec<Session> {
    let (events, rules) = (presences.events, presences.rules);
    let hostile: BTreeSet<u32> = sessions.iter().flat_map(|session| session.positions.iter().copied()).collect();
    let since = since(events, rules, &hostile, footholds);
    if since.is_empty() && decisions.is_empty() {
        return Vec::new();
    }
    let serving = serving(events, &since, decisions);
    let mut usual: FxHashSet<(Sym, Option<IpAddr>)> = FxHashSet::default();
    let mut found: BTreeMap<(Sym, Sym, Option<IpAddr>), Vec<u32>> = BTreeMap::new();
    for (position, entry) in (0..).zip(&events.entries) {
        let (application, address) = (events.common(&entry).application_id, events.ip(&entry));
        let Some(since) = serving.get(&application).filter(|_| entry.is_act()) else { continue };
        if entry.micros < since.time {
            usual.insert((application, address));
            continue;
        }
        let ours = address.is_some_and(|ip| decisions.of_address(&ip).is_some_and(|ruling| ruling.is_ours()));
        let owners = since.shared && usual.contains(&(application, address));
        if !ours && !owners && !hostile.contains(&position) {
            found.entry((application, events.who(&entry).account, address)).or_default().push(position);
        }
    }
    let tell = |((id, ..), positions): ((Sym, Sym, Option<IpAddr>), Vec<u32>)| {
        let succeeded = |at: &&u32| !entry(events, **at).outcome.is_refused();
        let succeeded = positions.iter().filter(succeeded).count() as u64;
        let first = entry(events, positions[0]);
        let address = address_text(events, &first);
        let account = events.text(events.who(&first).account).to_owned();
        let why = vec![presences.voice.fill("case.session.application", &[("id", &events.text(id))])];
        let whose = Whose { account, address, succeeded, application: events.text(id).to_lowercase() };
        session_of(events, whose, positions, (Link::Application, 0, why))
    };
    found.into_iter().map(tell).collect()
}

/// The names and ids of applications that the intruder gave rights to or took secrets of, lower case.
fn since<'a>(
    events: &Events,
    rules: &[Meta],
    hostile: &BTreeSet<u32>,
    footholds: &'a [Foothold],
) -> FxHashMap<&'a str, Since> {
    let mut since: FxHashMap<&str, Since> = FxHashMap::default();
    for foothold in footholds.iter().filter(|foothold| [CONSENT, CREDENTIAL].contains(&foothold.kind.as_str())) {
        let Some(opened) = &foothold.opened else { continue };
        let by_intruder = foothold.positions.iter().any(|position| hostile.contains(position));
        if by_intruder || foothold.positions.iter().any(|position| is_stolen(events, rules, *position)) {
            let time = entry(events, opened.position).micros;
            let shared = foothold.kind == CREDENTIAL;
            for name in &foothold.names {
                let known = since.entry(name).or_insert(Since { time, shared });
                *known = Since { time: known.time.min(time), shared: known.shared && shared };
            }
        }
    }
    since
}

/// The same by the ids under which applications act. A record of rights may name an application by its display name
/// only; the application's own records have both.
fn serving(events: &Events, since: &FxHashMap<&str, Since>, decisions: &Decisions) -> FxHashMap<Sym, Since> {
    let mut pairs: FxHashSet<(Sym, Sym)> = FxHashSet::default();
    pairs.extend(events.commons_met().map(|common| (common.application_id, common.application)));
    let mut serving: FxHashMap<Sym, Since> = FxHashMap::default();
    for (id, name) in pairs.into_iter().filter(|(id, _)| !id.is_empty()) {
        let known = |sym: Sym| since.get(&*events.text(sym).to_lowercase()).copied();
        let found = match decisions.of_application(events.text(id)).map(|ruling| ruling.is) {
            Some(Verdict::Ours) => None,
            Some(Verdict::Hostile) => Some(Since { time: i64::MIN, shared: false }),
            None => known(id).or_else(|| known(name)),
        };
        if let Some(found) = found {
            let one = serving.entry(id).or_insert(found);
            *one = Since { time: one.time.min(found.time), shared: one.shared && found.shared };
        }
    }
    serving
}

fn entry(events: &Events, position: u32) -> Cow<'_, Entry> {
    events.entries.at(position)
}

/// Whether something serious was found in the giving of rights itself, or what a rule says to be grave whatever its level.
fn is_stolen(events: &Events, rules: &[Meta], position: u32) -> bool {
    let met = events.hits(&entry(events, position)).iter().filter_map(|rule| rules.get(usize::from(*rule)));
    let is_grave = |rule: &Meta| rule.level >= Level::High || rule.presence.is_some_and(|weight| weight >= GRAVE);
    met.into_iter().any(|rule| is_grave(rule) && rule.tags.iter().any(|tag| tag == STOLEN))
}
