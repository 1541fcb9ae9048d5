//! `rules check` as data: rule text to the places and reasons that are told.

// Short texts, and few.
#![allow(clippy::format_collect)]

use speur::rule::{Checked, Options, check};
use std::path::Path;

/// What a rule needs besides its detection.
const HEAD: &str = "title: T\nid: 7b0e7f5e-0000-4000-8000-000000000001\nstatus: test\ndescription: D\n\
references: [https://example.com]\ndate: 2026-01-31\ntags: [attack.t1114.003]\nfalsepositives: [Backup]\nlevel: low\n";
const AUDIT: &str = "logsource: {product: m365, service: audit}\n";

/// A rule that has everything, with this detection.
fn sound(detection: &str) -> String {
    let lines: String = detection.lines().map(|line| format!("  {line}\n")).collect();
    format!("{HEAD}{AUDIT}detection:\n{lines}")
}

/// Two rules and a correlation that counts them, with these lines.
fn counting(correlation: &str) -> String {
    let part = |name: &str| {
        format!("title: {name}\nname: {name}\n{AUDIT}detection:\n  s:\n    Operation: {name}\n  condition: s\n---\n")
    };
    let lines: String = correlation.lines().map(|line| format!("  {line}\n")).collect();
    format!("{}{}{HEAD}correlation:\n{lines}", part("one"), part("two"))
}

fn checked(text: &str) -> Checked {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.yml");
    std::fs::write(&path, text).unwrap();
    check(&Options { paths: vec![path], ..Options::default() }, None)
}

/// Each told thing is on the first line that holds the first text, and its reason holds the second.
type Told = &'static [(&'static str, &'static str)];

#[track_caller]
fn tells(text: &str, told: Told) {
    let found = checked(text).problems;
    let line = |part: &str| text.lines().position(|line| line.contains(part)).map(|at| at as u64 + 1);
    for (place, reason) in told {
        let is_told = found.iter().any(|told| Some(told.line) == line(place) && told.reason.contains(reason));
        assert!(is_told, "{text}\nis not told at {place:?}: {reason}\nbut {found:#?}");
    }
    assert_eq!(found.len(), told.len(), "{text}\n{found:#?}");
}

#[test]
fn what_differs_from_the_schema_is_told() {
    let good = sound("s:\n  Operation: A\ncondition: s");
    tells(&good, &[]);
    let cases: &[(&str, &str, Told)] = &[
        ("status: test", "status: stabel", &[("status:", "unknown status \"stabel\"; did you mean \"stable\"?")]),
        ("level: low", "level: hihg", &[("level:", "unknown level \"hihg\"; did you mean \"high\"?")]),
        ("level: low", "level: severe", &[("level:", "expected informational, low, medium, high, critical")]),
        ("title: T\n", "titel: T\n", &[("titel", "no title"), ("titel", "did you mean \"title\"?")]),
        ("status: test", "statsu: test", &[("statsu", "unknown key \"statsu\"; did you mean \"status\"?")]),
        ("status: test", "ticket: 12", &[]),
        (AUDIT, "", &[("title", "no logsource")]),
        (AUDIT, "logsource: {product: m365, servce: audit}\n", &[("logsource", "did you mean \"service\"?")]),
        ("  condition: s\n", "", &[("detection:", "no condition in detection")]),
        ("date: 2026-01-31", "date: 2026/01/31", &[("date:", "expected one such as 2026-01-31")]),
        ("id: 7b0e7f5e-0000", "id: 7b0e7f5e", &[("id:", "no UUID")]),
        ("[attack.t1114.003]", "[attack.t1114.003, Attack.Collection]", &[("tags", "\"Attack.Collection\"")]),
        ("[Backup]", "Backup", &[("falsepositives", "no list of texts")]),
        ("level: low", "level: low\nrelated: [{id: a, type: derivd}]", &[("related", "did you mean \"derived\"?")]),
    ];
    for (from, to, told) in cases {
        assert!(good.contains(from), "{from}");
        tells(&good.replace(from, to), told);
    }
}

