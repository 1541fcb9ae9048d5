//! Everything about one account: the answer, where it signed in from, and the findings in order.

use super::answer::Answer;
use super::finding::{Line, Scored, Told, line, scored, tell};
use super::line::{AddressLine, account_name, more, network, place_name};
use super::whose::Whose;
use super::{Chart, SECTIONS};
use crate::case::Finding;
use crate::case::accounts::Account;
use crate::case::incident::Incident;
use crate::case::severity::level;
use crate::case::sign_in::SignIns;
use crate::output::chart;
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
    let mut came_from = came_from(view, accounts);
    let stories = chart::stories(view);
    let mut sections = Vec::new();
    for (number, account) in accounts.iter().enumerate() {
        let own = findings.get(&(account.tenant.as_str(), account.account.as_str())).map_or(&[][..], Vec::as_slice);
        let story = stories.iter().find(|story| story.account == account.account && story.tenant == account.tenant);
        let chart = match story {
            Some(story) => Some(Chart::of(&chart::story_picture(view, story)?)),
            None => None,
        };
        let addresses = std::mem::take(&mut came_from[number]);
        sections.push(section(view, account, own, addresses, chart, number + 1));
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
    chart: Option<Chart>,
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
        chart,
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

/// For each account the addresses that it was used from: the intruder's first, then by number of events.
fn came_from(view: &View<'_>, accounts: &[&Account]) -> Vec<Vec<AddressLine>> {
    let events = &view.case.events;
    let mut whose = Whose::new(events, accounts);
    let mut uses: BTreeMap<(usize, u32), Use> = BTreeMap::new();
    for (position, entry) in events.entries.iter().enumerate().filter(|(_, entry)| entry.is_act()) {
        let (Some(at), address @ 1..) = (whose.of(entry), view.index.number(position)) else { continue };
        let found = uses.entry((at, address)).or_default();
        found.events += 1;
        let (first, _) = found.span.unwrap_or((entry.time.micros, 0));
        found.span = Some((first, entry.time.micros));
        if events.is_sign_in(entry) {
            found.sign_ins.add(entry.outcome);
        }
    }
    let mut lists: Vec<Vec<AddressLine>> = accounts.iter().map(|_| Vec::new()).collect();
    for ((at, address), used) in uses {
        lists[at].push(used_line(view, accounts[at], address, &used));
    }
    for list in &mut lists {
        list.sort_by(|a, b| (b.hostile, b.events, &a.address).cmp(&(a.hostile, a.events, &b.address)));
    }
    lists
}

fn used_line(view: &View<'_>, account: &Account, address: u32, used: &Use) -> AddressLine {
    let (t, seen) = (view.case.facts.voice, &view.index.all()[address as usize]);
    let span = used.span.unwrap_or_default();
    let sessions = view.case.sessions.iter();
    let sessions = sessions.filter(|one| one.account == account.account && one.tenant == account.tenant);
    let hostile: BTreeSet<&str> = sessions.map(|session| session.address.as_str()).collect();
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
