//! What defenders do, well or badly: ordinary records, not labelled.

use super::{Effect, Tale};
use crate::day::Desk;
use crate::directory::{Actor, Subject, directory};
use crate::life::revoked;
use crate::mailbox::{Client, Seat};
use crate::people::{ADMIN, DOMAIN, Person};
use crate::sign_in::{Mfa, SignIn};

/// The steps of a response. The word of each is `truth.json`'s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Reset,
    Revoke,
    Rules,
    /// Only the first rule is found.
    OneRule,
    Forwarding,
    Unblock,
    Block,
    Roles,
    Consent,
    Methods,
    Device,
    Delegates,
    Transport,
    Account,
}

/// Everything that a complete answer to a mailbox taken over has.
pub(crate) const COMPLETE: &[Step] = &[
    Step::Block,
    Step::Reset,
    Step::Revoke,
    Step::Rules,
    Step::Forwarding,
    Step::Methods,
    Step::Consent,
    Step::Device,
    Step::Delegates,
    Step::Roles,
];

impl Tale<'_> {
    /// The administrator answers with these steps, in this order; what is not among them is not done.
    pub(crate) fn response(&mut self, steps: &[Step]) {
        self.ordinary();
        let admin = &self.world.people[ADMIN];
        let desk = Desk::of(self.world, admin, self.today());
        let begun = self.clock;
        for step in steps {
            self.step(*step, admin, &desk);
            self.clock += 120 + self.log.random.span(500);
        }
        self.verdicts(steps);
        if steps.contains(&Step::Block) {
            // A morning without work, then the account is given back.
            let until = self.clock + 4 * 3600;
            self.effects.push((self.victim.index, Effect::Locked(begun, until)));
            let actor = Actor::Person(admin, &desk.web);
            let account = Subject::person(self.victim);
            directory(
                &mut self.log,
                actor,
                until,
                "Enable account.",
                account,
                &[("AccountEnabled", "[true]", "[false]")],
            );
        }
    }

    fn step(&mut self, step: Step, admin: &Person, desk: &Desk) {
        let (time, victim) = (self.clock, self.victim);
        let account = Subject::person(victim);
        let actor = Actor::Person(admin, &desk.web);
        match step {
            Step::Reset => self.reset(actor),
            Step::Revoke => revoked(&mut self.log, actor, time, victim),
            Step::Block => {
                let changed = [("AccountEnabled", "[false]", "[true]")];
                directory(&mut self.log, actor, time, "Disable account.", account, &changed);
            }
            Step::Unblock => {
                let given = [("SenderAddress", victim.upn.as_str()), ("Reason", "Account secured")];
                self.admin_cmdlet(admin, desk, "Remove-BlockedSenderAddress", &victim.upn, &given);
            }
            Step::Methods => self.undo(actor, "mfa_method", "Admin deleted security info."),
            Step::Device => self.undo(actor, "device", "Delete device."),
            Step::Account => self.undo(actor, "account", "Delete user."),
            Step::Consent => self.undo(actor, "consent", "Remove delegated permission grant."),
            Step::Roles => self.undo(actor, "role", "Remove member from role."),
            Step::Rules => self.take_away(admin, desk, "inbox_rule", usize::MAX),
            Step::OneRule => self.take_away(admin, desk, "inbox_rule", 1),
            Step::Forwarding => self.take_away(admin, desk, "forwarding", usize::MAX),
            Step::Delegates => self.take_away(admin, desk, "delegate", usize::MAX),
            Step::Transport => self.take_away(admin, desk, "transport_rule", usize::MAX),
        }
    }

    /// A new password, which the owner has to change at the next sign-in.
    fn reset(&mut self, actor: Actor<'_>) {
        let (time, victim) = (self.clock, self.victim);
        let account = Subject::person(victim);
        directory(&mut self.log, actor, time, "Reset user password.", account, &[]);
        self.effects.push((victim.index, Effect::Reset(self.today() + 1)));
        let own = Desk::of(self.world, victim, self.today());
        let later = time + 1500 + self.log.random.span(3000);
        let asked = SignIn { code: 50055, mfa: Mfa::None, ..SignIn::new(victim, &own.web, later) };
        asked.log(&mut self.log);
        let itself = Actor::Person(victim, &own.web);
        directory(&mut self.log, itself, later + 50, "Change user password.", account, &[]);
    }

    /// A cmdlet for each foothold of the kind that is open, at most so many; then they are closed.
    fn take_away(&mut self, admin: &Person, desk: &Desk, kind: &'static str, most: usize) {
        let keys: Vec<String> = self.open(kind).take(most).collect();
        let upn = self.victim.upn.as_str();
        for key in keys {
            let (owner, user) = key.split_once(": ").unwrap_or((&key, ""));
            let owner = owner.strip_suffix(&format!("@{DOMAIN}")).unwrap_or(owner);
            let own = self.victim.local_part();
            let (operation, object, given): (_, &str, Vec<(&str, &str)>) = match kind {
                "inbox_rule" => ("Remove-InboxRule", &key, vec![("Identity", &key), ("Mailbox", upn)]),
                "forwarding" => {
                    let given =
                        vec![("Identity", own), ("ForwardingSmtpAddress", ""), ("DeliverToMailboxAndForward", "False")];
                    ("Set-Mailbox", own, given)
                }
                "delegate" => {
                    let given = vec![("Identity", owner), ("User", user), ("AccessRights", "FullAccess")];
                    ("Remove-MailboxPermission", owner, given)
                }
                _ => ("Remove-TransportRule", &key, vec![("Identity", &key)]),
            };
            self.admin_cmdlet(admin, desk, operation, object, &given);
            self.clock += 40;
        }
        self.close(kind, most);
    }

    fn admin_cmdlet(&mut self, admin: &Person, desk: &Desk, operation: &str, object: &str, given: &[(&str, &str)]) {
        Seat::own(admin, &desk.web, Client::Web).cmdlet(&mut self.log, self.clock, operation, object, given);
    }

    /// A directory record for every foothold of the kind that is open; then they are closed.
    fn undo(&mut self, actor: Actor<'_>, kind: &'static str, operation: &str) {
        let keys: Vec<String> = self.open(kind).collect();
        for key in &keys {
            let id = key.clone();
            let subject = match kind {
                "mfa_method" | "role" => Subject::person(self.victim),
                "device" => Subject { category: "Device", name: key, id: &id },
                "account" => Subject { category: "User", name: key, id: &id },
                _ => Subject { category: "ServicePrincipal", name: key, id: &id },
            };
            let role = format!("\"{}\"", key.split(": ").next().unwrap_or_default());
            let changes: &[(&str, &str, &str)] = match kind {
                "role" => &[("Role.DisplayName", "", &role)],
                _ => &[],
            };
            directory(&mut self.log, actor, self.clock, operation, subject, changes);
            self.clock += 30;
        }
        self.close(kind, usize::MAX);
    }

    fn open(&mut self, kind: &'static str) -> impl Iterator<Item = String> + use<> {
        let footholds = self.known().footholds.clone();
        footholds.into_iter().filter(move |f| f.kind == kind && f.closed.is_none()).map(|f| f.key)
    }

    pub(crate) fn close(&mut self, kind: &'static str, most: usize) {
        let time = self.clock;
        let open = self.known().footholds.iter_mut().filter(|f| f.kind == kind && f.closed.is_none());
        open.take(most).for_each(|foothold| foothold.closed = Some(time));
    }

    fn verdicts(&mut self, steps: &[Step]) {
        let footholds = self.known().footholds.clone();
        let held = |kind: &str| {
            let all = || footholds.iter().filter(|f| f.kind == kind);
            match (all().count(), all().filter(|f| f.closed.is_some()).count()) {
                (0, _) => "not needed",
                (_, 0) => "not done",
                (every, closed) if every == closed => "done",
                _ => "partial",
            }
        };
        // Whoever changes the password for reasons of the owner's shuts the intruder out all the same.
        let (victim, today) = (self.victim, self.today());
        let works = |day: &i64| *day > today && *day < self.world.days && day % 7 < 5 && victim.present(*day);
        let changed = [victim.stale, victim.forgets].into_iter().flatten().any(|day| works(&day));
        let by_chance = |step: Step| changed && matches!(step, Step::Reset | Step::Revoke);
        let taken = |step: Step| if steps.contains(&step) || by_chance(step) { "done" } else { "not done" };
        let verdicts = [
            ("password_reset", taken(Step::Reset)),
            ("sessions_revoked", taken(Step::Revoke)),
            ("sign_in_blocked", taken(Step::Block)),
            ("inbox_rules_removed", held("inbox_rule")),
            ("forwarding_cleared", held("forwarding")),
            ("mfa_methods_removed", held("mfa_method")),
            ("consent_revoked", held("consent")),
            ("roles_removed", held("role")),
            ("delegates_removed", held("delegate")),
            ("devices_removed", held("device")),
        ];
        self.known().response.extend(verdicts);
        if steps.contains(&Step::Unblock) {
            self.known().response.insert("sender_unblocked", "done");
        }
    }
}
