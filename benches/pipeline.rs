//! Times the floor, the rules and the whole analysis on one generated export, each in a process of its own.
//!
//! `cargo bench --bench pipeline -- --size 1024 --threads 2 --folder /tmp --format csv --runs 1`

mod floor;
mod generate;
mod measure;

use generate::Format;
use measure::Cost;
use speur::pipeline;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The program's own, so that no stage is told apart by it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How a stage is run.
enum Run {
    /// By this program, started again: a function of the file and the number of threads gives the number of events.
    Here(fn(&Path, usize) -> Result<u64, String>),
    /// By the program that investigators use; the events are those of its ledger.
    Program,
}

/// The stages, the floor first: the others are told as a multiple of it.
const STAGES: &[(&str, &str, Run)] = &[
    ("floor", "(a) floor: csv and sonic_rs::Value", Run::Here(floor::run)),
    ("rules", "(b) rules only", Run::Here(rules)),
    ("analyze", "(c) analyze, all outputs", Run::Program),
];

/// Runs the rules of the pack over every event and writes nothing; gives the number of events.
fn rules(path: &Path, threads: usize) -> Result<u64, String> {
    let options = pipeline::Options {
        paths: vec![path.to_owned()],
        threads,
        rules: speur::rule::Options { pack: true, ..speur::rule::Options::default() },
        ..pipeline::Options::default()
    };
    pipeline::match_only(&options, &Silent).map(|(events, _)| events).map_err(|error| error.to_string())
}

/// A progress that nobody watches.
struct Silent;

impl pipeline::Progress for Silent {
    fn total(&self, _: u64) {}
    fn advance(&self, _: u64) {}
    fn note(&self, _: &str) {}
}

struct Options {
    /// MiB.
    size: u64,
    threads: usize,
    folder: PathBuf,
    formats: Vec<Format>,
    seed: u64,
    /// How often each stage is run; the fastest counts.
    runs: usize,
    /// Set in a child: the stage to run and its file.
    stage: Option<(String, PathBuf)>,
}

const USAGE: &str = "--size MIB (256), --threads N (2), --folder DIR (the system's temporary one), --format csv|ndjson|both (csv), --seed N (1), --runs N (1)";

fn main() -> ExitCode {
    let result = options().and_then(|options| match &options.stage {
        Some((stage, file)) => child(stage, file, options.threads),
        None => parent(&options),
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            let _ = writeln!(std::io::stderr(), "{text}");
            ExitCode::FAILURE
        }
    }
}

/// Options from the command line, else from `SPEUR_BENCH_SIZE` and so on, else as in [`USAGE`].
fn options() -> Result<Options, String> {
    let mut arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let mut take = |name: &str, default: &str| -> String {
        let typed = arguments.iter().position(|a| *a == format!("--{name}")).filter(|at| at + 1 < arguments.len());
        if let Some(at) = typed {
            return arguments.drain(at..at + 2).nth(1).unwrap_or_default();
        }
        std::env::var(format!("SPEUR_BENCH_{}", name.to_uppercase())).unwrap_or_else(|_| default.into())
    };
    let number = |name: &str, text: String| -> Result<u64, String> {
        text.parse()
            .ok()
            .filter(|n| *n > 0)
            .ok_or_else(|| format!("--{name} {text}: expected a number above 0; {USAGE}"))
    };
    let size = number("size", take("size", "256"))?;
    let threads = number("threads", take("threads", "2"))? as usize;
    let seed = number("seed", take("seed", "1"))?;
    let runs = number("runs", take("runs", "1"))? as usize;
    let folder = PathBuf::from(take("folder", &std::env::temp_dir().to_string_lossy()));
    let formats = match take("format", "csv").as_str() {
        "csv" => vec![Format::Csv],
        "ndjson" => vec![Format::Ndjson],
        "both" => vec![Format::Csv, Format::Ndjson],
        other => return Err(format!("--format {other}: expected csv, ndjson or both")),
    };
    let (stage, file) = (take("stage", ""), take("file", ""));
    let stage = (!stage.is_empty()).then(|| (stage, PathBuf::from(file)));
    match arguments.first() {
        Some(other) => Err(format!("{other}: unknown; expected {USAGE}")),
        None => Ok(Options { size, threads, folder, formats, seed, runs, stage }),
    }
}

/// Runs one stage and prints the number of events.
fn child(stage: &str, file: &Path, threads: usize) -> Result<(), String> {
    let Some((_, _, Run::Here(run))) = STAGES.iter().find(|(name, ..)| *name == stage) else {
        return Err(format!("{stage}: no such stage"));
    };
    let count = run(file, threads)?;
    writeln!(std::io::stdout(), "{count}").map_err(|e| e.to_string())
}

fn parent(options: &Options) -> Result<(), String> {
    for format in &options.formats {
        let file = export(options, *format)?;
        let text = compare(&file, options)?;
        std::io::stdout().write_all(text.as_bytes()).map_err(|e| e.to_string())?;
    }
    Ok(())
}

