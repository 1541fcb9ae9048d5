//! Work on files in `SharePoint` and `OneDrive`, and in Teams.

use crate::json::Json;
use crate::log::{Head, Log, Presence, stamp};
use crate::map;
use crate::people::{Person, TENANT, TENANT_NAME, Team};

pub(crate) const SITE: &str = "https://larkspur.sharepoint.example";
pub(crate) const PERSONAL: &str = "https://larkspur-my.sharepoint.example";

fn file(log: &mut Log, team: Team) -> String {
    let number = 2600 + log.random.below(1900);
    let names: &[&str] = match team {
        Team::Finance => &["Ledger 2026.xlsx", "Open items {}.xlsx", "Invoice {}.pdf", "Supplier list.xlsx"],
        Team::Sales => &["Quote {}.docx", "Price list 2026.xlsx", "Pitch {}.pptx", "Customers.xlsx"],
        Team::Engineering => &["Drawing {}.pdf", "Test report {}.docx", "Bill of materials {}.xlsx", "Review {}.pptx"],
        Team::Production => &["Week plan.xlsx", "Batch {}.xlsx", "Work instruction {}.docx", "Stock.xlsx"],
        Team::Hr => &["Contract {}.docx", "Salaries 2026.xlsx", "Onboarding.docx", "Leave {}.xlsx"],
        Team::It => &["Assets.xlsx", "Runbook {}.docx", "Backup report {}.pdf", "Passwords policy.docx"],
        _ => &["Notes {}.docx", "Planning.xlsx", "Presentation {}.pptx", "Report {}.pdf"],
    };
    log.random.pick(names).replace("{}", &number.to_string())
}

/// Where a file operation happens and in which file.
#[derive(Debug, Clone)]
pub(crate) struct Spot {
    pub(crate) root: String,
    pub(crate) folder: String,
    pub(crate) name: String,
}

/// A file of the person's own or of the team.
pub(crate) fn spot(log: &mut Log, person: &Person) -> Spot {
    let own = log.random.chance(35);
    let (root, folder) = if own {
        (format!("{PERSONAL}/personal/{}/", person.upn.replace(['@', '.'], "_")), "Documents")
    } else {
        (format!("{SITE}/sites/{}/", person.team.name()), "Shared Documents/General")
    };
    Spot { root, folder: folder.into(), name: file(log, person.team) }
}

/// One file operation.
pub(crate) fn touch(log: &mut Log, person: &Person, presence: &Presence, time: i64, operation: &str, spot: &Spot) {
    let object = format!("{}{}/{}", spot.root, spot.folder, spot.name);
    let sync = operation == "FileSyncDownloadedFull";
    let application =
        if sync { "ab9b8c07-8f02-4f72-87fa-80105867a763" } else { "08e18876-6177-487e-b8b5-cf950c1e598c" };
    let claims = log.app_access(presence, application);
    let device = presence.device.as_ref().map_or("", |(_, name)| name.as_str());
    let mut rest = map! {
        "AppAccessContext": claims,
        "ApplicationId": application,
        "AuthenticationType": "OAuth",
        "BrowserName": "",
        "BrowserVersion": "",
        "CorrelationId": log.random.guid(),
        "EventSource": "SharePoint",
        "IsManagedDevice": presence.device.is_some(),
        "ItemType": if operation == "PageViewed" { "Page" } else { "File" },
        "ListId": log.random.guid(),
        "ListItemUniqueId": log.random.guid(),
        "Platform": if person.mac { "MacOSX" } else { "WinDesktop" },
        "Site": log.random.guid(),
        "UserAgent": if sync { "Microsoft SkyDriveSync 25.020.0202.0001 ship; Windows NT 10.0 (26100)" } else { &presence.agent },
        "WebId": log.random.guid(),
        "DeviceDisplayName": device,
        "ClientAppId": application,
    };
    let record_type = match operation {
        "PageViewed" => 4,
        "SharingSet" | "CompanyLinkCreated" | "AnonymousLinkCreated" => 14,
        _ => 6,
    };
    if record_type == 6 {
        rest = rest.with(map! {
            "SiteUrl": &spot.root,
            "SourceFileExtension": spot.name.rsplit('.').next().unwrap_or_default(),
            "SourceFileName": &spot.name,
            "SourceRelativeUrl": &spot.folder,
        });
    }
    let key = format!("i:0h.f|membership|{}@live.com.example", person.puid.to_lowercase());
    let head = Head {
        time,
        operation,
        record_type,
        user: &person.upn,
        user_key: &key,
        user_type: 0,
        object: &object,
        address: &presence.place.address,
    };
    log.audit(&head, rest);
}

/// A search over sites.
pub(crate) fn search(log: &mut Log, person: &Person, presence: &Presence, time: i64, words: &str) {
    let claims = log.app_access(presence, "08e18876-6177-487e-b8b5-cf950c1e598c");
    let rest = map! {
        "AppAccessContext": claims,
        "CorrelationId": log.random.guid(),
        "EventSource": "SharePoint",
        "ItemType": "Page",
        "SearchQueryText": words,
        "UserAgent": &presence.agent,
    };
    let head = Head {
        time,
        operation: "SearchQueryPerformed",
        record_type: 4,
        user: &person.upn,
        user_key: &person.puid,
        user_type: 0,
        object: SITE,
        address: &presence.place.address,
    };
    log.audit(&head, rest);
}

/// A message, a chat or a session in Teams.
pub(crate) fn chat(log: &mut Log, person: &Person, other: &Person, presence: &Presence, time: i64) {
    let operation =
        *log.random.pick(&["TeamsSessionStarted", "MessageSent", "MessageSent", "MessageSent", "ChatCreated"]);
    let member = |who: &Person| map! { "DisplayName": &who.name, "Role": 1_i64, "UPN": &who.upn };
    let rest = match operation {
        "TeamsSessionStarted" => map! { "ItemName": "Teams Desktop Client", "ObjectType": "Session" },
        "ChatCreated" => map! {
            "ChatThreadId": format!("19:{}@unq.gbl.spaces", log.random.guid()),
            "CommunicationType": "OneOnOne",
            "Members": Json::List(vec![member(person), member(other)]),
            "ParticipantInfo": map! {
                "HasForeignTenantUsers": false,
                "HasGuestUsers": false,
                "HasOtherGuestUsers": false,
                "HasUnauthenticatedUsers": false,
                "ParticipatingTenantIds": Json::List(vec![TENANT.into()]),
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
