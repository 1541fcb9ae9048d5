//! The case folder of an analysis against the truth: what was found, what was missed, what was wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use crate::answers::{self, Exposure, Products};
use serde_json::Value;

/// A row of the timeline, as far as it counts.
struct Row {
    source_id: String,
    address: String,
    operation: String,
    level: u8,
    /// A setting of a snapshot that the intruder left.
    foothold: bool,
}

/// A finding of level high or critical.
struct Finding {
    rule: String,
    events: Vec<String>,
}

const LEVELS: [&str; 5] = ["informational", "low", "medium", "high", "critical"];

fn rank(level: &str) -> u8 {
    LEVELS.iter().position(|one| *one == level).map_or(0, |at| at as u8 + 1)
}

/// The comparison as text.
pub(crate) fn print(truth: &Path, case: &Path) -> Result<String, String> {
    let truth = json(truth)?;
    let malicious: BTreeMap<String, String> = truth["records"]
        .as_array()
        .ok_or("truth.json: found no records")?
        .iter()
        .map(|r| {
            (r["source_id"].as_str().unwrap_or_default().to_owned(), r["phase"].as_str().unwrap_or_default().to_owned())
        })
        .collect();
    let footholds = footholds(&truth);
    let rows = timeline(&case.join("timeline.csv"), &footholds)?;
    let findings = findings(&case.join("findings.json"))?;
    let products = Products {
        sessions: json(&case.join("sessions.json"))?,
        footholds: json(&case.join("footholds.json"))?,
        case: json(&case.join("case.json"))?,
        exposure: exposure(&case.join("mail-exposure.csv"))?,
    };
    let told = rows.iter().map(|(event, row)| (event.clone(), (row.source_id.clone(), row.address.clone()))).collect();
    let answers = answers::compare(&truth, &malicious, &told, &products);
    Ok(compare(&malicious, &rows, &findings, truth["title"].as_str().unwrap_or_default()) + &answers)
}

fn json(path: &Path) -> Result<Value, String> {
    let bytes = std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
    serde_json::from_slice(&bytes).map_err(|e| format!("{}: {e}", path.display()))
}

/// What the intruder left, in lower case: the accounts and keys in which the snapshots may show it.
fn footholds(truth: &Value) -> Vec<String> {
    let stories = truth["stories"].as_array().into_iter().flatten();
    let all = stories.flat_map(|story| {
        let account = story["account"].as_str().unwrap_or_default();
        let keys = story["footholds"].as_array().into_iter().flatten();
        keys.map(move |f| format!("{account} {}", f["key"].as_str().unwrap_or_default()).to_lowercase())
    });
    all.collect()
}

/// Every row by its event id. A row of a snapshot shows a foothold if it names the account and ends its key.
fn timeline(path: &Path, footholds: &[String]) -> Result<BTreeMap<String, Row>, String> {
    let broken = |e: csv::Error| format!("{}: {e}", path.display());
    let mut reader = csv::Reader::from_path(path).map_err(broken)?;
    let header = reader.headers().map_err(broken)?.clone();
    let column = |name: &str| {
        header
            .iter()
            .position(|h| h.trim_start_matches('\u{feff}') == name)
            .ok_or(format!("timeline.csv: no column {name}"))
    };
    let (source, event, operation, level) =
        (column("source_id")?, column("event_id")?, column("operation")?, column("level")?);
    let (account, object, address) = (column("account")?, column("object")?, column("address")?);
    let mut rows = BTreeMap::new();
    for record in reader.records() {
        let record = record.map_err(broken)?;
        let get = |at: usize| record.get(at).unwrap_or_default().to_owned();
        let (owner, shown) = (get(account).to_lowercase(), get(object).to_lowercase());
        let shown = shown.trim_start_matches("smtp:");
        let told = |key: &String| !shown.is_empty() && key.contains(&owner) && key.ends_with(shown);
        let operation = get(operation);
        let foothold = operation.ends_with(" at collection") && footholds.iter().any(told);
        let row = Row { source_id: get(source), address: get(address), operation, level: rank(&get(level)), foothold };
        rows.insert(get(event), row);
    }
    Ok(rows)
}

/// The ids of messages that were opened, and the folders that were synchronised with their mailboxes.
fn exposure(path: &Path) -> Result<Exposure, String> {
    let broken = |e: csv::Error| format!("{}: {e}", path.display());
    let mut reader = csv::Reader::from_path(path).map_err(broken)?;
    let header = reader.headers().map_err(broken)?.clone();
    let at = |name: &str| {
        let known = header.iter().position(|column| column.trim_start_matches('\u{feff}') == name);
        known.ok_or(format!("mail-exposure.csv: no column {name}"))
    };
    let (class, mailbox, id, folder, how) =
        (at("class")?, at("mailbox")?, at("message_id")?, at("folder")?, at("how")?);
    let mut exposure = Exposure::default();
    for record in reader.records() {
        let record = record.map_err(broken)?;
        let get = |at: usize| record.get(at).unwrap_or_default().to_owned();
        if get(class) == "folder" {
            exposure
                .synchronised
                .insert((get(mailbox).to_lowercase(), get(folder).trim_start_matches('\\').to_owned()));
        } else if get(how).split("; ").any(|one| one == "opened") && !get(id).is_empty() {
            exposure.opened.insert(get(id));
        }
    }
    Ok(exposure)
}

