//! The overview as one self-contained page: what is worst comes first.
//!
//! Log text and names pass [`visible`](super::super::escape::visible) here and the template engine's escape there.

use super::super::escape::{excerpt, visible};
use super::facts::ADDRESS;
use super::{Facts, Link, Overview};
use crate::case::indicator::AGENT;
use crate::case::label;
use crate::case::severity::LEVELS;
use crate::language::Voice;
use crate::rule::Level;
use askama::Template;
use chrono::DateTime;
use std::cmp::Reverse;
use std::fmt::Write;

/// Links that the page holds.
const LINKS: usize = 200;
/// Tenants of one link that the page names.
const SHOWN: usize = 50;

#[derive(Template)]
#[template(path = "overview.html")]
struct Page {
    t: Voice,
    lead: String,
    evidence: String,
    levels: Vec<(&'static str, u64)>,
    problems: Vec<Problem>,
    tenants: Vec<Line>,
    links: Vec<Shared>,
    more_links: String,
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
    count: String,
    tenants: Vec<Seen>,
    more: String,
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
pub(super) fn html(t: Voice, overview: &Overview, aside: &[String]) -> std::io::Result<String> {
    let (read, not): (Vec<&Facts>, Vec<&Facts>) = overview.tenants.iter().partition(|tenant| tenant.is_read());
    let mut lines: Vec<(usize, &Facts)> =
        overview.tenants.iter().enumerate().filter(|(_, tenant)| tenant.is_read()).collect();
    lines.sort_by_key(|(number, tenant)| (LEVELS.map(|level| Reverse(tenant.count(level))), *number));
    let sum = |of: fn(&Facts) -> u64| read.iter().map(|tenant| of(tenant)).sum::<u64>();
    let page = Page {
        t,
        lead: lead(t, &read, not.len() as u64, overview.links.len() as u64),
        evidence: t.fill(
            "overview.records",
            &[
                ("rows", &sum(|tenant| tenant.counts.rows)),
                ("files", &sum(|tenant| tenant.files)),
                ("used", &sum(|tenant| tenant.counts.used)),
                ("rejected", &sum(|tenant| tenant.counts.rejected)),
                ("duplicate", &sum(|tenant| tenant.counts.duplicate)),
            ],
        ),
        levels: LEVELS
            .into_iter()
            .map(|level| (level.name(), read.iter().map(|tenant| tenant.count(level)).sum()))
            .collect(),
        problems: not.iter().map(|tenant| problem(t, tenant)).collect(),
        tenants: lines.iter().map(|(number, tenant)| line(t, overview, *number, tenant)).collect(),
        links: overview.links.iter().take(LINKS).map(|link| shared(t, overview, link)).collect(),
        more_links: more(t, "overview.more_links", overview.links.len(), LINKS),
        aside: aside.iter().map(|name| excerpt(name, 200)).collect(),
    };
    page.render().map_err(std::io::Error::other)
}

fn lead(t: Voice, read: &[&Facts], without: u64, links: u64) -> String {
    let serious = read.iter().filter(|tenant| tenant.highest() >= Some(Level::Medium)).count() as u64;
    let tenants = t.count("overview.n_tenants", read.len() as u64, &[]);
    let mut told = vec![if serious == 0 {
        t.fill("overview.lead.none", &[("tenants", &tenants)])
    } else {
        t.count("overview.lead.found", serious, &[("tenants", &tenants)])
    }];
    let others = [("overview.lead.without", without), ("overview.lead.shared", links)];
    told.extend(others.into_iter().filter(|(_, count)| *count > 0).map(|(key, count)| t.count(key, count, &[])));
    told.join(" ")
}

fn problem(t: Voice, tenant: &Facts) -> Problem {
    Problem {
        name: excerpt(&tenant.name, 120),
        status: t.label("overview.state.", tenant.state.name()),
        reason: visible(tenant.reason()).into_owned(),
    }
}

fn line(t: Voice, overview: &Overview, number: usize, tenant: &Facts) -> Line {
    let of = |link: &&Link| link.tenants.iter().any(|of| of.tenant == number);
    Line {
        name: excerpt(&tenant.name, 120),
        href: href(&tenant.case),
        level: tenant.highest().map_or("", Level::name),
        counts: LEVELS.into_iter().map(|level| tenant.count(level)).collect(),
        accounts: t
            .fill("overview.accounts_of", &[("found", &tenant.accounts_with_findings), ("all", &tenant.accounts)]),
        events: tenant.events,
        not_used: tenant.not_used,
        first: shown(t, &tenant.first_time),
        last: shown(t, &tenant.last_time),
        links: overview.links.iter().filter(of).count(),
    }
}

fn shared(t: Voice, overview: &Overview, link: &Link) -> Shared {
    let seen = |of: &super::In| {
        let tenant = overview.tenants.get(of.tenant)?;
        Some(Seen {
            name: excerpt(&tenant.name, 120),
            href: href(&tenant.case),
            level: of.level.map_or("", Level::name),
            findings: of.findings,
            accounts: of.accounts,
            events: of.events,
            first: shown(t, &of.first_time),
            last: shown(t, &of.last_time),
        })
    };
    Shared {
        kind: kind(t, link.kind),
        value: excerpt(&link.value, 300),
        count: t.fill("overview.in_tenants", &[("n", &link.tenants.len())]),
        tenants: link.tenants.iter().take(SHOWN).filter_map(seen).collect(),
        more: more(t, "overview.more_tenants", link.tenants.len(), SHOWN),
    }
}

/// What people call a kind of link.
fn kind(t: Voice, kind: &'static str) -> &'static str {
    match kind {
        ADDRESS => t.text("overview.kind.address"),
        AGENT => t.text("overview.kind.agent"),
        other => label::indicator(other, t),
    }
}

/// That there are more than are shown; empty when there are not.
fn more(t: Voice, key: &'static str, all: usize, shown: usize) -> String {
    if all > shown { t.fill(key, &[("n", &(all - shown))]) } else { String::new() }
}

/// `14 Jan 2026 09:12` of an RFC 3339 time.
fn shown(t: Voice, time: &str) -> String {
    DateTime::parse_from_rfc3339(time).map_or_else(|_| String::new(), |time| t.unzoned(time.timestamp_micros()))
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
