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
    /// The hash of each text: pools are joined without reading the texts again. Empty in one that others go into.
    hashes: Vec<u32>,
    /// Hash and number of each text: a text that is not kept is told apart, and the table grows, without a look at any
    /// other.
    index: hashbrown::HashTable<(u32, u32)>,
}

/// An odd number with its bits well spread: the golden ratio in 64 bits.
pub(super) const MIX: u64 = 0x9e37_79b9_7f4a_7c15;

/// The hash by which the table places what it holds.
pub(super) fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(MIX)
}

impl Default for Pool {
    fn default() -> Self {
        Self { text: String::new(), ends: vec![0], hashes: vec![0], index: hashbrown::HashTable::new() }
    }
}

impl Pool {
    /// An empty pool that takes others and goes into none.
    pub(super) fn last() -> Self {
        Self { hashes: Vec::new(), ..Self::default() }
    }

    /// Forgets all texts, and keeps the room for others.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.ends.truncate(1);
        self.hashes.truncate(1);
        self.index.clear();
    }

    /// The number of `text`, which is kept if it is new.
    pub fn intern(&mut self, text: &str) -> Sym {
        if text.is_empty() {
            return Sym(0);
        }
        self.keep(text, hash(text))
    }

    /// As [`Self::intern`], where `text` is likely to be that of `guess`: to compare costs less than to look.
    pub fn intern_like(&mut self, guess: Sym, text: &str) -> Sym {
        if self.is(guess, text) { guess } else { self.intern(text) }
    }

    /// Whether `text` is the text of `sym`.
    #[inline]
    pub fn is(&self, sym: Sym, text: &str) -> bool {
        bytes(&self.text, &self.ends, sym.0) == text.as_bytes()
    }

    fn keep(&mut self, text: &str, hash: u32) -> Sym {
        let same = |&(other, sym): &(u32, u32)| other == hash && bytes(&self.text, &self.ends, sym) == text.as_bytes();
        if let Some((_, found)) = self.index.find(spread(hash), same) {
            return Sym(*found);
        }
        let sym = self.ends.len() as u32;
        self.text.push_str(text);
        self.ends.push(self.text.len());
        if self.hashes.len() == sym as usize {
            self.hashes.push(hash);
        }
        self.index.insert_unique(spread(hash), (hash, sym), |(hash, _)| spread(*hash));
        Sym(sym)
    }

    /// The number of `text`, if it is kept.
    pub fn find(&self, text: &str) -> Option<Sym> {
        if text.is_empty() {
            return Some(Sym(0));
        }
        let hash = hash(text);
        let same = |&(other, sym): &(u32, u32)| other == hash && bytes(&self.text, &self.ends, sym) == text.as_bytes();
        self.index.find(spread(hash), same).map(|(_, sym)| Sym(*sym))
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

    /// Length of all texts in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Bytes of memory that the texts take, and what finds them.
    pub(super) fn memory(&self) -> usize {
        let numbered = self.ends.capacity() * size_of::<usize>() + self.hashes.capacity() * size_of::<u32>();
        self.text.capacity() + numbered + self.index.capacity() * size_of::<(u32, u32)>()
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
    #[must_use]
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

/// As [`slice`], without a look at where characters end.
#[inline]
fn bytes<'a>(text: &'a str, ends: &[usize], sym: u32) -> &'a [u8] {
    let index = sym as usize;
    match index {
        0 => &[],
        _ => &text.as_bytes()[ends[index - 1]..ends[index]],
    }
}

fn hash(text: &str) -> u32 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish() as u32
}
