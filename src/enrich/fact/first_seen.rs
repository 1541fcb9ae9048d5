//! Circumstances that are new: for whoever acts, and for everybody in the tenant; and how much past there is to say so.

use super::past::DAY;
use super::{Columns, Deriver, Past};
use crate::field::Fact;
use crate::store::{Entry, Ip, Sym};
use rustc_hash::{FxHashMap, FxHashSet};

pub(super) const FIRST_SEEN: Deriver = Deriver {
    name: "first seen",
    facts: &[
        Fact::FirstSeenCountry,
        Fact::FirstSeenRegion,
        Fact::FirstSeenNetwork,
        Fact::FirstSeenAgent,
        Fact::FirstSeenDevice,
        Fact::FirstSeenApplication,
        Fact::FirstSeenClient,
        Fact::FirstSeenAuthentication,
        Fact::TenantFirstSeenCountry,
        Fact::TenantFirstSeenNetwork,
        Fact::TenantFirstSeenAgent,
        Fact::TenantFirstSeenApplication,
        Fact::TenantFirstSeenAddress,
        Fact::BaselineDays,
        Fact::BaselineSufficient,
    ],
    derive,
};

/// The facts about whoever acts, in the order of [`Circumstances::own`].
const OWN: [Fact; 8] = [
    Fact::FirstSeenCountry,
    Fact::FirstSeenRegion,
    Fact::FirstSeenNetwork,
    Fact::FirstSeenAgent,
    Fact::FirstSeenDevice,
    Fact::FirstSeenApplication,
    Fact::FirstSeenClient,
    Fact::FirstSeenAuthentication,
];

/// The facts about the tenant, and which member of [`Circumstances::own`] each looks at.
const SHARED: [(Fact, usize); 4] = [
    (Fact::TenantFirstSeenCountry, 0),
    (Fact::TenantFirstSeenNetwork, 2),
    (Fact::TenantFirstSeenAgent, 3),
    (Fact::TenantFirstSeenApplication, 5),
];

/// Days of history, and days with an act among them, that make a past long enough.
const SUFFICIENT: (i64, u32) = (7, 5);

/// The circumstances of one act as numbers; 0 where one is not known.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Circumstances {
    who: u32,
    ip: Ip,
    own: [u32; 8],
}

/// What is known of whoever acts.
struct Person {
    since: i64,
    last_day: i64,
    /// Days with an act before the last one.
    days: u32,
}

#[derive(Default)]
struct Seen {
    whole: FxHashSet<Circumstances>,
    own: FxHashSet<(u32, u8, u32)>,
    shared: FxHashSet<(Sym, u8, u32)>,
    addresses: FxHashSet<(Sym, Ip)>,
    people: FxHashMap<u32, Person>,
}

fn derive(past: &Past<'_>, columns: &mut Columns) {
    let mut seen = Seen::default();
    let mut reader = Reader::default();
    for (row, entry) in past.each() {
        let who = past.who(&entry);
        if who == 0 || !entry.is_act() {
            continue;
        }
        let history = past.is_history(&entry);
        if row.is_none() && !history {
            continue;
        }
        let now = Circumstances { who, ip: entry.ip, own: reader.read(past, &entry) };
        let act = (past.events.who(&entry).tenant, entry.micros);
        if let Some(row) = row {
            seen.tell(&now, act, row, columns);
        }
        if history {
            seen.add(now, act);
        }
    }
}

