//! Minutes since the account's password, its sessions or its authentication methods were last changed.

use super::past::MINUTE;
use super::{Columns, Deriver, Past};
use crate::event::Outcome;
use crate::field::Fact;
use crate::store::{Entry, Events, Sym};
use rustc_hash::FxHashMap;

pub(super) const SINCE: Deriver = Deriver { name: "since", facts: &FACTS, derive };

const FACTS: [Fact; 3] =
    [Fact::MinutesSincePasswordReset, Fact::MinutesSinceSessionsRevoked, Fact::MinutesSinceMfaChange];

/// Operations that set a password anew.
///
/// <https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities>
const PASSWORD: &[&str] = &[
    "Change user password",
    "Change password (self-service)",
    "Reset password (by admin)",
    "Reset password (self-service)",
    "Reset user password",
    "Set force change user password",
];

/// Operations that end all sessions.
const REVOKED: &[&str] = &["Revoke user sessions", "Update StsRefreshTokenValidFrom Timestamp"];

/// Operations that change how an account proves itself.
const METHODS: &[&str] = &[
    "Admin deleted security info",
    "Admin registered security info",
    "Admin updated security info",
    "Disable Strong Authentication",
    "Enable Strong Authentication",
    "User changed default security info",
    "User deleted security info",
    "User registered all required security info",
    "User registered security info",
    "User updated security info",
];

fn derive(past: &Past<'_>, columns: &mut Columns) {
    let mut last: FxHashMap<(Sym, Sym), [Option<i64>; 3]> = FxHashMap::default();
    let mut kinds: FxHashMap<Sym, Option<usize>> = FxHashMap::default();
    for (row, entry) in past.each() {
        let who = past.events.who(&entry);
        if who.account.is_empty() || !entry.is_act() {
            continue;
        }
        if let (Some(row), Some(times)) = (row, last.get(&(who.tenant, who.account))) {
            for (fact, time) in FACTS.into_iter().zip(times) {
                if let Some(time) = time {
                    columns.number(fact, row, (entry.micros - time).div_euclid(MINUTE));
                }
            }
        }
        let kind =
            *kinds.entry(past.events.common(&entry).operation).or_insert_with(|| kind(past.events.operation(&entry)));
        let kind = kind.or_else(|| by_property(past.events, &entry));
        if let (Some(kind), true) = (kind, entry.outcome != Outcome::Failure) {
            last.entry((who.tenant, who.account)).or_default()[kind] = Some(entry.micros);
        }
    }
}

fn kind(operation: &str) -> Option<usize> {
    [PASSWORD, REVOKED, METHODS].iter().position(|list| list.contains(&operation))
}

/// A changed user record tells by its properties what was changed.
fn by_property(events: &Events, entry: &Entry) -> Option<usize> {
    if events.operation(entry) != "Update user" {
        return None;
    }
    let detail = events.text(entry.detail);
    if detail.contains("StsRefreshTokensValidFrom") {
        Some(1)
    } else {
        detail.contains("StrongAuthentication").then_some(2)
    }
}
