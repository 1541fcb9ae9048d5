//! Mailbox records: reading, sending, moving, deleting, and the ordinary day made of them.

use crate::json::{Json, named};
use crate::log::{Head, Log, Presence};
use crate::map;
use crate::people::{CLERK, DOMAIN, Person, Team};
use crate::random::Random;

/// The program that touches a mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Client {
    /// Outlook on the web; the client string repeats the browser's.
    Web,
    /// Outlook on a desktop, in cached mode.
    Desktop,
    /// The mobile app.
    Mobile,
    /// Another application with this id, by REST.
    Rest(&'static str),
}

impl Client {
    fn info(self, agent: &str) -> String {
        match self {
            Self::Web => format!("Client=OWA;{agent};"),
            Self::Desktop => "Client=MSExchangeRPC".into(),
            Self::Mobile => "Client=OutlookService;Outlook-iOS/2.0;".into(),
            Self::Rest(_) => "Client=REST;Client=RESTSystem;;".into(),
        }
    }

    fn application(self) -> &'static str {
        match self {
            Self::Web => "9199bf20-a13f-4107-85dc-02114787ef48",
            Self::Desktop => "d3590ed6-52b3-4102-aeff-aad2292ab01c",
            Self::Mobile => "27922004-5251-4030-b22d-91ecd9a37ea4",
            Self::Rest(id) => id,
        }
    }
}

/// Whose mailbox is touched, in which session, with what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seat<'a> {
    pub(crate) person: &'a Person,
    pub(crate) presence: &'a Presence,
    pub(crate) client: Client,
}

/// A message as the log knows it.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) subject: String,
    pub(crate) size: i64,
}

impl Message {
    pub(crate) fn new(log: &mut Log, subject: impl Into<String>) -> Self {
        let server = log.random.hex(12);
        Self {
            id: format!("<{}@{server}.eurprd04.mail.example>", log.random.hex(32)),
            subject: subject.into(),
            size: 9_000 + log.random.span(180_000),
        }
    }
}

