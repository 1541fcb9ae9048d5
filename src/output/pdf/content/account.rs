//! One account on paper: the answer, where it was used from, the findings.

use super::super::document::{Block, Kind, Look, Size, Text, heading, level, plain, span};
use super::{body, columns, count, figure, first_and_last, more, note, table};
use crate::language::Voice;
use crate::output::report::{AddressLine, Answer, EventLine, Section, StatementLine, Told};

pub(super) fn section(blocks: &mut Vec<Block>, t: Voice, section: &Section) {
    let mut title = level(section.level);
    title.extend(plain(&section.name));
    blocks.push(Block::Heading { level: 2, text: title, bookmark: section.name.clone() });
    blocks.push(note(format!("{} {}", section.facts, section.tenant).trim()));
    if let Some(told) = &section.answer {
        answer(blocks, t, told);
    }
    sign_ins(blocks, t, section);
    if let Some(map) = &section.map {
        blocks.push(figure(map));
    }
    if let Some(chart) = &section.chart {
        blocks.push(figure(chart));
    }
    if let Some(told) = &section.answer {
        remains(blocks, t, told);
    }
    if !section.incidents.is_empty() || !section.told.is_empty() {
        blocks.push(heading(3, t.text("report.found")));
    }
    for incident in &section.incidents {
        let mut text = level(incident.level);
        text.extend(plain(&incident.text));
        blocks.push(Block::Paragraph { text, size: Size::Note });
    }
    section.told.iter().for_each(|told| finding(blocks, t, told));
    more(blocks, &section.more_told);
    let head = [("report.level", Kind::Whole), ("report.rule", Kind::Words), ("report.what", Kind::Words)];
    let lines = section.context.iter();
    let rows = lines.map(|line| vec![level(line.level), plain(&line.title), plain(&line.summary)]).collect();
    table(blocks, t, "report.context", &head, rows);
    more(blocks, &section.more_context);
}

/// The first ids of events, and how many more there are.
fn ids(ids: &[String], more: &str) -> Text {
    vec![span(format!("{} {more}", ids.join(" ")).trim(), Look::Faded)]
}

/// How it began, what to do, what is open, what was done.
fn answer(blocks: &mut Vec<Block>, t: Voice, answer: &Answer) {
    blocks.push(body(&answer.lead));
    let facts = [
        ("report.entry", &answer.entry),
        ("report.method_in", &answer.method),
        ("report.confidence", &answer.confidence),
    ];
    blocks.push(Block::Facts(facts.map(|(key, text)| (plain(t.text(key)), plain(text))).into()));
    list(blocks, t, "report.todo", true, answer.todo.iter().map(plain).collect());
    list(blocks, t, "report.left_open", false, answer.open.iter().map(|told| stated(told, "")).collect());
    let head = [
        ("report.phase", Kind::Words),
        ("report.time", Kind::Words),
        ("report.what", Kind::Words),
        ("report.records_behind", Kind::Words),
    ];
    let row = |told: &StatementLine| {
        vec![plain(&told.phase), plain(&told.time), plain(&told.text), ids(&told.ids, &told.more)]
    };
    table(blocks, t, "report.story", &head, answer.story.iter().map(row).collect());
    more(blocks, &answer.more_story);
}

/// A sentence and the events that it rests on.
fn stated(told: &StatementLine, before: &str) -> Text {
    let mut text = plain(format!("{before}{} ", told.text));
    text.extend(ids(&told.ids, &told.more));
    text
}

fn list(blocks: &mut Vec<Block>, t: Voice, title: &'static str, ordered: bool, items: Vec<Text>) {
    if !items.is_empty() {
        blocks.push(heading(3, t.text(title)));
        blocks.push(Block::List { ordered, items });
    }
}

fn sign_ins(blocks: &mut Vec<Block>, t: Voice, section: &Section) {
    let head = [
        ("report.address", Kind::Words),
        ("report.place", Kind::Words),
        ("report.network", Kind::Words),
        ("report.succeeded", Kind::Number),
        ("report.failed", Kind::Number),
        ("report.events", Kind::Number),
        ("pdf.first_last", Kind::Words),
        ("report.whose", Kind::Words),
    ];
    let row = |line: &AddressLine| {
        let mut row: Vec<Text> = [&line.address, &line.place, &line.network].map(plain).into();
        row.extend([line.sign_ins.succeeded, line.sign_ins.failed, line.events].map(count));
        row.push(first_and_last(&line.first, &line.last));
        row.push(if line.hostile { vec![span(t.text("report.intruder"), Look::Strong)] } else { Text::new() });
        row
    };
    table(blocks, t, "report.from_where", &head, section.sign_ins.iter().map(row).collect());
    more(blocks, &section.more_sign_ins);
}

