//! Files to events: one thread after the other cuts chunks, all threads take them apart.

use super::ledger::{self, FileFacts};
use super::reasons::Reasons;
use super::signs::Watch;
use super::work::{Done, Worker};
use super::{Options, Progress, Stage, collection_log, dates, hashes, settle};
use crate::correlate;
use crate::coverage::{FileCoverage, Rejection, Signs};
use crate::enrich::{AcceptedDomains, AddressBook, own_senders};
use crate::event::Time;
use crate::input::{Chunk, Data, Found, Layout, Limits, Reader, Walk};
use crate::output::Input;
use crate::rule::{RuleSet, Withheld};
use crate::source::{self, DateOrder, FileContext, Localised, Source};
use crate::store::{Entry, Events, Merger, Pool, Room, Who};
use rayon::iter::{ParallelBridge, ParallelIterator};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What every thread uses.
pub(super) struct Tools<'a> {
    pub rules: &'a RuleSet,
    pub book: &'a AddressBook,
    pub limits: &'a Limits,
    /// When snapshots were collected, as the investigator said.
    pub collected: Option<Time>,
    /// What the investigator says of dates that show no order.
    pub date_order: DateOrder,
    /// The tenants' own domains, as the investigator said.
    pub accepted: &'a AcceptedDomains,
    /// Tenants wanted; empty means all.
    pub tenants: &'a [String],
    pub progress: &'a dyn Progress,
}

impl<'a> Tools<'a> {
    pub(super) fn new(
        options: &'a Options,
        rules: &'a RuleSet,
        book: &'a AddressBook,
        progress: &'a dyn Progress,
    ) -> Self {
        let Options { limits, tenants, collected, date_order, accepted_domains: accepted, .. } = options;
        Self { rules, book, limits, accepted, tenants, collected: *collected, date_order: *date_order, progress }
    }
}

/// All that was read.
pub(super) struct Reading {
    pub events: Events,
    pub files: Vec<FileCoverage>,
    pub rejected: Vec<Rejection>,
    pub inputs: Vec<Input>,
    /// Where each file is and how it was read, by its name in outputs.
    pub places: BTreeMap<String, (Found, FileContext)>,
    /// Hits that filters withhold, with the position of the event.
    pub withheld: Vec<(u32, Withheld)>,
}

/// A piece of work: a chunk of a file, with its place in the order of reading.
pub(super) struct Job {
    sequence: u64,
    pub file: u32,
    pub chunk: Chunk,
    pub opened: Arc<Opened>,
}

/// What is known of a file once its first bytes are read.
pub(super) struct Opened {
    csv_source: Option<&'static Source>,
    /// It lists hashes of other files: no log, whatever dates its paths hold.
    pub hashes: bool,
    /// How to read its rows as the English export would have them.
    localised: Option<Localised>,
    pub watch: Watch,
    pub context: FileContext,
}

impl Opened {
    /// A row as the English export would have it, and the source that reads it; `last` is the one that read the row
    /// before it.
    pub(super) fn read<'r>(
        &'r self,
        data: Data<'r>,
        last: Option<&'static Source>,
    ) -> (Data<'r>, Result<&'static Source, String>) {
        let data = source::in_english(self.localised.as_ref(), data);
        let source = match &data {
            Data::Csv { header, .. } => self.csv_source.ok_or_else(|| source::unrecognised_csv(header)),
            Data::Json(record) => source::for_json(record, last).ok_or_else(|| source::unrecognised_json(record)),
        };
        (data, source)
    }
}

/// Hands out chunks, file by file, in the order of the walk.
pub(super) struct Feed<'a> {
    found: &'a [Found],
    next: usize,
    sequence: u64,
    current: Option<(Reader, Arc<Opened>)>,
    /// The first chunk of the current file, which was looked at already.
    first: Option<Chunk>,
    /// Bytes on disk of the current file that no advance has told yet: its text may be longer or shorter.
    untold: u64,
    facts: &'a Mutex<Vec<FileFacts>>,
    tools: &'a Tools<'a>,
}