#[test]
fn what_a_reader_misses_is_told() {
    let good = sound("s:\n  Operation: A\ncondition: s");
    let bare = good.replace(HEAD, "title: T\n");
    tells(
        &bare,
        &[
            ("title", "no id"),
            ("title", "no level"),
            ("title", "no description"),
            ("title", "no falsepositives"),
            ("title", "no references"),
            ("title", "no ATT&CK technique"),
        ],
    );
    let row = |text: &str| format!("{good}speur: {text}\n");
    tells(&row("{matrix: [CO-02, SY-09, ST-2]}"), &[]);
    tells(&row("{matrix: [CO-99]}"), &[("speur", "\"CO-99\" is no row of the detection matrix; did you mean")]);
    tells(
        &row("{rows: [CO-02]}"),
        &[("speur", "\"rows\" says nothing to this program; expected one of"), ("speur", "names no rows")],
    );
    tells(&row("{matrix: [CO-02], presense: 15}"), &[("speur", "\"presense\" says nothing to this program")]);
}

#[test]
fn fields_that_no_record_has_are_told() {
    let unknown: &[(&str, Told)] = &[
        ("UserIdd: 1", &[("UserIdd", "did you mean \"UserId\"?")]),
        ("actor_kin: user", &[("actor_kin", "did you mean \"actor_kind\"?")]),
        ("first_seen.contry: true", &[("contry", "did you mean \"first_seen.country\"?")]),
        ("Parameters.Anything: 1", &[]),
        ("travel.speed|gte: 800", &[]),
        ("Qwertyuiop: 1", &[("Qwertyuiop", "speur rules fields")]),
    ];
    for (line, told) in unknown {
        tells(&sound(&format!("s:\n  {line}\ncondition: s")), told);
    }
}

#[test]
fn conditions_that_say_nothing_are_told() {
    const NEVER: &str = "can never hold";
    let cases: &[(&str, Told)] = &[
        // Nothing asks for it.
        ("s:\n  Operation: A\nt:\n  Operation: B\ncondition: s", &[("  t:", "the condition never asks for \"t\"")]),
        ("s:\n  Operation: A\n_t:\n  Operation: B\ncondition: 1 of them", &[("_t:", "never asks")]),
        ("s:\n  Operation: A\nt_1:\n  Operation: B\ncondition: s or 1 of t_*", &[]),
        // One field, two values.
        ("s:\n  Operation: A\nt:\n  Operation: B\ncondition: s and t", &[("condition", NEVER)]),
        ("s:\n  Operation: [A, C]\nt:\n  Operation: [B, C]\ncondition: s and t", &[]),
        ("s:\n  Operation: A\n  Operation|startswith: B\ncondition: s", &[("  s:", NEVER)]),
        ("s:\n  Operation: Add user.\n  operation|endswith: user\ncondition: s", &[]),
        ("s:\n  Operation: Add user.\nt:\n  Operation: Add user\ncondition: s and t", &[]),
        ("s:\n  outcome: success\nt:\n  outcome: failure\ncondition: s and t", &[("condition", NEVER)]),
        ("s:\n  outcome: 'suc*'\nt:\n  outcome: success\ncondition: s and t", &[]),
        // A key of the record may be a list, and have both.
        ("s:\n  Folders.Path: a\nt:\n  Folders.Path: b\ncondition: s and t", &[]),
        ("s:\n  Folders.Path: null\nt:\n  Folders.Path: b\ncondition: s and t", &[("condition", NEVER)]),
        // A filter that holds the selection.
        ("s:\n  Operation: A\nf:\n  Operation: [A, B]\ncondition: s and not f", &[("condition", NEVER)]),
        ("s:\n  Operation: [A, B]\nf:\n  Operation: A\ncondition: s and not f", &[]),
        ("s:\n  Operation: Add-X\nf:\n  Operation|startswith: Add-\ncondition: s and not f", &[("condition", NEVER)]),
        ("s:\n  Folders.Path: a\n  UserId: x\nf:\n  Folders.Path: a\ncondition: s and not f", &[("condition", NEVER)]),
        ("s:\n  Folders.Path: a\nf:\n  Folders.Path: a\n  UserId: x\ncondition: s and not f", &[]),
        ("s:\n  UserId|re: a\nf:\n  UserId|re: a\ncondition: s and not 1 of f*", &[("condition", NEVER)]),
        ("s:\n  UserId|contains|all: [a, b]\nf:\n  UserId|contains|all: [a, c]\ncondition: s and not f", &[]),
        ("s:\n  UserId|neq: a\nf:\n  UserId|neq: [a, b]\ncondition: s and not f", &[]),
        // Everything.
        ("s:\n  Operation: A\ncondition: s or not s", &[("condition", "always holds")]),
        ("s:\n  Operation: A\nt:\n  Operation: B\ncondition: not s or not t", &[("condition", "always holds")]),
    ];
    for (detection, told) in cases {
        tells(&sound(detection), told);
    }
}

