//! `graph-alerts`: Graph security alerts (`alerts_v2`), one alert an event.
//!
//! Keys and meanings: <https://learn.microsoft.com/graph/api/resources/security-alert>

use super::text::{Detail, at, first, lower, operation, string};
use super::{Decoded, FileContext, Proof, Shape, Signature, Source, address, json_record, moment};
use crate::event::{ActorKind, Event, Family, Outcome};
use crate::input::Data;
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};
use std::borrow::Cow;

const NAME: &str = "graph-alerts";

pub(super) const SOURCE: Source = Source {
    name: NAME,
    title: "Microsoft Graph security alerts (alerts_v2), JSON and NDJSON",
    recognised_by: "keys createdDateTime, title, severity and serviceSource",
    signature: Signature {
        csv: &[],
        json: &[Shape::needs(&["createdDateTime", "title", "severity", "serviceSource"])],
    },
    proof: Proof::Documentation,
    csv: None,
    json: None,
    decode,
    view,
};

fn decode(data: Data<'_>, _: &FileContext) -> Result<Decoded, String> {
    let (record, content) = json_record(data)?;
    Ok(Decoded::whole(record, content))
}

fn view<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    let record = &decoded.record;
    let get = |key: &str| string(record.get(key));
    let stamp = first(&[get("firstActivityDateTime"), get("createdDateTime")]);
    let time = moment::parse(stamp, context.dates)
        .or_else(|| moment::parse(get("createdDateTime"), context.dates))
        .ok_or_else(|| format!("found createdDateTime {stamp:?}, expected a date with a time of day"))?;
    let title = get("title");
    let user = first(&[
        evidence(record, &["userAccount", "userPrincipalName"]),
        evidence(record, &["userAccount", "accountName"]),
    ]);
    Ok(Event {
        family: Family::Activity,
        source: NAME,
        id: Cow::Borrowed(get("id")),
        time: time.of_record(),
        tenant: Cow::Borrowed(get("tenantId")),
        operation: operation(title),
        operation_original: Cow::Borrowed(title),
        workload: Cow::Borrowed(get("serviceSource")),
        record_type: Cow::Borrowed("SecurityAlert"),
        actor: Cow::Borrowed(""),
        actor_id: Cow::Borrowed(""),
        actor_kind: ActorKind::Unknown,
        target: Cow::Borrowed(user),
        account: lower(user),
        address: address::choose(&[evidence(record, &["ipAddress"])]),
        place: None,
        agent: Cow::Borrowed(""),
        application: Cow::Borrowed(get("productName")),
        application_id: Cow::Borrowed(""),
        session: Cow::Borrowed(""),
        token: Cow::Borrowed(""),
        device: Cow::Borrowed(evidence(record, &["deviceDnsName"])),
        outcome: Outcome::Unknown,
        result: Cow::Borrowed(get("status")),
        error_code: Cow::Borrowed(""),
        object: Cow::Borrowed(title),
        detail: detail(record),
        degraded: Cow::Borrowed(&decoded.degraded),
        record,
    })
}

/// The first text at this path in the list of evidence.
fn evidence<'a>(record: &'a Value, path: &[&str]) -> &'a str {
    let items = record.get("evidence").and_then(|e| e.as_array());
    let texts = items.into_iter().flat_map(|items| items.iter()).map(|item| string(at(item, path)));
    texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default()
}

fn detail(record: &Value) -> Cow<'_, str> {
    let mut detail = Detail::default();
    for (name, key) in [("Severity", "severity"), ("Category", "category"), ("Description", "description")] {
        detail.some_pair(name, string(record.get(key)));
    }
    detail.finish()
}
