//! `speur verify`: the case folder and its evidence against the manifest.

use super::Exit;
use super::terminal::Terminal;
use speur::output::{self, Mismatch};
use std::path::Path;

pub(super) fn run(case: &Path) -> anyhow::Result<Exit> {
    let mismatches = output::verify(case)?;
    let mut out = Terminal::new();
    for mismatch in &mismatches {
        out.line(&sentence(mismatch))?;
    }
    let verdict = match mismatches.len() {
        0 => "every file is as the manifest states".to_owned(),
        count => format!("{count} files are not as the manifest states"),
    };
    out.line(&format!("{}: {verdict}", case.display()))?;
    out.close()?;
    Ok(if mismatches.is_empty() { Exit::Done } else { Exit::Failed })
}

fn sentence(Mismatch { path, expected, found }: &Mismatch) -> String {
    match found {
        None => format!("{path}: missing or unreadable; expected SHA-256 {expected}"),
        Some(found) if expected.is_empty() => format!("{path}: not in the manifest; SHA-256 {found}"),
        Some(found) => format!("{path}: changed; expected SHA-256 {expected}, found {found}"),
    }
}
