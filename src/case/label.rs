//! What people are told for the codes that machines read; a code that is not known stays as it is.

use crate::language::Voice;
use std::collections::BTreeSet;

/// A tactic of ATT&CK, such as `initial-access`; `other` where a rule names none.
pub fn tactic(code: &str, voice: Voice) -> &str {
    voice.label("label.tactic.", if code.is_empty() { "other" } else { code })
}

/// How mail was reached, such as `opened`; Microsoft's operations and sentences stay as they are.
pub fn how(code: &str, voice: Voice) -> &str {
    voice.label("label.how.", code)
}

/// The same of several, with `between` between them.
pub fn ways(codes: &BTreeSet<String>, between: &str, voice: Voice) -> String {
    codes.iter().map(|code| how(code, voice)).collect::<Vec<_>>().join(between)
}

/// The kind of an indicator, such as `rule name`.
pub fn indicator(code: &str, voice: Voice) -> &str {
    voice.label("label.indicator.", code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::dossier::Confidence;
    use crate::case::exposure::Class;
    use crate::case::foothold::State;
    use crate::case::indicator::{AGENT, APPLICATION, FORWARDING, RULE_NAME};
    use crate::case::response::Verdict;
    use crate::case::session::Link;
    use crate::case::tactic::TACTICS;
    use crate::language::Language;

    #[test]
    fn every_code_has_a_label() {
        let dutch = Voice { language: Language::Dutch, zone: None };
        let links = [
            Link::Decision,
            Link::Findings,
            Link::Session,
            Link::Program,
            Link::Network,
            Link::Address,
            Link::Application,
            Link::Desk,
        ];
        let sure = [Confidence::Low, Confidence::Medium, Confidence::High];
        let classes = [Class::Message, Class::Folder, Class::Search, Class::Unknown];
        let states = [State::Open, State::Closed, State::Gone, State::Unknown];
        let verdicts = [
            Verdict::Done,
            Verdict::Partial,
            Verdict::NotSeen,
            Verdict::Outside,
            Verdict::NotApplicable,
            Verdict::Unknown,
        ];
        let codes: [(&str, Vec<&str>); 7] = [
            ("tactic", TACTICS.to_vec()),
            ("confidence", sure.map(Confidence::name).to_vec()),
            ("indicator", vec![AGENT, APPLICATION, FORWARDING, RULE_NAME]),
            ("class", classes.map(Class::name).to_vec()),
            ("state", states.map(State::name).to_vec()),
            ("link", links.map(Link::name).to_vec()),
            ("verdict", verdicts.map(Verdict::name).to_vec()),
        ];
        for (part, codes) in codes {
            let texts: Vec<&str> = dutch.part(&format!("label.{part}.")).map(|(name, _)| name).collect();
            for code in codes {
                assert!(texts.contains(&code), "label.{part}.{code}");
            }
        }
        assert_eq!(tactic("initial-access", dutch), "eerste toegang");
        assert_eq!(tactic("", Voice::default()), "other");
        assert_eq!(how("FileDownloaded", dutch), "FileDownloaded");
    }
}
