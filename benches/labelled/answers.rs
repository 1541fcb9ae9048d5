//! The answers of a case folder against the truth: whose presence it was, what was left behind, the response.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Kinds of footholds whose names here and in the program differ.
const KINDS: &[(&str, &str)] = &[("delegate", "mailbox_permission")];

/// The steps of `truth.json`, and the kinds that the program names them by.
const STEPS: &[(&str, &str)] = &[
    ("password_reset", "password"),
    ("sessions_revoked", "sessions"),
    ("sign_in_blocked", "sign_in"),
    ("inbox_rules_removed", "inbox_rule"),
    ("forwarding_cleared", "forwarding"),
    ("mfa_methods_removed", "mfa_method"),
    ("consent_revoked", "consent"),
    ("roles_removed", "role"),
    ("delegates_removed", "mailbox_permission"),
    ("devices_removed", "device"),
    ("sender_unblocked", "sending_block"),
];

/// A foothold counts as found if it was opened within this time of the true one, in seconds.
const NEAR: i64 = 600;

/// The products of a case that are compared.
pub(crate) struct Products {
    pub(crate) sessions: Value,
    pub(crate) footholds: Value,
    pub(crate) case: Value,
    pub(crate) exposure: Exposure,
}

/// What `mail-exposure.csv` tells, or the truth.
#[derive(Default)]
pub(crate) struct Exposure {
    /// The ids of messages that were opened.
    pub(crate) opened: BTreeSet<String>,
    /// Mailboxes and the folders of them that were synchronised.
    pub(crate) synchronised: BTreeSet<(String, String)>,
}

/// How many there are, and how many are right.
#[derive(Default)]
struct Count {
    right: usize,
    all: usize,
}

impl Count {
    fn add(&mut self, right: bool) {
        self.right += usize::from(right);
        self.all += 1;
    }
}

/// Lines for the score: totals, and what is wrong. `rows` has the record's own Id and the address of each event.
pub(crate) fn compare(
    truth: &Value,
    malicious: &BTreeMap<String, String>,
    rows: &BTreeMap<String, (String, String)>,
    products: &Products,
) -> String {
    let mut wrong = String::new();
    let found: BTreeSet<&str> =
        list(&products.sessions).iter().flat_map(|session| texts(&session["event_ids"])).collect();
    let is_malicious = |event: &str| rows.get(event).is_some_and(|(id, _)| malicious.contains_key(id));
    let right = found.iter().filter(|event| is_malicious(event)).count();
    // What came from elsewhere is no session of the intruder's: mail of strangers, alerts, a helpdesk that was fooled.
    let addresses: BTreeSet<&str> =
        list(&truth["stories"]).iter().flat_map(|story| texts(&story["addresses"])).collect();
    let in_session = |row: &&(String, String)| malicious.contains_key(&row.0) && addresses.contains(row.1.as_str());
    let wanted = rows.values().filter(in_session).count();
    let (mut footholds, mut steps) = (Count::default(), Count::default());
    for story in list(&truth["stories"]) {
        let account = text(story, "account");
        for foothold in list(&story["footholds"]) {
            let state = state(list(&products.footholds), foothold, account);
            let expected = text(foothold, "state_at_end");
            let is_right = state == expected || (expected == "closed" && state == "gone");
            footholds.add(is_right);
            if !is_right {
                let _ = writeln!(
                    wrong,
                    "  {} {} of {account}: {state}, expected {expected}",
                    text(foothold, "kind"),
                    text(foothold, "key")
                );
            }
        }
        let dossier = list(&products.case).iter().find(|one| text(one, "account") == account);
        for (name, kind) in STEPS {
            let Some(expected) = story["response"][*name].as_str() else { continue };
            let verdict = dossier.map_or("no answer for the account", |dossier| verdict(dossier, kind));
            steps.add(verdict == expected);
            if verdict != expected {
                let _ = writeln!(wrong, "  {name} of {account}: {verdict}, expected {expected}");
            }
        }
    }
    format!(
        "totals session_events={} session_right={right} session_wanted={wanted} footholds={} footholds_right={} steps={} steps_right={} {}\n\
         answers that are wrong:\n{wrong}",
        found.len(),
        footholds.all,
        footholds.right,
        steps.all,
        steps.right,
        exposed(truth, &products.exposure),
    )
}

/// Totals of messages that were opened, and of folders that were synchronised.
fn exposed(truth: &Value, told: &Exposure) -> String {
    let mut all = Exposure::default();
    for story in list(&truth["stories"]) {
        all.opened.extend(texts(&story["bind_messages"]).into_iter().map(str::to_owned));
        let account = text(story, "account").to_owned();
        let folders = texts(&story["sync_folders"]).into_iter();
        all.synchronised.extend(folders.map(|folder| (account.clone(), folder.to_owned())));
    }
    format!(
        "messages={} messages_right={} messages_wanted={} folders={} folders_right={} folders_wanted={}",
        told.opened.len(),
        told.opened.intersection(&all.opened).count(),
        all.opened.len(),
        told.synchronised.len(),
        told.synchronised.intersection(&all.synchronised).count(),
        all.synchronised.len(),
    )
}

/// The end state of the foothold that the program found nearest to the true one.
fn state<'a>(found: &'a [Value], truth: &Value, account: &str) -> &'a str {
    let kind = text(truth, "kind");
    let kind = KINDS.iter().find(|(here, _)| *here == kind).map_or(kind, |(_, there)| there);
    let key = text(truth, "key").to_lowercase();
    let key = key.rsplit('\\').next().unwrap_or_default().split(": ").next().unwrap_or_default().to_owned();
    let alias = account.split('@').next().unwrap_or_default();
    let opened = seconds(text(truth, "opened"));
    let rank = |one: &&Value| {
        let named = text(one, "name").to_lowercase().contains(&key);
        let owned = text(one, "account").starts_with(alias);
        let apart = (seconds(one["opened"]["time"].as_str().unwrap_or_default()) - opened).abs();
        (!named, !owned, apart)
    };
    let near = |one: &&Value| {
        let time = one["opened"]["time"].as_str().unwrap_or_default();
        text(one, "kind") == kind && (seconds(time) - opened).abs() < NEAR
    };
    found.iter().filter(near).min_by_key(rank).map_or("not found", |one| text(one, "state"))
}

/// Seconds since 1970 of an RFC 3339 time; 0 for any other text.
fn seconds(time: &str) -> i64 {
    chrono::DateTime::parse_from_rfc3339(time).map_or(0, |time| time.timestamp())
}

/// The verdict in the words of the truth.
fn verdict<'a>(dossier: &'a Value, kind: &str) -> &'a str {
    let step = list(&dossier["response"]).iter().find(|step| text(step, "kind") == kind);
    match step.map_or("not_applicable", |step| text(step, "verdict")) {
        "not_seen" => "not done",
        "not_applicable" => "not needed",
        other => other,
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn texts(value: &Value) -> Vec<&str> {
    list(value).iter().filter_map(Value::as_str).collect()
}
