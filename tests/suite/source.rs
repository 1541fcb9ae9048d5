//! Sources: small exports to the schema's core fields, trap by trap, and the real records of the corpus.

mod corpus;
mod golden;
mod rows;
mod traps;
