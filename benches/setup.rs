//! What the benches are told, and the export they measure with.

use crate::generate::{self, Format};
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

/// What a bench is asked to do.
pub(crate) struct Options {
    /// MiB.
    pub(crate) size: u64,
    pub(crate) threads: usize,
    /// What `analyze` is given for `--memory`; nothing if it is empty.
    pub(crate) memory: String,
    pub(crate) folder: PathBuf,
    pub(crate) formats: Vec<Format>,
    pub(crate) seed: u64,
    /// How often each stage is run, in turns with the others; the middle one counts.
    pub(crate) runs: usize,
    /// Set in a child: the stage to run and its file.
    pub(crate) stage: Option<(String, PathBuf)>,
    /// Set in a child: how many bytes of outputs an analysis has written.
    pub(crate) outputs: u64,
}

const USAGE: &str = "--size MIB (256), --threads N (2), --memory SIZE (that of the program), --folder DIR (the system's temporary one), --format csv|ndjson|both (csv), --seed N (1), --runs N (1)";

/// Options from the command line, else from `SPEUR_BENCH_SIZE` and so on, else as in [`USAGE`].
pub(crate) fn options() -> Result<Options, String> {
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
    let memory = take("memory", "");
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
    let outputs = take("outputs", "0").parse().map_err(|_| format!("--outputs: expected a number; {USAGE}"))?;
    let stage = (!stage.is_empty()).then(|| (stage, PathBuf::from(file)));
    match arguments.first() {
        Some(other) => Err(format!("{other}: unknown; expected {USAGE}")),
        None => Ok(Options { size, threads, memory, folder, formats, seed, runs, stage, outputs }),
    }
}

/// The export to measure with: the one that is there already, else a new one.
pub(crate) fn export(options: &Options, format: Format) -> Result<PathBuf, String> {
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

/// Ends a bench, with its complaint if it has one.
pub(crate) fn end(result: Result<(), String>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            let _ = writeln!(std::io::stderr(), "{text}");
            ExitCode::FAILURE
        }
    }
}
