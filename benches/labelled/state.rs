//! The settings as they are when they are collected, two days after the last: rules, forwarding, permissions,
//! accepted domains.

use crate::log::{csv, stamp};
use crate::people::{DAY, DOMAIN, Person, TENANT_NAME, World};
use std::collections::BTreeMap;
use std::path::Path;

/// A cmdlet that changed a mailbox.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    time: i64,
    operation: String,
    object: String,
    given: Vec<(String, String)>,
}

impl Setting {
    pub(crate) fn new(time: i64, operation: &str, object: &str, given: &[(&str, &str)]) -> Self {
        let given = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { time, operation: operation.into(), object: object.into(), given }
    }

    fn get(&self, name: &str) -> &str {
        self.given.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }
}

/// What is in place: rules by mailbox and name, forwarding and permissions by mailbox.
#[derive(Debug, Default)]
struct Standing {
    rules: BTreeMap<String, Setting>,
    forwards: BTreeMap<String, Setting>,
    full: BTreeMap<String, Vec<String>>,
    send_as: BTreeMap<String, Vec<String>>,
}

impl Standing {
    fn of(settings: &[Setting]) -> Self {
        let mut sorted: Vec<&Setting> = settings.iter().collect();
        sorted.sort_by_key(|setting| setting.time);
        let mut standing = Self::default();
        for setting in sorted {
            standing.apply(setting);
        }
        standing
    }

    fn apply(&mut self, setting: &Setting) {
        let mailbox = setting.get("Identity").to_owned();
        let user = setting.get("User").to_owned();
        match setting.operation.as_str() {
            "New-InboxRule" => {
                self.rules.insert(setting.object.clone(), setting.clone());
            }
            "Remove-InboxRule" => {
                self.rules.remove(&setting.object);
            }
            "Set-Mailbox" if setting.given.iter().any(|(name, _)| name.starts_with("Forwarding")) => {
                self.forwards.insert(mailbox, setting.clone());
            }
            "Add-MailboxPermission" => self.full.entry(mailbox).or_default().push(user),
            "Add-RecipientPermission" => {
                self.send_as.entry(mailbox).or_default().push(setting.get("Trustee").to_owned());
            }
            "Remove-MailboxPermission" => self.full.entry(mailbox).or_default().retain(|one| *one != user),
            "Remove-RecipientPermission" => {
                let trustee = setting.get("Trustee");
                self.send_as.entry(mailbox).or_default().retain(|one| one != trustee);
            }
            _ => {}
        }
    }
}

/// Writes the snapshots below `folder`.
pub(crate) fn write(folder: &Path, world: &World, settings: &[Setting]) -> std::io::Result<()> {
    let standing = Standing::of(settings);
    let collected = stamp(world.end() + 2 * DAY + 36_900, "%Y%m%d-%H%M%S");
    let place = folder.join("state").join(&collected);
    std::fs::create_dir_all(&place)?;
    let file = |name: &str, text: String| std::fs::write(place.join(format!("{collected}-{name}.csv")), text);
    file("InboxRules", rules(&standing))?;
    file("MailboxForwarding", forwarding(world, &standing))?;
    file("MailboxPermissions", permissions(world, &standing))?;
    file("AcceptedDomains", domains())
}

fn full_name(object: &str) -> (String, &str) {
    let (local, name) = object.split_once('\\').unwrap_or((object, ""));
    (format!("{local}@{DOMAIN}"), name)
}

