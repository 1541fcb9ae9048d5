//! Presences of one account that one session ties together.

use super::presence::Presences;
use super::score::Account;
use crate::store::{Id, Sym};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};

/// What can be the same at two addresses: whoever has it there and here is one and the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Tie {
    /// A session id, given at an interactive sign-in and kept by every token that comes of it.
    Session(Sym),
    /// A unique token identifier.
    Token(Id),
}

/// Groups of two and more open presences of the account that share a session or a token which began at one of `core`
/// and which no other presence has: a session of the owner's is no tie, since who steals one shares it.
///
/// <https://learn.microsoft.com/entra/identity/authentication/how-to-authentication-track-linkable-identifiers>
pub(super) fn ties(
    presences: &Presences<'_>,
    account: &Account,
    is_open: &dyn Fn(usize) -> bool,
    core: &BTreeSet<usize>,
) -> Vec<Vec<usize>> {
    let mut holders: FxHashMap<Tie, Vec<(u32, usize)>> = FxHashMap::default();
    let mut owners: FxHashSet<Tie> = FxHashSet::default();
    for at in account.presences.iter().copied() {
        for (tie, first) in held(presences, at) {
            if is_open(at) {
                holders.entry(tie).or_default().push((first, at));
            } else {
                owners.insert(tie);
            }
        }
    }
    let mut group: BTreeMap<usize, usize> = account.presences.iter().map(|at| (*at, *at)).collect();
    let began = |members: &[(u32, usize)]| members.iter().min().is_some_and(|(_, at)| core.contains(at));
    for (_, members) in holders.iter().filter(|(tie, members)| !owners.contains(tie) && began(members)) {
        for pair in members.windows(2) {
            let (a, b) = (root(&group, pair[0].1), root(&group, pair[1].1));
            group.insert(a.max(b), a.min(b));
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for at in account.presences.iter().copied().filter(|at| is_open(*at)) {
        groups.entry(root(&group, at)).or_default().push(at);
    }
    groups.into_values().filter(|members| members.len() > 1).collect()
}

fn root(group: &BTreeMap<usize, usize>, mut at: usize) -> usize {
    while let Some(next) = group.get(&at).filter(|next| **next != at) {
        at = *next;
    }
    at
}

/// The sessions and tokens of a presence, and the event with which each begins there.
fn held(presences: &Presences<'_>, at: usize) -> Vec<(Tie, u32)> {
    let (mut held, mut known) = (Vec::new(), FxHashSet::default());
    for position in &presences.list[at].positions {
        let entry = &presences.events.entries.at(*position);
        let token = Some(entry.token).filter(|token| !token.is_empty()).map(Tie::Token);
        let session = Some(entry.session).filter(|session| !session.is_empty()).map(Tie::Session);
        let new = token.into_iter().chain(session).filter(|tie| known.insert(*tie));
        held.extend(new.map(|tie| (tie, *position)));
    }
    held
}
