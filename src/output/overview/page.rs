//! The overview as one self-contained page: what is worst comes first.
//!
//! Log text and names pass [`visible`](super::super::escape::visible) here and the template engine's escape there.

use super::super::escape::{excerpt, visible};
use super::{Facts, Link, Overview};
use crate::case::severity::LEVELS;
use crate::civil::moment;
use crate::rule::Level;
use askama::Template;
use chrono::DateTime;
use std::cmp::Reverse;
use std::fmt::Write;

/// The title of the page; it tells an overview of this program from other files.
pub(super) const TITLE: &str = "Microsoft 365 log analysis: tenants";
/// Links that the page holds.
const LINKS: usize = 200;
/// Tenants of one link that the page names.
const SHOWN: usize = 50;

#[derive(Template)]
#[template(path = "overview.html")]
struct Page {
    title: &'static str,
    lead: String,
    evidence: String,
    levels: Vec<(&'static str, u64)>,
    problems: Vec<Problem>,
    tenants: Vec<Line>,
    links: Vec<Shared>,
    more_links: usize,
    aside: Vec<String>,
}

struct Problem {
    name: String,
    status: &'static str,
    reason: String,
}

struct Line {
    name: String,
    href: String,
    level: &'static str,
    counts: Vec<u64>,
    accounts: String,
    events: u64,
    not_used: u64,
    first: String,
    last: String,
    links: usize,
}

struct Shared {
    kind: &'static str,
    value: String,
    count: usize,
    tenants: Vec<Seen>,
    more: usize,
}

struct Seen {
    name: String,
    href: String,
    level: &'static str,
    findings: u64,
    accounts: u64,
    events: u64,
    first: String,
    last: String,
}

/// Writes the page.
pub(super) fn html(overview: &Overview, aside: &[String]) -> std::io::Result<String> {
    let (read, not): (Vec<&Facts>, Vec<&Facts>) = overview.tenants.iter().partition(|tenant| tenant.is_read());
    let mut lines: Vec<(usize, &Facts)> =
        overview.tenants.iter().enumerate().filter(|(_, tenant)| tenant.is_read()).collect();
    lines.sort_by_key(|(number, tenant)| (LEVELS.map(|level| Reverse(tenant.count(level))), *number));
    let sum = |of: fn(&Facts) -> u64| read.iter().map(|tenant| of(tenant)).sum::<u64>();
    let page = Page {
        title: TITLE,
        lead: lead(&read, &not, overview.links.len()),
        evidence: format!(
            "{} records in {} files: {} used, {} rejected, {} duplicates",
            sum(|tenant| tenant.counts.rows),
            sum(|tenant| tenant.files),
            sum(|tenant| tenant.counts.used),
            sum(|tenant| tenant.counts.rejected),
            sum(|tenant| tenant.counts.duplicate),
        ),
        levels: LEVELS
            .into_iter()
            .map(|level| (level.name(), read.iter().map(|tenant| tenant.count(level)).sum()))
            .collect(),
        problems: not.iter().map(|tenant| problem(tenant)).collect(),
        tenants: lines.iter().map(|(number, tenant)| line(overview, *number, tenant)).collect(),
        links: overview.links.iter().take(LINKS).map(|link| shared(overview, link)).collect(),
        more_links: overview.links.len().saturating_sub(LINKS),
        aside: aside.iter().map(|name| excerpt(name, 200)).collect(),
    };
    page.render().map_err(std::io::Error::other)
}

fn lead(read: &[&Facts], not: &[&Facts], links: usize) -> String {
    let serious = read.iter().filter(|tenant| tenant.highest() >= Some(Level::Medium)).count();
    let mut lead = match serious {
        0 => format!("None of {} has a finding of level medium or above.", tenants(read.len())),
        1 => format!("1 of {} has findings of level medium or above.", tenants(read.len())),
        more => format!("{more} of {} have findings of level medium or above.", tenants(read.len())),
    };
    match not.len() {
        0 => {}
        more => {
            let is = if more == 1 { "is" } else { "are" };
            let _ = write!(lead, " {} could not be analysed or {is} not up to date.", tenants(more));
        }
    }
    match links {
        0 => {}
        1 => lead.push_str(" One address or text of an attack is shared by several tenants."),
        more => {
            let _ = write!(lead, " {more} addresses and texts of attacks are shared by several tenants.");
        }
    }
    lead
}

fn tenants(count: usize) -> String {
    if count == 1 { "1 tenant".to_owned() } else { format!("{count} tenants") }
}

fn problem(tenant: &Facts) -> Problem {
    Problem {
        name: excerpt(&tenant.name, 120),
        status: tenant.state.name(),
        reason: visible(tenant.reason()).into_owned(),
    }
}

fn line(overview: &Overview, number: usize, tenant: &Facts) -> Line {
    let of = |link: &&Link| link.tenants.iter().any(|of| of.tenant == number);
    Line {
        name: excerpt(&tenant.name, 120),
        href: href(&tenant.case),
        level: tenant.highest().map_or("", Level::name),
        counts: LEVELS.into_iter().map(|level| tenant.count(level)).collect(),
        accounts: format!("{} of {}", tenant.accounts_with_findings, tenant.accounts),
        events: tenant.events,
        not_used: tenant.not_used,
        first: shown(&tenant.first_time),
        last: shown(&tenant.last_time),
        links: overview.links.iter().filter(of).count(),
    }
}

fn shared(overview: &Overview, link: &Link) -> Shared {
    let seen = |of: &super::In| {
        let tenant = overview.tenants.get(of.tenant)?;
        Some(Seen {
            name: excerpt(&tenant.name, 120),
            href: href(&tenant.case),
            level: of.level.map_or("", Level::name),
            findings: of.findings,
            accounts: of.accounts,
            events: of.events,
            first: shown(&of.first_time),
            last: shown(&of.last_time),
        })
    };
    Shared {
        kind: link.kind,
        value: excerpt(&link.value, 300),
        count: link.tenants.len(),
        tenants: link.tenants.iter().take(SHOWN).filter_map(seen).collect(),
        more: link.tenants.len().saturating_sub(SHOWN),
    }
}

/// `14 Jan 2026 09:12` of an RFC 3339 time.
fn shown(time: &str) -> String {
    DateTime::parse_from_rfc3339(time).map_or_else(|_| String::new(), |time| moment(time.timestamp_micros()))
}

/// The report of a case as a relative address: every byte but plain letters, digits and `-._~` is written in hex.
fn href(case: &str) -> String {
    let mut out = String::from("./");
    for byte in case.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out.push_str("/report.html");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_a_case_holds_nothing_that_acts() {
        assert_eq!(href("Harbor (NL)"), "./Harbor%20%28NL%29/report.html");
        assert_eq!(href("ø\"'<"), "./%C3%B8%22%27%3C/report.html");
    }
}
