//! Rows of one width, by position: in memory as far as its budget goes, and beyond it in a file that vanishes with the
//! run.

use super::Room;
use super::filed::{Filed, Row};
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

/// Rows that are read from a file, or written to it, at once.
const BLOCK: usize = 4096;

/// Rows in the order in which they came: first those in the file, if there is one, then those in memory.
///
/// Whatever asks for a row throws [`Lost`](super::Lost) where the file cannot give or take it.
pub struct Table<R> {
    filed: Option<Filed>,
    held: Vec<R>,
}

impl<R> Default for Table<R> {
    fn default() -> Self {
        Self::from(Vec::new())
    }
}

impl<R> From<Vec<R>> for Table<R> {
    fn from(held: Vec<R>) -> Self {
        Self { filed: None, held }
    }
}

impl<R> fmt::Debug for Table<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let filed = self.filed.as_ref().map_or(0, |filed| filed.rows);
        f.debug_struct("Table").field("filed", &filed).field("held", &self.held.len()).finish()
    }
}

impl<R: Row> Table<R> {
    /// An empty table whose rows go to a file where `room` says.
    pub fn in_file(room: &Room) -> Self {
        Self { filed: Some(Filed::new(room)), held: Vec::new() }
    }

    /// Moves the rows that are in memory to the file, which is made where `room` says if there is none.
    pub fn file(&mut self, room: &Room) {
        if self.filed.is_none() {
            let held = std::mem::take(&mut self.held);
            *self = Self { held, ..Self::in_file(room) };
        }
        let held = std::mem::take(&mut self.held);
        if let Some(filed) = &mut self.filed {
            held.chunks(BLOCK).for_each(|rows| filed.push(rows));
        }
    }

    /// Makes room for so many rows in memory. Room that is not filled costs no memory, and to get none is no error.
    pub fn reserve(&mut self, rows: usize) {
        let _ = self.held.try_reserve_exact(rows);
    }

    /// Adds a row behind all others. Where there is a file it goes there in time.
    pub fn push(&mut self, row: R) {
        self.held.push(row);
        if self.held.len() >= BLOCK
            && let Some(filed) = &mut self.filed
        {
            filed.push(&self.held);
            self.held.clear();
        }
    }

    /// How many rows there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.in_file_rows() + self.held.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether some of the rows are in a file.
    pub fn is_filed(&self) -> bool {
        self.filed.is_some()
    }

    /// Bytes of memory that the rows take.
    pub fn memory(&self) -> usize {
        self.held.len() * size_of::<R>()
    }

    #[inline]
    fn in_file_rows(&self) -> usize {
        self.filed.as_ref().map_or(0, |filed| filed.rows)
    }

