//! Words of records that mean the same whatever log has them.

/// An agent without the protocol that Exchange puts before it: `Client=OWA;axios/1.6.8;` is `axios/1.6.8`.
pub fn bare_agent(text: &str) -> &str {
    let bare = text.strip_prefix("Client=").and_then(|rest| rest.split_once(';')).map(|(_, agent)| agent);
    match bare.map(|agent| agent.trim_end_matches(';').trim()) {
        None | Some("") => text,
        Some(agent) => agent,
    }
}

/// An agent without the numbers in it, since a browser that updates itself stays the same, and without what [`bare_agent`]
/// takes away.
pub fn program(agent: &str) -> String {
    let digit = |c: char| c.is_ascii_digit() || matches!(c, '.' | '_');
    let words = bare_agent(agent).split(|c: char| digit(c) || c.is_whitespace());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Whether the object of the operation is the name of a rule for mail: of an inbox, a sweep or a mail flow rule.
pub fn names_mail_rule(operation: &str) -> bool {
    const ENDS: &[&str] =
        &["-InboxRule", "-SweepRule", "-TransportRule", "UpdateInboxRules", "Inbox rule at collection"];
    ENDS.iter().any(|end| operation.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_agent_behind_a_protocol_is_the_agent() {
        assert_eq!(bare_agent("Client=OWA;axios/1.6.8;"), "axios/1.6.8");
        assert_eq!(bare_agent("Client=REST;Client=RESTSystem;;"), "Client=RESTSystem");
        assert_eq!(bare_agent("Client=POP3/IMAP4;"), "Client=POP3/IMAP4;");
        assert_eq!(bare_agent("BAV2ROPC"), "BAV2ROPC");
        assert_eq!(bare_agent(""), "");
    }

    #[test]
    fn versions_and_protocols_do_not_count() {
        let old = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/143.0.0.0 Safari/537.36";
        let new = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/144.0.7559.60 Safari/537.36";
        assert_eq!(program(old), program(new));
        assert_ne!(program(old), program("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"));
        assert_eq!(program(old), program(&format!("Client=OWA;{new};")));
        assert_ne!(program("axios/1.6.8"), program("python-requests/2.31.0"));
    }
}
