//! The first screen: what happened, to whom, since when, what is still open, what to do now.

use super::account::Section;
use super::line::{account_name, moment_of, more, span_of};
use crate::case::accounts::Account;
use crate::case::dossier::{Confidence, Dossier};
use crate::case::foothold::{Foothold, State};
use crate::case::response::Verdict;
use crate::case::severity::Severity;
use crate::language::Voice;
use crate::output::escape::excerpt;
use crate::output::view::View;
use crate::rule::Level;
use std::collections::BTreeSet;

/// Accounts, open points and tasks on the first screen.
const FEW: usize = 8;

/// The first screen.
#[derive(Debug)]
pub(in crate::output) struct Opening {
    /// Sentences.
    pub lead: Vec<String>,
    /// Name and value: the case, the evidence.
    pub facts: Vec<[String; 2]>,
    pub taken: Vec<TakenLine>,
    pub more_taken: String,
    /// Account, empty where the one before is the same, and what is open.
    pub open: Vec<[String; 2]>,
    pub more_open: String,
    /// Account, likewise, and what to do.
    pub todo: Vec<[String; 2]>,
    pub more_todo: String,
}

/// An account that an intruder had.
#[derive(Debug)]
pub(in crate::output) struct TakenLine {
    pub name: String,
    pub anchor: String,
    pub since: String,
    pub how: String,
}

impl Opening {
    pub(super) fn new(view: &View<'_>, suspects: &[&Account], sections: &[Section], severity: &Severity) -> Self {
        let (t, dossiers) = (view.case.facts.voice, &view.case.dossiers);
        let taken = dossiers.iter().take(FEW).map(|dossier| TakenLine {
            name: account_name(t, &dossier.account),
            anchor: anchor(sections, dossier),
            since: since(t, dossier),
            how: t.fill(
                "report.how_sure",
                &[("method", &excerpt(&dossier.method, 120)), ("confidence", &dossier.confidence.label(t))],
            ),
        });
        let open = |dossier: &Dossier| dossier.open.iter().map(|open| open.text.clone()).collect::<Vec<_>>();
        let (open, all_open) = by_account(t, dossiers, open);
        let (todo, all_todo) = by_account(t, dossiers, |dossier| dossier.todo.clone());
        Self {
            lead: lead(view, suspects, severity),
            facts: facts(view),
            taken: taken.collect(),
            more_taken: more(t, "report.more_accounts", dossiers.len(), FEW, "case.json"),
            more_open: more(t, "report.more_points", all_open, open.len(), "case.json"),
            more_todo: more(t, "report.more_points", all_todo, todo.len(), "case.json"),
            open,
            todo,
        }
    }
}

/// When the intruder came in, if that is not the first that is seen of him, and from when to when he is seen.
fn since(t: Voice, dossier: &Dossier) -> String {
    let span = span_of(t, &dossier.first_time, &dossier.last_time);
    let (first, entered) = (moment_of(t, &dossier.first_time), moment_of(t, &dossier.entry.time));
    if entered.is_empty() || entered == first {
        return span;
    }
    t.fill("report.entered", &[("time", &entered), ("span", &span)])
}

fn anchor(sections: &[Section], dossier: &Dossier) -> String {
    let section = sections.iter().find(|section| section.is_of(&dossier.tenant, &dossier.account));
    section.map_or_else(String::new, |section| section.anchor.clone())
}

/// The first points of each account in turn, so that none is left out for the length of another's; and how many there are.
fn by_account(t: Voice, dossiers: &[Dossier], points: impl Fn(&Dossier) -> Vec<String>) -> (Vec<[String; 2]>, usize) {
    let lists: Vec<(&str, Vec<String>)> =
        dossiers.iter().map(|dossier| (dossier.account.as_str(), points(dossier))).collect();
    let all = lists.iter().map(|(_, points)| points.len()).sum();
    let each = (2 * FEW / lists.len().max(1)).max(2);
    let mut shown = Vec::new();
    for (account, points) in lists {
        for (number, point) in points.into_iter().take(each).enumerate() {
            let name = if number == 0 { account_name(t, account) } else { String::new() };
            shown.push([name, excerpt(&point, 300)]);
        }
    }
    shown.truncate(2 * FEW);
    (shown, all)
}

