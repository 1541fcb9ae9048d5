//! `graph-alerts`: Graph security alerts (`alerts_v2`, or flattened by the Extractor-Suite), one alert an event.
//!
//! Keys and meanings: <https://learn.microsoft.com/graph/api/resources/security-alert>; columns of the CSV:
//! <https://github.com/invictus-ir/Microsoft-Extractor-Suite>

use super::text::{Detail, Object, at, first, hash, lower, object, operation, string};
use super::{Decoded, FileContext, Proof, Shape, Signature, Source, address, any_cell, json_record, moment};
use crate::event::{ActorKind, Event, Family, Outcome, Record};
use crate::input::{Data, Header};
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};
use std::borrow::Cow;

const NAME: &str = "graph-alerts";

pub(super) const SOURCE: Source = Source {
    name: NAME,
    title: "Microsoft Graph security alerts (alerts_v2), JSON and NDJSON (also Microsoft-Extractor-Suite Get-SecurityAlerts, CSV)",
    recognised_by: "keys createdDateTime, title, severity and serviceSource; columns Title, Severity, CreatedDateTime and AffectedUser",
    signature: Signature {
        csv: &[Shape::needs(&["Title", "Severity", "CreatedDateTime", "AffectedUser"])],
        json: &[Shape::needs(&["createdDateTime", "title", "severity", "serviceSource"])],
    },
    proof: Proof::Documentation,
    csv: None,
    json: None,
    decode,
    view,
};

fn decode(data: Data<'_>, _: &FileContext) -> Result<Decoded, String> {
    if let Data::Csv { header, fields } = &data {
        return of_row(header, fields);
    }
    let (record, content) = json_record(data)?;
    Ok(Decoded::whole(record, content))
}

fn view<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    let record = &decoded.record;
    let get = |key: &str| string(record.get(key));
    let stamp = first(&[get("firstActivityDateTime"), get("createdDateTime")]);
    let time = moment::parse(stamp, context.dates)
        .or_else(|| moment::parse(get("createdDateTime"), context.dates))
        .ok_or_else(|| moment::refusal(&format!("createdDateTime {stamp:?}"), &[stamp, get("createdDateTime")]))?;
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
        client: Cow::Borrowed(""),
        authentication_requirement: Cow::Borrowed(""),
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
        record: Record::new(record),
    })
}

/// A row of the flattened export under Graph's names; every column of it stays.
fn of_row(header: &Header, fields: &[&str]) -> Result<Decoded, String> {
    let mut record = Object::new();
    for (key, columns) in [
        ("id", ["id", ""]),
        ("title", ["title", ""]),
        ("severity", ["severity", ""]),
        ("category", ["category", ""]),
        ("status", ["status", ""]),
        ("description", ["description", ""]),
        ("createdDateTime", ["createddatetime", ""]),
        ("firstActivityDateTime", ["eventdatetime", ""]),
        ("serviceSource", ["provider", "detectionsource"]),
        ("productName", ["subprovider", "vendor"]),
        ("tenantId", ["azuretenantid", ""]),
    ] {
        record.some_text(key, any_cell(header, fields, &columns));
    }
    // Each user is `name/address`, and `null` where no address is known.
    let users = any_cell(header, fields, &["affecteduser"]).split(';').map(str::trim).filter(|user| !user.is_empty());
    let evidence: Vec<String> = users
        .map(|user| {
            let (name, ip) = user.rsplit_once('/').unwrap_or((user, ""));
            let (mut account, mut item) = (Object::new(), Object::new());
            account.text("userPrincipalName", name.trim());
            item.raw("userAccount", &account.finish());
            item.some_text("ipAddress", if ip == "null" { "" } else { ip.trim() });
            item.finish()
        })
        .collect();
    record.raw("evidence", &format!("[{}]", evidence.join(",")));
    let mut columns = Object::new();
    header.names.iter().zip(fields).for_each(|(name, text)| columns.some_text(name.trim(), text));
    record.raw("columns", &columns.finish());
    let text = record.finish();
    Ok(Decoded::whole(object(&text)?, hash(&text)))
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
