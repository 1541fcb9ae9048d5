//! The mail and files that the intruder of one account reached.

use super::answer::few;
use crate::case::dossier::Dossier;
use crate::case::exposure::{Class, Exposed, ExposedFile};
use crate::case::label;
use crate::case::trail::Trail;
use crate::output::escape::excerpt;
use crate::output::view::View;
use std::collections::BTreeSet;

/// Lines of one account.
const LINES: usize = 60;

/// A message, folder, search, dark time or file.
#[derive(Debug)]
pub(in crate::output) struct ExposedLine {
    pub kind: &'static str,
    pub what: String,
    pub folder: String,
    pub how: String,
    pub at: i64,
    pub time: String,
    pub ids: Vec<String>,
    pub more: String,
}

/// The first lines, what there is in all in a sentence, and how many lines there would be.
pub(super) fn exposed(view: &View<'_>, dossier: &Dossier) -> (Vec<ExposedLine>, String, usize) {
    let (t, exposure) = (view.case.facts.voice, &view.case.exposure);
    let own = |trail: &Trail| trail.sessions.iter().any(|id| dossier.sessions.contains(id));
    let mail: Vec<&Exposed> = exposure.mail.iter().filter(|one| own(&one.trail)).collect();
    let files: Vec<&ExposedFile> = exposure.files.iter().filter(|one| own(&one.trail)).collect();
    let of = |class: Class| mail.iter().filter(|one| one.class == class).count() as u64;
    let told = [
        t.count("report.exposed.messages", of(Class::Message), &[]),
        t.count("report.exposed.folders", of(Class::Folder), &[]),
        t.count("report.exposed.searches", of(Class::Search), &[]),
        t.count("report.exposed.dark", of(Class::Unknown), &[]),
        t.count("report.exposed.files", files.len() as u64, &[]),
    ];
    let told = t.fill("report.exposed.sum", &[("parts", &told.join(", "))]);
    let all = mail.len() + files.len();
    // What is largest or darkest first: a list of messages would push it off the page.
    let order = |class: Class| match class {
        Class::Folder => 0,
        Class::Unknown => 1,
        Class::Search => 2,
        Class::Message => 3,
    };
    let mut mail = mail;
    mail.sort_by_key(|one| (order(one.class), one.trail.first()));
    let mut lines: Vec<ExposedLine> = mail.into_iter().take(LINES).map(|one| of_mail(view, one)).collect();
    lines.extend(files.into_iter().take(LINES).map(|one| of_file(view, one)));
    (lines, told, all)
}

fn line(view: &View<'_>, trail: &Trail) -> ExposedLine {
    let (ids, more) = few(&trail.event_ids(&view.case.events));
    ExposedLine {
        kind: "",
        what: String::new(),
        folder: String::new(),
        how: String::new(),
        at: trail.first(),
        time: view.case.facts.voice.moment(trail.first()),
        ids,
        more,
    }
}

fn of_mail(view: &View<'_>, one: &Exposed) -> ExposedLine {
    let t = view.case.facts.voice;
    let name = if one.subject.is_empty() { &one.message_id } else { &one.subject };
    let mailbox = || t.fill("report.exposed.mailbox", &[("mailbox", &one.mailbox)]);
    let mut what = if name.is_empty() { mailbox() } else { name.clone() };
    if !one.sender.is_empty() {
        what = t.fill("report.exposed.from", &[("what", &what), ("sender", &one.sender)]);
    }
    ExposedLine {
        kind: one.class.label(t),
        what: excerpt(&what, 200),
        folder: excerpt(&one.folder, 80),
        how: how(view, &one.how),
        ..line(view, &one.trail)
    }
}

fn of_file(view: &View<'_>, one: &ExposedFile) -> ExposedLine {
    ExposedLine {
        kind: view.case.facts.voice.text("report.exposed.file"),
        what: excerpt(&one.file, 200),
        how: how(view, &one.how),
        ..line(view, &one.trail)
    }
}

/// How it was reached, for people.
fn how(view: &View<'_>, ways: &BTreeSet<String>) -> String {
    excerpt(&label::ways(ways, ", ", view.case.facts.voice), 120)
}
