//! One pass over the keys of an `AuditData` record: the values the schema needs, each in its slot.

use crate::event::Record;
use sonic_rs::Value;

macro_rules! slots {
    ($($slot:ident = $key:literal),* $(,)?) => {
        /// The values of a record that the schema is read from; a key that is absent leaves its slot empty.
        #[derive(Debug, Default, Clone, Copy)]
        pub(super) struct Fields<'a> {
            $(pub(super) $slot: Option<&'a Value>,)*
        }

        impl<'a> Fields<'a> {
            /// Reads the slots of `record`; of a key that repeats the first counts, as in a lookup.
            pub(super) fn read(record: &Record<'a>) -> Self {
                let mut fields = Self::default();
                for &(key, value) in record.members() {
                    match key {
                        $($key => fields.$slot = fields.$slot.or(Some(value)),)*
                        _ => {}
                    }
                }
                fields
            }
        }

        /// The keys of the slots in Microsoft's spelling.
        pub(super) static KEYS: &[&str] = &[$($key),*];
    };
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
