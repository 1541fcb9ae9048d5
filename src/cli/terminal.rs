//! Lines to a terminal or pipe, log text made harmless: everything the command line prints passes here.

use speur::output::escape::visible;
use std::io::{self, Write};

/// Standard output, in lines.
#[derive(Debug)]
pub(super) struct Terminal {
    out: io::BufWriter<io::Stdout>,
}

impl Terminal {
    /// Standard output.
    pub(super) fn new() -> Self {
        Self { out: io::BufWriter::new(io::stdout()) }
    }

    /// Prints one line.
    pub(super) fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{}", visible(text))
    }

    /// Prints rows as columns: text to the left, numbers to the right, the last column unpadded.
    pub(super) fn table(&mut self, head: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
        let shown: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().map(|cell| visible(cell).into_owned()).collect()).collect();
        let width = |column: usize| {
            let cells = shown.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
            cells.chain(head.get(column).map(|cell| cell.chars().count())).max().unwrap_or(0)
        };
        let numeric = |column: usize| {
            let mut cells = shown.iter().filter_map(|row| row.get(column)).peekable();
            cells.peek().is_some() && cells.all(|cell| cell.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let columns: Vec<(usize, bool)> = (0..head.len()).map(|column| (width(column), numeric(column))).collect();
        let head: Vec<String> = head.iter().map(|&cell| cell.to_owned()).collect();
        for row in std::iter::once(&head).chain(&shown) {
            let cells = row.iter().zip(&columns).map(|(cell, &(width, numeric))| {
                if numeric { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
            });
            let line = cells.collect::<Vec<_>>().join("  ");
            writeln!(self.out, "{}", line.trim_end())?;
        }
        Ok(())
    }

    /// Hands everything over. A full or closed output is told here, and not lost when the program ends.
    pub(super) fn close(mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Prints one line to standard error.
pub(super) fn tell(text: &str) {
    // A closed standard error leaves nobody to tell.
    let _ = writeln!(io::stderr().lock(), "{}", visible(text));
}

/// Tells the first twenty lines, and how many records or files the others speak of; `all` says where they stand.
pub(super) fn tell_some(lines: &[(String, u64)], all: &str) {
    const SHOWN: usize = 20;
    for (line, _) in lines.iter().take(SHOWN) {
        tell(line);
    }
    let more: u64 = lines.iter().skip(SHOWN).map(|(_, count)| count).sum();
    if more > 0 {
        tell(&format!("... and {more} more{all}"));
    }
}
