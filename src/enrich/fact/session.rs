//! How many addresses, agents and countries one session has been used from.

use super::{Columns, Deriver, Past};
use crate::field::Fact;
use crate::store::{Ip, Sym};
use rustc_hash::FxHashMap;
use smallvec::{Array, SmallVec};

pub(super) const SESSION: Deriver =
    Deriver { name: "session", facts: &[Fact::SessionAddresses, Fact::SessionAgents, Fact::SessionCountries], derive };

/// What a session has been seen with. Sessions are many and small, so lists are searched.
#[derive(Default)]
struct Session<'a> {
    addresses: SmallVec<[Ip; 2]>,
    agents: SmallVec<[u32; 2]>,
    countries: SmallVec<[&'a str; 1]>,
}

fn derive(past: &Past<'_>, columns: &mut Columns) {
    let mut sessions: FxHashMap<(Sym, Sym), Session<'_>> = FxHashMap::default();
    for (row, entry) in past.each() {
        if entry.session.is_empty() || !entry.is_act() {
            continue;
        }
        let session = sessions.entry((past.events.who(&entry).tenant, entry.session)).or_default();
        add(&mut session.addresses, Some(entry.ip).filter(|ip| !ip.is_empty()));
        add(&mut session.agents, Some(past.agent(&entry)).filter(|agent| *agent != 0));
        let country = past.events.place(&entry).map(|place| place.country.as_str());
        add(&mut session.countries, country.filter(|country| !country.is_empty()));
        if let Some(row) = row {
            columns.number(Fact::SessionAddresses, row, session.addresses.len());
            columns.number(Fact::SessionAgents, row, session.agents.len());
            columns.number(Fact::SessionCountries, row, session.countries.len());
        }
    }
}

/// How many a list holds at most: a session that moves more often is counted no further.
const MOST: usize = 1000;

fn add<T: PartialEq>(list: &mut SmallVec<impl Array<Item = T>>, value: Option<T>) {
    if let Some(value) = value
        && list.len() < MOST
        && !list.contains(&value)
    {
        list.push(value);
    }
}
