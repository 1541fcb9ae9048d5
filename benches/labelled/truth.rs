//! `truth.json`: which records are malicious, and what the intruder had and left.

use crate::json::Json;
use crate::log::stamp;
use crate::map;
use crate::story::{Account, Told};

fn moment(time: i64) -> String {
    stamp(time, "%Y-%m-%dT%H:%M:%SZ")
}

fn texts<'a>(items: impl IntoIterator<Item = &'a String>) -> Json {
    Json::List(items.into_iter().map(Json::from).collect())
}

/// The file's text. `written` counts all records of the evidence but those of the snapshots.
pub(crate) fn text(seed: u64, story: u64, tale: &Told, written: u64) -> String {
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let mut labels: Vec<_> = tale.labels.iter().collect();
    labels.sort_by_key(|label| label.time);
    let records = labels
        .iter()
        .map(|l| map! { "source_id": &l.id, "account": &l.account, "phase": l.phase, "what": &l.what })
        .collect();
    let stories = tale.accounts.iter().map(|account| one(tale, account)).collect();
    map! {
        "seed": number(seed),
        "story": number(story),
        "title": tale.title,
        "written": number(written),
        "records": Json::List(records),
        "stories": Json::List(stories),
    }
    .pretty("\n")
        + "\n"
}

fn one(tale: &Told, account: &Account) -> Json {
    let times = || tale.labels.iter().filter(|label| label.account == account.upn).map(|label| label.time);
    let footholds = account.footholds.iter().map(|foothold| {
        map! {
            "kind": foothold.kind,
            "key": &foothold.key,
            "opened": moment(foothold.opened),
            "closed": foothold.closed.map_or(Json::Null, |time| moment(time).into()),
            "state_at_end": if foothold.closed.is_some() { "closed" } else { "open" },
        }
    });
    let response = account.response.iter().map(|(step, verdict)| ((*step).to_owned(), Json::from(*verdict)));
    map! {
        "account": &account.upn,
        "entry": account.entry,
        "first_time": moment(times().min().unwrap_or_default()),
        "last_time": moment(times().max().unwrap_or_default()),
        "addresses": texts(&account.addresses),
        "sessions": texts(&account.sessions),
        "tokens": texts(&account.tokens),
        "bind_messages": texts(&account.messages),
        "sync_folders": texts(&account.folders),
        "footholds": Json::List(footholds.collect()),
        "response": Json::Map(response.collect()),
    }
}
