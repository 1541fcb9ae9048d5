//! Everything that one account did from one address, as features.

use super::decided;
use super::score::is_usual;
use crate::civil::DAY;
use crate::decision::{Decisions, Ruling};
use crate::event::{ActorKind, Family, bare_agent, program};
use crate::language::Voice;
use crate::rule::{Level, Meta};
use crate::store::{Entry, Events, RuleIndex, Sym, Who};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// What one account did from one address.
#[derive(Debug)]
pub(super) struct Presence {
    pub tenant: Sym,
    /// Lower case.
    pub account: String,
    /// The account's number.
    pub who: u32,
    pub address: IpAddr,
    /// Where its events stand, ascending.
    pub positions: Vec<u32>,
    /// How many were not refused.
    pub succeeded: u32,
    /// Whether something besides signing in was done.
    pub acts: bool,
    /// Days on which something was done.
    pub days: u32,
    last_day: i64,
    /// Whether only message traces have told of it so far.
    traced: bool,
    /// How many events each program has; numbers of [`Presences::programs`].
    pub programs: BTreeMap<u32, u32>,
    /// Session ids.
    pub sessions: BTreeSet<Sym>,
    /// Rules of level medium and above that found something in it.
    pub rules: BTreeSet<RuleIndex>,
    /// Whether the account is often there, and nothing speaks of an intruder; or many others are.
    pub usual: bool,
}

/// All presences, and what they have in common.
pub(super) struct Presences<'a> {
    pub events: &'a Events,
    pub rules: &'a [Meta],
    /// How reasons are told.
    pub voice: Voice,
    pub list: Vec<Presence>,
    /// How many accounts got in from an address, by tenant.
    pub at_address: FxHashMap<(Sym, IpAddr), u32>,
    /// How many accounts got in from a network.
    pub at_network: FxHashMap<(Sym, u32), u32>,
}

/// Numbers accounts whatever the case of their letters, and programs whatever their version.
#[derive(Default)]
struct Numbers {
    accounts: FxHashMap<Sym, u32>,
    names: FxHashMap<String, u32>,
    agents: FxHashMap<Sym, u32>,
    programs: FxHashMap<String, u32>,
}

impl Numbers {
    fn account(&mut self, events: &Events, sym: Sym) -> u32 {
        *self.accounts.entry(sym).or_insert_with(|| {
            let next = self.names.len() as u32;
            *self.names.entry(events.text(sym).to_lowercase()).or_insert(next)
        })
    }

    fn agent(&mut self, events: &Events, sym: Sym) -> u32 {
        *self.agents.entry(sym).or_insert_with(|| {
            let next = self.programs.len() as u32;
            *self.programs.entry(program(events.text(sym))).or_insert(next)
        })
    }
}

/// Whether the event tells of somebody at an address.
fn is_presence(events: &Events, entry: &Entry) -> bool {
    let who = events.who(entry);
    let log = match entry.family {
        Family::Audit | Family::SignIn | Family::Directory | Family::Activity => true,
        // Mail of the tenant's own; of other mail the trace has the address of a stranger's server.
        Family::Trace => who.account == who.actor,
        Family::Risk | Family::State => false,
    };
    let person = entry.actor_kind == ActorKind::User || entry.family == Family::Trace;
    log && person && events.text(who.name()).contains('@')
}