#[test]
fn correlations_that_count_what_they_should_not_are_told() {
    const GOOD: &str = "type: event_count\nrules: [one]\ngroup-by: [account]\ntimespan: 5m\ncondition: {gte: 3}";
    tells(&counting(GOOD), &[]);
    let cases: &[(&str, &str, Told)] = &[
        ("event_count", "even_count", &[("type:", "unknown type \"even_count\"; did you mean \"event_count\"?")]),
        ("timespan", "timespam", &[("correlation:", "no timespan"), ("timespam", "did you mean \"timespan\"?")]),
        ("timespan: 5m", "timespan: 0m", &[("timespan", "found no time")]),
        ("[one]", "[onee]", &[("  rules:", "did you mean \"one\"?")]),
        ("[one]", "[one, one]", &[("  rules:", "names \"one\" twice")]),
        ("group-by: [account]\n", "", &[("correlation:", "no group-by")]),
        ("[account]", "[acount]", &[("group-by", "unknown field \"acount\"; did you mean \"account\"?")]),
        ("{gte: 3}", "{gte: 1}", &[("condition: {", "holds for a single event")]),
        ("{gte: 3}", "{lt: 1}", &[("condition: {", "can never hold")]),
        ("{gte: 3}", "{gte: 3, lt: 3}", &[("condition: {", "can never hold")]),
        ("{gte: 3}", "{gte: 3}\naliases: {who: {one: UserId}}", &[("aliases", "nothing groups or counts by")]),
        ("[account]", "[who]\naliases: {who: {one: UserId}}", &[]),
        ("[account]", "[who]\naliases: {who: {one: UserIdd}}", &[("group-by", "did you mean \"UserId\"?")]),
        ("event_count", "temporal", &[("condition: {", "one rule alone")]),
    ];
    for (from, to, told) in cases {
        tells(&counting(&GOOD.replace(from, to)), told);
    }
    let ordered = "type: temporal_ordered\nrules: [one, two]\ngroup-by: [account]\ntimespan: 1h";
    tells(&counting(ordered), &[]);
    let speaking = counting(GOOD).replace("level: low\n", "level: low\ngenerate: true\n");
    let found = checked(&speaking).problems;
    assert_eq!(found.len(), 12, "two rules that speak for themselves have no metadata: {found:#?}");
}

#[test]
fn a_search_that_grows_too_large_tells_nothing() {
    // What contradicts is met last, behind every choice among the others: the search is given up, not endless.
    let choices: String = (0..40).map(|n| format!("a{n}:\n  - Folders.K{n}: x\n  - Folders.L{n}: y\n")).collect();
    let last = "s:\n  outcome: success\nt:\n  outcome: failure\n";
    tells(&sound(&format!("{choices}{last}condition: s and t and all of a*")), &[]);
    tells(&sound(&format!("{choices}{last}condition: all of a* and s and t")), &[("condition", "can never hold")]);
}

#[test]
fn a_rule_without_records_is_told_where_records_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let (rules, records) = (folder.path().join("rules"), folder.path().join("records"));
    for folder in [&rules, &records.join("half"), &records.join("whole/hit"), &records.join("whole/miss")] {
        std::fs::create_dir_all(folder).unwrap();
    }
    std::fs::write(records.join("half/hit.jsonl"), "{}\n").unwrap();
    for (number, name) in ["bare", "half", "whole"].into_iter().enumerate() {
        let text = sound("s:\n  Operation: A\ncondition: s").replace("00001\n", &format!("0000{number}\n"));
        std::fs::write(rules.join(format!("{name}.yml")), text).unwrap();
    }
    let told = |records: Option<&Path>| {
        let found = check(&Options { paths: vec![rules.clone()], ..Options::default() }, records);
        assert_eq!(found.rules, 3, "{found:?}");
        found.problems.iter().map(|told| told.reason.clone()).collect::<Vec<_>>()
    };
    assert_eq!(told(None), Vec::<String>::new());
    let [bare, half] = &told(Some(&records))[..] else { panic!("{:?}", told(Some(&records))) };
    assert!(bare.contains("hit or miss") && bare.contains("hit.jsonl or hit/ and miss.jsonl or miss/"), "{bare}");
    assert!(half.contains("must miss") && half.ends_with("add miss.jsonl or miss/"), "{half}");
}

#[test]
fn the_pack_is_sound_and_has_records() {
    let records = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules");
    let found = check(&Options { pack: true, ..Options::default() }, Some(&records));
    assert!(found.problems.is_empty(), "{:#?}", found.problems);
    assert!(found.rules > 200, "{}", found.rules);
}
