//! What happens to people now and then: new telephones, forgotten passwords, rules for newsletters, leaving.

use crate::agent;
use crate::day::Desk;
use crate::directory::{Actor, Method, Subject, consent, directory, registration};
use crate::log::{Log, Presence};
use crate::mailbox::{Client, Seat};
use crate::net::Place;
use crate::people::{ADMIN, HELPDESK, HELPDESK_TWO, HR, OTHERS, Person, World};
use crate::sign_in::{EXCHANGE, GRAPH, MY_SIGN_INS, Mfa, OUTLOOK_MOBILE, SignIn};

/// Applications that people consent to: name, service principal's id, application id, what they ask for.
const APPS: &[(&str, &str, &str, &str)] = &[
    (
        "Tide Tables",
        "c3a0b7de-8e1f-4b34-9a9c-7f20bb3de505",
        "91e0c1c5-4f7c-4d0f-8f7e-6f8d3c7a9606",
        "User.Read openid profile",
    ),
    (
        "Slotpicker",
        "d4b1c8ef-9f20-4c45-8bad-8031cc4ef616",
        "a2f1d2d6-507d-4e10-9f8f-709e4d8b0a17",
        "Calendars.ReadWrite User.Read offline_access",
    ),
    (
        "Margin Notes",
        "e5c2d9f0-a031-4d56-9cbe-9142dd5f0727",
        "b302e3e7-618e-4f21-8a90-81af5e9c1b28",
        "Files.ReadWrite.All offline_access User.Read",
    ),
    (
        "Mailbutler Desk",
        "f6d3ea01-b142-4e67-8dcf-a253ee601838",
        "c413f4f8-729f-4032-9ba1-92b06fad2c39",
        "Mail.ReadWrite Mail.Send offline_access User.Read",
    ),
    (
        "Whiteboard Plus",
        "07e4fb12-c253-4f78-9ed0-b364ff712949",
        "d5240509-83a0-4143-8cb2-a3c170be3d4a",
        "User.Read Files.Read",
    ),
];

/// Logs what happens to `person` on `day`.
pub(crate) fn day(log: &mut Log, world: &World, person: &Person, day: i64) {
    log.random = world.random(0x11FE_0000 + person.index as u64, day);
    leaving(log, world, person, day);
    if person.locked.is_some_and(|(from, until)| (from..until).contains(&world.midnight(day + 1))) {
        return;
    }
    stale(log, world, person, day);
    if !person.present(day) || day % 7 >= 5 {
        return;
    }
    let desk = Desk::of(world, person, day);
    if person.forgets == Some(day) {
        reset(log, world, person, &desk, day);
    }
    if person.stale == Some(day) {
        let actor = Actor::Person(person, &desk.web);
        directory(log, actor, desk.begins + 3000, "Change user password.", Subject::person(person), &[]);
    }
    if person.new_phone == Some(day) {
        new_phone(log, person, &desk);
    }
    if person.new_laptop == Some(day) {
        new_laptop(log, person, &desk);
    }
    settings(log, world, person, &desk, day);
    if log.random.below(1200) == 0 {
        let (name, object, app, scope) = *log.random.pick(APPS);
        let time = desk.moment(&mut log.random);
        consent(log, (person, &desk.web), time, (name, object, app), (scope, false));
    }
    if log.random.below(600) == 0 {
        flood(log, person, &desk);
    }
}

/// A password that was forgotten: three in five reset it themselves, the others call the helpdesk.
fn reset(log: &mut Log, world: &World, person: &Person, desk: &Desk, day: i64) {
    let time = desk.begins + 1300;
    if log.random.chance(60) {
        let actor = Actor::Person(person, &desk.web);
        let own = Subject::person(person);
        directory(log, actor, time, "Reset password (self-service).", own, &[]);
        revoked(log, actor, time + 1, person);
        return;
    }
    let colleague = &world.people[if log.random.chance(50) { HELPDESK } else { HELPDESK_TWO }];
    let counter = Desk::of(world, colleague, day);
    let actor = Actor::Person(colleague, &counter.web);
    directory(log, actor, time, "Reset user password.", Subject::person(person), &[]);
    revoked(log, actor, time + 1, person);
    let own = Actor::Person(person, &desk.web);
    directory(log, own, time + 400, "Change user password.", Subject::person(person), &[]);
}

/// A reset ends the sessions.
pub(crate) fn revoked(log: &mut Log, actor: Actor<'_>, time: i64, person: &Person) {
    let now = format!("[\"{}\"]", crate::log::stamp(time, "%Y-%m-%dT%H:%M:%SZ"));
    let changes = [
        ("StsRefreshTokensValidFrom", now.as_str(), "[\"2025-09-02T07:11:20Z\"]"),
        ("Included Updated Properties", "\"StsRefreshTokensValidFrom\"", ""),
    ];
    directory(log, actor, time, "Update StsRefreshTokenValidFrom Timestamp.", Subject::person(person), &changes);
}

