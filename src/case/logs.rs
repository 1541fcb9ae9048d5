//! Which logs there are of a tenant, and until when: without them nothing is called undone.

use super::foothold::alias;
use crate::event::Family;
use crate::store::{Events, Sym};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// The logs of one tenant; times in microseconds since 1970.
#[derive(Debug, Clone, Default)]
pub(super) struct Logs {
    /// First record of any log but of snapshots.
    pub first: Option<i64>,
    /// Last sign-in of the Entra sign-in log.
    pub sign_ins: Option<i64>,
    /// Last record of the directory: its own audit log, or Entra's part of the unified audit log.
    pub directory: Option<i64>,
    /// Last record of Exchange in the unified audit log.
    pub exchange: Option<i64>,
    /// Last row of a message trace.
    pub traces: Option<i64>,
    /// Last snapshot of settings.
    pub snapshots: Option<i64>,
    /// Mailboxes of which some record says what was opened, by alias.
    pub opened: BTreeSet<String>,
}

/// The logs of all tenants.
#[derive(Debug, Default)]
pub(super) struct AllLogs {
    of: BTreeMap<String, Logs>,
    none: Logs,
}

impl AllLogs {
    pub(super) fn new(events: &Events) -> Self {
        let mut numbers: FxHashMap<Sym, Logs> = FxHashMap::default();
        // Message traces and snapshots may name their tenant in other ways than the audit log does.
        let (mut traces, mut snapshots) = (None, None);
        let mut boxes: BTreeMap<Sym, BTreeSet<Sym>> = BTreeMap::new();
        for entry in &events.entries {
            let time = Some(entry.micros);
            // Entries are in time order: the last one counts.
            match entry.family {
                Family::Trace => traces = time,
                Family::State => {
                    snapshots = time;
                    continue;
                }
                _ => {}
            }
            let who = events.who(&entry);
            let logs = numbers.entry(who.tenant).or_default();
            logs.first = logs.first.or(time);
            match entry.family {
                Family::SignIn => logs.sign_ins = time,
                Family::Directory => logs.directory = time,
                Family::Audit => match events.text(events.common(&entry).workload) {
                    "AzureActiveDirectory" => logs.directory = time,
                    "Exchange" => {
                        logs.exchange = time;
                        if events.operation(&entry) == "MailItemsAccessed" {
                            boxes.entry(who.tenant).or_default().insert(who.account);
                        }
                    }
                    _ => {}
                },
                _ => {}
            }
        }
        for (tenant, boxes) in boxes {
            let opened = boxes.iter().map(|mailbox| alias(events.text(*mailbox)));
            numbers.entry(tenant).or_default().opened = opened.collect();
        }
        let of = numbers.into_iter().map(|(tenant, mut logs)| {
            (logs.traces, logs.snapshots) = (traces, snapshots);
            (events.text(tenant).to_owned(), logs)
        });
        Self { of: of.collect(), none: Logs::default() }
    }

    pub(super) fn of(&self, tenant: &str) -> &Logs {
        self.of.get(tenant).unwrap_or(&self.none)
    }
}