fn rules(standing: &Standing) -> String {
    const HEADER: [&str; 24] = [
        "UserName",
        "RuleName",
        "Enabled",
        "Priority",
        "RuleIdentity",
        "StopProcessingRules",
        "CopyToFolder",
        "MoveToFolder",
        "RedirectTo",
        "ForwardTo",
        "ForwardAsAttachmentTo",
        "ApplyCategory",
        "MarkImportance",
        "MarkAsRead",
        "DeleteMessage",
        "SoftDeleteMessage",
        "From",
        "SubjectContainsWords",
        "SubjectOrBodyContainsWords",
        "BodyContainsWords",
        "HasAttachment",
        "Description",
        "InError",
        "ErrorType",
    ];
    let mut out = csv(&HEADER);
    for (number, (object, rule)) in standing.rules.iter().enumerate() {
        let (mailbox, name) = full_name(object);
        let identity = (3_345_287_221_547_630_593 + number as u64 * 4_294_967_296).to_string();
        let row = HEADER.map(|column| match (column, rule.get(column)) {
            ("UserName", _) => mailbox.clone(),
            ("RuleName", _) => name.to_owned(),
            ("Enabled", _) => "True".into(),
            ("Priority", _) => "1".into(),
            ("RuleIdentity", _) => identity.clone(),
            ("ErrorType", _) => "None".into(),
            (
                "StopProcessingRules"
                | "MarkAsRead"
                | "DeleteMessage"
                | "SoftDeleteMessage"
                | "HasAttachment"
                | "InError",
                "",
            ) => "False".into(),
            ("ForwardTo" | "RedirectTo" | "From", address) if !address.is_empty() => {
                format!("\"{address}\" [SMTP:{address}]")
            }
            (_, value) => value.replace(';', ", "),
        });
        out += &csv(&row.each_ref().map(String::as_str));
    }
    out
}

fn forwarding(world: &World, standing: &Standing) -> String {
    let mut out = csv(&[
        "DisplayName",
        "UserPrincipalName",
        "PrimarySmtpAddress",
        "ForwardingSmtpAddress",
        "ForwardingAddress",
        "DeliverToMailboxAndForward",
        "WhenChangedUTC",
    ]);
    let orders = format!("orders@{DOMAIN}");
    let people = world.people.iter().map(|p| (p.name.as_str(), p.upn.as_str(), p.local_part()));
    for (name, upn, local) in people.chain([("Orders", orders.as_str(), "orders")]) {
        let set = standing.forwards.get(local);
        let of = |field: &str| set.map_or("", |setting| setting.get(field)).to_owned();
        let both = if of("DeliverToMailboxAndForward") == "True" { "True" } else { "False" };
        let changed = stamp(set.map_or(world.start, |setting| setting.time), "%-m/%-d/%Y %-I:%M:%S %p");
        out += &csv(&[name, upn, upn, &of("ForwardingSmtpAddress"), &of("ForwardingAddress"), both, &changed]);
    }
    out
}

fn permissions(world: &World, standing: &Standing) -> String {
    let mut out = csv(&[
        "UserPrincipalName",
        "DisplayName",
        "RecipientTypeDetails",
        "FullAccessUsers",
        "FullAccessPermissions",
        "SendAsUsers",
        "SendAsPermissions",
        "SendOnBehalfUsers",
        "CalendarUsers",
        "CalendarPermissions",
        "InboxUsers",
        "InboxPermissions",
        "FullAccessCount",
        "SendAsCount",
        "SendOnBehalfCount",
        "CalendarPermissionCount",
        "InboxPermissionCount",
    ]);
    let none = Vec::new();
    let orders = format!("orders@{DOMAIN}");
    let own = |p: &'static str| p;
    let people =
        world.people.iter().map(|p: &Person| (p.name.as_str(), p.upn.as_str(), p.local_part(), own("UserMailbox")));
    for (name, upn, local, kind) in people.chain([("Orders", orders.as_str(), "orders", "SharedMailbox")]) {
        let full = standing.full.get(local).unwrap_or(&none);
        let send = standing.send_as.get(local).unwrap_or(&none);
        let rights: Vec<String> =
            full.iter().map(|user| format!("{user} - Rights: FullAccess, Deny: False, Inheritance: All")).collect();
        let sends: Vec<String> = send.iter().map(|user| format!("{user} - Rights: SendAs")).collect();
        out += &csv(&[
            upn,
            name,
            kind,
            &full.join("; "),
            &rights.join(" | "),
            &send.join("; "),
            &sends.join(" | "),
            "",
            "",
            "",
            "",
            "",
            &full.len().to_string(),
            &send.len().to_string(),
            "0",
            "0",
            "0",
        ]);
    }
    out
}

fn domains() -> String {
    csv(&["Name", "DomainName", "DomainType", "Default", "InitialDomain"])
        + &csv(&[DOMAIN, DOMAIN, "Authoritative", "True", "False"])
        + &csv(&["larkspur-group.example", "larkspur-group.example", "Authoritative", "False", "False"])
        + &csv(&[TENANT_NAME, TENANT_NAME, "Authoritative", "False", "True"])
}
