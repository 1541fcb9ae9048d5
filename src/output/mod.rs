//! The case folder: one file a product, written from the finished [`crate::case::Case`].
//!
//! [`write_case`] writes it, [`verify`] proves that it is still what was written, [`sign`] and [`check`] by whom, [`standing`] compares it with a
//! run that would write it again; [`tune`] says what each rule found in it. [`OUTPUTS`] lists it. [`overview`] tells of many cases.

mod blocks;
mod cases;
#[allow(clippy::cast_possible_wrap)] // pixels, and few of them
mod chart;
mod column;
mod columnar;
mod country;
mod digest;
pub mod escape;
mod folder;
mod leak;
mod manifest;
mod moved;
mod overview;
mod pdf;
mod record;
mod report;
mod select;
mod signature;
mod standing;
mod table;
mod timeline;
mod tune;
mod view;
mod workbook;

pub use cases::{Cases, case_name};
pub use leak::{Leak, search};
pub use manifest::{
    Input, Mismatch, Proof, Redacted, RunFacts, counted, evidence, input, manifest_of, options, verify,
};
pub use moved::evidence_walk;
pub use overview::{Facts, In, Link, Overview, State, Tenant, overview};
pub use select::{Filter, Lines, RecordPlace, language, places, product, select};
pub use signature::{Refused, Signed, Signing, check, generate, is_locked, sign, signed};
pub use standing::{Standing, Wanted, standing};
pub use tune::{Common, NOISY, Tuned, Tuning, tune};
pub use workbook::{Limits, workbook};

use crate::case::Case;
use crate::error::Error;
use chart::Chart;
use folder::{Folder, Sink};
use rayon::prelude::*;
use std::io::{self, Write};
use std::path::Path;
use view::View;

/// How a product is written.
type Writer = fn(&View<'_>, &mut Sink<'_>) -> io::Result<()>;

/// One product of the case folder. A new one is a file beside this and a line in [`OUTPUTS`].
#[derive(Debug)]
pub struct Output {
    /// File name within the case folder.
    pub name: &'static str,
    /// What it holds, for the documentation.
    pub what: &'static str,
    writer: Writer,
}

