//! Questions about values that repeat: a client, an application, an address. Each is asked once of each distinct value,
//! and not of each event.

use super::compile::{Item, Node};
use super::engine::{Condition, item_holds};
use crate::event::{Event, Scalar, scalar};
use crate::field::{Core, Field};
use hashbrown::hash_table::Entry;
use rustc_hash::{FxHashMap, FxHasher};
use smallvec::SmallVec;
use sonic_rs::JsonValueTrait;
use std::hash::{Hash, Hasher};
use std::net::IpAddr;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Values of one column that a thread remembers; hostile logs could otherwise fill the memory.
const VALUES: usize = 4096;

/// The longest text that is remembered, in bytes.
const LONGEST: usize = 512;

/// Classes of one column; a value beyond them is asked like one that never repeats.
const CLASSES: usize = 256;

/// After so many looks a column of which most values were new is no longer looked at.
const PATIENCE: u32 = 512;

/// Values of a column that all its questions answer alike; 0 stands for any value that is not remembered.
pub(super) type Class = u32;

/// What is asked of fields whose values may repeat, column by column.
#[derive(Debug, Default)]
pub(super) struct Dictionary {
    columns: Vec<Column>,
    /// Column and place of each question, by its words.
    places: FxHashMap<u128, (usize, usize)>,
}

#[derive(Debug)]
struct Column {
    subject: Subject,
    items: Vec<Arc<Item>>,
}

/// What decides all questions of a column.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Subject {
    /// What is known of the event's address.
    Place,
    Field(Field),
}

impl Subject {
    fn of(item: &Item) -> Option<Self> {
        let field = item.field.as_ref().filter(|_| item.is_alone() && !item.is_of_kind())?;
        match field {
            Field::Core(
                Core::Country
                | Core::Region
                | Core::City
                | Core::Asn
                | Core::AsOrg
                | Core::AddressKind
                | Core::Anonymous,
            ) => Some(Self::Place),
            // As good as never the same twice, or it costs more to find than to ask.
            Field::Core(Core::Time | Core::Id | Core::Token | Core::Port | Core::Detail | Core::ForeignRecipients)
            | Field::Fact(_)
            | Field::Named { .. } => None,
            Field::Core(_) => Some(Self::Field(field.clone())),
            Field::Path(path) => (path.len() == 1).then(|| Self::Field(field.clone())),
        }
    }
}

impl Dictionary {
    /// Gathers what `rules` ask of the record.
    pub(super) fn new(rules: &[Condition]) -> Self {
        let mut dictionary = Self::default();
        let mut columns = FxHashMap::default();
        for rule in rules {
            if let Condition::Record(node) | Condition::Facts(node, _) = rule {
                dictionary.gather(node, &mut columns);
            }
        }
        dictionary
    }

    fn gather(&mut self, node: &Node, columns: &mut FxHashMap<Subject, usize>) {
        match node {
            Node::All(list) | Node::Any(list) => list.iter().for_each(|inner| self.gather(inner, columns)),
            Node::Not(inner) => self.gather(inner, columns),
            Node::Item(item) if self.places.contains_key(&item.words) => {}
            Node::Item(item) => {
                let Some(subject) = Subject::of(item) else { return };
                let next = self.columns.len();
                let at = *columns.entry(subject.clone()).or_insert(next);
                if at == next {
                    self.columns.push(Column { subject, items: Vec::new() });
                }
                let column = &mut self.columns[at];
                self.places.insert(item.words, (at, column.items.len()));
                column.items.push(Arc::clone(item));
            }
        }
    }

    /// The column that answers a question.
    pub(super) fn column(&self, item: &Item) -> Option<usize> {
        self.places.get(&item.words).map(|(column, _)| *column)
    }
}

/// What one thread has seen of each column.
#[derive(Debug, Default)]
pub(super) struct Memory {
    columns: Vec<Seen>,
}

/// The values of a column, and what they answer.
#[derive(Debug, Default)]
struct Seen {
    values: hashbrown::HashTable<(u64, Value<Box<str>>, Class)>,
    /// The answers of each class but 0, in the order of the column's questions.
    classes: Vec<Box<[bool]>>,
    looked: u32,
    missed: u32,
}

