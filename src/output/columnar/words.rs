//! The texts of a column of a row group: a dictionary while they repeat, else one after the other.

use super::PLAIN;
use crate::store::Sym;
use polars::prelude::PolarsError;
use polars_arrow::array::{Array, DictionaryArray, MutableBinaryViewArray, PrimitiveArray, Utf8ViewArray};
use polars_arrow::bitmap::Bitmap;
use polars_arrow::datatypes::{ArrowDataType, IntegerType};
use polars_parquet::write::Encoding;
use rustc_hash::FxHashMap;

/// Values after which it is decided whether texts repeat.
const SAMPLE: usize = 1 << 12;

/// Stands in the place of a null.
const NULL: u32 = u32::MAX;

/// Texts so far. The dictionary comes from the numbers that the texts already have, so none is hashed again.
#[derive(Default)]
pub(super) struct Words<'a> {
    /// For each value its place in `texts`, or [`NULL`].
    keys: Vec<u32>,
    nulls: usize,
    texts: Vec<&'a str>,
    by_sym: FxHashMap<Sym, u32>,
    /// The text that was added last, and its place: many a column repeats it from row to row.
    last: (Sym, u32),
    by_text: FxHashMap<&'a str, u32>,
    /// The same for texts without a number.
    last_text: (&'a str, u32),
    /// Used instead of all the above where texts do not repeat.
    plain: MutableBinaryViewArray<str>,
    /// Texts do not repeat.
    unique: bool,
}

impl<'a> Words<'a> {
    /// A column of so many values.
    pub(super) fn new(values: usize) -> Self {
        Self { keys: Vec::with_capacity(values), ..Self::default() }
    }

    /// Adds a text that `sym` names.
    pub(super) fn add_sym(&mut self, sym: Sym, text: &'a str) {
        if self.unique {
            return self.plain.push_value(text);
        }
        if self.last.0 != sym {
            let next = self.texts.len() as u32;
            let key = *self.by_sym.entry(sym).or_insert(next);
            if key == next {
                self.texts.push(text);
            }
            self.last = (sym, key);
        }
        self.push(self.last.1);
    }

    /// Adds any other text.
    pub(super) fn add(&mut self, text: &'a str) {
        if self.unique {
            return self.plain.push_value(text);
        }
        if !std::ptr::eq(self.last_text.0, text) {
            let key = *self.by_text.entry(text).or_insert_with(|| {
                self.texts.push(text);
                self.texts.len() as u32 - 1
            });
            self.last_text = (text, key);
        }
        self.push(self.last_text.1);
    }

    /// Adds a text of a column whose texts do not repeat.
    pub(super) fn add_once(&mut self, text: &str) {
        if !self.unique {
            self.unroll();
        }
        self.plain.push_value(text);
    }

    /// Adds nothing.
    pub(super) fn add_null(&mut self) {
        if self.unique {
            return self.plain.push_null();
        }
        self.keys.push(NULL);
        self.nulls += 1;
    }

    fn push(&mut self, key: u32) {
        self.keys.push(key);
        if self.keys.len() == SAMPLE && self.is_unique() {
            self.unroll();
        }
    }

    /// A dictionary is worth its place while at most three of four values are new.
    fn is_unique(&self) -> bool {
        self.texts.len() > 1 && self.texts.len() * 4 > (self.keys.len() - self.nulls) * 3
    }

    /// Goes on without a dictionary.
    fn unroll(&mut self) {
        let keys = std::mem::take(&mut self.keys);
        self.plain.reserve(keys.capacity());
        for key in keys {
            self.plain.push(self.texts.get(key as usize));
        }
        self.unique = true;
    }

    /// Gives the values with their encoding.
    pub(super) fn finish(mut self) -> Result<(Box<dyn Array>, Encoding), PolarsError> {
        if !self.unique && self.is_unique() {
            self.unroll();
        }
        if self.unique {
            return Ok((self.plain.freeze().boxed(), PLAIN));
        }
        let kind = ArrowDataType::Dictionary(IntegerType::UInt32, Box::new(ArrowDataType::Utf8View), false);
        let valid: Option<Bitmap> = (self.nulls > 0).then(|| self.keys.iter().map(|key| *key != NULL).collect());
        // A place that is null is not read, but must be one.
        self.keys.iter_mut().filter(|key| **key == NULL).for_each(|key| *key = 0);
        let keys = PrimitiveArray::<u32>::try_new(ArrowDataType::UInt32, self.keys.into(), valid)?;
        let texts = Utf8ViewArray::from_slice_values(self.texts);
        Ok((DictionaryArray::<u32>::try_new(kind, keys, texts.boxed())?.boxed(), Encoding::RleDictionary))
    }
}
