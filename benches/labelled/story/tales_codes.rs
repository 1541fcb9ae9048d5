//! Entry by consent and codes: device code, authorisation code, an application that asks.

use super::answer::{COMPLETE, Step};
use super::tales_passwords::ropc;
use super::{Story, Tale};
use crate::agent::windows;
use crate::json::Json;
use crate::log::{Head, Presence};
use crate::mailbox::{Client, Seat};
use crate::map;
use crate::net::{FOREIGN, SERVERS, SERVICES};
use crate::people::{ADMIN_TWO, BUYERS, Person, TENANT};
use crate::sign_in::{AZURE_CLI, BROKER, EXCHANGE, GRAPH, Mfa, OFFICE, SignIn, VS_CODE, principal};

pub(crate) const STORIES: &[Story] = &[
    ("a device code gives the broker's token; a device is registered and mail copied", device_code),
    ("an application is consented to and reads mail for weeks", illicit),
    ("an authorisation code is pasted into a chat and redeemed elsewhere", code),
    ("a device code, then mass mail until Microsoft stops it", mass),
    ("an administrator consents for everybody; a secret is added to the CRM", tenant_wide),
    ("an application password keeps IMAP open after the reset", app_password),
];

pub(crate) const READER: (&str, &str, &str) =
    ("Mail Sync Assistant", "f1c9d2ab-03d4-4b7e-9c55-2a7d6e1f8808", "b8d4e6f0-17a2-4c39-8e5b-9f0c1d2e3909");
const PDF: (&str, &str, &str) =
    ("PDF Archive", "a2d0e3bc-14e5-4c8f-8d66-3b8e7f209919", "c9e5f701-28b3-4d4a-9f6c-a01d2e3f4a1a");

fn by_code(s: &mut SignIn<'_>) {
    (s.app, s.resource, s.protocol) = (BROKER, EXCHANGE, "deviceCode");
    s.client = "Mobile Apps and Desktop clients";
}

fn device_code(t: &mut Tale<'_>) {
    t.clerk("device code");
    t.phase("entry", "the victim enters the intruder's code");
    t.receives("invite@teams-meeting.example", "Join the meeting: enter this code");
    t.from(&SERVERS[0], "python-requests/2.32.3");
    t.signs_in(Mfa::Prompt, by_code);
    t.phase("entry", "the token is exchanged for others");
    t.renews(|s| s.resource = GRAPH);
    let with = t.device("WS-MAIL-01");
    t.intruder.device = with.device;
    t.phase("collection", "folders are copied");
    t.renews(|s| s.resource = EXCHANGE);
    t.syncs(&["Inbox", "Sent Items", "Archive", "Deleted Items", "Inbox\\Projects"]);
    t.later(1, 5, 30);
    t.phase("collection", "mail is read by Graph");
    t.reads(Client::Rest(OFFICE.1), "Inbox", &[50, 50, 50, 38]);
    t.later(1, 5, 30);
    t.syncs(&["Inbox", "Sent Items"]);
    t.later(1, 11, 0);
    t.response(&[Step::Reset, Step::Revoke, Step::Device]);
    t.phase("after the response", "the renewal is refused");
    t.wait(70);
    t.refused_as(50173, Mfa::Claim, |s| {
        (s.app, s.interactive) = (OFFICE, false);
        s.client = "Mobile Apps and Desktop clients";
    });
}

