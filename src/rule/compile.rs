//! A parsed Sigma rule to a tree of tests, or the place and reason why it cannot be one.

use super::document::Fault;
use super::matcher::{Matcher, Number, Order, Shape, Texts, TimePart, Words};
use super::rewrite::{self, Placeholders};
use super::value;
use super::words::{digest, modifier_name};
use crate::field::{Core, Field};
use rsigma_parser::{ConditionExpr, Detection, DetectionItem, Modifier, SigmaRule, SigmaValue};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How the values of one line of a selection join.
#[derive(Debug)]
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
#[derive(Debug)]
pub(super) struct Item {
    /// The field; `None` looks at every value of the record.
    pub field: Option<Field>,
    /// What its values must be.
    pub test: Arc<Test>,
    /// Whether the field must be there and fail the test (`neq`).
    pub negated: bool,
    /// A digest of the words it is compiled from: lines with the same words are the same question.
    pub words: u128,
}

impl Item {
    /// Whether all events of a kind answer it alike; see [`super::kind`].
    pub(super) fn is_of_kind(&self) -> bool {
        let of_kind = matches!(
            self.field,
            Some(Field::Core(
                Core::Family
                    | Core::Workload
                    | Core::RecordType
                    | Core::Operation
                    | Core::OperationOriginal
                    | Core::Outcome
                    | Core::ActorKind
            ))
        );
        of_kind && self.is_alone()
    }

