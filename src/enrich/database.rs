//! A MaxMind DB file, checked to the last record when it is opened, to the facts it states of an address.
//!
//! <https://maxmind.github.io/MaxMind-DB/>

use super::packed::Packed;
use crate::error::Error;
use maxminddb::{MaxMindDbError, Metadata, Reader, WithinOptions};
use rustc_hash::FxHashSet;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;
use std::net::IpAddr;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// How finely a database places an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Precision {
    /// To the country.
    Country,
    /// To the city.
    City,
}

/// An opened database.
#[derive(Debug)]
pub(super) struct Database {
    content: Content,
    /// Name and build date.
    label: String,
    /// Label, precision and file, for the report.
    description: String,
    /// Seconds since 1970-01-01.
    pub(super) built: u64,
    /// How finely it places an address, if it does.
    pub(super) location: Option<Precision>,
    /// Whether it names autonomous systems.
    pub(super) network: bool,
    /// Whether it knows anonymous networks.
    pub(super) anonymous: bool,
    /// Addresses whose record could not be read: how many, and the smallest with the reason.
    failed: Mutex<Option<(u64, IpAddr, String)>>,
}

/// Where records are read from.
#[derive(Debug)]
enum Content {
    /// A file of the user, as a whole in memory.
    File(Reader<Vec<u8>>),
    /// A part of the program, compressed.
    BuiltIn(Packed),
}

impl Content {
    fn metadata(&self) -> &Metadata {
        match self {
            Self::File(reader) => reader.metadata(),
            Self::BuiltIn(packed) => packed.metadata(),
        }
    }

    fn record(&self, ip: IpAddr) -> Result<Option<Record>, String> {
        match self {
            Self::File(reader) => reader.lookup(ip).and_then(|found| found.decode()).map_err(|error| error.to_string()),
            Self::BuiltIn(packed) => {
                let record = packed.lookup(ip)?.map(serde_json::from_value).transpose();
                record.map_err(|error| error.to_string())
            }
        }
    }
}

/// What a user must do about a file that cannot be used.
const REMEDY: &str = "expected a whole MaxMind DB file (GeoLite2, GeoIP2 or DB-IP: City, Country, ASN or Anonymous-IP); \
                      download it again or leave it out";

/// Larger than any published database, small enough to fit in memory.
const LARGEST: u64 = 4 << 30;

