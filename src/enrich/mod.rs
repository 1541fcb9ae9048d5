//! Facts beyond the log, one file each: where an address is, whose network, what kind.
//!
//! [`AddressBook`] runs every [`ENRICHERS`] line once for each distinct address while records are read;
//! [`Facts`] runs the [`DERIVERS`] once all records are known.

mod book;
mod database;
mod fact;
mod geo;
mod network;
mod packed;

pub use book::{AddressBook, BuiltIn, built_in, built_in_now};
pub use fact::{AcceptedDomains, DERIVERS, Facts, Gate, Known, own_domains, own_senders};
pub use network::folded;

use crate::event::Place;
use crate::field::Core;
use std::net::IpAddr;

/// One derived fact about an address. A new one is a file beside this and a line in [`ENRICHERS`].
#[derive(Debug)]
pub struct Enricher {
    /// Short name.
    pub name: &'static str,
    /// What it says, for the documentation.
    pub title: &'static str,
    /// The fields it fills.
    pub fields: &'static [Core],
    /// Fills its fields of the place; the address is folded, and the lines above have run.
    pub fill: fn(&AddressBook, IpAddr, &mut Place),
}

/// Every enricher, in the order they run: a later one may read what an earlier one filled.
pub static ENRICHERS: &[Enricher] =
    &[network::RANGE, geo::LOCATION, geo::AUTONOMOUS_SYSTEM, geo::ANONYMOUS, network::MICROSOFT];
