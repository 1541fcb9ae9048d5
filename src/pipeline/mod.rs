//! The order of the flow and its parallelism, nothing else.

mod batch;
mod collection_log;
mod dates;
mod explain;
mod export;
mod expose;
mod hashes;
mod ledger;
mod quote;
mod raw;
mod read;
mod reasons;
mod room;
mod settle;
mod signs;
mod survey;
mod trial;
mod work;

pub use batch::{BatchOptions, BatchSummary, TenantBy, batch};
pub use explain::{Explanation, explain};
pub use export::{ExportOptions, Exported, export};
pub use raw::{RawRecord, raw};
pub use trial::{Trials, trials, try_records};

use crate::case::answer::answer;
use crate::case::dossier::Confidence;
use crate::case::facts::CaseFacts;
use crate::case::finding::{self, findings};
use crate::case::rhythm::{Gap, gaps};
use crate::case::session::Session;
use crate::case::{Case, completeness, severity};
use crate::correlate;
use crate::coverage::{Coverage, FileCoverage, Rejection, RuleCoverage, RuleRejection, Suppressed};
use crate::decision::Decisions;
use crate::enrich::{AcceptedDomains, AddressBook};
use crate::error::Error;
use crate::event::Time;
use crate::input::{self, Limits, Walk, walk};
use crate::output::{self, Input, RunFacts};
use crate::redact::Redactor;
use crate::rule::{self, Meta, RuleSet, Withheld};
use crate::source::DateOrder;
use crate::store::{Entry, Lost, Room, Rows, RuleIndex, Who};
use read::{Reading, Tools};
use std::any::Any;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What a run is asked to do, validated.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Files and folders of evidence.
    pub paths: Vec<PathBuf>,
    /// The case folder to write.
    pub out: PathBuf,
    /// Earliest event time wanted, microseconds since 1970.
    pub from: Option<i64>,
    /// Latest event time wanted, microseconds since 1970, inclusive.
    pub to: Option<i64>,
    /// Accounts wanted, any of them as account, actor or target; empty means all.
    pub users: Vec<String>,
    /// Tenants wanted, as [`crate::event::Event::tenant`] has them, an empty text for records that state none;
    /// an empty list means all. Records of others are counted when they are read and not kept.
    pub tenants: Vec<String>,
    /// When snapshots were collected whose own file name does not say it.
    pub collected: Option<Time>,
    /// Worker threads; 0 takes one for each processor.
    pub threads: usize,
    /// Bytes of memory for events before they go to a file; none takes a quarter of the machine's.
    pub memory: Option<u64>,
    /// Where rules come from.
    pub rules: rule::Options,
    /// Geolocation databases beside the built-in ones.
    pub geo: Vec<PathBuf>,
    /// The tenant's own domains; none lets the evidence show them.
    pub accepted_domains: AcceptedDomains,
    /// What the investigator says of the case itself.
    pub facts: CaseFacts,
    /// What the investigator knows of addresses, sessions and accounts.
    pub decisions: Decisions,
    /// The files that say so.
    pub decided: Vec<PathBuf>,
    /// How far a container may expand.
    pub limits: Limits,
    /// Which of day and month comes first in dates that show it nowhere in their file.
    pub date_order: DateOrder,
    /// The options as typed, for the manifest.
    pub typed: Vec<(String, String)>,
}

/// What a run does at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// Files to events and hits.
    Reading,
    /// The events of all files to one list, and the hits that more than one event decides.
    Relating,
    /// Events and hits to findings, sessions and the rest of the case.
    Concluding,
    /// The case to its folder.
    Writing,
}

/// Hears how far a run is.
pub trait Progress: Sync {
    /// From now on the run does this; the bytes of [`Self::advance`] are those of [`Stage::Reading`].
    fn stage(&self, _stage: Stage) {}
    /// How many bytes of evidence there are.
    fn total(&self, bytes: u64);
    /// That many more bytes have been read.
    fn advance(&self, bytes: u64);
    /// Something that the person at the terminal should know now.
    fn note(&self, line: &str);
    /// `done` of `all` tenants are done, and `name` is next.
    fn tenant(&self, _done: usize, _all: usize, _name: &str) {}
}

/// Nobody watches.
impl Progress for () {
    fn total(&self, _: u64) {}
    fn advance(&self, _: u64) {}
    fn note(&self, _: &str) {}
}

