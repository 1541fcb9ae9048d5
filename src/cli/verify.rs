//! `speur verify`: the signature on the manifest, then the case folder and its evidence against the manifest.

use super::Exit;
use super::terminal::Terminal;
use clap::Args;
use speur::output::{self, Mismatch, Signed};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// The case folder.
    #[arg(value_name = "CASE")]
    case: PathBuf,
    /// Where the evidence is now, if it was moved since; may be repeated.
    #[arg(long, value_name = "PATH")]
    evidence: Vec<PathBuf>,
    /// The public key that must have signed the manifest: its file, or the text of it.
    #[arg(long, value_name = "PUBLIC")]
    key: Option<String>,
}

pub(super) fn run(args: &VerifyArgs) -> anyhow::Result<Exit> {
    let mut out = Terminal::new();
    let case = args.case.display();
    if let Some(key) = &args.key {
        match output::check(&args.case, key)? {
            Ok(Signed { key, comment }) => {
                out.line(&format!(
                    "manifest.json: signed with the key {key}, as was asked; signed comment: {comment}"
                ))?;
            }
            // What an unproven manifest states proves nothing of the files either.
            Err(refused) => {
                out.line(&refused.to_string())?;
                out.line(&format!("{case}: the signature is refused; the files were not compared"))?;
                out.close()?;
                return Ok(Exit::Failed);
            }
        }
    }
    let proof = output::verify(&args.case, &args.evidence)?;
    for mismatch in &proof.mismatches {
        out.line(&sentence(mismatch))?;
    }
    for note in &proof.notes {
        out.line(note)?;
    }
    if let (None, Some(Signed { key, .. })) = (&args.key, &proof.signed) {
        out.line(&format!(
            "manifest.json: signed, it says with the key {key}, but not checked; give --key to check it"
        ))?;
    }
    let verdict = match proof.mismatches.len() {
        0 => "every file is as the manifest states".to_owned(),
        count => format!("{count} files are not as the manifest states"),
    };
    out.line(&format!("{case}: {verdict}"))?;
    out.close()?;
    Ok(if proof.mismatches.is_empty() { Exit::Done } else { Exit::Failed })
}

fn sentence(Mismatch { path, expected, found }: &Mismatch) -> String {
    match found {
        None => format!("{path}: missing or unreadable; expected SHA-256 {expected}"),
        Some(found) if expected.is_empty() => format!("{path}: not in the manifest; SHA-256 {found}"),
        Some(found) => format!("{path}: changed; expected SHA-256 {expected}, found {found}"),
    }
}