impl Database {
    /// Reads and checks a file; gzip and Zstandard are opened.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let place = path.display().to_string();
        let refuse = |reason: String| Error::Database { place: place.clone(), reason };
        let bytes = std::fs::read(path).map_err(|error| refuse(format!("cannot be read: {error}; {REMEDY}")))?;
        let bytes = expand(bytes).map_err(|error| refuse(format!("cannot be expanded: {error}; {REMEDY}")))?;
        let file = path.file_name().map_or_else(|| place.clone(), |name| name.to_string_lossy().into_owned());
        Self::from_bytes(bytes, &file).map_err(refuse)
    }

    /// Opens the embedded database `name`, which the tests have checked.
    pub(super) fn embedded(name: &'static str, compressed: &'static [u8]) -> Result<Self, String> {
        Self::of(Content::BuiltIn(Packed::open(compressed)?), Some(name), "built in")
    }

    fn from_bytes(bytes: Vec<u8>, file: &str) -> Result<Self, String> {
        let reader =
            Reader::from_source(bytes).map_err(|error| format!("is not a usable database: {error}; {REMEDY}"))?;
        Self::of(Content::File(reader), None, file)
    }

    fn of(content: Content, name: Option<&'static str>, file: &str) -> Result<Self, String> {
        let metadata = content.metadata();
        let kind = metadata.database_type.clone();
        let has = |word: &str| kind.to_ascii_lowercase().contains(word);
        let enterprise = has("enterprise");
        let location = match (has("city") || enterprise, has("country")) {
            (true, _) => Some(Precision::City),
            (false, true) => Some(Precision::Country),
            (false, false) => None,
        };
        let (network, anonymous) = (has("asn") || has("isp") || enterprise, has("anonymous"));
        if let Content::File(reader) = &content {
            check(reader).map_err(|error| format!("is broken: {error}; {REMEDY}"))?;
        }
        if location.is_none() && !network && !anonymous {
            return Err(format!("holds a database of type {kind:?}; {REMEDY}"));
        }
        let built = metadata.build_epoch;
        let label = format!("{} {}", name.unwrap_or(&kind), date(built));
        let scope = match (location, network, anonymous) {
            (Some(Precision::City), ..) => "city",
            (Some(Precision::Country), ..) => "country",
            (None, true, _) => "autonomous system",
            (None, false, _) => "anonymous networks",
        };
        let description = format!("{} ({file}), built {}, precision: {scope}", name.unwrap_or(&kind), date(built));
        Ok(Self { content, label, description, built, location, network, anonymous, failed: Mutex::new(None) })
    }

    /// Name and build date.
    pub(super) fn label(&self) -> &str {
        &self.label
    }

    /// Name, file, build date and precision.
    pub(super) fn description(&self) -> &str {
        &self.description
    }

    /// What the database states of `ip`; a record that cannot be read is kept for [`Self::warning`].
    pub(super) fn lookup(&self, ip: IpAddr) -> Option<Record> {
        if ip.is_ipv6() && self.content.metadata().ip_version == 4 {
            return None;
        }
        match self.content.record(ip) {
            Ok(record) => record,
            Err(reason) => {
                let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
                *failed = Some(match failed.take() {
                    Some((count, first, known)) if first <= ip => (count + 1, first, known),
                    Some((count, ..)) => (count + 1, ip, reason),
                    None => (1, ip, reason),
                });
                None
            }
        }
    }

    /// The addresses it could not answer for, if any.
    pub(super) fn warning(&self) -> Option<String> {
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.as_ref().map(|(count, ip, reason)| {
            format!("{}: {count} addresses could not be looked up, the first is {ip}: {reason}", self.label)
        })
    }
}

/// Reads every record that the tree leads to, so that a broken file is refused before the run.
///
/// The library's own verification goes first. It insists on a description, which the builds of
/// ip-location-db leave out, so without one the walk alone decides.
fn check(reader: &Reader<Vec<u8>>) -> Result<(), MaxMindDbError> {
    if !reader.metadata().description.is_empty() {
        reader.verify()?;
    }
    let mut seen = FxHashSet::default();
    let limit = u64::from(reader.metadata().node_count).saturating_mul(3);
    for (count, found) in (0_u64..).zip(reader.networks(WithinOptions::default())?) {
        if count > limit {
            return Err(MaxMindDbError::invalid_database("the search tree runs in a circle"));
        }
        let found = found?;
        if found.offset().is_some_and(|offset| seen.insert(offset)) {
            found.decode::<Record>()?;
        }
    }
    Ok(())
}

fn expand(bytes: Vec<u8>) -> std::io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let length = match bytes.as_slice() {
        [0x1f, 0x8b, ..] => flate2::read::MultiGzDecoder::new(bytes.as_slice()).take(LARGEST).read_to_end(&mut out)?,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            zstd::stream::read::Decoder::new(bytes.as_slice())?.take(LARGEST).read_to_end(&mut out)?
        }
        _ => return Ok(bytes),
    };
    if length as u64 == LARGEST {
        return Err(std::io::Error::other("it expands to 4 GiB or more"));
    }
    Ok(out)
}

fn date(epoch: u64) -> String {
    let time = i64::try_from(epoch).ok().and_then(|seconds| chrono::DateTime::from_timestamp(seconds, 0));
    time.map_or_else(|| format!("epoch {epoch}"), |time| time.format("%Y-%m-%d").to_string())
}

