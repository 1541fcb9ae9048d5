//! `speur analyze`: evidence in, a case folder out, a short summary on the terminal.

use super::Exit;
use super::args::AnalyzeArgs;
use super::progress::Bar;
use super::terminal::{Terminal, tell};
use super::unused::Unused;
use speur::coverage::Coverage;
use speur::pipeline::{self, Options, Summary};

pub(super) fn run(args: &AnalyzeArgs) -> anyhow::Result<Exit> {
    let options = args.options()?;
    let bar = Bar::new(args.read.quiet);
    let result = pipeline::analyze(&options, &bar);
    bar.clear();
    let summary = result?;
    for warning in &summary.warnings {
        tell(&format!("warning: {warning}"));
    }
    let all =
        format!("; all of them are in {} and {}", show(&options, "rejected.jsonl"), show(&options, "coverage.json"));
    let exit = Unused::of(&summary.coverage, &summary.rejected).tell(&all);
    if !args.read.quiet {
        print(&options, &summary)?;
    }
    Ok(exit)
}

fn show(options: &Options, file: &str) -> String {
    options.out.join(file).display().to_string()
}

fn print(options: &Options, summary: &Summary) -> std::io::Result<()> {
    let mut out = Terminal::new();
    let counts: Vec<String> = summary.findings.iter().map(|(level, count)| format!("{count} {level}")).collect();
    let counts = if counts.is_empty() { "none".to_owned() } else { counts.join(", ") };
    out.line(&format!("findings: {counts}"))?;
    out.line(&format!("accounts with a finding of level medium or above: {}", summary.accounts.len()))?;
    for account in summary.accounts.iter().take(20) {
        out.line(&format!("  {}", if account.is_empty() { "(no account stated)" } else { account }))?;
    }
    if summary.accounts.len() > 20 {
        out.line(&format!("  ... and {} more, in {}", summary.accounts.len() - 20, show(options, "users.csv")))?;
    }
    if !summary.taken.is_empty() {
        let (count, case) = (summary.taken.len(), options.out.display());
        out.line(&format!(
            "accounts that an intruder had, as far as the logs tell: {count}; see speur case show {case}"
        ))?;
        for (account, confidence) in summary.taken.iter().take(20) {
            out.line(&format!("  {account} (confidence {})", confidence.name()))?;
        }
    }
    out.line(&evidence(&summary.coverage))?;
    out.line(&format!("case: {}; start with {}", options.out.display(), show(options, "report.html")))?;
    out.close()
}

/// The ledger in one line.
pub(super) fn evidence(coverage: &Coverage) -> String {
    let totals = &coverage.totals;
    let counts = &totals.counts;
    let within =
        [(counts.degraded, "degraded"), (counts.conflict, "in conflict"), (counts.outside, "outside the filter")];
    let within: Vec<String> =
        within.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    let within = if within.is_empty() { String::new() } else { format!(" ({})", within.join(", ")) };
    format!(
        "evidence: {} files, {} rows = {} used{within} + {} rejected + {} duplicate",
        totals.files, counts.rows, counts.used, counts.rejected, counts.duplicate
    )
}
