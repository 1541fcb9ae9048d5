//! The command line: the one part that talks to a terminal.

mod analyze;
mod args;
mod batch;
mod case;
mod export;
mod facts;
mod inspect;
mod known;
mod progress;
mod raw;
mod rules;
mod sign;
mod size;
mod terminal;
mod timeline;
mod unused;
mod verify;

pub(crate) use args::Cli;

use args::{Command, RulesCommand};
use case::CaseCommand;
use std::io::ErrorKind;
use std::process::ExitCode;

/// How a run ended; the number is the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done = 0,
    /// A check failed.
    Failed = 1,
    /// A bad invocation, or a run that could not go on.
    Stopped = 2,
    /// Done, but some evidence, or a rule, could not be used.
    Incomplete = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Runs one command.
///
/// # Errors
/// Whatever stops the run.
pub(crate) fn run(cli: Cli) -> anyhow::Result<Exit> {
    match cli.command {
        Command::Analyze(args) => analyze::run(&args),
        Command::Batch(args) => batch::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Rules(RulesCommand::List(args)) => rules::list::run(&args),
        Command::Rules(RulesCommand::Show { rule, pack }) => rules::show::run(&rule, &pack),
        Command::Rules(RulesCommand::Explain(args)) => rules::explain(&args),
        Command::Rules(RulesCommand::Test { pack, records }) => rules::test(&pack, &records),
        Command::Rules(RulesCommand::Tune(args)) => rules::tune::run(&args),
        Command::Rules(RulesCommand::Fields) => rules::fields::run(),
        Command::Rules(RulesCommand::Matrix(args)) => rules::matrix::run(&args),
        Command::Rules(RulesCommand::Check(args)) => rules::check(&args),
        Command::Case(CaseCommand::Show(args)) => case::run(&args),
        Command::Timeline(args) => timeline::run(&args),
        Command::Raw(args) => raw::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Keygen(args) => sign::keygen(&args),
        Command::Sign(args) => sign::sign(&args),
    }
}

/// Tells what stopped a run. A reader of our output who has seen enough is no failure.
pub(crate) fn stopped(error: &anyhow::Error) -> Exit {
    if error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe) {
        return Exit::Done;
    }
    terminal::tell(&format!("error: {error:#}"));
    Exit::Stopped
}

/// Prints the help or version that was asked for, or what is wrong with the invocation.
pub(crate) fn usage(error: &clap::Error) -> Exit {
    // Nothing is left to do when even this cannot be written.
    let _ = error.print();
    if error.use_stderr() { Exit::Stopped } else { Exit::Done }
}
