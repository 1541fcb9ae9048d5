//! What lines of several tables have in common: accounts, addresses, places, networks, times.

use crate::case::accounts::Account;
use crate::case::addresses::Address;
use crate::case::severity::LEVELS;
use crate::case::sign_in::SignIns;
use crate::event::Place;
use crate::language::Voice;
use crate::output::country::named_country;
use crate::output::escape::{excerpt, visible};
use crate::rule::Level;
use chrono::DateTime;

/// One account in a table.
#[derive(Debug)]
pub(in crate::output) struct AccountLine {
    pub name: String,
    pub level: &'static str,
    /// Place of the level among the levels, for sorting.
    pub rank: usize,
    pub counts: Vec<u64>,
    pub span: (i64, i64),
    pub first: String,
    pub last: String,
    pub events: u64,
    pub sign_ins: SignIns,
    pub addresses: u64,
    pub countries: String,
    /// Anchor of its section; empty when it has none.
    pub anchor: String,
}

/// One address in a table.
#[derive(Debug)]
pub(in crate::output) struct AddressLine {
    pub address: String,
    pub place: String,
    pub network: String,
    pub span: (i64, i64),
    pub first: String,
    pub last: String,
    pub accounts: u64,
    pub events: u64,
    pub sign_ins: SignIns,
    pub findings: u64,
    pub level: &'static str,
    /// Whether an intruder used it.
    pub hostile: bool,
}

impl AccountLine {
    pub(super) fn new(t: Voice, account: &Account, anchor: &str) -> Self {
        let level = account.findings.highest();
        Self {
            name: account_name(t, &account.account),
            level: level.map_or("", Level::name),
            rank: level.map_or(0, |level| LEVELS.len() - LEVELS.iter().position(|one| *one == level).unwrap_or(0)),
            counts: LEVELS.into_iter().map(|level| account.findings.count(level)).collect(),
            span: account.span.unwrap_or_default(),
            first: account.span.map_or_else(String::new, |span| t.moment(span.0)),
            last: account.span.map_or_else(String::new, |span| t.moment(span.1)),
            events: account.events,
            sign_ins: account.sign_ins,
            addresses: account.addresses,
            countries: visible(&account.countries.join(", ")).into_owned(),
            anchor: anchor.to_owned(),
        }
    }
}

impl AddressLine {
    pub(super) fn new(t: Voice, address: &Address) -> Self {
        Self {
            address: excerpt(&address.address, 60),
            place: place_name(t, &address.place),
            network: network(&address.place),
            span: (address.first, address.last),
            first: t.moment(address.first),
            last: t.moment(address.last),
            accounts: address.accounts,
            events: address.events,
            sign_ins: address.sign_ins,
            findings: address.findings.total(),
            level: address.findings.highest().map_or("", Level::name),
            hostile: false,
        }
    }
}

/// An account as people read it.
pub(super) fn account_name(t: Voice, account: &str) -> String {
    if account.is_empty() { t.text("report.no_account").to_owned() } else { excerpt(account, 100) }
}

/// How many of a list are not shown, and in which files they are; empty where all are.
pub(super) fn more(t: Voice, key: &'static str, all: usize, shown: usize, files: &str) -> String {
    match all.saturating_sub(shown) {
        0 => String::new(),
        more => t.count(key, more as u64, &[("files", &files)]),
    }
}

/// An RFC 3339 time as people read it; the text itself where it is none.
pub(super) fn moment_of(t: Voice, time: &str) -> String {
    DateTime::parse_from_rfc3339(time).map_or_else(|_| excerpt(time, 40), |time| t.moment(time.timestamp_micros()))
}

/// Two RFC 3339 times as people read them.
pub(super) fn span_of(t: Voice, first: &str, last: &str) -> String {
    let micros = |time: &str| DateTime::parse_from_rfc3339(time).map(|time| time.timestamp_micros());
    match (micros(first), micros(last)) {
        (Ok(first), Ok(last)) => t.span(first, last),
        _ => excerpt(&format!("{first} {last}"), 80),
    }
}

/// `Nigeria (NG), Lagos`; for an address that is not public, what kind it is.
pub(super) fn place_name(t: Voice, place: &Place) -> String {
    let country = named_country(&place.country, t);
    let parts = [country.as_str(), place.region.as_str(), place.city.as_str()];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    if parts.is_empty() && place.kind != "public" {
        return place.kind.to_owned();
    }
    excerpt(&parts.join(", "), 80)
}

/// `AS29465 MTN Nigeria`, with what is known of anonymity.
pub(super) fn network(place: &Place) -> String {
    let mut text = if place.asn == 0 { String::new() } else { format!("AS{} ", place.asn) };
    text.push_str(&place.as_org);
    if !place.anonymous.is_empty() {
        text = format!("{text} ({})", place.anonymous.replace(';', ", "));
    }
    excerpt(text.trim(), 80)
}
