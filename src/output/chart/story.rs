//! One account's findings over time, a strip a rule.

use super::canvas::{Anchor, Canvas, Drawn, FADED, GRID, INK, picture};
use super::scale::Axis;
use crate::case::Finding;
use crate::case::severity::{LEVELS, level};
use crate::civil::span;
use crate::output::escape::file_name;
use crate::output::folder::Sink;
use crate::output::view::View;
use crate::rule::Level;
use crate::store::hex;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{self, Write};

const WIDTH: i32 = 1000;
const LEFT: i32 = 370;
const RIGHT: i32 = 970;
const TOP: i32 = 84;
const ROW: i32 = 26;
/// Rules that get a strip; the report and the tables hold the others.
const MOST: usize = 25;

/// The chart of one account.
#[derive(Debug)]
pub(crate) struct Story<'a> {
    /// Path within the case folder.
    pub(crate) path: String,
    /// Tenant.
    pub(crate) tenant: &'a str,
    /// Account.
    pub(crate) account: &'a str,
    /// Its findings, most severe first.
    pub(crate) findings: Vec<&'a Finding>,
}

/// One chart for each account with a finding of medium or above, by tenant and account.
pub(crate) fn stories<'a>(view: &View<'a>) -> Vec<Story<'a>> {
    let mut accounts: BTreeMap<(&str, &str), Vec<&Finding>> = BTreeMap::new();
    for finding in view.case.findings.iter().filter(|finding| acts(view, finding).next().is_some()) {
        accounts.entry((&finding.account, &finding.tenant)).or_default().push(finding);
    }
    accounts.retain(|_, findings| findings.iter().any(|finding| level(finding.rule.level) >= Level::Medium));
    let names: Vec<String> = accounts.keys().map(|(account, _)| file_name(account)).collect();
    accounts
        .into_iter()
        .zip(&names)
        .map(|(((account, tenant), findings), name)| {
            // A name that was changed, or that two accounts share, is told apart by a digest of the account.
            let unique = name == account && names.iter().filter(|other| *other == name).count() == 1;
            let path = if unique {
                format!("charts/story-{name}.svg")
            } else {
                let digest = Sha256::digest([tenant.as_bytes(), b"\0", account.as_bytes()].concat());
                format!("charts/story-{name}-{}.svg", hex(&digest[..4]))
            };
            Story { path, tenant, account, findings }
        })
        .collect()
}

/// When the events of a finding happened; a snapshot has no place in a story.
fn acts<'a>(view: &'a View<'_>, finding: &'a Finding) -> impl Iterator<Item = i64> + 'a {
    let entries = finding.positions.iter().map(|&at| &view.case.events.entries[at as usize]);
    entries.filter(|entry| entry.is_act()).map(|entry| entry.time.micros)
}

/// Writes the chart of one account.
pub(crate) fn story_svg(view: &View<'_>, story: &Story<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    sink.write_all(draw(view, story)?.as_bytes())
}

/// Draws the chart of one account.
pub(crate) fn draw(view: &View<'_>, story: &Story<'_>) -> io::Result<String> {
    let mut strips: Vec<(Level, &str, Vec<i64>)> = story
        .findings
        .iter()
        .take(MOST)
        .map(|finding| (level(finding.rule.level), finding.rule.title.as_str(), acts(view, finding).collect()))
        .collect();
    strips.sort_by(|a, b| (a.2.first(), a.1).cmp(&(b.2.first(), b.1)));
    let moments = || strips.iter().flat_map(|strip| strip.2.iter().copied());
    let (Some(first), Some(last)) = (moments().min(), moments().max()) else {
        return Err(io::Error::other("an account without findings has no story"));
    };
    let name = if story.account.is_empty() { "(no account named)" } else { story.account };
    let bottom = TOP + ROW * strips.len() as i32;
    let about: Vec<String> = strips
        .iter()
        .map(|(level, title, moments)| format!("{title} ({}): {} events", level.name(), moments.len()))
        .collect();
    picture((WIDTH, bottom + 84), &format!("Findings over time: {name}"), &about.join("; "), |canvas| {
        let mut under = span(first, last);
        if story.findings.len() > MOST {
            under = format!("{under}; the {MOST} most severe of {} rules", story.findings.len());
        }
        canvas.text((20, 52), &under, 12, FADED, Anchor::Start)?;
        let axis = Axis::new(first, last, LEFT, RIGHT);
        rows(canvas, &axis, &strips, bottom)?;
        legend(canvas, bottom + 62)
    })
}

fn rows(canvas: &Canvas<'_>, axis: &Axis, strips: &[(Level, &str, Vec<i64>)], bottom: i32) -> Drawn {
    for (x, text) in axis.labels() {
        canvas.line((x, TOP), (x, bottom), GRID)?;
        canvas.text((x, bottom + 16), &text, 11, INK, Anchor::Middle)?;
    }
    for (number, (level, title, moments)) in strips.iter().enumerate() {
        let y = TOP + number as i32 * ROW + ROW / 2;
        canvas.fit((LEFT - 12, y), title, 12, LEFT - 32, Anchor::End)?;
        canvas.line((LEFT, y), (RIGHT, y), GRID)?;
        let mut places: Vec<i32> = moments.iter().map(|&micros| axis.x(micros)).collect();
        places.dedup();
        for x in places {
            canvas.mark((x, y), *level)?;
        }
    }
    canvas.line((LEFT, bottom), (RIGHT, bottom), INK)?;
    canvas.text((LEFT.midpoint(RIGHT), bottom + 36), "time, UTC", 12, FADED, Anchor::Middle)
}

fn legend(canvas: &Canvas<'_>, y: i32) -> Drawn {
    for (number, level) in LEVELS.into_iter().enumerate() {
        let x = LEFT + number as i32 * 116;
        canvas.mark((x, y), level)?;
        canvas.text((x + 12, y), level.name(), 12, INK, Anchor::Start)?;
    }
    Ok(())
}
