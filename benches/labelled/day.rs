//! An ordinary day of one person: from where, in which sessions, doing what.

use crate::agent;
use crate::files::{chat, search, spot, touch};
use crate::log::{Log, Presence};
use crate::mailbox::{Client, Message, Seat, trace};
use crate::net::{Place, RELAY};
use crate::people::{ASSISTANT, DIRECTOR, OTHERS, Person, Team, Tunnel, World, mix};
use crate::random::Random;
use crate::sign_in::{
    App, EXCHANGE, GRAPH, Mfa, OFFICE, OFFICE_HOME, ONEDRIVE, OUTLOOK_MOBILE, OUTLOOK_WEB, SHAREPOINT, SignIn, TEAMS,
};

/// The programs of a day: browser, machine and telephone, each in its session.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) web: Presence,
    pub(crate) machine: Presence,
    pub(crate) phone: Presence,
    /// Where the telephone is by day and where in the evening: carriers give it another address all the time.
    carrier: Vec<Place>,
    pub(crate) begins: i64,
    pub(crate) ends: i64,
    in_office: bool,
}

impl Desk {
    /// Where `person` sits on `day`; the same for everybody who asks.
    pub(crate) fn of(world: &World, person: &Person, day: i64) -> Self {
        let mut random = world.random(0x5EA7 + person.index as u64, day);
        let random = &mut random;
        let trip = person.trip(day);
        let weekend = day % 7 >= 5;
        let in_office = trip.is_none() && !weekend && random.chance(person.in_office);
        let place = match (trip, &person.tunnel) {
            (Some(_), Tunnel::Company) if random.chance(25) => Person::vpn(),
            (Some(trip), _) => place_of(trip.nets, random),
            (None, _) if in_office => person.office(),
            (None, Tunnel::Company) if random.chance(60) => Person::vpn(),
            (None, Tunnel::Private(net)) if random.chance(70) => net.any(random),
            _ => person.home.clone(),
        };
        // Abroad, one in two telephones roams: it keeps the address of its carrier at home.
        let carrier = match trip {
            Some(trip) if random.chance(50) => &trip.nets[1],
            _ => person.carrier,
        };
        let begins =
            world.local(person.site, day, person.begins + random.span(50) - 25 + if weekend { 150 } else { 0 });
        let ends = begins + if weekend { 5400 } else { person.lasts * 60 + random.span(3600) };
        let presence = |place: &Place, agent: String, session: String, device, random: &mut Random| Presence {
            place: place.clone(),
            agent,
            session,
            token: random.base64(22),
            since: begins,
            device,
        };
        let mut device = person.device.clone();
        if person.new_laptop.is_some_and(|change| day >= change) {
            device = (Random::new(mix(person.index as u64, 9, 9)).guid(), format!("{}B", device.1));
        }
        let carriers: Vec<Place> = (0..3).map(|_| carrier.any(random)).collect();
        Self {
            web: presence(&place, agent::browser(person, day), person.web_session(day), Some(device.clone()), random),
            machine: presence(&place, agent::office(person, day), person.desktop_session(day), Some(device), random),
            phone: presence(&carriers[0], agent::phone_mail(person, day), person.phone_session(day), None, random),
            carrier: carriers,
            begins,
            ends,
            in_office,
        }
    }

    /// A moment of the working day, less often around noon.
    pub(crate) fn moment(&self, random: &mut Random) -> i64 {
        let length = self.ends - self.begins - 900;
        let at = 600 + random.span(length.max(60));
        let noon = (length * 45 / 100..length * 53 / 100).contains(&at);
        self.begins + if noon && random.chance(75) { 600 + random.span(length / 2) } else { at }
    }
}

fn place_of(nets: &'static [crate::net::Net; 2], random: &mut Random) -> Place {
    if random.chance(75) { nets[0].fixed(3 + random.below(4) as u8) } else { nets[1].any(random) }
}

