//! The merge of batches: what repeats, what is in conflict, what the investigator did not ask for.

use super::event_fixture::{event, record};
use proptest::prelude::*;
use speur::event::{Event, Family, Origin, Outcome, Scalar};
use speur::field::{CATALOGUE, Core, Field};
use speur::store::{Batch, Events, GUID, Merger, Met, Pending, Room, Stock, Suspect, Tally};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// A row: its Id (which may be empty), its content, and its time in seconds after the first.
type Row = (&'static str, u128, i64);

fn batch(file: u32, rows: &[Row]) -> Batch {
    let mut batch = Batch::of(file);
    batch.rows = rows.len() as u64;
    for ((id, content, seconds), row) in rows.iter().zip(1..) {
        let record = record(&format!(r#"{{"Id":"{id}","Operation":"Send","UserId":"a@b.example"}}"#));
        let mut event = event(Family::Audit, &record);
        event.time.micros += seconds * 1_000_000;
        let digest = [u8::try_from(*content).unwrap(); 32];
        let origin = Origin { file, row, offset: 0, length: 1, digest };
        batch.keep(&event, origin, *content, &Met::default());
    }
    batch
}

fn merger(batches: Vec<Batch>) -> Merger {
    let mut merger = Merger::default();
    for batch in batches {
        merger.add(batch);
    }
    merger
}

fn finish(merger: Merger, same: &[bool]) -> (Events, Vec<Tally>) {
    assert_eq!(merger.suspects().len(), same.len());
    let (events, tallies) = merger.finish(same, BTreeMap::new());
    for tally in &tallies {
        tally.counts.balance("a file").unwrap();
    }
    (events, tallies)
}

/// Used, duplicate and conflict of each file.
fn counts(tallies: &[Tally]) -> Vec<[u64; 3]> {
    tallies.iter().map(|t| [t.counts.used, t.counts.duplicate, t.counts.conflict]).collect()
}

#[test]
fn equal_content_is_a_duplicate_in_the_file_that_comes_later() {
    let (events, tallies) = finish(merger(vec![batch(0, &[("x", 1, 0), ("y", 2, 5)]), batch(1, &[("x", 1, 0)])]), &[]);
    assert_eq!(events.entries.len(), 2);
    assert_eq!(counts(&tallies), [[2, 0, 0], [0, 1, 0]]);
    assert!(tallies[1].first.is_some() && tallies[1].first == tallies[1].last, "a file of repeats still has a span");
}

#[test]
fn one_id_with_other_content_is_a_conflict_and_both_are_kept() {
    let merger = merger(vec![batch(0, &[("x", 1, 0)]), batch(1, &[("x", 2, 0)])]);
    assert_eq!(merger.suspects(), [Suspect { first: 0, later: 1 }]);
    let (events, tallies) = finish(merger, &[false]);
    assert_eq!(counts(&tallies), [[1, 0, 1], [1, 0, 1]]);
    assert!(events.entries.iter().all(|entry| entry.conflict));
}

#[test]
fn other_bytes_that_say_the_same_are_a_duplicate() {
    let (events, tallies) = finish(merger(vec![batch(0, &[("x", 1, 0)]), batch(1, &[("x", 2, 0)])]), &[true]);
    assert_eq!(counts(&tallies), [[1, 0, 0], [0, 1, 0]]);
    assert_eq!(events.entries.len(), 1);
    assert!(!events.entries.at(0).conflict);
    assert_eq!(events.entries.at(0).origin.file, 0);
}

#[test]
fn three_variants_of_one_id_are_kept_once_each() {
    let rows = [("x", 1, 0), ("x", 2, 0), ("x", 3, 0), ("x", 2, 0), ("x", 3, 0), ("x", 1, 0)];
    let merger = merger(vec![batch(0, &rows)]);
    assert_eq!(merger.suspects(), [Suspect { first: 0, later: 1 }, Suspect { first: 0, later: 2 }]);
    let (events, tallies) = finish(merger, &[false, false]);
    assert_eq!(counts(&tallies), [[3, 3, 3]]);
    assert_eq!(events.entries.iter().map(|e| e.origin.digest[0]).collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn a_third_variant_that_repeats_leaves_the_conflict_of_the_others() {
    let (events, tallies) = finish(merger(vec![batch(0, &[("x", 1, 0), ("x", 2, 0), ("x", 3, 0)])]), &[false, true]);
    assert_eq!(counts(&tallies), [[2, 1, 2]]);
    assert_eq!(events.entries.len(), 2);
}

#[test]
fn records_without_an_id_repeat_only_with_equal_content_and_time() {
    let rows = [("", 1, 0), ("", 1, 0), ("", 1, 9), ("", 2, 0)];
    let (events, tallies) = finish(merger(vec![batch(0, &rows)]), &[]);
    assert_eq!(counts(&tallies), [[3, 1, 0]]);
    assert!(events.entries.iter().all(|entry| !entry.conflict));
}

#[test]
fn what_was_not_asked_for_is_counted_and_left_out() {
    let merger = merger(vec![batch(0, &[("x", 1, 0), ("y", 2, 60)]), batch(1, &[("z", 3, 60)])]);
    let start = merger.entry(0).micros;
    let (mut events, mut tallies) = merger.finish(&[], BTreeMap::new());
    events.leave_out(&mut tallies, &|entry, _, _| entry.micros == start);
    assert_eq!(events.entries.len(), 1);
    assert_eq!(tallies.iter().map(|t| (t.counts.used, t.counts.outside)).collect::<Vec<_>>(), [(2, 1), (1, 1)]);
}

#[test]
fn rows_go_on_counting_over_the_batches_of_a_file_and_events_come_out_in_time_order() {
    let batches = vec![batch(0, &[("c", 3, 30), ("b", 2, 20)]), batch(0, &[("a", 1, 10), ("d", 4, 20)])];
    let (events, tallies) = finish(merger(batches), &[]);
    let order: Vec<String> = (events.entries.iter())
        .map(|e| format!("{} {}", e.id.text(&events.pool, &mut [0; GUID]), e.origin.row))
        .collect();
    assert_eq!(order, ["a 3", "b 2", "d 4", "c 1"]);
    assert_eq!(tallies[0].counts.rows, 4);
    assert_eq!(tallies[0].last.unwrap() - tallies[0].first.unwrap(), 20_000_000);
}

/// A sign-in with Id `x` as an export words it: source, agent, error code (either may be empty), milliseconds.
type Worded = (&'static str, &'static str, &'static str, i64);

fn worded(rows: &[Worded], family: Family) -> Merger {
    let batches = (0..).zip(rows).map(|(file, (source, agent, code, milliseconds))| {
        let record = record(r#"{"Operation":"Sign-in activity"}"#);
        let mut event = event(family, &record);
        (event.source, event.id) = (source, "x".into());
        event.agent = (*agent).into();
        (event.outcome, event.error_code) = match *code {
            "" => (Outcome::Unknown, "".into()),
            "0" => (Outcome::Success, "".into()),
            code => (Outcome::Failure, code.into()),
        };
        event.account = "ada@harbor.example".into();
        event.time.micros = 1_000_000_000_000_000 + milliseconds * 1000;
        let digest = [file as u8; 32];
        let origin = Origin { file, row: 1, offset: 0, length: 1, digest };
        let mut batch = Batch::of(file);
        batch.rows = 1;
        let hits = [u16::try_from(file).unwrap(), 7];
        batch.keep(&event, origin, u128::from(file), &Met { rules: &hits, ..Met::default() });
        batch
    });
    merger(batches.collect())
}

/// Sources that stay, in the order of reading, and the counts of every file.
fn settled(rows: &[Worded], family: Family) -> (Vec<(&'static str, bool)>, Vec<[u64; 3]>) {
    let merger = worded(rows, family);
    let same = vec![false; merger.suspects().len()];
    let (events, tallies) = finish(merger, &same);
    let mut entries: Vec<_> = events.entries.iter().collect();
    entries.sort_by_key(|entry| entry.origin.file);
    (entries.iter().map(|entry| (events.common(entry).source, entry.conflict)).collect(), counts(&tallies))
}

#[test]
fn one_sign_in_in_the_words_of_two_exports_is_counted_once_as_the_richer_says_it() {
    let poor: Worded = ("entra-signin-csv", "", "50126", 0);
    let rich: Worded = ("graph-signins", "Firefox", "50126", 777);
    let kept = vec![("graph-signins", false)];
    assert_eq!(settled(&[poor, rich], Family::SignIn), (kept.clone(), vec![[0, 1, 0], [1, 0, 0]]));
    assert_eq!(settled(&[rich, poor], Family::SignIn), (kept.clone(), vec![[1, 0, 0], [0, 1, 0]]));
    assert_eq!(settled(&[poor, rich], Family::Directory).0, kept);
    let (events, _) = finish(worded(&[poor, rich], Family::SignIn), &[false]);
    assert_eq!(events.hits(&events.entries.at(0)), [0, 1, 7], "a rule that either form meets is met");
}

#[test]
fn what_only_events_had_that_are_gone_is_not_met() {
    let rows = [("purview-csv", "", "", 0), ("search-ual-csv", "", "", 0)];
    let (mut events, mut tallies) = finish(worded(&rows, Family::Audit), &[false]);
    let sources = |events: &Events| events.commons_met().map(|common| common.source).collect::<Vec<_>>();
    assert_eq!(sources(&events), ["purview-csv", "search-ual-csv"]);
    events.leave_out(&mut tallies, &|entry, _, _| entry.origin.file == 1);
    assert_eq!(sources(&events), ["search-ual-csv"]);
}

#[test]
fn a_fact_that_both_state_otherwise_leaves_a_conflict() {
    let first: Worded = ("entra-signin-csv", "", "50126", 0);
    for later in [
        ("graph-signins", "", "50053", 0),
        ("graph-signins", "", "0", 0),
        ("graph-signins", "", "50126", 1000),
        ("entra-signin-csv", "Firefox", "50126", 0),
    ] {
        let (kept, counts) = settled(&[first, later], Family::SignIn);
        assert_eq!(kept, [(first.0, true), (later.0, true)], "{later:?}");
        assert_eq!(counts, [[1, 0, 1], [1, 0, 1]]);
    }
    let silent: Worded = ("graph-signins", "Firefox", "", 0);
    assert_eq!(settled(&[first, silent], Family::SignIn).0.len(), 1, "silence is no other fact");
}

#[test]
fn exports_of_the_audit_log_repeat_the_record_itself_and_conflict() {
    let (first, later): (Worded, Worded) = (("purview-csv", "", "", 0), ("search-ual-csv", "Firefox", "", 0));
    assert_eq!(settled(&[first, later], Family::Audit).1, [[1, 0, 1], [1, 0, 1]]);
    let renamed: Worded = ("office-activity", "", "", 0);
    assert_eq!(
        settled(&[renamed, later], Family::Audit),
        (vec![("search-ual-csv", false)], vec![[0, 1, 0], [1, 0, 0]])
    );
}

#[test]
fn of_four_forms_two_that_conflict_stay() {
    let rows = [
        ("entra-signin-csv", "", "0", 0),
        ("graph-signins", "Firefox", "0", 0),
        ("graph-signins", "Chrome", "0", 0),
        ("log-analytics-signins", "", "0", 0),
    ];
    let (kept, counts) = settled(&rows, Family::SignIn);
    assert_eq!(kept, [("graph-signins", true), ("graph-signins", true)]);
    assert_eq!(counts, [[0, 1, 0], [1, 0, 1], [1, 0, 1], [0, 1, 0]]);
}

/// Gives every text of an event one of a few values, so that most combinations come again.
fn fill(event: &mut Event<'_>, picks: &[u8]) {
    let mut picks = picks.iter().cycle();
    let texts: [&mut Cow<'_, str>; 19] = [
        &mut event.operation,
        &mut event.operation_original,
        &mut event.workload,
        &mut event.record_type,
        &mut event.actor,
        &mut event.actor_id,
        &mut event.target,
        &mut event.account,
        &mut event.agent,
        &mut event.client,
        &mut event.application,
        &mut event.application_id,
        &mut event.session,
        &mut event.device,
        &mut event.authentication_requirement,
        &mut event.result,
        &mut event.error_code,
        &mut event.object,
        &mut event.detail,
    ];
    for (place, text) in (0..).zip(texts) {
        *text = match picks.next().unwrap() % 4 {
            0 => "".into(),
            1 => "shared".into(),
            pick => format!("text {place} {pick}").into(),
        };
    }
    let pick = *picks.next().unwrap();
    event.degraded = if pick.is_multiple_of(8) { "its end is missing".into() } else { "".into() };
    // Where one event states a tenant and no other states another, all are of that one.
    event.tenant = format!("tenant {}", pick % 2).into();
    event.source = ["purview-csv", "graph-audit-json"][usize::from(pick % 2)];
    event.address.original = format!("198.51.100.{}:{pick}", pick % 4).into();
    event.address.ip =
        event.address.original.split(':').next().unwrap().parse().ok().filter(|_| !pick.is_multiple_of(3));
    event.address.port = (!pick.is_multiple_of(5)).then_some(pick.into());
}

/// The values of all core fields, but those that only a database knows.
fn values(visit: impl Fn(Core, &mut speur::event::Visit<'_>) -> ControlFlow<()>) -> Vec<String> {
    let mut values = Vec::new();
    for row in CATALOGUE {
        let _ = visit(row.core, &mut |value: Scalar<'_>| {
            values.push(format!("{}: {value:?}", row.name));
            ControlFlow::Continue(())
        });
    }
    values
}

proptest! {
    /// Makers take turns, and what one has met before it goes on from, or begins anew.
    #[test]
    fn events_come_back_as_they_were(
        rows in proptest::collection::vec((proptest::collection::vec(any::<u8>(), 21), 0..3_u16), 1..60),
        cuts in proptest::collection::vec((1..9_usize, 0..3_u32, any::<bool>()), 60), filed: bool,
    ) {
        let record = record(r#"{"Operation":"Send"}"#);
        let room = Room::default();
        let mut merger = Merger::new(Room { memory: if filed { 0 } else { room.memory }, ..room }, 10);
        let mut stocks: BTreeMap<u32, Stock> = BTreeMap::new();
        let (mut expected, mut rest) = (Vec::new(), &rows[..]);
        for (length, maker, anew) in cuts {
            let (some, more) = rest.split_at(length.min(rest.len()));
            let stock = if anew { Stock::default() } else { stocks.remove(&maker).unwrap_or_default() };
            let mut batch = Batch::go_on(0, maker, stock);
            batch.rows = some.len() as u64;
            for ((picks, met), row) in some.iter().zip(1..) {
                let mut event = event(Family::Audit, &record);
                fill(&mut event, picks);
                let number = expected.len();
                event.id = format!("00000000-0000-4000-8000-{number:012}").into();
                event.time.micros += i64::try_from(number).unwrap();
                let hits: Vec<u16> = (0..*met).collect();
                let pending: Vec<Pending> = (0..met % 2).map(|rule| Pending { rule, known: 7 }).collect();
                let origin = Origin { file: 0, row, offset: 0, length: 1, digest: [0; 32] };
                let rules = Met { rules: &hits, pending: &pending, captured: "" };
                batch.keep(&event, origin, number as u128, &rules);
                let told = values(|core, visit| event.visit(&Field::Core(core), visit));
                expected.push((number as u64 + 1, told, hits, pending));
            }
            stocks.insert(maker, batch.part());
            merger.add(batch);
            rest = more;
        }
        let (events, _) = finish(merger, &[]);
        let found: Vec<_> = (events.entries.iter())
            .map(|entry| {
                let told = values(|core, visit| events.visit(&entry, core, visit));
                (entry.origin.row, told, events.hits(&entry).to_vec(), events.pending(&entry).to_vec())
            })
            .collect();
        expected.truncate(rows.len());
        prop_assert_eq!(found, expected);
    }
}
