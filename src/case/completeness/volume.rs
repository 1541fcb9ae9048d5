//! Round numbers: rows, cells and values as many or as long as something on the way allows.

use super::{Facts, Met, by_file};
use crate::coverage::FileCoverage;

/// Rows of a spreadsheet.
///
/// <https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3>
const SHEET: u64 = 1_048_576;

/// Exactly so many rows.
///
/// <https://learn.microsoft.com/powershell/module/exchange/search-unifiedauditlog>,
/// <https://learn.microsoft.com/purview/audit-search>, <https://learn.microsoft.com/entra/identity/monitoring-health/howto-download-logs>
pub(super) fn cap<const ROWS: u64>(facts: &Facts<'_>) -> Vec<Met> {
    let files = facts.coverage.files.iter().filter(|file| file.counts.rows == ROWS);
    files.map(|file| rows(facts, file)).collect()
}

pub(super) fn spreadsheet_rows(facts: &Facts<'_>) -> Vec<Met> {
    // A header takes one of them.
    let files = facts.coverage.files.iter().filter(|file| [SHEET, SHEET - 1].contains(&file.counts.rows));
    files.map(|file| rows(facts, file)).collect()
}

fn rows(facts: &Facts<'_>, file: &FileCoverage) -> Met {
    Met::of(file, facts.voice.fill("completeness.rows", &[("n", &file.counts.rows)]))
}

pub(super) fn spreadsheet_cells(facts: &Facts<'_>) -> Vec<Met> {
    by_file(facts, |file| file.signs.spreadsheet_cells, "completeness.cells")
}

pub(super) fn index_values(facts: &Facts<'_>) -> Vec<Met> {
    by_file(facts, |file| file.signs.index_values, "completeness.values")
}

pub(super) fn duplicates(facts: &Facts<'_>) -> Vec<Met> {
    match facts.coverage.totals.counts.duplicate {
        0 => Vec::new(),
        count => vec![Met::all(facts.voice.count("completeness.repeats", count, &[]))],
    }
}

#[cfg(test)]
mod tests {
    use crate::case::completeness::judge;
    use crate::coverage::{Counts, Coverage, FileCoverage, Signs};
    use crate::language::Voice;
    use crate::store::Events;

    /// The signs of a file of so many rows.
    fn signs(rows: u64, signs: Signs) -> Vec<String> {
        let counts = Counts { rows, used: rows, ..Counts::default() };
        let files = vec![FileCoverage { path: "a.csv".to_owned(), counts, signs, ..FileCoverage::default() }];
        let coverage = Coverage { files, ..Coverage::default() };
        let judged = judge(&coverage, &Events::default(), &[], Voice::default());
        judged.into_iter().filter(|met| met.file.is_some()).map(|met| met.sign).collect()
    }

    #[test]
    fn exactly_as_many_rows_as_a_limit_and_no_others() {
        for (rows, sign) in [
            (100, "row-cap-100"),
            (1_000, "row-cap-1000"),
            (5_000, "row-cap-5000"),
            (50_000, "row-cap-50000"),
            (100_000, "row-cap-100000"),
            (250_000, "row-cap-250000"),
            (1_048_576, "spreadsheet-rows"),
            (1_048_575, "spreadsheet-rows"),
        ] {
            assert_eq!(signs(rows, Signs::default()), [sign]);
            assert!(signs(rows + 1, Signs::default()).is_empty() || rows == 1_048_575, "{rows}");
            assert!(signs(rows - 1, Signs::default()).is_empty() || rows == 1_048_576, "{rows}");
        }
    }

    #[test]
    fn long_cells_are_told_for_their_file() {
        assert_eq!(signs(7, Signs { spreadsheet_cells: 1, ..Signs::default() }), ["spreadsheet-cells"]);
        assert_eq!(signs(7, Signs { index_values: 2, ..Signs::default() }), ["index-values"]);
    }
}
