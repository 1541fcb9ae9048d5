//! Mailbox records: reading, sending, moving, deleting, rules and cmdlets; and the trace of what is sent.

use crate::json::{Json, named};
use crate::log::{Export, Head, Log, Presence, csv, stamp};
use crate::map;
use crate::people::{Person, mix};
use crate::random::Random;
use crate::state::Setting;

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
    /// IMAP.
    Imap,
}

impl Client {
    fn info(self, agent: &str) -> String {
        match self {
            Self::Web => format!("Client=OWA;{agent};"),
            Self::Desktop => "Client=MSExchangeRPC".into(),
            Self::Mobile => "Client=OutlookService;Outlook-iOS/2.0;".into(),
            Self::Rest(_) => "Client=REST;Client=RESTSystem;;".into(),
            Self::Imap => "Client=POP3/IMAP4;Protocol=IMAP4".into(),
        }
    }

    pub(crate) fn application(self) -> &'static str {
        match self {
            Self::Web => "9199bf20-a13f-4107-85dc-02114787ef48",
            Self::Desktop => "d3590ed6-52b3-4102-aeff-aad2292ab01c",
            Self::Mobile => "27922004-5251-4030-b22d-91ecd9a37ea4",
            Self::Rest(id) => id,
            Self::Imap => "",
        }
    }
}

/// Whose mailbox is touched, by whom, in which session, with what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seat<'a> {
    pub(crate) person: &'a Person,
    /// Whose mailbox it is: the person's own, or one that the person may open.
    pub(crate) owner: &'a Person,
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

impl<'a> Seat<'a> {
    pub(crate) fn own(person: &'a Person, presence: &'a Presence, client: Client) -> Self {
        Self { person, owner: person, presence, client }
    }

    fn head<'b>(&'b self, time: i64, operation: &'b str, record_type: i64) -> Head<'b> {
        Head {
            time,
            operation,
            record_type,
            user: &self.person.upn,
            user_key: &self.person.puid,
            user_type: if self.person.upn.contains('@') { 0 } else { 5 },
            object: "",
            // Aggregated records (type 50) name the address in ClientIPAddress only.
            address: if record_type == 50 { "" } else { &self.presence.place.address },
        }
    }

    /// The members that every mailbox record of this seat carries.
    fn mailbox(&self, log: &mut Log) -> Json {
        let client = self.client.application();
        let mut members = if self.client == Client::Imap {
            map! {}
        } else {
            map! { "AppAccessContext": log.app_access(self.presence, client) }
        };
        members = members.with(map! {
            "AppId": if self.client == Client::Desktop { "00000002-0000-0ff1-ce00-000000000000" } else { client },
            "ClientAppId": client,
            "ClientIPAddress": &self.presence.place.address,
            "ClientInfoString": self.client.info(&self.presence.agent),
        });
        if self.client == Client::Desktop {
            members = members.with(map! { "ClientProcessName": "OUTLOOK.EXE", "ClientVersion": "16.0.19426.20170" });
        }
        let logon = match self.person.index == self.owner.index {
            true => 0,
            false if self.person.upn.contains('@') => 2,
            false => 1,
        };
        members
            .with(map! {
                "ExternalAccess": false,
                "InternalLogonType": 0_i64,
                "LogonType": logon,
                "LogonUserSid": &self.person.sid,
                "MailboxGuid": &self.owner.mailbox,
                "MailboxOwnerSid": &self.owner.sid,
                "MailboxOwnerUPN": &self.owner.upn,
            })
            .with(log.server())
            .with(map! { "SessionId": &self.presence.session })
    }

    /// Messages opened one by one: `MailItemsAccessed`, access type Bind. Returns their message ids.
    pub(crate) fn bind(&self, log: &mut Log, time: i64, folder: &str, count: usize) -> Vec<String> {
        let messages: Vec<Message> = (0..count).map(|_| Message::new(log, "")).collect();
        let items: Vec<Json> = messages
            .iter()
            .map(|m| map! { "Id": item_id(log), "InternetMessageId": &m.id, "SizeInBytes": m.size })
            .collect();
        let rest = self.mailbox(log).with(map! {
            "OperationProperties": named(&[("MailAccessType", "Bind"), ("IsThrottled", "False")]),
            "Folders": Json::List(vec![map! {
                "FolderItems": items,
                "Id": folder_id(self.owner, folder),
                "Path": format!("\\{folder}"),
            }]),
            "OperationCount": Json::count(count),
        });
        log.audit(&self.head(time, "MailItemsAccessed", 50), rest);
        messages.into_iter().map(|m| m.id).collect()
    }

