//! Our engine beside another one, `rsigma-eval`: same rewritten rules, same events, same hits.

// Helpers of tests are tests too.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::format_collect)]

use crate::event_fixture::{event, record};
use proptest::prelude::*;
use rsigma_eval::{Event as Seen, EventValue, compile_rule, evaluate_rule};
use rsigma_parser::{SigmaRule, fieldpath::unescape_brackets};
use sonic_rs::Value;
use speur::event::{Event, Family, Scalar};
use speur::field::{Core, Field};
use speur::input::{Data, Header};
use speur::rule::{Hits, Options, RuleSet, Scratch, rewritten};
use speur::source::{self, FileContext};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Where the two engines differ on purpose: what, and the sentence of the Sigma specification (2.1.0) or the
/// promise of ours that decides it. Each row is proved by [`differences_are_as_listed`]: detection, record, ours.
const DIFFERENCES: &[(&str, &str, &str, bool)] = &[
    (
        "exists counts a null value: \"this check only verifies the presence of a field, not its value\"",
        "s:\n  a|exists: true\ncondition: s",
        r#"{"a":null}"#,
        true,
    ),
    (
        "startswith with a wildcard: \"The value is expected at the beginning of the field's content\"",
        "s:\n  a|startswith: 'x*y'\ncondition: s",
        r#"{"a":"x-y-z"}"#,
        true,
    ),
    (
        "endswith with a wildcard: \"The value is expected at the end of the field's content\"",
        "s:\n  a|endswith: 'x*y'\ncondition: s",
        r#"{"a":"w-x-y"}"#,
        true,
    ),
    (
        "a wildcard spans lines: \"* to replace an unbounded length wildcard\"",
        "s:\n  a: 'x*y?z'\ncondition: s",
        "{\"a\":\"x\\ny-z\"}",
        true,
    ),
    (
        "base64offset: \"except the first and last byte the encoded values have a static part in the middle\"",
        "s:\n  a|base64offset|contains: fo\ncondition: s",
        r#"{"a":"Zm9v"}"#,
        true,
    ),
    ("wide: \"Transforms value to UTF16-LE encoding\"", "s:\n  a|wide: x\ncondition: s", r#"{"a":"x\u0000"}"#, true),
    (
        "windash: \"converts the aforementioned characters interchangeably\"",
        "s:\n  a|windash: /x\ncondition: s",
        r#"{"a":"-x"}"#,
        true,
    ),
    (
        "keywords with all are keywords: \"searching for keywords across an entire event\"",
        "s:\n  '|all':\n    - one\n    - two\ncondition: s",
        r#"{"a":"one two"}"#,
        true,
    ),
    (
        "a number as keyword: \"All values are treated as case-insensitive strings\"",
        "s:\n  - 4624\ncondition: s",
        r#"{"a":4624}"#,
        true,
    ),
    (
        "a list of several values matches if any does, in fieldref too (our own rule, the specification is silent)",
        "s:\n  a|fieldref: b\ncondition: s",
        r#"{"a":["x","y"],"b":["z","y"]}"#,
        true,
    ),
    (
        "whole numbers compare exactly: they are not fractions (the specification is silent)",
        "s:\n  a: 9007199254740993\ncondition: s",
        r#"{"a":9007199254740992}"#,
        false,
    ),
];

/// One of our events as the other engine sees it: the same fields, through the same lookup.
pub(crate) struct Mirror<'a, 'r>(pub(crate) &'a Event<'r>);

fn owned(value: Scalar<'_>) -> EventValue<'static> {
    match value {
        Scalar::Null => EventValue::Null,
        Scalar::Bool(value) => EventValue::Bool(value),
        Scalar::Int(value) => EventValue::Int(value),
        Scalar::Float(value) => EventValue::Float(value),
        Scalar::Str(text) => EventValue::Str(Cow::Owned(text.to_owned())),
    }
}

impl Seen for Mirror<'_, '_> {
    fn get_field(&self, path: &str) -> Option<EventValue<'_>> {
        let field = Field::parse(&unescape_brackets(path));
        if field == Field::Core(Core::Time) {
            let time = chrono::DateTime::from_timestamp_micros(self.0.time.micros)?;
            return Some(EventValue::Str(Cow::Owned(time.to_rfc3339())));
        }
        let mut values = Vec::new();
        let _ = self.0.visit(&field, &mut |value| {
            values.push(owned(value));
            ControlFlow::Continue(())
        });
        match values.len() {
            0 => None,
            _ if values.iter().all(EventValue::is_null) => Some(EventValue::Null),
            1 => values.pop(),
            _ => Some(EventValue::Array(values)),
        }
    }

    fn any_string_value(&self, predicate: &dyn Fn(&str) -> bool) -> bool {
        self.all_string_values().iter().any(|text| predicate(text))
    }

    fn all_string_values(&self) -> Vec<Cow<'_, str>> {
        let mut texts = Vec::new();
        let _ = self.0.visit_all(&mut |value| {
            if let Some(text) = owned(value).as_str() {
                texts.push(Cow::Owned(text.into_owned()));
            }
            ControlFlow::Continue(())
        });
        texts
    }

    fn to_json(&self) -> serde_json::Value {
        serde_json::Value::Null
    }
}

