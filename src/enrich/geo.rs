//! An address to its place and network, by the geolocation databases that answer best.

use super::database::{Database, Record};
use super::{AddressBook, Enricher};
use crate::event::Place;
use crate::field::Core;
use std::net::IpAddr;

/// Country, region, city and coordinates, all from the one database that answers best.
pub(super) const LOCATION: Enricher = Enricher {
    name: "location",
    title: "country, region and city of the address, by the newest database of the finest precision",
    fields: &[Core::Country, Core::Region, Core::City],
    fill: |book, ip, place| {
        // Region and city come with the country: parts of two databases could name a place that does not exist.
        first(
            book,
            ip,
            place,
            |databases| &databases.location,
            |record, place| {
                let Some(country) = record.country() else { return false };
                place.country = country;
                place.region = record.region();
                place.city = record.city();
                place.coordinates = record.coordinates();
                true
            },
        );
    },
};

/// The autonomous system that announces the address.
pub(super) const AUTONOMOUS_SYSTEM: Enricher = Enricher {
    name: "network",
    title: "autonomous system that announces the address: number and organisation",
    fields: &[Core::Asn, Core::AsOrg],
    fill: |book, ip, place| {
        first(
            book,
            ip,
            place,
            |databases| &databases.network,
            |record, place| {
                let Some((asn, organisation)) = record.autonomous_system() else { return false };
                place.asn = asn;
                place.as_org = organisation;
                true
            },
        );
    },
};

/// What a user's Anonymous-IP database says.
pub(super) const ANONYMOUS: Enricher = Enricher {
    name: "anonymous",
    title: "vpn, tor, hosting, proxy or residential-proxy, by an Anonymous-IP database of your own",
    fields: &[Core::Anonymous],
    fill: |book, ip, place| {
        first(
            book,
            ip,
            place,
            |databases| &databases.anonymous,
            |record, place| {
                place.anonymous = record.anonymous();
                true
            },
        );
    },
};

/// Databases that can state a fact, the best first, for each fact.
#[derive(Debug, Default)]
pub(super) struct Ranked {
    pub(super) location: Vec<std::sync::Arc<Database>>,
    pub(super) network: Vec<std::sync::Arc<Database>>,
    pub(super) anonymous: Vec<std::sync::Arc<Database>>,
}

/// Lets the first database that knows the fact fill it, and names that database in the basis.
fn first(
    book: &AddressBook,
    ip: IpAddr,
    place: &mut Place,
    able: fn(&Ranked) -> &[std::sync::Arc<Database>],
    fill: fn(&Record, &mut Place) -> bool,
) {
    if place.kind != "public" {
        return;
    }
    for database in able(book.ranked()) {
        if database.lookup(ip).is_some_and(|record| fill(&record, place)) {
            let label = database.label();
            if !place.basis.split("; ").any(|known| known == label) {
                if !place.basis.is_empty() {
                    place.basis.push_str("; ");
                }
                place.basis.push_str(label);
            }
            return;
        }
    }
}
