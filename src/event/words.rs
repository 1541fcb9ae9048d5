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

/// Whether a text has the form of a GUID.
pub fn is_guid(text: &str) -> bool {
    let b = text.as_bytes();
    b.len() == 36
        && b.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Whether a text is a GUID with at most what kind of thing it is of before it (`Application_…`) and addresses behind it
/// (`…;https://…`): Entra's for what has a name.
pub fn is_identifier(text: &str) -> bool {
    let kind = text.split_once('_').filter(|(kind, _)| kind.bytes().all(|byte| byte.is_ascii_alphabetic()));
    let id = kind.map_or(text, |(_, id)| id);
    is_guid(id.split([';', '/']).next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_no_name() {
        let id = "452bc3f0-87e1-4013-8e7e-438a57f0c49b";
        for text in [id.to_owned(), format!("Application_{id}"), format!("{id};https://x.example"), format!("{id}/a.b")]
        {
            assert!(is_identifier(&text), "{text}");
        }
        for text in ["", "Application_", "ada@x.example", &id[1..], &format!("a {id}"), &format!("{id}.docx")] {
            assert!(!is_identifier(text), "{text}");
        }
    }

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
