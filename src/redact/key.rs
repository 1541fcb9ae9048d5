//! What pseudonyms are made with: who has no key cannot try which address a pseudonym stands for.
//!
//! HMAC-SHA-256: <https://www.rfc-editor.org/rfc/rfc2104>

use crate::event::hex;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;

/// A secret that pseudonyms depend on.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(Vec<u8>);

impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Key")
    }
}

impl Key {
    /// The key made from these bytes.
    pub fn of(secret: &[u8]) -> Self {
        Self(secret.to_vec())
    }

    fn digest(&self, kind: &str, text: &str) -> [u8; 32] {
        // A key of any length is allowed, so there is no error to tell.
        let Ok(mut hash) = Hmac::<Sha256>::new_from_slice(&self.0) else { return [0; 32] };
        hash.update(b"speur pseudonym\0");
        hash.update(kind.as_bytes());
        hash.update(b"\0");
        hash.update(text.as_bytes());
        hash.finalize().into_bytes().into()
    }

    /// Eight hex digits for a text of one kind.
    pub(super) fn mark(&self, kind: &str, text: &str) -> String {
        hex(&self.digest(kind, text)[..4])
    }

    /// An id of the same length and with the same signs between its digits; letters stand only where they stood, so
    /// that a number stays one.
    pub(super) fn same_shape(&self, id: &str) -> String {
        let digest = hex(&self.digest("id", &id.to_lowercase()));
        let mut digits = digest.bytes().cycle();
        let number = !id.bytes().any(|byte| byte.is_ascii_hexdigit() && byte.is_ascii_alphabetic());
        let upper = id.bytes().any(|byte| byte.is_ascii_uppercase());
        // The authority of a SID says no more than that it is one.
        let (fixed, rest) = id.split_at(if id.starts_with("S-1-5-21-") { "S-1-5-21-".len() } else { 0 });
        let shaped = rest.chars().map(|sign| match digits.next() {
            Some(digit) if sign.is_ascii_alphanumeric() => {
                let digit = if number { b'0' + digit % 10 } else { digit };
                char::from(if upper { digit.to_ascii_uppercase() } else { digit })
            }
            _ => sign,
        });
        format!("{fixed}{}", shaped.collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_keeps_its_shape() {
        let key = Key::of(b"key");
        assert_eq!(key.same_shape("1003BFFD8A1B2C3D").len(), 16);
        assert!(
            key.same_shape("1003BFFD8A1B2C3D").bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
        );
        let sid = key.same_shape("S-1-5-21-1234567890-987654321-1122334455-1001");
        assert!(sid.starts_with("S-1-5-21-") && sid.bytes().skip(9).all(|byte| byte.is_ascii_digit() || byte == b'-'));
        assert_eq!(key.same_shape("0C5AD2D5").to_lowercase(), key.same_shape("0c5ad2d5"));
        assert_ne!(key.mark("person", "anna"), Key::of(b"other").mark("person", "anna"));
    }
}