/// The telephone keeps the old password for a day or two and tries it without end.
fn stale(log: &mut Log, world: &World, person: &Person, day: i64) {
    if !person.stale.is_some_and(|change| (change..change + 2).contains(&day)) || !person.present(day) {
        return;
    }
    let desk = Desk::of(world, person, day);
    let mut time = desk.begins + 3600;
    let mut code = 50126;
    for n in 0..20 + log.random.below(30) {
        let mut presence = desk.phone.clone();
        if n % 7 == 0 {
            presence.place = person.carrier.any(&mut log.random);
        }
        presence.agent = "Apple-iPhone15C2/2207.71".into();
        let tried = SignIn {
            client: "Exchange ActiveSync",
            app: ("Office 365 Exchange Online", EXCHANGE.1),
            code,
            mfa: Mfa::None,
            ..SignIn::new(person, &presence, time)
        };
        tried.log(log);
        time += 30 + log.random.span(900);
        code = if n > 18 && log.random.chance(20) { 50053 } else { 50126 };
    }
}

/// A new telephone: the app is registered from where the person sits, the mail program signs in.
fn new_phone(log: &mut Log, person: &Person, desk: &Desk) {
    let time = desk.moment(&mut log.random);
    SignIn { app: MY_SIGN_INS, resource: GRAPH, mfa: Mfa::Prompt, ..SignIn::new(person, &desk.web, time - 40) }
        .log(log);
    let model = if person.iphone { "iPhone 17" } else { "Galaxy S25" };
    registration(log, person, &desk.web, time, Method::App(model));
    let actor = Actor::Person(person, &desk.web);
    let own = Subject::person(person);
    directory(
        log,
        actor,
        time + 70,
        "User deleted security info.",
        own,
        &[("ResultReason", "User deleted Authenticator App", "")],
    );
    SignIn {
        app: OUTLOOK_MOBILE,
        client: "Mobile Apps and Desktop clients",
        mfa: Mfa::Prompt,
        ..SignIn::new(person, &desk.phone, time + 500)
    }
    .log(log);
}

fn new_laptop(log: &mut Log, person: &Person, desk: &Desk) {
    let time = desk.begins + 1500;
    let (id, name) = desk.machine.device.clone().unwrap_or_default();
    let subject = Subject { category: "Device", name: &name, id: &id };
    let service = Actor::Service("Device Registration Service", "3f6a1e2b-5c4d-4e0f-8a9b-1c2d3e4f5a6b");
    let shown = format!("[\"{name}\"]");
    let added = [("DisplayName", shown.as_str(), "[]"), ("DeviceTrustType", "[\"AzureAd\"]", "[]")];
    directory(log, service, time, "Add device.", subject, &added);
    directory(
        log,
        service,
        time + 1,
        "Add registered owner to device.",
        subject,
        &[("Device.DisplayName", &shown, "")],
    );
    let actor = Actor::Person(person, &desk.machine);
    directory(log, actor, time + 4, "Register device.", subject, &[]);
}

/// Rules, signatures, out of office: what people set in their mailbox.
fn settings(log: &mut Log, world: &World, person: &Person, desk: &Desk, day: i64) {
    let local = person.local_part().to_owned();
    let seat = Seat::own(person, &desk.web, Client::Web);
    let time = desk.moment(&mut log.random);
    if person
        .holiday
        .is_some_and(|(from, _)| day == from - 3 || (day < from && from - day < 7 && log.random.chance(30)))
    {
        let given = [("Identity", person.upn.as_str()), ("AutoReplyState", "Scheduled"), ("ExternalAudience", "Known")];
        seat.cmdlet(log, time, "Set-MailboxAutoReplyConfiguration", &person.upn, &given);
    }
    match log.random.below(5000) {
        0..10 => newsletter(log, world, &seat, time, &local),
        10..14 => {
            let actions = "[{\"ActionType\":\"MoveToFolder\",\"Folder\":\"Projects\"}]";
            let when = "(SubjectProperty containing [project])";
            seat.outlook_rule(log, time, ("AddMailboxRule", "Projects"), (when, actions));
        }
        14..17 => colleague_rule(log, world, &seat, time, &local),
        17..19 => {
            // An approved copy for the partner who runs the order desk.
            let to = format!("orders@{}", world.partners[0]);
            let rule = [
                ("Force", "False"),
                ("SubjectContainsWords", "purchase order"),
                ("ForwardTo", to.as_str()),
                ("Name", "Orders to fulfilment"),
            ];
            seat.cmdlet(log, time, "New-InboxRule", &format!("{local}\\Orders to fulfilment"), &rule);
        }
        19..25 => {
            let html = format!("<div>{}<br>Larkspur Instruments, {}</div>", person.name, person.team.name());
            let given = [("Identity", person.upn.as_str()), ("SignatureHtml", &html), ("AutoAddSignature", "True")];
            seat.cmdlet(log, time, "Set-MailboxMessageConfiguration", &person.upn, &given);
        }
        25..33 => {
            let other = &world.people[log.random.below(world.people.len() as u64) as usize];
            seat.share(log, time, "Calendar", (&other.upn, "FreeBusyDetailed, Visible"));
        }
        33..36 => {
            let guest = format!("contact{}@{}", log.random.below(40), log.random.pick(&world.partners));
            let name = format!("{}#EXT#@larkspur.onmicrosoft.example", guest.replace('@', "_"));
            let id = log.random.guid();
            let subject = Subject { category: "User", name: &name, id: &id };
            let actor = Actor::Person(person, &desk.web);
            let invited = [("InvitationId", "[\"1\"]", ""), ("UserType", "[\"Guest\"]", "[]")];
            directory(log, actor, time, "Invite external user.", subject, &invited);
        }
        36..38 => {
            let addin = [("Identity", "Meeting Polls"), ("MarketplaceAssetID", "WA104381120"), ("Url", "")];
            seat.cmdlet(log, time, "New-App", "Meeting Polls", &addin);
        }
        _ => {}
    }
}

