//! What was done, for people to read: the object of a record and its parameters or properties in one line.

use super::Theme;
use super::bags::{Bags, named, pairs};
use super::fields::Fields;
use crate::source::text::{Detail, first, integer, scalar, string};
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};
use std::borrow::Cow;

/// What it was done with: rule, file, subject or object id.
pub(super) fn object<'a>(fields: &Fields<'a>, theme: Theme, operation: &str) -> Cow<'a, str> {
    let id = string(fields.object_id);
    match theme {
        Theme::ExchangeAdmin if operation.ends_with("-InboxRule") => Cow::Borrowed(rule(fields, id)),
        Theme::Mailbox if operation == "UpdateInboxRules" => {
            let bag = fields.operation_properties;
            Cow::Borrowed(first(&[named(bag, "RuleName"), named(bag, "Name"), named(bag, "RuleId")]))
        }
        Theme::Mailbox => mail(fields),
        Theme::Alert => Cow::Borrowed(first(&[string(fields.name), id])),
        _ => Cow::Borrowed(first(&[string(fields.source_file), id, string(fields.subject), string(fields.query)])),
    }
}

/// The name of an inbox rule: as it was given, else behind the mailbox in the object id.
fn rule<'a>(fields: &Fields<'a>, id: &'a str) -> &'a str {
    let given = named(fields.parameters, "Name");
    if !given.is_empty() {
        return given;
    }
    let identity = named(fields.parameters, "Identity");
    let behind = |text: &'a str| text.rsplit_once('\\').map_or(text, |(_, name)| name);
    first(&[behind(id), behind(identity)])
}

/// The subject; of several the first and how many, else the folder.
fn mail<'a>(fields: &Fields<'a>) -> Cow<'a, str> {
    let item = fields.item.map_or("", |item| string(item.get("Subject")));
    if !item.is_empty() {
        return Cow::Borrowed(item);
    }
    if let Some(items) = fields.affected_items.and_then(|items| items.as_array()) {
        let subject = items.iter().map(|item| string(item.get("Subject"))).find(|s| !s.is_empty()).unwrap_or_default();
        return match (items.len(), subject) {
            (0, _) => Cow::Borrowed(""),
            (1, subject) => Cow::Borrowed(subject),
            (count, "") => Cow::Owned(format!("{count} items")),
            (count, subject) => Cow::Owned(format!("{subject} (1 of {count})")),
        };
    }
    if let Some(folder) = fields.folders.and_then(|folders| folders.get(0)) {
        return Cow::Borrowed(string(folder.get("Path")));
    }
    let folder = fields.item.and_then(|item| item.get("ParentFolder")).or(fields.folder);
    Cow::Borrowed(folder.map_or("", path))
}

/// The path of a folder, or its name where Exchange did not have the path.
fn path(folder: &Value) -> &str {
    match string(folder.get("Path")) {
        "" | "Not Available" => string(folder.get("Name")),
        path => path,
    }
}

/// The parameters or properties that tell what was done.
pub(super) fn detail<'a>(fields: &Fields<'a>, theme: Theme, operation: &str, bags: &Bags<'a>) -> Cow<'a, str> {
    let mut detail = Detail::default();
    match theme {
        Theme::ExchangeAdmin => {
            if let Some(text) = fields.parameters.and_then(|p| p.as_str()) {
                return short(text);
            }
            bag(&mut detail, fields.parameters);
            changes(&mut detail, fields.modified_properties);
        }
        Theme::Mailbox => mailbox(&mut detail, fields, operation),
        Theme::Directory => {
            changes(&mut detail, fields.modified_properties);
            detail.some_pair("ResultStatusDetail", bags.result_detail);
        }
        Theme::SignIn => {
            detail.some_pair("Error", string(fields.logon_error));
            detail.some_pair("RequestType", bags.request_type);
            detail.some_pair("ResultStatusDetail", bags.result_detail);
            detail.some_pair("OS", bags.device_os);
            detail.some_pair("Browser", bags.device_browser);
        }
        Theme::Alert => {
            detail.item(string(fields.name));
            detail.some_pair("Severity", string(fields.severity));
            detail.some_pair("Status", string(fields.status));
            detail.some_pair("Comments", string(fields.comments));
            detail.some_pair("Data", string(fields.data));
        }
        Theme::Other => other(&mut detail, fields),
    }
    detail.finish()
}

