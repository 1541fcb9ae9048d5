//! A public rule set's own test records, which say whether its rule should fire, against the rules of the
//! pack that mean the same; `panther/counterparts.yml` says which those are and where we differ on purpose.

use sonic_rs::{JsonValueTrait, Value};
use speur::input::{Found, Limits, Reader};
use speur::rule::{Options, RuleSet, Scratch};
use speur::source::{self, FileContext};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What is known of each of their rules, by its name.
type Counterparts = BTreeMap<String, Counterpart>;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Counterpart {
    /// File names of our rules, without `.yml`; any of them that fires counts.
    #[serde(default)]
    ours: Vec<String>,
    /// Why there is no rule of ours, where `ours` is empty.
    #[serde(default)]
    none: String,
    /// The name of their test -> why we answer otherwise.
    #[serde(default)]
    differ: BTreeMap<String, String>,
}

fn corpus() -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("SPEUR_CORPUS") else {
        println!("skipped: SPEUR_CORPUS is not set");
        return None;
    };
    Some(PathBuf::from(folder).join("panther"))
}

/// Ids of the rules that each record meets, or why the record is refused, in the order of the file.
fn answers(file: &Path, rules: &RuleSet) -> Vec<Result<BTreeSet<String>, String>> {
    let found = Found { path: file.to_owned(), member: None, name: file.display().to_string() };
    let mut reader =
        Reader::open(&found, &Limits::default()).unwrap_or_else(|e| panic!("{}: {}", found.name, e.reason));
    let mut scratch = Scratch::default();
    let mut answers = Vec::new();
    while let Some(chunk) = reader.next_chunk() {
        chunk.rows(&mut |row| {
            let row = row.unwrap_or_else(|bad| panic!("{} row {}: {}", found.name, bad.index, bad.reason));
            let speur::input::Data::Json(record) = &row.data else { panic!("{}: not JSON", found.name) };
            let Some(source) = source::for_json(record, None) else {
                return answers.push(Err(source::unrecognised_json(record)));
            };
            answers.push((source.decode)(row.data, &FileContext::default()).and_then(|decoded| {
                let event = (source.view)(&decoded, &FileContext::default())?;
                let mut hits = speur::rule::Hits::default();
                rules.matches(&event, &mut scratch, &mut hits);
                Ok(hits.met.into_iter().map(|hit| rules.rules()[usize::from(hit)].id.clone()).collect())
            }));
        });
    }
    assert_eq!(reader.finish().broken, None, "{}", found.name);
    answers
}

/// File name of each rule of the pack, without `.yml`, to its id.
fn ids(rules: &RuleSet) -> BTreeMap<&str, &str> {
    let name = |file: &str| file.rfind('/').map_or(0, |slash| slash + 1);
    rules.rules().iter().map(|r| (r.file[name(&r.file)..].trim_end_matches(".yml"), r.id.as_str())).collect()
}

fn pack() -> RuleSet {
    let (rules, refused) = RuleSet::load(&Options { pack: true, ..Options::default() });
    assert!(refused.is_empty(), "{refused:#?}");
    rules
}

#[test]
fn every_record_is_read() {
    let Some(folder) = corpus() else { return };
    let rules = RuleSet::default();
    for (name, count) in [("microsoft_rules", 25), ("azure_signin_rules", 47), ("azure_activity_rules", 214)] {
        let read = answers(&folder.join(format!("{name}.jsonl")), &rules);
        assert_eq!(read.len(), count, "{name}");
        let refused = (1..).zip(&read).filter_map(|(line, answer)| Some((line, answer.as_ref().err()?)));
        assert_eq!(refused.collect::<Vec<(u32, &String)>>(), [], "{name}");
    }
}

#[test]
fn the_pack_agrees_with_the_labels_or_says_why_not() {
    let Some(folder) = corpus() else { return };
    let table =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/panther/counterparts.yml"));
    let counterparts: Counterparts = serde_saphyr::from_str(&table.unwrap()).unwrap();
    let rules = pack();
    let ids = ids(&rules);
    let mut problems = Vec::new();
    let mut seen = BTreeSet::new();
    let mut agreement = BTreeMap::<String, (u32, u32)>::new();
    for name in ["microsoft_rules", "azure_signin_rules"] {
        let answers = answers(&folder.join(format!("{name}.jsonl")), &rules);
        for label in std::fs::read_to_string(folder.join(format!("{name}.labels.jsonl"))).unwrap().lines() {
            let label: Value = sonic_rs::from_str(label).unwrap();
            let field = |key: &str| label[key].as_str().unwrap().to_owned();
            let (rule, test, expected) = (field("rule"), field("test"), label["expected"].as_bool().unwrap());
            let line = label["line"].as_u64().unwrap();
            seen.insert((rule.clone(), test.clone()));
            let Some(counterpart) = counterparts.get(&rule) else {
                problems.push(format!("{rule}: not in counterparts.yml"));
                continue;
            };
            let ours: Vec<&str> = counterpart.ours.iter().filter_map(|stem| ids.get(stem.as_str()).copied()).collect();
            assert_eq!(ours.len(), counterpart.ours.len(), "{rule}: a rule of ours has another name by now");
            assert_eq!(ours.is_empty(), !counterpart.none.is_empty(), "{rule}: `ours` or `none`, and not both");
            if ours.is_empty() {
                continue;
            }
            let met = answers[line as usize - 1].as_ref().unwrap();
            let same = ours.iter().any(|id| met.contains(*id)) == expected;
            let (agreed, all) = agreement.entry(rule.clone()).or_default();
            (*agreed, *all) = (*agreed + u32::from(same), *all + 1);
            match counterpart.differ.get(&test) {
                None if !same => {
                    problems.push(format!(
                        "{rule}, test {test:?}, {name}.jsonl:{line}: expected {expected}, found otherwise"
                    ));
                }
                Some(_) if same => problems.push(format!("{rule}, test {test:?}: listed as different, but agrees")),
                _ => {}
            }
        }
    }
    for (rule, (agreed, all)) in &agreement {
        println!("{rule}: {agreed} of {all} agree");
    }
    for (rule, counterpart) in &counterparts {
        for test in counterpart.differ.keys().filter(|test| !seen.contains(&(rule.clone(), (*test).clone()))) {
            problems.push(format!("{rule}, test {test:?}: listed, but there is no such test"));
        }
        if !counterpart.none.is_empty() {
            println!("{rule}: no counterpart, {}", counterpart.none);
        }
    }
    problems.sort();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