/// The application reads mail with the grant, night after night.
fn application_reads(t: &mut Tale<'_>, app: (&'static str, &'static str, &'static str), nights: i64, owner: bool) {
    for night in 0..nights {
        t.later(1, 1 + night % 4, 15);
        let presence = Presence {
            place: SERVICES[0].fixed(77),
            agent: String::new(),
            session: if owner { t.intruder.session.clone() } else { String::new() },
            token: t.log.random.base64(22),
            since: t.clock,
            device: None,
        };
        t.phase("collection", format!("mail fetched by {}", app.0));
        if owner {
            let s = SignIn::renewal(t.victim, &presence, t.clock);
            SignIn { app: (app.0, app.2), resource: GRAPH, ..s }.log(&mut t.log);
        } else {
            principal(&mut t.log, t.clock, (app.0, app.2, app.1), &presence);
        }
        for _ in 0..3 {
            t.clock += 70;
            let count = 20 + t.log.random.below(50) as usize;
            let service = Person::application(app.0, app.1);
            let person = if owner { t.victim } else { &service };
            let seat = Seat { person, owner: t.victim, presence: &presence, client: Client::Rest(app.2) };
            let read = seat.bind(&mut t.log, t.clock, "Inbox", count);
            t.known().messages.extend(read);
        }
        let account = t.known();
        account.addresses.insert(presence.place.address.clone());
        account.tokens.insert(presence.token.clone());
    }
}

fn illicit(t: &mut Tale<'_>) {
    let buyer = BUYERS.start + t.dice().below(5) as usize;
    t.account(buyer, "illicit consent");
    // The victim consents at the own desk; the consent is the attack.
    let desk = crate::day::Desk::of(t.world, t.victim, t.today());
    t.intruder = desk.web;
    t.intruder.since = t.clock;
    let own = t.intruder.clone();
    t.phase("persistence", "consent to Mail Sync Assistant");
    crate::directory::consent(
        &mut t.log,
        (t.victim, &own),
        t.clock,
        READER,
        ("Mail.Read Mail.ReadWrite Mail.Send offline_access User.Read", false),
    );
    t.leaves("consent", READER.2);
    application_reads(t, READER, 11, true);
    t.later(2, 9, 0);
    t.response(&[Step::Reset, Step::Revoke]);
    application_reads(t, READER, 2, true);
}

fn code(t: &mut Tale<'_>) {
    t.clerk("OAuth code phishing");
    t.phase("entry", "the authorisation code is made in the victim's browser");
    let desk = crate::day::Desk::of(t.world, t.victim, t.today());
    let at_desk = desk.web.clone();
    t.intruder = at_desk;
    t.intruder.token = t.log.random.base64(22);
    let s = SignIn::new(t.victim, &t.intruder, t.clock);
    SignIn { app: VS_CODE, resource: GRAPH, ..s }.log(&mut t.log);
    t.wait(3);
    t.phase("entry", "the code is redeemed from elsewhere");
    t.moves(&SERVERS[7]);
    t.intruder.agent = windows(140);
    t.intruder.device = None;
    t.signs_in(Mfa::Claim, |s| {
        (s.app, s.resource, s.interactive, s.audited) = (VS_CODE, GRAPH, false, true);
        s.client = "Mobile Apps and Desktop clients";
    });
    t.phase("collection", "mail is read by Graph");
    t.reads(Client::Rest(VS_CODE.1), "Inbox", &[40, 40, 25]);
    t.reads(Client::Rest(VS_CODE.1), "Sent Items", &[40, 12]);
    t.phase("collection", "files by Graph");
    t.takes("FileDownloaded", 33, 2);
    t.later(1, 13, 20);
    t.moves(&FOREIGN[5]);
    t.phase("collection", "mail is read by Graph");
    t.reads(Client::Rest(VS_CODE.1), "Inbox", &[22]);
    t.later(2, 9, 10);
    t.response(&[Step::Revoke]);
}

