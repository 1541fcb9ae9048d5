//! `speur batch`: a case folder for each tenant, the overview over them, a summary on the terminal.

use super::Exit;
use super::args::BatchArgs;
use super::progress::Bar;
use super::terminal::{Terminal, tell, tell_some};
use speur::case::severity::LEVELS;
use speur::output::{Facts, State};
use speur::pipeline::{self, BatchOptions, BatchSummary};
use speur::rule::Level;
use std::cmp::Reverse;
use std::path::Path;

/// How many tenants are named for each reason.
const SHOWN: usize = 20;

pub(super) fn run(args: &BatchArgs) -> anyhow::Result<Exit> {
    let options = args.options()?;
    let bar = Bar::new(args.read.quiet);
    let result = pipeline::batch(&options, &bar);
    bar.clear();
    let summary = result?;
    let exit = tell_all(&summary, &options.out);
    if !args.read.quiet {
        print(&summary, &options)?;
    }
    Ok(exit)
}

/// Tells everything that went wrong on standard error.
fn tell_all(summary: &BatchSummary, out: &Path) -> Exit {
    let tenants = &summary.overview.tenants;
    for warning in &summary.warnings {
        tell(&format!("warning: {warning}"));
    }
    for tenant in tenants.iter().filter(|tenant| tenant.events == 0 && tenant.counts.outside > 0) {
        let outside = tenant.counts.outside;
        tell(&format!("warning: {}: none of {outside} events passes --from, --to, --user and --tenant", tenant.name));
    }
    let (logs, notes): (Vec<_>, Vec<_>) = summary.aside.iter().partition(|(_, is_log)| *is_log);
    let lines: Vec<(String, u64)> =
        notes.iter().map(|(name, _)| (format!("note: {name}: not an export that is known; left out"), 1)).collect();
    tell_some(&lines, " such files");
    let mut exit = Exit::Done;
    let mut told = |title: &str, lines: &[(String, u64)], all: &str| {
        if !lines.is_empty() {
            exit = Exit::Incomplete;
            tell(&format!("{title}: {}", lines.iter().map(|(_, count)| count).sum::<u64>()));
            tell_some(lines, all);
        }
    };
    let line = |(name, _): &&(String, bool)| (format!("{name}: lies beside the folders of the tenants; not read"), 1);
    told("files that belong to no tenant", &logs.iter().map(line).collect::<Vec<_>>(), "");
    let overview = format!("; all of them are in {}", out.join("overview.csv").display());
    let failed = tenants.iter().filter(|tenant| matches!(tenant.state, State::Failed(_)));
    told("tenants that failed", &failed.map(problem).collect::<Vec<_>>(), &overview);
    let outdated = tenants.iter().filter(|tenant| matches!(tenant.state, State::Outdated(_)));
    told("tenants whose case is not up to date", &outdated.map(problem).collect::<Vec<_>>(), &overview);
    let unused = tenants.iter().filter(|tenant| tenant.not_used > 0).map(|tenant| {
        let place = out.join(&tenant.case).join("rejected.jsonl");
        (format!("{}: {}; see {}", tenant.name, tenant.not_used, place.display()), tenant.not_used)
    });
    told("records and files that could not be used", &unused.collect::<Vec<_>>(), &overview);
    let refused = summary.refused.iter();
    let rules = refused.map(|rule| (format!("{}:{}: {}", rule.file, rule.line, rule.reason), 1)).collect::<Vec<_>>();
    told("rules that could not be used", &rules, "; all of them are in coverage.json of every case");
    exit
}

fn problem(tenant: &Facts) -> (String, u64) {
    (format!("{}: {}", tenant.name, tenant.reason()), 1)
}

fn print(summary: &BatchSummary, options: &BatchOptions) -> std::io::Result<()> {
    let overview = &summary.overview;
    let mut out = Terminal::new();
    let with_case = overview.tenants.iter().filter(|tenant| tenant.is_read()).count();
    let without = overview.tenants.len() - with_case;
    out.line(&format!("tenants: {} = {with_case} with a case + {without} without", overview.tenants.len()))?;
    if !summary.kept.is_empty() {
        let kept = summary.kept.len();
        out.line(&format!(
            "{kept} of the cases were finished by an earlier run from the same evidence: kept as they are"
        ))?;
    }
    let mut found: Vec<&Facts> =
        overview.tenants.iter().filter(|tenant| tenant.highest() >= Some(Level::Medium)).collect();
    found.sort_by_key(|tenant| LEVELS.map(|level| Reverse(tenant.count(level))));
    out.line(&format!("tenants with a finding of level medium or above: {}", found.len()))?;
    for tenant in found.iter().take(SHOWN) {
        let levels = LEVELS.into_iter().filter(|level| tenant.count(*level) > 0);
        let levels: Vec<String> = levels.map(|level| format!("{} {}", tenant.count(level), level.name())).collect();
        out.line(&format!("  {}: {}", tenant.name, levels.join(", ")))?;
    }
    if found.len() > SHOWN {
        out.line(&format!("  ... and {} more", found.len() - SHOWN))?;
    }
    out.line(&format!("what several tenants share: {}", overview.links.len()))?;
    for link in overview.links.iter().take(SHOWN) {
        out.line(&format!("  {} {} in {} tenants", link.kind, link.value, link.tenants.len()))?;
    }
    if overview.links.len() > SHOWN {
        out.line(&format!("  ... and {} more, in links.csv", overview.links.len() - SHOWN))?;
    }
    let start = options.out.join("overview.html");
    out.line(&format!("cases: {}; start with {}", options.out.display(), start.display()))?;
    out.close()
}
