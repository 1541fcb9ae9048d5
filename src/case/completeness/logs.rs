//! Logs, or parts of logs, that were not given at all.

use super::{Facts, Met, counted};
use crate::event::Family;

/// Fewer records than these say nothing about a filter.
const FEW: u64 = 20;

fn missing(facts: &Facts<'_>, families: &[Family], found: &str) -> Vec<Met> {
    let given = families.iter().any(|family| facts.profile.families.contains_key(family));
    if given { Vec::new() } else { vec![Met::all(found.to_owned())] }
}

pub(super) fn no_audit(facts: &Facts<'_>) -> Vec<Met> {
    missing(facts, &[Family::Audit], "no record of the unified audit log")
}

pub(super) fn no_sign_ins(facts: &Facts<'_>) -> Vec<Met> {
    missing(facts, &[Family::SignIn], "no record of an Entra sign-in log")
}

/// The unified audit log repeats the directory's own log.
pub(super) fn no_directory(facts: &Facts<'_>) -> Vec<Met> {
    let directory = |sym: &crate::store::Sym| facts.events.text(*sym) == "AzureActiveDirectory";
    if facts.profile.workloads.iter().any(directory) {
        return Vec::new();
    }
    missing(
        facts,
        &[Family::Directory],
        "no record of the Entra audit log, nor of the directory in the unified audit log",
    )
}

pub(super) fn no_trace(facts: &Facts<'_>) -> Vec<Met> {
    missing(facts, &[Family::Trace], "no message trace")
}

pub(super) fn no_state(facts: &Facts<'_>) -> Vec<Met> {
    missing(facts, &[Family::State], "no export of what is in place: inbox rules, forwarding, permissions, consents")
}

pub(super) fn only_interactive(facts: &Facts<'_>) -> Vec<Met> {
    let Some(span) = facts.profile.family(Family::SignIn) else { return Vec::new() };
    let interactive = |sym: &crate::store::Sym| facts.events.text(*sym) == "SignInLogs";
    if facts.profile.sign_in_logs.iter().all(interactive) {
        return vec![Met::all(format!("interactive sign-ins only: {}", span.count))];
    }
    Vec::new()
}

/// <https://learn.microsoft.com/graph/api/signin-list>
pub(super) fn graph_v1(facts: &Facts<'_>) -> Vec<Met> {
    let files = facts.coverage.files.iter().zip(&facts.profile.files);
    let files = files.filter(|(_, profile)| profile.graph_sign_ins > 0 && !profile.beta);
    files
        .map(|(file, profile)| {
            let sign_ins = counted(profile.graph_sign_ins, "sign-in", "sign-ins");
            Met::of(file, format!("{sign_ins} without user agent, session and token"))
        })
        .collect()
}

pub(super) fn single_operation(facts: &Facts<'_>) -> Vec<Met> {
    let only = facts.profile.operations.iter().next().filter(|_| facts.profile.operations.len() == 1);
    single(facts, only, "operation")
}

pub(super) fn single_workload(facts: &Facts<'_>) -> Vec<Met> {
    let profile = &facts.profile;
    let only = profile.workloads.iter().next().filter(|_| profile.workloads.len() == 1 && profile.operations.len() > 1);
    single(facts, only, "workload")
}

fn single(facts: &Facts<'_>, only: Option<&crate::store::Sym>, what: &str) -> Vec<Met> {
    let span = facts.profile.family(Family::Audit).filter(|span| span.count >= FEW);
    let (Some(span), Some(only)) = (span, only) else { return Vec::new() };
    let name = facts.events.text(*only);
    vec![Met::all(format!("all {} records of the unified audit log are of the {what} {name:?}", span.count))]
}
