//! Who was met, by which forms of address and name, and which pseudonym each gets.

use super::Keep;
use super::domain::Domains;
use super::harvest::Identities;
use super::key::Key;
use super::token::words;
use std::collections::{BTreeMap, BTreeSet};

/// What an identity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An address of mail or of an account.
    Address,
    /// A name, or the part of an address before the `@`, of two words or more.
    Name,
    /// An object id, a security identifier and the like.
    Id,
    /// The digits of a telephone number.
    Phone,
    /// A domain that is not the tenant's.
    Domain,
    /// A name of one word, or one word of a name: what a person may be called, and a word that may mean something else.
    Word,
    /// An address or name that stays, although parts of it may be those of others.
    Kept,
}

/// A text that must not be found any more; with [`Kind::Kept`] one that may be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Needle {
    /// The text.
    pub text: String,
    /// What it is.
    pub kind: Kind,
}

/// Somebody: what is before the `@` of the address, or the name, its words in lower case with full stops between.
///
/// The domain has no part in it: an alias, an address and a second address of one mailbox get one pseudonym.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Person(String);

impl Person {
    fn of_local(local: &str) -> Self {
        Self(words(local).join("."))
    }

    pub(super) fn mark(&self, key: &Key) -> String {
        key.mark("person", &self.0)
    }
}

/// Words that are no names: what mailboxes are called that belong to nobody, and particles of names.
const NO_NAMES: &[&str] = &[
    "account",
    "accounts",
    "available",
    "anonymous",
    "everyone",
    "none",
    "not",
    "null",
    "operator",
    "platform",
    "admin",
    "administration",
    "administrator",
    "all",
    "and",
    "archive",
    "audit",
    "automation",
    "backup",
    "billing",
    "bin",
    "board",
    "calendar",
    "company",
    "contact",
    "contacts",
    "conference",
    "copier",
    "customer",
    "customs",
    "del",
    "den",
    "department",
    "der",
    "desk",
    "discovery",
    "don",
    "dos",
    "events",
    "exports",
    "external",
    "finance",
    "group",
    "guest",
    "help",
    "helpdesk",
    "imports",
    "info",
    "invoice",
    "invoices",
    "legal",
    "les",
    "list",
    "logistics",
    "mail",
    "mailbox",
    "management",
    "manager",
    "marketing",
    "meeting",
    "member",
    "members",
    "message",
    "microsoft",
    "mit",
    "news",
    "noreply",
    "office",
    "operations",
    "order",
    "orders",
    "owner",
    "planning",
    "postmaster",
    "printer",
    "project",
    "projects",
    "purchase",
    "reception",
    "reply",
    "report",
    "reports",
    "room",
    "root",
    "sales",
    "scan",
    "scanner",
    "search",
    "security",
    "sender",
    "service",
    "services",
    "shared",
    "sign",
    "support",
    "sync",
    "system",
    "team",
    "teams",
    "ten",
    "ter",
    "test",
    "the",
    "trace",
    "und",
    "unknown",
    "user",
    "users",
    "van",
    "visitor",
    "von",
    "warehouse",
    "web",
];

fn is_name(word: &str) -> bool {
    word.chars().count() >= 3 && word.chars().all(char::is_alphabetic) && !NO_NAMES.contains(&word)
}

/// Whether words are enough of a name to be looked for wherever they stand together.
fn is_telling(words: &[String]) -> bool {
    let letters: usize = words.iter().map(|word| word.chars().filter(|c| c.is_alphabetic()).count()).sum();
    let named = |word: &String| word.chars().any(char::is_alphabetic) && !NO_NAMES.contains(&word.as_str());
    words.len() >= 2 && letters >= 4 && words.iter().any(named)
}

/// Only the digits of a telephone number.
pub(super) fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// An address with the pseudonym of who it is in front. A guest of the tenant is told to be one.
pub(super) fn address_pseudonym(local: &str, domain: &str, key: &Key, domains: &Domains) -> String {
    const GUEST: &str = "#EXT#";
    let (name, mark) = match local.to_uppercase().find(GUEST) {
        Some(at) => (local.get(..at).unwrap_or(local), GUEST),
        None => (local, ""),
    };
    format!("person-{}{mark}@{}", Person::of_local(name).mark(key), domains.shown(domain, key))
}

/// Everybody but those who are kept, by every form that is looked for.
#[derive(Debug, Default)]
pub(super) struct Roll {
    /// Addresses, lower case.
    pub(super) addresses: BTreeMap<String, Person>,
    /// Names and aliases of several words.
    pub(super) names: BTreeMap<Vec<String>, Person>,
    /// Single words.
    pub(super) words: BTreeMap<String, Person>,
    /// What mailboxes are called that are nobody's: a word that says something else wherever it stands in a sentence.
    aliases: BTreeMap<String, Person>,
    /// Ids as they were met.
    pub(super) ids: BTreeSet<String>,
    /// Telephone numbers as they were met.
    pub(super) phones: BTreeSet<String>,
    /// The words of what stays.
    pub(super) kept: BTreeSet<Vec<String>>,
    kept_addresses: BTreeSet<String>,
    message_ids: BTreeSet<String>,
}

