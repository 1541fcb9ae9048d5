//! The records while they are made, and the labels of those that are malicious.

use crate::json::Json;
use crate::net::Place;
use crate::people::{TENANT, TENANT_NAME};
use crate::random::Random;
use crate::state::Setting;
use chrono::DateTime;

/// Which export a record stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Export {
    Audit,
    Interactive,
    NonInteractive,
    Principal,
    Directory,
    Trace,
}

/// A record as its export prints it.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// Unix seconds, UTC.
    pub(crate) time: i64,
    pub(crate) export: Export,
    pub(crate) text: String,
}

/// A label of `truth.json`.
#[derive(Debug, Clone)]
pub(crate) struct Label {
    pub(crate) time: i64,
    pub(crate) id: String,
    pub(crate) account: String,
    pub(crate) phase: &'static str,
    pub(crate) what: String,
}

/// What the records made now are part of.
#[derive(Debug, Clone)]
pub(crate) struct Mark {
    pub(crate) account: String,
    pub(crate) phase: &'static str,
    pub(crate) what: String,
}

/// What was logged and not yet written.
#[derive(Debug)]
pub(crate) struct Log {
    pub(crate) random: Random,
    pub(crate) lines: Vec<Line>,
    /// While set, every record is labelled as malicious.
    pub(crate) mark: Option<Mark>,
    pub(crate) labels: Vec<Label>,
    /// What was set in mailboxes, for the snapshots at the end.
    pub(crate) settings: Vec<Setting>,
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
    /// Id and name of a registered device.
    pub(crate) device: Option<(String, String)>,
}

/// The fields of an audit record that its kind does not decide.
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
        Self { random: Random::new(seed), lines: Vec::new(), mark: None, labels: Vec::new(), settings: Vec::new() }
    }

    /// Logs a record, labelled if a mark is set.
    pub(crate) fn put(&mut self, time: i64, export: Export, id: &str, text: String) {
        self.label(time, id);
        self.lines.push(Line { time, export, text });
    }

    fn label(&mut self, time: i64, id: &str) {
        let known = |label: &Label| label.id == id;
        if let Some(Mark { account, phase, what }) = self.mark.clone()
            && !self.labels.iter().rev().take(4).any(known)
        {
            self.labels.push(Label { time, id: id.into(), account, phase, what });
        }
    }

    /// Logs an audit record: `head` in the order of the Management Activity API schema, then `rest`.
    pub(crate) fn audit(&mut self, head: &Head<'_>, rest: Json) {
        let id = self.random.guid();
        self.audit_as(&id, head, rest);
    }

    /// As [`Log::audit`], with an Id that exists already.
    pub(crate) fn audit_as(&mut self, id: &str, head: &Head<'_>, rest: Json) {
        let (workload, result) = match head.record_type {
            1 => ("Exchange", "True"),
            2 | 3 | 50 => ("Exchange", "Succeeded"),
            8 | 15 => ("AzureActiveDirectory", "Success"),
            25 => ("MicrosoftTeams", ""),
            18 | 24 | 40 => ("SecurityComplianceCenter", "Succeeded"),
            28 => ("ThreatIntelligence", ""),
            _ if head.object.contains("-my.") => ("OneDrive", ""),
            _ => ("SharePoint", ""),
        };
        let time = stamp(head.time, "%Y-%m-%dT%H:%M:%S");
        let mut data = crate::map! {
            "CreationTime": &time,
            "Id": id,
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
            "Version": 1_i64,
            "Workload": workload,
        });
        if !head.address.is_empty() {
            data = data.with(crate::map! { "ClientIP": head.address });
        }
        if !head.object.is_empty() {
            data = data.with(crate::map! { "ObjectId": head.object });
        }
        data = data.with(crate::map! { "UserId": head.user }).with(rest);
        let kind = head.record_type.to_string();
        let row = csv(&[id, &format!("{time}.0000000Z "), &kind, head.operation, head.user, &data.compact(), "", ""]);
        self.put(head.time, Export::Audit, id, row);
    }

    /// The claims of an access token, as Exchange and `SharePoint` copy them into a record.
    pub(crate) fn app_access(&mut self, presence: &Presence, client: &str) -> Json {
        let session = match presence.session.as_str() {
            "" => crate::map! {},
            session => crate::map! { "AADSessionId": session },
        };
        session.with(crate::map! {
            "ClientAppId": client,
            "CorrelationId": self.random.guid(),
            "IssuedAtTime": stamp(presence.since, "%Y-%m-%dT%H:%M:%S"),
            "UniqueTokenId": &presence.token,
        })
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

/// A line of CSV, every field in quotation marks.
pub(crate) fn csv(fields: &[&str]) -> String {
    let mut out = String::with_capacity(64 + fields.iter().map(|f| f.len() * 9 / 8).sum::<usize>());
    for (n, field) in fields.iter().enumerate() {
        if n > 0 {
            out.push(',');
        }
        out.push('"');
        for part in field.split_inclusive('"') {
            out.push_str(part);
            if part.ends_with('"') {
                out.push('"');
            }
        }
        out.push('"');
    }
    out.push_str("\r\n");
    out
}
