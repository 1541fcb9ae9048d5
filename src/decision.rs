//! What the investigator knows and the logs do not say: whose an address, a session or an account is.

use serde::Deserialize;
use std::net::IpAddr;

/// Whose something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The tenant's own.
    Ours,
    /// The intruder's.
    Hostile,
}

/// One decision. Exactly one of address, session, account and application is given.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Decision {
    is: Verdict,
    #[serde(default)]
    address: Option<ipnet_or_address::Range>,
    #[serde(default)]
    session: Option<String>,
    #[serde(default)]
    account: Option<String>,
    /// An application by its id.
    #[serde(default)]
    application: Option<String>,
    /// Why; told with what it decides.
    #[serde(default)]
    why: String,
}

/// What was decided, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ruling<'a> {
    /// Whose it is.
    pub is: Verdict,
    /// Why; empty where the file does not say.
    pub why: &'a str,
}

impl Ruling<'_> {
    /// Whether it is the tenant's own.
    pub fn is_ours(&self) -> bool {
        self.is == Verdict::Ours
    }
}

/// The decisions of an investigator, in the order of the file; the first that fits counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decisions(Vec<Decision>);

impl Decisions {
    /// Reads a decision file: YAML, a list of `{address|session|account|application: …, is: ours|hostile, why: …}`.
    ///
    /// # Errors
    /// Line, what was found, what was expected.
    pub fn read(text: &str) -> Result<Self, (u64, String)> {
        let list: Vec<Decision> = serde_saphyr::from_str(text).map_err(|error| {
            let line = error.location().map_or(1, |location| location.line());
            let said = error.to_string();
            let said = said.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
            (line, format!("{said}; expected a list of decisions such as `- {{address: 203.0.113.7, is: hostile}}`"))
        })?;
        let given = |decision: &Decision| {
            let Decision { address, session, account, application, .. } = decision;
            [address.is_some(), session.is_some(), account.is_some(), application.is_some()]
                .iter()
                .filter(|given| **given)
                .count()
        };
        match list.iter().position(|decision| given(decision) != 1) {
            Some(number) => {
                let reason =
                    format!("decision {} has to name one of address, session, account and application", number + 1);
                Err((1, reason))
            }
            None => Ok(Self(list)),
        }
    }

    /// The same decisions of accounts that are called otherwise; what is said of why is put through `new` too.
    #[must_use]
    pub fn renamed(&self, new: &dyn Fn(&str) -> String) -> Self {
        let renamed = |decision: &Decision| {
            let mut decision = decision.clone();
            decision.account = decision.account.map(|account| new(&account));
            decision.why = new(&decision.why);
            decision
        };
        Self(self.0.iter().map(renamed).collect())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What was decided of an address.
    pub fn of_address(&self, address: &IpAddr) -> Option<Ruling<'_>> {
        self.first(|decision| decision.address.as_ref().is_some_and(|range| range.holds(address)))
    }

    /// What was decided of a session id.
    pub fn of_session(&self, session: &str) -> Option<Ruling<'_>> {
        self.first(|decision| decision.session.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(session)))
    }

    /// What was decided of an account.
    pub fn of_account(&self, account: &str) -> Option<Ruling<'_>> {
        self.first(|decision| decision.account.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(account)))
    }

    /// What was decided of an application, by its id.
    pub fn of_application(&self, id: &str) -> Option<Ruling<'_>> {
        self.first(|decision| decision.application.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(id)))
    }

    fn first(&self, fits: impl Fn(&Decision) -> bool) -> Option<Ruling<'_>> {
        let found = self.0.iter().find(|decision| fits(decision))?;
        Some(Ruling { is: found.is, why: &found.why })
    }
}

mod ipnet_or_address {
    use ipnet::IpNet;
    use serde::{Deserialize, Deserializer, de::Error};
    use std::net::IpAddr;

    /// An address, or a network in CIDR notation.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(super) struct Range(IpNet);

    impl Range {
        pub(super) fn holds(&self, address: &IpAddr) -> bool {
            self.0.contains(address)
        }
    }

    impl<'de> Deserialize<'de> for Range {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let text = String::deserialize(deserializer)?;
            let net = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
            net.map(Self).ok_or_else(|| Error::custom(format!("\"{text}\" is no address and no network")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_fits_counts() {
        let text = "- {address: 203.0.113.7, is: hostile, why: seen in the kit}\n- {address: 203.0.113.0/24, is: ours}\n- {account: Scan@harbor.example, is: ours}\n- {session: 00AB, is: hostile}\n";
        let decisions = Decisions::read(text).unwrap();
        let address = |text: &str| decisions.of_address(&text.parse().unwrap()).map(|ruling| ruling.is);
        assert_eq!(address("203.0.113.7"), Some(Verdict::Hostile));
        assert_eq!(decisions.of_address(&"203.0.113.7".parse().unwrap()).unwrap().why, "seen in the kit");
        assert_eq!(address("203.0.113.8"), Some(Verdict::Ours));
        assert_eq!(address("198.51.100.8"), None);
        assert!(decisions.of_account("scan@harbor.example").unwrap().is_ours());
        assert!(!decisions.of_session("00ab").unwrap().is_ours());
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (text, line, said) in [
            ("- {address: nowhere, is: ours}", 1, "no address"),
            ("- {is: ours}", 1, "has to name one"),
            ("- {address: 203.0.113.7, session: x, is: ours}", 1, "has to name one"),
            ("- {address: 203.0.113.7, is: theirs}", 1, "theirs"),
        ] {
            let (at, reason) = Decisions::read(text).unwrap_err();
            assert!(at == line && reason.contains(said), "{at} {reason}");
        }
    }
}
