//! People in the texts of a case to stable pseudonyms, for a copy that is disclosed to one party.
//!
//! [`Identities`] collects who is named in the records, [`Redactor`] puts a pseudonym in the place of everybody but those
//! who are kept. What a text says of addresses of the network, files, programs and times stays as it is.

mod domain;
mod harvest;
mod identity;
mod key;
mod pattern;
mod token;

pub use harvest::Identities;
pub use identity::{Kind, Needle};
pub use key::Key;

use domain::Domains;
use identity::{Person, Roll};
use pattern::{Form, Patterns};
use std::borrow::Cow;
use std::collections::BTreeSet;
use token::{Address, Tokens};

/// Who is named as they are.
#[derive(Debug, Clone, Default)]
pub struct Keep {
    /// Addresses, and with them the names and ids that records state beside them; lower case.
    pub addresses: BTreeSet<String>,
}

/// Puts pseudonyms in the place of people.
#[derive(Debug)]
pub struct Redactor {
    key: Key,
    roll: Roll,
    domains: Domains,
    patterns: Patterns,
}

/// A stretch of a text, and what goes there; `None` leaves it as it is, and keeps others away from it.
struct Change {
    start: usize,
    end: usize,
    text: Option<String>,
}

impl Redactor {
    /// Knows everybody in `identities`; `own` are the tenant's domains, lower case.
    pub fn new(identities: &Identities, key: Key, keep: &Keep, own: BTreeSet<String>) -> Self {
        let domains = Domains::new(identities, own);
        let roll = Roll::new(identities, keep, &domains);
        let patterns = Patterns::new(&roll, &domains);
        Self { key, roll, domains, patterns }
    }

