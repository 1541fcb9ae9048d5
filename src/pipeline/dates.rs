//! The order of day and month of a file, before its rows are read: from its first records, and from as many more as
//! it takes where those leave it open.

use crate::input::{Chunk, Found, Limits, Reader};
use crate::source::{DateEvidence, DateOrder, Localised, in_english};

/// Text of the first records that tells whether the rest must be looked at, in bytes.
const HEAD: usize = 32 << 10;

/// The order of the file's dates, and what to tell of it; `first` is its first chunk, `localised` how to read its names.
///
/// Only a file whose first records hold a date that could be read either way is read ahead, until one proves it.
pub(super) fn decide(
    found: &Found,
    (first, localised): (Option<&Chunk>, Option<&Localised>),
    given: DateOrder,
    limits: &Limits,
) -> (DateOrder, Option<String>) {
    let mut evidence = DateEvidence::default();
    if let Some(first) = first {
        see(&mut evidence, &first.head(HEAD), localised);
    }
    if evidence.is_open() {
        evidence = ahead(found, localised, limits);
    }
    evidence.decide(given)
}

/// What the whole file shows. A file that cannot be opened again shows nothing; its rows then tell what they lack.
fn ahead(found: &Found, localised: Option<&Localised>, limits: &Limits) -> DateEvidence {
    let mut evidence = DateEvidence::default();
    let Ok(mut reader) = Reader::open(found, limits) else { return evidence };
    while let Some(chunk) = reader.next_chunk() {
        see(&mut evidence, &chunk, localised);
        if evidence.is_decided() {
            break;
        }
    }
    evidence
}

fn see(evidence: &mut DateEvidence, chunk: &Chunk, localised: Option<&Localised>) {
    chunk.rows(&mut |row| evidence.see(row.ok().map(|row| in_english(localised, row.data)).as_ref()));
}