/// The document's title.
pub(super) fn title(view: &View<'_>) -> String {
    let facts = &view.case.facts;
    let title = facts.voice.text("report.title");
    if facts.number.is_empty() { title.to_owned() } else { format!("{title}: {}", facts.number) }
}

/// The case as the investigator names it, and the evidence.
fn facts(view: &View<'_>) -> Vec<[String; 2]> {
    let t = view.case.facts.voice;
    let named = view.case.facts.named().into_iter().filter(|(_, text)| !text.is_empty());
    let mut lines: Vec<[String; 2]> = named.map(|(name, text)| [name.to_owned(), excerpt(text, 120)]).collect();
    let tenants = view.tenants();
    let tenants = if tenants.is_empty() { t.text("report.not_stated").to_owned() } else { listed(t, &tenants, 5) };
    let totals = &view.case.coverage.totals;
    let records = t.fill(
        "report.records_line",
        &[
            ("rows", &totals.counts.rows),
            ("files", &totals.files),
            ("used", &totals.counts.used),
            ("rejected", &totals.counts.rejected),
            ("duplicate", &totals.counts.duplicate),
        ],
    );
    lines.push([t.text("report.evidence").to_owned(), view.period()]);
    lines.push([t.text("report.tenant").to_owned(), tenants]);
    lines.push([t.text("report.records").to_owned(), records]);
    lines
}

/// The first few names, and how many more there are.
fn listed(t: Voice, names: &[&str], few: usize) -> String {
    let shown: Vec<String> = names.iter().take(few).map(|name| account_name(t, name)).collect();
    match names.len() - shown.len() {
        0 => shown.join(", "),
        more => t.fill("report.and_more", &[("names", &shown.join(", ")), ("more", &more)]),
    }
}

/// Whom the intruder had, since when, how much is open, who else has to be asked; then what rules found.
fn lead(view: &View<'_>, suspects: &[&Account], severity: &Severity) -> Vec<String> {
    let t = view.case.facts.voice;
    let (doubtful, had): (Vec<&Dossier>, Vec<&Dossier>) =
        view.case.dossiers.iter().partition(|dossier| dossier.confidence == Confidence::Low);
    let names = |dossiers: &[&Dossier]| {
        let names: Vec<&str> = dossiers.iter().map(|dossier| dossier.account.as_str()).collect();
        listed(t, &names, 3)
    };
    let mut sentences = Vec::new();
    if let Some(first) = had.first() {
        let left: BTreeSet<&String> = had.iter().flat_map(|dossier| &dossier.footholds).collect();
        let there = |foothold: &&Foothold| foothold.state == State::Open && left.contains(&foothold.id);
        let open = view.case.footholds.iter().filter(there).count() as u64;
        let steps = had.iter().flat_map(|dossier| &dossier.response);
        let undone = steps.filter(|step| matches!(step.verdict, Verdict::NotSeen | Verdict::Partial)).count() as u64;
        let since = moment_of(t, &first.entry.time);
        sentences.push(t.fill("report.lead.had", &[("accounts", &names(&had)), ("time", &since)]));
        sentences.push(t.count("report.lead.left", open, &[]) + " " + &t.count("report.lead.undone", undone, &[]));
    }
    if !doubtful.is_empty() {
        sentences.push(t.fill("report.lead.doubtful", &[("accounts", &names(&doubtful))]));
    }
    sentences.push(found(view, suspects, severity));
    sentences
}

fn found(view: &View<'_>, suspects: &[&Account], severity: &Severity) -> String {
    let t = view.case.facts.voice;
    let total = view.accounts.iter().filter(|account| !account.account.is_empty()).count();
    let severe = |account: &&&Account| account.findings.highest().is_some_and(|level| level >= Level::Medium);
    let names: Vec<&str> = suspects.iter().filter(severe).map(|account| account.account.as_str()).collect();
    if names.is_empty() {
        return t.fill("report.lead.nothing", &[("total", &total)]);
    }
    let serious = severity.count(Level::Critical) + severity.count(Level::High);
    let serious = match serious {
        0 => t.text("report.lead.none_serious").to_owned(),
        more => t.count("report.lead.serious", more, &[]),
    };
    let values: &[(&str, &dyn std::fmt::Display)] = &[("total", &total), ("accounts", &listed(t, &names, 3))];
    t.count("report.lead.found", names.len() as u64, values) + " " + &serious
}
