//! Words of records that mean the same whatever log has them.

/// An agent without the protocol that Exchange puts before it: `Client=OWA;axios/1.6.8;` is `axios/1.6.8`.
pub fn bare_agent(text: &str) -> &str {
    let bare = text.strip_prefix("Client=").and_then(|rest| rest.split_once(';')).map(|(_, agent)| agent);
    match bare.map(|agent| agent.trim_end_matches(';').trim()) {
        None | Some("") => text,
        Some(agent) => agent,
    }
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
}