/// The export to measure with: the one that is there already, else a new one.
fn export(options: &Options, format: Format) -> Result<PathBuf, String> {
    let version = generate::VERSION;
    let name = format!("speur-bench-v{version}-{}mib-{}.{}", options.size, options.seed, format.extension());
    let path = options.folder.join(name);
    let told = |e: std::io::Error| format!("{}: {e}", path.display());
    let bytes = options.size << 20;
    // One record is far below this: a file of another length is not what this generator writes.
    if std::fs::metadata(&path).is_ok_and(|m| (bytes..bytes + (64 << 10)).contains(&m.len())) {
        return Ok(path);
    }
    let part = path.with_extension("part");
    let mut out = BufWriter::with_capacity(1 << 20, std::fs::File::create(&part).map_err(told)?);
    generate::write(&mut out, format, bytes, options.seed).map_err(told)?;
    out.flush().map_err(told)?;
    std::fs::rename(&part, &path).map_err(told)?;
    Ok(path)
}

/// Runs every stage and lays out what it cost.
fn compare(file: &Path, options: &Options) -> Result<String, String> {
    use std::fmt::Write as _;
    let told = |e: std::io::Error| format!("{}: {e}", file.display());
    // Read once, so that no stage pays for a cold cache.
    let bytes = std::io::copy(&mut std::fs::File::open(file).map_err(told)?, &mut std::io::sink()).map_err(told)?;
    let mut out = format!("{}: {bytes} bytes, {} threads, best of {}\n", file.display(), options.threads, options.runs);
    let _ = writeln!(
        out,
        "{:<38} {:>9} {:>9} {:>9} {:>11} {:>10} {:>9} {:>9}",
        "stage", "wall s", "CPU s", "MB/s", "events", "events/s", "peak MiB", "wall/a"
    );
    let mut first: Option<Cost> = None;
    let mut ratios = String::new();
    for (n, (name, title, run)) in STAGES.iter().enumerate() {
        let cost = match best(name, run, file, options) {
            Ok(cost) => cost,
            Err(reason) if n > 0 => {
                let _ = writeln!(out, "{title:<38} not measured: {reason}");
                continue;
            }
            Err(reason) => return Err(reason),
        };
        let ratio = first.as_ref().map_or(1.0, |a| cost.wall / a.wall);
        let _ = writeln!(
            out,
            "{title:<38} {:>9.2} {:>9.2} {:>9.1} {:>11} {:>10.0} {:>9.0} {ratio:>9.2}",
            cost.wall,
            cost.cpu,
            bytes as f64 / 1e6 / cost.wall,
            cost.events,
            cost.events as f64 / cost.wall,
            cost.peak as f64 / 1024.0,
        );
        match &first {
            None => first = Some(cost),
            Some(a) => {
                if cost.events != a.events {
                    let _ = writeln!(ratios, "{name}: {} events, but the floor counts {}", cost.events, a.events);
                }
                let letter = ["a", "b", "c"].get(n).unwrap_or(&"?");
                let _ = writeln!(
                    ratios,
                    "{letter}/a: wall {:.2}, CPU {:.2}",
                    cost.wall / a.wall,
                    if a.cpu > 0.0 { cost.cpu / a.cpu } else { 0.0 }
                );
            }
        }
    }
    Ok(out + &ratios)
}

/// The fastest of the runs of a stage.
fn best(name: &str, run: &Run, file: &Path, options: &Options) -> Result<Cost, String> {
    let mut best: Option<Cost> = None;
    for _ in 0..options.runs {
        let cost = match run {
            Run::Here(_) => {
                let program = std::env::current_exe().map_err(|e| e.to_string())?;
                let mut command = Command::new(program);
                command.args(["--stage", name, "--threads", &options.threads.to_string(), "--file"]).arg(file);
                let (mut cost, output) = measure::run(&mut command)?;
                cost.events = output.trim().parse().map_err(|_| format!("{name}: printed {output:?}"))?;
                cost
            }
            Run::Program => analyze(file, options)?,
        };
        if best.as_ref().is_none_or(|b| cost.wall < b.wall) {
            best = Some(cost);
        }
    }
    best.ok_or_else(|| "no run".into())
}

/// `speur analyze` into a case folder that is thrown away.
fn analyze(file: &Path, options: &Options) -> Result<Cost, String> {
    use sonic_rs::{JsonValueTrait, Value};
    let temporary = tempfile::tempdir_in(&options.folder).map_err(|e| e.to_string())?;
    let case = temporary.path().join("case");
    let mut command = Command::new(env!("CARGO_BIN_EXE_speur"));
    command.arg("analyze").arg(file).args(["--quiet", "--threads", &options.threads.to_string(), "--out"]).arg(&case);
    let (mut cost, _) = measure::run(&mut command)?;
    let ledger = std::fs::read(case.join("coverage.json")).map_err(|e| format!("coverage.json: {e}"))?;
    let ledger: Value = sonic_rs::from_slice(&ledger).map_err(|e| format!("coverage.json: {e}"))?;
    cost.events = ledger["totals"]["rows"].as_u64().ok_or("coverage.json: no totals.rows")?;
    Ok(cost)
}
