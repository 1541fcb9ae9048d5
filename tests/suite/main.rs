//! The one integration test binary; each module is a theme.
mod pack;
