//! Where a forwarding goes, compared with the domains the record itself calls its own.

use super::{Event, Family, Scalar, Visit};
use crate::field::Field;
use sonic_rs::JsonValueTrait;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::LazyLock;

/// The fields that name recipients of forwarded mail: cmdlet parameters, and the two layouts of a rule
/// written by Outlook.
///
/// <https://learn.microsoft.com/powershell/module/exchangepowershell/new-inboxrule>
static FIELDS: LazyLock<[(&str, Vec<Field>); 2]> = LazyLock::new(|| {
    let parameters = [
        "Parameters.ForwardTo",
        "Parameters.ForwardAsAttachmentTo",
        "Parameters.RedirectTo",
        "Parameters.ForwardingSmtpAddress",
        "Parameters.ForwardingAddress",
        "Parameters.BlindCopyTo",
        "Parameters.CopyTo",
        "Parameters.RedirectMessageTo",
    ];
    let rule = ["OperationProperties.RuleActions.Recipients", "OperationProperties.Actions"];
    let parse = |names: &[&str]| names.iter().map(|name| Field::parse(name)).collect();
    [("Parameters", parse(&parameters)), ("OperationProperties", parse(&rule))]
});

/// The same in a snapshot, where they stand as fields of their own.
static STATE_FIELDS: LazyLock<Vec<Field>> = LazyLock::new(|| {
    let names = [
        "ForwardTo",
        "ForwardAsAttachmentTo",
        "RedirectTo",
        "ForwardingSmtpAddress",
        "ForwardingAddress",
        "BlindCopyTo",
        "CopyTo",
        "AddToRecipients",
        "RedirectMessageTo",
    ];
    names.iter().map(|name| Field::parse(name)).collect()
});

/// Gives every recipient whose domain is none of the record's own, lower case, sorted, each once.
///
/// Its own are the domains of the account, the actor and the target, the tenant's name, and what lies
/// below them. A second domain of the tenant that the record does not show counts as foreign. A snapshot that
/// shows no domain of its own gives nothing: a tool may name a mailbox without one.
pub(super) fn visit_foreign(event: &Event<'_>, visit: &mut Visit<'_>) -> ControlFlow<()> {
    let mut found = BTreeSet::new();
    let snapshot = event.family == Family::State;
    let mut look = |field: &Field| {
        let _ = event.visit(field, &mut |value| {
            if let Scalar::Str(text) = value {
                found.extend(addresses(text));
            }
            ControlFlow::Continue(())
        });
    };
    if snapshot {
        STATE_FIELDS.iter().for_each(look);
    } else {
        // Nearly all records have neither collection, and each is looked for once.
        let there = FIELDS.iter().filter(|(collection, _)| event.record.get(collection).is_some());
        there.flat_map(|(_, fields)| fields).for_each(&mut look);
    }
    if found.is_empty() {
        return ControlFlow::Continue(());
    }
    let tenant = event.record.get("OrganizationName").and_then(|name| name.as_str()).unwrap_or_default();
    let own: Vec<String> = [&*event.account, &*event.actor, &*event.target]
        .iter()
        .filter_map(|name| name.rsplit_once('@').map(|(_, domain)| domain.to_lowercase()))
        .chain(Some(tenant.to_lowercase()).filter(|name| name.contains('.')))
        .collect();
    if snapshot && own.is_empty() {
        return ControlFlow::Continue(());
    }
    let foreign = |address: &&String| {
        let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
        !own.iter()
            .any(|own| domain.strip_suffix(own.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
    };
    found.iter().filter(foreign).try_for_each(|address| visit(Scalar::Str(address)))
}

/// The mail addresses in a text: `smtp:a@b.c`, `a@b.c;d@e.f`, `"Name" [SMTP:a@b.c]`.
fn addresses(text: &str) -> impl Iterator<Item = String> {
    let apart = |c: char| c.is_whitespace() || ";,<>[](){}\"'|:=".contains(c);
    text.split(apart).filter_map(|word| {
        let word = word.trim_matches('.');
        let (local, domain) = word.rsplit_once('@')?;
        (!local.is_empty() && domain.contains('.')).then(|| word.to_lowercase())
    })
}