/// What a finished run tells.
#[derive(Debug)]
pub struct Summary {
    /// The ledger.
    pub coverage: Coverage,
    /// Records that could not be used, sorted.
    pub rejected: Vec<Rejection>,
    /// Number of findings by level, most severe first.
    pub findings: Vec<(String, u64)>,
    /// Accounts with findings of level medium or above, sorted.
    pub accounts: Vec<String>,
    /// Accounts that an intruder had, as far as the logs tell, the first taken over first; how sure that is.
    pub taken: Vec<(String, Confidence)>,
    /// What else the person should know.
    pub warnings: Vec<String>,
}

/// What the evidence holds, without analysis.
#[derive(Debug)]
pub struct Inspection {
    /// The ledger.
    pub coverage: Coverage,
    /// Events by account, most first.
    pub accounts: Vec<(String, u64)>,
    /// Events by operation, most first.
    pub operations: Vec<(String, u64)>,
    /// Stretches without any record, against the rhythm of the other weeks.
    pub gaps: Vec<Gap>,
}

/// Reads the evidence, applies the rules and writes the case folder.
///
/// # Errors
/// [`Error`] when a path is missing, a database is broken, there is no evidence, or the case cannot
/// be written. Evidence that cannot be used is told in the summary instead.
pub fn analyze(options: &Options, progress: &dyn Progress) -> Result<Summary, Error> {
    let started = SystemTime::now();
    if options.out.symlink_metadata().is_ok() {
        return Err(Error::CaseExists(options.out.clone()));
    }
    driven(|| analyze_from(started, options, progress))
}

fn analyze_from(started: SystemTime, options: &Options, progress: &dyn Progress) -> Result<Summary, Error> {
    let kit = Kit::load(options)?;
    let (case, inputs) = kit.case(walk(&options.paths, &options.limits)?, options, progress)?;
    progress.stage(Stage::Writing);
    kit.write(&case, inputs, started, &options.out)?;
    let mut warnings = kit.book.warnings();
    warnings.extend(nothing_left(&case));
    Ok(summary(case, warnings))
}

/// What runs share: rules, databases and threads, each made once.
struct Kit {
    rules: RuleSet,
    refused: Vec<RuleRejection>,
    pack_sha256: String,
    settings: Vec<Input>,
    book: AddressBook,
    pool: rayon::ThreadPool,
}

/// The version that a manifest states.
const VERSION: &str = env!("CARGO_PKG_VERSION");

impl Kit {
    fn load(options: &Options) -> Result<Self, Error> {
        let book = AddressBook::open(&options.geo)?;
        let pool = pool(options.threads)?;
        let (rules, refused) = RuleSet::load(&options.rules);
        let files = rule::files(&options.rules).into_iter().chain(book.files().iter().chain(&options.decided).cloned());
        let settings = files.map(|path| {
            let (sha256, bytes) = input::hash(&path).unwrap_or_default();
            Input { name: path.display().to_string(), path, sha256, bytes }
        });
        let settings = settings.collect();
        Ok(Self { rules, refused, pack_sha256: rule::pack_sha256(), settings, book, pool })
    }

    /// Reads what a walk has found and applies the rules; gives the case, and the files on disk that were read.
    fn case(&self, walk: Walk, options: &Options, progress: &dyn Progress) -> Result<(Case, Vec<Input>), Error> {
        let book = self.book.afresh();
        self.pool.install(|| {
            let read = gather(walk, options, &self.rules, &book, progress)?;
            progress.stage(Stage::Concluding);
            self.finish(read, options, &book, None)
        })
    }

