//! `state`: snapshots of settings (rules, forwarding, permissions, grants, methods, roles), one row an event.
//!
//! What a snapshot may be is a table: a line in [`KINDS`] is a new kind. Columns keep or get Microsoft's own
//! parameter names, so that one rule reads every tool's export.

mod collected;
mod entra;
mod exchange;
mod kind;
mod record;

pub(super) use collected::collected;
pub use kind::Kind;

use super::text::{Detail, first, lower, operation, scalar};
use super::ual::actor::{is_guest, is_upn};
use super::{Decoded, FileContext, Proof, Shape, Signature, Source, Wrapper, moment, text};
use crate::event::{ActorKind, Address, Event, Family, Outcome, Record, Time};
use crate::input::{Data, Header};
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};
use std::borrow::Cow;

/// Name of the source, in `coverage.json` and in [`Event::source`].
pub(super) const NAME: &str = "state";

pub(super) const SOURCE: Source = Source {
    name: NAME,
    title: "State at collection: inbox rules, forwarding, permissions, grants, methods, roles; CSV and JSON (Microsoft-Extractor-Suite, Hawk, Untitled Goose Tool, Exchange and Graph cmdlets)",
    recognised_by: "the columns of one of the kinds below",
    signature: Signature { csv: &[], json: &[] },
    proof: Proof::Code,
    csv: Some(matches_csv),
    json: Some(matches_json),
    decode,
    view,
};

/// Every kind of snapshot, in the order they are tried: the most specific first.
static KINDS: &[&[Kind]] = &[exchange::KINDS, entra::KINDS];

/// Every kind of snapshot that the source `state` knows.
pub fn kinds() -> impl Iterator<Item = &'static Kind> {
    KINDS.iter().flat_map(|kinds| kinds.iter())
}

/// The names of each kind, for what an unknown file is nearest to.
pub(super) fn shapes() -> Vec<Shape> {
    kinds().map(|kind| Shape::needs(kind.all).usual(kind.any)).collect()
}

fn of_csv(header: &Header) -> Option<&'static Kind> {
    let keys: Vec<&str> = header.keys.iter().map(String::as_str).collect();
    kinds().find(|kind| kind.fits(&keys))
}

fn of_json(record: &Value) -> Option<&'static Kind> {
    let keys: Vec<&str> = record.as_object()?.iter().map(|(key, _)| key).collect();
    kinds().find(|kind| kind.fits(&keys))
}

fn matches_csv(header: &Header) -> bool {
    of_csv(header).is_some()
}

fn matches_json(record: &Value) -> bool {
    of_json(record).is_some()
}

/// Columns that the exporter of a file with this header is known to drop, and that it lacks.
pub(super) fn dropped(header: &Header) -> Vec<&'static str> {
    let droppable = of_csv(header).map_or(&[][..], |kind| kind.droppable);
    let has = |name: &str| header.keys.iter().any(|key| key.eq_ignore_ascii_case(name));
    droppable.iter().copied().filter(|name| !has(name)).collect()
}

fn decode(data: Data<'_>, context: &FileContext) -> Result<Decoded, String> {
    let (kind, text, mut degraded) = match data {
        Data::Csv { header, fields } => {
            let kind = of_csv(header).ok_or("found the columns of no known kind of snapshot")?;
            record::of_row(kind, header, &fields)
        }
        Data::Json(record) => {
            let kind = of_json(&record).ok_or("found the keys of no known kind of snapshot")?;
            record::of_object(kind, &record)
        }
    }?;
    let record = text::object(&text)?;
    if kind.owned && of(&record, kind.account).is_empty() {
        degraded.push("the row does not say whose mailbox it is".to_owned());
    }
    if let (_, Some(name)) = stated(kind, &record, context)? {
        degraded.push(format!("when it was collected is not known; the time is that of {name}"));
    }
    let wrapper = Wrapper { record_type: kind.name.to_owned(), ..Wrapper::default() };
    Ok(Decoded {
        content: text::hash(&format!("{}\n{text}", kind.noun)),
        record,
        wrapper,
        degraded: degraded.join("; "),
    })
}

