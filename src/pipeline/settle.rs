//! Two records with one Id and different bytes: equal in content, or a conflict?

use crate::event::Origin;
use crate::input::{Data, Found, Layout, Limits, Reader, parse_xml, read_many};
use crate::source::{self, Decoded, FileContext, Localised, Source};
use crate::store::{Events, Merger};
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};
use std::collections::{BTreeMap, BTreeSet};
use xxhash_rust::xxh3::Xxh3;

/// For each suspect of `merger`, whether the later record says the same as one before it with that Id.
///
/// Both are read back from the evidence, opened, and compared as JSON by a hash in which the order of
/// keys does not count. A record that cannot be read back, or is not whole, is never called the same.
pub(super) fn same(merger: &Merger, files: &[(&Found, &FileContext)], limits: &Limits) -> Vec<bool> {
    let mut wanted = BTreeMap::<u32, Vec<u32>>::new();
    for suspect in merger.suspects() {
        for position in [suspect.first, suspect.later] {
            wanted.entry(merger.entry(position).origin.file).or_default().push(position);
        }
    }
    let mut contents = BTreeMap::new();
    for (file, mut positions) in wanted {
        positions.sort_by_key(|p| (merger.entry(*p).origin.offset, *p));
        positions.dedup();
        read_contents(merger, files[file as usize], &positions, limits, &mut contents);
    }
    let mut met: BTreeSet<(u32, u128)> = contents.iter().map(|(position, content)| (*position, *content)).collect();
    // A third record may differ from the first and still repeat the second.
    let mut repeats = |first: u32, later: u32| contents.get(&later).is_some_and(|c| !met.insert((first, *c)));
    merger.suspects().iter().map(|suspect| repeats(suspect.first, suspect.later)).collect()
}

fn read_contents(
    merger: &Merger,
    file: (&Found, &FileContext),
    positions: &[u32],
    limits: &Limits,
    contents: &mut BTreeMap<u32, u128>,
) {
    let again = |position: &u32| {
        let entry = merger.entry(*position);
        Again { position: *position, origin: entry.origin, source: merger.source(&entry) }
    };
    let again: Vec<Again> = positions.iter().map(again).collect();
    read_again(&again, file, limits, &mut |position, decoded| {
        contents.extend(content(decoded).map(|content| (position, content)));
    });
}

/// A record that is to be read again.
#[derive(Clone, Copy)]
pub(super) struct Again {
    /// Where its event stands.
    pub position: u32,
    pub origin: Origin,
    /// The name of the source that read it.
    pub source: &'static str,
}

impl Again {
    pub(super) fn new(events: &Events, position: u32) -> Self {
        let entry = &events.entries.at(position);
        Self { position, origin: entry.origin, source: events.common(entry).source }
    }

    /// In the order in which they stand in their file.
    pub(super) fn sort(all: &mut [Self]) {
        all.sort_by_key(|again| (again.origin.offset, again.position));
    }
}

/// Reads records of one file again, in one pass; they ascend by offset. One that cannot be read again, or no longer be
/// taken apart, is left out.
pub(super) fn read_again(
    again: &[Again],
    (found, context): (&Found, &FileContext),
    limits: &Limits,
    each: &mut dyn FnMut(u32, &Decoded),
) {
    let span = |again: &Again| (again.origin.offset, again.origin.length.into());
    let spans: Vec<(u64, u64)> = again.iter().map(span).collect();
    let Ok(reader) = Reader::open(found, limits) else { return };
    let layout = reader.layout().clone();
    let localised = if let Layout::Csv(header) = &layout { source::localise(header) } else { None };
    // What lies behind the place where reading fails is left out too.
    let _ = read_many(found, &spans, &mut |index, raw| {
        let Again { position, source, .. } = again[index];
        let layout = (&layout, localised.as_ref());
        if let Ok(decoded) = source_of(source).and_then(|source| decode(source, raw, layout, context)) {
            each(position, &decoded);
        }
    });
}

fn content(decoded: &Decoded) -> Option<u128> {
    if !decoded.degraded.is_empty() {
        return None;
    }
    let mut hash = Xxh3::new();
    canonical(&decoded.record, &mut hash);
    Some(hash.digest128())
}

/// The source with this name.
pub(super) fn source_of(name: &str) -> Result<&'static Source, String> {
    source::SOURCES.iter().find(|source| source.name == name).ok_or_else(|| "its source is unknown".to_owned())
}

/// Takes the raw bytes of one event apart again, as when `source` first read it.
///
/// # Errors
/// Why that is no longer possible.
pub(super) fn decode_again(
    source: &Source,
    raw: &[u8],
    found: &Found,
    context: &FileContext,
    limits: &Limits,
) -> Result<Decoded, String> {
    let reader = Reader::open(found, limits).map_err(|unusable| unusable.reason)?;
    let layout = reader.layout().clone();
    let localised = if let Layout::Csv(header) = &layout { source::localise(header) } else { None };
    decode(source, raw, (&layout, localised.as_ref()), context)
}

fn decode(
    source: &Source,
    raw: &[u8],
    (layout, localised): (&Layout, Option<&Localised>),
    context: &FileContext,
) -> Result<Decoded, String> {
    let not_json = |error: sonic_rs::Error| error.to_string();
    match layout {
        Layout::Json => (source.decode)(Data::Json(sonic_rs::from_slice(raw).map_err(not_json)?), context),
        Layout::Xml => {
            let text = std::str::from_utf8(raw).map_err(|error| error.to_string())?;
            (source.decode)(Data::Json(parse_xml(text)?), context)
        }
        Layout::Csv(header) => {
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .delimiter(header.delimiter)
                .from_reader(raw);
            let row = reader.records().next().ok_or("it is empty")?.map_err(|error| error.to_string())?;
            let fields: Vec<&str> = row.iter().collect();
            (source.decode)(source::in_english(localised, Data::Csv { header, fields }), context)
        }
    }
}

/// Feeds a value to the hash so that equal content gives equal bytes whatever the order of keys.
fn canonical(value: &Value, hash: &mut Xxh3) {
    if let Some(object) = value.as_object() {
        let mut members: Vec<(&str, &Value)> = object.iter().collect();
        members.sort_by_key(|(key, _)| *key);
        hash.update(b"{");
        for (key, inner) in members {
            text(key, hash);
            canonical(inner, hash);
        }
        hash.update(b"}");
    } else if let Some(items) = value.as_array() {
        hash.update(b"[");
        items.iter().for_each(|item| canonical(item, hash));
        hash.update(b"]");
    } else if let Some(string) = value.as_str() {
        text(string, hash);
    } else {
        text(&sonic_rs::to_string(value).unwrap_or_default(), hash);
        hash.update(b"#");
    }
}

/// The length goes first, so that no two lists of texts give the same bytes.
fn text(text: &str, hash: &mut Xxh3) {
    hash.update(&(text.len() as u64).to_le_bytes());
    hash.update(text.as_bytes());
}
