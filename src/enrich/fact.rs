//! Facts about a record that only the other records decide, one file each.
//!
//! [`Facts::derive`] runs those [`DERIVERS`] that rules ask for, side by side, over all events in time order. Values
//! are kept for the events that wait for them and for no other.

mod country;
mod domains;
mod failures;
mod first_seen;
mod lookalike;
mod past;
mod record;
mod rhythm;
mod session;
mod since;
mod travel;

pub use domains::{AcceptedDomains, own_domains, own_senders};
use past::Past;

use crate::event::{Lookup, Scalar, Visit};
use crate::field::{FACTS, Fact, FactKind, Field};
use crate::store::{Events, Pool, Sym};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use std::collections::BTreeSet;
use std::ops::{ControlFlow, RangeInclusive};

/// Facts that one pass over the events derives. A new one is a file beside this and a line in [`DERIVERS`].
#[derive(Debug)]
pub struct Deriver {
    /// Short name.
    pub name: &'static str,
    /// The facts it derives.
    pub facts: &'static [Fact],
    /// Fills a column for each of `facts`.
    derive: fn(&Past<'_>, &mut Columns),
}

/// Every deriver; none reads what another fills.
pub static DERIVERS: &[Deriver] = &[
    record::RECORD,
    first_seen::FIRST_SEEN,
    travel::TRAVEL,
    session::SESSION,
    failures::FAILURES,
    domains::RECIPIENTS,
    lookalike::LOOKALIKE,
    since::SINCE,
    rhythm::RHYTHM,
];

/// For each row the number that stands for a fact's value: 0 where it is absent, else by its kind one more than 0 or 1,
/// than the number, or than the number of a text. Nearly all are small, and there are millions of rows.
#[derive(Debug)]
enum Cells {
    Bytes(Vec<u8>),
    Words(Vec<u16>),
    Wide(Vec<u32>),
}

impl Cells {
    fn new(rows: usize) -> Self {
        Self::Bytes(vec![0; rows])
    }

    fn get(&self, row: usize) -> u32 {
        match self {
            Self::Bytes(cells) => cells.get(row).copied().map_or(0, u32::from),
            Self::Words(cells) => cells.get(row).copied().map_or(0, u32::from),
            Self::Wide(cells) => cells.get(row).copied().unwrap_or(0),
        }
    }

    fn set(&mut self, row: usize, value: u32) {
        if !self.fits(value) {
            self.widen(value);
        }
        match self {
            Self::Bytes(cells) => put(cells, row, value as u8),
            Self::Words(cells) => put(cells, row, value as u16),
            Self::Wide(cells) => put(cells, row, value),
        }
    }

    fn fits(&self, value: u32) -> bool {
        match self {
            Self::Bytes(_) => value <= u8::MAX.into(),
            Self::Words(_) => value <= u16::MAX.into(),
            Self::Wide(_) => true,
        }
    }

    fn widen(&mut self, value: u32) {
        let rows = match self {
            Self::Bytes(cells) => cells.len(),
            Self::Words(cells) => cells.len(),
            Self::Wide(cells) => cells.len(),
        };
        let cells = (0..rows).map(|row| self.get(row));
        *self = match u16::try_from(value) {
            Ok(_) => Self::Words(cells.map(|cell| cell as u16).collect()),
            Err(_) => Self::Wide(cells.collect()),
        };
    }
}

/// Columns of facts that nobody asked for have no rows.
fn put<T>(cells: &mut [T], row: usize, value: T) {
    if let Some(cell) = cells.get_mut(row) {
        *cell = value;
    }
}

/// Values of some facts, one row for each event that is wanted.
#[derive(Debug)]
struct Columns {
    cells: Vec<Cells>,
    /// For each fact where its column is among them.
    places: [Option<u8>; FACTS.len()],
    texts: Pool,
}

impl Columns {
    /// Facts that nobody asks for get no rows.
    fn new(facts: &'static [Fact], asked: &BTreeSet<Fact>, rows: usize) -> Self {
        let cells = facts.iter().map(|fact| Cells::new(if asked.contains(fact) { rows } else { 0 }));
        let mut places = [None; FACTS.len()];
        for (column, fact) in (0..).zip(facts) {
            places[*fact as usize] = Some(column);
        }
        Self { cells: cells.collect(), places, texts: Pool::default() }
    }

