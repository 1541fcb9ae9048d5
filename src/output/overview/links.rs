//! What was seen in each tenant to what several of them share.

use super::facts::{ADDRESS, Read};
use crate::case::indicator::{AGENT, APPLICATION, FORWARDING, RULE_NAME};
use crate::rule::Level;
use chrono::DateTime;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// What one tenant saw of an address or a text.
#[derive(Debug, Default)]
pub(super) struct Sighting {
    /// The most severe finding that holds it; `None` when no finding does.
    pub(super) level: Option<Level>,
    pub(super) findings: u64,
    /// Of an address, the accounts that were reached from it.
    pub(super) accounts: u64,
    pub(super) accounts_of_findings: BTreeSet<(String, String)>,
    pub(super) events: u64,
    pub(super) times: (String, String),
}

impl Sighting {
    /// Widens the time it was seen in.
    pub(super) fn span(&mut self, first: &str, last: &str) {
        // As text, `10:00:00.5Z` would go before `10:00:00Z`.
        let at = |text: &str| DateTime::parse_from_rfc3339(text).ok();
        if self.times.0.is_empty() || at(first) < at(&self.times.0) {
            first.clone_into(&mut self.times.0);
        }
        if self.times.1.is_empty() || at(last) > at(&self.times.1) {
            last.clone_into(&mut self.times.1);
        }
    }
}

/// Something that several tenants share, and that is part of a finding of level medium or above in one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// `address`, or a kind of [`crate::case::indicator::Indicator`].
    pub kind: &'static str,
    /// The address or text.
    pub value: String,
    /// The tenants that have it, most severe first, then by name.
    pub tenants: Vec<In>,
}

/// How one tenant has a [`Link`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct In {
    /// Its place in [`super::Overview::tenants`].
    pub tenant: usize,
    /// The most severe finding with it; `None` when it is in no finding there.
    pub level: Option<Level>,
    /// How many findings hold it.
    pub findings: u64,
    /// How many accounts: of an address those reached from it, else those of the findings.
    pub accounts: u64,
    /// How many events: of an address all, else those of findings.
    pub events: u64,
    /// First event with it, RFC 3339.
    pub first_time: String,
    /// Last event with it, RFC 3339.
    pub last_time: String,
}

/// Kinds in the order of the outputs.
const KINDS: [&str; 5] = [ADDRESS, FORWARDING, APPLICATION, RULE_NAME, AGENT];

/// Keeps what two or more tenants share and one of them has in a finding of level medium or above.
pub(super) fn links(reads: Vec<Read>) -> Vec<Link> {
    let mut by_value: BTreeMap<(&'static str, String), Vec<In>> = BTreeMap::new();
    for read in reads {
        for (key, sighting) in read.sightings {
            let of_findings = sighting.accounts_of_findings.len() as u64;
            by_value.entry(key).or_default().push(In {
                tenant: read.tenant,
                level: sighting.level,
                findings: sighting.findings,
                accounts: sighting.accounts.max(of_findings),
                events: sighting.events,
                first_time: sighting.times.0,
                last_time: sighting.times.1,
            });
        }
    }
    let attacking = |tenants: &[In]| tenants.iter().any(|of| of.level >= Some(Level::Medium));
    let mut links: Vec<Link> = by_value
        .into_iter()
        .filter(|(_, tenants)| tenants.len() > 1 && attacking(tenants))
        .map(|((kind, value), mut tenants)| {
            tenants.sort_by_key(|of| (Reverse(of.level), of.tenant));
            Link { kind, value, tenants }
        })
        .collect();
    let order = |kind| KINDS.iter().position(|known| *known == kind);
    links.sort_by(|a, b| {
        let key = |link: &Link| (order(link.kind), Reverse(link.tenants.len()));
        key(a).cmp(&key(b)).then_with(|| a.value.cmp(&b.value))
    });
    links
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(tenant: usize, seen: &[(&'static str, &str, Option<Level>)]) -> Read {
        let sighting = |level| Sighting { level, events: 1, ..Sighting::default() };
        let sightings = seen.iter().map(|(kind, value, level)| ((*kind, (*value).to_owned()), sighting(*level)));
        Read { tenant, sightings: sightings.collect() }
    }

    #[test]
    fn a_link_needs_two_tenants_and_a_finding_of_level_medium_in_one() {
        let (none, low, high) = (None, Some(Level::Low), Some(Level::High));
        let reads = vec![
            read(0, &[(ADDRESS, "8.8.8.8", none), (ADDRESS, "9.9.9.9", low), (AGENT, "axios", high)]),
            read(1, &[(ADDRESS, "8.8.8.8", high), (ADDRESS, "9.9.9.9", none), (RULE_NAME, "axios", high)]),
            read(2, &[(ADDRESS, "8.8.8.8", low), (ADDRESS, "7.7.7.7", high)]),
        ];
        let links = links(reads);
        assert_eq!(links.len(), 1, "{links:?}");
        assert_eq!((links[0].kind, links[0].value.as_str()), (ADDRESS, "8.8.8.8"));
        assert_eq!(links[0].tenants.iter().map(|of| of.tenant).collect::<Vec<_>>(), [1, 2, 0], "most severe first");
    }

    #[test]
    fn a_span_goes_by_time_and_not_by_text() {
        let mut sighting = Sighting::default();
        sighting.span("2026-01-05T10:00:00.5Z", "2026-01-05T10:00:00.5Z");
        sighting.span("2026-01-05T10:00:00Z", "2026-01-05T10:00:00Z");
        assert_eq!(sighting.times, ("2026-01-05T10:00:00Z".to_owned(), "2026-01-05T10:00:00.5Z".to_owned()));
    }
}