/// A record of any of the supported databases; what a database does not state is absent.
///
/// Names are those of MaxMind (which DB-IP follows) and of ip-location-db, which has flat columns.
/// <https://dev.maxmind.com/geoip/docs/databases/city-and-country>
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[allow(clippy::struct_excessive_bools)] // as many flags as the format has
pub(super) struct Record {
    country: Label,
    country_code: String,
    subdivisions: Vec<Label>,
    state1: String,
    city: Label,
    location: Point,
    latitude: Option<Number>,
    longitude: Option<Number>,
    autonomous_system_number: Option<Number>,
    autonomous_system_organization: String,
    traits: Traits,
    is_anonymous_vpn: bool,
    is_hosting_provider: bool,
    is_public_proxy: bool,
    is_residential_proxy: bool,
    is_tor_exit_node: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Point {
    latitude: Option<Number>,
    longitude: Option<Number>,
}

/// Where an Enterprise database keeps the network.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Traits {
    autonomous_system_number: Option<Number>,
    autonomous_system_organization: String,
}

impl Record {
    /// ISO 3166-1 alpha-2 code, upper case. The country of registration is not where the address is, so it never stands in.
    pub(super) fn country(&self) -> Option<String> {
        let code = if self.country.code.is_empty() { &self.country_code } else { &self.country.code };
        (!code.is_empty()).then(|| code.to_ascii_uppercase())
    }

    /// First subdivision.
    pub(super) fn region(&self) -> String {
        self.subdivisions.first().map_or_else(|| self.state1.clone(), |label| label.name.clone())
    }

    /// City.
    pub(super) fn city(&self) -> String {
        self.city.name.clone()
    }

    /// Degrees north and east.
    pub(super) fn coordinates(&self) -> Option<(f64, f64)> {
        let point = self.location.latitude.zip(self.location.longitude).or_else(|| self.latitude.zip(self.longitude));
        point.map(|(north, east)| (north.0, east.0))
    }

    /// Number and organisation.
    pub(super) fn autonomous_system(&self) -> Option<(u32, String)> {
        let traits = &self.traits;
        let own = self.autonomous_system_number.map(|asn| (asn, &self.autonomous_system_organization));
        let found =
            own.or_else(|| traits.autonomous_system_number.map(|asn| (asn, &traits.autonomous_system_organization)));
        found.map(|(asn, organisation)| (asn.0 as u32, organisation.clone()))
    }

    /// What kinds of anonymous network, sorted and joined by `;`.
    pub(super) fn anonymous(&self) -> String {
        let kinds = [
            (self.is_hosting_provider, "hosting"),
            (self.is_public_proxy, "proxy"),
            (self.is_residential_proxy, "residential-proxy"),
            (self.is_tor_exit_node, "tor"),
            (self.is_anonymous_vpn, "vpn"),
        ];
        let kinds: Vec<&str> = kinds.iter().filter(|(set, _)| *set).map(|(_, kind)| *kind).collect();
        kinds.join(";")
    }
}

/// A named thing: flat text, or a map with an ISO code and names by language.
#[derive(Debug, Default)]
struct Label {
    code: String,
    name: String,
}

impl<'de> Deserialize<'de> for Label {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LabelVisitor)
    }
}

struct LabelVisitor;

impl<'de> Visitor<'de> for LabelVisitor {
    type Value = Label;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name, or a map with iso_code or names")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Label, E> {
        Ok(Label { code: String::new(), name: text.to_owned() })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Label, A::Error> {
        let mut label = Label::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "iso_code" => label.code = map.next_value()?,
                "names" => {
                    let mut names: BTreeMap<String, String> = map.next_value()?;
                    let first = names.keys().next().cloned();
                    label.name = names.remove("en").or_else(|| names.remove(&first?)).unwrap_or_default();
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(label)
    }
}

/// A number of any width: databases differ in the one they choose.
#[derive(Debug, Clone, Copy)]
struct Number(f64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberVisitor)
    }
}

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a number")
    }

    fn visit_u64<E>(self, number: u64) -> Result<Number, E> {
        Ok(Number(number as f64))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Number, E> {
        Ok(Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Number, E> {
        Ok(Number(number))
    }
}
