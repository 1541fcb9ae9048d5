//! Why a rule meets a record or does not: its condition, part by part, with what the record holds.

use super::compile;
use crate::event::Lookup;
use rsigma_parser::{ConditionExpr, Detection, DetectionItem, SigmaRule};
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// One part of a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// How deep it lies.
    pub depth: usize,
    /// The part as a rule would write it.
    pub text: String,
    /// Whether it holds.
    pub holds: bool,
    /// The values of its field, if it asks for one.
    pub seen: Option<Vec<String>>,
}

/// Most values of one field that are shown.
const SHOWN: usize = 20;

/// The condition of a rule that is mapped and has its filters, part by part; the first step is the whole.
pub(super) fn steps(rule: &SigmaRule, looked: &impl Lookup) -> Vec<Step> {
    let mut walk = Walk { rule, looked, steps: Vec::new(), told: BTreeSet::new() };
    let conditions = &rule.detection.conditions;
    walk.list("one of these conditions", conditions, 0, Join::Any);
    walk.steps
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Join {
    All,
    Any,
}

struct Walk<'a, L> {
    rule: &'a SigmaRule,
    looked: &'a L,
    steps: Vec<Step>,
    /// Selections that are told already: a second mention only says whether they hold.
    told: BTreeSet<String>,
}

impl<L: Lookup> Walk<'_, L> {
    /// Opens a step whose answer the parts below it give.
    fn open(&mut self, depth: usize, text: &str) -> usize {
        self.steps.push(Step { depth, text: text.to_owned(), holds: false, seen: None });
        self.steps.len() - 1
    }

    fn list(&mut self, text: &str, list: &[ConditionExpr], depth: usize, join: Join) -> bool {
        if let [only] = list {
            return self.condition(only, depth);
        }
        let at = self.open(depth, text);
        // Every part is told, so none is left out once the answer is known.
        let parts: Vec<bool> = list.iter().map(|part| self.condition(part, depth + 1)).collect();
        self.close(at, &parts, join)
    }

    fn close(&mut self, at: usize, parts: &[bool], join: Join) -> bool {
        let holds = match join {
            Join::All => parts.iter().all(|part| *part),
            Join::Any => parts.iter().any(|part| *part),
        };
        self.steps[at].holds = holds;
        holds
    }

    fn condition(&mut self, condition: &ConditionExpr, depth: usize) -> bool {
        match condition {
            ConditionExpr::And(list) => self.list("all of", list, depth, Join::All),
            ConditionExpr::Or(list) => self.list("one of", list, depth, Join::Any),
            ConditionExpr::Not(inner) => {
                let at = self.open(depth, "not");
                let holds = !self.condition(inner, depth + 1);
                self.steps[at].holds = holds;
                holds
            }
            ConditionExpr::Identifier(name) => match self.rule.detection.named.get(name) {
                Some(detection) if self.told.insert(name.clone()) => {
                    let at = self.open(depth, name);
                    let holds = self.detection(detection, depth + 1);
                    self.steps[at].holds = holds;
                    holds
                }
                Some(_) => {
                    let holds = self.steps.iter().any(|step| step.text == *name && step.holds);
                    self.steps.push(Step { depth, text: format!("{name} (see above)"), holds, seen: None });
                    holds
                }
                None => false,
            },
            ConditionExpr::Selector { .. } => false,
        }
    }

    fn detection(&mut self, detection: &Detection, depth: usize) -> bool {
        match detection {
            Detection::AllOf(items) => {
                let parts: Vec<bool> = items.iter().map(|item| self.item(item, depth)).collect();
                parts.iter().all(|part| *part)
            }
            Detection::And(list) => {
                let parts: Vec<bool> = list.iter().map(|part| self.detection(part, depth)).collect();
                parts.iter().all(|part| *part)
            }
            Detection::AnyOf(list) => {
                let at = self.open(depth, "one of");
                let parts: Vec<bool> = list.iter().map(|part| self.detection(part, depth + 1)).collect();
                self.close(at, &parts, Join::Any)
            }
            other => {
                let holds = compile::selection(other, None).is_ok_and(|node| super::engine::holds(&node, self.looked));
                self.steps.push(Step { depth, text: "keywords".to_owned(), holds, seen: None });
                holds
            }
        }
    }

    fn item(&mut self, item: &DetectionItem, depth: usize) -> bool {
        let holds = compile::item(item, None).is_ok_and(|node| super::engine::holds(&node, self.looked));
        let values: Vec<String> = item.values.iter().map(ToString::to_string).collect();
        let mut text = format!("{}: {}", compile::key(item), values.join(", "));
        if values.len() > SHOWN {
            text = format!("{}: {} … of {} values", compile::key(item), values[..SHOWN].join(", "), values.len());
        }
        let seen = item.field.name.as_ref().map(|name| self.seen(name));
        self.steps.push(Step { depth, text, holds, seen });
        holds
    }

    fn seen(&self, name: &str) -> Vec<String> {
        let mut seen = Vec::new();
        let _ = self.looked.visit(&compile::field(name), &mut |value| {
            seen.push(value.to_string());
            if seen.len() < SHOWN { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        seen
    }
}