fn findings(path: &Path) -> Result<Vec<Finding>, String> {
    let value = json(path)?;
    let list = value.as_array().ok_or("findings.json: found no findings")?;
    let high = list.iter().filter(|f| rank(f["rule"]["level"].as_str().unwrap_or_default()) >= 4);
    Ok(high
        .map(|f| Finding {
            rule: f["rule"]["title"].as_str().unwrap_or_default().to_owned(),
            events: f["event_ids"]
                .as_array()
                .map(|ids| ids.iter().map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned)).collect())
                .unwrap_or_default(),
        })
        .collect())
}

fn share(part: usize, whole: usize) -> String {
    if whole == 0 { "-".into() } else { format!("{:.1}%", part as f64 * 100.0 / whole as f64) }
}

fn compare(
    malicious: &BTreeMap<String, String>,
    rows: &BTreeMap<String, Row>,
    findings: &[Finding],
    title: &str,
) -> String {
    let mut found: BTreeMap<&str, (u8, &str)> = BTreeMap::new();
    for row in rows.values().filter(|row| malicious.contains_key(&row.source_id)) {
        let entry = found.entry(&row.source_id).or_insert((0, &row.operation));
        entry.0 = entry.0.max(row.level);
    }
    let (medium, high) = (at_least(&found, 3), at_least(&found, 4));
    let counts = |row: &Row| row.foothold || malicious.contains_key(&row.source_id);
    let is_malicious = |event: &String| rows.get(event).is_some_and(counts);
    let right = findings.iter().filter(|f| f.events.iter().any(is_malicious)).count();
    let events: BTreeSet<&String> = findings.iter().flat_map(|f| &f.events).collect();
    let events_right = events.iter().filter(|event| is_malicious(event)).count();
    let benign = rows.values().filter(|row| !counts(row)).count();
    let wrong = findings.len() - right;
    let all = malicious.len();
    let mut out = format!("{title}\n");
    let rate = wrong as f64 * 100_000.0 / benign.max(1) as f64;
    let _ = write!(
        out,
        "totals records={} malicious={all} medium={medium} high={high} findings={} right={right} events={} events_right={events_right} benign={benign} absent={}\n\
         recall at medium or above: {} ({medium} of {all}); at high: {}\n\
         precision of high and critical findings: {} ({right} of {}); of their events: {}\n\
         wrong high and critical findings for 100,000 ordinary records: {rate:.1}\n",
        rows.len(),
        findings.len(),
        events.len(),
        all - found.len(),
        share(medium, all),
        share(high, all),
        share(right, findings.len()),
        findings.len(),
        share(events_right, events.len()),
    );
    missed(&mut out, malicious, &found);
    mistaken(&mut out, findings, is_malicious);
    out
}

fn at_least(found: &BTreeMap<&str, (u8, &str)>, level: u8) -> usize {
    found.values().filter(|(best, _)| *best >= level).count()
}

fn missed(out: &mut String, malicious: &BTreeMap<String, String>, found: &BTreeMap<&str, (u8, &str)>) {
    let mut groups: BTreeMap<(&str, &str), (usize, &str)> = BTreeMap::new();
    for (id, phase) in malicious {
        match found.get(id.as_str()) {
            Some((level, _)) if *level >= 3 => {}
            other => {
                let operation = other.map_or("(not in the timeline)", |(_, operation)| operation);
                groups.entry((operation, phase)).or_insert((0, id)).0 += 1;
            }
        }
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    out.push_str("missed:\n");
    for ((operation, phase), (count, id)) in groups {
        let _ = writeln!(out, "  {count:5}  {operation} ({phase}), such as {id}");
    }
}

fn mistaken(out: &mut String, findings: &[Finding], is_malicious: impl Fn(&String) -> bool) {
    let mut groups: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for finding in findings.iter().filter(|f| !f.events.iter().any(&is_malicious)) {
        let group = groups.entry(&finding.rule).or_default();
        group.0 += 1;
        group.1 += finding.events.len();
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    out.push_str("wrong high and critical findings:\n");
    for (rule, (count, events)) in groups {
        let _ = writeln!(out, "  {count:5}  {rule} ({events} events)");
    }
}
