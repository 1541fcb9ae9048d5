//! An invented tenant as a finished case: about 200 events, one mailbox taken over, and hostile texts.

use sha2::{Digest, Sha256};
use speur::case::{Case, finding};
use speur::coverage::{Counts, Coverage, FileCoverage, Rejection, RuleCoverage, RuleRejection};
use speur::event::{ActorKind, Basis, Family, Origin, Outcome, Place, Precision};
use speur::rule::{Level, Meta};
use speur::store::{Common, Entry, Events, Id, RuleIndex, Sym, Verdict, Who};
use std::net::IpAddr;
use std::sync::Arc;

/// 2026-01-12T00:00:00Z, a Monday.
pub(crate) const MONDAY: i64 = 1_768_176_000_000_000;
pub(crate) const MINUTE: i64 = 60_000_000;

/// Texts that try to break out of each output.
pub(crate) const HOSTILE: [&str; 5] = [
    "=HYPERLINK(\"http://evil.example\",\"x\")",
    "</script><img src=x onerror=alert(1)>",
    "]]></title><svg onload=alert(1)>",
    "invoice\u{202e}fdp.exe",
    "a\r\n@SUM(1+1)\u{1b}[2J\u{0}",
];

/// One event in short.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Act<'a> {
    pub(crate) minute: i64,
    pub(crate) family: Family,
    pub(crate) workload: &'a str,
    pub(crate) operation: &'a str,
    pub(crate) account: &'a str,
    pub(crate) address: &'a str,
    pub(crate) object: &'a str,
    pub(crate) detail: &'a str,
    pub(crate) outcome: Outcome,
    pub(crate) hits: &'a [RuleIndex],
}

pub(crate) const QUIET: Act<'static> = Act {
    minute: 0,
    family: Family::Audit,
    workload: "Exchange",
    operation: "MailItemsAccessed",
    account: "anna@harbor.example",
    address: "198.51.100.10",
    object: "",
    detail: "",
    outcome: Outcome::Success,
    hits: &[],
};

/// Adds one event; the order of the calls is the order of time.
pub(crate) fn push(events: &mut Events, act: &Act<'_>) {
    let number = events.entries.len() as u64;
    let pool = &mut events.pool;
    let digest: [u8; 32] = Sha256::digest(number.to_le_bytes()).into();
    let sign_in = act.family == Family::SignIn;
    let common = Common {
        source: if sign_in { "graph-signins" } else { "purview-csv" },
        operation: pool.intern(act.operation),
        operation_original: pool.intern(act.operation),
        workload: pool.intern(act.workload),
        record_type: pool.intern(if sign_in { "" } else { "ExchangeItem" }),
        application: pool.intern(if sign_in { "Office 365 Exchange Online" } else { "" }),
        result: pool.intern("Succeeded"),
        error_code: pool.intern(if act.outcome == Outcome::Failure { "50126" } else { "" }),
        ..Common::default()
    };
    let who = Who {
        tenant: pool.intern("harbor.example"),
        actor: pool.intern(act.account),
        account: pool.intern(&act.account.to_lowercase()),
        agent: pool.intern(if act.hits.is_empty() { "Mozilla/5.0 (Windows NT 10.0)" } else { "axios/1.7.2" }),
        ..Who::default()
    };
    let verdict = Verdict { hits: events.rules.number(act.hits), ..Verdict::default() };
    let entry = Entry {
        micros: MONDAY + act.minute * MINUTE + (number as i64 % 60) * 1_000_000,
        precision: Precision::Second,
        basis: Basis::RecordUtc,
        family: act.family,
        actor_kind: ActorKind::User,
        outcome: act.outcome,
        id: Id::of(&format!("00000000-0000-4000-8000-{number:012}"), pool),
        target: Sym(0),
        address: pool.intern(&format!("{}:443", act.address)),
        ip: events.ips.number(&act.address.parse::<IpAddr>().ok()),
        port: Some(443),
        session: pool.intern("6a1f3c7e-session"),
        token: Id::of("", pool),
        object: pool.intern(act.object),
        detail: pool.intern(act.detail),
        captured: Sym(0),
        recipients: Sym(0),
        origin: Origin { file: u32::from(sign_in), row: number + 1, offset: number * 1_600, length: 1_599, digest },
        conflict: false,
        common: events.commons.number(&common),
        who: events.whos.number(&who),
        verdict: events.verdicts.number(&verdict),
    };
    events.entries.push(entry);
}

