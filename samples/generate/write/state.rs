//! What was still in place when the settings were collected, two days after the response: the exports of the
//! Extractor-Suite, of Hawk and of the Goose Tool, derived from the story and from who works there.

use crate::json::Json;
use crate::log::Log;
use crate::map;
use crate::people::{DOMAIN, TENANT};
use crate::story::{COLLECTOR, READER};
use std::collections::BTreeSet;

/// When they were collected, as the tools stamp their files.
const STAMP: &str = "20260123-101500";
const CLERK: &str = "sanne.loodsman@harbor.example";
const RULE: [&str; 24] = [
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

/// Every file below `state/`, with its text.
pub(super) fn files(log: &Log) -> Vec<(String, String)> {
    let people = people(log);
    let suite = |component: &str, name: &str| format!("extractor-suite/{component}/{STAMP}/{STAMP}-{name}.csv");
    vec![
        (suite("Rules", "InboxRules"), inbox_rules()),
        (suite("Mailbox Permissions", "MailboxPermissions"), permissions(&people)),
        (suite("Audit Status", "MailboxAuditStatus"), audit_status(&people)),
        ("extractor-suite/OAuthPermissions/23012026101500-OAuthPermissions.csv".to_owned(), grants()),
        ("extractor-suite/MFA/202601231015-MFA-AuthenticationMethods.csv".to_owned(), methods(&people)),
        ("Hawk_harbor_20260123_1120/User_ForwardingReport.csv".to_owned(), forwarding(&people)),
        ("goose/2026-01-23T11_45_00/EXO_InboxRules_Graph.json".to_owned(), graph_rules()),
    ]
}

/// Twelve accounts whose sign-ins the log holds, the clerk first.
fn people(log: &Log) -> Vec<String> {
    let suffix = format!("@{DOMAIN}");
    let users: BTreeSet<&String> = log.audits.iter().map(|a| &a.user).filter(|user| user.ends_with(&suffix)).collect();
    let others = users.into_iter().filter(|user| *user != CLERK).take(11);
    std::iter::once(CLERK.to_owned()).chain(others.cloned()).collect()
}

/// `Export-Csv` of Windows PowerShell: every cell in quotation marks, but for those that hold nothing.
fn csv<T: AsRef<str>>(rows: &[Vec<T>]) -> String {
    let cell = |text: &T| match text.as_ref() {
        "" => String::new(),
        text => format!("\"{}\"", text.replace('"', "\"\"")),
    };
    rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join(",") + "\r\n").collect()
}

fn inbox_rules() -> String {
    let rule = |set: &[(&str, &str)]| -> Vec<String> {
        let usual = [
            ("Enabled", "True"),
            ("Priority", "1"),
            ("StopProcessingRules", "True"),
            ("MarkAsRead", "False"),
            ("DeleteMessage", "False"),
            ("SoftDeleteMessage", "False"),
            ("HasAttachment", "False"),
            ("InError", "False"),
            ("ErrorType", "None"),
        ];
        let find = |name: &str| set.iter().chain(&usual).find(|(key, _)| *key == name).map_or("", |(_, value)| value);
        RULE.iter().map(|name| find(name).to_owned()).collect()
    };
    let header = RULE.iter().map(|name| (*name).to_owned()).collect();
    csv(&[
        header,
        rule(&[
            ("UserName", CLERK),
            ("RuleName", ".."),
            ("RuleIdentity", "3345287221547630593"),
            ("ForwardTo", &format!("\"{COLLECTOR}\" [SMTP:{COLLECTOR}]")),
            ("SubjectOrBodyContainsWords", "invoice, IBAN"),
        ]),
        rule(&[
            ("UserName", "femke.schoenerlaan@harbor.example"),
            ("RuleName", "Trade Winds digest"),
            ("RuleIdentity", "3273229627509702657"),
            ("MoveToFolder", "Newsletters"),
            ("From", "\"digest@tradewinds.example\" [SMTP:digest@tradewinds.example]"),
        ]),
        rule(&[
            ("UserName", "iris.vuurbaak@harbor.example"),
            ("RuleName", "Gate times to planning"),
            ("RuleIdentity", "3201172033471774721"),
            ("ForwardTo", "\"pieter.meerpaal@harbor.example\" [SMTP:pieter.meerpaal@harbor.example]"),
        ]),
    ])
}

fn permissions<'a>(people: &'a [String]) -> String {
    let header = [
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
    ];
    let row = |user: &'a str| {
        let mut row = vec![user, user, "UserMailbox"];
        row.extend([""; 9]);
        row.extend(["0"; 5]);
        row
    };
    let mut shared = vec!["imports@harbor.example", "Imports", "SharedMailbox"];
    shared.extend([
        "Amira Peilstok (amira.peilstok@harbor.example); Nina Getijveld (nina.getijveld@harbor.example)",
        "Amira Peilstok (amira.peilstok@harbor.example) - Rights: FullAccess, Deny: False, Inheritance: All | \
         Nina Getijveld (nina.getijveld@harbor.example) - Rights: FullAccess, Deny: False, Inheritance: All",
    ]);
    shared.extend([""; 7]);
    shared.extend(["2", "0", "0", "0", "0"]);
    let rows = std::iter::once(header.to_vec()).chain(people.iter().map(String::as_str).map(row)).chain([shared]);
    csv(&rows.collect::<Vec<_>>())
}

