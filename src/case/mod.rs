//! Events and hits to answers: findings, accounts, addresses. The finished [`Case`] is what outputs print.

pub mod accounts;
pub mod addresses;
pub mod answer;
pub mod completeness;
pub mod dossier;
pub mod exposure;
pub mod facts;
pub mod finding;
pub mod foothold;
pub mod incident;
pub mod index;
pub mod indicator;
pub mod label;
pub mod letters;
mod logs;
pub mod quote;
pub mod response;
pub mod rhythm;
pub mod sentence;
pub mod session;
pub mod severity;
pub mod sign_in;
pub mod tactic;
mod telling;
pub mod trail;
pub mod warn;

use crate::coverage::{Coverage, Rejection};
use crate::rule::{Meta, Withheld};
use crate::store::Events;
use dossier::Dossier;
use exposure::Exposure;
use facts::CaseFacts;
use foothold::Foothold;
use indicator::Indicator;
use serde::Serialize;
use session::Session;
use std::collections::BTreeMap;
use warn::Recipient;

/// Everything the products are written from; nothing in it depends on the clock or on thread order.
#[derive(Debug)]
pub struct Case {
    /// What the investigator says of the case itself.
    pub facts: CaseFacts,
    /// Events in time order.
    pub events: Events,
    /// What the rules found, most severe first, then by first time and id.
    pub findings: Vec<Finding>,
    /// The answer for each account that an intruder got into, the first taken over first.
    pub dossiers: Vec<Dossier>,
    /// The beginnings of the records that the report quotes, what acts in them written out, by where the event stands.
    pub originals: BTreeMap<u32, String>,
    /// Presences of intruders, by account, then time.
    pub sessions: Vec<Session>,
    /// The mail and files that they reached.
    pub exposure: Exposure,
    /// Whom they wrote to, by sender and address.
    pub recipients: Vec<Recipient>,
    /// What was left behind, by time.
    pub footholds: Vec<Foothold>,
    /// The rules that were evaluated, by index.
    pub rules: Vec<Meta>,
    /// The ledger; [`crate::event::Origin::file`] counts in its `files`.
    pub coverage: Coverage,
    /// Records that could not be used, sorted.
    pub rejected: Vec<Rejection>,
    /// What filters of the user kept from being findings, with the position of the event, in time order.
    pub withheld: Vec<(u32, Withheld)>,
    /// Geolocation databases that answered, for the report: name, build date, precision.
    pub databases: Vec<String>,
    /// The choices of the investigator that shape the result, as typed.
    pub options: Vec<(String, String)>,
}

/// The rule behind a finding.
#[derive(Debug, Clone, Serialize)]
pub struct FindingRule {
    /// Sigma's UUID.
    pub id: String,
    /// Title.
    pub title: String,
    /// Sigma's level name.
    pub level: &'static str,
    /// Tags as written.
    pub tags: Vec<String>,
}

/// One rule, met by one account of one tenant, once or many times.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// 16 hex digits from rule, tenant and account.
    pub id: String,
    /// The rule.
    pub rule: FindingRule,
    /// Tenant.
    pub tenant: String,
    /// Account concerned.
    pub account: String,
    /// First hit, RFC 3339 UTC.
    pub first_time: String,
    /// Last hit, RFC 3339 UTC.
    pub last_time: String,
    /// Number of events.
    pub count: u64,
    /// The events, in time order.
    pub event_ids: Vec<String>,
    /// Distinct addresses, sorted.
    pub addresses: Vec<String>,
    /// One sentence for people.
    pub summary: String,
    /// What its events share with other tenants if the same intruder was there, by kind and value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub indicators: Vec<Indicator>,
    /// Where the events stand among those of the case, in time order.
    #[serde(skip)]
    pub positions: Vec<u32>,
}
