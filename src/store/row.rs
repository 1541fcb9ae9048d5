//! Entries and content hashes as bytes of a file that only this run reads.

use super::filed::Row;
use super::{Entry, Id, Number, Sym};
use crate::event::{ActorKind, Basis, Family, Origin, Outcome, Precision};

/// Bytes of an [`Id`]: what it is, and its value.
const ID: usize = 1 + 16;
/// Bytes of an [`Origin`].
const ORIGIN: usize = 4 + 8 + 8 + 4 + 32;
/// Numbers of what an entry has in common with others.
const NUMBERS: usize = 4;
/// Texts of an entry.
const TEXTS: usize = 7;

impl Row for u128 {
    const WIDTH: usize = 16;

    fn put(&self, out: &mut Vec<u8>) {
        out.extend(self.to_le_bytes());
    }

    fn take(bytes: &[u8]) -> Self {
        Self::from_le_bytes(Bytes(bytes).next())
    }
}

impl Row for Entry {
    // The time, five values of a byte and a mark; the port.
    const WIDTH: usize = 8 + 6 + 4 + NUMBERS * 4 + 2 * ID + TEXTS * 4 + ORIGIN;

    fn put(&self, out: &mut Vec<u8>) {
        out.extend(self.micros.to_le_bytes());
        let kinds = [self.precision as u8, self.basis as u8, self.family as u8, self.actor_kind as u8];
        out.extend(kinds.into_iter().chain([self.outcome as u8, u8::from(self.conflict)]));
        let numbers = [self.ip.0, self.common.0, self.who.0, self.verdict.0];
        let port = self.port.map_or(0, |port| u32::from(port) + 1);
        let texts = self.texts().map(|text| text.0);
        [port].iter().chain(&numbers).chain(&texts).for_each(|number| out.extend(number.to_le_bytes()));
        put_id(self.id, out);
        put_id(self.token, out);
        let Origin { file, row, offset, length, digest } = self.origin;
        out.extend(file.to_le_bytes().into_iter().chain(length.to_le_bytes()));
        out.extend(row.to_le_bytes().into_iter().chain(offset.to_le_bytes()).chain(digest));
    }

    fn take(bytes: &[u8]) -> Self {
        let mut from = Bytes(bytes);
        let micros = i64::from_le_bytes(from.next());
        let [precision, basis, family, actor_kind, outcome, conflict] = from.next().map(usize::from);
        let port = from.number().checked_sub(1).map(|port| port as u16);
        let (ip, common, who) = (Number::of(from.number()), Number::of(from.number()), Number::of(from.number()));
        let verdict = Number::of(from.number());
        let texts = [(); TEXTS].map(|()| Sym(from.number()));
        let [target, address, session, object, detail, recipients, captured] = texts;
        let (id, token) = (from.id(), from.id());
        let (file, length) = (from.number(), from.number());
        let (row, offset) = (u64::from_le_bytes(from.next()), u64::from_le_bytes(from.next()));
        Self {
            micros,
            precision: PRECISIONS[precision],
            basis: BASES[basis],
            family: FAMILIES[family],
            actor_kind: ACTOR_KINDS[actor_kind],
            outcome: OUTCOMES[outcome],
            conflict: conflict != 0,
            port,
            ip,
            id,
            token,
            common,
            who,
            target,
            address,
            session,
            object,
            detail,
            recipients,
            captured,
            verdict,
            origin: Origin { file, row, offset, length, digest: from.next() },
        }
    }
}

impl Entry {
    /// Its texts, in the order in which they are declared.
    fn texts(&self) -> [Sym; TEXTS] {
        [self.target, self.address, self.session, self.object, self.detail, self.recipients, self.captured]
    }
}

fn put_id(id: Id, out: &mut Vec<u8>) {
    let (kind, value) = match id {
        Id::Guid(bytes) => (0, bytes),
        Id::Token(bytes) => (1, bytes),
        Id::Text(text) => (2, u128::from(text.sym().0).to_le_bytes()),
    };
    out.push(kind);
    out.extend(value);
}

/// Bytes that are taken from the front.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn next<const N: usize>(&mut self) -> [u8; N] {
        let (first, rest) = self.0.split_at(N);
        self.0 = rest;
        let mut taken = [0; N];
        taken.copy_from_slice(first);
        taken
    }

    fn number(&mut self) -> u32 {
        u32::from_le_bytes(self.next())
    }

    fn id(&mut self) -> Id {
        let [kind] = self.next();
        let value = self.next();
        match kind {
            0 => Id::Guid(value),
            1 => Id::Token(value),
            _ => Id::Text(Sym(u128::from_le_bytes(value) as u32).into()),
        }
    }
}

// Each in the order of its numbers.
const PRECISIONS: [Precision; 5] =
    [Precision::Microsecond, Precision::Millisecond, Precision::Second, Precision::Minute, Precision::Day];
const BASES: [Basis; 10] = [
    Basis::RecordZoned,
    Basis::RecordUtc,
    Basis::WrapperIso,
    Basis::WrapperProven,
    Basis::FileShown,
    Basis::FileAgrees,
    Basis::FileSorted,
    Basis::Given,
    Basis::FileName,
    Basis::CollectedAt,
];
const FAMILIES: [Family; 7] =
    [Family::Audit, Family::SignIn, Family::Directory, Family::Activity, Family::Risk, Family::Trace, Family::State];
const ACTOR_KINDS: [ActorKind; 5] =
    [ActorKind::User, ActorKind::Guest, ActorKind::Application, ActorKind::System, ActorKind::Unknown];
const OUTCOMES: [Outcome; 4] = [Outcome::Success, Outcome::Failure, Outcome::Interrupted, Outcome::Unknown];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Any bytes that an entry can have: the kinds within their numbers, and a port or none.
    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let kinds = (0..5_u8, 0..10_u8, 0..7_u8, 0..5_u8, 0..4_u8, 0..2_u8);
        let id = || (0..3_u8, any::<u32>(), any::<[u8; 12]>());
        let rest = prop::collection::vec(any::<u8>(), (NUMBERS + TEXTS) * 4);
        (any::<i64>(), kinds, 0..=65_536_u32, rest, (id(), id()), prop::collection::vec(any::<u8>(), ORIGIN)).prop_map(
            |(micros, (a, b, c, d, e, f), port, rest, (id, token), origin)| {
                let mut bytes = micros.to_le_bytes().to_vec();
                bytes.extend([a, b, c, d, e, f]);
                bytes.extend(port.to_le_bytes());
                bytes.extend(rest);
                for (kind, number, tail) in [id, token] {
                    bytes.push(kind);
                    bytes.extend(number.to_le_bytes());
                    bytes.extend(if kind == 2 { [0; 12] } else { tail });
                }
                bytes.extend(origin);
                bytes
            },
        )
    }

    proptest! {
        #[test]
        fn an_entry_comes_back_as_it_was(bytes in bytes()) {
            prop_assert_eq!(bytes.len(), Entry::WIDTH);
            let mut again = Vec::new();
            Entry::take(&bytes).put(&mut again);
            prop_assert_eq!(again, bytes);
        }
    }
}
