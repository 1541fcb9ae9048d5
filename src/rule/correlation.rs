//! Sigma correlations: what is counted, by what it is grouped, in which window; [`crate::rule`] reads them and
//! evaluation is for the stage that sees all events.
//!
//! <https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-correlation-rules-specification.md>

use super::document::Fault;
use super::names::References;
use crate::field::{Core, Fact, Field};
use crate::store::RuleIndex;
use rsigma_parser::{
    ConditionExpr, ConditionOperator, CorrelationCondition, CorrelationRule, CorrelationType, WindowMode,
};
use std::collections::BTreeMap;

/// A correlation, ready to be evaluated.
#[derive(Debug, Clone)]
pub struct Correlation {
    /// Its own index.
    pub rule: RuleIndex,
    /// What it does with the events of a window.
    pub kind: Kind,
    /// The rules it refers to, in its own order; correlations among them come earlier in [`super::RuleSet::correlations`].
    pub refs: Vec<RuleIndex>,
    /// What must be equal within a group: for each field the places to look, by reference.
    pub by: Vec<Vec<Place>>,
    /// Length of the window in microseconds; an event exactly that much earlier is still in it.
    pub span: i64,
    /// When a window is a hit.
    pub condition: Condition,
}

impl Correlation {
    /// Whether it groups or counts by derived facts.
    pub fn asks_for_facts(&self) -> bool {
        !self.facts().is_empty()
    }

    /// Whether any one event meets it: it only puts together what several rules find.
    pub fn holds_for_one(&self) -> bool {
        let Condition::Threshold(comparisons, _) = &self.condition else { return false };
        let at_least = |comparison: &(Comparison, f64)| comparison.0 == Comparison::Gte && comparison.1 <= 1.0;
        self.kind == Kind::EventCount && comparisons.iter().all(at_least)
    }

    /// Whether each of its rules must have found something.
    pub fn needs_all(&self) -> bool {
        let unconditional = matches!(&self.condition, Condition::Threshold(comparisons, _) if comparisons.is_empty());
        self.kind == Kind::TemporalOrdered || (self.kind == Kind::Temporal && unconditional)
    }

    /// The derived facts that it groups or counts by.
    pub fn facts(&self) -> Vec<Fact> {
        let counted = match &self.condition {
            Condition::Threshold(_, fields) => fields.as_slice(),
            Condition::Rules(_) => &[],
        };
        let places = self.by.iter().chain(counted).flatten();
        places.filter_map(|place| if let Place::Fact(fact) = place { Some(*fact) } else { None }).collect()
    }
}

/// What a correlation does with the events of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Counts events.
    EventCount,
    /// Counts distinct values.
    ValueCount,
    /// Adds up numbers.
    ValueSum,
    /// The mean of numbers.
    ValueAverage,
    /// The number that this many in a hundred do not exceed, interpolated between neighbours.
    ValuePercentile(u8),
    /// All rules found something.
    Temporal,
    /// All rules found something, in their order.
    TemporalOrdered,
}

/// When a window is a hit.
#[derive(Debug, Clone)]
pub enum Condition {
    /// The count or number passes every comparison. For values: where to look for each field, by reference.
    Threshold(Vec<(Comparison, f64)>, Vec<Vec<Place>>),
    /// Which rules found something, by position in [`Correlation::refs`].
    Rules(Expression),
}

/// How a count compares with the number of the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // Sigma's own names
pub enum Comparison {
    Lt,
    Lte,
    Gt,
    Gte,
    Eq,
    Neq,
}

impl Comparison {
    /// Whether `found` compares so with `wanted`.
    pub fn holds(self, found: f64, wanted: f64) -> bool {
        match self {
            Self::Lt => found < wanted,
            Self::Lte => found <= wanted,
            Self::Gt => found > wanted,
            Self::Gte => found >= wanted,
            Self::Eq => (found - wanted).abs() < f64::EPSILON,
            Self::Neq => (found - wanted).abs() >= f64::EPSILON,
        }
    }
}

/// A condition over rules.
#[derive(Debug, Clone)]
#[allow(missing_docs)] // plain logic
pub enum Expression {
    All(Vec<Expression>),
    Any(Vec<Expression>),
    Not(Box<Expression>),
    Rule(usize),
}

