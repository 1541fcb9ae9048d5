//! Text to the bytes of a file: encodings and containers, without clock or machine in them.

use flate2::{Compression, GzBuilder};
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;

/// UTF-8 behind a byte order mark.
pub(super) fn utf8_bom(text: &str) -> Vec<u8> {
    [b"\xEF\xBB\xBF", text.as_bytes()].concat()
}

/// UTF-16, little endian, behind a byte order mark: what Windows PowerShell calls Unicode.
pub(super) fn utf16(text: &str) -> Vec<u8> {
    std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// A gzip file with time 0.
pub(super) fn gzip(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut writer = GzBuilder::new().mtime(0).write(Vec::new(), Compression::new(6));
    writer.write_all(bytes).and_then(|()| writer.finish()).map_err(|e| format!("gzip: {e}"))
}

/// A zip archive whose members carry the oldest time that the format knows.
pub(super) fn zip(members: &[(&str, Vec<u8>)]) -> Result<Vec<u8>, String> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    for (name, bytes) in members {
        writer.start_file(*name, options).map_err(|e| format!("{name}: {e}"))?;
        writer.write_all(bytes).map_err(|e| format!("{name}: {e}"))?;
    }
    writer.finish().map(Cursor::into_inner).map_err(|e| format!("zip: {e}"))
}