fn mass(t: &mut Tale<'_>) {
    t.clerk("device code");
    t.phase("entry", "the victim enters the intruder's code");
    t.from(&SERVERS[8], "node-fetch/1.0 (+https://github.com/bitinn/node-fetch)");
    t.signs_in(Mfa::Prompt, by_code);
    t.rule("zz", &[("FromAddressContainsWords", "@"), ("MoveToFolder", "Deleted Items"), ("MarkAsRead", "True")]);
    t.later(0, 14, 2);
    t.phase("impact", "the same letter to hundreds");
    for n in 0..150 {
        let partner = t.world.partners[n % t.world.partners.len()].clone();
        t.sends("Payment advice attached", &[&format!("info{n}@{partner}")], None);
        t.clock -= 70;
        if n % 50 == 49 {
            t.deletes("SoftDelete", "Sent Items", &["Payment advice attached"; 30]);
        }
    }
    t.phase("impact", "Microsoft stops the account from sending");
    restricted(t);
    t.later(1, 8, 0);
    t.response(&[Step::Unblock, Step::Reset]);
    t.phase("after the response", "unblocked too early, the letters go on");
    t.later(0, 15, 0);
    for n in 0..20 {
        t.sends("Payment advice attached", &[&format!("desk{n}@quartzlab.example")], None);
    }
}

/// Microsoft's alert.
pub(crate) fn restricted(t: &mut Tale<'_>) {
    let name = "User restricted from sending email";
    let id = t.log.random.guid();
    let data = map! { "f3u": &t.victim.upn, "op": "CompromisedAccount", "wl": "Exchange", "tid": TENANT };
    let head = Head {
        time: t.clock,
        operation: "AlertTriggered",
        record_type: 40,
        user: "SecurityComplianceAlerts",
        user_key: "SecurityComplianceAlerts",
        user_type: 4,
        object: name,
        address: "",
    };
    let rest = map! {
        "AlertId": id,
        "AlertLinks": Json::List(vec![]),
        "AlertType": "System",
        "Category": "ThreatManagement",
        "Comments": "New alert",
        "Data": data.compact(),
        "EntityType": "User",
        "Name": name,
        "PolicyId": "a74bb32a-541b-47fb-adfd-f8c62ce3d59e",
        "Severity": "High",
        "Source": "Office 365 Security & Compliance",
        "Status": "Active",
    };
    t.log.audit(&head, rest);
    t.clock += 60;
}

fn tenant_wide(t: &mut Tale<'_>) {
    t.account(ADMIN_TWO, "AiTM");
    super::tales_sessions::through(t, 10, &windows(141));
    t.opens_portal();
    t.consents(PDF, "Mail.Read Files.Read.All Directory.Read.All offline_access", true);
    t.credential(("CRM connector", "4d8a2f10-6a7b-4c8d-9e0f-1a2b3c4d5e6f"));
    t.phase("discovery", "what the tenant has");
    t.signs_in(Mfa::Claim, |s| (s.app, s.resource) = (AZURE_CLI, GRAPH));
    application_reads(t, PDF, 9, false);
    t.later(1, 9, 0);
    t.response(&[Step::Reset, Step::Revoke, Step::Consent]);
    t.phase("after the response", "the secret of the CRM was not removed");
    application_reads(
        t,
        ("CRM connector", "4d8a2f10-6a7b-4c8d-9e0f-1a2b3c4d5e6f", "2c8f5b11-7e6a-4d3c-9b2a-0f1e2d3c4b5a"),
        3,
        false,
    );
}

fn app_password(t: &mut Tale<'_>) {
    t.clerk("AiTM");
    super::tales_sessions::through(t, 9, &windows(140));
    t.app_password();
    t.phase("collection", "mail read in the browser");
    t.reads(Client::Web, "Inbox", &[15, 19]);
    for day in 0..5 {
        t.later(1, 3, 30);
        t.from(&SERVERS[9], "CBAInPROD");
        t.phase("collection", "mail fetched by IMAP with the application password");
        t.signs_in(Mfa::None, |s| {
            ropc(s);
            s.client = "IMAP4";
        });
        t.reads(Client::Imap, "Inbox", &[40 + day, 25]);
    }
    t.later(1, 9, 0);
    t.response(COMPLETE);
    t.from(&SERVERS[9], "CBAInPROD");
    t.phase("after the response", "the application password still works");
    t.later(1, 3, 30);
    t.signs_in(Mfa::None, |s| {
        ropc(s);
        s.client = "IMAP4";
    });
    t.reads(Client::Imap, "Inbox", &[31]);
}
