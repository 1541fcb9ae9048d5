//! A case for one party: the evidence is analysed again, and before anything is said of it, everybody else gets a pseudonym.

use super::read::Reading;
use super::settle::{Again, read_again};
use super::{Kit, Options, Progress, Stage, driven, expose, gather};
use crate::case::Case;
use crate::case::answer::answer;
use crate::case::session::Session;
use crate::enrich::own_domains;
use crate::error::Error;
use crate::output::{self, Input, Redacted};
use crate::redact::{Identities, Keep, Key, Needle, Redactor};
use crate::source::Decoded;
use crate::store::{Entry, Sym};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What a copy is to hold.
#[derive(Debug, Default)]
pub struct ExportOptions {
    /// The case.
    pub case: PathBuf,
    /// Where its evidence is now; none means where it was.
    pub evidence: Vec<PathBuf>,
    /// The run that made the case, with the place of the copy as `out`.
    pub analysis: Options,
    /// Accounts whose events alone are in the copy, with what the intruder of theirs did; none means all events.
    pub only: Vec<String>,
    /// Further addresses that stay as they are.
    pub keep: Vec<String>,
    /// What pseudonyms are made with; without it they are made with the manifest of the case.
    pub key: Option<Vec<u8>>,
    /// Where to write which pseudonym stands for whom.
    pub key_table: Option<PathBuf>,
}

/// What a copy holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// Events in it.
    pub events: u64,
    /// Events of the case that are not.
    pub left_out: u64,
    /// Addresses, names, ids and numbers that were replaced.
    pub replaced: u64,
    /// What could not be compared with the case.
    pub notes: Vec<String>,
}

/// Writes the copy, whole and searched, or not at all.
///
/// # Errors
/// [`Error`] when the case or its evidence is not as its manifest states, when an account has no event, when a name is
/// left in the copy, and as [`super::analyze`].
pub fn export(options: &ExportOptions, progress: &dyn Progress) -> Result<Exported, Error> {
    let started = SystemTime::now();
    let out = &options.analysis.out;
    if out.symlink_metadata().is_ok() {
        return Err(Error::CaseExists(out.clone()));
    }
    if let Some(table) = &options.key_table {
        outside(table, out)?;
    }
    let proof = output::verify(&options.case, &options.evidence)?;
    if let Some(first) = proof.mismatches.first() {
        let what =
            if first.found.is_some() { "is not as the manifest states" } else { "is not there or cannot be read" };
        let reason = format!("{} {what}, so no copy is made; see speur verify, and --evidence", first.path);
        return Err(Error::Case { path: options.case.clone(), reason });
    }
    driven(|| {
        let kit = Kit::load(&options.analysis)?;
        let (exported, redactor) = kit.pool.install(|| copy(&kit, options, started, progress))?;
        if let Some(table) = &options.key_table {
            write_table(table, &redactor)?;
        }
        Ok(Exported { notes: proof.notes, ..exported })
    })
}

fn copy(
    kit: &Kit,
    options: &ExportOptions,
    started: SystemTime,
    progress: &dyn Progress,
) -> Result<(Exported, Redactor), Error> {
    let (manifest, sha256) = output::manifest_of(&options.case)?;
    let analysis = &options.analysis;
    let book = kit.book.afresh();
    let walk = output::evidence_walk(&options.case, &options.evidence, &analysis.limits)?;
    let mut read = gather(walk, analysis, &kit.rules, &book, progress)?;
    let all = read.events.entries.len() as u64;
    let then = output::counted(&options.case)?;
    if all != then {
        let reason = format!("the evidence gives {all} events now, {then} then; the program or its rules are others");
        return Err(Error::Case { path: options.case.clone(), reason });
    }
    // Files and their notes name people, too, of whom no event may stay.
    let identities = harvest(&read, analysis);
    let own = own_domains(&read.events, &analysis.accepted_domains);
    if !options.only.is_empty() {
        keep_only(kit, &mut read, analysis, &options.only)?;
    }
    let keep = options.only.iter().chain(&options.keep).map(|text| text.trim().to_lowercase()).collect();
    let key = options.key.as_ref().map_or_else(|| Key::of(&manifest), |bytes| Key::of(bytes));
    let redactor = Redactor::new(&identities, key, &Keep { addresses: keep }, own);
    redact(&mut read, &redactor);
    let mut analysis = analysis.clone();
    analysis.decisions = analysis.decisions.renamed(&|text| redactor.owned(text));
    progress.stage(Stage::Concluding);
    let (mut case, inputs) = kit.finish(read, &analysis, &book, Some(&redactor))?;
    name(&mut case, &redactor);
    let place = |input: Input| Input {
        path: redactor.owned(&input.path.display().to_string()).into(),
        name: redactor.owned(&input.name),
        ..input
    };
    let mut run = kit.facts(inputs.into_iter().map(place).collect(), started);
    run.settings = run.settings.into_iter().map(place).collect();
    let how = if options.only.is_empty() { "all events" } else { "the events of the accounts that are named" };
    run.redacted = Some(Redacted { of: sha256, how: how.to_owned() });
    let needles = redactor.needles();
    progress.stage(Stage::Writing);
    output::write_checked(&case, &run, &analysis.out, &|folder| searched(folder, &needles, &analysis.out))?;
    let events = case.events.entries.len() as u64;
    let replaced = redactor.table().len() as u64;
    Ok((Exported { events, left_out: all - events, replaced, notes: Vec::new() }, redactor))
}

