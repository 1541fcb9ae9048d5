//! What somebody can leave behind in a tenant: which records make it, change it, show it and take it away, and what ties
//! them together. A `foothold:` document beside Sigma rules says so; `rules/footholds/` has those of the pack.

use super::correlation::Place;
use super::document::Fault;
use super::names::References;
use super::read::plain;
use crate::store::RuleIndex;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// One kind of foothold, ready to be followed.
#[derive(Debug, Clone)]
pub struct Foothold {
    /// Short name, such as `inbox_rule`.
    pub kind: String,
    /// What it is called.
    pub title: String,
    /// What it is good for, and what to do about it.
    pub description: String,
    /// The step of Microsoft's response that deals with it, 1 to 6; `None` for what none names.
    pub step: Option<u8>,
    /// Whether it belongs to a mailbox or user; else to the tenant.
    pub of_account: bool,
    /// Whether an account has at most one.
    pub single: bool,
    /// Whether each record that opens makes another one, though it has the name of one that is there: secrets of an
    /// application, changes of a policy.
    pub each: bool,
    /// The operation of snapshots of its kind: if there are some, what they do not show is gone.
    pub snapshot: String,
    /// What the records that each rule finds do, and where they name it.
    pub marks: BTreeMap<RuleIndex, Mark>,
}

/// What a record does to a foothold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// What it does.
    pub does: Does,
    /// Where the names stand by which it is told from others; two records that share one are about the same.
    pub names: Vec<Place>,
}

/// What a record does to a foothold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Does {
    /// Makes it.
    Opens,
    /// Alters it.
    Changes,
    /// Takes it away.
    Closes,
    /// Shows that it was there when a snapshot was collected.
    Shows,
}

/// A document as it is written.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Written {
    pub title: String,
    #[serde(default)]
    pub description: String,
    pub foothold: Body,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Body {
    kind: String,
    #[serde(default)]
    step: Option<u8>,
    #[serde(default)]
    of: Of,
    #[serde(default)]
    single: bool,
    #[serde(default)]
    each: bool,
    #[serde(default)]
    snapshot: String,
    #[serde(default)]
    opens: Vec<String>,
    #[serde(default)]
    changes: Vec<String>,
    #[serde(default)]
    closes: Vec<String>,
    #[serde(default)]
    shows: Vec<String>,
    /// Fields that name it: for every rule, or for one.
    #[serde(default)]
    names: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Of {
    #[default]
    Account,
    Tenant,
}

/// The key of `names` for all rules that have no fields of their own.
const ANY: &str = "any";

/// Reads a document whose tree has a `foothold`.
pub(super) fn read(tree: &Value) -> Result<Written, Fault> {
    let at = |reason: String| Fault::at(&["foothold"], reason);
    let written: Written = serde_json::from_value(tree.clone()).map_err(|error| at(plain(&error.to_string())))?;
    let body = &written.foothold;
    if body.step.is_some_and(|step| !(1..=6).contains(&step)) {
        return Err(at("step is not one of the steps 1 to 6".to_owned()));
    }
    if body.rules().next().is_none() {
        return Err(at("found no rules; give those that open, close or show it".to_owned()));
    }
    let names = |key: &&String| key.as_str() != ANY && !body.rules().any(|(_, rule)| *rule == **key);
    match body.names.keys().find(names) {
        Some(stray) => Err(at(format!("names has \"{stray}\", which is none of its rules; expected one, or any"))),
        None => Ok(written),
    }
}

impl Body {
    /// The rules it refers to, by name or id, and what their records do.
    fn rules(&self) -> impl Iterator<Item = (Does, &String)> {
        let opens = self.opens.iter().map(|rule| (Does::Opens, rule));
        let changes = self.changes.iter().map(|rule| (Does::Changes, rule));
        let closes = self.closes.iter().map(|rule| (Does::Closes, rule));
        let shows = self.shows.iter().map(|rule| (Does::Shows, rule));
        opens.chain(changes).chain(closes).chain(shows)
    }
}

/// Compiles a document.
///
/// # Errors
/// When it refers to a rule that is not there.
pub(super) fn compile(written: &Written, known: &mut dyn References) -> Result<Foothold, Fault> {
    let body = &written.foothold;
    let mut marks = BTreeMap::new();
    for (does, name) in body.rules() {
        let rule = known.index(name).map_err(|reason| Fault::at(&["foothold", name], reason))?;
        let fields = body.names.get(name).or_else(|| body.names.get(ANY)).map_or(&[][..], Vec::as_slice);
        let names = fields.iter().map(|field| known.place(rule, field)).collect();
        marks.insert(rule, Mark { does, names });
    }
    Ok(Foothold {
        kind: body.kind.clone(),
        title: written.title.clone(),
        description: written.description.trim_end().to_owned(),
        step: body.step,
        of_account: body.of == Of::Account,
        single: body.single,
        each: body.each,
        snapshot: body.snapshot.clone(),
        marks,
    })
}
