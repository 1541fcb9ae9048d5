//! The content of the report, which `report.html` shows too, as a document of pages.

mod account;
mod evidence;

use super::document::{Block, Column, Document, Kind, Look, Margins, Size, Text, column, heading, level, plain, span};
use crate::case::facts::CaseFacts;
use crate::language::Voice;
use crate::output::escape::excerpt;
use crate::output::report::{AccountLine, AddressLine, Chart, Page, RuleLine};

/// The report as a document; `digest` is that of the case.
pub(super) fn document(page: &Page, facts: &CaseFacts, digest: &str) -> Document {
    let t = page.t;
    let mut blocks = Vec::new();
    opening(&mut blocks, page, digest);
    suspects(&mut blocks, page);
    if page.story.iter().any(|chart| !chart.svg.is_empty()) {
        blocks.push(heading(2, t.text("report.happened")));
        blocks.extend(page.story.iter().map(figure));
    }
    page.sections.iter().for_each(|told| account::section(&mut blocks, t, told));
    blocks.push(heading(2, t.text("report.pictures")));
    blocks.extend(page.charts.iter().map(figure));
    addresses(&mut blocks, page);
    everybody(&mut blocks, page);
    rules(&mut blocks, page);
    evidence::method(&mut blocks, t, &page.evidence);
    evidence::limits(&mut blocks, t, &page.evidence);
    evidence::coverage(&mut blocks, t, &page.evidence);
    evidence::hashes(&mut blocks, t, &page.evidence, digest);
    Document {
        title: page.title.clone(),
        language: t.language.code().to_owned(),
        author: excerpt(&facts.examiner, 80),
        key: digest.to_owned(),
        margins: Margins {
            head_left: t.text("report.title").to_owned(),
            head_right: facts
                .named()
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| format!("{name} {value}"))
                .collect::<Vec<_>>()
                .join("  ·  "),
            foot: t.fill("pdf.foot", &[("digest", &digest)]),
            page: t.text("pdf.page").to_owned(),
        },
        blocks,
    }
}

fn note(text: impl Into<String>) -> Block {
    Block::Paragraph { text: plain(text), size: Size::Note }
}

fn body(text: impl Into<String>) -> Block {
    Block::Paragraph { text: plain(text), size: Size::Body }
}

/// What is left out, and where it is.
fn more(blocks: &mut Vec<Block>, text: &str) {
    if !text.is_empty() {
        blocks.push(note(text));
    }
}

fn figure(chart: &Chart) -> Block {
    Block::Figure { svg: chart.svg.clone(), caption: format!("{}. {} ({})", chart.title, chart.alt, chart.file) }
}

/// A heading and a table below it; nothing where the table has no line.
fn table(blocks: &mut Vec<Block>, t: Voice, title: &'static str, head: &[(&'static str, Kind)], rows: Vec<Vec<Text>>) {
    if !rows.is_empty() {
        blocks.push(heading(3, t.text(title)));
        blocks.push(Block::Table { columns: columns(t, head), rows });
    }
}