    /// A folder copied to the machine: `MailItemsAccessed`, access type Sync.
    pub(crate) fn sync(&self, log: &mut Log, time: i64, folder: &str) {
        let id = folder_id(self.owner, folder);
        let rest = self.mailbox(log).with(map! {
            "OperationProperties": named(&[("MailAccessType", "Sync"), ("IsThrottled", "False")]),
            "Item": map! {
                "Id": &id,
                "ParentFolder": map! { "Id": &id, "Name": folder, "Path": format!("\\{folder}") },
            },
        });
        log.audit(&self.head(time, "MailItemsAccessed", 2), rest);
    }

    /// `Send`, `SendAs`, `SendOnBehalf`, `Update`, `Create` of one item.
    pub(crate) fn item(&self, log: &mut Log, time: i64, operation: &str, folder: &str, message: &Message) {
        let parent = map! { "Id": folder_id(self.owner, folder), "Name": folder, "Path": format!("\\{folder}") };
        let mut rest = self.mailbox(log).with(map! {
            "Item": map! {
                "Id": if operation.starts_with("Send") { "Unknown".to_string() } else { item_id(log) },
                "InternetMessageId": &message.id,
                "ParentFolder": parent,
                "SizeInBytes": message.size,
                "Subject": &message.subject,
            },
        });
        if operation == "Update" {
            rest = rest.with(map! {
                "ModifiedProperties": Json::List(vec!["RecipientCollection".into(), "AttachmentCollection".into()]),
            });
        }
        if operation == "SendAs" {
            rest = rest.with(map! { "SendAsUserSmtp": &self.owner.upn, "SendAsUserMailboxGuid": &self.owner.mailbox });
        }
        log.audit(&self.head(time, operation, 2), rest);
    }

