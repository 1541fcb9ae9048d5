//! The catalogue's fields of an event after its bytes are gone.

use super::{Common, Entry, Events, GUID, Sym, Who};
use crate::event::{Scalar, Visit};
use crate::field::Core;
use std::ops::ControlFlow;

impl Events {
    /// Gives the values of a core field of `entry`, as [`crate::event::Event::visit`] gave them when the record was
    /// read. The recipients are kept of records that a rule met or waits for, and of no other.
    pub fn visit(&self, entry: &Entry, core: Core, visit: &mut Visit<'_>) -> ControlFlow<()> {
        let mut room = [0; GUID];
        let place = self.place(entry);
        let text = match core {
            Core::Time => return visit(Scalar::Int(entry.micros)),
            Core::Port => return number(entry.port.map(i64::from), visit),
            Core::Asn => return number(place.map(|place| place.asn.into()).filter(|asn| *asn != 0), visit),
            Core::ForeignRecipients => {
                return self.text(entry.recipients).lines().try_for_each(|line| visit(Scalar::Str(line)));
            }
            Core::Address => {
                if let Some(ip) = self.ip(entry) {
                    return visit(Scalar::Str(&ip.to_string()));
                }
                self.text(entry.address)
            }
            Core::Family => entry.family.name(),
            Core::Source => self.common(entry).source,
            Core::ActorKind => entry.actor_kind.name(),
            Core::Outcome => entry.outcome.name(),
            Core::Country => place.map_or("", |place| &place.country),
            Core::Region => place.map_or("", |place| &place.region),
            Core::City => place.map_or("", |place| &place.city),
            Core::AsOrg => place.map_or("", |place| &place.as_org),
            Core::AddressKind => place.map_or("", |place| place.kind),
            Core::Anonymous => place.map_or("", |place| &place.anonymous),
            Core::Id => entry.id.text(&self.pool, &mut room),
            Core::Token => entry.token.text(&self.pool, &mut room),
            _ => Slot::of(core).map_or("", |column| self.text(column.get(self, entry))),
        };
        if text.is_empty() { ControlFlow::Continue(()) } else { visit(Scalar::Str(text)) }
    }
}

/// Where a core field stands that is one text of the pool.
#[derive(Debug, Clone, Copy)]
pub enum Slot {
    /// In the entry.
    Own(fn(&Entry) -> Sym),
    /// In what it has in common with others.
    Common(fn(&Common) -> Sym),
    /// In who acted.
    Who(fn(&Who) -> Sym),
}

impl Slot {
    /// Where a core field stands, if it is one text.
    pub fn of(core: Core) -> Option<Self> {
        Some(match core {
            Core::Tenant => Self::Who(|who| who.tenant),
            Core::Operation => Self::Common(|common| common.operation),
            Core::OperationOriginal => Self::Common(|common| common.operation_original),
            Core::Workload => Self::Common(|common| common.workload),
            Core::RecordType => Self::Common(|common| common.record_type),
            Core::Actor => Self::Who(|who| who.actor),
            Core::ActorId => Self::Who(|who| who.actor_id),
            Core::Target => Self::Own(|entry| entry.target),
            Core::Account => Self::Who(|who| who.account),
            Core::Agent => Self::Who(|who| who.agent),
            Core::Client => Self::Common(|common| common.client),
            Core::Application => Self::Common(|common| common.application),
            Core::ApplicationId => Self::Common(|common| common.application_id),
            Core::Session => Self::Own(|entry| entry.session),
            Core::Device => Self::Who(|who| who.device),
            Core::AuthenticationRequirement => Self::Common(|common| common.authentication_requirement),
            Core::Result => Self::Common(|common| common.result),
            Core::ErrorCode => Self::Common(|common| common.error_code),
            Core::Object => Self::Own(|entry| entry.object),
            Core::Detail => Self::Own(|entry| entry.detail),
            Core::Degraded => Self::Common(|common| common.degraded),
            Core::Address => Self::Own(|entry| entry.address),
            _ => return None,
        })
    }

    /// The text that it holds for `entry`.
    pub fn get(self, events: &Events, entry: &Entry) -> Sym {
        match self {
            Self::Own(text) => text(entry),
            Self::Common(text) => text(events.common(entry)),
            Self::Who(text) => text(events.who(entry)),
        }
    }
}

fn number(value: Option<i64>, visit: &mut Visit<'_>) -> ControlFlow<()> {
    value.map_or(ControlFlow::Continue(()), |value| visit(Scalar::Int(value)))
}
