//! The findings of one account, in order, each with what it means and what to check.

use super::{Chart, SECTIONS, account_name, counted, network, place_name};
use crate::case::Finding;
use crate::case::accounts::Account;
use crate::case::civil::{moment, span};
use crate::case::incident::Incident;
use crate::case::severity::level;
use crate::output::chart;
use crate::output::escape::{excerpt, visible};
use crate::output::view::View;
use crate::rule::{Level, Meta};
use std::collections::BTreeMap;
use std::io;

/// Findings of one account that are told in full.
const TOLD: usize = 30;
/// Events that are listed under one finding.
const EVENTS: usize = 8;

/// One account's part of the report.
#[derive(Debug)]
pub(in crate::output) struct Section {
    pub anchor: String,
    pub name: String,
    pub tenant: String,
    pub level: &'static str,
    pub facts: String,
    pub incidents: Vec<Scored>,
    pub told: Vec<Told>,
    pub more_told: usize,
    pub context: Vec<Line>,
    pub more_context: usize,
    pub chart: Option<Chart>,
    key: (String, String),
}

/// An incident and what its score is made of.
#[derive(Debug)]
pub(in crate::output) struct Scored {
    pub level: &'static str,
    pub when: String,
    pub score: u32,
    pub events: u64,
    pub parts: Vec<String>,
}

/// A finding told in full.
#[derive(Debug)]
pub(in crate::output) struct Told {
    pub id: String,
    pub level: &'static str,
    pub title: String,
    pub when: String,
    pub summary: String,
    pub meaning: String,
    pub check: String,
    pub harmless: Vec<String>,
    pub techniques: String,
    pub events: Vec<EventLine>,
    pub more_events: u64,
}

/// One event of a finding.
#[derive(Debug)]
pub(in crate::output) struct EventLine {
    pub time: String,
    pub operation: String,
    pub address: String,
    pub place: String,
    pub network: String,
    pub source: String,
}

/// A finding of level low or informational, in one line.
#[derive(Debug)]
pub(in crate::output) struct Line {
    pub level: &'static str,
    pub title: String,
    pub summary: String,
}

impl Section {
    pub(super) fn is(&self, account: &Account) -> bool {
        self.key.0 == account.tenant && self.key.1 == account.account
    }
}

/// The sections of the most severe accounts.
pub(super) fn sections(view: &View<'_>, accounts: &[&Account]) -> io::Result<Vec<Section>> {
    let mut findings: BTreeMap<(&str, &str), Vec<&Finding>> = BTreeMap::new();
    for finding in &view.case.findings {
        findings.entry((&finding.tenant, &finding.account)).or_default().push(finding);
    }
    let stories = chart::stories(view);
    let mut sections = Vec::new();
    for (number, account) in accounts.iter().take(SECTIONS).enumerate() {
        let own = findings.get(&(account.tenant.as_str(), account.account.as_str())).map_or(&[][..], Vec::as_slice);
        let story = stories.iter().find(|story| story.account == account.account && story.tenant == account.tenant);
        let chart = match story {
            Some(story) => Some(Chart { file: story.path.clone(), svg: chart::story_text(view, story)? }),
            None => None,
        };
        sections.push(section(view, account, own, chart, number + 1));
    }
    Ok(sections)
}

fn is_of(incident: &Incident, account: &Account) -> bool {
    incident.account == account.account && incident.tenant == account.tenant
}

fn scored(incident: &Incident) -> Scored {
    Scored {
        level: incident.level,
        when: span(incident.span.0, incident.span.1),
        score: incident.score,
        events: incident.events,
        parts: incident.told_parts().iter().map(|part| excerpt(part, 200)).collect(),
    }
}

fn section(view: &View<'_>, account: &Account, findings: &[&Finding], chart: Option<Chart>, number: usize) -> Section {
    let (told, context): (Vec<&Finding>, Vec<&Finding>) =
        findings.iter().partition(|finding| level(finding.rule.level) >= Level::Medium);
    let mut facts = format!(
        "{}{}; {} succeeded, {} failed",
        counted(account.events, "event"),
        account.span.map_or_else(String::new, |(first, last)| format!(" from {}", span(first, last))),
        counted(account.sign_ins.succeeded, "sign-in"),
        account.sign_ins.failed
    );
    if !account.countries.is_empty() {
        facts = format!("{facts}; countries {}", visible(&account.countries.join(", ")));
    }
    Section {
        anchor: format!("account-{number}"),
        name: account_name(&account.account),
        tenant: excerpt(&account.tenant, 60),
        level: account.findings.highest().map_or("", Level::name),
        facts,
        incidents: view.incidents.iter().filter(|incident| is_of(incident, account)).map(scored).collect(),
        more_told: told.len().saturating_sub(TOLD),
        more_context: context.len().saturating_sub(TOLD),
        told: told.into_iter().take(TOLD).map(|finding| tell(view, finding)).collect(),
        context: context.into_iter().take(TOLD).map(line).collect(),
        chart,
        key: (account.tenant.clone(), account.account.clone()),
    }
}

