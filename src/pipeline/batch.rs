//! Many tenants, one after the other with all threads, so that memory goes with the largest; then what they share.

use super::read::{Tools, share};
use super::{Kit, Options, Progress, Stage, VERSION, driven, ledger, survey};
use crate::case::Case;
use crate::coverage::RuleRejection;
use crate::error::Error;
use crate::input::{Found, Walk, walk};
use crate::output::{Cases, Overview, Standing, State, Tenant, Wanted, case_name, overview, standing};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What makes a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TenantBy {
    /// The folder directly below the root that its logs lie in.
    Folder,
    /// What its records state, wherever below the root they lie.
    OrganizationId,
}

/// What a batch is asked to do, validated.
#[derive(Debug, Clone)]
pub struct BatchOptions {
    /// The folder of evidence.
    pub root: PathBuf,
    /// The folder for the case folders and the overview.
    pub out: PathBuf,
    /// What makes a tenant.
    pub by: TenantBy,
    /// What all tenants share; its paths and its case folder are not used.
    pub common: Options,
}

/// What a finished batch tells.
#[derive(Debug)]
pub struct BatchSummary {
    /// The tenants, and what they share, as the case folders hold it.
    pub overview: Overview,
    /// Names of the case folders that an earlier run had finished and this one left as they were.
    pub kept: BTreeSet<String>,
    /// Files that belong to no tenant, and whether they could be logs, by name.
    pub aside: Vec<(String, bool)>,
    /// Rules that could not be used, told once for all tenants.
    pub refused: Vec<RuleRejection>,
    /// What else the person should know.
    pub warnings: Vec<String>,
}

/// A tenant before its turn.
struct Planned {
    name: String,
    case: String,
    walk: Result<Walk, Error>,
    options: Options,
    /// Holds what states no tenant: where that is no log at all, there is no case to miss.
    is_rest: bool,
}

/// What is to be done.
#[derive(Default)]
struct Plan {
    tenants: Vec<Planned>,
    aside: Vec<(String, bool)>,
    warnings: Vec<String>,
    /// Bytes that were read to make the plan.
    surveyed: u64,
}

/// Analyses each tenant into a case folder of its own, and writes the overview over all of them.
///
/// A case that stands already is kept when a run would write the same, and is never written over: else its
/// tenant is told as outdated. A tenant that fails does not stop the others.
///
/// # Errors
/// [`Error`] when the root cannot be listed or holds no tenant, a database is broken, or the folder for the
/// cases cannot be written or is held by another run.
pub fn batch(options: &BatchOptions, progress: &dyn Progress) -> Result<BatchSummary, Error> {
    driven(|| run(options, progress))
}

fn run(options: &BatchOptions, progress: &dyn Progress) -> Result<BatchSummary, Error> {
    let out = place(options)?;
    let kit = Kit::load(&options.common)?;
    let mut plan = match options.by {
        TenantBy::Folder => by_folder(options, &out)?,
        TenantBy::OrganizationId => by_organization_id(options, &kit, progress)?,
    };
    let cases = Cases::open(&options.out)?;
    cases.sweep(&plan.tenants.iter().map(|tenant| tenant.case.as_str()).collect())?;
    let all = plan.tenants.len();
    progress.total(plan.surveyed + bytes_of_all(&plan));
    let (mut tenants, mut kept) = (Vec::new(), BTreeSet::new());
    for (done, planned) in std::mem::take(&mut plan.tenants).into_iter().enumerate() {
        progress.tenant(done, all, &planned.name);
        let Planned { name, case, walk, options, is_rest } = planned;
        let turn = walk.map_err(Stop::Error);
        let turn = turn.and_then(|walk| kit.tenant(walk, &cases.case(&case), &options, progress));
        let state = match turn {
            Ok(Turn::Written) => State::Complete,
            Ok(Turn::Kept) => {
                kept.insert(case.clone());
                State::Complete
            }
            Ok(Turn::Outdated(reason)) => State::Outdated(reason),
            Err(Stop::NoLog(files, _)) if is_rest => {
                plan.aside.extend(files.into_iter().map(|file| (file, false)));
                continue;
            }
            Err(stop) => State::Failed(stop.reason()),
        };
        tenants.push(Tenant { name, case, state });
    }
    plan.aside.sort();
    let aside: Vec<String> = plan.aside.iter().map(|(name, _)| name.clone()).collect();
    let overview = overview(&cases, tenants, &aside, options.common.facts.voice)?;
    plan.warnings.extend(kit.book.warnings());
    Ok(BatchSummary { overview, kept, aside: plan.aside, refused: kit.refused, warnings: plan.warnings })
}

/// What came of a tenant's turn.
enum Turn {
    Written,
    Kept,
    Outdated(String),
}

/// Why a tenant has no case.
enum Stop {
    /// Its files are no logs: their names, and what a person is told.
    NoLog(Vec<String>, Error),
    Error(Error),
    /// The program itself failed.
    Panic(String),
}

