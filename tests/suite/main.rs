//! The one integration test binary; each module is a theme.

mod event_fixture;
mod oracle;
mod rule;
