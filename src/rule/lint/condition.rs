//! Conditions that can never hold or always do, and selections that nothing asks for.
//!
//! A condition is taken apart into the questions that it asks of fields. What is told is certain: a question that is
//! not understood may have any answer, and after [`STEPS`] steps any condition may hold.

use crate::rule::document::Fault;
use crate::rule::{compile, rewrite};
use rsigma_parser::{ConditionExpr, Detection, DetectionItem, Modifier, SigmaRule, SigmaValue};
use std::collections::{BTreeMap, BTreeSet};

/// Steps after which the search for a record that meets a condition is given up.
const STEPS: usize = 20_000;

/// What is wrong with the condition and the selections of a rule; `is_single` says which fields have one value at most.
pub(super) fn faults(rule: &SigmaRule, is_single: &dyn Fn(&str) -> bool) -> Vec<Fault> {
    let mut detection = rule.detection.clone();
    if rewrite::selectors(&mut detection).is_err() {
        return Vec::new();
    }
    let named: BTreeMap<&String, &Detection> = detection.named.iter().collect();
    let mut used = BTreeSet::new();
    detection.conditions.iter().for_each(|condition| names(condition, &mut used));
    let mut faults = Vec::new();
    let mut formulas = BTreeMap::new();
    for (name, selection) in named {
        if !used.contains(name.as_str()) {
            let reason = format!("the condition never asks for \"{name}\"; use it or take it out");
            faults.push(Fault::at(&["detection", name], reason));
        }
        let formula = of_selection(selection, is_single);
        if !may_hold(&formula, true) {
            let reason = format!("\"{name}\" can never hold: what it asks for contradicts itself");
            faults.push(Fault::at(&["detection", name], reason));
            return faults;
        }
        formulas.insert(name.as_str(), formula);
    }
    let whole = Formula::Any(detection.conditions.iter().map(|part| of_condition(part, &formulas)).collect());
    let at = |reason: &str| Fault::at(&["detection", "condition"], reason);
    if !may_hold(&whole, true) {
        faults.push(at("the condition can never hold: what it asks for contradicts itself or is filtered out again"));
    } else if !may_hold(&whole, false) {
        faults.push(at("the condition always holds, for every record of the logsource"));
    }
    faults
}

fn names<'a>(condition: &'a ConditionExpr, used: &mut BTreeSet<&'a str>) {
    match condition {
        ConditionExpr::And(list) | ConditionExpr::Or(list) => list.iter().for_each(|part| names(part, used)),
        ConditionExpr::Not(inner) => names(inner, used),
        ConditionExpr::Identifier(name) => drop(used.insert(name)),
        ConditionExpr::Selector { .. } => {}
    }
}

/// A condition over questions.
#[derive(Debug, Clone)]
enum Formula {
    All(Vec<Formula>),
    Any(Vec<Formula>),
    Not(Box<Formula>),
    Ask(Ask),
}

/// How the values of a question are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Shape {
    Equal,
    Contains,
    Starts,
    Ends,
    /// The field must be absent, or null.
    Absent,
    /// The field must be there.
    Present,
    /// Any other, by its modifiers: two of them are only known to be the same.
    Other(String),
}

/// A question about one field: whether some value of it passes one of the values.
#[derive(Debug, Clone)]
struct Ask {
    field: String,
    shape: Shape,
    values: BTreeSet<String>,
    /// Whether the values are texts without wildcards.
    plain: bool,
    /// Whether the field has one value at most.
    single: bool,
}

impl Ask {
    /// Whether a field with this value passes; `None` where that is not known. `form` is how both are read.
    fn passes(&self, value: &str, form: fn(&str) -> String) -> Option<bool> {
        let value = form(value);
        let fits = |text: &String| match self.shape {
            Shape::Equal => value == form(text),
            Shape::Contains => value.contains(&form(text)),
            Shape::Starts => value.starts_with(&form(text)),
            Shape::Ends => value.ends_with(&form(text)),
            _ => false,
        };
        match self.shape {
            Shape::Absent => Some(false),
            Shape::Present => Some(true),
            Shape::Other(_) => None,
            _ if self.plain => Some(self.values.iter().any(fits)),
            _ => None,
        }
    }
}

/// The text itself.
fn exact(text: &str) -> String {
    text.to_owned()
}

/// What a text and its normalised form have in common: operations lose the full stop at their end and odd dashes.
fn loose(text: &str) -> String {
    text.replace(['\u{2013}', '\u{2014}'], "-").trim_end_matches(['.', ' ']).to_owned()
}

fn of_condition(condition: &ConditionExpr, selections: &BTreeMap<&str, Formula>) -> Formula {
    let each = |list: &[ConditionExpr]| list.iter().map(|part| of_condition(part, selections)).collect();
    match condition {
        ConditionExpr::And(list) => Formula::All(each(list)),
        ConditionExpr::Or(list) => Formula::Any(each(list)),
        ConditionExpr::Not(inner) => Formula::Not(Box::new(of_condition(inner, selections))),
        ConditionExpr::Identifier(name) => selections.get(name.as_str()).cloned().unwrap_or(Formula::All(Vec::new())),
        ConditionExpr::Selector { .. } => Formula::All(Vec::new()),
    }
}

