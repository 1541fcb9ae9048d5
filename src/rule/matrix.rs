//! The detection matrix: what a takeover can leave in the logs, and which rules find it. Its data is
//! `rules/matrix.yml`.

use super::{Meta, pack};
use crate::coverage::RuleRejection;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// The key of a rule under which it speaks to this program.
pub(super) const ATTRIBUTE: &str = "speur";

/// The matrix.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matrix {
    /// The logs that traces stand in, by the name that [`Row::evidence`] uses.
    pub logs: BTreeMap<String, String>,
    /// What the owner of a taken-over mailbox notices.
    ///
    /// <https://learn.microsoft.com/defender-office-365/responding-to-a-compromised-email-account>
    pub symptoms: Vec<Purpose>,
    /// What closes a takeover, in Microsoft's order (the same page).
    pub steps: Vec<Purpose>,
    /// The traces, by tactic.
    pub rows: Vec<Row>,
}

/// A symptom or a step of the response.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    /// Such as `SY-03` or `ST-2`.
    pub id: String,
    /// What it is.
    pub title: String,
}

/// One trace.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Such as `DE-01`.
    pub id: String,
    /// What happened.
    pub title: String,
    /// ATT&CK techniques, such as `T1564.008`; none for evidence of recovery.
    pub attack: Vec<String>,
    /// Names of [`Matrix::logs`] that show it.
    pub evidence: Vec<String>,
    /// Ids of the symptoms that it explains.
    #[serde(default)]
    pub symptoms: Vec<String>,
    /// Ids of the steps that it calls for; of evidence of recovery, that it proves.
    pub steps: Vec<String>,
    /// Why no supported log shows it; `None` where one does.
    #[serde(default)]
    pub not_detectable: Option<String>,
}

impl Row {
    /// Whether it serves the symptom or step with this id.
    pub fn serves(&self, purpose: &str) -> bool {
        self.symptoms.iter().chain(&self.steps).any(|id| id == purpose)
    }
}

impl Matrix {
    /// The matrix that is part of the program.
    ///
    /// # Errors
    /// Where its text is wrong, and why.
    pub fn load() -> Result<Self, RuleRejection> {
        let (path, text) = pack::matrix();
        serde_saphyr::from_str(text).map_err(|error| RuleRejection {
            file: format!("pack:{path}"),
            line: error.location().map_or(1, |location| location.line()),
            reason: error.to_string().lines().next().unwrap_or_default().to_owned(),
        })
    }

    /// Symptoms, then steps.
    pub fn purposes(&self) -> impl Iterator<Item = &Purpose> {
        self.symptoms.iter().chain(&self.steps)
    }

    /// Every id that a rule may name: rows, symptoms and steps.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().map(|row| row.id.as_str()).chain(self.purposes().map(|purpose| purpose.id.as_str()))
    }
}

/// What a row has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cover<'a> {
    /// Rules that find it, sorted by file name.
    Rules(Vec<&'a Meta>),
    /// No rule, because no supported log shows it: why.
    NotDetectable(&'a str),
    /// No rule yet.
    Open,
}

impl<'a> Cover<'a> {
    /// What `row` has among `rules`.
    pub fn of(row: &'a Row, rules: &'a [Meta]) -> Self {
        let rules = covering(&row.id, rules);
        match &row.not_detectable {
            _ if !rules.is_empty() => Self::Rules(rules),
            Some(reason) => Self::NotDetectable(reason),
            None => Self::Open,
        }
    }

    /// In words; a rule is the name of its file between two `quote`s.
    pub fn text(&self, quote: &str) -> String {
        match self {
            Self::Rules(rules) => names(rules, quote),
            Self::NotDetectable(reason) => format!("not detectable: {reason}"),
            Self::Open => "not covered yet".to_owned(),
        }
    }
}

/// The names of the rules' files, each between two `quote`s and once.
pub fn names(rules: &[&Meta], quote: &str) -> String {
    let mut names: Vec<String> = rules.iter().map(|rule| format!("{quote}{}{quote}", rule.stem())).collect();
    names.dedup();
    names.join(", ")
}

/// The rules that name `id`, sorted by file name.
pub fn covering<'a>(id: &str, rules: &'a [Meta]) -> Vec<&'a Meta> {
    let mut found: Vec<&Meta> = rules.iter().filter(|rule| rule.matrix.iter().any(|named| named == id)).collect();
    found.sort_by_key(|rule| (rule.stem(), rule.id.as_str()));
    found
}

