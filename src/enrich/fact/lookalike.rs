//! Domains that pass for one of the tenant or of those it writes with.

use super::domains::{Own, domain};
use super::{Columns, Deriver, Past};
use crate::field::Fact;
use crate::store::{Distinct, Events, Number, Sym};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

pub(super) const LOOKALIKE: Deriver = Deriver { name: "lookalike", facts: &[Fact::LookalikeDomain], derive };

/// Days on which a domain must be met to be one of a partner.
const PARTNER: usize = 5;

/// Shortest name, without what follows its first full stop, that is compared: short names resemble each other by chance.
const SHORTEST: usize = 5;

/// Letters that pass for others, and what they pass for.
const SAME: &[(&str, &str)] = &[
    ("rn", "m"),
    ("vv", "w"),
    ("cl", "d"),
    ("0", "o"),
    ("1", "l"),
    ("i", "l"),
    ("5", "s"),
    ("3", "e"),
    ("\u{430}", "a"),
    ("\u{435}", "e"),
    ("\u{43e}", "o"),
    ("\u{440}", "p"),
    ("\u{441}", "c"),
    ("\u{445}", "x"),
    ("\u{456}", "l"),
    ("\u{131}", "l"),
];

/// Public providers of mailboxes: a name that resembles one of theirs says nothing of the tenant.
const PROVIDERS: &[&str] =
    &["gmail.com", "googlemail.com", "hotmail.com", "icloud.com", "live.com", "outlook.com", "yahoo.com"];

/// The domains in a text, sorted; by number, since most texts hold none and most others hold the same ones.
type Domains = Number<Vec<String>>;

/// The domains in each text that may name a correspondent.
struct Named {
    /// By the number of the text.
    of: Vec<Option<Domains>>,
    lists: Distinct<Vec<String>>,
}

impl Named {
    /// The domains in the names of a text, which has one a line.
    fn of(&mut self, events: &Events, text: Sym) -> Domains {
        let Self { of, lists } = self;
        *of[text.0 as usize].get_or_insert_with(|| {
            let domains: BTreeSet<String> = events.text(text).lines().filter_map(domain).collect();
            lists.number(domains.into_iter().collect::<Vec<_>>().as_slice())
        })
    }
}

fn derive(past: &Past<'_>, columns: &mut Columns) {
    let mut named = Named { of: vec![None; past.events.pool.len()], lists: Distinct::default() };
    let partners = partners(past, &mut named);
    let mut models: FxHashMap<(Sym, String), Option<String>> = FxHashMap::default();
    // The first of the domains that passes for another, and that other.
    let mut known: FxHashMap<(Sym, Domains), Option<(String, String)>> = FxHashMap::default();
    for (row, entry) in past.wanted() {
        let who = past.events.who(&entry);
        let (Some(own), none) = (past.own.of(who.tenant), BTreeSet::new()) else { continue };
        let partners = partners.get(&who.tenant).unwrap_or(&none);
        let mut look = |name: &String| {
            let key = (who.tenant, name.clone());
            let model = models.entry(key).or_insert_with_key(|(_, name)| model_of(name, own, partners));
            model.clone().map(|model| (name.clone(), model))
        };
        let texts = [who.actor, entry.target, who.account, entry.recipients];
        let domains = texts.map(|text| named.of(past.events, text));
        for domains in domains.into_iter().filter(|domains| !domains.is_empty()) {
            let first = || named.lists.get(domains).iter().find_map(&mut look);
            known.entry((who.tenant, domains)).or_insert_with(first);
        }
        let found = domains.iter().filter_map(|domains| known.get(&(who.tenant, *domains))?.as_ref());
        if let Some((_, model)) = found.min() {
            columns.text(Fact::LookalikeDomain, row, model);
        }
    }
}