    /// Whether the values of its field decide it, and no other field.
    pub(super) fn is_alone(&self) -> bool {
        let alone = |matcher: &Matcher| !matches!(matcher, Matcher::Field { .. });
        match &*self.test {
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

/// Checks a rule whose selectors and placeholders are resolved, its regular expressions too.
///
/// # Errors
/// The first [`Fault`], anchored in `detection`.
pub(super) fn check(rule: &SigmaRule) -> Result<(), Fault> {
    compile(rule, &|detection| check_selection(detection).and_then(|()| selection(detection, None))).map(drop)
}

/// Compiles a rule whose selectors, placeholders and filters are resolved; its regular expressions are made when they
/// are asked. Placeholders that are left are those of `lists`.
///
/// # Errors
/// The first [`Fault`], anchored in `detection`.
pub(super) fn rule(rule: &SigmaRule, lists: Option<&Lists<'_>>) -> Result<Node, Fault> {
    compile(rule, &|detection| selection(detection, lists))
}

fn compile(rule: &SigmaRule, selection: &dyn Fn(&Detection) -> Result<Node, Fault>) -> Result<Node, Fault> {
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

/// Makes the regular expressions of a selection, line by line.
fn check_selection(detection: &Detection) -> Result<(), Fault> {
    match detection {
        Detection::AllOf(items) => items.iter().try_for_each(|line| {
            let node = item(line, None)?;
            let key = key(line);
            check_patterns(&node).map_err(|reason| Fault::at(&[&key], format!("\"{key}\": {reason}")))
        }),
        Detection::AnyOf(list) | Detection::And(list) => list.iter().try_for_each(check_selection),
        other => selection(other, None).and_then(|node| check_patterns(&node).map_err(|reason| Fault::at(&[], reason))),
    }
}

fn check_patterns(node: &Node) -> Result<(), String> {
    let check = |matcher: &Matcher| if let Matcher::Regex(pattern) = matcher { pattern.check() } else { Ok(()) };
    match node {
        Node::All(nodes) | Node::Any(nodes) => nodes.iter().try_for_each(check_patterns),
        Node::Not(inner) => check_patterns(inner),
        Node::Item(item) => match &*item.test {
            Test::Any(matchers) => matchers.iter().try_for_each(check),
            Test::All(groups) => groups.iter().flatten().try_for_each(check),
            Test::Exists(_) | Test::Null => Ok(()),
        },
    }
}

/// Compiles one selection.
pub(super) fn selection(detection: &Detection, lists: Option<&Lists<'_>>) -> Result<Node, Fault> {
    let each = |list: &[Detection]| list.iter().map(|part| selection(part, lists)).collect::<Result<_, _>>();
    match detection {
        Detection::AllOf(items) => items.iter().map(|line| item(line, lists)).collect::<Result<_, _>>().map(all),
        Detection::AnyOf(list) => each(list).map(any),
        Detection::And(list) => each(list).map(all),
        Detection::Keywords(values) => {
            let matchers = values.iter().map(|value| keyword(value, false)).collect::<Result<Vec<_>, _>>()?;
            Ok(leaf(None, Arc::new(Test::Any(join(matchers))), false, (&[], values)))
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

/// One question; `words` are the modifiers and values it is written with.
fn leaf(field: Option<Field>, test: Arc<Test>, negated: bool, words: (&[Modifier], &[SigmaValue])) -> Node {
    let words = digest(field.as_ref(), words);
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
pub(super) fn item(item: &DetectionItem, lists: Option<&Lists<'_>>) -> Result<Node, Fault> {
    node(item, lists).map_err(|reason| {
        let key = key(item);
        Fault::at(&[&key], format!("\"{key}\": {reason}"))
    })
}

fn node(item: &DetectionItem, lists: Option<&Lists<'_>>) -> Result<Node, String> {
    let Some(name) = &item.field.name else { return keywords(item, &Modifiers::read(&item.field.modifiers)?) };
    let test = match lists {
        Some(lists) if item.field.has_modifier(Modifier::Expand) => lists.test(item)?,
        _ => Arc::new(test(item)?),
    };
    let negated = item.field.has_modifier(Modifier::Neq) && !matches!(*test, Test::Exists(_));
    Ok(leaf(Some(field(name)), test, negated, (&item.field.modifiers, &item.values)))
}

/// What the values of a field must be, whichever field it is.
fn test(item: &DetectionItem) -> Result<Test, String> {
    let modifiers = Modifiers::read(&item.field.modifiers)?;
    if modifiers.has(Modifier::Exists) {
        return match item.values.as_slice() {
            [SigmaValue::Bool(wanted)] => Ok(Test::Exists(*wanted)),
            _ => Err("exists takes one value, true or false".to_owned()),
        };
    }
    if item.values.contains(&SigmaValue::Null) {
        return match item.values.len() {
            1 => Ok(Test::Null),
            _ => Err("null cannot be one of several values; give it a selection of its own".to_owned()),
        };
    }
    let matchers = item.values.iter().map(|value| value::matcher(value, &modifiers)).collect::<Result<Vec<_>, _>>()?;
    join_values(matchers, &modifiers)
}

/// Lists that placeholders stand for, each compiled once however many rules name it.
#[derive(Debug)]
pub(super) struct Lists<'a> {
    values: &'a Placeholders,
    made: Mutex<FxHashMap<u128, Arc<Test>>>,
}

impl<'a> Lists<'a> {
    pub(super) fn new(values: &'a Placeholders) -> Self {
        Self { values, made: Mutex::default() }
    }

    fn test(&self, item: &DetectionItem) -> Result<Arc<Test>, String> {
        let words = digest(None, (&item.field.modifiers, &item.values));
        let known = |made: &FxHashMap<u128, Arc<Test>>| made.get(&words).cloned();
        if let Some(test) = known(&self.made.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(test);
        }
        let mut item = item.clone();
        rewrite::expand_item(&mut item, self.values)?;
        let test = Arc::new(test(&item)?);
        self.made.lock().unwrap_or_else(PoisonError::into_inner).insert(words, Arc::clone(&test));
        Ok(test)
    }
}

/// Joins the values, each given as matchers of which one must pass, as `all` or its absence asks.
fn join_values(values: Vec<Vec<Matcher>>, modifiers: &Modifiers) -> Result<Test, String> {
    if !modifiers.has(Modifier::All) {
        return Ok(Test::Any(join(values.into_iter().flatten().collect())));
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
    Ok(leaf(None, Arc::new(join_values(values, modifiers)?), false, (&item.field.modifiers, &item.values)))
}

fn keyword(value: &SigmaValue, cased: bool) -> Result<Matcher, Fault> {
    match value {
        SigmaValue::Null => Err(Fault::at(&[], "null is no keyword; expected text or a number")),
        other => Ok(value::text(other, Shape::Contains, cased)),
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
