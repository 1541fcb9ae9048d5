//! By what ids and names rules refer to each other, and which rule is meant.

use super::correlation::Place;
use super::load::{self, Loaded};
use super::pack;
use super::read::Read;
use crate::store::RuleIndex;
use rsigma_parser::CorrelationRule;
use std::collections::BTreeMap;

/// What the loader knows of the rules that others may refer to.
pub(super) trait References {
    /// The index of the rule or correlation with this id or name.
    ///
    /// # Errors
    /// When there is none, or the name says not which is meant.
    fn index(&self, reference: &str) -> Result<RuleIndex, String>;
    /// The place of a field named in the words of that rule.
    fn place(&mut self, rule: RuleIndex, field: &str) -> Place;
}

/// The rules of each id and of each name: their ids, each with the file of the rule.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeMap<String, BTreeMap<String, String>>);

/// Why no rule is meant.
#[derive(Debug)]
pub(super) enum Unclear {
    /// None is called so.
    Unknown,
    /// Several are, in these files, and none of them is nearer than the others.
    Ambiguous(Vec<String>),
}

impl Names {
    /// Those of rules and of the correlations that are to join them.
    pub(super) fn new(rules: &BTreeMap<String, Loaded>, correlations: &[Read<'_, CorrelationRule>]) -> Self {
        let mut names = Self::default();
        for (id, loaded) in rules {
            let name = loaded.rule.as_ref().and_then(|rule| rule.name.as_deref());
            names.add(id, name, &loaded.meta.file);
        }
        for read in correlations {
            let id = load::id(read, read.content.id.as_deref());
            names.add(&id, read.content.name.as_deref(), &read.file.name);
        }
        names
    }

    fn add(&mut self, id: &str, name: Option<&str>, file: &str) {
        // Only the first rule of an id is kept.
        if self.0.get(id).is_none_or(|rules| !rules.contains_key(id)) {
            for called in name.into_iter().chain([id]) {
                self.0.entry(called.to_owned()).or_default().insert(id.to_owned(), file.to_owned());
            }
        }
    }

    /// The id of the rule that `reader`, a file, means by an id or a name: of several rules with a name the one in the
    /// same file, else the one that comes from where the file does, from the pack or from the user.
    pub(super) fn meant(&self, reference: &str, reader: &str) -> Result<&str, Unclear> {
        let rules = self.0.get(reference).ok_or(Unclear::Unknown)?;
        if let Some((id, _)) = rules.get_key_value(reference) {
            return Ok(id);
        }
        let is_packed = |file: &str| file.starts_with(pack::PREFIX);
        let near: [&dyn Fn(&str) -> bool; 3] =
            [&|file| file == reader, &|file| is_packed(file) == is_packed(reader), &|_| true];
        let nearest = near.iter().map(|near| rules.iter().filter(|(_, file)| near(file)).collect::<Vec<_>>());
        match nearest.into_iter().find(|nearest| !nearest.is_empty()).as_deref() {
            Some([(id, _)]) => Ok(id),
            Some(several) => Err(Unclear::Ambiguous(several.iter().map(|(_, file)| (*file).clone()).collect())),
            None => Err(Unclear::Unknown),
        }
    }

    /// The same with the indices of the rules that are loaded, by id.
    pub(super) fn among<'a>(&'a self, loaded: &'a BTreeMap<&'a str, RuleIndex>) -> Indices<'a> {
        Indices { all: self, loaded }
    }
}

/// Names, and the rules among them that are loaded.
#[derive(Debug)]
pub(super) struct Indices<'a> {
    /// The names of all rules.
    pub all: &'a Names,
    loaded: &'a BTreeMap<&'a str, RuleIndex>,
}

impl Indices<'_> {
    /// The index of the rule that `reader` means; see [`Names::meant`].
    ///
    /// # Errors
    /// When it means none that is loaded, or the name says not which.
    pub(super) fn index(&self, reference: &str, reader: &str) -> Result<RuleIndex, String> {
        match self.all.meant(reference, reader) {
            Ok(id) => self.loaded.get(id).copied().ok_or_else(|| self.unknown(reference)),
            Err(Unclear::Unknown) => Err(self.unknown(reference)),
            Err(Unclear::Ambiguous(files)) => Err(ambiguous(reference, &files)),
        }
    }

    /// That a reference leads nowhere, and which of the names was meant.
    fn unknown(&self, reference: &str) -> String {
        let is_loaded = |ids: &BTreeMap<String, String>| ids.keys().any(|id| self.loaded.contains_key(id.as_str()));
        let names = self.all.0.iter().filter(|(_, ids)| is_loaded(ids)).map(|(name, _)| name.as_str());
        let hint = match super::lint::nearest(reference, names) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => "give the id or the name of a rule that is loaded too".to_owned(),
        };
        format!("refers to \"{reference}\", which is no loaded rule; {hint}")
    }
}

/// That a name says not which rule is meant.
fn ambiguous(name: &str, files: &[String]) -> String {
    format!("refers to \"{name}\", the name of {} rules, in {}; give the id of one", files.len(), files.join(" and "))
}