    /// `MoveToDeletedItems`, `Move`, `SoftDelete` or `HardDelete` of `messages` in `folder`.
    pub(crate) fn group(
        &self,
        log: &mut Log,
        time: i64,
        operation: &str,
        (folder, target): (&str, Option<&str>),
        messages: &[Message],
    ) {
        let id = folder_id(self.owner, folder);
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
                map! { "DestFolder": map! { "Id": folder_id(self.owner, target), "Path": format!("\\{target}") } },
            );
        }
        rest = rest.with(map! { "Folder": map! { "Id": &id, "Path": format!("\\{folder}") } });
        log.audit(&self.head(time, operation, 3), rest);
    }

    /// A search in the mailbox.
    pub(crate) fn search(&self, log: &mut Log, time: i64, words: &str) {
        let rest = self.mailbox(log).with(map! {
            "OperationProperties": named(&[("QueryText", words), ("ScopeType", "Mailbox")]),
        });
        log.audit(&self.head(time, "SearchQueryInitiatedExchange", 2), rest);
    }

    /// A cmdlet: the owner's own settings or an administrator's work.
    pub(crate) fn cmdlet(&self, log: &mut Log, time: i64, operation: &str, object: &str, given: &[(&str, &str)]) {
        let port = 49_152 + log.random.below(16_000);
        let address = match &self.presence.place.address {
            v6 if v6.contains(':') => format!("[{v6}]:{port}"),
            v4 => format!("{v4}:{port}"),
        };
        let claims = log.app_access(self.presence, self.client.application());
        let rest = map! {
            "AppAccessContext": claims,
            "AppId": if self.client == Client::Web { "00000002-0000-0ff1-ce00-000000000000" } else { self.client.application() },
            "ClientAppId": "",
            "ExternalAccess": false,
        }
        .with(log.server())
        .with(map! { "Parameters": named(given), "SessionId": &self.presence.session });
        let head = Head { user_type: 2, object, address: &address, ..self.head(time, operation, 1) };
        log.audit(&head, rest);
        log.settings.push(Setting::new(time, operation, object, given));
    }

    /// `UpdateInboxRules`, which Outlook writes when a rule is made in the client. `actions` is JSON text.
    pub(crate) fn outlook_rule(
        &self,
        log: &mut Log,
        time: i64,
        (act, name): (&str, &str),
        (when, actions): (&str, &str),
    ) {
        let rule = mix(self.owner.index as u64, name.len() as u64, 77).to_string();
        let rest = self.mailbox(log).with(map! {
            "OperationProperties": named(&[
                ("RuleOperation", act),
                ("RuleId", &rule),
                ("RuleState", "Enabled"),
                ("RuleCondition", when),
                ("RuleName", name),
                ("RuleProvider", "RuleOrganizer"),
                ("RuleActions", actions),
            ]),
            "Item": map! {
                "Id": "Unknown",
                "ParentFolder": map! { "Id": folder_id(self.owner, "Inbox"), "Name": "Inbox", "Path": "\\Inbox" },
            },
        });
        log.audit(&self.head(time, "UpdateInboxRules", 2), rest);
        let operation = if act == "RemoveMailboxRule" { "Remove-InboxRule" } else { "New-InboxRule" };
        let object = format!("{}\\{name}", self.owner.local_part());
        log.settings.push(Setting::new(
            time,
            operation,
            &object,
            &[("Name", name), ("Description", when), ("ForwardTo", forwarded(actions))],
        ));
    }

    /// `ModifyFolderPermissions`, which Outlook writes when a folder is shared.
    pub(crate) fn share(&self, log: &mut Log, time: i64, folder: &str, (member, rights): (&str, &str)) {
        let rest = self.mailbox(log).with(map! {
            "Item": map! {
                "Id": folder_id(self.owner, folder),
                "ParentFolder": map! {
                    "Id": folder_id(self.owner, folder),
                    "MemberRights": rights,
                    "MemberSid": "S-1-5-21-3310450931-2411289045-187350722-31900001",
                    "MemberUpn": member,
                    "Name": folder,
                    "Path": format!("\\{folder}"),
                },
            },
        });
        log.audit(&self.head(time, "ModifyFolderPermissions", 2), rest);
    }

    /// Sends `message` to `to`: the mailbox's record and a row of the trace for every recipient.
    pub(crate) fn send(&self, log: &mut Log, time: i64, message: &Message, to: &[&str]) {
        self.item(log, time, "Send", "Drafts", message);
        for recipient in to {
            trace(log, time + 2, (&self.owner.upn, recipient), message, &self.presence.place.address);
        }
    }
}

/// Whom the actions of a rule forward to.
fn forwarded(actions: &str) -> &str {
    let rest = actions.split_once("\"Recipients\":[\"").map(|(_, rest)| rest);
    rest.and_then(|rest| rest.split('"').next()).unwrap_or_default()
}

/// A row of the message trace.
pub(crate) fn trace(log: &mut Log, time: i64, (from, to): (&str, &str), message: &Message, address: &str) {
    let id = log.random.guid();
    let row = csv(&[
        &message.id,
        &stamp(time, "%-m/%-d/%Y %-I:%M:%S %p"),
        from,
        to,
        &message.subject,
        "Delivered",
        "",
        address,
        &message.size.to_string(),
        &id,
    ]);
    log.put(time, Export::Trace, &format!("{id}/{}", to.to_lowercase()), row);
}

pub(crate) fn item_id(log: &mut Log) -> String {
    format!("RgAAAAD{}AAAJ", log.random.base64(28))
}

/// A folder keeps its id: it is drawn from the mailbox and the folder's name.
pub(crate) fn folder_id(person: &Person, folder: &str) -> String {
    let seed = person.mailbox.bytes().chain(folder.bytes()).fold(7, |sum: u64, b| sum.wrapping_mul(131) + u64::from(b));
    format!("LgAAAAD{}AAAB", Random::new(seed).base64(32))
}

/// What Exchange itself does to mailboxes.
pub(crate) fn system_cmdlet(log: &mut Log, time: i64, operation: &str, object: &str, given: &[(&str, &str)]) {
    const USER: &str = "NT AUTHORITY\\SYSTEM (Microsoft.Exchange.ServiceHost)";
    let rest = map! { "AppId": "", "ClientAppId": "", "ExternalAccess": true }
        .with(log.server())
        .with(map! { "Parameters": named(given) });
    let head = Head { time, operation, record_type: 1, user: USER, user_key: USER, user_type: 3, object, address: "" };
    log.audit(&head, rest);
}
