//! A MaxMind DB file that stays compressed in memory: only the pieces that a lookup touches are expanded.
//!
//! The file is cut into pieces of [`PIECE`] bytes, each a Zstandard frame of its own, one behind the other; a Zstandard
//! tool gives back the whole file. <https://maxmind.github.io/MaxMind-DB/> says what is in it.

use maxminddb::Metadata;
use serde_json::{Map, Value};
use std::fmt;
use std::net::IpAddr;
use std::sync::{Mutex, OnceLock, PoisonError};
use zstd::bulk::Decompressor;
use zstd::zstd_safe::find_frame_compressed_size;

/// Bytes of the file in each frame but the last.
const PIECE: usize = 8 << 10;

/// What stands before the metadata at the end of the file, and how far from the end it may be.
const MARKER: &[u8] = b"\xab\xcd\xefMaxMind.com";
const METADATA: usize = 128 << 10;

/// Zero bytes between the search tree and the data.
const SEPARATOR: usize = 16;

/// How deep values may lie in one another, pointers included.
const DEPTH: usize = 32;

/// A file whose pieces are expanded when they are asked for.
#[derive(Debug)]
pub(super) struct Packed {
    file: Pieces,
    metadata: Metadata,
    /// Where the data begins, behind the search tree.
    data: usize,
}

impl Packed {
    /// Finds the frames and reads the metadata.
    ///
    /// # Errors
    /// When it is not cut as [`PIECE`] says, or has no metadata.
    pub(super) fn open(compressed: &'static [u8]) -> Result<Self, String> {
        let file = Pieces::of(compressed)?;
        let metadata = file.metadata()?;
        if !matches!(metadata.record_size, 24 | 28 | 32) {
            return Err(format!("records of {} bits", metadata.record_size));
        }
        let data = metadata.node_count as usize * node_bytes(&metadata) + SEPARATOR;
        Ok(Self { file, metadata, data })
    }

    /// What the file says of itself.
    pub(super) fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The record of an address, if there is one.
    ///
    /// # Errors
    /// Where the file is broken.
    pub(super) fn lookup(&self, ip: IpAddr) -> Result<Option<Value>, String> {
        // In a tree of IPv6, IPv4 addresses are those that begin with 96 zeros.
        let (bits, length) = match ip {
            IpAddr::V4(ip) if self.metadata.ip_version == 4 => (u128::from(ip.to_bits()), 32),
            IpAddr::V4(ip) => (u128::from(ip.to_bits()), 128),
            IpAddr::V6(ip) => (ip.to_bits(), 128),
        };
        let nodes = self.metadata.node_count as usize;
        let mut node = 0;
        for bit in (0..length).rev() {
            if node >= nodes {
                break;
            }
            node = self.child(node, bits >> bit & 1 == 1)?;
        }
        match node.checked_sub(nodes) {
            None | Some(0) => Ok(None),
            Some(place) => {
                let at = place.checked_sub(SEPARATOR).ok_or("the search tree leads nowhere")?;
                self.file.value(self.data, self.data + at, 0).map(|(value, _)| Some(value))
            }
        }
    }

    fn child(&self, node: usize, right: bool) -> Result<usize, String> {
        let at = node * node_bytes(&self.metadata);
        match (self.metadata.record_size, right) {
            (24, _) => self.file.number(at + 3 * usize::from(right), 3),
            // The byte in the middle has the highest four bits of both.
            (28, false) => Ok((self.file.number(at + 3, 1)? >> 4 << 24) | self.file.number(at, 3)?),
            (28, true) => Ok(self.file.number(at + 3, 4)? & 0x0FFF_FFFF),
            _ => self.file.number(at + 4 * usize::from(right), 4),
        }
    }
}

fn node_bytes(metadata: &Metadata) -> usize {
    usize::from(metadata.record_size) / 4
}

/// The bytes of the file, and the values they hold.
struct Pieces {
    frames: Vec<&'static [u8]>,
    expanded: Vec<OnceLock<Vec<u8>>>,
    /// Its memory is used again for each piece.
    decompressor: Mutex<Decompressor<'static>>,
}

impl fmt::Debug for Pieces {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Pieces").field("frames", &self.frames.len()).finish_non_exhaustive()
    }
}

impl Pieces {
    fn of(compressed: &'static [u8]) -> Result<Self, String> {
        let (mut frames, mut rest) = (Vec::new(), compressed);
        while !rest.is_empty() {
            let length = find_frame_compressed_size(rest).map_err(zstd::zstd_safe::get_error_name)?;
            let (frame, behind) = rest.split_at_checked(length).ok_or("a frame is cut off")?;
            frames.push(frame);
            rest = behind;
        }
        let expanded = frames.iter().map(|_| OnceLock::new()).collect();
        let decompressor = Mutex::new(Decompressor::new().map_err(|error| error.to_string())?);
        Ok(Self { frames, expanded, decompressor })
    }

    fn metadata(&self) -> Result<Metadata, String> {
        let last = self.frames.len().checked_sub(1).ok_or("it is empty")?;
        let end = last * PIECE + self.piece(last)?.len();
        let start = end.saturating_sub(METADATA);
        // From behind, so that only the last pieces are expanded.
        let mut at = end.saturating_sub(MARKER.len());
        while !self.begins(at, MARKER)? {
            at = at.checked_sub(1).filter(|at| *at >= start).ok_or("it has no metadata")?;
        }
        let at = at + MARKER.len();
        let (value, _) = self.value(at, at, 0)?;
        serde_json::from_value(value).map_err(|error| error.to_string())
    }

