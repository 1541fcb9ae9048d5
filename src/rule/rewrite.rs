//! A parsed rule to the same rule in simpler words: no selectors, no placeholders, filters built in.

use super::compile::absent;
use super::document::Fault;
use rsigma_parser::{
    ConditionExpr, Detection, DetectionItem, Detections, FilterRule, FilterRuleTarget, LogSource, Modifier, Quantifier,
    SelectorPattern, SigmaRule, SigmaString, SigmaValue, detection_name_matches,
};
use std::collections::BTreeMap;

/// Ways to choose N selections that a condition may stand for.
const CHOICES: usize = 1000;

/// Values of placeholders, by name.
pub(super) type Placeholders = BTreeMap<String, Vec<String>>;

/// Replaces `1 of`, `all of` and `N of` by the selections they stand for.
///
/// # Errors
/// When a selector stands for no selection, or a plain name is none.
pub(super) fn selectors(detection: &mut Detections) -> Result<(), Fault> {
    let mut names: Vec<String> = detection.named.keys().cloned().collect();
    names.sort();
    for condition in &mut detection.conditions {
        *condition = resolve(condition, &names).map_err(|fault| fault.within("condition"))?;
    }
    Ok(())
}

fn resolve(condition: &ConditionExpr, names: &[String]) -> Result<ConditionExpr, Fault> {
    let each = |list: &[ConditionExpr]| list.iter().map(|part| resolve(part, names)).collect::<Result<Vec<_>, _>>();
    Ok(match condition {
        ConditionExpr::And(list) => ConditionExpr::And(each(list)?),
        ConditionExpr::Or(list) => ConditionExpr::Or(each(list)?),
        ConditionExpr::Not(inner) => ConditionExpr::Not(Box::new(resolve(inner, names)?)),
        ConditionExpr::Identifier(name) if names.contains(name) => condition.clone(),
        ConditionExpr::Identifier(name) => return Err(absent(name, names.iter().map(String::as_str))),
        ConditionExpr::Selector { quantifier, pattern } => {
            let chosen: Vec<&String> = names.iter().filter(|name| is_meant(pattern, name)).collect();
            if chosen.is_empty() {
                return Err(absent(&pattern.to_string(), names.iter().map(String::as_str)));
            }
            choose(quantifier, &chosen)?
        }
    })
}

/// `them` leaves out the names that start with an underscore, a pattern does not.
/// <https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-rules-specification.md#condition>
fn is_meant(pattern: &SelectorPattern, name: &str) -> bool {
    match pattern {
        SelectorPattern::Them => !name.starts_with('_'),
        SelectorPattern::Pattern(pattern) if pattern.matches('*').count() > 1 => glob(pattern, name),
        SelectorPattern::Pattern(pattern) => detection_name_matches(pattern, name),
    }
}

/// Matches a pattern with several `*`.
fn glob(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((head, tail)) => name.strip_prefix(head).is_some_and(|rest| {
            rest.char_indices().map(|(at, _)| at).chain([rest.len()]).any(|at| glob(tail, &rest[at..]))
        }),
    }
}

fn choose(quantifier: &Quantifier, names: &[&String]) -> Result<ConditionExpr, Fault> {
    let all = |names: &[&String]| {
        ConditionExpr::And(names.iter().map(|name| ConditionExpr::Identifier((*name).clone())).collect())
    };
    let needed = match quantifier {
        Quantifier::All => return Ok(all(names)),
        Quantifier::Any => 1,
        Quantifier::Count(count) => usize::try_from(*count).unwrap_or(usize::MAX),
    };
    if needed == 0 || needed > names.len() {
        return Err(Fault::at(&[], format!("the condition asks for {needed} of {} selections", names.len())));
    }
    let mut choices: Vec<Vec<&String>> = vec![Vec::new()];
    for (index, name) in names.iter().enumerate() {
        let missing = |choice: &Vec<&String>| needed - choice.len();
        let mut next: Vec<Vec<&String>> = Vec::new();
        for choice in choices {
            if missing(&choice) > 0 {
                next.push(choice.iter().copied().chain([*name]).collect());
            }
            if missing(&choice) < names.len() - index {
                next.push(choice);
            }
        }
        if next.len() > CHOICES {
            return Err(Fault::at(&[], format!("{needed} of {} selections has too many combinations", names.len())));
        }
        choices = next;
    }
    Ok(ConditionExpr::Or(choices.iter().map(|choice| all(choice)).collect()))
}

/// Whether a filter is meant for a rule.
pub(super) fn is_filtered(filter: &FilterRule, rule: &SigmaRule) -> bool {
    let named = match &filter.rules {
        FilterRuleTarget::Any => true,
        FilterRuleTarget::Specific(names) => names
            .iter()
            .any(|name| rule.id.as_ref() == Some(name) || rule.name.as_ref() == Some(name) || rule.title == *name),
    };
    named && filter.logsource.as_ref().is_none_or(|filter| covers(filter, &rule.logsource))
}

fn covers(filter: &LogSource, rule: &LogSource) -> bool {
    let covers = |filter: &Option<String>, rule: &Option<String>| match (filter, rule) {
        (None, _) => true,
        (Some(filter), Some(rule)) => filter.eq_ignore_ascii_case(rule),
        (Some(_), None) => false,
    };
    covers(&filter.category, &rule.category)
        && covers(&filter.product, &rule.product)
        && covers(&filter.service, &rule.service)
}

