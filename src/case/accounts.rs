//! Events and findings to one line an account: when, how much, from where, how severe.

use super::Finding;
use super::index::AddressIndex;
use super::severity::{LEVELS, Severity};
use super::sign_in::SignIns;
use crate::store::{Events, Sym};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// What is known of one account of one tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Tenant.
    pub tenant: String,
    /// The account, lower case; empty for the events that name none.
    pub account: String,
    /// First and last event, microseconds since 1970; none where only snapshots name the account.
    pub span: Option<(i64, i64)>,
    /// How many events concern it, snapshots not counted: they say what was so, not what was done.
    pub events: u64,
    /// Its sign-ins.
    pub sign_ins: SignIns,
    /// How many distinct addresses its events come from.
    pub addresses: u64,
    /// Countries of those addresses, sorted.
    pub countries: Vec<String>,
    /// Its findings by level.
    pub findings: Severity,
}

/// One line an account: those with most findings of the most severe level first, then by name and tenant.
pub fn accounts(events: &Events, index: &AddressIndex<'_>, findings: &[Finding]) -> Vec<Account> {
    let mut numbers: FxHashMap<(Sym, Sym), usize> = FxHashMap::default();
    let mut pairs: FxHashSet<(usize, u32)> = FxHashSet::default();
    let mut found: Vec<Account> = Vec::new();
    for (position, entry) in events.entries.iter().enumerate() {
        let who = events.who(&entry);
        let number = *numbers.entry((who.tenant, who.account)).or_insert_with(|| {
            found.push(Account {
                tenant: events.text(who.tenant).to_owned(),
                account: events.text(who.account).to_owned(),
                span: None,
                events: 0,
                sign_ins: SignIns::default(),
                addresses: 0,
                countries: Vec::new(),
                findings: Severity::default(),
            });
            found.len() - 1
        });
        let account = &mut found[number];
        if !entry.is_act() {
            continue;
        }
        account.events += 1;
        let at = entry.micros;
        account.span = Some(account.span.map_or((at, at), |(first, last)| (first.min(at), last.max(at))));
        if events.is_sign_in(&entry) {
            account.sign_ins.add(entry.outcome);
        }
        let address = index.number(position);
        if address != 0 && pairs.insert((number, address)) {
            account.addresses += 1;
            let country = index.at(position).country();
            let known = account.countries.binary_search_by(|known| known.as_str().cmp(country));
            if let (Err(place), false) = (known, country.is_empty()) {
                account.countries.insert(place, country.to_owned());
            }
        }
    }
    let mut by_name: BTreeMap<(&str, &str), Severity> = BTreeMap::new();
    for finding in findings {
        by_name.entry((&finding.tenant, &finding.account)).or_default().add(finding);
    }
    for account in &mut found {
        if let Some(severity) = by_name.get(&(account.tenant.as_str(), account.account.as_str())) {
            account.findings = *severity;
        }
    }
    found.sort_by(|a, b| {
        let key = |x: &Account| (LEVELS.map(|level| Reverse(x.findings.count(level))), x.account.is_empty());
        key(a).cmp(&key(b)).then_with(|| (&a.account, &a.tenant).cmp(&(&b.account, &b.tenant)))
    });
    found
}
