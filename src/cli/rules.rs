//! `speur rules`: list, show and check detection rules.

pub(super) mod matrix;

use super::Exit;
use super::args::{ExplainArgs, RuleArgs, exists};
use super::progress::Bar;
use super::terminal::{Terminal, tell};
use anyhow::bail;
use speur::coverage::RuleRejection;
use speur::pipeline;
use speur::rule::{self, Meta, Options, RuleSet};
use std::cmp::Reverse;
use std::path::{Path, PathBuf};

/// Prints one line a rule, the most severe first.
pub(super) fn list(args: &RuleArgs) -> anyhow::Result<Exit> {
    let (set, refused) = RuleSet::load(&args.options()?);
    let mut rules: Vec<&Meta> = set.rules().iter().collect();
    rules.sort_by_key(|rule| (Reverse(rule.level), rule.title.as_str(), rule.id.as_str()));
    let rows = rules
        .iter()
        .map(|rule| vec![rule.level.name().to_owned(), rule.id.clone(), rule.title.clone(), rule.file.clone()]);
    let mut out = Terminal::new();
    out.table(&["level", "id", "title", "file"], &rows.collect::<Vec<_>>())?;
    out.close()?;
    Ok(told(&refused, Exit::Incomplete))
}

/// Prints everything people read of one rule.
pub(super) fn show(wanted: &str, args: &RuleArgs) -> anyhow::Result<Exit> {
    let (set, refused) = RuleSet::load(&args.options()?);
    let named = |rule: &&Meta| rule.id == wanted || rule.title.eq_ignore_ascii_case(wanted);
    let mut found: Vec<&Meta> = set.rules().iter().filter(named).collect();
    if found.is_empty() && !wanted.is_empty() {
        let stem = |rule: &&Meta| Path::new(&rule.file).file_stem().is_some_and(|stem| stem == wanted);
        found = set.rules().iter().filter(|rule| rule.id.starts_with(wanted) || stem(rule)).collect();
    }
    let Some((rule, [])) = found.split_first() else {
        told(&refused, Exit::Incomplete);
        bail!(
            "{wanted:?}: found {} rules of that id, title or file name; expected one, so look it up with `speur rules list`",
            found.len()
        );
    };
    let mut out = Terminal::new();
    print(&mut out, rule)?;
    out.close()?;
    Ok(Exit::Done)
}

fn print(out: &mut Terminal, rule: &Meta) -> std::io::Result<()> {
    out.line(&rule.title)?;
    out.line(&format!("id:     {}", rule.id))?;
    out.line(&format!("level:  {}", rule.level.name()))?;
    out.line(&format!("tags:   {}", rule.tags.join(", ")))?;
    out.line(&format!("file:   {}", rule.file))?;
    out.line(&format!("sha256: {}", rule.sha256))?;
    out.line("")?;
    for line in rule.description.lines() {
        out.line(line)?;
    }
    for (title, lines) in [("benign reasons to fire", &rule.falsepositives), ("references", &rule.references)] {
        if !lines.is_empty() {
            out.line("")?;
            out.line(&format!("{title}:"))?;
            lines.iter().try_for_each(|line| out.line(&format!("  {line}")))?;
        }
    }
    Ok(())
}

/// Tells every problem of the rule files, with file and line; without a file, what the program's own rules lack.
pub(super) fn check(paths: &[PathBuf]) -> anyhow::Result<Exit> {
    paths.iter().try_for_each(|path| exists(path))?;
    let options = Options { pack: paths.is_empty(), paths: paths.to_vec(), ..Options::default() };
    let (set, mut problems) = RuleSet::load(&options);
    problems.extend(paths.iter().flat_map(|path| rule::check(path)));
    problems.sort();
    problems.dedup();
    let exit = told(&problems, Exit::Failed);
    let mut out = Terminal::new();
    out.line(&format!("{} rules loaded, {} problems", set.rules().len(), problems.len()))?;
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
