//! The content of the report, which `report.html` shows too, as a document of pages.

use super::CaseFacts;
use super::document::{Block, Column, Document, Kind, Look, Margins, Size, Text, column, heading, level, plain, span};
use crate::coverage::Counts;
use crate::output::escape::excerpt;
use crate::output::report::{
    AccountLine, AddressLine, Answer, Chart, EventLine, Evidence, Page, RuleLine, Section, Told,
};

/// The report as a document; `digest` is that of the case.
pub(super) fn document(page: &Page, facts: &CaseFacts<'_>, digest: &str) -> Document {
    let mut blocks = Vec::new();
    opening(&mut blocks, page, facts, digest);
    page.answers.iter().for_each(|told| answer(&mut blocks, told));
    suspects(&mut blocks, page);
    page.sections.iter().for_each(|told| section(&mut blocks, told));
    blocks.push(heading(2, "Charts"));
    page.charts.iter().for_each(|chart| blocks.push(figure(chart)));
    addresses(&mut blocks, page);
    accounts(&mut blocks, page);
    rules(&mut blocks, page);
    evidence(&mut blocks, &page.evidence);
    method(&mut blocks, &page.evidence);
    hashes(&mut blocks, &page.evidence, digest);
    let author = facts.examiner.map_or_else(String::new, |name| excerpt(name, 80));
    let facts: Vec<String> = facts.shown().map(|(name, value)| format!("{name} {value}")).collect();
    Document {
        title: "Microsoft 365 log analysis: report".to_owned(),
        language: "en".to_owned(),
        author,
        key: digest.to_owned(),
        margins: Margins {
            head_left: "Microsoft 365 log analysis: report".to_owned(),
            head_right: facts.join("  ·  "),
            foot: format!("Case digest, SHA-256: {digest}"),
            page: "Page {page} of {pages}".to_owned(),
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
fn more(blocks: &mut Vec<Block>, count: usize, what: &str) {
    if count > 0 {
        blocks.push(note(format!("{count} more{what}")));
    }
}

fn figure(chart: &Chart) -> Block {
    Block::Figure { svg: chart.svg.clone(), caption: chart.file.clone() }
}

fn columns(titles: &[(&str, Kind)]) -> Vec<Column> {
    titles.iter().map(|(title, kind)| column(*title, *kind)).collect()
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

fn opening(blocks: &mut Vec<Block>, page: &Page, facts: &CaseFacts<'_>, digest: &str) {
    blocks.push(heading(1, "What was found, and for whom"));
    blocks.push(Block::Paragraph { text: plain(page.headline.clone()), size: Size::Lead });
    let totals = &page.evidence.totals;
    let records = format!(
        "{} in {} files: {} used, {} rejected, {} duplicates",
        totals.rows, page.evidence.file_count, totals.used, totals.rejected, totals.duplicate
    );
    let mut levels = Text::new();
    for (name, count) in &page.levels {
        levels.extend(level(name).into_iter().take(1));
        levels.push(span(format!(" {count}    "), Look::Plain));
    }
    let mut pairs: Vec<(Text, Text)> = facts.shown().map(|(name, value)| (plain(name), plain(value))).collect();
    pairs.extend([
        (plain("Evidence"), plain(page.span.clone())),
        (plain("Tenant"), plain(page.tenants.clone())),
        (plain("Records"), plain(records)),
        (plain("Findings"), levels),
        (plain("Case digest"), plain(digest)),
    ]);
    blocks.push(Block::Facts(pairs));
    blocks.push(note("All dates and times are UTC. Countries are those of a geolocation database."));
    blocks.push(Block::Contents { title: "Contents".to_owned() });
}

fn answer(blocks: &mut Vec<Block>, answer: &Answer) {
    blocks.push(heading(2, format!("{}: what happened, what remains", answer.account)));
    let lasted = if answer.confidence == "low" {
        format!("What is told here may have another explanation; it lasted from {}.", answer.when)
    } else {
        format!("The intruder was here from {}.", answer.when)
    };
    blocks.push(note(format!(
        "{lasted} Way in: {}. Confidence: {}; it would change by {}. Entry: {}.",
        answer.method, answer.confidence, answer.would_change, answer.entry
    )));
    for (title, ordered, items) in
        [("What to do next", true, &answer.todo), ("What the response left open", false, &answer.open)]
    {
        if !items.is_empty() {
            blocks.push(heading(3, title));
            blocks.push(Block::List { ordered, items: items.iter().map(plain).collect() });
        }
    }
    let steps =
        answer.steps.iter().map(|step| [step.step.as_str(), &step.task, step.verdict, &step.note].map(plain).into());
    let head = [("Step", Kind::Number), ("Task", Kind::Words), ("Verdict", Kind::Whole)];
    table(blocks, "Response", &[&head[..], &[("When, by whom, what remains", Kind::Words)]].concat(), steps.collect());
    let left = answer.left.iter().map(|(state, what, basis)| [*state, what, basis].map(plain).into());
    let head = [("State", Kind::Whole), ("What, and whose", Kind::Words), ("Basis", Kind::Words)];
    if !answer.left.is_empty() {
        table(blocks, "What was left behind", &head, left.collect());
    }
    let head = [("Address", Kind::Words), ("Network", Kind::Words), ("Events", Kind::Words)];
    let why = [("Why it is taken for the intruder's", Kind::Words)];
    table(blocks, "From where", &[&head[..], &why].concat(), rows(&answer.presences));
    let head = [("Phase", Kind::Whole), ("Time", Kind::Whole), ("What", Kind::Words)];
    table(blocks, "What was done", &head, rows(&answer.story));
    if !answer.fraud.is_empty() {
        table(blocks, "Signs of fraud by mail", &[("Time", Kind::Whole), ("What", Kind::Words)], rows(&answer.fraud));
    }
    if !answer.unknown.is_empty() {
        let head = [("Question", Kind::Words), ("What would answer it", Kind::Words)];
        table(blocks, "What cannot be known from these logs", &head, rows(&answer.unknown));
    }
    more(blocks, answer.more, " sentences: see case.json.");
    blocks.push(note(
        "Each sentence names its events in case.json; mail-exposure.csv and file-exposure.csv have what was reached, \
         recipients-to-warn.csv whom the intruder wrote to.",
    ));
}

/// A heading and a table below it.
fn table(blocks: &mut Vec<Block>, title: &str, head: &[(&str, Kind)], rows: Vec<Vec<Text>>) {
    blocks.push(heading(3, title));
    blocks.push(Block::Table { columns: columns(head), rows });
}

fn rows<const N: usize>(lines: &[[String; N]]) -> Vec<Vec<Text>> {
    lines.iter().map(|line| line.iter().map(plain).collect()).collect()
}

fn suspects(blocks: &mut Vec<Block>, page: &Page) {
    if page.suspects.is_empty() {
        return;
    }
    blocks.push(heading(2, "Accounts with findings of level medium or above"));
    let mut head = vec![("Account", Kind::Words), ("Highest", Kind::Whole)];
    head.extend(["Critical", "High", "Medium", "Low", "Info"].map(|level| (level, Kind::Number)));
    head.extend([("First and last record", Kind::Whole), ("Countries", Kind::Words)]);
    let row = |account: &AccountLine| {
        let mut row = vec![plain(account.name.clone()), level(account.level)];
        row.extend(account.counts.iter().map(|&count| some(count)));
        row.extend([first_and_last(&account.first, &account.last), plain(account.countries.clone())]);
        row
    };
    blocks.push(Block::Table { columns: columns(&head), rows: page.suspects.iter().map(row).collect() });
    let what = " accounts with findings are not told here one by one: see users.csv and findings.csv.";
    more(blocks, page.more_sections, what);
}

fn section(blocks: &mut Vec<Block>, section: &Section) {
    let mut title = level(section.level);
    title.extend(plain(section.name.clone()));
    blocks.push(Block::Heading { level: 2, text: title, bookmark: format!("Findings: {}", section.name) });
    let tenant = if section.tenant.is_empty() { String::new() } else { format!(" Tenant {}.", section.tenant) };
    blocks.push(note(format!("{}.{tenant}", section.facts)));
    for incident in &section.incidents {
        let mut text = level(incident.level);
        let parts = incident.parts.join("; ");
        let told = format!(
            "Incident of {}, {} events, score {} of 100: {parts}.",
            incident.when, incident.events, incident.score
        );
        text.extend(plain(told));
        blocks.push(Block::Paragraph { text, size: Size::Note });
    }
    if let Some(chart) = &section.chart {
        blocks.push(figure(chart));
    }
    section.told.iter().for_each(|told| finding(blocks, told));
    more(blocks, section.more_told, " findings of medium or above for this account: see findings.csv.");
    if !section.context.is_empty() {
        let head = [("Level", Kind::Whole), ("Rule", Kind::Words), ("What happened", Kind::Words)];
        let lines = section.context.iter();
        let rows = lines.map(|line| vec![level(line.level), plain(&line.title), plain(&line.summary)]).collect();
        table(blocks, "Also on record for this account (low and informational)", &head, rows);
        more(blocks, section.more_context, ": see findings.csv.");
    }
}

fn finding(blocks: &mut Vec<Block>, told: &Told) {
    let mut title = level(told.level);
    title.extend(plain(told.title.clone()));
    blocks.push(Block::Heading { level: 3, text: title, bookmark: told.title.clone() });
    blocks.push(note(&told.when));
    blocks.push(body(&told.summary));
    let head = [
        ("Time", Kind::Whole),
        ("Operation", Kind::Words),
        ("Address", Kind::Words),
        ("Place", Kind::Words),
        ("Network", Kind::Words),
        ("Record", Kind::Words),
    ];
    let row = |event: &EventLine| {
        [&event.time, &event.operation, &event.address, &event.place, &event.network, &event.source].map(plain).into()
    };
    blocks.push(Block::Table { columns: columns(&head), rows: told.events.iter().map(row).collect() });
    if told.more_events > 0 {
        let text = format!("{} more events: see finding {} in findings.json.", told.more_events, told.id);
        blocks.push(note(text));
    }
    let harmless = told.harmless.join("\n");
    let facts = [
        ("What it means", &told.meaning),
        ("When it is harmless", &harmless),
        ("Next check", &told.check),
        ("ATT&CK", &told.techniques),
    ];
    let facts = facts.into_iter().filter(|(_, text)| !text.is_empty());
    blocks.push(Block::Facts(facts.map(|(name, text)| (plain(name), plain(text))).collect()));
}

fn addresses(blocks: &mut Vec<Block>, page: &Page) {
    blocks.push(heading(2, "Sign-ins and findings by address"));
    if page.addresses.is_empty() {
        blocks.push(body("No sign-in and no finding states an address."));
        return;
    }
    let mut head = vec![("Address", Kind::Words), ("Place", Kind::Words), ("Network", Kind::Words)];
    let numbers = ["Succeeded", "Failed", "Further step", "Accounts", "Events", "Findings"];
    head.extend(numbers.map(|title| (title, Kind::Number)));
    head.push(("First and last record", Kind::Whole));
    let row = |line: &AddressLine| {
        let mut row: Vec<Text> = [&line.address, &line.place, &line.network].map(plain).into();
        let signs = &line.sign_ins;
        let numbers = [signs.succeeded, signs.failed, signs.interrupted, line.accounts, line.events];
        row.extend(numbers.map(count));
        row.extend([some(line.findings), first_and_last(&line.first, &line.last)]);
        row
    };
    blocks.push(Block::Table { columns: columns(&head), rows: page.addresses.iter().map(row).collect() });
    more(blocks, page.more_addresses, " addresses: see addresses.csv.");
}

fn accounts(blocks: &mut Vec<Block>, page: &Page) {
    blocks.push(heading(2, "Accounts"));
    let mut head = vec![("Account", Kind::Words), ("Highest", Kind::Whole)];
    head.extend(["Events", "Sign-ins succeeded", "Failed", "Addresses"].map(|title| (title, Kind::Number)));
    head.extend([("Countries", Kind::Words), ("First and last record", Kind::Whole)]);
    let row = |account: &AccountLine| {
        let signs = &account.sign_ins;
        let mut row = vec![plain(account.name.clone()), level(account.level)];
        row.extend([account.events, signs.succeeded, signs.failed, account.addresses].map(count));
        row.extend([plain(account.countries.clone()), first_and_last(&account.first, &account.last)]);
        row
    };
    blocks.push(Block::Table { columns: columns(&head), rows: page.accounts.iter().map(row).collect() });
    more(blocks, page.more_accounts, " accounts: see users.csv.");
}

fn rules(blocks: &mut Vec<Block>, page: &Page) {
    blocks.push(heading(2, "Findings by rule"));
    if page.rules.is_empty() {
        blocks.push(body("No rule has a finding."));
        return;
    }
    let head = [("Level", Kind::Whole), ("Rule", Kind::Words), ("Findings", Kind::Number), ("Accounts", Kind::Number)];
    let row = |rule: &RuleLine| vec![level(rule.level), plain(&rule.title), count(rule.findings), count(rule.accounts)];
    blocks.push(Block::Table { columns: columns(&head), rows: page.rules.iter().map(row).collect() });
}

fn evidence(blocks: &mut Vec<Block>, evidence: &Evidence) {
    blocks.push(heading(2, "What was read, and what could not be used"));
    let Counts { rows, used, rejected, duplicate, degraded, conflict, outside, .. } = &evidence.totals;
    blocks.push(body(format!(
        "{rows} rows = {used} used + {rejected} rejected + {duplicate} duplicates. Of those used, {degraded} are \
         incomplete, {conflict} share an Id with a record of other content, and {outside} lie outside what was asked for."
    )));
    let mut head = vec![("File", Kind::Words), ("Format", Kind::Words)];
    head.extend(["Rows", "Used", "Rejected", "Duplicates"].map(|title| (title, Kind::Number)));
    head.push(("First and last record", Kind::Whole));
    let files = evidence.files.iter().map(|file| {
        let mut path = plain(&file.path);
        path.extend(file.notes.iter().map(|note| span(format!("\n{note}"), Look::Faded)));
        let counts = &file.counts;
        let mut row = vec![path, plain(&file.format)];
        row.extend([counts.rows, counts.used, counts.rejected, counts.duplicate].map(count));
        row.push(plain(file.span.replace(" to ", "\n")));
        row
    });
    blocks.push(Block::Table { columns: columns(&head), rows: files.collect() });
    more(blocks, evidence.more_files, " files: see coverage.json.");
    let refused = [
        ("Records that could not be used", &evidence.rejected, evidence.more_rejected, ": see rejected.jsonl."),
        ("Rules that could not be used", &evidence.refused_rules, evidence.more_refused_rules, ": see coverage.json."),
    ];
    for (title, lines, left_out, place) in refused.into_iter().filter(|(_, lines, ..)| !lines.is_empty()) {
        let rows = lines.iter().map(|line| vec![plain(&line.place), plain(&line.reason)]).collect();
        table(blocks, title, &[("Where", Kind::Words), ("Why", Kind::Words)], rows);
        more(blocks, left_out, place);
    }
    lacks(blocks, evidence);
    blocks.push(heading(2, "Limits"));
    blocks.push(Block::List { ordered: false, items: evidence.limits.iter().map(plain).collect() });
}

fn lacks(blocks: &mut Vec<Block>, evidence: &Evidence) {
    blocks.push(heading(2, "What this evidence may lack"));
    if evidence.lacks.is_empty() {
        let text = "Nothing in the evidence shows that something is missing. That is no proof that it is complete.";
        blocks.push(body(text));
        return;
    }
    blocks.push(body(
        "Signs in the evidence itself that records, or parts of records, are missing. Each says what was seen and what \
         it can mean.",
    ));
    let head = [("Where", Kind::Words), ("Found", Kind::Words), ("Means", Kind::Words)];
    let rows = evidence.lacks.iter().map(|lack| {
        let mut found = plain(&lack.found);
        found.push(span(format!("\n{}", lack.sign), Look::Faded));
        vec![plain(&lack.file), found, plain(&lack.meaning)]
    });
    blocks.push(Block::Table { columns: columns(&head), rows: rows.collect() });
    more(blocks, evidence.more_lacks, ": see coverage.json.");
}

fn method(blocks: &mut Vec<Block>, evidence: &Evidence) {
    blocks.push(heading(2, "Method"));
    blocks.push(body(format!(
        "speur read the files listed above, turned every record into one schema, removed exact repeats, placed each \
         address with geolocation databases, and compared every record with {} detection rules in the Sigma format. A \
         finding is one rule met by one account, once or many times. Nothing was taken from a network and the evidence \
         was not changed. Every row of every file is accounted for above; each event in timeline.csv states the file, the \
         row, the offset and the SHA-256 of its record, with which it can be read back from the evidence.",
        evidence.rules
    )));
    let mut levels = plain("Levels: ");
    for (number, (name, asks)) in evidence.levels().into_iter().enumerate() {
        if number > 0 {
            levels.push(span(", ", Look::Plain));
        }
        levels.extend([span(name, Look::Strong), span(format!(" ({asks})"), Look::Plain)]);
    }
    levels.push(span(".", Look::Plain));
    blocks.push(Block::Paragraph { text: levels, size: Size::Body });
    let databases = evidence.databases.iter().map(|name| (plain("Geolocation"), plain(name)));
    let options = evidence.options.iter().map(|(name, value)| (plain(name), plain(value)));
    blocks.push(Block::Facts(databases.chain(options).collect()));
}

fn hashes(blocks: &mut Vec<Block>, evidence: &Evidence, digest: &str) {
    blocks.push(heading(2, "Hashes"));
    blocks.push(body(
        "SHA-256 of the evidence. manifest.json holds those of every rule and of every file in this case folder, this \
         report among them; “speur verify” compares them all again.",
    ));
    blocks.push(body(format!(
        "The case digest on each page is {digest}. It is the SHA-256 over what manifest.json says of the program, the \
         options, the evidence, the settings, the rules, the databases and the counts, and stands there as “digest”; \
         “speur verify” works it out again."
    )));
    let head = [("File", Kind::Words), ("Bytes", Kind::Number), ("SHA-256", Kind::Digest)];
    let files = evidence.files.iter();
    let mut rows: Vec<Vec<Text>> =
        files.map(|file| vec![plain(&file.path), count(file.bytes), plain(&file.sha256)]).collect();
    let rules = format!("all {} rules, over their ids and hashes", evidence.rules);
    rows.push(vec![plain(rules), Text::new(), plain(&evidence.rules_digest)]);
    blocks.push(Block::Table { columns: columns(&head), rows });
    more(blocks, evidence.more_files, " files: see coverage.json.");
}
