//! Who works at Larkspur Instruments: accounts, places, machines, habits and what happens to them. All is invented.

use crate::net::{ABROAD, CARRIERS, HOMES, Net, OFFICES, PRIVATE_VPN, Place, REMOTE, VPN};
use crate::random::Random;

pub(crate) const DOMAIN: &str = "larkspur.example";
pub(crate) const TENANT_NAME: &str = "larkspur.onmicrosoft.example";
pub(crate) const TENANT: &str = "7d3a1c52-0b6e-4f0a-8e21-5a9c4be17f60";
pub(crate) const DAY: i64 = 86_400;

/// What people work on; decides subjects, files and habits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Team {
    It,
    Finance,
    Legal,
    Hr,
    Marketing,
    Board,
    Purchase,
    Sales,
    Engineering,
    Support,
    Production,
}

impl Team {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::It => "IT",
            Self::Finance => "Finance",
            Self::Legal => "Legal",
            Self::Hr => "HR",
            Self::Marketing => "Marketing",
            Self::Board => "Board",
            Self::Purchase => "Purchase",
            Self::Sales => "Sales",
            Self::Engineering => "Engineering",
            Self::Support => "Support",
            Self::Production => "Production",
        }
    }
}

pub(crate) const ADMIN: usize = 0;
pub(crate) const ADMIN_TWO: usize = 1;
pub(crate) const HELPDESK: usize = 2;
pub(crate) const HELPDESK_TWO: usize = 3;
pub(crate) const LAWYER: usize = 4;
pub(crate) const HR: usize = 5;
pub(crate) const MARKETING: usize = 6;
pub(crate) const DIRECTOR: usize = 7;
pub(crate) const ASSISTANT: usize = 8;
pub(crate) const CFO: usize = 9;
/// The first and the last but one of the clerks in finance.
pub(crate) const CLERKS: std::ops::Range<usize> = 10..18;
pub(crate) const BUYERS: std::ops::Range<usize> = 18..23;
/// From here on the teams mix.
pub(crate) const OTHERS: usize = 23;

/// Days away from home: first day, how many, where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trip {
    pub(crate) from: i64,
    pub(crate) days: i64,
    pub(crate) nets: &'static [Net; 2],
}

/// By which tunnel somebody works from home.
#[derive(Debug, Clone)]
pub(crate) enum Tunnel {
    None,
    Company,
    Private(&'static Net),
}

/// One account.
#[allow(clippy::struct_excessive_bools)] // habits, each of its own
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) index: usize,
    pub(crate) name: String,
    pub(crate) upn: String,
    pub(crate) id: String,
    pub(crate) puid: String,
    pub(crate) sid: String,
    pub(crate) mailbox: String,
    pub(crate) device: (String, String),
    pub(crate) team: Team,
    pub(crate) site: usize,
    pub(crate) home: Place,
    pub(crate) carrier: &'static Net,
    pub(crate) tunnel: Tunnel,
    pub(crate) mac: bool,
    pub(crate) chrome: bool,
    pub(crate) iphone: bool,
    /// Mail on the telephone.
    pub(crate) mobile: bool,
    /// Works in Outlook on a desktop rather than in the browser.
    pub(crate) outlook: bool,
    /// Nobody asks for a second factor: an exception that was never withdrawn.
    pub(crate) exempt: bool,
    /// Days by which its updates come late.
    pub(crate) lag: i64,
    /// Local minute of the day at which work begins, and how many minutes it lasts.
    pub(crate) begins: i64,
    pub(crate) lasts: i64,
    /// In a hundred days at work, how many in the office.
    pub(crate) in_office: u64,
    /// Weekday that is always free, if any.
    pub(crate) free: Option<i64>,
    /// In a hundred, against the usual amount of work.
    pub(crate) pace: u64,
    pub(crate) joins: i64,
    pub(crate) leaves: Option<i64>,
    pub(crate) holiday: Option<(i64, i64)>,
    pub(crate) trips: Vec<Trip>,
    pub(crate) new_phone: Option<i64>,
    pub(crate) new_laptop: Option<i64>,
    pub(crate) forgets: Option<i64>,
    /// Changes the password; an old telephone keeps the former.
    pub(crate) stale: Option<i64>,
    /// Days on which an intruder's story or its response changed the password or ended the sessions.
    pub(crate) resets: Vec<i64>,
    /// The account is locked by responders from the first to the second time.
    pub(crate) locked: Option<(i64, i64)>,
}

