//! What people are told for the codes that machines read; a code that is not known stays as it is.

use crate::language::Voice;

/// A tactic of ATT&CK, such as `initial-access`; `other` where a rule names none.
pub fn tactic(code: &str, voice: Voice) -> &str {
    voice.label("label.tactic.", if code.is_empty() { "other" } else { code })
}

/// A level of Sigma's, such as `high`.
pub fn level(code: &str, voice: Voice) -> &str {
    voice.label("label.level.", code)
}

/// How mail was reached, such as `opened`; Microsoft's operations and sentences stay as they are.
pub fn how(code: &str, voice: Voice) -> &str {
    voice.label("label.how.", code)
}

/// How an event ended, such as `failure`.
pub fn outcome(code: &str, voice: Voice) -> &str {
    voice.label("label.outcome.", code)
}

/// The kind of a log, such as `signin`.
pub fn log(code: &str, voice: Voice) -> &str {
    voice.label("label.log.", code)
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
    use crate::case::session::Link;
    use crate::case::severity::LEVELS;
    use crate::case::tactic::TACTICS;
    use crate::event::{Family, Outcome};
    use crate::language::Language;
    use crate::rule::Level;

    #[test]
    fn every_code_has_a_label() {
        let dutch = Voice { language: Language::Dutch, zone: None };
        let families = [
            Family::Audit,
            Family::SignIn,
            Family::Directory,
            Family::Activity,
            Family::Risk,
            Family::Trace,
            Family::State,
        ];
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
        let outcomes = [Outcome::Success, Outcome::Failure, Outcome::Interrupted, Outcome::Unknown];
        let sure = [Confidence::Low, Confidence::Medium, Confidence::High];
        let classes = [Class::Message, Class::Folder, Class::Search, Class::Unknown];
        let states = [State::Open, State::Closed, State::Gone, State::Unknown];
        let codes: [(&str, Vec<&str>); 9] = [
            ("tactic", TACTICS.to_vec()),
            ("level", LEVELS.map(Level::name).to_vec()),
            ("confidence", sure.map(Confidence::name).to_vec()),
            ("outcome", outcomes.map(Outcome::name).to_vec()),
            ("log", families.map(Family::name).to_vec()),
            ("indicator", vec![AGENT, APPLICATION, FORWARDING, RULE_NAME]),
            ("class", classes.map(Class::name).to_vec()),
            ("state", states.map(State::name).to_vec()),
            ("link", links.map(Link::name).to_vec()),
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
