//! Domains that pass for one of the tenant or of those it writes with.

use super::domains::{Own, domain};
use super::{Columns, Deriver, Past};
use crate::field::Fact;
use crate::store::Sym;
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

fn derive(past: &Past<'_>, columns: &mut Columns) {
    let partners = partners(past);
    // By domain, and by the text that holds the names: most texts are met again and again.
    let mut models: FxHashMap<(Sym, String), Option<String>> = FxHashMap::default();
    let mut known: FxHashMap<(Sym, Sym), Option<(String, String)>> = FxHashMap::default();
    for (row, entry) in past.wanted() {
        let (Some(own), none) = (past.own.of(entry.tenant), BTreeSet::new()) else { continue };
        let partners = partners.get(&entry.tenant).unwrap_or(&none);
        let mut look = |name: String| {
            let key = (entry.tenant, name.clone());
            let model = models.entry(key).or_insert_with_key(|(_, name)| model_of(name, own, partners));
            model.clone().map(|model| (name, model))
        };
        let mut first: Option<&(String, String)> = None;
        for text in [entry.actor, entry.target, entry.account, entry.recipients] {
            if text.is_empty() {
                continue;
            }
            known
                .entry((entry.tenant, text))
                .or_insert_with(|| domains(past.events.text(text)).into_iter().find_map(&mut look));
        }
        for text in [entry.actor, entry.target, entry.account, entry.recipients] {
            let found = known.get(&(entry.tenant, text)).and_then(Option::as_ref);
            first = match (first, found) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
        }
        if let Some((_, model)) = first {
            columns.text(Fact::LookalikeDomain, row, model);
        }
    }
}

/// The domains in the names of a text, which has one a line.
fn domains(text: &str) -> BTreeSet<String> {
    text.lines().filter_map(domain).collect()
}

/// The domains of each tenant's correspondents that were met on enough days.
fn partners(past: &Past<'_>) -> FxHashMap<Sym, BTreeSet<String>> {
    let mut days: FxHashMap<(Sym, Sym), BTreeSet<i64>> = FxHashMap::default();
    for (_, _, entry) in past.each() {
        for name in [entry.actor, entry.target, entry.account] {
            if !name.is_empty() {
                let days = days.entry((entry.tenant, name)).or_default();
                if days.len() < PARTNER {
                    days.insert(entry.time.micros.div_euclid(super::past::DAY));
                }
            }
        }
    }
    let mut by_domain: BTreeMap<(Sym, String), BTreeSet<i64>> = BTreeMap::new();
    let mut names: Vec<_> = days.into_iter().collect();
    names.sort_unstable_by_key(|(key, _)| *key);
    for ((tenant, name), days) in names {
        if let Some(domain) = domain(past.events.text(name)) {
            by_domain.entry((tenant, domain)).or_default().extend(days);
        }
    }
    let mut found: FxHashMap<Sym, BTreeSet<String>> = FxHashMap::default();
    for ((tenant, domain), days) in by_domain {
        if days.len() >= PARTNER && !PROVIDERS.contains(&domain.as_str()) {
            found.entry(tenant).or_default().insert(domain);
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
