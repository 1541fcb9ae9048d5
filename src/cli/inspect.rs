//! `speur inspect`: what the files hold (format, rows, span, accounts, gaps), without analysis.

use super::Exit;
use super::analyze::evidence;
use super::args::InspectArgs;
use super::progress::Bar;
use super::terminal::Terminal;
use super::unused::Unused;
use chrono::{Datelike, NaiveDate};
use speur::coverage::FileCoverage;
use speur::pipeline::{self, Inspection};
use std::collections::{BTreeMap, BTreeSet};
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
    let gaps = gaps(&inspection.days);
    out.line("")?;
    out.line(&format!("gaps: {} (days without a record whose weekday has records in other weeks)", gaps.len()))?;
    for (first, last) in gaps.iter().take(SHOWN) {
        out.line(&if first == last { format!("  {first}") } else { format!("  {first} to {last}") })?;
    }
    if gaps.len() > SHOWN {
        out.line(&format!("  ... and {} more", gaps.len() - SHOWN))?;
    }
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

/// Runs of days without a record, first and last day of each, where other weeks have some on that weekday.
///
/// A run goes on over days that are never worked, so that a missing fortnight is one gap.
fn gaps(days: &BTreeMap<String, u64>) -> Vec<(NaiveDate, NaiveDate)> {
    let present: BTreeSet<NaiveDate> =
        days.iter().filter(|(_, count)| **count > 0).filter_map(|(day, _)| day.parse().ok()).collect();
    let worked: BTreeSet<u32> = present.iter().map(|day| day.weekday().num_days_from_monday()).collect();
    let (Some(first), Some(last)) = (present.first(), present.last()) else { return Vec::new() };
    let mut gaps: Vec<(NaiveDate, NaiveDate)> = Vec::new();
    let mut open = false;
    for day in first.iter_days().take_while(|day| day <= last) {
        if present.contains(&day) {
            open = false;
        } else if worked.contains(&day.weekday().num_days_from_monday()) {
            match gaps.last_mut().filter(|_| open) {
                Some(gap) => gap.1 = day,
                None => gaps.push((day, day)),
            }
            open = true;
        }
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(text: &[&str]) -> BTreeMap<String, u64> {
        text.iter().map(|day| ((*day).to_owned(), 1)).collect()
    }

    fn shown(days: &BTreeMap<String, u64>) -> Vec<String> {
        gaps(days).iter().map(|(first, last)| format!("{first} {last}")).collect()
    }

    #[test]
    fn a_weekend_that_is_never_worked_is_no_gap_and_a_missing_weekday_is() {
        // Monday 5 January 2026 to Wednesday 14 January, without Tuesday 13.
        let week = ["2026-01-05", "2026-01-06", "2026-01-07", "2026-01-08", "2026-01-09", "2026-01-12", "2026-01-14"];
        assert_eq!(shown(&days(&week)), ["2026-01-13 2026-01-13"]);
    }

    #[test]
    fn a_gap_runs_on_over_a_weekend() {
        let found = shown(&days(&["2026-01-05", "2026-01-06", "2026-01-08", "2026-01-09", "2026-01-15"]));
        assert_eq!(found, ["2026-01-12 2026-01-13"], "Wednesday has no record in any week");
        let found = shown(&days(&["2026-01-01", "2026-01-02", "2026-01-05", "2026-01-15", "2026-01-16"]));
        assert_eq!(found, ["2026-01-08 2026-01-12"]);
    }

    #[test]
    fn no_day_and_one_day_have_no_gap() {
        assert!(gaps(&BTreeMap::new()).is_empty());
        assert!(gaps(&days(&["2026-01-05"])).is_empty());
    }
}
