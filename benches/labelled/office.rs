//! Work that only some do: administrators, helpdesk, legal, HR, marketing.

use crate::day::Desk;
use crate::directory::{Actor, Subject, consent, directory};
use crate::json::Json;
use crate::log::{Head, Log};
use crate::mailbox::{Client, Message, Seat, trace};
use crate::map;
use crate::people::{
    ADMIN, ADMIN_TWO, ASSISTANT, DIRECTOR, HELPDESK, HELPDESK_TWO, HR, LAWYER, MARKETING, OTHERS, Person, World,
};
use crate::sign_in::{AZURE_PORTAL, EXCHANGE, GRAPH, Mfa, POWERSHELL, SignIn};

/// Logs the special work of `day`.
pub(crate) fn day(log: &mut Log, world: &World, day: i64) {
    if day % 7 >= 5 {
        return;
    }
    for who in [ADMIN, ADMIN_TWO, HELPDESK, HELPDESK_TWO] {
        log.random = world.random(0xAD00 + who as u64, day);
        if world.people[who].present(day) {
            administration(log, world, &world.people[who], day);
        }
    }
    log.random = world.random(0xB000, day);
    if world.people[LAWYER].present(day) && log.random.chance(6) {
        discovery(log, world, day);
    }
    if world.people[HR].present(day) && log.random.chance(35) {
        personnel(log, world, day);
    }
    if world.people[MARKETING].present(day) && day % 7 == 2 {
        bulk(log, world, day);
    }
}

/// A colleague chosen at random.
fn someone<'a>(log: &mut Log, world: &'a World) -> &'a Person {
    &world.people[OTHERS + log.random.below((world.people.len() - OTHERS) as u64) as usize]
}

fn administration(log: &mut Log, world: &World, admin: &Person, day: i64) {
    let desk = Desk::of(world, admin, day);
    let mut time = desk.begins + 1200 + log.random.span(3000);
    let mfa = if log.random.chance(30) { Mfa::Prompt } else { Mfa::Claim };
    SignIn { app: AZURE_PORTAL, resource: GRAPH, mfa, ..SignIn::new(admin, &desk.web, time) }.log(log);
    let full = admin.index <= ADMIN_TWO;
    if full && log.random.chance(35) {
        activate(log, admin, &desk, time + 60);
    }
    for _ in 0..log.random.below(if full { 6 } else { 3 }) {
        time += 600 + log.random.span(3600);
        directory_task(log, world, admin, &desk, time, full);
    }
    if full && log.random.chance(30) {
        time += 1500;
        let mut shell = desk.web.clone();
        shell.agent = "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.26100.2161".into();
        let base = SignIn::new(admin, &shell, time);
        SignIn { app: POWERSHELL, resource: EXCHANGE, client: "Mobile Apps and Desktop clients", ..base }.log(log);
        for _ in 0..=log.random.below(5) {
            time += 40 + log.random.span(600);
            exchange_task(log, world, admin, &desk, time);
        }
    }
}

/// A role that is taken for a few hours.
fn activate(log: &mut Log, admin: &Person, desk: &Desk, time: i64) {
    let role = *log.random.pick(&["Exchange Administrator", "User Administrator", "Global Administrator"]);
    let id = "62e90394-69f5-4237-9190-012177145e10";
    let subject = Subject { category: "Role", name: role, id };
    let name = format!("\"{role}\"");
    let changes =
        [("Role.DisplayName", name.as_str(), ""), ("Role.TemplateId", "\"62e90394-69f5-4237-9190-012177145e10\"", "")];
    let actor = Actor::Person(admin, &desk.web);
    directory(log, actor, time, "Add member to role completed (PIM activation).", subject, &changes);
    let service = Actor::Service("MS-PIM", "01fc33a7-78ba-4d2f-a4b7-768e336e890e");
    directory(log, service, time + 1, "Add member to role.", Subject::person(admin), &changes);
    directory(log, service, time + 14_400, "Remove member from role.", Subject::person(admin), &changes);
}