impl Seat<'_> {
    fn head<'a>(&'a self, time: i64, operation: &'a str, record_type: i64) -> Head<'a> {
        Head {
            time,
            operation,
            record_type,
            user: &self.person.upn,
            user_key: &self.person.puid,
            user_type: 0,
            object: "",
            // Aggregated records (type 50) name the address in ClientIPAddress only.
            address: if record_type == 50 { "" } else { &self.presence.place.address },
        }
    }

    /// The members that every mailbox record of this seat carries.
    fn mailbox(&self, log: &mut Log) -> Json {
        let claims = log.app_access(self.presence, self.client.application());
        let mut members = map! {
            "AppAccessContext": claims,
            "AppId": if matches!(self.client, Client::Desktop) { "00000002-0000-0ff1-ce00-000000000000" } else { self.client.application() },
            "ClientAppId": self.client.application(),
            "ClientIPAddress": &self.presence.place.address,
            "ClientInfoString": self.client.info(&self.presence.agent),
        };
        if self.client == Client::Desktop {
            members = members.with(map! { "ClientProcessName": "OUTLOOK.EXE", "ClientVersion": "16.0.19426.20170" });
        }
        members
            .with(map! {
                "ExternalAccess": false,
                "InternalLogonType": 0,
                "LogonType": 0,
                "LogonUserSid": &self.person.sid,
                "MailboxGuid": &self.person.mailbox,
                "MailboxOwnerSid": &self.person.sid,
                "MailboxOwnerUPN": &self.person.upn,
            })
            .with(log.server())
            .with(map! { "SessionId": &self.presence.session })
    }

    /// Messages opened one by one: `MailItemsAccessed`, access type Bind.
    pub(crate) fn bind(&self, log: &mut Log, time: i64, folder: &str, count: usize) -> String {
        let items: Vec<Json> = (0..count)
            .map(|_| {
                let message = Message::new(log, "");
                map! { "Id": item_id(log), "InternetMessageId": message.id, "SizeInBytes": message.size }
            })
            .collect();
        let operations = Json::count(items.len());
        let rest = self.mailbox(log).with(map! {
            "OperationProperties": named(&[("MailAccessType", "Bind"), ("IsThrottled", "False")]),
            "Folders": Json::List(vec![map! {
                "FolderItems": items,
                "Id": folder_id(self.person, folder),
                "Path": format!("\\{folder}"),
            }]),
            "OperationCount": operations,
        });
        log.audit(&self.head(time, "MailItemsAccessed", 50), rest)
    }

    /// A folder copied to the machine: `MailItemsAccessed`, access type Sync.
    pub(crate) fn sync(&self, log: &mut Log, time: i64, folder: &str) -> String {
        let id = folder_id(self.person, folder);
        let rest = self.mailbox(log).with(map! {
            "OperationProperties": named(&[("MailAccessType", "Sync"), ("IsThrottled", "False")]),
            "Item": map! {
                "Id": &id,
                "ParentFolder": map! { "Id": &id, "Name": folder, "Path": format!("\\{folder}") },
            },
        });
        log.audit(&self.head(time, "MailItemsAccessed", 2), rest)
    }

    /// `Send`, `Update`, `Create` or `FolderBind`: one item, or one folder.
    pub(crate) fn item(&self, log: &mut Log, time: i64, operation: &str, folder: &str, message: &Message) -> String {
        let parent = map! { "Id": folder_id(self.person, folder), "Name": folder, "Path": format!("\\{folder}") };
        let mut rest = self.mailbox(log);
        rest = match operation {
            "FolderBind" => {
                rest.with(map! { "Item": map! { "Id": folder_id(self.person, folder), "ParentFolder": parent } })
            }
            "Update" => rest.with(map! {
                "Item": map! {
                    "Id": item_id(log),
                    "InternetMessageId": &message.id,
                    "ParentFolder": parent,
                    "SizeInBytes": message.size,
                    "Subject": &message.subject,
                },
                "ModifiedProperties": Json::List(vec!["RecipientCollection".into(), "AttachmentCollection".into()]),
            }),
            _ => rest.with(map! {
                "Item": map! {
                    "Id": if operation == "Send" { "Unknown".to_string() } else { item_id(log) },
                    "InternetMessageId": &message.id,
                    "ParentFolder": parent,
                    "SizeInBytes": message.size,
                    "Subject": &message.subject,
                },
            }),
        };
        log.audit(&self.head(time, operation, 2), rest)
    }

    /// `MoveToDeletedItems`, `Move`, `SoftDelete` or `HardDelete` of `messages` in `folder`.
    pub(crate) fn group(
        &self,
        log: &mut Log,
        time: i64,
        operation: &str,
        (folder, target): (&str, Option<&str>),
        messages: &[Message],
    ) -> String {
        let id = folder_id(self.person, folder);
        let items: Vec<Json> = messages
            .iter()
            .map(|message| {
                map! {
                    "Id": item_id(log),
                    "InternetMessageId": &message.id,
                    "ParentFolder": map! { "Id": &id, "Path": format!("\\{folder}") },
                    "Subject": &message.subject,
                }
            })
            .collect();
        let mut rest = self.mailbox(log).with(map! { "AffectedItems": items, "CrossMailboxOperation": false });
        if let Some(target) = target {
            rest = rest.with(
                map! { "DestFolder": map! { "Id": folder_id(self.person, target), "Path": format!("\\{target}") } },
            );
        }
        rest = rest.with(map! { "Folder": map! { "Id": &id, "Path": format!("\\{folder}") } });
        log.audit(&self.head(time, operation, 3), rest)
    }

    /// Records an administrative cmdlet of the owner: `New-InboxRule` and the like.
    pub(crate) fn cmdlet(
        &self,
        log: &mut Log,
        time: i64,
        operation: &str,
        object: &str,
        parameters: &[(&str, &str)],
    ) -> String {
        let port = 49_152 + log.random.below(16_000);
        let address = match &self.presence.place.address {
            v6 if v6.contains(':') => format!("[{v6}]:{port}"),
            v4 => format!("{v4}:{port}"),
        };
        let claims = log.app_access(self.presence, self.client.application());
        let rest = map! {
            "AppAccessContext": claims,
            "AppId": "00000002-0000-0ff1-ce00-000000000000",
            "ClientAppId": "",
            "ExternalAccess": false,
        }
        .with(log.server())
        .with(map! { "Parameters": named(parameters), "SessionId": &self.presence.session });
        let head = Head { user_type: 2, object, address: &address, ..self.head(time, operation, 1) };
        log.audit(&head, rest)
    }

    /// `UpdateInboxRules`, which Outlook writes when a rule is made in the client. `actions` is JSON text.
    pub(crate) fn update_rules(&self, log: &mut Log, time: i64, name: &str, condition: &str, actions: &str) -> String {
        let rule = log.random.next().to_string();
        let rest = self.mailbox(log).with(map! {
            "OperationProperties": named(&[
                ("RuleOperation", "AddMailboxRule"),
                ("RuleId", &rule),
                ("RuleState", "Enabled"),
                ("RuleCondition", condition),
                ("RuleName", name),
                ("RuleProvider", "RuleOrganizer"),
                ("RuleActions", actions),
            ]),
            "Item": map! {
                "Id": "Unknown",
                "ParentFolder": map! { "Id": folder_id(self.person, "Inbox"), "Name": "Inbox", "Path": "\\Inbox" },
            },
        });
        log.audit(&self.head(time, "UpdateInboxRules", 2), rest)
    }
}