/// Everything that is decided before the first day.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) seed: u64,
    /// Unix seconds of midnight UTC on the Monday of day 0.
    pub(crate) start: i64,
    pub(crate) days: i64,
    pub(crate) people: Vec<Person>,
    pub(crate) partners: Vec<String>,
    /// Ordinary records of a working day, in a hundredth of the usual.
    pub(crate) volume: u64,
}

const FIRST: &[&str] = &[
    "Ada", "Bram", "Carla", "Dewi", "Emil", "Fenna", "Goran", "Hanna", "Idris", "Jona", "Katja", "Lars", "Mira",
    "Nils", "Odile", "Pavel", "Quinn", "Rosa", "Samir", "Tilda", "Ugo", "Vera", "Wim", "Xenia", "Yusuf", "Zita",
    "Amber", "Bodil", "Cyril", "Daria", "Elin", "Faye", "Gerrit", "Hilde", "Inge", "Jasper", "Kemal", "Lieke", "Maud",
    "Noor",
];
const LAST: &[&str] = &[
    "Brackenfold",
    "Merrowby",
    "Tidewell",
    "Ashgrove",
    "Lindquay",
    "Ferncote",
    "Holmbeck",
    "Marlowick",
    "Pinebarrow",
    "Quillstone",
    "Ravensfen",
    "Saltmarch",
    "Thornapple",
    "Underhay",
    "Vosbloem",
    "Waterlinde",
    "Yarrowgate",
    "Zandhoek",
    "Bloemkamp",
    "Copperfall",
    "Dunegrass",
    "Eikenrode",
    "Foxmeadow",
    "Greyhaven",
    "Heidekamp",
    "Ironbark",
    "Juniperhof",
    "Kestrelby",
    "Larchfield",
    "Mossbank",
    "Nettlecombe",
    "Oxbowden",
    "Polderman",
    "Rietveldt",
    "Sorrelwood",
    "Turfland",
    "Wychelm",
];
const PARTNER: &[&str] = &[
    "oceanline",
    "steelworks",
    "polderfruit",
    "citadelparts",
    "northgauge",
    "optiglass",
    "vandersteel",
    "brightvalve",
    "kadepress",
    "meridianlogistics",
    "baltictool",
    "fenwickandsons",
    "heliosens",
    "quartzlab",
    "riverbank-audit",
    "tessera-legal",
    "umbraplastics",
    "wolframtech",
    "zephyr-air",
    "copperleaf",
    "delta-metrology",
    "edgecast-print",
];

impl World {
    /// Everybody and everything that belongs to `seed`.
    pub(crate) fn new(seed: u64, users: usize, days: i64, volume: u64) -> Self {
        let mut random = Random::new(mix(seed, 1, 1));
        // Mondays of the first half of 2026.
        let start = 1_767_571_200 + 7 * DAY * random.span(20);
        let partners = PARTNER.iter().map(|name| format!("{name}.example")).collect();
        let people = (0..users).map(|index| person(&mut random, index, days)).collect();
        Self { seed, start, days, people, partners, volume }
    }

    /// A sequence of its own for a person's day, so that nothing there depends on what happens to others.
    pub(crate) fn random(&self, who: u64, day: i64) -> Random {
        Random::new(mix(self.seed, who, day.cast_unsigned()))
    }

    /// Midnight UTC of `day`.
    pub(crate) fn midnight(&self, day: i64) -> i64 {
        self.start + day * DAY
    }

    pub(crate) fn end(&self) -> i64 {
        self.midnight(self.days)
    }

    /// The moment of a local clock at a site.
    pub(crate) fn local(&self, site: usize, day: i64, minute: i64) -> i64 {
        let midnight = self.midnight(day);
        midnight + minute * 60 - offset(site, midnight) * 3600
    }
}

