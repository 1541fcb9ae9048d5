//! The catalogue's fields of an event after its bytes are gone.

use super::{Entry, Events, GUID};
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
            Core::Tenant => self.text(entry.tenant),
            Core::Operation => self.text(entry.operation),
            Core::OperationOriginal => self.text(entry.operation_original),
            Core::Workload => self.text(entry.workload),
            Core::RecordType => self.text(entry.record_type),
            Core::Actor => self.text(entry.actor),
            Core::ActorId => self.text(entry.actor_id),
            Core::Target => self.text(entry.target),
            Core::Account => self.text(entry.account),
            Core::Agent => self.text(entry.agent),
            Core::Client => self.text(entry.client),
            Core::Application => self.text(entry.application),
            Core::ApplicationId => self.text(entry.application_id),
            Core::Session => self.text(entry.session),
            Core::Device => self.text(entry.device),
            Core::AuthenticationRequirement => self.text(entry.authentication_requirement),
            Core::Result => self.text(entry.result),
            Core::ErrorCode => self.text(entry.error_code),
            Core::Object => self.text(entry.object),
            Core::Detail => self.text(entry.detail),
            Core::Degraded => self.text(entry.degraded),
        };
        if text.is_empty() { ControlFlow::Continue(()) } else { visit(Scalar::Str(text)) }
    }
}

fn number(value: Option<i64>, visit: &mut Visit<'_>) -> ControlFlow<()> {
    value.map_or(ControlFlow::Continue(()), |value| visit(Scalar::Int(value)))
}
