//! What the case folder costs for a large case: CPU seconds and peak memory. For people, not for the gate.

use super::{facts, tenant};
use speur::event::{Family, Outcome, Place};
use speur::output::write_case;
use speur::store::Events;
use std::sync::Arc;

const EVENTS: u64 = 600_000;

/// User and system time of this process in seconds, at a hundred ticks a second.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

fn memory(key: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(key)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0) / 1_024
}

fn many() -> Events {
    let mut events = Events::default();
    let mut seed: u64 = 7;
    let mut random = move |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    for number in 0..EVENTS {
        let account = format!("user{}@harbor.example", random(400));
        let address = format!("10.{}.{}.{}", random(3), random(20), random(250));
        let object =
            format!("https://harbor.example/sites/team{}/Shared Documents/report-{}.xlsx", random(40), random(90_000));
        let detail =
            format!("MailAccessType=Bind; OperationCount={}; Folder=\\Inbox; Message={}", random(9), random(400_000));
        let kind = random(10);
        let (family, workload, operation) = match kind {
            0 => (Family::SignIn, "AzureActiveDirectory", "Sign-in activity"),
            1..=4 => (Family::Audit, "SharePoint", "FileAccessed"),
            _ => (Family::Audit, "Exchange", "MailItemsAccessed"),
        };
        let act = tenant::Act {
            minute: (number / 12) as i64,
            family,
            workload,
            operation,
            account: &account,
            address: &address,
            object: if kind < 5 { &object } else { "" },
            detail: if kind >= 5 { &detail } else { "" },
            outcome: if kind == 0 && random(8) == 0 { Outcome::Failure } else { Outcome::Success },
            hits: if random(200) == 0 { &[3] } else { &[] },
        };
        tenant::push(&mut events, &act);
        let ip = address.parse().unwrap();
        events.places.entry(ip).or_insert_with(|| {
            Arc::new(Place { country: "NL".to_owned(), asn: 64_500, kind: "public", ..Place::default() })
        });
    }
    events
}

/// `cargo test --release measure_600_000 -- --ignored --nocapture`
#[test]
#[ignore = "for people: measures 600,000 events"]
#[allow(clippy::print_stdout)]
fn measure_600_000_events() {
    let case = tenant::finish(many());
    let around = tempfile::tempdir().unwrap();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    let (before, resident, started) = (cpu(), memory("VmRSS"), std::time::Instant::now());
    pool.install(|| write_case(&case, &facts(), &around.path().join("case"))).unwrap();
    println!(
        "{EVENTS} events: {:.2} CPU s, {:.2} s, {} MB resident before, {} MB at the peak",
        cpu() - before,
        started.elapsed().as_secs_f64(),
        resident,
        memory("VmHWM")
    );
    for entry in std::fs::read_dir(around.path().join("case")).unwrap().map(Result::unwrap) {
        println!("{:>12} {}", entry.metadata().unwrap().len(), entry.file_name().display());
    }
}
