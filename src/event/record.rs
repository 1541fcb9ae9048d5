//! A record with its members at hand: the schema and the rules ask for many of them, and a search of the JSON reads
//! every key before the one it is for.

use super::visit::{first_of, members};
use crate::field::COLLECTIONS;
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};
use std::cell::OnceCell;
use std::ops::ControlFlow;

/// The keys that the name of a collection's member stands under.
const NAMES: [&str; 4] = ["Name", "displayName", "key", "name"];

/// A member of a Name/Value collection, behind its name.
pub(super) type Named<'a> = (&'a str, &'a Value);

/// A Name/Value collection behind its key.
type Collection<'a> = (&'a str, Box<[Named<'a>]>);

/// The record that an event was read from.
#[derive(Debug, Clone)]
pub struct Record<'a> {
    value: &'a Value,
    /// Its members in the record's order, once somebody has asked for one.
    members: OnceCell<Box<[(&'a str, &'a Value)]>>,
    /// The Name/Value collections among them, once somebody has asked for one, each behind its key.
    collections: OnceCell<Box<[Collection<'a>]>>,
}

impl<'a> Record<'a> {
    /// Takes a record; nothing of it is read yet.
    pub fn new(value: &'a Value) -> Self {
        Self { value, members: OnceCell::new(), collections: OnceCell::new() }
    }

    /// The whole record.
    pub fn value(&self) -> &'a Value {
        self.value
    }

    /// Its members in the record's order; none of a record that is no object.
    pub fn members(&self) -> &[(&'a str, &'a Value)] {
        self.members.get_or_init(|| {
            let Some(object) = self.value.as_object() else { return Box::default() };
            let mut members = Vec::with_capacity(object.len());
            members.extend(object);
            members.into()
        })
    }

    /// The member with this key; of a key that repeats the first counts.
    pub fn get(&self, key: &str) -> Option<&'a Value> {
        self.members().iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
    }

    /// The members of the Name/Value collection at `path`; those without a name are left out.
    pub(super) fn named(
        &self,
        path: &[Box<str>],
        each: &mut dyn FnMut(Named<'a>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if let [key] = path
            && self.value.is_object()
            && COLLECTIONS.contains(&&**key)
        {
            let known = self.collections().iter().find(|(known, _)| **known == **key);
            return known.map_or(ControlFlow::Continue(()), |(_, members)| members.iter().copied().try_for_each(each));
        }
        let mut each = |member: &'a Value| name(member).map_or(ControlFlow::Continue(()), |name| each((name, member)));
        match self.enter(path) {
            Some((inner, rest)) => members(inner, rest, &mut each),
            None => ControlFlow::Continue(()),
        }
    }

    fn collections(&self) -> &[Collection<'a>] {
        self.collections.get_or_init(|| {
            let mut collections: Vec<Collection<'a>> = Vec::new();
            for &(key, value) in self.members() {
                if COLLECTIONS.contains(&key) && collections.iter().all(|(known, _)| *known != key) {
                    let mut named = Vec::new();
                    let _ = members(value, &[], &mut |member| {
                        named.extend(name(member).map(|name| (name, member)));
                        ControlFlow::Continue(())
                    });
                    collections.push((key, named.into()));
                }
            }
            collections.into()
        })
    }

    /// The first step of a path, which the record's own index takes: what stands there, and the rest of the path.
    pub(super) fn enter<'p>(&self, path: &'p [Box<str>]) -> Option<(&'a Value, &'p [Box<str>])> {
        match path.split_first() {
            Some((first, rest)) if self.value.is_object() => Some((self.get(first)?, rest)),
            _ => Some((self.value, path)),
        }
    }
}

/// The name of a collection's member.
fn name(member: &Value) -> Option<&str> {
    first_of(member, &NAMES)?.as_str()
}