fn item_id(log: &mut Log) -> String {
    format!("RgAAAAD{}AAAJ", log.random.base64(28))
}

/// A folder keeps its id: it is drawn from the mailbox and the folder's name.
fn folder_id(person: &Person, folder: &str) -> String {
    let seed = person.mailbox.bytes().chain(folder.bytes()).fold(7, |sum: u64, b| sum.wrapping_mul(131) + u64::from(b));
    format!("LgAAAAD{}AAAB", Random::new(seed).base64(32))
}

/// A subject such as `team` writes about.
fn subject(log: &mut Log, team: Team) -> String {
    let number = 2600 + log.random.below(900);
    let general: &[&str] = &["Lunch on Thursday?", "Team meeting notes", "Re: holidays in February", "Parking badge"];
    let own: &[&str] = match team {
        Team::Finance => &["Invoice {} for approval", "Re: open items {}", "Month end January", "Credit note {}"],
        Team::Sales => &["Quote {} Rotterdam - Oslo", "Re: rate request {}", "New prospect", "Contract renewal {}"],
        Team::Customs => &["Declaration {} released", "Re: T1 document {}", "HS code question", "Inspection {}"],
        Team::Planning => &["Booking {} confirmed", "Re: gate time {}", "Delay MV Noordster", "Truck for {}"],
        Team::Office => &["Visitors on Monday", "Supplies order {}", "Re: agenda", "Birthday list"],
        Team::It => &["Maintenance window Saturday", "Re: ticket {}", "New laptops", "Patch report {}"],
    };
    let list = if log.random.chance(25) { general } else { own };
    log.random.pick(list).replace("{}", &number.to_string())
}

const FOLDERS: &[&str] = &["Inbox", "Inbox", "Inbox", "Sent Items", "Archive", "Inbox\\Customers"];

