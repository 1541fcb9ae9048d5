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

pub use common::{Common, Who};
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
use common::Combination;
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

/// What rules make of an event, and of all others like it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Verdict {
    /// Rules that are met; most events meet none. See [`Events::hits`].
    pub hits: Number<Rules>,
    /// Rules that are met and say what was left behind, of which those that are findings are hits too; and correlations
    /// whose condition was met with this event. See [`Events::marks`].
    pub marks: Number<Rules>,
    /// Of an event that derived facts may make a hit: the rules that wait for them; see [`Events::pending`].
    pub pending: Number<Vec<Pending>>,
}

/// One event, its texts in a [`Pool`]; what it shares with many others is in its [`Common`] and its [`Who`]. There are
/// millions, so each byte counts. Field meanings are those of [`crate::event::Event`].
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
    /// See [`Events::who`].
    pub who: Number<Who>,
    pub target: Sym,
    pub address: Sym,
    pub session: Sym,
    pub object: Sym,
    pub detail: Sym,
    /// Of an event that meets a rule or may meet one: the foreign recipients, joined by a line end.
    pub recipients: Sym,
    /// Of an event that a correlation may look at: the values it groups or counts by that no other field holds; see
    /// [`Events::captured`].
    pub captured: Sym,
    /// What rules make of it. See [`Events::verdict`].
    pub verdict: Number<Verdict>,
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
    /// Who acted in them.
    pub whos: Distinct<Who>,
    /// The addresses that events come from.
    pub ips: Distinct<Option<IpAddr>>,
    /// What rules make of events.
    pub verdicts: Distinct<Verdict>,
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
            Family::SignIn => self.operation(entry) != SIGN_IN_STEP,
            Family::Audit => matches!(self.operation(entry), "UserLoggedIn" | "UserLoginFailed"),
            Family::Directory | Family::Activity | Family::Risk | Family::Trace | Family::State => false,
        }
    }

    /// What `entry` has in common with many others.
    #[inline]
    pub fn common(&self, entry: &Entry) -> &Common {
        self.commons.get(entry.common)
    }

    /// Who acted in `entry`.
    #[inline]
    pub fn who(&self, entry: &Entry) -> &Who {
        self.whos.get(entry.who)
    }

    /// What was done, as rules name it.
    #[inline]
    pub fn operation(&self, entry: &Entry) -> &str {
        self.text(self.common(entry).operation)
    }

    /// What the events have in common, each once: a [`Common`] that only events had which are gone is not among them.
    pub fn commons_met(&self) -> impl Iterator<Item = &Common> {
        self.commons.met(self.entries.iter().map(|entry| entry.common))
    }

    /// Who acted in the events, each once; see [`Self::commons_met`].
    pub fn whos_met(&self) -> impl Iterator<Item = &Who> {
        self.whos.met(self.entries.iter().map(|entry| entry.who))
    }

    /// The address that `entry` comes from.
    #[inline]
    pub fn ip(&self, entry: &Entry) -> Option<IpAddr> {
        *self.ips.get(entry.ip)
    }

    /// What rules make of `entry`.
    #[inline]
    pub fn verdict(&self, entry: &Entry) -> &Verdict {
        self.verdicts.get(entry.verdict)
    }

    /// The rules that `entry` meets, in index order.
    #[inline]
    pub fn hits(&self, entry: &Entry) -> &[RuleIndex] {
        self.rules.get(self.verdict(entry).hits)
    }

    /// The rules that `entry` meets and that say what was left behind, and the correlations whose condition was met with
    /// it rather than with another event that they count, in index order.
    pub fn marks(&self, entry: &Entry) -> &[RuleIndex] {
        self.rules.get(self.verdict(entry).marks)
    }

    /// The rules that wait for derived facts of `entry`, in index order.
    pub fn pending(&self, entry: &Entry) -> &[Pending] {
        self.waiting.get(self.verdict(entry).pending)
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
    /// Changes what rules make of all events, `change` being given the number of those rules in a list that `some` picks.
    pub fn change_verdicts(
        &mut self,
        some: impl Fn(RuleIndex) -> bool,
        change: impl Fn(&mut Verdict, &dyn Fn(Number<Rules>) -> Number<Rules>),
    ) {
        let pick = |rules: &Rules| rules.iter().copied().filter(|rule| some(*rule)).collect::<Rules>();
        let picked: Vec<Rules> = self.rules.all().iter().map(pick).collect();
        let picked: Vec<Number<Rules>> = picked.iter().map(|rules| self.rules.number(rules)).collect();
        self.verdicts.change(|verdict| change(verdict, &|rules| picked[rules.index()]));
    }

    /// Puts what `new` gives in the place of every text; an Id that is in no pool has the number of the empty text.
    pub fn rewrite(&mut self, new: &(dyn Fn(Sym, &str) -> String + Sync)) {
        let old = std::mem::take(&mut self.pool);
        let texts: Vec<String> =
            (1..old.len()).into_par_iter().map(|sym| Sym(sym as u32)).map(|sym| new(sym, old.get(sym))).collect();
        let texts = texts.iter().map(|text| self.pool.intern(text));
        let to: Vec<Sym> = std::iter::once(Sym(0)).chain(texts).collect();
        self.commons.change(|common| *common = common.renumbered(&to));
        self.whos.change(|who| *who = who.renumbered(&to));
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
            &mut self.target,
            &mut self.address,
            &mut self.session,
            &mut self.object,
            &mut self.detail,
            &mut self.recipients,
            &mut self.captured,
        ] {
            *sym = to[sym.0 as usize];
        }
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
