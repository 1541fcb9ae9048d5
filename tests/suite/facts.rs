//! Derived facts: a history of raw records, and what a rule may say of its last one.

#![allow(clippy::format_collect)]

use speur::pipeline::{analyze, try_records};
use speur::rule::{Options, RuleSet};
use std::path::Path;

use crate::case_folder::{json, table};

/// A sign-in of the unified audit log: time, user, address, agent, country and AS number, further members.
fn login(time: &str, user: &str, address: &str, (country, asn): (&str, u32), more: &str) -> String {
    format!(
        r#"{{"CreationTime":"{time}","Id":"{time}{user}","Operation":"UserLoggedIn","OrganizationId":"t","RecordType":15,"ResultStatus":"Success","UserKey":"k","UserType":0,"Version":1,"Workload":"AzureActiveDirectory","ClientIP":"{address}","UserId":"{user}","ErrorNumber":"0","ExtendedProperties":[{{"Name":"UserAgent","Value":"Mozilla/5.0 Chrome/143.0"}}]{more},"_speur_place":{{"country":"{country}","asn":{asn}}}}}"#
    )
}

fn refused(time: &str, user: &str, address: &str, code: &str) -> String {
    let record = login(time, user, address, ("NG", 2), "");
    let record = record
        .replace("UserLoggedIn", "UserLoginFailed")
        .replace(r#""ErrorNumber":"0""#, &format!(r#""ErrorNumber":"{code}""#));
    record.replace("\"Success\"", "\"Failed\"")
}

fn act(time: &str, user: &str, operation: &str, object: &str, parameters: &str) -> String {
    format!(
        r#"{{"CreationTime":"{time}","Id":"{time}{operation}","Operation":"{operation}","OrganizationId":"t","RecordType":1,"ResultStatus":"True","UserKey":"k","UserType":2,"Version":1,"Workload":"Exchange","ObjectId":"{object}","UserId":"{user}","Parameters":[{parameters}]}}"#
    )
}

/// Whether some record of the history meets every one of these lines.
fn holds(lines: &[&str], history: &[String]) -> bool {
    let selection: String = lines.iter().map(|line| format!("    {line}\n")).collect();
    let text = format!(
        "title: T\nlogsource: {{product: m365, service: audit}}\ndetection:\n  s:\n{selection}  condition: s\n"
    );
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("r.yml"), &text).unwrap();
    let options = Options { paths: vec![folder.path().to_owned()], ..Options::default() };
    let (rules, refused) = RuleSet::load(&options);
    assert!(refused.is_empty(), "{text}\n{refused:?}");
    !try_records(&rules, history).unwrap().is_empty()
}

const HOME: (&str, u32) = ("NL", 1);
const ABROAD: (&str, u32) = ("NG", 2);
const ANNA: &str = "anna@harbor.example";

/// Ten days at home.
fn home() -> String {
    login("2026-01-12T09:00:00", ANNA, "192.0.2.1", HOME, "")
        .replace("\"_speur_place\"", "\"_speur_repeat\":10,\"_speur_place\"")
}

#[test]
fn what_is_new_is_new_for_the_actor_and_for_the_tenant() {
    let abroad = login("2026-01-13T10:00:00", "Anna@Harbor.example", "203.0.113.9", ABROAD, "");
    let new = ["first_seen.country: true", "first_seen.network: true", "baseline.sufficient: true"];
    assert!(holds(&new, &[home(), abroad.clone()]), "in any case of the letters");
    assert!(!holds(&["first_seen.country: true", "baseline.days|gte: 1"], &[home()]));
    assert!(!holds(&new, std::slice::from_ref(&abroad)), "without a past nothing is unusual");
    assert!(holds(&["first_seen.country: true", "baseline.sufficient: false"], std::slice::from_ref(&abroad)));
    let other = login("2026-01-05T10:00:00", "ben@harbor.example", "203.0.113.9", ABROAD, "");
    let history = [home(), other, abroad.clone()];
    assert!(holds(
        &[
            "account: anna@harbor.example",
            "first_seen.country: true",
            "tenant_first_seen.country: false",
            "tenant_first_seen.address: false"
        ],
        &history
    ));
    let tried = refused("2026-01-13T09:00:00", ANNA, "203.0.113.9", "50126");
    assert!(
        holds(
            &["operation: UserLoggedIn", "country: NG", "first_seen.country: true"],
            &[home(), tried, abroad.clone()]
        ),
        "a refused sign-in makes nothing usual"
    );
    let agent = abroad.replace("Chrome/143.0", "Chrome/144.1");
    assert!(holds(&["country: NG", "first_seen.agent: false"], &[home(), agent]), "a new version is no new agent");
    let agent = abroad.replace("Mozilla/5.0 Chrome/143.0", "axios/1.7");
    assert!(holds(&["country: NG", "first_seen.agent: true"], &[home(), agent]));
}

