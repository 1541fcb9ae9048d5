//! Records whose keys lost their case on the way through another tool, back to Microsoft's spelling.

use super::fields::keys;
use crate::source::text::Object;
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};

/// Further keys of `AuditData` records that rules look at.
static MORE: &[&str] = &[
    "ActorContextId",
    "AlertId",
    "AlertType",
    "AzureActiveDirectoryEventType",
    "Category",
    "CrossMailboxOperation",
    "EntityType",
    "ExternalAccess",
    "InterSystemsId",
    "InternalLogonType",
    "IntraSystemId",
    "ItemType",
    "LogonUserSid",
    "MailboxGuid",
    "MailboxOwnerSid",
    "OriginatingServer",
    "ResultCount",
    "Scope",
    "Site",
    "SiteUrl",
    "Source",
    "SourceFileExtension",
    "SourceRelativeUrl",
    "SupportTicketId",
    "TargetContextId",
    "TargetUserOrGroupType",
    "Version",
    "EventSource",
    "PolicyId",
];

/// Whether a JSON record is `AuditData` itself.
pub(in crate::source) fn is_record(value: &Value) -> bool {
    value.get("CreationTime").is_some()
        && value.get("Operation").is_some()
        && ["RecordType", "Workload", "UserId", "OrganizationId"].iter().any(|key| value.get(*key).is_some())
}

/// Whether a JSON record is `AuditData` with every key in lower case.
pub(in crate::source) fn is_lower(value: &Value) -> bool {
    value.get("creationtime").is_some() && value.get("operation").is_some() && value.get("CreationTime").is_none()
}

/// The JSON text of `record` with known keys in Microsoft's spelling; a key that is there already is left alone.
pub(in crate::source) fn restore(record: &Value) -> String {
    let mut object = Object::new();
    for (key, value) in record.as_object().into_iter().flat_map(|o| o.iter()) {
        let known = keys().chain(MORE.iter().copied()).find(|known| known.eq_ignore_ascii_case(key));
        match known {
            Some(known) if known != key && record.get(known).is_none() => object.value(known, value),
            _ => object.value(key, value),
        }
    }
    object.finish()
}