/// Refuses a folder in which somebody is still named.
fn searched(folder: &Path, needles: &[Needle], out: &Path) -> Result<(), Error> {
    let refuse = |path: PathBuf, reason: String| Error::Case { path, reason };
    let leaks = output::search(folder, needles).map_err(|error| {
        refuse(out.to_owned(), format!("cannot be searched for names: {error}; no copy was written"))
    })?;
    leaks.first().map_or(Ok(()), |leak| {
        let reason = format!("{} still holds {:?}; no copy was written, please report this", leak.place, leak.text);
        Err(refuse(out.join(&leak.file), reason))
    })
}

/// Refuses a table that exists, or that would lie in the copy.
fn outside(table: &Path, out: &Path) -> Result<(), Error> {
    let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let reason = if table.symlink_metadata().is_ok() {
        "exists already; it is never written over, so give another --key-table"
    } else if whole(table).starts_with(whole(out)) {
        "lies in the copy, which must not say who is who; give another --key-table"
    } else {
        return Ok(());
    };
    Err(Error::Path { path: table.to_owned(), reason: reason.to_owned() })
}

/// Writes which pseudonym stands for whom, for its owner's eyes only.
fn write_table(path: &Path, redactor: &Redactor) -> Result<(), Error> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let file = options.open(path).map_err(Error::write(path))?;
    let mut writer = csv::Writer::from_writer(file);
    let told = |error: csv::Error| Error::write(path)(error.into());
    writer.write_record(["pseudonym", "original", "kind"]).map_err(told)?;
    for (pseudonym, original, kind) in redactor.table() {
        writer.write_record([&pseudonym, &original, kind]).map_err(told)?;
    }
    writer.flush().map_err(Error::write(path))
}

/// Leaves out the events that concern none of the accounts, but for what the intruders in them did from the same addresses.
fn keep_only(kit: &Kit, read: &mut Reading, options: &Options, accounts: &[String]) -> Result<(), Error> {
    let wanted = |text: &str| accounts.iter().any(|account| account.trim().eq_ignore_ascii_case(text));
    let events = &read.events;
    let own = |entry: &Entry| {
        let who = events.who(entry);
        [who.account, who.actor, entry.target].iter().any(|sym| wanted(events.text(*sym)))
    };
    let mut kept: Vec<bool> = events.entries.iter().map(|entry| own(&entry)).collect();
    if !kept.contains(&true) {
        let reason = "no event of the case is of this account; expected one that users.csv lists".to_owned();
        return Err(Error::Path { path: PathBuf::from("--for-account"), reason });
    }
    let open = |sessions: &[Session]| expose::opened(read, sessions, &options.limits, None);
    let (rules, footholds) = (kit.rules.rules(), kit.rules.footholds());
    let answer = answer(events, (rules, footholds), &options.decisions, options.facts.voice, open);
    let theirs = answer.sessions.iter().filter(|session| wanted(&session.account));
    let from: BTreeSet<&str> = theirs.map(|session| session.address.as_str()).filter(|from| !from.is_empty()).collect();
    let sessions = answer.sessions.iter().filter(|session| from.contains(session.address.as_str()));
    let footholds = answer.footholds.iter().filter(|foothold| wanted(&foothold.account));
    let more =
        sessions.flat_map(|session| &session.positions).chain(footholds.flat_map(|foothold| &foothold.positions));
    more.for_each(|position| kept[*position as usize] = true);

    let mut next = 0;
    let mut place = |kept: &bool| {
        next += u32::from(*kept);
        kept.then_some(next - u32::from(*kept))
    };
    let places: Vec<Option<u32>> = kept.iter().map(&mut place).collect();
    let withheld = std::mem::take(&mut read.withheld).into_iter();
    read.withheld = withheld.filter_map(|(at, withheld)| Some((places[at as usize]?, withheld))).collect();
    let mut kept = kept.into_iter();
    let files = &mut read.files;
    read.events.entries.retain(|entry| {
        let stays = kept.next().unwrap_or_default();
        if let (false, Some(file)) = (stays, files.get_mut(entry.origin.file as usize)) {
            file.counts.outside += 1;
        }
        stays
    });
    Ok(())
}

