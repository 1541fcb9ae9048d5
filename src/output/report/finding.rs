//! Findings told in full: what happened, what it means, when it is harmless, what to check, and the records behind it.

use super::line::{network, place_name};
use crate::case::Finding;
use crate::case::incident::Incident;
use crate::case::quote::EACH;
use crate::output::escape::excerpt;
use crate::output::view::View;
use crate::rule::Meta;

/// An incident and what its score is made of.
#[derive(Debug)]
pub(in crate::output) struct Scored {
    pub level: &'static str,
    pub text: String,
}

/// A finding told in full.
#[derive(Debug)]
pub(in crate::output) struct Told {
    pub level: &'static str,
    pub title: String,
    pub when: String,
    pub summary: String,
    pub meaning: String,
    pub check: String,
    pub harmless: Vec<String>,
    pub techniques: String,
    pub events: Vec<EventLine>,
    pub more_events: String,
}

/// One event of a finding.
#[derive(Debug)]
pub(in crate::output) struct EventLine {
    pub id: String,
    pub time: String,
    pub operation: String,
    pub address: String,
    pub place: String,
    pub network: String,
    pub source: String,
    /// The record as it stands in the evidence; empty where it is not at hand.
    pub original: String,
}

/// A finding of level low or informational, in one line.
#[derive(Debug)]
pub(in crate::output) struct Line {
    pub level: &'static str,
    pub title: String,
    pub summary: String,
}

pub(super) fn scored(view: &View<'_>, incident: &Incident) -> Scored {
    let t = view.case.facts.voice;
    let parts: Vec<String> = incident.told_parts().iter().map(|part| excerpt(part, 200)).collect();
    let values: &[(&str, &dyn std::fmt::Display)] = &[
        ("when", &t.span(incident.span.0, incident.span.1)),
        ("events", &incident.events),
        ("score", &incident.score),
        ("parts", &parts.join("; ")),
    ];
    Scored { level: incident.level, text: t.fill("report.incident", values) }
}

pub(super) fn tell(view: &View<'_>, finding: &Finding) -> Told {
    let t = view.case.facts.voice;
    let rule = view.rule(&finding.rule.id);
    let (meaning, check) = rule.map_or_else(Default::default, meaning);
    let harmless = rule.map_or(&[][..], |rule| &rule.falsepositives);
    let events: Vec<EventLine> = finding.positions.iter().take(EACH).map(|&at| event_line(view, at as usize)).collect();
    let more = finding.count - events.len() as u64;
    Told {
        level: finding.rule.level,
        title: excerpt(&finding.rule.title, 200),
        when: when(view, finding),
        summary: excerpt(&finding.summary, 1_000),
        meaning,
        check,
        harmless: harmless.iter().take(10).map(|text| excerpt(text, 400)).collect(),
        techniques: techniques(&finding.rule.tags),
        more_events: if more == 0 {
            String::new()
        } else {
            t.count("report.more_events", more, &[("id", &finding.id)])
        },
        events,
    }
}

pub(super) fn line(finding: &Finding) -> Line {
    Line {
        level: finding.rule.level,
        title: excerpt(&finding.rule.title, 120),
        summary: excerpt(&finding.summary, 300),
    }
}

fn when(view: &View<'_>, finding: &Finding) -> String {
    let positions = &finding.positions;
    let time = |at: &u32| view.case.events.entries.at(*at).micros;
    match (positions.first(), positions.last()) {
        (Some(first), Some(last)) => view.case.facts.voice.span(time(first), time(last)),
        _ => String::new(),
    }
}

fn event_line(view: &View<'_>, position: usize) -> EventLine {
    let entry = view.case.events.entries.at(position as u32);
    let (row, t) = (view.row(position, &entry), view.case.facts.voice);
    let origin = row.entry.origin;
    let file = view.case.coverage.files.get(origin.file as usize).map_or("", |file| file.path.as_str());
    EventLine {
        id: row.entry.event_id(),
        time: t.moment(row.entry.micros),
        operation: excerpt(view.case.events.text(row.common.operation), 60),
        address: excerpt(&row.from.text, 60),
        place: row.from.place.map_or_else(String::new, |place| place_name(t, place)),
        network: row.from.place.map_or_else(String::new, network),
        source: t.fill("report.file_row", &[("file", &excerpt(file, 100)), ("row", &origin.row)]),
        original: view.case.originals.get(&(position as u32)).cloned().unwrap_or_default(),
    }
}

/// What a rule's description says, and the part from the sentence on that begins with "Check".
fn meaning(rule: &Meta) -> (String, String) {
    let words: Vec<&str> = rule.description.split_whitespace().collect();
    let text = excerpt(&words.join(" "), 1_500);
    let start = if text.starts_with("Check ") { Some(0) } else { text.find(". Check ").map(|at| at + 2) };
    match start {
        Some(at) => (text[..at].trim_end().to_owned(), text[at..].to_owned()),
        None => (text, String::new()),
    }
}

/// `T1114.003, T1564.008` of the tags `attack.t…`.
fn techniques(tags: &[String]) -> String {
    let ids = tags.iter().filter_map(|tag| tag.strip_prefix("attack.t"));
    let ids: Vec<String> =
        ids.filter(|id| id.starts_with(|char: char| char.is_ascii_digit())).map(|id| format!("T{id}")).collect();
    excerpt(&ids.join(", "), 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_splits_at_what_to_check() {
        let rule = |description: &str| Meta { description: description.to_owned(), ..Meta::default() };
        let (meaning_, check) =
            meaning(&rule("A rule forwards mail. It is\nhow fraud hides. Check who made it.\nAsk the owner."));
        assert_eq!(meaning_, "A rule forwards mail. It is how fraud hides.");
        assert_eq!(check, "Check who made it. Ask the owner.");
        assert_eq!(meaning(&rule("No advice.")), ("No advice.".to_owned(), String::new()));
    }

    #[test]
    fn techniques_are_told_from_tactics() {
        assert_eq!(
            techniques(&["attack.t1114.003".into(), "attack.theft".into(), "attack.collection".into()]),
            "T1114.003"
        );
    }
}
