//! A parsed Sigma rule to a tree of tests, or the place and reason why it cannot be one.

use super::document::Fault;
use super::matcher::{Matcher, Number, Order, Shape, Texts, TimePart, Words};
use super::value;
use crate::field::Field;
use rsigma_parser::{ConditionExpr, Detection, DetectionItem, Modifier, SigmaRule, SigmaValue};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_128;

/// How the values of one line of a selection join.
#[derive(Debug, Clone)]
pub(super) enum Test {
    /// Some value of the field passes some matcher.
    Any(Vec<Matcher>),
    /// For each group, some value of the field passes some matcher of it.
    All(Vec<Vec<Matcher>>),
    /// The field is there, or is not.
    Exists(bool),
    /// The field is absent, or every value it has is null.
    Null,
}

/// One line of a selection.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// The field; `None` looks at every value of the record.
    pub field: Option<Field>,
    /// What its values must be.
    pub test: Test,
    /// Whether the field must be there and fail the test (`neq`).
    pub negated: bool,
    /// A digest of the words it is compiled from: lines with the same words are the same question.
    pub words: u128,
}

impl Item {
    /// Whether the values of its field decide it, and no other field.
    pub(super) fn is_alone(&self) -> bool {
        let alone = |matcher: &Matcher| !matches!(matcher, Matcher::Field { .. });
        match &self.test {
            Test::Any(matchers) => matchers.iter().all(alone),
            Test::All(groups) => groups.iter().flatten().all(alone),
            Test::Exists(_) | Test::Null => true,
        }
    }
}

/// A condition over items.
#[derive(Debug, Clone)]
pub(super) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Item(Arc<Item>),
}

/// Compiles a rule whose selectors, placeholders and filters are resolved.
///
/// # Errors
/// The first [`Fault`], anchored in `detection`.
pub(super) fn rule(rule: &SigmaRule) -> Result<Node, Fault> {
    let section = |fault: Fault| fault.within("detection");
    let mut selections = BTreeMap::new();
    let named: BTreeMap<&String, &Detection> = rule.detection.named.iter().collect();
    for (name, detection) in named {
        selections.insert(name.as_str(), selection(detection).map_err(|fault| section(fault.within(name)))?);
    }
    let conditions: Result<Vec<Node>, Fault> =
        rule.detection.conditions.iter().map(|condition| expression(condition, &selections)).collect();
    conditions.map(any).map_err(|fault| section(fault.within("condition")))
}

fn any(mut nodes: Vec<Node>) -> Node {
    if nodes.len() == 1 { nodes.remove(0) } else { Node::Any(nodes) }
}

fn all(mut nodes: Vec<Node>) -> Node {
    if nodes.len() == 1 { nodes.remove(0) } else { Node::All(nodes) }
}

fn expression(condition: &ConditionExpr, selections: &BTreeMap<&str, Node>) -> Result<Node, Fault> {
    let each = |list: &[ConditionExpr]| {
        list.iter().map(|part| expression(part, selections)).collect::<Result<Vec<_>, Fault>>()
    };
    match condition {
        ConditionExpr::And(list) => each(list).map(all),
        ConditionExpr::Or(list) => each(list).map(any),
        ConditionExpr::Not(inner) => Ok(Node::Not(Box::new(expression(inner, selections)?))),
        ConditionExpr::Identifier(name) => {
            selections.get(name.as_str()).cloned().ok_or_else(|| absent(name, selections.keys().copied()))
        }
        ConditionExpr::Selector { pattern, .. } => Err(absent(&pattern.to_string(), selections.keys().copied())),
    }
}

/// The fault of a condition that names a selection the rule has not.
pub(super) fn absent<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Fault {
    let hint = match super::lint::nearest(name, known.clone()) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => format!("the rule has {}", known.collect::<Vec<_>>().join(", ")),
    };
    Fault::at(&[], format!("the condition names \"{name}\", which is no selection of the rule; {hint}"))
}