impl Iterator for Feed<'_> {
    type Item = Job;

    fn next(&mut self) -> Option<Job> {
        loop {
            if let Some((reader, opened)) = &mut self.current {
                if let Some(chunk) = self.first.take().or_else(|| reader.next_chunk()) {
                    let told = self.untold.min(chunk.len() as u64);
                    self.untold -= told;
                    self.tools.progress.advance(told);
                    self.sequence += 1;
                    let file = (self.next - 1) as u32;
                    return Some(Job { sequence: self.sequence - 1, file, chunk, opened: Arc::clone(opened) });
                }
                if let Some((reader, _)) = self.current.take() {
                    self.note(|facts| facts.finish = reader.finish());
                }
            }
            self.tools.progress.advance(self.untold);
            self.untold = 0;
            let found = self.found.get(self.next)?;
            self.untold = share(self.found, self.next);
            self.next += 1;
            self.open(found);
        }
    }
}

impl<'a> Feed<'a> {
    /// Begins before the first file; `facts` has a place for each of them.
    pub(super) fn new(found: &'a [Found], facts: &'a Mutex<Vec<FileFacts>>, tools: &'a Tools<'a>) -> Self {
        tools.progress.total((0..found.len()).map(|at| share(found, at)).sum());
        Self { found, next: 0, sequence: 0, current: None, first: None, untold: 0, facts, tools }
    }

    fn open(&mut self, found: &Found) {
        let mut reader = match Reader::open(found, self.tools.limits) {
            Ok(reader) => reader,
            Err(unusable) => {
                let lines =
                    collection_log::skipped(found, self.tools.limits).filter(|_| unusable.format == "unrecognised");
                self.note(|facts| facts.unusable = Some(unusable));
                return self.note_log(lines);
            }
        };
        let (mut delimiter, mut csv_source, mut localised, mut hashes) = (None, None, None, false);
        let watch = Watch::new(reader.layout());
        let mut signs = Signs::default();
        if let Layout::Csv(header) = reader.layout() {
            localised = source::localise(header);
            delimiter = Some(header.delimiter);
            let english = localised.as_ref().map_or(header, |localised| &localised.header);
            csv_source = source::for_csv(english);
            signs.dropped_columns = csv_source.map_or_else(Vec::new, |source| source::dropped_columns(source, english));
            hashes = hashes::is_list(header);
        }
        if delimiter.is_some()
            && csv_source.is_none()
            && !hashes
            && let Some(lines) = collection_log::skipped(found, self.tools.limits)
        {
            self.note(|facts| (facts.encoding, facts.finish) = (reader.encoding(), reader.finish()));
            return self.note_log(Some(lines));
        }
        let encoding = reader.encoding();
        self.first = reader.next_chunk();
        let (dates, told) =
            dates::decide(found, (self.first.as_ref(), localised.as_ref()), self.tools.date_order, self.tools.limits);
        let collected = source::collected(&found.name, self.tools.collected);
        let context = FileContext { name: found.name.clone(), dates, collected };
        self.note(|facts| {
            (facts.encoding, facts.delimiter) = (encoding, delimiter);
            facts.source = csv_source.map(|source| source.name);
            facts.hashes = hashes;
            facts.language = localised.as_ref().map(|localised| localised.language);
            signs.unmapped_columns = localised.as_ref().map_or_else(Vec::new, |read| read.unmapped.clone());
            facts.signs = signs;
            (facts.context, facts.dates) = (context.clone(), told);
        });
        self.current = Some((reader, Arc::new(Opened { csv_source, hashes, localised, watch, context })));
    }

    /// Notes a file that is the log of a collection tool.
    fn note_log(&self, lines: Option<Vec<String>>) {
        let Some(skipped) = lines else { return };
        self.note(|facts| (facts.collection_log, facts.signs.skipped) = (true, skipped));
    }

    fn note(&self, write: impl FnOnce(&mut FileFacts)) {
        let mut facts = self.facts.lock().unwrap_or_else(PoisonError::into_inner);
        write(&mut facts[self.next - 1]);
    }
}

/// Collects finished jobs and merges them in the order of reading, whatever order they finish in.
#[derive(Default)]
struct Collector {
    next: u64,
    waiting: BTreeMap<u64, Done>,
    merger: Merger,
    sources: FxHashMap<u32, BTreeSet<&'static str>>,
    degraded: FxHashMap<u32, Reasons>,
    dated: BTreeSet<u32>,
    rejected: Vec<Rejection>,
    signs: FxHashMap<u32, Signs>,
}

