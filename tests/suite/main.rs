//! The one integration test binary; each module is a theme.

mod case_folder;
mod geo;
mod golden;
mod source;
