//! Events after their bytes are gone: compact rows that share texts, in time order, without repeats.

mod common;
mod distinct;
mod filed;
mod id;
mod lookup;
mod merge;
mod pool;
mod room;
mod row;
mod sort;
mod stock;
mod table;
mod twin;

pub use common::Common;
pub use distinct::{Distinct, Number};
pub use filed::Lost;
pub use id::{GUID, Id};
pub use lookup::Slot;
pub use merge::{Batch, Merger, Outside, Suspect, Tally};
pub use pool::{Pool, Sym};
pub use room::Room;
pub use stock::Stock;
pub use table::{Rows, Table};

pub use crate::event::hex;
use crate::event::{ActorKind, Basis, Family, Origin, Outcome, Place, Precision, SIGN_IN_STEP};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use std::fmt::Write;
use std::net::IpAddr;
use std::sync::Arc;

/// Index of a rule within its rule set; rules are sorted by id, so it is stable.
pub type RuleIndex = u16;

/// A rule whose condition derived facts decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pending {
    /// The rule.
    pub rule: RuleIndex,
    /// Which parts of its condition the record meets, one bit each, as the rule numbers them.
    pub known: u64,
}

/// The number of an address; the empty one where none could be read.
pub type Ip = Number<Option<IpAddr>>;

/// Rules in index order.
pub type Rules = Vec<RuleIndex>;

/// One event, its texts in a [`Pool`]; what it shares with many others is in its [`Common`]. There are millions, so each
/// byte counts. Field meanings are those of [`crate::event::Event`].
#[derive(Debug, Clone)]
#[allow(missing_docs)] // named and described by the field catalogue
pub struct Entry {
    /// When it happened, microseconds since 1970-01-01T00:00:00Z.
    pub micros: i64,
    pub precision: Precision,
    pub basis: Basis,
    pub family: Family,
    pub actor_kind: ActorKind,
    pub outcome: Outcome,
    /// Shares its Id with an event of other content.
    pub conflict: bool,
    pub port: Option<u16>,
    /// See [`Events::ip`].
    pub ip: Ip,
    pub id: Id,
    pub token: Id,
    /// See [`Events::common`].
    pub common: Number<Common>,
    pub tenant: Sym,
    pub operation: Sym,
    pub actor: Sym,
    pub actor_id: Sym,
    pub target: Sym,
    pub account: Sym,
    pub address: Sym,
    pub agent: Sym,
    pub session: Sym,
    pub device: Sym,
    pub object: Sym,
    pub detail: Sym,
    /// Of an event that meets a rule or may meet one: the foreign recipients, joined by a line end.
    pub recipients: Sym,
    /// Of an event that a correlation may look at: the values it groups or counts by that no other field holds; see
    /// [`Events::captured`].
    pub captured: Sym,
    /// Rules it meets; most events meet none. See [`Events::hits`].
    pub hits: Number<Rules>,
    /// Rules it meets that say what was left behind; those of them that are findings are hits too. See [`Events::marks`].
    pub marks: Number<Rules>,
    /// Of an event that derived facts may make a hit: the rules that wait for them; see [`Events::pending`].
    pub pending: Number<Vec<Pending>>,
    pub origin: Origin,
}

/// All events of a case in time order, with the texts and places they refer to.
#[derive(Debug, Default)]
pub struct Events {
    /// Sorted by time, then tenant, Id, digest, file and row.
    pub entries: Table<Entry>,
    /// The texts.
    pub pool: Pool,
    /// What many events have in common.
    pub commons: Distinct<Common>,
    /// The addresses that events come from.
    pub ips: Distinct<Option<IpAddr>>,
    /// The lists of rules that events meet.
    pub rules: Distinct<Rules>,
    /// The lists of rules that wait for derived facts of events.
    pub waiting: Distinct<Vec<Pending>>,
    /// What is known of each distinct address.
    pub places: std::collections::BTreeMap<IpAddr, Arc<Place>>,
}

impl Events {
    /// The text of `sym`.
    #[inline]
    pub fn text(&self, sym: Sym) -> &str {
        self.pool.get(sym)
    }

    /// Whether the event is a sign-in: a record of the sign-in log that is not a step of one, or the audit log's own
    /// record of one.
    ///
    /// The same sign-in can stand in both logs; each record counts.
    pub fn is_sign_in(&self, entry: &Entry) -> bool {
        match entry.family {
            Family::SignIn => self.text(entry.operation) != SIGN_IN_STEP,
            Family::Audit => matches!(self.text(entry.operation), "UserLoggedIn" | "UserLoginFailed"),
            Family::Directory | Family::Activity | Family::Risk | Family::Trace | Family::State => false,
        }
    }

    /// What `entry` has in common with many others.
    #[inline]
    pub fn common(&self, entry: &Entry) -> &Common {
        self.commons.get(entry.common)
    }

    /// What the events have in common, each once: a [`Common`] that only events had which are gone is not among them.
    pub fn commons_met(&self) -> impl Iterator<Item = &Common> {
        let mut met = vec![false; self.commons.all().len()];
        self.entries.iter().for_each(|entry| met[entry.common.index()] = true);
        self.commons.all().iter().zip(met).filter(|(_, met)| *met).map(|(common, _)| common)
    }

