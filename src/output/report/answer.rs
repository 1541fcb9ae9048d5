//! The answer for each account that an intruder got into, for the first pages.

use crate::case::dossier::{Dossier, LOW};
use crate::case::foothold::{Foothold, State};
use crate::case::response::Verdict;
use crate::output::escape::excerpt;
use crate::output::view::View;
use std::collections::BTreeSet;

/// Sentences of one story that are told; `case.json` has them all.
const TOLD: usize = 40;

/// Bytes of one sentence.
const LONGEST: usize = 300;

/// One account.
#[derive(Debug)]
pub(in crate::output) struct Answer {
    pub account: String,
    pub when: String,
    pub entry: String,
    pub method: String,
    pub confidence: &'static str,
    pub would_change: String,
    /// From where: address, country and network, events, and why it is taken for the intruder's.
    pub presences: Vec<[String; 4]>,
    /// Phase, time, sentence.
    pub story: Vec<[String; 3]>,
    pub more: usize,
    /// What was left: state, what and whose, basis.
    pub left: Vec<(&'static str, String, String)>,
    /// Step, task, verdict, note; the verdict's mark for the eye.
    pub steps: Vec<StepLine>,
    pub open: Vec<String>,
    /// Signs of fraud: time, sentence.
    pub fraud: Vec<[String; 2]>,
    /// What the logs cannot tell, and what would.
    pub unknown: Vec<[String; 2]>,
    pub todo: Vec<String>,
}

/// One line of the response.
#[derive(Debug)]
pub(in crate::output) struct StepLine {
    pub step: String,
    pub task: String,
    pub verdict: &'static str,
    pub note: String,
}

/// The answers, the account that was taken over first first.
pub(super) fn answers(view: &View<'_>) -> Vec<Answer> {
    view.case.dossiers.iter().map(|dossier| answer(view, dossier)).collect()
}

fn shown(text: &str) -> String {
    excerpt(text, LONGEST)
}

fn answer(view: &View<'_>, dossier: &Dossier) -> Answer {
    let sessions = view.case.sessions.iter().filter(|session| dossier.sessions.contains(&session.id));
    let presences = sessions.map(|session| {
        let network = [session.country.as_str(), session.as_org.as_str()].join(" ");
        let times = format!("{} events, {} to {}", session.events, session.first_time, session.last_time);
        [&session.address, network.trim(), &times, &session.parts.join("; ")].map(shown)
    });
    let footholds = view.case.footholds.iter().filter(|foothold| dossier.footholds.contains(&foothold.id));
    let left = footholds.map(|foothold| {
        let name = if foothold.name.is_empty() { String::new() } else { format!(" “{}”", foothold.name) };
        let what = format!("{}{name} of {}", foothold.title, foothold.account);
        (foothold.state.name(), shown(&what), shown(&foothold.basis))
    });
    let steps = dossier.response.iter().map(|step| {
        let when = step.time.as_deref().map(|time| format!("{time} by {}", step.by));
        let parts: Vec<&str> =
            when.as_deref().into_iter().chain([step.note.as_str()]).filter(|part| !part.is_empty()).collect();
        StepLine {
            step: if step.step == 0 { String::new() } else { step.step.to_string() },
            task: step.task.clone(),
            verdict: step.verdict.name(),
            note: shown(&parts.join("; ")),
        }
    });
    let story =
        dossier.story.iter().take(TOLD).map(|told| [&told.phase, &told.time, &told.text].map(|text| shown(text)));
    Answer {
        account: shown(&dossier.account),
        when: format!("{} to {}", dossier.first_time, dossier.last_time),
        entry: shown(&format!("{}: {}", dossier.entry.time, dossier.entry.text)),
        method: dossier.method.clone(),
        confidence: dossier.confidence,
        would_change: dossier.would_change.clone(),
        presences: presences.collect(),
        story: story.collect(),
        more: dossier.story.len().saturating_sub(TOLD),
        left: left.collect(),
        steps: steps.collect(),
        open: dossier.open.iter().map(|open| shown(&open.text)).collect(),
        fraud: dossier.fraud.iter().map(|told| [&told.time, &told.text].map(|text| shown(text))).collect(),
        unknown: dossier.unknown.iter().map(|open| [&open.question, &open.needs].map(|text| shown(text))).collect(),
        todo: dossier.todo.iter().map(|todo| shown(todo)).collect(),
    }
}

/// Whom the intruder had, since when, how much is open, and who else has to be asked; empty where nobody.
pub(super) fn headline(view: &View<'_>) -> String {
    let (doubtful, had): (Vec<&Dossier>, Vec<&Dossier>) =
        view.case.dossiers.iter().partition(|dossier| dossier.confidence == LOW);
    let mut sentences = Vec::new();
    if let Some(first) = had.first() {
        let left: BTreeSet<&String> = had.iter().flat_map(|dossier| &dossier.footholds).collect();
        let there = |foothold: &&Foothold| foothold.state == State::Open && left.contains(&foothold.id);
        let open = view.case.footholds.iter().filter(there).count();
        let steps = had.iter().flat_map(|dossier| &dossier.response);
        let undone = steps.filter(|step| matches!(step.verdict, Verdict::NotSeen | Verdict::Partial)).count();
        sentences.push(format!(
            "An intruder had {}, from {} on. Still there of what was left behind: {open}. Parts of the response that are \
             not seen or not complete: {undone}. ",
            names(&had),
            first.entry.time
        ));
    }
    if !doubtful.is_empty() {
        let names = names(&doubtful);
        sentences.push(format!("What may have another explanation, and has to be asked about: {names}. "));
    }
    sentences.concat()
}

/// The first three accounts, and how many more there are.
fn names(dossiers: &[&Dossier]) -> String {
    let names: Vec<String> = dossiers.iter().take(3).map(|dossier| shown(&dossier.account)).collect();
    let more = match dossiers.len() - names.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", names.join(", "))
}
