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
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use std::collections::BTreeSet;
use std::ops::ControlFlow;

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

/// Values of some facts, one row for each event that is wanted.
#[derive(Debug)]
struct Columns {
    facts: &'static [Fact],
    /// For each fact a number for each row: 0 where it is absent, else by its kind one more than 0 or 1, than the
    /// number, or than the number of a text.
    cells: Vec<Vec<u32>>,
    texts: Pool,
}

impl Columns {
    /// Facts that nobody asks for get no rows.
    fn new(facts: &'static [Fact], asked: &BTreeSet<Fact>, rows: usize) -> Self {
        let cells = facts.iter().map(|fact| vec![0; if asked.contains(fact) { rows } else { 0 }]);
        Self { facts, cells: cells.collect(), texts: Pool::default() }
    }

    fn cell(&mut self, fact: Fact, row: usize) -> Option<&mut u32> {
        let column = self.facts.iter().position(|known| *known == fact)?;
        self.cells.get_mut(column)?.get_mut(row)
    }

    fn truth(&mut self, fact: Fact, row: usize, value: bool) {
        if let Some(cell) = self.cell(fact, row) {
            *cell = 1 + u32::from(value);
        }
    }

    /// A number that does not fit is kept as the largest that does.
    fn number(&mut self, fact: Fact, row: usize, value: impl TryInto<u32>) {
        if let Some(cell) = self.cell(fact, row) {
            *cell = value.try_into().unwrap_or(u32::MAX).saturating_add(1);
        }
    }

    /// Values one a line; an empty text leaves the fact absent.
    fn text(&mut self, fact: Fact, row: usize, value: &str) {
        let text = self.texts.intern(value);
        if let Some(cell) = self.cell(fact, row) {
            *cell = text.0;
        }
    }
}

/// The facts of a case.
#[derive(Debug)]
pub struct Facts {
    /// Positions of the events that have a row, ascending.
    wanted: Vec<u32>,
    columns: Vec<Columns>,
    /// For each fact the columns that it is in, and which of them; `None` for those that nobody asked for.
    places: [Option<(usize, usize)>; FACTS.len()],
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
        let columns: Vec<Columns> = asked.into_par_iter().map(run).collect();
        let mut places = [None; FACTS.len()];
        for (at, columns) in columns.iter().enumerate() {
            for (column, fact) in columns.facts.iter().enumerate() {
                places[*fact as usize] = Some((at, column));
            }
        }
        Self { wanted, columns, places }
    }

    /// Gives the values of a fact in a row to `visit`; nothing where it is absent or was not asked for.
    fn visit(&self, row: usize, fact: Fact, visit: &mut Visit<'_>) -> ControlFlow<()> {
        let found = self.places[fact as usize].and_then(|(at, column)| {
            let columns = &self.columns[at];
            Some((columns, *columns.cells[column].get(row)?))
        });
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
    /// Where its facts stand, if it has any.
    row: Option<usize>,
}

impl<'a> Known<'a> {
    /// The event at `position`.
    pub fn new(events: &'a Events, facts: &'a Facts, position: u32) -> Self {
        let row = if facts.columns.is_empty() { None } else { facts.wanted.binary_search(&position).ok() };
        Self { events, facts, position, row }
    }
}

impl Lookup for Known<'_> {
    fn visit(&self, field: &Field, visit: &mut Visit<'_>) -> ControlFlow<()> {
        match (field, self.events.entries.get(self.position as usize)) {
            (Field::Core(core), Some(entry)) => self.events.visit(entry, *core, visit),
            (Field::Fact(fact), Some(_)) => {
                self.row.map_or(ControlFlow::Continue(()), |row| self.facts.visit(row, *fact, visit))
            }
            // No longer known; a rule that asks for it is refused when it is loaded.
            (Field::Path(_) | Field::Named { .. }, _) | (_, None) => ControlFlow::Continue(()),
        }
    }

    fn visit_all(&self, _: &mut Visit<'_>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}
