//! Logs, or parts of logs, that were not given at all.

use super::{Facts, Met};
use crate::event::Family;

/// Fewer records than these say nothing about a filter.
const FEW: u64 = 20;

fn missing(facts: &Facts<'_>, families: &[Family], key: &'static str) -> Vec<Met> {
    let given = families.iter().any(|family| facts.profile.families.contains_key(family));
    if given { Vec::new() } else { vec![Met::all(facts.voice.text(key).to_owned())] }
}

pub(super) fn no_audit(facts: &Facts<'_>) -> Vec<Met> {
    missing(facts, &[Family::Audit], "completeness.no_audit")
}

pub(super) fn no_sign_ins(facts: &Facts<'_>) -> Vec<Met> {
    missing(facts, &[Family::SignIn], "completeness.no_sign_ins")
}

/// The unified audit log repeats the directory's own log.
pub(super) fn no_directory(facts: &Facts<'_>) -> Vec<Met> {
    let directory = |sym: &crate::store::Sym| facts.events.text(*sym) == "AzureActiveDirectory";
    if facts.profile.workloads.iter().any(directory) {
        return Vec::new();
    }
    missing(facts, &[Family::Directory], "completeness.no_directory")
}

pub(super) fn no_trace(facts: &Facts<'_>) -> Vec<Met> {
    missing(facts, &[Family::Trace], "completeness.no_trace")
}

pub(super) fn no_state(facts: &Facts<'_>) -> Vec<Met> {
    missing(facts, &[Family::State], "completeness.no_state")
}

pub(super) fn only_interactive(facts: &Facts<'_>) -> Vec<Met> {
    let Some(span) = facts.profile.family(Family::SignIn) else { return Vec::new() };
    let interactive = |sym: &crate::store::Sym| facts.events.text(*sym) == "SignInLogs";
    if facts.profile.sign_in_logs.iter().all(interactive) {
        return vec![Met::all(facts.voice.fill("completeness.interactive", &[("n", &span.count)]))];
    }
    Vec::new()
}

/// <https://learn.microsoft.com/graph/api/signin-list>
pub(super) fn graph_v1(facts: &Facts<'_>) -> Vec<Met> {
    let files = facts.coverage.files.iter().zip(&facts.profile.files);
    let files = files.filter(|(_, profile)| profile.graph_sign_ins > 0 && !profile.beta);
    let told = |count| facts.voice.count("completeness.graph_v1", count, &[]);
    files.map(|(file, profile)| Met::of(file, told(profile.graph_sign_ins))).collect()
}

pub(super) fn single_operation(facts: &Facts<'_>) -> Vec<Met> {
    let only = facts.profile.operations.iter().next().filter(|_| facts.profile.operations.len() == 1);
    single(facts, only, "completeness.one_operation")
}

pub(super) fn single_workload(facts: &Facts<'_>) -> Vec<Met> {
    let profile = &facts.profile;
    let only = profile.workloads.iter().next().filter(|_| profile.workloads.len() == 1 && profile.operations.len() > 1);
    single(facts, only, "completeness.one_workload")
}

fn single(facts: &Facts<'_>, only: Option<&crate::store::Sym>, key: &'static str) -> Vec<Met> {
    let span = facts.profile.family(Family::Audit).filter(|span| span.count >= FEW);
    let (Some(span), Some(only)) = (span, only) else { return Vec::new() };
    let name = format!("{:?}", facts.events.text(*only));
    vec![Met::all(facts.voice.fill(key, &[("n", &span.count), ("name", &name)]))]
}
