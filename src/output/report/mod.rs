//! A case to `report.html`: one self-contained page that opens with what was found and for whom.
//!
//! All log text passes [`visible`](super::escape::visible) here and the template engine's escape there.

mod account;
mod answer;
mod evidence;

pub(super) use account::{EventLine, Section, Told};
pub(super) use answer::Answer;
pub(super) use evidence::Evidence;

use super::chart;
use super::country::named_country;
use super::escape::{excerpt, visible};
use super::folder::Sink;
use super::view::View;
use crate::case::accounts::Account;
use crate::case::addresses::Address;
use crate::case::civil::{moment, span};
use crate::case::severity::{LEVELS, Severity, level};
use crate::case::sign_in::SignIns;
use crate::event::Place;
use crate::rule::Level;
use askama::Template;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io;

/// Accounts that get a section of their own.
const SECTIONS: usize = 40;
/// Lines of the tables of accounts and addresses.
const LINES: usize = 60;

/// Writes `report.html`.
pub(crate) fn html(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    page(view)?.write_into(sink).map_err(io::Error::other)
}

#[derive(Debug, Template)]
#[template(path = "report.html")]
pub(super) struct Page {
    pub headline: String,
    pub span: String,
    pub tenants: String,
    pub levels: Vec<(&'static str, u64)>,
    pub answers: Vec<Answer>,
    pub suspects: Vec<AccountLine>,
    pub sections: Vec<Section>,
    pub more_sections: usize,
    pub charts: Vec<Chart>,
    pub addresses: Vec<AddressLine>,
    pub more_addresses: usize,
    pub accounts: Vec<AccountLine>,
    pub more_accounts: usize,
    pub rules: Vec<RuleLine>,
    pub evidence: Evidence,
}

/// A picture; its text is SVG that [`chart`] escaped.
#[derive(Debug)]
pub(super) struct Chart {
    pub file: String,
    pub svg: String,
}

#[derive(Debug)]
pub(super) struct AccountLine {
    pub name: String,
    pub level: &'static str,
    pub counts: Vec<u64>,
    pub first: String,
    pub last: String,
    pub events: u64,
    pub sign_ins: SignIns,
    pub addresses: u64,
    pub countries: String,
    /// Anchor of its section; empty when it has none.
    pub anchor: String,
}

#[derive(Debug)]
pub(super) struct AddressLine {
    pub address: String,
    pub place: String,
    pub network: String,
    pub first: String,
    pub last: String,
    pub accounts: u64,
    pub events: u64,
    pub sign_ins: SignIns,
    pub findings: u64,
    pub level: &'static str,
}

/// A rule that has findings.
#[derive(Debug)]
pub(super) struct RuleLine {
    pub level: &'static str,
    pub title: String,
    pub findings: u64,
    pub accounts: u64,
}

/// The content of the report, worked out when it is first asked for.
pub(super) fn page<'a>(view: &'a View<'_>) -> io::Result<&'a Page> {
    let page = view.page.get_or_init(|| new_page(view));
    page.as_ref().map_err(|cause| io::Error::new(cause.kind(), cause.to_string()))
}

fn new_page(view: &View<'_>) -> io::Result<Page> {
    let mut severity = Severity::default();
    view.case.findings.iter().for_each(|finding| severity.add(finding));
    let with_findings = |account: &&Account| account.findings.highest().is_some_and(|level| level >= Level::Medium);
    let suspects: Vec<&Account> = view.accounts.iter().filter(with_findings).collect();
    let sections = account::sections(view, &suspects)?;
    let line = |account: &Account| {
        let section = sections.iter().find(|section| section.is(account));
        account_line(account, section.map_or_else(String::new, |section| section.anchor.clone()))
    };
    let drawn = [
        ("charts/events.svg", chart::events_text(view)?),
        ("charts/signins.svg", chart::sign_ins_text(view)?),
        ("charts/hours.svg", chart::hours_text(view)?),
    ];
    let from_outside = |address: &&Address| address.sign_ins.total() > 0 || address.findings.total() > 0;
    let addresses: Vec<&Address> = view.addresses.iter().filter(from_outside).collect();
    let acts = || view.case.events.entries.iter().filter(|entry| entry.is_act());
    Ok(Page {
        headline: answer::headline(view) + &headline(view, &suspects, &severity),
        span: match (acts().next(), acts().next_back()) {
            (Some(first), Some(last)) => span(first.time.micros, last.time.micros),
            _ => "no events".to_owned(),
        },
        tenants: tenants(view),
        levels: LEVELS.into_iter().map(|level| (level.name(), severity.count(level))).collect(),
        answers: answer::answers(view),
        suspects: suspects.iter().take(LINES).map(|account| line(account)).collect(),
        more_sections: suspects.len().saturating_sub(sections.len()),
        charts: drawn.map(|(file, svg)| Chart { file: file.to_owned(), svg: svg.to_owned() }).into(),
        addresses: addresses.iter().take(LINES).map(|address| address_line(address)).collect(),
        more_addresses: addresses.len().saturating_sub(LINES),
        accounts: view.accounts.iter().take(LINES).map(line).collect(),
        more_accounts: view.accounts.len().saturating_sub(LINES),
        rules: rules(view),
        evidence: Evidence::new(view),
        sections,
    })
}

fn headline(view: &View<'_>, suspects: &[&Account], severity: &Severity) -> String {
    let total = view.accounts.iter().filter(|account| !account.account.is_empty()).count();
    if suspects.is_empty() {
        return format!(
            "No account of the {total} in this evidence has a finding of level medium or above. That is no proof that \
             nothing happened: see the limits."
        );
    }
    let first: Vec<String> = suspects.iter().take(3).map(|account| account_name(&account.account)).collect();
    let rest = match suspects.len() - first.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let serious = match severity.count(Level::Critical) + severity.count(Level::High) {
        0 => "No finding is of level high or critical.".to_owned(),
        1 => "One finding is of level high or critical.".to_owned(),
        more => format!("{more} findings are of level high or critical."),
    };
    let have = if suspects.len() == 1 { "has" } else { "have" };
    format!(
        "{} of {total} accounts in this evidence {have} findings of level medium or above: {}{rest}. {serious}",
        suspects.len(),
        first.join(", ")
    )
}

/// Every rule that has findings, the most severe first, so that none goes untold for want of room.
fn rules(view: &View<'_>) -> Vec<RuleLine> {
    let mut rules: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for finding in &view.case.findings {
        let rule = (Reverse(level(finding.rule.level)), &finding.rule.title, &finding.rule.id);
        rules.entry(rule).or_default().push((&finding.tenant, &finding.account));
    }
    let mut lines = Vec::new();
    for ((level, title, _), mut accounts) in rules {
        let findings = accounts.len() as u64;
        accounts.sort_unstable();
        accounts.dedup();
        let (title, accounts) = (excerpt(title, 200), accounts.len() as u64);
        lines.push(RuleLine { level: level.0.name(), title, findings, accounts });
    }
    lines
}

fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

fn tenants(view: &View<'_>) -> String {
    let mut names: Vec<&str> = view.accounts.iter().map(|account| account.tenant.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| !name.is_empty());
    let shown: Vec<String> = names.iter().take(5).map(|name| excerpt(name, 80)).collect();
    match names.len() {
        0 => "not stated".to_owned(),
        1..=5 => shown.join(", "),
        more => format!("{} and {} more", shown.join(", "), more - 5),
    }
}

/// An account as people read it.
fn account_name(account: &str) -> String {
    if account.is_empty() { "(no account named)".to_owned() } else { excerpt(account, 100) }
}

fn account_line(account: &Account, anchor: String) -> AccountLine {
    AccountLine {
        name: account_name(&account.account),
        level: account.findings.highest().map_or("", Level::name),
        counts: LEVELS.into_iter().map(|level| account.findings.count(level)).collect(),
        first: account.span.map_or_else(String::new, |span| moment(span.0)),
        last: account.span.map_or_else(String::new, |span| moment(span.1)),
        events: account.events,
        sign_ins: account.sign_ins,
        addresses: account.addresses,
        countries: visible(&account.countries.join(", ")).into_owned(),
        anchor,
    }
}

fn address_line(address: &Address) -> AddressLine {
    AddressLine {
        address: excerpt(&address.address, 60),
        place: place_name(&address.place),
        network: network(&address.place),
        first: moment(address.first),
        last: moment(address.last),
        accounts: address.accounts,
        events: address.events,
        sign_ins: address.sign_ins,
        findings: address.findings.total(),
        level: address.findings.highest().map_or("", Level::name),
    }
}

/// `Nigeria (NG), Lagos`; for an address that is not public, what kind it is.
fn place_name(place: &Place) -> String {
    let country = named_country(&place.country);
    let parts = [country.as_str(), place.region.as_str(), place.city.as_str()];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    if parts.is_empty() && place.kind != "public" {
        return place.kind.to_owned();
    }
    excerpt(&parts.join(", "), 80)
}

/// `AS29465 MTN Nigeria`, with what is known of anonymity.
fn network(place: &Place) -> String {
    let mut text = if place.asn == 0 { String::new() } else { format!("AS{} ", place.asn) };
    text.push_str(&place.as_org);
    if !place.anonymous.is_empty() {
        text = format!("{text} ({})", place.anonymous.replace(';', ", "));
    }
    excerpt(text.trim(), 80)
}