/// Rules compiled by both engines.
struct Both {
    ours: RuleSet,
    theirs: Vec<rsigma_eval::CompiledRule>,
    scratch: Scratch,
}

impl Both {
    fn load(options: &Options) -> Self {
        let (ours, _) = RuleSet::load(options);
        let rules: Vec<SigmaRule> = rewritten(options).into_values().collect();
        let theirs = rules.iter().map(|rule| compile_rule(rule).unwrap()).collect();
        Self { ours, theirs, scratch: Scratch::default() }
    }

    /// The titles of the rules that each engine fires on the event.
    fn ask(&mut self, event: &Event<'_>) -> (Vec<String>, Vec<String>) {
        let mut hits = Hits::default();
        self.ours.matches(event, &mut self.scratch, &mut hits);
        let title = |index: usize| self.ours.rules()[index].title.clone();
        let ours = hits.met.iter().map(|hit| title(usize::from(*hit))).collect();
        let mirror = Mirror(event);
        let theirs = self.theirs.iter().enumerate();
        (
            ours,
            theirs.filter(|(_, rule)| evaluate_rule(rule, &mirror).is_some()).map(|(index, _)| title(index)).collect(),
        )
    }
}

fn rule_text(title: &str, detection: &str) -> String {
    let indented: String = detection.lines().map(|line| format!("  {line}\n")).collect();
    format!("title: '{title}'\nlogsource:\n  product: m365\n  service: audit\ndetection:\n{indented}")
}

fn both_of(text: &str) -> Both {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("r.yml"), text).unwrap();
    let options = Options { paths: vec![folder.path().to_owned()], ..Options::default() };
    let (rules, rejected) = RuleSet::load(&options);
    assert!(rejected.is_empty() && !rules.rules().is_empty(), "{text}\n{rejected:?}");
    Both::load(&options)
}

#[test]
fn differences_are_as_listed() {
    for (why, detection, json, expected) in DIFFERENCES {
        let record = record(json);
        let (ours, theirs) = both_of(&rule_text("T", detection)).ask(&event(Family::Audit, &record));
        assert_eq!(!ours.is_empty(), *expected, "{why}");
        assert_ne!(ours, theirs, "the engines now agree, so this row can go: {why}");
    }
}

