//! `speur keygen` and `speur sign`: a key pair, and a signature on the manifest of a case.

use super::Exit;
use super::terminal::{Terminal, tell};
use anyhow::{Context, bail};
use clap::Args;
use speur::output::{self, Signing};
use std::path::PathBuf;
use std::time::SystemTime;

/// The environment variable that may hold the password of a key.
const VARIABLE: &str = "SPEUR_KEY_PASSWORD";

/// Where the password of a secret key comes from. The command line is none of the places: others can read it.
#[derive(Debug, Args)]
struct PasswordArgs {
    /// The file whose first line is the password of the key; without it the variable `SPEUR_KEY_PASSWORD` counts, else
    /// it is asked for.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct KeygenArgs {
    /// The file for the secret key; the public key goes beside it, with `.pub` behind. Neither may exist yet.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Whoever has the file can sign.
    #[arg(long, conflicts_with = "password_file")]
    no_password: bool,
    #[command(flatten)]
    password: PasswordArgs,
}

#[derive(Debug, Args)]
pub(super) struct SignArgs {
    /// The case folder.
    #[arg(value_name = "CASE")]
    case: PathBuf,
    /// The file of the secret key.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// What you add to the signature, on one line; it is signed too.
    #[arg(long, value_name = "TEXT")]
    comment: Option<String>,
    /// Let the signature say when it was made, by the clock of this machine.
    #[arg(long)]
    timestamp: bool,
    #[command(flatten)]
    password: PasswordArgs,
}

pub(super) fn keygen(args: &KeygenArgs) -> anyhow::Result<Exit> {
    let password = if args.no_password { None } else { Some(args.password.get(true)?) };
    let (public, text) = output::generate(&args.file, password)?;
    let mut out = Terminal::new();
    out.line(&format!("secret key: {}; keep it to yourself", args.file.display()))?;
    out.line(&format!("public key: {}, or as text {text}; give it to whoever is to verify", public.display()))?;
    out.close()?;
    Ok(Exit::Done)
}

pub(super) fn sign(args: &SignArgs) -> anyhow::Result<Exit> {
    let password = if output::is_locked(&args.key)? { Some(args.password.get(false)?) } else { None };
    let time = args.timestamp.then(SystemTime::now);
    let signing = Signing { key: args.key.clone(), password, comment: args.comment.clone(), time };
    let signed = output::sign(&args.case, &signing)?;
    let mut out = Terminal::new();
    out.line(&format!(
        "{}: signed with the key {}; signed comment: {}",
        args.case.display(),
        signed.key,
        signed.comment
    ))?;
    out.close()?;
    if args.timestamp {
        tell("note: the signature states the time of this machine's clock");
    }
    Ok(Exit::Done)
}

impl PasswordArgs {
    /// The password; a new one is asked for twice.
    fn get(&self, new: bool) -> anyhow::Result<String> {
        let password = match (&self.password_file, std::env::var(VARIABLE)) {
            (Some(file), _) => {
                let text =
                    std::fs::read_to_string(file).with_context(|| format!("{}: cannot be read", file.display()))?;
                text.lines().next().unwrap_or_default().to_owned()
            }
            (None, Ok(password)) => password,
            (None, Err(_)) => ask(new)?,
        };
        if password.is_empty() {
            bail!("the password is empty; give one, or make the key with --no-password");
        }
        Ok(password)
    }
}

fn ask(new: bool) -> anyhow::Result<String> {
    let ask = |prompt: &str| {
        let asked = rpassword::prompt_password(prompt);
        asked.with_context(|| format!("no terminal to ask for the password; give --password-file or set {VARIABLE}"))
    };
    let password = ask("Password of the key: ")?;
    if new && ask("Once more: ")? != password {
        bail!("the two passwords differ");
    }
    Ok(password)
}
