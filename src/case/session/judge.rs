//! Which presences are the intruder's.

use super::Link;
use super::presence::{Presence, Presences};
use super::score::{Account, ENOUGH, ENOUGH_BESIDE, score};
use super::tie::ties;
use crate::decision::{Decisions, Ruling};
use crate::store::Sym;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// A presence that is taken for the intruder's.
#[derive(Debug)]
pub(super) struct Judged {
    pub presence: usize,
    pub link: Link,
    pub score: i32,
    pub parts: Vec<String>,
}

/// Attempts without success belong to the intruder if they lie this near to a presence of the intruder's, in microseconds.
const NEAR: i64 = 2 * 3_600_000_000;

/// Judges presences; what is said of one alone is found out once.
struct Judge<'a, 'e> {
    presences: &'a Presences<'e>,
    /// By presence: what the investigator says of it.
    decided: Vec<Option<Ruling<'e>>>,
}

/// Judges every presence.
pub(super) fn judge<'a>(presences: &'a Presences<'a>, decisions: &'a Decisions) -> Vec<Judged> {
    let decided = presences.list.iter().map(|presence| presences.decided(decisions, presence)).collect();
    let judge = Judge { presences, decided };
    let mut found: BTreeMap<usize, Judged> = BTreeMap::new();
    let accounts = judge.accounts();
    for account in accounts.values() {
        let mut own: Vec<Judged> = account.presences.iter().filter_map(|at| judge.score(account, *at)).collect();
        own.extend(judge.tied(account, &own));
        let more = judge.follow(account, &own);
        found.extend(own.into_iter().chain(more).map(|judged| (judged.presence, judged)));
    }
    let near = judge.in_same_networks(&accounts, &found);
    found.extend(near.into_iter().map(|judged| (judged.presence, judged)));
    let others = judge.at_same_addresses(&found);
    found.extend(others.into_iter().map(|judged| (judged.presence, judged)));
    found.into_values().collect()
}

impl Judge<'_, '_> {
    /// Accounts with their presences, programs and networks.
    fn accounts(&self) -> BTreeMap<u32, Account> {
        let mut accounts: BTreeMap<u32, Account> = BTreeMap::new();
        for (at, presence) in self.presences.list.iter().enumerate() {
            let account = accounts.entry(presence.who).or_default();
            account.presences.push(at);
            if presence.usual {
                for (program, count) in &presence.programs {
                    *account.programs.entry(*program).or_default() += count;
                }
            }
        }
        for account in accounts.values_mut() {
            let known = |presence: &&Presence| account.familiar(presence).is_some_and(|share| share >= 0.5);
            let own = account.presences.iter().map(|at| &self.presences.list[*at]).filter(known);
            let own: Vec<(u32, u32)> = own.map(|own| (self.presences.network(own), own.days)).collect();
            for (network, days) in own.into_iter().filter(|(network, _)| *network != 0) {
                *account.networks.entry(network).or_default() += days;
            }
        }
        accounts
    }

    fn score(&self, account: &Account, at: usize) -> Option<Judged> {
        let ruling = self.decided[at];
        if ruling.map_or(self.presences.list[at].usual, |ruling| ruling.is_ours()) {
            return None;
        }
        let (score, mut parts) = score(self.presences, account, &[&self.presences.list[at]]);
        let link = if ruling.is_some() { Link::Decision } else { Link::Findings };
        if let Some(why) = ruling.map(|ruling| ruling.why).filter(|why| !why.is_empty()) {
            parts.push(self.presences.voice.fill("case.session.decided", &[("why", &why)]));
        }
        let judged = Judged { presence: at, link, score, parts };
        (link == Link::Decision || score >= ENOUGH).then_some(judged)
    }

    /// Whether nothing but its own features speaks against the presence being the intruder's.
    fn is_open(&self, at: usize) -> bool {
        !self.presences.list[at].usual && !self.decided[at].is_some_and(|ruling| ruling.is_ours())
    }

    /// Presences that sessions or tokens tie together, none of them a usual one, and that together are the intruder's:
    /// whoever took a session at one address goes on with it at another.
    fn tied(&self, account: &Account, own: &[Judged]) -> Vec<Judged> {
        let presences = self.presences;
        let doubtful = |at: &usize| {
            let presence = &presences.list[*at];
            presence.succeeded > 0
                && self.is_open(*at)
                && !presence.rules.is_empty()
                && score(presences, account, &[presence]).0 >= ENOUGH_BESIDE
        };
        let core: BTreeSet<usize> = account.presences.iter().copied().filter(doubtful).collect();
        if core.is_empty() {
            return Vec::new();
        }
        let mut found = Vec::new();
        for group in ties(presences, account, &|at| self.is_open(at), &core) {
            let members: Vec<&Presence> = group.iter().map(|at| &presences.list[*at]).collect();
            let (score, parts) = score(presences, account, &members);
            let addresses: Vec<String> = members.iter().map(|presence| presence.address.to_string()).collect();
            for at in group.iter().filter(|_| score >= ENOUGH) {
                if own.iter().any(|judged| judged.presence == *at) {
                    continue;
                }
                let mut parts = parts.clone();
                parts.push(presences.voice.fill("case.session.tied", &[("addresses", &addresses.join(", "))]));
                found.push(Judged { presence: *at, link: Link::Session, score, parts });
            }
        }
        found
    }

