//! What the response left open, in sentences and as findings, and what to do next.

use super::{Confidence, Sources, Statement, Taken};
use crate::case::finding::finding;
use crate::case::foothold::{Foothold, State};
use crate::case::response::{Step, Verdict};
use crate::case::{Finding, FindingRule};
use crate::civil::HOUR;
use crate::language::Voice;
use crate::rule::Level;

/// Acts within this time of a reset may still be of the old password, in microseconds.
const GRACE: i64 = 5 * 60_000_000;

/// What was taken away within this time of the reset was part of it.
const SOON: i64 = HOUR;

/// A way in which a response falls short; it is told as a finding, as if a rule had found it.
struct Gap {
    id: &'static str,
    /// The key of its title.
    title: &'static str,
    level: Level,
    tags: &'static [&'static str],
}

const NOT_REVOKED: Gap = Gap {
    id: "0d8a4c62-7d0c-4b0e-9c1f-4c5a8b0f6e11",
    title: "case.gap.not_revoked",
    level: Level::Medium,
    tags: &["attack.persistence", "attack.t1550.001"],
};

const OUTLIVED: Gap = Gap {
    id: "5be1f0a7-2f5b-4c2d-8a53-97d6f1c0b3e2",
    title: "case.gap.outlived",
    level: Level::High,
    tags: &["attack.persistence"],
};

const STILL_THERE: Gap = Gap {
    id: "c7a9d3e4-6b1e-4f57-b0d8-1e2f3a4b5c63",
    title: "case.gap.still_there",
    level: Level::High,
    tags: &["attack.persistence"],
};

const ROLE_HELD: Gap = Gap {
    id: "e2f4b8c1-93a7-4d6e-a5b2-7c8d9e0f1a24",
    title: "case.gap.role_held",
    level: Level::Critical,
    tags: &["attack.privilege-escalation", "attack.t1098.003"],
};

/// What ought to have ended the intrusion: kind of step, the key of the sentence if it did not, and that gap.
const CONTAINMENT: &[(&str, &str, Gap)] = &[
    (
        "password",
        "case.open.after_reset",
        Gap {
            id: "91b6c0de-4a3f-4e82-8d17-2a5b6c7d8e95",
            title: "case.gap.after_reset",
            level: Level::High,
            tags: &["attack.persistence", "attack.t1078"],
        },
    ),
    (
        "sessions",
        "case.open.after_revocation",
        Gap {
            id: "a4d7e1f2-5c6b-4d39-9e80-3b4c5d6e7f06",
            title: "case.gap.after_revocation",
            level: Level::High,
            tags: &["attack.persistence", "attack.t1550.001"],
        },
    ),
    (
        "sign_in",
        "case.open.after_block",
        Gap {
            id: "b8e2f3a4-6d7c-4e4a-8f91-4c5d6e7f8a17",
            title: "case.gap.after_block",
            level: Level::High,
            tags: &["attack.persistence", "attack.t1078"],
        },
    ),
];