/// The time of a snapshot: that of its collection, else one that the row itself states, with its column's name.
///
/// With neither there is no time that would be true, and the row is refused.
fn stated(kind: &Kind, record: &Value, context: &FileContext) -> Result<(Time, Option<&'static str>), String> {
    if let Some(time) = context.collected {
        return Ok((time, None));
    }
    let mut found = Vec::new();
    for name in kind.time {
        let value = record.get(*name);
        // Windows PowerShell 5.1 writes a time as an object around its value.
        let text = scalar(value.and_then(|value| value.get("value")).or(value));
        match moment::parse(&text, context.dates) {
            Some(moment) => return Ok((moment.of_wrapper(), Some(name))),
            None if text.trim().is_empty() => {}
            None => found.push(format!("{name} {text:?}")),
        }
    }
    let found = if found.is_empty() { String::new() } else { format!(" (found {})", found.join(", ")) };
    Err(format!(
        "found no time of collection in the name of the file or its folders, and none in the row{found}; give it with --collected-at"
    ))
}

/// The first of these members that holds a text; the members of a list are joined, an object names nobody.
fn of<'a>(record: &'a Value, names: &[&str]) -> Cow<'a, str> {
    let values = names.iter().map(|name| record.get(*name).filter(|value| !value.is_object()));
    let mut texts = values.map(plain);
    texts.find(|text| !text.trim().is_empty()).unwrap_or_default()
}

/// A value as people read it: the members of a list one after the other, anything deeper as JSON.
fn plain(value: Option<&Value>) -> Cow<'_, str> {
    match value.and_then(|value| value.as_array()) {
        Some(items) => Cow::Owned(items.iter().map(|item| scalar(Some(item))).collect::<Vec<_>>().join(", ")),
        None => scalar(value),
    }
}

fn view<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    let record = &decoded.record;
    let named = |kind: &&Kind| kind.name == decoded.wrapper.record_type;
    let kind = kinds().find(named).ok_or("found a record that is no snapshot")?;
    let (time, _) = stated(kind, record, context)?;
    let actor = of(record, kind.actor);
    let account = match of(record, kind.account) {
        none if none.is_empty() && is_upn(&actor) => actor.clone(),
        // `Get-InboxRule` names a rule `mailbox\rule`.
        owner => match (kind.owned, owner.split_once('\\')) {
            (true, Some((mailbox, _))) => Cow::Owned(mailbox.to_owned()),
            _ => owner,
        },
    };
    let account = Cow::Owned(lower(account.trim()).into_owned());
    Ok(Event {
        family: Family::State,
        source: NAME,
        // An id names the object, which stands in every later snapshot again: no id of a record.
        id: Cow::Borrowed(""),
        time,
        tenant: Cow::Borrowed(""),
        operation: operation(kind.operation),
        operation_original: Cow::Borrowed(kind.operation),
        workload: Cow::Borrowed(kind.workload),
        record_type: Cow::Borrowed(kind.record_type),
        actor_kind: match &*actor {
            "" => ActorKind::Unknown,
            name if is_guest(name) => ActorKind::Guest,
            name if is_upn(name) => ActorKind::User,
            _ => ActorKind::Unknown,
        },
        actor,
        actor_id: Cow::Borrowed(""),
        target: of(record, kind.target),
        account,
        address: Address::default(),
        place: None,
        client: Cow::Borrowed(""),
        authentication_requirement: Cow::Borrowed(""),
        agent: Cow::Borrowed(""),
        application: of(record, kind.application),
        application_id: of(record, kind.application_id),
        session: Cow::Borrowed(""),
        token: Cow::Borrowed(""),
        device: of(record, kind.device),
        outcome: Outcome::Unknown,
        result: of(record, kind.result),
        error_code: Cow::Borrowed(""),
        object: of(record, kind.object),
        detail: detail(kind, record),
        degraded: Cow::Borrowed(first(&[&decoded.degraded])),
        record: Record::new(record),
    })
}

fn detail<'a>(kind: &Kind, record: &Value) -> Cow<'a, str> {
    let mut detail = Detail::default();
    for name in kind.facts {
        let text = plain(record.get(*name));
        // A description has several lines; a dash stands for a method that is not registered.
        let words: Vec<&str> = text.split_whitespace().filter(|word| *word != "-" || text.trim() != "-").collect();
        detail.some_pair(name, &words.join(" "));
    }
    detail.finish()
}
