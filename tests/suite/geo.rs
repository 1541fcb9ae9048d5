//! Addresses to places: known answers, ranking of databases, and databases that must be refused.

mod build;

use build::{About, mmdb};
use ipnet::IpNet;
use proptest::prelude::*;
use serde_json::{Value, json};
use speur::enrich::{AddressBook, ENRICHERS};
use speur::error::Error;
use speur::event::Place;
use speur::field::CATALOGUE;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// 2020-01-01 and 2040-01-01: before and after the embedded databases were built.
const OLD: u64 = 1_577_836_800;
const NEW: u64 = 2_208_988_800;

fn ip(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

fn book(built_in: bool, files: &[PathBuf]) -> AddressBook {
    let open = if built_in { AddressBook::open } else { AddressBook::open_without_built_in };
    open(files).expect("usable databases")
}

/// Writes a database of one record for `8.8.8.0/24` and `2a00::/16`.
fn database(folder: &Path, name: &str, kind: &str, built: u64, record: &Value) -> PathBuf {
    let path = folder.join(name);
    let bytes =
        mmdb(About { kind, built, version: 6 }, &[("8.8.8.0/24", record.clone()), ("2a00::/16", record.clone())]);
    std::fs::write(&path, bytes).expect("written");
    path
}

fn country(code: &str) -> Value {
    json!({"country": {"iso_code": code, "names": {"en": "X"}}, "registered_country": {"iso_code": "ZZ"}})
}

fn city(code: &str, name: &str) -> Value {
    json!({"country": {"iso_code": code}, "city": {"names": {"de": "N", "en": name}},
           "subdivisions": [{"iso_code": "R", "names": {"en": "Region"}}, {"names": {"en": "Second"}}],
           "location": {"latitude": 51.5, "longitude": -0.25, "time_zone": "Europe/London"}})
}

#[test]
fn the_embedded_databases_give_the_known_answers() {
    let book = book(true, &[]);
    for (address, country, asn, org, kind) in [
        ("185.220.101.1", "DE", 60729, "", "public"),
        ("8.8.8.8", "US", 15169, "Google LLC", "public"),
        ("::ffff:8.8.8.8", "US", 15169, "Google LLC", "public"),
        ("102.89.23.10", "NG", 29465, "MTN NIGERIA", "public"),
        ("2603:1026:c02:282a::5", "US", 8075, "Microsoft Corporation", "microsoft"),
    ] {
        let place = book.place(ip(address));
        assert_eq!((place.country.as_str(), place.asn, place.kind), (country, asn, kind), "{address}");
        assert!(place.as_org.contains(org), "{address}: {place:?}");
        assert_eq!(
            place.basis, "ip-location-db user-country 2026-09-16; ip-location-db origin-asn 2026-09-16",
            "{address}"
        );
    }
    assert_eq!(
        book.databases(),
        [
            "ip-location-db user-country (built in), built 2026-09-16, precision: country",
            "ip-location-db origin-asn (built in), built 2026-09-16, precision: autonomous system",
        ]
    );
    assert_eq!(book.warnings(), Vec::<String>::new());
}

#[test]
fn an_address_without_a_place_opens_no_database() {
    let book = book(true, &[]);
    for (address, kind) in
        [("10.0.0.1", "private"), ("::1", "loopback"), ("fe80::", "link-local"), ("203.0.113.7", "reserved")]
    {
        assert_eq!(*book.place(ip(address)), Place { kind, ..Place::default() }, "{address}");
    }
    assert!(book.databases().is_empty());
    assert_eq!(book.places().len(), 4);
}

#[test]
fn a_city_beats_a_newer_country_and_takes_region_and_coordinates_along() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = [
        database(folder.path(), "country.mmdb", "GeoLite2-Country", NEW, &country("AA")),
        database(folder.path(), "city.mmdb", "GeoIP2-City", OLD, &city("BB", "Town")),
    ];
    let place = book(true, &files).place(ip("8.8.8.8"));
    assert_eq!((&*place.country, &*place.region, &*place.city), ("BB", "Region", "Town"));
    assert_eq!(place.coordinates, Some((51.5, -0.25)));
    assert_eq!(place.basis, "GeoIP2-City 2020-01-01; ip-location-db origin-asn 2026-09-16");
}

#[test]
fn at_equal_precision_the_newest_build_answers() {
    let folder = tempfile::tempdir().expect("a folder");
    let old = database(folder.path(), "old.mmdb", "DBIP-Country-Lite", OLD, &country("AA"));
    let new = database(folder.path(), "new.mmdb", "GeoLite2-Country", NEW, &country("BB"));
    let answer = |files: &[PathBuf]| book(true, files).place(ip("8.8.8.8")).country.clone();
    assert_eq!(answer(std::slice::from_ref(&old)), "US", "the embedded one is newer");
    assert_eq!(answer(std::slice::from_ref(&new)), "BB");
    assert_eq!(answer(&[old.clone(), new.clone()]), "BB");
    assert_eq!(answer(&[new, old]), "BB");
}

