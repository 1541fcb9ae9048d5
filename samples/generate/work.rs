//! Ordinary days: who comes in when, from where, and signs in how.

use crate::log::{Log, Presence};
use crate::people::{ADMIN, DAY, DAYS, DOMAIN, HELPDESK, Person, Place, START, TRAVELLER};
use crate::sign_in::{AZURE_PORTAL, EXCHANGE, GRAPH, Mfa, OFFICE, OFFICE_HOME, OUTLOOK_WEB, SHAREPOINT, SignIn, TEAMS};
use crate::{files, mail};

const WINDOWS: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0";
const MAC: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15";
const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1";

/// Logs the three weeks of everybody.
pub(crate) fn weeks(log: &mut Log, people: &[Person]) {
    for day in 0..DAYS {
        for (n, person) in people.iter().enumerate() {
            let weekend = day % 7 >= 5;
            let present = if weekend { log.random.chance(9) } else { log.random.chance(93) };
            if day >= person.from && present {
                one_day(log, (n, person), people, day, weekend);
            }
        }
        devices(log, day);
    }
}

/// The browser of a person's own machine.
pub(crate) fn agent(person: &Person) -> &'static str {
    if person.mac { MAC } else { WINDOWS }
}

/// Where `person` is on `day`.
fn place(log: &mut Log, n: usize, person: &Person, day: i64, weekend: bool) -> Place {
    match (n, day) {
        (TRAVELLER, 8..=10) => Place::boston(),
        (TRAVELLER, 14..=15) => Place::hamburg(),
        _ if weekend || log.random.chance(35) => person.home.clone(),
        _ => Place::office(),
    }
}

fn one_day(log: &mut Log, (n, person): (usize, &Person), people: &[Person], day: i64, weekend: bool) {
    let place = place(log, n, person, day, weekend);
    // Office hours are Amsterdam's; the traveller in Boston starts six hours later.
    let opening = if place.country == "US" { 13 * 3600 } else { 7 * 3600 };
    let late = if weekend { 3 * 3600 } else { 0 };
    let start = START + day * DAY + opening + late + log.random.span(5400) - 1200;
    let length = if weekend { 2 * 3600 } else { 8 * 3600 + log.random.span(3600) };
    let presence = arrive(log, person, &place, start);
    if matches!(n, ADMIN | HELPDESK) && log.random.chance(50) {
        portal(log, person, &presence, start + 1500);
    }
    refresh(log, person, &presence, length);
    mail::day(log, person, people, &presence, length);
    files::day(log, person, people, &presence, length);
}

/// The first sign-in of a day, with the mistakes and prompts that go with it.
fn arrive(log: &mut Log, person: &Person, place: &Place, start: i64) -> Presence {
    let phone = log.random.chance(12);
    let agent = if phone { PHONE } else { agent(person) };
    let app = if phone { OUTLOOK_WEB } else { *log.random.pick(&[OFFICE_HOME, OUTLOOK_WEB, OUTLOOK_WEB, TEAMS]) };
    let mut first = SignIn::new(log, person, place, start);
    first.agent = agent.into();
    first.app = app;
    first.resource = if app == OUTLOOK_WEB { EXCHANGE } else { GRAPH };
    first.device = if phone { None } else { Some((person.device.clone(), person.computer.clone())) };
    let mut time = start;
    let mut stumble = |log: &mut Log, code: i64, mfa: Mfa| {
        let mut tried = first.clone();
        tried.id = format!("{}00", &log.random.guid()[..34]);
        tried.token = log.random.base64(22);
        tried.time = time;
        tried.code = code;
        tried.mfa = mfa;
        time += 9 + log.random.span(40);
        log.sign_ins.push(tried);
    };
    if log.random.chance(5) {
        let times = 1 + log.random.below(2);
        for _ in 0..times {
            stumble(log, 50126, Mfa::None);
        }
    }
    let prompt = log.random.chance(14);
    if prompt {
        stumble(log, 50074, Mfa::Prompt);
        if log.random.chance(12) {
            stumble(log, 500_121, Mfa::Missed);
        }
    } else if log.random.chance(4) {
        stumble(log, 50140, Mfa::Claim);
    }
    first.time = time;
    first.mfa = if prompt { Mfa::Prompt } else { Mfa::Claim };
    let presence = Presence {
        place: place.clone(),
        agent: agent.into(),
        session: first.session.clone(),
        token: first.token.clone(),
        since: time,
    };
    log.sign_ins.push(first);
    presence
}