/// The domains of each tenant's correspondents that were met on enough days.
fn partners(past: &Past<'_>, named: &mut Named) -> FxHashMap<Sym, BTreeSet<String>> {
    let mut days: FxHashMap<(Sym, Domains), BTreeSet<i64>> = FxHashMap::default();
    for (_, entry) in past.each() {
        let who = past.events.who(&entry);
        for name in [who.actor, entry.target, who.account] {
            let domains = named.of(past.events, name);
            if !domains.is_empty() {
                let days = days.entry((who.tenant, domains)).or_default();
                if days.len() < PARTNER {
                    days.insert(entry.micros.div_euclid(super::past::DAY));
                }
            }
        }
    }
    let mut by_domain: BTreeMap<(Sym, &str), BTreeSet<i64>> = BTreeMap::new();
    let mut met: Vec<_> = days.into_iter().collect();
    met.sort_unstable_by_key(|((tenant, domains), _)| (*tenant, domains.index()));
    for ((tenant, domains), days) in met {
        for domain in named.lists.get(domains) {
            by_domain.entry((tenant, domain)).or_default().extend(&days);
        }
    }
    let mut found: FxHashMap<Sym, BTreeSet<String>> = FxHashMap::default();
    for ((tenant, domain), days) in by_domain {
        if days.len() >= PARTNER && !PROVIDERS.contains(&domain) {
            found.entry(tenant).or_default().insert(domain.to_owned());
        }
    }
    found
}

/// The domain that `name` passes for.
fn model_of(name: &str, own: &Own, partners: &BTreeSet<String>) -> Option<String> {
    if own.holds(name) || partners.contains(name) || PROVIDERS.contains(&name) {
        return None;
    }
    let models = own.domains().chain(partners.iter().map(String::as_str));
    models.filter(|model| resembles(name, model)).map(str::to_owned).next()
}

/// Whether a domain differs from another by so little that a reader takes one for the other.
fn resembles(name: &str, model: &str) -> bool {
    if name == model || name.strip_suffix(model).is_some_and(|rest| rest.ends_with('.')) {
        return false;
    }
    let (Some((label, ending)), Some((known, known_ending))) = (split(name), split(model)) else { return false };
    if known.chars().count() < SHORTEST {
        return false;
    }
    if label == known {
        return ending != known_ending;
    }
    let plain = |text: &str| folded(&text.replace('-', ""));
    let (a, b) = (plain(label), plain(known));
    if a == b || one_edit(&a, &b) {
        return true;
    }
    // A word put before or behind with a hyphen: harbor-payments.example.
    label.strip_prefix(known).is_some_and(|rest| rest.starts_with('-'))
        || label.strip_suffix(known).is_some_and(|rest| rest.ends_with('-'))
}

/// The registered name and what follows it; labels before it do not count.
fn split(domain: &str) -> Option<(&str, &str)> {
    let labels: Vec<&str> = domain.split('.').collect();
    // co.uk, com.au: an ending of two short labels.
    let ending = if labels.len() > 2 && labels[labels.len() - 2].len() <= 3 { 2 } else { 1 };
    let at = labels.len().checked_sub(ending + 1)?;
    let rest = domain.len() - labels[at + 1..].iter().map(|label| label.len() + 1).sum::<usize>();
    Some((labels[at], &domain[rest..]))
}

fn folded(text: &str) -> String {
    SAME.iter().fold(text.to_lowercase(), |text, (from, to)| text.replace(from, to))
}

/// Whether one letter more, less, other or in its neighbour's place makes one of the other.
fn one_edit(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let start = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[start..], &b[start..]);
    match (a.len(), b.len()) {
        (x, y) if x == y => a[1..] == b[1..] || (x >= 2 && a[0] == b[1] && a[1] == b[0] && a[2..] == b[2..]),
        (x, y) if x == y + 1 => a[1..] == *b,
        (x, y) if x + 1 == y => b[1..] == *a,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resemblance_is_what_deceives_a_reader() {
        let like = [
            "harb0r.example",
            "harbour.example",
            "hraborline.example",
            "harborline.test",
            "harbor-line.example",
            "harborline-billing.example",
            "my-harborline.example",
            "harboriine.example",
            "h\u{430}rborline.example",
            "harbonline.example",
        ];
        for name in &like[2..] {
            assert!(resembles(name, "harborline.example"), "{name}");
        }
        assert!(resembles("harb0r.example", "harbor.example") && resembles("harbour.example", "harbor.example"));
        for name in [
            "harborline.example",
            "mail.harborline.example",
            "quayside.example",
            "harbor.example",
            "borline.example",
            "harborlines-of-the-world.example",
        ] {
            assert!(!resembles(name, "harborline.example"), "{name}");
        }
        assert!(!resembles("abd.example", "abc.example"), "too short to tell");
        assert!(resembles("contoso.com.au", "contoso.com"));
    }
}
