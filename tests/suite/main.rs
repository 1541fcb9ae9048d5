//! The one integration test binary; each module is a theme.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod case_folder;
mod cli;
mod event_fixture;
mod geo;
mod golden;
mod input;
mod layers;
mod ledger;
mod oracle;
mod output;
mod pack;
mod panther;
mod readme;
mod rule;
mod source;
mod store;