fn portal(log: &mut Log, person: &Person, presence: &Presence, time: i64) {
    let mut visit = SignIn::new(log, person, &presence.place, time);
    visit.agent.clone_from(&presence.agent);
    visit.app = AZURE_PORTAL;
    visit.resource = GRAPH;
    visit.session.clone_from(&presence.session);
    visit.device = Some((person.device.clone(), person.computer.clone()));
    log.sign_ins.push(visit);
}

/// Tokens that applications renew by themselves, an hour or more apart.
fn refresh(log: &mut Log, person: &Person, presence: &Presence, length: i64) {
    let mut time = presence.since + 3000;
    while time < presence.since + length {
        time += 4000 + log.random.span(14000);
        if !log.random.chance(30) {
            continue;
        }
        let mut renewed = SignIn::new(log, person, &presence.place, time);
        renewed.agent = agent(person).into();
        renewed.app = *log.random.pick(&[OFFICE, TEAMS, OFFICE]);
        renewed.resource = *log.random.pick(&[EXCHANGE, SHAREPOINT, GRAPH]);
        renewed.client = "Mobile Apps and Desktop clients";
        renewed.interactive = false;
        renewed.session.clone_from(&presence.session);
        renewed.device = Some((person.device.clone(), person.computer.clone()));
        log.sign_ins.push(renewed);
    }
}

/// Machines that sign in: the scanner that mails by SMTP AUTH, and the backup's service principal.
fn devices(log: &mut Log, day: i64) {
    let scanner = Person {
        name: "Scanner 2nd floor".into(),
        upn: format!("scanner@{DOMAIN}"),
        id: "0b1f6f1c-4a55-4e0e-9a53-5c1a77e00001".into(),
        ..blank()
    };
    let backup = Person { name: "Quay Backup".into(), upn: String::new(), id: String::new(), ..blank() };
    let times = if day % 7 >= 5 { 0 } else { 2 };
    for n in 0..times {
        let time = START + day * DAY + 8 * 3600 + n * 14_000 + log.random.span(6000);
        let mut scan = SignIn::new(log, &scanner, &Place::office(), time);
        scan.app = EXCHANGE;
        scan.client = "Authenticated SMTP";
        // The agent by which Exchange tells a password that a device sent it.
        scan.agent = "BAV2ROPC".into();
        scan.protocol = "ropc";
        scan.mfa = Mfa::None;
        log.sign_ins.push(scan);
    }
    // The service principal's log is exported from the diagnostic settings only.
    if (13..=16).contains(&day) {
        for hour in [1, 7, 13, 19] {
            let time = START + day * DAY + hour * 3600 + log.random.span(200);
            let mut run = SignIn::new(log, &backup, &Place::office(), time);
            run.app = ("Quay Backup", "7d1c44a2-96f2-4f0c-8a27-2f4be1f5d101");
            run.resource = GRAPH;
            run.client = "";
            run.mfa = Mfa::None;
            run.interactive = false;
            run.session = String::new();
            run.principal = Some("1be65a3a-0a3b-44a9-9e19-07e1e2b3c202".into());
            log.sign_ins.push(run);
        }
    }
}

/// An account without a machine or a mailbox.
fn blank() -> Person {
    Person {
        name: String::new(),
        upn: String::new(),
        id: String::new(),
        puid: String::new(),
        sid: String::new(),
        mailbox: String::new(),
        device: String::new(),
        computer: String::new(),
        team: crate::people::Team::It,
        home: Place::office(),
        mac: false,
        outlook: false,
        from: 0,
    }
}
