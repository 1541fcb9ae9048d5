//! Country codes to the names people read.
//!
//! The English names are those of the public-domain table of the tz database.
//!
//! <https://data.iana.org/time-zones/tzdb/iso3166.tab>

use crate::language::Voice;

/// `Nigeria` for `NG`; empty for a code that has no name.
pub(crate) fn country_name(code: &str, voice: Voice) -> &str {
    match voice.label("country.", code) {
        name if name == code => "",
        name => name,
    }
}

/// `Nigeria (NG)`; the code alone where it has no name.
pub(crate) fn named_country(code: &str, voice: Voice) -> String {
    match country_name(code, voice) {
        "" => code.to_owned(),
        name => format!("{name} ({code})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn a_country_has_a_name_in_every_language() {
        assert_eq!(named_country("NG", Voice::default()), "Nigeria (NG)");
        assert_eq!(named_country("DE", Voice { language: Language::Dutch, zone: None }), "Duitsland (DE)");
        assert_eq!(named_country("??", Voice::default()), "??");
        assert_eq!(named_country("", Voice::default()), "");
    }
}