impl Sources<'_> {
    /// What the response left open, and the findings that it makes.
    pub(super) fn open(&self, taken: &Taken<'_>, steps: &[Step]) -> (Vec<Statement>, Vec<Finding>) {
        let mut told: Vec<(&Gap, Statement)> = Vec::new();
        let done = |kind: &str| steps.iter().find(|step| step.kind == kind && step.verdict == Verdict::Done);
        let reset = done("password");
        if let (Some(reset), None) = (reset, done("sessions")) {
            let text = self.voice.text("case.open.not_revoked").to_owned();
            told.push((&NOT_REVOKED, self.said("", text, &reset.positions)));
        }
        for (kind, sentence, gap) in CONTAINMENT {
            let Some(since) = done(kind).and_then(|step| step.done) else { continue };
            let late = |position: &u32| {
                let time = self.time(*position);
                self.succeeded(*position) && time - GRACE > since && time > taken.began
            };
            let after: Vec<u32> = taken.positions.iter().copied().filter(late).collect();
            if let Some(first) = after.first() {
                let (when, acts) = (self.voice.moment(self.time(*first)), self.acts(&after));
                let text = self.voice.count(sentence, after.len() as u64, &[("when", &when), ("acts", &acts)]);
                told.push((gap, self.said("", text, &after)));
            }
        }
        let since = reset.and_then(|reset| reset.done);
        for foothold in taken.left {
            told.extend(self.remains(foothold, since));
        }
        let gaps = self.gaps(taken, &told);
        (told.into_iter().map(|(_, statement)| statement).collect(), gaps)
    }

    /// A foothold that is there at the end, or was there for some time after the reset.
    fn remains(&self, foothold: &Foothold, reset: Option<i64>) -> Option<(&'static Gap, Statement)> {
        let opened = foothold.opened.as_ref();
        let acts = opened.into_iter().chain(&foothold.changed).map(|act| act.position);
        let mut acts: Vec<u32> = acts.collect();
        let (title, name) = (&foothold.title, &foothold.name);
        if foothold.state == State::Open {
            let gap = if foothold.kind == "role" { &ROLE_HELD } else { &STILL_THERE };
            // Of what was made before the logs begin only snapshots tell.
            if acts.is_empty() {
                acts.clone_from(&foothold.positions);
            }
            let key = if foothold.shown.is_some() { "case.open.still_there" } else { "case.open.not_removed" };
            let text = self.voice.fill(key, &[("title", title), ("name", name), ("basis", &foothold.basis)]);
            return Some((gap, self.said("", text, &acts)));
        }
        let (reset, closed) = (reset?, foothold.closed.as_ref()?);
        let made = self.time(opened?.position);
        let ended = self.time(closed.position);
        (made < reset && ended > reset + SOON).then(|| {
            let when = self.voice.moment(ended);
            let text = self.voice.fill("case.open.outlived", &[("title", title), ("name", name), ("when", &when)]);
            (&OUTLIVED, self.said("", text, &acts))
        })
    }

    /// One finding for each gap; no surer than it is that there was an intruder.
    fn gaps(&self, taken: &Taken<'_>, told: &[(&Gap, Statement)]) -> Vec<Finding> {
        let highest = if Confidence::of(taken.own) == Confidence::Low { Level::Medium } else { Level::Critical };
        let mut ids: Vec<&str> = told.iter().map(|(gap, _)| gap.id).collect();
        ids.sort_unstable();
        ids.dedup();
        let of = |id: &str| {
            let mut own = told.iter().filter(|(gap, _)| gap.id == id).peekable();
            let (gap, first) = own.peek()?;
            let rule = FindingRule {
                id: gap.id.to_owned(),
                title: self.voice.text(gap.title).to_owned(),
                level: gap.level.min(highest).name(),
                tags: gap.tags.iter().map(|tag| (*tag).to_owned()).collect(),
            };
            let summary = first.text.clone();
            let mut positions: Vec<u32> = own.flat_map(|(_, statement)| statement.positions.iter().copied()).collect();
            positions.sort_unstable();
            positions.dedup();
            let found = finding(self.events, rule, (taken.tenant, taken.account), positions, None)?;
            Some(Finding { summary, ..found })
        };
        ids.into_iter().filter_map(of).collect()
    }
}

/// What is to be done still, in the order of the steps.
pub(super) fn todo(account: &str, steps: &[Step], voice: Voice) -> Vec<String> {
    let wanted = |step: &&Step| {
        matches!(step.verdict, Verdict::NotSeen | Verdict::Partial | Verdict::Outside | Verdict::Unknown)
    };
    // Sign-in is blocked while the account is being secured, not for good.
    let secured = steps.iter().filter(|step| step.step == 1).all(|step| !wanted(&step));
    let tell = |step: &Step| {
        let number = if step.step == 0 { String::new() } else { step.step.to_string() };
        let doubt = matches!(step.verdict, Verdict::Outside | Verdict::Unknown);
        let key = if doubt { "case.todo.find_out" } else { "case.todo.do" };
        voice.fill(key, &[("step", &number), ("task", &step.task), ("account", &account), ("note", &step.note)])
    };
    let mut todo: Vec<String> =
        steps.iter().filter(wanted).filter(|step| step.step != 5 || !secured).map(tell).collect();
    todo.push(voice.fill("case.todo.warn", &[("account", &account)]));
    todo
}
