//! Attacks, told record by record: every record made here is labelled, but for the response of the defenders.

mod act;
mod answer;
mod hold;
mod tales_codes;
mod tales_inside;
mod tales_mail;
mod tales_passwords;
mod tales_sessions;

use crate::log::{Label, Line, Log, Mark, Presence};
use crate::net::{Net, Place};
use crate::people::{CLERKS, DAY, Person, World, mix};
use crate::random::Random;
use crate::state::Setting;
use std::collections::{BTreeMap, BTreeSet};

/// A story: its title and what happens.
pub(crate) type Story = (&'static str, fn(&mut Tale<'_>));

fn stories() -> Vec<Story> {
    [
        tales_passwords::STORIES,
        tales_sessions::STORIES,
        tales_codes::STORIES,
        tales_inside::STORIES,
        tales_mail::STORIES,
    ]
    .concat()
}

/// Every story's number and title.
pub(crate) fn titles() -> String {
    let lines: Vec<String> =
        stories().iter().enumerate().map(|(n, (title, _))| format!("{:2} {title}", n + 1)).collect();
    lines.join("\n")
}

/// Something the intruder left that keeps access or hides it.
#[derive(Debug, Clone)]
pub(crate) struct Foothold {
    pub(crate) kind: &'static str,
    pub(crate) key: String,
    pub(crate) opened: i64,
    pub(crate) closed: Option<i64>,
}

/// What is true of an account that the intruder had.
#[derive(Debug, Clone, Default)]
pub(crate) struct Account {
    pub(crate) upn: String,
    pub(crate) entry: &'static str,
    pub(crate) addresses: BTreeSet<String>,
    pub(crate) sessions: BTreeSet<String>,
    pub(crate) tokens: BTreeSet<String>,
    pub(crate) messages: BTreeSet<String>,
    pub(crate) folders: BTreeSet<String>,
    pub(crate) footholds: Vec<Foothold>,
    pub(crate) response: BTreeMap<&'static str, &'static str>,
}

/// What a story does to somebody's ordinary days.
#[derive(Debug, Clone, Copy)]
enum Effect {
    /// From this day on the sessions are new ones.
    Reset(i64),
    /// Nothing is done between the two times: the account is locked.
    Locked(i64, i64),
    /// The person is at work on the day.
    Present(i64),
}

/// A story that was told.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) title: &'static str,
    pub(crate) lines: Vec<Line>,
    pub(crate) labels: Vec<Label>,
    pub(crate) settings: Vec<Setting>,
    pub(crate) accounts: Vec<Account>,
    effects: Vec<(usize, Effect)>,
}

impl Told {
    /// Changes the ordinary days of those who are concerned.
    pub(crate) fn change(&self, world: &mut World) {
        for (who, effect) in &self.effects {
            let person = &mut world.people[*who];
            match effect {
                Effect::Reset(day) => person.resets.push(*day),
                Effect::Locked(from, until) => person.locked = Some((*from, *until)),
                Effect::Present(day) => {
                    let day = *day;
                    let away = |from: i64, days: i64| (from - 1..=from + days).contains(&day);
                    if person.holiday.is_some_and(|(from, days)| away(from, days)) {
                        person.holiday = None;
                    }
                }
            }
        }
    }
}

/// A story that is being told: who acts now, from where, on which account, when.
pub(crate) struct Tale<'a> {
    pub(crate) world: &'a World,
    pub(crate) log: Log,
    /// Unix seconds.
    pub(crate) clock: i64,
    /// The day on which it begins.
    pub(crate) day: i64,
    /// Whose account is used.
    pub(crate) victim: &'a Person,
    pub(crate) intruder: Presence,
    accounts: BTreeMap<usize, Account>,
    effects: Vec<(usize, Effect)>,
}

/// Tells the story of this number, or none for 0.
pub(crate) fn tell(world: &World, number: u64) -> Result<Told, String> {
    let index = usize::try_from(number).unwrap_or(usize::MAX);
    if index == 0 {
        let none = Log::new(0);
        return Ok(Told {
            title: "nothing happens",
            lines: none.lines,
            labels: none.labels,
            settings: none.settings,
            accounts: Vec::new(),
            effects: Vec::new(),
        });
    }
    let all = stories();
    let (title, happen) = *all.get(index - 1).ok_or(format!("there are {} stories", all.len()))?;
    let mut tale = Tale::new(world, number);
    happen(&mut tale);
    tale.log.mark = None;
    Ok(Told {
        title,
        lines: tale.log.lines,
        labels: tale.log.labels,
        settings: tale.log.settings,
        accounts: tale.accounts.into_values().collect(),
        effects: tale.effects,
    })
}

