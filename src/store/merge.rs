//! Batches of events, in reading order, to one table without repeats, in time order.

use super::pool::spread;
use super::sort::{Names, sort};
use super::stock::{Held, Numbers};
use super::twin::{is_richer, is_twin};
use super::{Distinct, Entry, Events, Id, Met, Number, Pool, Room, RuleIndex, Stock, Sym, Table, Verdict, Who};
use crate::coverage::Counts;
use crate::event::{Event, Family, Origin, Place};
use hashbrown::hash_table::Entry as Slot;
use rustc_hash::{FxHashMap, FxHashSet};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

/// The events of one chunk of one file.
#[derive(Debug)]
pub struct Batch {
    /// Index of the file in the order of the walk.
    pub file: u32,
    /// Who made it: its stock goes on where that of its maker's last batch ended.
    maker: u32,
    /// What `entries` refer to; once it is [`Self::part`]ed with, what no earlier batch of the maker has brought.
    stock: Stock,
    /// What the stock held before this batch.
    before: Held,
    /// Events; `origin.row` counts from 1 within the batch.
    pub entries: Vec<Entry>,
    /// For each of `entries` a hash of the record without its export wrapper; equal content has an equal hash.
    contents: Vec<u128>,
    /// Rows met, readable or not.
    pub rows: u64,
    /// Rows refused.
    pub rejected: u64,
    /// Events that nobody asked for and that `entries` therefore leaves out.
    pub outside: Outside,
}

impl Default for Batch {
    fn default() -> Self {
        Self::of(0)
    }
}

impl Batch {
    /// A batch of a file, without rows.
    pub fn of(file: u32) -> Self {
        Self::go_on(file, 0, Stock::default())
    }

    /// A batch of a file, without rows, that goes on with the stock that `maker` has from [`Self::part`].
    ///
    /// A maker's batches must be merged in the order in which they were made.
    pub fn go_on(file: u32, maker: u32, stock: Stock) -> Self {
        Self {
            file,
            maker,
            before: stock.held(),
            entries: Vec::with_capacity(stock.batch),
            contents: Vec::with_capacity(stock.batch),
            stock,
            rows: 0,
            rejected: 0,
            outside: Outside::default(),
        }
    }

    /// Parts with what is no news: the stock that the maker's next batch goes on with.
    pub fn part(&mut self) -> Stock {
        let news = self.stock.tail(self.before);
        self.stock.batch = self.entries.len();
        let mut stock = std::mem::replace(&mut self.stock, news);
        if stock.is_full() {
            stock.clear();
        }
        stock
    }

    /// Adds an event behind those that are there, with the hash of its content and what rules make of it.
    pub fn keep(&mut self, event: &Event<'_>, origin: Origin, content: u128, met: &Met<'_>) {
        let entry = self.stock.entry(event, origin, met);
        self.entries.push(entry);
        self.contents.push(content);
    }
}

/// Events of which only the number, and when they happened, is kept.
#[derive(Debug, Default, Clone)]
pub struct Outside {
    /// How many.
    pub count: u64,
    /// How many of them are incomplete.
    pub degraded: u64,
    /// Earliest one, microseconds since 1970.
    pub first: Option<i64>,
    /// Latest one, microseconds since 1970.
    pub last: Option<i64>,
}

impl Outside {
    /// Counts one event.
    pub fn add(&mut self, event: &Event<'_>) {
        self.count += 1;
        self.degraded += u64::from(!event.degraded.is_empty());
        let at = event.time.micros;
        self.first = Some(self.first.map_or(at, |first| first.min(at)));
        self.last = Some(self.last.map_or(at, |last| last.max(at)));
    }
}

/// What became of the rows of one file so far.
#[derive(Debug, Default, Clone)]
pub struct Tally {
    /// The file's counts.
    pub counts: Counts,
    /// Earliest event, repeats included, microseconds since 1970.
    pub first: Option<i64>,
    /// Latest event, repeats included, microseconds since 1970.
    pub last: Option<i64>,
    /// Events that state no tenant and were given the only one that the evidence names.
    pub tenantless: u64,
}

impl Tally {
    fn leave_out(&mut self, outside: &Outside) {
        self.counts.used += outside.count;
        self.counts.outside += outside.count;
        self.counts.degraded += outside.degraded;
        self.first = [self.first, outside.first].into_iter().flatten().min();
        self.last = [self.last, outside.last].into_iter().flatten().max();
    }
}

/// Two events with one Id whose bytes differ: equal in content, or in conflict?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suspect {
    /// Position of the event that was met first.
    pub first: u32,
    /// Position of the later event.
    pub later: u32,
}

/// Takes batches in reading order.
#[derive(Debug, Default)]
pub struct Merger {
    room: Room,
    entries: Table<Entry>,
    /// For each of `entries` the hash of its content.
    contents: Table<u128>,
    stock: Stock,
    /// For each maker of batches the numbers here of what its stock holds.
    numbers: FxHashMap<u32, Numbers>,
    tallies: Vec<Tally>,
    /// The first event that has an Id, with the hash of the Id.
    by_id: hashbrown::HashTable<(u32, u32)>,
    /// The first event of another family than that of `by_id`.
    by_family_and_id: FxHashMap<(Family, Id), u32>,
    nameless: FxHashMap<(u128, i64), u32>,
    variants: FxHashSet<(Family, Id, u128)>,
    suspects: Vec<Suspect>,
}