/// Compiles one selection.
pub(super) fn selection(detection: &Detection) -> Result<Node, Fault> {
    match detection {
        Detection::AllOf(items) => items.iter().map(item).collect::<Result<_, _>>().map(all),
        Detection::AnyOf(list) => list.iter().map(selection).collect::<Result<_, _>>().map(any),
        Detection::And(list) => list.iter().map(selection).collect::<Result<_, _>>().map(all),
        Detection::Keywords(values) => {
            let matchers = values.iter().map(|value| keyword(value, false)).collect::<Result<Vec<_>, _>>()?;
            Ok(leaf(None, Test::Any(join(matchers)), false, values))
        }
        Detection::ArrayMatch { field, .. } => Err(Fault::at(
            &[field],
            format!(
                "\"{field}\" has an array selector, which Sigma 2.1 does not define; a list matches if any member does"
            ),
        )),
        Detection::Conditional { .. } => Err(Fault::at(&[], "a condition inside a selection is not part of Sigma 2.1")),
    }
}

fn leaf(field: Option<Field>, test: Test, negated: bool, words: &impl fmt::Debug) -> Node {
    let words = xxh3_128(format!("{words:?}").as_bytes());
    Node::Item(Arc::new(Item { field, test, negated, words }))
}

/// A name of a rule turned into a lookup.
pub(super) fn field(name: &str) -> Field {
    Field::parse(&rsigma_parser::fieldpath::unescape_brackets(name))
}

/// The key of a selection as a rule would write it.
pub(super) fn key(item: &DetectionItem) -> String {
    let mut key = item.field.name.clone().unwrap_or_default();
    for modifier in &item.field.modifiers {
        key.push('|');
        key.push_str(modifier_name(*modifier));
    }
    key
}

/// Compiles one line of a selection.
pub(super) fn item(item: &DetectionItem) -> Result<Node, Fault> {
    let key = key(item);
    node(item).map_err(|reason| Fault::at(&[&key], format!("\"{key}\": {reason}")))
}

fn node(item: &DetectionItem) -> Result<Node, String> {
    let modifiers = Modifiers::read(&item.field.modifiers)?;
    let Some(name) = &item.field.name else { return keywords(item, &modifiers) };
    let field = Some(field(name));
    if modifiers.has(Modifier::Exists) {
        return match item.values.as_slice() {
            [SigmaValue::Bool(wanted)] => Ok(leaf(field, Test::Exists(*wanted), false, item)),
            _ => Err("exists takes one value, true or false".to_owned()),
        };
    }
    let negated = modifiers.has(Modifier::Neq);
    if item.values.contains(&SigmaValue::Null) {
        return match item.values.len() {
            1 => Ok(leaf(field, Test::Null, negated, item)),
            _ => Err("null cannot be one of several values; give it a selection of its own".to_owned()),
        };
    }
    let matchers = item.values.iter().map(|value| value::matcher(value, &modifiers)).collect::<Result<Vec<_>, _>>()?;
    Ok(leaf(field, join_values(matchers, &modifiers)?, negated, item))
}

/// Joins the values, each given as matchers of which one must pass, as `all` or its absence asks.
fn join_values(values: Vec<Vec<Matcher>>, modifiers: &Modifiers) -> Result<Test, String> {
    if !modifiers.has(Modifier::All) {
        return Ok(Test::Any(join(values.concat())));
    }
    if values.len() < 2 {
        return Err("all needs more than one value".to_owned());
    }
    Ok(Test::All(values.into_iter().map(join).collect()))
}

fn keywords(item: &DetectionItem, modifiers: &Modifiers) -> Result<Node, String> {
    let cased = modifiers.has(Modifier::Cased);
    if modifiers.list.iter().any(|m| !matches!(m, Modifier::All | Modifier::Cased | Modifier::Contains)) {
        return Err("only all, contains and cased apply to keywords; name a field for the others".to_owned());
    }
    let values = item.values.iter().map(|value| keyword(value, cased).map(|matcher| vec![matcher]));
    let values = values.collect::<Result<Vec<_>, _>>().map_err(|fault| fault.reason)?;
    Ok(leaf(None, join_values(values, modifiers)?, false, item))
}

