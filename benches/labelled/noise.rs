//! What goes on without anybody's doing: Exchange itself, synchronisation, other companies' programs, and the
//! guessing from outside that every tenant sees.

use crate::directory::{Actor, Subject, directory};
use crate::log::{Log, Presence};
use crate::mailbox::{Client, Seat, system_cmdlet};
use crate::net::{FOREIGN, Place, SERVERS, SERVICES, TOR};
use crate::people::{DAY, Person, TENANT_NAME, World};
use crate::sign_in::{AZURE_CLI, EXCHANGE, GRAPH, Mfa, OFFICE, SignIn, principal};

pub(crate) const BACKUP: (&str, &str, &str) =
    ("Quay Backup", "7d1c44a2-96f2-4f0c-8a27-2f4be1f5d101", "1be65a3a-0a3b-44a9-9e19-07e1e2b3c202");
const CRM: (&str, &str, &str) =
    ("CRM connector", "2c8f5b11-7e6a-4d3c-9b2a-0f1e2d3c4b5a", "4d8a2f10-6a7b-4c8d-9e0f-1a2b3c4d5e6f");

/// Logs the noise of `day`.
pub(crate) fn day(log: &mut Log, world: &World, day: i64) {
    log.random = world.random(0xF00D, day);
    exchange(log, world, day);
    synchronisation(log, world, day);
    programs(log, world, day);
    log.random = world.random(0xF00E, day);
    guessing(log, world, day);
    scanner(log, world, day);
}

fn anybody<'a>(log: &mut Log, world: &'a World) -> &'a Person {
    &world.people[log.random.below(world.people.len() as u64) as usize]
}

fn exchange(log: &mut Log, world: &World, day: i64) {
    for _ in 0..8 + log.random.below(16) {
        let time = world.midnight(day) + log.random.span(DAY);
        let person = anybody(log, world);
        let object = format!(
            "EURPR04A009.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/{TENANT_NAME}/{}",
            person.mailbox
        );
        let (operation, set): (_, &[(&str, &str)]) = match log.random.below(6) {
            0 => ("Set-Mailbox", &[("Force", "True"), ("IssueWarningQuota", "98 GB (105,226,698,752 bytes)")]),
            1 => ("Set-Mailbox", &[("Force", "True"), ("RecipientLimits", "500"), ("DomainController", "")]),
            2 => ("Set-MailboxPlan", &[("DomainController", ""), ("ResetPasswordOnNextLogon", "False")]),
            3 => ("Set-CASMailbox", &[("DomainController", ""), ("ActiveSyncMailboxPolicy", "Default")]),
            4 => (
                "Add-MailboxPermission",
                &[("DomainController", ""), ("User", "Discovery Management"), ("AccessRights", "FullAccess")],
            ),
            _ => ("Set-User", &[("DomainController", ""), ("DisplayName", &person.name)]),
        };
        let mut list = set.to_vec();
        list.push(("Identity", &object));
        system_cmdlet(log, time, operation, &object, &list);
    }
}

/// The account that copies the local directory, and Microsoft's own services.
fn synchronisation(log: &mut Log, world: &World, day: i64) {
    let account =
        Person::machine("Directory synchronisation", "sync_dc01_3c9f", "0b1f6f1c-4a55-4e0e-9a53-5c1a77e0a001");
    let presence = Presence {
        place: crate::net::OFFICES[0].fixed(9),
        agent: "Azure AD Connect/2.4.27.0".into(),
        session: log.random.guid(),
        token: log.random.base64(22),
        since: world.midnight(day),
        device: None,
    };
    for hour in 0..24 {
        let time = world.midnight(day) + hour * 3600 + 400 + log.random.span(60);
        if hour % 3 == 0 {
            let app = ("Microsoft Azure Active Directory Connect", "cb1056e2-e479-49de-ae31-7812af012ed8");
            SignIn { app, resource: GRAPH, mfa: Mfa::None, ..SignIn::renewal(&account, &presence, time) }.log(log);
        }
        if log.random.chance(25) {
            let person = anybody(log, world);
            let actor = Actor::Person(&account, &presence);
            let included = [("Included Updated Properties", "\"LastDirSyncTime\"", "")];
            directory(log, actor, time + 20, "Update user.", Subject::person(person), &included);
        }
        if log.random.chance(15) {
            let person = anybody(log, world);
            let service = Actor::Service("Microsoft Substrate Management", "98db8bd6-0cc0-4e67-9de5-f187f1cd1b41");
            let included = [("Included Updated Properties", "", ""), ("TargetId.UserType", "Member", "")];
            directory(log, service, time + 30, "Update user.", Subject::person(person), &included);
        }
    }
}

