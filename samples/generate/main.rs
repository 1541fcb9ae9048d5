//! Writes the sample tenant `samples/harbor` from a seed: the same bytes on every machine.
//!
//! `cargo run --release --example harbor -- samples/harbor`, with `--check` to compare instead of write.

mod admin;
mod files;
mod json;
mod log;
mod mail;
mod people;
mod random;
mod response;
mod sign_in;
mod story;
mod work;
mod write;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const SEED: u64 = 0x4A72_0B0A_2026_0105;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let check = arguments.iter().any(|a| a == "--check");
    let folder = arguments.iter().find(|a| !a.starts_with("--"));
    let result = match folder {
        Some(folder) => run(Path::new(folder), check),
        None => Err("expected the folder to write, such as samples/harbor, and perhaps --check".into()),
    };
    let (text, code) = match result {
        Ok(text) => (text, ExitCode::SUCCESS),
        Err(text) => (text, ExitCode::FAILURE),
    };
    let _ = writeln!(std::io::stderr(), "{text}");
    code
}

/// Writes or checks `folder`; tells what was done.
fn run(folder: &Path, check: bool) -> Result<String, String> {
    let files = write::files(generate())?;
    if check {
        let differing = differences(folder, &files)?;
        return if differing.is_empty() {
            Ok(format!("{}: {} files as generated", folder.display(), files.len()))
        } else {
            Err(format!("{}: differs from what is generated: {}", folder.display(), differing.join(", ")))
        };
    }
    for (name, bytes) in &files {
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent).map_err(|e| format!("{}: {e}", parent.display()))?;
        std::fs::write(&path, bytes).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    Ok(format!("{}: {} files written", folder.display(), files.len()))
}

fn generate() -> log::Log {
    let mut log = log::Log::new(SEED);
    let people = people::everybody(&mut log.random);
    work::weeks(&mut log, &people);
    admin::weeks(&mut log, &people);
    story::tell(&mut log, &people);
    log
}

/// The files that are missing, other than generated, or not generated at all.
fn differences(folder: &Path, files: &write::Files) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    list(folder, &mut found)?;
    let mut differing: Vec<String> = files
        .iter()
        .filter(|(name, bytes)| std::fs::read(folder.join(name)).ok().as_ref() != Some(*bytes))
        .map(|(name, _)| name.clone())
        .collect();
    for path in found {
        let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        if !files.contains_key(&name) {
            differing.push(name);
        }
    }
    differing.sort();
    Ok(differing)
}

fn list(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), String> {
    let told = |e: std::io::Error| format!("{}: {e}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(told)? {
        let path = entry.map_err(told)?.path();
        if path.is_dir() {
            list(&path, found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}