/// Sessions, what was reached and left, the response, what cannot be known.
fn remains(blocks: &mut Vec<Block>, t: Voice, answer: &Answer) {
    let head = [
        ("report.address", Kind::Words),
        ("report.network", Kind::Words),
        ("report.events", Kind::Number),
        ("report.when", Kind::Words),
        ("report.why", Kind::Words),
    ];
    let presences = answer.presences.iter().map(|line| {
        vec![plain(&line.address), plain(&line.network), count(line.events), plain(&line.when), plain(&line.why)]
    });
    table(blocks, t, "report.sessions", &head, presences.collect());
    let head = [
        ("report.kind", Kind::Words),
        ("report.what", Kind::Words),
        ("report.folder", Kind::Words),
        ("report.how", Kind::Words),
        ("report.time", Kind::Words),
    ];
    let exposed = answer.exposed.iter().map(|line| {
        vec![plain(line.kind), plain(&line.what), plain(&line.folder), plain(&line.how), plain(&line.time)]
    });
    if !answer.exposed.is_empty() {
        blocks.push(heading(3, t.text("report.exposure")));
        blocks.push(body(&answer.exposure));
        blocks.push(Block::Table { columns: columns(t, &head), rows: exposed.collect() });
        more(blocks, &answer.more_exposed);
    }
    let head = [
        ("report.state", Kind::Words),
        ("report.what_whose", Kind::Words),
        ("report.made", Kind::Words),
        ("report.basis", Kind::Words),
    ];
    let left = answer.left.iter();
    let left = left.map(|line| vec![plain(line.state), plain(&line.what), plain(&line.made), plain(&line.basis)]);
    table(blocks, t, "report.footholds", &head, left.collect());
    let head = [
        ("report.step", Kind::Number),
        ("report.task", Kind::Words),
        ("report.verdict", Kind::Words),
        ("report.note", Kind::Words),
    ];
    let steps = answer.steps.iter();
    let steps = steps.map(|step| vec![plain(&step.step), plain(&step.task), plain(step.verdict), plain(&step.note)]);
    table(blocks, t, "report.response", &head, steps.collect());
    let fraud = answer.fraud.iter().map(|told| stated(told, &format!("{}: ", told.time)));
    list(blocks, t, "report.fraud", false, fraud.collect());
    let head = [("report.question", Kind::Words), ("report.needs", Kind::Words)];
    let unknown = answer.unknown.iter().map(|line| line.iter().map(plain).collect());
    table(blocks, t, "report.unknown", &head, unknown.collect());
}

fn finding(blocks: &mut Vec<Block>, t: Voice, told: &Told) {
    let mut title = level(told.level);
    title.extend(plain(&told.title));
    blocks.push(Block::Heading { level: 3, text: title, bookmark: told.title.clone() });
    blocks.push(note(&told.when));
    blocks.push(body(&told.summary));
    let head = [
        ("report.time", Kind::Words),
        ("report.operation", Kind::Words),
        ("report.address", Kind::Words),
        ("report.place", Kind::Words),
        ("report.network", Kind::Words),
        ("report.record", Kind::Words),
    ];
    let row = |event: &EventLine| {
        let mut row: Vec<Text> =
            [&event.time, &event.operation, &event.address, &event.place, &event.network].map(plain).into();
        row.push(vec![span(&event.source, Look::Plain), span(format!("\n{}", event.id), Look::Faded)]);
        row
    };
    blocks.push(Block::Table { columns: columns(t, &head), rows: told.events.iter().map(row).collect() });
    more(blocks, &told.more_events);
    let harmless = told.harmless.join("\n");
    let facts = [
        (t.text("report.meaning"), &told.meaning),
        (t.text("report.harmless"), &harmless),
        (t.text("report.check"), &told.check),
        ("ATT&CK", &told.techniques),
    ];
    let facts = facts.into_iter().filter(|(_, text)| !text.is_empty());
    blocks.push(Block::Facts(facts.map(|(name, text)| (plain(name), plain(text))).collect()));
}
