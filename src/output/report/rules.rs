//! Every rule that has findings, so that none goes untold for want of room.

use crate::case::severity::level;
use crate::output::escape::excerpt;
use crate::output::view::View;
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
    let mut rules: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for finding in &view.case.findings {
        let rule = (Reverse(level(finding.rule.level)), &finding.rule.title, &finding.rule.id);
        rules.entry(rule).or_default().push((&finding.tenant, &finding.account));
    }
    let mut lines = Vec::new();
    for ((level, title, _), mut accounts) in rules {
        let findings = accounts.len() as u64;
        accounts.sort_unstable();
        accounts.dedup();
        let (level, title) = (level.0.name(), excerpt(title, 200));
        lines.push(RuleLine { level, title, findings, accounts: accounts.len() as u64 });
    }
    lines
}