    /// The address that `entry` comes from.
    #[inline]
    pub fn ip(&self, entry: &Entry) -> Option<IpAddr> {
        *self.ips.get(entry.ip)
    }

    /// The rules that `entry` meets, in index order.
    #[inline]
    pub fn hits(&self, entry: &Entry) -> &[RuleIndex] {
        self.rules.get(entry.hits)
    }

    /// The rules that `entry` meets and that say what was left behind, in index order.
    pub fn marks(&self, entry: &Entry) -> &[RuleIndex] {
        self.rules.get(entry.marks)
    }

    /// The rules that wait for derived facts of `entry`, in index order.
    pub fn pending(&self, entry: &Entry) -> &[Pending] {
        self.waiting.get(entry.pending)
    }

    /// The value that was captured for `slot`; see [`Captured`].
    pub fn captured(&self, entry: &Entry, slot: usize) -> Option<&str> {
        Captured::read(self.text(entry.captured), slot)
    }

    /// What is known of the entry's address.
    pub fn place(&self, entry: &Entry) -> Option<&Place> {
        self.ip(entry).and_then(|ip| self.places.get(&ip)).map(Arc::as_ref)
    }
}

impl Events {
    /// For each list of rules, by its number, the number of the list that `new` makes of it.
    pub fn change_rules(&mut self, new: impl Fn(&[RuleIndex]) -> Rules) -> Vec<Number<Rules>> {
        let changed: Vec<Rules> = self.rules.all().iter().map(|rules| new(rules)).collect();
        changed.iter().map(|rules| self.rules.number(rules)).collect()
    }

    /// Puts what `new` gives in the place of every text; an Id that is in no pool has the number of the empty text.
    pub fn rewrite(&mut self, new: &(dyn Fn(Sym, &str) -> String + Sync)) {
        let old = std::mem::take(&mut self.pool);
        let texts: Vec<String> =
            (1..old.len()).into_par_iter().map(|sym| Sym(sym as u32)).map(|sym| new(sym, old.get(sym))).collect();
        let texts = texts.iter().map(|text| self.pool.intern(text));
        let to: Vec<Sym> = std::iter::once(Sym(0)).chain(texts).collect();
        self.commons.change(|common| *common = common.renumbered(&to));
        let pool = &mut self.pool;
        self.entries.change(|entry| {
            entry.renumber(&to);
            // The id of a record about a user may be the user's.
            if let Id::Guid(_) = entry.id {
                let mut room = [0; GUID];
                let text = entry.id.text(&old, &mut room);
                let changed = new(Sym::default(), text);
                if changed != text {
                    entry.id = Id::of(&changed, pool);
                }
            }
        });
    }
}

/// What rules make of an event.
#[derive(Debug, Clone, Copy, Default)]
pub struct Met<'a> {
    /// Rules it meets, in index order.
    pub rules: &'a [RuleIndex],
    /// Rules that derived facts decide, in index order.
    pub pending: &'a [Pending],
    /// What [`Captured::push`] has written.
    pub captured: &'a str,
}

/// Values of numbered slots in one text.
#[derive(Debug)]
pub struct Captured;

impl Captured {
    /// Adds a value; control characters in it become spaces, so that it cannot pass for another.
    pub fn push(text: &mut String, slot: usize, value: &str) {
        let _ = write!(text, "{slot}\u{1f}");
        text.extend(value.chars().map(|c| if matches!(c, '\u{1e}' | '\u{1f}') { ' ' } else { c }));
        text.push('\u{1e}');
    }

    fn read(text: &str, slot: usize) -> Option<&str> {
        let slots = text.split('\u{1e}').filter_map(|part| part.split_once('\u{1f}'));
        slots.filter(|(number, _)| number.parse() == Ok(slot)).map(|(_, value)| value).next()
    }
}

impl Entry {
    /// Moves the entry to another pool: `to` says which number each text has there.
    fn renumber(&mut self, to: &[Sym]) {
        self.id.renumber(to);
        self.token.renumber(to);
        for sym in [
            &mut self.tenant,
            &mut self.operation,
            &mut self.actor,
            &mut self.actor_id,
            &mut self.target,
            &mut self.account,
            &mut self.address,
            &mut self.agent,
            &mut self.session,
            &mut self.device,
            &mut self.object,
            &mut self.detail,
            &mut self.recipients,
            &mut self.captured,
        ] {
            *sym = to[sym.0 as usize];
        }
    }

    /// Who did it: the actor, else the account concerned.
    pub fn by(&self) -> Sym {
        if self.actor.is_empty() { self.account } else { self.actor }
    }

    /// Whether something happened; a snapshot only says what was so when it was collected.
    pub fn is_act(&self) -> bool {
        self.family != Family::State
    }

    /// The id that outputs use: 16 hex digits from the digest of the raw record.
    pub fn event_id(&self) -> String {
        hex(&self.origin.digest[..8])
    }
}