impl Stop {
    fn reason(&self) -> String {
        match self {
            Self::NoLog(_, error) | Self::Error(error) => error.to_string(),
            Self::Panic(said) => format!("the program failed on this evidence: {said}; please report this"),
        }
    }
}

/// Hears of one tenant among many: the whole is told already.
struct Part<'a>(&'a dyn Progress);

impl Progress for Part<'_> {
    fn total(&self, _: u64) {}
    fn advance(&self, bytes: u64) {
        self.0.advance(bytes);
    }
    fn note(&self, line: &str) {
        self.0.note(line);
    }
    fn stage(&self, stage: Stage) {
        self.0.stage(stage);
    }
}

impl Kit {
    /// Writes the case of one tenant, or keeps the one that stands.
    fn tenant(&self, walk: Walk, place: &Path, options: &Options, progress: &dyn Progress) -> Result<Turn, Stop> {
        if place.symlink_metadata().is_ok() {
            let turn = self.pool.install(|| self.standing(&walk, place, options));
            progress.advance(bytes_of(&walk));
            return Ok(turn);
        }
        let names: Vec<String> = files(&walk).map(|found| found.name.clone()).collect();
        let options = &Options { out: place.to_owned(), ..options.clone() };
        let run = || {
            let started = SystemTime::now();
            let (case, inputs) = self.case(walk, options, &Part(progress))?;
            usable(&case, &options.paths)?;
            progress.stage(Stage::Writing);
            self.write(&case, inputs, started, place)
        };
        match catch_unwind(AssertUnwindSafe(run)) {
            Ok(Ok(())) => Ok(Turn::Written),
            Ok(Err(error @ Error::NoEvidence { .. })) => Err(Stop::NoLog(names, error)),
            Ok(Err(error)) => Err(Stop::Error(error)),
            Err(panic) => Err(match super::lost(panic) {
                Ok(error) => Stop::Error(error),
                Err(panic) => {
                    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
                    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
                    Stop::Panic(text.unwrap_or_default())
                }
            }),
        }
    }

    fn standing(&self, walk: &Walk, place: &Path, options: &Options) -> Turn {
        let inputs = ledger::on_disk(walk);
        let wanted = Wanted {
            version: VERSION,
            pack_sha256: &self.pack_sha256,
            settings: &self.settings,
            options: &options.typed,
            rules: self.rules.rules(),
            inputs: &inputs,
        };
        match standing(place, &wanted) {
            Standing::Same => Turn::Kept,
            Standing::Other(differences) => Turn::Outdated(format!(
                "{}: {}; it was left as it is, so move it away or give another --out",
                place.display(),
                differences.join("; ")
            )),
        }
    }
}

/// Refuses a case without a record when there was something that could not be used: a folder that is mended
/// and read again must not meet an empty case in its place.
fn usable(case: &Case, paths: &[PathBuf]) -> Result<(), Error> {
    let lost = case.rejected.iter().find(|rejection| {
        let of = case.coverage.files.iter().find(|file| file.path == rejection.file);
        of.is_none_or(|file| !file.is_stranger())
    });
    match lost {
        Some(first) if case.coverage.totals.counts.used == 0 => Err(Error::Path {
            path: paths.first().cloned().unwrap_or_default(),
            reason: format!("none of its records could be used; the first: {}: {}", first.file, first.reason),
        }),
        _ => Ok(()),
    }
}

/// Checks root and out, and says where out will really stand.
fn place(options: &BatchOptions) -> Result<PathBuf, Error> {
    let BatchOptions { root, out, .. } = options;
    let wrong = |path: &Path, reason: &str| Error::Path { path: path.to_owned(), reason: reason.to_owned() };
    let whole = std::fs::canonicalize(root).map_err(|error| wrong(root, &format!("cannot be read: {error}")))?;
    if !whole.is_dir() {
        return Err(wrong(root, "is not a folder; give the folder that holds a folder for each tenant"));
    }
    let place = resolved(out).map_err(|error| wrong(out, &format!("cannot be used: {error}")))?;
    let within = place.strip_prefix(&whole).ok().map(|rest| rest.components().count());
    match (within, options.by) {
        (None, _) | (Some(1), TenantBy::Folder) => Ok(place),
        _ => Err(wrong(out, "lies within the evidence; give an --out beside it")),
    }
}

/// The path without links and steps upward, be its end not there yet.
fn resolved(path: &Path) -> std::io::Result<PathBuf> {
    let whole = std::path::absolute(path)?;
    let mut rest: Vec<OsString> = Vec::new();
    let mut start = whole.as_path();
    loop {
        if let Ok(found) = std::fs::canonicalize(start) {
            return Ok(rest.iter().rev().fold(found, |path, part| path.join(part)));
        }
        let (Some(parent), Some(name)) = (start.parent(), start.file_name()) else { return Ok(whole) };
        rest.push(name.to_owned());
        start = parent;
    }
}

