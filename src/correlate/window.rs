//! Windows over event time: for each moment at which something happened, the stretch that ends there.

use super::{Member, Outcome};
use crate::rule::correlation::{Condition, Correlation, Expression, Kind};
use std::collections::{BTreeMap, VecDeque};

/// The window of one group that is open: what happened no longer before the last moment than the correlation allows.
///
/// What happened at one time is taken together: the order of records with one time is not known, so that it must not
/// decide; all of them stand for the moment at which the condition was met.
#[derive(Debug)]
pub(super) struct Window {
    members: VecDeque<Member>,
    measure: Measure,
    /// How many of the members the measure has taken in; the others happened at one time.
    measured: usize,
    /// How many of the members are in the outcome already.
    told: usize,
}

impl Window {
    pub(super) fn new(correlation: &Correlation) -> Self {
        Self { members: VecDeque::new(), measure: Measure::new(correlation), measured: 0, told: 0 }
    }

    /// Adds the next event of the group.
    pub(super) fn push(&mut self, correlation: &Correlation, member: Member, outcome: &mut Outcome) {
        if self.members.back().is_some_and(|last| last.time < member.time) {
            self.close(correlation, outcome);
        }
        self.members.push_back(member);
    }

    /// Whether nothing that happens from `now` on can meet what is in the window.
    pub(super) fn is_over(&self, correlation: &Correlation, now: i64) -> bool {
        self.members.back().is_none_or(|last| last.time < now.saturating_sub(correlation.span))
    }

    /// Looks at the window that ends with the last event.
    pub(super) fn close(&mut self, correlation: &Correlation, outcome: &mut Outcome) {
        let Some(now) = self.members.back().map(|last| last.time) else { return };
        let members = self.members.make_contiguous();
        self.measure.enter(&members[self.measured..]);
        let gone = members.iter().take_while(|member| member.time < now - correlation.span).count();
        self.measure.leave(&members[..gone]);
        self.members.drain(..gone);
        self.told = self.told.saturating_sub(gone);
        self.measured = self.members.len();
        let members = self.members.make_contiguous();
        if self.measure.is_met(correlation, now, members) {
            let fresh: Vec<u32> = members[self.told..].iter().map(|member| member.position).collect();
            for member in members.iter().rev().take_while(|member| member.time == now) {
                outcome.fired.push(member.position);
                if self.measure.is_met_by(member) {
                    outcome.deeds.push(member.position);
                }
                if fresh != [member.position] {
                    outcome.behind.entry(member.position).or_default().extend(&fresh);
                }
            }
            outcome.contributed.extend(fresh);
            self.told = members.len();
        }
    }
}

/// What a window holds, kept up to date as members enter and leave.
#[derive(Debug)]
enum Measure {
    Events(usize),
    Values(BTreeMap<String, usize>),
    Numbers,
    /// How many events of each rule.
    Rules(Vec<usize>),
    /// How many events of each rule, and for each rule the latest start of a row of events of the rules up to it.
    Order(Vec<usize>, Vec<Option<i64>>),
}

impl Measure {
    fn new(correlation: &Correlation) -> Self {
        let rules = correlation.refs.len();
        match correlation.kind {
            Kind::EventCount => Self::Events(0),
            Kind::ValueCount => Self::Values(BTreeMap::new()),
            Kind::ValueSum | Kind::ValueAverage | Kind::ValuePercentile(_) => Self::Numbers,
            Kind::Temporal => Self::Rules(vec![0; rules]),
            Kind::TemporalOrdered => Self::Order(vec![0; rules], vec![None; rules]),
        }
    }

