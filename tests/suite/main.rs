//! The one integration test binary; each module is a theme.

mod geo;
mod source;
