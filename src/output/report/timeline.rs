//! The events that the page itself holds, as data for its script: all of them, or those that matter most.

use super::whose::Whose;
use crate::case::accounts::Account;
use crate::case::sentence::push_act;
use crate::output::escape::{push_json, push_script};
use crate::output::view::View;
use crate::rule::Level;
use crate::store::Entry;
use rustc_hash::{FxHashMap, FxHashSet};
use std::borrow::Cow;
use std::fmt::Write;

/// Events that the page holds; a browser stays fluent with them.
const MOST: usize = 50_000;

/// What the page's script gets.
#[derive(Debug)]
pub(in crate::output) struct Timeline {
    /// How many events there are and which of them the page holds.
    pub told: String,
    /// An object; its text is safe inside a script element.
    pub json: String,
}

/// Why an event is on the page; the first is left out last.
const RANKS: usize = 4;

impl Timeline {
    pub(super) fn new(view: &View<'_>, suspects: &[&Account]) -> Self {
        let (events, t) = (&view.case.events, view.case.facts.voice);
        let hostile: FxHashSet<u32> =
            view.case.sessions.iter().flat_map(|session| session.positions.iter().copied()).collect();
        let ranks = ranks(view, suspects, &hostile);
        let mut counts = [0_usize; RANKS];
        for rank in &ranks {
            counts[usize::from(*rank)] += 1;
        }
        let (kept, key) = shown(counts);
        let positions = (0..ranks.len()).filter(|at| usize::from(ranks[*at]) < kept).take(MOST);
        let positions: Vec<usize> = positions.collect();
        let told = t.fill(key, &[("shown", &positions.len()), ("all", &events.entries.len())]);
        Self { told, json: Data::default().write(view, &positions, &hostile) }
    }
}

/// Of how many ranks the page holds events, and how it is told: whole ranks, so that it can be said in words, and of the
/// first that has any events at least its beginning.
fn shown(counts: [usize; RANKS]) -> (usize, &'static str) {
    let sum = |ranks: usize| counts[..ranks].iter().sum::<usize>();
    let mut kept = 1;
    while kept < RANKS && (sum(kept + 1) <= MOST || sum(kept) == 0) {
        kept += 1;
    }
    let key = match kept {
        1 => "report.timeline.hostile",
        2 if sum(kept) > MOST => "report.timeline.found_first",
        _ if sum(kept) > MOST => "report.timeline.first",
        2 => "report.timeline.found",
        3 => "report.timeline.suspects",
        _ => "report.timeline.all",
    };
    (kept, key)
}

/// Of each event: 0 where an intruder acts or a finding of medium or above has it, 1 where a rule found it, 2 where it
/// is of a suspect, 3 else.
fn ranks(view: &View<'_>, suspects: &[&Account], hostile: &FxHashSet<u32>) -> Vec<u8> {
    let events = &view.case.events;
    let mut whose = Whose::new(events, suspects);
    let severe = [Level::Medium, Level::High, Level::Critical].map(Level::name);
    let rank = |(position, entry): (usize, Cow<'_, Entry>)| match () {
        () if hostile.contains(&(position as u32)) => 0,
        () if !view.case.events.hits(&entry).is_empty() && severe.contains(&view.row(position, &entry).level) => 0,
        () if !view.case.events.hits(&entry).is_empty() => 1,
        () if whose.of(&entry).is_some() => 2,
        () => 3,
    };
    events.entries.iter().enumerate().map(rank).collect()
}

/// Texts that repeat, each once.
#[derive(Default)]
struct Words {
    numbers: FxHashMap<String, usize>,
    list: Vec<String>,
}

impl Words {
    fn number(&mut self, text: &str) -> usize {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        self.list.push(text.to_owned());
        self.numbers.insert(text.to_owned(), self.list.len() - 1);
        self.list.len() - 1
    }
}

#[derive(Default)]
struct Data {
    accounts: Words,
    operations: Words,
    addresses: Words,
    rules: Words,
    files: Words,
}