    /// Presences of any account in a network where the intruder got in, if they are doubtful themselves (that many others
    /// come from it speaks against): intruders rent several addresses of one provider.
    fn in_same_networks(&self, accounts: &BTreeMap<u32, Account>, found: &BTreeMap<usize, Judged>) -> Vec<Judged> {
        let presences = self.presences;
        let inside = found.keys().map(|at| &presences.list[*at]);
        let inside = inside.filter(|presence| presence.succeeded > 0 && !presences.is_everybodys(presence));
        let key = |presence: &Presence| (presence.tenant, presences.network(presence));
        let hostile: BTreeSet<(Sym, u32)> = inside.map(key).filter(|(_, network)| *network != 0).collect();
        let near = |(at, presence): &(usize, &Presence)| {
            !found.contains_key(at) && presence.succeeded > 0 && self.is_open(*at) && hostile.contains(&key(presence))
        };
        let tell = |(at, presence): (usize, &Presence)| {
            let (score, mut parts) = score(presences, accounts.get(&presence.who)?, &[presence]);
            parts.push(presences.voice.text("case.session.network").to_owned());
            (score >= ENOUGH_BESIDE).then_some(Judged { presence: at, link: Link::Network, score, parts })
        };
        presences.list.iter().enumerate().filter(near).filter_map(tell).collect()
    }

    /// Other presences of an account that the intruder had: those with a session of the intruder's, or with a program
    /// that only the intruder uses.
    fn follow(&self, account: &Account, own: &[Judged]) -> Vec<Judged> {
        let presences = self.presences;
        let inside = own.iter().map(|judged| &presences.list[judged.presence]);
        if !inside.clone().any(|presence| presence.succeeded > 0) {
            return Vec::new();
        }
        let programs = inside.clone().flat_map(|presence| presence.programs.keys().copied());
        let programs: BTreeSet<u32> = programs.filter(|program| !account.uses(*program)).collect();
        let sessions: BTreeSet<Sym> = inside.clone().flat_map(|presence| presence.sessions.iter().copied()).collect();
        let spans: Vec<(i64, i64)> = inside.map(|presence| span(presences, presence)).collect();
        let link = |presence: &Presence| {
            let same = presence.programs.keys().any(|program| programs.contains(program));
            let near = spans.iter().any(|known| is_near(*known, span(presences, presence)));
            let found = !presence.rules.is_empty();
            let strange = account.familiar(presence).is_none_or(|share| share < 0.3);
            // A stolen session is the victim's too: the program tells them apart.
            if strange && presence.sessions.iter().any(|session| sessions.contains(session)) {
                Some(Link::Session)
            } else if same && (found || near) && strange {
                Some(Link::Program)
            } else {
                None
            }
        };
        let rest = account.presences.iter().copied().filter(|at| !own.iter().any(|judged| judged.presence == *at));
        let tell = |at: usize| {
            let presence = &presences.list[at];
            let (score, parts) = score(presences, account, &[presence]);
            let beside = (score >= ENOUGH_BESIDE).then_some(Link::Findings);
            Some(Judged { presence: at, link: beside.or_else(|| link(presence))?, score, parts })
        };
        rest.filter(|at| self.is_open(*at)).filter_map(tell).collect()
    }

    /// Presences of other accounts at addresses where the intruder got in, unless the address is of many.
    fn at_same_addresses(&self, found: &BTreeMap<usize, Judged>) -> Vec<Judged> {
        let presences = self.presences;
        let mut hostile: FxHashMap<_, Vec<(i64, i64)>> = FxHashMap::default();
        for presence in found.values().map(|judged| &presences.list[judged.presence]) {
            if presence.succeeded > 0 && !presences.is_everybodys(presence) {
                hostile.entry((presence.tenant, presence.address)).or_default().push(span(presences, presence));
            }
        }
        // A rented address has many guests in a year: attempts of others count only at the time.
        let at = |presence: &Presence| {
            let spans = hostile.get(&(presence.tenant, presence.address)).map_or(&[][..], Vec::as_slice);
            spans.iter().any(|known| presence.succeeded > 0 || is_near(*known, span(presences, presence)))
        };
        let others = presences
            .list
            .iter()
            .enumerate()
            .filter(|(number, presence)| !found.contains_key(number) && at(presence) && self.is_open(*number));
        let tell = |(presence, _): (usize, &Presence)| Judged {
            presence,
            link: Link::Address,
            score: 0,
            parts: vec![presences.voice.text("case.session.address").to_owned()],
        };
        others.map(tell).collect()
    }
}

/// Whether two stretches of time lie as near as attempts of one intruder do.
fn is_near((from, to): (i64, i64), (first, last): (i64, i64)) -> bool {
    first - NEAR <= to && last + NEAR >= from
}

fn span(presences: &Presences<'_>, presence: &Presence) -> (i64, i64) {
    let time = |at: u32| presences.events.entries.at(at).micros;
    let last = presence.positions.last().copied().unwrap_or(presence.positions[0]);
    (time(presence.positions[0]), time(last))
}
