//! The place of a record to its raw bytes again, out of the evidence.

use super::encoding::Text;
use super::{Found, Limits, container};
use std::io;

/// The raw bytes of a record, by its offset and length in the decoded text.
///
/// # Errors
/// When the file cannot be read any more, or ends before the record does.
pub fn read_back(found: &Found, offset: u64, length: u64, limits: &Limits) -> io::Result<Vec<u8>> {
    let mut record = Vec::new();
    read(found, &[(offset, length)], limits, &mut |_, bytes| record.extend_from_slice(bytes))?;
    Ok(record)
}

/// The raw bytes of many records in one pass; `spans` are offset and length, ascending by offset, and
/// `each` gets the position in `spans`.
///
/// # Errors
/// When the file cannot be read any more, ends before a record does, or the spans do not ascend.
pub fn read_many(found: &Found, spans: &[(u64, u64)], each: &mut dyn FnMut(usize, &[u8])) -> io::Result<()> {
    read(found, spans, &Limits::default(), each)
}

fn read(found: &Found, spans: &[(u64, u64)], limits: &Limits, each: &mut dyn FnMut(usize, &[u8])) -> io::Result<()> {
    if spans.is_empty() {
        return Ok(());
    }
    let opened = container::open(found, limits, false).map_err(|unusable| io::Error::other(unusable.reason))?;
    let (text, mut broken) = Text::new(opened.stream);
    let mut text = text.map_err(|_| io::Error::other("is not text any more"))?;
    let mut buffer = String::new();
    let mut base = 0_u64;
    for (index, (offset, length)) in spans.iter().enumerate() {
        let ended = |broken: &mut Option<io::Error>| {
            broken.take().unwrap_or_else(|| {
                io::Error::new(io::ErrorKind::UnexpectedEof, format!("ends before the record at byte {offset} does"))
            })
        };
        while base + buffer.len() as u64 <= *offset && *length > 0 {
            base += buffer.len() as u64;
            buffer.clear();
            if !text.fill(&mut buffer)? {
                return Err(ended(&mut broken));
            }
        }
        let start = offset
            .checked_sub(base)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "spans must ascend by offset"))?;
        let (start, length) = (start as usize, *length as usize);
        while buffer.len() < start.saturating_add(length) {
            if !text.fill(&mut buffer)? {
                return Err(ended(&mut broken));
            }
        }
        each(index, buffer.as_bytes().get(start..start + length).unwrap_or_default());
        let kept = buffer.floor_char_boundary(start);
        buffer.drain(..kept);
        base += kept as u64;
    }
    Ok(())
}
