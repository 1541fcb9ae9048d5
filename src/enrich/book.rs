//! Distinct addresses to [`Place`]s, each looked up once, whatever the number of threads.

use super::database::Database;
use super::geo::Ranked;
use super::{ENRICHERS, network};
use crate::error::Error;
use crate::event::{Place, hex};
use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

/// What is known of every address met so far.
#[derive(Debug)]
pub struct AddressBook {
    databases: Arc<Databases>,
    /// A public address was met, so the embedded databases were asked too.
    asked: AtomicBool,
    places: RwLock<FxHashMap<IpAddr, Arc<Place>>>,
}

/// The databases that books share.
#[derive(Debug)]
struct Databases {
    files: Vec<Arc<Database>>,
    paths: Vec<PathBuf>,
    built_in: bool,
    opened: OnceLock<Opened>,
}

#[derive(Debug, Default)]
struct Opened {
    ranked: Ranked,
    built_in: Vec<Arc<Database>>,
    warnings: Vec<String>,
}

/// The embedded databases; `data/NOTICE.md` says where they come from.
pub(super) static BUILT_IN: &[Embedded] = &[
    Embedded {
        name: "ip-location-db user-country",
        built: "2026-09-16",
        sha256: "cec6cf03238cb4b54e8bd84662bf14d707ce251a42011f9423e8c99d93898b62",
        bytes: include_bytes!("data/country.mmdb.zst"),
    },
    Embedded {
        name: "ip-location-db origin-asn",
        built: "2026-09-16",
        sha256: "d7cb22adbdc4dadb93b7bdfd308c2c8277cddc1011b4231284616492412796af",
        bytes: include_bytes!("data/asn.mmdb.zst"),
    },
];

/// An embedded database.
#[derive(Debug)]
pub(super) struct Embedded {
    name: &'static str,
    /// The day it was built, as it states itself.
    built: &'static str,
    /// Of its bytes, which a test compares: hashing them takes longer than analysing a small log.
    sha256: &'static str,
    pub(super) bytes: &'static [u8],
}

/// A database that is part of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltIn {
    /// Name.
    pub name: &'static str,
    /// The day it was built, as it states itself.
    pub built: &'static str,
    /// SHA-256 of the bytes in the program, lower-case hex.
    pub sha256: String,
    /// How many those are; they are compressed with Zstandard.
    pub bytes: u64,
}

/// The databases that are part of the program, as it was built.
pub fn built_in() -> Vec<BuiltIn> {
    told(|database| database.sha256.to_owned())
}

/// The same, their bytes hashed now.
pub fn built_in_now() -> Vec<BuiltIn> {
    told(|database| hex(&Sha256::digest(database.bytes)))
}

fn told(sha256: fn(&Embedded) -> String) -> Vec<BuiltIn> {
    let told = |database: &Embedded| BuiltIn {
        name: database.name,
        built: database.built,
        sha256: sha256(database),
        bytes: database.bytes.len() as u64,
    };
    BUILT_IN.iter().map(told).collect()
}

impl AddressBook {
    /// Opens and checks the user's files; the embedded databases wait for the first public address.
    ///
    /// # Errors
    /// [`Error::Database`] names the first file that cannot be used.
    pub fn open(files: &[PathBuf]) -> Result<Self, Error> {
        Ok(Self::of(Databases::open(files, true)?))
    }

    /// As [`Self::open`], but only the user's files answer.
    ///
    /// # Errors
    /// [`Error::Database`] names the first file that cannot be used.
    pub fn open_without_built_in(files: &[PathBuf]) -> Result<Self, Error> {
        Ok(Self::of(Databases::open(files, false)?))
    }

    fn of(databases: Databases) -> Self {
        Self { databases: Arc::new(databases), asked: AtomicBool::new(false), places: RwLock::default() }
    }

    /// An empty book that asks the same databases: one run's addresses do not show in another's.
    #[must_use]
    pub fn afresh(&self) -> Self {
        let databases = Arc::clone(&self.databases);
        Self { databases, asked: AtomicBool::new(false), places: RwLock::default() }
    }

    /// The user's database files, in the order given: inputs of the run, for the manifest.
    pub fn files(&self) -> &[PathBuf] {
        &self.databases.paths
    }

