//! The one integration test binary; each module is a theme.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot go on has failed

mod cli;
mod geo;
mod layers;
mod readme;
