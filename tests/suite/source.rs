//! Sources: small exports to the schema's core fields, trap by trap, and the real records of the corpus.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)] // the helpers of tests are tests

mod corpus;
mod entra;
mod golden;
mod hostile;
pub(crate) mod rows;
mod state;
mod traps;
