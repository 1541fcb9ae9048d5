//! One value of a Sigma rule as a test on one value of a record.

use crate::event::{Lookup, Scalar};
use crate::field::{Core, Field};
use aho_corasick::AhoCorasick;
use chrono::{DateTime, Datelike, NaiveDateTime, Timelike, Utc};
use ipnet::IpNet;
use regex::{Regex, RegexBuilder};
use rustc_hash::FxHashSet;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::Write;
use std::net::IpAddr;
use std::ops::ControlFlow;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Where in the value the text must stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Equal,
    Contains,
    Starts,
    Ends,
}

impl Shape {
    fn holds(self, value: &str, text: &str) -> bool {
        match self {
            Self::Equal => value == text,
            Self::Contains => value.contains(text),
            Self::Starts => value.starts_with(text),
            Self::Ends => value.ends_with(text),
        }
    }

    /// As [`Self::holds`], both being ASCII and `text` being lower case; `Contains` is not asked here.
    fn holds_ascii(self, value: &str, text: &str) -> bool {
        let (value, text) = (value.as_bytes(), text.as_bytes());
        let Some(rest) = value.len().checked_sub(text.len()) else { return false };
        match self {
            Self::Equal => rest == 0 && value.eq_ignore_ascii_case(text),
            Self::Starts => value[..text.len()].eq_ignore_ascii_case(text),
            Self::Ends => value[rest..].eq_ignore_ascii_case(text),
            Self::Contains => false,
        }
    }
}

/// How numbers compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Equal,
    Greater,
    GreaterEqual,
    Less,
    LessEqual,
}

/// A number of a rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Number {
    /// Its value.
    pub value: f64,
    /// Its value if whole, so that large ids compare exactly.
    pub whole: Option<i64>,
}

impl Order {
    fn holds(self, found: f64, wanted: f64) -> bool {
        match self {
            Self::Equal => (found - wanted).abs() < f64::EPSILON,
            Self::Greater => found > wanted,
            Self::GreaterEqual => found >= wanted,
            Self::Less => found < wanted,
            Self::LessEqual => found <= wanted,
        }
    }

    fn holds_whole(self, found: i64, wanted: i64) -> bool {
        match self {
            Self::Equal => found == wanted,
            Self::Greater => found > wanted,
            Self::GreaterEqual => found >= wanted,
            Self::Less => found < wanted,
            Self::LessEqual => found <= wanted,
        }
    }
}

/// Which part of a time a rule asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimePart {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

impl TimePart {
    fn of(self, time: DateTime<Utc>) -> i64 {
        match self {
            Self::Minute => time.minute().into(),
            Self::Hour => time.hour().into(),
            Self::Day => time.day().into(),
            Self::Week => time.iso_week().week().into(),
            Self::Month => time.month().into(),
            Self::Year => time.year().into(),
        }
    }
}

/// One test on one value.
#[derive(Debug)]
pub(super) enum Matcher {
    /// The text as it is written.
    Cased(Shape, Box<str>),
    /// The text in any case; it is held in lower case.
    Folded(Shape, Box<str>),
    /// Any of many texts, in any case; held in lower case.
    Words(Words),
    /// One of many texts, or an ending of which one of them is, in any case.
    Among(Texts),
    Regex(Pattern),
    Cidr(IpNet),
    Number(Order, Number),
    Bool(bool),
    /// Another field of the same event.
    Field {
        field: Field,
        shape: Shape,
        cased: bool,
    },
    Part(TimePart, Number),
}

impl Matcher {
    /// The least and the greatest whole number that can pass, where false counts as 0 and true as 1; as far as the
    /// matcher says so.
    pub(super) fn range(&self) -> (i64, i64) {
        match self {
            Self::Bool(wanted) => (i64::from(*wanted), i64::from(*wanted)),
            Self::Number(order, Number { whole: Some(number), .. }) => match order {
                Order::Equal => (*number, *number),
                Order::Greater | Order::GreaterEqual => (*number, i64::MAX),
                Order::Less | Order::LessEqual => (i64::MIN, *number),
            },
            Self::Cased(Shape::Equal, text) | Self::Folded(Shape::Equal, text) => match &**text {
                "false" => (0, 0),
                "true" => (1, 1),
                other => other.parse().map_or((i64::MIN, i64::MAX), |number| (number, number)),
            },
            _ => (i64::MIN, i64::MAX),
        }
    }