impl Roll {
    pub(super) fn new(identities: &Identities, keep: &Keep, domains: &Domains) -> Self {
        let mut roll = Self { message_ids: identities.message_ids().map(str::to_owned).collect(), ..Self::default() };
        let own_locals: BTreeSet<&str> = keep.addresses.iter().filter_map(|kept| own_local(kept, domains)).collect();
        let is_kept = |address: &str| {
            keep.addresses.contains(address) || own_local(address, domains).is_some_and(|own| own_locals.contains(own))
        };
        roll.kept_addresses.extend(keep.addresses.iter().cloned());
        roll.kept_addresses.extend(identities.addresses().filter(|address| is_kept(address)).map(str::to_owned));
        for address in &roll.kept_addresses {
            roll.kept.insert(words(address));
            roll.kept.extend(own_local(address, domains).map(words));
        }
        let theirs = |linked: &BTreeSet<String>| linked.iter().any(|address| is_kept(address));
        for (name, linked) in identities.names() {
            if theirs(linked) {
                roll.kept.insert(words(name));
            }
        }
        for address in identities.addresses().filter(|address| !is_kept(address)) {
            let Some((local, _)) = address.split_once('@') else { continue };
            let person = Person::of_local(local);
            roll.addresses.insert(address.to_owned(), person.clone());
            if let Some(local) = own_local(address, domains) {
                roll.alias(words(local), person);
            }
        }
        for (name, linked) in identities.names().filter(|(_, linked)| !theirs(linked)) {
            roll.name(name, linked, domains);
        }
        roll.ids = identities.ids().filter(|(_, linked)| !theirs(linked)).map(|(id, _)| id.to_owned()).collect();
        roll.phones = identities.phones().map(str::to_owned).collect();
        let kept_words: BTreeSet<&String> = roll.kept.iter().flatten().collect();
        roll.words.retain(|word, _| !kept_words.contains(word));
        roll.names.retain(|words, _| !roll.kept.contains(words));
        roll
    }

    /// What an account of the tenant is called before the `@`.
    fn alias(&mut self, words: Vec<String>, person: Person) {
        match words.as_slice() {
            [word] if is_name(word) => self.word(word.clone(), &person),
            several if is_telling(several) => drop(self.names.insert(words, person)),
            [word] => drop(self.aliases.insert(word.clone(), person)),
            _ => {}
        }
    }

    /// Whose mailbox a text names that is nothing but its alias.
    pub(super) fn of_alias(&self, text: &str) -> Option<&Person> {
        self.aliases.get(&text.trim().to_lowercase())
    }

    fn name(&mut self, name: &str, linked: &BTreeSet<String>, domains: &Domains) {
        let words = words(name);
        let people: BTreeSet<Person> = linked
            .iter()
            .filter_map(|address| address.split_once('@'))
            .map(|(local, _)| Person::of_local(local))
            .collect();
        let mut one = people.into_iter();
        let person = match (one.next(), one.next()) {
            (Some(person), None) => person,
            _ => Person(words.join(".")),
        };
        // A stranger may be called anything; colleagues are called by their first names.
        if linked.iter().any(|address| own_local(address, domains).is_some()) || words.len() == 1 {
            for word in words.iter().filter(|word| is_name(word)) {
                self.word(word.clone(), &person);
            }
        }
        if is_telling(&words) {
            self.names.entry(words).or_insert(person);
        }
    }

    /// A word that several people have stands for none of them.
    fn word(&mut self, word: String, person: &Person) {
        let known = self.words.entry(word.clone()).or_insert_with(|| person.clone());
        if *known != *person {
            *known = Person(word);
        }
    }

    pub(super) fn is_kept(&self, address: &str) -> bool {
        self.kept_addresses.contains(&address.to_lowercase())
    }

    /// Whether it looks like an address, and is the id of a message.
    pub(super) fn is_message_id(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.message_ids.contains(&text) && !self.addresses.contains_key(&text)
    }

    pub(super) fn table(&self, key: &Key, domains: &Domains) -> Vec<(String, String, &'static str)> {
        let mut rows = Vec::new();
        for address in self.addresses.keys() {
            if let Some((local, domain)) = address.split_once('@') {
                rows.push((address_pseudonym(local, domain, key, domains), address.clone(), "address"));
            }
        }
        rows.extend(self.names.iter().map(|(n, who)| (format!("Person {}", who.mark(key)), n.join(" "), "name")));
        rows.extend(self.words.iter().map(|(n, who)| (format!("person-{}", who.mark(key)), n.clone(), "word")));
        rows.extend(self.aliases.iter().map(|(n, who)| (format!("person-{}", who.mark(key)), n.clone(), "alias")));
        rows.extend(self.ids.iter().map(|id| (key.same_shape(id), id.clone(), "id")));
        let phone = |phone: &String| (format!("phone-{}", key.mark("phone", &digits(phone))), phone.clone(), "phone");
        rows.extend(self.phones.iter().map(phone));
        rows.extend(domains.foreign().map(|d| (domains.shown(d, key).into_owned(), d.to_owned(), "domain")));
        rows
    }

    pub(super) fn needles(&self) -> Vec<Needle> {
        let needle = |kind| move |text: String| Needle { text, kind };
        let mut needles: Vec<Needle> = self.addresses.keys().cloned().map(needle(Kind::Address)).collect();
        needles.extend(self.names.keys().map(|words| words.join(" ")).map(needle(Kind::Name)));
        needles.extend(self.ids.iter().cloned().map(needle(Kind::Id)));
        needles.extend(self.phones.iter().map(|phone| digits(phone)).map(needle(Kind::Phone)));
        needles.extend(self.words.keys().cloned().map(needle(Kind::Word)));
        needles.extend(self.kept.iter().map(|words| words.join(" ")).map(needle(Kind::Kept)));
        needles
    }
}

/// What is before the `@` of an address of the tenant.
fn own_local<'a>(address: &'a str, domains: &Domains) -> Option<&'a str> {
    let (local, domain) = address.split_once('@')?;
    domains.is_own(domain).then_some(local)
}
