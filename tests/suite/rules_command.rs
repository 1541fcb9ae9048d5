//! `speur rules` as a person runs it.

use crate::cli::{Home, records, run};
use std::path::Path;

#[test]
fn rules_are_listed_by_level_tag_and_service() {
    let listed = |more: &[&str]| {
        let ran = run(&[&["rules", "list"], more].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        // Columns are as wide as what is listed.
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        ran.out.lines().skip(1).map(words).collect::<Vec<_>>()
    };
    let all = listed(&[]);
    let high = listed(&["--level", "high"]);
    assert!(!high.is_empty() && high.len() < all.len());
    assert!(high.iter().all(|line| line.starts_with("high") || line.starts_with("critical")), "{high:?}");
    let (service, folder) = (listed(&["--service", "signinlogs"]), listed(&["--service", "entra-signin"]));
    assert!(service.iter().all(|line| line.contains("entra-signin/")), "{service:?}");
    assert!(folder.len() > service.len() && service.iter().all(|line| folder.contains(line)));
    let tagged = listed(&["--tag", "t1114", "--level", "high", "--service", "exchange"]);
    assert!(tagged.iter().any(|line| line.contains("inbox_rule_forwards_to_webmail")), "{tagged:?}");
    assert!(tagged.iter().all(|line| high.contains(line)));
    assert_eq!(listed(&["--tag", "no.such"]), Vec::<String>::new());
    assert_eq!(run(&["rules", "list", "--level", "severe"]).code, 2);
}

#[test]
fn a_rule_is_shown_as_written_and_as_it_is_asked() {
    let shown = run(&["rules", "show", "mailbox_forwarding_to_webmail"]);
    assert_eq!(shown.code, 0, "{}", shown.err);
    for part in [
        "logsource: m365/exchange",
        "  CO-01  Mailbox forwards to an outside address",
        "  detection:\n",
        "      condition: ",
        "      workload: Exchange",
        "operation: Set-Mailbox",
        "actor_kind: system",
        "\"ForwardingSmtpAddress\" among the record's Parameters",
        "user, guest, application, system or unknown",
    ] {
        assert!(shown.out.contains(part), "no {part:?} in\n{}", shown.out);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("burst.yml");
    std::fs::write(
        &file,
        "title: Base\nname: base\nlogsource: {product: m365}\ndetection:\n  s:\n    Operation: Send\n  condition: s\n---\n\
         title: Burst\ncorrelation:\n  type: value_count\n  rules: [base]\n  group-by: [account]\n  timespan: 5m\n\
         \x20 condition: {field: first_seen.region, gte: 3}\nlevel: low\n",
    )
    .expect("written");
    let shown = run(&["rules", "show", "Burst", "--rules", &file.display().to_string()]).out;
    for part in
        ["  correlation:\n    type: value_count\n", "  Base\n", "account            text", "(as first_seen.country: "]
    {
        assert!(shown.contains(part), "no {part:?} in\n{shown}");
    }
    assert!(!shown.contains("level: low\n  "), "the section ends with its last line:\n{shown}");
}

#[test]
fn the_fields_are_listed_with_their_meaning() {
    let listed = run(&["rules", "fields"]);
    assert_eq!(listed.code, 0);
    for field in speur::field::CATALOGUE.iter().map(|entry| (entry.name, entry.meaning)) {
        let line = listed.out.lines().find(|line| line.split_whitespace().next() == Some(field.0));
        assert!(line.is_some_and(|line| line.contains(field.1)), "{field:?}");
    }
    assert!(listed.out.contains("baseline.sufficient") && listed.out.contains("Parameters.ForwardTo"));
}

#[test]
fn the_matrix_is_printed_by_trace_and_by_symptom() {
    let by_trace = run(&["rules", "matrix"]);
    assert_eq!(by_trace.code, 0, "{}", by_trace.err);
    let line =
        |text: &str, start: &str| text.lines().find(|line| line.starts_with(start)).unwrap_or_default().to_owned();
    assert!(line(&by_trace.out, "CO-01").contains("mailbox_forwarding_to_webmail"), "{}", by_trace.out);
    assert!(line(&by_trace.out, "CO-25").contains("not detectable: the Microsoft Graph activity log"));
    let [.., last] = by_trace.out.lines().collect::<Vec<_>>()[..] else { panic!("nothing printed") };
    assert!(last.starts_with("178 traces: ") && last.contains(" 2 not detectable, "), "{last}");
    let by_symptom = run(&["rules", "matrix", "--by", "symptom"]).out;
    let (_, forwarding) = by_symptom.split_once("ST-2  Remove forwarding\n").expect("the step");
    let (forwarding, _) = forwarding.split_once("\n\n").expect("its end");
    assert!(forwarding.contains("RE-05  Forwarding cleared: response_forwarding_cleared"), "{forwarding}");
    let none = run(&["rules", "matrix", "--no-default-rules"]).out;
    assert!(line(&none, "CO-01").ends_with("not covered yet"), "{none}");
}

#[test]
fn the_navigator_layer_is_the_same_each_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str| {
        let path = folder.path().join(name);
        let ran = run(&["rules", "matrix", "--navigator", &path.display().to_string()]);
        assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{}", ran.err);
        std::fs::read_to_string(path).expect("the layer")
    };
    let layer = write("a.json");
    assert_eq!(layer, write("b.json"));
    let layer: serde_json::Value = serde_json::from_str(&layer).expect("JSON");
    let techniques = layer["techniques"].as_array().expect("techniques");
    let forwarding = techniques.iter().find(|technique| technique["techniqueID"] == "T1114.003").expect("forwarding");
    assert_eq!(forwarding["score"], 4);
    let ids: Vec<_> = techniques.iter().map(|technique| technique["techniqueID"].as_str().expect("an id")).collect();
    assert!(ids.is_sorted() && ids.len() > 30, "{ids:?}");
    let nowhere = folder.path().join("absent/a.json");
    let ran = run(&["rules", "matrix", "--navigator", &nowhere.display().to_string()]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("cannot be written"), "{}", ran.err);
}

#[test]
fn the_folder_of_the_pack_is_checked_without_the_data_beside_its_rules() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let checked = run(&["rules", "check", &root.join("rules").display().to_string()]);
    assert_eq!(checked.code, 0, "{}", checked.err);
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("lists")).expect("a folder");
    std::fs::write(folder.path().join("lists/words.yml"), "words: [invoice]\n").expect("written");
    std::fs::write(folder.path().join("lists/rule.yml"), "title: A rule all the same\n").expect("written");
    let checked = run(&["rules", "check", &folder.path().display().to_string()]);
    assert_eq!(checked.code, 1);
    assert!(checked.err.contains("rule.yml") && !checked.err.contains("words.yml"), "{}", checked.err);
}

