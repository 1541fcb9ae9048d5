//! Domains of addresses: the tenant's own and those of everybody's mail stay, any other stands for somebody.

use super::Identities;
use super::key::Key;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Domains at which so many have an address that they say nothing of one of them, and those of the service itself.
const SHARED: &[&str] = &[
    "aol.com",
    "gmail.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hotmail.com",
    "icloud.com",
    "live.com",
    "mail.ru",
    "me.com",
    "microsoft.com",
    "microsoftonline.com",
    "msn.com",
    "office365.com",
    "outlook.com",
    "proton.me",
    "protonmail.com",
    "sharepointonline.com",
    "web.de",
    "yahoo.com",
    "yandex.ru",
];

/// The domains of a case.
#[derive(Debug)]
pub(super) struct Domains {
    own: BTreeSet<String>,
    foreign: BTreeSet<String>,
}

impl Domains {
    pub(super) fn new(identities: &Identities, own: BTreeSet<String>) -> Self {
        let mut domains = Self { own, foreign: BTreeSet::new() };
        let met = identities.addresses().filter_map(|address| address.rsplit_once('@'));
        let met: Vec<&str> = met.map(|(_, domain)| domain).filter(|domain| !domains.stays(domain)).collect();
        domains.foreign.extend(met.into_iter().map(str::to_owned));
        domains
    }

    /// Whether it is the tenant's, or lies below one that is.
    pub(super) fn is_own(&self, domain: &str) -> bool {
        let domain = domain.to_lowercase();
        self.own.iter().any(|own| below(&domain, own))
    }

    fn stays(&self, domain: &str) -> bool {
        let domain = domain.to_lowercase();
        self.is_own(&domain) || SHARED.iter().any(|shared| below(&domain, shared))
    }

    /// Those that pseudonyms stand for, sorted.
    pub(super) fn foreign(&self) -> impl Iterator<Item = &str> {
        self.foreign.iter().map(String::as_str)
    }

    /// The domain as the copy has it.
    pub(super) fn shown<'d>(&self, domain: &'d str, key: &Key) -> Cow<'d, str> {
        if self.stays(domain) {
            return Cow::Borrowed(domain);
        }
        Cow::Owned(format!("domain-{}.example", key.mark("domain", &domain.to_lowercase())))
    }
}

fn below(domain: &str, above: &str) -> bool {
    domain.strip_suffix(above).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}
