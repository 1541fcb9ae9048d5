//! Findings, accounts, addresses and the ledger to the small tables and JSON files of the case folder.

mod exposure;

pub(crate) use exposure::{FILE_EXPOSURE, MAIL_EXPOSURE, RECIPIENTS};

use super::folder::Sink;
use super::record::{Record, Table, Tone};
use super::view::View;
use crate::case::Finding;
use crate::case::foothold::State;
use crate::case::response::Verdict;
use crate::civil::rfc3339;
use serde::Serialize;
use std::io::{self, Write};

/// Writes `findings.json`: all findings, most severe first.
pub(crate) fn findings_json(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    json(&view.case.findings, sink)
}

/// Writes `coverage.json`: the ledger.
pub(crate) fn coverage_json(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    json(&view.case.coverage, sink)
}

/// Writes `rejected.jsonl`: one line a record that could not be used.
pub(crate) fn rejected_jsonl(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    for rejection in &view.case.rejected {
        serde_json::to_writer(&mut *sink, rejection)?;
        sink.write_all(b"\n")?;
    }
    Ok(())
}

/// The incidents, with the parts of their scores.
pub(crate) fn incidents_json(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    json(&view.incidents, sink)
}

/// The answer for each account that an intruder got into.
pub(crate) fn case_json(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    json(&view.case.dossiers, sink)
}

/// What intruders did, by account and address.
pub(crate) fn sessions_json(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    json(&view.case.sessions, sink)
}

/// What was left behind, with every act on it.
pub(crate) fn footholds_json(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    json(&view.case.footholds, sink)
}

/// Writes a value as indented JSON with a final line end.
pub(crate) fn json(value: &impl Serialize, sink: &mut Sink<'_>) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *sink, value)?;
    sink.write_all(b"\n")
}

/// The findings, most severe first.
pub(crate) static FINDINGS: Table = Table {
    columns: &[
        "id",
        "level",
        "rule",
        "tenant",
        "account",
        "first_time",
        "last_time",
        "count",
        "addresses",
        "countries",
        "summary",
        "tags",
        "rule_id",
        "event_ids",
    ],
    records: |view| {
        Box::new(view.case.findings.iter().map(|finding| {
            Record::default()
                .ours(&finding.id)
                .level(finding.rule.level)
                .log(&finding.rule.title)
                .log(&finding.tenant)
                .log(&finding.account)
                .time(&finding.first_time)
                .time(&finding.last_time)
                .count(finding.count)
                .log(finding.addresses.join("; "))
                .log(countries(view, finding).join("; "))
                .log(&finding.summary)
                .log(finding.rule.tags.join("; "))
                .log(&finding.rule.id)
                .ours(some(&finding.event_ids, view))
        }))
    },
};

/// The incidents, the highest score first.
pub(crate) static INCIDENTS: Table = Table {
    columns: &["id", "level", "score", "tenant", "account", "first_time", "last_time", "events", "findings", "parts"],
    records: |view| {
        Box::new(view.incidents.iter().map(|incident| {
            Record::default()
                .ours(&incident.id)
                .level(incident.level)
                .number(incident.score.into())
                .log(&incident.tenant)
                .log(&incident.account)
                .time(&incident.first_time)
                .time(&incident.last_time)
                .count(incident.events)
                .count(incident.findings.len() as u64)
                .log(incident.told_parts().join("; "))
        }))
    },
};

/// What intruders did: each account from each address.
pub(crate) static SESSIONS: Table = Table {
    columns: &[
        "id",
        "tenant",
        "account",
        "address",
        "country",
        "as_org",
        "first_time",
        "last_time",
        "events",
        "succeeded",
        "link",
        "score",
        "parts",
        "agents",
        "sessions",
        "event_ids",
    ],
    records: |view| {
        Box::new(view.case.sessions.iter().map(|session| {
            Record::default()
                .ours(&session.id)
                .log(&session.tenant)
                .log(&session.account)
                .log(&session.address)
                .log(&session.country)
                .log(&session.as_org)
                .time(&session.first_time)
                .time(&session.last_time)
                .count(session.events)
                .count(session.succeeded)
                .code(session.link.name(), session.link.label(view.case.facts.voice))
                .number(session.score.into())
                .log(session.parts.join("; "))
                .log(session.agents.join("; "))
                .log(session.sessions.join("; "))
                .ours(some(&session.event_ids, view))
        }))
    },
};

