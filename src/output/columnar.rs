//! Events to `timeline.parquet`: the same columns, typed, in row groups of bounded size.

use super::column::{COLUMNS, Cell, Column, Kind};
use super::folder::Sink;
use super::timeline::push_hex;
use super::view::{Row, View};
use polars::prelude::*;
use std::io;

/// Events in a row group: what the writer holds in memory at a time.
const GROUP: usize = 1 << 16;

/// Writes `timeline.parquet`: every event, every column; an empty text is null.
pub(crate) fn parquet(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    let schema: Schema = COLUMNS.iter().map(|column| Field::new(column.name.into(), data_type(column.kind))).collect();
    let mut writer = ParquetWriter::new(sink)
        .with_compression(ParquetCompression::Zstd(None))
        .set_parallel(false)
        .batched(&schema)
        .map_err(io::Error::other)?;
    let total = view.case.events.entries.len();
    for start in (0..total).step_by(GROUP) {
        let rows: Vec<Row<'_>> = (start..total.min(start + GROUP)).map(|position| view.row(position)).collect();
        let columns = COLUMNS.iter().map(|column| series(column, &rows).into_column()).collect();
        let frame = DataFrame::new(rows.len(), columns).map_err(io::Error::other)?;
        writer.write_batch(&frame).map_err(io::Error::other)?;
    }
    writer.finish().map_err(io::Error::other)?;
    Ok(())
}

fn data_type(kind: Kind) -> DataType {
    match kind {
        Kind::Time => DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)),
        Kind::Text => DataType::String,
        Kind::U32 => DataType::UInt32,
        Kind::U64 => DataType::UInt64,
        Kind::Flag => DataType::Boolean,
    }
}

fn series(column: &Column, rows: &[Row<'_>]) -> Series {
    let name: PlSmallStr = column.name.into();
    let number = |row: &Row<'_>| match (column.cell)(row) {
        Cell::Number(number) => Some(number),
        _ => None,
    };
    match column.kind {
        Kind::Time => Int64Chunked::from_iter_values(name, rows.iter().map(|row| row.entry.time.micros))
            .into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC))
            .into_series(),
        Kind::Text => texts(column, name, rows),
        Kind::U32 => numbers::<UInt32Type>(name, rows.iter().map(|row| number(row).map(|number| number as u32))),
        Kind::U64 => numbers::<UInt64Type>(name, rows.iter().map(number)),
        Kind::Flag => {
            let flags = rows.iter().map(|row| matches!((column.cell)(row), Cell::Flag(true)));
            BooleanChunked::from_iter_values(name, flags).into_series()
        }
    }
}

fn numbers<T: PolarsNumericType>(name: PlSmallStr, values: impl Iterator<Item = Option<T::Native>>) -> Series
where
    ChunkedArray<T>: IntoSeries,
{
    ChunkedArray::<T>::from_iter_options(name, values).into_series()
}

fn texts(column: &Column, name: PlSmallStr, rows: &[Row<'_>]) -> Series {
    let mut builder = StringChunkedBuilder::new(name, rows.len());
    let mut text = Vec::new();
    for row in rows {
        match (column.cell)(row) {
            Cell::Log(sym) if !sym.is_empty() => builder.append_value(row.view.case.events.text(sym)),
            Cell::Text(other) | Cell::Ours(other) if !other.is_empty() => builder.append_value(other),
            Cell::Hex(bytes) => {
                text.clear();
                push_hex(&mut text, bytes);
                builder.append_value(std::str::from_utf8(&text).unwrap_or_default());
            }
            _ => builder.append_null(),
        }
    }
    builder.finish().into_series()
}
