//! `speur rules fields`: the names that rules can use.

use crate::cli::Exit;
use crate::cli::terminal::Terminal;
use speur::field::{CATALOGUE, COLLECTIONS, FACTS};

/// Prints the catalogue: fields of every event, derived facts, and how to name a key of the record.
pub(in crate::cli) fn run() -> anyhow::Result<Exit> {
    let mut out = Terminal::new();
    let rows = CATALOGUE.iter().map(|field| [field.name, field.kind, field.meaning]);
    let facts = FACTS.iter().map(|fact| [fact.name, fact.kind.name(), fact.meaning]);
    let rows = rows.chain(facts).map(|row| row.map(str::to_owned).to_vec());
    out.table(&["field", "type", "holds"], &rows.collect::<Vec<_>>())?;
    let needs: Vec<Vec<String>> = FACTS
        .iter()
        .filter(|fact| !fact.baseline.is_empty())
        .map(|fact| vec![fact.name.to_owned(), fact.baseline.to_owned()])
        .collect();
    out.line("")?;
    out.table(&["field", "says much once there are"], &needs)?;
    out.line("")?;
    out.line("Any other name is a key of the record, dots lead deeper: Item.Subject, status.errorCode.")?;
    out.line("A list matches if any of its members does. A member of a Name/Value list is named by its Name:")?;
    out.line("Parameters.ForwardTo; of a changed property also .NewValue and .OldValue. These are such lists:")?;
    COLLECTIONS.iter().try_for_each(|name| out.line(&format!("  {name}")))?;
    out.line("What a logsource makes of names is in rules/mapping; `speur rules show` prints it for a rule.")?;
    out.close()?;
    Ok(Exit::Done)
}
