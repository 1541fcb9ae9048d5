//! Files to the tenants whose records they hold, keeping none of the records; and whether a file is a log at all.

use super::ledger::{self, FileFacts};
use super::read::{Feed, Job, Tools};
use crate::input::{Found, Layout, Limits, Reader, Walk};
use crate::source;
use rayon::iter::{ParallelBridge, ParallelIterator};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

/// The files that hold a record of each tenant, by the tenant in lower case; an empty name has the files of
/// records that state no tenant, and those of which no record could be used.
pub(super) fn survey(walk: &Walk, tools: &Tools<'_>) -> BTreeMap<String, Walk> {
    let facts = Mutex::new(vec![FileFacts::default(); walk.found.len()]);
    let tenants: Mutex<BTreeMap<String, BTreeSet<u32>>> = Mutex::default();
    Feed::new(&walk.found, &facts, tools).par_bridge().for_each(|job| {
        let met = met(&job);
        let mut tenants = tenants.lock().unwrap_or_else(PoisonError::into_inner);
        for tenant in met {
            tenants.entry(tenant).or_default().insert(job.file);
        }
    });
    let mut tenants = tenants.into_inner().unwrap_or_else(PoisonError::into_inner);
    let placed: BTreeSet<u32> = tenants.values().flatten().copied().collect();
    let rest: Vec<u32> = (0..walk.found.len() as u32).filter(|file| !placed.contains(file)).collect();
    if !rest.is_empty() || !walk.unusable.is_empty() {
        tenants.entry(String::new()).or_default().extend(rest);
    }
    let part = |(tenant, files): (String, BTreeSet<u32>)| {
        let found = files.iter().filter_map(|file| walk.found.get(*file as usize)).cloned().collect();
        let unusable = if tenant.is_empty() { walk.unusable.clone() } else { Vec::new() };
        (tenant, Walk { found, unusable })
    };
    tenants.into_iter().map(part).collect()
}

/// The tenants of the records of one chunk, in lower case.
fn met(job: &Job) -> BTreeSet<String> {
    let (mut met, mut last) = (BTreeSet::new(), None);
    job.chunk.rows(&mut |row| {
        let Ok(row) = row else { return };
        let (data, Ok(source)) = job.opened.read(row.data, last) else { return };
        last = Some(source);
        let Ok(decoded) = (source.decode)(data, &job.opened.context) else { return };
        let Ok(event) = (source.view)(&decoded, &job.opened.context) else { return };
        if !met.contains(&*event.tenant) {
            met.insert(event.tenant.to_ascii_lowercase());
        }
    });
    met
}

/// Whether the beginning of a file holds what could be a log record.
pub(super) fn is_log(found: &Found, limits: &Limits) -> bool {
    let mut reader = match Reader::open(found, limits) {
        Ok(reader) => reader,
        Err(unusable) => return !matches!(unusable.format, "unrecognised" | "not a log"),
    };
    if let Layout::Csv(header) = reader.layout()
        && source::for_csv(header).is_some()
    {
        return true;
    }
    let mut dated = false;
    if let Some(chunk) = reader.next_chunk() {
        chunk.rows(&mut |row| dated |= row.map_or(true, |row| ledger::dated(&row.data)));
    }
    dated
}
