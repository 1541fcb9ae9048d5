//! A seed and a size to an audit log export of that size, in the proportions of a working tenant.

#[path = "../samples/generate/random.rs"]
#[allow(dead_code)] // the sample tenant draws more kinds of numbers than an export does
pub(crate) mod random;

#[path = "forms.rs"]
#[allow(dead_code)] // measurements write large files in two of them
pub(crate) mod forms;

use random::Random;
use std::fmt::Write as _;
use std::io::{self, Write};

/// Changes with what is written for a seed, so that an older file is not taken for a newer one.
pub(crate) const VERSION: u32 = 2;

/// Which export is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Purview portal CSV, the header with eight columns.
    Csv,
    /// Management Activity API, one record a line.
    Ndjson,
}

impl Format {
    /// The file name's ending.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
        }
    }
}

/// Operations with their record type and their share in 1,000 records.
///
/// Mail access and work on files dominate, sign-ins are a tenth, administration of Exchange one in a hundred.
const MIX: &[(&str, u32, u64)] = &[
    ("MailItemsAccessed", 50, 290),
    ("MailItemsAccessed", 2, 50),
    ("FileAccessed", 6, 195),
    ("FileModified", 6, 55),
    ("FilePreviewed", 6, 50),
    ("FileSyncDownloadedFull", 6, 40),
    ("FileDownloaded", 6, 30),
    ("PageViewed", 4, 35),
    ("UserLoggedIn", 15, 90),
    ("UserLoginFailed", 15, 10),
    ("Send", 2, 30),
    ("MoveToDeletedItems", 3, 25),
    ("SoftDelete", 3, 15),
    ("HardDelete", 3, 10),
    ("Create", 2, 15),
    ("MessageSent", 25, 35),
    ("Update user.", 8, 15),
    ("Set-Mailbox", 1, 8),
    ("New-InboxRule", 1, 1),
    ("Set-InboxRule", 1, 1),
];

const TENANT: &str = "91b7a7d0-3f5e-4a51-9d7e-0c5c5f7a1e20";

struct User {
    upn: String,
    id: String,
    sid: String,
    mailbox: String,
    addresses: [String; 4],
    agents: [usize; 2],
    session: String,
}

/// An endless row of records.
pub(crate) struct Records {
    random: Random,
    users: Vec<User>,
    agents: Vec<String>,
    /// Unix seconds of the next record.
    time: i64,
}

/// One record of the unified audit log.
#[derive(Debug, Clone)]
#[allow(dead_code)] // measurements write records as they are made
pub(crate) struct Record {
    pub(crate) id: String,
    /// UTC, without a zone.
    pub(crate) time: String,
    pub(crate) kind: u32,
    pub(crate) operation: &'static str,
    pub(crate) user: String,
    /// `AuditData` as compact JSON.
    pub(crate) data: String,
}

impl Records {
    /// The next `count` records.
    #[allow(dead_code)] // as for Record
    pub(crate) fn take(&mut self, count: usize) -> Vec<Record> {
        let mut one = || {
            let mut data = String::new();
            let (id, time, record_type, operation, user) = self.next(&mut data);
            let user = user.to_owned();
            Record { id, time, kind: record_type, operation, user, data }
        };
        (0..count).map(|_| one()).collect()
    }

    /// Records that belong to `seed`.
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let agents = (0..60)
            .map(|n| {
                let system = ["Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7"][n % 2];
                format!(
                    "Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Safari/537.36",
                    90 + n
                )
            })
            .collect();
        let users = (0..400).map(|n| user(&mut random, n)).collect();
        Self { random, users, agents, time: 1_767_571_200 }
    }

    /// Writes the `AuditData` of the next record to `out`; gives its id, time, record type, operation and user.
    fn next(&mut self, out: &mut String) -> (String, String, u32, &'static str, &str) {
        let mut draw = self.random.below(1000);
        let (operation, record_type) = MIX
            .iter()
            .find_map(|(operation, record_type, share)| {
                if draw < *share {
                    return Some((*operation, *record_type));
                }
                draw -= share;
                None
            })
            .unwrap_or(("FileAccessed", 6));
        self.time += self.random.span(8);
        let time = clock(self.time);
        let random = &mut self.random;
        let id = random.guid();
        if random.chance(2) {
            // A new day's session; tokens change far more often than people.
            let index = random.below(400) as usize;
            self.users[index].session = random.guid();
        }
        // The square of a draw: few people do much, many do little.
        let draw = random.below(400);
        let user = &self.users[(draw * draw / 400) as usize];
        let address = &user.addresses[(random.below(16) / 5) as usize];
        let agent = &self.agents[user.agents[usize::from(random.chance(15))]];
        let workload = match record_type {
            1 | 2 | 3 | 50 => "Exchange",
            8 | 15 => "AzureActiveDirectory",
            25 => "MicrosoftTeams",
            _ => "SharePoint",
        };
        let _ = write!(
            out,
            r#"{{"CreationTime":"{time}","Id":"{id}","Operation":"{operation}","OrganizationId":"{TENANT}","RecordType":{record_type},"UserKey":"{}","UserType":0,"Version":1,"Workload":"{workload}","ClientIP":"{address}","UserId":"{}","#,
            user.id, user.upn
        );
        let seat = Seat { user, address, agent };
        match record_type {
            50 => seat.bind(out, random),
            2 | 3 => seat.mail(out, random, record_type, operation),
            4 | 6 => seat.file(out, random),
            15 => seat.sign_in(out, random, operation),
            1 => seat.cmdlet(out, operation),
            8 => seat.directory(out, random),
            _ => seat.chat(out, random),
        }
        out.push('}');
        (id, time, record_type, operation, &user.upn)
    }
}

