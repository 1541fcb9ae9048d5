//! The answer for one account that an intruder got into: story, sessions, footholds, response, what cannot be known.

use super::exposed::{ExposedLine, exposed};
use super::line::{moment_of, more, span_of};
use crate::case::dossier::{Confidence, Dossier, Statement};
use crate::case::foothold::{Foothold, State};
use crate::case::label;
use crate::case::response::{Step, Verdict};
use crate::case::session::Session;
use crate::language::Voice;
use crate::output::escape::excerpt;
use crate::output::view::View;

/// Sentences of one story that are told; `case.json` has them all.
const TOLD: usize = 60;
/// Ids of events beside a sentence.
const IDS: usize = 3;
/// Characters of one sentence.
const LONGEST: usize = 300;

/// One account.
#[derive(Debug)]
pub(in crate::output) struct Answer {
    pub lead: String,
    pub entry: String,
    pub method: String,
    pub confidence: String,
    pub presences: Vec<PresenceLine>,
    pub story: Vec<StatementLine>,
    pub more_story: String,
    pub exposure: String,
    pub exposed: Vec<ExposedLine>,
    pub more_exposed: String,
    pub left: Vec<LeftLine>,
    pub steps: Vec<StepLine>,
    pub open: Vec<StatementLine>,
    pub fraud: Vec<StatementLine>,
    /// What the logs cannot tell, and what would.
    pub unknown: Vec<[String; 2]>,
    pub todo: Vec<String>,
}

/// A sentence and the events that it rests on.
#[derive(Debug)]
pub(in crate::output) struct StatementLine {
    pub phase: String,
    /// RFC 3339, for sorting.
    pub at: String,
    pub time: String,
    pub text: String,
    pub ids: Vec<String>,
    /// How many more events there are, such as `+12`.
    pub more: String,
}

/// What the intruder did from one address.
#[derive(Debug)]
pub(in crate::output) struct PresenceLine {
    pub address: String,
    pub network: String,
    pub events: u64,
    pub at: String,
    pub when: String,
    pub programs: String,
    pub why: String,
}

/// What was left behind.
#[derive(Debug)]
pub(in crate::output) struct LeftLine {
    pub state: &'static str,
    pub mark: &'static str,
    pub what: String,
    pub at: String,
    pub made: String,
    pub basis: String,
}

/// One line of the response.
#[derive(Debug)]
pub(in crate::output) struct StepLine {
    pub step: String,
    pub task: String,
    pub verdict: &'static str,
    pub mark: &'static str,
    pub note: String,
}

impl Answer {
    pub(super) fn new(view: &View<'_>, dossier: &Dossier) -> Self {
        let (case, t) = (view.case, view.case.facts.voice);
        let when = span_of(t, &dossier.first_time, &dossier.last_time);
        let lead = if dossier.confidence == Confidence::Low { "report.account_doubtful" } else { "report.account_had" };
        let sure: &[(&str, &dyn std::fmt::Display)] =
            &[("confidence", &dossier.confidence.label(t)), ("change", &dossier.would_change)];
        let sessions = case.sessions.iter().filter(|session| dossier.sessions.contains(&session.id));
        let footholds = case.footholds.iter().filter(|foothold| dossier.footholds.contains(&foothold.id));
        let (exposed, exposure, all_exposed) = exposed(view, dossier);
        Self {
            lead: t.fill(lead, &[("when", &when)]),
            entry: shown(&format!("{}: {}", moment_of(t, &dossier.entry.time), dossier.entry.text)),
            method: shown(&dossier.method),
            confidence: t.fill("report.confidence_line", sure),
            presences: sessions.map(|session| presence(t, session)).collect(),
            story: dossier.story.iter().take(TOLD).map(|told| statement(t, told)).collect(),
            more_story: more(t, "report.more_points", dossier.story.len(), TOLD, "case.json"),
            exposure,
            more_exposed: more(
                t,
                "report.more_points",
                all_exposed,
                exposed.len(),
                "mail-exposure.csv, file-exposure.csv",
            ),
            exposed,
            left: footholds.map(|foothold| left(t, foothold)).collect(),
            steps: dossier.response.iter().map(|one| step(t, one)).collect(),
            open: dossier.open.iter().map(|told| statement(t, told)).collect(),
            fraud: dossier.fraud.iter().map(|told| statement(t, told)).collect(),
            unknown: dossier.unknown.iter().map(|open| [&open.question, &open.needs].map(|text| shown(text))).collect(),
            todo: dossier.todo.iter().map(|todo| shown(todo)).collect(),
        }
    }
}

fn shown(text: &str) -> String {
    excerpt(text, LONGEST)
}

/// The first ids, and how many more there are.
pub(super) fn few(ids: &[String]) -> (Vec<String>, String) {
    let more = ids.len().saturating_sub(IDS);
    let more = if more == 0 { String::new() } else { format!("+{more}") };
    (ids.iter().take(IDS).cloned().collect(), more)
}

fn statement(t: Voice, told: &Statement) -> StatementLine {
    let (ids, more) = few(&told.event_ids);
    StatementLine {
        phase: label::tactic(&told.phase, t).to_owned(),
        at: told.time.clone(),
        time: moment_of(t, &told.time),
        text: shown(&told.text),
        ids,
        more,
    }
}

fn presence(t: Voice, session: &Session) -> PresenceLine {
    let network = [session.country.as_str(), session.as_org.as_str()].join(" ");
    PresenceLine {
        address: shown(&session.address),
        network: shown(network.trim()),
        events: session.events,
        at: session.first_time.clone(),
        when: t.span(session.span.0, session.span.1),
        programs: shown(&session.agents.join("; ")),
        why: shown(&session.parts.join("; ")),
    }
}

fn left(t: Voice, foothold: &Foothold) -> LeftLine {
    let name = if foothold.name.is_empty() { String::new() } else { format!(" “{}”", foothold.name) };
    let values: &[(&str, &dyn std::fmt::Display)] =
        &[("what", &format!("{}{name}", foothold.title)), ("account", &foothold.account)];
    let made = foothold.opened.as_ref();
    LeftLine {
        state: foothold.state.label(t),
        mark: match foothold.state {
            State::Open => "bad",
            State::Closed => "good",
            State::Gone | State::Unknown => "part",
        },
        what: shown(&t.fill("report.of_account", values)),
        at: made.map(|act| act.time.clone()).unwrap_or_default(),
        made: made.map_or_else(
            || t.text("report.before_logs").to_owned(),
            |act| t.fill("report.at_by", &[("time", &moment_of(t, &act.time)), ("by", &excerpt(&act.by, 100))]),
        ),
        basis: shown(&foothold.basis),
    }
}

fn step(t: Voice, step: &Step) -> StepLine {
    let when = step
        .time
        .as_deref()
        .map(|time| t.fill("report.at_by", &[("time", &moment_of(t, time)), ("by", &excerpt(&step.by, 100))]));
    let parts: Vec<&str> =
        when.as_deref().into_iter().chain([step.note.as_str()]).filter(|part| !part.is_empty()).collect();
    StepLine {
        step: if step.step == 0 { String::new() } else { step.step.to_string() },
        task: shown(&step.task),
        verdict: step.verdict.label(t),
        mark: match step.verdict {
            Verdict::Done => "good",
            Verdict::NotSeen => "bad",
            Verdict::Partial => "part",
            Verdict::Outside | Verdict::NotApplicable | Verdict::Unknown => "",
        },
        note: shown(&parts.join("; ")),
    }
}
