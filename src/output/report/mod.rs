//! A case to `report.html`: one self-contained page that opens with what happened, to whom, and what is still open.
//!
//! All log text passes [`visible`](super::escape::visible) here and the template engine's escape there. The page asks
//! nothing of a network and says so to the browser; its own script and style are named there by their digests.

mod account;
mod answer;
mod evidence;
mod exposed;
mod finding;
mod line;
mod opening;
mod rules;
mod timeline;
mod whose;

pub(super) use account::Section;
pub(super) use answer::{Answer, StatementLine};
pub(super) use evidence::Evidence;
pub(super) use finding::{EventLine, Told};
pub(super) use line::{AccountLine, AddressLine};
pub(super) use opening::Opening;
pub(super) use rules::RuleLine;

use super::chart;
use super::folder::Sink;
use super::view::View;
use crate::case::accounts::Account;
use crate::case::addresses::Address;
use crate::case::severity::{LEVELS, Severity};
use crate::language::Voice;
use crate::rule::Level;
use askama::Template;
use base64::Engine;
use line::more;
use sha2::{Digest, Sha256};
use std::io;
use timeline::Timeline;

/// Accounts that get a section of their own.
const SECTIONS: usize = 40;
/// Pictures, of those of the whole case, that stand before the accounts.
const STORY: usize = 4;
/// Lines of the tables of accounts and addresses.
const LINES: usize = 60;

static STYLE: &str = include_str!("../templates/report/report.css");
static SCRIPT: &str = include_str!("../templates/report/report.js");

/// Writes `report.html`.
pub(crate) fn html(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    page(view)?.write_into(sink).map_err(io::Error::other)
}

#[derive(Debug, Template)]
#[template(path = "report/page.html")]
pub(super) struct Page {
    pub t: Voice,
    pub title: String,
    pub policy: String,
    pub style: &'static str,
    pub script: &'static str,
    pub clock: String,
    pub opening: Opening,
    pub levels: Vec<(&'static str, u64)>,
    pub suspects: Vec<AccountLine>,
    pub sections: Vec<Section>,
    pub more_sections: String,
    pub timeline: Timeline,
    /// What happened, in pictures.
    pub story: Vec<Chart>,
    /// The evidence in pictures.
    pub charts: Vec<Chart>,
    pub addresses: Vec<AddressLine>,
    pub more_addresses: String,
    pub accounts: Vec<AccountLine>,
    pub more_accounts: String,
    pub rules: Vec<RuleLine>,
    pub evidence: Evidence,
}

/// A picture; its text is SVG that [`chart`] escaped.
#[derive(Debug)]
pub(super) struct Chart {
    pub file: String,
    pub title: String,
    pub alt: String,
    pub svg: String,
}

impl Chart {
    fn of(picture: &chart::Picture) -> Self {
        Self {
            file: picture.file.clone(),
            title: picture.title.clone(),
            alt: picture.alt.clone(),
            svg: picture.svg.clone(),
        }
    }
}

/// The content of the report, worked out when it is first asked for.
pub(super) fn page<'a>(view: &'a View<'_>) -> io::Result<&'a Page> {
    let page = view.page.get_or_init(|| new_page(view));
    page.as_ref().map_err(|cause| io::Error::new(cause.kind(), cause.to_string()))
}

fn new_page(view: &View<'_>) -> io::Result<Page> {
    let t = view.case.facts.voice;
    let mut severity = Severity::default();
    view.case.findings.iter().for_each(|finding| severity.add(finding));
    let suspects = suspects(view);
    let sections = account::sections(view, &suspects)?;
    let anchor = |account: &Account| {
        sections.iter().find(|section| section.is(account)).map_or("", |section| section.anchor.as_str())
    };
    let mut pictures: Vec<Chart> = chart::pictures(view)?.into_iter().map(Chart::of).collect();
    let charts = pictures.split_off(STORY.min(pictures.len()));
    let from_outside = |address: &&Address| address.sign_ins.total() > 0 || address.findings.total() > 0;
    let addresses: Vec<&Address> = view.addresses.iter().filter(from_outside).collect();
    Ok(Page {
        t,
        title: opening::title(view),
        policy: policy(),
        style: STYLE,
        script: SCRIPT,
        clock: t.fill("report.clock", &[("clock", &t.clock())]),
        opening: Opening::new(view, &suspects, &sections, &severity),
        levels: LEVELS.into_iter().map(|level| (level.name(), severity.count(level))).collect(),
        suspects: suspects.iter().take(LINES).map(|account| AccountLine::new(t, account, anchor(account))).collect(),
        more_sections: more(t, "report.more_accounts", suspects.len(), sections.len(), "users.csv, findings.csv"),
        timeline: Timeline::new(view, &suspects),
        story: pictures,
        charts,
        addresses: addresses.iter().take(LINES).map(|address| AddressLine::new(t, address)).collect(),
        more_addresses: more(t, "report.more_addresses", addresses.len(), LINES, "addresses.csv"),
        accounts: view
            .accounts
            .iter()
            .take(LINES)
            .map(|account| AccountLine::new(t, account, anchor(account)))
            .collect(),
        more_accounts: more(t, "report.more_accounts", view.accounts.len(), LINES, "users.csv"),
        rules: rules::rules(view),
        evidence: Evidence::new(view),
        sections,
    })
}

/// Whom the report is about: accounts that an intruder had, in the order in which they were taken over, then accounts
/// with findings of level medium or above, most severe first.
fn suspects<'a>(view: &'a View<'_>) -> Vec<&'a Account> {
    let place = |account: &Account| {
        let mut dossiers = view.case.dossiers.iter();
        dossiers.position(|dossier| dossier.account == account.account && dossier.tenant == account.tenant)
    };
    let severe = |account: &Account| account.findings.highest().is_some_and(|level| level >= Level::Medium);
    let mut found: Vec<(usize, &Account)> = Vec::new();
    for account in &view.accounts {
        match place(account) {
            Some(at) => found.push((at, account)),
            None if severe(account) => found.push((usize::MAX, account)),
            None => {}
        }
    }
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, account)| account).collect()
}

/// What the browser may do with the page: show it, run its one script; nothing may be fetched, sent or framed.
///
/// <https://www.w3.org/TR/CSP3/#grammardef-hash-source>
fn policy() -> String {
    let digest = |text: &str| base64::engine::general_purpose::STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        digest(SCRIPT),
        digest(STYLE)
    )
}