    fn column(&self, fact: Fact) -> Option<&Cells> {
        self.cells.get(usize::from(self.places[fact as usize]?))
    }

    /// Takes its rows from a fact.
    fn drop(&mut self, fact: Fact) {
        if let Some(cells) = self.places[fact as usize].and_then(|column| self.cells.get_mut(usize::from(column))) {
            *cells = Cells::new(0);
        }
    }

    fn set(&mut self, fact: Fact, row: usize, value: u32) {
        if let Some(cells) = self.places[fact as usize].and_then(|column| self.cells.get_mut(usize::from(column))) {
            cells.set(row, value);
        }
    }

    fn truth(&mut self, fact: Fact, row: usize, value: bool) {
        self.set(fact, row, 1 + u32::from(value));
    }

    /// A number that does not fit is kept as the largest that does.
    fn number(&mut self, fact: Fact, row: usize, value: impl TryInto<u32>) {
        self.set(fact, row, value.try_into().unwrap_or(u32::MAX).saturating_add(1));
    }

    /// Values one a line; an empty text leaves the fact absent.
    fn text(&mut self, fact: Fact, row: usize, value: &str) {
        let text = self.texts.intern(value);
        self.set(fact, row, text.0);
    }
}

/// Values that some facts must all have.
#[derive(Debug)]
pub struct Gate<'a>(Vec<(Option<&'a Cells>, RangeInclusive<u32>)>);

impl Gate<'_> {
    /// Whether they have them in this row.
    pub fn is_open(&self, row: usize) -> bool {
        self.0.iter().all(|(column, wanted)| column.is_some_and(|column| wanted.contains(&column.get(row))))
    }
}

/// The facts of a case.
#[derive(Debug)]
pub struct Facts {
    /// Positions of the events that have a row, ascending.
    wanted: Vec<u32>,
    columns: Vec<Columns>,
    /// For each fact the columns that it is in; `None` for those that nobody asked for.
    places: [Option<usize>; FACTS.len()],
}

impl Facts {
    /// Derives `facts` for the events at the `wanted` positions, which ascend.
    pub fn derive(events: &Events, wanted: Vec<u32>, facts: &BTreeSet<Fact>, accepted: &AcceptedDomains) -> Self {
        let asked: Vec<&Deriver> =
            DERIVERS.iter().filter(|deriver| deriver.facts.iter().any(|fact| facts.contains(fact))).collect();
        if wanted.is_empty() || asked.is_empty() {
            return Self { wanted, columns: Vec::new(), places: [None; FACTS.len()] };
        }
        let past = Past::new(events, &wanted, accepted);
        let run = |deriver: &Deriver| {
            let mut columns = Columns::new(deriver.facts, facts, wanted.len());
            (deriver.derive)(&past, &mut columns);
            columns
        };
        let columns: Vec<Columns> = asked.par_iter().map(|deriver| run(deriver)).collect();
        let mut places = [None; FACTS.len()];
        for (at, deriver) in asked.iter().enumerate() {
            for fact in deriver.facts {
                places[*fact as usize] = Some(at);
            }
        }
        Self { wanted, columns, places }
    }

    /// Lets go of all facts but these.
    pub fn keep(&mut self, facts: &BTreeSet<Fact>) {
        for (fact, place) in FACTS.iter().map(|entry| entry.fact).zip(&mut self.places) {
            if let Some(columns) = place.filter(|_| !facts.contains(&fact)) {
                self.columns[columns].drop(fact);
                *place = None;
            }
        }
    }

    /// The events that have a row, by row: their positions, ascending.
    pub fn wanted(&self) -> &[u32] {
        &self.wanted
    }

