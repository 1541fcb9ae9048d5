//! The words of a line: what makes two lines the same question.

use crate::field::Field;
use rsigma_parser::{Modifier, SigmaValue};
use xxhash_rust::xxh3::xxh3_128;

/// A digest of a line's field, modifiers and values.
pub(super) fn digest(field: Option<&Field>, (modifiers, values): (&[Modifier], &[SigmaValue])) -> u128 {
    let mut bytes = Vec::with_capacity(256);
    let mut text = |kind: u8, text: &str| {
        bytes.push(kind);
        bytes.extend_from_slice(&(text.len() as u64).to_le_bytes());
        bytes.extend_from_slice(text.as_bytes());
    };
    if let Some(field) = field {
        text(0, &format!("{field:?}"));
    }
    for modifier in modifiers {
        text(1, modifier_name(*modifier));
    }
    for value in values {
        match value {
            // What is escaped in it shows in `original`.
            SigmaValue::String(value) => text(2, &value.original),
            SigmaValue::Integer(number) => text(3, &number.to_string()),
            SigmaValue::Float(number) => text(4, &number.to_string()),
            SigmaValue::Bool(truth) => text(5, if *truth { "true" } else { "false" }),
            SigmaValue::Null => text(6, ""),
        }
    }
    xxh3_128(&bytes)
}

/// The name of a modifier, as a rule writes it.
pub(super) fn modifier_name(modifier: Modifier) -> &'static str {
    match modifier {
        Modifier::Contains => "contains",
        Modifier::StartsWith => "startswith",
        Modifier::EndsWith => "endswith",
        Modifier::All => "all",
        Modifier::Base64 => "base64",
        Modifier::Base64Offset => "base64offset",
        Modifier::Wide => "wide",
        Modifier::Utf16be => "utf16be",
        Modifier::Utf16 => "utf16",
        Modifier::WindAsh => "windash",
        Modifier::Re => "re",
        Modifier::Cidr => "cidr",
        Modifier::Cased => "cased",
        Modifier::Exists => "exists",
        Modifier::Expand => "expand",
        Modifier::FieldRef => "fieldref",
        Modifier::Gt => "gt",
        Modifier::Gte => "gte",
        Modifier::Lt => "lt",
        Modifier::Lte => "lte",
        Modifier::Neq => "neq",
        Modifier::IgnoreCase => "i",
        Modifier::Multiline => "m",
        Modifier::DotAll => "s",
        Modifier::Minute => "minute",
        Modifier::Hour => "hour",
        Modifier::Day => "day",
        Modifier::Week => "week",
        Modifier::Month => "month",
        Modifier::Year => "year",
    }
}
