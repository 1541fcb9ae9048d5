//! Everything about one account: the answer, where it signed in from, and the findings in order.

use super::answer::Answer;
use super::finding::{Line, Scored, Told, line, scored, tell};
use super::line::{AddressLine, account_name, more, network, place_name};
use super::whose::Whose;
use super::{Chart, SECTIONS};
use crate::case::Finding;
use crate::case::accounts::Account;
use crate::case::incident::Incident;
use crate::case::session::Session;
use crate::case::severity::level;
use crate::case::sign_in::SignIns;
use crate::output::chart::{self, CameFrom, Picture};
use crate::output::escape::{excerpt, visible};
use crate::output::view::View;
use crate::rule::Level;
use std::collections::{BTreeMap, BTreeSet};
use std::io;

/// Findings of one account that are told in full.
const TOLD: usize = 30;
/// Addresses of one account.
const ADDRESSES: usize = 40;

/// One account's part of the report.
#[derive(Debug)]
pub(in crate::output) struct Section {
    pub anchor: String,
    pub name: String,
    pub tenant: String,
    pub level: &'static str,
    pub facts: String,
    pub answer: Option<Answer>,
    pub sign_ins: Vec<AddressLine>,
    pub more_sign_ins: String,
    pub incidents: Vec<Scored>,
    pub told: Vec<Told>,
    pub more_told: String,
    pub context: Vec<Line>,
    pub more_context: String,
    pub chart: Option<Chart>,
    pub map: Option<Chart>,
    key: (String, String),
}

impl Section {
    pub(super) fn is(&self, account: &Account) -> bool {
        self.is_of(&account.tenant, &account.account)
    }

    pub(super) fn is_of(&self, tenant: &str, account: &str) -> bool {
        self.key.0 == tenant && self.key.1 == account
    }
}

/// The sections of the first accounts.
pub(super) fn sections(view: &View<'_>, accounts: &[&Account]) -> io::Result<Vec<Section>> {
    let mut findings: BTreeMap<(&str, &str), Vec<&Finding>> = BTreeMap::new();
    for finding in &view.case.findings {
        findings.entry((&finding.tenant, &finding.account)).or_default().push(finding);
    }
    let accounts = &accounts[..accounts.len().min(SECTIONS)];
    let uses = uses(view, accounts);
    let stories = chart::stories(view);
    let mut sections = Vec::new();
    for (number, account) in accounts.iter().enumerate() {
        let own = findings.get(&(account.tenant.as_str(), account.account.as_str())).map_or(&[][..], Vec::as_slice);
        let story = stories.iter().find(|story| story.account == account.account && story.tenant == account.tenant);
        let mut section = section(view, account, own, came_from(view, account, &uses[number]), number + 1);
        if let Some(story) = story {
            section.chart = Some(Chart::of(&chart::story_picture(view, story)?));
            section.map = map(view, account, &story.map, &uses[number])?.as_ref().map(Chart::of);
        }
        sections.push(section);
    }
    Ok(sections)
}

fn is_of(incident: &Incident, account: &Account) -> bool {
    incident.account == account.account && incident.tenant == account.tenant
}

fn section(
    view: &View<'_>,
    account: &Account,
    findings: &[&Finding],
    addresses: Vec<AddressLine>,
    number: usize,
) -> Section {
    let t = view.case.facts.voice;
    let (told, context): (Vec<&Finding>, Vec<&Finding>) =
        findings.iter().partition(|finding| level(finding.rule.level) >= Level::Medium);
    let dossier = view.case.dossiers.iter();
    let dossier = dossier.into_iter().find(|one| one.account == account.account && one.tenant == account.tenant);
    Section {
        anchor: format!("account-{number}"),
        name: account_name(t, &account.account),
        tenant: if account.tenant.is_empty() {
            String::new()
        } else {
            t.fill("report.of_tenant", &[("tenant", &excerpt(&account.tenant, 60))])
        },
        level: account.findings.highest().map_or("", Level::name),
        facts: facts(view, account),
        answer: dossier.map(|dossier| Answer::new(view, dossier)),
        more_sign_ins: more(t, "report.more_addresses", addresses.len(), ADDRESSES, "timeline.csv"),
        sign_ins: addresses.into_iter().take(ADDRESSES).collect(),
        incidents: view.incidents.iter().filter(|one| is_of(one, account)).map(|one| scored(view, one)).collect(),
        more_told: more(t, "report.more_findings", told.len(), TOLD, "findings.csv"),
        more_context: more(t, "report.more_findings", context.len(), TOLD, "findings.csv"),
        told: told.into_iter().take(TOLD).map(|finding| tell(view, finding)).collect(),
        context: context.into_iter().take(TOLD).map(line).collect(),
        chart: None,
        map: None,
        key: (account.tenant.clone(), account.account.clone()),
    }
}

