//! Who works at Harbor & Quay Forwarding: accounts, places, machines. All of it is invented.

use crate::random::Random;

pub(crate) const DOMAIN: &str = "harbor.example";
pub(crate) const TENANT_NAME: &str = "harbor.onmicrosoft.example";
pub(crate) const TENANT: &str = "5c0ffee0-7a11-4b0a-9d0c-4a7b0a2c1e00";
/// Monday 5 January 2026, 00:00 UTC, in Unix seconds: day 0 of the three weeks.
pub(crate) const START: i64 = 1_767_571_200;
pub(crate) const DAYS: i64 = 21;
pub(crate) const DAY: i64 = 86_400;

/// A network that a person is found in. Addresses are routable so that they geolocate; nobody behind them is meant.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) address: String,
    pub(crate) city: &'static str,
    pub(crate) state: &'static str,
    pub(crate) country: &'static str,
    pub(crate) latitude: f64,
    pub(crate) longitude: f64,
    pub(crate) asn: i64,
}

impl Place {
    fn new(
        address: &str,
        (city, state, country): (&'static str, &'static str, &'static str),
        at: (f64, f64),
        asn: i64,
    ) -> Self {
        Self { address: address.into(), city, state, country, latitude: at.0, longitude: at.1, asn }
    }

    pub(crate) fn office() -> Self {
        Self::new("195.240.10.20", ("Rotterdam", "Zuid-Holland", "NL"), (51.92, 4.48), 1136)
    }

    pub(crate) fn boston() -> Self {
        Self::new("73.15.20.30", ("Boston", "Massachusetts", "US"), (42.36, -71.06), 7922)
    }

    pub(crate) fn hamburg() -> Self {
        Self::new("87.140.4.4", ("Hamburg", "Hamburg", "DE"), (53.55, 9.99), 3320)
    }

    pub(crate) fn tor(last: u8) -> Self {
        Self::new(&format!("185.220.101.{last}"), ("Berlin", "Berlin", "DE"), (52.52, 13.4), 60729)
    }

    pub(crate) fn lagos(address: &str) -> Self {
        Self::new(address, ("Lagos", "Lagos", "NG"), (6.45, 3.39), 29465)
    }

    fn home(n: usize) -> Self {
        let nl = |city, state| (city, state, "NL");
        match n % 8 {
            0 => Self::new(&format!("84.24.33.{}", 20 + n), nl("Rotterdam", "Zuid-Holland"), (51.92, 4.48), 33915),
            1 => Self::new(&format!("77.160.12.{}", 20 + n), nl("Delft", "Zuid-Holland"), (52.01, 4.36), 1136),
            2 => Self::new(&format!("86.80.44.{}", 20 + n), nl("Dordrecht", "Zuid-Holland"), (51.81, 4.67), 1136),
            3 => Self::new(&format!("31.151.77.{}", 20 + n), nl("Breda", "Noord-Brabant"), (51.59, 4.78), 33915),
            4 => Self::new(&format!("145.53.60.{}", 20 + n), nl("Utrecht", "Utrecht"), (52.09, 5.12), 1136),
            5 => {
                Self::new(&format!("2001:1c00:2a04:91{n:02x}::5"), nl("Schiedam", "Zuid-Holland"), (51.92, 4.4), 33915)
            }
            6 => Self::new(&format!("178.224.10.{}", 20 + n), nl("Vlaardingen", "Zuid-Holland"), (51.91, 4.34), 50266),
            _ => Self::new(&format!("2a02:a44a:11:{n:x}::3"), nl("Gouda", "Zuid-Holland"), (52.01, 4.71), 1136),
        }
    }

    fn antwerp() -> Self {
        Self::new("81.82.20.3", ("Antwerpen", "Antwerpen", "BE"), (51.22, 4.4), 6848)
    }
}

/// What people write and file; decides subjects and file names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Team {
    Finance,
    Sales,
    Customs,
    Planning,
    Office,
    It,
}

impl Team {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Finance => "Finance",
            Self::Sales => "Sales",
            Self::Customs => "Customs",
            Self::Planning => "Planning",
            Self::Office => "Office",
            Self::It => "IT",
        }
    }
}

