//! Refused sign-ins in the hour before a record, from its address and on its account.

use super::past::MINUTE;
use super::{Columns, Deriver, Past};
use crate::event::Outcome;
use crate::field::Fact;
use crate::store::{Ip, Sym};
use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::hash::Hash;

pub(super) const FAILURES: Deriver = Deriver {
    name: "failures",
    facts: &[Fact::FailuresByAddress, Fact::FailuresByAccount, Fact::FailuresAccountsByAddress],
    derive,
};

/// How far back refusals count, in microseconds.
const WINDOW: i64 = 60 * MINUTE;

/// Refusals of the last hour, oldest first, and how many each account has among them.
#[derive(Default)]
struct Recent {
    refused: VecDeque<(i64, Sym)>,
    accounts: FxHashMap<Sym, u32>,
}

impl Recent {
    fn add(&mut self, time: i64, account: Sym) {
        self.forget(time);
        self.refused.push_back((time, account));
        *self.accounts.entry(account).or_default() += 1;
    }

    fn forget(&mut self, now: i64) {
        while let Some((_, account)) = self.refused.pop_front_if(|(time, _)| *time < now - WINDOW) {
            if let Some(count) = self.accounts.get_mut(&account) {
                *count -= 1;
                if *count == 0 {
                    self.accounts.remove(&account);
                }
            }
        }
    }
}

fn derive(past: &Past<'_>, columns: &mut Columns) {
    let mut by_address: FxHashMap<(Sym, Ip), Recent> = FxHashMap::default();
    let mut by_account: FxHashMap<(Sym, Sym), Recent> = FxHashMap::default();
    for (row, entry) in past.each() {
        let who = past.events.who(&entry);
        let account = (who.tenant, who.account);
        if let Some(row) = row {
            if !entry.ip.is_empty() {
                let (count, accounts) = recent(&mut by_address, &(who.tenant, entry.ip), entry.micros);
                columns.number(Fact::FailuresByAddress, row, count);
                columns.number(Fact::FailuresAccountsByAddress, row, accounts);
            }
            if !who.account.is_empty() {
                let (count, _) = recent(&mut by_account, &account, entry.micros);
                columns.number(Fact::FailuresByAccount, row, count);
            }
        }
        if entry.outcome == Outcome::Failure && past.events.is_sign_in(&entry) {
            if !entry.ip.is_empty() {
                by_address.entry((who.tenant, entry.ip)).or_default().add(entry.micros, who.account);
            }
            if !who.account.is_empty() {
                by_account.entry(account).or_default().add(entry.micros, who.account);
            }
        }
    }
}

fn recent<K: Hash + Eq>(all: &mut FxHashMap<K, Recent>, key: &K, now: i64) -> (usize, usize) {
    all.get_mut(key).map_or((0, 0), |recent| {
        recent.forget(now);
        (recent.refused.len(), recent.accounts.len())
    })
}
