//! Events after their bytes are gone: compact rows that share texts, in time order, without repeats.

mod id;
mod merge;
mod pool;
mod twin;

pub use id::{GUID, Id};
pub use merge::{Batch, Merger, Outside, Suspect, Tally};
pub use pool::{Pool, Sym};

pub use crate::event::hex;
use crate::event::{ActorKind, Event, Family, Origin, Outcome, Place, Scalar, Time};
use crate::field::{Core, Field};
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
    pub application: Sym,
    pub application_id: Sym,
    pub session: Sym,
    pub token: Id,
    pub device: Sym,
    pub result: Sym,
    pub error_code: Sym,
    pub object: Sym,
    pub detail: Sym,
    pub degraded: Sym,
    /// Of an event that meets a rule: the foreign recipients, joined by a line end.
    pub recipients: Sym,
    pub origin: Origin,
    /// Shares its Id with an event of other content.
    pub conflict: bool,
    /// Rules it meets, in index order; most events meet none.
    pub hits: Box<[RuleIndex]>,
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

    /// What is known of the entry's address.
    pub fn place(&self, entry: &Entry) -> Option<&Place> {
        entry.ip.and_then(|ip| self.places.get(&ip)).map(Arc::as_ref)
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
    /// Keeps an event; its texts go to `pool`.
    pub fn of(event: &Event<'_>, origin: Origin, hits: &[RuleIndex], pool: &mut Pool) -> Self {
        Self {
            time: event.time,
            family: event.family,
            source: event.source,
            actor_kind: event.actor_kind,
            outcome: event.outcome,
            id: Id::of(&event.id, pool),
            tenant: pool.intern(&event.tenant),
            operation: pool.intern(&event.operation),
            operation_original: pool.intern(&event.operation_original),
            workload: pool.intern(&event.workload),
            record_type: pool.intern(&event.record_type),
            actor: pool.intern(&event.actor),
            actor_id: pool.intern(&event.actor_id),
            target: pool.intern(&event.target),
            account: pool.intern(&event.account),
            address: pool.intern(&event.address.original),
            ip: event.address.ip,
            port: event.address.port,
            agent: pool.intern(&event.agent),
            application: pool.intern(&event.application),
            application_id: pool.intern(&event.application_id),
            session: pool.intern(&event.session),
            token: Id::of(&event.token, pool),
            device: pool.intern(&event.device),
            result: pool.intern(&event.result),
            error_code: pool.intern(&event.error_code),
            object: pool.intern(&event.object),
            detail: pool.intern(&event.detail),
            degraded: pool.intern(&event.degraded),
            recipients: if hits.is_empty() { Sym(0) } else { pool.intern(&recipients(event)) },
            origin,
            conflict: false,
            hits: hits.into(),
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
            &mut self.application,
            &mut self.application_id,
            &mut self.session,
            &mut self.device,
            &mut self.result,
            &mut self.error_code,
            &mut self.object,
            &mut self.detail,
            &mut self.degraded,
            &mut self.recipients,
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
