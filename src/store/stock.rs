//! What the entries of a batch refer to by number: texts, and what many of them have in common.

use super::common::{Combination, Recent};
use super::{Common, Distinct, Entry, Id, Ip, Met, Number, Pending, Pool, RuleIndex, Rules, Sym, Verdict, Who};
use crate::event::{Event, Origin, Scalar};
use crate::field::{Core, Field};
use std::net::IpAddr;
use std::ops::ControlFlow;

/// How many texts may go from batch to batch, and how many bytes of them; what repeats in one stretch of a log is among
/// them.
const TEXTS: usize = 1 << 15;
const BYTES: usize = 8 << 20;

/// Texts, combinations of them and lists of rules, each kept once.
#[derive(Debug, Default)]
pub struct Stock {
    /// The texts.
    pub(super) pool: Pool,
    /// What was done, and how it is told.
    pub(super) commons: Distinct<Common>,
    /// Who acted.
    pub(super) whos: Distinct<Who>,
    /// Addresses.
    pub(super) ips: Distinct<Option<IpAddr>>,
    /// What rules make of events.
    pub(super) verdicts: Distinct<Verdict>,
    /// Lists of rules that are met.
    pub(super) rules: Distinct<Rules>,
    /// Lists of rules that wait for derived facts.
    pub(super) waiting: Distinct<Vec<Pending>>,
    /// Entries of the last batch: the next one will have about as many.
    pub(super) batch: usize,
    recent_commons: Recent<Common>,
    recent_whos: Recent<Who>,
}

/// How much a stock held at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Held {
    texts: usize,
    commons: usize,
    whos: usize,
    ips: usize,
    verdicts: usize,
    rules: usize,
    waiting: usize,
}

/// The numbers that what one stock holds has in another.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    texts: Vec<Sym>,
    commons: Vec<Number<Common>>,
    whos: Vec<Number<Who>>,
    ips: Vec<Ip>,
    verdicts: Vec<Number<Verdict>>,
    rules: Vec<Number<Rules>>,
    waiting: Vec<Number<Vec<Pending>>>,
}

impl Held {
    /// Whether it was nothing at all.
    pub(super) fn is_nothing(self) -> bool {
        self == Stock::default().held()
    }
}

impl Stock {
    /// What an entry has in common with many others.
    pub(super) fn common(&self, entry: &Entry) -> &Common {
        self.commons.get(entry.common)
    }

    /// Who acted in an entry.
    pub(super) fn who(&self, entry: &Entry) -> &Who {
        self.whos.get(entry.who)
    }

    pub(super) fn held(&self) -> Held {
        let Self { pool, commons, whos, ips, verdicts, rules, waiting, .. } = self;
        Held {
            texts: pool.len(),
            commons: commons.all().len(),
            whos: whos.all().len(),
            ips: ips.all().len(),
            verdicts: verdicts.all().len(),
            rules: rules.all().len(),
            waiting: waiting.all().len(),
        }
    }

    /// Whether it holds more than is worth to be kept for the next batch.
    pub(super) fn is_full(&self) -> bool {
        let numbered = self.commons.all().len().max(self.whos.all().len()).max(self.ips.all().len());
        self.pool.len().max(numbered) > TEXTS || self.pool.bytes() > BYTES
    }

    /// Bytes of memory that it takes; lists of rules are few.
    pub(super) fn memory(&self) -> usize {
        self.pool.memory() + self.commons.memory() + self.whos.memory() + self.ips.memory()
    }

    /// Forgets all that it holds, and keeps the room for more.
    pub(super) fn clear(&mut self) {
        let Self { pool, commons, whos, ips, verdicts, rules, waiting, batch: _, recent_commons, recent_whos } = self;
        pool.clear();
        commons.clear();
        whos.clear();
        ips.clear();
        verdicts.clear();
        rules.clear();
        waiting.clear();
        recent_commons.clear();
        recent_whos.clear();
    }

    /// What has come since it held so much, to be absorbed: it is numbered anew, and none of it is found.
    pub(super) fn tail(&self, from: Held) -> Self {
        Self {
            pool: self.pool.tail(from.texts),
            commons: self.commons.tail(from.commons),
            whos: self.whos.tail(from.whos),
            ips: self.ips.tail(from.ips),
            verdicts: self.verdicts.tail(from.verdicts),
            rules: self.rules.tail(from.rules),
            waiting: self.waiting.tail(from.waiting),
            ..Self::default()
        }
    }

