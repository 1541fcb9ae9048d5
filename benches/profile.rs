//! Where an analysis spends its time: wall clock, processor time and allocations of each of its stages, and the
//! instructions of the whole where the machine counts them.
//!
//! `cargo bench --bench profile -- --size 1024 --threads 2 --format both`

mod generate;
#[allow(dead_code)] // the other bench asks for the rest
mod measure;
#[allow(dead_code)] // and for the number of runs
mod setup;

use setup::Options;
use speur::pipeline::{self, Stage};
use stats_alloc::{INSTRUMENTED_SYSTEM, Stats, StatsAlloc};
use std::alloc::System;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Counts, which makes it slower than the program's own: what the whole costs is told by the bench `pipeline`.
#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Where `utime` and `stime` of a process stand, behind its name.
const OWN: usize = 11;

/// How the numbers stand at one moment.
#[derive(Clone, Copy)]
struct Moment {
    at: Instant,
    /// Seconds of processor time.
    cpu: f64,
    memory: Stats,
}

impl Moment {
    fn now() -> Self {
        Self { at: Instant::now(), cpu: measure::seconds(OWN), memory: INSTRUMENTED_SYSTEM.stats() }
    }
}

/// When each stage began.
#[derive(Default)]
struct Watch(Mutex<Vec<(Stage, Moment)>>);

impl pipeline::Progress for Watch {
    fn total(&self, _: u64) {}
    fn advance(&self, _: u64) {}
    fn note(&self, _: &str) {}
    fn stage(&self, stage: Stage) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((stage, Moment::now()));
    }
}

fn main() -> ExitCode {
    setup::end(setup::options().and_then(|options| match &options.stage {
        Some((_, file)) => child(file, &options),
        None => parent(&options),
    }))
}

fn parent(options: &Options) -> Result<(), String> {
    for format in &options.formats {
        let file = setup::export(options, *format)?;
        let program = std::env::current_exe().map_err(|e| e.to_string())?;
        let again = |command: &mut Command| {
            command.args(["--stage", "profile", "--threads", &options.threads.to_string(), "--file"]).arg(&file);
            command.arg("--folder").arg(&options.folder);
            measure::run(command)
        };
        let (cost, table) = again(&mut Command::new(&program))?;
        let mut out = std::io::stdout();
        let peak = cost.peak >> 10;
        writeln!(out, "{}, {} threads, peak {peak} MiB", file.display(), options.threads).map_err(|e| e.to_string())?;
        out.write_all(table.as_bytes()).map_err(|e| e.to_string())?;
        let mut counted = Command::new("perf");
        counted.args(["stat", "-x", ",", "-e", "instructions:u", "-o", "/dev/stdout", "--"]).arg(&program);
        let told = again(&mut counted).ok().and_then(|(_, text)| instructions(&text));
        let told =
            told.map_or("not counted by this machine".to_owned(), |count| format!("{count:.1} thousand million"));
        writeln!(out, "instructions: {told}").map_err(|e| e.to_string())?;
    }
    Ok(())
}

/// The count in what `perf stat -x ,` prints, in thousand millions.
fn instructions(text: &str) -> Option<f64> {
    let line = text.lines().find(|line| line.contains("instructions"))?;
    line.split(',').next()?.parse::<f64>().ok().map(|count| count / 1e9)
}

/// Analyses the file and prints what each stage cost.
fn child(file: &Path, options: &Options) -> Result<(), String> {
    let temporary = tempfile::tempdir_in(&options.folder).map_err(|e| e.to_string())?;
    let wanted = pipeline::Options {
        paths: vec![file.to_owned()],
        out: temporary.path().join("case"),
        threads: options.threads,
        rules: speur::rule::Options { pack: true, ..speur::rule::Options::default() },
        ..pipeline::Options::default()
    };
    let watch = Watch::default();
    let start = Moment::now();
    let summary = pipeline::analyze(&wanted, &watch).map_err(|error| error.to_string())?;
    let end = Moment::now();
    let events = summary.coverage.totals.counts.rows.max(1) as f64;
    let begun = watch.0.into_inner().unwrap_or_else(PoisonError::into_inner);
    let names = std::iter::once("starting".to_owned())
        .chain(begun.iter().map(|(stage, _)| format!("{stage:?}").to_lowercase()));
    let moments: Vec<Moment> = std::iter::once(start).chain(begun.iter().map(|(_, at)| *at)).chain([end]).collect();
    let mut out = std::io::stdout();
    let mut tell = |line: String| writeln!(out, "{line}").map_err(|e| e.to_string());
    tell(format!("{:<12} {:>8} {:>8} {:>16} {:>14}", "stage", "wall s", "CPU s", "allocations", "an event"))?;
    for (name, pair) in names.zip(moments.windows(2)) {
        let (wall, cpu) = ((pair[1].at - pair[0].at).as_secs_f64(), pair[1].cpu - pair[0].cpu);
        let count = |stats: &Stats| (stats.allocations + stats.reallocations) as f64;
        let made = count(&pair[1].memory) - count(&pair[0].memory);
        tell(format!("{name:<12} {wall:>8.2} {cpu:>8.2} {made:>16.0} {:>14.2}", made / events))?;
    }
    Ok(())
}