    /// What is known of `ip`. Cheap once known, but it takes a lock: a hot loop keeps its own copy.
    pub fn place(&self, ip: IpAddr) -> Arc<Place> {
        if let Some(place) = self.places.read().unwrap_or_else(PoisonError::into_inner).get(&ip) {
            return Arc::clone(place);
        }
        let mut places = self.places.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(places.entry(ip).or_insert_with(|| {
            let mut place = Place::default();
            for enricher in ENRICHERS {
                (enricher.fill)(self, network::folded(ip), &mut place);
            }
            Arc::new(place)
        }))
    }

    /// Every address met so far, by the address as it was asked for.
    pub fn places(&self) -> BTreeMap<IpAddr, Arc<Place>> {
        let places = self.places.read().unwrap_or_else(PoisonError::into_inner);
        places.iter().map(|(ip, place)| (*ip, Arc::clone(place))).collect()
    }

    /// As [`Self::places`], when nothing more is to be asked.
    pub fn into_places(self) -> BTreeMap<IpAddr, Arc<Place>> {
        self.places.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().collect()
    }

    /// Name, file, build date and precision of the user's databases in the order given, then of the
    /// embedded ones if a public address was met.
    pub fn databases(&self) -> Vec<String> {
        let embedded = self.asked.load(Ordering::Relaxed);
        self.databases.all(embedded).map(|database| database.description().to_owned()).collect()
    }

    /// What went wrong with lookups in any book that shares these databases, sorted; empty unless a
    /// database is damaged in a way its check cannot see.
    pub fn warnings(&self) -> Vec<String> {
        let opening = self.databases.opened.get().map_or(&[][..], |opened| &opened.warnings);
        let mut warnings: Vec<String> =
            self.databases.all(true).filter_map(Database::warning).chain(opening.to_vec()).collect();
        warnings.sort();
        warnings
    }

    /// The databases by fact, best first; opens the embedded ones.
    pub(super) fn ranked(&self) -> &Ranked {
        self.asked.store(true, Ordering::Relaxed);
        &self.databases.opened.get_or_init(|| self.databases.rank()).ranked
    }
}

impl Databases {
    fn open(files: &[PathBuf], built_in: bool) -> Result<Self, Error> {
        let opened = files.iter().map(|path| Database::open(path).map(Arc::new));
        let paths = files.to_vec();
        Ok(Self { files: opened.collect::<Result<_, _>>()?, paths, built_in, opened: OnceLock::new() })
    }

    fn all(&self, embedded: bool) -> impl Iterator<Item = &Database> {
        let opened = self.opened.get().filter(|_| embedded);
        let built_in = opened.map_or(&[][..], |opened| &opened.built_in);
        self.files.iter().chain(built_in).map(Arc::as_ref)
    }

    fn rank(&self) -> Opened {
        let mut opened = Opened::default();
        for Embedded { name, bytes, .. } in BUILT_IN.iter().filter(|_| self.built_in) {
            match Database::embedded(name, bytes) {
                Ok(database) => opened.built_in.push(Arc::new(database)),
                Err(reason) => opened.warnings.push(format!("{name} (built in): {reason}; please report this")),
            }
        }
        // A stable sort: of two equals, a user's file goes before an embedded one, and the first given first.
        let mut all: Vec<_> = self.files.iter().chain(&opened.built_in).cloned().collect();
        all.sort_by_key(|database| Reverse((database.location, database.built)));
        let able =
            |can: fn(&Database) -> bool| all.iter().filter(|database| can(database)).cloned().collect::<Vec<_>>();
        let location = able(|database| database.location.is_some());
        let (mut network, mut anonymous) = (able(|database| database.network), able(|database| database.anonymous));
        network.sort_by_key(|database| Reverse(database.built));
        anonymous.sort_by_key(|database| Reverse(database.built));
        opened.ranked = Ranked { location, network, anonymous };
        opened
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_embedded_database_is_what_the_program_says() {
        for Embedded { name, built, bytes, .. } in BUILT_IN {
            let database = Database::embedded(name, bytes).unwrap();
            assert_eq!(database.label(), format!("{name} {built}"));
        }
        assert_eq!(built_in(), built_in_now());
    }
}
