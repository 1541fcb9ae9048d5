//! The one integration test binary; each module is a theme.

// A failing test may panic, and a skipped one says so on the terminal.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::print_stderr)]

mod batch;
mod case_folder;
mod cli;
mod completeness;
mod correlate;
mod custody;
mod dates;
mod days;
mod dossier;
mod event_fixture;
mod export;
mod facts;
mod flips;
mod footholds;
mod geo;
mod golden;
mod hostile;
mod input;
mod intruder;
mod language;
mod layers;
mod ledger;
mod lint;
mod oracle;
mod output;
mod pack;
mod panther;
mod raw;
mod readme;
mod recognition;
mod round_trip;
mod rule;
mod rule_memory;
mod rules_command;
mod sigma_hq;
mod snapshot;
mod source;
mod store;
mod xml;
