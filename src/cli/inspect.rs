//! `speur inspect`: what the files hold (format, rows, span, accounts, gaps) and what they may lack, without analysis.

use super::Exit;
use super::analyze::evidence;
use super::args::InspectArgs;
use super::progress::Bar;
use super::terminal::Terminal;
use super::unused::Unused;
use speur::case::rhythm::Gap;
use speur::coverage::{FileCoverage, Shortfall};
use speur::language::Voice;
use speur::pipeline::{self, Inspection};
use std::io;

/// How many accounts, operations and gaps are printed.
const SHOWN: usize = 20;

pub(super) fn run(args: &InspectArgs) -> anyhow::Result<Exit> {
    let options = args.options()?;
    let bar = Bar::new(args.read.quiet);
    let result = pipeline::inspect(&options, &bar);
    bar.clear();
    let inspection = result?;
    print(&inspection)?;
    Ok(Unused::of(&inspection.coverage, &[]).tell(""))
}

fn print(inspection: &Inspection) -> io::Result<()> {
    let mut out = Terminal::new();
    let files: Vec<Vec<String>> = inspection.coverage.files.iter().map(file_row).collect();
    let head = ["format", "encoding", "rows", "used", "rejected", "duplicate", "first", "last", "file"];
    out.table(&head, &files)?;
    for file in &inspection.coverage.files {
        for note in &file.notes {
            out.line(&format!("note: {}: {note}", file.path))?;
        }
    }
    out.line("")?;
    out.line(&evidence(&inspection.coverage))?;
    counts(&mut out, "accounts", &inspection.accounts)?;
    counts(&mut out, "operations", &inspection.operations)?;
    gaps(&mut out, &inspection.gaps)?;
    completeness(&mut out, &inspection.coverage.completeness)?;
    out.close()
}

fn file_row(file: &FileCoverage) -> Vec<String> {
    let counts = &file.counts;
    let time = |time: &Option<String>| time.clone().unwrap_or_else(|| "-".to_owned());
    vec![
        file.format.clone(),
        if file.encoding.is_empty() { "-".to_owned() } else { file.encoding.clone() },
        counts.rows.to_string(),
        counts.used.to_string(),
        counts.rejected.to_string(),
        counts.duplicate.to_string(),
        time(&file.first_time),
        time(&file.last_time),
        file.path.clone(),
    ]
}

fn counts(out: &mut Terminal, title: &str, counts: &[(String, u64)]) -> io::Result<()> {
    out.line("")?;
    out.line(&format!("{title}: {}", counts.len()))?;
    let rows = counts.iter().take(SHOWN).map(|(name, count)| {
        vec![count.to_string(), if name.is_empty() { "(none stated)".to_owned() } else { name.clone() }]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    if !rows.is_empty() {
        out.table(&["records", title.trim_end_matches('s')], &rows)?;
    }
    if counts.len() > SHOWN {
        out.line(&format!("... and {} more", counts.len() - SHOWN))?;
    }
    Ok(())
}

fn gaps(out: &mut Terminal, gaps: &[Gap]) -> io::Result<()> {
    out.line("")?;
    out.line(&format!(
        "gaps: {} (stretches without a record in hours of the week that have records in other weeks)",
        gaps.len()
    ))?;
    let voice = Voice::default();
    for gap in gaps.iter().take(SHOWN) {
        out.line(&format!("  {} to {} UTC", voice.unzoned(gap.after), voice.unzoned(gap.before)))?;
    }
    more(out, gaps.len())
}

fn completeness(out: &mut Terminal, signs: &[Shortfall]) -> io::Result<()> {
    out.line("")?;
    out.line(&format!("signs that something is missing: {}", signs.len()))?;
    for sign in signs.iter().take(SHOWN) {
        let file = sign.file.as_ref().map_or_else(String::new, |file| format!("{file}: "));
        out.line(&format!("  {}: {file}{}. {}", sign.sign, sign.found, sign.meaning))?;
    }
    more(out, signs.len())
}

fn more(out: &mut Terminal, all: usize) -> io::Result<()> {
    if all > SHOWN { out.line(&format!("  ... and {} more", all - SHOWN)) } else { Ok(()) }
}