/// One account.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) upn: String,
    pub(crate) id: String,
    pub(crate) puid: String,
    pub(crate) sid: String,
    pub(crate) mailbox: String,
    pub(crate) device: String,
    pub(crate) computer: String,
    pub(crate) team: Team,
    pub(crate) home: Place,
    pub(crate) mac: bool,
    pub(crate) outlook: bool,
    /// First day of work.
    pub(crate) from: i64,
}

pub(crate) const CLERK: usize = 0;
pub(crate) const BUYER: usize = 1;
pub(crate) const ADMIN: usize = 2;
pub(crate) const HELPDESK: usize = 3;
pub(crate) const TRAVELLER: usize = 4;
pub(crate) const STARTER: usize = 5;
pub(crate) const MARRIED: usize = 6;
pub(crate) const COMMUTER: usize = 7;
pub(crate) const ASSISTANT: usize = 8;

const NAMES: &[(&str, &str, Team)] = &[
    ("Sanne", "Loodsman", Team::Finance),
    ("Bram", "Ankerveld", Team::Planning),
    ("Tess", "Kraanvogel", Team::It),
    ("Ravi", "Doornkade", Team::It),
    ("Mila", "Zeilstrand", Team::Sales),
    ("Noor", "Baakmeer", Team::Customs),
    ("Fenna", "Duinkerk", Team::Office),
    ("Luc", "Steigerbeke", Team::Sales),
    ("Iris", "Vuurbaak", Team::Office),
    ("Joost", "Kadeplein", Team::Finance),
    ("Femke", "Schoenerlaan", Team::Finance),
    ("Daan", "Windasveld", Team::Finance),
    ("Lotte", "Havenstok", Team::Sales),
    ("Ruben", "Trossenberg", Team::Sales),
    ("Eva", "Kielzog", Team::Sales),
    ("Thijs", "Roerganger", Team::Sales),
    ("Amira", "Peilstok", Team::Customs),
    ("Stijn", "Dekzeil", Team::Customs),
    ("Yara", "Sluispoort", Team::Customs),
    ("Koen", "Bolderkade", Team::Customs),
    ("Nina", "Getijveld", Team::Customs),
    ("Omar", "Laadruim", Team::Customs),
    ("Jasmijn", "Vlaggemast", Team::Planning),
    ("Pieter", "Meerpaal", Team::Planning),
    ("Hugo", "Sextantweg", Team::Planning),
    ("Elif", "Kompasrood", Team::Planning),
    ("Sven", "Waterlijn", Team::Planning),
    ("Roos", "Ladingrijk", Team::Planning),
    ("Milan", "Takelaar", Team::Planning),
    ("Anouk", "Boeglicht", Team::Planning),
    ("Gijs", "Stuurboordt", Team::Planning),
    ("Leila", "Containerhof", Team::Planning),
    ("Wout", "Kaaiman", Team::Planning),
    ("Maud", "Pakhuisveld", Team::Office),
    ("Tygo", "Vrachtbriefs", Team::Office),
    ("Zoë", "Ebstroom", Team::Office),
    ("Bas", "Vloedmerk", Team::Sales),
    ("Jill", "Scheepsbel", Team::Sales),
    ("Niels", "Roefdeur", Team::Customs),
    ("Saar", "Wimpelhout", Team::Office),
];

/// Everybody, in a fixed order: see [`CLERK`] and the other places in it.
pub(crate) fn everybody(random: &mut Random) -> Vec<Person> {
    NAMES
        .iter()
        .enumerate()
        .map(|(n, (first, last, team))| {
            let local = format!("{first}.{last}").to_lowercase().replace('ë', "e");
            Person {
                name: format!("{first} {last}"),
                upn: format!("{local}@{DOMAIN}"),
                id: random.guid(),
                puid: format!("10032001{}", random.hex(8)),
                sid: format!("S-1-5-21-2210450931-3411289045-187350722-{}", 21_400_000 + n as u64 * 137),
                mailbox: random.guid(),
                device: random.guid(),
                computer: format!("HQ-LT-{:04}", 1040 + n * 3),
                team: *team,
                home: if n == COMMUTER { Place::antwerp() } else { Place::home(n) },
                mac: n % 9 == 4,
                outlook: n % 3 != 1,
                from: if n == STARTER { 8 } else { 0 },
            }
        })
        .collect()
}