/// Hours that the site is ahead of UTC; summer time by the rules of the European Union and of the United States.
pub(crate) fn offset(site: usize, time: i64) -> i64 {
    // 29 March and 8 March 2026, the changes of the year.
    let (europe, america) = (1_774_746_000, 1_772_953_200);
    match site {
        0 | 2 => 1 + i64::from(time >= europe),
        1 => i64::from(time >= europe),
        3 => -5 + i64::from(time >= america),
        _ => 8,
    }
}

/// Three numbers to one.
pub(crate) fn mix(a: u64, b: u64, c: u64) -> u64 {
    let mut random = Random::new(a ^ b.wrapping_mul(0xD6E8_FEB8_6659_FD93) ^ c.wrapping_mul(0xA076_1D64_78BD_642F));
    random.next() ^ random.next().rotate_left(17)
}

impl Person {
    /// A session that lives `period` days, and no longer than the password.
    fn session(&self, kind: u64, day: i64, period: i64) -> String {
        let resets = self.resets.iter().filter(|reset| day >= **reset).count() as u64;
        let changed = [self.forgets, self.stale].iter().flatten().filter(|change| day >= **change).count() as u64;
        let epoch = ((day + self.lag) / period).cast_unsigned();
        let own = self.mailbox.bytes().fold(11, |sum: u64, b| sum.wrapping_mul(131) + u64::from(b));
        Random::new(mix(own, kind, epoch * 64 + resets * 8 + changed)).guid()
    }

    /// The browser's session of `day`.
    pub(crate) fn web_session(&self, day: i64) -> String {
        self.session(1, day, 3)
    }

    /// The session of the programs on the machine.
    pub(crate) fn desktop_session(&self, day: i64) -> String {
        let newer = self.new_laptop.is_some_and(|change| day >= change);
        self.session(if newer { 4 } else { 2 }, day, 30)
    }

    /// The telephone's session.
    pub(crate) fn phone_session(&self, day: i64) -> String {
        let newer = self.new_phone.is_some_and(|change| day >= change);
        self.session(if newer { 5 } else { 3 }, day, 60)
    }

    pub(crate) fn local_part(&self) -> &str {
        self.upn.split('@').next().unwrap_or_default()
    }

    /// The trip that is under way.
    pub(crate) fn trip(&self, day: i64) -> Option<&Trip> {
        self.trips.iter().find(|trip| (trip.from..trip.from + trip.days).contains(&day))
    }

    /// Whether the person is employed and not on holiday.
    pub(crate) fn present(&self, day: i64) -> bool {
        let away = self.holiday.is_some_and(|(from, days)| (from..from + days).contains(&day));
        day >= self.joins && self.leaves.is_none_or(|last| day < last) && !away
    }

    /// The office's line.
    pub(crate) fn office(&self) -> Place {
        OFFICES[self.site].fixed(20)
    }

    /// The company's tunnel.
    pub(crate) fn vpn() -> Place {
        VPN.fixed(5)
    }

    /// Somebody who is not among the people: a machine's account.
    pub(crate) fn machine(name: &str, local: &str, id: &str) -> Self {
        let mut random = Random::new(mix(7, local.len() as u64, u64::from(local.as_bytes()[0])));
        let mut it = person(&mut random, ADMIN, 1);
        it.index = usize::MAX;
        it.name = name.into();
        it.upn = format!("{local}@{DOMAIN}");
        it.id = id.into();
        it
    }

    /// An application that acts in its own name. Its service principal has this id.
    pub(crate) fn application(name: &str, id: &str) -> Self {
        let mut it = Self::machine(name, "application", id);
        it.upn = format!("ServicePrincipal_{id}");
        it.puid.clone_from(&it.upn);
        it
    }
}

