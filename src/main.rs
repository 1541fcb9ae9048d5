//! The program: parse, run, exit code.

mod cli;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let exit = match cli::Cli::try_parse() {
        Ok(cli) => cli::run(cli).unwrap_or_else(|error| cli::stopped(&error)),
        Err(usage) => cli::usage(&usage),
    };
    exit.into()
}
