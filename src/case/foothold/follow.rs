//! The records of footholds in time order, each put to the foothold that it is about.

use super::{Act, Deed, Foothold, Left, State, act, alias, identity, is_collected};
use crate::event::first_party::is_microsoft_application;
use crate::event::{Family, Scalar, is_identifier};
use crate::language::Voice;
use crate::rule::correlation::Place;
use crate::rule::foothold::{Does, Foothold as Kind, Mark};
use crate::store::{Entry, Events, RuleIndex, Sym};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::ops::ControlFlow;

/// A foothold while its records are met.
struct Instance {
    kind: usize,
    group: usize,
    names: BTreeSet<String>,
    /// As the first record that names it writes it.
    shown_name: String,
    opened: Option<u32>,
    changed: Vec<u32>,
    closed: Option<u32>,
    /// The record of its end does not name it.
    assumed: bool,
    seen: Option<Seen>,
    positions: Vec<u32>,
    /// Logs that have told of its making.
    told: BTreeSet<Family>,
}

/// What snapshots say of a foothold.
#[derive(PartialEq, PartialOrd)]
enum Seen {
    /// One of which is not known when it was collected shows it.
    Undated,
    /// Of a kind of which there is one at most, another was there.
    Another(u32, String),
    /// It was there.
    There(u32),
}

impl Instance {
    fn is_open(&self) -> bool {
        self.closed.is_none()
    }

    /// The record of the last snapshot that shows it, if it is known when that was collected.
    fn shown(&self) -> Option<u32> {
        if let Some(Seen::There(at)) = self.seen { Some(at) } else { None }
    }
}

/// Footholds of one kind and owner.
#[derive(Default)]
struct Group {
    members: Vec<usize>,
    /// How many ends without a name each log has told.
    ends: BTreeMap<Family, usize>,
    /// When a snapshot with rows of the owner was last collected: a mailbox without a row may not have been asked.
    collected: Option<i64>,
}

pub(super) struct Follow<'a> {
    events: &'a Events,
    kinds: &'a [Kind],
    voice: Voice,
    /// For each rule the kinds it serves.
    marks: BTreeMap<RuleIndex, Vec<(usize, &'a Mark)>>,
    groups: Vec<Group>,
    numbers: FxHashMap<(usize, Sym, String), usize>,
    instances: Vec<Instance>,
    deeds: Vec<Deed>,
}

impl<'a> Follow<'a> {
    pub(super) fn new(events: &'a Events, kinds: &'a [Kind], voice: Voice) -> Self {
        let mut marks: BTreeMap<RuleIndex, Vec<(usize, &Mark)>> = BTreeMap::new();
        for (kind, foothold) in kinds.iter().enumerate() {
            for (rule, mark) in &foothold.marks {
                marks.entry(*rule).or_default().push((kind, mark));
            }
        }
        Self {
            events,
            kinds,
            voice,
            marks,
            groups: Vec::new(),
            numbers: FxHashMap::default(),
            instances: Vec::new(),
            deeds: Vec::new(),
        }
    }

    pub(super) fn meet(&mut self, position: u32) {
        let entry = &self.events.entries.at(position);
        for rule in self.events.marks(entry) {
            for (kind, mark) in self.marks.get(rule).cloned().unwrap_or_default() {
                self.take(position, kind, mark);
            }
        }
    }

    fn take(&mut self, position: u32, kind: usize, mark: &Mark) {
        let entry = &self.events.entries.at(position);
        let opens_nothing = self.kinds[kind].marks.values().all(|mark| mark.does == Does::Closes);
        if opens_nothing {
            self.deeds.push(Deed { kind, position });
            return;
        }
        let fields = self.written(entry, mark);
        let written = fields.concat();
        let place = (kind, self.group(kind, entry));
        match mark.does {
            Does::Opens => self.opens(position, place, names(&written), &written),
            Does::Changes => self.changes(position, place, names(&written), &written),
            Does::Closes => self.closes(position, place, &names(&written)),
            Does::Shows => match fields.iter().find(|field| field.len() > 1) {
                // Those who hold a right to a mailbox stand in one row of a snapshot.
                Some(several) => several.iter().for_each(|one| {
                    let one = std::slice::from_ref(one);
                    self.shows(position, place, &names(one), one);
                }),
                None => self.shows(position, place, &names(&written), &written),
            },
        }
    }

    fn group(&mut self, kind: usize, entry: &Entry) -> usize {
        let who = self.events.who(entry);
        let owner = if self.kinds[kind].of_account { alias(self.events.text(who.account)) } else { String::new() };
        let next = self.groups.len();
        let number = *self.numbers.entry((kind, who.tenant, owner)).or_insert(next);
        if number == next {
            self.groups.push(Group::default());
        }
        number
    }

