//! Correlations that count what they should not, or nothing.

use crate::rule::document::Fault;
use rsigma_parser::{ConditionOperator, CorrelationCondition, CorrelationRule, CorrelationType};
use std::collections::BTreeSet;

/// What is wrong with a correlation that loads; `unknown` says why a field is none, in the words of the rules that the
/// correlation counts.
pub(super) fn faults(rule: &CorrelationRule, unknown: &dyn Fn(&str) -> Option<String>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut tell = |key: &str, reason: String| faults.push(Fault::at(&["correlation", key], reason));
    if rule.group_by.is_empty() {
        tell(
            "group-by",
            "no group-by: acts of everybody count together; group by account, actor or address".to_owned(),
        );
    }
    let mut seen = BTreeSet::new();
    if let Some(twice) = rule.rules.iter().find(|name| !seen.insert(*name)) {
        tell("rules", format!("names \"{twice}\" twice"));
    }
    if let Some(reason) = constant(rule) {
        tell("condition", reason.to_owned());
    }
    let counted = match &rule.condition {
        CorrelationCondition::Threshold { field, .. } => field.as_deref().unwrap_or_default(),
        CorrelationCondition::Extended(_) => &[],
    };
    for alias in &rule.aliases {
        if !rule.group_by.iter().chain(counted).any(|name| *name == alias.alias) {
            tell("aliases", format!("nothing groups or counts by the alias \"{}\"", alias.alias));
        }
    }
    for (key, name) in
        rule.group_by.iter().map(|name| ("group-by", name)).chain(counted.iter().map(|n| ("condition", n)))
    {
        let alias = rule.aliases.iter().find(|alias| alias.alias == *name);
        let meant = alias.map_or_else(|| vec![name], |alias| alias.mapping.values().collect());
        for reason in meant.into_iter().filter_map(|name| unknown(name)) {
            tell(key, reason);
        }
    }
    faults
}

/// Why the condition says nothing: a window holds one event at least.
fn constant(rule: &CorrelationRule) -> Option<&'static str> {
    let temporal = matches!(rule.correlation_type, CorrelationType::Temporal | CorrelationType::TemporalOrdered);
    if temporal {
        return (rule.rules.len() < 2).then_some("one rule alone is always in order; name two or more");
    }
    let counts = matches!(rule.correlation_type, CorrelationType::EventCount | CorrelationType::ValueCount);
    let CorrelationCondition::Threshold { predicates, .. } = &rule.condition else { return None };
    if !counts {
        return None;
    }
    let met = |count: u64| {
        predicates.iter().all(|(operator, wanted)| match operator {
            ConditionOperator::Lt => count < *wanted,
            ConditionOperator::Lte => count <= *wanted,
            ConditionOperator::Gt => count > *wanted,
            ConditionOperator::Gte => count >= *wanted,
            ConditionOperator::Eq => count == *wanted,
            ConditionOperator::Neq => count != *wanted,
        })
    };
    // What a comparison says changes only beside one of its numbers.
    let beside =
        predicates.iter().flat_map(|(_, number)| [number.saturating_sub(1), *number, number.saturating_add(1)]);
    let mut counts = beside.chain([1]).filter(|count| *count > 0);
    if counts.all(|count| !met(count)) {
        Some("the condition can never hold: a window holds one event or more")
    } else if met(1) && rule.rules.len() < 2 {
        Some("the condition holds for a single event; expected one such as gte: 2")
    } else {
        None
    }
}
