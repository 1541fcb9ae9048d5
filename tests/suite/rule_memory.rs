//! What the rule engine remembers from event to event: it changes no answer, and is bounded.

use crate::event_fixture::{event, record};
use crate::rule::{load, rule};
use speur::event::Family;
use speur::rule::{Hits, Scratch};

#[test]
fn what_a_thread_remembers_changes_no_answer() {
    let texts: Vec<String> = [
        "s:\n  UserAgent|endswith: '7'\ncondition: s",
        "s:\n  k12: x\ncondition: s",
        "s:\n  k13|exists: false\ncondition: s",
        "s:\n  Parameters.Name: '5'\n  UserAgent|contains: 'a1'\ncondition: s",
        "s:\n  UserAgent: null\ncondition: s",
        "s:\n  UserAgent|fieldref: ClientIP\ncondition: s",
    ]
    .iter()
    .zip('a'..)
    .map(|(text, id)| format!("id: {id}\n{}", rule(text)).replace("title: T", &format!("title: {id}")))
    .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let (rules, rejected) = load(&texts);
    assert!(rejected.is_empty(), "{rejected:?}");
    // More values than a column keeps, and a record in two with members that no other has.
    let (mut scratch, mut hits) = (Scratch::default(), Hits::default());
    for number in 0..12_000_u32 {
        let (key, agent) = (number % 6_000, number % 5_000);
        let member = if number % 2 == 0 { format!(r#","k{key}":"x""#) } else { String::new() };
        let agent_member = match number % 11 {
            0 => String::new(),
            1 => r#","UserAgent":null"#.to_owned(),
            2 => format!(r#","UserAgent":["b","a{agent}"]"#),
            _ => format!(r#","UserAgent":"a{agent}""#),
        };
        let json = format!(
            r#"{{"Operation":"One","ClientIP":"a3","Parameters":[{{"Name":"Name","Value":"{}"}}]{member}{agent_member}}}"#,
            number % 9
        );
        let record = record(&json);
        let event = event(Family::Audit, &record);
        rules.matches(&event, &mut scratch, &mut hits);
        let mut anew = Hits::default();
        rules.matches(&event, &mut Scratch::default(), &mut anew);
        assert_eq!(hits.met, anew.met, "{json}");
        let ends = number % 11 >= 2 && agent % 10 == 7;
        assert_eq!(hits.met.contains(&0), ends, "{json}");
        assert_eq!(hits.met.contains(&1), number % 2 == 0 && key == 12, "{json}");
        assert_eq!(hits.met.contains(&4), number % 11 < 2, "{json}");
    }
}

#[test]
fn values_that_answer_in_more_ways_than_a_thread_remembers_are_asked() {
    let texts: Vec<String> = ('a'..='j')
        .map(|letter| {
            let text = rule(&format!("s:\n  UserAgent|contains: {letter}\ncondition: s"));
            format!("id: {letter}\n{}", text.replace("title: T", &format!("title: {letter}")))
        })
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let (rules, rejected) = load(&texts);
    assert!(rejected.is_empty(), "{rejected:?}");
    let (mut scratch, mut hits) = (Scratch::default(), Hits::default());
    for number in (0..1024_u32).flat_map(|number| [number; 3]) {
        let letters: Vec<u16> = (0..10).filter(|bit| number >> bit & 1 == 1).collect();
        let agent: String = letters.iter().map(|bit| char::from(b'a' + *bit as u8)).collect();
        let record = record(&format!(r#"{{"Operation":"One","UserAgent":"{agent}"}}"#));
        rules.matches(&event(Family::Audit, &record), &mut scratch, &mut hits);
        assert_eq!(hits.met, letters, "{agent}");
    }
}

/// Nanoseconds an event costs, by hand: `cargo test --release cost_of_an_event -- --ignored --nocapture`.
#[test]
#[ignore = "prints times; run it by hand"]
fn cost_of_an_event() {
    let numbered = |number: usize| {
        let operation =
            if number.is_multiple_of(30) { "New-InboxRule".to_owned() } else { format!("Operation-{}", number % 29) };
        let test = format!(
            "s:\n  Operation: {operation}\n  Parameters.Name|contains: [w{number}, x, y, zz, rare]\n  ClientIP|cidr: 192.0.2.0/24\ncondition: s"
        );
        format!("id: {number:04}\n{}", rule(&test))
    };
    let quiet = record(r#"{"Operation":"MailItemsAccessed","Workload":"Exchange","ClientIP":"192.0.2.1"}"#);
    let busy = record(
        r#"{"Operation":"New-InboxRule","Workload":"Exchange","ClientIP":"192.0.2.1","Parameters":[{"Name":"From","Value":"a@b.example"},{"Name":"Name","Value":"..."}]}"#,
    );
    for count in [150, 1000] {
        let texts: Vec<String> = (0..count).map(numbered).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let (rules, rejected) = load(&texts);
        assert!(rejected.is_empty());
        for (name, record) in [("no candidate", &quiet), ("candidates", &busy)] {
            let event = event(Family::Audit, record);
            let (mut scratch, mut hits) = (Scratch::default(), Hits::default());
            rules.matches(&event, &mut scratch, &mut hits);
            let start = std::time::Instant::now();
            for _ in 0..1_000_000 {
                rules.matches(&event, &mut scratch, &mut hits);
            }
            println!("{count} rules, {name}: {} ns an event", start.elapsed().as_nanos() / 1_000_000);
        }
    }
}