fn keyword(value: &SigmaValue, cased: bool) -> Result<Matcher, Fault> {
    match value {
        SigmaValue::Null => Err(Fault::at(&[], "null is no keyword; expected text or a number")),
        other => value::text(other, Shape::Contains, cased).map_err(|reason| Fault::at(&[], reason)),
    }
}

/// Fewest texts that are looked up at once rather than compared one by one.
const MANY: usize = 4;

/// Puts texts together: those that may stand anywhere into one automaton, many that must be equal or end the value into
/// a table.
fn join(matchers: Vec<Matcher>) -> Vec<Matcher> {
    let (mut words, mut equal, mut ends, mut others) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for matcher in matchers {
        match matcher {
            Matcher::Folded(Shape::Contains, text) => words.push(text),
            Matcher::Folded(Shape::Equal, text) => equal.push(text),
            Matcher::Folded(Shape::Ends, text) => ends.push(text),
            other => others.push(other),
        }
    }
    for (texts, shape) in [(equal, Shape::Equal), (ends, Shape::Ends)] {
        if texts.len() < MANY {
            others.extend(texts.into_iter().map(|text| Matcher::Folded(shape, text)));
        } else {
            others.push(Matcher::Among(Texts::new(texts, shape == Shape::Ends)));
        }
    }
    if !words.is_empty() {
        others.push(Matcher::Words(Words::new(words)));
    }
    others
}

/// The modifiers of one line, checked for contradictions.
#[derive(Debug)]
pub(super) struct Modifiers {
    list: Vec<Modifier>,
}

impl Modifiers {
    fn read(list: &[Modifier]) -> Result<Self, String> {
        let this = Self { list: list.to_vec() };
        this.check()?;
        Ok(this)
    }

    /// Whether `modifier` is there.
    pub(super) fn has(&self, modifier: Modifier) -> bool {
        self.list.contains(&modifier)
    }