fn tell(view: &View<'_>, finding: &Finding) -> Told {
    let rule = view.rule(&finding.rule.id);
    let (meaning, check) = rule.map_or_else(Default::default, meaning);
    let harmless = rule.map_or(&[][..], |rule| &rule.falsepositives);
    let events: Vec<EventLine> =
        finding.positions.iter().take(EVENTS).map(|&at| event_line(view, at as usize)).collect();
    Told {
        id: finding.id.clone(),
        level: finding.rule.level,
        title: excerpt(&finding.rule.title, 200),
        when: when(view, finding),
        summary: excerpt(&finding.summary, 1_000),
        meaning,
        check,
        harmless: harmless.iter().take(10).map(|text| excerpt(text, 400)).collect(),
        techniques: techniques(&finding.rule.tags),
        more_events: finding.count - events.len() as u64,
        events,
    }
}

fn line(finding: &Finding) -> Line {
    Line {
        level: finding.rule.level,
        title: excerpt(&finding.rule.title, 120),
        summary: excerpt(&finding.summary, 300),
    }
}

fn when(view: &View<'_>, finding: &Finding) -> String {
    let positions = &finding.positions;
    let time = |at: &u32| view.case.events.entries[*at as usize].time.micros;
    match (positions.first(), positions.last()) {
        (Some(first), Some(last)) => span(time(first), time(last)),
        _ => String::new(),
    }
}

fn event_line(view: &View<'_>, position: usize) -> EventLine {
    let row = view.row(position);
    let origin = row.entry.origin;
    let file = view.case.coverage.files.get(origin.file as usize).map_or("", |file| file.path.as_str());
    EventLine {
        time: moment(row.entry.time.micros),
        operation: excerpt(view.case.events.text(row.entry.operation), 60),
        address: excerpt(&row.from.text, 60),
        place: row.from.place.map_or_else(String::new, place_name),
        network: row.from.place.map_or_else(String::new, network),
        source: format!("{}, row {}", excerpt(file, 100), origin.row),
    }
}

/// What a rule's description says, and the part from the sentence on that begins with "Check".
fn meaning(rule: &Meta) -> (String, String) {
    let words: Vec<&str> = rule.description.split_whitespace().collect();
    let text = excerpt(&words.join(" "), 1_500);
    let start = if text.starts_with("Check ") { Some(0) } else { text.find(". Check ").map(|at| at + 2) };
    match start {
        Some(at) => (text[..at].trim_end().to_owned(), text[at..].to_owned()),
        None => (text, String::new()),
    }
}

/// `T1114.003, T1564.008` of the tags `attack.t…`.
fn techniques(tags: &[String]) -> String {
    let ids = tags.iter().filter_map(|tag| tag.strip_prefix("attack.t"));
    let ids: Vec<String> =
        ids.filter(|id| id.starts_with(|char: char| char.is_ascii_digit())).map(|id| format!("T{id}")).collect();
    excerpt(&ids.join(", "), 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_splits_at_what_to_check() {
        let rule = |description: &str| Meta { description: description.to_owned(), ..Meta::default() };
        let (meaning_, check) =
            meaning(&rule("A rule forwards mail. It is\nhow fraud hides. Check who made it.\nAsk the owner."));
        assert_eq!(meaning_, "A rule forwards mail. It is how fraud hides.");
        assert_eq!(check, "Check who made it. Ask the owner.");
        assert_eq!(meaning(&rule("No advice.")), ("No advice.".to_owned(), String::new()));
    }

    #[test]
    fn techniques_are_told_from_tactics() {
        assert_eq!(
            techniques(&["attack.t1114.003".into(), "attack.theft".into(), "attack.collection".into()]),
            "T1114.003"
        );
    }
}
