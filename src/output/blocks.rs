//! Long texts, formatted by all threads and written in order.

use super::folder::Sink;
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, IntoParallelRefMutIterator, ParallelIterator};
use std::io;
use std::ops::Range;

/// Rows of a block: its text stays in the processor's cache until it is hashed and written.
const ROWS: usize = 512;

/// Blocks for each thread between two writes.
const AHEAD: usize = 2;

/// Writes the text of `total` rows, which `format` appends for a range of them; the next blocks are formatted while
/// those before them are written.
pub(crate) fn write(
    sink: &mut Sink<'_>,
    total: usize,
    format: impl Fn(Range<usize>, &mut Vec<u8>) + Sync,
) -> io::Result<()> {
    let ranges = ranges(total, ROWS);
    let blocks = || vec![Vec::new(); rayon::current_num_threads() * AHEAD];
    let (mut done, mut next) = (blocks(), blocks());
    let fill = |blocks: &mut Vec<Vec<u8>>, some: &[Range<usize>]| {
        blocks.par_iter_mut().zip(some.par_iter()).for_each(|(block, rows)| format(rows.clone(), block));
    };
    for some in ranges.chunks(next.len()) {
        let (written, ()) = rayon::join(|| put(sink, &mut done), || fill(&mut next, some));
        written?;
        std::mem::swap(&mut done, &mut next);
    }
    put(sink, &mut done)
}

/// Writes blocks, those of them that hold something, and empties them.
fn put(sink: &mut Sink<'_>, blocks: &mut [Vec<u8>]) -> io::Result<()> {
    blocks.iter_mut().filter(|block| !block.is_empty()).try_for_each(|block| sink.take(block))
}

/// `0..total` in ranges of at most `size`.
pub(crate) fn ranges(total: usize, size: usize) -> Vec<Range<usize>> {
    (0..total).step_by(size).map(|start| start..total.min(start + size)).collect()
}
