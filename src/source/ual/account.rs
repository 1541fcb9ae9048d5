//! Whom a record concerns: the target as it is named, and the account it belongs to.

use super::bags::{identity, named};
use super::fields::Fields;
use super::{Theme, actor};
use crate::event::{first_party, is_guid, open_json};
use crate::source::text::{first, lower, string};
use sonic_rs::{JsonContainerTrait, JsonValueTrait};
use std::borrow::Cow;

/// Type of a user principal name in Actor and Target lists.
///
/// <https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema#enum-identitytype---type-edmint32>
const UPN: i64 = 5;
/// Type of a display name there.
const NAME: i64 = 1;

/// Nouns of cmdlets that act on one mailbox or its owner.
static MAILBOX_NOUNS: &[&str] = &[
    "Mailbox",
    "InboxRule",
    "SweepRule",
    "RecipientPermission",
    "CASMailbox",
    "User",
    "MailUser",
    "RemoteMailbox",
    "CalendarProcessing",
    "CalendarNotification",
    "Clutter",
    "FocusedInbox",
    "UserPhoto",
    "UMMailbox",
    "UnifiedGroup",
    "MailContact",
    "DistributionGroup",
    "DistributionGroupMember",
    "MobileDevice",
];

/// Nouns that begin with `Mailbox` and yet concern the organisation.
static NOT_MAILBOXES: &[&str] = &["MailboxPlan", "MailboxSearch", "MailboxDatabase", "MailboxAuditLogSearch"];

/// Whom or what the act was done to, as the record names it.
pub(super) fn target<'a>(fields: &Fields<'a>, theme: Theme) -> Cow<'a, str> {
    let object = string(fields.object_id);
    let found = match theme {
        Theme::SignIn => first_party::name(object).unwrap_or(object),
        Theme::ExchangeAdmin => first(&[object, named(fields.parameters, "Identity")]),
        Theme::Mailbox => first(&[string(fields.mailbox_owner), string(fields.mailbox_owner_name)]),
        Theme::Directory => first(&[identity(fields.target, UPN), identity(fields.target, NAME), object]),
        Theme::Alert => first(&[string(fields.alert_entity), object]),
        Theme::Other => first(&[string(fields.target_user), string(fields.team_name), object]),
    };
    Cow::Borrowed(found)
}

/// The account concerned, lower case.
pub(super) fn account<'a>(fields: &Fields<'a>, theme: Theme, operation: &str, actor: &'a str) -> Cow<'a, str> {
    match theme {
        Theme::Mailbox => lower(first(&[string(fields.mailbox_owner), actor])),
        Theme::ExchangeAdmin => mailbox(fields, operation, actor),
        Theme::Directory => {
            let object = string(fields.object_id);
            let object = if actor::is_upn(object) { object } else { "" };
            lower(first(&[identity(fields.target, UPN), object, actor]))
        }
        Theme::Alert => alert(fields, actor),
        Theme::SignIn | Theme::Other => lower(actor),
    }
}

/// The mailbox that a cmdlet acts on; the actor for a cmdlet that acts on none.
fn mailbox<'a>(fields: &Fields<'a>, operation: &str, actor: &'a str) -> Cow<'a, str> {
    let noun = operation.split_once('-').map_or("", |(_, noun)| noun);
    // The sender that is let go again.
    if noun == "BlockedSenderAddress" {
        return lower(first(&[named(fields.parameters, "SenderAddress"), string(fields.object_id), actor]));
    }
    let on_mailbox = MAILBOX_NOUNS.contains(&noun) || noun.starts_with("Mailbox");
    if !on_mailbox || NOT_MAILBOXES.contains(&noun) {
        return lower(actor);
    }
    let object = string(fields.object_id);
    let identity = named(fields.parameters, "Identity");
    let rule = matches!(noun, "InboxRule" | "SweepRule");
    let candidates = [
        named(fields.parameters, "Mailbox"),
        named(fields.parameters, "MailboxOwnerId"),
        // The identity of a rule without a backslash is the rule's name or number alone.
        if rule && !object.contains('\\') { "" } else { owner(object) },
        if rule && !identity.contains('\\') { "" } else { owner(identity) },
    ];
    // A user principal name says more than a display name, wherever it stands.
    let best = candidates.iter().copied().find(|c| actor::is_upn(c)).unwrap_or_else(|| first(&candidates));
    let name = owner(best);
    if name.is_empty() || same_person(name, actor) { lower(actor) } else { lower(name) }
}

