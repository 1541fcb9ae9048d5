//! `speur export`: a copy of a case for one party.

use super::Exit;
use super::args::{Cli, Command};
use super::progress::Bar;
use super::terminal::{Terminal, tell};
use anyhow::{Context, bail};
use clap::{Args, Parser};
use speur::output;
use speur::pipeline::{self, ExportOptions, Options};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("whom").required(true).args(["for_account", "redact_others"])))]
pub(super) struct ExportArgs {
    /// The case folder.
    #[arg(value_name = "CASE")]
    case: PathBuf,
    /// The folder for the copy; it must not exist yet.
    #[arg(long, value_name = "COPY")]
    out: PathBuf,
    /// Only the events of this account, and what its intruder did from the same addresses; the account keeps its name.
    /// Repeat it, or separate with commas.
    #[arg(long, value_name = "UPN", value_delimiter = ',')]
    for_account: Vec<String>,
    /// All events, everybody under a pseudonym.
    #[arg(long)]
    redact_others: bool,
    /// An address that stays as it is, with the names and ids that belong to it; repeat it, or separate with commas.
    #[arg(long, value_name = "ADDRESS", value_delimiter = ',')]
    keep: Vec<String>,
    /// Where the evidence is now, if it was moved since; may be repeated.
    #[arg(long, value_name = "PATH")]
    evidence: Vec<PathBuf>,
    /// The file whose bytes pseudonyms are made with, at least 16: copies of several cases that share it share their
    /// pseudonyms. Without it they are made with the manifest of the case, which whoever gets the copy must not have.
    #[arg(long, value_name = "FILE")]
    redaction_key: Option<PathBuf>,
    /// Write here which pseudonym stands for whom. It is no part of the copy: keep it to yourself.
    #[arg(long, value_name = "FILE")]
    key_table: Option<PathBuf>,
    /// Print only what went wrong.
    #[arg(long)]
    quiet: bool,
}

/// How the manifest of a copy begins the options of the export, behind those of the analysis.
const ASKED: &str = "export ";

/// Bytes that a key has at least.
const KEY: usize = 16;

pub(super) fn run(args: &ExportArgs) -> anyhow::Result<Exit> {
    let options = args.options()?;
    let bar = Bar::new(args.quiet);
    let result = pipeline::export(&options, &bar);
    bar.clear();
    let exported = result?;
    exported.notes.iter().for_each(|note| tell(&format!("note: {note}")));
    if !args.quiet {
        let mut out = Terminal::new();
        out.line(&format!("events: {} in the copy, {} left out", exported.events, exported.left_out))?;
        out.line(&format!(
            "pseudonyms: {}; every file of the copy was searched, and none of the originals is in it",
            exported.replaced
        ))?;
        if let Some(table) = &args.key_table {
            out.line(&format!("who is who: {}", table.display()))?;
        }
        out.line(&format!("copy: {}; start with {}", args.out.display(), args.out.join("report.html").display()))?;
        out.close()?;
    }
    Ok(Exit::Done)
}

impl ExportArgs {
    fn options(&self) -> anyhow::Result<ExportOptions> {
        let names = self.for_account.iter().chain(&self.keep);
        if let Some(name) = names.into_iter().find(|name| !name.contains('@')) {
            bail!("found {name:?}; expected a whole address, such as anna@harbor.example");
        }
        let key = self.redaction_key.as_deref().map(key).transpose()?;
        Ok(ExportOptions {
            case: self.case.clone(),
            evidence: self.evidence.clone(),
            analysis: self.analysis()?,
            only: self.for_account.clone(),
            keep: self.keep.clone(),
            key,
            key_table: self.key_table.clone(),
        })
    }

    /// The options that the case was made with, as its manifest has them, typed once more.
    fn analysis(&self) -> anyhow::Result<Options> {
        let typed = output::options(&self.case)?;
        if typed.iter().any(|(option, _)| option.starts_with(ASKED)) {
            bail!("{}: is such a copy already; give the case that it was made from", self.case.display());
        }
        let mut line: Vec<OsString> = vec!["speur".into(), "analyze".into(), "--out".into(), self.out.clone().into()];
        for (option, value) in typed.iter().filter(|(option, _)| option != "PATH") {
            line.push(if value.is_empty() { option.into() } else { format!("{option}={value}").into() });
        }
        line.push("--".into());
        let paths = typed.iter().filter(|(option, _)| option == "PATH").map(|(_, path)| OsString::from(path));
        if self.evidence.is_empty() {
            line.extend(paths);
        } else {
            line.extend(self.evidence.iter().map(OsString::from));
        }
        let again = Cli::try_parse_from(line).context("the options in the manifest cannot be used again");
        let Command::Analyze(args) = again?.command else { bail!("the manifest is not that of a case") };
        let mut options = args.options()?;
        options.typed = typed;
        options.typed.extend(self.typed());
        Ok(options)
    }

    /// What was asked for; the names of files that only their owner should know of are no part of it.
    fn typed(&self) -> Vec<(String, String)> {
        let all = self.redact_others.then(|| (format!("{ASKED}--redact-others"), String::new()));
        let only = self.for_account.iter().map(|name| (format!("{ASKED}--for-account"), name.to_lowercase()));
        let keep = self.keep.iter().map(|name| (format!("{ASKED}--keep"), name.to_lowercase()));
        all.into_iter().chain(only).chain(keep).collect()
    }
}

fn key(file: &Path) -> anyhow::Result<Vec<u8>> {
    let bytes = std::fs::read(file).with_context(|| format!("{}: cannot be read", file.display()))?;
    if bytes.len() < KEY {
        bail!("{}: found {} bytes; expected at least {KEY} that nobody can guess", file.display(), bytes.len());
    }
    Ok(bytes)
}