/// A value for a modifier chain, both as YAML.
fn line() -> impl Strategy<Value = (String, String)> {
    let word = prop_oneof![
        "[abAB]{1,3}",
        "[abAB]{0,2}[*?][abAB]{0,2}",
        Just("É".to_owned()),
        Just("a-b".to_owned()),
        Just(String::new()),
        Just(r"a\*b".to_owned()),
        Just(r"\\a".to_owned()),
        Just("12".to_owned()),
        Just("true".to_owned())
    ];
    let plain = prop_oneof!["[abAB]{1,3}", Just("É".to_owned()), Just("a-b".to_owned()), Just("1".to_owned())];
    let quoted = |text: String| format!("'{text}'");
    let number = prop_oneof![(-2_i64..14).prop_map(|n| n.to_string()), Just("1.5".to_owned())];
    let any = prop_oneof![word.prop_map(quoted), number.clone(), Just("true".to_owned()), Just("false".to_owned())];
    let list = |one: BoxedStrategy<String>, least: usize| {
        prop::collection::vec(one, least..5).prop_map(|values| format!("[{}]", values.join(", ")))
    };
    let chain = |names: &[&'static str]| prop::sample::select(names.to_vec());
    let text = plain.prop_map(quoted).boxed();
    prop_oneof![
        4 => (Just(""), list(any.clone().boxed(), 1)),
        2 => (chain(&["|cased", "|neq", "|cased|neq"]), list(any.boxed(), 1)),
        4 => (chain(&["|contains", "|startswith", "|endswith", "|contains|cased", "|endswith|neq"]), list(text.clone(), 1)),
        2 => (chain(&["|contains|all", "|startswith|all", "|all", "|contains|all|neq"]), list(text.clone(), 2)),
        2 => (chain(&["|gt", "|gte", "|lt", "|lte", "|hour", "|minute", "|day", "|week", "|month", "|year"]), list(number.boxed(), 1)),
        1 => (chain(&["|base64", "|base64|contains", "|wide|base64", "|utf16|base64|contains", "|utf16be|base64", "|windash"]), list(text, 1)),
        2 => (chain(&["|re", "|re|i", "|re|m", "|re|s", "|re|i|neq"]), list(chain(&["'^a'", "'b$'", "'a.b'", "'[AB]{2}'", "'1|2'"]).prop_map(str::to_owned).boxed(), 1)),
        1 => (chain(&["|cidr"]), list(chain(&["192.0.2.0/24", "'2001:db8::/32'", "0.0.0.0/0"]).prop_map(str::to_owned).boxed(), 1)),
        1 => (chain(&["|exists"]), chain(&["false", "true"]).prop_map(str::to_owned)),
        1 => (chain(&["", "|neq"]), Just("null".to_owned())),
        2 => (chain(&["|fieldref", "|fieldref|contains", "|fieldref|startswith", "|fieldref|endswith", "|fieldref|neq", "|fieldref|cased"]), chain(&["a", "b", "Operation"]).prop_map(str::to_owned)),
    ]
    .prop_map(|(modifiers, values)| (modifiers.to_owned(), values))
}

fn selection() -> impl Strategy<Value = String> {
    let field =
        prop::sample::select(vec!["a", "b", "c.d", "list", "Operation", "operation", "workload", "Parameters.X"]);
    let map = prop::collection::btree_map(field, line(), 1..4).prop_map(|lines| {
        lines.into_iter().map(|(field, (modifiers, value))| format!("{field}{modifiers}: {value}")).collect::<Vec<_>>()
    });
    let map = map.boxed();
    let keywords = prop::collection::vec("[abAB]{1,2}|a\\*[bB]", 1..3);
    let indent = |lines: Vec<String>| lines.iter().map(|line| format!("  {line}\n")).collect::<String>();
    let item = |lines: Vec<String>| format!("  - {}\n", lines.join("\n    "));
    prop_oneof![
        4 => map.clone().prop_map(indent),
        2 => prop::collection::vec(map, 1..3).prop_map(move |maps| maps.into_iter().map(item).collect()),
        1 => keywords.prop_map(|words| words.iter().map(|word| format!("  - '{word}'\n")).collect()),
    ]
}

fn detection() -> impl Strategy<Value = String> {
    let name =
        prop::sample::select(vec!["s1", "s2", "f1", "1 of s*", "all of s*", "1 of them", "all of them", "2 of them"]);
    let condition = name.prop_map(str::to_owned).prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} and {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} or {b}")),
            inner.prop_map(|a| format!("not ({a})")),
        ]
    });
    (selection(), selection(), selection(), prop::collection::vec(condition, 1..3)).prop_map(
        |(s1, s2, f1, conditions)| {
            let list: String = conditions.iter().map(|condition| format!("  - {condition}\n")).collect();
            format!("s1:\n{s1}s2:\n{s2}f1:\n{f1}condition:\n{list}")
        },
    )
}

fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "[abAB]{0,4}".prop_map(|text| format!("\"{text}\"")),
        (-2_i64..14).prop_map(|number| number.to_string()),
        prop::sample::select(vec![
            "null",
            "true",
            "false",
            "1.5",
            "\"12\"",
            "\"É\"",
            "\"é\"",
            "\"a/b\"",
            "\"a-b\"",
            "\"a*b\"",
            "\"\\\\a\"",
            "\"192.0.2.9\"",
            "\"2001:db8::7\"",
            "\"2021-06-15T10:12:30\"",
            "\"YQ==\"",
            "\"YQBiAA==\"",
            "\"yes\"",
        ])
        .prop_map(str::to_owned),
    ];
    let list = prop::collection::vec(leaf.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(",")));
    let optional = |strategy: BoxedStrategy<String>| prop::option::weighted(0.8, strategy);
    let operation = prop::sample::select(vec!["\"a\"", "\"ab.\"", "\"B\""]).prop_map(str::to_owned);
    (
        optional(leaf.clone().boxed()),
        optional(leaf.clone().boxed()),
        optional(leaf.clone().boxed()),
        optional(list.boxed()),
        optional(operation.boxed()),
        optional(leaf.boxed()),
    )
        .prop_map(|(a, b, d, list, operation, x)| {
            let parts = [
                a.map(|v| format!("\"a\":{v}")),
                b.map(|v| format!("\"b\":{v}")),
                d.map(|v| format!("\"c\":{{\"d\":{v}}}")),
                list.map(|v| format!("\"list\":{v}")),
                operation.map(|v| format!("\"Operation\":{v},\"Workload\":{v}")),
                x.map(|v| {
                    format!("\"Parameters\":[{{\"Name\":\"Y\",\"Value\":\"a\"}},{{\"Name\":\"X\",\"Value\":{v}}}]")
                }),
            ];
            format!("{{{}}}", parts.into_iter().flatten().collect::<Vec<_>>().join(","))
        })
}

/// Whether a generated rule and record run into a row of [`DIFFERENCES`].
fn is_listed(detection: &str, record: &str) -> bool {
    let null = record.contains("null") && detection.contains("exists");
    let list = detection.contains("|fieldref") && detection.contains("list|fieldref");
    null || list
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_rules_agree(detection in detection(), records in prop::collection::vec(json(), 1..8)) {
        let mut both = both_of(&rule_text("T", &detection));
        for json in records.iter().filter(|json| !is_listed(&detection, json)) {
            let record = record(json);
            let (ours, theirs) = both.ask(&event(Family::Audit, &record));
            prop_assert_eq!(ours, theirs, "ours, theirs\n{}\n{}", detection, json);
        }
    }

    #[test]
    fn no_text_makes_the_loader_panic(text in "[a-c:|\\[\\]{}'\"*%&!\n -]{0,60}") {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.yml");
        std::fs::write(&path, format!("title: T\n{text}")).unwrap();
        let (rules, rejected) = RuleSet::load(&Options { paths: vec![path], ..Options::default() });
        prop_assert!(rules.rules().len() + rejected.len() > 0);
    }
}

/// The folder with real records and the public Sigma rules, when there is one.
fn corpus() -> Option<PathBuf> {
    let folder = std::env::var_os("SPEUR_CORPUS").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: SPEUR_CORPUS names no folder");
    }
    folder
}

fn files(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let walk = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(|entry| entry.unwrap().into_path());
    walk.filter(|path| path.extension().is_some_and(|found| extensions.iter().any(|wanted| found == *wanted))).collect()
}

fn sigma_options(folder: &Path) -> Options {
    Options { paths: vec![folder.join("sigma")], ..Options::default() }
}

#[test]
fn public_rules_load_or_say_why() {
    let Some(folder) = corpus() else { return };
    let total = files(&folder.join("sigma"), &["yml"]).len();
    let (rules, rejected) = RuleSet::load(&sigma_options(&folder));
    println!("{total} files: {} loaded, {} refused", rules.rules().len(), rejected.len());
    for rejection in &rejected {
        println!("{}:{}: {}", rejection.file, rejection.line, rejection.reason);
    }
    assert_eq!(total, rules.rules().len() + rejected.len());
    let expected = |reason: &str| reason.contains("placeholder %") || reason.contains("no mapping for logsource");
    assert!(rejected.iter().all(|rejection| expected(&rejection.reason)));
    assert!(rules.rules().len() >= 140, "{} loaded", rules.rules().len());
}