fn of_selection(detection: &Detection, is_single: &dyn Fn(&str) -> bool) -> Formula {
    let each = |list: &[Detection]| list.iter().map(|part| of_selection(part, is_single)).collect();
    match detection {
        Detection::AllOf(items) => Formula::All(items.iter().map(|item| of_item(item, is_single)).collect()),
        Detection::And(list) => Formula::All(each(list)),
        Detection::AnyOf(list) => Formula::Any(each(list)),
        other => Formula::Ask(Ask {
            field: String::new(),
            shape: Shape::Other("keywords".to_owned()),
            values: BTreeSet::from([format!("{other:?}")]),
            plain: false,
            single: false,
        }),
    }
}

fn of_item(item: &DetectionItem, is_single: &dyn Fn(&str) -> bool) -> Formula {
    let field = item.field.name.clone().unwrap_or_default();
    let single = is_single(&field);
    let texts = || item.values.iter().map(|value| value.to_string().to_lowercase());
    let ask = |shape, values, plain| Formula::Ask(Ask { field: field.clone(), shape, values, plain, single });
    let is_plain = item.values.iter().all(|value| match value {
        SigmaValue::String(text) => text.as_plain().is_some(),
        _ => true,
    });
    let shape = match (item.field.modifiers.as_slice(), item.values.as_slice()) {
        ([], [SigmaValue::Null]) | ([Modifier::Exists], [SigmaValue::Bool(false)]) => Shape::Absent,
        ([Modifier::Exists], [SigmaValue::Bool(true)]) => Shape::Present,
        ([], _) => Shape::Equal,
        ([Modifier::Contains], _) => Shape::Contains,
        ([Modifier::StartsWith], _) => Shape::Starts,
        ([Modifier::EndsWith], _) => Shape::Ends,
        _ => Shape::Other(compile::key(item)),
    };
    match shape {
        Shape::Absent | Shape::Present => ask(shape, BTreeSet::new(), true),
        Shape::Other(_) if [Modifier::All, Modifier::Neq].iter().any(|one| item.field.has_modifier(*one)) => {
            // All of the values have a say, so that only the same list is the same question.
            ask(shape, BTreeSet::from([texts().collect::<Vec<_>>().join("\n")]), false)
        }
        Shape::Other(_) => ask(shape, item.values.iter().map(ToString::to_string).collect(), false),
        _ => ask(shape, texts().collect(), is_plain),
    }
}

/// Whether some record could give the formula this answer.
fn may_hold(formula: &Formula, answer: bool) -> bool {
    let mut steps = STEPS;
    search(&[(formula, answer)], &mut Answers::default(), &mut steps)
}

/// Answers that were assumed.
#[derive(Debug, Default)]
struct Answers<'a> {
    given: Vec<(&'a Ask, bool)>,
}

fn search<'a>(open: &[(&'a Formula, bool)], answers: &mut Answers<'a>, steps: &mut usize) -> bool {
    let Some(((formula, answer), rest)) = open.split_last() else { return true };
    if *steps == 0 {
        return true;
    }
    *steps -= 1;
    let with = |more: &mut dyn Iterator<Item = (&'a Formula, bool)>| {
        let mut open = rest.to_vec();
        open.extend(more);
        open
    };
    match formula {
        Formula::Not(inner) => search(&with(&mut std::iter::once((&**inner, !answer))), answers, steps),
        Formula::All(list) | Formula::Any(list) => {
            if matches!(formula, Formula::All(_)) == *answer {
                return search(&with(&mut list.iter().map(|part| (part, *answer))), answers, steps);
            }
            list.iter().any(|part| search(&with(&mut std::iter::once((part, *answer))), answers, steps))
        }
        Formula::Ask(ask) => {
            answers.given.push((ask, *answer));
            let found = !answers.contradict(ask) && search(rest, answers, steps);
            answers.given.pop();
            found
        }
    }
}

impl Answers<'_> {
    /// Whether the answers about the field of `ask` cannot all be true.
    fn contradict(&self, ask: &Ask) -> bool {
        let about: Vec<(&Ask, bool)> =
            self.given.iter().copied().filter(|(other, _)| other.field == ask.field).collect();
        let yes = || about.iter().filter(|(_, answer)| *answer).map(|(ask, _)| *ask);
        let no = || about.iter().filter(|(_, answer)| !answer).map(|(ask, _)| *ask);
        let absent = |ask: &Ask| ask.shape == Shape::Absent;
        if yes().any(absent) && yes().any(|ask| !absent(ask) && ask.shape != Shape::Present) {
            return true;
        }
        yes().any(|wanted| {
            let denied = |value: &String| {
                let by_name = no().any(|ask| ask.shape == wanted.shape && ask.values.contains(value));
                let is_text = wanted.shape == Shape::Equal && wanted.plain;
                let by_text = is_text && no().any(|ask| ask.passes(value, exact) == Some(true));
                let missed = || yes().any(|ask| ask.single && ask.passes(value, loose) == Some(false));
                by_name || by_text || (is_text && wanted.single && missed())
            };
            let same = |ask: &Ask| ask.shape == wanted.shape && ask.values == wanted.values;
            if wanted.values.is_empty() { no().any(same) } else { wanted.values.iter().all(denied) }
        })
    }
}
