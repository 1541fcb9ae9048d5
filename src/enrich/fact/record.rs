//! What the record itself decides, in words that a rule need not repeat.

use super::{Columns, Deriver, Past};
use crate::event::{Outcome, first_party, names_mail_rule};
use crate::field::Fact;

pub(super) const RECORD: Deriver = Deriver {
    name: "record",
    facts: &[Fact::PasswordAccepted, Fact::FirstParty, Fact::RuleName, Fact::RuleNameSymbolsOnly],
    derive,
};

/// Codes of sign-ins that did not succeed although the password was right: it had expired, or a later step (second
/// factor, device, policy, consent) stopped them. Sorted.
///
/// <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>
static ACCEPTED: &[u32] = &[
    50_005, 50_055, 50_057, 50_072, 50_074, 50_076, 50_079, 50_097, 50_105, 50_125, 50_127, 50_129, 50_131, 50_140,
    50_144, 50_155, 50_158, 50_203, 50_207, 53_000, 53_001, 53_002, 53_003, 53_004, 53_009, 53_010, 53_011, 65_001,
    65_004, 500_121, 530_031, 530_032, 530_034,
];

fn derive(past: &Past<'_>, columns: &mut Columns) {
    for (row, entry) in past.wanted() {
        let text = |sym| past.events.text(sym);
        let common = past.events.common(&entry);
        if past.events.is_sign_in(&entry) && entry.outcome != Outcome::Success {
            let code = text(common.error_code).parse::<u32>();
            let accepted = code.is_ok_and(|code| ACCEPTED.binary_search(&code).is_ok());
            columns.truth(Fact::PasswordAccepted, row, accepted);
        }
        if !common.application_id.is_empty() {
            columns.truth(Fact::FirstParty, row, first_party::is_microsoft_application(text(common.application_id)));
        }
        if names_mail_rule(text(common.operation)) && !entry.object.is_empty() {
            let name = text(entry.object);
            columns.text(Fact::RuleName, row, name.lines().next().unwrap_or_default());
            columns.truth(Fact::RuleNameSymbolsOnly, row, !name.chars().any(char::is_alphanumeric));
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn codes_are_sorted() {
        assert!(super::ACCEPTED.is_sorted());
    }
}
