//! Events and findings to one line an address: where it is, who used it, how severe.

use super::Finding;
use super::index::AddressIndex;
use super::severity::Severity;
use super::sign_in::SignIns;
use crate::event::Place;
use crate::store::{Events, Sym};
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;

/// What is known of one address.
#[derive(Debug, Clone, PartialEq)]
pub struct Address {
    /// The address without port; the text as found where no address could be read from it.
    pub address: String,
    /// What the databases say of it.
    pub place: Place,
    /// First event, microseconds since 1970.
    pub first: i64,
    /// Last event, microseconds since 1970.
    pub last: i64,
    /// How many distinct accounts were reached from it.
    pub accounts: u64,
    /// How many events come from it.
    pub events: u64,
    /// The sign-ins from it.
    pub sign_ins: SignIns,
    /// The findings that hold an event from it, by level.
    pub findings: Severity,
}

/// One line an address, most severe first, then by number of events and text.
pub fn addresses(events: &Events, index: &AddressIndex<'_>, findings: &[Finding]) -> Vec<Address> {
    let mut users: FxHashSet<(u32, Sym, Sym)> = FxHashSet::default();
    let mut found: Vec<Address> = index
        .all()
        .iter()
        .map(|seen| Address {
            address: seen.text.clone(),
            place: seen.place.cloned().unwrap_or_default(),
            first: i64::MAX,
            last: i64::MIN,
            accounts: 0,
            events: 0,
            sign_ins: SignIns::default(),
            findings: Severity::default(),
        })
        .collect();
    for (position, entry) in events.entries.iter().enumerate() {
        let number = index.number(position);
        if number == 0 {
            continue;
        }
        let address = &mut found[number as usize];
        address.events += 1;
        address.first = address.first.min(entry.micros);
        address.last = address.last.max(entry.micros);
        let who = events.who(&entry);
        address.accounts += u64::from(users.insert((number, who.tenant, who.account)));
        if events.is_sign_in(&entry) {
            address.sign_ins.add(entry.outcome);
        }
    }
    found.remove(0);
    let mut by_text: BTreeMap<&str, Severity> = BTreeMap::new();
    for finding in findings {
        for address in &finding.addresses {
            by_text.entry(address).or_default().add(finding);
        }
    }
    for address in &mut found {
        address.findings = by_text.get(address.address.as_str()).copied().unwrap_or_default();
    }
    found.sort_by(|a, b| {
        let key = |x: &Address| (std::cmp::Reverse(x.findings.highest()), std::cmp::Reverse(x.events));
        key(a).cmp(&key(b)).then_with(|| a.address.cmp(&b.address))
    });
    found
}