impl Merger {
    /// Expects about so many events, and keeps those in a file that `room` is too small for.
    pub fn new(room: Room, events: u64) -> Self {
        let mut merger = Self { room, ..Self::default() };
        merger.stock.pool = Pool::last();
        // Without it a table is copied each time it has doubled.
        let events = usize::try_from(events.min(merger.room.memory / size_of::<Entry>() as u64)).unwrap_or(0);
        merger.entries.reserve(events);
        merger.contents.reserve(events);
        merger
    }

    /// Rows of `file` met so far: the number of the row before its next batch.
    pub fn rows(&self, file: u32) -> u64 {
        self.tallies.get(file as usize).map_or(0, |tally| tally.counts.rows)
    }

    /// Adds a batch; batches of a file must come in the file's order.
    pub fn add(&mut self, batch: Batch) {
        let before = self.rows(batch.file);
        let known = self.numbers.remove(&batch.maker).filter(|_| !batch.before.is_nothing());
        let mut numbers = known.unwrap_or_else(Numbers::begin);
        self.stock.absorb(&batch.stock, &mut numbers);
        let file = batch.file as usize;
        if self.tallies.len() <= file {
            self.tallies.resize(file + 1, Tally::default());
        }
        self.tallies[file].counts.rows += batch.rows;
        self.tallies[file].counts.rejected += batch.rejected;
        self.tallies[file].leave_out(&batch.outside);
        for (mut entry, content) in batch.entries.into_iter().zip(batch.contents) {
            entry.origin.row += before;
            numbers.apply(&mut entry);
            self.admit(entry, content, file);
        }
        self.numbers.insert(batch.maker, numbers);
        if !self.entries.is_filed() && self.memory() as u64 > self.room.memory {
            self.entries.file(&self.room);
            self.contents.file(&self.room);
        }
    }

    /// Bytes of memory that the events take so far.
    fn memory(&self) -> usize {
        let ids = self.by_id.capacity() * size_of::<(u32, u32)>();
        self.entries.memory() + self.contents.memory() + self.stock.memory() + ids
    }

    fn admit(&mut self, entry: Entry, content: u128, file: usize) {
        let position = self.entries.len() as u32;
        let first = if entry.id.is_empty() {
            *self.nameless.entry((content, entry.micros)).or_insert(position)
        } else {
            self.first_with_id(&entry, position)
        };
        let tally = &mut self.tallies[file];
        tally.first = Some(tally.first.map_or(entry.micros, |t| t.min(entry.micros)));
        tally.last = Some(tally.last.map_or(entry.micros, |t| t.max(entry.micros)));
        if first != position {
            if *self.contents.at(first) == content || !self.variants.insert((entry.family, entry.id, content)) {
                tally.counts.duplicate += 1;
                return;
            }
            self.suspects.push(Suspect { first, later: position });
        }
        tally.counts.used += 1;
        tally.counts.degraded += u64::from(!self.stock.common(&entry).degraded.is_empty());
        self.entries.push(entry);
        self.contents.push(content);
    }

    /// The first event of this family and Id: `position` if there was none before.
    fn first_with_id(&mut self, entry: &Entry, position: u32) -> u32 {
        let hash = entry.id.hash();
        let same = |(other, at): &(u32, u32)| *other == hash && self.entries.at(*at).id == entry.id;
        let first = match self.by_id.entry(spread(hash), same, |(hash, _)| spread(*hash)) {
            Slot::Occupied(found) => found.get().1,
            Slot::Vacant(place) => {
                place.insert((hash, position));
                position
            }
        };
        match self.entries.get(first as usize) {
            Some(other) if other.family != entry.family => {
                *self.by_family_and_id.entry((entry.family, entry.id)).or_insert(position)
            }
            _ => first,
        }
    }

    /// Pairs that share an Id while their bytes differ, in reading order.
    pub fn suspects(&self) -> &[Suspect] {
        &self.suspects
    }

