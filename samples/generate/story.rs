//! The story of the finance clerk's mailbox, phase by phase; every record made here is labelled, the response is not.

use crate::admin::{Method, Subject, at, directory, permissions, registration};
use crate::json::Json;
use crate::log::{Head, Log, Presence};
use crate::mail::{Client, Message, Seat};
use crate::map;
use crate::people::{BUYER, CLERK, Person, Place};
use crate::response;
use crate::sign_in::{BROKER, EXCHANGE, GRAPH, Mfa, OFFICE_HOME, SignIn};

/// The script that the phishing kit signs in with.
pub(crate) const KIT: &str = "axios/1.6.8";
const LAPTOP: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";
const LAGOS: &str = "102.89.23.77";
const LAGOS_LATER: &str = "102.89.32.19";
/// The application that was consented to: service principal and application id.
pub(crate) const READER: (&str, &str, &str) =
    ("Mail Sync Assistant", "f1c9d2ab-03d4-4b7e-9c55-2a7d6e1f8808", "b8d4e6f0-17a2-4c39-8e5b-9f0c1d2e3909");
/// Where mail is forwarded to.
pub(crate) const COLLECTOR: &str = "ledger.copies@inbox-archive.example";

/// Logs the story.
pub(crate) fn tell(log: &mut Log, people: &[Person]) {
    let clerk = &people[CLERK];
    phish(log, clerk);
    let stolen = entry(log, clerk);
    let lagos = device_code(log, clerk);
    read_mail(log, clerk, &stolen, &lagos);
    hide(log, clerk, &lagos);
    persist(log, clerk, &lagos);
    collect(log, clerk, &lagos);
    let letters = fraud(log, clerk, &lagos);
    colleague(log, clerk, &people[BUYER], &lagos);
    cover(log, clerk, &lagos, &letters);
    plea(log, clerk, &lagos);
    response::respond(log, people);
    response::afterlife(log, clerk, &lagos);
}

/// The same session later: a token lives about an hour.
pub(crate) fn renewed(log: &mut Log, presence: &Presence, since: i64) -> Presence {
    Presence { token: log.random.base64(22), since, ..presence.clone() }
}

/// The same session later, from another address and an ordinary browser.
pub(crate) fn later(log: &mut Log, presence: &Presence, since: i64) -> Presence {
    Presence { place: Place::lagos(LAGOS_LATER), agent: LAPTOP.into(), ..renewed(log, presence, since) }
}

pub(crate) fn intruder(log: &mut Log, place: Place, agent: &str, since: i64) -> Presence {
    Presence { place, agent: agent.into(), session: log.random.guid(), token: log.random.base64(22), since }
}

