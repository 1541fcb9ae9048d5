//! What many events have in common, kept once for all of them.

use super::pool::MIX;
use super::{Distinct, Number, Pool, Sym};
use crate::event::Event;
use std::borrow::Cow;

/// How many combinations are tried before they are looked up.
const RECENT: usize = 1 << 12;

/// Values that events have together, and that come in few combinations.
pub(super) trait Combination: Copy + Default + Eq + std::hash::Hash {
    /// Whether this is what the event has.
    fn is_of(&self, event: &Event<'_>, pool: &Pool) -> bool;

    /// What the event has; its texts go to `pool`. It is likely to share some with `like`.
    fn of(event: &Event<'_>, like: &Self, pool: &mut Pool) -> Self;

    /// The same in another pool: `to` says which number each text has there.
    fn renumbered(&self, to: &[Sym]) -> Self;

    /// The texts by which most combinations can be told apart.
    fn telling<'e>(event: &'e Event<'_>) -> [&'e Cow<'e, str>; 6];
}

macro_rules! combination {
    ($(#[$about:meta])* $name:ident, $($plain:ident: $type:ty,)* [$($text:ident,)*] by [$($telling:ident,)*]) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
        #[allow(missing_docs)] // named and described by the field catalogue
        pub struct $name {
            $(pub $plain: $type,)*
            $(pub $text: Sym,)*
        }

        impl Combination for $name {
            fn is_of(&self, event: &Event<'_>, pool: &Pool) -> bool {
                $(self.$plain == event.$plain &&)* $(pool.is(self.$text, &event.$text))&&*
            }

            fn of(event: &Event<'_>, like: &Self, pool: &mut Pool) -> Self {
                Self { $($plain: event.$plain,)* $($text: pool.intern_like(like.$text, &event.$text),)* }
            }

            fn renumbered(&self, to: &[Sym]) -> Self {
                Self { $($plain: self.$plain,)* $($text: to[self.$text.0 as usize],)* }
            }

            fn telling<'e>(event: &'e Event<'_>) -> [&'e Cow<'e, str>; 6] {
                [$(&event.$telling,)*]
            }
        }
    };
}

combination! {
    /// What was done, and how it is told. Field meanings are those of [`crate::event::Event`].
    Common,
    source: &'static str,
    [
        operation,
        operation_original,
        workload,
        record_type,
        client,
        application,
        application_id,
        authentication_requirement,
        result,
        error_code,
        degraded,
    ] by [operation, record_type, application, result, error_code, client,]
}

combination! {
    /// Who acted for whose account, and with what. Field meanings are those of [`crate::event::Event`].
    Who,
    [tenant, actor, actor_id, account, agent, device,]
    by [tenant, actor, actor_id, account, agent, device,]
}

impl Who {
    /// Who did it: the actor, else the account concerned.
    pub fn name(&self) -> Sym {
        if self.actor.is_empty() { self.account } else { self.actor }
    }
}

/// The combinations that were met last, each where those of events that look alike are looked for.
#[derive(Debug)]
pub(super) struct Recent<T>(Vec<Number<T>>);

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Combination> Recent<T> {
    /// Forgets them.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// The number of what the event has: most events have what one before had.
    pub(super) fn number(&mut self, event: &Event<'_>, all: &mut Distinct<T>, pool: &mut Pool) -> Number<T> {
        self.0.resize(RECENT, Number::default());
        let number = &mut self.0[look(T::telling(event)) % RECENT];
        let like = *all.get(*number);
        if !like.is_of(event, pool) {
            *number = all.number(&T::of(event, &like, pool));
        }
        *number
    }
}

/// A number that is the same for texts that are, and else seldom.
fn look(texts: [&Cow<'_, str>; 6]) -> usize {
    let mixed = |mixed: u64, text: &Cow<'_, str>| (mixed.rotate_left(5) ^ ends(text.as_bytes())).wrapping_mul(MIX);
    (texts.into_iter().fold(0, mixed) >> 32) as usize
}

/// Bytes at which texts are told apart by a cursory look: names by their first ones, programs by the version near their
/// end.
const NEAR: usize = 32;

fn ends(text: &[u8]) -> u64 {
    let (words, rest) = text[text.len().saturating_sub(NEAR)..].as_chunks::<8>();
    let first = text.first_chunk::<8>().map_or(0, |word| u64::from_le_bytes(*word));
    let mixed = (text.len() as u64) << 48 ^ first.wrapping_mul(MIX);
    let mixed = words.iter().fold(mixed, |mixed, word| mixed.rotate_left(11) ^ u64::from_le_bytes(*word));
    rest.iter().fold(mixed, |mixed, byte| mixed.rotate_left(7) ^ u64::from(*byte))
}