    /// The text with pseudonyms.
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.apply(text, true)
    }

    /// As [`Self::text`], of a text that names a kind of act or an outcome: a word of it that is somebody's name, too, stays.
    pub fn term<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.apply(text, false)
    }

    /// The text with pseudonyms, as a text of its own.
    pub fn owned(&self, text: &str) -> String {
        self.text(text).into_owned()
    }

    /// Every identity with the pseudonym that stands for it: pseudonym, original, what it is; sorted.
    pub fn table(&self) -> Vec<(String, String, &'static str)> {
        let mut rows = self.roll.table(&self.key, &self.domains);
        rows.sort();
        rows.dedup();
        rows
    }

    /// What must not be found in a text any more, and what may be although it holds some of that.
    pub fn needles(&self) -> Vec<Needle> {
        let mut needles = self.roll.needles();
        needles.extend(self.domains.foreign().map(|domain| Needle { text: domain.to_owned(), kind: Kind::Domain }));
        needles.sort();
        needles.dedup();
        needles
    }

    fn apply<'t>(&self, text: &'t str, words: bool) -> Cow<'t, str> {
        if text.is_empty() {
            return Cow::Borrowed(text);
        }
        if let Some(person) = self.roll.of_alias(text).filter(|_| words) {
            return Cow::Owned(format!("person-{}", person.mark(&self.key)));
        }
        let tokens = Tokens::of(text);
        let mut changes: Vec<Change> =
            token::addresses(text).filter_map(|address| self.address(text, &address)).collect();
        for found in self.patterns.find(&tokens) {
            let (start, end) = tokens.span(found.first, found.last);
            if let Some(new) = self.replacement(&text[start..end], &tokens, &found, words) {
                changes.push(Change { start, end, text: new });
            }
        }
        if changes.is_empty() {
            return Cow::Borrowed(text);
        }
        // The first of two that overlap goes in, and of those that begin together the longest.
        changes.sort_by(|a, b| a.start.cmp(&b.start).then(b.end.cmp(&a.end)));
        let (mut out, mut at) = (String::with_capacity(text.len()), 0);
        for change in changes {
            if change.start >= at {
                out.push_str(&text[at..change.start]);
                out.push_str(change.text.as_deref().unwrap_or(&text[change.start..change.end]));
                at = change.end;
            }
        }
        out.push_str(&text[at..]);
        Cow::Owned(out)
    }

    /// An address with its `@`, known or not.
    fn address(&self, text: &str, found: &Address) -> Option<Change> {
        let whole = &text[found.start..found.end];
        if self.roll.is_message_id(whole) {
            // Left to the patterns: a name in it goes, and a domain at which somebody has an address.
            return None;
        }
        let (local, domain) = (&text[found.start..found.at], &text[found.at + 1..found.end]);
        let new = if self.roll.is_kept(whole) { None } else { Some(self.pseudonym(local, domain)) };
        Some(Change { start: found.start, end: found.end, text: new })
    }

    fn pseudonym(&self, local: &str, domain: &str) -> String {
        identity::address_pseudonym(local, domain, &self.key, &self.domains)
    }

    /// What goes in the place of a match: `None` leaves the text to others, `Some(None)` keeps it as it is.
    #[allow(clippy::option_option)] // three answers
    fn replacement(
        &self,
        raw: &str,
        tokens: &Tokens<'_>,
        found: &pattern::Found<'_>,
        words: bool,
    ) -> Option<Option<String>> {
        let person = |person: &Person| format!("person-{}", person.mark(&self.key));
        Some(match found.form {
            Form::Keep => None,
            Form::Address { person: of, local, domain } => {
                // Addresses in which another sign stands for the `@` and the full stops, as in the paths of OneDrive.
                let (_, end) = tokens.span(found.first, found.first + local - 1);
                let start = tokens.span(found.first, found.first).0;
                let rest = &raw[end - start..];
                let shown = self.domains.shown(domain, &self.key);
                let rest = if shown.as_ref() == domain.as_str() {
                    rest.to_owned()
                } else {
                    let (at, stop) = (tokens.between(found.first + local - 1), tokens.between(found.last - 1));
                    format!("{at}{}", shown.replace('.', &stop))
                };
                Some(format!("{}{rest}", person(of)))
            }
            Form::Name(of) if raw.contains([' ', ',']) => Some(format!("Person {}", of.mark(&self.key))),
            Form::Name(of) => Some(person(of)),
            Form::Word(of) => Some(words.then(|| person(of))?),
            Form::Id => Some(self.key.same_shape(raw)),
            Form::Phone => Some(format!("phone-{}", self.key.mark("phone", &identity::digits(raw)))),
            Form::Domain(domain) => {
                let (start, end) = tokens.span(found.first, found.last);
                tokens.is_domain(start, end).then(|| Some(self.domains.shown(domain, &self.key).into_owned()))?
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redactor(keep: &[&str]) -> Redactor {
        let mut identities = Identities::default();
        for record in [
            r#"{"userPrincipalName":"anna.smit@harbor.example","userDisplayName":"Anna Smit","userId":"0c5ad2d5-2b1e-4f8e-9d43-5a0e1a1b2c3d"}"#,
            r#"{"userPrincipalName":"bo@harbor.example","userDisplayName":"Bo de Wit"}"#,
            r#"{"UserId":"x@harbor.example","Parameters":[{"Name":"To","Value":"smtp:kees@kade-notaris.example"}],"phoneNumber":"+31 6 1234 5678"}"#,
            r#"{"InternetMessageId":"<q1.w2@kade-notaris.example>","MailboxOwnerUPN":"imports@harbor.example"}"#,
            r#"{"InternetMessageId":"<e.3@mail.quay.example>"}"#,
        ] {
            identities.record(&sonic_rs::from_str(record).unwrap());
        }
        let keep = Keep { addresses: keep.iter().map(|text| (*text).to_owned()).collect() };
        Redactor::new(&identities, Key::of(b"a key for tests"), &keep, ["harbor.example".to_owned()].into())
    }

    #[test]
    fn people_go_in_every_form_that_they_are_written_in() {
        let redactor = redactor(&[]);
        let person = |text: &str| {
            let new = redactor.owned(text);
            let at = new.to_lowercase().rfind("person").unwrap_or_else(|| panic!("{text}: {new}"));
            new[at + 7..at + 15].to_owned()
        };
        let anna = person("anna.smit@harbor.example");
        for text in [
            "Anna.Smit@Harbor.example",
            "smtp:anna.smit@harbor.example",
            "<Anna.Smit@harbor.example>;",
            "/personal/anna_smit_harbor_example/Documents",
            "mailto%3Aanna.smit%40harbor.example",
            "Anna Smit",
            "Smit, Anna",
            "ANNA  SMIT",
            "/o=Org/cn=Recipients/cn=0a1b-anna.smit",
            "anna.smit\\Inbox rule",
        ] {
            let new = redactor.owned(text);
            assert_eq!(person(text), anna, "{text}: {new}");
            assert!(!new.to_lowercase().contains("anna") && !new.to_lowercase().contains("smit"), "{text}: {new}");
        }
        assert_eq!(redactor.owned("anna.smit@harbor.example"), format!("person-{anna}@harbor.example"));
        assert_eq!(redactor.owned("a_anna_smit_harbor_example/x"), format!("a_person-{anna}_harbor_example/x"));
        assert_eq!(redactor.owned("Anna's phone"), format!("person-{anna}'s phone"));
        let shared = person("imports@harbor.example");
        assert_eq!(person("Imports"), shared, "as Exchange names a mailbox");
        assert_eq!(redactor.text("Imports of March"), "Imports of March");
        assert_eq!(redactor.term("Imports"), "Imports");
        let id = redactor.owned("id 0c5ad2d5-2b1e-4f8e-9d43-5a0e1a1b2c3d.");
        assert!(id.len() == 40 && !id.contains("0c5ad2d5") && id.matches('-').count() == 4, "{id}");
        assert!(redactor.owned("call +31612345678 or +31 6 1234 5678").matches("phone-").count() == 2);
    }

    #[test]
    fn what_only_looks_alike_stays() {
        let redactor = redactor(&[]);
        for text in [
            "hosanna",
            "smithereens",
            "bonanna.smitt",
            "boss",
            "203.0.113.7",
            "New-InboxRule",
            "harbor.example",
            "https://harbor-my.sharepoint.example/x",
            "notkade-notaris.example",
            "kade-notaris.example.org",
            "Jo@harbor",
        ] {
            assert_eq!(redactor.text(text), text);
        }
        assert_eq!(redactor.term("Anna"), "Anna");
    }

    #[test]
    fn a_foreign_domain_goes_and_a_message_id_stays() {
        let redactor = redactor(&[]);
        let new = redactor.owned("kees@kade-notaris.example");
        let (local, domain) = new.split_once('@').unwrap();
        assert!(local.starts_with("person-") && domain.starts_with("domain-") && domain.ends_with(".example"), "{new}");
        assert_eq!(redactor.owned("https://kade-notaris.example/x"), format!("https://{domain}/x"));
        assert_eq!(redactor.owned("<q1.w2@kade-notaris.example>"), format!("<q1.w2@{domain}>"));
        assert_eq!(redactor.text("<e.3@mail.quay.example>"), "<e.3@mail.quay.example>");
        assert_eq!(redactor.owned("kees_kade-notaris_example"), format!("{local}_{}", domain.replace('.', "_")));
        assert_eq!(redactor.owned("new.one@quay.example").matches("domain-").count(), 1, "nobody has met it");
        let guest = redactor.owned("kees_kade-notaris.example#EXT#@harbor.example");
        assert!(guest.starts_with("person-") && guest.ends_with("#EXT#@harbor.example"), "{guest}");
    }

    #[test]
    fn who_is_kept_is_kept_in_every_form() {
        let redactor = redactor(&["anna.smit@harbor.example"]);
        for text in [
            "Anna.Smit@harbor.example",
            "Anna Smit",
            "anna_smit_harbor_example",
            "0c5ad2d5-2b1e-4f8e-9d43-5a0e1a1b2c3d",
            "Anna",
        ] {
            assert_eq!(redactor.text(text), text);
        }
        assert!(redactor.text("Bo de Wit and Anna Smit").ends_with(" and Anna Smit"));
        assert!(!redactor.text("Bo de Wit").contains("Wit"));
        assert!(redactor.needles().iter().any(|needle| needle.kind == Kind::Kept));
    }

    #[test]
    fn pseudonyms_are_the_keys() {
        let (one, same) = (redactor(&[]), redactor(&[]));
        assert_eq!(one.text("bo@harbor.example"), same.text("bo@harbor.example"));
        assert_eq!(one.table(), same.table());
        let other = Redactor { key: Key::of(b"another"), ..redactor(&[]) };
        assert_ne!(one.text("bo@harbor.example"), other.text("bo@harbor.example"));
    }
}