/// Everybody who is named in the events, their records, and the names of the files.
fn harvest(read: &Reading, options: &Options) -> Identities {
    let events = &read.events;
    let mut by_file: BTreeMap<u32, Vec<Again>> = BTreeMap::new();
    for position in 0..events.entries.len() as u32 {
        let again = Again::new(events, position);
        by_file.entry(again.origin.file).or_default().push(again);
    }
    let files: Vec<_> = by_file.into_iter().collect();
    let of_file = |(file, mut again): (u32, Vec<Again>)| {
        let mut found = Identities::default();
        Again::sort(&mut again);
        let place = read.files.get(file as usize).and_then(|file| read.places.get(&file.path));
        if let Some((place, context)) = place {
            let mut each = |_: u32, decoded: &Decoded| found.record(&decoded.record);
            read_again(&again, (place, context), &options.limits, &mut each);
        }
        for Again { position, .. } in &again {
            found.entry(events, &events.entries.at(*position));
        }
        found
    };
    let found: Vec<Identities> = files.into_par_iter().map(of_file).collect();
    let mut all = Identities::default();
    for found in found {
        all.add(found);
    }
    (1..events.pool.len()).for_each(|sym| all.text(events.text(Sym(sym as u32))));
    read.files.iter().for_each(|file| all.text(&file.path));
    all.close();
    all
}

/// Puts pseudonyms into every text of the events, and into what filters are called.
fn redact(read: &mut Reading, redactor: &Redactor) {
    // A word that names an act, or how it ended, is nobody's name there.
    let terms: BTreeSet<Sym> = read
        .events
        .commons_met()
        .flat_map(|common| {
            [
                common.operation,
                common.operation_original,
                common.workload,
                common.record_type,
                common.client,
                common.result,
                common.error_code,
                common.authentication_requirement,
                common.degraded,
            ]
        })
        .collect();
    read.events.rewrite(&|sym, text| {
        let new = if terms.contains(&sym) { redactor.term(text) } else { redactor.text(text) };
        new.into_owned()
    });
    read.withheld.iter_mut().for_each(|(_, withheld)| withheld.filter = redactor.owned(&withheld.filter));
}

/// Puts pseudonyms into what the case says of files, rules and choices. What could not be read is not shown at all.
fn name(case: &mut Case, redactor: &Redactor) {
    let change = |text: &mut String| *text = redactor.owned(text);
    for file in &mut case.coverage.files {
        change(&mut file.path);
        file.notes.iter_mut().for_each(change);
    }
    for shortfall in &mut case.coverage.completeness {
        shortfall.file.iter_mut().for_each(change);
        change(&mut shortfall.found);
        change(&mut shortfall.meaning);
    }
    for rule in &mut case.coverage.rules.rejected {
        change(&mut rule.file);
        change(&mut rule.reason);
    }
    case.coverage.rules.suppressed.iter_mut().for_each(|suppressed| change(&mut suppressed.filter));
    for rejection in &mut case.rejected {
        change(&mut rejection.file);
        change(&mut rejection.reason);
        "(left out of this copy)".clone_into(&mut rejection.excerpt);
    }
    // Titles and files of rules are words of ours.
    case.rules.iter_mut().for_each(|rule| rule.file = redactor.term(&rule.file).into_owned());
    case.databases.iter_mut().for_each(|database| *database = redactor.term(database).into_owned());
    case.options.iter_mut().for_each(|(_, value)| change(value));
}
