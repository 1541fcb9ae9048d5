//! `speur raw`: the original record behind an event, and the proof that it is the one the case was made from.

use super::Exit;
use super::terminal::{Terminal, tell};
use clap::Args;
use speur::pipeline::{Options, RawRecord, raw};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct RawArgs {
    /// The case folder.
    #[arg(value_name = "CASE")]
    case: PathBuf,
    /// The event, by the id that all outputs give it.
    #[arg(value_name = "EVENT-ID")]
    event: String,
    /// Where the evidence is now, if it was moved since; the same files or folders that were analyzed.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
}

pub(super) fn run(args: &RawArgs) -> anyhow::Result<Exit> {
    let options = Options { paths: args.paths.clone(), ..Options::default() };
    let records = raw(&args.case, &args.event, &options)?;
    for record in &records {
        print(&record.bytes)?;
        for line in proof(record) {
            tell(&line);
        }
    }
    Ok(if records.iter().all(RawRecord::is_proven) { Exit::Done } else { Exit::Failed })
}

/// A pipe gets the bytes as they are; a terminal would obey those that are commands to it.
fn print(bytes: &[u8]) -> std::io::Result<()> {
    if std::io::stdout().is_terminal() {
        let mut out = Terminal::new();
        String::from_utf8_lossy(bytes).lines().try_for_each(|line| out.line(line))?;
        return out.close();
    }
    let mut out = std::io::stdout().lock();
    out.write_all(bytes)?;
    out.write_all(b"\n")?;
    out.flush()
}

fn proof(record: &RawRecord) -> [String; 2] {
    let RawRecord { place, sha256, file: (stated, now), .. } = record;
    let is = |same: bool| if same { "as the case states" } else { "NOT what the case states" };
    let end = place.offset + place.length;
    [
        format!(
            "{}: row {}, bytes {} to {end}: SHA-256 {sha256}, {}",
            place.file,
            place.row,
            place.offset,
            is(*sha256 == place.sha256)
        ),
        format!("the file: SHA-256 {now}, {}", is(now == stated)),
    ]
}