    fn among(&self, modifiers: &[Modifier]) -> Vec<&'static str> {
        modifiers.iter().filter(|modifier| self.has(**modifier)).map(|modifier| modifier_name(*modifier)).collect()
    }

    /// Where in the value a text must stand.
    pub(super) fn shape(&self) -> Shape {
        if self.has(Modifier::Contains) {
            Shape::Contains
        } else if self.has(Modifier::StartsWith) {
            Shape::Starts
        } else if self.has(Modifier::EndsWith) {
            Shape::Ends
        } else {
            Shape::Equal
        }
    }

    /// The comparison of numbers asked for.
    pub(super) fn order(&self) -> Option<Order> {
        [
            (Modifier::Gt, Order::Greater),
            (Modifier::Gte, Order::GreaterEqual),
            (Modifier::Lt, Order::Less),
            (Modifier::Lte, Order::LessEqual),
        ]
        .into_iter()
        .find(|(modifier, _)| self.has(*modifier))
        .map(|(_, order)| order)
    }

    /// The part of a time asked for.
    pub(super) fn part(&self) -> Option<TimePart> {
        [
            (Modifier::Minute, TimePart::Minute),
            (Modifier::Hour, TimePart::Hour),
            (Modifier::Day, TimePart::Day),
            (Modifier::Week, TimePart::Week),
            (Modifier::Month, TimePart::Month),
            (Modifier::Year, TimePart::Year),
        ]
        .into_iter()
        .find(|(modifier, _)| self.has(*modifier))
        .map(|(_, part)| part)
    }

    fn check(&self) -> Result<(), String> {
        use Modifier as M;
        const TEXT: &[M] = &[M::Contains, M::StartsWith, M::EndsWith];
        const OTHER: &[M] = &[
            M::Re,
            M::Cidr,
            M::Exists,
            M::Gt,
            M::Gte,
            M::Lt,
            M::Lte,
            M::Minute,
            M::Hour,
            M::Day,
            M::Week,
            M::Month,
            M::Year,
        ];
        const ENCODE: &[M] = &[M::Base64, M::Base64Offset, M::Wide, M::Utf16, M::Utf16be, M::WindAsh];
        let clash = |names: Vec<&str>| Err(format!("{} cannot be combined", names.join(" and ")));
        let mut operators = self.among(OTHER);
        if self.has(M::FieldRef) && !operators.is_empty() {
            operators.push("fieldref");
        }
        operators.extend(self.among(TEXT));
        if operators.len() > 1 {
            return clash(operators);
        }
        for exclusive in [&[M::Wide, M::Utf16, M::Utf16be][..], &[M::Base64, M::Base64Offset]] {
            let found = self.among(exclusive);
            if found.len() > 1 {
                return clash(found);
            }
        }
        let encoded = self.among(ENCODE);
        let fixed: Vec<_> = self.among(OTHER).into_iter().chain(self.among(&[M::FieldRef])).collect();
        if let (Some(encoding), Some(operator)) = (encoded.first(), fixed.first()) {
            return clash(vec![encoding, operator]);
        }
        if let (Some(flag), false) = (self.among(&[M::IgnoreCase, M::Multiline, M::DotAll]).first(), self.has(M::Re)) {
            return Err(format!("{flag} is a flag of re and means nothing without it"));
        }
        if self.has(M::Expand) {
            return Err("the placeholder was not resolved".to_owned());
        }
        self.check_field_reference()
    }

    fn check_field_reference(&self) -> Result<(), String> {
        let place = |wanted: &dyn Fn(&Modifier) -> bool| self.list.iter().position(wanted);
        let text = place(&|m| matches!(m, Modifier::Contains | Modifier::StartsWith | Modifier::EndsWith));
        match (place(&|m| *m == Modifier::FieldRef), text) {
            (Some(reference), Some(text)) if text < reference => {
                Err("contains, startswith and endswith must follow fieldref".to_owned())
            }
            _ => Ok(()),
        }
    }
}

/// A number of a rule, be it written as a number or as text.
pub(super) fn number(value: &SigmaValue) -> Result<Number, String> {
    let text = match value {
        SigmaValue::Integer(whole) => return Ok(Number { value: *whole as f64, whole: Some(*whole) }),
        SigmaValue::Float(value) => return Ok(Number { value: *value, whole: None }),
        other => other.to_string(),
    };
    let value = text.parse::<f64>().map_err(|_| format!("found \"{text}\", expected a number"))?;
    Ok(Number { value, whole: text.parse().ok() })
}

fn modifier_name(modifier: Modifier) -> &'static str {
    match modifier {
        Modifier::Contains => "contains",
        Modifier::StartsWith => "startswith",
        Modifier::EndsWith => "endswith",
        Modifier::All => "all",
        Modifier::Base64 => "base64",
        Modifier::Base64Offset => "base64offset",
        Modifier::Wide => "wide",
        Modifier::Utf16be => "utf16be",
        Modifier::Utf16 => "utf16",
        Modifier::WindAsh => "windash",
        Modifier::Re => "re",
        Modifier::Cidr => "cidr",
        Modifier::Cased => "cased",
        Modifier::Exists => "exists",
        Modifier::Expand => "expand",
        Modifier::FieldRef => "fieldref",
        Modifier::Gt => "gt",
        Modifier::Gte => "gte",
        Modifier::Lt => "lt",
        Modifier::Lte => "lte",
        Modifier::Neq => "neq",
        Modifier::IgnoreCase => "i",
        Modifier::Multiline => "m",
        Modifier::DotAll => "s",
        Modifier::Minute => "minute",
        Modifier::Hour => "hour",
        Modifier::Day => "day",
        Modifier::Week => "week",
        Modifier::Month => "month",
        Modifier::Year => "year",
    }
}
