//! Rows of one width in a file that vanishes with the run.

use super::Room;
use std::cell::RefCell;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

/// A value that takes the same number of bytes in a file, whatever it is.
pub trait Row: Clone {
    /// How many bytes.
    const WIDTH: usize;

    /// Appends the value, in [`Self::WIDTH`] bytes.
    fn put(&self, out: &mut Vec<u8>);

    /// The value that [`Self::put`] has written as these bytes.
    fn take(bytes: &[u8]) -> Self;
}

/// Rows that are read with one that stands shortly behind the last.
const AHEAD: usize = 64;

/// What a run throws that cannot read or write rows in their file any more, to be caught where runs begin: none of those
/// who ask for a row could go on without it.
#[derive(Debug)]
pub struct Lost {
    /// Where the file is, and the memory that was too small.
    pub room: Room,
    /// What the system said.
    pub cause: io::Error,
}

impl Lost {
    fn throw(room: &Room, cause: io::Error) -> ! {
        std::panic::resume_unwind(Box::new(Self { room: room.clone(), cause }))
    }
}

/// Rows in a file without a name.
pub(super) struct Filed {
    file: File,
    room: Room,
    /// How many rows there are.
    pub(super) rows: usize,
    /// A number that no other file has, nor this one before it was written to.
    state: u64,
}

/// Rows that a thread has read one by one, as they are in their file: most are asked for in their order, and more than
/// once.
#[derive(Default)]
struct Near {
    /// [`Filed::state`] of their file.
    state: u64,
    rows: Range<usize>,
    bytes: Vec<u8>,
}

thread_local! {
    static NEAR: RefCell<Near> = RefCell::default();
}

/// A state that no file has been in.
fn next_state() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}

impl Filed {
    /// No rows yet, in the folder of `room`.
    pub(super) fn new(room: &Room) -> Self {
        let file = tempfile::tempfile_in(&room.folder).unwrap_or_else(|cause| Lost::throw(room, cause));
        Self { file, room: room.clone(), rows: 0, state: next_state() }
    }

    /// Adds rows behind all others.
    pub(super) fn push<R: Row>(&mut self, rows: &[R]) {
        self.write(self.rows, rows);
        self.rows += rows.len();
    }

    /// Puts rows in the place of those from a position on.
    pub(super) fn write<R: Row>(&mut self, position: usize, rows: &[R]) {
        let mut bytes = Vec::with_capacity(rows.len() * R::WIDTH);
        for row in rows {
            row.put(&mut bytes);
        }
        self.put_bytes(&bytes, position * R::WIDTH);
    }

    /// Changes the rows of a range; nothing is written where none of them comes to be another.
    pub(super) fn change<R: Row>(&mut self, rows: Range<usize>, change: &mut impl FnMut(&mut R)) {
        let old = self.bytes(rows.len() * R::WIDTH, rows.start * R::WIDTH);
        let mut new = Vec::with_capacity(old.len());
        for row in old.chunks_exact(R::WIDTH) {
            let mut row = R::take(row);
            change(&mut row);
            row.put(&mut new);
        }
        if new != old {
            self.put_bytes(&new, rows.start * R::WIDTH);
        }
    }

    /// The row at a position.
    pub(super) fn one<R: Row>(&self, position: usize) -> R {
        NEAR.with_borrow_mut(|near| {
            if near.state != self.state || !near.rows.contains(&position) {
                let end = if near.state == self.state { near.rows.end } else { usize::MAX };
                let follows = position.checked_sub(end).is_some_and(|skipped| skipped < AHEAD);
                let rows = position..self.rows.min(position + if follows { AHEAD } else { 1 });
                // What is read in vain is nobody's.
                near.state = 0;
                near.bytes.resize(rows.len() * R::WIDTH, 0);
                self.fill(&mut near.bytes, position * R::WIDTH);
                (near.state, near.rows) = (self.state, rows);
            }
            let from = (position - near.rows.start) * R::WIDTH;
            R::take(&near.bytes[from..from + R::WIDTH])
        })
    }

    /// The rows of a range.
    pub(super) fn read<R: Row>(&self, rows: Range<usize>) -> Vec<R> {
        let bytes = self.bytes(rows.len() * R::WIDTH, rows.start * R::WIDTH);
        bytes.chunks_exact(R::WIDTH).map(R::take).collect()
    }

    fn bytes(&self, length: usize, offset: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.fill(&mut bytes, offset);
        bytes
    }

    fn fill(&self, bytes: &mut [u8], offset: usize) {
        read_at(&self.file, bytes, offset as u64).unwrap_or_else(|cause| Lost::throw(&self.room, cause));
    }

    fn put_bytes(&mut self, bytes: &[u8], offset: usize) {
        self.state = next_state();
        write_at(&self.file, bytes, offset as u64).unwrap_or_else(|cause| Lost::throw(&self.room, cause));
    }
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

#[cfg(windows)]
fn read_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, bytes, offset)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => (bytes, offset) = (&mut bytes[count..], offset + count as u64),
        }
    }
    Ok(())
}

#[cfg(windows)]
fn write_at(file: &File, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_write(file, bytes, offset)? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            count => (bytes, offset) = (&bytes[count..], offset + count as u64),
        }
    }
    Ok(())
}