    /// Members of one time enter.
    fn enter(&mut self, members: &[Member]) {
        match self {
            Self::Events(count) => *count += members.len(),
            Self::Values(values) => {
                for value in members.iter().filter_map(|member| member.value.as_ref()) {
                    *values.entry(value.clone()).or_default() += 1;
                }
            }
            Self::Numbers => {}
            Self::Rules(counts) => members.iter().flat_map(|member| &member.refs).for_each(|at| counts[*at] += 1),
            Self::Order(counts, starts) => {
                members.iter().flat_map(|member| &member.refs).for_each(|at| counts[*at] += 1);
                for at in 0..starts.len() {
                    if let Some(member) = members.iter().find(|member| member.refs.contains(&at)) {
                        let start = if at == 0 { Some(member.time) } else { starts[at - 1] };
                        starts[at] = starts[at].max(start);
                    }
                }
            }
        }
    }

    fn leave(&mut self, members: &[Member]) {
        match self {
            Self::Events(count) => *count -= members.len(),
            Self::Values(values) => {
                for value in members.iter().filter_map(|member| member.value.as_deref()) {
                    if let Some(count) = values.get_mut(value) {
                        *count -= 1;
                        if *count == 0 {
                            values.remove(value);
                        }
                    }
                }
            }
            Self::Numbers => {}
            Self::Rules(counts) | Self::Order(counts, _) => {
                members.iter().flat_map(|member| &member.refs).for_each(|at| counts[*at] -= 1);
            }
        }
    }

    /// Whether the event can be the one that meets the condition, at a moment at which it is met: of rules in an order
    /// the last one found it.
    fn is_met_by(&self, member: &Member) -> bool {
        match self {
            Self::Order(_, starts) => member.refs.contains(&(starts.len() - 1)),
            _ => true,
        }
    }

    fn is_met(&self, correlation: &Correlation, now: i64, window: &[Member]) -> bool {
        match (self, &correlation.condition) {
            (Self::Events(count), condition) => passes(condition, *count as f64),
            (Self::Values(values), condition) => passes(condition, values.len() as f64),
            (Self::Numbers, condition) => {
                number(correlation.kind, window).is_some_and(|found| passes(condition, found))
            }
            (Self::Rules(counts), condition) => rules_pass(condition, counts),
            (Self::Order(counts, starts), condition) => {
                let in_order = starts.last().copied().flatten().is_some_and(|start| start >= now - correlation.span);
                in_order && rules_pass(condition, counts)
            }
        }
    }
}

fn passes(condition: &Condition, found: f64) -> bool {
    match condition {
        Condition::Threshold(comparisons, _) => {
            comparisons.iter().all(|(comparison, wanted)| comparison.holds(found, *wanted))
        }
        Condition::Rules(_) => false,
    }
}

/// Without a condition all rules must have found something, else as many as it says, or those that it names.
fn rules_pass(condition: &Condition, counts: &[usize]) -> bool {
    let found = counts.iter().filter(|count| **count > 0).count();
    match condition {
        Condition::Threshold(comparisons, _) if comparisons.is_empty() => found == counts.len(),
        Condition::Threshold(..) => passes(condition, found as f64),
        Condition::Rules(expression) => holds(expression, counts),
    }
}

fn holds(expression: &Expression, counts: &[usize]) -> bool {
    expression.holds(&|at| counts.get(at).is_some_and(|count| *count > 0))
}

/// The sum, mean or percentile of the numbers in a window; values that are no numbers do not count.
fn number(kind: Kind, window: &[Member]) -> Option<f64> {
    let parse = |member: &Member| member.value.as_deref()?.parse::<f64>().ok().filter(|number| number.is_finite());
    let mut numbers: Vec<f64> = window.iter().filter_map(parse).collect();
    if numbers.is_empty() {
        return None;
    }
    let sum = numbers.iter().sum::<f64>();
    match kind {
        Kind::ValueSum => Some(sum),
        Kind::ValueAverage => Some(sum / numbers.len() as f64),
        Kind::ValuePercentile(rank) => {
            numbers.sort_by(f64::total_cmp);
            let place = f64::from(rank) / 100.0 * (numbers.len() - 1) as f64;
            let (below, above) = (numbers[place.floor() as usize], numbers[place.ceil() as usize]);
            Some(below + place.fract() * (above - below))
        }
        Kind::EventCount | Kind::ValueCount | Kind::Temporal | Kind::TemporalOrdered => None,
    }
}