/// Placeholder values, so that the rules that need some are compared too.
fn with_placeholders(folder: &Path, scratch: &Path) -> Options {
    let text = "{UnLegitCountries: [XX], UnApprovedIp: ['192.0.2.*'], UnApprovedDevice: [d], KNOWN_LOCATION: [US], Known_Location: [US], Important_AppIds: ['*a*'], HomeTenantID: ['*'], ApprovedUserUpn: ['*admin*'], Approved_Inviters: [admin]}";
    let path = scratch.join("placeholders.yml");
    std::fs::write(&path, text).unwrap();
    Options { placeholders: vec![path], ..sigma_options(folder) }
}

#[test]
fn public_rules_agree_on_real_records() {
    let Some(folder) = corpus() else { return };
    let scratch = tempfile::tempdir().unwrap();
    let mut both = Both::load(&with_placeholders(&folder, scratch.path()));
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    let mut fired: BTreeMap<String, usize> = BTreeMap::new();
    let mut compare = |event: &Event<'_>, how: &'static str, place: &Path| {
        let (ours, theirs) = both.ask(event);
        assert_eq!(ours, theirs, "{}", place.display());
        *count.entry(how).or_default() += 1;
        for title in ours {
            *fired.entry(title).or_default() += 1;
        }
    };
    for path in
        files(&folder, &["json", "jsonl", "csv"]).iter().filter(|path| !path.to_string_lossy().contains("labels"))
    {
        if path.extension().is_some_and(|extension| extension == "csv") {
            each_csv(path, &mut compare);
        } else {
            each_json(path, &mut compare);
        }
    }
    println!("events compared: {count:?}\nrules that fired: {fired:#?}");
    assert!(count.values().sum::<usize>() > 1000 && fired.len() > 5, "{count:?} {fired:?}");
}

type Compare<'c> = dyn FnMut(&Event<'_>, &'static str, &Path) + 'c;

/// Shows a record as every family, for records no source reads.
fn as_every_family(record: &Value, path: &Path, compare: &mut Compare<'_>) {
    for family in [Family::Audit, Family::SignIn, Family::Directory, Family::Activity, Family::Risk] {
        compare(&event(family, record), "by hand", path);
    }
}

fn each_json(path: &Path, compare: &mut Compare<'_>) {
    let text = std::fs::read_to_string(path).unwrap();
    let whole: Result<Value, _> = sonic_rs::from_str(&text);
    let records: Vec<Value> = match whole {
        Ok(value) => match value.into_array() {
            Some(list) => list.into_iter().collect(),
            None => sonic_rs::from_str(&text).into_iter().collect(),
        },
        Err(_) => text.lines().filter_map(|line| sonic_rs::from_str(line).ok()).collect(),
    };
    for record in records {
        as_every_family(&record, path, compare);
        let Some(source) = source::for_json(&record, None) else { continue };
        let Ok(decoded) = (source.decode)(Data::Json(record), &FileContext::default()) else { continue };
        if let Ok(event) = (source.view)(&decoded, &FileContext::default()) {
            compare(&event, source.name, path);
        }
    }
}

fn each_csv(path: &Path, compare: &mut Compare<'_>) {
    let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_path(path).unwrap();
    let mut rows = reader.records().map(Result::unwrap);
    let names: Vec<String> =
        rows.next().unwrap().iter().map(|name| name.trim_start_matches('\u{feff}').to_owned()).collect();
    let keys: Vec<String> = names.iter().map(|name| name.trim().to_lowercase()).collect();
    let header = Header { delimiter: b',', names, keys };
    let data = header.position("auditdata");
    for row in rows {
        if let Some(record) = data.and_then(|at| row.get(at)).and_then(|text| sonic_rs::from_str(text).ok()) {
            as_every_family(&record, path, compare);
        }
        let Some(source) = source::for_csv(&header) else { continue };
        let fields = row.iter().collect();
        let Ok(decoded) = (source.decode)(Data::Csv { header: &header, fields }, &FileContext::default()) else {
            continue;
        };
        if let Ok(event) = (source.view)(&decoded, &FileContext::default()) {
            compare(&event, source.name, path);
        }
    }
}
