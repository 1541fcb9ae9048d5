//! Findings, accounts, addresses and the ledger to the small tables and JSON files of the case folder.

use super::escape::push_csv;
use super::folder::Sink;
use super::view::View;
use crate::case::Finding;
use crate::case::severity::{LEVELS, Severity};
use crate::case::sign_in::SignIns;
use crate::civil::rfc3339;
use serde::Serialize;
use std::collections::BTreeSet;
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

/// Writes a value as indented JSON with a final line end.
pub(crate) fn json(value: &impl Serialize, sink: &mut Sink<'_>) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *sink, value)?;
    sink.write_all(b"\n")
}

/// A CSV record in the making: log text goes through the escape, our own text does not.
#[derive(Debug, Default)]
struct Record(Vec<u8>);

impl Record {
    fn log(&mut self, text: &str) -> &mut Self {
        push_csv(&mut self.0, text);
        self.0.push(b',');
        self
    }

    fn ours(&mut self, text: impl std::fmt::Display) -> &mut Self {
        // Writing to memory cannot fail.
        let _ = write!(self.0, "{text},");
        self
    }

    fn sign_ins(&mut self, sign_ins: SignIns) -> &mut Self {
        self.ours(sign_ins.succeeded).ours(sign_ins.failed).ours(sign_ins.interrupted)
    }

    fn severity(&mut self, severity: &Severity) -> &mut Self {
        self.ours(severity.total());
        for level in LEVELS {
            self.ours(severity.count(level));
        }
        self.ours(severity.highest().map_or("", crate::rule::Level::name))
    }

    fn end(&mut self, sink: &mut Sink<'_>) -> io::Result<()> {
        self.0.pop();
        self.0.push(b'\n');
        sink.write_all(&self.0)?;
        self.0.clear();
        Ok(())
    }
}

/// Writes `findings.csv`: one line a finding, most severe first.
pub(crate) fn findings_csv(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    sink.write_all(
        b"id,level,rule,tenant,account,first_time,last_time,count,addresses,countries,summary,tags,rule_id,event_ids\n",
    )?;
    let mut record = Record::default();
    for finding in &view.case.findings {
        record.ours(&finding.id).ours(finding.rule.level).log(&finding.rule.title);
        record.log(&finding.tenant).log(&finding.account).ours(&finding.first_time).ours(&finding.last_time);
        record.ours(finding.count).log(&finding.addresses.join("; ")).log(&countries(view, finding).join("; "));
        record.log(&finding.summary).log(&finding.rule.tags.join("; ")).log(&finding.rule.id);
        record.ours(some(&finding.event_ids)).end(sink)?;
    }
    Ok(())
}

/// The incidents, with the parts of their scores.
pub(crate) fn incidents_json(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    json(&view.incidents, sink)
}

/// The incidents, one line each.
pub(crate) fn incidents_csv(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    sink.write_all(b"id,level,score,tenant,account,first_time,last_time,events,findings,parts\n")?;
    let mut record = Record::default();
    for incident in &view.incidents {
        record.ours(&incident.id).ours(incident.level).ours(incident.score).log(&incident.tenant);
        record.log(&incident.account).ours(&incident.first_time).ours(&incident.last_time).ours(incident.events);
        record.ours(incident.findings.len()).log(&incident.told_parts().join("; ")).end(sink)?;
    }
    Ok(())
}

/// The answer for each account that an intruder got into.
pub(crate) fn case_json(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    json(&view.case.dossiers, sink)
}

/// What intruders did, by account and address.
pub(crate) fn sessions_json(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    json(&view.case.sessions, sink)
}

/// What intruders did, one line for each account and address.
pub(crate) fn sessions_csv(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    sink.write_all(
        b"id,tenant,account,address,country,as_org,first_time,last_time,events,succeeded,link,score,parts,agents,sessions,event_ids\n",
    )?;
    let mut record = Record::default();
    for session in &view.case.sessions {
        record.ours(&session.id).log(&session.tenant).log(&session.account).log(&session.address);
        record.log(&session.country).log(&session.as_org).ours(&session.first_time).ours(&session.last_time);
        record.ours(session.events).ours(session.succeeded).ours(session.link.name()).ours(session.score);
        record.log(&session.parts.join("; ")).log(&session.agents.join("; ")).log(&session.sessions.join("; "));
        record.ours(some(&session.event_ids)).end(sink)?;
    }
    Ok(())
}

/// The mail that intruders reached.
pub(crate) fn mail_exposure_csv(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    sink.write_all(b"class,tenant,mailbox,message_id,subject,sender,recipients,folder,how,first_time,last_time,sessions,event_ids\n")?;
    let mut record = Record::default();
    for exposed in &view.case.exposure.mail {
        record.ours(exposed.class.name()).log(&exposed.tenant).log(&exposed.mailbox).log(&exposed.message_id);
        record.log(&exposed.subject).log(&exposed.sender).log(&joined(&exposed.recipients, "; "));
        record.log(&exposed.folder).log(&joined(&exposed.how, "; "));
        record
            .ours(exposed.trail.first_time())
            .ours(exposed.trail.last_time())
            .ours(joined(&exposed.trail.sessions, " "));
        record.ours(some(&exposed.trail.event_ids(&view.case.events))).end(sink)?;
    }
    Ok(())
}