fn newsletter(log: &mut Log, world: &World, seat: &Seat<'_>, time: i64, local: &str) {
    let partner = log.random.pick(&world.partners);
    let from = format!("news@{partner}");
    let (name, folder) = *log.random.pick(&[
        ("Newsletters", "Newsletters"),
        ("Newsletters", "Newsletters"),
        ("News", "Reading"),
        ("Reports", "Inbox\\Reports"),
        ("Tickets", "Tickets"),
        ("-", "Archive"),
        ("Supplier news", "RSS Feeds"),
        ("Later", "Deleted Items"),
    ]);
    let read = if log.random.chance(40) { "True" } else { "False" };
    let rule = [
        ("AlwaysDeleteOutlookRulesBlob", "False"),
        ("Force", "False"),
        ("From", from.as_str()),
        ("MoveToFolder", folder),
        ("MarkAsRead", read),
        ("Name", name),
        ("StopProcessingRules", "True"),
    ];
    seat.cmdlet(log, time, "New-InboxRule", &format!("{local}\\{name}"), &rule);
}

fn colleague_rule(log: &mut Log, world: &World, seat: &Seat<'_>, time: i64, local: &str) {
    let other = &world.people[OTHERS + log.random.below((world.people.len() - OTHERS) as u64) as usize];
    let words = *log.random.pick(&["invoice", "shift plan", "order confirmation"]);
    let rule = [("SubjectContainsWords", words), ("ForwardTo", other.upn.as_str()), ("Name", "To my colleague")];
    seat.cmdlet(log, time, "New-InboxRule", &format!("{local}\\To my colleague"), &rule);
}

/// A telephone that lies in another room: prompt after prompt until it is found.
fn flood(log: &mut Log, person: &Person, desk: &Desk) {
    let mut time = desk.moment(&mut log.random);
    for _ in 0..3 + log.random.below(5) {
        SignIn { code: 500_121, mfa: Mfa::Missed, ..SignIn::new(person, &desk.web, time) }.log(log);
        time += 50 + log.random.span(60);
    }
    SignIn { mfa: Mfa::Prompt, ..SignIn::new(person, &desk.web, time) }.log(log);
}

/// An account that is closed, and the telephone that does not know.
fn leaving(log: &mut Log, world: &World, person: &Person, day: i64) {
    let Some(last) = person.leaves else { return };
    let (admin, office) = (&world.people[ADMIN], &world.people[HR]);
    if day == last {
        let desk = Desk::of(world, admin, day);
        let actor = Actor::Person(admin, &desk.web);
        let time = desk.moment(&mut log.random);
        let account = Subject::person(person);
        directory(log, actor, time, "Disable account.", account, &[("AccountEnabled", "[false]", "[true]")]);
        directory(log, actor, time + 25, "Reset user password.", account, &[]);
        revoked(log, actor, time + 60, person);
        let desk = Desk::of(world, office, day);
        let title = [("JobTitle", "[\"Left\"]", "[\"\"]"), ("Included Updated Properties", "\"JobTitle\"", "")];
        directory(log, Actor::Person(office, &desk.web), time + 900, "Update user.", account, &title);
    }
    if (last..last + 14).contains(&day) && person.mobile {
        for _ in 0..log.random.below(4) {
            let time = world.midnight(day) + log.random.span(crate::people::DAY);
            let presence = phone_of(person, person.carrier.any(&mut log.random), day);
            let tried = SignIn {
                app: OUTLOOK_MOBILE,
                code: if day == last { 50173 } else { 50057 },
                ..SignIn::renewal(person, &presence, time)
            };
            tried.log(log);
        }
    }
}

fn phone_of(person: &Person, place: Place, day: i64) -> Presence {
    Presence {
        place,
        agent: agent::phone_mail(person, day),
        session: person.phone_session(day),
        token: String::new(),
        since: 0,
        device: None,
    }
}