fn columns(t: Voice, head: &[(&'static str, Kind)]) -> Vec<Column> {
    head.iter().map(|(key, kind)| column(t.text(key), *kind)).collect()
}

fn count(count: u64) -> Text {
    plain(count.to_string())
}

/// A number, nothing for none.
fn some(number: u64) -> Text {
    plain(if number == 0 { String::new() } else { number.to_string() })
}

fn first_and_last(first: &str, last: &str) -> Text {
    plain(if first == last { first.to_owned() } else { format!("{first}\n{last}") })
}

fn opening(blocks: &mut Vec<Block>, page: &Page, digest: &str) {
    let (t, opening) = (page.t, &page.opening);
    blocks.push(heading(1, t.text("report.heading")));
    for sentence in &opening.lead {
        blocks.push(Block::Paragraph { text: plain(sentence), size: Size::Lead });
    }
    let mut levels = Text::new();
    for (name, count) in &page.levels {
        levels.extend(level(name).into_iter().take(1));
        levels.push(span(format!(" {count}    "), Look::Plain));
    }
    let mut pairs: Vec<(Text, Text)> = opening.facts.iter().map(|[name, value]| (plain(name), plain(value))).collect();
    pairs.push((plain(t.text("report.findings")), levels));
    pairs.push((plain(t.text("pdf.digest")), plain(digest)));
    blocks.push(Block::Facts(pairs));
    blocks.push(note(&page.clock));
    let taken = opening.taken.iter().map(|line| {
        let name = vec![span(&line.name, Look::Strong)];
        vec![name, plain(&line.since), plain(&line.how)]
    });
    let head = [("report.account", Kind::Words), ("report.when", Kind::Words), ("report.method_in", Kind::Words)];
    table(blocks, t, "report.whom", &head, taken.collect());
    more(blocks, &opening.more_taken);
    for (title, ordered, items, left) in [
        ("report.open", false, &opening.open, &opening.more_open),
        ("report.todo", true, &opening.todo, &opening.more_todo),
    ] {
        if !items.is_empty() {
            blocks.push(heading(3, t.text(title)));
            blocks.push(Block::List { ordered, items: items.iter().map(point).collect() });
            more(blocks, left);
        }
    }
    blocks.push(Block::Contents { title: t.text("report.contents").to_owned() });
}

/// An account, where it is named, and what is said of it.
fn point([account, text]: &[String; 2]) -> Text {
    let mut point = Text::new();
    if !account.is_empty() {
        point.push(span(format!("{account}: "), Look::Strong));
    }
    point.push(span(text, Look::Plain));
    point
}

fn suspects(blocks: &mut Vec<Block>, page: &Page) {
    let t = page.t;
    if page.suspects.is_empty() {
        return;
    }
    blocks.push(heading(2, t.text("report.suspects")));
    let mut head = columns(t, &[("report.account", Kind::Words), ("report.highest", Kind::Whole)]);
    head.extend(page.levels.iter().map(|(name, _)| column(*name, Kind::Number)));
    head.extend(columns(t, &[("pdf.first_last", Kind::Words), ("report.countries", Kind::Words)]));
    let row = |account: &AccountLine| {
        let mut row = vec![plain(&account.name), level(account.level)];
        row.extend(account.counts.iter().map(|&count| some(count)));
        row.extend([first_and_last(&account.first, &account.last), plain(&account.countries)]);
        row
    };
    blocks.push(Block::Table { columns: head, rows: page.suspects.iter().map(row).collect() });
    more(blocks, &page.more_sections);
}

fn addresses(blocks: &mut Vec<Block>, page: &Page) {
    let t = page.t;
    blocks.push(heading(2, t.text("report.addresses")));
    if page.addresses.is_empty() {
        blocks.push(body(t.text("report.addresses_none")));
        return;
    }
    let place = [t.text("report.place"), t.text("report.network")].join(", ");
    let head = [
        ("report.succeeded", Kind::Number),
        ("report.failed", Kind::Number),
        ("report.further", Kind::Number),
        ("report.accounts", Kind::Number),
        ("report.events", Kind::Number),
        ("report.findings", Kind::Number),
        ("pdf.first_last", Kind::Words),
    ];
    let row = |line: &AddressLine| {
        let place = [line.place.as_str(), &line.network].into_iter().filter(|text| !text.is_empty());
        let mut row = vec![plain(&line.address), plain(place.collect::<Vec<_>>().join("\n"))];
        let signs = &line.sign_ins;
        let numbers = [signs.succeeded, signs.failed, signs.interrupted, line.accounts, line.events];
        row.extend(numbers.map(count));
        row.extend([some(line.findings), first_and_last(&line.first, &line.last)]);
        row
    };
    let mut columns = columns(t, &head);
    columns.splice(0..0, [column(t.text("report.address"), Kind::Words), column(place, Kind::Words)]);
    blocks.push(Block::Table { columns, rows: page.addresses.iter().map(row).collect() });
    more(blocks, &page.more_addresses);
}

fn everybody(blocks: &mut Vec<Block>, page: &Page) {
    let t = page.t;
    blocks.push(heading(2, t.text("report.everybody")));
    let head = [
        ("report.account", Kind::Words),
        ("report.highest", Kind::Whole),
        ("report.events", Kind::Number),
        ("report.succeeded", Kind::Number),
        ("report.failed", Kind::Number),
        ("report.addresses_n", Kind::Number),
        ("report.countries", Kind::Words),
        ("pdf.first_last", Kind::Words),
    ];
    let row = |account: &AccountLine| {
        let signs = &account.sign_ins;
        let mut row = vec![plain(&account.name), level(account.level)];
        row.extend([account.events, signs.succeeded, signs.failed, account.addresses].map(count));
        row.extend([plain(&account.countries), first_and_last(&account.first, &account.last)]);
        row
    };
    blocks.push(Block::Table { columns: columns(t, &head), rows: page.accounts.iter().map(row).collect() });
    more(blocks, &page.more_accounts);
}

fn rules(blocks: &mut Vec<Block>, page: &Page) {
    let t = page.t;
    blocks.push(heading(2, t.text("report.by_rule")));
    if page.rules.is_empty() {
        blocks.push(body(t.text("report.by_rule_none")));
        return;
    }
    let head = [
        ("report.level", Kind::Whole),
        ("report.rule", Kind::Words),
        ("report.findings", Kind::Number),
        ("report.accounts", Kind::Number),
    ];
    let row = |rule: &RuleLine| vec![level(rule.level), plain(&rule.title), count(rule.findings), count(rule.accounts)];
    blocks.push(Block::Table { columns: columns(t, &head), rows: page.rules.iter().map(row).collect() });
}