/// The files that intruders reached.
pub(crate) fn file_exposure_csv(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    sink.write_all(b"tenant,account,file,how,first_time,last_time,events,sessions,event_ids\n")?;
    let mut record = Record::default();
    for exposed in &view.case.exposure.files {
        record.log(&exposed.tenant).log(&exposed.account).log(&exposed.file).log(&joined(&exposed.how, "; "));
        record.ours(exposed.trail.first_time()).ours(exposed.trail.last_time()).ours(exposed.trail.positions.len());
        record.ours(joined(&exposed.trail.sessions, " "));
        record.ours(some(&exposed.trail.event_ids(&view.case.events))).end(sink)?;
    }
    Ok(())
}

/// Whom intruders wrote to.
pub(crate) fn recipients_csv(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    sink.write_all(b"recipient,sender,tenant,first_time,last_time,messages,subjects,event_ids\n")?;
    let mut record = Record::default();
    for recipient in &view.case.recipients {
        record.log(&recipient.recipient).log(&recipient.sender).log(&recipient.tenant);
        record
            .ours(recipient.trail.first_time())
            .ours(recipient.trail.last_time())
            .ours(recipient.trail.positions.len());
        record.log(&joined(&recipient.subjects, "; "));
        record.ours(some(&recipient.trail.event_ids(&view.case.events))).end(sink)?;
    }
    Ok(())
}

fn joined(texts: &BTreeSet<String>, between: &str) -> String {
    texts.iter().map(String::as_str).collect::<Vec<_>>().join(between)
}

/// What was left behind, with every act on it.
pub(crate) fn footholds_json(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    json(&view.case.footholds, sink)
}

/// What was left behind, one line each.
pub(crate) fn footholds_csv(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    sink.write_all(
        b"id,kind,step,tenant,account,name,state,opened,opened_by,opened_from,changes,closed,closed_by,shown,basis,event_ids\n",
    )?;
    let mut record = Record::default();
    for foothold in &view.case.footholds {
        record.ours(&foothold.id).log(&foothold.kind).ours(foothold.step.map_or_else(String::new, |n| n.to_string()));
        record.log(&foothold.tenant).log(&foothold.account).log(&foothold.name).ours(foothold.state.name());
        match &foothold.opened {
            Some(act) => record.ours(&act.time).log(&act.by).log(&act.address),
            None => record.ours("").ours("").ours(""),
        };
        record.ours(foothold.changed.len());
        match &foothold.closed {
            Some(act) => record.ours(&act.time).log(&act.by),
            None => record.ours("").ours(""),
        };
        record.ours(foothold.shown.as_deref().unwrap_or_default()).log(&foothold.basis);
        record.ours(some(&foothold.event_ids)).end(sink)?;
    }
    Ok(())
}

/// What filters kept from being findings, one line a hit.
pub(crate) fn suppressed_csv(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    sink.write_all(b"time,tenant,account,operation,level,rule,filter,event_id,rule_id\n")?;
    let (events, mut record) = (&view.case.events, Record::default());
    for (position, withheld) in &view.case.withheld {
        let rule = view.case.rules.get(usize::from(withheld.rule));
        let (Some(entry), Some(rule)) = (events.entries.get(*position as usize), rule) else { continue };
        record.ours(rfc3339(entry.time.micros)).log(events.text(entry.tenant)).log(events.text(entry.account));
        record.log(events.text(entry.operation)).ours(rule.level.name()).log(&rule.title).log(&withheld.filter);
        record.ours(entry.event_id()).log(&rule.id).end(sink)?;
    }
    Ok(())
}

/// A spreadsheet cell holds 32,767 characters: all ids up to 500, else the first 500 and where the rest is.
fn some(ids: &[String]) -> String {
    match ids.get(..500) {
        None => ids.join(" "),
        Some(first) => format!("{} … {} in all: see findings.json", first.join(" "), ids.len()),
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

/// Writes `users.csv`: one line an account, most severe first; the line without an account holds the events that name none.
pub(crate) fn users_csv(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    sink.write_all(
        b"account,tenant,first_time,last_time,events,sign_ins_succeeded,sign_ins_failed,sign_ins_interrupted,addresses,\
          countries,findings,critical,high,medium,low,informational,highest_level\n",
    )?;
    let mut record = Record::default();
    for account in &view.accounts {
        let time = |micros: Option<i64>| micros.map_or_else(String::new, rfc3339);
        record.log(&account.account).log(&account.tenant);
        record.ours(time(account.span.map(|span| span.0))).ours(time(account.span.map(|span| span.1)));
        record.ours(account.events).sign_ins(account.sign_ins).ours(account.addresses);
        record.log(&account.countries.join("; ")).severity(&account.findings).end(sink)?;
    }
    Ok(())
}

/// Writes `addresses.csv`: one line an address, most severe first.
pub(crate) fn addresses_csv(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    sink.write_all(
        b"address,country,region,city,latitude,longitude,asn,as_org,address_kind,anonymous,first_time,last_time,accounts,\
          events,sign_ins_succeeded,sign_ins_failed,sign_ins_interrupted,findings,critical,high,medium,low,informational,\
          highest_level,place_basis\n",
    )?;
    let mut record = Record::default();
    for address in &view.addresses {
        let place = &address.place;
        record.log(&address.address).log(&place.country).log(&place.region).log(&place.city);
        match place.coordinates {
            Some((north, east)) => record.ours(north).ours(east),
            None => record.ours("").ours(""),
        };
        if place.asn == 0 {
            record.ours("")
        } else {
            record.ours(place.asn)
        };
        record.log(&place.as_org).ours(place.kind).log(&place.anonymous);
        record.ours(rfc3339(address.first)).ours(rfc3339(address.last)).ours(address.accounts).ours(address.events);
        record.sign_ins(address.sign_ins).severity(&address.findings).log(&place.basis).end(sink)?;
    }
    Ok(())
}