    /// Whether `value`, which is a value of `field`, passes.
    pub(super) fn test<L: Lookup>(&self, value: Scalar<'_>, field: Option<&Field>, event: &L) -> bool {
        match self {
            Self::Cased(shape, text) => with_text(value, |found| shape.holds(found, text)),
            Self::Folded(shape, text) => with_text(value, |found| folded(*shape, found, text)),
            Self::Words(words) => with_text(value, |found| words.stand_in(found)),
            Self::Among(texts) => with_text(value, |found| texts.holds(&lower(found))),
            Self::Regex(regex) => with_text(value, |found| regex.is_in(found)),
            Self::Cidr(net) => {
                with_text(value, |found| found.parse::<IpAddr>().is_ok_and(|address| net.contains(&address)))
            }
            Self::Number(order, wanted) => number(value, *order, *wanted),
            Self::Bool(wanted) => match value {
                Scalar::Bool(found) => found == *wanted,
                Scalar::Str(found) => truth(found) == Some(*wanted),
                _ => false,
            },
            Self::Field { field, shape, cased } => other_field(value, field, *shape, *cased, event),
            Self::Part(part, wanted) => {
                time_of(value, field).is_some_and(|time| number(Scalar::Int(part.of(time)), Order::Equal, *wanted))
            }
        }
    }
}

/// A regular expression, made when it is first asked, since most rules never are.
#[derive(Debug)]
pub(super) struct Pattern {
    builder: Box<RegexBuilder>,
    /// `None` where it is none.
    regex: OnceLock<Option<Regex>>,
}

impl Pattern {
    pub(super) fn new(builder: RegexBuilder) -> Self {
        Self { builder: Box::new(builder), regex: OnceLock::new() }
    }

    /// Makes it now.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub(super) fn check(&self) -> Result<(), String> {
        let made = self.builder.build().map_err(|error| {
            let text = error.to_string();
            let cause = text.lines().last().unwrap_or_default().trim().trim_start_matches("error: ");
            format!("not a regular expression this program can run: {cause}")
        });
        made.map(|regex| drop(self.regex.set(Some(regex))))
    }

    fn is_in(&self, found: &str) -> bool {
        let regex = self.regex.get_or_init(|| self.builder.build().ok());
        regex.as_ref().is_some_and(|regex| regex.is_match(found))
    }
}

/// How often words are looked for one by one; making one automaton of them pays only when they are asked for often.
const SELDOM: u32 = 32;

/// Texts of which one must stand anywhere in a value; in lower case.
#[derive(Debug)]
pub(super) struct Words {
    texts: Box<[Box<str>]>,
    asked: AtomicU32,
    /// All of them as one. `None` where they are too many.
    automaton: OnceLock<Option<AhoCorasick>>,
}

impl Words {
    pub(super) fn new(texts: Vec<Box<str>>) -> Self {
        Self { texts: texts.into(), asked: AtomicU32::new(0), automaton: OnceLock::new() }
    }

    fn automaton(&self) -> Option<&AhoCorasick> {
        if let Some(made) = self.automaton.get() {
            return made.as_ref();
        }
        if self.asked.fetch_add(1, Ordering::Relaxed) < SELDOM {
            return None;
        }
        let build = || {
            let mut builder = AhoCorasick::builder();
            builder.ascii_case_insensitive(true).build(self.texts.iter().map(AsRef::as_ref)).ok()
        };
        self.automaton.get_or_init(build).as_ref()
    }

    fn stand_in(&self, found: &str) -> bool {
        let folded = if found.is_ascii() { Cow::Borrowed(found) } else { Cow::Owned(found.to_lowercase()) };
        if let Some(automaton) = self.automaton() {
            automaton.is_match(&*folded)
        } else {
            let lower = folded.to_ascii_lowercase();
            self.texts.iter().any(|text| lower.contains(&**text))
        }
    }
}

/// Texts that a value must be, or end with; in lower case.
#[derive(Debug)]
pub(super) struct Texts {
    texts: FxHashSet<Box<str>>,
    /// Their lengths, if they are endings.
    lengths: Option<Box<[usize]>>,
}

impl Texts {
    pub(super) fn new(texts: Vec<Box<str>>, endings: bool) -> Self {
        let lengths: BTreeSet<usize> = texts.iter().map(|text| text.len()).collect();
        Self { texts: texts.into_iter().collect(), lengths: endings.then(|| lengths.into_iter().collect()) }
    }

    fn holds(&self, found: &str) -> bool {
        let Some(lengths) = &self.lengths else { return self.texts.contains(found) };
        let ending = |length: &usize| found.get(found.len().checked_sub(*length)?..);
        lengths.iter().filter_map(ending).any(|ending| self.texts.contains(ending))
    }
}

fn folded(shape: Shape, found: &str, text: &str) -> bool {
    match (found.is_ascii(), text.is_ascii()) {
        (true, true) => shape.holds_ascii(found, text),
        // Nothing in ASCII folds to a letter outside it.
        (true, false) => text.is_empty(),
        (false, _) => shape.holds(&found.to_lowercase(), text),
    }
}

