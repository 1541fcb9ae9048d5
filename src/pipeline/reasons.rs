//! Why rows of a file are incomplete, counted, so that a file says once what each of its rows says.

use std::collections::BTreeMap;

/// Reasons that are kept apart; damaged records can each have one of their own.
const KEPT: usize = 64;
/// Reasons that a file tells.
const TOLD: usize = 3;

/// Reasons and how many rows have each.
#[derive(Debug, Default)]
pub(super) struct Reasons {
    counts: BTreeMap<String, u64>,
    others: u64,
}

impl Reasons {
    /// Counts `rows` rows that are incomplete for this reason.
    pub(super) fn add(&mut self, reason: &str, rows: u64) {
        let room = self.counts.len() < KEPT;
        match self.counts.get_mut(reason) {
            Some(count) => *count += rows,
            None if room => {
                self.counts.insert(reason.to_owned(), rows);
            }
            None => self.others += rows,
        }
    }

    /// Adds the reasons of rows that follow in the file.
    pub(super) fn append(&mut self, next: &Self) {
        next.counts.iter().for_each(|(reason, rows)| self.add(reason, *rows));
        self.others += next.others;
    }

    /// What to tell of the file: the most frequent reasons, one each, and the number of the rest.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut sorted: Vec<(&String, &u64)> = self.counts.iter().collect();
        sorted.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
        let rows = |count: u64| if count == 1 { "1 row is".to_owned() } else { format!("{count} rows are") };
        let told = sorted.iter().take(TOLD).map(|(reason, count)| format!("{} incomplete: {reason}", rows(**count)));
        let rest = sorted.iter().skip(TOLD).map(|(_, count)| **count).sum::<u64>() + self.others;
        let rest = (rest > 0).then(|| format!("{} incomplete for other reasons", rows(rest)));
        told.chain(rest).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_come_first_and_none_is_left_out() {
        let mut reasons = Reasons::default();
        (0..100).for_each(|n| reasons.add(&format!("cut at {n}"), 1));
        let mut next = Reasons::default();
        next.add("nested values", 7);
        next.add("cut at 3", 1);
        reasons.append(&next);
        // The map was full before "nested values" came.
        assert_eq!(
            reasons.notes(),
            [
                "2 rows are incomplete: cut at 3",
                "1 row is incomplete: cut at 0",
                "1 row is incomplete: cut at 1",
                "104 rows are incomplete for other reasons"
            ]
        );
        next.append(&reasons);
        assert_eq!(next.notes()[0], "7 rows are incomplete: nested values");
    }
}