#[test]
fn a_database_that_does_not_know_leaves_the_answer_to_the_next() {
    let folder = tempfile::tempdir().expect("a folder");
    let continent = json!({"continent": {"code": "EU"}, "location": {"latitude": 48.0, "longitude": 9.0}});
    let file = database(folder.path(), "city.mmdb", "GeoLite2-City", NEW, &continent);
    let place = book(true, &[file]).place(ip("8.8.8.8"));
    assert_eq!((&*place.country, place.coordinates), ("US", None), "the middle of a continent is no place");
    assert!(!place.basis.contains("GeoLite2"), "{place:?}");
}

#[test]
fn networks_and_anonymous_networks_come_from_their_own_databases() {
    let folder = tempfile::tempdir().expect("a folder");
    let network = json!({"autonomous_system_number": 64500, "autonomous_system_organization": "Org"});
    let anonymous =
        json!({"is_anonymous": true, "is_anonymous_vpn": true, "is_tor_exit_node": true, "is_hosting_provider": true});
    let files = [
        database(folder.path(), "asn.mmdb", "DBIP-ASN-Lite (compat=GeoLite2-ASN)", NEW, &network),
        database(folder.path(), "anonymous.mmdb", "GeoIP2-Anonymous-IP", OLD, &anonymous),
    ];
    let book = book(true, &files);
    let place = book.place(ip("2a00:1450::1"));
    assert_eq!((place.asn, &*place.as_org, &*place.anonymous), (64500, "Org", "hosting;tor;vpn"));
    assert_eq!(book.place(ip("1.1.1.1")).anonymous, "");
    assert_eq!(
        book.databases()[1],
        "GeoIP2-Anonymous-IP (anonymous.mmdb), built 2020-01-01, precision: anonymous networks"
    );
}

#[test]
fn flat_columns_and_compressed_files_are_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let flat = json!({"country_code": "nl", "state1": "Zuid-Holland", "city": "Rotterdam", "latitude": 51.9, "longitude": 4.5});
    let plain = std::fs::read(database(folder.path(), "plain.mmdb", "city ipvAll", OLD, &flat)).expect("read");
    let (gz, zst) = (folder.path().join("a.mmdb.gz"), folder.path().join("a.mmdb.zst"));
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, &plain).expect("compressed");
    std::fs::write(&gz, encoder.finish().expect("compressed")).expect("written");
    std::fs::write(&zst, zstd::stream::encode_all(&plain[..], 1).expect("compressed")).expect("written");
    for file in [gz, zst, folder.path().join("plain.mmdb")] {
        let place = book(false, &[file]).place(ip("8.8.8.8"));
        assert_eq!((&*place.country, &*place.region, &*place.city), ("NL", "Zuid-Holland", "Rotterdam"));
        assert_eq!(place.coordinates, Some((51.9, 4.5)));
    }
}

#[test]
fn an_ipv6_address_in_a_database_of_ipv4_is_no_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("four.mmdb");
    let about = About { kind: "GeoLite2-Country", built: NEW, version: 4 };
    std::fs::write(&file, mmdb(about, &[("8.8.8.0/24", country("AA"))])).expect("written");
    let book = book(false, &[file]);
    assert_eq!(book.place(ip("2a00::1")).country, "");
    assert_eq!(book.place(ip("8.8.8.8")).country, "AA");
    assert_eq!(book.warnings(), Vec::<String>::new());
}

/// The message that refuses `file`.
fn refusal(file: &Path) -> String {
    let error = AddressBook::open(&[file.to_owned()]).expect_err("a database that cannot be used");
    assert!(matches!(error, Error::Database { .. }), "{error}");
    let text = error.to_string();
    assert!(text.starts_with(&file.display().to_string()), "the place comes first: {text}");
    assert!(text.contains("expected a whole MaxMind DB file"), "says what to do: {text}");
    text
}

#[test]
fn a_database_that_cannot_be_used_is_refused_when_it_is_opened() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = database(folder.path(), "good.mmdb", "GeoLite2-Country", NEW, &country("AA"));
    let bytes = std::fs::read(&good).expect("read");
    let bad = folder.path().join("bad.mmdb");
    for part in 0..16 {
        std::fs::write(&bad, &bytes[..bytes.len() * part / 16]).expect("written");
        refusal(&bad);
    }
    std::fs::write(&bad, "country,asn\n").expect("written");
    refusal(&bad);
    refusal(&folder.path().join("absent.mmdb"));
    refusal(folder.path());
    let wrong = database(folder.path(), "wrong.mmdb", "GeoLite2-ASN", NEW, &json!({"autonomous_system_number": "AS1"}));
    assert!(refusal(&wrong).contains("is broken"));
    let other = database(folder.path(), "other.mmdb", "GeoIP2-Domain", NEW, &json!({"domain": "a.example"}));
    assert!(refusal(&other).contains("\"GeoIP2-Domain\""));
}