/// Backup by night and the CRM by day read mail in many mailboxes.
fn programs(log: &mut Log, world: &World, day: i64) {
    for (n, (app, hours, count)) in [(BACKUP, [1, 2, 3, 4], 40), (CRM, [8, 11, 14, 16], 8)].into_iter().enumerate() {
        for hour in hours {
            let time = world.midnight(day) + hour * 3600 + log.random.span(300);
            let presence = Presence {
                place: SERVICES[n].fixed(10 + n as u8),
                agent: String::new(),
                session: String::new(),
                token: log.random.base64(22),
                since: time,
                device: None,
            };
            let service = Person::application(app.0, app.2);
            principal(log, time, (app.0, app.1, app.2), &presence);
            for m in 0..4 {
                let person = anybody(log, world);
                let owned = Seat { person: &service, owner: person, presence: &presence, client: Client::Rest(app.1) };
                let many = count + log.random.below(20) as usize;
                owned.bind(log, time + 60 * (m + 1), "Inbox", many);
            }
        }
    }
}

/// Guessing from outside: it fails on everything, and locks accounts now and then.
fn guessing(log: &mut Log, world: &World, day: i64) {
    for _ in 0..log.random.below(3) {
        let wide = log.random.chance(40);
        let mut time = world.midnight(day) + log.random.span(DAY - 8000);
        let steady = log.random.chance(50);
        let mut place = outside(log);
        for _ in 0..if wide { 20 + log.random.below(40) } else { 3 + log.random.below(9) } {
            let person = anybody(log, world);
            if !steady {
                place = outside(log);
            }
            let presence = Presence {
                place: place.clone(),
                agent: (*log.random.pick(&["BAV2ROPC", "CBAInPROD", "python-requests/2.31.0"])).into(),
                session: log.random.guid(),
                token: String::new(),
                since: time,
                device: None,
            };
            let code = *log.random.pick(&[50126, 50126, 50126, 50126, 50053]);
            let app = *log.random.pick(&[OFFICE, AZURE_CLI, EXCHANGE]);
            let tried = SignIn {
                app,
                client: "Other clients",
                protocol: "ropc",
                code,
                mfa: Mfa::None,
                ..SignIn::new(person, &presence, time)
            };
            tried.log(log);
            time += 2 + log.random.span(if wide { 60 } else { 900 });
        }
    }
}

fn outside(log: &mut Log) -> Place {
    let random = &mut log.random;
    match random.below(10) {
        0 => TOR.any(random),
        1..=6 => {
            let net = random.pick(&SERVERS);
            net.any(random)
        }
        _ => {
            let net = random.pick(&FOREIGN);
            net.any(random)
        }
    }
}

/// The copier that mails what it scans.
fn scanner(log: &mut Log, world: &World, day: i64) {
    if day % 7 >= 5 {
        return;
    }
    let account = Person::machine("Scanner 2nd floor", "scanner", "0b1f6f1c-4a55-4e0e-9a53-5c1a77e00001");
    for _ in 0..=log.random.below(4) {
        let time = world.midnight(day) + 8 * 3600 + log.random.span(8 * 3600);
        let presence = Presence {
            place: crate::net::OFFICES[0].fixed(20),
            agent: "BAV2ROPC".into(),
            session: String::new(),
            token: log.random.base64(22),
            since: time,
            device: None,
        };
        let scan = SignIn {
            app: EXCHANGE,
            client: "Authenticated SMTP",
            protocol: "ropc",
            mfa: Mfa::None,
            ..SignIn::new(&account, &presence, time)
        };
        scan.log(log);
    }
}