fn team(random: &mut Random, index: usize) -> Team {
    const OTHER: &[Team] = &[
        Team::Sales,
        Team::Sales,
        Team::Sales,
        Team::Engineering,
        Team::Engineering,
        Team::Engineering,
        Team::Support,
        Team::Support,
        Team::Production,
        Team::Production,
        Team::Marketing,
        Team::Hr,
        Team::Finance,
    ];
    match index {
        ADMIN..=HELPDESK_TWO => Team::It,
        LAWYER => Team::Legal,
        HR => Team::Hr,
        MARKETING => Team::Marketing,
        DIRECTOR | ASSISTANT => Team::Board,
        CFO => Team::Finance,
        n if CLERKS.contains(&n) => Team::Finance,
        n if BUYERS.contains(&n) => Team::Purchase,
        _ => *random.pick(OTHER),
    }
}

/// A day within the window that is not one of the first two, in `percent` of a hundred cases.
fn someday(random: &mut Random, percent: u64, days: i64) -> Option<i64> {
    let day = 2 + random.span((days - 4).max(1));
    random.chance(percent).then_some(day)
}

fn person(random: &mut Random, index: usize, days: i64) -> Person {
    // Neighbouring numbers give other names and every pair comes once.
    let first = FIRST[index % FIRST.len()];
    let last = LAST[(index * 7 + index / FIRST.len()) % LAST.len()];
    let site = match random.below(100) {
        _ if index < OTHERS => 0,
        0..55 => 0,
        55..70 => 1,
        70..82 => 2,
        82..95 => 3,
        _ => 4,
    };
    let home: &'static Net = if random.chance(2) { &REMOTE } else { random.pick(HOMES[site]) };
    let home = if home.asn == 33915 && random.chance(40) {
        Place { address: format!("2001:1c00:2a04:{:x}::{:x}", 0x9100 + index, 1 + random.below(200)), net: home }
    } else {
        home.any(random)
    };
    let local = format!("{first}.{last}").to_lowercase();
    let team = team(random, index);
    let (free, holiday) = (random.chance(12).then(|| random.span(5)), someday(random, 40, days));
    Person {
        index,
        name: format!("{first} {last}"),
        upn: format!("{local}@{DOMAIN}"),
        id: random.guid(),
        puid: format!("10032002{}", random.hex(8)),
        sid: format!("S-1-5-21-3310450931-2411289045-187350722-{}", 31_400_000 + index * 113),
        mailbox: random.guid(),
        device: (random.guid(), format!("LSI-NB-{:04}", 2100 + index * 3)),
        team,
        site,
        home,
        carrier: random.pick(CARRIERS[site]),
        tunnel: match random.below(100) {
            0..30 => Tunnel::Company,
            30..34 => Tunnel::Private(random.pick(&PRIVATE_VPN)),
            _ => Tunnel::None,
        },
        mac: random.chance(12),
        chrome: random.chance(30),
        iphone: random.chance(60),
        mobile: random.chance(70),
        outlook: random.chance(65),
        exempt: random.chance(5),
        lag: random.span(28),
        begins: 450 + random.span(120) + if random.chance(5) { 240 } else { 0 },
        lasts: 450 + random.span(90),
        in_office: *random.pick(&[20, 40, 60, 60, 80, 100]),
        free,
        pace: 35 + random.below(130),
        joins: if index > OTHERS { someday(random, 3, days).unwrap_or(0) } else { 0 },
        leaves: if index > OTHERS { someday(random, 3, days) } else { None },
        holiday: holiday.map(|from| (from / 7 * 7, 12)),
        trips: trips(random, index, days),
        new_phone: someday(random, 9, days),
        new_laptop: someday(random, 6, days),
        forgets: someday(random, 12, days),
        stale: someday(random, 6, days),
        resets: Vec::new(),
        locked: None,
    }
}

/// One in ten travels, the board more.
fn trips(random: &mut Random, index: usize, days: i64) -> Vec<Trip> {
    let many = if index == DIRECTOR || index == CFO || random.chance(10) { 1 + random.below(3) } else { 0 };
    let mut trips: Vec<Trip> = Vec::new();
    for _ in 0..many {
        let trip =
            Trip { from: 3 + random.span((days - 8).max(1)), days: 3 + random.span(4), nets: random.pick(&ABROAD) };
        let apart = |other: &Trip| trip.from > other.from + other.days + 2 || other.from > trip.from + trip.days + 2;
        if trips.iter().all(apart) {
            trips.push(trip);
        }
    }
    trips
}
