//! Events to `timeline.parquet`: the same columns, typed, in row groups of bounded size.

use super::column::{COLUMNS, Cell, Column, Kind};
use super::folder::Sink;
use super::timeline::hex_into;
use super::view::{Row, View};
use polars::polars_utils::compression::ZstdLevel;
use polars::prelude::*;
use std::io;

/// Events in a row group: what the writer holds in memory at a time.
const GROUP: usize = 1 << 16;

/// Events that go through all columns before the next ones do, so that they stay in the processor's cache.
const STEP: usize = 1 << 9;

/// Writes `timeline.parquet`: every event, every column; an empty text is null, a digest is its bytes.
pub(crate) fn parquet(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    let schema: Schema = COLUMNS.iter().map(|column| Field::new(column.name.into(), data_type(column.kind))).collect();
    // The fastest level: the next ones cost twice the time for a twentieth of the size.
    let level = ZstdLevel::try_new(1).map_err(io::Error::other)?;
    let mut writer = ParquetWriter::new(sink)
        .with_compression(ParquetCompression::Zstd(Some(level)))
        .set_parallel(false)
        .batched(&schema)
        .map_err(io::Error::other)?;
    let total = view.case.events.entries.len();
    let mut rows = Vec::with_capacity(STEP);
    for start in (0..total).step_by(GROUP) {
        let end = total.min(start + GROUP);
        let mut growing: Vec<Growing> = COLUMNS.iter().map(|column| Growing::new(column, end - start)).collect();
        for first in (start..end).step_by(STEP) {
            rows.clear();
            rows.extend((first..end.min(first + STEP)).map(|position| view.row(position)));
            for (growing, column) in growing.iter_mut().zip(COLUMNS) {
                growing.add(column, &rows);
            }
        }
        let columns = growing.into_iter().zip(COLUMNS).map(|(growing, column)| growing.finish(column)).collect();
        let frame = DataFrame::new(end - start, columns).map_err(io::Error::other)?;
        writer.write_batch(&frame).map_err(io::Error::other)?;
    }
    writer.finish().map_err(io::Error::other)?;
    Ok(())
}

fn data_type(kind: Kind) -> DataType {
    match kind {
        Kind::Time => DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)),
        Kind::Text => DataType::String,
        Kind::Bytes => DataType::Binary,
        Kind::U32 => DataType::UInt32,
        Kind::U64 => DataType::UInt64,
        Kind::Flag => DataType::Boolean,
    }
}

/// A column of a row group in the making.
enum Growing {
    Time(Vec<i64>),
    Text(StringChunkedBuilder),
    Bytes(BinaryChunkedBuilder),
    U32(Vec<Option<u32>>),
    U64(Vec<Option<u64>>),
    Flag(Vec<bool>),
}

impl Growing {
    fn new(column: &Column, rows: usize) -> Self {
        let name: PlSmallStr = column.name.into();
        match column.kind {
            Kind::Time => Self::Time(Vec::with_capacity(rows)),
            Kind::Text => Self::Text(StringChunkedBuilder::new(name, rows)),
            Kind::Bytes => Self::Bytes(BinaryChunkedBuilder::new(name, rows)),
            Kind::U32 => Self::U32(Vec::with_capacity(rows)),
            Kind::U64 => Self::U64(Vec::with_capacity(rows)),
            Kind::Flag => Self::Flag(Vec::with_capacity(rows)),
        }
    }

    fn add(&mut self, column: &Column, rows: &[Row<'_>]) {
        let number = |row: &Row<'_>| match (column.cell)(row) {
            Cell::Number(number) => Some(number),
            _ => None,
        };
        match self {
            Self::Time(times) => times.extend(rows.iter().map(|row| row.entry.time.micros)),
            Self::Text(texts) => rows.iter().for_each(|row| add_text(texts, row, (column.cell)(row))),
            Self::Bytes(digests) => rows.iter().for_each(|row| match (column.cell)(row) {
                Cell::Hex(bytes) => digests.append_value(bytes),
                _ => digests.append_null(),
            }),
            Self::U32(numbers) => {
                numbers.extend(rows.iter().map(|row| number(row).and_then(|number| u32::try_from(number).ok())));
            }
            Self::U64(numbers) => numbers.extend(rows.iter().map(number)),
            Self::Flag(flags) => {
                flags.extend(rows.iter().map(|row| matches!((column.cell)(row), Cell::Flag(true))));
            }
        }
    }

    fn finish(self, column: &Column) -> polars::prelude::Column {
        let name: PlSmallStr = column.name.into();
        let series = match self {
            Self::Time(times) => Int64Chunked::from_vec(name, times)
                .into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC))
                .into_series(),
            Self::Text(texts) => texts.finish().into_series(),
            Self::Bytes(digests) => digests.finish().into_series(),
            Self::U32(numbers) => UInt32Chunked::from_iter_options(name, numbers.into_iter()).into_series(),
            Self::U64(numbers) => UInt64Chunked::from_iter_options(name, numbers.into_iter()).into_series(),
            Self::Flag(flags) => BooleanChunked::from_slice(name, &flags).into_series(),
        };
        series.into_column()
    }
}

fn add_text(texts: &mut StringChunkedBuilder, row: &Row<'_>, cell: Cell<'_>) {
    match cell {
        Cell::Log(sym) if !sym.is_empty() => texts.append_value(row.view.case.events.text(sym)),
        Cell::Text(other) | Cell::Ours(other) if !other.is_empty() => texts.append_value(other),
        Cell::Hex(bytes) => {
            let mut text = [0; 64];
            texts.append_value(std::str::from_utf8(hex_into(&mut text, bytes)).unwrap_or_default());
        }
        _ => texts.append_null(),
    }
}
