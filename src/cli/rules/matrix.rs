//! `speur rules matrix`: which traces of a takeover the rules find.

use crate::cli::Exit;
use crate::cli::args::RuleArgs;
use crate::cli::terminal::Terminal;
use anyhow::{Context, anyhow};
use clap::{Args, ValueEnum};
use speur::rule::matrix::{Cover, Matrix, covering, names};
use speur::rule::{Meta, RuleSet, navigator};
use std::io;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::cli) struct MatrixArgs {
    /// Order by trace, or by the symptom and response step that a trace serves.
    #[arg(long, value_enum, value_name = "WHAT", default_value = "trace")]
    by: By,
    /// Write the techniques that the rules find as a layer of the ATT&CK Navigator instead; a file that is there is
    /// replaced.
    #[arg(long, value_name = "FILE")]
    navigator: Option<PathBuf>,
    #[command(flatten)]
    rules: RuleArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum By {
    Trace,
    Symptom,
}

/// Prints what the rules cover, or writes it for the Navigator.
pub(in crate::cli) fn run(args: &MatrixArgs) -> anyhow::Result<Exit> {
    let (set, refused) = RuleSet::load(&args.rules.options()?);
    let rules = set.rules();
    if let Some(file) = &args.navigator {
        let layer = navigator::layer(rules);
        std::fs::write(file, layer).with_context(|| format!("{}: cannot be written", file.display()))?;
        return Ok(super::told(&refused, Exit::Incomplete));
    }
    let matrix = Matrix::load().map_err(|fault| anyhow!("{}:{}: {}", fault.file, fault.line, fault.reason))?;
    let mut out = Terminal::new();
    match args.by {
        By::Trace => by_trace(&mut out, &matrix, rules)?,
        By::Symptom => by_purpose(&mut out, &matrix, rules)?,
    }
    out.close()?;
    Ok(super::told(&refused, Exit::Incomplete))
}

fn by_trace(out: &mut Terminal, matrix: &Matrix, rules: &[Meta]) -> io::Result<()> {
    let covers: Vec<Cover<'_>> = matrix.rows.iter().map(|row| Cover::of(row, rules)).collect();
    let row = |(row, cover): (&speur::rule::matrix::Row, &Cover<'_>)| {
        vec![row.id.clone(), row.title.clone(), row.evidence.join(", "), cover.text("")]
    };
    let rows: Vec<Vec<String>> = matrix.rows.iter().zip(&covers).map(row).collect();
    out.table(&["id", "trace", "seen in", "rules"], &rows)?;
    let count = |wanted: fn(&Cover<'_>) -> bool| covers.iter().filter(|&cover| wanted(cover)).count();
    out.line(&format!(
        "{} traces: {} with rules, {} not detectable, {} not covered yet",
        covers.len(),
        count(|cover| matches!(cover, Cover::Rules(_))),
        count(|cover| matches!(cover, Cover::NotDetectable(_))),
        count(|cover| matches!(cover, Cover::Open)),
    ))
}

/// Symptoms, then steps: the rules that are about it, then the traces that serve it.
fn by_purpose(out: &mut Terminal, matrix: &Matrix, rules: &[Meta]) -> io::Result<()> {
    for purpose in matrix.purposes() {
        out.line(&format!("{}  {}", purpose.id, purpose.title))?;
        let own = covering(&purpose.id, rules);
        if !own.is_empty() {
            out.line(&format!("  rules: {}", names(&own, "")))?;
        }
        for row in matrix.rows.iter().filter(|row| row.serves(&purpose.id)) {
            out.line(&format!("  {}  {}: {}", row.id, row.title, Cover::of(row, rules).text("")))?;
        }
        out.line("")?;
    }
    Ok(())
}