impl Seen {
    fn tell(&self, now: &Circumstances, (tenant, time): (Sym, i64), row: usize, columns: &mut Columns) {
        let known = self.whole.contains(now);
        for (at, fact) in OWN.into_iter().enumerate() {
            if now.own[at] != 0 {
                columns.truth(fact, row, !known && !self.own.contains(&(now.who, at as u8, now.own[at])));
            }
        }
        for (fact, at) in SHARED {
            if now.own[at] != 0 {
                columns.truth(fact, row, !known && !self.shared.contains(&(tenant, at as u8, now.own[at])));
            }
        }
        if !now.ip.is_empty() {
            columns.truth(Fact::TenantFirstSeenAddress, row, !self.addresses.contains(&(tenant, now.ip)));
        }
        let (mut days, mut active) = (0, 0);
        if let Some(person) = self.people.get(&now.who) {
            days = (time - person.since).div_euclid(DAY);
            active = person.days + u32::from(person.last_day < time.div_euclid(DAY));
        }
        columns.number(Fact::BaselineDays, row, days);
        columns.truth(Fact::BaselineSufficient, row, days >= SUFFICIENT.0 && active >= SUFFICIENT.1);
    }

    fn add(&mut self, now: Circumstances, (tenant, time): (Sym, i64)) {
        let today = time.div_euclid(DAY);
        let person = self.people.entry(now.who).or_insert(Person { since: time, last_day: today, days: 0 });
        if person.last_day < today {
            person.days += 1;
            person.last_day = today;
        }
        if !self.whole.insert(now) {
            return;
        }
        for (at, value) in now.own.into_iter().enumerate().filter(|(_, value)| *value != 0) {
            self.own.insert((now.who, at as u8, value));
        }
        for (_, at) in SHARED.into_iter().filter(|(_, at)| now.own[*at] != 0) {
            self.shared.insert((tenant, at as u8, now.own[at]));
        }
        if !now.ip.is_empty() {
            self.addresses.insert((tenant, now.ip));
        }
    }
}

/// Reads the circumstances of events; texts and pairs get numbers of their own.
#[derive(Default)]
struct Reader {
    places: FxHashMap<Ip, [u32; 3]>,
    texts: FxHashMap<String, u32>,
    clients: FxHashMap<Sym, u32>,
    pairs: FxHashMap<(Sym, Sym), u32>,
}

impl Reader {
    fn read(&mut self, past: &Past<'_>, entry: &Entry) -> [u32; 8] {
        let [country, region, network] = self.place(past, entry);
        let (common, who) = (past.events.common(entry), past.events.who(entry));
        let application = if common.application_id.is_empty() { common.application } else { common.application_id };
        let client = if common.client.is_empty() { self.protocol(past, who.agent) } else { common.client.0 };
        let authentication = if common.authentication_requirement.is_empty() {
            0
        } else {
            let next = self.pairs.len() as u32 + 1;
            *self.pairs.entry((common.authentication_requirement, application)).or_insert(next)
        };
        [country, region, network, past.agent(entry), who.device.0, application.0, client, authentication]
    }

    fn place(&mut self, past: &Past<'_>, entry: &Entry) -> [u32; 3] {
        if entry.ip.is_empty() {
            return [0; 3];
        }
        if let Some(known) = self.places.get(&entry.ip) {
            return *known;
        }
        let mut found = [0; 3];
        if let Some(place) = past.events.place(entry) {
            let texts = &mut self.texts;
            let mut number = |text: String| {
                let next = texts.len() as u32 + 1;
                *texts.entry(text).or_insert(next)
            };
            if !place.country.is_empty() {
                found[0] = number(format!("country {}", place.country));
            }
            if !place.region.is_empty() {
                found[1] = number(format!("region {} {}", place.country, place.region));
            }
            found[2] = place.asn;
        }
        self.places.insert(entry.ip, found);
        found
    }

    /// The number of the protocol in Exchange's client string; numbers of texts of the pool are far below.
    fn protocol(&mut self, past: &Past<'_>, agent: Sym) -> u32 {
        if let Some(known) = self.clients.get(&agent) {
            return *known;
        }
        let protocol = past.events.text(agent).strip_prefix("Client=").and_then(|rest| rest.split(';').next());
        let number = protocol.filter(|protocol| !protocol.is_empty()).map_or(0, |protocol| {
            let next = self.texts.len() as u32 + 1;
            u32::MAX - *self.texts.entry(format!("client {}", protocol.to_lowercase())).or_insert(next)
        });
        self.clients.insert(agent, number);
        number
    }
}
