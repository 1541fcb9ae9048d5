//! The answers of a case: whose presence it was, what was left behind, whether the response closed it.

use crate::case_folder::{json, table};
use serde_json::Value;
use speur::decision::Decisions;
use speur::output::{Filter, Lines, select};
use speur::pipeline::{Options, analyze};
use speur::rule;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const CLERK: &str = "sanne.loodsman@harbor.example";
const PLANNER: &str = "bram.ankerveld@harbor.example";

fn harbor() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/harbor")
}

fn analysed(paths: Vec<PathBuf>, decisions: &str) -> (TempDir, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("case");
    let options = Options {
        paths,
        out: out.clone(),
        rules: rule::Options { pack: true, ..rule::Options::default() },
        decisions: Decisions::read(decisions).unwrap(),
        ..Options::default()
    };
    analyze(&options, &()).unwrap();
    (home, out)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn texts(value: &Value) -> Vec<&str> {
    list(value).iter().filter_map(Value::as_str).collect()
}

/// The account's dossier.
fn of<'a>(case: &'a Value, account: &str) -> &'a Value {
    list(case).iter().find(|one| one["account"] == account).unwrap_or_else(|| panic!("no answer for {account}"))
}

/// The verdict on the step that ends this kind.
fn verdict<'a>(dossier: &'a Value, kind: &str) -> &'a str {
    let step = list(&dossier["response"]).iter().find(|step| step["kind"] == kind);
    step.unwrap_or_else(|| panic!("no step for {kind}"))["verdict"].as_str().unwrap()
}

#[test]
fn the_sample_is_answered() {
    let (_home, case) = analysed(vec![harbor()], "[]");
    let answers = json(&case, "case.json");
    let accounts: Vec<&str> = list(&answers).iter().map(|one| one["account"].as_str().unwrap()).collect();
    assert_eq!(accounts, [CLERK, PLANNER], "whom the intruder had, in order");
    let clerk = of(&answers, CLERK);
    assert_eq!(clerk["entry"]["time"], "2026-01-13T09:08:06Z", "the sign-in with the stolen session");
    for (kind, expected) in [
        ("password", "done"),
        ("sessions", "done"),
        ("mfa_method", "not_seen"),
        ("forwarding", "done"),
        ("inbox_rule", "partial"),
        ("sending_block", "done"),
        ("sign_in", "not_seen"),
        ("role", "not_applicable"),
        ("consent", "not_seen"),
    ] {
        assert_eq!(verdict(clerk, kind), expected, "{kind}");
    }
    let footholds = json(&case, "footholds.json");
    let state = |kind: &str, name: &str| {
        let found = list(&footholds).iter().find(|one| one["kind"] == kind && one["name"] == name);
        found.unwrap_or_else(|| panic!("no {kind} {name}"))["state"].clone()
    };
    assert_eq!(state("inbox_rule", "."), "closed");
    assert_eq!(state("inbox_rule", ".."), "open");
    assert_eq!(state("forwarding", "ledger.copies@inbox-archive.example"), "closed");
    assert_eq!(state("consent", "Mail Sync Assistant"), "open");
    let open = list(&clerk["open"]).iter().map(|one| one["text"].as_str().unwrap()).collect::<Vec<_>>().join("\n");
    assert!(open.contains("after the password was reset") && open.contains("“..” is still there"), "{open}");
    let todo = texts(&clerk["todo"]);
    assert!(todo[0].starts_with("step 1:") && todo.last().unwrap().starts_with("step 7:"), "{todo:?}");
}

#[test]
fn the_intruder_is_told_from_the_owner() {
    let (_home, case) = analysed(vec![harbor()], "[]");
    let truth: Vec<Value> = serde_json::from_slice(&std::fs::read(harbor().join("truth.json")).unwrap()).unwrap();
    let truth: BTreeSet<&str> = truth.iter().filter_map(|label| label["source_id"].as_str()).collect();
    let sessions = json(&case, "sessions.json");
    let found: BTreeSet<&str> = list(&sessions).iter().flat_map(|session| texts(&session["event_ids"])).collect();
    let (mut right, mut wrong, mut missed) = (0, Vec::new(), Vec::new());
    for row in table(&case, "timeline.csv") {
        let (is_found, is_malicious) =
            (found.contains(row["event_id"].as_str()), truth.contains(row["source_id"].as_str()));
        match (is_found, is_malicious) {
            (true, true) => right += 1,
            // The portal's directory audit and the extended trace give no Id to label.
            (true, false) if !row["source_id"].is_empty() => wrong.push(row["source_id"].clone()),
            (false, true) if !row["address"].is_empty() => missed.push(row["source_id"].clone()),
            _ => {}
        }
    }
    assert!(wrong.len() * 20 <= right, "{right} right, wrong: {wrong:?}");
    assert!(missed.len() * 20 <= right, "{right} right, missed: {missed:?}");
}