    /// The row at a position.
    ///
    /// # Panics
    /// When there is none.
    #[inline]
    pub fn at(&self, position: u32) -> Cow<'_, R> {
        let position = position as usize;
        match &self.filed {
            None => Cow::Borrowed(&self.held[position]),
            Some(filed) if position < filed.rows => Cow::Owned(filed.one(position)),
            Some(filed) => Cow::Borrowed(&self.held[position - filed.rows]),
        }
    }

    /// The row at a position, if there is one.
    pub fn get(&self, position: usize) -> Option<Cow<'_, R>> {
        (position < self.len()).then(|| self.at(position as u32))
    }

    /// The first row.
    pub fn first(&self) -> Option<Cow<'_, R>> {
        self.get(0)
    }

    /// The last row.
    pub fn last(&self) -> Option<Cow<'_, R>> {
        self.len().checked_sub(1).and_then(|last| self.get(last))
    }

    /// The rows of a range.
    ///
    /// # Panics
    /// When it ends behind the last row.
    pub fn range(&self, rows: Range<usize>) -> Cow<'_, [R]> {
        let filed = self.in_file_rows();
        match &self.filed {
            Some(file) if rows.start < filed => {
                let mut read = file.read(rows.start..rows.end.min(filed));
                read.extend_from_slice(&self.held[..rows.end.saturating_sub(filed)]);
                Cow::Owned(read)
            }
            _ => Cow::Borrowed(&self.held[rows.start - filed..rows.end - filed]),
        }
    }

    /// All rows.
    pub fn iter(&self) -> Rows<'_, R> {
        self.iter_from(0)
    }

    /// The rows from a position on.
    pub fn iter_from(&self, position: usize) -> Rows<'_, R> {
        Rows { table: self, next: position, block: Vec::new(), begin: position }
    }

    /// Where the rows begin for which `before` does not hold, in a table in which those for which it holds come first.
    pub fn partition_point(&self, before: impl Fn(&R) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            if before(&self.at(middle as u32)) { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// Changes one row.
    ///
    /// # Panics
    /// When there is none at that position.
    pub fn change_at(&mut self, position: u32, change: impl FnOnce(&mut R)) {
        let at = position as usize;
        let filed = self.in_file_rows();
        match &mut self.filed {
            Some(file) if at < filed => {
                let mut row = file.one(at);
                change(&mut row);
                file.write(at, &[row]);
            }
            _ => change(&mut self.held[at - filed]),
        }
    }

    /// Changes the rows at these positions, which ascend.
    ///
    /// # Panics
    /// When there is none at one of them.
    pub fn change_those(&mut self, positions: impl IntoIterator<Item = u32>, mut change: impl FnMut(&mut R)) {
        let Self { filed, held } = self;
        let in_file = filed.as_ref().map_or(0, |filed| filed.rows);
        let mut block: (usize, Vec<R>) = (0, Vec::new());
        for position in positions {
            let at = position as usize;
            let Some(filed) = filed.as_mut().filter(|_| at < in_file) else {
                change(&mut held[at - in_file]);
                continue;
            };
            if !(block.0..block.0 + block.1.len()).contains(&at) {
                filed.write(block.0, &block.1);
                block = (at, filed.read(at..in_file.min(at + BLOCK)));
            }
            change(&mut block.1[at - block.0]);
        }
        if let Some(filed) = filed {
            filed.write(block.0, &block.1);
        }
    }

    /// Changes every row, in their order.
    pub fn change(&mut self, mut change: impl FnMut(&mut R)) {
        if let Some(filed) = &mut self.filed {
            for start in (0..filed.rows).step_by(BLOCK) {
                filed.change(start..filed.rows.min(start + BLOCK), &mut change);
            }
        }
        self.held.iter_mut().for_each(change);
    }

    /// Drops the rows that `keep` refuses; the others keep their order.
    pub fn retain(&mut self, mut keep: impl FnMut(&R) -> bool) {
        if let Some(filed) = &mut self.filed {
            let all = std::mem::take(&mut filed.rows);
            for start in (0..all).step_by(BLOCK) {
                let mut rows = filed.read(start..all.min(start + BLOCK));
                let met = rows.len();
                rows.retain(&mut keep);
                if filed.rows == start && rows.len() == met {
                    filed.rows += met;
                } else {
                    filed.push(&rows);
                }
            }
        }
        self.held.retain(keep);
    }

    /// The rows where all of them are in memory.
    pub fn in_memory(&mut self) -> Option<&mut Vec<R>> {
        self.filed.is_none().then_some(&mut self.held)
    }
}

impl<'a, R: Row> IntoIterator for &'a Table<R> {
    type Item = Cow<'a, R>;
    type IntoIter = Rows<'a, R>;

    fn into_iter(self) -> Rows<'a, R> {
        self.iter()
    }
}

/// Rows of a [`Table`], one after the other.
pub struct Rows<'a, R> {
    table: &'a Table<R>,
    next: usize,
    /// Rows that were read from the file, the first of which stands at `begin`.
    block: Vec<R>,
    begin: usize,
}

impl<R> fmt::Debug for Rows<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").field("next", &self.next).finish_non_exhaustive()
    }
}

impl<'a, R: Row> Iterator for Rows<'a, R> {
    type Item = Cow<'a, R>;

    #[inline]
    fn next(&mut self) -> Option<Cow<'a, R>> {
        let at = self.next;
        let Some(filed) = &self.table.filed else {
            self.next += 1;
            return self.table.held.get(at).map(Cow::Borrowed);
        };
        self.next_of(filed, at)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.table.len().saturating_sub(self.next);
        (left, Some(left))
    }
}

impl<R: Row> ExactSizeIterator for Rows<'_, R> {}

