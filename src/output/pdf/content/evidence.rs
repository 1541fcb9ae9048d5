//! Method, limits, coverage and hashes on paper.

use super::super::document::{Block, Kind, Look, Size, Text, heading, plain, span};
use super::{body, columns, count, more, table};
use crate::language::Voice;
use crate::output::report::Evidence;

pub(super) fn method(blocks: &mut Vec<Block>, t: Voice, evidence: &Evidence) {
    blocks.push(heading(2, t.text("report.method")));
    blocks.push(body(&evidence.method));
    let mut levels = plain(format!("{} ", t.text("report.levels")));
    for (number, [name, asks]) in evidence.levels.iter().enumerate() {
        if number > 0 {
            levels.push(span(", ", Look::Plain));
        }
        levels.extend([span(*name, Look::Strong), span(format!(" ({asks})"), Look::Plain)]);
    }
    levels.push(span(".", Look::Plain));
    blocks.push(Block::Paragraph { text: levels, size: Size::Body });
    let databases = evidence.databases.iter().map(|name| (plain(t.text("report.geolocation")), plain(name)));
    let options = evidence.options.iter().map(|(name, value)| (plain(name), plain(value)));
    blocks.push(Block::Facts(databases.chain(options).collect()));
}

pub(super) fn limits(blocks: &mut Vec<Block>, t: Voice, evidence: &Evidence) {
    blocks.push(heading(2, t.text("report.limits")));
    blocks.push(Block::List { ordered: false, items: evidence.limits.iter().map(plain).collect() });
    blocks.push(heading(3, t.text("report.lacks")));
    if evidence.lacks.is_empty() {
        blocks.push(body(t.text("report.lacks_none")));
        return;
    }
    blocks.push(body(t.text("report.lacks_what")));
    let head = [("report.where", Kind::Words), ("report.seen", Kind::Words), ("report.means", Kind::Words)];
    let rows = evidence.lacks.iter().map(|lack| {
        let mut found = plain(&lack.found);
        found.push(span(format!("\n{}", lack.sign), Look::Faded));
        vec![plain(&lack.file), found, plain(&lack.meaning)]
    });
    blocks.push(Block::Table { columns: columns(t, &head), rows: rows.collect() });
    more(blocks, &evidence.more_lacks);
}

pub(super) fn coverage(blocks: &mut Vec<Block>, t: Voice, evidence: &Evidence) {
    blocks.push(heading(2, t.text("report.coverage")));
    blocks.push(body(&evidence.sum));
    let head = [
        ("report.file", Kind::Words),
        ("report.format", Kind::Words),
        ("report.rows", Kind::Number),
        ("report.used", Kind::Number),
        ("report.rejected", Kind::Number),
        ("report.duplicates", Kind::Number),
        ("report.when", Kind::Words),
    ];
    let files = evidence.files.iter().map(|file| {
        let mut path = plain(&file.path);
        path.extend(file.notes.iter().map(|note| span(format!("\n{note}"), Look::Faded)));
        let counts = &file.counts;
        let mut row = vec![path, plain(&file.format)];
        row.extend([counts.rows, counts.used, counts.rejected, counts.duplicate].map(count));
        row.push(plain(&file.span));
        row
    });
    blocks.push(Block::Table { columns: columns(t, &head), rows: files.collect() });
    more(blocks, &evidence.more_files);
    let refused = [
        ("report.refused_records", &evidence.rejected, &evidence.more_rejected),
        ("report.refused_rules", &evidence.refused_rules, &evidence.more_refused_rules),
    ];
    for (title, lines, left_out) in refused {
        let rows = lines.iter().map(|line| vec![plain(&line.place), plain(&line.reason)]).collect();
        table(blocks, t, title, &[("report.where", Kind::Words), ("report.why_not", Kind::Words)], rows);
        more(blocks, left_out);
    }
}

pub(super) fn hashes(blocks: &mut Vec<Block>, t: Voice, evidence: &Evidence, digest: &str) {
    blocks.push(heading(2, t.text("report.hashes")));
    blocks.push(body(t.text("report.hashes_what")));
    blocks.push(body(t.fill("pdf.digest_what", &[("digest", &digest)])));
    let mut head = columns(t, &[("report.file", Kind::Words), ("report.bytes", Kind::Number)]);
    head.push(super::column("SHA-256", Kind::Digest));
    let files = evidence.files.iter();
    let mut rows: Vec<Vec<Text>> =
        files.map(|file| vec![plain(&file.path), count(file.bytes), plain(&file.sha256)]).collect();
    rows.push(vec![plain(&evidence.all_rules), Text::new(), plain(&evidence.rules_digest)]);
    blocks.push(Block::Table { columns: head, rows });
    more(blocks, &evidence.more_files);
}
