//! The answer for one account: when it began and how, what was done, what remains, and whether the response closed it.

use super::civil::{moment, rfc3339};
use super::foothold::{Foothold, Left, State, alias};
use super::response::{Logs, Response, Step, Verdict};
use super::sentence::push_brief_act;
use super::session::Session;
use crate::event::Outcome;
use crate::rule::foothold::Foothold as Kind;
use crate::rule::{Level, Meta};
use crate::store::{Events, RuleIndex};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// A statement, and the events that it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// ATT&CK tactic, such as `persistence`; empty for what is no act of the intruder's.
    pub phase: String,
    /// When it begins, RFC 3339 UTC.
    pub time: String,
    /// The sentence.
    pub text: String,
    /// The events, in time order; never empty.
    pub event_ids: Vec<String>,
}

/// Everything about one account that an intruder had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dossier {
    /// Tenant.
    pub tenant: String,
    /// The account.
    pub account: String,
    /// First act of the intruder, attempts included, RFC 3339 UTC.
    pub first_time: String,
    /// Last act, RFC 3339 UTC.
    pub last_time: String,
    /// How the intruder got in.
    pub entry: Statement,
    /// By which way, as far as the findings tell.
    pub method: String,
    /// `high` or `medium`, by the score of the plainest presence.
    pub confidence: &'static str,
    /// What would change it.
    pub would_change: String,
    /// Ids of the intruder's sessions.
    pub sessions: Vec<String>,
    /// What was done, by phase and time.
    pub story: Vec<Statement>,
    /// Ids of what the intruder left.
    pub footholds: Vec<String>,
    /// The response, in Microsoft's order.
    pub response: Vec<Step>,
    /// What the response left open.
    pub open: Vec<Statement>,
    /// What to do next, in the order of the steps.
    pub todo: Vec<String>,
}

/// ATT&CK tactics in the order in which a takeover goes, as Sigma's tags name them.
const PHASES: &[&str] = &[
    "reconnaissance",
    "resource-development",
    "credential-access",
    "initial-access",
    "execution",
    "persistence",
    "privilege-escalation",
    "defense-evasion",
    "discovery",
    "lateral-movement",
    "collection",
    "exfiltration",
    "impact",
];

/// How somebody got in, by the technique that a rule is tagged with, the most telling first.
const METHODS: &[(&str, &str)] = &[
    ("attack.t1110.003", "one password tried on many accounts"),
    ("attack.t1621", "prompts of the second factor until one was accepted"),
    ("attack.t1557", "a session taken by a phishing relay"),
    ("attack.t1539", "a stolen session"),
    ("attack.t1528", "a token of an application or a device code"),
    ("attack.t1550.001", "a stolen token"),
    ("attack.t1110", "guessed passwords"),
    ("attack.t1566", "phishing"),
    ("attack.t1078", "a password or token that was known"),
];

/// Acts within this time of a reset may still be of the old password, in microseconds.
const GRACE: i64 = 5 * 60_000_000;

/// What dossiers are made from.
struct Sources<'a> {
    events: &'a Events,
    rules: &'a [Meta],
    sessions: &'a [Session],
    left: &'a Left,
}

/// One dossier for each account that an intruder got into, the first taken over first.
pub fn dossiers(
    events: &Events,
    (rules, kinds): (&[Meta], &[Kind]),
    sessions: &[Session],
    left: &Left,
) -> Vec<Dossier> {
    let sources = Sources { events, rules, sessions, left };
    let mut accounts: BTreeMap<(&str, &str), Vec<&Session>> = BTreeMap::new();
    for session in sessions {
        accounts.entry((&session.tenant, &session.account)).or_default().push(session);
    }
    let response = Response { events, kinds, left, logs: Logs::new(events) };
    // Applications that serve the intruder are told with the accounts whose mail they read.
    let got_in = accounts.into_iter().filter(|((_, account), _)| account.contains('@')).map(|(_, own)| own);
    let got_in = got_in.filter(|own| own.iter().any(|session| session.succeeded > 0));
    let mut found: Vec<Dossier> = got_in.filter_map(|own| sources.dossier(&own, &response)).collect();
    found.sort_by(|a, b| (&a.entry.time, &a.account).cmp(&(&b.entry.time, &b.account)));
    found
}

