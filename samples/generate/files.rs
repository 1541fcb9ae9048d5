//! Work on files in `SharePoint` and `OneDrive`, and in Teams.

use crate::json::Json;
use crate::log::{Head, Log, Presence, stamp};
use crate::map;
use crate::people::{Person, TENANT_NAME, Team};

const SITE: &str = "https://harbor.sharepoint.example";
const PERSONAL: &str = "https://harbor-my.sharepoint.example";

fn file(log: &mut Log, team: Team) -> String {
    let number = 2600 + log.random.below(900);
    let names: &[&str] = match team {
        Team::Finance => &["Ledger 2026.xlsx", "Open items {}.xlsx", "Month end.xlsx", "Supplier list.xlsx"],
        Team::Sales => &["Quote {}.docx", "Rates 2026.xlsx", "Pitch Oslo.pptx", "Customers.xlsx"],
        Team::Customs => &["Declaration {}.pdf", "HS codes.xlsx", "T1 {}.pdf", "Inspection {}.docx"],
        Team::Planning => &["Week plan.xlsx", "Gate times.xlsx", "Booking {}.pdf", "Trucks.xlsx"],
        Team::Office => &["House rules.docx", "Visitors.xlsx", "Floor plan.pdf", "Menu.docx"],
        Team::It => &["Assets.xlsx", "Runbook {}.docx", "Backup report {}.pdf", "Onboarding.docx"],
    };
    log.random.pick(names).replace("{}", &number.to_string())
}

/// One file operation. Returns the record's Id.
pub(crate) fn touch(log: &mut Log, person: &Person, presence: &Presence, time: i64, operation: &str) -> String {
    let own = log.random.chance(35);
    let account = person.upn.replace(['@', '.'], "_");
    let (root, folder) = if own {
        (format!("{PERSONAL}/personal/{account}/"), "Documents".to_string())
    } else {
        (format!("{SITE}/sites/{}/", person.team.name()), "Shared Documents/General".to_string())
    };
    let name = file(log, person.team);
    let object = format!("{root}{folder}/{name}");
    let claims = log.app_access(presence, "08e18876-6177-487e-b8b5-cf950c1e598c");
    let mut rest = map! {
        "AppAccessContext": claims,
        "ApplicationId": "08e18876-6177-487e-b8b5-cf950c1e598c",
        "AuthenticationType": "OAuth",
        "BrowserName": "",
        "BrowserVersion": "",
        "CorrelationId": log.random.guid(),
        "EventSource": "SharePoint",
        "IsManagedDevice": true,
        "ItemType": if operation == "PageViewed" { "Page" } else { "File" },
        "ListId": log.random.guid(),
        "ListItemUniqueId": log.random.guid(),
        "Platform": if person.mac { "MacOSX" } else { "WinDesktop" },
        "Site": log.random.guid(),
        "UserAgent": &presence.agent,
        "WebId": log.random.guid(),
        "DeviceDisplayName": &person.computer,
        "ClientAppId": "08e18876-6177-487e-b8b5-cf950c1e598c",
    };
    let record_type = match operation {
        "PageViewed" => 4,
        "SharingSet" | "CompanyLinkCreated" => 14,
        _ => 6,
    };
    if record_type == 6 {
        rest = rest.with(map! {
            "SiteUrl": &root,
            "SourceFileExtension": name.rsplit('.').next().unwrap_or_default(),
            "SourceFileName": &name,
            "SourceRelativeUrl": &folder,
        });
    }
    let head = Head {
        time,
        operation,
        record_type,
        user: &person.upn,
        user_key: &format!("i:0h.f|membership|{}@live.com.example", person.puid.to_lowercase()),
        user_type: 0,
        object: &object,
        address: &presence.place.address,
    };
    log.audit(&head, rest)
}

/// The files and chats of one day of `person`.
pub(crate) fn day(log: &mut Log, person: &Person, people: &[Person], presence: &Presence, length: i64) {
    const OPERATIONS: &[&str] = &[
        "FileAccessed",
        "FileAccessed",
        "FileAccessed",
        "FileAccessed",
        "FileModified",
        "FileModified",
        "FileUploaded",
        "FilePreviewed",
        "FileDownloaded",
        "FileSyncDownloadedFull",
        "PageViewed",
        "PageViewed",
        "FileRenamed",
        "FileRecycled",
        "CompanyLinkCreated",
    ];
    for _ in 0..log.random.below(5) {
        let time = presence.since + 200 + log.random.span(length - 300);
        let operation = *log.random.pick(OPERATIONS);
        touch(log, person, presence, time, operation);
    }
    if log.random.chance(22) {
        let time = presence.since + 200 + log.random.span(length - 300);
        chat(log, person, people, presence, time);
    }
}

fn chat(log: &mut Log, person: &Person, people: &[Person], presence: &Presence, time: i64) {
    let operation = *log.random.pick(&["TeamsSessionStarted", "MessageSent", "MessageSent", "ChatCreated"]);
    let other = &people[log.random.below(people.len() as u64) as usize];
    let rest = match operation {
        "TeamsSessionStarted" => map! { "ItemName": "Teams Desktop Client", "ObjectType": "Session" },
        "ChatCreated" => map! {
            "ChatThreadId": format!("19:{}@unq.gbl.spaces", log.random.guid()),
            "CommunicationType": "OneOnOne",
            "Members": Json::List(vec![
                map! { "DisplayName": &person.name, "Role": 1, "UPN": &person.upn },
                map! { "DisplayName": &other.name, "Role": 1, "UPN": &other.upn },
            ]),
            "ParticipantInfo": map! {
                "HasForeignTenantUsers": false,
                "HasGuestUsers": false,
                "HasOtherGuestUsers": false,
                "HasUnauthenticatedUsers": false,
                "ParticipatingTenantIds": Json::List(vec![crate::people::TENANT.into()]),
            },
        },
        _ => map! {
            "ChatThreadId": format!("19:{}@thread.v2", log.random.guid()),
            "CommunicationType": "Team",
            "MessageId": (time * 1000).to_string(),
            "MessageVersion": (time * 1000).to_string(),
            "TeamName": person.team.name(),
        },
    };
    let rest = rest.with(map! {
        "AppAccessContext": map! {
            "AADSessionId": &presence.session,
            "IssuedAtTime": stamp(presence.since, "%Y-%m-%dT%H:%M:%S"),
            "UniqueTokenId": &presence.token,
        },
        "OrganizationName": TENANT_NAME,
        "ExtraProperties": Json::List(vec![map! { "Key": "OsName", "Value": "windows" }]),
    });
    let head = Head {
        time,
        operation,
        record_type: 25,
        user: &person.upn,
        user_key: &person.id,
        user_type: 0,
        object: "",
        address: &presence.place.address,
    };
    log.audit(&head, rest);
}