/// Gives the value as text; null has none.
pub(super) fn with_text(value: Scalar<'_>, test: impl FnOnce(&str) -> bool) -> bool {
    match value {
        Scalar::Str(found) => test(found),
        Scalar::Bool(found) => test(if found { "true" } else { "false" }),
        Scalar::Int(found) => {
            let mut buffer = [0_u8; 20];
            let mut rest = &mut buffer[..];
            let written = write!(rest, "{found}").map(|()| rest.len());
            let length = written.map_or(0, |rest| 20 - rest);
            std::str::from_utf8(&buffer[..length]).is_ok_and(test)
        }
        Scalar::Float(found) => test(&found.to_string()),
        Scalar::Null => false,
    }
}

fn number(value: Scalar<'_>, order: Order, wanted: Number) -> bool {
    match (value, wanted.whole) {
        (Scalar::Int(found), Some(whole)) => order.holds_whole(found, whole),
        (Scalar::Int(found), None) => order.holds(found as f64, wanted.value),
        (Scalar::Float(found), _) => order.holds(found, wanted.value),
        (Scalar::Str(found), _) => found.parse::<f64>().is_ok_and(|found| order.holds(found, wanted.value)),
        _ => false,
    }
}

fn truth(text: &str) -> Option<bool> {
    let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is(&["true", "1", "yes"]) {
        Some(true)
    } else if is(&["false", "0", "no"]) {
        Some(false)
    } else {
        None
    }
}

fn other_field<L: Lookup>(value: Scalar<'_>, field: &Field, shape: Shape, cased: bool, event: &L) -> bool {
    event
        .visit(field, &mut |other| {
            let equal = match (shape, cased) {
                (Shape::Equal, true) => value == other,
                (Shape::Equal, false) if value == Scalar::Null || other == Scalar::Null => value == other,
                _ => with_text(value, |found| {
                    with_text(other, |text| {
                        if cased { shape.holds(found, text) } else { shape.holds(&lower(found), &lower(text)) }
                    })
                }),
            };
            if equal { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .is_break()
}

fn lower(text: &str) -> Cow<'_, str> {
    if text.is_ascii() && !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.to_lowercase())
}

/// Reads a time: ISO 8601 text (UTC where it names no zone), seconds or milliseconds since 1970,
/// or the microseconds of the event's own time.
fn time_of(value: Scalar<'_>, field: Option<&Field>) -> Option<DateTime<Utc>> {
    let seconds = |number: i64| if number > 1_000_000_000_000 { number / 1000 } else { number };
    match value {
        Scalar::Int(micros) if field == Some(&Field::Core(Core::Time)) => DateTime::from_timestamp_micros(micros),
        Scalar::Int(number) => DateTime::from_timestamp(seconds(number), 0),
        Scalar::Float(number) => DateTime::from_timestamp(seconds(number as i64), 0),
        Scalar::Str(text) => DateTime::parse_from_rfc3339(text).map(|time| time.to_utc()).ok().or_else(|| {
            ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"]
                .iter()
                .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
                .map(|time| time.and_utc())
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::about::Nothing;

    #[test]
    fn what_passes_lies_in_the_range() {
        let number = |order| [-1, 0, 1, 5].map(|n| Matcher::Number(order, Number { value: n as f64, whole: Some(n) }));
        let orders = [Order::Equal, Order::Greater, Order::GreaterEqual, Order::Less, Order::LessEqual];
        let fraction = |order| Matcher::Number(order, Number { value: 0.5, whole: None });
        let text = |text: &str| {
            let shapes = [Shape::Equal, Shape::Starts, Shape::Ends, Shape::Contains];
            shapes.map(|shape| [Matcher::Cased(shape, text.into()), Matcher::Folded(shape, text.into())])
        };
        let texts = ["true", "false", "True", "t", "5", "05", "x", ""].map(text).into_iter().flatten().flatten();
        let numbers = orders.into_iter().flat_map(number).chain(orders.map(fraction));
        let mut passed = 0;
        for matcher in numbers.chain(texts).chain([true, false].map(Matcher::Bool)) {
            let (least, greatest) = matcher.range();
            let values = (-2..8).map(|n| (Scalar::Int(n), n)).chain([false, true].map(|b| (Scalar::Bool(b), b.into())));
            for (value, number) in values.filter(|(value, _)| matcher.test(*value, None, &Nothing)) {
                passed += 1;
                assert!(
                    (least..=greatest).contains(&number),
                    "{value:?} passes {matcher:?}, outside {least}..={greatest}"
                );
            }
        }
        assert!(passed > 100, "{passed}");
        assert_eq!(Matcher::Folded(Shape::Equal, "true".into()).range(), (1, 1));
        assert_eq!(number(Order::GreaterEqual)[3].range(), (5, i64::MAX));
    }
}
