//! One account's findings over time, a strip a rule.

use super::Picture;
use super::canvas::{Anchor, Canvas, Drawn, Sheet, legend_height};
use super::ink::{FADED, GRID, INK, MARGIN, Sign, WIDTH};
use super::scale::Axis;
use super::voice;
use super::words::{counted, name};
use crate::case::Finding;
use crate::case::severity::{LEVELS, level};
use crate::language::Voice;
use crate::output::escape::file_name;
use crate::output::folder::Sink;
use crate::output::view::View;
use crate::rule::Level;
use crate::store::hex;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{self, Write};

const LEFT: i32 = 318;
const RIGHT: i32 = WIDTH - MARGIN - 8;
const ROW: i32 = 21;
/// Rules that get a strip; the report and the tables hold the others.
const MOST: usize = 25;

/// The chart of one account.
#[derive(Debug)]
pub(crate) struct Story<'a> {
    /// Path within the case folder.
    pub(crate) path: String,
    /// Path of the account's map.
    pub(crate) map: String,
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
            let name = if unique {
                name.clone()
            } else {
                let digest = Sha256::digest([tenant.as_bytes(), b"\0", account.as_bytes()].concat());
                format!("{name}-{}", hex(&digest[..4]))
            };
            let file = |kind: &str| format!("charts/{kind}-{name}.svg");
            Story { path: file("story"), map: file("map"), tenant, account, findings }
        })
        .collect()
}

/// When the events of a finding happened; a snapshot has no place in a story.
fn acts<'a>(view: &'a View<'_>, finding: &'a Finding) -> impl Iterator<Item = i64> + 'a {
    let entries = finding.positions.iter().map(|&at| view.case.events.entries.at(at));
    entries.filter(|entry| entry.is_act()).map(|entry| entry.micros)
}

/// Writes the chart of one account.
pub(crate) fn story_svg(view: &View<'_>, story: &Story<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    sink.write_all(draw(view, story)?.svg.as_bytes())
}

/// One rule: its level, its title, and when it was met.
type Strip<'a> = (Level, &'a str, Vec<i64>);

/// Draws the chart of one account.
pub(crate) fn draw(view: &View<'_>, story: &Story<'_>) -> io::Result<Picture> {
    let mut strips: Vec<Strip<'_>> = story
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
    let t = voice(view);
    let about = strips.iter().map(|(level, title, moments)| {
        format!("{title} ({}): {}", level.name(), counted(t, "chart.n_events", moments.len() as u64))
    });
    let alt = about.collect::<Vec<_>>().join("; ") + ".";
    let title = t.fill("chart.story.title", &[("account", &name(t, story.account))]);
    let sheet = Sheet::new(&story.path, &title, &note(t, &t.span(first, last), story.findings.len()), &alt);
    let levels = LEVELS.into_iter().filter(|level| strips.iter().any(|strip| strip.0 == *level));
    let items: Vec<(Sign, String)> = levels.map(|level| (Sign::Level(level), level.name().to_owned())).collect();
    let keys = sheet.top();
    let top = keys + legend_height(&items) + 6;
    let bottom = top + ROW * strips.len() as i32;
    sheet.draw(bottom + 42, |canvas| {
        canvas.legend(keys, &items)?;
        rows(canvas, t, &Axis::new(first, last, LEFT, RIGHT), &strips, (top, bottom))
    })
}

/// When it was, and how many of the rules have a strip where that is not all.
fn note(t: Voice, when: &str, all: usize) -> String {
    let (shown, all) = if all > MOST { (MOST.to_string(), all.to_string()) } else { (String::new(), String::new()) };
    t.fill("chart.story.note", &[("span", &when), ("shown", &shown), ("all", &all)])
}

fn rows(canvas: &Canvas<'_>, t: Voice, axis: &Axis, strips: &[Strip<'_>], (top, bottom): (i32, i32)) -> Drawn {
    axis.draw(canvas, t, (top, bottom))?;
    for (number, (level, title, moments)) in strips.iter().enumerate() {
        let y = top + number as i32 * ROW + ROW / 2;
        canvas.fit((LEFT - 12, y), title, 10, LEFT - 12 - MARGIN, Anchor::End)?;
        canvas.line((LEFT, y), (RIGHT, y), GRID)?;
        let mut places: Vec<i32> = moments.iter().map(|&micros| axis.x(micros)).collect();
        places.dedup();
        for x in places {
            canvas.sign((x, y), Sign::Level(*level))?;
        }
    }
    canvas.line((LEFT, bottom), (RIGHT, bottom), INK)?;
    canvas.text((LEFT.midpoint(RIGHT), bottom + 31), t.text("chart.time"), 10, FADED, Anchor::Middle)
}
