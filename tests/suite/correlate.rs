//! Correlations: beside another engine, whatever the order of the input, and where the specification leaves a choice.

#![allow(clippy::unwrap_used, clippy::format_collect)]

use crate::event_fixture::{event, record};
use crate::oracle::Mirror;
use proptest::prelude::*;
use rsigma_eval::{CorrelationConfig, CorrelationEngine};
use rsigma_parser::parse_sigma_yaml;
use speur::correlate::judge;
use speur::coverage::RuleRejection;
use speur::enrich::AcceptedDomains;
use speur::event::{Family, Origin};
use speur::rule::{Hits, Options, RuleSet, Scratch, rewritten};
use speur::store::{Batch, Entry, GUID, Merger, Met};
use std::collections::{BTreeMap, BTreeSet};
use tempfile::TempDir;

/// Three rules: `one` and `two` never find the same record, `three` may find one that either finds.
const RULES: &str = "title: one
name: one
id: '1'
logsource: {product: m365, service: audit}
detection: {s: {a: 1}, condition: s}
---
title: two
name: two
id: '2'
logsource: {product: m365, service: audit}
detection: {s: {a: 2}, condition: s}
---
title: three
name: three
id: '3'
logsource: {product: m365, service: audit}
detection: {s: {b: 1}, condition: s}
";

/// What happened: seconds after the start, `a`, `b`, the group and a number.
type Row = (i64, i64, i64, &'static str, i64);

fn json(number: usize, (_, a, b, group, value): &Row) -> String {
    format!(
        r#"{{"Id":"e{number:04}","Operation":"Send","UserId":"u@x.example","a":{a},"b":{b},"g":"{group}","v":{value}}}"#
    )
}

/// The options are usable for as long as the folder is kept.
fn load(text: &str) -> (RuleSet, Vec<RuleRejection>, Options, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rules.yml"), text).unwrap();
    let options = Options { paths: vec![folder.path().to_owned()], ..Options::default() };
    let (rules, refused) = RuleSet::load(&options);
    (rules, refused, options, folder)
}

/// Ids of the events that hit the rule titled `title`, the batches of rows coming in this order.
fn hits(rules: &RuleSet, title: &str, batches: &[Vec<(usize, Row)>]) -> BTreeSet<String> {
    let mut merger = Merger::default();
    for (file, rows) in (0..).zip(batches) {
        let mut batch = Batch::of(file);
        batch.rows = rows.len() as u64;
        for ((number, row), at) in rows.iter().zip(1..) {
            let record = record(&json(*number, row));
            let mut event = event(Family::Audit, &record);
            event.time.micros = row.0 * 1_000_000;
            let mut hits = Hits::default();
            rules.matches(&event, &mut Scratch::default(), &mut hits);
            let mut digest = [0; 32];
            digest[..8].copy_from_slice(&(*number as u64).to_be_bytes());
            let origin = Origin { file, row: at, offset: 0, length: 1, digest };
            let met = Met { rules: &hits.met, pending: &hits.pending, captured: &hits.captured };
            batch.keep(&event, origin, *number as u128, &met);
        }
        merger.add(batch);
    }
    let (mut events, _) = merger.finish(&[], BTreeMap::new());
    judge(&mut events, rules, &AcceptedDomains::default());
    let found = |entry: &Entry| events.hits(entry).iter().any(|hit| rules.rules()[usize::from(*hit)].title == title);
    let id = |entry: &Entry| entry.id.text(&events.pool, &mut [0; GUID]).to_owned();
    events.entries.iter().filter(|entry| found(entry)).map(|entry| id(&entry)).collect()
}

fn numbered(rows: &[Row]) -> Vec<(usize, Row)> {
    rows.iter().copied().enumerate().collect()
}

/// When the other engine fires the correlation titled `title`, and for which group.
fn fired(text: &str, options: &Options, title: &str, rows: &[Row]) -> Vec<(i64, String)> {
    let mut engine = CorrelationEngine::new(CorrelationConfig::default());
    for rule in rewritten(options).values() {
        engine.add_rule(rule).unwrap();
    }
    for correlation in &parse_sigma_yaml(text).unwrap().correlations {
        engine.add_correlation(correlation).unwrap();
    }
    let mut fired = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        let record = record(&json(number, row));
        let event = event(Family::Audit, &record);
        let results = engine.process_event_at(&Mirror(&event), row.0);
        let ours = results.iter().filter(|result| result.is_correlation() && result.header.rule_title == title);
        fired.extend(ours.map(|_| (row.0, row.3.to_owned())));
    }
    fired
}

