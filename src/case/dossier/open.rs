//! What the response left open, in sentences and as findings, and what to do next.

use super::{LOW, Sources, Statement, Taken, confidence};
use crate::case::finding::finding;
use crate::case::foothold::{Foothold, State};
use crate::case::response::{Step, Verdict};
use crate::case::{Finding, FindingRule};
use crate::civil::{HOUR, moment};
use crate::rule::Level;

/// Acts within this time of a reset may still be of the old password, in microseconds.
const GRACE: i64 = 5 * 60_000_000;

/// What was taken away within this time of the reset was part of it.
const SOON: i64 = HOUR;

/// A way in which a response falls short; it is told as a finding, as if a rule had found it.
struct Gap {
    id: &'static str,
    title: &'static str,
    level: Level,
    tags: &'static [&'static str],
}

const NOT_REVOKED: Gap = Gap {
    id: "0d8a4c62-7d0c-4b0e-9c1f-4c5a8b0f6e11",
    title: "Password reset after an intrusion without revoking sessions",
    level: Level::Medium,
    tags: &["attack.persistence", "attack.t1550.001"],
};

const OUTLIVED: Gap = Gap {
    id: "5be1f0a7-2f5b-4c2d-8a53-97d6f1c0b3e2",
    title: "What the intruder left outlived the password reset",
    level: Level::High,
    tags: &["attack.persistence"],
};

const STILL_THERE: Gap = Gap {
    id: "c7a9d3e4-6b1e-4f57-b0d8-1e2f3a4b5c63",
    title: "What the intruder left is not seen to be removed",
    level: Level::High,
    tags: &["attack.persistence"],
};

const ROLE_HELD: Gap = Gap {
    id: "e2f4b8c1-93a7-4d6e-a5b2-7c8d9e0f1a24",
    title: "Administrative role given by the intruder is not seen to be taken back",
    level: Level::Critical,
    tags: &["attack.privilege-escalation", "attack.t1098.003"],
};

/// What ought to have ended the intrusion: kind of step, what was done, and the gap if it did not.
const CONTAINMENT: &[(&str, &str, Gap)] = &[
    (
        "password",
        "the password was reset",
        Gap {
            id: "91b6c0de-4a3f-4e82-8d17-2a5b6c7d8e95",
            title: "Intruder active after the password reset",
            level: Level::High,
            tags: &["attack.persistence", "attack.t1078"],
        },
    ),
    (
        "sessions",
        "sessions were revoked",
        Gap {
            id: "a4d7e1f2-5c6b-4d39-9e80-3b4c5d6e7f06",
            title: "Intruder active after sessions were revoked",
            level: Level::High,
            tags: &["attack.persistence", "attack.t1550.001"],
        },
    ),
    (
        "sign_in",
        "sign-in was blocked",
        Gap {
            id: "b8e2f3a4-6d7c-4e4a-8f91-4c5d6e7f8a17",
            title: "Intruder active after sign-in was blocked",
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
            let text = "the password was reset, and no record says that sessions were revoked: tokens go on working";
            told.push((&NOT_REVOKED, self.said("", text.to_owned(), &reset.positions)));
        }
        for (kind, what, gap) in CONTAINMENT {
            let Some(since) = done(kind).and_then(|step| step.done) else { continue };
            let late = |position: &u32| {
                let time = self.time(*position);
                self.succeeded(*position) && time - GRACE > since && time > taken.began
            };
            let after: Vec<u32> = taken.positions.iter().copied().filter(late).collect();
            if let Some(first) = after.first() {
                let when = moment(self.time(*first));
                let (count, acts) = (after.len(), self.acts(&after));
                let text = format!("{count} acts of the intruder after {what}, the first on {when}: {acts}");
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
        let name = if foothold.name.is_empty() { String::new() } else { format!(" “{}”", foothold.name) };
        if foothold.state == State::Open {
            let gap = if foothold.kind == "role" { &ROLE_HELD } else { &STILL_THERE };
            // Of what was made before the logs begin only snapshots tell.
            if acts.is_empty() {
                acts.clone_from(&foothold.positions);
            }
            let said = if foothold.shown.is_some() { "is still there" } else { "is not seen to be removed" };
            let text = format!("{}{name} {said}: {}", foothold.title, foothold.basis);
            return Some((gap, self.said("", text, &acts)));
        }
        let (reset, closed) = (reset?, foothold.closed.as_ref()?);
        let made = self.time(opened?.position);
        let ended = self.time(closed.position);
        (made < reset && ended > reset + SOON).then(|| {
            let text = format!(
                "{}{name} was taken away only on {}, after the password was reset",
                foothold.title,
                moment(ended)
            );
            (&OUTLIVED, self.said("", text, &acts))
        })
    }

    /// One finding for each gap; no surer than it is that there was an intruder.
    fn gaps(&self, taken: &Taken<'_>, told: &[(&Gap, Statement)]) -> Vec<Finding> {
        let highest = if confidence(taken.own) == LOW { Level::Medium } else { Level::Critical };
        let mut ids: Vec<&str> = told.iter().map(|(gap, _)| gap.id).collect();
        ids.sort_unstable();
        ids.dedup();
        let of = |id: &str| {
            let mut own = told.iter().filter(|(gap, _)| gap.id == id).peekable();
            let (gap, first) = own.peek()?;
            let rule = FindingRule {
                id: gap.id.to_owned(),
                title: gap.title.to_owned(),
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
pub(super) fn todo(account: &str, steps: &[Step]) -> Vec<String> {
    let wanted = |step: &&Step| {
        matches!(step.verdict, Verdict::NotSeen | Verdict::Partial | Verdict::Outside | Verdict::Unknown)
    };
    // Sign-in is blocked while the account is being secured, not for good.
    let secured = steps.iter().filter(|step| step.step == 1).all(|step| !wanted(&step));
    let tell = |step: &Step| {
        let number = if step.step == 0 { String::new() } else { format!("step {}: ", step.step) };
        let doubt = if matches!(step.verdict, Verdict::Outside | Verdict::Unknown) {
            "find out whether it was done: "
        } else {
            ""
        };
        format!("{number}{doubt}{} ({account}): {}", step.task, step.note)
    };
    let mut todo: Vec<String> =
        steps.iter().filter(wanted).filter(|step| step.step != 5 || !secured).map(tell).collect();
    todo.push(format!(
        "step 7: look through the sent items and contact details of {account}, and warn who was written to"
    ));
    todo
}