#[test]
fn travel_is_measured_between_successful_sign_ins() {
    let there = |time: &str| login(time, ANNA, "203.0.113.9", ABROAD, "");
    let fast = ["travel.speed|gte: 2000", "travel.kilometres|gte: 3000", "travel.precision: country"];
    assert!(holds(&fast, &[home(), there("2026-01-12T10:00:00")]));
    assert!(!holds(&fast, &[home(), there("2026-01-13T10:00:00")]), "a day is enough");
    let neighbour = login("2026-01-12T09:05:00", ANNA, "203.0.113.9", ("DE", 3), "");
    assert!(!holds(&["travel.kilometres|gte: 1"], &[home(), neighbour]));
    let city = |time: &str, name: &str, north: f64, address: &str| {
        let place = format!(r#""_speur_place":{{"city":"{name}","latitude":{north},"longitude":5.0,"#);
        login(time, ANNA, address, HOME, "").replace("\"_speur_place\":{", &place)
    };
    let history =
        [city("2026-01-12T09:00:00", "A", 52.0, "192.0.2.1"), city("2026-01-12T10:00:00", "B", 53.0, "192.0.2.2")];
    assert!(holds(
        &["travel.precision: city", "travel.kilometres|gte: 110", "travel.kilometres|lte: 112", "travel.minutes: 60"],
        &history
    ));
}

#[test]
fn a_session_counts_where_it_was_used_from() {
    let session = |id: &str| format!(r#","DeviceProperties":[{{"Name":"SessionId","Value":"{id}"}}]"#);
    let one = login("2026-01-12T09:00:00", ANNA, "192.0.2.1", HOME, &session("s1"));
    let two = login("2026-01-12T09:30:00", ANNA, "203.0.113.9", ABROAD, &session("s1"));
    let lines = ["session.addresses: 2", "session.countries: 2", "session.agents: 1"];
    assert!(holds(&lines, &[one.clone(), two.clone()]));
    assert!(!holds(&["session.addresses|gte: 2"], &[one, two.replace("s1", "s2")]));
}

#[test]
fn refusals_before_count_for_an_hour() {
    let users = ["a@harbor.example", "b@harbor.example", ANNA];
    let mut history: Vec<String> =
        (0..3).map(|at| refused(&format!("2026-01-12T09:0{at}:00"), users[at], "203.0.113.9", "50126")).collect();
    history.push(login("2026-01-12T09:30:00", ANNA, "203.0.113.9", ABROAD, ""));
    let lines = [
        "operation: UserLoggedIn",
        "failures.by_address: 3",
        "failures.accounts_by_address: 3",
        "failures.by_account: 1",
    ];
    assert!(holds(&lines, &history));
    history[3] = login("2026-01-12T10:02:30", ANNA, "203.0.113.9", ABROAD, "");
    assert!(holds(&["operation: UserLoggedIn", "failures.by_address: 0"], &history), "more than an hour later");
    assert!(holds(&["password_accepted: true"], &[refused("2026-01-12T09:00:00", ANNA, "203.0.113.9", "50076")]));
    assert!(holds(&["password_accepted: false"], &[refused("2026-01-12T09:00:00", ANNA, "203.0.113.9", "50126")]));
}

#[test]
fn recipients_are_outside_if_no_accepted_domain_holds_them() {
    let forward = |to: &str| {
        act(
            "2026-01-12T10:00:00",
            ANNA,
            "Set-Mailbox",
            "anna",
            &format!(r#"{{"Name":"ForwardingSmtpAddress","Value":"smtp:{to}"}}"#),
        )
    };
    let colleague = login("2026-01-12T08:00:00", "ben@quay.example", "192.0.2.1", HOME, "");
    let external = ["external_recipients: '*@quay.example'"];
    assert!(holds(&external, &[forward("x@quay.example")]));
    assert!(!holds(&external, &[colleague.clone(), forward("x@quay.example")]), "somebody of that domain signs in");
    assert!(holds(
        &["accepted_domains_basis: derived", "external_recipients: x@far.example"],
        &[colleague, forward("x@far.example")]
    ));
}

#[test]
fn rule_names_and_times_since() {
    let rule = |name: &str| act("2026-01-12T10:00:00", ANNA, "New-InboxRule", name, "");
    assert!(holds(&["rule_name: '..'", "rule_name_symbols_only: true"], &[rule("..")]));
    assert!(holds(&["rule_name_symbols_only: false"], &[rule("News 1")]));
    let reset = act("2026-01-12T08:30:00", "admin@harbor.example", "Reset user password.", ANNA, "")
        .replace("\"RecordType\":1", "\"RecordType\":8")
        .replace("\"Exchange\"", "\"AzureActiveDirectory\"");
    let later = login("2026-01-12T10:00:00", ANNA, "192.0.2.1", HOME, "");
    assert!(holds(&["operation: UserLoggedIn", "minutes_since.password_reset: 90"], &[reset, later.clone()]));
    assert!(!holds(&["minutes_since.password_reset|exists: true"], &[later]));
}

#[test]
fn a_domain_that_passes_for_the_own_one_is_named() {
    let forward = act(
        "2026-01-12T10:00:00",
        ANNA,
        "Set-Mailbox",
        "anna",
        r#"{"Name":"ForwardingSmtpAddress","Value":"smtp:x@harb0r.example"}"#,
    );
    assert!(holds(&["lookalike_domain: harbor.example"], &[home(), forward.clone()]));
    assert!(!holds(&["lookalike_domain|exists: true"], &[home(), forward.replace("harb0r", "meadow")]));
}

#[test]
fn the_hour_of_the_day_follows_the_rhythm_of_the_account() {
    // Every hour from eight to eighteen, for two weeks.
    let mut history: Vec<String> = (8..18)
        .map(|hour| {
            login(&format!("2026-01-20T{hour:02}:00:00"), ANNA, "192.0.2.1", HOME, "")
                .replace("\"_speur_place\"", "\"_speur_repeat\":14,\"_speur_place\"")
        })
        .collect();
    history.push(login("2026-01-21T01:00:00", ANNA, "192.0.2.1", HOME, ""));
    assert!(holds(&["local_hour: 3", "local_hour.unusual: true"], &history));
    assert!(holds(&["local_hour: 12", "local_hour.unusual: false"], &history));
    assert!(!holds(&["local_hour|exists: true"], &history[..5]), "fifty hours are no rhythm");
}

fn analysed(evidence: &str, rules: &[(&str, &str)]) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("rules")).unwrap();
    std::fs::write(home.path().join("audit.jsonl"), evidence).unwrap();
    for (name, text) in rules {
        std::fs::write(home.path().join("rules").join(name), text).unwrap();
    }
    let options = speur::pipeline::Options {
        paths: vec![home.path().join("audit.jsonl")],
        out: home.path().join("case"),
        rules: Options { pack: true, paths: vec![home.path().join("rules")], ..Options::default() },
        ..Default::default()
    };
    analyze(&options, &()).unwrap();
    home
}

#[test]
fn what_a_filter_suppresses_is_counted_and_listed() {
    let evidence = act(
        "2026-01-12T10:00:00",
        ANNA,
        "New-InboxRule",
        "..",
        r#"{"Name":"Name","Value":".."},{"Name":"DeleteMessage","Value":"True"}"#,
    );
    let filter = "title: Known rules of Anna\nlogsource: {product: m365}\nfilter:\n  rules: any\n  anna: {UserId: anna@harbor.example}\n  condition: not anna\n";
    let titles =
        |case: &Path| -> Vec<String> { table(case, "findings.csv").iter().map(|row| row["rule"].clone()).collect() };
    let plain = analysed(&evidence, &[]);
    let found = titles(&plain.path().join("case"));
    assert!(found.len() >= 3, "{found:?}");
    assert!(table(&plain.path().join("case"), "suppressed.csv").is_empty());
    let filtered = analysed(&evidence, &[("known.yml", filter)]);
    let case = filtered.path().join("case");
    assert!(titles(&case).is_empty());
    let listed = table(&case, "suppressed.csv");
    let mut told: Vec<&str> = listed.iter().map(|row| row["rule"].as_str()).collect();
    told.sort_unstable();
    let mut found: Vec<&str> = found.iter().map(String::as_str).collect();
    found.sort_unstable();
    assert_eq!(told, found);
    assert!(listed.iter().all(|row| row["filter"] == "Known rules of Anna" && row["event_id"].len() == 16));
    let counted = json(&case, "coverage.json")["rules"]["suppressed"].as_array().unwrap().len();
    assert_eq!(counted, listed.len());
}

#[test]
fn what_only_serves_a_correlation_is_not_listed_as_suppressed() {
    let evidence = act("2026-01-12T10:00:00", ANNA, "New-InboxRule", "..", r#"{"Name":"Name","Value":".."}"#);
    let pair = "title: Two rules\ncorrelation: {type: event_count, rules: [part], group-by: [actor], timespan: 1h, condition: {gte: 2}}\nlevel: high\n---\ntitle: Part\nname: part\nlogsource: {product: m365}\ndetection: {selection: {operation: New-InboxRule}, condition: selection}\n";
    let filter = "title: Known\nlogsource: {product: m365}\nfilter: {rules: any, anna: {UserId: anna@harbor.example}, condition: not anna}\n";
    let home = analysed(&evidence, &[("pair.yml", pair), ("known.yml", filter)]);
    let listed = table(&home.path().join("case"), "suppressed.csv");
    assert!(!listed.is_empty() && listed.iter().all(|row| row["rule"] != "Part"), "{listed:?}");
}

#[test]
fn an_incident_adds_up_what_is_independent() {
    let rule = act(
        "2026-01-12T10:00:00",
        ANNA,
        "New-InboxRule",
        "..",
        r#"{"Name":"Name","Value":".."},{"Name":"DeleteMessage","Value":"True"}"#,
    );
    let forward = act(
        "2026-01-12T11:00:00",
        ANNA,
        "Set-Mailbox",
        "anna",
        r#"{"Name":"ForwardingSmtpAddress","Value":"smtp:x@gmail.com"}"#,
    );
    let late = act("2026-02-12T10:00:00", ANNA, "Remove-InboxRule", "..", "");
    let home = analysed(&[rule, forward, late].join("\n"), &[]);
    let incidents = json(&home.path().join("case"), "incidents.json");
    let [only] = incidents.as_array().unwrap().as_slice() else { panic!("{incidents}") };
    assert_eq!(
        (only["first_time"].as_str(), only["last_time"].as_str()),
        (Some("2026-01-12T10:00:00Z"), Some("2026-01-12T11:00:00Z"))
    );
    let parts = only["parts"].as_array().unwrap();
    let adds: Vec<u64> = parts.iter().map(|part| part["adds"].as_u64().unwrap()).collect();
    assert!(
        adds.is_sorted_by(|a, b| a >= b) && adds.iter().sum::<u64>() == only["score"].as_u64().unwrap(),
        "{parts:?}"
    );
    let mut kinds: Vec<_> = parts.iter().map(|part| (part["tactic"].as_str(), part["log"].as_str())).collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds.len(), parts.len(), "each kind of evidence counts once");
    assert_eq!(table(&home.path().join("case"), "incidents.csv").len(), 1);
}
