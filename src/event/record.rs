//! A record with its members at hand: the schema and the rules ask for many of them, and a search of the JSON reads
//! every key before the one it is for.

use sonic_rs::{JsonContainerTrait, Value};
use std::cell::OnceCell;

/// The record that an event was read from.
#[derive(Debug, Clone)]
pub struct Record<'a> {
    value: &'a Value,
    /// Its members in the record's order, once somebody has asked for one.
    members: OnceCell<Box<[(&'a str, &'a Value)]>>,
}

impl<'a> Record<'a> {
    /// Takes a record; nothing of it is read yet.
    pub fn new(value: &'a Value) -> Self {
        Self { value, members: OnceCell::new() }
    }

    /// The whole record.
    pub fn value(&self) -> &'a Value {
        self.value
    }

    /// Its members in the record's order; none of a record that is no object.
    pub fn members(&self) -> &[(&'a str, &'a Value)] {
        self.members.get_or_init(|| self.value.as_object().map_or_else(Box::default, |object| object.iter().collect()))
    }

    /// The member with this key; of a key that repeats the first counts.
    pub fn get(&self, key: &str) -> Option<&'a Value> {
        self.members().iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
    }
}
