//! One value of a rule, with the modifiers of its line, to the matchers it stands for.

use super::compile::{Modifiers, field, number};
use super::matcher::{Matcher, Order, Pattern, Shape};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::RegexBuilder;
use rsigma_parser::{Modifier, SigmaString, SigmaValue, SpecialChar, StringPart};

/// The characters that `windash` takes for one another.
/// <https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-appendix-modifiers.md>
const DASHES: &str = "-/\u{2013}\u{2014}\u{2015}";

/// Bytes a compiled regular expression may take, so that a rule cannot exhaust memory.
const REGEX_LIMIT: usize = 4 << 20;

/// A piece of a text with wildcards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Text(&'a str),
    /// Any number of characters.
    Many,
    /// One character.
    One,
    /// One of [`DASHES`].
    Dash,
}

/// The matchers of a value, of which one must pass.
///
/// # Errors
/// What was found and what the modifiers expect.
pub(super) fn matcher(value: &SigmaValue, modifiers: &Modifiers) -> Result<Vec<Matcher>, String> {
    if let Some(part) = modifiers.part() {
        return Ok(vec![Matcher::Part(part, number(value)?)]);
    }
    if let Some(order) = modifiers.order() {
        return Ok(vec![Matcher::Number(order, number(value)?)]);
    }
    let cased = modifiers.has(Modifier::Cased);
    let shape = modifiers.shape();
    if modifiers.has(Modifier::FieldRef) {
        return Ok(vec![Matcher::Field { field: field(&reference(value)?), shape, cased }]);
    }
    if modifiers.has(Modifier::Re) {
        return Ok(vec![Matcher::Regex(regex(&original(value)?, modifiers))]);
    }
    if modifiers.has(Modifier::Cidr) {
        let text = original(value)?;
        let net = text.parse().map_err(|_| format!("found \"{text}\", expected a network such as 192.0.2.0/24"))?;
        return Ok(vec![Matcher::Cidr(net)]);
    }
    match value {
        SigmaValue::Integer(_) | SigmaValue::Float(_) if shape == Shape::Equal => {
            Ok(vec![Matcher::Number(Order::Equal, number(value)?)])
        }
        SigmaValue::Bool(wanted) => Ok(vec![Matcher::Bool(*wanted)]),
        SigmaValue::String(text_value) => encoded(text_value, modifiers, shape, cased),
        other => Ok(vec![text(other, shape, cased)]),
    }
}

/// The matcher of a value taken as text.
pub(super) fn text(value: &SigmaValue, shape: Shape, cased: bool) -> Matcher {
    match value {
        SigmaValue::String(text) => wildcard(&pieces(text), shape, cased),
        other => wildcard(&[Piece::Text(&other.to_string())], shape, cased),
    }
}

fn encoded(value: &SigmaString, modifiers: &Modifiers, shape: Shape, cased: bool) -> Result<Vec<Matcher>, String> {
    let wide = [Modifier::Wide, Modifier::Utf16, Modifier::Utf16be].into_iter().find(|m| modifiers.has(*m));
    let base64 = modifiers.has(Modifier::Base64);
    let offset = modifiers.has(Modifier::Base64Offset);
    let dashes = modifiers.has(Modifier::WindAsh);
    if wide.is_none() && !base64 && !offset {
        let mut pieces = pieces(value);
        if dashes {
            pieces = pieces.into_iter().flat_map(split_dashes).collect();
        }
        return Ok(vec![wildcard(&pieces, shape, cased)]);
    }
    if dashes {
        return Err("windash cannot be combined with an encoding".to_owned());
    }
    let Some(plain) = value.as_plain() else {
        return Err(format!("found a wildcard in \"{value}\", expected plain text to encode"));
    };
    let bytes = match wide {
        Some(encoding) => utf16(&plain, encoding),
        None => plain.into_bytes(),
    };
    if base64 {
        return Ok(vec![literal(&STANDARD.encode(&bytes), shape, cased)]);
    }
    if offset {
        return Ok(base64_offsets(&bytes).iter().map(|text| literal(text, Shape::Contains, cased)).collect());
    }
    // A record holds such bytes as one character each.
    Ok(vec![literal(&bytes.iter().map(|byte| char::from(*byte)).collect::<String>(), shape, cased)])
}

fn utf16(text: &str, encoding: Modifier) -> Vec<u8> {
    let units = text.encode_utf16();
    match encoding {
        Modifier::Utf16be => units.flat_map(u16::to_be_bytes).collect(),
        Modifier::Utf16 => [0xFF, 0xFE].into_iter().chain(units.flat_map(u16::to_le_bytes)).collect(),
        _ => units.flat_map(u16::to_le_bytes).collect(),
    }
}

