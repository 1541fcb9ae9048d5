//! Rules to a layer of the ATT&CK Navigator: which techniques they find, and how surely.

use super::{Level, Meta};
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Colour of each level, from informational to critical; a technique has the colour of its highest rule.
const COLOURS: [&str; 5] = ["#e8e8e8", "#fff2b3", "#ffd166", "#f4845f", "#c1121f"];

/// A layer in format 4.5.
///
/// <https://github.com/mitre-attack/attack-navigator/blob/master/layers/spec/v4.5/layerformat.md>
#[derive(Debug, Serialize)]
struct Layer {
    name: &'static str,
    versions: Versions,
    domain: &'static str,
    description: String,
    sorting: u8,
    layout: Layout,
    techniques: Vec<Technique>,
    gradient: Gradient,
    #[serde(rename = "legendItems")]
    legend: Vec<LegendItem>,
}

#[derive(Debug, Serialize)]
struct Versions {
    navigator: &'static str,
    layer: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Layout {
    #[serde(rename = "layout")]
    shape: &'static str,
    aggregate_function: &'static str,
    expanded_subtechniques: &'static str,
}

#[derive(Debug, Serialize)]
struct Technique {
    #[serde(rename = "techniqueID")]
    id: String,
    score: u8,
    comment: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Gradient {
    colors: [&'static str; 5],
    min_value: u8,
    max_value: u8,
}

#[derive(Debug, Serialize)]
struct LegendItem {
    label: &'static str,
    color: &'static str,
}

/// The techniques that the rules' tags name, as a Navigator layer in JSON: the score is that of the highest level
/// (1 informational to 5 critical), the comment lists the rules, the most severe first.
pub fn layer(rules: &[Meta]) -> String {
    let mut found: BTreeMap<String, Vec<&Meta>> = BTreeMap::new();
    for rule in rules {
        for technique in rule.tags.iter().filter_map(|tag| technique(tag)) {
            found.entry(technique).or_default().push(rule);
        }
    }
    let techniques = found.into_iter().map(|(id, rules)| scored(id, rules)).collect();
    let legend = Level::ALL.iter().zip(COLOURS).map(|(level, color)| LegendItem { label: level.name(), color });
    let layer = Layer {
        name: "speur",
        versions: Versions { navigator: "4.9.0", layer: "4.5" },
        domain: "enterprise-attack",
        description: format!("Techniques that {} rules find, by the highest level of a rule", rules.len()),
        sorting: 3,
        layout: Layout { shape: "side", aggregate_function: "max", expanded_subtechniques: "annotated" },
        techniques,
        gradient: Gradient { colors: COLOURS, min_value: score(Level::ALL[0]), max_value: score(Level::ALL[4]) },
        legend: legend.collect(),
    };
    serde_json::to_string_pretty(&layer).unwrap_or_default() + "\n"
}

fn scored(id: String, mut rules: Vec<&Meta>) -> Technique {
    rules.sort_by_key(|rule| (Reverse(rule.level), rule.stem(), rule.id.as_str()));
    rules.dedup_by_key(|rule| rule.id.as_str());
    let line = |rule: &&Meta| format!("{}: {} ({})", rule.level.name(), rule.title, rule.stem());
    let comment = rules.iter().map(line).collect::<Vec<_>>().join("\n");
    Technique { id, score: rules.first().map_or(0, |rule| score(rule.level)), comment }
}

fn score(level: Level) -> u8 {
    level as u8 + 1
}

/// `attack.t1114.003` to `T1114.003`; other tags name no technique.
fn technique(tag: &str) -> Option<String> {
    let id = tag.to_ascii_lowercase().strip_prefix("attack.")?.to_ascii_uppercase();
    let number = id.strip_prefix('T')?;
    number.starts_with(|first: char| first.is_ascii_digit()).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_technique_has_the_score_of_its_highest_rule_and_lists_all() {
        let rule = |id: &str, level, tags: &[&str]| Meta {
            id: id.to_owned(),
            title: format!("Rule {id}"),
            level,
            tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
            file: format!("pack:exchange/rule_{id}.yml"),
            ..Meta::default()
        };
        let rules = [
            rule("a", Level::Low, &["attack.t1114.003", "attack.collection"]),
            rule("b", Level::High, &["attack.T1114.003", "attack.t1566"]),
            rule("c", Level::Critical, &["cve.2026-1"]),
        ];
        let layer: serde_json::Value = serde_json::from_str(&layer(&rules)).unwrap();
        assert_eq!(layer["versions"]["layer"], "4.5");
        assert_eq!(layer["gradient"]["maxValue"], 5);
        let comment = "high: Rule b (rule_b)\nlow: Rule a (rule_a)";
        let wanted = serde_json::json!([
            {"techniqueID": "T1114.003", "score": 4, "comment": comment},
            {"techniqueID": "T1566", "score": 4, "comment": "high: Rule b (rule_b)"},
        ]);
        assert_eq!(layer["techniques"], wanted);
    }
}
