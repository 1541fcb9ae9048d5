//! Everybody's forms, looked for in one pass over the words of a text.

use super::domain::Domains;
use super::identity::{Person, Roll, digits};
use super::token::{NEAR, Tokens, words};
use aho_corasick::AhoCorasick;
use std::collections::BTreeMap;

/// What was found.
#[derive(Debug, Clone)]
pub(super) enum Form {
    /// Something that stays.
    Keep,
    /// An address: who, how many words are before the `@`, and the domain.
    Address { person: Person, local: usize, domain: String },
    /// An object id and the like.
    Id,
    /// A telephone number.
    Phone,
    /// A name of several words.
    Name(Person),
    /// A single word.
    Word(Person),
    /// A domain that is not the tenant's.
    Domain(String),
}

/// A match: its first and last word, from 0.
pub(super) struct Found<'p> {
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) form: &'p Form,
}

/// All forms.
#[derive(Debug)]
pub(super) struct Patterns {
    /// `None` where there are more than can be looked for; the scan of the copy then refuses it.
    automaton: Option<AhoCorasick>,
    /// By number of the pattern: how many words it has, and what it is.
    forms: Vec<(usize, Form)>,
}

impl Patterns {
    pub(super) fn new(roll: &Roll, domains: &Domains) -> Self {
        let mut forms: BTreeMap<String, (usize, Form)> = BTreeMap::new();
        let mut add = |words: &[String], form: Form| {
            if !words.is_empty() {
                let text = words.join(&NEAR.to_string());
                forms.entry(text).or_insert((words.len(), form));
            }
        };
        roll.kept.iter().for_each(|words| add(words, Form::Keep));
        for (address, person) in &roll.addresses {
            if let Some((local, domain)) = address.split_once('@') {
                let local = words(local).len();
                if local > 0 {
                    add(&words(address), Form::Address { person: person.clone(), local, domain: domain.to_owned() });
                }
            }
        }
        roll.ids.iter().for_each(|id| add(&words(id), Form::Id));
        for phone in &roll.phones {
            add(&words(phone), Form::Phone);
            add(&[digits(phone)], Form::Phone);
        }
        for (name, person) in &roll.names {
            add(name, Form::Name(person.clone()));
            // `Smit, Anna`
            let mut turned = name.clone();
            turned.rotate_right(1);
            add(&turned, Form::Name(person.clone()));
            turned.rotate_left(2);
            add(&turned, Form::Name(person.clone()));
        }
        roll.words.iter().for_each(|(word, person)| add(std::slice::from_ref(word), Form::Word(person.clone())));
        domains.foreign().for_each(|domain| add(&words(domain), Form::Domain(domain.to_owned())));
        Self { automaton: AhoCorasick::new(forms.keys()).ok(), forms: forms.into_values().collect() }
    }

    /// Every match that begins and ends with a word, also those that overlap.
    pub(super) fn find<'p>(&'p self, tokens: &'p Tokens<'_>) -> impl Iterator<Item = Found<'p>> {
        let found = self.automaton.iter().flat_map(move |automaton| automaton.find_overlapping_iter(&tokens.words));
        found.filter_map(move |found| {
            let first = tokens.word_at(found.start())?;
            let (length, form) = &self.forms[found.pattern().as_usize()];
            let behind = tokens.words[found.end()..].chars().next();
            let whole = behind.is_none_or(|sign| !sign.is_alphanumeric());
            whole.then_some(Found { first, last: first + length - 1, form })
        })
    }
}