fn directory_task(log: &mut Log, world: &World, admin: &Person, desk: &Desk, time: i64, full: bool) {
    let actor = Actor::Person(admin, &desk.web);
    let other = someone(log, world);
    let account = Subject::person(other);
    match log.random.below(if full { 100 } else { 45 }) {
        0..12 => {
            directory(log, actor, time, "Reset user password.", account, &[]);
            crate::life::revoked(log, actor, time + 1, other);
        }
        12..30 => {
            let licence = "[\"[SkuName=SPE_E3, DisabledPlans=[]]\",\"[SkuName=VISIOCLIENT, DisabledPlans=[]]\"]";
            let changed = [("AssignedLicense", licence, "[\"[SkuName=SPE_E3, DisabledPlans=[]]\"]")];
            directory(log, actor, time, "Change user license.", account, &changed);
        }
        30..42 => {
            let group =
                Subject { category: "Group", name: "Project rooms", id: "7a4f8d0e-22c6-4f0c-8a8e-5b3e9f1aa301" };
            let changed = [("Group.DisplayName", "\"Project rooms\"", "")];
            directory(log, actor, time, "Add member to group.", group, &changed);
        }
        42..45 => {
            let pass = [("TemporaryAccessPass", "[{\"LifetimeInMinutes\":60,\"IsUsableOnce\":true}]", "[]")];
            directory(log, actor, time, "Admin registered security info.", account, &pass);
        }
        45..72 => configuration(log, admin, desk, time),
        72..76 => {
            let changed = [("Role.DisplayName", "\"Helpdesk Administrator\"", "")];
            directory(log, actor, time, "Add member to role.", account, &changed);
        }
        _ => {
            let phone = [("Mobile", "[\"+31 20 555 0134\"]", "[]"), ("Included Updated Properties", "\"Mobile\"", "")];
            directory(log, actor, time, "Update user.", account, &phone);
        }
    }
}

/// Applications and policies.
fn configuration(log: &mut Log, admin: &Person, desk: &Desk, time: i64) {
    let actor = Actor::Person(admin, &desk.web);
    match log.random.below(27) {
        0..5 => {
            let app =
                ("Planning Board", "18f50c23-d364-4089-8fe1-c475aa823a5a", "e635161a-94b1-4254-9dc3-b4d281cf4e5b");
            consent(log, (admin, &desk.web), time, app, ("User.Read Group.Read.All", true));
        }
        5..13 => {
            let name = "MFA outside the office";
            let policy = Subject { category: "Policy", name, id: "2b9a4c1d-0e3f-4a5b-8c6d-7e8f9a0b1c2d" };
            let new = format!("{{\"displayName\":\"{name}\",\"state\":\"enabled\",\"excludeUsers\":2}}");
            let old = format!("{{\"displayName\":\"{name}\",\"state\":\"enabled\",\"excludeUsers\":1}}");
            let changed = [("ConditionalAccessPolicy", new.as_str(), old.as_str())];
            directory(log, actor, time, "Update conditional access policy.", policy, &changed);
        }
        13..21 => credential(log, actor, time),
        _ => {
            let name = "CRM connector";
            let app = Subject { category: "Application", name, id: "4d8a2f10-6a7b-4c8d-9e0f-1a2b3c4d5e6f" };
            let changed = [("Application.DisplayName", "\"CRM connector\"", "")];
            directory(log, actor, time, "Add owner to application.", app, &changed);
        }
    }
}

/// The secret of an application is renewed.
fn credential(log: &mut Log, actor: Actor<'_>, time: i64) {
    let app = Subject { category: "Application", name: "CRM connector", id: "4d8a2f10-6a7b-4c8d-9e0f-1a2b3c4d5e6f" };
    let new = "[\"[KeyIdentifier=9d3c,KeyType=Password,KeyUsage=Verify,DisplayName=2026]\"]";
    let old = "[\"[KeyIdentifier=1a2b,KeyType=Password,KeyUsage=Verify,DisplayName=2025]\"]";
    let operation = "Update application \u{2013} Certificates and secrets management ";
    directory(
        log,
        actor,
        time,
        operation,
        app,
        &[("KeyDescription", new, old), ("Included Updated Properties", "\"KeyDescription\"", "")],
    );
}