impl<'a> Presences<'a> {
    pub(super) fn gather(events: &'a Events, rules: &'a [Meta], voice: Voice) -> Self {
        let mut numbers = Numbers::default();
        let mut places: FxHashMap<(u32, IpAddr), usize> = FxHashMap::default();
        let mut list: Vec<Presence> = Vec::new();
        for (position, entry) in events.entries.iter().enumerate() {
            let Some(address) = events.ip(&entry).filter(|_| is_presence(events, &entry)) else { continue };
            let Who { tenant, agent, .. } = *events.who(&entry);
            let by = events.who(&entry).name();
            let who = numbers.account(events, by);
            let next = list.len();
            let at = *places.entry((who, address)).or_insert(next);
            if at == next {
                list.push(Presence::new(tenant, events.text(by).to_lowercase(), who, address));
            }
            let named = !bare_agent(events.text(agent)).starts_with("Client=") && !agent.is_empty();
            let program = named.then(|| numbers.agent(events, agent));
            list[at].add(events, position as u32, rules, program);
            // A message trace names the tenant by its name, other logs by its id.
            if entry.family != Family::Trace && std::mem::take(&mut list[at].traced) {
                list[at].tenant = tenant;
            }
        }
        let (mut at_address, mut at_network) = (FxHashMap::default(), FxHashMap::default());
        let (mut seen, mut met) = (FxHashSet::default(), FxHashSet::default());
        for presence in list.iter().filter(|presence| presence.succeeded > 0) {
            if seen.insert((presence.tenant, presence.address, presence.who)) {
                *at_address.entry((presence.tenant, presence.address)).or_default() += 1;
            }
            let asn = network(events, presence);
            if asn != 0 && met.insert((presence.tenant, asn, presence.who)) {
                *at_network.entry((presence.tenant, asn)).or_default() += 1;
            }
        }
        let mut presences = Self { events, rules, voice, list, at_address, at_network };
        let usual: Vec<bool> = presences.list.iter().map(|presence| is_usual(&presences, presence)).collect();
        for (presence, usual) in presences.list.iter_mut().zip(usual) {
            presence.usual = usual;
        }
        presences
    }

    /// How many accounts of the tenant got in from its address.
    pub(super) fn accounts_at(&self, presence: &Presence) -> u32 {
        self.at_address.get(&(presence.tenant, presence.address)).copied().unwrap_or(0)
    }

    /// How many accounts of the tenant got in from its network.
    pub(super) fn accounts_in_network(&self, presence: &Presence) -> u32 {
        let asn = self.network(presence);
        self.at_network.get(&(presence.tenant, asn)).copied().unwrap_or(0)
    }

    /// The number of its network; 0 where it is not known.
    pub(super) fn network(&self, presence: &Presence) -> u32 {
        network(self.events, presence)
    }

    /// Whether its address is Microsoft's, which serves everybody.
    pub(super) fn is_everybodys(&self, presence: &Presence) -> bool {
        self.events.places.get(&presence.address).is_some_and(|place| place.kind == "microsoft")
    }

    /// What the investigator says of it.
    pub(super) fn decided<'d>(&self, decisions: &'d Decisions, presence: &Presence) -> Option<Ruling<'d>> {
        decided(decisions, self.events, presence)
    }

    /// The rules of level medium and above that found something in it.
    pub(super) fn found(&self, presence: &Presence) -> impl Iterator<Item = &'a Meta> {
        let rules = self.rules;
        presence.rules.iter().filter_map(move |rule| rules.get(usize::from(*rule)))
    }
}

fn network(events: &Events, presence: &Presence) -> u32 {
    events.places.get(&presence.address).map_or(0, |place| place.asn)
}

impl Presence {
    fn new(tenant: Sym, account: String, who: u32, address: IpAddr) -> Self {
        Self {
            tenant,
            account,
            who,
            address,
            positions: Vec::new(),
            succeeded: 0,
            acts: false,
            days: 0,
            last_day: i64::MIN,
            traced: true,
            programs: BTreeMap::new(),
            sessions: BTreeSet::new(),
            rules: BTreeSet::new(),
            usual: false,
        }
    }

    fn add(&mut self, events: &Events, position: u32, rules: &[Meta], program: Option<u32>) {
        let entry = &events.entries.at(position);
        self.positions.push(position);
        self.succeeded += u32::from(!entry.outcome.is_refused());
        self.acts |= !events.is_sign_in(entry);
        let day = entry.micros.div_euclid(DAY);
        self.days += u32::from(day != self.last_day);
        self.last_day = day;
        if let Some(program) = program {
            *self.programs.entry(program).or_default() += 1;
        }
        if !entry.session.is_empty() {
            self.sessions.insert(entry.session);
        }
        let serious =
            |rule: &&RuleIndex| rules.get(usize::from(**rule)).is_some_and(|rule| rule.level >= Level::Medium);
        self.rules.extend(events.hits(entry).iter().filter(serious));
    }
}
