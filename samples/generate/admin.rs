//! Administration: directory records, cmdlets of administrators, and what Microsoft's own systems do unasked.

use crate::json::{Json, named};
use crate::log::{Head, Log, Presence};
use crate::mail::{Client, Seat};
use crate::map;
use crate::people::{
    ADMIN, ASSISTANT, DAY, DAYS, DOMAIN, HELPDESK, MARRIED, Person, Place, START, STARTER, TENANT, TENANT_NAME,
};
use crate::work::agent;

/// A changed property: name, new value, old value.
pub(crate) type Change<'a> = (&'a str, &'a str, &'a str);

/// What a directory record is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    /// `User`, `ServicePrincipal`, `Device` and so on.
    pub(crate) category: &'a str,
    /// Its user principal name or other name.
    pub(crate) name: &'a str,
    pub(crate) id: &'a str,
}

impl<'a> Subject<'a> {
    pub(crate) fn person(person: &'a Person) -> Self {
        Self { category: "User", name: &person.upn, id: &person.id }
    }
}

/// A directory record (type 8) by `actor`.
pub(crate) fn directory(
    log: &mut Log,
    (actor, presence): (&Person, &Presence),
    time: i64,
    operation: &str,
    subject: Subject<'_>,
    changes: &[Change<'_>],
) -> String {
    let details = map! { "User-Agent": &presence.agent }.compact();
    let modified: Vec<Json> =
        changes.iter().map(|(name, new, old)| map! { "Name": *name, "NewValue": *new, "OldValue": *old }).collect();
    let typed = |id: String, kind: i64| map! { "ID": id, "Type": kind };
    let rest = map! {
        "AzureActiveDirectoryEventType": 1,
        "ExtendedProperties": named(&[
            ("additionalDetails", &details),
            ("extendedAuditEventCategory", subject.category),
        ]),
        "ModifiedProperties": modified,
        "Actor": Json::List(vec![
            typed(actor.upn.clone(), 5),
            typed(actor.puid.clone(), 3),
            typed(format!("User_{}", actor.id), 2),
            typed(actor.id.clone(), 2),
            typed("User".into(), 2),
        ]),
        "ActorContextId": TENANT,
        "ActorIpAddress": &presence.place.address,
        "InterSystemsId": log.random.guid(),
        "IntraSystemId": log.random.guid(),
        "SupportTicketId": "",
        "Target": Json::List(vec![
            typed(format!("{}_{}", subject.category, subject.id), 2),
            typed(subject.id.into(), 2),
            typed(subject.category.into(), 2),
            typed(subject.name.into(), if subject.category == "User" { 5 } else { 1 }),
        ]),
        "TargetContextId": TENANT,
    };
    let object = if subject.category == "User" { subject.name } else { subject.id };
    let head = Head {
        time,
        operation,
        record_type: 8,
        user: &actor.upn,
        user_key: &format!("{}@{TENANT_NAME}", actor.puid),
        user_type: 0,
        object,
        address: &presence.place.address,
    };
    log.audit(&head, rest)
}

/// Somebody at their own desk in the office.
pub(crate) fn desk(log: &mut Log, person: &Person, time: i64) -> Presence {
    Presence {
        place: Place::office(),
        agent: agent(person).into(),
        session: log.random.guid(),
        token: log.random.base64(22),
        since: time - 1800,
    }
}

/// A moment: hours and minutes UTC of a day.
pub(crate) fn at(day: i64, hour: i64, minute: i64) -> i64 {
    START + day * DAY + hour * 3600 + minute * 60
}

/// Logs the ordinary administration of three weeks.
pub(crate) fn weeks(log: &mut Log, people: &[Person]) {
    helpdesk(log, people);
    starter(log, people);
    phones(log, people);
    exchange(log, people);
    changes(log, people);
    for day in 0..DAYS {
        system(log, people, day);
    }
}

/// Forgotten passwords.
fn helpdesk(log: &mut Log, people: &[Person]) {
    for (day, hour, who) in [(1, 9, 17), (4, 13, 30), (9, 8, 25), (14, 10, 33), (17, 9, 12)] {
        let time = at(day, hour, 7);
        let presence = desk(log, &people[HELPDESK], time);
        let actor = (&people[HELPDESK], &presence);
        directory(log, actor, time, "Reset user password.", Subject::person(&people[who]), &[]);
        directory(
            log,
            actor,
            time + 1,
            "Update user.",
            Subject::person(&people[who]),
            &[("Included Updated Properties", "", ""), ("TargetId.UserType", "Member", "")],
        );
        let presence = desk(log, &people[who], time);
        let own = (&people[who], &presence);
        directory(log, own, time + 600, "Change user password.", Subject::person(&people[who]), &[]);
    }
}

/// Somebody new: account, licence, group, permissions.
fn starter(log: &mut Log, people: &[Person]) {
    let (time, new) = (at(7, 9, 12), &people[STARTER]);
    let presence = desk(log, &people[ADMIN], time);
    let actor = (&people[ADMIN], &presence);
    let account = Subject::person(new);
    let (upn, name) = (format!("[\"{}\"]", new.upn), format!("[\"{}\"]", new.name));
    directory(
        log,
        actor,
        time,
        "Add user.",
        account,
        &[
            ("AccountEnabled", "[true]", "[]"),
            ("DisplayName", &name, "[]"),
            ("UserPrincipalName", &upn, "[]"),
            ("UserType", "[\"Member\"]", "[]"),
            ("Included Updated Properties", "AccountEnabled, DisplayName, UserPrincipalName, UserType", ""),
        ],
    );
    directory(
        log,
        actor,
        time + 40,
        "Change user license.",
        account,
        &[("AssignedLicense", "[\"[SkuName=SPE_E5, DisabledPlans=[]]\"]", "[]")],
    );
    let group = Subject { category: "Group", name: "Customs team", id: "7a4f8d0e-22c6-4f0c-8a8e-5b3e9f1aa301" };
    directory(log, actor, time + 95, "Add member to group.", group, &[("Group.DisplayName", "\"Customs team\"", "")]);
    for (day, who) in [(2, 14), (13, 27)] {
        let time = at(day, 14, 20);
        let presence = desk(log, &people[ADMIN], time);
        let licence = "[\"[SkuName=SPE_E5, DisabledPlans=[]]\",\"[SkuName=VISIOCLIENT, DisabledPlans=[]]\"]";
        let changed = [("AssignedLicense", licence, "[\"[SkuName=SPE_E5, DisabledPlans=[]]\"]")];
        let account = Subject::person(&people[who]);
        directory(log, (&people[ADMIN], &presence), time, "Change user license.", account, &changed);
    }
}

/// New telephones: the owner registers an authenticator app.
fn phones(log: &mut Log, people: &[Person]) {
    for (day, hour, who) in [(2, 10, 19), (8, 7, STARTER), (11, 12, 23), (18, 9, 29)] {
        let time = at(day, hour, 31);
        let presence = desk(log, &people[who], time);
        registration(log, (&people[who], &presence), time, &Method::App);
    }
}

/// A second factor.
pub(crate) enum Method {
    /// The authenticator app.
    App,
    /// Text messages and calls to this number.
    Phone(&'static str),
}

/// The records of a new second factor, registered by its owner. Returns their Ids.
pub(crate) fn registration(log: &mut Log, actor: (&Person, &Presence), time: i64, method: &Method) -> [String; 2] {
    let own = Subject::person(actor.0);
    let change = match method {
        Method::App => (
            "StrongAuthenticationPhoneAppDetail",
            "[{\"DeviceName\":\"iPhone 16\",\"DeviceTag\":\"SoftwareTokenActivated\",\"PhoneAppVersion\":\"6.8.21\"}]"
                .into(),
            "[]",
        ),
        Method::Phone(number) => (
            "StrongAuthenticationUserDetails",
            format!(
                "[{{\"PhoneNumber\":\"{number}\",\"AlternativePhoneNumber\":null,\"Email\":null,\"VoiceOnlyPhoneNumber\":null}}]"
            ),
            "[{\"PhoneNumber\":null,\"AlternativePhoneNumber\":null,\"Email\":null,\"VoiceOnlyPhoneNumber\":null}]",
        ),
    };
    // Numbers of methods as Entra logs them: 6 a notification in the app, 7 a code in it, 0 a call, 5 a text message.
    let (reason, methods) = match method {
        Method::App => (
            "User registered Mobile app notification",
            "[{\"MethodType\":6,\"Default\":true},{\"MethodType\":7,\"Default\":false}]",
        ),
        Method::Phone(_) => (
            "User registered Mobile phone",
            "[{\"MethodType\":6,\"Default\":true},{\"MethodType\":0,\"Default\":false},{\"MethodType\":5,\"Default\":false}]",
        ),
    };
    let before = if matches!(method, Method::App) { "[]" } else { "[{\"MethodType\":6,\"Default\":true}]" };
    let included = format!("StrongAuthenticationMethod, {}", change.0);
    let changed = [
        ("StrongAuthenticationMethod", methods, before),
        (change.0, change.1.as_str(), change.2),
        ("Included Updated Properties", included.as_str(), ""),
    ];
    let update = directory(log, actor, time, "Update user.", own, &changed);
    let info = directory(log, actor, time + 2, "User registered security info.", own, &[("ResultReason", reason, "")]);
    [update, info]
}

/// An administrator's cmdlet.
pub(crate) fn cmdlet(
    log: &mut Log,
    person: &Person,
    time: i64,
    operation: &str,
    object: &str,
    parameters: &[(&str, &str)],
) -> String {
    let presence = desk(log, person, time);
    Seat { person, presence: &presence, client: Client::Web }.cmdlet(log, time, operation, object, parameters)
}

/// Shared mailboxes, an assistant's rights, an ordinary rule that forwards to a colleague.
fn exchange(log: &mut Log, people: &[Person]) {
    let admin = &people[ADMIN];
    for (minute, who) in [(5, 16), (9, 20)] {
        let (time, upn) = (at(3, 10, minute), people[who].upn.as_str());
        let identity = ("Identity", "imports");
        let full = [identity, ("User", upn), ("AccessRights", "FullAccess"), ("InheritanceType", "All")];
        cmdlet(log, admin, time, "Add-MailboxPermission", "imports", &full);
        let send = [identity, ("Trustee", upn), ("AccessRights", "SendAs"), ("Confirm", "False")];
        cmdlet(log, admin, time + 50, "Add-RecipientPermission", "imports", &send);
    }
    let calendar = [
        ("Identity", "tess.kraanvogel:\\Calendar"),
        ("User", people[ASSISTANT].upn.as_str()),
        ("AccessRights", "Editor"),
    ];
    let time = at(8, 11, 40);
    cmdlet(log, admin, time, "Add-MailboxFolderPermission", "tess.kraanvogel:\\Calendar", &calendar);
    let disclaimer = [
        ("Identity", "Company footer"),
        ("ApplyHtmlDisclaimerText", "<p>Harbor &amp; Quay Forwarding, Rotterdam</p>"),
        ("ApplyHtmlDisclaimerLocation", "Append"),
    ];
    cmdlet(log, admin, at(11, 15, 2), "Set-TransportRule", "Company footer", &disclaimer);
    let forward = [
        ("AlwaysDeleteOutlookRulesBlob", "False"),
        ("Force", "False"),
        ("SubjectContainsWords", "gate time"),
        ("ForwardTo", people[23].upn.as_str()),
        ("Name", "Gate times to planning"),
        ("StopProcessingRules", "False"),
    ];
    let time = at(4, 13, 18);
    cmdlet(log, &people[ASSISTANT], time, "New-InboxRule", "iris.vuurbaak\\Gate times to planning", &forward);
    let news = [
        ("Force", "False"),
        ("From", "digest@tradewinds.example"),
        ("MoveToFolder", "Newsletters"),
        ("Name", "Trade Winds digest"),
        ("MarkAsRead", "False"),
    ];
    cmdlet(log, &people[10], at(5, 9, 44), "New-InboxRule", "femke.schoenerlaan\\Trade Winds digest", &news);
    let signature = [
        ("Identity", people[14].upn.as_str()),
        ("SignatureHtml", "<div>Eva Kielzog<br>Sales, Harbor &amp; Quay</div>"),
        ("AutoAddSignature", "True"),
    ];
    let time = at(6, 10, 3);
    cmdlet(log, &people[14], time, "Set-MailboxMessageConfiguration", &people[14].upn, &signature);
}

/// A marriage, a leaver, an application without access to mail, a new laptop.
fn changes(log: &mut Log, people: &[Person]) {
    let time = at(10, 9, 51);
    let presence = desk(log, &people[ADMIN], time);
    let actor = (&people[ADMIN], &presence);
    directory(
        log,
        actor,
        time,
        "Update user.",
        Subject::person(&people[MARRIED]),
        &[
            ("DisplayName", "[\"Fenna Duinkerk-Vos\"]", "[\"Fenna Duinkerk\"]"),
            ("Surname", "[\"Duinkerk-Vos\"]", "[\"Duinkerk\"]"),
            ("Included Updated Properties", "DisplayName, Surname", ""),
        ],
    );
    let parameters = [("Identity", people[MARRIED].upn.as_str()), ("DisplayName", "Fenna Duinkerk-Vos")];
    cmdlet(log, &people[ADMIN], time + 70, "Set-User", &people[MARRIED].upn, &parameters);

    let time = at(14, 16, 4);
    let temporary = format!("temp.dekhand@{DOMAIN}");
    let leaver = Subject { category: "User", name: &temporary, id: "2d0f9a47-41f7-4d0d-bb1f-1f64c93ad404" };
    let presence = desk(log, &people[ADMIN], time);
    let actor = (&people[ADMIN], &presence);
    directory(log, actor, time, "Disable account.", leaver, &[("AccountEnabled", "[false]", "[true]")]);
    directory(
        log,
        actor,
        time + 20,
        "Change user license.",
        leaver,
        &[("AssignedLicense", "[]", "[\"[SkuName=SPE_E5, DisabledPlans=[]]\"]")],
    );

    let time = at(6, 11, 27);
    let presence = desk(log, &people[22], time);
    let app = Subject { category: "ServicePrincipal", name: "Tide Tables", id: "c3a0b7de-8e1f-4b34-9a9c-7f20bb3de505" };
    directory(
        log,
        (&people[22], &presence),
        time,
        "Consent to application.",
        app,
        &[
            ("ConsentContext.IsAdminConsent", "False", ""),
            ("ConsentContext.IsAppOnly", "False", ""),
            ("ConsentContext.OnBehalfOfAll", "False", ""),
            ("ConsentAction.Permissions", &permissions(&people[22], app.id, "User.Read openid profile"), ""),
            ("TargetId.ServicePrincipalNames", "91e0c1c5-4f7c-4d0f-8f7e-6f8d3c7a9606", ""),
        ],
    );

    let time = at(8, 8, 15);
    let presence = desk(log, &people[STARTER], time);
    let laptop = Subject { category: "Device", name: &people[STARTER].computer, id: &people[STARTER].device };
    let actor = (&people[STARTER], &presence);
    directory(
        log,
        actor,
        time,
        "Add registered owner to device.",
        laptop,
        &[("Device.DisplayName", &format!("\"{}\"", people[STARTER].computer), "")],
    );
}

/// The text that a consent leaves in `ConsentAction.Permissions`.
pub(crate) fn permissions(person: &Person, client: &str, scope: &str) -> String {
    format!(
        "[] => [[Id: {}, ClientId: {client}, PrincipalId: {}, ResourceId: 5d2b1f0c-6f43-43ce-a3a0-0f9f1f0be707, ConsentType: Principal, Scope: {scope}]]; ",
        client.replace('-', "").chars().rev().collect::<String>(),
        person.id,
    )
}

/// What Exchange and Entra do to mailboxes and accounts by themselves.
fn system(log: &mut Log, people: &[Person], day: i64) {
    const USER: &str = "NT AUTHORITY\\SYSTEM (Microsoft.Exchange.ServiceHost)";
    for _ in 0..3 + log.random.below(4) {
        let time = START + day * DAY + log.random.span(86_399);
        let person = &people[log.random.below(people.len() as u64) as usize];
        let object = format!(
            "EURPR04A009.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/{TENANT_NAME}/{}",
            person.mailbox
        );
        let (operation, parameters): (_, &[(&str, &str)]) = match log.random.below(4) {
            0 => ("Set-Mailbox", &[("Force", "True"), ("IssueWarningQuota", "98 GB (105,226,698,752 bytes)")]),
            1 => ("Set-Mailbox", &[("Force", "True"), ("RecipientLimits", "500"), ("DomainController", "")]),
            2 => ("Set-MailboxPlan", &[("DomainController", ""), ("ResetPasswordOnNextLogon", "False")]),
            _ => ("Set-CASMailbox", &[("DomainController", ""), ("ActiveSyncMailboxPolicy", "Default")]),
        };
        let mut list = parameters.to_vec();
        list.push(("Identity", &object));
        let rest = map! { "AppId": "", "ClientAppId": "", "ExternalAccess": true }
            .with(log.server())
            .with(map! { "Parameters": named(&list) });
        let head = Head {
            time,
            operation,
            record_type: 1,
            user: USER,
            user_key: USER,
            user_type: 3,
            object: &object,
            address: "",
        };
        log.audit(&head, rest);
    }
}