/// Logs the day of `person`.
pub(crate) fn day(log: &mut Log, world: &World, person: &Person, day: i64) {
    if !person.present(day) {
        return;
    }
    log.random = world.random(person.index as u64, day);
    let mut desk = Desk::of(world, person, day);
    if let Some((from, until)) = person.locked
        && desk.ends > from
        && desk.begins < until
    {
        return;
    }
    let weekday = day % 7;
    let works = match weekday {
        5 | 6 => log.random.chance(7),
        _ => person.free != Some(weekday) && log.random.chance(95),
    };
    if works {
        arrive(log, person, &mut desk, day);
        renew(log, person, &mut desk);
        let amount = world.volume * person.pace / 100 * if weekday >= 5 { 25 } else { 100 } / 100;
        // A hundredth is a chance, the rest is certain.
        let count = amount / 100 + u64::from(log.random.chance(amount % 100));
        for _ in 0..count {
            one_act(log, world, person, &desk);
        }
        inbound(log, world, person, &desk);
    }
    if person.mobile {
        telephone(log, world, person, &mut desk, works);
    }
}

/// The first sign-in of a day, with the mistakes and prompts that go with it.
fn arrive(log: &mut Log, person: &Person, desk: &mut Desk, day: i64) {
    // A browser that was not closed goes on without signing in again.
    if !log.random.chance(if person.outlook { 45 } else { 80 }) {
        desk.web.since = desk.begins - 60;
        let mfa = if person.exempt { Mfa::None } else { Mfa::Claim };
        let base = SignIn::renewal(person, &desk.web, desk.begins - 60);
        SignIn { app: OUTLOOK_WEB, client: "Browser", mfa, ..base }.log(log);
        return;
    }
    let app = *log.random.pick(&[OFFICE_HOME, OUTLOOK_WEB, OUTLOOK_WEB, TEAMS]);
    let mut time = desk.begins + log.random.span(900);
    let base = SignIn {
        app,
        resource: if app == OUTLOOK_WEB { EXCHANGE } else { GRAPH },
        ..SignIn::new(person, &desk.web, time)
    };
    let stumble = |log: &mut Log, code: i64, mfa: Mfa, time: &mut i64| {
        SignIn { time: *time, code, mfa, ..base.clone() }.log(log);
        *time += 8 + log.random.span(45);
    };
    let forgotten = person.forgets == Some(day);
    if forgotten || log.random.chance(4) {
        let times = if forgotten { 3 + log.random.below(5) } else { 1 + log.random.below(2) };
        for _ in 0..times {
            stumble(log, 50126, Mfa::None, &mut time);
        }
    }
    if forgotten {
        time += 1900;
    }
    let single = person.exempt || (desk.in_office && person.index.is_multiple_of(3));
    let prompt = !single && log.random.chance(9);
    if prompt {
        let code = *log.random.pick(&[50074, 50076]);
        stumble(log, code, Mfa::Prompt, &mut time);
        while log.random.chance(14) {
            stumble(log, 500_121, Mfa::Missed, &mut time);
        }
    } else if log.random.chance(5) {
        stumble(log, 50140, if single { Mfa::None } else { Mfa::Claim }, &mut time);
    }
    let mfa = match (single, prompt) {
        (true, _) => Mfa::None,
        (_, true) => Mfa::Prompt,
        _ => Mfa::Claim,
    };
    SignIn { time, mfa, ..base }.log(log);
    desk.web.since = time;
}

/// Tokens that programs renew by themselves.
fn renew(log: &mut Log, person: &Person, desk: &mut Desk) {
    let pairs: &[(App, App)] =
        &[(OFFICE, EXCHANGE), (TEAMS, GRAPH), (OFFICE, SHAREPOINT), (ONEDRIVE, SHAREPOINT), (TEAMS, EXCHANGE)];
    let mut time = desk.begins + log.random.span(1200);
    let mut first = true;
    while time < desk.ends {
        if first || log.random.chance(30) {
            let (app, resource) = *log.random.pick(pairs);
            let mfa = if person.exempt { Mfa::None } else { Mfa::Claim };
            let audited = log.random.chance(25);
            SignIn { app, resource, mfa, audited, ..SignIn::renewal(person, &desk.machine, time) }.log(log);
            if first {
                desk.machine.since = time;
                desk.machine.token = log.random.base64(22);
                SignIn { mfa, ..SignIn::renewal(person, &desk.machine, time + 2) }.log(log);
            }
            first = false;
        }
        time += 3600 + log.random.span(5400);
    }
}

