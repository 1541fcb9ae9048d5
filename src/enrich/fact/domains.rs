//! Recipients outside the tenant: its accepted domains as they are given, collected, or shown by who signs in.

use super::{Columns, Deriver, Past};
use crate::event::{ActorKind, Family, Outcome};
use crate::field::Fact;
use crate::store::{Entry, Events, Sym, Who};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

pub(super) const RECIPIENTS: Deriver =
    Deriver { name: "recipients", facts: &[Fact::ExternalRecipients, Fact::AcceptedDomainsBasis], derive };

/// What a snapshot of a tenant's accepted domains is called.
const SNAPSHOT: &str = "Accepted domain at collection";

/// The accepted domains that the investigator gave, lower case; empty where none were given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AcceptedDomains(BTreeSet<String>);

impl AcceptedDomains {
    /// Takes the domains in a text: one a word, `@` before it or not; words without a full stop are no domains.
    pub fn read(text: &str) -> Self {
        let words = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '"'));
        let words = words.map(|word| word.trim_start_matches('@').trim_matches('.').to_lowercase());
        Self(words.filter(|word| word.contains('.')).collect())
    }

    /// Whether none were given.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The domains of one tenant, and how they are known.
pub(super) struct Own {
    domains: BTreeSet<String>,
    basis: &'static str,
}

impl Own {
    /// Whether the domain is accepted, or lies below one that is.
    pub(super) fn holds(&self, domain: &str) -> bool {
        let rest = |own: &String| domain.strip_suffix(own.as_str());
        self.domains.iter().filter_map(rest).any(|rest| rest.is_empty() || rest.ends_with('.'))
    }

    /// The domains, sorted.
    pub(super) fn domains(&self) -> impl Iterator<Item = &str> {
        self.domains.iter().map(String::as_str)
    }
}

/// The accepted domains of all tenants.
pub(super) struct OwnDomains(FxHashMap<Sym, Own>);

impl OwnDomains {
    /// Those of this tenant. Where only one tenant's are known they count for all: message traces name a tenant by its
    /// name where sign-ins name it by its id.
    pub(super) fn of(&self, tenant: Sym) -> Option<&Own> {
        let only = || self.0.values().next().filter(|_| self.0.len() == 1);
        self.0.get(&tenant).or_else(only)
    }
}

/// Looks for the accepted domains of each tenant.
pub(super) fn own(events: &Events, accepted: &AcceptedDomains) -> OwnDomains {
    let mut snapshots: BTreeMap<Sym, BTreeSet<String>> = BTreeMap::new();
    let mut shown: BTreeMap<Sym, BTreeSet<Sym>> = BTreeMap::new();
    for entry in &events.entries {
        if entry.family == Family::State && events.operation(&entry) == SNAPSHOT {
            let domain = events.text(entry.object).to_lowercase();
            snapshots.entry(events.who(&entry).tenant).or_default().insert(domain);
        } else if shows_own(events, &entry) {
            let who = events.who(&entry);
            shown.entry(who.tenant).or_default().insert(who.actor);
        }
    }
    let mut found: FxHashMap<Sym, Own> = FxHashMap::default();
    for (tenant, actors) in shown {
        let domains = actors.into_iter().filter_map(|actor| domain(events.text(actor))).collect();
        found.insert(tenant, Own { domains, basis: "derived" });
    }
    for (tenant, domains) in snapshots {
        found.insert(tenant, Own { domains, basis: "snapshot" });
    }
    if !accepted.is_empty() {
        let tenants: BTreeSet<Sym> = events.whos_met().map(|who| who.tenant).collect();
        for tenant in tenants {
            found.insert(tenant, Own { domains: accepted.0.clone(), basis: "given" });
        }
    }
    OwnDomains(found)
}

/// The domains that are the tenants' own, lower case: accepted ones, and those that tenants are named after.
pub fn own_domains(events: &Events, accepted: &AcceptedDomains) -> BTreeSet<String> {
    let tenants: BTreeSet<Sym> = events.whos_met().map(|who| who.tenant).collect();
    let own = own(events, accepted);
    let known = tenants.iter().filter_map(|tenant| own.of(*tenant)).flat_map(Own::domains).map(str::to_owned);
    let named = tenants.iter().map(|tenant| events.text(*tenant).to_lowercase()).filter(|name| name.contains('.'));
    known.chain(named).collect()
}

/// A message trace concerns whoever of the tenant sent the message, else who received it. When a trace is read nobody
/// knows which of the two is the tenant's own; here it is known.
pub fn own_senders(events: &mut Events, accepted: &AcceptedDomains) {
    if !events.entries.iter().any(|entry| entry.family == Family::Trace) {
        return;
    }
    let own = own(events, accepted);
    let Events { entries, whos, pool, .. } = events;
    entries.change(|entry| {
        let who = *whos.get(entry.who);
        if entry.family != Family::Trace || who.actor.is_empty() {
            return;
        }
        let sender = pool.get(who.actor).to_lowercase();
        let is_own = |own: &Own| domain(&sender).is_some_and(|domain| own.holds(&domain));
        if own.of(who.tenant).is_some_and(is_own) {
            entry.who = whos.number(&Who { account: pool.intern(&sender), ..who });
        }
    });
}

/// Whether the actor's domain must be one of the tenant's: a member of it signed in.
fn shows_own(events: &Events, entry: &Entry) -> bool {
    entry.actor_kind == ActorKind::User && entry.outcome == Outcome::Success && events.is_sign_in(entry)
}

/// The domain of an address, lower case.
pub(super) fn domain(address: &str) -> Option<String> {
    let (name, domain) = address.rsplit_once('@')?;
    // A guest is named after a domain that is not the tenant's.
    (!name.contains("#EXT#") && domain.contains('.')).then(|| domain.trim_matches(['>', ' ', '.']).to_lowercase())
}

fn derive(past: &Past<'_>, columns: &mut Columns) {
    for (row, entry) in past.wanted() {
        let own = past.own.of(past.events.who(&entry).tenant);
        let recipients = past.events.text(entry.recipients);
        if recipients.is_empty() {
            continue;
        }
        columns.text(Fact::AcceptedDomainsBasis, row, own.map_or("derived", |own| own.basis));
        let is_external = |address: &&str| {
            let domain = domain(address);
            domain.is_none_or(|domain| own.is_none_or(|own| !own.holds(&domain)))
        };
        let external: Vec<&str> = recipients.lines().filter(is_external).collect();
        columns.text(Fact::ExternalRecipients, row, &external.join("\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn given_domains_are_words_with_a_full_stop() {
        let given = AcceptedDomains::read("DomainName,Default\n\"Harbor.example\",True\n@quay.example; x");
        assert_eq!(given, AcceptedDomains(["harbor.example", "quay.example"].map(str::to_owned).into()));
        assert!(AcceptedDomains::read("none here").is_empty());
    }

    #[test]
    fn what_lies_below_an_accepted_domain_is_own() {
        let own = Own { domains: ["harbor.example".to_owned()].into(), basis: "given" };
        assert!(own.holds("harbor.example") && own.holds("mail.harbor.example"));
        assert!(!own.holds("notharbor.example") && !own.holds("example"));
        assert_eq!(domain("a_quay.example#EXT#@harbor.example"), None);
        assert_eq!(domain("Anna@Harbor.Example"), Some("harbor.example".to_owned()));
    }
}