fn place(country: &str, city: &str, asn: u32, as_org: &str) -> Arc<Place> {
    Arc::new(Place {
        country: country.to_owned(),
        city: city.to_owned(),
        asn,
        as_org: as_org.to_owned(),
        kind: "public",
        basis: "invented".to_owned(),
        ..Place::default()
    })
}

fn rule(id: &str, title: &str, level: Level, tags: &[&str], description: &str) -> Meta {
    Meta {
        id: id.to_owned(),
        title: title.to_owned(),
        level,
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        description: description.to_owned(),
        falsepositives: vec!["The owner of the mailbox did it.".to_owned()],
        references: vec!["https://attack.mitre.org/techniques/T1114/003/".to_owned()],
        file: format!("pack:exchange/{id}.yml"),
        sha256: "0".repeat(64),
        ..Meta::default()
    }
}

/// The rules that [`Act::hits`] counts in.
pub(crate) fn rules() -> Vec<Meta> {
    vec![
        rule(
            "11111111-0000-4000-8000-000000000001",
            "Mailbox forwards to an outside address",
            Level::High,
            &["attack.collection", "attack.t1114.003"],
            "Mail of the mailbox is sent on to another organisation. It is how an intruder keeps reading. Check who set it and what was sent.",
        ),
        rule(
            "11111111-0000-4000-8000-000000000002",
            "Inbox rule hides mail in an unused folder",
            Level::High,
            &["attack.defense-evasion", "attack.t1564.008"],
            "A rule moves mail where nobody looks. It hides answers from the owner. Check the rule's conditions.",
        ),
        rule(
            "11111111-0000-4000-8000-000000000003",
            "Sign-in from a hosting network",
            Level::Medium,
            &["attack.initial-access", "attack.t1078.004"],
            "People seldom sign in from a data centre. Check the session that follows.",
        ),
        rule(
            "11111111-0000-4000-8000-000000000004",
            "Failed sign-in",
            Level::Informational,
            &[],
            "A password was wrong.",
        ),
        rule(
            "11111111-0000-4000-8000-000000000005",
            "<b>Title</b> with =markup & \u{202e}direction",
            Level::Critical,
            &["attack.t1114"],
            "</dd><script>alert(1)</script>",
        ),
    ]
}