/// A rule on an operation.
fn on(operation: &str, number: u32) -> String {
    format!(
        "title: {operation} seen\nid: 7b0e7f5e-0000-4000-8000-00000000000{number}\nlogsource: {{product: m365}}\n\
         detection:\n  s:\n    Operation: {operation}\n  condition: s\nlevel: low\n"
    )
}

#[test]
fn noisy_rules_are_told_with_a_filter_that_works() {
    let home = Home::new();
    // 16 by one account, 4 by others, and 20 others of theirs.
    let lines: Vec<String> = records(40).lines().map(str::to_owned).collect();
    let act = |(at, line): (usize, &String)| match at {
        0..16 => line.clone(),
        16..20 => line.replace("anna@", &format!("user{at}@")),
        _ => line.replace("anna@", "bert@").replace("FileAccessed", "FileModified"),
    };
    home.file("logs/good.json", lines.iter().enumerate().map(act).collect::<Vec<_>>().join("\n"));
    home.file("accessed.yml", on("FileAccessed", 1));
    home.file("modified.yml", on("FileModified", 2));
    let rules = ["--no-default-rules", "--rules", &home.text("accessed.yml"), "--rules", &home.text("modified.yml")];
    assert_eq!(home.analyze(&rules).code, 0);
    let case = home.text("case");
    let tuned = run(&[&["rules", "tune", &case], &rules[..]].concat());
    assert_eq!(tuned.code, 0, "{}", tuned.err);
    let lines: Vec<String> =
        tuned.out.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(lines[1], "20 50.0 % 5 0 low FileAccessed seen");
    assert_eq!(lines[2], "20 50.0 % 1 0 low FileModified seen");
    let filter =
        tuned.out.lines().find(|line| line.starts_with("{title: 'Known: FileAccessed seen'")).expect("a filter");
    assert!(filter.ends_with(
        "known: {actor: 'anna@harbor.example'}, condition: not known}}  # 16 of 20 hits, 16 events have it"
    ));
    home.file("filter.yml", filter);
    std::fs::rename(&case, home.text("first")).expect("moved");
    assert_eq!(home.analyze(&[&rules[..], &["--rules", &home.text("filter.yml")]].concat()).code, 0);
    let tuned = run(&[&["rules", "tune", &case], &rules[..]].concat());
    let words = tuned.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains(" 4 10.0 % 4 16 low FileAccessed seen"), "{}", tuned.out);
    assert_eq!(run(&["rules", "tune", &home.text("logs")]).code, 2);
}