proptest! {
    #[test]
    fn no_damage_makes_a_database_panic(at in 0_usize..4096, byte: u8, cut in 0_usize..64) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = database(folder.path(), "city.mmdb", "GeoLite2-City", NEW, &city("AA", "Town"));
        let mut bytes = std::fs::read(&file).expect("read");
        let at = at % bytes.len();
        bytes[at] = byte;
        bytes.truncate(bytes.len() - cut / 8);
        std::fs::write(&file, bytes).expect("written");
        if let Ok(book) = AddressBook::open_without_built_in(&[file]) {
            let _ = (book.place(ip("8.8.8.8")), book.place(ip("2a00::1")), book.place(ip("1.1.1.1")));
        }
    }
}

#[test]
fn threads_share_one_place_for_each_address() {
    let book = book(true, &[]);
    let places: Vec<Arc<Place>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| book.place(ip("102.89.23.10")))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert!(places.iter().all(|place| Arc::ptr_eq(place, &places[0])));
    assert_eq!(book.into_places().len(), 1);
}

#[test]
fn every_enricher_fills_fields_of_the_catalogue() {
    for enricher in ENRICHERS {
        for field in enricher.fields {
            assert!(CATALOGUE.iter().any(|entry| entry.core == *field), "{}: {field:?}", enricher.name);
        }
    }
}

/// The folder of test databases, or `None` with a line that says the test was skipped.
fn corpus() -> Option<PathBuf> {
    let folder = std::env::var_os("SPEUR_CORPUS").map(|folder| PathBuf::from(folder).join("mmdb"));
    if folder.is_none() {
        println!("skipped: SPEUR_CORPUS is not set");
    }
    folder
}

#[test]
fn the_broken_databases_of_the_corpus_are_refused() {
    let Some(folder) = corpus() else { return };
    for name in [
        "GeoIP2-City-Test-Invalid-Node-Count.mmdb",
        "MaxMind-DB-test-broken-pointers-24.mmdb",
        "MaxMind-DB-test-broken-search-tree-24.mmdb",
    ] {
        refusal(&folder.join(name));
    }
}

#[test]
fn the_databases_of_the_corpus_say_what_their_source_says() {
    let Some(folder) = corpus() else { return };
    for name in ["GeoLite2-City-Test", "GeoLite2-Country-Test", "GeoLite2-ASN-Test"] {
        let book = book(false, &[folder.join(format!("{name}.mmdb"))]);
        let source = std::fs::read(folder.join(format!("{name}.json"))).expect("the source of a database");
        let source: Vec<serde_json::Map<String, Value>> = serde_json::from_slice(&source).expect("a list of maps");
        let networks: Vec<(IpNet, &Value)> =
            source.iter().flatten().map(|(network, record)| (network.parse().expect("a network"), record)).collect();
        assert!(networks.len() >= 200, "{name}");
        let mut answered = 0;
        for (network, _) in &networks {
            for ip in [network.network(), network.broadcast()] {
                let inner =
                    networks.iter().filter(|(other, _)| other.contains(&ip)).max_by_key(|(n, _)| n.prefix_len());
                let record = inner.expect("the network itself at least").1;
                answered += u32::from(agrees(&book.place(ip), record, name, ip));
            }
        }
        assert!(answered >= 300, "{name}: only {answered} addresses were answered");
    }
}

/// Compares one answer with the source; true when there was something to compare.
fn agrees(place: &Place, record: &Value, name: &str, ip: IpAddr) -> bool {
    if !matches!(place.kind, "public" | "microsoft") {
        assert_eq!(*place, Place { kind: place.kind, ..Place::default() }, "{name} {ip}");
        return false;
    }
    let text = |pointer: &str| record.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let number = |pointer: &str| record.pointer(pointer).and_then(Value::as_f64);
    let known = !text("/country/iso_code").is_empty();
    assert_eq!(place.country, text("/country/iso_code"), "{name} {ip}");
    assert_eq!(place.region, if known { text("/subdivisions/0/names/en") } else { "" }, "{name} {ip}");
    assert_eq!(place.city, if known { text("/city/names/en") } else { "" }, "{name} {ip}");
    let point = number("/location/latitude").zip(number("/location/longitude")).filter(|_| known);
    assert_eq!(place.coordinates, point, "{name} {ip}");
    assert_eq!(Some(u64::from(place.asn)), record["autonomous_system_number"].as_u64().or(Some(0)), "{name} {ip}");
    assert_eq!(place.as_org, text("/autonomous_system_organization"), "{name} {ip}");
    assert!(!known || place.basis.starts_with(name.trim_end_matches("-Test")), "{name} {ip}");
    true
}
