//! Values, each kept once and named by a number.

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;
use std::borrow::Borrow;
use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher};
use std::marker::PhantomData;

/// The number of a value in a [`Distinct`]; 0 is the default one.
pub struct Number<T>(pub(super) u32, PhantomData<fn() -> T>);

impl<T> Number<T> {
    pub(super) const fn of(number: u32) -> Self {
        Self(number, PhantomData)
    }

    /// Whether this is the default value: of a list, the empty one.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Where the value stands among all of them.
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

// What a derive would write asks the same of the values.
impl<T> Clone for Number<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Number<T> {}

impl<T> Default for Number<T> {
    fn default() -> Self {
        Self::of(0)
    }
}

impl<T> PartialEq for Number<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T> Eq for Number<T> {}

impl<T> Hash for Number<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<T> fmt::Debug for Number<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Values in the order they were first met; 0 is the default one.
#[derive(Debug)]
pub struct Distinct<T> {
    values: Vec<T>,
    /// The number of each value.
    index: HashTable<u32>,
}

impl<T: Default + Eq + Hash> Default for Distinct<T> {
    fn default() -> Self {
        Self::of(vec![T::default()])
    }
}

fn hash(value: &(impl Hash + ?Sized)) -> u64 {
    FxBuildHasher.hash_one(value)
}

impl<T: Eq + Hash> Distinct<T> {
    /// These values; of those that are the same the first is found.
    fn of(values: Vec<T>) -> Self {
        let mut index = HashTable::with_capacity(values.len());
        for (number, value) in (0..).zip(&values) {
            let value_of = |number: &u32| &values[*number as usize];
            if index.find(hash(value), |other| value_of(other) == value).is_none() {
                index.insert_unique(hash(value), number, |other| hash(value_of(other)));
            }
        }
        Self { values, index }
    }
}

impl<T: Clone + Default + Eq + Hash> Distinct<T> {
    /// The number of `value`, which is kept if it is new.
    pub fn number<Q>(&mut self, value: &Q) -> Number<T>
    where
        T: Borrow<Q>,
        Q: Eq + Hash + ToOwned<Owned = T> + ?Sized,
    {
        let Self { values, index } = self;
        let same = |number: &u32| values[*number as usize].borrow() == value;
        if let Some(number) = index.find(hash(value), same) {
            return Number::of(*number);
        }
        let number = values.len() as u32;
        values.push(value.to_owned());
        index.insert_unique(hash(value), number, |other| hash(values[*other as usize].borrow()));
        Number::of(number)
    }

    /// Forgets all values but the default one, and keeps the room for others.
    pub(super) fn clear(&mut self) {
        self.values.truncate(1);
        self.index.clear();
        if let Some(first) = self.values.first().map(hash) {
            self.index.insert_unique(first, 0, |_| first);
        }
    }

    /// Bytes of memory that the values take, and what finds them.
    pub(super) fn memory(&self) -> usize {
        self.values.capacity() * size_of::<T>() + self.index.capacity() * size_of::<u32>()
    }

    /// The value of a number.
    #[inline]
    pub fn get(&self, number: Number<T>) -> &T {
        &self.values[number.index()]
    }

    /// All values by number.
    pub fn all(&self) -> &[T] {
        &self.values
    }

    /// Those of the values that have one of these numbers.
    pub(super) fn met(&self, numbers: impl Iterator<Item = Number<T>>) -> impl Iterator<Item = &T> {
        let mut met = vec![false; self.values.len()];
        numbers.for_each(|number| met[number.index()] = true);
        self.values.iter().zip(met).filter(|(_, met)| *met).map(|(value, _)| value)
    }

    /// Changes every value where it stands; two that come to be the same keep their two numbers.
    pub(super) fn change(&mut self, change: impl Fn(&mut T)) {
        let mut values = std::mem::take(&mut self.values);
        values.iter_mut().for_each(change);
        *self = Self::of(values);
    }

    /// The values from number `from` on, to be [`Self::absorb`]ed: none of them is found.
    pub(super) fn tail(&self, from: usize) -> Self {
        let new = self.values[from..].iter().cloned();
        Self { values: std::iter::once(T::default()).chain(new).collect(), index: HashTable::new() }
    }

    /// Takes all values of `other`, each as `to_own` makes it, and adds the number of each of them here to `numbers`, in
    /// their order there.
    pub(super) fn absorb<Q>(&mut self, other: &Self, numbers: &mut Vec<Number<T>>, to_own: impl Fn(&T) -> T)
    where
        T: Borrow<Q>,
        Q: Eq + Hash + ToOwned<Owned = T> + ?Sized,
    {
        numbers.extend(other.values[1..].iter().map(|value| self.number(to_own(value).borrow())));
    }
}
