//! Entries in reading order to entries in time order, in memory or from file to file.

use super::table::Table;
use super::{Distinct, Entry, Pool, Room, Who};
use rayon::slice::ParallelSliceMut;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// What the order goes by that entries only refer to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names<'a> {
    pub pool: &'a Pool,
    pub whos: &'a Distinct<Who>,
}

/// Sorts by time, then tenant, Id, digest, file and row. Entries that are in a file come to be in another; of those no
/// more are in memory at a time than `room` has left beside the texts.
pub(super) fn sort(mut entries: Table<Entry>, names: Names<'_>, room: &Room) -> Table<Entry> {
    if let Some(held) = entries.in_memory() {
        held.par_sort_unstable_by(|a, b| order(a, b, names));
        return entries;
    }
    let left = usize::try_from(room.memory).unwrap_or(usize::MAX).saturating_sub(names.pool.memory());
    let runs = runs(&entries, names, room, (left / SHARE / size_of::<Entry>()).max(LEAST));
    drop(entries);
    merge(&runs, names, room)
}

/// All entries of the runs, in order.
fn merge(runs: &[Table<Entry>], names: Names<'_>, room: &Room) -> Table<Entry> {
    let mut sorted = Table::in_file(room);
    let mut rest: Vec<_> = runs.iter().map(|run| run.iter().map(Cow::into_owned)).collect();
    let head = |run: usize, entry: Option<Entry>| entry.map(|entry| Head { entry, run, names });
    let mut heads: BinaryHeap<Head<'_>> =
        (0..).zip(&mut rest).filter_map(|(run, rest)| head(run, rest.next())).collect();
    while let Some(Head { entry, run, .. }) = heads.pop() {
        heads.extend(head(run, rest[run].next()));
        sorted.push(entry);
    }
    sorted
}

/// Part of the room beside the texts that a run may take; the rest is for what else there is.
const SHARE: usize = 2;

/// Entries that a run has in any case.
const LEAST: usize = 1 << 12;

/// The entries in tables of at most so many, each sorted.
fn runs(entries: &Table<Entry>, names: Names<'_>, room: &Room, most: usize) -> Vec<Table<Entry>> {
    (0..entries.len())
        .step_by(most)
        .map(|start| {
            let mut run: Vec<Entry> = entries.iter_from(start).take(most).map(Cow::into_owned).collect();
            run.par_sort_unstable_by(|a, b| order(a, b, names));
            let mut run = Table::from(run);
            run.file(room);
            run
        })
        .collect()
}

/// The first entry of a run that is not taken yet; the earliest is the greatest.
struct Head<'a> {
    entry: Entry,
    run: usize,
    names: Names<'a>,
}

impl Ord for Head<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        order(&other.entry, &self.entry, self.names)
    }
}

impl PartialOrd for Head<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Head<'_> {}

/// No two entries have the same place, so there is one order only.
fn order(a: &Entry, b: &Entry, Names { pool, whos }: Names<'_>) -> Ordering {
    let tenant = |entry: &Entry| pool.get(whos.get(entry.who).tenant);
    let place = |entry: &Entry| (entry.origin.file, entry.origin.row);
    (a.micros.cmp(&b.micros))
        .then_with(|| tenant(a).cmp(tenant(b)))
        .then_with(|| a.id.compare(&b.id, pool))
        .then_with(|| a.origin.digest.cmp(&b.origin.digest))
        .then_with(|| place(a).cmp(&place(b)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Id;
    use crate::store::filed::Row;
    use proptest::prelude::*;

    proptest! {
        /// Times and tenants repeat, so that each step of the order decides somewhere.
        #[test]
        fn runs_come_together_as_one_list_is_sorted(
            rows in prop::collection::vec((0..4_i64, 0..3_usize, 0..3_u8, 0..3_u8), 0..60), most in 1..20_usize,
        ) {
            let mut pool = Pool::default();
            let mut whos = Distinct::default();
            let tenants = ["", "b", "a"].map(|tenant| Who { tenant: pool.intern(tenant), ..Who::default() });
            let tenants = tenants.map(|who| whos.number(&who));
            let names = Names { pool: &pool, whos: &whos };
            let entry = |(row, (micros, tenant, id, digest)): (u64, &(i64, usize, u8, u8))| {
                let mut entry = Entry::take(&[0; Entry::WIDTH]);
                (entry.micros, entry.who, entry.id) = (*micros, tenants[*tenant], Id::Guid([*id; 16]));
                (entry.origin.digest, entry.origin.row) = ([*digest; 32], row);
                entry
            };
            let entries: Vec<Entry> = (1..).zip(&rows).map(entry).collect();
            let room = Room::default();
            let held = sort(entries.clone().into(), names, &room);
            let mut filed = Table::from(entries);
            filed.file(&room);
            let filed = merge(&runs(&filed, names, &room, most), names, &room);
            let order = |table: &Table<Entry>| table.iter().map(|entry| entry.origin.row).collect::<Vec<_>>();
            prop_assert_eq!(order(&filed), order(&held));
        }
    }
}