/// What was left behind.
pub(crate) static FOOTHOLDS: Table = Table {
    columns: &[
        "id",
        "kind",
        "step",
        "tenant",
        "account",
        "name",
        "state",
        "opened",
        "opened_by",
        "opened_from",
        "changes",
        "closed",
        "closed_by",
        "shown",
        "basis",
        "event_ids",
    ],
    records: |view| {
        Box::new(view.case.footholds.iter().map(|foothold| {
            let (opened, closed) = (foothold.opened.as_ref(), foothold.closed.as_ref());
            let voice = view.case.facts.voice;
            Record::default()
                .ours(&foothold.id)
                .code(&foothold.kind, &foothold.title)
                .some(foothold.step.map(f64::from))
                .log(&foothold.tenant)
                .log(&foothold.account)
                .log(&foothold.name)
                .toned(foothold.state.name(), foothold.state.label(voice), state(foothold.state))
                .time(opened.map_or("", |act| &act.time))
                .log(opened.map_or("", |act| &act.by))
                .log(opened.map_or("", |act| &act.address))
                .count(foothold.changed.len() as u64)
                .time(closed.map_or("", |act| &act.time))
                .log(closed.map_or("", |act| &act.by))
                .time(foothold.shown.as_deref().unwrap_or_default())
                .log(&foothold.basis)
                .ours(some(&foothold.event_ids, view))
        }))
    },
};

fn state(state: State) -> Option<Tone> {
    match state {
        State::Open => Some(Tone::Warning),
        State::Closed => Some(Tone::Good),
        State::Gone => None,
        State::Unknown => Some(Tone::Faint),
    }
}

fn verdict(verdict: Verdict) -> Option<Tone> {
    match verdict {
        Verdict::Done => Some(Tone::Good),
        Verdict::Partial => Some(Tone::Notice),
        Verdict::NotSeen => Some(Tone::Warning),
        Verdict::Outside | Verdict::Unknown => Some(Tone::Faint),
        Verdict::NotApplicable => None,
    }
}

/// The response for each account that an intruder got into, step by step.
pub(crate) static RESPONSE: Table = Table {
    columns: &["account", "tenant", "step", "task", "verdict", "time", "by", "note", "event_ids"],
    records: |view| {
        Box::new(view.case.dossiers.iter().flat_map(|dossier| {
            dossier.response.iter().map(|step| {
                Record::default()
                    .log(&dossier.account)
                    .log(&dossier.tenant)
                    .some((step.step > 0).then(|| step.step.into()))
                    .ours(&step.task)
                    .toned(step.verdict.name(), step.verdict.label(view.case.facts.voice), verdict(step.verdict))
                    .time(step.time.as_deref().unwrap_or_default())
                    .log(&step.by)
                    .log(&step.note)
                    .ours(some(&step.event_ids, view))
            })
        }))
    },
};

/// What filters kept from being findings, in time order.
pub(crate) static SUPPRESSED: Table = Table {
    columns: &["time", "tenant", "account", "operation", "level", "rule", "filter", "event_id", "rule_id"],
    records: |view| {
        let events = &view.case.events;
        Box::new(view.case.withheld.iter().filter_map(|(position, withheld)| {
            let rule = view.case.rules.get(usize::from(withheld.rule))?;
            let entry = events.entries.get(*position as usize)?;
            let record = Record::default()
                .time(rfc3339(entry.micros))
                .log(events.text(events.who(&entry).tenant))
                .log(events.text(events.who(&entry).account))
                .log(events.operation(&entry))
                .level(rule.level.name())
                .log(&rule.title)
                .log(&withheld.filter);
            Some(record.ours(entry.event_id()).log(&rule.id))
        }))
    },
};

/// A spreadsheet cell holds 32,767 characters: all ids up to 500, else the first 500 and where the rest is.
fn some(ids: &[String], view: &View<'_>) -> String {
    match ids.get(..500) {
        None => ids.join(" "),
        Some(first) => view.case.facts.voice.fill("table.ids", &[("ids", &first.join(" ")), ("n", &ids.len())]),
    }
}

