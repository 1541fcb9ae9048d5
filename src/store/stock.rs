//! What the entries of a batch refer to by number: texts, and what many of them have in common.

use super::{Common, Distinct, Entry, Id, Ip, Met, Number, Pending, Pool, RuleIndex, Rules, Sym};
use crate::event::{Event, Origin, Scalar};
use crate::field::{Core, Field};
use std::net::IpAddr;
use std::ops::ControlFlow;

/// How many texts may go from batch to batch, and how many bytes of them; what repeats in one stretch of a log is among
/// them.
const TEXTS: usize = 1 << 15;
const BYTES: usize = 8 << 20;

/// How many combinations of texts are tried before they are looked up.
const RECENT: usize = 1 << 10;

/// Texts, combinations of them and lists of rules, each kept once.
#[derive(Debug, Default)]
pub struct Stock {
    /// The texts.
    pub(super) pool: Pool,
    /// Combinations of texts.
    pub(super) commons: Distinct<Common>,
    /// Addresses.
    pub(super) ips: Distinct<Option<IpAddr>>,
    /// Lists of rules that are met.
    pub(super) rules: Distinct<Rules>,
    /// Lists of rules that wait for derived facts.
    pub(super) waiting: Distinct<Vec<Pending>>,
    /// Entries of the last batch: the next one will have about as many.
    pub(super) batch: usize,
    /// Operation and combination of the last event that looked alike.
    recent: Vec<(Sym, Number<Common>)>,
}

/// How much a stock held at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Held {
    texts: usize,
    commons: usize,
    ips: usize,
    rules: usize,
    waiting: usize,
}

/// The numbers that what one stock holds has in another.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    texts: Vec<Sym>,
    commons: Vec<Number<Common>>,
    ips: Vec<Ip>,
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

    pub(super) fn held(&self) -> Held {
        let Self { pool, commons, ips, rules, waiting, .. } = self;
        Held {
            texts: pool.len(),
            commons: commons.all().len(),
            ips: ips.all().len(),
            rules: rules.all().len(),
            waiting: waiting.all().len(),
        }
    }

    /// Whether it holds more than is worth to be kept for the next batch.
    pub(super) fn is_full(&self) -> bool {
        let numbered = self.commons.all().len().max(self.ips.all().len());
        self.pool.len().max(numbered) > TEXTS || self.pool.bytes() > BYTES
    }

    /// What has come since it held so much, to be absorbed: it is numbered anew, and none of it is found.
    pub(super) fn tail(&self, from: Held) -> Self {
        Self {
            pool: self.pool.tail(from.texts),
            commons: self.commons.tail(from.commons),
            ips: self.ips.tail(from.ips),
            rules: self.rules.tail(from.rules),
            waiting: self.waiting.tail(from.waiting),
            ..Self::default()
        }
    }

    /// Takes all that `other` holds and adds the numbers of it here to `numbers`.
    pub(super) fn absorb(&mut self, other: &Self, numbers: &mut Numbers) {
        self.pool.absorb(&other.pool, &mut numbers.texts);
        let Numbers { texts, commons, ips, rules, waiting } = numbers;
        self.commons.absorb::<Common>(&other.commons, commons, |common| common.renumbered(texts));
        self.ips.absorb::<Option<IpAddr>>(&other.ips, ips, Clone::clone);
        self.rules.absorb::<[RuleIndex]>(&other.rules, rules, Clone::clone);
        self.waiting.absorb::<[Pending]>(&other.waiting, waiting, Clone::clone);
    }

    /// An entry for an event, all texts of which are kept here.
    pub(super) fn entry(&mut self, event: &Event<'_>, origin: Origin, met: &Met<'_>, last: Option<&Entry>) -> Entry {
        let guess = |column: fn(&Entry) -> Sym| last.map_or(Sym::default(), column);
        let (operation, common) = self.seldom_new(event);
        let hits = self.rules.number(met.rules);
        let pending = self.waiting.number(met.pending);
        let pool = &mut self.pool;
        let actor = pool.intern(&event.actor);
        let account = pool.intern_like(actor, &event.account);
        let looked_at = !(hits.is_empty() && pending.is_empty());
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
            tenant: pool.intern_like(guess(|last| last.tenant), &event.tenant),
            operation,
            actor,
            actor_id: pool.intern_like(actor, &event.actor_id),
            target: pool.intern_like(account, &event.target),
            account,
            address: pool.intern(&event.address.original),
            ip: self.ips.number(&event.address.ip),
            port: event.address.port,
            agent: pool.intern_like(guess(|last| last.agent), &event.agent),
            session: pool.intern(&event.session),
            device: pool.intern(&event.device),
            object: pool.intern(&event.object),
            detail: pool.intern(&event.detail),
            recipients: if looked_at { pool.intern(&recipients(event)) } else { Sym::default() },
            captured: pool.intern(met.captured),
            origin,
            hits,
            marks: Number::default(),
            pending,
        }
    }

    /// The operation, and the combination of the other texts that come in few: most events have those of one before.
    fn seldom_new(&mut self, event: &Event<'_>) -> (Sym, Number<Common>) {
        self.recent.resize(RECENT, (Sym::default(), Number::default()));
        let slot = look(event) % RECENT;
        let (operation, number) = self.recent[slot];
        let operation = self.pool.intern_like(operation, &event.operation);
        let like = *self.commons.get(number);
        if like.is_of(event, &self.pool) {
            self.recent[slot].0 = operation;
            return (operation, number);
        }
        let number = self.commons.number(&Common::of(event, &like, &mut self.pool));
        self.recent[slot] = (operation, number);
        (operation, number)
    }
}

/// A number that is the same for events whose texts are, and else seldom.
fn look(event: &Event<'_>) -> usize {
    let texts =
        [&event.operation, &event.record_type, &event.application, &event.result, &event.error_code, &event.client];
    let edges = texts.map(|text| {
        let text = text.as_bytes();
        let first = text.first_chunk::<4>().map_or(0, |bytes| u32::from_le_bytes(*bytes));
        let last = text.last_chunk::<4>().map_or(0, |bytes| u32::from_le_bytes(*bytes));
        u64::from(first) << 32 ^ u64::from(last) << 8 ^ text.len() as u64
    });
    let mixed =
        edges.into_iter().fold(0, |mixed: u64, edge| (mixed.rotate_left(5) ^ edge).wrapping_mul(super::pool::MIX));
    (mixed >> 32) as usize
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
            ips: vec![Number::default()],
            rules: vec![Number::default()],
            waiting: vec![Number::default()],
        }
    }

    /// Gives an entry the numbers of the other stock.
    pub(super) fn apply(&self, entry: &mut Entry) {
        entry.renumber(&self.texts);
        entry.common = self.commons[entry.common.index()];
        entry.ip = self.ips[entry.ip.index()];
        entry.hits = self.rules[entry.hits.index()];
        entry.pending = self.waiting[entry.pending.index()];
    }
}