/// A sign-in of the intruder, labelled.
pub(crate) fn sign_in(
    log: &mut Log,
    person: &Person,
    presence: &Presence,
    (phase, what): (&'static str, &str),
    change: impl FnOnce(&mut SignIn),
) {
    let mut record = SignIn::new(log, person, &presence.place, presence.since);
    record.agent.clone_from(&presence.agent);
    record.session.clone_from(&presence.session);
    record.app = OFFICE_HOME;
    change(&mut record);
    if record.code == 0 {
        record.token.clone_from(&presence.token);
    }
    log.label(record.time, record.id.clone(), phase, what);
    log.sign_ins.push(record);
}

/// The letter arrives; the link in it is clicked.
fn phish(log: &mut Log, clerk: &Person) {
    let time = at(8, 8, 52);
    let message = Message::new(log, "Shared statement: Noordkade Shipping January");
    let head = Head {
        time,
        operation: "TIMailData",
        record_type: 28,
        user: "ThreatIntel",
        user_key: "ThreatIntel",
        user_type: 4,
        object: "",
        address: "",
    };
    let network = log.random.guid();
    let id = log.audit(
        &head,
        map! {
            "AttachmentData": Json::List(vec![]),
            "DeliveryAction": "Delivered",
            "DetectionMethod": "URL detonation",
            "DetectionType": "Inline",
            "Directionality": "Inbound",
            "EventDeepLink": "https://security.example/explorer",
            "InternetMessageId": &message.id,
            "LatestDeliveryLocation": "Inbox",
            "MessageTime": "2026-01-13T08:52:00",
            "NetworkMessageId": network,
            "OriginalDeliveryLocation": "Inbox",
            "P1Sender": "statement@noordkade-shipping.example",
            "P2Sender": "statement@noordkade-shipping.example",
            "Policy": "Phish",
            "PolicyAction": "None",
            "Recipients": Json::List(vec![Json::from(&clerk.upn)]),
            "SenderIp": "185.220.101.47",
            "Subject": &message.subject,
            "SystemOverrides": Json::List(vec![]),
            "ThreatsAndDetectionTech": Json::List(vec!["Phish: [URL detonation]".into()]),
            "Verdict": "Phish",
        },
    );
    log.label(time, id, "phish", "phishing mail delivered to the clerk's inbox");
}

/// The stolen password and session are used by the kit, from a Tor exit.
fn entry(log: &mut Log, clerk: &Person) -> Presence {
    const PHASE: &str = "access";
    let mut kit = intruder(log, Place::tor(34), KIT, at(8, 9, 6));
    let failed = (PHASE, "kit tries a mistyped password from a Tor exit");
    sign_in(log, clerk, &kit, failed, |s| (s.code, s.mfa) = (50126, Mfa::None));
    kit.since += 55;
    let asked = (PHASE, "kit is asked for a second factor");
    sign_in(log, clerk, &kit, asked, |s| (s.code, s.mfa) = (50074, Mfa::Prompt));
    kit.since += 71;
    sign_in(log, clerk, &kit, (PHASE, "kit signs in with the stolen session, no prompt"), |_| {});
    let again = renewed(log, &kit, kit.since + 2400);
    sign_in(log, clerk, &again, (PHASE, "kit renews a token from the Tor exit"), |s| {
        (s.interactive, s.client) = (false, "Mobile Apps and Desktop clients");
        s.resource = GRAPH;
    });
    kit
}

/// The session is carried to Lagos by device code.
fn device_code(log: &mut Log, clerk: &Person) -> Presence {
    let mut lagos = intruder(log, Place::lagos(LAGOS), KIT, at(9, 2, 38));
    let change = |s: &mut SignIn| {
        (s.app, s.resource, s.protocol) = (BROKER, EXCHANGE, "deviceCode");
        s.client = "Mobile Apps and Desktop clients";
    };
    sign_in(log, clerk, &lagos, ("access", "device code sign-in from Lagos, broker application"), change);
    lagos = renewed(log, &lagos, lagos.since + 240);
    sign_in(log, clerk, &lagos, ("access", "second device code sign-in, exported in the unified audit log"), |s| {
        change(s);
        s.in_audit = true;
    });
    lagos
}

fn read_mail(log: &mut Log, clerk: &Person, kit: &Presence, lagos: &Presence) {
    let seat = Seat { person: clerk, presence: kit, client: Client::Web };
    for (minute, folder, count) in [(12, "Inbox", 14), (15, "Inbox", 22)] {
        let time = at(8, 9, minute);
        let id = seat.bind(log, time, folder, count);
        log.label(time, id, "mail read", format!("{count} messages of {folder} opened from the Tor exit"));
    }
    let seat = Seat { person: clerk, presence: lagos, client: Client::Web };
    for (minute, folder, count) in [(50, "Inbox", 31), (53, "Sent Items", 27), (57, "Archive", 12)] {
        let time = at(9, 2, minute);
        let id = seat.bind(log, time, folder, count);
        log.label(time, id, "mail read", format!("{count} messages of {folder} opened from Lagos"));
    }
}

/// Rules and forwarding.
fn hide(log: &mut Log, clerk: &Person, lagos: &Presence) {
    let seat = Seat { person: clerk, presence: lagos, client: Client::Web };
    let time = at(9, 3, 10);
    let words = "invoice;payment;factuur;betaling;Noordkade";
    let id = seat.cmdlet(
        log,
        time,
        "New-InboxRule",
        "sanne.loodsman\\.",
        &[
            ("AlwaysDeleteOutlookRulesBlob", "False"),
            ("Force", "False"),
            ("MoveToFolder", "RSS Subscriptions"),
            ("Name", "."),
            ("SubjectOrBodyContainsWords", words),
            ("MarkAsRead", "True"),
            ("StopProcessingRules", "True"),
        ],
    );
    log.label(time, id, "inbox rule", "rule named . hides payment mail in RSS Subscriptions");
    let next = renewed(log, lagos, at(10, 4, 1));
    let seat = Seat { presence: &next, ..seat };
    let time = at(10, 4, 5);
    let actions =
        format!("[{{\"ActionType\":\"Forward\",\"Recipients\":[\"{COLLECTOR}\"],\"ForwardFlags\":\"None\"}}]");
    let condition = "(SubjectProperty containing invoice) Or (BodyProperty containing IBAN)";
    let id = seat.update_rules(log, time, "..", condition, &actions);
    log.label(time, id, "inbox rule", "second rule, named .., forwards invoices outside");
    let time = at(10, 4, 20);
    let identity = format!(
        "EURPR04A009.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/{}/sanne.loodsman",
        crate::people::TENANT_NAME
    );
    let forward = format!("smtp:{COLLECTOR}");
    let id = seat.cmdlet(
        log,
        time,
        "Set-Mailbox",
        "sanne.loodsman",
        &[("Identity", &identity), ("ForwardingSmtpAddress", &forward), ("DeliverToMailboxAndForward", "True")],
    );
    log.label(time, id, "forwarding", "all mail is copied to an outside address");
}

/// Consent to an application that reads mail, and a second factor of the intruder's own.
fn persist(log: &mut Log, clerk: &Person, lagos: &Presence) {
    let actor = (clerk, lagos);
    let app = Subject { category: "ServicePrincipal", name: READER.0, id: READER.1 };
    let time = at(10, 4, 41);
    let names = format!("[\"{}\"]", READER.2);
    let id = directory(
        log,
        actor,
        time,
        "Add service principal.",
        app,
        &[
            ("AccountEnabled", "[true]", "[]"),
            ("AppPrincipalId", &names, "[]"),
            ("DisplayName", "[\"Mail Sync Assistant\"]", "[]"),
            ("Included Updated Properties", "AccountEnabled, AppPrincipalId, DisplayName", ""),
        ],
    );
    log.label(time, id, "consent", "service principal of the mail-reading application appears");
    let scope = "Mail.Read Mail.ReadWrite Mail.Send offline_access User.Read";
    let id = directory(
        log,
        actor,
        time + 1,
        "Add delegated permission grant.",
        app,
        &[
            ("DelegatedPermissionGrant.Scope", scope, ""),
            ("DelegatedPermissionGrant.ConsentType", "Principal", ""),
            ("ServicePrincipal.ObjectID", READER.1, ""),
            ("ServicePrincipal.AppId", READER.2, ""),
            ("TargetId.ServicePrincipalNames", "00000003-0000-0000-c000-000000000000", ""),
        ],
    );
    log.label(time + 1, id, "consent", "permission to read and send mail granted");
    let id = directory(
        log,
        actor,
        time + 2,
        "Consent to application.",
        app,
        &[
            ("ConsentContext.IsAdminConsent", "False", ""),
            ("ConsentContext.IsAppOnly", "False", ""),
            ("ConsentContext.OnBehalfOfAll", "False", ""),
            ("ConsentContext.Tags", "WindowsAzureActiveDirectoryIntegratedApp", ""),
            ("ConsentAction.Permissions", &permissions(clerk, READER.1, scope), ""),
            ("TargetId.ServicePrincipalNames", READER.2, ""),
        ],
    );
    log.label(time + 2, id, "consent", "consent to Mail Sync Assistant in the clerk's name");
    let time = at(10, 5, 2);
    let [update, info] = registration(log, actor, time, &Method::Phone("+234 7000000001"));
    log.label(time, update, "mfa method", "a Nigerian telephone number becomes the clerk's second factor");
    log.label(time + 2, info, "mfa method", "security info registered from Lagos");
}

/// More reading, by the browser and by the application.
fn collect(log: &mut Log, clerk: &Person, lagos: &Presence) {
    for (day, hour, minute, folder, count) in
        [(11, 1, 20, "Inbox", 44), (11, 1, 24, "Inbox\\Customers", 38), (11, 22, 15, "RSS Subscriptions", 3)]
    {
        let time = at(day, hour, minute);
        let presence = renewed(log, lagos, time - 300);
        let browser = Seat { person: clerk, presence: &presence, client: Client::Web };
        let id = browser.bind(log, time, folder, count);
        log.label(time, id, "mail read", format!("{count} messages of {folder} opened from Lagos"));
    }
    for (hour, count) in [(3, 60), (4, 60)] {
        let time = at(12, hour, 30);
        let presence = renewed(log, lagos, time - 60);
        let app = Seat { person: clerk, presence: &presence, client: Client::Rest(READER.2) };
        let id = app.bind(log, time, "Inbox", count);
        log.label(time, id, "mail read", format!("{count} messages fetched by Mail Sync Assistant"));
    }
}

/// Mail with other bank details. Returns what was sent.
fn fraud(log: &mut Log, clerk: &Person, lagos: &Presence) -> Vec<Message> {
    let presence = later(log, lagos, at(14, 6, 58));
    let seat = Seat { person: clerk, presence: &presence, client: Client::Web };
    let mut letters = Vec::new();
    for (minute, subject) in [
        (4, "RE: Invoice 2026-0117 - changed bank details"),
        (9, "RE: Invoice 2026-0121 - changed bank details"),
        (21, "URGENT: new bank account for all payments"),
    ] {
        let time = at(14, 7, minute);
        let message = Message::new(log, subject);
        let id = seat.item(log, time, "Send", "Drafts", &message);
        log.label(time, id, "fraud mail", format!("sent in the clerk's name: {subject}"));
        letters.push(message);
    }
    for (minute, message) in (24..).zip(&letters) {
        let time = at(14, 7, minute);
        let one = std::slice::from_ref(message);
        let id = seat.group(log, time, "HardDelete", ("Sent Items", None), one);
        log.label(time, id, "sent copies deleted", format!("sent copy removed: {}", message.subject));
    }
    letters
}

/// A second mailbox, by a letter from the first.
fn colleague(log: &mut Log, clerk: &Person, buyer: &Person, lagos: &Presence) {
    const PHASE: &str = "second mailbox";
    let presence = later(log, lagos, at(14, 7, 55));
    let seat = Seat { person: clerk, presence: &presence, client: Client::Web };
    let time = at(14, 8, 2);
    let message = Message::new(log, "Updated bank details of suppliers - sign in to review");
    let id = seat.item(log, time, "Send", "Drafts", &message);
    log.label(time, id, PHASE, "internal phishing mail to the planner");
    let id = seat.group(log, time + 60, "HardDelete", ("Sent Items", None), &[message]);
    log.label(time + 60, id, PHASE, "sent copy of the internal phishing mail removed");
    let mut kit = intruder(log, Place::lagos(LAGOS_LATER), KIT, at(14, 10, 40));
    let failed = (PHASE, "kit tries a mistyped password of the planner");
    sign_in(log, buyer, &kit, failed, |s| (s.code, s.mfa) = (50126, Mfa::None));
    kit.since += 64;
    sign_in(log, buyer, &kit, (PHASE, "kit signs in as the planner, no prompt"), |_| {});
    let seat = Seat { person: buyer, presence: &kit, client: Client::Web };
    for (minute, count) in [(47, 9), (51, 16)] {
        let time = at(14, 10, minute);
        let id = seat.bind(log, time, "Inbox", count);
        log.label(time, id, PHASE, format!("{count} messages of the planner's inbox opened from Lagos"));
    }
}

/// Answers are caught, the signature gets another telephone number.
fn cover(log: &mut Log, clerk: &Person, lagos: &Presence, letters: &[Message]) {
    let presence = later(log, lagos, at(15, 6, 27));
    let seat = Seat { person: clerk, presence: &presence, client: Client::Web };
    let time = at(15, 6, 30);
    let id = seat.bind(log, time, "RSS Subscriptions", 4);
    log.label(time, id, "mail read", "answers to the fraud mail read where the rule hid them");
    let answer = Message::new(log, format!("RE: {}", letters.first().map_or("", |m| &m.subject)));
    let id = seat.group(log, time + 120, "HardDelete", ("RSS Subscriptions", None), &[answer]);
    log.label(time + 120, id, "sent copies deleted", "answer of a customer removed for good");
    let time = at(15, 6, 48);
    let id = seat.cmdlet(
        log,
        time,
        "Set-MailboxMessageConfiguration",
        &clerk.upn,
        &[
            ("Identity", &clerk.upn),
            (
                "SignatureHtml",
                "<div>Sanne Loodsman<br>Accounts, call +234 7000000001 to confirm our new bank account</div>",
            ),
            ("AutoAddSignature", "True"),
        ],
    );
    log.label(time, id, "signature", "signature now names the intruder's telephone number");
    let time = at(15, 6, 52);
    let id = directory(
        log,
        (clerk, &presence),
        time,
        "Update user.",
        Subject::person(clerk),
        &[
            ("Mobile", "[\"+234 7000000001\"]", "[\"+31 6 00000011\"]"),
            ("PostalCode", "[\"100001\"]", "[\"3011 AA\"]"),
            ("Included Updated Properties", "Mobile, PostalCode", ""),
        ],
    );
    log.label(time, id, "profile", "telephone number and postal code of the clerk changed");
}

/// The stock message of a taken account, until Microsoft blocks it.
fn plea(log: &mut Log, clerk: &Person, lagos: &Presence) {
    let presence = later(log, lagos, at(15, 12, 40));
    let seat = Seat { person: clerk, presence: &presence, client: Client::Web };
    for minute in [44, 46, 49] {
        let time = at(15, 12, minute);
        let message = Message::new(log, "Stuck in London - please send money");
        let id = seat.item(log, time, "Send", "Drafts", &message);
        log.label(time, id, "fraud mail", "sent in the clerk's name: a plea for money");
    }
    restricted(log, clerk);
}

/// Microsoft's own alert.
fn restricted(log: &mut Log, clerk: &Person) {
    let time = at(15, 13, 5);
    let data = map! {
        "f3u": &clerk.upn,
        "ts": "2026-01-20T13:02:11.0000000Z",
        "te": "2026-01-20T13:02:11.0000000Z",
        "op": "CompromisedAccount",
        "wl": "Exchange",
        "tid": crate::people::TENANT,
        "reid": log.random.guid(),
    };
    let head = Head {
        time,
        operation: "AlertTriggered",
        record_type: 40,
        user: "SecurityComplianceAlerts",
        user_key: "SecurityComplianceAlerts",
        user_type: 4,
        object: "User restricted from sending email",
        address: "",
    };
    let alert = log.random.guid();
    let id = log.audit(
        &head,
        map! {
            "AlertId": alert,
            "AlertLinks": Json::List(vec![]),
            "AlertType": "System",
            "Category": "ThreatManagement",
            "Comments": "New alert",
            "Data": data.compact(),
            "EntityType": "User",
            "Name": "User restricted from sending email",
            "PolicyId": "a74bb32a-541b-47fb-adfd-f8c62ce3d59e",
            "Severity": "High",
            "Source": "Office 365 Security & Compliance",
            "Status": "Active",
        },
    );
    log.label(time, id, "alert", "Microsoft blocks the clerk from sending");
}