impl Expression {
    /// Whether it holds, given which rules found something.
    pub fn holds(&self, found: &dyn Fn(usize) -> bool) -> bool {
        match self {
            Self::All(list) => list.iter().all(|inner| inner.holds(found)),
            Self::Any(list) => list.iter().any(|inner| inner.holds(found)),
            Self::Not(inner) => !inner.holds(found),
            Self::Rule(at) => found(*at),
        }
    }
}

/// Where a value of an event stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A field of the event.
    Core(Core),
    /// A derived fact.
    Fact(Fact),
    /// A value kept from the record; see [`crate::store::Events::captured`].
    Captured(usize),
}

/// Checks what needs no other rule.
///
/// # Errors
/// The first [`Fault`], anchored in `correlation`.
pub(super) fn check(rule: &CorrelationRule) -> Result<(), Fault> {
    let at = |key: &str, reason: String| Err(Fault::at(&["correlation", key], reason));
    let numeric = matches!(
        rule.correlation_type,
        CorrelationType::ValueSum
            | CorrelationType::ValueAvg
            | CorrelationType::ValuePercentile
            | CorrelationType::ValueMedian
    );
    if rule.window != WindowMode::Sliding {
        return at("window", "windows slide in Sigma 2.1; leave window out".to_owned());
    }
    if rule.rules.is_empty() {
        return at("rules", "found no rules; give the ids or names of those to correlate".to_owned());
    }
    if rule.timespan.seconds == 0 {
        return at("timespan", "found no time; expected a number and s, m, h or d, such as 15m".to_owned());
    }
    let temporal = matches!(rule.correlation_type, CorrelationType::Temporal | CorrelationType::TemporalOrdered);
    match &rule.condition {
        CorrelationCondition::Extended(_) if !temporal => at(
            "condition",
            "a condition over rules is for temporal and temporal_ordered; expected gte and a number".to_owned(),
        ),
        CorrelationCondition::Extended(_) => Ok(()),
        CorrelationCondition::Threshold { predicates, .. } if predicates.is_empty() && !temporal => {
            at("condition", "found no comparison; expected one such as gte: 10".to_owned())
        }
        CorrelationCondition::Threshold { field, .. } => match (rule.correlation_type, field.as_deref()) {
            (CorrelationType::ValueCount, None | Some([])) => {
                at("condition", "value_count needs the field whose values it counts".to_owned())
            }
            (_, None | Some([])) if numeric => {
                at("condition", "found no field; give the field with the numbers".to_owned())
            }
            (_, Some([_, _, ..])) if numeric => {
                at("condition", "numbers of one field only can be put together".to_owned())
            }
            _ => Ok(()),
        },
    }
}

/// Compiles a correlation that [`check`] has passed; `index` is its own. `stated` says whether its text has a condition:
/// the parser puts one in where it has none.
///
/// # Errors
/// When it refers to a rule that is not there.
pub(super) fn compile(
    rule: &CorrelationRule,
    (index, stated): (RuleIndex, bool),
    known: &mut dyn References,
) -> Result<Correlation, Fault> {
    let at = |reason: String| Fault::at(&["correlation", "rules"], reason);
    let refs = rule.rules.iter().map(|reference| known.index(reference).map_err(at));
    let refs = refs.collect::<Result<Vec<_>, _>>()?;
    let by: Vec<Vec<Place>> = rule.group_by.iter().map(|name| places(rule, &refs, name, known)).collect();
    let condition = match &rule.condition {
        CorrelationCondition::Extended(expression) => Condition::Rules(rules_of(expression, rule)?),
        CorrelationCondition::Threshold { predicates, field, .. } => {
            let comparisons = predicates.iter().filter(|_| stated);
            let comparisons = comparisons.map(|(operator, number)| (comparison(*operator), *number as f64));
            let fields = field.iter().flatten().map(|name| places(rule, &refs, name, known)).collect();
            Condition::Threshold(comparisons.collect(), fields)
        }
    };
    let kind = match rule.correlation_type {
        CorrelationType::EventCount => Kind::EventCount,
        CorrelationType::ValueCount => Kind::ValueCount,
        CorrelationType::ValueSum => Kind::ValueSum,
        CorrelationType::ValueAvg => Kind::ValueAverage,
        CorrelationType::ValueMedian => Kind::ValuePercentile(50),
        CorrelationType::ValuePercentile => Kind::ValuePercentile(match &rule.condition {
            CorrelationCondition::Threshold { percentile: Some(rank), .. } => (*rank).min(100) as u8,
            _ => 50,
        }),
        CorrelationType::Temporal => Kind::Temporal,
        CorrelationType::TemporalOrdered => Kind::TemporalOrdered,
    };
    let span = i64::try_from(rule.timespan.seconds).unwrap_or(i64::MAX).saturating_mul(1_000_000);
    Ok(Correlation { rule: index, kind, refs, by, span, condition })
}