/// The folders directly below the root; `out` is none of them.
fn by_folder(options: &BatchOptions, out: &Path) -> Result<Plan, Error> {
    let root = &options.root;
    let wrong = |reason: String| Error::Path { path: root.clone(), reason };
    let listed = |error: std::io::Error| wrong(format!("cannot be listed: {error}"));
    let entries = std::fs::read_dir(root).map_err(listed)?.collect::<Result<Vec<_>, _>>().map_err(listed)?;
    let (mut folders, mut plan) = (Vec::new(), Plan::default());
    for path in entries.into_iter().map(|entry| entry.path()) {
        if path.is_dir() {
            if std::fs::canonicalize(&path).map_or(true, |path| path != *out) {
                folders.push(path);
            }
            continue;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let limits = &options.common.limits;
        let is_log = walk(std::slice::from_ref(&path), limits).map_or(true, |walk| {
            !walk.unusable.is_empty() || walk.found.iter().any(|found| survey::is_log(found, limits))
        });
        plan.aside.push((name, is_log));
    }
    if folders.is_empty() {
        return Err(wrong(
            "holds no folder; expected one for each tenant, or --tenant-by organization-id for files of many"
                .to_owned(),
        ));
    }
    // Of names that differ only in case the lower one comes first, and keeps its name.
    folders.sort_by_key(|path| {
        (path.file_name().map(|name| name.to_string_lossy().to_lowercase()), std::cmp::Reverse(path.clone()))
    });
    let mut taken = BTreeSet::new();
    for path in folders {
        let name = path.file_name().unwrap_or_default();
        let case = case_name(name, &taken);
        taken.insert(case.to_lowercase());
        let mut tenant = options.common.clone();
        tenant.typed.insert(0, ("PATH".to_owned(), path.display().to_string()));
        tenant.paths = vec![path.clone()];
        let walk = walk(&tenant.paths, &tenant.limits);
        let name = name.to_string_lossy().into_owned();
        plan.tenants.push(Planned { name, case, walk, options: tenant, is_rest: false });
    }
    plan.tenants.sort_by(|a, b| (&a.name, &a.case).cmp(&(&b.name, &b.case)));
    Ok(plan)
}

/// What a tenant is called whose records do not name it.
const REST: (&str, &str) = ("(no tenant stated)", "no-tenant-stated");

/// The tenants that the records below the root state. Everything is read once to learn who is in which file,
/// then for each tenant the files that hold a record of it: a file of many tenants is read as often as it has any.
fn by_organization_id(options: &BatchOptions, kit: &Kit, progress: &dyn Progress) -> Result<Plan, Error> {
    let common = &options.common;
    let found = walk(std::slice::from_ref(&options.root), &common.limits)?;
    let tools = Tools::new(common, &kit.rules, &kit.book, progress);
    let tenants = kit.pool.install(|| survey::survey(&found, &tools));
    if tenants.keys().all(String::is_empty) {
        return Err(Error::Path {
            path: options.root.clone(),
            reason: "no record in it states a tenant; give the folders of the tenants, one for each".to_owned(),
        });
    }
    let mut plan = Plan { surveyed: bytes_of(&found), ..Plan::default() };
    let wanted = |tenant: &str| common.tenants.is_empty() || common.tenants.iter().any(|wanted| wanted == tenant);
    let left_out = tenants.keys().filter(|tenant| !wanted(tenant)).count();
    if left_out > 0 {
        plan.warnings.push(format!("{left_out} of {} tenants are left out by --tenant", tenants.len()));
    }
    for absent in common.tenants.iter().filter(|wanted| !tenants.contains_key(*wanted)) {
        plan.warnings.push(format!("--tenant {absent}: no record states this tenant"));
    }
    let mut taken = BTreeSet::from([REST.1.to_owned()]);
    for (tenant, walk) in tenants.into_iter().filter(|(tenant, _)| wanted(tenant)) {
        let is_rest = tenant.is_empty();
        let (name, case) = if is_rest {
            (REST.0.to_owned(), REST.1.to_owned())
        } else {
            (tenant.clone(), case_name(tenant.as_ref(), &taken))
        };
        taken.insert(case.to_lowercase());
        let mut own = common.clone();
        own.paths = vec![options.root.clone()];
        own.typed.retain(|(option, _)| option != "--tenant");
        own.typed.insert(0, ("PATH".to_owned(), options.root.display().to_string()));
        own.typed.insert(1, ("--tenant".to_owned(), name.clone()));
        own.tenants = vec![tenant];
        plan.tenants.push(Planned { name, case, walk: Ok(walk), options: own, is_rest });
    }
    Ok(plan)
}

fn files(walk: &Walk) -> impl Iterator<Item = &Found> {
    walk.found.iter().chain(walk.unusable.iter().map(|(found, _)| found))
}

fn bytes_of(walk: &Walk) -> u64 {
    (0..walk.found.len()).map(|at| share(&walk.found, at)).sum()
}

fn bytes_of_all(plan: &Plan) -> u64 {
    plan.tenants.iter().filter_map(|tenant| tenant.walk.as_ref().ok()).map(bytes_of).sum()
}