/// The part of the Base64 of `bytes` that does not depend on what stands before and after them,
/// for each of the three positions they can have.
fn base64_offsets(bytes: &[u8]) -> Vec<String> {
    (0..3)
        .filter_map(|offset| {
            let padded: Vec<u8> = std::iter::repeat_n(0, offset).chain(bytes.iter().copied()).collect();
            let encoded = STANDARD.encode(&padded);
            let start = (offset * 4).div_ceil(3);
            let end = padded.len() * 8 / 6;
            encoded.get(start..end).filter(|text| !text.is_empty()).map(str::to_owned)
        })
        .collect()
}

fn pieces(text: &SigmaString) -> Vec<Piece<'_>> {
    text.parts
        .iter()
        .map(|part| match part {
            StringPart::Plain(text) => Piece::Text(text),
            StringPart::Special(SpecialChar::WildcardMulti) => Piece::Many,
            StringPart::Special(SpecialChar::WildcardSingle) => Piece::One,
        })
        .collect()
}

fn split_dashes(piece: Piece<'_>) -> Vec<Piece<'_>> {
    let Piece::Text(mut text) = piece else { return vec![piece] };
    let mut pieces = Vec::new();
    while let Some(at) = text.find(|letter| DASHES.contains(letter)) {
        if at > 0 {
            pieces.push(Piece::Text(&text[..at]));
        }
        pieces.push(Piece::Dash);
        let length = text[at..].chars().next().map_or(1, char::len_utf8);
        text = &text[at + length..];
    }
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    pieces
}

/// The matcher of a text with wildcards; a regular expression only where a plain comparison cannot do.
pub(super) fn wildcard(pieces: &[Piece<'_>], shape: Shape, cased: bool) -> Matcher {
    let mut from_start = matches!(shape, Shape::Equal | Shape::Starts);
    let mut to_end = matches!(shape, Shape::Equal | Shape::Ends);
    let mut pieces = pieces;
    while let [Piece::Many, rest @ ..] = pieces {
        from_start = false;
        pieces = rest;
    }
    while let [rest @ .., Piece::Many] = pieces {
        to_end = false;
        pieces = rest;
    }
    let shape = match (from_start, to_end) {
        (true, true) => Shape::Equal,
        (true, false) => Shape::Starts,
        (false, true) => Shape::Ends,
        (false, false) => Shape::Contains,
    };
    match pieces {
        [] => literal("", shape, cased),
        [Piece::Text(text)] => literal(text, shape, cased),
        _ => Matcher::Regex(expression(pieces, from_start, to_end, cased)),
    }
}

fn expression(pieces: &[Piece<'_>], from_start: bool, to_end: bool, cased: bool) -> Pattern {
    let mut pattern = String::from(if from_start { "^" } else { "" });
    for piece in pieces {
        match piece {
            Piece::Text(text) => pattern.push_str(&regex::escape(text)),
            Piece::Many => pattern.push_str(".*"),
            Piece::One => pattern.push('.'),
            Piece::Dash => pattern.push_str("[-/\u{2013}\u{2014}\u{2015}]"),
        }
    }
    if to_end {
        pattern.push('$');
    }
    pattern_of(RegexBuilder::new(&pattern).case_insensitive(!cased).dot_matches_new_line(true))
}

fn literal(text: &str, shape: Shape, cased: bool) -> Matcher {
    if cased { Matcher::Cased(shape, text.into()) } else { Matcher::Folded(shape, text.to_lowercase().into()) }
}

fn regex(pattern: &str, modifiers: &Modifiers) -> Pattern {
    pattern_of(
        RegexBuilder::new(pattern)
            .case_insensitive(modifiers.has(Modifier::IgnoreCase))
            .multi_line(modifiers.has(Modifier::Multiline))
            .dot_matches_new_line(modifiers.has(Modifier::DotAll)),
    )
}

fn pattern_of(builder: &mut RegexBuilder) -> Pattern {
    Pattern::new(builder.size_limit(REGEX_LIMIT).clone())
}

/// The value as the rule writes it, no wildcard read in it.
fn original(value: &SigmaValue) -> Result<String, String> {
    match value {
        SigmaValue::Null => Err("found null, expected text".to_owned()),
        SigmaValue::String(text) => Ok(text.original.clone()),
        other => Ok(other.to_string()),
    }
}

fn reference(value: &SigmaValue) -> Result<String, String> {
    match value {
        SigmaValue::String(text) => {
            text.as_plain().ok_or_else(|| format!("found a wildcard in \"{text}\", expected the name of a field"))
        }
        other => Err(format!("found {other}, expected the name of a field")),
    }
}
