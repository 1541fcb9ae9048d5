//! One rule and one event: read the evidence again, find the event, and ask the rule part by part.

use super::{Kit, Options, Progress, read, settle};
use crate::case::sentence::push_act;
use crate::correlate;
use crate::enrich::{Facts, Known};
use crate::error::Error;
use crate::event::{Event, Lookup, Visit};
use crate::field::{FACTS, Field};
use crate::input::{self, walk};
use crate::language::Voice;
use crate::rule::{Meta, Step};
use crate::store::{Entry, Events, RuleIndex};
use std::ops::ControlFlow;
use std::path::PathBuf;

/// What a rule makes of an event.
#[derive(Debug)]
pub struct Explanation {
    /// The rule.
    pub rule: Meta,
    /// What the event says, in a sentence.
    pub event: String,
    /// Whether the rule found it.
    pub met: bool,
    /// The condition, part by part; the first is the whole.
    pub steps: Vec<Step>,
}

/// Explains what the rule with the id, title or file name `rule` makes of the event with the id `event`.
///
/// # Errors
/// As [`super::analyze`]; and when there is no such rule or event, or the record cannot be read again.
pub fn explain(options: &Options, rule: &str, event: &str, progress: &dyn Progress) -> Result<Explanation, Error> {
    super::driven(|| {
        let kit = Kit::load(options)?;
        let index = kit.rules.find(rule).map_err(|reason| refusal(rule, reason))?;
        let book = kit.book.afresh();
        kit.pool.install(|| {
            let tools = read::Tools::new(options, &kit.rules, &book, progress);
            let judge = |events: &mut Events| correlate::decide(events, &kit.rules, &options.accepted_domains);
            let read = read::read(
                walk(&options.paths, &options.limits)?,
                &tools,
                super::room::room(options),
                &judge,
                &|_, _, _| true,
            );
            let events = &read.events;
            let position = events.entries.iter().position(|entry| entry.event_id() == event);
            let none = || format!("no event of the evidence has this id among {}", events.entries.len());
            let position = position.ok_or_else(|| refusal(event, none()))? as u32;
            let entry = &events.entries.at(position);
            let correlation = kit.rules.correlations().iter().find(|correlation| correlation.rule == index);
            let every = FACTS.iter().map(|entry| entry.fact).collect();
            // The other events of a correlation may stand in one group with this one by what facts say of them.
            let wanted = match correlation {
                Some(correlation) if correlation.asks_for_facts() => (0..events.entries.len() as u32).collect(),
                _ => vec![position],
            };
            let facts = Facts::derive(events, wanted, &every, &options.accepted_domains);
            let steps = if let Some(correlation) = correlation {
                correlate::explain(correlation, events, &facts, kit.rules.rules(), position)
            } else {
                on_record(options, &kit, index, &read, Known::new(events, &facts, position))?
            };
            Ok(Explanation {
                rule: kit.rules.rules()[usize::from(index)].clone(),
                event: told(events, entry, options.facts.voice),
                met: events.hits(entry).contains(&index),
                steps,
            })
        })
    })
}

fn told(events: &Events, entry: &Entry, voice: Voice) -> String {
    let mut text = format!("{}, ", voice.moment(entry.micros));
    push_act(&mut text, events, entry, voice);
    text
}

fn refusal(what: &str, reason: String) -> Error {
    Error::Path { path: PathBuf::from(what), reason }
}

/// Reads the record back and asks the rule.
fn on_record(
    options: &Options,
    kit: &Kit,
    index: RuleIndex,
    read: &read::Reading,
    known: Known<'_>,
) -> Result<Vec<Step>, Error> {
    let entry = &known.events.entries.at(known.position);
    let name = &read.files[entry.origin.file as usize].path;
    let gone = |reason: String| refusal(name, format!("the record cannot be read again: {reason}"));
    let walk = walk(&options.paths, &options.limits)?;
    let found = walk.found.iter().find(|found| found.name == *name);
    let found = found.ok_or_else(|| gone("the file is not among the evidence any more".to_owned()))?;
    let source = settle::source_of(known.events.common(entry).source).map_err(&gone)?;
    let raw = input::read_back(found, entry.origin.offset, entry.origin.length.into(), &options.limits);
    let raw = raw.map_err(|error| gone(error.to_string()))?;
    let context = read.places.get(name).map(|(_, context)| context.clone()).unwrap_or_default();
    let decoded = settle::decode_again(source, &raw, found, &context, &options.limits).map_err(&gone)?;
    let mut event = (source.view)(&decoded, &context).map_err(&gone)?;
    event.place = known.events.place(entry);
    Ok(kit.rules.explain(&options.rules, index, &Whole { event, known }))
}

/// A record with its derived facts.
struct Whole<'a> {
    event: Event<'a>,
    known: Known<'a>,
}

impl Lookup for Whole<'_> {
    fn visit(&self, field: &Field, visit: &mut Visit<'_>) -> ControlFlow<()> {
        match field {
            Field::Fact(_) => self.known.visit(field, visit),
            Field::Core(_) | Field::Path(_) | Field::Named { .. } => self.event.visit(field, visit),
        }
    }

    fn visit_all(&self, visit: &mut Visit<'_>) -> ControlFlow<()> {
        self.event.visit_all(visit)
    }
}