    /// The names that each place in the record gives it. The lists of a snapshot are lists, and a comma in one of their
    /// texts is part of a name; a log may have a list as one text.
    fn written(&self, entry: &Entry, mark: &Mark) -> Vec<Vec<String>> {
        let between: &[char] = if mark.does == Does::Shows { &[';'] } else { &[';', ','] };
        let of = |place: &Place| {
            let mut found = Vec::new();
            match place {
                Place::Core(core) => {
                    let _ = self.events.visit(entry, *core, &mut |value: Scalar<'_>| {
                        found.push(value.to_string());
                        ControlFlow::Continue(())
                    });
                }
                Place::Captured(slot) => {
                    let text = self.events.captured(entry, *slot).unwrap_or_default();
                    found.extend(text.split(between).map(|name| name.trim().to_owned()));
                }
                Place::Fact(_) => {}
            }
            found.retain(|name| !name.is_empty());
            found
        };
        mark.names.iter().map(of).collect()
    }

    /// The open one that shares a name; of a kind of which there is one at most, that one.
    fn open(&self, (kind, group): (usize, usize), names: &BTreeSet<String>) -> Option<usize> {
        let shares = |at: &&usize| {
            let instance = &self.instances[**at];
            instance.is_open() && (self.kinds[kind].single || !instance.names.is_disjoint(names))
        };
        self.groups[group].members.iter().find(shares).copied()
    }

    fn make(&mut self, (kind, group): (usize, usize), names: BTreeSet<String>, written: &[String]) -> usize {
        let shown_name = named(written).or_else(|| written.first()).cloned().unwrap_or_default();
        self.groups[group].members.push(self.instances.len());
        self.instances.push(Instance {
            kind,
            group,
            names,
            shown_name,
            opened: None,
            changed: Vec::new(),
            closed: None,
            assumed: false,
            seen: None,
            positions: Vec::new(),
            told: BTreeSet::new(),
        });
        self.instances.len() - 1
    }

    fn opens(&mut self, position: u32, place: (usize, usize), names: BTreeSet<String>, written: &[String]) {
        let family = self.events.entries.at(position).family;
        let kind = &self.kinds[place.0];
        let known = if kind.each || (names.is_empty() && !kind.single) {
            self.untold(position, place.1, &names)
        } else {
            self.open(place, &names)
        };
        let at = known.unwrap_or_else(|| self.make(place, BTreeSet::new(), written));
        let instance = &mut self.instances[at];
        // A name says more to people than an id.
        if let Some(name) = named(written).filter(|_| is_id(&instance.shown_name)) {
            instance.shown_name.clone_from(name);
        }
        instance.names.extend(names);
        instance.told.insert(family);
        instance.positions.push(position);
        if instance.opened.is_none() {
            instance.opened = Some(position);
        } else if known.is_some() && instance.opened != Some(position) {
            instance.changed.push(position);
        }
    }

    /// One of the same names, or also without, that only another log has told of so far, at about this time.
    fn untold(&self, position: u32, group: usize, names: &BTreeSet<String>) -> Option<usize> {
        const APART: i64 = 5 * 60_000_000;
        let time = |at: u32| self.events.entries.at(at).micros;
        let family = self.events.entries.at(position).family;
        let is_same = |at: &&usize| {
            let instance = &self.instances[**at];
            let near = instance.opened.is_some_and(|opened| time(position) - time(opened) <= APART);
            let same = if names.is_empty() { instance.names.is_empty() } else { !instance.names.is_disjoint(names) };
            same && near && !instance.told.contains(&family)
        };
        self.groups[group].members.iter().find(is_same).copied()
    }

    fn changes(&mut self, position: u32, place: (usize, usize), names: BTreeSet<String>, written: &[String]) {
        let known = self.open(place, &names);
        let at = known.unwrap_or_else(|| self.make(place, names, written));
        self.instances[at].changed.push(position);
        self.instances[at].positions.push(position);
    }

    fn shows(&mut self, position: u32, place: (usize, usize), names: &BTreeSet<String>, written: &[String]) {
        let is_another =
            |instance: &Instance| !names.is_empty() && !instance.names.is_empty() && instance.names.is_disjoint(names);
        let single = self.kinds[place.0].single;
        let shares = |at: &&usize| {
            let instance = &self.instances[**at];
            if single { instance.is_open() || !is_another(instance) } else { !instance.names.is_disjoint(names) }
        };
        let known = self.groups[place.1].members.iter().rev().find(shares).copied();
        let at = known.unwrap_or_else(|| self.make(place, names.clone(), written));
        let dated = is_collected(&self.events.entries.at(position));
        let instance = &mut self.instances[at];
        if instance.positions.last() != Some(&position) {
            instance.positions.push(position);
        }
        let seen = match (dated, is_another(instance)) {
            (true, false) => Seen::There(position),
            (true, true) => Seen::Another(position, written.first().map_or_else(String::new, |name| plain(name))),
            (false, false) => Seen::Undated,
            (false, true) => return,
        };
        if dated {
            // It was there when it should not have been any more: somebody made it again, out of sight of the log.
            instance.closed = None;
        }
        // A later snapshot says more than an earlier one, and that it was there more than what else was.
        if instance.seen.as_ref().is_none_or(|before| *before < seen) {
            instance.seen = Some(seen);
        }
    }

    fn closes(&mut self, position: u32, place: (usize, usize), names: &BTreeSet<String>) {
        let single = self.kinds[place.0].single;
        let own = |at: &&usize| {
            let instance = &self.instances[**at];
            instance.is_open() && (single || !instance.names.is_disjoint(names))
        };
        let shared: Vec<usize> = self.groups[place.1].members.iter().filter(own).copied().collect();
        for at in &shared {
            self.close(*at, position, false);
        }
        if !shared.is_empty() {
            return;
        }
        let again = |at: &&usize| !self.instances[**at].names.is_disjoint(names);
        if let Some(at) = self.groups[place.1].members.iter().rev().find(again).copied() {
            // Told once more by another log.
            self.instances[at].positions.push(position);
            return;
        }
        // Exchange may name a rule by a number that no other record has.
        if names.iter().all(|name| name.chars().all(|c| c.is_ascii_digit())) {
            self.close_unnamed(position, place.1);
        }
    }

    /// Closes the newest that is open, since what was just made is what a response takes away, if the log that tells it has not told of that end already.
    fn close_unnamed(&mut self, position: u32, group: usize) {
        let family = self.events.entries.at(position).family;
        let ends = &mut self.groups[group].ends;
        let before = ends.values().copied().max().unwrap_or(0);
        let count = ends.entry(family).or_default();
        *count += 1;
        if *count <= before {
            return;
        }
        let open = |at: &&usize| self.instances[**at].is_open();
        if let Some(at) = self.groups[group].members.iter().rev().find(open).copied() {
            self.close(at, position, true);
        }
    }

    fn close(&mut self, at: usize, position: u32, assumed: bool) {
        let instance = &mut self.instances[at];
        instance.closed = Some(position);
        instance.assumed = assumed;
        instance.positions.push(position);
    }

    /// Says of each what became of it.
    pub(super) fn end(mut self) -> Left {
        let collected = self.collected();
        let tell = |instance: &Instance| self.tell(instance, &collected);
        let mut footholds: Vec<Foothold> = self.instances.iter().map(tell).collect();
        footholds.sort_by(|a, b| {
            let key = |x: &Foothold| (x.positions.first().copied(), x.kind.clone(), x.name.clone());
            key(a).cmp(&key(b))
        });
        Left { footholds, deeds: self.deeds }
    }

    /// When the last snapshot of each kind and tenant was collected; those with rows of an owner are told to its group.
    fn collected(&mut self) -> FxHashMap<(usize, Sym), i64> {
        let (events, kinds) = (self.events, self.kinds);
        let mut last = FxHashMap::default();
        for entry in events.entries.iter().filter(|entry| is_collected(entry)) {
            for (kind, _) in kinds.iter().enumerate().filter(|(_, kind)| kind.snapshot == events.operation(&entry)) {
                // In the order of time.
                last.insert((kind, events.who(&entry).tenant), entry.micros);
                let group = self.group(kind, &entry);
                self.groups[group].collected = Some(entry.micros);
            }
        }
        last
    }

    fn tell(&self, instance: &Instance, collected: &FxHashMap<(usize, Sym), i64>) -> Foothold {
        let kind = &self.kinds[instance.kind];
        let first = instance.positions.first().copied().unwrap_or_default();
        let entry = &self.events.entries.at(first);
        let owner = self.events.who(&self.events.entries.at(instance.opened.unwrap_or(first)));
        let (tenant, account) = (self.events.text(owner.tenant), self.events.text(owner.account));
        let snapshot = collected.get(&(instance.kind, self.events.who(entry).tenant)).copied();
        let (state, basis) = self.state(instance, kind, snapshot);
        let acts = |list: &[u32]| list.iter().map(|at| act(self.events, *at)).collect::<Vec<Act>>();
        let ids: Vec<String> = instance.positions.iter().map(|at| self.events.entries.at(*at).event_id()).collect();
        let name = plain(&instance.shown_name);
        Foothold {
            id: identity([&kind.kind, tenant, account, &name], &ids.first().cloned().unwrap_or_default()),
            kind: kind.kind.clone(),
            title: self.voice.translation("case.foothold.title.", &kind.kind, &kind.title).to_owned(),
            step: kind.step,
            tenant: tenant.to_owned(),
            account: account.to_owned(),
            name,
            state,
            opened: instance.opened.map(|at| act(self.events, at)),
            changed: acts(&instance.changed),
            closed: instance.closed.map(|at| act(self.events, at)),
            shown: instance.shown().map(|at| act(self.events, at).time),
            basis,
            event_ids: ids,
            positions: instance.positions.clone(),
            names: instance.names.iter().cloned().collect(),
        }
    }

    /// Whether a snapshot shows something of the kind that no record made, and names it in words that an account's name
    /// cannot be compared with.
    fn may_be_another(&self, instance: &Instance) -> bool {
        let is_account = |instance: &Instance| instance.names.iter().any(|name| name.contains('@'));
        let mut others = self.groups[instance.group].members.iter().map(|at| &self.instances[*at]);
        is_account(instance) && others.any(|other| other.seen.is_some() && other.opened.is_none() && !is_account(other))
    }

    fn state(&self, instance: &Instance, kind: &Kind, snapshot: Option<i64>) -> (State, String) {
        let time = |at: u32| self.events.entries.at(at).micros;
        let dated = |key, micros| self.voice.fill(key, &[("when", &self.voice.moment(micros))]);
        if let Some(at) = instance.closed {
            let key = if instance.assumed { "case.foothold.assumed" } else { "case.foothold.closed" };
            return (State::Closed, dated(key, time(at)));
        }
        match &instance.seen {
            Some(Seen::There(at)) => return (State::Open, dated("case.foothold.shown", time(*at))),
            Some(Seen::Another(at, name)) => {
                let values: [(&str, &dyn Display); 2] = [("when", &self.voice.moment(time(*at))), ("name", name)];
                return (State::Open, self.voice.fill("case.foothold.shown_other", &values));
            }
            Some(Seen::Undated) => return (State::Open, self.voice.text("case.foothold.shown_undated").to_owned()),
            None => {}
        }
        let last = instance.positions.last().map_or(0, |at| time(*at));
        let unended = if instance.opened.is_some() { State::Open } else { State::Unknown };
        let Some(snapshot) = snapshot.filter(|collected| *collected > last) else {
            let key = match (unended, kind.snapshot.is_empty()) {
                (State::Open, true) => "case.foothold.open",
                (State::Open, false) => "case.foothold.unseen",
                _ => "case.foothold.unknown",
            };
            return (unended, self.voice.text(key).to_owned());
        };
        match self.groups[instance.group].collected.filter(|collected| *collected > last) {
            Some(collected) if self.may_be_another(instance) => {
                (State::Open, dated("case.foothold.other_words", collected))
            }
            Some(collected) => (State::Gone, dated("case.foothold.gone", collected)),
            None => (unended, dated("case.foothold.not_collected", snapshot)),
        }
    }
}

