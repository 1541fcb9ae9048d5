//! Which of the report's accounts an event is of.

use crate::case::accounts::Account;
use crate::store::{Entry, Events, Sym};
use rustc_hash::FxHashMap;

/// Accounts, to be asked event by event. Texts are compared once a pair of symbols, not once an event.
pub(super) struct Whose<'a> {
    events: &'a Events,
    numbers: FxHashMap<(&'a str, &'a str), usize>,
    known: FxHashMap<(Sym, Sym), Option<usize>>,
}

impl<'a> Whose<'a> {
    pub(super) fn new(events: &'a Events, accounts: &[&'a Account]) -> Self {
        let named = accounts.iter().enumerate();
        let numbers = named.map(|(at, one)| ((one.tenant.as_str(), one.account.as_str()), at)).collect();
        Self { events, numbers, known: FxHashMap::default() }
    }

    /// The place of the event's account among the accounts.
    pub(super) fn of(&mut self, entry: &Entry) -> Option<usize> {
        let (events, numbers) = (self.events, &self.numbers);
        let who = events.who(entry);
        let look = || numbers.get(&(events.text(who.tenant), events.text(who.account))).copied();
        *self.known.entry((who.tenant, who.account)).or_insert_with(look)
    }
}