/// Where the field stands in the events of each reference: an alias names one for each rule.
fn places(rule: &CorrelationRule, refs: &[RuleIndex], name: &str, known: &mut dyn References) -> Vec<Place> {
    let alias = rule.aliases.iter().find(|alias| alias.alias == name);
    let mapping: BTreeMap<&String, &String> = alias.iter().flat_map(|alias| &alias.mapping).collect();
    let of = |reference: &String, index: RuleIndex, known: &dyn References| {
        // An alias may name a rule by its id where the correlation names it by name, or the other way round.
        let same = |(other, _): &(&&String, &&String)| *other == &reference || known.index(other) == Ok(index);
        mapping.iter().find(same).map_or_else(|| name.to_owned(), |(_, field)| (**field).clone())
    };
    let mut found = Vec::new();
    for (reference, index) in rule.rules.iter().zip(refs) {
        let field = of(reference, *index, known);
        found.push(known.place(*index, &field));
    }
    found
}

fn rules_of(expression: &ConditionExpr, rule: &CorrelationRule) -> Result<Expression, Fault> {
    let each = |list: &[ConditionExpr]| list.iter().map(|inner| rules_of(inner, rule)).collect::<Result<Vec<_>, _>>();
    Ok(match expression {
        ConditionExpr::And(list) => Expression::All(each(list)?),
        ConditionExpr::Or(list) => Expression::Any(each(list)?),
        ConditionExpr::Not(inner) => Expression::Not(Box::new(rules_of(inner, rule)?)),
        ConditionExpr::Identifier(name) => {
            let at = rule.rules.iter().position(|reference| reference == name);
            let reason = || format!("the condition names \"{name}\", which is not among the rules of the correlation");
            Expression::Rule(at.ok_or_else(|| Fault::at(&["correlation", "condition"], reason()))?)
        }
        ConditionExpr::Selector { .. } => {
            let reason = "1 of and all of choose selections, not rules; name the rules";
            return Err(Fault::at(&["correlation", "condition"], reason));
        }
    })
}

fn comparison(operator: ConditionOperator) -> Comparison {
    match operator {
        ConditionOperator::Lt => Comparison::Lt,
        ConditionOperator::Lte => Comparison::Lte,
        ConditionOperator::Gt => Comparison::Gt,
        ConditionOperator::Gte => Comparison::Gte,
        ConditionOperator::Eq => Comparison::Eq,
        ConditionOperator::Neq => Comparison::Neq,
    }
}

/// The fields of the record that correlations need kept, and for which rules.
#[derive(Debug, Default)]
pub(super) struct Captures {
    /// Where the record may hold the value of each slot, best first.
    pub slots: Vec<Vec<Field>>,
    /// The slots of each rule, by its index; those behind the last one that has any are not there.
    pub of: Vec<Vec<usize>>,
}

impl Captures {
    /// The slot of a value, which these rules' events keep from now on.
    pub(super) fn slot(&mut self, fields: Vec<Field>, rules: &[RuleIndex]) -> usize {
        let slot = self.slots.iter().position(|known| *known == fields).unwrap_or(self.slots.len());
        if slot == self.slots.len() {
            self.slots.push(fields);
        }
        for rule in rules {
            let rule = usize::from(*rule);
            self.of.resize(self.of.len().max(rule + 1), Vec::new());
            let slots = &mut self.of[rule];
            if !slots.contains(&slot) {
                slots.push(slot);
            }
        }
        slot
    }
}