impl<'a> Tale<'a> {
    fn new(world: &'a World, number: u64) -> Self {
        let mut log = Log::new(mix(world.seed, 0x5708, number));
        // In the second half, so that there is something to compare with, and two weeks before the end.
        let mut day = world.days / 2 + log.random.span((world.days / 2 - 24).max(1));
        while day % 7 >= 4 {
            day += 1;
        }
        let clerk = CLERKS.start + log.random.below(CLERKS.len() as u64) as usize;
        let victim = &world.people[clerk];
        let intruder = Presence {
            place: victim.home.clone(),
            agent: String::new(),
            session: String::new(),
            token: String::new(),
            since: 0,
            device: None,
        };
        let mut tale = Self {
            world,
            log,
            clock: world.midnight(day) + 9 * 3600,
            day,
            victim,
            intruder,
            accounts: BTreeMap::new(),
            effects: Vec::new(),
        };
        tale.clock += tale.log.random.span(3600);
        tale
    }

    /// From now on the account of `who` is the one that is used.
    pub(crate) fn account(&mut self, who: usize, entry: &'static str) {
        self.victim = &self.world.people[who];
        let account = self.accounts.entry(who).or_default();
        account.upn.clone_from(&self.victim.upn);
        account.entry = entry;
        self.effects.push((who, Effect::Present(self.day)));
    }

    /// The clerk whose mailbox it is about, chosen by the seed.
    pub(crate) fn clerk(&mut self, entry: &'static str) {
        self.account(self.victim.index, entry);
    }

    /// From now on records are labelled so.
    pub(crate) fn phase(&mut self, phase: &'static str, what: impl Into<String>) {
        self.log.mark = Some(Mark { account: self.victim.upn.clone(), phase, what: what.into() });
    }

    /// The records of this phase concern another account than the one that is used.
    pub(crate) fn concerns(&mut self, upn: &str) {
        if let Some(mark) = &mut self.log.mark {
            upn.clone_into(&mut mark.account);
        }
    }

    /// From now on records are ordinary ones.
    pub(crate) fn ordinary(&mut self) {
        self.log.mark = None;
    }

    /// Lets this many minutes pass, and some seconds.
    pub(crate) fn wait(&mut self, minutes: i64) {
        self.clock += minutes * 60 + self.log.random.span(55);
    }

    /// Goes on this many days later at a clock, UTC.
    pub(crate) fn later(&mut self, days: i64, hour: i64, minute: i64) {
        let day = (self.clock - self.world.start).div_euclid(DAY) + days;
        self.clock = self.world.midnight(day) + hour * 3600 + minute * 60 + self.log.random.span(300);
    }

    pub(crate) fn today(&self) -> i64 {
        (self.clock - self.world.start).div_euclid(DAY)
    }

    /// The intruder sits here now, with this program, in a session that does not exist yet.
    pub(crate) fn from(&mut self, net: &'static Net, agent: impl Into<String>) {
        let place = net.any(&mut self.log.random);
        self.at(place, agent);
    }

    pub(crate) fn at(&mut self, place: Place, agent: impl Into<String>) {
        self.intruder = Presence {
            place,
            agent: agent.into(),
            session: self.log.random.guid(),
            token: self.log.random.base64(22),
            since: self.clock,
            device: None,
        };
    }

    /// The intruder goes on in the same session from another network.
    pub(crate) fn moves(&mut self, net: &'static Net) {
        self.intruder.place = net.any(&mut self.log.random);
    }

    /// Remembers where and in which session the account is used.
    fn note(&mut self) {
        let (address, session) = (self.intruder.place.address.clone(), self.intruder.session.clone());
        let account = self.accounts.entry(self.victim.index).or_default();
        account.addresses.insert(address);
        if !session.is_empty() {
            account.sessions.insert(session);
        }
    }

    fn known(&mut self) -> &mut Account {
        self.accounts.entry(self.victim.index).or_default()
    }

    /// A seeded choice.
    pub(crate) fn dice(&mut self) -> &mut Random {
        &mut self.log.random
    }
}
