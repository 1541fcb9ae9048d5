//! `speur rules list`: one line a rule, the most severe first.

use crate::cli::Exit;
use crate::cli::args::RuleArgs;
use crate::cli::terminal::Terminal;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use speur::case::severity;
use speur::rule::{Level, Meta, RuleSet};
use speur::store::RuleIndex;
use std::cmp::Reverse;

#[derive(Debug, Args)]
pub(in crate::cli) struct ListArgs {
    /// Only rules of this level or above.
    #[arg(long, value_parser = level(), value_name = "LEVEL", default_value = "informational")]
    level: Level,
    /// Only rules with this tag; a technique such as t1114 stands for its sub-techniques too. May be repeated: any of
    /// them is enough.
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// Only rules on this logsource service (exchange, signinlogs), or in this folder (entra-signin). May be repeated.
    #[arg(long, value_name = "SERVICE")]
    service: Vec<String>,
    #[command(flatten)]
    rules: RuleArgs,
}

fn level() -> impl TypedValueParser<Value = Level> {
    PossibleValuesParser::new(Level::ALL.map(Level::name)).map(|name| severity::level(&name))
}

impl ListArgs {
    fn wants(&self, rule: &Meta) -> bool {
        let tagged = |wanted: &String| rule.tags.iter().any(|tag| is_tagged(tag, wanted));
        let (_, service) = rule.logsource.split_once('/').unwrap_or_default();
        let serves = |wanted: &String| [service, rule.folder()].iter().any(|name| name.eq_ignore_ascii_case(wanted));
        rule.level >= self.level
            && (self.tag.is_empty() || self.tag.iter().any(tagged))
            && (self.service.is_empty() || self.service.iter().any(serves))
    }
}

/// Whether the tag is the wanted one, or a part of it: `attack.t1114.003` is tagged `T1114`.
fn is_tagged(tag: &str, wanted: &str) -> bool {
    let (tag, wanted) = (tag.to_ascii_lowercase(), wanted.to_ascii_lowercase());
    let within = |tag: &str| tag.strip_prefix(&wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    within(&tag) || tag.strip_prefix("attack.").is_some_and(within)
}

/// Prints the rules that are wanted; those that only serve a correlation are no rules by themselves.
pub(in crate::cli) fn run(args: &ListArgs) -> anyhow::Result<Exit> {
    let (set, refused) = RuleSet::load(&args.rules.options()?);
    let speaking = set.rules().iter().zip(0..=RuleIndex::MAX).filter(|(_, index)| !set.silent().contains(index));
    let mut rules: Vec<&Meta> = speaking.map(|(rule, _)| rule).filter(|rule| args.wants(rule)).collect();
    rules.sort_by_key(|rule| (Reverse(rule.level), rule.title.as_str(), rule.id.as_str()));
    let row = |rule: &&Meta| vec![rule.level.name().to_owned(), rule.id.clone(), rule.title.clone(), rule.file.clone()];
    let rows: Vec<Vec<String>> = rules.iter().map(row).collect();
    let mut out = Terminal::new();
    out.table(&["level", "id", "title", "file"], &rows)?;
    out.close()?;
    Ok(super::told(&refused, Exit::Incomplete))
}

#[cfg(test)]
mod tests {
    use super::is_tagged;

    #[test]
    fn a_technique_stands_for_its_sub_techniques() {
        for (tag, wanted, is) in [
            ("attack.t1114.003", "attack.t1114.003", true),
            ("attack.t1114.003", "T1114", true),
            ("attack.t1114.003", "attack.t1114", true),
            ("attack.t1114.003", "t111", false),
            ("attack.t1114", "t1114.003", false),
            ("attack.collection", "collection", true),
            ("cve.2026-1", "cve", true),
        ] {
            assert_eq!(is_tagged(tag, wanted), is, "{tag} {wanted}");
        }
    }
}