    /// Events that rules have judged to the case; a redactor has been at the events, and sees what is read again.
    fn finish(
        &self,
        read: Reading,
        options: &Options,
        book: &AddressBook,
        redactor: Option<&Redactor>,
    ) -> Result<(Case, Vec<Input>), Error> {
        let rules = self.rules.rules();
        let rule_coverage = RuleCoverage {
            loaded: rules.len() as u64,
            rejected: self.refused.clone(),
            suppressed: suppressed(&read.withheld, rules),
        };
        let open = |sessions: &[Session]| expose::opened(&read, sessions, &options.limits, redactor);
        let voice = options.facts.voice;
        let (answer, mut findings) = rayon::join(
            || answer(&read.events, (rules, self.rules.footholds()), &options.decisions, voice, open),
            || findings(&read.events, rules, voice),
        );
        let gaps = answer.dossiers.iter().flat_map(|dossier| dossier.gaps.iter().cloned());
        finding::add(&mut findings, gaps, &read.events);
        // A record as it stands names people: a redacted copy quotes none.
        let originals = if redactor.is_none() { quote::quoted(&read, &findings) } else { BTreeMap::new() };
        let mut coverage = Coverage::close(read.files, rule_coverage)?;
        coverage.completeness = completeness::judge(&coverage, &read.events, &findings, voice);
        let case = Case {
            facts: options.facts.clone(),
            originals,
            coverage,
            findings,
            dossiers: answer.dossiers,
            sessions: answer.sessions,
            exposure: answer.exposure,
            recipients: answer.recipients,
            footholds: answer.footholds,
            events: read.events,
            rules: rules.to_vec(),
            rejected: read.rejected,
            withheld: read.withheld,
            databases: book.databases(),
            options: options.typed.clone(),
        };
        Ok((case, read.inputs))
    }

    /// What a manifest tells of the run.
    fn facts(&self, inputs: Vec<Input>, started: SystemTime) -> RunFacts {
        RunFacts {
            version: VERSION.to_owned(),
            pack_sha256: self.pack_sha256.clone(),
            settings: self.settings.clone(),
            inputs,
            started,
            finished: None,
            threads: self.pool.current_num_threads(),
            redacted: None,
        }
    }

    /// Writes the case folder.
    fn write(&self, case: &Case, inputs: Vec<Input>, started: SystemTime, out: &Path) -> Result<(), Error> {
        let run = self.facts(inputs, started);
        self.pool.install(|| output::write_case(case, &run, out))
    }
}

/// Counts what filters withhold.
fn suppressed(withheld: &[(u32, Withheld)], rules: &[Meta]) -> Vec<Suppressed> {
    let mut counts = BTreeMap::<(&str, RuleIndex), u64>::new();
    for (_, withheld) in withheld {
        *counts.entry((&withheld.filter, withheld.rule)).or_default() += 1;
    }
    let tell = |((filter, rule), count): ((&str, RuleIndex), u64)| {
        let rule = rules.get(usize::from(rule))?;
        Some(Suppressed { filter: filter.to_owned(), rule: rule.id.clone(), title: rule.title.clone(), count })
    };
    counts.into_iter().filter_map(tell).collect()
}

/// Reads the evidence and applies the rules, and writes nothing: the number of events and of hits.
///
/// # Errors
/// As [`analyze`].
pub fn match_only(options: &Options, progress: &dyn Progress) -> Result<(u64, u64), Error> {
    driven(|| {
        let book = AddressBook::open(&options.geo)?;
        let _pool = pool(options.threads)?;
        let (rules, _) = RuleSet::load(&options.rules);
        let read = gather(walk(&options.paths, &options.limits)?, options, &rules, &book, progress)?;
        let hits = read.events.entries.iter().map(|entry| read.events.hits(&entry).len() as u64).sum();
        Ok((read.events.entries.len() as u64, hits))
    })
}

/// Says what the evidence holds.
///
/// # Errors
/// [`Error`] when a path is missing or there is no evidence.
pub fn inspect(options: &Options, progress: &dyn Progress) -> Result<Inspection, Error> {
    driven(|| {
        let book = AddressBook::open(&options.geo)?;
        let _pool = pool(options.threads)?;
        let walk = walk(&options.paths, &options.limits)?;
        let read = gather(walk, options, &RuleSet::default(), &book, progress)?;
        let events = &read.events;
        // A snapshot is no act: it would hide a gap, and make everybody active on its day.
        let acts = || events.entries.iter().filter(|entry| entry.is_act());
        let count = |entries: Rows<'_, Entry>, of: &dyn Fn(&Entry) -> Option<crate::store::Sym>| {
            let mut counts = BTreeMap::<&str, u64>::new();
            for sym in entries.filter_map(|entry| of(&entry)) {
                *counts.entry(events.text(sym)).or_default() += 1;
            }
            let mut counts: Vec<_> = counts.into_iter().map(|(name, n)| (name.to_owned(), n)).collect();
            counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            counts
        };
        let accounts = count(events.entries.iter(), &|entry| entry.is_act().then(|| events.who(entry).account));
        let operations = count(events.entries.iter(), &|entry| Some(events.common(entry).operation));
        let mut coverage = Coverage::close(read.files, RuleCoverage::default())?;
        coverage.completeness = completeness::judge(&coverage, events, &[], options.facts.voice);
        let gaps = gaps(acts().map(|entry| entry.micros));
        Ok(Inspection { coverage, accounts, operations, gaps })
    })
}

