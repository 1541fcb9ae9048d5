//! Facts beyond the log, one file each: where an address is, whose network, what kind.
//!
//! [`AddressBook`] runs every [`ENRICHERS`] line once for each distinct address.

mod book;
mod database;
mod geo;
mod network;

pub use book::AddressBook;
pub use network::folded;

use crate::event::Place;
use crate::field::Core;
use std::net::IpAddr;
use std::path::PathBuf;

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

/// Which databases answer.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whether the embedded databases are asked where no file answers better.
    pub built_in: bool,
    /// MMDB files, plain or in gzip or Zstandard.
    pub files: Vec<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self { built_in: true, files: Vec::new() }
    }
}
