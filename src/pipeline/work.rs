//! Rows to events to hits, a few dozen at a time: each step is taken with all of them before the next one is, so that its
//! code stays in the processor's cache.

use super::read::{Job, Tools};
use super::reasons::Reasons;
use super::{ledger, signs};
use crate::coverage::{Rejection, Signs};
use crate::event::{Event, Origin, Place};
use crate::input::{BadRow, Data, Row};
use crate::rule::{Hits, Scratch};
use crate::source::{Decoded, Source};
use crate::store::{Batch, Met, Stock};
use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

/// Rows that take a step together.
const GROUP: usize = 32;

/// What came of a job.
#[derive(Default)]
pub(super) struct Done {
    pub batch: Batch,
    pub sources: BTreeSet<&'static str>,
    pub rejected: Vec<Rejection>,
    pub degraded: Reasons,
    pub signs: Signs,
    /// Something in it could be a log record: it holds a date, or it could not be taken apart.
    pub dated: bool,
}

/// What one thread keeps between jobs.
pub(super) struct Worker<'a> {
    tools: &'a Tools<'a>,
    number: u32,
    /// What the batches so far refer to.
    stock: Stock,
    scratch: Scratch,
    places: FxHashMap<IpAddr, Arc<Place>>,
    /// For each event of a group what rules make of it.
    hits: Vec<Hits>,
    last: Option<&'static Source>,
}

/// A row without its wrapper.
struct Unwrapped {
    decoded: Decoded,
    source: &'static Source,
    /// Why its end may be missing.
    short: Option<String>,
    at: At,
}

/// Where a row stands.
#[derive(Clone, Copy)]
struct At {
    index: u64,
    offset: u64,
    length: usize,
}

impl At {
    fn raw(self, job: &Job) -> &[u8] {
        job.chunk.bytes(self.offset, self.length)
    }
}

impl Done {
    /// Notes a row of the job that cannot be used.
    fn refuse(&mut self, job: &Job, bad: BadRow) {
        let BadRow { index: row, offset, length, reason, excerpt } = bad;
        self.rejected.push(Rejection { file: job.opened.context.name.clone(), row, offset, length, reason, excerpt });
    }

    /// Notes a row that could be taken apart and no more.
    fn refuse_at(&mut self, job: &Job, at: At, reason: String) {
        self.refuse(job, BadRow::new(at.index, at.offset, &String::from_utf8_lossy(at.raw(job)), reason));
    }
}

impl<'a> Worker<'a> {
    pub(super) fn new(tools: &'a Tools<'a>, number: u32) -> Self {
        Self {
            tools,
            number,
            stock: Stock::default(),
            scratch: Scratch::default(),
            places: FxHashMap::default(),
            hits: Vec::new(),
            last: None,
        }
    }

    /// Takes a chunk apart.
    pub(super) fn work(&mut self, job: &Job) -> Done {
        // Else a record that two sources would take went by what this thread happened to read before.
        self.last = None;
        let batch = Batch::go_on(job.file, self.number, std::mem::take(&mut self.stock));
        let mut done = Done { batch, ..Done::default() };
        // The rows of the group before stay until those of this one are there: else the allocator would give the memory
        // back in between.
        let (mut group, mut before) = (Vec::with_capacity(GROUP), Vec::with_capacity(GROUP));
        let rows = job.chunk.rows(&mut |row| {
            match row {
                Ok(row) => {
                    let at = At { index: row.index, offset: row.offset, length: row.raw.len() };
                    match self.unwrap(row, at, job, &mut done) {
                        Ok(unwrapped) => group.push(unwrapped),
                        Err(reason) => done.refuse_at(job, at, reason),
                    }
                }
                Err(bad) => {
                    done.dated = true;
                    done.refuse(job, bad);
                }
            }
            if group.len() == GROUP {
                self.keep(&group, job, &mut done);
                std::mem::swap(&mut group, &mut before);
                group.clear();
            }
        });
        self.keep(&group, job, &mut done);
        done.batch.rows = rows;
        done.batch.rejected = done.rejected.len() as u64;
        self.stock = done.batch.part();
        done
    }

    fn unwrap(&mut self, row: Row<'_>, at: At, job: &Job, done: &mut Done) -> Result<Unwrapped, String> {
        let (data, source) = job.opened.read(row.data, self.last);
        if source.is_err() {
            done.dated |= !job.opened.hashes && ledger::dated(&data);
        }
        let source = source?;
        self.last = Some(source);
        // Before the row is opened: a log of which no row can be used is a log all the same.
        done.sources.insert(source.name);
        let short = ledger::short(&data);
        job.opened.watch.row(&data, row.raw, &mut done.signs);
        if let (Data::Json(record), "search-ual-json" | "mes-ual") = (&data, source.name) {
            signs::wrapper(record, &mut done.signs);
        }
        let decoded = (source.decode)(data, &job.opened.context)?;
        Ok(Unwrapped { decoded, source, short, at })
    }

    /// Keeps the events of a group, with what rules make of them.
    fn keep(&mut self, group: &[Unwrapped], job: &Job, done: &mut Done) {
        let mut events: Vec<(Event<'_>, &Unwrapped)> = Vec::with_capacity(group.len());
        for row in group {
            match (row.source.view)(&row.decoded, &job.opened.context) {
                Ok(event) => events.push((event, row)),
                Err(reason) => done.refuse_at(job, row.at, reason),
            }
        }
        events.retain_mut(|(event, row)| self.is_wanted(event, row, done));
        let Self { tools, places, scratch, hits, .. } = self;
        for ip in events.iter().filter_map(|(event, _)| event.address.ip) {
            places.entry(ip).or_insert_with(|| tools.book.place(ip));
        }
        hits.resize_with(hits.len().max(events.len()), Hits::default);
        for ((event, _), hits) in events.iter_mut().zip(&mut *hits) {
            event.place = event.address.ip.and_then(|ip| places.get(&ip)).map(Arc::as_ref);
            tools.rules.matches(event, scratch, hits);
        }
        let digests: Vec<_> = events.iter().map(|(_, row)| Sha256::digest(row.at.raw(job))).collect();
        for (((event, row), hits), digest) in events.iter().zip(&*hits).zip(digests) {
            let At { index, offset, length } = row.at;
            let origin = Origin { file: job.file, row: index, offset, length: length as u32, digest: digest.into() };
            let Hits { met, pending, captured } = hits;
            done.batch.keep(event, origin, row.decoded.content, &Met { rules: met, pending, captured });
        }
    }

    /// Whether somebody asked for the event; it is counted either way.
    fn is_wanted(&self, event: &mut Event<'_>, row: &Unwrapped, done: &mut Done) -> bool {
        if let (true, Some(short)) = (event.degraded.is_empty(), &row.short) {
            event.degraded = short.clone().into();
        }
        let wanted = self.tools.tenants;
        if !wanted.is_empty() && !wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case(&event.tenant)) {
            // Nothing of it is told: another tenant's mailboxes have no place in this case.
            done.batch.outside.add(event);
            return false;
        }
        if !event.degraded.is_empty() {
            done.degraded.add(&event.degraded, 1);
        }
        signs::event(event, &mut done.signs);
        true
    }
}