/// What a rule keeps of a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// What the filter lets through.
    Passed,
    /// What it takes away.
    Withheld,
}

/// Adds a filter, whose selectors are resolved, to a rule: its own condition must hold, and that of the filter or the
/// contrary.
pub(super) fn filter(rule: &mut SigmaRule, filter: &FilterRule, number: usize, side: Side) {
    let rename = |name: &str| format!("_filter_{number}_{name}");
    let added = filter.detection.named.iter().map(|(name, detection)| (rename(name), detection.clone()));
    rule.detection.named.extend(added);
    let passed = ConditionExpr::Or(filter.detection.conditions.iter().map(|c| renamed(c, &rename)).collect());
    let condition = match side {
        Side::Passed => passed,
        Side::Withheld => ConditionExpr::Not(Box::new(passed)),
    };
    let conditions = std::mem::take(&mut rule.detection.conditions);
    rule.detection.conditions = vec![ConditionExpr::And(vec![ConditionExpr::Or(conditions), condition])];
}

fn renamed(condition: &ConditionExpr, rename: &dyn Fn(&str) -> String) -> ConditionExpr {
    let each = |list: &[ConditionExpr]| list.iter().map(|part| renamed(part, rename)).collect();
    match condition {
        ConditionExpr::And(list) => ConditionExpr::And(each(list)),
        ConditionExpr::Or(list) => ConditionExpr::Or(each(list)),
        ConditionExpr::Not(inner) => ConditionExpr::Not(Box::new(renamed(inner, rename))),
        ConditionExpr::Identifier(name) => ConditionExpr::Identifier(rename(name)),
        ConditionExpr::Selector { .. } => condition.clone(),
    }
}

/// Replaces the placeholders of values with the modifier `expand` in the lines that are `wanted`.
///
/// # Errors
/// A placeholder without values, named with the key that holds it.
pub(super) fn placeholders(
    detection: &mut Detections,
    values: &Placeholders,
    wanted: fn(&DetectionItem) -> bool,
) -> Result<(), Fault> {
    let mut names: Vec<String> = detection.named.keys().cloned().collect();
    names.sort();
    for name in names {
        if let Some(selection) = detection.named.get_mut(&name) {
            expand(selection, values, wanted).map_err(|fault| fault.within(&name).within("detection"))?;
        }
    }
    Ok(())
}

/// Whether the values of a line are parts of what stands in the log, so that no table of [`super::mapping`] translates
/// them: its placeholders can wait until it is compiled.
pub(super) fn is_of_parts(item: &DetectionItem) -> bool {
    use Modifier::{Cased, Expand, FieldRef, Neq};
    let modifiers = &item.field.modifiers;
    item.field.name.is_some()
        && !modifiers.contains(&FieldRef)
        && modifiers.iter().any(|modifier| !matches!(modifier, Expand | Neq | Cased))
}

fn expand(detection: &mut Detection, values: &Placeholders, wanted: fn(&DetectionItem) -> bool) -> Result<(), Fault> {
    match detection {
        Detection::AllOf(items) => {
            let asked = |item: &&mut DetectionItem| item.field.has_modifier(Modifier::Expand) && wanted(item);
            items.iter_mut().filter(asked).try_for_each(|item| {
                expand_item(item, values).map_err(|reason| {
                    let key = super::compile::key(item);
                    Fault::at(&[&key], format!("\"{key}\": {reason}"))
                })
            })
        }
        Detection::AnyOf(list) | Detection::And(list) => {
            list.iter_mut().try_for_each(|part| expand(part, values, wanted))
        }
        Detection::ArrayMatch { .. } | Detection::Conditional { .. } | Detection::Keywords(_) => Ok(()),
    }
}

/// Replaces the placeholders of one line.
///
/// # Errors
/// A placeholder without values.
pub(super) fn expand_item(item: &mut DetectionItem, values: &Placeholders) -> Result<(), String> {
    let expanded: Result<Vec<_>, String> = item.values.iter().map(|value| expand_value(value, values)).collect();
    item.values = expanded?.concat();
    item.field.modifiers.retain(|modifier| *modifier != Modifier::Expand);
    Ok(())
}

fn expand_value(value: &SigmaValue, values: &Placeholders) -> Result<Vec<SigmaValue>, String> {
    let SigmaValue::String(text) = value else { return Ok(vec![value.clone()]) };
    let mut expanded = vec![String::new()];
    let mut rest = text.original.as_str();
    while let Some(at) = rest.find('%') {
        let (before, after) = (&rest[..at], &rest[at + 1..]);
        let escaped = before.ends_with('\\');
        let literal = if escaped { &before[..before.len() - 1] } else { before };
        append(&mut expanded, literal);
        match after.split_once('%') {
            Some((name, tail)) if !escaped && !name.is_empty() => {
                let meant = values.get(name).ok_or_else(|| {
                    format!(
                        "placeholder %{name}% has no values; give a placeholder file that lists them under \"{name}\""
                    )
                })?;
                expanded =
                    expanded.iter().flat_map(|text| meant.iter().map(move |value| format!("{text}{value}"))).collect();
                rest = tail;
            }
            _ => {
                append(&mut expanded, "%");
                rest = after;
            }
        }
    }
    append(&mut expanded, rest);
    Ok(expanded.iter().map(|text| SigmaValue::String(SigmaString::new(text))).collect())
}

fn append(texts: &mut [String], tail: &str) {
    for text in texts {
        text.push_str(tail);
    }
}