    /// Takes all that `other` holds and adds the numbers of it here to `numbers`.
    pub(super) fn absorb(&mut self, other: &Self, numbers: &mut Numbers) {
        self.pool.absorb(&other.pool, &mut numbers.texts);
        let Numbers { texts, commons, whos, ips, verdicts, rules, waiting } = numbers;
        self.commons.absorb::<Common>(&other.commons, commons, |common| common.renumbered(texts));
        self.whos.absorb::<Who>(&other.whos, whos, |who| who.renumbered(texts));
        self.ips.absorb::<Option<IpAddr>>(&other.ips, ips, Clone::clone);
        self.rules.absorb::<[RuleIndex]>(&other.rules, rules, Clone::clone);
        self.waiting.absorb::<[Pending]>(&other.waiting, waiting, Clone::clone);
        self.verdicts.absorb::<Verdict>(&other.verdicts, verdicts, |verdict| Verdict {
            hits: rules[verdict.hits.index()],
            marks: rules[verdict.marks.index()],
            pending: waiting[verdict.pending.index()],
        });
    }

    /// The verdict of rules that are met and of rules that wait.
    pub(super) fn verdict(&mut self, hits: &[RuleIndex], pending: &[Pending]) -> Number<Verdict> {
        let (hits, pending) = (self.rules.number(hits), self.waiting.number(pending));
        self.verdicts.number(&Verdict { hits, pending, ..Verdict::default() })
    }

    /// An entry for an event, all texts of which are kept here.
    pub(super) fn entry(&mut self, event: &Event<'_>, origin: Origin, met: &Met<'_>) -> Entry {
        let common = self.recent_commons.number(event, &mut self.commons, &mut self.pool);
        let who = self.recent_whos.number(event, &mut self.whos, &mut self.pool);
        let verdict = self.verdict(met.rules, met.pending);
        let account = self.whos.get(who).account;
        let pool = &mut self.pool;
        let looked_at = !verdict.is_empty();
        Entry {
            micros: event.time.micros,
            precision: event.time.precision,
            basis: event.time.basis,
            family: event.family,
            actor_kind: event.actor_kind,
            outcome: event.outcome,
            conflict: false,
            id: Id::of(&event.id, pool),
            token: Id::of(&event.token, pool),
            common,
            who,
            target: pool.intern_like(account, &event.target),
            address: pool.intern(&event.address.original),
            ip: self.ips.number(&event.address.ip),
            port: event.address.port,
            session: pool.intern(&event.session),
            object: pool.intern(&event.object),
            detail: pool.intern(&event.detail),
            recipients: if looked_at { pool.intern(&recipients(event)) } else { Sym::default() },
            captured: pool.intern(met.captured),
            origin,
            verdict,
        }
    }
}

/// The recipients that the record is opened for once more: few events meet a rule, and later it is gone.
fn recipients(event: &Event<'_>) -> String {
    let mut found = String::new();
    let _ = event.visit(&Field::Core(Core::ForeignRecipients), &mut |value| {
        if let Scalar::Str(address) = value {
            found.push_str(if found.is_empty() { "" } else { "\n" });
            found.push_str(address);
        }
        ControlFlow::Continue(())
    });
    found
}

impl Numbers {
    /// Those of a stock that is empty.
    pub(super) fn begin() -> Self {
        Self {
            texts: vec![Sym::default()],
            commons: vec![Number::default()],
            whos: vec![Number::default()],
            ips: vec![Number::default()],
            verdicts: vec![Number::default()],
            rules: vec![Number::default()],
            waiting: vec![Number::default()],
        }
    }

    /// Gives an entry the numbers of the other stock.
    pub(super) fn apply(&self, entry: &mut Entry) {
        entry.renumber(&self.texts);
        entry.common = self.commons[entry.common.index()];
        entry.who = self.whos[entry.who.index()];
        entry.ip = self.ips[entry.ip.index()];
        entry.verdict = self.verdicts[entry.verdict.index()];
    }
}
