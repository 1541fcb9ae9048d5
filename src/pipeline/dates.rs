//! The order of day and month of a file, before its rows are read: from its first records, and from as many more as
//! it takes where those leave it open.

use crate::input::{Chunk, Found, Limits, Reader};
use crate::source::{DateEvidence, DateOrder};

/// Text of the first records that tells whether the rest must be looked at, in bytes.
const HEAD: usize = 32 << 10;

/// The order of the file's dates, and what to tell of it; `first` is its first chunk.
///
/// Only a file whose first records hold a date that could be read either way is read ahead, until one proves it.
pub(super) fn decide(
    found: &Found,
    first: Option<&Chunk>,
    given: DateOrder,
    limits: &Limits,
) -> (DateOrder, Option<String>) {
    let mut evidence = DateEvidence::default();
    if let Some(first) = first {
        see(&mut evidence, &first.head(HEAD));
    }
    if evidence.is_open() {
        evidence = ahead(found, limits);
    }
    evidence.decide(given)
}

/// What the whole file shows. A file that cannot be opened again shows nothing; its rows then tell what they lack.
fn ahead(found: &Found, limits: &Limits) -> DateEvidence {
    let mut evidence = DateEvidence::default();
    let Ok(mut reader) = Reader::open(found, limits) else { return evidence };
    while let Some(chunk) = reader.next_chunk() {
        see(&mut evidence, &chunk);
        if evidence.is_decided() {
            break;
        }
    }
    evidence
}

fn see(evidence: &mut DateEvidence, chunk: &Chunk) {
    chunk.rows(&mut |row| evidence.see(row.ok().as_ref().map(|row| &row.data)));
}
