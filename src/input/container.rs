//! A [`Found`] file to its plain bytes: zip member, gzip and Zstandard layers taken off, the bytes
//! hashed on the way, the expansion kept within [`Limits`].

use super::walk::member_index;
use super::{Found, Limits, Unusable};
use crate::event::hex;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// A stream of bytes that can move between threads.
pub(super) type Stream = Box<dyn Read + Send>;

/// Compressed layers that are taken off before a file is told as unusable.
const LAYERS: usize = 3;
/// Expanded bytes below which the ratio says nothing.
const RATIO_FROM: u64 = 64 << 20;

/// Start of a gzip member, <https://www.rfc-editor.org/rfc/rfc1952>.
const GZIP: &[u8] = &[0x1f, 0x8b, 0x08];
/// Start of a Zstandard frame, <https://www.rfc-editor.org/rfc/rfc8878>.
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// The plain bytes of a file, and the tally of its bytes as they are kept.
pub(super) struct Opened {
    pub(super) stream: Stream,
    pub(super) tally: Tally,
    /// What the file starts with when that is an archive of a kind that is not opened.
    pub(super) foreign: Option<&'static str>,
}

impl Opened {
    /// Hashes what has not been read yet and tells why the file cannot be used.
    pub(super) fn condemn(self, format: &'static str, reason: String) -> Unusable {
        drop(self.stream);
        let (sha256, bytes, _) = self.tally.close();
        Unusable { format, reason, sha256, bytes }
    }
}

/// Whether these first bytes are a zip archive's.
pub(super) fn is_zip(start: &[u8]) -> bool {
    start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06") || start.starts_with(b"PK\x07\x08")
}

/// SHA-256 as lower-case hex, and size, of a file as it stands on disk.
///
/// # Errors
/// What the system says when the file cannot be read.
pub fn hash(path: &Path) -> io::Result<(String, u64)> {
    let tally = Tally::new(Box::new(File::open(path)?), true);
    match tally.close() {
        (sha256, bytes, None) => Ok((sha256, bytes)),
        (_, _, Some(error)) => Err(error),
    }
}

/// Opens a file or a zip member and takes its compressed layers off; `hashed` asks for its hash.
pub(super) fn open(found: &Found, limits: &Limits, hashed: bool) -> Result<Opened, Unusable> {
    let taken = Arc::new(AtomicU64::new(0));
    let below = raw(found, limits, &taken).map_err(|error| unreadable(found, &error))?;
    let tally = Tally::new(below, hashed);
    let mut stream: Stream = Box::new(tally.clone());
    let mut foreign = None;
    for layer in 0..=LAYERS {
        let (start, whole) = match peek(stream) {
            Ok(peeked) => peeked,
            Err(error) => {
                let (sha256, bytes, _) = tally.close();
                return Err(Unusable { format: "unreadable", reason: told(&error), sha256, bytes });
            }
        };
        stream = whole;
        let packed = start.starts_with(GZIP) || start.starts_with(ZSTD);
        if packed && layer < LAYERS {
            stream = unpack(stream, start.starts_with(GZIP), &taken, limits).map_err(|e| unreadable(found, &e))?;
            continue;
        }
        foreign = match &*start {
            _ if packed => Some("more than three layers of compression"),
            s if is_zip(s) => Some("a zip inside another container"),
            [b'R', b'a', b'r', b'!', ..] => Some("a RAR archive"),
            [b'7', b'z', 0xbc, 0xaf, 0x27, ..] => Some("a 7z archive"),
            [b'B', b'Z', b'h', ..] => Some("a bzip2 file"),
            [0xfd, b'7', b'z', b'X', b'Z', ..] => Some("an xz file"),
            _ => None,
        };
        break;
    }
    Ok(Opened { stream, tally, foreign })
}

fn unpack(stream: Stream, gzip: bool, taken: &Arc<AtomicU64>, limits: &Limits) -> io::Result<Stream> {
    let inner: Stream = if gzip {
        Box::new(flate2::bufread::MultiGzDecoder::new(BufReader::with_capacity(1 << 17, stream)))
    } else {
        Box::new(zstd::stream::read::Decoder::new(stream)?)
    };
    Ok(Box::new(Bounded { inner, out: 0, taken: Arc::clone(taken), limits: *limits }))
}