/// A cmdlet with its object and parameters.
fn exchange_task(log: &mut Log, world: &World, admin: &Person, desk: &Desk, time: i64) {
    let seat = Seat::own(admin, &desk.web, Client::Web);
    let (one, other) = (someone(log, world), someone(log, world));
    let (local, user) = (one.local_part(), other.upn.as_str());
    let to = format!("smtp:orders@{}", world.partners[0]);
    let calendar = format!("{}:\\Calendar", world.people[DIRECTOR].local_part());
    let rule = format!("{local}\\Newsletters");
    let (operation, object, given): (_, &str, Vec<(&str, &str)>) = match log.random.below(100) {
        0..25 => {
            let send = [("Identity", "orders"), ("Trustee", user), ("AccessRights", "SendAs"), ("Confirm", "False")];
            seat.cmdlet(log, time + 20, "Add-RecipientPermission", "orders", &send);
            let given = vec![("Identity", "orders"), ("User", user), ("AccessRights", "FullAccess")];
            ("Add-MailboxPermission", "orders", given)
        }
        25..33 => {
            let assistant = world.people[ASSISTANT].upn.as_str();
            let given = vec![("Identity", calendar.as_str()), ("User", assistant), ("AccessRights", "Editor")];
            ("Add-MailboxFolderPermission", &calendar, given)
        }
        33..45 => {
            let given =
                vec![("Identity", "Company footer"), ("ApplyHtmlDisclaimerText", "<p>Larkspur Instruments</p>")];
            ("Set-TransportRule", "Company footer", given)
        }
        45..49 => {
            let given =
                vec![("Name", "External banner"), ("PrependSubject", "[EXT] "), ("FromScope", "NotInOrganization")];
            ("New-TransportRule", "External banner", given)
        }
        49..51 => {
            let given =
                vec![("Identity", "orders"), ("ForwardingSmtpAddress", &to), ("DeliverToMailboxAndForward", "True")];
            ("Set-Mailbox", "orders", given)
        }
        51..62 => {
            ("Set-CASMailbox", local, vec![("Identity", local), ("ImapEnabled", "False"), ("PopEnabled", "False")])
        }
        62..70 => {
            let given = vec![("Identity", local), ("ForwardingAddress", user), ("DeliverToMailboxAndForward", "True")];
            ("Set-Mailbox", local, given)
        }
        70..73 => {
            let given = vec![("Identity", "svc-backup"), ("AuditBypassEnabled", "True")];
            ("Set-MailboxAuditBypassAssociation", "svc-backup", given)
        }
        73..80 => {
            let given = vec![("Identity", "Newsletters"), ("Mailbox", one.upn.as_str()), ("Confirm", "False")];
            ("Remove-InboxRule", &rule, given)
        }
        _ => {
            let given = vec![("Identity", local), ("MaxSendSize", "35 MB (36,700,160 bytes)")];
            ("Set-Mailbox", local, given)
        }
    };
    seat.cmdlet(log, time, operation, object, &given);
}

/// A case of the legal department: search, preview, export.
fn discovery(log: &mut Log, world: &World, day: i64) {
    let lawyer = &world.people[LAWYER];
    let desk = Desk::of(world, lawyer, day);
    let mut time = desk.moment(&mut log.random);
    let case = format!("Dispute {}", 300 + log.random.below(90));
    for operation in ["SearchCreated", "SearchStarted", "SearchPreviewed", "SearchExported"] {
        ediscovery(log, lawyer, &desk.web, time, (operation, &case, "supplier AND contract"));
        time += 300 + log.random.span(900);
    }
}

/// A record of a content search.
pub(crate) fn ediscovery(
    log: &mut Log,
    person: &Person,
    presence: &crate::log::Presence,
    time: i64,
    (operation, case, query): (&str, &str, &str),
) {
    let rest = map! {
        "Case": case,
        "ExchangeLocations": "All",
        "ObjectType": "Search",
        "Parameters": map! { "Name": case, "Query": query }.compact(),
        "Query": query,
        "SharepointLocations": "",
        "ExtendedProperties": Json::List(vec![]),
    };
    let head = Head {
        time,
        operation,
        record_type: 24,
        user: &person.upn,
        user_key: &person.upn,
        user_type: 0,
        object: case,
        address: &presence.place.address,
    };
    log.audit(&head, rest);
}

/// Names, numbers and titles.
fn personnel(log: &mut Log, world: &World, day: i64) {
    let hr = &world.people[HR];
    let desk = Desk::of(world, hr, day);
    let time = desk.moment(&mut log.random);
    let other = someone(log, world);
    let actor = Actor::Person(hr, &desk.web);
    let (old, new) = (format!("[\"{}\"]", other.name), format!("[\"{}-Vos\"]", other.name));
    let changes: &[crate::directory::Change<'_>] = match log.random.below(4) {
        0 => &[("DisplayName", &new, &old), ("Included Updated Properties", "\"DisplayName\"", "")],
        1 => &[
            ("TelephoneNumber", "[\"+31 30 555 0111\"]", "[]"),
            ("Included Updated Properties", "\"TelephoneNumber\"", ""),
        ],
        2 => &[("JobTitle", "[\"Senior\"]", "[\"Junior\"]"), ("Included Updated Properties", "\"JobTitle\"", "")],
        _ => &[("Department", "[\"Sales\"]", "[\"Support\"]"), ("Included Updated Properties", "\"Department\"", "")],
    };
    directory(log, actor, time, "Update user.", Subject::person(other), changes);
}

/// The monthly newsletter goes out in many copies.
fn bulk(log: &mut Log, world: &World, day: i64) {
    let sender = &world.people[MARKETING];
    let desk = Desk::of(world, sender, day);
    let mut time = desk.begins + 7200;
    let many = if day % 28 == 2 { 180 } else { 25 };
    for n in 0..many {
        let message = Message::new(log, "Larkspur news: spring of measuring");
        let seat = Seat::own(sender, &desk.web, Client::Web);
        let to = format!("customer{:03}@{}", n, log.random.pick(&world.partners));
        if n % 30 == 0 {
            seat.item(log, time, "Send", "Drafts", &message);
        }
        trace(log, time + 2, (&sender.upn, &to), &message, &desk.web.place.address);
        time += 1 + log.random.span(4);
    }
}
