//! Signs of fraud by mail: conversations that were read and then written in, copies and answers put out of sight, and
//! what rules found in the mail of the account.

use super::{Sources, Statement, Taken, more};
use crate::case::exposure::{DELETED, Exposed, OPENED, SENT};
use crate::case::letters::{Message, thread};
use crate::civil::DAY;
use crate::rule::Level;
use crate::store::RuleIndex;
use std::collections::{BTreeMap, BTreeSet};

/// Mail that came this long before the intruder was in may be how it began.
const BEFORE: i64 = 14 * DAY;

/// Subjects and addresses that one sentence names.
const NAMED: usize = 3;

/// The messages of one conversation that the intruder had in hand.
#[derive(Default)]
struct Conversation<'a> {
    read: Vec<&'a Exposed>,
    sent: Vec<&'a Exposed>,
}

impl Sources<'_> {
    /// What speaks of fraud, by kind and time.
    pub(super) fn fraud(&self, taken: &Taken<'_>) -> Vec<Statement> {
        let ids: BTreeSet<&str> = taken.own.iter().map(|session| session.id.as_str()).collect();
        let own = |exposed: &&Exposed| exposed.trail.sessions.iter().any(|session| ids.contains(session.as_str()));
        let messages: Vec<&Exposed> =
            self.exposure.mail.iter().filter(own).filter(|exposed| !exposed.message_id.is_empty()).collect();
        let mut conversations: BTreeMap<String, Conversation<'_>> = BTreeMap::new();
        for message in &messages {
            let key = thread(&message.subject);
            if key.is_empty() {
                continue;
            }
            let conversation = conversations.entry(key).or_default();
            if message.how.contains(SENT) {
                conversation.sent.push(message);
            } else if message.how.contains(OPENED) {
                conversation.read.push(message);
            }
        }
        let mut found: Vec<Statement> = conversations.values().filter_map(|known| self.hijacked(known)).collect();
        found.extend(self.copies_deleted(&messages));
        found.extend(conversations.iter().filter_map(|(key, known)| self.answers(taken, key, known)));
        found.extend(self.traces(taken));
        found
    }

    /// A conversation that was read before it was written in.
    fn hijacked(&self, conversation: &Conversation<'_>) -> Option<Statement> {
        let begun = conversation.read.iter().map(|message| message.trail.first()).min()?;
        let sent: Vec<&&Exposed> = conversation.sent.iter().filter(|sent| sent.trail.first() >= begun).collect();
        let first = sent.first()?;
        let to: BTreeSet<&str> = sent.iter().flat_map(|sent| sent.recipients.iter().map(String::as_str)).collect();
        let untraced = || self.voice.text("case.fraud.untraced").to_owned();
        let to = if to.is_empty() { untraced() } else { self.some(&to) };
        let text = self.voice.fill("case.fraud.hijacked", &[("subject", &first.subject), ("to", &to)]);
        let all = conversation.read.iter().chain(sent.iter().copied());
        Some(self.told("impact", text, all.flat_map(|message| message.trail.positions.iter().copied())))
    }

    /// Messages that were sent and then put away.
    fn copies_deleted(&self, messages: &[&Exposed]) -> Option<Statement> {
        let gone = |message: &&&Exposed| {
            message.how.contains(SENT) && message.how.iter().any(|how| how.starts_with(DELETED) || how == "moved")
        };
        let gone: Vec<&&Exposed> = messages.iter().filter(gone).collect();
        let subjects: BTreeSet<&str> = gone.iter().map(|message| message.subject.as_str()).collect();
        let text = self.voice.count("case.fraud.put_away", gone.len() as u64, &[("subjects", &self.some(&subjects))]);
        let positions = gone.iter().flat_map(|message| message.trail.positions.iter().copied());
        (!gone.is_empty()).then(|| self.told("defense-evasion", text, positions))
    }

    /// Answers to what was sent that came in while a rule of the intruder's stood.
    fn answers(&self, taken: &Taken<'_>, key: &str, conversation: &Conversation<'_>) -> Option<Statement> {
        let begun = conversation.sent.iter().map(|message| message.trail.first()).min()?;
        let rules = taken.left.iter().filter(|foothold| foothold.kind == "inbox_rule");
        let spans: Vec<(i64, i64, u32)> = rules
            .filter_map(|rule| {
                let opened = rule.opened.as_ref()?.position;
                let closed = rule.closed.as_ref().map_or(i64::MAX, |act| self.time(act.position));
                Some((self.time(opened), closed, opened))
            })
            .collect();
        let is_answer = |message: &&Message| {
            thread(&message.subject) == *key
                && !message.sender.eq_ignore_ascii_case(taken.account)
                && message.recipients.contains(taken.account)
        };
        let mut positions = BTreeSet::new();
        let mut count = 0_u64;
        for (_, message) in self.letters.iter().filter(|(_, message)| is_answer(message)) {
            let came = message.positions.first().map_or(i64::MIN, |at| self.time(*at));
            let hidden = spans.iter().filter(|(from, to, _)| (*from..=*to).contains(&came) && came >= begun);
            let rules: Vec<u32> = hidden.map(|(.., rule)| *rule).collect();
            count += u64::from(!rules.is_empty());
            if !rules.is_empty() {
                positions.extend(message.positions.iter().copied().chain(rules));
            }
        }
        let subject = conversation.sent.first().map_or("", |message| message.subject.as_str());
        let text = self.voice.count("case.fraud.answers", count, &[("subject", &subject)]);
        (count > 0).then(|| self.told("defense-evasion", text, positions.into_iter()))
    }

    /// What rules of level medium and above found in mail to and from the account, outside the intruder's sessions.
    fn traces(&self, taken: &Taken<'_>) -> Vec<Statement> {
        let mut by_rule: BTreeMap<RuleIndex, BTreeSet<u32>> = BTreeMap::new();
        let own = |message: &Message| {
            message.sender.eq_ignore_ascii_case(taken.account) || message.recipients.contains(taken.account)
        };
        let all = self.letters.iter().filter(|(_, message)| own(message));
        for position in all.flat_map(|(_, message)| message.positions.iter().copied()) {
            let entry = &self.events.entries.at(position);
            let told_already = taken.positions.binary_search(&position).is_ok();
            if told_already || entry.micros < taken.began - BEFORE {
                continue;
            }
            for rule in self.events.hits(entry) {
                by_rule.entry(*rule).or_default().insert(position);
            }
        }
        let tell = |(rule, positions): (RuleIndex, BTreeSet<u32>)| {
            let meta = self.rules.get(usize::from(rule)).filter(|meta| meta.level >= Level::Medium)?;
            let positions: Vec<u32> = positions.into_iter().collect();
            Some(self.statement("impact", &positions, &meta.title))
        };
        by_rule.into_iter().filter_map(tell).collect()
    }

    fn told(&self, phase: &str, text: String, positions: impl Iterator<Item = u32>) -> Statement {
        let positions: BTreeSet<u32> = positions.collect();
        let positions: Vec<u32> = positions.into_iter().collect();
        self.said(phase, text, &positions)
    }

    /// The first few, and how many more.
    fn some(&self, texts: &BTreeSet<&str>) -> String {
        let shown: Vec<&str> = texts.iter().take(NAMED).copied().collect();
        let more = more(texts.len() - shown.len());
        self.voice.fill("case.fraud.some", &[("shown", &shown.join(", ")), ("more", &more)])
    }
}
