//! Offline forensic log analyzer for Microsoft 365: a folder of exports in, a case folder out.
//!
//! ```text
//! evidence ──input──> Row ──source──> Event ──enrich──> Event with place ──rule──> hits
//!                                        └─── store (time order, no repeats) ──correlate──case──output──> case folder
//! ```
//!
//! [`pipeline`] runs that flow, for one tenant or for many. Modules import downward only:
//! `pipeline > output > case > correlate > rule | enrich | source | redact > store > input > event, field > error, coverage`.

pub mod case;
pub mod civil;
pub mod correlate;
pub mod coverage;
pub mod decision;
pub mod enrich;
pub mod error;
pub mod event;
pub mod field;
pub mod input;
pub mod language;
pub mod output;
pub mod pipeline;
pub mod redact;
pub mod rule;
pub mod source;
pub mod store;