#[test]
fn every_sentence_leads_to_events_and_records() {
    let (_home, case) = analysed(vec![harbor()], "[]");
    let answers = json(&case, "case.json");
    let mut ids = BTreeSet::new();
    for dossier in list(&answers) {
        let sentences = list(&dossier["story"]).iter().chain(list(&dossier["open"]));
        let sentences = sentences.chain(list(&dossier["fraud"])).chain([&dossier["entry"]]);
        for sentence in sentences {
            let own = texts(&sentence["event_ids"]);
            assert!(!own.is_empty(), "{sentence} rests on nothing");
            ids.extend(own.into_iter().map(str::to_owned));
        }
    }
    let filter = Filter { events: ids.iter().cloned().collect(), ..Filter::default() };
    let mut out = Vec::new();
    select(&case, &filter, Lines::Csv, &mut out).unwrap();
    let mut rows = csv::Reader::from_reader(out.as_slice());
    let header = rows.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|known| known == name).unwrap();
    let (event, file, row) = (column("event_id"), column("file"), column("row"));
    let mut seen = BTreeSet::new();
    for record in rows.records().map(Result::unwrap) {
        let container = record[file].split("!/").next().unwrap();
        assert!(harbor().parent().unwrap().join(container).is_file(), "{container}");
        assert!(record[row].parse::<u64>().unwrap() > 0);
        seen.insert(record[event].to_owned());
    }
    assert_eq!(seen, ids);
}

#[test]
fn a_sentence_names_the_deed_and_only_of_whoever_did_it() {
    let (_home, case) = analysed(vec![harbor()], "[]");
    let answers = json(&case, "case.json");
    let told = |account: &str, title: &str| {
        let story = list(&of(&answers, account)["story"]).iter();
        let mut own = story.filter(|told| told["text"].as_str().unwrap().contains(title));
        own.next().map(|told| (told["time"].as_str().unwrap().to_owned(), told["text"].as_str().unwrap().to_owned()))
    };
    // The finding holds what was sent before and purged then: it is the purge that it is about.
    let (time, text) = told(CLERK, "Sent mail purged at the address").unwrap();
    assert!(time == "2026-01-19T07:24:00Z" && text.contains(" deleted mail for good: "), "{time} {text}");
    // Attempts belong to it, but did not get in.
    let (time, text) = told(CLERK, "Activity from the address").unwrap();
    assert!(time == "2026-01-13T09:08:06Z" && text.contains(" signed in to "), "{time} {text}");
    let (_, text) = told(CLERK, "Refused sign-ins with the program").unwrap();
    assert!(text.contains(" failed to sign in to "), "{text}");
    // Mail left from the address where both were used, all of it in the name of one.
    assert!(told(CLERK, "Mail sent from the address").is_some());
    assert!(told(PLANNER, "Mail sent from the address").is_none());
    let findings = json(&case, "findings.json");
    let of_title = |title: &str| list(&findings).iter().find(|one| one["rule"]["title"] == title).unwrap().clone();
    let purged = of_title("Sent mail purged at the address of a suspicious sign-in");
    assert!(purged["summary"].as_str().unwrap().contains(" deleted mail for good: "), "{purged}");
}

#[test]
fn an_act_long_before_the_first_sign_in_is_the_entry() {
    let home = tempfile::tempdir().unwrap();
    let record = |id: u32, time: &str, operation: &str, more: &str| {
        format!(
            "{{\"CreationTime\":\"{time}\",\"Id\":\"00000000-0000-4000-8000-{id:012}\",\"Operation\":\"{operation}\",\"OrganizationId\":\"9c0e7d1b-0000-4000-8000-000000000001\",\"RecordType\":1,\"ResultStatus\":\"True\",\"UserType\":0,\"Workload\":\"Exchange\",\"ClientIP\":\"203.0.113.9\",\"UserId\":\"{CLERK}\"{more}}}\n"
        )
    };
    let forward = |name: &str| {
        format!(
            ",\"ObjectId\":\"{name}\",\"Parameters\":[{{\"Name\":\"Identity\",\"Value\":\"sanne.loodsman\"}},{{\"Name\":\"ForwardingSmtpAddress\",\"Value\":\"smtp:copies@elsewhere.example\"}}]"
        )
    };
    let login = ",\"ObjectId\":\"app\",\"Actor\":[],\"ActorIpAddress\":\"203.0.113.9\"";
    let entered = |acted: &str| {
        let text = record(1, acted, "Set-Mailbox", &forward("sanne.loodsman"))
            + &record(2, "2026-01-13T09:00:00", "UserLoggedIn", login)
                .replace("\"RecordType\":1,", "\"RecordType\":15,")
            + &record(3, "2026-01-13T09:10:00", "Set-Mailbox", &forward("sanne.loodsman"));
        let file = home.path().join(format!("{}.jsonl", acted.replace(':', "")));
        std::fs::write(&file, text).unwrap();
        let (_home, case) = analysed(vec![file], "- {address: 203.0.113.9, is: hostile}");
        of(&json(&case, "case.json"), CLERK)["entry"]["time"].as_str().unwrap().to_owned()
    };
    // Logs of two services may tell the second in another order.
    assert_eq!(entered("2026-01-13T08:59:58"), "2026-01-13T09:00:00Z");
    assert_eq!(entered("2026-01-10T08:00:00"), "2026-01-10T08:00:00Z");
}