/// Events, time and sign-ins in a sentence.
fn facts(view: &View<'_>, account: &Account) -> String {
    let t = view.case.facts.voice;
    let mut parts = vec![t.count("report.n_events", account.events, &[])];
    parts.extend(account.span.map(|(first, last)| t.span(first, last)));
    let failed: &[(&str, &dyn std::fmt::Display)] = &[("failed", &account.sign_ins.failed)];
    parts.push(t.count("report.n_sign_ins", account.sign_ins.succeeded, failed));
    if !account.countries.is_empty() {
        parts.push(t.fill("report.in_countries", &[("countries", &visible(&account.countries.join(", ")))]));
    }
    parts.join("; ") + "."
}

/// What an account did from one address.
#[derive(Default)]
struct Use {
    events: u64,
    sign_ins: SignIns,
    span: Option<(i64, i64)>,
}

/// For each account what it did from each address, by the address's number; 0 is none.
fn uses(view: &View<'_>, accounts: &[&Account]) -> Vec<BTreeMap<u32, Use>> {
    let events = &view.case.events;
    let mut whose = Whose::new(events, accounts);
    let mut uses: Vec<BTreeMap<u32, Use>> = accounts.iter().map(|_| BTreeMap::new()).collect();
    for (position, entry) in events.entries.iter().enumerate().filter(|(_, entry)| entry.is_act()) {
        let Some(at) = whose.of(&entry) else { continue };
        let found = uses[at].entry(view.index.number(position)).or_default();
        found.events += 1;
        let (first, _) = found.span.unwrap_or((entry.micros, 0));
        found.span = Some((first, entry.micros));
        if events.is_sign_in(&entry) {
            found.sign_ins.add(entry.outcome);
        }
    }
    uses
}

/// The addresses that an account was used from: the intruder's first, then by number of events.
fn came_from(view: &View<'_>, account: &Account, uses: &BTreeMap<u32, Use>) -> Vec<AddressLine> {
    let hostile = hostile(view, account, |_| true);
    let stated = uses.iter().filter(|(address, _)| **address > 0);
    let mut list: Vec<AddressLine> = stated.map(|(address, used)| used_line(view, &hostile, *address, used)).collect();
    list.sort_by(|a, b| (b.hostile, b.events, &a.address).cmp(&(a.hostile, a.events, &b.address)));
    list
}

/// A map of them.
fn map(view: &View<'_>, account: &Account, file: &str, uses: &BTreeMap<u32, Use>) -> io::Result<Option<Picture>> {
    let hostile = hostile(view, account, Session::got_in);
    let stated = uses.iter().filter(|(address, _)| **address > 0);
    let came = stated.map(|(address, used)| {
        let seen = &view.index.all()[*address as usize];
        let hostile = hostile.contains(seen.text.as_str());
        CameFrom { place: seen.place, sign_ins: used.sign_ins, events: used.events, hostile }
    });
    let unstated = uses.get(&0).map_or((0, 0), |used| {
        let sign_ins = used.sign_ins.total();
        (sign_ins, used.events.saturating_sub(sign_ins))
    });
    chart::account_map(view, (file, &account.account), &came.collect::<Vec<_>>(), unstated)
}

/// The addresses of those of the account's sessions that are wanted.
fn hostile<'a>(view: &View<'a>, account: &Account, wanted: impl Fn(&Session) -> bool) -> BTreeSet<&'a str> {
    let sessions = view.case.sessions.iter();
    let own = sessions.filter(|one| one.account == account.account && one.tenant == account.tenant && wanted(one));
    own.map(|session| session.address.as_str()).collect()
}

fn used_line(view: &View<'_>, hostile: &BTreeSet<&str>, address: u32, used: &Use) -> AddressLine {
    let (t, seen) = (view.case.facts.voice, &view.index.all()[address as usize]);
    let span = used.span.unwrap_or_default();
    AddressLine {
        address: excerpt(&seen.text, 60),
        place: seen.place.map_or_else(String::new, |place| place_name(t, place)),
        network: seen.place.map_or_else(String::new, network),
        span,
        first: t.moment(span.0),
        last: t.moment(span.1),
        accounts: 1,
        events: used.events,
        sign_ins: used.sign_ins,
        findings: 0,
        level: "",
        hostile: hostile.contains(seen.text.as_str()),
    }
}