fn audit_status<'a>(people: &'a [String]) -> String {
    let header = [
        "UserPrincipalName",
        "DisplayName",
        "RecipientTypeDetails",
        "AuditEnabled",
        "AuditBypassEnabled",
        "DefaultAuditSet",
        "OwnerAuditActions",
        "OwnerAuditActionsCount",
        "DelegateAuditActions",
        "DelegateAuditActionsCount",
        "AdminAuditActions",
        "AdminAuditActionsCount",
        "EffectiveAuditState",
    ];
    let row = |user: &'a str| {
        let actions = "HardDelete, MailItemsAccessed, MoveToDeletedItems, Send, SoftDelete, UpdateInboxRules";
        let set = "Admin, Delegate, Owner";
        let state = "Enabled (Organization Policy)";
        vec![user, user, "UserMailbox", "True", "False", set, actions, "6", actions, "6", actions, "6", state]
    };
    csv(&std::iter::once(header.to_vec()).chain(people.iter().map(String::as_str).map(row)).collect::<Vec<_>>())
}

fn grants() -> String {
    let header = [
        "PermissionType",
        "AppId",
        "ClientObjectId",
        "AppDisplayName",
        "ResourceObjectId",
        "ResourceDisplayName",
        "Permission",
        "ConsentType",
        "PrincipalObjectId",
        "PrincipalDisplayName",
        "Homepage",
        "PublisherName",
        "ReplyUrls",
        "AppOwnerOrganizationId",
        "ApplicationStatus",
    ];
    let resource = "0f9c1de2-6f2b-4b0c-9a55-2d6d1f0b7c01";
    let row = |permission: &'static str| {
        let owner = "e2c3b4a5-7a1b-4c0d-8e9f-1b2c3d4e5f60";
        let mut row = vec!["Delegated", READER.2, READER.1, READER.0, resource, "Microsoft Graph"];
        row.extend([permission, "Principal", "a0b1c2d3-0000-4000-8000-00000000c1e7", "Sanne Loodsman"]);
        row.extend(["", "", "https://mail-sync.example/auth", owner, "Enabled"]);
        row
    };
    let planner = {
        let mut row = vec!["Delegated", "c9d8e7f6-0000-4000-8000-0000000000a1", "c9d8e7f6-0000-4000-8000-0000000000a2"];
        row.extend(["Planning Board", resource, "Microsoft Graph", "User.Read", "AllPrincipals", "", ""]);
        row.extend(["", "Planning Board", "https://planning.example/auth", TENANT, "Enabled"]);
        row
    };
    csv(&[header.to_vec(), row("Mail.Read"), row("offline_access"), planner])
}

fn methods<'a>(people: &'a [String]) -> String {
    let header = [
        "user",
        "MFAstatus",
        "email",
        "fido2",
        "app",
        "password",
        "phone",
        "softwareoath",
        "hellobusiness",
        "temporaryAccessPass",
        "certificateBasedAuthConfiguration",
        "qrcodepin",
    ];
    let row = |user: &'a str| {
        let phone = if user == CLERK { "True" } else { "-" };
        vec![user, "Enabled", "-", "-", "True", "True", phone, "-", "-", "-", "-", "-"]
    };
    csv(&std::iter::once(header.to_vec()).chain(people.iter().map(String::as_str).map(row)).collect::<Vec<_>>())
}

fn forwarding<'a>(people: &'a [String]) -> String {
    let header = [
        "DisplayName",
        "UserPrincipalName",
        "PrimarySmtpAddress",
        "ForwardingSmtpAddress",
        "ForwardingAddress",
        "DeliverToMailboxAndForward",
        "WhenChangedUTC",
    ];
    let row = |user: &'a str| {
        let changed = if user == CLERK { "1/21/2026 10:09:00 AM" } else { "11/17/2025 8:12:45 AM" };
        vec![user, user, user, "", "", "False", changed]
    };
    csv(&std::iter::once(header.to_vec()).chain(people.iter().map(String::as_str).map(row)).collect::<Vec<_>>())
}

/// One line a mailbox: its rules, and its owner last.
fn graph_rules() -> String {
    let recipient = map! { "emailAddress": map! { "name": "Settle", "address": COLLECTOR } };
    let rule = map! {
        "id": "AQAAAJ5dZqA=",
        "displayName": "..",
        "sequence": 1_i64,
        "isEnabled": true,
        "hasError": false,
        "isReadOnly": false,
        "conditions": map! { "bodyOrSubjectContains": Json::List(vec!["invoice".into(), "IBAN".into()]) },
        "actions": map! {
            "stopProcessingRules": true,
            "forwardTo": Json::List(vec![recipient]),
        },
    };
    format!("[{},{}]\n", rule.compact(), map! { "userPrincipalName": CLERK }.compact())
}