#[test]
fn without_a_log_nothing_is_called_undone() {
    let (_home, case) = analysed(vec![harbor().join("sign-ins")], "[]");
    let answers = json(&case, "case.json");
    let clerk = of(&answers, CLERK);
    for kind in ["password", "sessions", "sign_in", "mfa_method", "inbox_rule", "forwarding", "role", "sending_block"] {
        let verdict = verdict(clerk, kind);
        assert!(verdict == "unknown", "{kind} is {verdict} by sign-ins alone");
    }
    let needs = list(&clerk["response"]).iter().map(|step| step["note"].as_str().unwrap());
    assert!(needs.clone().all(|note| note.starts_with("needs ")), "{:?}", needs.collect::<Vec<_>>());
}

#[test]
fn the_investigator_has_the_last_word() {
    let ours = "- {address: 185.220.101.0/24, is: ours}\n- {address: 102.89.0.0/16, is: ours, why: the crew in Lagos}\n- {application: b8d4e6f0-17a2-4c39-8e5b-9f0c1d2e3909, is: ours}\n";
    let (_home, case) = analysed(vec![harbor()], ours);
    assert_eq!(json(&case, "case.json"), Value::Array(Vec::new()));
    let hostile = "- {address: 31.151.77.47, is: hostile, why: the owner was at sea}\n";
    let (_other, case) = analysed(vec![harbor()], hostile);
    let sessions = json(&case, "sessions.json");
    let decided: Vec<&Value> = list(&sessions).iter().filter(|session| session["address"] == "31.151.77.47").collect();
    assert!(!decided.is_empty() && decided.iter().all(|session| session["link"] == "decision"), "{decided:?}");
    let why =
        decided.iter().all(|session| texts(&session["parts"]).contains(&"the investigator says: the owner was at sea"));
    assert!(why, "{decided:?}");
}

#[test]
fn exposed_mail_is_what_the_intruder_reached() {
    let (_home, case) = analysed(vec![harbor()], "[]");
    let truth: Vec<Value> = serde_json::from_slice(&std::fs::read(harbor().join("truth.json")).unwrap()).unwrap();
    let truth: BTreeSet<&str> = truth.iter().filter_map(|label| label["source_id"].as_str()).collect();
    let rows = table(&case, "timeline.csv");
    let of_mail = rows.iter().filter(|row| row["operation"] == "MailItemsAccessed");
    let reached = of_mail.filter(|row| truth.contains(row["source_id"].as_str()));
    let reached: BTreeSet<&str> = reached.map(|row| row["event_id"].as_str()).collect();
    let mail = table(&case, "mail-exposure.csv");
    let is_opened = |how: &str| how.split("; ").any(|how| how == "opened" || how == "synchronised");
    let opened: Vec<_> = mail.iter().filter(|row| is_opened(&row["how"])).collect();
    let told: BTreeSet<&str> = opened.iter().flat_map(|row| row["event_ids"].split(' ')).collect();
    let missed: Vec<&&str> = reached.difference(&told).collect();
    assert!(reached.len() > 5 && missed.is_empty(), "{missed:?} of {}", reached.len());
    let others = rows
        .iter()
        .filter(|row| row["operation"] == "MailItemsAccessed" && !reached.contains(row["event_id"].as_str()));
    let wrong: Vec<&str> = others.map(|row| row["event_id"].as_str()).filter(|id| told.contains(id)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn without_sign_in_logs_the_way_in_is_a_question() {
    const QUESTION: &str = "by which method the intruder signed in";
    let asked = |case: &Path| {
        let answers = json(case, "case.json");
        list(&of(&answers, CLERK)["unknown"]).iter().any(|one| one["question"].as_str().unwrap().starts_with(QUESTION))
    };
    let (_home, whole) = analysed(vec![harbor()], "[]");
    assert!(!asked(&whole));
    let rest = ["audit", "directory-audit", "exchange", "message-trace", "state"].map(|folder| harbor().join(folder));
    let (_other, without) = analysed(rest.to_vec(), "[]");
    assert!(asked(&without));
}