fn user(random: &mut Random, n: u64) -> User {
    let address = |random: &mut Random| {
        let block = *random.pick(&["84.24", "77.160", "86.80", "31.151", "145.53", "82.168"]);
        format!("{block}.{}.{}", random.below(256), 1 + random.below(254))
    };
    User {
        upn: format!("user{n:03}@bench.example"),
        id: random.guid(),
        sid: format!("S-1-5-21-1004336348-1177238915-682003330-{}", 11_000 + n),
        mailbox: random.guid(),
        addresses: ["195.240.10.20".into(), address(random), address(random), address(random)],
        agents: [random.below(60) as usize, random.below(60) as usize],
        session: random.guid(),
    }
}

/// Who does it, from where, with what.
struct Seat<'a> {
    user: &'a User,
    address: &'a str,
    agent: &'a str,
}

impl Seat<'_> {
    fn claims(&self, out: &mut String, random: &mut Random) {
        let _ = write!(
            out,
            r#""AppAccessContext":{{"AADSessionId":"{}","ClientAppId":"9199bf20-a13f-4107-85dc-02114787ef48","CorrelationId":"{}","UniqueTokenId":"{}"}},"#,
            self.user.session,
            random.guid(),
            token(random)
        );
    }

    fn mailbox(&self, out: &mut String, random: &mut Random) {
        self.claims(out, random);
        let user = self.user;
        let _ = write!(
            out,
            r#""AppId":"00000002-0000-0ff1-ce00-000000000000","ClientAppId":"9199bf20-a13f-4107-85dc-02114787ef48","ClientIPAddress":"{}","ClientInfoString":"Client=OWA;{};","ExternalAccess":false,"InternalLogonType":0,"LogonType":0,"LogonUserSid":"{}","MailboxGuid":"{}","MailboxOwnerSid":"{}","MailboxOwnerUPN":"{}","OrganizationName":"bench.onmicrosoft.example","OriginatingServer":"AM0PR04MB{} (15.20.9520.011)\r\n","SessionId":"{}","#,
            self.address,
            self.agent,
            user.sid,
            user.mailbox,
            user.sid,
            user.upn,
            1000 + random.below(60),
            user.session
        );
    }

    fn bind(&self, out: &mut String, random: &mut Random) {
        self.mailbox(out, random);
        out.push_str(r#""OperationProperties":[{"Name":"MailAccessType","Value":"Bind"},{"Name":"IsThrottled","Value":"False"}],"Folders":[{"FolderItems":["#);
        let count = 1 + random.below(4) * random.below(3);
        for n in 0..count {
            let comma = if n == 0 { "" } else { "," };
            let (id, message, size) = (random.base64(60), random.hex(32), random.below(200_000));
            let _ = write!(
                out,
                r#"{comma}{{"Id":"RgAAAAD{id}AAAJ","InternetMessageId":"<{message}@AM0PR04MB4196.eurprd04.mail.example>","SizeInBytes":{size}}}"#
            );
        }
        let _ = write!(
            out,
            r#"],"Id":"LgAAAAD{}AAAB","Path":"\\Inbox"}}],"OperationCount":{count}"#,
            &self.user.mailbox[..32]
        );
    }

    fn mail(&self, out: &mut String, random: &mut Random, record_type: u32, operation: &str) {
        self.mailbox(out, random);
        let folder = &self.user.mailbox[..32];
        let (item, message, number) = (random.base64(60), random.hex(32), random.below(9000));
        let one = format!(
            r#"{{"Id":"RgAAAAD{item}AAAJ","InternetMessageId":"<{message}@AM0PR04MB4196.eurprd04.mail.example>","ParentFolder":{{"Id":"LgAAAAD{folder}AAAB","Path":"\\Inbox"}},"Subject":"Re: order {number}"}}"#
        );
        let _ = match (record_type, operation) {
            (3, _) => write!(
                out,
                r#""AffectedItems":[{one}],"CrossMailboxOperation":false,"Folder":{{"Id":"LgAAAAD{folder}AAAB","Path":"\\Inbox"}}"#
            ),
            (_, "MailItemsAccessed") => write!(
                out,
                r#""OperationProperties":[{{"Name":"MailAccessType","Value":"Sync"}},{{"Name":"IsThrottled","Value":"False"}}],"Item":{{"Id":"LgAAAAD{folder}AAAB","ParentFolder":{{"Id":"LgAAAAD{folder}AAAB","Name":"Inbox","Path":"\\Inbox"}}}}"#
            ),
            _ => write!(out, r#""Item":{one}"#),
        };
    }

    fn file(&self, out: &mut String, random: &mut Random) {
        self.claims(out, random);
        let (number, site) = (random.below(90_000), random.below(40));
        let _ = write!(
            out,
            r#""ObjectId":"https://bench.sharepoint.example/sites/team{site}/Shared Documents/General/Report {number}.xlsx","AuthenticationType":"OAuth","BrowserName":"Edge","BrowserVersion":"143.0.0.0","CorrelationId":"{}","EventSource":"SharePoint","IsManagedDevice":true,"ItemType":"File","ListId":"{}","ListItemUniqueId":"{}","Platform":"WinDesktop","Site":"{}","UserAgent":"{}","WebId":"{}","DeviceDisplayName":"LT-{}","SiteUrl":"https://bench.sharepoint.example/sites/team{site}/","SourceFileExtension":"xlsx","SourceFileName":"Report {number}.xlsx","SourceRelativeUrl":"Shared Documents/General","ApplicationId":"08e18876-6177-487e-b8b5-cf950c1e598c","ApplicationDisplayName":"SharePoint Online Web Client Extensibility""#,
            random.guid(),
            random.guid(),
            random.guid(),
            random.guid(),
            self.agent,
            random.guid(),
            self.user.agents[0]
        );
    }

    fn sign_in(&self, out: &mut String, random: &mut Random, operation: &str) {
        let failed = operation == "UserLoginFailed";
        let request = *random.pick(&["OAuth2:Authorize", "OAuth2:Token", "Login:login"]);
        let user = self.user;
        let _ = write!(
            out,
            r#""ResultStatus":"Success","ObjectId":"00000002-0000-0ff1-ce00-000000000000","AzureActiveDirectoryEventType":1,"ExtendedProperties":[{{"Name":"ResultStatusDetail","Value":"{}"}},{{"Name":"UserAgent","Value":"{}"}},{{"Name":"UserAuthenticationMethod","Value":"1"}},{{"Name":"RequestType","Value":"{request}"}}],"ModifiedProperties":[],"Actor":[{{"ID":"{}","Type":0}},{{"ID":"{}","Type":5}}],"ActorContextId":"{TENANT}","ActorIpAddress":"{}","InterSystemsId":"{}","IntraSystemId":"{}","SupportTicketId":"","Target":[{{"ID":"00000002-0000-0ff1-ce00-000000000000","Type":0}}],"TargetContextId":"{TENANT}","ApplicationId":"9199bf20-a13f-4107-85dc-02114787ef48","DeviceProperties":[{{"Name":"OS","Value":"Windows10"}},{{"Name":"BrowserType","Value":"Edge"}},{{"Name":"IsCompliantAndManaged","Value":"True"}},{{"Name":"SessionId","Value":"{}"}}],"ErrorNumber":"{}""#,
            if failed { "UserError" } else { "Success" },
            self.agent,
            user.id,
            user.upn,
            self.address,
            random.guid(),
            random.guid(),
            user.session,
            if failed { "50126" } else { "0" }
        );
        if failed {
            out.push_str(r#","LogonError":"InvalidUserNameOrPassword""#);
        }
    }

    fn cmdlet(&self, out: &mut String, operation: &str) {
        let parameters = match operation {
            "Set-Mailbox" => r#"{"Name":"Force","Value":"True"},{"Name":"RecipientLimits","Value":"500"}"#,
            _ => {
                r#"{"Name":"From","Value":"news@portnews.example"},{"Name":"MoveToFolder","Value":"Newsletters"},{"Name":"Name","Value":"Newsletters"},{"Name":"StopProcessingRules","Value":"True"}"#
            }
        };
        let _ = write!(
            out,
            r#""ResultStatus":"True","ObjectId":"{}","AppId":"","ClientAppId":"","ExternalAccess":false,"OrganizationName":"bench.onmicrosoft.example","OriginatingServer":"AM0PR04MB4196 (15.20.9520.011)","Parameters":[{{"Name":"Identity","Value":"{}"}},{parameters}],"SessionId":"{}""#,
            self.user.mailbox, self.user.upn, self.user.session
        );
    }

    fn directory(&self, out: &mut String, random: &mut Random) {
        let user = self.user;
        let _ = write!(
            out,
            r#""ResultStatus":"Success","ObjectId":"{}","AzureActiveDirectoryEventType":1,"ExtendedProperties":[{{"Name":"additionalDetails","Value":"{{\"UserType\":\"Member\"}}"}},{{"Name":"extendedAuditEventCategory","Value":"User"}}],"ModifiedProperties":[{{"Name":"Included Updated Properties","NewValue":"","OldValue":""}},{{"Name":"TargetId.UserType","NewValue":"Member","OldValue":""}}],"Actor":[{{"ID":"{}","Type":5}},{{"ID":"User_{}","Type":2}}],"ActorContextId":"{TENANT}","InterSystemsId":"{}","IntraSystemId":"{}","SupportTicketId":"","Target":[{{"ID":"{}","Type":5}}],"TargetContextId":"{TENANT}""#,
            user.upn,
            user.upn,
            user.id,
            random.guid(),
            random.guid(),
            user.upn
        );
    }

    fn chat(&self, out: &mut String, random: &mut Random) {
        self.claims(out, random);
        let _ = write!(
            out,
            r#""ChatThreadId":"19:{}@thread.v2","CommunicationType":"Team","MessageId":"{}","TeamName":"Team {}","ExtraProperties":[{{"Key":"OsName","Value":"windows"}}],"ItemName":"General""#,
            random.guid(),
            random.below(1 << 40),
            random.below(40)
        );
    }
}

/// Unix seconds as the Management Activity API prints them: UTC, without a zone.
/// A unique token identifier: sixteen bytes in base64url, so that of the last character two bits count.
fn token(random: &mut Random) -> String {
    let last = ["A", "Q", "g", "w"][random.below(4) as usize];
    random.base64(21) + last
}

fn clock(time: i64) -> String {
    chrono::DateTime::from_timestamp(time, 0).map(|t| t.format("%Y-%m-%dT%H:%M:%S").to_string()).unwrap_or_default()
}

/// Writes `count` records of `seed`, one a line, as those of the tenant `tenant`.
#[allow(dead_code)] // an export is measured in bytes
pub(crate) fn write_tenant(out: &mut impl Write, count: u64, seed: u64, tenant: &str) -> io::Result<()> {
    let mut records = Records::new(seed);
    let mut data = String::new();
    for _ in 0..count {
        data.clear();
        records.next(&mut data);
        writeln!(out, "{}", data.replace(TENANT, tenant))?;
    }
    Ok(())
}

/// Writes records of `seed` until at least `bytes` are written; gives how many records that took.
pub(crate) fn write(out: &mut impl Write, format: Format, bytes: u64, seed: u64) -> io::Result<u64> {
    let mut records = Records::new(seed);
    let (mut written, mut count) = (0_u64, 0_u64);
    let (mut data, mut line) = (String::new(), String::new());
    if format == Format::Csv {
        line.push_str("\u{feff}RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits,AssociatedAdminUnitsNames\r\n");
        out.write_all(line.as_bytes())?;
        written += line.len() as u64;
    }
    while written < bytes {
        data.clear();
        line.clear();
        let (id, time, record_type, operation, user) = records.next(&mut data);
        match format {
            Format::Csv => {
                let _ = write!(line, "{id},\"{time}.0000000Z \",{record_type},{operation},{user},\"");
                for (n, part) in data.split('"').enumerate() {
                    line.push_str(if n == 0 { "" } else { "\"\"" });
                    line.push_str(part);
                }
                line.push_str("\",,\r\n");
            }
            Format::Ndjson => {
                line.push_str(&data);
                line.push('\n');
            }
        }
        out.write_all(line.as_bytes())?;
        written += line.len() as u64;
        count += 1;
    }
    Ok(count)
}
