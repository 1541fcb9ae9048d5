//! A column of a row group in the making.

use super::PLAIN;
use super::words::Words;
use crate::output::column::{Cell, Column, Kind};
use crate::output::timeline::hex_into;
use crate::output::view::Row;
use crate::store::GUID;
use polars::prelude::PolarsError;
use polars_arrow::array::{Array, BooleanArray, MutableBinaryViewArray, PrimitiveArray};
use polars_arrow::datatypes::{ArrowDataType, TimeUnit};
use polars_parquet::write::Encoding;

/// The values so far, as the column's kind holds them.
pub(super) enum Growing<'a> {
    Time(Vec<i64>),
    Text(Words<'a>),
    Bytes(MutableBinaryViewArray<[u8]>),
    U32(Vec<Option<u32>>),
    U64(Vec<Option<u64>>),
    Flag(Vec<bool>),
}

impl<'a> Growing<'a> {
    /// A column of so many rows.
    pub(super) fn new(kind: Kind, rows: usize) -> Self {
        match kind {
            Kind::Time => Self::Time(Vec::with_capacity(rows)),
            Kind::Text => Self::Text(Words::new(rows)),
            Kind::Bytes => Self::Bytes(MutableBinaryViewArray::with_capacity(rows)),
            Kind::U32 => Self::U32(Vec::with_capacity(rows)),
            Kind::U64 => Self::U64(Vec::with_capacity(rows)),
            Kind::Flag => Self::Flag(Vec::with_capacity(rows)),
        }
    }

    pub(super) fn add(&mut self, column: &Column, rows: &[Row<'a>]) {
        let number = |row: &Row<'a>| match (column.cell)(row) {
            Cell::Number(number) => Some(number),
            _ => None,
        };
        match self {
            Self::Time(times) => times.extend(rows.iter().map(|row| row.entry.micros)),
            Self::Text(words) => rows.iter().for_each(|row| add_text(words, row, (column.cell)(row))),
            Self::Bytes(digests) => rows.iter().for_each(|row| match (column.cell)(row) {
                Cell::Hex(bytes) => digests.push_value(bytes),
                _ => digests.push_null(),
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

    /// Gives the values with the encoding that suits them.
    pub(super) fn finish(self) -> Result<(Box<dyn Array>, Encoding), PolarsError> {
        Ok(match self {
            Self::Time(times) => {
                let utc = ArrowDataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
                (PrimitiveArray::<i64>::try_new(utc, times.into(), None)?.boxed(), PLAIN)
            }
            Self::Text(words) => words.finish()?,
            Self::Bytes(digests) => (digests.freeze().boxed(), PLAIN),
            // A network or a port repeats; a place in a file does not.
            Self::U32(numbers) => (PrimitiveArray::<u32>::from(numbers).boxed(), Encoding::RleDictionary),
            Self::U64(numbers) => (PrimitiveArray::<u64>::from(numbers).boxed(), PLAIN),
            Self::Flag(flags) => (BooleanArray::from_slice(flags).boxed(), PLAIN),
        })
    }
}

fn add_text<'a>(words: &mut Words<'a>, row: &Row<'a>, cell: Cell<'a>) {
    match cell {
        Cell::Log(sym) if !sym.is_empty() => words.add_sym(sym, row.view.case.events.text(sym)),
        Cell::Id(id) if !id.is_empty() => words.add_once(id.text(&row.view.case.events.pool, &mut [0; GUID])),
        Cell::Text(other) | Cell::Ours(other) if !other.is_empty() => words.add(other),
        Cell::Hex(bytes) => {
            let mut text = [0; 64];
            words.add_once(std::str::from_utf8(hex_into(&mut text, bytes)).unwrap_or_default());
        }
        _ => words.add_null(),
    }
}