/// The bytes that are hashed: of a file those on disk, of a zip member the expanded ones.
fn raw(found: &Found, limits: &Limits, taken: &Arc<AtomicU64>) -> io::Result<Stream> {
    let mut file = File::open(&found.path)?;
    let Some(name) = &found.member else {
        return Ok(Box::new(Counted { inner: file, taken: Arc::clone(taken) }));
    };
    let broken = |error: zip::result::ZipError| io::Error::new(io::ErrorKind::InvalidData, error.to_string());
    let mut archive = zip::ZipArchive::new(BufReader::new(file.try_clone()?)).map_err(broken)?;
    let index = member_index(&archive, name)
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "the zip has no member of this name any more"))?;
    let member = archive.by_index_raw(index).map_err(broken)?;
    let start = member.data_start().ok_or_else(|| io::Error::other("the zip does not say where the member begins"))?;
    let (method, length) = (member.compression(), member.compressed_size());
    let expected = Expected { crc: member.crc32(), size: member.size() };
    drop(member);
    file.seek(SeekFrom::Start(start))?;
    let packed = Counted { inner: file, taken: Arc::clone(taken) }.take(length);
    let inner: Stream = match method {
        zip::CompressionMethod::Stored => Box::new(packed),
        zip::CompressionMethod::Deflated => {
            Box::new(flate2::bufread::DeflateDecoder::new(BufReader::with_capacity(1 << 17, packed)))
        }
        other => return Err(io::Error::other(format!("compression method {other} is not supported"))),
    };
    let checked = Checked { inner, crc: flate2::Crc::new(), expected, told: false };
    Ok(Box::new(Bounded { inner: Box::new(checked), out: 0, taken: Arc::clone(taken), limits: *limits }))
}

fn unreadable(found: &Found, error: &io::Error) -> Unusable {
    let bytes = if found.member.is_none() { std::fs::metadata(&found.path).map_or(0, |data| data.len()) } else { 0 };
    Unusable { format: "unreadable", reason: told(error), sha256: String::new(), bytes }
}

/// An input or output error in the program's own words where those say more.
pub(super) fn told(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            "the compressed data ends early; the file is cut, so get a whole copy".to_owned()
        }
        io::ErrorKind::PermissionDenied => "cannot be read: permission denied; allow this user to read it".to_owned(),
        io::ErrorKind::NotFound => "does not exist any more".to_owned(),
        _ => format!("reading stopped: {}", super::walk::printable(&error.to_string())),
    }
}

fn peek(mut stream: Stream) -> io::Result<(Vec<u8>, Stream)> {
    let mut start = Vec::new();
    (&mut stream).take(8).read_to_end(&mut start)?;
    Ok((start.clone(), Box::new(Cursor::new(start).chain(stream))))
}

/// Counts the compressed bytes that have been taken from the disk.
struct Counted {
    inner: File,
    taken: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.taken.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Stops a stream that expands beyond the limits.
struct Bounded {
    inner: Stream,
    out: u64,
    taken: Arc<AtomicU64>,
    limits: Limits,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.limits.expansion.saturating_sub(self.out);
        let most = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        if most == 0 && !buffer.is_empty() {
            // Whether there is more decides between the end and the limit.
            return match self.inner.read(&mut [0])? {
                0 => Ok(0),
                _ => Err(io::Error::other(format!(
                    "expands to more than {} bytes, the limit; unpack it and give the unpacked file",
                    self.limits.expansion
                ))),
            };
        }
        let count = self.inner.read(buffer.get_mut(..most).unwrap_or_default())?;
        self.out += count as u64;
        let taken = self.taken.load(Ordering::Relaxed).max(1);
        if self.out > RATIO_FROM && self.out / taken > self.limits.ratio {
            return Err(io::Error::other(format!(
                "expands to more than {} times its size, the limit; unpack it and give the unpacked file",
                self.limits.ratio
            )));
        }
        Ok(count)
    }
}

struct Expected {
    crc: u32,
    size: u64,
}

/// Compares a zip member with the checksum and the size that the archive states.
struct Checked {
    inner: Stream,
    crc: flate2::Crc,
    expected: Expected,
    told: bool,
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.crc.update(buffer.get(..count).unwrap_or_default());
        if count == 0 && !buffer.is_empty() && !self.told {
            self.told = true;
            // The amount wraps at 4 GiB, so sizes are compared in the same way.
            if self.crc.sum() != self.expected.crc || self.crc.amount() != self.expected.size as u32 {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "the member differs from the checksum or the size in the zip; get a whole copy",
                ));
            }
        }
        Ok(count)
    }
}

struct Hashed {
    inner: Stream,
    sha: Option<Sha256>,
    bytes: u64,
}

/// Hashes and counts every byte that passes; a clone shares the stream and the count.
#[derive(Clone)]
pub(super) struct Tally(Arc<Mutex<Hashed>>);

impl Tally {
    fn new(inner: Stream, hashed: bool) -> Self {
        let sha = hashed.then(Sha256::new);
        Self(Arc::new(Mutex::new(Hashed { inner, sha, bytes: 0 })))
    }

    /// Reads what is left, so that the hash is that of the whole file: hash, size, error if any.
    pub(super) fn close(&self) -> (String, u64, Option<io::Error>) {
        let mut rest = self.clone();
        let mut buffer = vec![0; 1 << 16];
        let error = loop {
            match rest.read(&mut buffer) {
                Ok(0) => break None,
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Some(error),
            }
        };
        let hashed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let digest = hashed.sha.clone().map(|sha| hex(&sha.finalize())).unwrap_or_default();
        (digest, hashed.bytes, error)
    }
}

impl Read for Tally {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut hashed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = hashed.inner.read(buffer)?;
        if let Some(sha) = &mut hashed.sha {
            sha.update(buffer.get(..count).unwrap_or_default());
        }
        hashed.bytes += count as u64;
        Ok(count)
    }
}
