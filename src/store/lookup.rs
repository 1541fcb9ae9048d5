//! The catalogue's fields of an event after its bytes are gone.

use super::{Entry, Events, GUID, Sym};
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
            Core::Time => return visit(Scalar::Int(entry.time.micros)),
            Core::Port => return number(entry.port.map(i64::from), visit),
            Core::Asn => return number(place.map(|place| place.asn.into()).filter(|asn| *asn != 0), visit),
            Core::ForeignRecipients => {
                return self.text(entry.recipients).lines().try_for_each(|line| visit(Scalar::Str(line)));
            }
            Core::Address => {
                if let Some(ip) = entry.ip {
                    return visit(Scalar::Str(&ip.to_string()));
                }
                self.text(entry.address)
            }
            Core::Family => entry.family.name(),
            Core::Source => entry.source,
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
            _ => Entry::column(core).map_or("", |column| self.text(column(entry))),
        };
        if text.is_empty() { ControlFlow::Continue(()) } else { visit(Scalar::Str(text)) }
    }
}

impl Entry {
    /// Where a core field stands that is one text of the pool.
    pub fn column(core: Core) -> Option<fn(&Self) -> Sym> {
        Some(match core {
            Core::Tenant => |entry| entry.tenant,
            Core::Operation => |entry| entry.operation,
            Core::OperationOriginal => |entry| entry.operation_original,
            Core::Workload => |entry| entry.workload,
            Core::RecordType => |entry| entry.record_type,
            Core::Actor => |entry| entry.actor,
            Core::ActorId => |entry| entry.actor_id,
            Core::Target => |entry| entry.target,
            Core::Account => |entry| entry.account,
            Core::Agent => |entry| entry.agent,
            Core::Client => |entry| entry.client,
            Core::Application => |entry| entry.application,
            Core::ApplicationId => |entry| entry.application_id,
            Core::Session => |entry| entry.session,
            Core::Device => |entry| entry.device,
            Core::AuthenticationRequirement => |entry| entry.authentication_requirement,
            Core::Result => |entry| entry.result,
            Core::ErrorCode => |entry| entry.error_code,
            Core::Object => |entry| entry.object,
            Core::Detail => |entry| entry.detail,
            Core::Degraded => |entry| entry.degraded,
            Core::Address => |entry| entry.address,
            _ => return None,
        })
    }
}

fn number(value: Option<i64>, visit: &mut Visit<'_>) -> ControlFlow<()> {
    value.map_or(ControlFlow::Continue(()), |value| visit(Scalar::Int(value)))
}