/// The telephone: mail on the way, in the evening and at the weekend.
fn telephone(log: &mut Log, world: &World, person: &Person, desk: &mut Desk, works: bool) {
    let times = if works { 1 + log.random.below(3) } else { log.random.below(2) };
    for n in 0..times {
        // Before work, after it, or any time in between.
        let time = match log.random.below(3) {
            0 => desk.begins - 600 - log.random.span(4000),
            1 => desk.ends + log.random.span(4 * 3600),
            _ => desk.moment(&mut log.random),
        };
        let place = if log.random.chance(55) { desk.carrier[n as usize % 3].clone() } else { desk.web.place.clone() };
        desk.phone.place = if person.trip(time_day(world, time)).is_none() && log.random.chance(25) {
            person.home.clone()
        } else {
            place
        };
        desk.phone.token = log.random.base64(22);
        desk.phone.since = time;
        let mfa = if person.exempt { Mfa::None } else { Mfa::Claim };
        let audited = log.random.chance(20);
        SignIn { app: OUTLOOK_MOBILE, mfa, audited, ..SignIn::renewal(person, &desk.phone, time) }.log(log);
        let seat = Seat::own(person, &desk.phone, Client::Mobile);
        for _ in 0..=log.random.below(2) {
            let (later, count) = (time + 20 + log.random.span(600), 1 + log.random.below(6) as usize);
            seat.bind(log, later, "Inbox", count);
        }
    }
    if person.iphone && log.random.chance(2) {
        browse(log, person, desk, time_day(world, desk.begins));
    }
}

/// A look into webmail with the telephone's browser, now and then by a relay.
fn browse(log: &mut Log, person: &Person, desk: &Desk, day: i64) {
    let time = desk.ends + log.random.span(9000);
    let place = if log.random.chance(40) { RELAY.fixed(3) } else { desk.carrier[1].clone() };
    let presence = Presence {
        place,
        agent: agent::phone_browser(person, day),
        session: log.random.guid(),
        token: log.random.base64(22),
        since: time,
        device: None,
    };
    let mfa = if person.exempt { Mfa::None } else { Mfa::Prompt };
    SignIn { mfa, ..SignIn::new(person, &presence, time) }.log(log);
    let count = 1 + log.random.below(4) as usize;
    Seat::own(person, &presence, Client::Web).bind(log, time + 40, "Inbox", count);
}

pub(crate) fn time_day(world: &World, time: i64) -> i64 {
    (time - world.start).div_euclid(crate::people::DAY)
}

/// What is done with files, the common more often.
const FILES: &[&str] = &[
    "FileAccessed",
    "FileAccessed",
    "FileAccessed",
    "FileAccessed",
    "FileModified",
    "FileModified",
    "FileUploaded",
    "FilePreviewed",
    "FileDownloaded",
    "PageViewed",
    "PageViewed",
    "FileRenamed",
    "FileRecycled",
    "CompanyLinkCreated",
];

const FOLDERS: &[&str] = &["Inbox", "Inbox", "Inbox", "Inbox", "Sent Items", "Archive", "Inbox\\Projects"];

/// One of the things people do all day.
fn one_act(log: &mut Log, world: &World, person: &Person, desk: &Desk) {
    let time = desk.moment(&mut log.random);
    let desktop = person.outlook && log.random.chance(80);
    let presence = if desktop { &desk.machine } else { &desk.web };
    let seat = Seat::own(person, presence, if desktop { Client::Desktop } else { Client::Web });
    match log.random.below(1000) {
        0..200 if desktop => {
            let folder = *log.random.pick(FOLDERS);
            seat.sync(log, time, folder);
        }
        0..330 => {
            let folder = *log.random.pick(FOLDERS);
            let count = 1 + log.random.below(4) * log.random.below(4);
            let web = Seat::own(person, &desk.web, Client::Web);
            web.bind(log, time, folder, count as usize);
        }
        330..390 => send(log, world, person, &seat, time),
        390..450 => tidy(log, &seat, time, person.team),
        450..470 => {
            let message = Message::new(log, "Planning");
            let operation = *log.random.pick(&["Update", "Create"]);
            seat.item(log, time, operation, "Calendar", &message);
        }
        470..480 => {
            let words = *log.random.pick(WORDS);
            seat.search(log, time, words);
        }
        480..486 => {
            let words = *log.random.pick(WORDS);
            search(log, person, &desk.web, time, words);
        }
        486..492 => synchronise(log, person, desk, time),
        492..860 => {
            let operation = *log.random.pick(FILES);
            let place = spot(log, person);
            touch(log, person, &desk.web, time, operation, &place);
        }
        _ => {
            let other = &world.people[log.random.below(world.people.len() as u64) as usize];
            chat(log, person, other, &desk.machine, time);
        }
    }
    if person.index == ASSISTANT && log.random.chance(25) {
        let seat = Seat { owner: &world.people[DIRECTOR], ..seat };
        let count = 1 + log.random.below(3) as usize;
        seat.bind(log, time + 30, "Inbox", count);
    }
}

