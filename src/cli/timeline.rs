//! `speur timeline`: the events of a case that are asked for, as CSV or JSON Lines.

use super::Exit;
use super::args::span;
use clap::{Args, ValueEnum};
use speur::output::{self, Filter, Lines};
use std::io::{BufWriter, Write};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct TimelineArgs {
    /// The case folder.
    #[arg(value_name = "CASE")]
    case: PathBuf,
    /// Only events of this account.
    #[arg(long, value_name = "UPN")]
    account: Vec<String>,
    /// Only events of this session of an intruder (an id of sessions.json), or with this session id.
    #[arg(long, value_name = "ID")]
    session: Vec<String>,
    /// Only events from this address.
    #[arg(long, value_name = "ADDRESS")]
    address: Vec<String>,
    /// Only events of this finding.
    #[arg(long, value_name = "ID")]
    finding: Vec<String>,
    /// Only this event.
    #[arg(long, value_name = "ID")]
    event: Vec<String>,
    /// Only this operation.
    #[arg(long, value_name = "NAME")]
    operation: Vec<String>,
    /// Only events at or after this time (RFC 3339) or day.
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Only events at or before this time (RFC 3339) or day.
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    /// How to print them.
    #[arg(long, value_enum, default_value = "csv")]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// The columns of timeline.csv.
    Csv,
    /// The lines of timeline.jsonl.
    Jsonl,
}

pub(super) fn run(args: &TimelineArgs) -> anyhow::Result<Exit> {
    let (from, to) = span(args.from.as_deref(), args.to.as_deref())?;
    let filter = Filter {
        accounts: args.account.clone(),
        sessions: args.session.clone(),
        addresses: args.address.clone(),
        findings: args.finding.clone(),
        events: args.event.clone(),
        operations: args.operation.clone(),
        from,
        to,
    };
    let lines = match args.format {
        Format::Csv => Lines::Csv,
        Format::Jsonl => Lines::Jsonl,
    };
    let mut out = BufWriter::new(std::io::stdout().lock());
    output::select(&args.case, &filter, lines, &mut out)?;
    out.flush()?;
    Ok(Exit::Done)
}
