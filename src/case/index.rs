//! Each distinct address of the events once: its text, its place, and which events carry it.

use crate::event::Place;
use crate::store::{Entry, Events, Ip, Sym};
use rustc_hash::FxHashMap;

/// A distinct address.
#[derive(Debug, Default)]
pub struct Seen<'a> {
    /// The address without port; the text as found where no address could be read from it.
    pub text: String,
    /// What is known of it.
    pub place: Option<&'a Place>,
}

impl Seen<'_> {
    /// ISO 3166-1 alpha-2 code; empty when unknown.
    pub fn country(&self) -> &str {
        self.place.map_or("", |place| &place.country)
    }
}

/// The distinct addresses, and the address of each event; number 0 is "none stated".
#[derive(Debug)]
pub struct AddressIndex<'a> {
    seen: Vec<Seen<'a>>,
    of: Vec<u32>,
}

impl<'a> AddressIndex<'a> {
    /// Looks each distinct address up once.
    pub fn new(events: &'a Events) -> Self {
        let mut seen = vec![Seen::default()];
        let mut numbers: FxHashMap<(Ip, Sym), u32> = FxHashMap::default();
        let of = events.entries.iter().map(|entry| {
            let text = if entry.ip.is_empty() { entry.address } else { Sym(0) };
            if entry.ip.is_empty() && text.is_empty() {
                return 0;
            }
            *numbers.entry((entry.ip, text)).or_insert_with(|| {
                seen.push(Seen { text: address_text(events, &entry), place: events.place(&entry) });
                seen.len() as u32 - 1
            })
        });
        let of = of.collect();
        Self { seen, of }
    }

    /// The number of the address of the event at `position`.
    pub fn number(&self, position: usize) -> u32 {
        self.of.get(position).copied().unwrap_or(0)
    }

    /// The address of the event at `position`; its text is empty when none is stated.
    pub fn at(&self, position: usize) -> &Seen<'a> {
        &self.seen[self.number(position) as usize]
    }

    /// All distinct addresses by number.
    pub fn all(&self) -> &[Seen<'a>] {
        &self.seen
    }
}

/// The address of one event as outputs print it: without port where it could be read.
pub fn address_text(events: &Events, entry: &Entry) -> String {
    events.ip(entry).map_or_else(|| events.text(entry.address).to_owned(), |ip| ip.to_string())
}
