//! The one integration test binary; each module is a theme.

mod case_folder;
mod event_fixture;
mod geo;
mod golden;
mod input;
mod oracle;
mod output;
mod rule;
mod source;
