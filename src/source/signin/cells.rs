//! Flat columns of a sign-in export collected into a Graph-shaped record.

use crate::source::text::{Object, hash, object, opened};
use crate::source::{Decoded, Wrapper};
use sonic_rs::Value;

/// Collects members of the record and of its nested objects, in the order they come.
#[derive(Debug)]
pub(in crate::source) struct Cells {
    record: Object,
    nested: [(&'static str, Object); 4],
}

impl Cells {
    /// An empty record.
    pub(in crate::source) fn new() -> Self {
        let nested = ["status", "deviceDetail", "location", "mfaDetail"].map(|name| (name, Object::new()));
        Self { record: Object::new(), nested }
    }

    /// Adds a value below `path`, which is a key or `object.key`; an empty text is left out.
    pub(in crate::source) fn add(&mut self, path: &str, text: &str) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        let (object, key) = match path.split_once('.') {
            Some((name, key)) => match self.nested.iter_mut().find(|(known, _)| *known == name) {
                Some((_, object)) => (object, key),
                None => (&mut self.record, path),
            },
            None => (&mut self.record, path),
        };
        match key {
            "errorCode" | "autonomousSystemNumber" | "processingTimeInMilliseconds" => match text.parse::<i64>() {
                Ok(number) => object.raw(key, &number.to_string()),
                Err(_) => object.text(key, text),
            },
            "isCompliant"
            | "isManaged"
            | "flaggedForReview"
            | "isInteractive"
            | "isThroughGlobalSecureAccess"
            | "isTenantRestricted" => match truth(text) {
                Some(truth) => object.raw(key, truth),
                None => object.text(key, text),
            },
            _ => object.text(key, text),
        }
    }

    /// Adds JSON text as JSON, and any other text as text.
    pub(in crate::source) fn open(&mut self, key: &str, text: &str) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        match opened(text) {
            Some(json) => self.record.raw(key, &json),
            None => self.record.text(key, text),
        }
    }

    /// Adds a value that is JSON already, below the record itself.
    pub(in crate::source) fn value(&mut self, key: &str, value: &Value) {
        self.record.value(key, value);
    }

    /// The record, with its hash.
    pub(in crate::source) fn finish(mut self, wrapper: Wrapper, degraded: String) -> Result<Decoded, String> {
        for (name, nested) in self.nested {
            if !nested.is_empty() {
                self.record.raw(name, &nested.finish());
            }
        }
        if self.record.is_empty() {
            return Err("found an empty row, expected a sign-in".to_owned());
        }
        let text = self.record.finish();
        Ok(Decoded { record: object(&text)?, content: hash(&text), wrapper, degraded })
    }
}

fn truth(text: &str) -> Option<&'static str> {
    match text {
        _ if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("yes") => Some("true"),
        _ if text.eq_ignore_ascii_case("false") || text.eq_ignore_ascii_case("no") => Some("false"),
        _ => None,
    }
}
