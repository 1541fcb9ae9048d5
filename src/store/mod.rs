//! Events after their bytes are gone: compact rows that share texts, in time order, without repeats.

mod id;
mod lookup;
mod merge;
mod pending;
mod pool;
mod twin;

pub use id::{GUID, Id};
pub use merge::{Batch, Merger, Outside, Suspect, Tally};
pub use pending::Pending;
pub use pool::{Pool, Sym};

pub use crate::event::hex;
use crate::event::{ActorKind, Event, Family, Origin, Outcome, Place, SIGN_IN_STEP, Scalar, Time};
use crate::field::{Core, Field};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use std::fmt::Write;
use std::net::IpAddr;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Index of a rule within its rule set; rules are sorted by id, so it is stable.
pub type RuleIndex = u16;

/// One event, its texts in a [`Pool`]. Field meanings are those of [`crate::event::Event`].
#[derive(Debug, Clone)]
#[allow(missing_docs)] // named and described by the field catalogue
pub struct Entry {
    pub time: Time,
    pub family: Family,
    pub source: &'static str,
    pub actor_kind: ActorKind,
    pub outcome: Outcome,
    pub id: Id,
    pub tenant: Sym,
    pub operation: Sym,
    pub operation_original: Sym,
    pub workload: Sym,
    pub record_type: Sym,
    pub actor: Sym,
    pub actor_id: Sym,
    pub target: Sym,
    pub account: Sym,
    pub address: Sym,
    pub ip: Option<IpAddr>,
    pub port: Option<u16>,
    pub agent: Sym,
    pub client: Sym,
    pub application: Sym,
    pub application_id: Sym,
    pub session: Sym,
    pub token: Id,
    pub device: Sym,
    pub authentication_requirement: Sym,
    pub result: Sym,
    pub error_code: Sym,
    pub object: Sym,
    pub detail: Sym,
    pub degraded: Sym,
    /// Of an event that meets a rule or may meet one: the foreign recipients, joined by a line end.
    pub recipients: Sym,
    /// Of an event that derived facts may make a hit: the rules that wait for them; see [`Events::pending`].
    pub pending: Sym,
    /// Of an event that a correlation may look at: the values it groups or counts by that no other field holds; see
    /// [`Events::captured`].
    pub captured: Sym,
    pub origin: Origin,
    /// Shares its Id with an event of other content.
    pub conflict: bool,
    /// Rules it meets, in index order; most events meet none.
    pub hits: Box<[RuleIndex]>,
    /// Rules it meets that say what was left behind, in index order; those of them that are findings are hits too.
    pub marks: Box<[RuleIndex]>,
}

/// All events of a case in time order, with the texts and places they refer to.
#[derive(Debug, Default)]
pub struct Events {
    /// Sorted by time, then tenant, Id, digest, file and row.
    pub entries: Vec<Entry>,
    /// The texts.
    pub pool: Pool,
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

    /// The rules that wait for derived facts of `entry`.
    pub fn pending(&self, entry: &Entry) -> impl Iterator<Item = Pending> {
        pending::read(self.text(entry.pending))
    }

    /// The value that was captured for `slot`; see [`Captured`].
    pub fn captured(&self, entry: &Entry, slot: usize) -> Option<&str> {
        Captured::read(self.text(entry.captured), slot)
    }

    /// What is known of the entry's address.
    pub fn place(&self, entry: &Entry) -> Option<&Place> {
        entry.ip.and_then(|ip| self.places.get(&ip)).map(Arc::as_ref)
    }
}