impl Collector {
    fn take(&mut self, sequence: u64, done: Done) {
        self.waiting.insert(sequence, done);
        while let Some(mut done) = self.waiting.remove(&self.next) {
            let before = self.merger.rows(done.batch.file);
            for rejection in &mut done.rejected {
                rejection.row += before;
            }
            self.rejected.append(&mut done.rejected);
            if done.dated {
                self.dated.insert(done.batch.file);
            }
            self.sources.entry(done.batch.file).or_default().append(&mut done.sources);
            self.degraded.entry(done.batch.file).or_default().append(&done.degraded);
            self.signs.entry(done.batch.file).or_default().add(std::mem::take(&mut done.signs));
            self.merger.add(done.batch);
            self.next += 1;
        }
    }
}

/// Reads all files of a walk.
///
/// `judge` sees all events before those that `wanted` refuses are dropped: what is unusual for an account shows only
/// against what went before.
pub(super) fn read(
    walk: Walk,
    tools: &Tools<'_>,
    room: Room,
    judge: &dyn Fn(&mut Events),
    wanted: &dyn Fn(&Entry, &Who, &Pool) -> bool,
) -> Reading {
    let mut found = walk.found;
    let facts = Mutex::new(vec![FileFacts::default(); found.len()]);
    // Few records are shorter than a kilobyte.
    let merger = Merger::new(room, (0..found.len()).map(|at| share(&found, at)).sum::<u64>() >> 10);
    let collector = Mutex::new(Collector { merger, ..Collector::default() });
    tools.progress.stage(Stage::Reading);
    let feed = Feed::new(&found, &facts, tools);
    let workers = AtomicU32::new(0);
    let worker = || Worker::new(tools, workers.fetch_add(1, Ordering::Relaxed));
    feed.par_bridge().for_each_init(worker, |worker, job| {
        let done = worker.work(&job);
        collector.lock().unwrap_or_else(PoisonError::into_inner).take(job.sequence, done);
    });
    tools.progress.stage(Stage::Relating);
    let mut collector = collector.into_inner().unwrap_or_else(PoisonError::into_inner);
    let facts = facts.into_inner().unwrap_or_else(PoisonError::into_inner);
    let files: Vec<_> = found.iter().zip(facts.iter().map(|facts| &facts.context)).collect();
    let same = settle::same(&collector.merger, &files, tools.limits);
    let (mut events, mut tallies) = collector.merger.finish(&same, tools.book.places());
    own_senders(&mut events, tools.accepted);
    judge(&mut events);
    events.leave_out(&mut tallies, wanted);
    let mut rejected = std::mem::take(&mut collector.rejected);
    let mut files = Vec::new();
    for (index, (found, facts)) in found.iter().zip(&facts).enumerate() {
        let tally = tallies.get(index).cloned().unwrap_or_default();
        let mut sources = collector.sources.remove(&(index as u32)).unwrap_or_default();
        // The header of a CSV file says what it is, even where no row follows.
        sources.extend(facts.source);
        let dated = collector.dated.contains(&(index as u32));
        let mut file = ledger::file(found, facts, tally, (&sources, dated), &mut rejected);
        file.notes.extend(collector.degraded.get(&(index as u32)).map(Reasons::notes).unwrap_or_default());
        file.signs.add(collector.signs.remove(&(index as u32)).unwrap_or_default());
        files.push(file);
    }
    for (at, found) in found.iter().enumerate().filter(|(at, _)| facts[*at].hashes) {
        hashes::compare(found, at, &mut files, tools.limits);
    }
    for (place, unusable) in walk.unusable {
        files.push(ledger::unusable(place.name.clone(), unusable, &mut rejected));
        found.push(place);
    }
    rejected.sort();
    let inputs = ledger::inputs(&found, &files);
    ledger::sort(&mut files, &mut events);
    let withheld = correlate::set_aside(&mut events, tools.rules);
    let places = found.into_iter().zip(facts).map(|(found, facts)| (found.name.clone(), (found, facts.context)));
    Reading { events, files, rejected, inputs, places: places.collect(), withheld }
}

/// What a file adds to the bytes to be read: its size on disk; a container's goes to its first member.
pub(super) fn share(found: &[Found], at: usize) -> u64 {
    let here = &found[at];
    let again = here.member.is_some() && at > 0 && found[at - 1].path == here.path;
    if again { 0 } else { std::fs::metadata(&here.path).map_or(0, |meta| meta.len()) }
}
