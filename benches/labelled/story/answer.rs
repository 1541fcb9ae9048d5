//! What defenders do, well or badly: ordinary records, not labelled.

use super::{Effect, Tale};
use crate::day::Desk;
use crate::directory::{Actor, Subject, directory};
use crate::life::revoked;
use crate::mailbox::{Client, Seat};
use crate::people::{ADMIN, DOMAIN, Person};

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
            Step::Reset => {
                directory(&mut self.log, actor, time, "Reset user password.", account, &[]);
                self.effects.push((victim.index, Effect::Reset(self.today() + 1)));
            }
            Step::Revoke => revoked(&mut self.log, actor, time, victim),
            Step::Block => {
                directory(
                    &mut self.log,
                    actor,
                    time,
                    "Disable account.",
                    account,
                    &[("AccountEnabled", "[false]", "[true]")],
                );
            }
            Step::Unblock => {
                let given = [("SenderAddress", victim.upn.as_str()), ("Reason", "Account secured")];
                self.admin_cmdlet(admin, desk, "Remove-BlockedSenderAddress", &victim.upn.clone(), &given);
            }
            Step::Forwarding if self.open("forwarding").next().is_some() => {
                let local = victim.local_part();
                let given =
                    [("Identity", local), ("ForwardingSmtpAddress", ""), ("DeliverToMailboxAndForward", "False")];
                self.admin_cmdlet(admin, desk, "Set-Mailbox", local, &given);
                self.close("forwarding", usize::MAX);
            }
            Step::Rules | Step::OneRule => {
                let most = if step == Step::Rules { usize::MAX } else { 1 };
                let rules: Vec<String> = self.open("inbox_rule").take(most).collect();
                for rule in rules {
                    let given = [("Identity", rule.as_str()), ("Mailbox", victim.upn.as_str()), ("Confirm", "False")];
                    self.admin_cmdlet(admin, desk, "Remove-InboxRule", &rule, &given);
                    self.clock += 40;
                }
                self.close("inbox_rule", most);
            }
            Step::Methods => self.undo(actor, "mfa_method", "Admin deleted security info."),
            Step::Device => self.undo(actor, "device", "Delete device."),
            Step::Account => self.undo(actor, "account", "Delete user."),
            Step::Consent => {
                self.undo(actor, "consent", "Remove delegated permission grant.");
            }
            Step::Roles => self.undo(actor, "role", "Remove member from role."),
            Step::Delegates => {
                let pairs: Vec<String> = self.open("delegate").collect();
                for pair in pairs {
                    let (owner, user) = pair.split_once(": ").unwrap_or((&pair, ""));
                    let local = owner.strip_suffix(&format!("@{DOMAIN}")).unwrap_or(owner);
                    let given =
                        [("Identity", local), ("User", user), ("AccessRights", "FullAccess"), ("Confirm", "False")];
                    self.admin_cmdlet(admin, desk, "Remove-MailboxPermission", local, &given);
                }
                self.close("delegate", usize::MAX);
            }
            Step::Transport => {
                let rules: Vec<String> = self.open("transport_rule").collect();
                for rule in rules {
                    self.admin_cmdlet(admin, desk, "Remove-TransportRule", &rule, &[("Identity", &rule)]);
                }
                self.close("transport_rule", usize::MAX);
            }
            Step::Forwarding => {}
        }
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
        let taken = |step: Step| if steps.contains(&step) { "done" } else { "not done" };
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
