//! The tactics of ATT&CK.

/// The tactics in the order in which a takeover goes, as Sigma's tags name them.
///
/// <https://attack.mitre.org/tactics/enterprise/>
pub const TACTICS: &[&str] = &[
    "reconnaissance",
    "resource-development",
    "credential-access",
    "initial-access",
    "execution",
    "persistence",
    "privilege-escalation",
    "defense-evasion",
    "discovery",
    "lateral-movement",
    "collection",
    "command-and-control",
    "exfiltration",
    "impact",
];

/// The place among [`TACTICS`] of the first tag that names one.
pub fn tactic(tags: &[String]) -> Option<usize> {
    let mut named = tags.iter().filter_map(|tag| tag.strip_prefix("attack."));
    named.find_map(|name| TACTICS.iter().position(|tactic| *tactic == name))
}