/// Every product, the longest to write first. The charts of single accounts and the manifest come on top.
pub static OUTPUTS: &[Output] = &[
    Output {
        name: "report.xlsx",
        what: "the same in a workbook, a sheet each: summary, timeline, findings, accounts and the rest",
        writer: workbook::xlsx,
    },
    Output {
        name: "timeline.parquet",
        what: "every event, every column, typed, for data tools",
        writer: columnar::parquet,
    },
    Output {
        name: "timeline.jsonl",
        what: "every event with a sentence, in the shape Timesketch imports; event_id leads to its place in the evidence",
        writer: timeline::jsonl,
    },
    Output {
        name: "timeline.csv",
        what: "every event, one line each, for a spreadsheet; the Parquet has the columns for machines besides",
        writer: timeline::csv,
    },
    Output { name: "report.html", what: "what was found and for whom, to read and print", writer: report::html },
    Output {
        name: "report.pdf",
        what: "the same on pages, with bookmarks and the case digest on each page, to file and print (PDF/A)",
        writer: pdf::pdf,
    },
    Output { name: "findings.json", what: "the findings with their events", writer: table::findings_json },
    Output {
        name: "findings.csv",
        what: "the findings, one line each",
        writer: |view, sink| table::FINDINGS.csv(view, sink),
    },
    Output {
        name: "incidents.json",
        what: "the findings that belong together, with a score and what it is made of",
        writer: table::incidents_json,
    },
    Output {
        name: "incidents.csv",
        what: "the incidents, one line each",
        writer: |view, sink| table::INCIDENTS.csv(view, sink),
    },
    Output {
        name: "case.json",
        what: "for each account an intruder got into: how, what was done, what remains, whether the response closed it",
        writer: table::case_json,
    },
    Output {
        name: "sessions.json",
        what: "what intruders did: each account from each address, and why it is taken for theirs",
        writer: table::sessions_json,
    },
    Output {
        name: "sessions.csv",
        what: "the same, one line each",
        writer: |view, sink| table::SESSIONS.csv(view, sink),
    },
    Output {
        name: "mail-exposure.csv",
        what: "the mail that intruders reached: each message once, folders as a whole, and times of which nothing is known",
        writer: |view, sink| table::MAIL_EXPOSURE.csv(view, sink),
    },
    Output {
        name: "file-exposure.csv",
        what: "the files that intruders reached, each once",
        writer: |view, sink| table::FILE_EXPOSURE.csv(view, sink),
    },
    Output {
        name: "recipients-to-warn.csv",
        what: "whom the intruder wrote to in somebody's name, from message traces",
        writer: |view, sink| table::RECIPIENTS.csv(view, sink),
    },
    Output {
        name: "footholds.json",
        what: "what was left behind: who made it, who took it away, whether it is still there",
        writer: table::footholds_json,
    },
    Output {
        name: "footholds.csv",
        what: "the footholds, one line each",
        writer: |view, sink| table::FOOTHOLDS.csv(view, sink),
    },
    Output {
        name: "suppressed.csv",
        what: "the hits that filters of the investigator kept from being findings",
        writer: |view, sink| table::SUPPRESSED.csv(view, sink),
    },
    Output {
        name: "users.csv",
        what: "the accounts: events, sign-ins, addresses, findings",
        writer: |view, sink| table::USERS.csv(view, sink),
    },
    Output {
        name: "addresses.csv",
        what: "the addresses: place, accounts, sign-ins, findings",
        writer: |view, sink| table::ADDRESSES.csv(view, sink),
    },
    Output { name: "coverage.json", what: "what became of every file, row and rule", writer: table::coverage_json },
    Output {
        name: "rejected.jsonl",
        what: "the records that could not be used, with place and reason",
        writer: table::rejected_jsonl,
    },
    Output {
        name: "charts/map.svg",
        what: "a world map of sign-ins and of where an intruder was",
        writer: |view, sink| chart::svg(view, Chart::Map, sink),
    },
    Output {
        name: "charts/sessions.svg",
        what: "when the intruder was in which account, what was left and what was done about it",
        writer: |view, sink| chart::svg(view, Chart::Sessions, sink),
    },
    Output {
        name: "charts/exposure.svg",
        what: "mail and files that the intruder reached, by day, and times of which nothing can be known",
        writer: |view, sink| chart::svg(view, Chart::Exposure, sink),
    },
    Output {
        name: "charts/containment.svg",
        what: "acts of the intruder before and after each step of the response",
        writer: |view, sink| chart::svg(view, Chart::Containment, sink),
    },
    Output {
        name: "charts/events.svg",
        what: "events over time by workload, findings marked",
        writer: |view, sink| chart::svg(view, Chart::Events, sink),
    },
    Output {
        name: "charts/signins.svg",
        what: "sign-ins by country, failed beside successful",
        writer: |view, sink| chart::svg(view, Chart::SignIns, sink),
    },
    Output {
        name: "charts/hours.svg",
        what: "events by hour and weekday, UTC",
        writer: |view, sink| chart::svg(view, Chart::Hours, sink),
    },
];

/// Writes the case folder at `out`, whole or not at all.
///
/// The products are written in parallel on the current thread pool; their bytes do not depend on it.
///
/// # Errors
/// [`Error::CaseExists`] when anything stands at `out`; [`Error::Write`] with the file when it cannot
/// be written, and then nothing is left behind.
pub fn write_case(case: &Case, run: &RunFacts, out: &Path) -> Result<(), Error> {
    write_checked(case, run, out, &|_| Ok(()))
}

/// As [`write_case`], if `check` has nothing against the folder once all of it is written.
///
/// # Errors
/// As [`write_case`], and what `check` says.
pub fn write_checked(
    case: &Case,
    run: &RunFacts,
    out: &Path,
    check: &dyn Fn(&Path) -> Result<(), Error>,
) -> Result<(), Error> {
    fill(Folder::create(out)?, case, run, check)
}

fn fill(folder: Folder, case: &Case, run: &RunFacts, check: &dyn Fn(&Path) -> Result<(), Error>) -> Result<(), Error> {
    put(&folder, case, run)?;
    check(folder.hidden())?;
    folder.close()
}

