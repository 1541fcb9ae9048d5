//! The answer for one account: when it began and how, what was done, what remains, and whether the response closed it.

mod confidence;
mod fraud;
mod open;
mod story;
mod unknown;

use super::Finding;
use super::exposure::Exposure;
use super::foothold::{Foothold, Left, alias};
use super::letters::Letters;
use super::logs::{AllLogs, Logs};
use super::response::{BLOCK, Response, Step};
use super::session::{CONSENT, Link, Session};
use crate::civil::rfc3339;
use crate::language::Voice;
use crate::rule::Meta;
use crate::rule::foothold::Foothold as Kind;
use crate::store::Events;
pub use confidence::Confidence;
use confidence::would_change;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A statement, and the events that it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// ATT&CK tactic, such as `persistence`; empty for what is no act of the intruder's.
    pub phase: String,
    /// When the act happened that the sentence names, RFC 3339 UTC.
    pub time: String,
    /// The sentence.
    pub text: String,
    /// The events, that which the sentence names before the others, which are in time order; never empty.
    pub event_ids: Vec<String>,
    /// Where the events stand.
    #[serde(skip)]
    pub positions: Vec<u32>,
}

/// What cannot be known, and what would tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unknown {
    /// The question.
    pub question: String,
    /// The evidence that would answer it.
    pub needs: String,
}

/// Everything about one account that an intruder had.
#[derive(Debug, Clone, Serialize)]
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
    /// How sure that is.
    pub confidence: Confidence,
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
    /// Signs of fraud by mail.
    pub fraud: Vec<Statement>,
    /// What the response left open.
    pub open: Vec<Statement>,
    /// What the logs cannot tell.
    pub unknown: Vec<Unknown>,
    /// What the response left open, as findings.
    #[serde(skip)]
    pub gaps: Vec<Finding>,
    /// What to do next, in the order of the steps.
    pub todo: Vec<String>,
}

/// What dossiers are made from.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    /// All events.
    pub events: &'a Events,
    /// The rules, by index.
    pub rules: &'a [Meta],
    /// The kinds of footholds.
    pub kinds: &'a [Kind],
    /// How sentences are told.
    pub voice: Voice,
    /// The presences of intruders.
    pub sessions: &'a [Session],
    /// What was left behind.
    pub left: &'a Left,
    /// What was reached.
    pub exposure: &'a Exposure,
    /// What message traces tell of the mailboxes that were reached.
    pub letters: &'a Letters,
}

/// An account that was taken over.
struct Taken<'a> {
    tenant: &'a str,
    account: &'a str,
    /// The presences of the intruder.
    own: &'a [&'a Session],
    /// What the intruder did, in time order.
    positions: &'a [u32],
    /// When the intruder was in, microseconds since 1970.
    began: i64,
    /// What the intruder left.
    left: &'a [&'a Foothold],
    /// The logs of the tenant.
    logs: &'a Logs,
}

/// One dossier for each account that an intruder got into, the first taken over first.
pub fn dossiers(sources: Sources<'_>) -> Vec<Dossier> {
    let mut accounts: BTreeMap<(&str, &str), Vec<&Session>> = BTreeMap::new();
    for session in sources.sessions {
        accounts.entry((&session.tenant, &session.account)).or_default().push(session);
    }
    if accounts.is_empty() {
        return Vec::new();
    }
    let logs = AllLogs::new(sources.events);
    // The owner's own desk is nobody's else.
    let strangers = sources.sessions.iter().filter(|session| session.link != Link::Desk);
    let hostile: BTreeSet<&str> = strangers.map(|session| session.address.as_str()).collect();
    // Applications that serve the intruder are told with the accounts whose mail they read.
    let got_in = accounts.into_iter().filter(|((_, account), _)| account.contains('@')).map(|(_, own)| own);
    let got_in = got_in.filter(|own| own.iter().any(|session| session.succeeded > 0));
    let mut found: Vec<Dossier> = got_in.filter_map(|own| sources.dossier(&own, &logs, &hostile)).collect();
    found.sort_by(|a, b| (&a.entry.time, &a.account).cmp(&(&b.entry.time, &b.account)));
    found
}

impl Sources<'_> {
    fn dossier(&self, own: &[&Session], logs: &AllLogs, hostile: &BTreeSet<&str>) -> Option<Dossier> {
        let any = own.first()?;
        let mut positions: Vec<u32> = own.iter().flat_map(|session| session.positions.iter().copied()).collect();
        positions.sort_unstable();
        let entry = self.entry_of(&positions)?;
        let left = self.left_by(own, &positions, hostile);
        let taken = Taken {
            tenant: &any.tenant,
            account: &any.account,
            own,
            positions: &positions,
            began: self.time(entry),
            left: &left,
            logs: logs.of(&any.tenant),
        };
        let last = self.time(*positions.last()?);
        let (events, kinds, voice) = (self.events, self.kinds, self.voice);
        let response = Response { events, kinds, voice, left: self.left, logs: taken.logs, last };
        let steps = response.steps(&any.account, taken.began, &left);
        let (open, gaps) = self.open(&taken, &steps);
        Some(Dossier {
            tenant: any.tenant.clone(),
            account: any.account.clone(),
            first_time: rfc3339(self.time(*positions.first()?)),
            last_time: rfc3339(last),
            entry: self.statement("initial-access", &[entry], ""),
            method: self.voice.text(self.method(&taken)).to_owned(),
            confidence: Confidence::of(own),
            would_change: self.voice.text(would_change(own)).to_owned(),
            sessions: own.iter().map(|session| session.id.clone()).collect(),
            story: self.story(&positions),
            footholds: left.iter().map(|foothold| foothold.id.clone()).collect(),
            fraud: self.fraud(&taken),
            todo: open::todo(&any.account, &steps, self.voice),
            unknown: unknown::unknown(self, &taken),
            response: steps,
            open,
            gaps,
        })
    }

    fn time(&self, position: u32) -> i64 {
        self.events.entries.at(position).micros
    }

    fn succeeded(&self, position: u32) -> bool {
        !self.events.entries.at(position).outcome.is_refused()
    }

    /// The footholds that the intruder opened or changed with this account.
    fn left_by(&self, sessions: &[&Session], positions: &[u32], hostile: &BTreeSet<&str>) -> Vec<&Foothold> {
        let own: BTreeSet<u32> = positions.iter().copied().collect();
        let account = sessions.first().map_or("", |session| session.account.as_str());
        let applications: BTreeSet<&str> =
            sessions.iter().map(|session| session.application.as_str()).filter(|id| !id.is_empty()).collect();
        let is_own = |foothold: &&Foothold| {
            let acts = foothold.opened.iter().chain(&foothold.changed);
            let by_intruder = acts.clone().any(|act| own.contains(&act.position));
            // Some records of the directory name no address: the other log's record of the same act does.
            let beside = foothold.positions.iter().any(|position| own.contains(position));
            let at = acts.into_iter().any(|act| hostile.contains(act.address.as_str()));
            let serves =
                foothold.kind == CONSENT && foothold.names.iter().any(|name| applications.contains(name.as_str()));
            by_intruder || beside || ((at || serves) && alias(&foothold.account) == alias(account))
        };
        self.left.footholds.iter().filter(|foothold| foothold.kind != BLOCK).filter(is_own).collect()
    }
}

/// How many more there are; empty where none is.
fn more(count: usize) -> String {
    if count == 0 { String::new() } else { count.to_string() }
}
