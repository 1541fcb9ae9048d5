//! The records of the tenant while they are made, and the labels of those that are malicious.

use crate::json::Json;
use crate::people::{Place, TENANT, TENANT_NAME};
use crate::random::Random;
use crate::sign_in::SignIn;
use chrono::DateTime;

/// One record of the unified audit log.
#[derive(Debug, Clone)]
pub(crate) struct Audit {
    /// Unix seconds, UTC.
    pub(crate) time: i64,
    pub(crate) id: String,
    pub(crate) operation: String,
    pub(crate) record_type: i64,
    pub(crate) workload: &'static str,
    pub(crate) user: String,
    pub(crate) user_key: String,
    pub(crate) user_type: i64,
    pub(crate) object: String,
    pub(crate) address: String,
    /// `AuditData`.
    pub(crate) data: Json,
}

/// A label of `truth.json`.
#[derive(Debug, Clone)]
pub(crate) struct Truth {
    pub(crate) time: i64,
    pub(crate) id: String,
    pub(crate) phase: &'static str,
    pub(crate) what: String,
}

/// What was logged.
#[derive(Debug)]
pub(crate) struct Log {
    pub(crate) random: Random,
    pub(crate) audits: Vec<Audit>,
    pub(crate) sign_ins: Vec<SignIn>,
    pub(crate) truth: Vec<Truth>,
}

/// A stretch of work: who has signed in, from where and with what.
#[derive(Debug, Clone)]
pub(crate) struct Presence {
    pub(crate) place: Place,
    pub(crate) agent: String,
    /// Entra session id, carried by all that follows from one sign-in.
    pub(crate) session: String,
    pub(crate) token: String,
    pub(crate) since: i64,
}

/// The fields of a record that its kind does not decide.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head<'a> {
    pub(crate) time: i64,
    pub(crate) operation: &'a str,
    pub(crate) record_type: i64,
    pub(crate) user: &'a str,
    pub(crate) user_key: &'a str,
    pub(crate) user_type: i64,
    pub(crate) object: &'a str,
    pub(crate) address: &'a str,
}

impl Log {
    pub(crate) fn new(seed: u64) -> Self {
        Self { random: Random::new(seed), audits: Vec::new(), sign_ins: Vec::new(), truth: Vec::new() }
    }

    /// Logs a record: `head` in the order of the Management Activity API schema, then `rest`. Returns its Id.
    pub(crate) fn audit(&mut self, head: &Head<'_>, rest: Json) -> String {
        let id = self.random.guid();
        self.audit_as(id, head, rest)
    }

    /// As [`Log::audit`], with an Id that exists already.
    pub(crate) fn audit_as(&mut self, id: String, head: &Head<'_>, rest: Json) -> String {
        let (workload, result) = match head.record_type {
            1 => ("Exchange", "True"),
            2 | 3 | 50 => ("Exchange", "Succeeded"),
            8 | 15 => ("AzureActiveDirectory", "Success"),
            25 => ("MicrosoftTeams", ""),
            28 => ("ThreatIntelligence", ""),
            40 => ("SecurityComplianceCenter", "Succeeded"),
            _ if head.object.contains("-my.") => ("OneDrive", ""),
            _ => ("SharePoint", ""),
        };
        let mut data = crate::map! {
            "CreationTime": stamp(head.time, "%Y-%m-%dT%H:%M:%S"),
            "Id": &id,
            "Operation": head.operation,
            "OrganizationId": TENANT,
            "RecordType": head.record_type,
        };
        if !result.is_empty() {
            data = data.with(crate::map! { "ResultStatus": result });
        }
        data = data.with(crate::map! {
            "UserKey": head.user_key,
            "UserType": head.user_type,
            "Version": 1,
            "Workload": workload,
        });
        if !head.address.is_empty() {
            data = data.with(crate::map! { "ClientIP": head.address });
        }
        if !head.object.is_empty() {
            data = data.with(crate::map! { "ObjectId": head.object });
        }
        data = data.with(crate::map! { "UserId": head.user }).with(rest);
        self.audits.push(Audit {
            time: head.time,
            id: id.clone(),
            operation: head.operation.into(),
            record_type: head.record_type,
            workload,
            user: head.user.into(),
            user_key: head.user_key.into(),
            user_type: head.user_type,
            object: head.object.into(),
            address: head.address.into(),
            data,
        });
        id
    }

    /// Labels a record as malicious.
    pub(crate) fn label(&mut self, time: i64, id: String, phase: &'static str, what: impl Into<String>) {
        self.truth.push(Truth { time, id, phase, what: what.into() });
    }

    /// The claims of an access token, as Exchange and `SharePoint` copy them into a record.
    pub(crate) fn app_access(&mut self, presence: &Presence, client: &str) -> Json {
        crate::map! {
            "AADSessionId": &presence.session,
            "ClientAppId": client,
            "CorrelationId": self.random.guid(),
            "IssuedAtTime": stamp(presence.since, "%Y-%m-%dT%H:%M:%S"),
            "UniqueTokenId": &presence.token,
        }
    }

    /// The members that every mailbox record carries.
    pub(crate) fn server(&mut self) -> Json {
        let server = format!("{}PR0{}MB{}", self.random.pick(&["AM", "DB", "VI", "PA"]), self.random.below(9), {
            1000 + self.random.below(8999)
        });
        crate::map! {
            "OrganizationName": TENANT_NAME,
            "OriginatingServer": format!("{server} (15.20.9520.011)\r\n"),
        }
    }
}

/// Prints Unix seconds in the form of `format`, UTC.
pub(crate) fn stamp(time: i64, format: &str) -> String {
    DateTime::from_timestamp(time, 0).map(|t| t.format(format).to_string()).unwrap_or_default()
}