    /// The entry at a position that a [`Suspect`] names.
    pub fn entry(&self, position: u32) -> Cow<'_, Entry> {
        self.entries.at(position)
    }

    /// The name of the source that read an entry.
    pub fn source(&self, entry: &Entry) -> &'static str {
        self.stock.common(entry).source
    }

    /// Settles the suspects and sorts.
    ///
    /// `same` says for each suspect whether its later record repeats one before it: then that is a
    /// duplicate. Two exports that word one record are told by the facts they share, and the poorer is the
    /// duplicate. Every other is kept, in conflict with those of its Id.
    pub fn finish(mut self, same: &[bool], places: BTreeMap<IpAddr, Arc<Place>>) -> (Events, Vec<Tally>) {
        let repeats = self.settle(same);
        name_tenant(&mut self.entries, &mut self.stock.whos, &repeats, &mut self.tallies);
        let Self { room, mut entries, stock, tallies, contents, by_id, .. } = self;
        // What told repeats apart goes before memory is asked for to sort.
        drop((contents, by_id));
        let Stock { pool, commons, whos, ips, verdicts, rules, waiting, .. } = stock;
        if !repeats.is_empty() {
            let mut position = 0;
            entries.retain(|_| {
                position += 1;
                !repeats.contains(&(position - 1))
            });
        }
        let entries = sort(entries, Names { pool: &pool, whos: &whos }, &room);
        (Events { entries, pool, commons, whos, ips, verdicts, rules, waiting, places }, tallies)
    }

    /// What repeats a record that stays. Of twins the richer stays, with the rules that either meets.
    fn settle(&mut self, same: &[bool]) -> FxHashSet<u32> {
        let mut repeats = FxHashSet::default();
        // What stays of each Id that several records share, by the first of them.
        let mut groups = BTreeMap::<u32, Vec<u32>>::new();
        for (suspect, same) in self.suspects.iter().zip(same) {
            let group = groups.entry(suspect.first).or_insert_with(|| vec![suspect.first]);
            let entry = |position: u32| self.entries.at(position);
            let twin = group.iter_mut().find(|kept| is_twin(&entry(**kept), &entry(suspect.later), &self.stock));
            let goes = match twin {
                _ if *same => suspect.later,
                Some(kept) => {
                    let mut goes = suspect.later;
                    if is_richer(&entry(goes), &entry(*kept), &self.stock) {
                        std::mem::swap(kept, &mut goes);
                    }
                    let verdict = either([&entry(*kept), &entry(goes)], &mut self.stock);
                    self.entries.change_at(*kept, |kept| kept.verdict = verdict);
                    goes
                }
                None => {
                    group.push(suspect.later);
                    continue;
                }
            };
            let entry = &self.entries.at(goes);
            let counts = &mut self.tallies[entry.origin.file as usize].counts;
            counts.used -= 1;
            counts.degraded -= u64::from(!self.stock.common(entry).degraded.is_empty());
            counts.duplicate += 1;
            repeats.insert(goes);
        }
        for position in groups.into_values().filter(|group| group.len() > 1).flatten() {
            self.entries.change_at(position, |entry| {
                entry.conflict = true;
                self.tallies[entry.origin.file as usize].counts.conflict += 1;
            });
        }
        repeats
    }
}

impl Events {
    /// Drops the events that `wanted` refuses, and counts them.
    pub fn leave_out(&mut self, tallies: &mut [Tally], wanted: &dyn Fn(&Entry, &Who, &Pool) -> bool) {
        let Self { entries, whos, pool, .. } = self;
        entries.retain(|entry| {
            let wanted = wanted(entry, whos.get(entry.who), pool);
            tallies[entry.origin.file as usize].counts.outside += u64::from(!wanted);
            wanted
        });
    }
}

/// The rules that either of two twins meets, and those that wait for facts of either and that neither has met.
fn either(twins: [&Entry; 2], stock: &mut Stock) -> Number<Verdict> {
    let twins = twins.map(|twin| *stock.verdicts.get(twin.verdict));
    let hits: BTreeSet<RuleIndex> = twins.iter().flat_map(|twin| stock.rules.get(twin.hits)).copied().collect();
    let mut waiting = BTreeMap::new();
    for pending in twins.iter().flat_map(|twin| stock.waiting.get(twin.pending)) {
        if !hits.contains(&pending.rule) {
            waiting.entry(pending.rule).or_insert(*pending);
        }
    }
    let (hits, waiting): (Vec<_>, Vec<_>) = (hits.into_iter().collect(), waiting.into_values().collect());
    stock.verdict(&hits, &waiting)
}

/// Records that name no tenant are of the one that every other event names, if it is one: else the account in the
/// portal's downloads, in traces and in snapshots would be another than the account in the audit log.
fn name_tenant(entries: &mut Table<Entry>, whos: &mut Distinct<Who>, repeats: &FxHashSet<u32>, tallies: &mut [Tally]) {
    let tenants = whos.met(entries.iter().map(|entry| entry.who)).map(|who| who.tenant);
    let (nameless, named): (Vec<Sym>, Vec<Sym>) = tenants.partition(|tenant| tenant.is_empty());
    let Some(only) = named.first().filter(|first| named.iter().all(|tenant| tenant == *first)) else { return };
    if nameless.is_empty() {
        return;
    }
    let all: Vec<Who> = whos.all().to_vec();
    let named = |who: &Who| if who.tenant.is_empty() { Who { tenant: *only, ..*who } } else { *who };
    let named: Vec<Number<Who>> = all.iter().map(|who| whos.number(&named(who))).collect();
    let mut position = 0;
    entries.change(|entry| {
        if whos.get(entry.who).tenant.is_empty() {
            entry.who = named[entry.who.index()];
            tallies[entry.origin.file as usize].tenantless += u64::from(!repeats.contains(&position));
        }
        position += 1;
    });
}