fn gather(
    walk: Walk,
    options: &Options,
    rules: &RuleSet,
    book: &AddressBook,
    progress: &dyn Progress,
) -> Result<Reading, Error> {
    let tools = Tools::new(options, rules, book, progress);
    let judge = |events: &mut _| correlate::judge(events, rules, &options.accepted_domains);
    let read =
        read::read(walk, &tools, room::room(options), &judge, &|entry, who, pool| wanted(options, (entry, who), pool));
    let no_log =
        |file: &FileCoverage| file.counts.rows == 0 && matches!(file.format.as_str(), "unrecognised" | "not a log");
    if read.files.iter().all(no_log) {
        let place = options.paths.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", ");
        return Err(Error::NoEvidence { place });
    }
    Ok(read)
}

/// Whether the investigator asked for this event; those of other tenants are gone already.
fn wanted(options: &Options, (entry, who): (&Entry, &Who), pool: &crate::store::Pool) -> bool {
    let named = |wanted: &[String], fields: &[crate::store::Sym]| {
        wanted.is_empty() || fields.iter().any(|f| wanted.iter().any(|w| w.eq_ignore_ascii_case(pool.get(*f))))
    };
    options.from.is_none_or(|from| entry.micros >= from)
        && options.to.is_none_or(|to| entry.micros <= to)
        && named(&options.users, &[who.account, who.actor, entry.target])
}

/// Told because a mistyped account or tenant looks like a clean one.
fn nothing_left(case: &Case) -> Option<String> {
    let outside = case.coverage.totals.counts.outside;
    (outside > 0 && case.events.entries.is_empty())
        .then(|| format!("none of {outside} events passes --from, --to, --user and --tenant"))
}

/// Runs on a thread of its own, where [`pool`] can be called.
fn driven<T: Send>(run: impl FnOnce() -> Result<T, Error> + Send) -> Result<T, Error> {
    let driver = std::thread::Builder::new().stack_size(8 << 20);
    std::thread::scope(|scope| match driver.spawn_scoped(scope, run).map(std::thread::ScopedJoinHandle::join) {
        Ok(Ok(result)) => result,
        Ok(Err(panic)) => Err(lost(panic).unwrap_or_else(|panic| std::panic::resume_unwind(panic))),
        Err(error) => Err(Error::Path {
            path: PathBuf::from("--threads"),
            reason: format!("no thread can be started: {error}; end other programs"),
        }),
    })
}

/// Why a run was left that could not go on without the events in its file.
fn lost(panic: Box<dyn Any + Send>) -> Result<Error, Box<dyn Any + Send>> {
    panic.downcast().map(|lost| {
        let Lost { room: Room { memory, folder }, cause } = *lost;
        Error::Spill { folder, memory, source: cause }
    })
}

/// Makes this thread the first of a pool, once in its life: what follows on it is shared out to all of them.
///
/// With a thread that only waits, the work between the parallel parts would fall to any of the others, and the
/// system's allocator would keep memory for each of them: over many tenants a third more than for one.
fn pool(threads: usize) -> Result<rayon::ThreadPool, Error> {
    rayon::ThreadPoolBuilder::new().num_threads(threads).use_current_thread().build().map_err(|e| Error::Path {
        path: PathBuf::from("--threads"),
        reason: format!("{threads} worker threads cannot be started: {e}; give a smaller number"),
    })
}

fn summary(case: Case, warnings: Vec<String>) -> Summary {
    let mut levels = BTreeMap::<std::cmp::Reverse<rule::Level>, u64>::new();
    let mut accounts = std::collections::BTreeSet::new();
    for finding in &case.findings {
        let level = severity::level(finding.rule.level);
        *levels.entry(std::cmp::Reverse(level)).or_default() += 1;
        if level >= rule::Level::Medium {
            accounts.insert(finding.account.clone());
        }
    }
    Summary {
        coverage: case.coverage,
        rejected: case.rejected,
        findings: levels.into_iter().map(|(level, n)| (level.0.name().to_owned(), n)).collect(),
        accounts: accounts.into_iter().collect(),
        taken: case.dossiers.into_iter().map(|dossier| (dossier.account, dossier.confidence)).collect(),
        warnings,
    }
}