impl Sources<'_> {
    fn dossier(&self, own: &[&Session], response: &Response<'_>) -> Option<Dossier> {
        let any = own.first()?;
        let mut positions: Vec<u32> = own.iter().flat_map(|session| session.positions.iter().copied()).collect();
        positions.sort_unstable();
        let entry = self.entry_of(&positions)?;
        let began = self.time(entry);
        let left = self.left_by(&positions, &any.account);
        let steps = response.steps(&any.account, began, &left);
        let open = self.open(&positions, &left, &steps, began);
        let best = own.iter().map(|session| session.score).max().unwrap_or_default();
        let decided = own.iter().any(|session| session.link == super::session::Link::Decision);
        Some(Dossier {
            tenant: any.tenant.clone(),
            account: any.account.clone(),
            first_time: rfc3339(self.time(*positions.first()?)),
            last_time: rfc3339(self.time(*positions.last()?)),
            entry: self.statement("initial-access", &[entry], ""),
            method: self.method(&positions, began),
            confidence: if best >= 60 || decided { "high" } else { "medium" },
            would_change: "what the owner says of these addresses and programs: give it with --decisions".to_owned(),
            sessions: own.iter().map(|session| session.id.clone()).collect(),
            story: self.story(&positions),
            footholds: left.iter().map(|foothold| foothold.id.clone()).collect(),
            todo: todo(&any.account, &steps),
            response: steps,
            open,
        })
    }

    fn time(&self, position: u32) -> i64 {
        self.events.entries[position as usize].time.micros
    }

    fn succeeded(&self, position: u32) -> bool {
        !matches!(self.events.entries[position as usize].outcome, Outcome::Failure | Outcome::Interrupted)
    }

    /// The first sign-in that succeeded, else the first act that did.
    fn entry_of(&self, positions: &[u32]) -> Option<u32> {
        let done = || positions.iter().copied().filter(|position| self.succeeded(*position));
        let sign_in = |position: &u32| self.events.is_sign_in(&self.events.entries[*position as usize]);
        done().find(sign_in).or_else(|| done().next())
    }

    fn statement(&self, phase: &str, positions: &[u32], title: &str) -> Statement {
        let entries = positions.iter().map(|position| &self.events.entries[*position as usize]);
        let mut text = String::new();
        if let Some(first) = positions.first().map(|position| &self.events.entries[*position as usize]) {
            push_brief_act(&mut text, self.events, first);
        }
        if positions.len() > 1 {
            let _ = write!(text, ", and {} more", positions.len() - 1);
        }
        if !title.is_empty() {
            let _ = write!(text, " ({title})");
        }
        Statement {
            phase: phase.to_owned(),
            time: positions.first().map(|position| rfc3339(self.time(*position))).unwrap_or_default(),
            text,
            event_ids: entries.map(crate::store::Entry::event_id).collect(),
        }
    }

    /// What rules of level medium and above found in what the intruder did, by phase and time.
    fn story(&self, positions: &[u32]) -> Vec<Statement> {
        let mut by_rule: BTreeMap<RuleIndex, Vec<u32>> = BTreeMap::new();
        for position in positions {
            for rule in &self.events.entries[*position as usize].hits {
                by_rule.entry(*rule).or_default().push(*position);
            }
        }
        // What several rules of one phase found in the same events is one sentence.
        let mut told: BTreeMap<(usize, Vec<u32>), Vec<&str>> = BTreeMap::new();
        for (rule, positions) in by_rule {
            let Some(meta) = self.rules.get(usize::from(rule)).filter(|meta| meta.level >= Level::Medium) else {
                continue;
            };
            told.entry((phase(meta), positions)).or_default().push(&meta.title);
        }
        let mut story: Vec<(usize, u32, Statement)> = Vec::new();
        for ((phase, positions), mut titles) in told {
            titles.sort_unstable();
            let name = PHASES.get(phase).copied().unwrap_or_default();
            story.push((phase, positions[0], self.statement(name, &positions, &titles.join("; "))));
        }
        story.sort_by(|a, b| (a.0, a.1, &a.2.text).cmp(&(b.0, b.1, &b.2.text)));
        story.into_iter().map(|(_, _, statement)| statement).collect()
    }

    /// By which way the intruder got in: what was found up to an hour after.
    fn method(&self, positions: &[u32], began: i64) -> String {
        const HOUR: i64 = 3_600_000_000;
        let early = positions.iter().filter(|position| self.time(**position) <= began + HOUR);
        let rules: BTreeSet<RuleIndex> =
            early.flat_map(|position| self.events.entries[*position as usize].hits.iter().copied()).collect();
        let tags: BTreeSet<&str> = rules
            .iter()
            .filter_map(|rule| self.rules.get(usize::from(*rule)))
            .filter(|meta| meta.level >= Level::Medium)
            .flat_map(|meta| meta.tags.iter().map(String::as_str))
            .collect();
        let known = METHODS.iter().find(|(tag, _)| tags.iter().any(|found| found.starts_with(tag)));
        known.map_or("cannot be told from what was found", |(_, method)| method).to_owned()
    }

    /// The footholds that the intruder opened or changed with this account.
    fn left_by(&self, positions: &[u32], account: &str) -> Vec<&Foothold> {
        let own: BTreeSet<u32> = positions.iter().copied().collect();
        let hostile: BTreeSet<&str> = self.sessions.iter().map(|session| session.address.as_str()).collect();
        let is_own = |foothold: &&Foothold| {
            let acts = foothold.opened.iter().chain(&foothold.changed);
            let by_intruder = acts.clone().any(|act| own.contains(&act.position));
            // Some records of the directory name no address: the other log's record of the same act does.
            let beside = foothold.positions.iter().any(|position| own.contains(position));
            let at = acts.into_iter().any(|act| hostile.contains(act.address.as_str()));
            by_intruder || beside || (at && alias(&foothold.account) == alias(account))
        };
        self.left.footholds.iter().filter(|foothold| foothold.kind != "sending_block").filter(is_own).collect()
    }

    /// What the response left open.
    fn open(&self, positions: &[u32], left: &[&Foothold], steps: &[Step], began: i64) -> Vec<Statement> {
        let mut open = Vec::new();
        let plain = |text: String, event_ids: Vec<String>, time: String| Statement {
            phase: String::new(),
            time,
            text,
            event_ids,
        };
        let step = |kind: &str| steps.iter().find(|step| step.kind == kind && step.verdict == Verdict::Done);
        let reset = step("password").and_then(|step| Some((step.time.clone()?, step.event_ids.clone())));
        if let (Some((time, ids)), None) = (&reset, step("sessions")) {
            let text = "the password was reset, and no record says that sessions were revoked: tokens go on working";
            open.push(plain(text.to_owned(), ids.clone(), time.clone()));
        }
        for (kind, what) in [("password", "the password was reset"), ("sessions", "sessions were revoked")] {
            let Some(done) = step(kind).and_then(|step| step.time.clone()) else { continue };
            let after = positions.iter().copied().filter(|position| {
                self.succeeded(*position)
                    && rfc3339(self.time(*position) - GRACE) > done
                    && self.time(*position) > began
            });
            let after: Vec<u32> = after.collect();
            if let Some(first) = after.first() {
                let mut statement = self.statement("", &after, "");
                statement.text = format!(
                    "{} acts of the intruder after {what}, the first on {}: {}",
                    after.len(),
                    moment(self.time(*first)),
                    statement.text
                );
                open.push(statement);
            }
        }
        for foothold in left.iter().filter(|foothold| foothold.state == State::Open) {
            let name = if foothold.name.is_empty() { String::new() } else { format!(" “{}”", foothold.name) };
            let text = format!("{}{name} is still there: {}", foothold.title, foothold.basis);
            let time = foothold.opened.as_ref().map(|act| act.time.clone()).unwrap_or_default();
            open.push(plain(text, foothold.event_ids.clone(), time));
        }
        open
    }
}

