//! The least that reading can cost: every record split off and parsed, and nothing done with it.

use memchr::{memchr_iter, memrchr, memrchr2};
use std::io::Read;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

const BLOCK: usize = 4 << 20;

/// What is done beside parsing; of itself nothing.
pub(crate) trait Beside: Sync {
    /// With the bytes of the file, in its order.
    fn read(&self, _bytes: &[u8]) {}
    /// With a record as it stands in the file.
    fn record(&self, _raw: &[u8]) {}
    /// With a block of whole records, once they are parsed.
    fn parsed(&self, _block: &[u8]) -> Result<(), String> {
        Ok(())
    }
}

impl Beside for () {}

/// Hands out blocks of whole records.
struct Blocks<'b, R, B> {
    input: R,
    beside: &'b B,
    /// The start of a record whose end has not been read.
    rest: Vec<u8>,
    quoted: bool,
}

impl<R: Read, B: Beside> Blocks<'_, R, B> {
    fn next(&mut self) -> Result<Option<Vec<u8>>, String> {
        let mut block = std::mem::take(&mut self.rest);
        loop {
            let before = block.len();
            let read = self.input.by_ref().take(BLOCK as u64).read_to_end(&mut block).map_err(|e| e.to_string())?;
            self.beside.read(&block[before..]);
            if read == 0 {
                return Ok(if before == 0 { None } else { Some(block) });
            }
            if let Some(end) = last_end(&block, self.quoted) {
                self.rest = block.split_off(end);
                return Ok(Some(block));
            }
        }
    }
}

/// Where the last whole record of `block` ends. A line end inside quotes is none: going back from the end of the
/// block, every quote changes sides.
fn last_end(block: &[u8], quoted: bool) -> Option<usize> {
    if !quoted {
        return memrchr(b'\n', block).map(|n| n + 1);
    }
    let mut inside = memchr_iter(b'"', block).count() % 2 == 1;
    let mut end = block.len();
    while let Some(n) = memrchr2(b'"', b'\n', &block[..end]) {
        match block[n] {
            b'"' => inside = !inside,
            _ if !inside => return Some(n + 1),
            _ => {}
        }
        end = n;
    }
    None
}

/// Parses every record of `path` on `threads` threads; gives how many there are.
///
/// A CSV record is one of the Purview portal: its `AuditData` is the sixth field.
pub(crate) fn run(path: &Path, threads: usize, beside: &impl Beside) -> Result<u64, String> {
    let told = |e: &dyn std::fmt::Display| format!("{}: {e}", path.display());
    let file = std::fs::File::open(path).map_err(|e| told(&e))?;
    let quoted = path.extension().is_some_and(|e| e == "csv");
    let blocks = Mutex::new(Blocks { input: file, beside, rest: Vec::new(), quoted });
    let work = || -> Result<u64, String> {
        let mut count = 0;
        loop {
            let block = blocks.lock().unwrap_or_else(PoisonError::into_inner).next()?;
            let Some(block) = block else { return Ok(count) };
            count += if quoted { csv(&block, beside)? } else { ndjson(&block, beside)? };
            beside.parsed(&block)?;
        }
    };
    let counts: Vec<Result<u64, String>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|t| t.join().unwrap_or_else(|_| Err("a thread ended early".into()))).collect()
    });
    counts.into_iter().sum::<Result<u64, String>>().map_err(|e| told(&e))
}

fn csv(block: &[u8], beside: &impl Beside) -> Result<u64, String> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(block);
    let mut record = csv::ByteRecord::new();
    let (mut count, mut start) = (0, 0);
    while reader.read_byte_record(&mut record).map_err(|e| e.to_string())? {
        let end = reader.position().byte() as usize;
        beside.record(&block[start..end]);
        start = end;
        let data = record.get(5).unwrap_or_default();
        if data == b"AuditData" {
            continue;
        }
        let value: sonic_rs::Value = sonic_rs::from_slice(data).map_err(|e| e.to_string())?;
        std::hint::black_box(value);
        count += 1;
    }
    Ok(count)
}

fn ndjson(block: &[u8], beside: &impl Beside) -> Result<u64, String> {
    let mut count = 0;
    for line in block.split(|b| *b == b'\n').filter(|line| !line.is_empty()) {
        beside.record(line);
        let value: sonic_rs::Value = sonic_rs::from_slice(line).map_err(|e| e.to_string())?;
        std::hint::black_box(value);
        count += 1;
    }
    Ok(count)
}