fn short(text: &str) -> Cow<'_, str> {
    if text.len() <= 2_000 {
        return Cow::Borrowed(text);
    }
    let mut detail = Detail::default();
    detail.item(text);
    detail.finish()
}

fn bag(detail: &mut Detail, bag: Option<&Value>) {
    for (name, value) in pairs(bag) {
        match value {
            Some(value) => detail.pair(name, Some(value)),
            None => detail.text_pair(name, ""),
        }
    }
}

/// `Name: old -> new` for each property; names alone where the record lists only names.
fn changes(detail: &mut Detail, list: Option<&Value>) {
    let Some(items) = list.and_then(|l| l.as_array()) else { return };
    for item in items {
        if let Some(name) = item.as_str() {
            detail.item(name);
            continue;
        }
        let name = string(item.get("Name"));
        if name.is_empty() || name == "Included Updated Properties" {
            continue;
        }
        detail.change(name, &scalar(item.get("OldValue")), &scalar(item.get("NewValue")));
    }
}

fn mailbox(detail: &mut Detail, fields: &Fields<'_>, operation: &str) {
    bag(detail, fields.operation_properties);
    match integer(fields.logon_type) {
        Some(1) => detail.item("LogonType=Admin"),
        Some(2) => detail.item("LogonType=Delegate"),
        _ => {}
    }
    detail.some_pair("SendAs", string(fields.send_as));
    detail.some_pair("SendOnBehalfOf", string(fields.send_on_behalf));
    if let Some(folders) = fields.folders.and_then(|f| f.as_array()) {
        for folder in folders {
            let items = folder.get("FolderItems").and_then(|i| i.as_array()).map_or(0, sonic_rs::Array::len);
            detail.text_pair("Folder", &format!("{} ({items})", path(folder)));
        }
    }
    if fields.operation_count.is_some() {
        detail.pair("Items", fields.operation_count);
    }
    if let Some(item) = fields.item {
        detail.some_pair("Subject", string(item.get("Subject")));
        if let Some(parent) = item.get("ParentFolder") {
            detail.some_pair("Folder", path(parent));
            detail.some_pair("Member", string(parent.get("MemberUpn")));
            detail.some_pair("Rights", string(parent.get("MemberRights")));
        }
        detail.some_pair("Attachments", string(item.get("Attachments")));
    }
    if let Some(items) = fields.affected_items.and_then(|i| i.as_array()) {
        if items.len() > 1 {
            detail.text_pair("Items", &items.len().to_string());
        }
        for item in items {
            detail.some_pair("Subject", string(item.get("Subject")));
        }
    }
    detail.some_pair("From", fields.folder.map_or("", path));
    detail.some_pair("To", fields.dest_folder.map_or("", path));
    if operation == "Update" {
        changes(detail, fields.modified_properties);
    }
}

fn other(detail: &mut Detail, fields: &Fields<'_>) {
    if let Some(text) = fields.parameters.and_then(|p| p.as_str()) {
        detail.item(text);
    } else {
        bag(detail, fields.parameters);
    }
    detail.some_pair("Sender", string(fields.sender));
    if fields.recipients.is_some() {
        detail.pair("Recipients", fields.recipients);
    }
    detail.some_pair("SenderIp", string(fields.source_ip));
    detail.some_pair("Subject", string(fields.subject));
    detail.some_pair("Verdict", string(fields.verdict));
    detail.some_pair("DeliveryAction", string(fields.delivery_action));
    detail.some_pair("Team", string(fields.team_name));
    if let Some(members) = fields.members.and_then(|m| m.as_array()) {
        for member in members {
            detail.some_pair("Member", string(member.get("UPN")));
        }
    }
    detail.some_pair("With", string(fields.target_user));
    detail.some_pair("Query", string(fields.query));
    detail.some_pair("EventData", string(fields.event_data));
    changes(detail, fields.modified_properties);
    bag(detail, fields.extended_properties);
}