const WORDS: &[&str] = &["quote", "agenda", "invoice", "contract", "holiday", "drawing", "price list", "minutes"];

/// The sync client fetches what others changed: a burst of files.
fn synchronise(log: &mut Log, person: &Person, desk: &Desk, time: i64) {
    let count = 5 + log.random.below(30);
    for n in 0..count.cast_signed() {
        let place = spot(log, person);
        touch(log, person, &desk.machine, time + n / 2, "FileSyncDownloadedFull", &place);
    }
}

/// A subject such as `team` writes about.
pub(crate) fn subject(log: &mut Log, team: Team) -> String {
    let number = 2600 + log.random.below(1900);
    let general: &[&str] = &["Lunch on Thursday?", "Team meeting notes", "Re: holidays", "Parking badge", "Re: agenda"];
    let own: &[&str] = match team {
        Team::Finance => {
            &["Invoice {} for approval", "Re: open items {}", "Payment run week {}", "Credit note {}", "RE: Invoice {}"]
        }
        Team::Sales => &["Quote {} gauges", "Re: rate request {}", "New prospect", "Contract renewal {}"],
        Team::Purchase => &["Order {}", "Re: delivery of order {}", "Price increase {}", "RE: Invoice {} and payment"],
        Team::Engineering => &["Drawing {} rev B", "Re: test {}", "Design review {}", "Tolerance question {}"],
        Team::Production => &["Batch {} released", "Re: stock {}", "Shift plan", "Machine 4 down"],
        Team::It => {
            &["Maintenance window", "Re: ticket {}", "Password expiry notice", "Your MFA registration", "Patch {}"]
        }
        Team::Hr => &["Contract {}", "Re: leave request {}", "Payslips", "Welcome on board"],
        _ => &["Visitors on Monday", "Supplies order {}", "Re: press release", "Newsletter draft {}"],
    };
    let list = if log.random.chance(25) { general } else { own };
    log.random.pick(list).replace("{}", &number.to_string())
}

fn send(log: &mut Log, world: &World, person: &Person, seat: &Seat<'_>, time: i64) {
    let text = subject(log, person.team);
    let message = Message::new(log, text);
    let outside = person.index >= OTHERS / 2 && log.random.chance(45);
    let to = if outside {
        let partner = log.random.pick(&world.partners);
        format!("{}@{partner}", log.random.pick(&["info", "sales", "accounts", "orders", "desk"]))
    } else {
        world.people[log.random.below(world.people.len() as u64) as usize].upn.clone()
    };
    seat.send(log, time, &message, &[&to]);
    // A few file their sent mail or throw it away.
    if log.random.chance(4) {
        let operation = *log.random.pick(&["MoveToDeletedItems", "SoftDelete"]);
        seat.group(log, time + 90, operation, ("Sent Items", None), &[message]);
    }
}

/// Filing and throwing away.
fn tidy(log: &mut Log, seat: &Seat<'_>, time: i64, team: Team) {
    let count = 1 + log.random.below(3) * log.random.below(4);
    let messages: Vec<Message> = (0..count)
        .map(|_| {
            let text = subject(log, team);
            Message::new(log, text)
        })
        .collect();
    match log.random.below(10) {
        0..=4 => seat.group(log, time, "MoveToDeletedItems", ("Inbox", Some("Deleted Items")), &messages),
        5..=7 => seat.group(log, time, "Move", ("Inbox", Some("Inbox\\Projects")), &messages),
        8 => seat.group(log, time, "SoftDelete", ("Deleted Items", None), &messages),
        _ => seat.group(log, time, "HardDelete", ("Deleted Items", None), &messages),
    }
}

/// What arrives: seen by the trace only.
fn inbound(log: &mut Log, world: &World, person: &Person, desk: &Desk) {
    for _ in 0..log.random.below(4) {
        let time = desk.moment(&mut log.random);
        let text = subject(log, person.team);
        let message = Message::new(log, text);
        let partner = log.random.pick(&world.partners).clone();
        let from = match log.random.below(4) {
            0 => format!("news@{partner}"),
            1 => format!("accounts@{partner}"),
            _ => format!("info@{partner}"),
        };
        trace(log, time, (&from, &person.upn), &message, "203.0.113.25");
    }
}
