//! Rules that wait for derived facts, kept small: one text for each distinct list of them.

use super::RuleIndex;

/// A rule whose condition derived facts decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pending {
    /// The rule.
    pub rule: RuleIndex,
    /// Which parts of its condition the record meets, one bit each, as the rule numbers them.
    pub known: u64,
}

/// The text that stands for a list; empty for none.
pub(super) fn write(pending: &[Pending]) -> String {
    let mut text = String::new();
    for Pending { rule, known } in pending {
        if !text.is_empty() {
            text.push(' ');
        }
        push_hex(&mut text, u64::from(*rule));
        text.push(':');
        push_hex(&mut text, *known);
    }
    text
}

/// Appends a number in hex digits without leading zeros.
fn push_hex(text: &mut String, number: u64) {
    let digits = (u64::BITS - number.leading_zeros()).div_ceil(4).max(1);
    let digit = |at: u32| char::from_digit((number >> (4 * at) & 15) as u32, 16).unwrap_or_default();
    text.extend((0..digits).rev().map(digit));
}

/// The list that a text stands for.
pub(super) fn read(text: &str) -> impl Iterator<Item = Pending> {
    text.split(' ').filter_map(|word| {
        let (rule, known) = word.split_once(':')?;
        Some(Pending { rule: RuleIndex::from_str_radix(rule, 16).ok()?, known: u64::from_str_radix(known, 16).ok()? })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_comes_back() {
        for list in [
            &[][..],
            &[Pending { rule: 0, known: 0 }],
            &[Pending { rule: 7, known: 1 }, Pending { rule: u16::MAX, known: u64::MAX }],
        ] {
            assert_eq!(read(&write(list)).collect::<Vec<_>>(), list);
        }
    }
}