/// The place of a rule's tactic among the phases; behind them where it has none.
fn phase(rule: &Meta) -> usize {
    let tactics = rule.tags.iter().filter_map(|tag| tag.strip_prefix("attack."));
    let mut known = tactics.filter_map(|tactic| PHASES.iter().position(|phase| *phase == tactic));
    known.next().unwrap_or(PHASES.len())
}

/// What is to be done still, in the order of the steps.
fn todo(account: &str, steps: &[Step]) -> Vec<String> {
    let wanted = |step: &&Step| matches!(step.verdict, Verdict::NotSeen | Verdict::Partial | Verdict::Unknown);
    // Sign-in is blocked while the account is being secured, not for good.
    let secured = steps.iter().filter(|step| step.step == 1).all(|step| !wanted(&step));
    let tell = |step: &Step| {
        let number = if step.step == 0 { String::new() } else { format!("step {}: ", step.step) };
        let doubt = if step.verdict == Verdict::Unknown { "find out whether it was done: " } else { "" };
        format!("{number}{doubt}{} ({account}): {}", step.task, step.note)
    };
    let mut todo: Vec<String> =
        steps.iter().filter(wanted).filter(|step| step.step != 5 || !secured).map(tell).collect();
    todo.push(format!(
        "step 7: look through the sent items and contact details of {account}, and warn who was written to"
    ));
    todo
}
