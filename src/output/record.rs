//! The small tables: their records as typed values, once for the CSV and the workbook.

use super::escape::push_csv;
use super::folder::Sink;
use super::view::View;
use crate::case::severity::{LEVELS, Severity};
use crate::case::sign_in::SignIns;
use std::borrow::Cow;
use std::io::{self, Write};

/// One value of a record.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value<'a> {
    /// Text of the log, or from outside in another way.
    Log(Cow<'a, str>),
    /// Text of this program, which needs no escape.
    Ours(Cow<'a, str>),
    /// What machines read, what people are told instead, and how that is coloured where there is colour.
    Code(Cow<'a, str>, Cow<'a, str>, Option<Tone>),
    /// A moment, RFC 3339 UTC; empty where there is none.
    Time(Cow<'a, str>),
    /// A number.
    Number(f64),
}

/// What a colour says; the text beside it says the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Act now.
    Alarm,
    /// Act on it.
    Warning,
    /// Look at it.
    Notice,
    /// For the record, or nothing can be said.
    Faint,
    /// It is well.
    Good,
}

impl Tone {
    /// The tone of a level, by its name.
    pub(crate) fn of_level(name: &str) -> Option<Self> {
        match name {
            "critical" => Some(Self::Alarm),
            "high" => Some(Self::Warning),
            "medium" => Some(Self::Notice),
            "low" => Some(Self::Faint),
            _ => None,
        }
    }
}

/// A table: the names of its columns, and its records.
pub(crate) struct Table {
    /// Names of the columns, in order.
    pub(crate) columns: &'static [&'static str],
    /// The records, each with a value for every column.
    pub(crate) records: for<'v> fn(&'v View<'v>) -> Records<'v>,
}

/// The records of a table, one after the other.
pub(crate) type Records<'v> = Box<dyn Iterator<Item = Record<'v>> + 'v>;

impl Table {
    /// Writes the table as CSV: log text goes through the escape, our own text does not.
    pub(crate) fn csv(&self, view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
        writeln!(sink, "{}", self.columns.join(","))?;
        let mut line = Vec::new();
        for record in (self.records)(view) {
            for value in &record.0 {
                match value {
                    Value::Log(text) | Value::Code(text, ..) => push_csv(&mut line, text),
                    Value::Ours(text) | Value::Time(text) => line.extend_from_slice(text.as_bytes()),
                    Value::Number(number) => write!(line, "{number}")?,
                }
                line.push(b',');
            }
            line.pop();
            line.push(b'\n');
            sink.write_all(&line)?;
            line.clear();
        }
        Ok(())
    }
}

/// One record in the making.
#[derive(Debug, Default)]
pub(crate) struct Record<'a>(pub(crate) Vec<Value<'a>>);

impl<'a> Record<'a> {
    pub(crate) fn log(mut self, text: impl Into<Cow<'a, str>>) -> Self {
        self.0.push(Value::Log(text.into()));
        self
    }

    pub(crate) fn ours(mut self, text: impl Into<Cow<'a, str>>) -> Self {
        self.0.push(Value::Ours(text.into()));
        self
    }

    pub(crate) fn level(self, name: &'a str) -> Self {
        self.toned(name, name, Tone::of_level(name))
    }

    pub(crate) fn code(self, code: impl Into<Cow<'a, str>>, label: impl Into<Cow<'a, str>>) -> Self {
        self.toned(code, label, None)
    }

    pub(crate) fn toned(
        mut self,
        code: impl Into<Cow<'a, str>>,
        label: impl Into<Cow<'a, str>>,
        tone: Option<Tone>,
    ) -> Self {
        self.0.push(Value::Code(code.into(), label.into(), tone));
        self
    }

    pub(crate) fn time(mut self, moment: impl Into<Cow<'a, str>>) -> Self {
        self.0.push(Value::Time(moment.into()));
        self
    }

    /// A number; what is counted here is far below where they stop to be exact, 2^53.
    pub(crate) fn number(mut self, number: f64) -> Self {
        self.0.push(Value::Number(number));
        self
    }

    pub(crate) fn count(self, count: u64) -> Self {
        self.number(count as f64)
    }

    /// A number, or nothing.
    pub(crate) fn some(self, number: Option<f64>) -> Self {
        match number {
            Some(number) => self.number(number),
            None => self.ours(""),
        }
    }

    pub(crate) fn sign_ins(self, sign_ins: SignIns) -> Self {
        self.count(sign_ins.succeeded).count(sign_ins.failed).count(sign_ins.interrupted)
    }

    pub(crate) fn severity(self, severity: &Severity) -> Self {
        let record = self.count(severity.total());
        let record = LEVELS.into_iter().fold(record, |record, level| record.count(severity.count(level)));
        record.level(severity.highest().map_or("", crate::rule::Level::name))
    }
}
