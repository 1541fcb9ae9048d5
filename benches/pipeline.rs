//! Times the floor, the rules, the whole analysis and what evidence asks of any on one generated export, each in a process
//! of its own.
//!
//! `cargo bench --bench pipeline -- --size 1024 --threads 2 --folder /tmp --format csv --runs 1`

mod evidence;
mod floor;
mod generate;
mod measure;
mod setup;

use measure::Cost;
use setup::Options;
use speur::pipeline;
use std::cmp::Ordering;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode};

/// The program's own, so that no stage is told apart by it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How a stage is run.
enum Run {
    /// By this program, started again: a function of the file gives the number of events.
    Here(fn(&Path, &Options) -> Result<u64, String>),
    /// By the program that investigators use; the events are those of its ledger.
    Program,
}

/// The stages, the floor first: the others are told as a multiple of it.
const STAGES: &[(&str, &str, Run)] = &[
    ("floor", "(a) floor: csv and sonic_rs::Value", Run::Here(|file, options| floor::run(file, options.threads, &()))),
    ("rules", "(b) rules only", Run::Here(rules)),
    ("analyze", "(c) analyze, all outputs", Run::Program),
    (
        "hashes",
        "(d) the floor, and hashes",
        Run::Here(|file, options| evidence::run(file, options.threads, &options.folder, 0)),
    ),
    // Behind the analysis, which tells how many bytes of outputs there are.
    (
        "outputs",
        "(e) the same, and outputs written",
        Run::Here(|file, options| evidence::run(file, options.threads, &options.folder, options.outputs)),
    ),
];

/// Runs the rules of the pack over every event and writes nothing; gives the number of events.
fn rules(path: &Path, options: &Options) -> Result<u64, String> {
    let options = pipeline::Options {
        paths: vec![path.to_owned()],
        threads: options.threads,
        rules: speur::rule::Options { pack: true, ..speur::rule::Options::default() },
        ..pipeline::Options::default()
    };
    pipeline::match_only(&options, &()).map(|(events, _)| events).map_err(|error| error.to_string())
}

fn main() -> ExitCode {
    setup::end(setup::options().and_then(|options| match &options.stage {
        Some((stage, file)) => child(stage, file, &options),
        None => parent(&options),
    }))
}

/// Runs one stage and prints the number of events.
fn child(stage: &str, file: &Path, options: &Options) -> Result<(), String> {
    let Some((_, _, Run::Here(run))) = STAGES.iter().find(|(name, ..)| *name == stage) else {
        return Err(format!("{stage}: no such stage"));
    };
    let count = run(file, options)?;
    writeln!(std::io::stdout(), "{count}").map_err(|e| e.to_string())
}

fn parent(options: &Options) -> Result<(), String> {
    for format in &options.formats {
        let file = setup::export(options, *format)?;
        let text = compare(&file, options)?;
        std::io::stdout().write_all(text.as_bytes()).map_err(|e| e.to_string())?;
    }
    Ok(())
}

/// Runs every stage and lays out what it cost.
fn compare(file: &Path, options: &Options) -> Result<String, String> {
    use std::fmt::Write as _;
    let told = |e: std::io::Error| format!("{}: {e}", file.display());
    // Read once, so that no stage pays for a cold cache.
    let bytes = std::io::copy(&mut std::fs::File::open(file).map_err(told)?, &mut std::io::sink()).map_err(told)?;
    let mut out =
        format!("{}: {bytes} bytes, {} threads, the middle one of {}\n", file.display(), options.threads, options.runs);
    let _ = writeln!(
        out,
        "{:<38} {:>9} {:>9} {:>9} {:>11} {:>10} {:>9} {:>9}",
        "stage", "wall s", "CPU s", "MB/s", "events", "events/s", "peak MiB", "wall/a"
    );
    let mut first: Option<Cost> = None;
    let mut ratios = String::new();
    for (n, ((name, title, _), cost)) in STAGES.iter().zip(costs(file, options)).enumerate() {
        let cost = match cost {
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
                let letter = ["a", "b", "c", "d", "e"].get(n).unwrap_or(&"?");
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

/// What each stage costs: the stages take turns, so that what else the machine does falls on all of them, and of the
/// runs of a stage the middle one counts.
fn costs(file: &Path, options: &Options) -> Vec<Result<Cost, String>> {
    let mut costs: Vec<Result<Vec<Cost>, String>> = STAGES.iter().map(|_| Ok(Vec::new())).collect();
    let mut outputs = 0;
    for _ in 0..options.runs {
        for ((name, _, run), costs) in STAGES.iter().zip(&mut costs) {
            let Ok(so_far) = costs else { continue };
            match once((name, run), file, options, outputs) {
                Ok(cost) => {
                    outputs = outputs.max(cost.outputs);
                    so_far.push(cost);
                }
                Err(reason) => *costs = Err(reason),
            }
        }
    }
    costs.into_iter().map(|costs| costs.and_then(|costs| middle(costs).ok_or_else(|| "no run".to_owned()))).collect()
}

/// The middle one by processor time; of an even number the dearer.
fn middle(mut costs: Vec<Cost>) -> Option<Cost> {
    costs.sort_by(|a, b| (a.cpu, a.wall).partial_cmp(&(b.cpu, b.wall)).unwrap_or(Ordering::Equal));
    costs.get(costs.len() / 2).cloned()
}

/// Runs a stage; an analysis has written so many bytes of outputs.
fn once((name, run): (&str, &Run), file: &Path, options: &Options, outputs: u64) -> Result<Cost, String> {
    let Run::Here(_) = run else { return analyze(file, options) };
    let program = std::env::current_exe().map_err(|e| e.to_string())?;
    let mut command = Command::new(program);
    command.args(["--stage", name, "--threads", &options.threads.to_string(), "--outputs", &outputs.to_string()]);
    command.arg("--folder").arg(&options.folder).arg("--file").arg(file);
    let (mut cost, output) = measure::run(&mut command)?;
    cost.events = output.trim().parse().map_err(|_| format!("{name}: printed {output:?}"))?;
    Ok(cost)
}

/// `speur analyze` into a case folder that is thrown away.
fn analyze(file: &Path, options: &Options) -> Result<Cost, String> {
    use sonic_rs::{JsonValueTrait, Value};
    let temporary = tempfile::tempdir_in(&options.folder).map_err(|e| e.to_string())?;
    let case = temporary.path().join("case");
    let mut command = Command::new(env!("CARGO_BIN_EXE_speur"));
    command.arg("analyze").arg(file).args(["--quiet", "--threads", &options.threads.to_string(), "--out"]).arg(&case);
    if !options.memory.is_empty() {
        command.args(["--memory", &options.memory]);
    }
    let (mut cost, _) = measure::run(&mut command)?;
    let ledger = std::fs::read(case.join("coverage.json")).map_err(|e| format!("coverage.json: {e}"))?;
    let ledger: Value = sonic_rs::from_slice(&ledger).map_err(|e| format!("coverage.json: {e}"))?;
    cost.events = ledger["totals"]["rows"].as_u64().ok_or("coverage.json: no totals.rows")?;
    let sizes = walkdir::WalkDir::new(&case).into_iter().filter_map(|file| file.ok()?.metadata().ok());
    cost.outputs = sizes.filter(std::fs::Metadata::is_file).map(|size| size.len()).sum();
    Ok(cost)
}
