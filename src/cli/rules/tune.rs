//! `speur rules tune`: which rules are noisy in a case, and how to quieten them.

use crate::cli::Exit;
use crate::cli::args::RuleArgs;
use crate::cli::terminal::Terminal;
use clap::Args;
use speur::output::{self, NOISY, Tuned};
use speur::rule::{self, Meta, RuleSet};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::cli) struct TuneArgs {
    /// The case folder.
    #[arg(value_name = "CASE")]
    case: PathBuf,
    #[command(flatten)]
    rules: RuleArgs,
}

/// Prints what each rule found, the noisiest first, and for each a filter for what most of its hits have in common.
pub(in crate::cli) fn run(args: &TuneArgs) -> anyhow::Result<Exit> {
    let options = args.rules.options()?;
    let (set, refused) = RuleSet::load(&options);
    let tuning = output::tune(&args.case, &rule::asked(&options))?;
    let rows: Vec<Vec<String>> = tuning
        .rules
        .iter()
        .map(|rule| {
            let share = 100.0 * rule.hits as f64 / tuning.events.max(1) as f64;
            let numbers = [rule.hits, rule.accounts, rule.withheld].map(|count| count.to_string());
            let [hits, accounts, withheld] = numbers;
            vec![hits, format!("{share:.1} %"), accounts, withheld, rule.level.clone(), rule.title.clone()]
        })
        .collect();
    let mut out = Terminal::new();
    out.table(&["hits", "of events", "accounts", "withheld", "level", "rule"], &rows)?;
    out.line("")?;
    for line in [
        "# Filters for what tells most hits of a noisy rule from other events. Look at those hits first: intruders have",
        "# habits too. Put what is benign in a .yml file, `---` between two, and give it with --rules; suppressed.csv then",
        "# tells what it withheld.",
    ] {
        out.line(line)?;
    }
    for rule in tuning.rules.iter().filter(|rule| rule.hits >= NOISY) {
        let meta = set.rules().iter().find(|meta| meta.id == rule.id);
        out.line(&hint(rule, meta))?;
    }
    out.close()?;
    Ok(super::told(&refused, Exit::Incomplete))
}

/// A filter in one line, or why there is none.
fn hint(rule: &Tuned, meta: Option<&Meta>) -> String {
    let Tuned { id, title, hits, .. } = rule;
    let Some(common) = &rule.common else {
        return format!(
            "# {title}: no application, actor, agent or address tells most of its {hits} hits from other events"
        );
    };
    let Some(meta) = meta else {
        return format!("# {title}: not among the rules that are loaded; give the --rules of the case");
    };
    if meta.is_correlation() {
        return format!("# {title}: a correlation; filter the rules that it counts, or raise its condition");
    }
    let (product, service) = meta.logsource.split_once('/').unwrap_or((&meta.logsource, ""));
    let service = if service.is_empty() { String::new() } else { format!(", service: {service}") };
    format!(
        "{{title: {}, logsource: {{product: {product}{service}}}, filter: {{rules: [{id}], known: {{{}: {}}}, \
         condition: not known}}}}  # {} of {hits} hits, {} events have it",
        quoted(&format!("Known: {title}")),
        common.field,
        quoted(&literal(&common.value)),
        common.hits,
        common.events,
    )
}

/// A value that means itself in a rule: Sigma's wildcards escaped.
fn literal(value: &str) -> String {
    value.replace('\\', "\\\\").replace('*', "\\*").replace('?', "\\?")
}

/// A YAML text in single quotes.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use speur::output::Common;

    #[test]
    fn a_filter_holds_the_value_itself() {
        let rule = Tuned {
            id: "7b0e7f5e-0000-4000-8000-000000000001".to_owned(),
            title: "Anna's rule".to_owned(),
            hits: 4,
            common: Some(Common { field: "agent", value: r"a*b\c?'d'".to_owned(), hits: 3, events: 5 }),
            ..Tuned::default()
        };
        let meta = Meta { logsource: "m365/exchange".to_owned(), ..Meta::default() };
        assert_eq!(
            hint(&rule, Some(&meta)),
            r"{title: 'Known: Anna''s rule', logsource: {product: m365, service: exchange}, filter: {rules: [7b0e7f5e-0000-4000-8000-000000000001], known: {agent: 'a\*b\\c\?''d'''}, condition: not known}}  # 3 of 4 hits, 5 events have it"
        );
        assert!(hint(&rule, Some(&Meta::default())).contains("a correlation"));
        assert!(hint(&rule, None).contains("not among the rules"));
        assert!(hint(&Tuned { common: None, ..rule }, Some(&meta)).contains("no application"));
    }
}