impl Data {
    fn write(mut self, view: &View<'_>, positions: &[usize], hostile: &FxHashSet<u32>) -> String {
        let (events, t) = (&view.case.events, view.case.facts.voice);
        let mut rows = String::from("[");
        let mut sentence = String::new();
        for &position in positions {
            let entry = &events.entries.at(position as u32);
            let row = view.row(position, entry);
            let mut address = row.from.text.clone();
            if !row.from.country().is_empty() {
                let _ = write!(address, " ({})", row.from.country());
            }
            let file = view.case.coverage.files.get(entry.origin.file as usize);
            sentence.clear();
            push_act(&mut sentence, events, entry, t);
            let comma = if rows.len() > 1 { ",\n" } else { "\n" };
            let _ = write!(
                rows,
                "{comma}[{},{},{},{},{},{},{},",
                entry.micros.div_euclid(1_000),
                self.accounts.number(events.text(row.who.account)),
                self.operations.number(events.text(row.common.operation)),
                self.addresses.number(&address),
                level_number(row.level),
                self.rules.number(row.rules),
                u8::from(hostile.contains(&(position as u32))),
            );
            push_text(&mut rows, &sentence);
            let file = self.files.number(file.map_or("", |file| file.path.as_str()));
            let _ = write!(rows, ",\"{}\",{file},{}]", entry.event_id(), entry.origin.row);
        }
        rows.push(']');
        let mut out = String::from("{\"zone\":");
        push_text(&mut out, t.zone.map_or("", |zone| zone.name()));
        out.push_str(",\"words\":");
        push_words(&mut out, t);
        let lists = [
            ("accounts", &self.accounts),
            ("operations", &self.operations),
            ("addresses", &self.addresses),
            ("rules", &self.rules),
            ("files", &self.files),
        ];
        for (name, words) in lists {
            let _ = write!(out, ",\"{name}\":[");
            for (number, text) in words.list.iter().enumerate() {
                out.push_str(if number == 0 { "" } else { "," });
                push_text(&mut out, text);
            }
            out.push(']');
        }
        let _ = write!(out, ",\"rows\":{rows}}}");
        out
    }
}

/// Place of a level's name among the script's.
fn level_number(name: &str) -> usize {
    let order = [Level::Informational, Level::Low, Level::Medium, Level::High, Level::Critical];
    order.iter().position(|level| level.name() == name).map_or(0, |at| at + 1)
}

/// Appends log text as a JSON string that is safe inside a script element.
fn push_text(out: &mut String, text: &str) {
    let mut json = Vec::with_capacity(text.len() + 2);
    push_json(&mut json, &crate::output::escape::visible(text));
    out.push('"');
    push_script(out, &String::from_utf8_lossy(&json));
    out.push('"');
}

/// What the script says, in the reader's language.
fn push_words(out: &mut String, t: crate::language::Voice) {
    let words = [
        ("found", "report.script.found"),
        ("any", "report.script.any"),
        ("account", "report.account"),
        ("operation", "report.operation"),
        ("address", "report.address"),
        ("level", "report.script.level"),
        ("back", "report.script.back"),
        ("next", "report.script.next"),
        ("from", "report.script.from"),
        ("to", "report.script.to"),
        ("count", "report.script.count"),
        ("row", "report.script.row"),
        ("time", "report.time"),
        ("what", "report.what"),
        ("record", "report.record"),
        ("search", "report.script.search"),
        ("hostile", "report.script.hostile"),
        ("timeline", "report.timeline"),
        ("show", "report.script.show"),
    ];
    for (number, (name, key)) in words.into_iter().enumerate() {
        let _ = write!(out, "{}\"{name}\":", if number == 0 { '{' } else { ',' });
        push_text(out, t.text(key));
    }
    out.push('}');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_ranks_are_shown_or_the_beginning_of_the_first() {
        for (counts, expected) in [
            ([0, 0, 0, 0], (4, "report.timeline.all")),
            ([1, 2, 3, MOST - 6], (4, "report.timeline.all")),
            ([1, 2, 3, MOST - 5], (3, "report.timeline.suspects")),
            ([1, 2, MOST, 0], (2, "report.timeline.found")),
            ([1, MOST, 0, 9], (1, "report.timeline.hostile")),
            ([MOST + 1, 0, 0, 0], (1, "report.timeline.hostile")),
            ([0, MOST + 1, 0, 9], (2, "report.timeline.found_first")),
            ([0, 0, 0, MOST + 1], (4, "report.timeline.first")),
        ] {
            assert_eq!(shown(counts), expected, "{counts:?}");
        }
    }
}