/// Whether a name is none, or a number that only programs know.
fn is_id(name: &str) -> bool {
    is_identifier(name)
        || name.bytes().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'-' | b'{' | b'}' | b'[' | b']' | b'"'))
}

/// The first of these that says something to people.
fn named(written: &[String]) -> Option<&String> {
    written.iter().find(|name| !is_id(name))
}

/// A name as people know it.
fn plain(written: &str) -> String {
    let name = written.rsplit_once('\\').map_or(written, |(_, name)| name);
    let name = name.strip_prefix("smtp:").or_else(|| name.strip_prefix("SMTP:")).unwrap_or(name);
    name.trim_matches(['"', '[', ']', ' ']).to_owned()
}

/// A name as it is compared.
fn normal(written: &str) -> String {
    plain(written).to_lowercase()
}

/// The names that tell it from others: of `Anna Berg (anna@harbor.example)` also the account.
fn names(written: &[String]) -> BTreeSet<String> {
    let account = |name: &String| {
        let (_, inner) = name.strip_suffix(')')?.rsplit_once('(')?;
        inner.contains('@').then(|| normal(inner))
    };
    let accounts = written.iter().filter_map(account);
    written.iter().map(|name| normal(name)).chain(accounts).filter(|name| says(name)).collect()
}

/// Whether a name tells one foothold from another: Microsoft's own applications are what rights are given on.
fn says(name: &str) -> bool {
    !name.is_empty() && !is_microsoft_application(name) && name != "microsoft graph"
}
