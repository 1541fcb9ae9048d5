//! Sizes as people type them.

/// Bytes of a size: a whole number, with `K`, `M`, `G` or `T` behind it for 1,024 times the one before.
///
/// # Errors
/// What was expected.
pub(super) fn bytes(text: &str) -> Result<u64, String> {
    let expected = || "expected a whole number of bytes, or one with K, M, G or T behind it, such as 512M".to_owned();
    let text = text.trim();
    let (number, shift) = match text.char_indices().last() {
        Some((at, unit)) if unit.is_ascii_alphabetic() => {
            let power = "KMGT".find(unit.to_ascii_uppercase()).ok_or_else(expected)?;
            (text.get(..at).unwrap_or_default(), 10 * (power as u32 + 1))
        }
        _ => (text, 0),
    };
    let number: u64 = number.trim_end().parse().map_err(|_| expected())?;
    number.checked_mul(1 << shift).ok_or_else(expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_they_are_typed() {
        let read = |text| bytes(text).ok();
        assert_eq!(read("512M"), Some(512 << 20));
        assert_eq!(read("4g"), Some(4 << 30));
        assert_eq!(read("64 K"), Some(64 << 10));
        assert_eq!(read("1000"), Some(1000));
        for text in ["", "M", "-1", "1.5G", "10MB", "17179869184G", "é"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