/// The mailbox in an identity: before a rule's backslash or a folder's colon, behind a directory path.
fn owner(identity: &str) -> &str {
    let head = match identity.split_once('\\') {
        // `tenant guid\object guid` names the object behind the backslash.
        Some((tenant, rest)) if is_guid(tenant) && is_guid(rest) => rest,
        Some((mailbox, _)) => mailbox,
        None => identity,
    };
    let head = head.split_once(':').map_or(head, |(mailbox, _)| mailbox);
    head.rsplit('/').next().unwrap_or(head).trim()
}

/// Whether a mailbox alias is the actor's own user name.
fn same_person(name: &str, actor: &str) -> bool {
    let user = actor.split('@').next().unwrap_or(actor);
    name.eq_ignore_ascii_case(actor) || name.eq_ignore_ascii_case(user)
}

/// The user that an alert is about: its entity, else the user in its Data.
fn alert<'a>(fields: &Fields<'a>, actor: &'a str) -> Cow<'a, str> {
    let entity = [string(fields.alert_entity), string(fields.object_id)].into_iter().find(|text| actor::is_upn(text));
    if let Some(entity) = entity {
        return lower(entity);
    }
    let opened = open_json(string(fields.data)).ok();
    let user = opened.as_ref().filter(|data| data.as_object().is_some()).and_then(|data| {
        ["f3u", "suid", "eid"].iter().map(|key| string(data.get(*key))).find(|text| actor::is_upn(text))
    });
    match user {
        Some(user) => Cow::Owned(user.to_lowercase()),
        None => lower(actor),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Record;
    use sonic_rs::Value;

    fn of(json: &str) -> String {
        let record: Value = sonic_rs::from_str(json).unwrap();
        let fields = Fields::read(&Record::new(&record));
        let operation = string(fields.operation);
        account(&fields, Theme::ExchangeAdmin, operation, string(fields.user_id)).into_owned()
    }

    #[test]
    fn the_mailbox_of_a_cmdlet() {
        for (json, expected) in [
            (
                r#"{"Operation":"New-InboxRule","UserId":"Ada@harbor.example","ObjectId":"ada\\Invoices"}"#,
                "ada@harbor.example",
            ),
            (r#"{"Operation":"New-InboxRule","UserId":"ada@harbor.example","ObjectId":"Bob Berg\\."}"#, "bob berg"),
            (
                r#"{"Operation":"New-InboxRule","UserId":"ada@harbor.example","ObjectId":"",
                "Parameters":[{"Name":"Mailbox","Value":"bob@harbor.example"}]}"#,
                "bob@harbor.example",
            ),
            (
                r#"{"Operation":"Remove-InboxRule","UserId":"ada@harbor.example","Parameters":[{"Name":"Identity","Value":"12345"}]}"#,
                "ada@harbor.example",
            ),
            (
                r#"{"Operation":"Set-Mailbox","UserId":"it@harbor.example","ObjectId":"Ada Aalto",
                "Parameters":[{"Name":"Identity","Value":"Ada@harbor.example"}]}"#,
                "ada@harbor.example",
            ),
            (
                r#"{"Operation":"Set-Mailbox","UserId":"it@harbor.example",
                "ObjectId":"EUR.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/harbor.onmicrosoft.com/AdaA"}"#,
                "adaa",
            ),
            (
                r#"{"Operation":"Add-MailboxFolderPermission","UserId":"it@harbor.example",
                "Parameters":[{"Name":"Identity","Value":"ada@harbor.example:\\Inbox"}]}"#,
                "ada@harbor.example",
            ),
            (
                r#"{"Operation":"New-TransportRule","UserId":"It@harbor.example","ObjectId":"Copy all"}"#,
                "it@harbor.example",
            ),
            (r#"{"Operation":"Set-MailboxPlan","UserId":"it@harbor.example","ObjectId":"Plan"}"#, "it@harbor.example"),
        ] {
            assert_eq!(of(json), expected, "{json}");
        }
    }
}
