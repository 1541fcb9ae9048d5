//! Texts, each kept once and named by a number.

use rustc_hash::FxHasher;
use std::hash::Hasher;

/// A text in a [`Pool`]; 0 is the empty text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Sym(pub u32);

impl Sym {
    /// Whether this is the empty text.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// Texts, each kept once, in the order they were first met.
#[derive(Debug)]
pub struct Pool {
    text: String,
    ends: Vec<usize>,
    /// The hash of each text: tables grow, and pools are joined, without reading the texts again.
    hashes: Vec<u64>,
    index: hashbrown::HashTable<u32>,
}

impl Default for Pool {
    fn default() -> Self {
        Self { text: String::new(), ends: vec![0], hashes: vec![0], index: hashbrown::HashTable::new() }
    }
}

impl Pool {
    /// The number of `text`, which is kept if it is new.
    pub fn intern(&mut self, text: &str) -> Sym {
        if text.is_empty() {
            return Sym(0);
        }
        self.keep(text, hash(text))
    }

    /// As [`Self::intern`], where `text` is likely to be that of `guess`: to compare costs less than to look.
    pub fn intern_like(&mut self, guess: Sym, text: &str) -> Sym {
        if self.get(guess) == text { guess } else { self.intern(text) }
    }

    fn keep(&mut self, text: &str, hash: u64) -> Sym {
        let same = |&sym: &u32| self.hashes[sym as usize] == hash && slice(&self.text, &self.ends, sym) == text;
        if let Some(found) = self.index.find(hash, same) {
            return Sym(*found);
        }
        let sym = self.ends.len() as u32;
        self.text.push_str(text);
        self.ends.push(self.text.len());
        self.hashes.push(hash);
        let hashes = &self.hashes;
        self.index.insert_unique(hash, sym, |&other| hashes[other as usize]);
        Sym(sym)
    }

    /// The number of `text`, if it is kept.
    pub fn find(&self, text: &str) -> Option<Sym> {
        if text.is_empty() {
            return Some(Sym(0));
        }
        self.index.find(hash(text), |&sym| slice(&self.text, &self.ends, sym) == text).map(|sym| Sym(*sym))
    }

    /// The text of a number.
    #[inline]
    pub fn get(&self, sym: Sym) -> &str {
        slice(&self.text, &self.ends, sym.0)
    }

    /// How many texts are kept, the empty one included.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether only the empty text is kept.
    pub fn is_empty(&self) -> bool {
        self.ends.len() == 1
    }

    /// Takes all texts of `other` and adds the number of each of them here to `numbers`, in their order there.
    pub fn absorb(&mut self, other: &Self, numbers: &mut Vec<Sym>) {
        numbers.extend((1..other.ends.len()).map(|sym| self.keep(other.get(Sym(sym as u32)), other.hashes[sym])));
    }

    /// The texts from number `from` on, to be absorbed: they are numbered anew, and none of them is found.
    pub fn tail(&self, from: usize) -> Self {
        let start = self.ends[from - 1];
        Self {
            text: self.text[start..].to_owned(),
            ends: std::iter::once(0).chain(self.ends[from..].iter().map(|end| end - start)).collect(),
            hashes: std::iter::once(0).chain(self.hashes[from..].iter().copied()).collect(),
            index: hashbrown::HashTable::new(),
        }
    }
}

#[inline]
fn slice<'a>(text: &'a str, ends: &[usize], sym: u32) -> &'a str {
    let index = sym as usize;
    match index {
        0 => "",
        _ => &text[ends[index - 1]..ends[index]],
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}
