//! Events to `timeline.parquet`: the same columns, typed, in row groups of bounded size.

mod growing;
mod words;

use super::blocks::ranges;
use super::column::{COLUMNS, Kind};
use super::folder::Sink;
use super::view::View;
use growing::Growing;
use polars::polars_utils::compression::ZstdLevel;
use polars::prelude::{
    DataType, Field, ParquetCompression, ParquetWriter, PolarsResult, Schema, StatisticsOptions, TimeUnit, TimeZone,
};
use polars_arrow::array::Array;
use polars_parquet::write::{
    CompressedPage, CompressionOptions, DynIter, Encoding, Page, ParquetType, Version, WriteOptions, array_to_columns,
    array_to_pages, compress, to_nested, to_parquet_leaves,
};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use std::io;
use std::ops::Range;

/// Events in a row group: what the writer holds in memory at a time.
const GROUP: usize = 1 << 16;

/// Events that go through all columns before the next ones do, so that they stay in the processor's cache.
const STEP: usize = 1 << 6;

/// The fastest level: the next ones cost twice the time for a twentieth of the size.
const LEVEL: i32 = 1;

/// The pages of a column, not yet compressed.
type Columns = Vec<DynIter<'static, PolarsResult<Page>>>;

/// Writes `timeline.parquet`: every event, every column; an empty text is null, a digest is its bytes.
pub(crate) fn parquet(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    let schema: Schema = COLUMNS.iter().map(|column| Field::new(column.name.into(), data_type(column.kind))).collect();
    let level = ZstdLevel::try_new(LEVEL).map_err(io::Error::other)?;
    let options = WriteOptions {
        statistics: StatisticsOptions::default(),
        version: Version::V1,
        compression: CompressionOptions::Zstd(Some(level)),
        data_page_size: None,
    };
    let mut writer = ParquetWriter::new(sink)
        .with_compression(ParquetCompression::Zstd(Some(level)))
        .batched(&schema)
        .map_err(io::Error::other)?;
    let types = writer.parquet_schema().fields().to_vec();
    let groups = ranges(view.case.events.entries.len(), GROUP);
    for some in groups.chunks(rayon::current_num_threads()) {
        let encoded = some.par_iter().map(|rows| group(view, rows.clone(), &types, options));
        let encoded = encoded.collect::<PolarsResult<Vec<_>>>().map_err(io::Error::other)?;
        for (rows, columns) in some.iter().zip(encoded) {
            writer.write_row_group(rows.len() as u64, &columns).map_err(io::Error::other)?;
        }
    }
    writer.finish().map_err(io::Error::other)?;
    Ok(())
}

/// One row group: its columns, encoded and compressed.
fn group(
    view: &View<'_>,
    rows: Range<usize>,
    types: &[ParquetType],
    options: WriteOptions,
) -> PolarsResult<Vec<Vec<CompressedPage>>> {
    let entries = view.case.events.entries.range(rows.clone());
    let mut growing: Vec<Growing<'_>> = COLUMNS.iter().map(|column| Growing::new(column.kind, rows.len())).collect();
    let mut step = Vec::with_capacity(STEP);
    for (first, some) in rows.step_by(STEP).zip(entries.chunks(STEP)) {
        step.clear();
        step.extend((first..).zip(some).map(|(position, entry)| view.row(position, entry)));
        for (growing, column) in growing.iter_mut().zip(COLUMNS) {
            growing.add(column, &step);
        }
    }
    growing.into_iter().zip(types).map(|(growing, kind)| pages(growing, kind, options)).collect()
}

/// One column of a row group, encoded and compressed.
fn pages(growing: Growing<'_>, kind: &ParquetType, options: WriteOptions) -> PolarsResult<Vec<CompressedPage>> {
    let (array, encoding) = growing.finish()?;
    let columns = if array.null_count() > 0 && array.null_count() == array.len() {
        nothing(&*array, kind, options, encoding)?
    } else {
        array_to_columns(array, kind.clone(), options, &[encoding])?
    };
    columns.into_iter().flatten().map(|page| Ok(compress(page?, Vec::new(), options.compression)?)).collect()
}

/// What [`array_to_columns`] makes of a column that holds nothing, without the 8 MB of zeroes that it would make for it.
fn nothing(array: &dyn Array, kind: &ParquetType, options: WriteOptions, encoding: Encoding) -> PolarsResult<Columns> {
    let nested = to_nested(array, kind)?;
    let leaves = nested.iter().zip(to_parquet_leaves(kind.clone()));
    leaves.map(|(nested, leaf)| array_to_pages(array, leaf, nested, options, encoding)).collect()
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

/// Numbers and digests that seldom repeat are written as they are.
const PLAIN: Encoding = Encoding::Plain;
