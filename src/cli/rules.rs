//! `speur rules`: list, show and check detection rules.

pub(super) mod fields;
pub(super) mod list;
pub(super) mod matrix;
pub(super) mod show;
pub(super) mod tune;

use super::Exit;
use super::args::{CheckArgs, ExplainArgs, RuleArgs, exists};
use super::progress::Bar;
use super::terminal::{Terminal, tell};
use speur::coverage::RuleRejection;
use speur::pipeline;
use speur::rule::{self, Options, RuleSet};
use std::path::{Path, PathBuf};

/// Tells every problem of the rule files, with file and line; without a file, of the rules that come with the program.
pub(super) fn check(args: &CheckArgs) -> anyhow::Result<Exit> {
    let given = args.paths.iter().chain(&args.placeholders).chain(&args.records);
    given.map(PathBuf::as_path).try_for_each(exists)?;
    let options =
        Options { pack: args.paths.is_empty(), paths: args.paths.clone(), placeholders: args.placeholders.clone() };
    let checked = rule::check(&options, args.records.as_deref());
    let exit = told(&checked.problems, Exit::Failed);
    let mut out = Terminal::new();
    out.line(&format!("{} rules loaded, {} problems", checked.rules, checked.problems.len()))?;
    out.close()?;
    Ok(exit)
}

/// Prints the condition of a rule with what one event holds.
pub(super) fn explain(args: &ExplainArgs) -> anyhow::Result<Exit> {
    let options = args.options()?;
    let bar = Bar::new(args.read.quiet);
    let explained = pipeline::explain(&options, &args.rule, &args.event, &bar);
    bar.clear();
    let explained = explained?;
    let mut out = Terminal::new();
    out.line(&format!("{} ({})", explained.rule.title, explained.rule.level.name()))?;
    out.line(&format!("event {}: {}", args.event, explained.event))?;
    out.line(if explained.met { "the rule found it, because" } else { "the rule did not find it, because" })?;
    for step in &explained.steps {
        let seen = match step.seen.as_deref() {
            None => String::new(),
            Some([]) => "   (the record has no such field)".to_owned(),
            Some(values) => format!("   (the record has {})", values.join("; ")),
        };
        let mark = if step.holds { "yes" } else { "no " };
        out.line(&format!("{mark} {}{}{seen}", "  ".repeat(step.depth), step.text))?;
    }
    out.close()?;
    Ok(Exit::Done)
}

/// Tries rules on their own records and tells what went otherwise than those say.
pub(super) fn test(args: &RuleArgs, records: &Path) -> anyhow::Result<Exit> {
    exists(records)?;
    let (set, refused) = RuleSet::load(&args.options()?);
    let trials = pipeline::trials(&set, records);
    let loaded = told(&refused, Exit::Failed);
    let tried = told(&trials.failures, Exit::Failed);
    let mut out = Terminal::new();
    out.line(&format!("{} rules, {} cases, {} failures", trials.rules, trials.cases, trials.failures.len()))?;
    out.close()?;
    Ok(if loaded == Exit::Done { tried } else { loaded })
}

fn told(refused: &[RuleRejection], exit: Exit) -> Exit {
    for RuleRejection { file, line, reason } in refused {
        tell(&format!("{file}:{line}: {reason}"));
    }
    if refused.is_empty() { Exit::Done } else { exit }
}