    /// The value at a place, and the place behind it; pointers in it count from `base`.
    fn value(&self, base: usize, at: usize, depth: usize) -> Result<(Value, usize), String> {
        if depth > DEPTH {
            return Err("values lie too deep in one another".to_owned());
        }
        let control = self.number(at, 1)?;
        let mut at = at + 1;
        let mut kind = control >> 5;
        if kind == 1 {
            let (target, behind) = self.pointer(control, at)?;
            return Ok((self.value(base, base + target, depth + 1)?.0, behind));
        }
        if kind == 0 {
            kind = 7 + self.number(at, 1)?;
            at += 1;
        }
        let size = match control & 0x1F {
            long @ 29..=31 => {
                let bytes = long - 28;
                let least = [29, 285, 65_821][bytes - 1];
                at += bytes;
                least + self.number(at - bytes, bytes)?
            }
            short => short,
        };
        match kind {
            2 => Ok((Value::String(self.text(at, size)?), at + size)),
            5 | 6 | 9 if size <= 8 => Ok((self.number(at, size)?.into(), at + size)),
            7 => self.map(base, at, size, depth),
            11 => self.list(base, at, size, depth),
            14 => Ok((Value::Bool(size != 0), at)),
            _ => Err(format!("a value of type {kind} and {size} bytes")),
        }
    }

    fn pointer(&self, control: usize, at: usize) -> Result<(usize, usize), String> {
        let bytes = (control >> 3 & 3) + 1;
        let number = self.number(at, bytes)?;
        let high = (control & 7) << (8 * bytes);
        let target = match bytes {
            1 => high | number,
            2 => (high | number) + 2048,
            3 => (high | number) + 526_336,
            _ => number,
        };
        Ok((target, at + bytes))
    }

    fn map(&self, base: usize, mut at: usize, size: usize, depth: usize) -> Result<(Value, usize), String> {
        let mut map = Map::new();
        for _ in 0..size {
            let (Value::String(key), behind) = self.value(base, at, depth + 1)? else {
                return Err("a key is no text".to_owned());
            };
            let (value, behind) = self.value(base, behind, depth + 1)?;
            map.insert(key, value);
            at = behind;
        }
        Ok((Value::Object(map), at))
    }

    fn list(&self, base: usize, mut at: usize, size: usize, depth: usize) -> Result<(Value, usize), String> {
        let mut list = Vec::new();
        for _ in 0..size {
            let (value, behind) = self.value(base, at, depth + 1)?;
            list.push(value);
            at = behind;
        }
        Ok((Value::Array(list), at))
    }

    fn text(&self, at: usize, size: usize) -> Result<String, String> {
        let bytes = (at..at + size).map(|at| self.byte(at)).collect::<Result<Vec<u8>, _>>()?;
        String::from_utf8(bytes).map_err(|error| error.to_string())
    }

    /// A whole number of up to eight bytes, the highest first.
    fn number(&self, at: usize, bytes: usize) -> Result<usize, String> {
        (at..at + bytes).try_fold(0, |number, at| Ok(number << 8 | usize::from(self.byte(at)?)))
    }

    fn begins(&self, at: usize, text: &[u8]) -> Result<bool, String> {
        for (at, wanted) in (at..).zip(text) {
            if self.byte(at)? != *wanted {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn byte(&self, at: usize) -> Result<u8, String> {
        let byte = self.piece(at / PIECE)?.get(at % PIECE);
        byte.copied().ok_or_else(|| format!("there is nothing at byte {at}"))
    }

    fn piece(&self, number: usize) -> Result<&[u8], String> {
        let piece = self.expanded.get(number).ok_or_else(|| format!("there is no piece {number}"))?;
        if let Some(bytes) = piece.get() {
            return Ok(bytes);
        }
        let expand = |decompressor: &mut Decompressor<'_>| decompressor.decompress(self.frames[number], PIECE);
        let bytes = expand(&mut self.decompressor.lock().unwrap_or_else(PoisonError::into_inner));
        let bytes = bytes.map_err(|error| format!("piece {number}: {error}"))?;
        if bytes.len() != PIECE && number + 1 != self.frames.len() {
            return Err(format!("piece {number} has {} bytes", bytes.len()));
        }
        Ok(piece.get_or_init(|| bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::book::BUILT_IN;
    use maxminddb::{Reader, WithinOptions};
    use std::net::Ipv4Addr;

    #[test]
    fn every_record_is_as_the_format_library_reads_it() {
        for compressed in BUILT_IN.iter().map(|database| database.bytes) {
            let packed = Packed::open(compressed).unwrap();
            let whole = Reader::from_source(zstd::stream::decode_all(compressed).unwrap()).unwrap();
            assert_eq!(packed.metadata(), whole.metadata());
            let mut networks = 0;
            for network in whole.networks(WithinOptions::default()).unwrap() {
                let network = network.unwrap();
                let ip = network.network().unwrap().network();
                assert_eq!(packed.lookup(ip).unwrap(), network.decode::<Value>().unwrap(), "{ip}");
                networks += 1;
            }
            assert!(networks > 100_000, "{networks}");
            for number in 0..=u8::MAX {
                let ip = IpAddr::V4(Ipv4Addr::new(number, 1, 2, number));
                let wanted = whole.lookup(ip).unwrap().decode::<Value>().unwrap();
                assert_eq!(packed.lookup(ip).unwrap(), wanted, "{ip}");
            }
        }
    }

    #[test]
    fn what_is_no_such_file_is_refused() {
        assert!(Packed::open(b"").is_err());
        assert!(Packed::open(b"not compressed").is_err());
        let compressed = BUILT_IN[0].bytes;
        assert!(Packed::open(&compressed[..compressed.len() - 1]).is_err());
    }
}
