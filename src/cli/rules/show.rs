//! `speur rules show`: everything people read of one rule.

use crate::cli::Exit;
use crate::cli::args::RuleArgs;
use crate::cli::terminal::Terminal;
use anyhow::bail;
use speur::rule::matrix::Matrix;
use speur::rule::{About, Meta, RuleSet};
use std::io;

/// Prints the rule.
pub(in crate::cli) fn run(wanted: &str, args: &RuleArgs) -> anyhow::Result<Exit> {
    let options = args.options()?;
    let (set, refused) = RuleSet::load(&options);
    let index = match set.find(wanted) {
        Ok(index) => index,
        Err(reason) => {
            super::told(&refused, Exit::Incomplete);
            bail!("{wanted:?}: {reason}");
        }
    };
    let about = RuleSet::about(&options, index);
    let counts: Vec<&Meta> = about.counts.iter().filter_map(|&part| set.rules().get(usize::from(part))).collect();
    let mut out = Terminal::new();
    if let Some(rule) = set.rules().get(usize::from(index)) {
        head(&mut out, rule)?;
    }
    body(&mut out, &about, &counts)?;
    out.close()?;
    Ok(Exit::Done)
}

fn head(out: &mut Terminal, rule: &Meta) -> io::Result<()> {
    out.line(&rule.title)?;
    for (name, text) in [
        ("id:", rule.id.clone()),
        ("level:", rule.level.name().to_owned()),
        ("tags:", rule.tags.join(", ")),
        ("logsource:", rule.logsource.clone()),
        ("file:", rule.file.clone()),
        ("sha256:", rule.sha256.clone()),
    ] {
        if !text.is_empty() {
            out.line(&format!("{name:<10} {text}"))?;
        }
    }
    out.line("")?;
    rule.description.lines().try_for_each(|line| out.line(line))?;
    list(out, "benign reasons to fire", &rule.falsepositives)?;
    list(out, "references", &rule.references)?;
    list(out, "traces of the matrix", &traces(rule))
}

/// The ids of the matrix that the rule names, each with its title.
fn traces(rule: &Meta) -> Vec<String> {
    let matrix = Matrix::load().ok();
    let title = |id: &String| {
        let matrix = matrix.as_ref()?;
        let row = matrix.rows.iter().find(|row| row.id == *id).map(|row| row.title.clone());
        row.or_else(|| matrix.purposes().find(|purpose| purpose.id == *id).map(|purpose| purpose.title.clone()))
    };
    rule.matrix.iter().map(|id| format!("{id}  {}", title(id).unwrap_or_default())).collect()
}

fn body(out: &mut Terminal, about: &About, counts: &[&Meta]) -> io::Result<()> {
    let counts: Vec<String> = counts.iter().map(|rule| format!("{}  {}", rule.id, rule.title)).collect();
    list(out, "as written", &about.written)?;
    list(out, "rules that it counts", &counts)?;
    let condition: Vec<String> =
        about.condition.iter().map(|step| format!("{}{}", "  ".repeat(step.depth), step.text)).collect();
    list(out, "asked of an event, with fields, lists and filters put in", &condition)?;
    if about.fields.is_empty() {
        return Ok(());
    }
    out.line("")?;
    let row = |field: &speur::rule::Looked| vec![field.name.clone(), field.kind.to_owned(), field.meaning.clone()];
    out.table(&["field", "type", "holds"], &about.fields.iter().map(row).collect::<Vec<_>>())
}

fn list(out: &mut Terminal, title: &str, lines: &[String]) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    out.line("")?;
    out.line(&format!("{title}:"))?;
    lines.iter().try_for_each(|line| out.line(&format!("  {line}")))
}
