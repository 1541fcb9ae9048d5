//! The cases of a batch to the files over them: who has findings, what could not be analysed, what tenants share.
//!
//! Everything is taken from the case folders, so a batch that was stopped and run again ends with the same bytes.

mod facts;
mod links;
mod page;

pub use facts::{Facts, State, Tenant};
pub use links::{In, Link};

use super::cases::Cases;
use super::escape::push_csv;
use crate::case::severity::LEVELS;
use crate::error::Error;
use crate::language::{Language, Voice};
use crate::rule::Level;
use facts::Read;
use std::collections::BTreeSet;
use std::io::Write;

/// The files.
pub(super) const FILES: [&str; 3] = ["overview.html", "overview.csv", "links.csv"];

/// Whether the first lines of one of them are as this program writes them, in any language.
pub(super) fn is_ours(name: &str, start: &str) -> bool {
    match name {
        "overview.csv" => start.contains("tenant,status,case,"),
        "links.csv" => start.contains("kind,value,tenants,"),
        _ => Language::ALL
            .into_iter()
            .any(|language| start.contains(Voice { language, zone: None }.text("overview.title"))),
    }
}

/// The header of `overview.csv`.
const COLUMNS: &str = "tenant,status,case,first_time,last_time,events,accounts,accounts_with_findings,findings,critical,high,\
                       medium,low,informational,highest_level,links,files,rows,used,rejected,duplicate,degraded,conflict,\
                       outside,not_used,reason\n";

/// What stands over the cases.
#[derive(Debug)]
pub struct Overview {
    /// One entry a tenant, by name.
    pub tenants: Vec<Facts>,
    /// What tenants share, by kind, then in the most tenants.
    pub links: Vec<Link>,
}

/// Reads the finished cases, and writes `overview.html`, `overview.csv` and `links.csv` beside them; `aside` are
/// the files that belong to no tenant, and `voice` is that of the page.
///
/// # Errors
/// [`Error::Write`] when a file cannot be written. A case that cannot be read back is told as failed instead.
pub fn overview(cases: &Cases, mut tenants: Vec<Tenant>, aside: &[String], voice: Voice) -> Result<Overview, Error> {
    tenants.sort_by(|a, b| (&a.name, &a.case).cmp(&(&b.name, &b.case)));
    let mut attacking = BTreeSet::new();
    let mut facts: Vec<Facts> = tenants.into_iter().map(|tenant| Facts::of(cases, tenant, &mut attacking)).collect();
    // Each case is read twice: only what could be a link is kept of all tenants at once.
    let mut reads = Vec::new();
    for (number, tenant) in facts.iter_mut().enumerate().filter(|(_, tenant)| tenant.is_read()) {
        match Read::of(&cases.case(&tenant.case), number, &attacking) {
            Ok(read) => reads.push(read),
            Err(reason) => tenant.unreadable(&reason),
        }
    }
    let links = links::links(reads);
    let overview = Overview { tenants: facts, links };
    cases.write("overview.csv", &overview.csv())?;
    cases.write("links.csv", &overview.links_csv())?;
    let page = page::html(voice, &overview, aside).map_err(Error::write(cases.root().join("overview.html")))?;
    cases.write("overview.html", page.as_bytes())?;
    Ok(overview)
}

impl Overview {
    fn csv(&self) -> Vec<u8> {
        let mut out = Vec::from(COLUMNS);
        for (number, tenant) in self.tenants.iter().enumerate() {
            push_csv(&mut out, &tenant.name);
            push(&mut out, format_args!(",{},", tenant.state.name()));
            push_csv(&mut out, &tenant.case);
            let links = self.links.iter().filter(|link| link.tenants.iter().any(|of| of.tenant == number)).count();
            let counts = &tenant.counts;
            if tenant.is_read() {
                push(&mut out, format_args!(",{},{}", tenant.first_time, tenant.last_time));
                push(
                    &mut out,
                    format_args!(",{},{},{}", tenant.events, tenant.accounts, tenant.accounts_with_findings),
                );
                push(&mut out, format_args!(",{}", tenant.findings()));
                for level in LEVELS {
                    push(&mut out, format_args!(",{}", tenant.count(level)));
                }
                push(&mut out, format_args!(",{},{links}", tenant.highest().map_or("", Level::name)));
                push(&mut out, format_args!(",{},{},{}", tenant.files, counts.rows, counts.used));
                push(&mut out, format_args!(",{},{},{}", counts.rejected, counts.duplicate, counts.degraded));
                push(&mut out, format_args!(",{},{},{},", counts.conflict, counts.outside, tenant.not_used));
            } else {
                // All but the three cells that are there and the reason.
                out.extend_from_slice(",".repeat(COLUMNS.matches(',').count() - 2).as_bytes());
            }
            push_csv(&mut out, tenant.reason());
            out.push(b'\n');
        }
        out
    }

    fn links_csv(&self) -> Vec<u8> {
        let mut out =
            Vec::from(*b"kind,value,tenants,tenant,case,highest_level,findings,accounts,events,first_time,last_time\n");
        for link in &self.links {
            for of in &link.tenants {
                let Some(tenant) = self.tenants.get(of.tenant) else { continue };
                push(&mut out, format_args!("{},", link.kind));
                push_csv(&mut out, &link.value);
                push(&mut out, format_args!(",{},", link.tenants.len()));
                push_csv(&mut out, &tenant.name);
                out.push(b',');
                push_csv(&mut out, &tenant.case);
                push(&mut out, format_args!(",{},{}", of.level.map_or("", Level::name), of.findings));
                push(&mut out, format_args!(",{},{},{},{}\n", of.accounts, of.events, of.first_time, of.last_time));
            }
        }
        out
    }
}

fn push(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    // Writing to memory cannot fail.
    let _ = out.write_fmt(text);
}