/// The events that such firings are about: those that the rules found in the window of the group.
fn contributors(fired: &[(i64, String)], rows: &[Row], span: i64, found: impl Fn(&Row) -> bool) -> BTreeSet<String> {
    let windows = |row: &Row| fired.iter().any(|(end, group)| row.3 == group && row.0 <= *end && row.0 >= end - span);
    let members = rows.iter().enumerate().filter(|(_, row)| found(row) && windows(row));
    members.map(|(number, _)| format!("e{number:04}")).collect()
}

/// A correlation as text, and which rules it refers to.
fn correlation() -> impl Strategy<Value = (String, Vec<&'static str>, i64)> {
    let number = |names: &'static [&'static str], most: u64| {
        (prop::sample::select(names), 0..most).prop_map(|(name, number)| format!("{name}: {number}"))
    };
    let any = &["gt", "gte", "lt", "lte", "eq", "neq"];
    let counted = prop::sample::subsequence(vec!["one", "two"], 1..=2);
    let all = prop::sample::subsequence(vec!["one", "two", "three"], 1..=3).prop_shuffle();
    let range = (1_u64..3, 2_u64..6).prop_map(|(low, high)| format!("gte: {low}, lte: {high}"));
    let simple = prop_oneof![number(any, 6), range];
    let values = (prop::sample::select(&["value_count", "value_sum", "value_avg"][..]), number(any, 12))
        .prop_map(|(kind, condition)| (kind, format!("condition: {{field: v, {condition}}}")));
    let kind = prop_oneof![
        (simple, counted.clone()).prop_map(|(c, rules)| ("event_count", format!("condition: {{{c}}}"), rules)),
        (values, counted).prop_map(|((kind, c), rules)| (kind, c, rules)),
        all.clone().prop_map(|rules| ("temporal", format!("condition: {{gte: {}}}", rules.len()), rules)),
        (all.clone(), 1_u64..4).prop_map(|(rules, n)| ("temporal", format!("condition: {{gte: {n}}}"), rules)),
        all.prop_map(|rules| ("temporal_ordered", String::new(), rules)),
    ];
    (kind, 5_i64..60).prop_map(|((kind, condition, rules), span)| {
        let list = rules.join(", ");
        let text = format!("{RULES}---\ntitle: whole\nid: '9'\ncorrelation:\n  type: {kind}\n  rules: [{list}]\n  group-by: [g]\n  timespan: {span}s\n  {condition}\n");
        (text, rules, span)
    })
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (1_i64..12, 0_i64..3, 0_i64..2, prop::sample::select(&["x", "y"][..]), 0_i64..8);
    prop::collection::vec(row, 1..30).prop_map(|rows| {
        let mut time = 1_000_000;
        let step = |(step, a, b, group, value): Row| {
            time += step;
            (time, a, b, group, value)
        };
        rows.into_iter().map(step).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn another_engine_finds_the_same_windows((text, names, span) in correlation(), rows in rows()) {
        let (rules, refused, options, _folder) = load(&text);
        prop_assert!(refused.is_empty(), "{:?}\n{}", refused, text);
        let fired = fired(&text, &options, "whole", &rows);
        let is = |name: &str, row: &Row| match name { "one" => row.1 == 1, "two" => row.1 == 2, _ => row.2 == 1 };
        let found = |row: &Row| names.iter().any(|name| is(name, row));
        let theirs = contributors(&fired, &rows, span, found);
        prop_assert_eq!(hits(&rules, "whole", &[numbered(&rows)]), theirs, "ours, theirs {:?}\n{}\n{:?}", fired, text, rows);
    }

    #[test]
    fn neither_order_nor_chunks_of_the_input_count(
        (text, _, _) in correlation(),
        rows in rows(),
        order in Just((0..30).collect::<Vec<usize>>()).prop_shuffle(),
        cut in 0_usize..30,
        coarse in 1_i64..20,
    ) {
        let (rules, _, _, _folder) = load(&text);
        // Several records of one second, too.
        let rows: Vec<Row> = rows.into_iter().map(|(t, a, b, g, v)| (t / coarse * coarse, a, b, g, v)).collect();
        let straight = numbered(&rows);
        let mut shuffled: Vec<(usize, Row)> = order.iter().filter_map(|at| straight.get(*at).copied()).collect();
        let rest = shuffled.split_off(cut.min(shuffled.len()));
        prop_assert_eq!(hits(&rules, "whole", &[straight]), hits(&rules, "whole", &[shuffled, rest]));
    }
}

fn whole(correlation: &str) -> String {
    let indented: String = correlation.lines().map(|line| format!("  {line}\n")).collect();
    format!("{RULES}---\ntitle: whole\nid: '9'\ncorrelation:\n{indented}")
}

#[test]
fn correlations_refer_to_correlations_and_to_aliases() {
    let text = format!(
        "{}---\ntitle: chain\nid: '8'\ncorrelation:\n  type: temporal_ordered\n  rules: [many, two]\n  group-by: [group]\n  timespan: 1m\n  aliases:\n    group: {{many: g, two: v}}\n",
        whole("type: event_count\nrules: [one]\ngroup-by: [g]\ntimespan: 10s\ncondition: {gte: 2}")
            .replace("title: whole", "title: whole\nname: many")
    );
    let (rules, refused, _, _folder) = load(&text);
    assert!(refused.is_empty(), "{refused:?}");
    let rows = [(0, 1, 0, "7", 0), (5, 1, 0, "7", 0), (20, 2, 0, "z", 7), (30, 2, 0, "z", 8)];
    let rows: Vec<Row> = rows.map(|(t, a, b, g, v)| (1_000_000 + t, a, b, g, v)).to_vec();
    assert_eq!(
        hits(&rules, "whole", &[numbered(&rows)]).len(),
        0,
        "a part of another correlation of its file is silent"
    );
    let found = hits(&rules, "chain", &[numbered(&rows)]);
    let all = ["e0000", "e0001", "e0002"].map(str::to_owned).into();
    assert_eq!(found, all, "the moment at which it was met, what lies behind it, and what followed");
}

#[test]
fn a_rule_beside_its_correlation_is_silent_unless_it_is_generated() {
    let rows = numbered(&[(1_000_000, 1, 0, "x", 0), (1_000_001, 1, 0, "x", 0)]);
    let text = whole("type: event_count\nrules: [one]\ngroup-by: [g]\ntimespan: 10s\ncondition: {gte: 5}");
    let (rules, _, _, _folder) = load(&text);
    assert!(hits(&rules, "one", std::slice::from_ref(&rows)).is_empty());
    let (rules, _, _, _folder) = load(&text.replace("timespan: 10s", "timespan: 10s\n  generate: true"));
    assert_eq!(hits(&rules, "one", &[rows]).len(), 2);
}

/// Where the engines differ on purpose, with the words of the specification (2.1.0) that decide it, or what ours
/// promises where it is silent.
#[test]
fn differences_to_the_other_engine_are_as_listed() {
    // "Counts events occurring in the given time frame": an event that two of the rules find is one event.
    let text = whole("type: event_count\nrules: [one, three]\ngroup-by: [g]\ntimespan: 10s\ncondition: {gte: 2}");
    let (rules, _, options, _folder) = load(&text);
    let rows = [(1_000_000, 1, 1, "x", 0)];
    assert!(hits(&rules, "whole", &[numbered(&rows)]).is_empty());
    assert_eq!(fired(&text, &options, "whole", &rows).len(), 1);
    // "The values of fields defined in group-by must all have the same value": no value is not the same value.
    let text = whole("type: event_count\nrules: [one]\ngroup-by: [absent]\ntimespan: 10s\ncondition: {gte: 1}");
    let (rules, _, options, _folder) = load(&text);
    assert!(hits(&rules, "whole", &[numbered(&rows)]).is_empty());
    assert_eq!(fired(&text, &options, "whole", &rows).len(), 1);
    // "The condition defines when a correlation matches": a percentile is compared, too.
    let percentile = "type: value_percentile\nrules: [one]\ngroup-by: [g]\ntimespan: 10s\ncondition: {field: v, gt: 3}";
    let (rules, _, options, _folder) = load(&whole(percentile));
    let low: Vec<Row> = (0..5).map(|v| (1_000_000 + v, 1, 0, "x", v)).collect();
    assert!(hits(&rules, "whole", &[numbered(&low)]).is_empty(), "the median of 0 to 4 is 2");
    assert_eq!(fired(&whole(percentile), &options, "whole", &low).len(), 5);
    let high: Vec<Row> = (3..6).map(|v| (1_000_000 + v, 1, 0, "x", v)).collect();
    assert_eq!(hits(&rules, "whole", &[numbered(&high)]).len(), 3, "the median of 3 and 4 is 3.5");
    // "All events defined by the rules referred by the rule field must occur": one of them is not enough.
    let both = whole("type: temporal\nrules: [one, two]\ngroup-by: [g]\ntimespan: 10s");
    let (rules, _, options, _folder) = load(&both);
    assert!(hits(&rules, "whole", &[numbered(&rows)]).is_empty());
    assert_eq!(fired(&both, &options, "whole", &rows).len(), 1);
    let rows_of_both = [(1_000_000, 1, 0, "x", 0), (1_000_005, 2, 0, "x", 0)];
    assert_eq!(hits(&rules, "whole", &[numbered(&rows_of_both)]).len(), 2);
    // Silent on records of one second: their order is not known, so what they say together counts.
    let text = whole("type: event_count\nrules: [one]\ngroup-by: [g]\ntimespan: 10s\ncondition: {eq: 1}");
    let (rules, _, options, _folder) = load(&text);
    let rows = [(1_000_000, 1, 0, "x", 0), (1_000_000, 1, 0, "x", 1)];
    assert!(hits(&rules, "whole", &[numbered(&rows)]).is_empty());
    assert_eq!(fired(&text, &options, "whole", &rows).len(), 1);
}

#[test]
fn a_refused_correlation_says_where_and_why() {
    let table = [
        ("type: event_count\nrules: [on]\ngroup-by: [g]\ntimespan: 10s\ncondition: {gte: 2}", "did you mean \"one\"?"),
        ("type: event_count\nrules: [one]\ngroup-by: [g]\ntimespan: 10s", "condition"),
        ("type: value_count\nrules: [one]\ngroup-by: [g]\ntimespan: 10s\ncondition: {gte: 2}", "field"),
        ("type: event_count\nrules: [one]\ngroup-by: [g]\ntimespan: 10 years\ncondition: {gte: 2}", "timespan"),
        ("type: event_cuont\nrules: [one]\ngroup-by: [g]\ntimespan: 10s\ncondition: {gte: 2}", "type"),
        ("type: temporal\nrules: [nine]\ngroup-by: [g]\ntimespan: 10s", "circle"),
    ];
    for (correlation, part) in table {
        let text = whole(correlation).replace("id: '9'", "id: '9'\nname: nine");
        let (rules, refused, _, _folder) = load(&text);
        let [only] = refused.as_slice() else { panic!("{correlation}: {refused:?}") };
        assert!(only.reason.contains(part), "{correlation}: {}", only.reason);
        assert!(only.line > 17, "{correlation}: line {}", only.line);
        assert_eq!(rules.rules().len(), 3);
    }
}