impl<'a, R: Row> Rows<'a, R> {
    fn next_of(&mut self, filed: &'a Filed, at: usize) -> Option<Cow<'a, R>> {
        self.next += 1;
        if at >= filed.rows {
            return self.table.held.get(at - filed.rows).map(Cow::Borrowed);
        }
        if at - self.begin >= self.block.len() {
            self.block = filed.read(at..filed.rows.min(at + BLOCK));
            self.begin = at;
        }
        self.block.get(at - self.begin).cloned().map(Cow::Owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Lost;
    use proptest::prelude::*;

    /// One of all that can be done to a table, with a number that says to which row.
    #[derive(Debug, Clone)]
    enum Step {
        Push(u8),
        File,
        ChangeAt(prop::sample::Index),
        ChangeThose(usize),
        Change,
        Retain(u128),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            6 => (1..200_u8).prop_map(Step::Push),
            1 => Just(Step::File),
            2 => any::<prop::sample::Index>().prop_map(Step::ChangeAt),
            1 => (1..9_000_usize).prop_map(Step::ChangeThose),
            1 => Just(Step::Change),
            1 => (2..5_u128).prop_map(Step::Retain),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        /// With rows in the file, in memory, and in both.
        #[test]
        fn a_table_is_a_list_wherever_its_rows_are(steps in prop::collection::vec(step(), 0..60), from: prop::sample::Index) {
            let room = Room::default();
            let (mut table, mut list): (Table<u128>, Vec<u128>) = (Table::default(), Vec::new());
            for step in steps {
                match step {
                    // So many that some go to the file by themselves.
                    Step::Push(tens) => {
                        for row in (list.len() as u128..).take(usize::from(tens) * 10) {
                            list.push(row);
                            table.push(row);
                        }
                    }
                    Step::File => table.file(&room),
                    Step::ChangeAt(_) if list.is_empty() => {}
                    Step::ChangeAt(at) => {
                        let at = at.index(list.len());
                        list[at] += 1;
                        table.change_at(at as u32, |row| *row += 1);
                    }
                    Step::ChangeThose(step) => {
                        list.iter_mut().step_by(step).for_each(|row| *row += 2);
                        table.change_those((0..list.len() as u32).step_by(step), |row| *row += 2);
                    }
                    Step::Change => {
                        let change = |row: &mut u128| *row = row.wrapping_mul(7);
                        list.iter_mut().for_each(change);
                        table.change(change);
                    }
                    Step::Retain(by) => {
                        list.retain(|row| !row.is_multiple_of(by));
                        table.retain(|row| !row.is_multiple_of(by));
                    }
                }
            }
            prop_assert_eq!(table.len(), list.len());
            prop_assert_eq!(table.iter().len(), list.len());
            prop_assert!(table.iter().map(Cow::into_owned).eq(list.iter().copied()));
            let from = from.index(list.len() + 1);
            prop_assert!(table.iter_from(from).map(Cow::into_owned).eq(list[from..].iter().copied()));
            prop_assert_eq!(&*table.range(from..list.len()), &list[from..]);
            for step in [1, 7, 97] {
                prop_assert!((0..list.len()).step_by(step).all(|at| *table.at(at as u32) == list[at]));
            }
            prop_assert!((0..list.len()).rev().step_by(97).all(|at| *table.at(at as u32) == list[at]));
            prop_assert_eq!(table.last().map(Cow::into_owned), list.last().copied());
            prop_assert_eq!(table.get(list.len()), None);
        }
    }

    #[test]
    fn the_first_row_behind_those_before_is_found() {
        for filed in [false, true] {
            let mut table: Table<u128> = (0..10_000_u128).collect::<Vec<_>>().into();
            if filed {
                table.file(&Room::default());
            }
            for place in [0, 1, 4096, 9_999, 10_000] {
                assert_eq!(table.partition_point(|row| *row < place as u128), place);
            }
        }
    }

    #[test]
    fn a_folder_that_is_not_there_ends_the_run_with_its_name() {
        let room = Room { memory: 7, folder: tempfile::tempdir().unwrap().path().join("gone") };
        let thrown = std::panic::catch_unwind(|| Table::<u128>::in_file(&room)).unwrap_err();
        let lost = thrown.downcast::<Lost>().unwrap();
        assert_eq!((lost.room.folder, lost.cause.kind()), (room.folder, std::io::ErrorKind::NotFound));
    }
}
