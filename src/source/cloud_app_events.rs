//! `cloud-app-events`: `CloudAppEvents` rows of Defender XDR, whose `RawEventData` is the audit record.
//!
//! Columns: <https://learn.microsoft.com/defender-xdr/advanced-hunting-cloudappevents-table>

use super::text::{Object, hash, object, opened, string};
use super::ual::{self, Outer};
use super::{Decoded, FileContext, Proof, Shape, Signature, Source, any_cell};
use crate::event::Event;
use crate::input::{Data, Header};
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};

const NAME: &str = "cloud-app-events";

/// Category of the rows that Defender streams through Azure Monitor.
const STREAMED: &str = "AdvancedHunting-CloudAppEvents";

pub(super) const SOURCE: Source = Source {
    name: NAME,
    title: "Defender XDR CloudAppEvents, CSV and JSON (advanced hunting, Sentinel, streaming)",
    recognised_by: "columns ActionType and RawEventData; or category AdvancedHunting-CloudAppEvents and properties",
    signature: Signature {
        csv: &[Shape::needs(&["ActionType", "RawEventData"]).usual(&["Timestamp", "AccountObjectId", "Application"])],
        json: &[Shape::needs(&["ActionType", "RawEventData"]).usual(&["Timestamp", "TimeGenerated"])],
    },
    proof: Proof::Documentation,
    csv: Some(csv),
    json: Some(json),
    decode,
    view,
};

fn csv(header: &Header) -> bool {
    ["actiontype", "raweventdata"].iter().all(|key| header.position(key).is_some())
}

fn json(record: &Value) -> bool {
    let row = row(record);
    row.get("ActionType").is_some() && row.get("RawEventData").is_some()
}

/// The row itself, out of the wrapper of a stream.
fn row(record: &Value) -> &Value {
    let streamed = string(record.get("category")) == STREAMED;
    record.get("properties").filter(|inner| streamed && inner.is_object()).unwrap_or(record)
}

fn decode(data: Data<'_>, _: &FileContext) -> Result<Decoded, String> {
    match data {
        Data::Csv { header, fields } => {
            let get = |keys: &[&str]| any_cell(header, &fields, keys).trim();
            let raw = get(&["raweventdata"]);
            let columns = Columns {
                time: get(&["timestamp", "timestamp [utc]", "timegenerated", "timegenerated [utc]"]),
                action: get(&["actiontype"]),
                application: get(&["application"]),
                report: get(&["reportid"]),
                account: get(&["accountid", "accountobjectid", "accountdisplayname"]),
                address: get(&["ipaddress"]),
                agent: get(&["useragent"]),
            };
            let opened = opened(raw).and_then(|json| object(&json).ok());
            columns.decode(opened.as_ref(), raw)
        }
        Data::Json(record) => {
            let row = row(&record);
            let get = |keys: &[&str]| {
                keys.iter().map(|key| string(row.get(*key))).find(|text| !text.is_empty()).unwrap_or_default()
            };
            let columns = Columns {
                time: get(&["Timestamp", "Timestamp [UTC]", "TimeGenerated", "TimeGenerated [UTC]"]),
                action: get(&["ActionType"]),
                application: get(&["Application"]),
                report: get(&["ReportId"]),
                account: get(&["AccountId", "AccountObjectId", "AccountDisplayName"]),
                address: get(&["IPAddress"]),
                agent: get(&["UserAgent"]),
            };
            let raw = row.get("RawEventData");
            let text = string(raw);
            let from_text = opened(text).and_then(|json| object(&json).ok());
            let whole = raw.filter(|raw| raw.as_object().is_some_and(|members| !members.is_empty()));
            columns.decode(from_text.as_ref().or(whole), text)
        }
    }
}

/// The columns around the record that matter where it is no audit record.
struct Columns<'a> {
    time: &'a str,
    action: &'a str,
    application: &'a str,
    report: &'a str,
    account: &'a str,
    address: &'a str,
    agent: &'a str,
}

impl Columns<'_> {
    fn decode(&self, raw: Option<&Value>, text: &str) -> Result<Decoded, String> {
        let outer =
            Outer { id: self.report, time: self.time, user: self.account, operation: self.action, ..Outer::default() };
        match raw {
            Some(raw) if ual::is_record(raw) => ual::open_value(Some(raw), &outer),
            Some(raw) => self.rebuilt(raw),
            None => {
                // Its messages name the column that holds the record in other exports.
                let named = |text: String| text.replace("AuditData", "RawEventData");
                let decoded = ual::open(text, &outer).map_err(named)?;
                Ok(Decoded { degraded: named(decoded.degraded), ..decoded })
            }
        }
    }

    /// A record of another application: its own members behind those that the audit log would have.
    fn rebuilt(&self, raw: &Value) -> Result<Decoded, String> {
        let mut record = Object::new();
        let known = [
            ("CreationTime", self.time),
            ("Id", self.report),
            ("Operation", self.action),
            ("Workload", self.application),
            ("UserId", self.account),
            ("ClientIP", self.address),
            ("UserAgent", self.agent),
        ];
        for (key, text) in known {
            if raw.get(key).is_none() {
                record.some_text(key, text);
            }
        }
        for (key, value) in raw.as_object().into_iter().flat_map(|members| members.iter()) {
            record.value(key, value);
        }
        let text = record.finish();
        let degraded = "RawEventData is no record of the unified audit log; time, user and operation are read from the columns around it";
        Ok(Decoded {
            record: object(&text)?,
            content: hash(&text),
            degraded: degraded.to_owned(),
            ..Decoded::default()
        })
    }
}

fn view<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    ual::view(decoded, context, NAME)
}
