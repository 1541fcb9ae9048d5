//! The merge of batches: what repeats, what is in conflict, what the investigator did not ask for.

use super::event_fixture::{event, record};
use speur::event::{Family, Origin};
use speur::store::{Batch, Entry, Events, GUID, Merger, Suspect, Tally};
use std::collections::BTreeMap;

/// A row: its Id (which may be empty), its content, and its time in seconds after the first.
type Row = (&'static str, u128, i64);

fn batch(file: u32, rows: &[Row]) -> Batch {
    let mut batch = Batch { file, rows: rows.len() as u64, ..Batch::default() };
    for ((id, content, seconds), row) in rows.iter().zip(1..) {
        let record = record(&format!(r#"{{"Id":"{id}","Operation":"Send","UserId":"a@b.example"}}"#));
        let mut event = event(Family::Audit, &record);
        event.time.micros += seconds * 1_000_000;
        let digest = [u8::try_from(*content).unwrap(); 32];
        let origin = Origin { file, row, offset: 0, length: 1, digest, content: *content };
        batch.entries.push(Entry::of(&event, origin, &[], &mut batch.pool));
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
    let (events, tallies) = merger.finish(same, BTreeMap::new(), &|_, _| true);
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
    assert!(!events.entries[0].conflict);
    assert_eq!(events.entries[0].origin.file, 0);
}

#[test]
fn three_variants_of_one_id_are_kept_once_each() {
    let rows = [("x", 1, 0), ("x", 2, 0), ("x", 3, 0), ("x", 2, 0), ("x", 3, 0), ("x", 1, 0)];
    let merger = merger(vec![batch(0, &rows)]);
    assert_eq!(merger.suspects(), [Suspect { first: 0, later: 1 }, Suspect { first: 0, later: 2 }]);
    let (events, tallies) = finish(merger, &[false, false]);
    assert_eq!(counts(&tallies), [[3, 3, 3]]);
    assert_eq!(events.entries.iter().map(|e| e.origin.content).collect::<Vec<_>>(), [1, 2, 3]);
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
    let start = merger.entry(0).time.micros;
    let (events, tallies) = merger.finish(&[], BTreeMap::new(), &|entry, _| entry.time.micros == start);
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