/// Writes every product, and the manifest behind them.
fn put(folder: &Folder, case: &Case, run: &RunFacts) -> Result<(), Error> {
    let mut view = View::new(case);
    view.digest = manifest::case_digest(&view, run).map_err(|cause| folder.broken("manifest.json", cause))?;
    let view = view;
    let (products, stories) = rayon::join(
        || {
            OUTPUTS
                .par_iter()
                .with_max_len(1)
                .try_for_each(|output| folder.write(output.name, |sink| (output.writer)(&view, sink)))
        },
        || {
            chart::stories(&view)
                .par_iter()
                .try_for_each(|story| folder.write(&story.path, |sink| chart::story_svg(&view, story, sink)))
        },
    );
    products.and(stories)?;
    let page = report::page(&view).map_err(|cause| folder.broken("report.html", cause))?;
    for map in page.sections.iter().filter_map(|section| section.map.as_ref()) {
        folder.write(&map.file, |sink| sink.write_all(map.svg.as_bytes()))?;
    }
    let written = folder.written();
    folder.write("manifest.json", |sink| manifest::manifest(&view, run, &written, sink))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::Coverage;
    use crate::store::Events;
    use std::time::UNIX_EPOCH;

    fn nothing() -> (Case, RunFacts) {
        let case = Case {
            facts: crate::case::facts::CaseFacts::default(),
            originals: std::collections::BTreeMap::new(),
            events: Events::default(),
            findings: Vec::new(),
            dossiers: Vec::new(),
            sessions: Vec::new(),
            exposure: crate::case::exposure::Exposure::default(),
            recipients: Vec::new(),
            footholds: Vec::new(),
            rules: Vec::new(),
            coverage: Coverage::default(),
            rejected: Vec::new(),
            withheld: Vec::new(),
            databases: Vec::new(),
            options: Vec::new(),
        };
        let run = RunFacts {
            version: "0".to_owned(),
            pack_sha256: String::new(),
            settings: Vec::new(),
            inputs: Vec::new(),
            started: UNIX_EPOCH,
            finished: Some(UNIX_EPOCH),
            threads: 1,
            redacted: None,
        };
        (case, run)
    }

    #[test]
    fn a_full_disk_names_the_file_and_leaves_nothing() {
        let (case, run) = nothing();
        let around = tempfile::tempdir().unwrap();
        let whole = around.path().join("case");
        fill(Folder::create(&whole).unwrap(), &case, &run, &|_| Ok(())).unwrap();
        let files = walkdir::WalkDir::new(&whole).into_iter().map(Result::unwrap);
        let total: u64 =
            files.filter(|file| file.file_type().is_file()).map(|file| file.metadata().unwrap().len()).sum();
        // Nothing at all, half, and all but the last byte of the manifest.
        for room in [0, total / 2, total - 1] {
            let around = tempfile::tempdir().unwrap();
            let place = around.path().join("case");
            let refused = fill(Folder::create(&place).unwrap().with_room(room), &case, &run, &|_| Ok(())).unwrap_err();
            let Error::Write { path, source } = &refused else { panic!("{refused}") };
            assert!(path.starts_with(&place) && *path != place, "{refused}");
            assert_eq!(source.kind(), io::ErrorKind::StorageFull);
            assert_eq!(std::fs::read_dir(around.path()).unwrap().count(), 0, "something is left behind");
        }
    }

    #[test]
    fn a_copy_that_does_not_pass_is_not_left_behind() {
        let (case, run) = nothing();
        let around = tempfile::tempdir().unwrap();
        let place = around.path().join("copy");
        let refuse = |folder: &Path| {
            assert!(folder.join("manifest.json").is_file(), "all of it is there to be looked at");
            Err(Error::Case { path: folder.to_owned(), reason: "a name".to_owned() })
        };
        assert!(matches!(write_checked(&case, &run, &place, &refuse), Err(Error::Case { .. })));
        assert_eq!(std::fs::read_dir(around.path()).unwrap().count(), 0);
        write_checked(&case, &run, &place, &|_| Ok(())).unwrap();
        assert!(place.join("manifest.json").is_file());
    }

    #[test]
    fn a_folder_that_appears_meanwhile_is_not_replaced() {
        let (case, run) = nothing();
        let around = tempfile::tempdir().unwrap();
        let place = around.path().join("case");
        let folder = Folder::create(&place).unwrap();
        std::fs::create_dir(&place).unwrap();
        assert!(matches!(fill(folder, &case, &run, &|_| Ok(())), Err(Error::CaseExists(_))));
        assert_eq!(std::fs::read_dir(&place).unwrap().count(), 0);
    }
}