/// A value; its text is remembered, or the event's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Value<T> {
    Absent,
    Null,
    Bool(bool),
    Int(i64),
    Text(T),
    Address(IpAddr),
}

impl<T> Value<T> {
    /// The same with another form of text.
    fn map<'a, U>(&'a self, form: impl FnOnce(&'a T) -> U) -> Value<U> {
        match self {
            Self::Absent => Value::Absent,
            Self::Null => Value::Null,
            Self::Bool(truth) => Value::Bool(*truth),
            Self::Int(number) => Value::Int(*number),
            Self::Text(text) => Value::Text(form(text)),
            Self::Address(address) => Value::Address(*address),
        }
    }
}

impl Memory {
    /// What an item answers for values of `class`; `None` if no dictionary knows.
    pub(super) fn answer(&self, dictionary: &Dictionary, item: &Item, class: Class) -> Option<bool> {
        let (column, place) = *dictionary.places.get(&item.words)?;
        let answers = self.columns.get(column)?.classes.get((class as usize).checked_sub(1)?)?;
        answers.get(place).copied()
    }

    /// Adds the class of the event's value in each of `columns` to `classes`.
    pub(super) fn classes(
        &mut self,
        dictionary: &Dictionary,
        columns: &[usize],
        event: &Event<'_>,
        classes: &mut SmallVec<[Class; 16]>,
    ) {
        if self.columns.len() < dictionary.columns.len() {
            self.columns.resize_with(dictionary.columns.len(), Seen::default);
        }
        for &at in columns {
            classes.push(self.columns[at].class(&dictionary.columns[at], event));
        }
    }
}

impl Seen {
    fn class(&mut self, column: &Column, event: &Event<'_>) -> Class {
        if self.looked > PATIENCE && self.missed > self.looked / 2 {
            return 0;
        }
        match &column.subject {
            Subject::Place => {
                let address = event.address.ip.filter(|_| event.place.is_some());
                self.find(address.map_or(Value::Absent, Value::Address), column, event)
            }
            Subject::Field(Field::Path(path)) if event.record.value().is_object() => {
                match path.first().and_then(|key| event.record.get(key)).map(scalar) {
                    None => self.find(Value::Absent, column, event),
                    Some(Some(leaf)) => self.class_of(leaf, column, event),
                    Some(None) => 0,
                }
            }
            Subject::Field(field) => {
                let mut class = None;
                let _ = event.visit(field, &mut |value| {
                    class = Some(self.class_of(value, column, event));
                    ControlFlow::Break(())
                });
                class.unwrap_or_else(|| self.find(Value::Absent, column, event))
            }
        }
    }

    fn class_of(&mut self, value: Scalar<'_>, column: &Column, event: &Event<'_>) -> Class {
        match value {
            Scalar::Null => self.find(Value::Null, column, event),
            Scalar::Bool(found) => self.find(Value::Bool(found), column, event),
            Scalar::Int(found) => self.find(Value::Int(found), column, event),
            Scalar::Str(found) if found.len() <= LONGEST => self.find(Value::Text(found), column, event),
            Scalar::Float(_) | Scalar::Str(_) => 0,
        }
    }

    fn find(&mut self, found: Value<&str>, column: &Column, event: &Event<'_>) -> Class {
        self.looked = self.looked.saturating_add(1);
        if self.values.len() >= VALUES {
            self.values.clear();
        }
        let mut hasher = FxHasher::default();
        found.hash(&mut hasher);
        let hash = hasher.finish();
        let same =
            |(other, value, _): &(u64, Value<Box<str>>, Class)| *other == hash && value.map(|text| &**text) == found;
        match self.values.entry(hash, same, |(hash, ..)| *hash) {
            Entry::Occupied(known) => known.get().2,
            Entry::Vacant(place) => {
                self.missed = self.missed.saturating_add(1);
                let answers: Box<[bool]> = column.items.iter().map(|item| item_holds(item, event)).collect();
                let class = match self.classes.iter().position(|known| *known == answers) {
                    Some(at) => at as Class + 1,
                    None if self.classes.len() >= CLASSES => 0,
                    None => {
                        self.classes.push(answers);
                        self.classes.len() as Class
                    }
                };
                place.insert((hash, found.map(|text| (*text).into()), class));
                class
            }
        }
    }
}
