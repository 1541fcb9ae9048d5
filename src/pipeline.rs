//! The order of the flow and its parallelism, nothing else.

use crate::coverage::{Coverage, Rejection};
use crate::error::Error;
use crate::{input, rule};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What a run is asked to do.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Options {
    pub paths: Vec<PathBuf>,
    pub out: PathBuf,
    pub from: Option<i64>,
    pub to: Option<i64>,
    pub users: Vec<String>,
    pub tenants: Vec<String>,
    pub threads: usize,
    pub rules: rule::Options,
    pub geo: Vec<PathBuf>,
    pub limits: input::Limits,
    pub typed: Vec<(String, String)>,
}

/// Hears how far a run is.
#[allow(missing_docs)]
pub trait Progress: Sync {
    fn total(&self, bytes: u64);
    fn advance(&self, bytes: u64);
    fn note(&self, line: &str);
}

/// What a finished run tells.
#[derive(Debug, Default)]
#[allow(missing_docs)]
pub struct Summary {
    pub coverage: Coverage,
    pub rejected: Vec<Rejection>,
    pub findings: Vec<(String, u64)>,
    pub accounts: Vec<String>,
    pub warnings: Vec<String>,
}

/// What the evidence holds.
#[derive(Debug, Default)]
#[allow(missing_docs)]
pub struct Inspection {
    pub coverage: Coverage,
    pub accounts: Vec<(String, u64)>,
    pub operations: Vec<(String, u64)>,
    pub days: BTreeMap<String, u64>,
}

fn stop<T>(options: &Options) -> Result<T, Error> {
    let path = options.paths.first().cloned().unwrap_or_default();
    Err(Error::Path { path, reason: "not built yet".to_owned() })
}

/// Stub.
///
/// # Errors
/// Always.
pub fn analyze(options: &Options, _: &dyn Progress) -> Result<Summary, Error> {
    stop(options)
}

/// Stub.
///
/// # Errors
/// Always.
pub fn inspect(options: &Options, _: &dyn Progress) -> Result<Inspection, Error> {
    stop(options)
}