    /// What tells the rows in which all of these facts are there and lie between a least and a greatest value, where
    /// false is 0 and true 1; of a text any will do. A fact that nobody asked for is not there.
    pub fn gate(&self, needs: impl Iterator<Item = (Fact, (i64, i64))>) -> Gate<'_> {
        let need = |(fact, (least, greatest)): (Fact, (i64, i64))| {
            let column = self.column(fact).map(|(_, cells)| cells);
            // No range holds 0, which is an absent one.
            let cell = |value: i64| u32::try_from(value.saturating_add(1)).unwrap_or(u32::MAX);
            let range = match fact.row().kind {
                FactKind::Truth | FactKind::Integer => cell(least.max(0))..=cell(greatest.max(-1)),
                FactKind::Text => 1..=u32::MAX,
            };
            (column, range)
        };
        Gate(needs.map(need).collect())
    }

    fn column(&self, fact: Fact) -> Option<(&Columns, &Cells)> {
        let columns = self.columns.get(self.places[fact as usize]?)?;
        Some((columns, columns.column(fact)?))
    }

    /// Gives the values of a fact in a row to `visit`; nothing where it is absent or was not asked for.
    fn visit(&self, row: usize, fact: Fact, visit: &mut Visit<'_>) -> ControlFlow<()> {
        let found = self.column(fact).map(|(columns, cells)| (columns, cells.get(row)));
        match (found, fact.row().kind) {
            (None | Some((_, 0)), _) => ControlFlow::Continue(()),
            (Some((_, cell)), FactKind::Truth) => visit(Scalar::Bool(cell == 2)),
            (Some((_, cell)), FactKind::Integer) => visit(Scalar::Int(i64::from(cell) - 1)),
            (Some((columns, cell)), FactKind::Text) => {
                columns.texts.get(Sym(cell)).lines().try_for_each(|line| visit(Scalar::Str(line)))
            }
        }
    }
}

/// An event after its bytes are gone, with its derived facts: what rules ask when facts decide them.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The events.
    pub events: &'a Events,
    facts: &'a Facts,
    /// Where the event stands.
    pub position: u32,
    /// Where its facts stand, where that is known already.
    row: Option<usize>,
}

impl<'a> Known<'a> {
    /// The event that has this row of the facts.
    pub fn of_row(events: &'a Events, facts: &'a Facts, row: usize) -> Self {
        Self { events, facts, position: facts.wanted[row], row: Some(row) }
    }

    /// The event at `position`.
    pub fn new(events: &'a Events, facts: &'a Facts, position: u32) -> Self {
        Self { events, facts, position, row: None }
    }
}

impl Lookup for Known<'_> {
    fn visit(&self, field: &Field, visit: &mut Visit<'_>) -> ControlFlow<()> {
        match (field, self.events.entries.get(self.position as usize)) {
            (Field::Core(core), Some(entry)) => self.events.visit(&entry, *core, visit),
            (Field::Fact(fact), Some(_)) => {
                let row = self.row.or_else(|| self.facts.wanted.binary_search(&self.position).ok());
                row.map_or(ControlFlow::Continue(()), |row| self.facts.visit(row, *fact, visit))
            }
            // No longer known; a rule that asks for it is refused when it is loaded.
            (Field::Path(_) | Field::Named { .. }, _) | (_, None) => ControlFlow::Continue(()),
        }
    }

    fn visit_all(&self, _: &mut Visit<'_>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn facts_that_are_not_kept_are_gone_and_the_others_stay() {
        let every: BTreeSet<Fact> = FACTS.iter().map(|entry| entry.fact).collect();
        let columns = DERIVERS.iter().map(|deriver| Columns::new(deriver.facts, &every, 3)).collect();
        let mut places = [None; FACTS.len()];
        for (at, deriver) in DERIVERS.iter().enumerate() {
            deriver.facts.iter().for_each(|fact| places[*fact as usize] = Some(at));
        }
        let mut facts = Facts { wanted: vec![0, 1, 2], columns, places };
        facts.keep(&BTreeSet::from([Fact::RuleName]));
        for fact in every {
            assert_eq!(facts.column(fact).is_some(), fact == Fact::RuleName, "{fact:?}");
        }
        let rows = |cells: &Cells| if let Cells::Bytes(cells) = cells { cells.len() } else { 0 };
        assert_eq!(facts.columns.iter().flat_map(|columns| &columns.cells).map(rows).sum::<usize>(), 3);
    }

    proptest! {
        #[test]
        fn a_cell_holds_what_was_put_into_it_last(
            puts in proptest::collection::vec((0..40_usize, 0..32_u32, any::<u32>()), 0..80),
        ) {
            let mut cells = Cells::new(32);
            let mut expected = [0; 32];
            for (row, shift, value) in puts {
                let value = value >> shift;
                cells.set(row, value);
                if let Some(cell) = expected.get_mut(row) {
                    *cell = value;
                }
                let found: Vec<u32> = (0..40).map(|row| cells.get(row)).collect();
                prop_assert_eq!(&found[..32], &expected);
                prop_assert_eq!(&found[32..], &[0; 8]);
            }
        }
    }
}
