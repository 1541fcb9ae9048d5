//! Long texts, formatted by all threads and written in order.

use super::folder::Sink;
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, IntoParallelRefMutIterator, ParallelIterator};
use std::io;
use std::ops::Range;

/// Rows of a block: its text stays in the processor's cache until it is hashed and written.
const ROWS: usize = 512;

/// Blocks for each thread between two writes.
const AHEAD: usize = 2;

/// Writes the text of `total` rows, which `format` appends for a range of them.
pub(crate) fn write(
    sink: &mut Sink<'_>,
    total: usize,
    format: impl Fn(Range<usize>, &mut Vec<u8>) + Sync,
) -> io::Result<()> {
    let mut blocks = vec![Vec::new(); rayon::current_num_threads() * AHEAD];
    for some in ranges(total, ROWS).chunks(blocks.len()) {
        blocks.par_iter_mut().zip(some.par_iter()).for_each(|(block, rows)| format(rows.clone(), block));
        blocks.iter_mut().take(some.len()).try_for_each(|block| sink.take(block))?;
    }
    Ok(())
}

/// `0..total` in ranges of at most `size`.
pub(crate) fn ranges(total: usize, size: usize) -> Vec<Range<usize>> {
    (0..total).step_by(size).map(|start| start..total.min(start + size)).collect()
}