impl Events {
    /// Puts what `new` gives in the place of every text; an Id that is in no pool has the number of the empty text.
    pub fn rewrite(&mut self, new: &(dyn Fn(Sym, &str) -> String + Sync)) {
        let old = std::mem::take(&mut self.pool);
        let texts: Vec<String> =
            (1..old.len()).into_par_iter().map(|sym| Sym(sym as u32)).map(|sym| new(sym, old.get(sym))).collect();
        let texts = texts.iter().map(|text| self.pool.intern(text));
        let to: Vec<Sym> = std::iter::once(Sym(0)).chain(texts).collect();
        for entry in &mut self.entries {
            entry.renumber(&to);
            // The id of a record about a user may be the user's.
            if let Id::Guid(_) = entry.id {
                let mut room = [0; GUID];
                let text = entry.id.text(&old, &mut room);
                let changed = new(Sym::default(), text);
                if changed != text {
                    entry.id = Id::of(&changed, &mut self.pool);
                }
            }
        }
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

impl Entry {
    /// Keeps an event, all but the list of the rules that wait; its texts go to `pool`. `last` is the one that was kept
    /// before it, with which it is likely to share some.
    fn of(event: &Event<'_>, origin: Origin, hits: &Met<'_>, last: Option<&Self>, pool: &mut Pool) -> Self {
        let looked_at = !(hits.rules.is_empty() && hits.pending.is_empty());
        let guess = |column: fn(&Self) -> Sym| last.map_or(Sym::default(), column);
        let operation = pool.intern_like(guess(|last| last.operation), &event.operation);
        let actor = pool.intern(&event.actor);
        let actor_id = pool.intern_like(actor, &event.actor_id);
        let account = pool.intern_like(actor, &event.account);
        let application = pool.intern_like(guess(|last| last.application), &event.application);
        Self {
            time: event.time,
            family: event.family,
            source: event.source,
            actor_kind: event.actor_kind,
            outcome: event.outcome,
            id: Id::of(&event.id, pool),
            tenant: pool.intern_like(guess(|last| last.tenant), &event.tenant),
            operation,
            operation_original: pool.intern_like(operation, &event.operation_original),
            workload: pool.intern_like(guess(|last| last.workload), &event.workload),
            record_type: pool.intern_like(guess(|last| last.record_type), &event.record_type),
            actor,
            actor_id,
            target: pool.intern_like(account, &event.target),
            account,
            address: pool.intern(&event.address.original),
            ip: event.address.ip,
            port: event.address.port,
            agent: pool.intern_like(guess(|last| last.agent), &event.agent),
            client: pool.intern_like(guess(|last| last.client), &event.client),
            application,
            application_id: pool.intern_like(guess(|last| last.application_id), &event.application_id),
            session: pool.intern(&event.session),
            token: Id::of(&event.token, pool),
            device: pool.intern(&event.device),
            authentication_requirement: pool
                .intern_like(guess(|last| last.authentication_requirement), &event.authentication_requirement),
            result: pool.intern_like(guess(|last| last.result), &event.result),
            error_code: pool.intern_like(guess(|last| last.error_code), &event.error_code),
            object: pool.intern(&event.object),
            detail: pool.intern(&event.detail),
            degraded: pool.intern(&event.degraded),
            recipients: if looked_at { pool.intern(&recipients(event)) } else { Sym(0) },
            pending: Sym::default(),
            captured: pool.intern(hits.captured),
            origin,
            conflict: false,
            hits: hits.rules.into(),
            marks: Box::default(),
        }
    }

    /// Moves the entry to another pool: `to` says which number each text has there.
    fn renumber(&mut self, to: &[Sym]) {
        self.id.renumber(to);
        self.token.renumber(to);
        for sym in [
            &mut self.tenant,
            &mut self.operation,
            &mut self.operation_original,
            &mut self.workload,
            &mut self.record_type,
            &mut self.actor,
            &mut self.actor_id,
            &mut self.target,
            &mut self.account,
            &mut self.address,
            &mut self.agent,
            &mut self.client,
            &mut self.application,
            &mut self.application_id,
            &mut self.session,
            &mut self.device,
            &mut self.authentication_requirement,
            &mut self.result,
            &mut self.error_code,
            &mut self.object,
            &mut self.detail,
            &mut self.degraded,
            &mut self.recipients,
            &mut self.pending,
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
