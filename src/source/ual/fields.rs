//! One pass over the keys of an `AuditData` record: the values the schema needs, each in its slot.

use crate::event::Record;
use sonic_rs::Value;
use std::sync::LazyLock;

macro_rules! slots {
    ($($slot:ident = $key:literal),* $(,)?) => {
        /// The values of a record that the schema is read from; a key that is absent leaves its slot empty.
        #[derive(Debug, Default, Clone, Copy)]
        pub(super) struct Fields<'a> {
            $(pub(super) $slot: Option<&'a Value>,)*
        }

        #[allow(non_camel_case_types)] // each is the name of a slot
        #[derive(Debug, Clone, Copy)]
        enum Slot {
            $($slot,)*
        }

        impl<'a> Fields<'a> {
            /// Reads the slots of `record`; of a key that repeats the first counts, as in a lookup.
            pub(super) fn read(record: &Record<'a>) -> Self {
                let mut fields = Self::default();
                let table = &*TABLE;
                for &(key, value) in record.members() {
                    match find(table, key) {
                        $(Some(Slot::$slot) => fields.$slot = fields.$slot.or(Some(value)),)*
                        None => {}
                    }
                }
                fields
            }
        }

        static SLOTS: &[(&str, Slot)] = &[$(($key, Slot::$slot)),*];
    };
}

/// The keys of the slots in Microsoft's spelling.
pub(super) fn keys() -> impl Iterator<Item = &'static str> {
    SLOTS.iter().map(|(key, _)| *key)
}

/// Places for slots; so few are taken that a key has its own or stands close behind it.
const PLACES: usize = 512;

type Table = [Option<(&'static str, Slot)>; PLACES];

/// The slots by what [`place`] makes of their keys: a record has dozens of keys, and every one is looked up.
static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = [None; PLACES];
    for (key, slot) in SLOTS {
        let mut at = place(key.as_bytes());
        while table[at].is_some() {
            at = (at + 1) % PLACES;
        }
        table[at] = Some((*key, *slot));
    }
    table
});

fn place(key: &[u8]) -> usize {
    let (Some(first), Some(last)) = (key.first(), key.last()) else { return 0 };
    let middle = key[key.len() / 2];
    let mixed = key.len() + usize::from(*first) * 7 + usize::from(middle) * 31 + usize::from(*last) * 101;
    mixed % PLACES
}

fn find(table: &Table, key: &str) -> Option<Slot> {
    let mut at = place(key.as_bytes());
    while let Some((known, slot)) = table[at] {
        if known == key {
            return Some(slot);
        }
        at = (at + 1) % PLACES;
    }
    None
}

slots! {
    creation_time = "CreationTime",
    id = "Id",
    operation = "Operation",
    organization_id = "OrganizationId",
    record_type = "RecordType",
    result_status = "ResultStatus",
    user_key = "UserKey",
    user_type = "UserType",
    workload = "Workload",
    client_ip = "ClientIP",
    object_id = "ObjectId",
    user_id = "UserId",
    organization_name = "OrganizationName",
    client_ip_address = "ClientIPAddress",
    actor_ip_address = "ActorIpAddress",
    parameters = "Parameters",
    modified_properties = "ModifiedProperties",
    extended_properties = "ExtendedProperties",
    operation_properties = "OperationProperties",
    device_properties = "DeviceProperties",
    app_access_context = "AppAccessContext",
    application_id = "ApplicationId",
    app_id = "AppId",
    client_app_id = "ClientAppId",
    application_name = "ApplicationDisplayName",
    session_id = "SessionId",
    user_agent = "UserAgent",
    client_info = "ClientInfoString",
    mailbox_owner = "MailboxOwnerUPN",
    mailbox_owner_name = "MailboxOwnerName",
    item = "Item",
    affected_items = "AffectedItems",
    folder = "Folder",
    dest_folder = "DestFolder",
    folders = "Folders",
    operation_count = "OperationCount",
    actor = "Actor",
    target = "Target",
    error_number = "ErrorNumber",
    logon_error = "LogonError",
    source_file = "SourceFileName",
    target_user = "TargetUserOrGroupName",
    event_data = "EventData",
    name = "Name",
    severity = "Severity",
    comments = "Comments",
    alert_entity = "AlertEntityId",
    data = "Data",
    subject = "Subject",
    sender = "P2Sender",
    recipients = "Recipients",
    verdict = "Verdict",
    delivery_action = "DeliveryAction",
    team_name = "TeamName",
    members = "Members",
    status = "Status",
    source_ip = "SenderIp",
    logon_type = "LogonType",
    send_as = "SendAsUserSmtp",
    send_on_behalf = "SendOnBehalfOfUserSmtp",
    query = "SearchQueryText",
    machine = "ClientMachineName",
    device_name = "DeviceName",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_finds_its_slot_and_no_other_key_does() {
        for (key, slot) in SLOTS {
            assert_eq!(find(&TABLE, key).map(|found| found as usize), Some(*slot as usize), "{key}");
            assert!(find(&TABLE, &key.to_lowercase()).is_none(), "{key}");
        }
        assert!(find(&TABLE, "").is_none());
    }
}
