//! Entra sign-in error codes to an outcome.

use crate::event::Outcome;

/// Codes that stop a sign-in only to ask for a further step of the user or the device.
///
/// <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>
static FURTHER_STEP: &[i64] = &[
    16_000, // several accounts: choose one
    50_055, // password expired
    50_058, // no session to go on silently
    50_072, // MFA enrolment
    50_074, // MFA
    50_076, // MFA by configuration or place
    50_079, // MFA enrolment by configuration or place
    50_097, // device authentication
    50_125, // password reset or registration
    50_127, // broker application
    50_129, // workplace join
    50_140, // stay signed in?
    50_144, // on-premises password expired
    50_158, // external security challenge
    50_199, // confirm the sign-in to this application
    50_203, // authenticator set-up
    51_006, // integrated authentication
    52_004, // linked account consent
    65_001, // consent
];

/// What an error code says of the sign-in.
pub(super) fn outcome(code: i64) -> Outcome {
    match code {
        0 => Outcome::Success,
        code if FURTHER_STEP.binary_search(&code).is_ok() => Outcome::Interrupted,
        _ => Outcome::Failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_and_told_apart() {
        assert!(FURTHER_STEP.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(outcome(0), Outcome::Success);
        assert_eq!(outcome(50_126), Outcome::Failure);
        assert_eq!(outcome(50_053), Outcome::Failure);
        assert_eq!(outcome(50_074), Outcome::Interrupted);
    }
}
