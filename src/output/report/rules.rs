//! Every rule that has findings, so that none goes untold for want of room.

use crate::case::severity::level;
use crate::output::escape::excerpt;
use crate::output::view::View;
use crate::rule::Level;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// A rule that has findings.
#[derive(Debug)]
pub(in crate::output) struct RuleLine {
    pub level: &'static str,
    pub title: String,
    pub findings: u64,
    pub accounts: u64,
}

/// The rules that have findings, the most severe first.
pub(super) fn rules(view: &View<'_>) -> Vec<RuleLine> {
    let mut rules: BTreeMap<(Reverse<Level>, &str, &str), Vec<(&str, &str)>> = BTreeMap::new();
    for finding in &view.case.findings {
        let rule = (Reverse(level(finding.rule.level)), finding.rule.title.as_str(), finding.rule.id.as_str());
        rules.entry(rule).or_default().push((&finding.tenant, &finding.account));
    }
    let line = |((level, title, _), mut accounts): ((Reverse<Level>, &str, &str), Vec<(&str, &str)>)| {
        let findings = accounts.len() as u64;
        accounts.sort_unstable();
        accounts.dedup();
        RuleLine { level: level.0.name(), title: excerpt(title, 200), findings, accounts: accounts.len() as u64 }
    };
    rules.into_iter().map(line).collect()
}