/// The mailbox records of one day of `person`.
pub(crate) fn day(log: &mut Log, person: &Person, people: &[Person], presence: &Presence, length: i64) {
    let desktop = person.outlook && !presence.agent.contains("iPhone");
    let client = if presence.agent.contains("iPhone") { Client::Mobile } else { Client::Web };
    let web = Seat { person, presence, client };
    let home = Seat { person, presence, client: if desktop { Client::Desktop } else { client } };
    let at = |log: &mut Log| presence.since + 120 + log.random.span(length - 200);
    if desktop {
        for folder in ["Inbox", "Sent Items"] {
            if log.random.chance(60) {
                let time = presence.since + 60 + log.random.span(900);
                home.sync(log, time, folder);
            }
        }
    }
    for _ in 0..log.random.below(3) + u64::from(!desktop) {
        let (time, count) = (at(log), 1 + log.random.below(4) as usize);
        let folder = *log.random.pick(FOLDERS);
        web.bind(log, time, folder, count);
    }
    for _ in 0..log.random.below(3) {
        let time = at(log);
        let text = subject(log, person.team);
        let message = Message::new(log, text);
        let seat = if log.random.chance(50) { web } else { home };
        seat.item(log, time, "Send", "Drafts", &message);
    }
    if log.random.chance(55) {
        let time = at(log);
        tidy(log, &web, time, person.team);
    }
    if log.random.chance(12) {
        let (time, message) = (at(log), Message::new(log, "Draft"));
        let operation = *log.random.pick(&["Update", "Create", "FolderBind"]);
        home.item(log, time, operation, "Calendar", &message);
    }
    if log.random.chance(2) {
        let time = at(log);
        ordinary_rule(log, &web, time, people);
    }
}

/// Filing and throwing away.
fn tidy(log: &mut Log, seat: &Seat<'_>, time: i64, team: Team) {
    let count = 1 + log.random.below(3);
    let messages: Vec<Message> = (0..count)
        .map(|_| {
            let text = subject(log, team);
            Message::new(log, text)
        })
        .collect();
    match log.random.below(10) {
        0..=4 => seat.group(log, time, "MoveToDeletedItems", ("Inbox", Some("Deleted Items")), &messages),
        5..=7 => seat.group(log, time, "Move", ("Inbox", Some("Inbox\\Customers")), &messages),
        8 => seat.group(log, time, "SoftDelete", ("Deleted Items", None), &messages),
        _ => seat.group(log, time, "HardDelete", ("Deleted Items", None), &messages),
    };
}

/// Rules as people make them to keep an inbox in order.
fn ordinary_rule(log: &mut Log, seat: &Seat<'_>, time: i64, people: &[Person]) {
    let local = seat.person.upn.split('@').next().unwrap_or_default().to_string();
    let sender = format!("news@portnews{}.example", log.random.below(4));
    match log.random.below(3) {
        0 => {
            let parameters = [
                ("AlwaysDeleteOutlookRulesBlob", "False"),
                ("Force", "False"),
                ("From", sender.as_str()),
                ("MoveToFolder", "Newsletters"),
                ("Name", "Newsletters"),
                ("StopProcessingRules", "True"),
            ];
            seat.cmdlet(log, time, "New-InboxRule", &format!("{local}\\Newsletters"), &parameters);
        }
        1 => {
            let parameters = [
                ("Force", "False"),
                ("Identity", "Bookings"),
                ("SubjectContainsWords", "booking;gate time"),
                ("MoveToFolder", "Inbox\\Bookings"),
                ("Name", "Bookings"),
            ];
            seat.cmdlet(log, time, "Set-InboxRule", &format!("{local}\\Bookings"), &parameters);
        }
        _ => {
            let colleague = &people[CLERK + 9 + log.random.below(20) as usize];
            let actions = format!("[{{\"ActionType\":\"Move\",\"FolderId\":\"{}\"}}]", log.random.hex(24));
            let condition = format!("(SenderEmailAddress equals {}, Domain {DOMAIN})", colleague.upn);
            seat.update_rules(log, time, &colleague.name, &condition, &actions);
        }
    }
}