/// Countries of a finding's addresses, sorted.
pub(crate) fn countries<'a>(view: &'a View<'_>, finding: &Finding) -> Vec<&'a str> {
    let mut found: Vec<&str> =
        finding.positions.iter().map(|&position| view.index.at(position as usize).country()).collect();
    found.sort_unstable();
    found.dedup();
    found.retain(|country| !country.is_empty());
    found
}

/// The accounts, most severe first; the line without an account holds the events that name none.
pub(crate) static USERS: Table = Table {
    columns: &[
        "account",
        "tenant",
        "first_time",
        "last_time",
        "events",
        "sign_ins_succeeded",
        "sign_ins_failed",
        "sign_ins_interrupted",
        "addresses",
        "countries",
        "findings",
        "critical",
        "high",
        "medium",
        "low",
        "informational",
        "highest_level",
    ],
    records: |view| {
        let time = |micros: Option<i64>| micros.map_or_else(String::new, rfc3339);
        Box::new(view.accounts.iter().map(move |account| {
            Record::default()
                .log(&account.account)
                .log(&account.tenant)
                .time(time(account.span.map(|span| span.0)))
                .time(time(account.span.map(|span| span.1)))
                .count(account.events)
                .sign_ins(account.sign_ins)
                .count(account.addresses)
                .log(account.countries.join("; "))
                .severity(&account.findings)
        }))
    },
};

/// The addresses, most severe first.
pub(crate) static ADDRESSES: Table = Table {
    columns: &[
        "address",
        "country",
        "region",
        "city",
        "latitude",
        "longitude",
        "asn",
        "as_org",
        "address_kind",
        "anonymous",
        "first_time",
        "last_time",
        "accounts",
        "events",
        "sign_ins_succeeded",
        "sign_ins_failed",
        "sign_ins_interrupted",
        "findings",
        "critical",
        "high",
        "medium",
        "low",
        "informational",
        "highest_level",
        "place_basis",
    ],
    records: |view| {
        Box::new(view.addresses.iter().map(|address| {
            let place = &address.place;
            Record::default()
                .log(&address.address)
                .log(&place.country)
                .log(&place.region)
                .log(&place.city)
                .some(place.coordinates.map(|(north, _)| north))
                .some(place.coordinates.map(|(_, east)| east))
                .some((place.asn > 0).then(|| place.asn.into()))
                .log(&place.as_org)
                .ours(place.kind)
                .log(&place.anonymous)
                .time(rfc3339(address.first))
                .time(rfc3339(address.last))
                .count(address.accounts)
                .count(address.events)
                .sign_ins(address.sign_ins)
                .severity(&address.findings)
                .log(&place.basis)
        }))
    },
};

/// What became of every file.
pub(crate) static COVERAGE: Table = Table {
    columns: &[
        "path",
        "format",
        "encoding",
        "rows",
        "used",
        "rejected",
        "duplicate",
        "degraded",
        "conflict",
        "outside",
        "first_time",
        "last_time",
        "bytes",
        "sha256",
        "notes",
    ],
    records: |view| {
        Box::new(view.case.coverage.files.iter().map(|file| {
            let counts = &file.counts;
            let record = Record::default().log(&file.path).log(&file.format).ours(&file.encoding);
            let record = record.count(counts.rows).count(counts.used).count(counts.rejected).count(counts.duplicate);
            record
                .count(counts.degraded)
                .count(counts.conflict)
                .count(counts.outside)
                .time(file.first_time.as_deref().unwrap_or_default())
                .time(file.last_time.as_deref().unwrap_or_default())
                .count(file.bytes)
                .ours(&file.sha256)
                .log(file.notes.join("; "))
        }))
    },
};

/// What the evidence may lack.
pub(crate) static SHORTFALLS: Table = Table {
    columns: &["sign", "file", "found", "meaning"],
    records: |view| {
        Box::new(view.case.coverage.completeness.iter().map(|lack| {
            let file = lack.file.as_deref().unwrap_or_default();
            Record::default().ours(&lack.sign).log(file).log(&lack.found).log(&lack.meaning)
        }))
    },
};