/// What a rule says under `speur: {matrix: [...]}`.
pub(super) fn stated<V: Serialize>(attributes: &HashMap<String, V>) -> Vec<String> {
    let told = told(attributes).unwrap_or_default();
    let ids = told.get("matrix").and_then(|ids| ids.as_array()).into_iter().flatten();
    ids.filter_map(|id| id.as_str()).map(str::to_owned).collect()
}

/// The weight that a rule states for judging whose a presence is: `speur: {presence: 15}`.
pub(super) fn weight<V: Serialize>(attributes: &HashMap<String, V>) -> Option<i32> {
    told(attributes)?.get("presence")?.as_i64()?.try_into().ok()
}

/// Whether a rule says that its finding asks for an answer even of an owner: `speur: {insider: true}`.
pub(super) fn is_insider<V: Serialize>(attributes: &HashMap<String, V>) -> bool {
    told(attributes).is_some_and(|told| told.get("insider").and_then(serde_json::Value::as_bool) == Some(true))
}

/// What a rule can say to this program alone.
pub(super) const KEYS: &[&str] = &["matrix", "presence", "insider"];

/// What a rule says to this program that it does not understand.
pub(super) fn strangers<V: Serialize>(attributes: &HashMap<String, V>) -> Vec<String> {
    let told = told(attributes).unwrap_or_default();
    let keys = told.as_object().into_iter().flat_map(|told| told.keys());
    keys.filter(|key| !KEYS.contains(&key.as_str())).cloned().collect()
}

/// What a rule says to this program alone.
fn told<V: Serialize>(attributes: &HashMap<String, V>) -> Option<serde_json::Value> {
    serde_json::to_value(attributes.get(ATTRIBUTE)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_row_is_whole() {
        let matrix = Matrix::load().unwrap();
        let mut ids = BTreeSet::new();
        assert!(matrix.ids().all(|id| ids.insert(id)), "an id stands there twice");
        let mut titles = BTreeSet::new();
        assert!(matrix.rows.iter().all(|row| titles.insert(&row.title)), "a title stands there twice");
        assert_eq!((matrix.rows.len(), matrix.symptoms.len(), matrix.steps.len()), (178, 10, 7));
        for row in &matrix.rows {
            let id = &row.id;
            let technique = |text: &str| {
                let (main, sub) = text.split_once('.').unwrap_or((text, "000"));
                let digits = |text: &str, count| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
                main.strip_prefix('T').is_some_and(|main| digits(main, 4)) && digits(sub, 3)
            };
            assert!(row.attack.iter().all(|text| technique(text)), "{id}: {:?}", row.attack);
            assert!(!row.attack.is_empty() || id.starts_with("RE-") || id == "IA-44", "{id}: no technique");
            assert!(!row.evidence.is_empty() && row.evidence.iter().all(|log| matrix.logs.contains_key(log)), "{id}");
            assert!(!row.steps.is_empty(), "{id}: no step");
            let known = |named: &String, list: &[Purpose]| list.iter().any(|purpose| purpose.id == *named);
            assert!(row.symptoms.iter().all(|named| known(named, &matrix.symptoms)), "{id}: {:?}", row.symptoms);
            assert!(row.steps.iter().all(|named| known(named, &matrix.steps)), "{id}: {:?}", row.steps);
            assert_eq!(row.not_detectable.is_some(), row.evidence == ["graph"], "{id}");
        }
        for symptom in matrix.symptoms.iter().filter(|symptom| symptom.id != "SY-10") {
            assert!(matrix.rows.iter().any(|row| row.serves(&symptom.id)), "{}: no row explains it", symptom.id);
        }
    }
}
