//! Writes a large audit log export for measurements: `cargo run --release --example exports -- csv 1024 big.csv`.

mod generate;

use std::io::{BufWriter, Write as _};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (text, code) = match run(&arguments) {
        Ok(text) => (text, ExitCode::SUCCESS),
        Err(text) => (text, ExitCode::FAILURE),
    };
    let _ = writeln!(std::io::stderr(), "{text}");
    code
}

fn run(arguments: &[String]) -> Result<String, String> {
    let usage = "expected: csv|ndjson, the size in MiB, the file to write, and perhaps a seed";
    let [format, size, path, seed @ ..] = arguments else { return Err(usage.into()) };
    let format = match format.as_str() {
        "csv" => generate::Format::Csv,
        "ndjson" => generate::Format::Ndjson,
        other => return Err(format!("{other}: {usage}")),
    };
    let size: u64 = size.parse().map_err(|_| format!("{size}: {usage}"))?;
    let seed = seed.first().map_or(Ok(1), |s| s.parse().map_err(|_| format!("{s}: {usage}")))?;
    let told = |e: std::io::Error| format!("{path}: {e}");
    let mut out = BufWriter::with_capacity(1 << 20, std::fs::File::create(path).map_err(told)?);
    let count = generate::write(&mut out, format, size << 20, seed).map_err(told)?;
    out.flush().map_err(told)?;
    Ok(format!("{path}: {count} records in {} format, generator {}", format.extension(), generate::VERSION))
}
