//! The case folder: one file a product, written from the finished [`crate::case::Case`].

use crate::error::Error;
use std::path::Path;

/// A file that is not what the manifest says.
#[derive(Debug)]
pub struct Mismatch {
    /// The file, as the manifest names it.
    pub path: String,
    /// SHA-256 the manifest states.
    pub expected: String,
    /// SHA-256 of what is there now.
    pub found: Option<String>,
}

/// Hashes every file again.
///
/// # Errors
/// [`Error::Case`] when there is no manifest.
pub fn verify(case: &Path) -> Result<Vec<Mismatch>, Error> {
    Err(Error::Case { path: case.to_owned(), reason: "not built yet".to_owned() })
}

/// Defences against hostile text.
pub mod escape {
    use std::borrow::Cow;

    /// Writes out what acts instead of being seen.
    pub fn visible(text: &str) -> Cow<'_, str> {
        if text.contains(char::is_control) { text.escape_debug().collect() } else { Cow::Borrowed(text) }
    }
}