fn ordinary(acts: &mut Vec<(i64, Act<'static>)>) {
    let people = ["anna@harbor.example", "bram@harbor.example", "chloe@harbor.example", "daan@harbor.example"];
    let work = [
        ("Exchange", "MailItemsAccessed", ""),
        ("SharePoint", "FileAccessed", "https://harbor.example/sites/ops/plan.xlsx"),
        ("Exchange", "Send", "Weekly schedule"),
        ("MicrosoftTeams", "MessageSent", ""),
    ];
    for day in 0..12i64 {
        if day % 7 > 4 {
            continue;
        }
        for (number, account) in people.into_iter().enumerate() {
            let start = day * 1_440 + 7 * 60 + number as i64 * 11;
            let sign_in = Act {
                family: Family::SignIn,
                workload: "AzureActiveDirectory",
                operation: "Sign-in activity",
                account,
                ..QUIET
            };
            acts.push((start, sign_in));
            for (step, (workload, operation, object)) in work.into_iter().enumerate() {
                let act = Act { workload, operation, account, object, ..QUIET };
                acts.push((start + 30 + step as i64 * 95, act));
            }
        }
    }
}

fn intrusion(acts: &mut Vec<(i64, Act<'static>)>) {
    let start = 2 * 1_440 + 9 * 60;
    let intruder = Act { address: "203.0.113.7", ..QUIET };
    let sign_in =
        Act { family: Family::SignIn, workload: "AzureActiveDirectory", operation: "Sign-in activity", ..intruder };
    for minute in 0..4 {
        acts.push((start + minute, Act { outcome: Outcome::Failure, hits: &[3], ..sign_in }));
    }
    acts.push((start + 5, Act { hits: &[2], ..sign_in }));
    acts.push((
        start + 12,
        Act {
            operation: "New-InboxRule",
            object: ".",
            detail: "MoveToFolder=RSS Subscriptions; SubjectOrBodyContainsWords=invoice",
            hits: &[1],
            ..intruder
        },
    ));
    acts.push((
        start + 14,
        Act {
            operation: "Set-Mailbox",
            object: "anna@harbor.example",
            detail: "ForwardingSmtpAddress=smtp:collect@elsewhere.example; DeliverToMailboxAndForward=True",
            hits: &[0],
            ..intruder
        },
    ));
    for minute in 0..6 {
        acts.push((start + 20 + minute * 7, intruder));
    }
    acts.push((
        start + 1_500,
        Act {
            operation: "UpdateInboxRules",
            detail: "RuleName=..; ForwardTo=collect@elsewhere.example",
            address: "2001:db8::7",
            hits: &[0, 1],
            ..intruder
        },
    ));
    acts.push((
        start + 2_900,
        Act {
            operation: "Set-Mailbox",
            object: "anna@harbor.example",
            detail: "ForwardingSmtpAddress=",
            account: "admin@harbor.example",
            ..QUIET
        },
    ));
    for (number, text) in HOSTILE.into_iter().enumerate() {
        let account = "mallory+<img>@evil.example";
        acts.push((
            start + 3_000 + number as i64 * 60,
            Act { object: text, detail: text, operation: "Send", account, hits: &[4], ..intruder },
        ));
    }
}

/// The whole case.
pub(crate) fn case() -> Case {
    let mut acts = Vec::new();
    ordinary(&mut acts);
    intrusion(&mut acts);
    acts.sort_by_key(|(minute, _)| *minute);
    let mut events = Events::default();
    for (minute, act) in acts {
        push(&mut events, &Act { minute, ..act });
    }
    for (address, known) in [
        ("198.51.100.10", place("NL", "Rotterdam", 64_500, "Harbor Fibre")),
        ("203.0.113.7", place("NG", "Lagos", 64_501, "<Hosting> & Co")),
        ("2001:db8::7", place("DE", "", 64_502, "Relay Network")),
    ] {
        events.places.insert(address.parse::<IpAddr>().unwrap(), known);
    }
    finish(events)
}

/// A case without a single event.
pub(crate) fn empty() -> Case {
    finish(Events::default())
}

/// Closes the ledger and builds the findings.
pub(crate) fn finish(events: Events) -> Case {
    let count =
        |sign_in: bool| events.entries.iter().filter(|e| (e.family == Family::SignIn) == sign_in).count() as u64;
    let file = |path: &str, format: &str, used: u64, rejected: u64| FileCoverage {
        path: path.to_owned(),
        sha256: "ab".repeat(32),
        bytes: used * 1_600,
        format: format.to_owned(),
        encoding: "utf-8".to_owned(),
        counts: Counts { rows: used + rejected, used, rejected, ..Counts::default() },
        first_time: Some("2026-01-12T07:00:00Z".to_owned()),
        last_time: Some("2026-01-23T12:00:00Z".to_owned()),
        ..FileCoverage::default()
    };
    let files = vec![
        file("harbor/audit.csv", "purview-csv", count(false), 1),
        file("harbor/signins.json", "graph-signins", count(true), 0),
    ];
    let refused = RuleRejection {
        file: "own/<rule>.yml".to_owned(),
        line: 14,
        reason: "unknown modifier \"contain\"".to_owned(),
    };
    let rules = rules();
    let ledger = RuleCoverage { loaded: rules.len() as u64, rejected: vec![refused], ..RuleCoverage::default() };
    let rejection = Rejection {
        file: "harbor/audit.csv".to_owned(),
        row: 77,
        offset: 123_200,
        length: 40,
        reason: "3 fields, expected 6".to_owned(),
        excerpt: "2026,<script>,=1+1".to_owned(),
    };
    Case {
        facts: speur::case::facts::CaseFacts::default(),
        originals: std::collections::BTreeMap::new(),
        findings: finding::findings(&events, &rules, speur::language::Voice::default()),
        dossiers: Vec::new(),
        sessions: Vec::new(),
        exposure: speur::case::exposure::Exposure::default(),
        recipients: Vec::new(),
        footholds: Vec::new(),
        events,
        rules,
        coverage: Coverage::close(files, ledger).unwrap(),
        rejected: vec![rejection],
        withheld: Vec::new(),
        databases: vec!["built-in country, built 2026-01-01".to_owned()],
        options: vec![("--from".to_owned(), "2026-01-12".to_owned())],
    }
}
