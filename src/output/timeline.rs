//! Events to `timeline.csv` and `timeline.jsonl`, a stream of large blocks formatted without an allocation a field.

use super::blocks;
use super::column::{COLUMNS, Cell, Column, Shown};
use super::escape::{push_csv, push_json};
use super::folder::Sink;
use super::view::{Row, View};
use crate::case::sentence::push_sentence;
use crate::civil::push_iso;
use crate::event::Family;
use crate::store::{GUID, Id};
use std::io::{self, Write};

/// Elasticsearch, behind Timesketch, refuses a keyword of 32,766 bytes or more.
///
/// <https://www.elastic.co/guide/en/elasticsearch/reference/current/ignore-above.html>
const LONGEST: usize = 32_765;

/// Writes `timeline.csv`: every event, each column that a person reads.
pub(crate) fn csv(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    let columns: Vec<&Column> = COLUMNS.iter().filter(|column| !matches!(column.shown, Shown::Parquet)).collect();
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    writeln!(sink, "{}", names.join(","))?;
    blocks::write(sink, view.case.events.entries.len(), |rows, block| {
        let entries = view.case.events.entries.range(rows.clone());
        for (position, entry) in rows.zip(&*entries) {
            let row = view.row(position, entry);
            for (number, column) in columns.iter().enumerate() {
                if number > 0 {
                    block.push(b',');
                }
                push_csv_cell(block, &row, (column.cell)(&row));
            }
            block.push(b'\n');
        }
    })
}

fn push_csv_cell(out: &mut Vec<u8>, row: &Row<'_>, cell: Cell<'_>) {
    match cell {
        Cell::Empty | Cell::Flag(false) => {}
        Cell::Log(sym) => {
            if sym.is_empty() {
                return;
            }
            row.view.needs.push_csv(out, sym, row.view.case.events.text(sym));
        }
        Cell::Id(Id::Text(text)) => push_csv_cell(out, row, Cell::Log(text.sym())),
        Cell::Id(id) if id.push_guid(out) => {}
        // A token may begin with a dash.
        Cell::Id(id) => push_csv(out, id.text(&row.view.case.events.pool, &mut [0; GUID])),
        Cell::Text(text) => push_csv(out, text),
        Cell::Ours(text) => out.extend_from_slice(text.as_bytes()),
        Cell::Hex(bytes) => push_hex(out, bytes),
        Cell::Number(number) => push_number(out, number),
        Cell::Flag(true) => out.extend_from_slice(b"true"),
        Cell::Time(micros) => {
            push_iso(out, micros);
            out.push(b'Z');
        }
    }
}

/// Writes `timeline.jsonl` in the shape Timesketch imports: `message`, `datetime`, `timestamp_desc`, then what is not
/// empty and not said already. `event_id` leads to the rest in the other timelines.
///
/// <https://timesketch.org/guides/user/import-from-json-csv/>
pub(crate) fn jsonl(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    let columns: Vec<(Vec<u8>, &Column)> = COLUMNS
        .iter()
        .filter(|column| matches!(column.shown, Shown::Everywhere | Shown::Unless(_)))
        .map(|column| (format!(",\"{}\":", column.name).into_bytes(), column))
        .collect();
    blocks::write(sink, view.case.events.entries.len(), |rows, block| {
        let mut message = String::new();
        let entries = view.case.events.entries.range(rows.clone());
        for (position, entry) in rows.zip(&*entries) {
            push_json_row(block, &view.row(position, entry), &columns, &mut message);
        }
    })
}

fn push_json_row(out: &mut Vec<u8>, row: &Row<'_>, columns: &[(Vec<u8>, &Column)], message: &mut String) {
    message.clear();
    let case = row.view.case;
    push_sentence(message, (&case.events, row.entry), row.from, row.rules, case.facts.voice);
    out.extend_from_slice(b"{\"message\":\"");
    push_json(out, fitting(message));
    out.extend_from_slice(b"\",\"datetime\":\"");
    push_iso(out, row.entry.micros);
    out.extend_from_slice(b"+00:00\",\"timestamp_desc\":\"");
    out.extend_from_slice(timestamp_desc(row).as_bytes());
    out.push(b'"');
    for (key, column) in columns {
        if matches!(column.shown, Shown::Unless(is_told) if is_told(row, message)) {
            continue;
        }
        push_json_cell(out, row, key, (column.cell)(row));
    }
    out.extend_from_slice(b"}\n");
}

fn push_json_cell(out: &mut Vec<u8>, row: &Row<'_>, key: &[u8], cell: Cell<'_>) {
    match cell {
        // The only time of a row is its `datetime`.
        Cell::Empty | Cell::Time(_) | Cell::Flag(false) | Cell::Text("") | Cell::Ours("") => {}
        Cell::Log(sym) if sym.is_empty() => {}
        Cell::Log(sym) => {
            let text = fitting(row.view.case.events.text(sym));
            out.extend_from_slice(key);
            out.push(b'"');
            if row.view.needs.json(sym) {
                push_json(out, text);
            } else {
                out.extend_from_slice(text.as_bytes());
            }
            out.push(b'"');
        }
        Cell::Id(Id::Text(text)) => push_json_cell(out, row, key, Cell::Log(text.sym())),
        Cell::Id(id) => {
            let mut room = [0; GUID];
            push_json_cell(out, row, key, Cell::Ours(id.text(&row.view.case.events.pool, &mut room)));
        }
        Cell::Text(text) => {
            out.extend_from_slice(key);
            out.push(b'"');
            push_json(out, fitting(text));
            out.push(b'"');
        }
        Cell::Ours(text) => {
            out.extend_from_slice(key);
            out.push(b'"');
            out.extend_from_slice(text.as_bytes());
            out.push(b'"');
        }
        Cell::Hex(bytes) => {
            out.extend_from_slice(key);
            out.push(b'"');
            push_hex(out, bytes);
            out.push(b'"');
        }
        Cell::Number(number) => {
            out.extend_from_slice(key);
            push_number(out, number);
        }
        Cell::Flag(true) => {
            out.extend_from_slice(key);
            out.extend_from_slice(b"true");
        }
    }
}

fn timestamp_desc(row: &Row<'_>) -> &'static str {
    if row.view.case.events.is_sign_in(row.entry) {
        return "Sign-in Time";
    }
    match row.entry.family {
        Family::Risk => "Risk Detection Time",
        Family::Trace => "Message Received Time",
        Family::State if row.entry.basis.is_collection() => "Collection Time",
        Family::State => "Creation or Change Time",
        Family::Audit | Family::SignIn | Family::Directory | Family::Activity => "Recorded Activity Time",
    }
}

fn fitting(text: &str) -> &str {
    if text.len() <= LONGEST { text } else { &text[..text.floor_char_boundary(LONGEST)] }
}

fn push_hex(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(hex_into(&mut [0; 64], bytes));
}

/// The first 32 bytes as lower-case hex.
pub(crate) fn hex_into<'a>(text: &'a mut [u8; 64], bytes: &[u8]) -> &'a [u8] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for (pair, byte) in text.chunks_exact_mut(2).zip(bytes) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
    &text[..(bytes.len() * 2).min(64)]
}

fn push_number(out: &mut Vec<u8>, mut number: u64) {
    let mut text = [0; 20];
    let mut at = text.len();
    loop {
        at -= 1;
        text[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&text[at..]);
}
