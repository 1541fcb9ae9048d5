//! Rights of administrators, stolen or misused, and people who leave with what is not theirs.

use super::answer::{COMPLETE, Step};
use super::hold::{EXCHANGE_ADMIN, GLOBAL};
use super::{Story, Tale};
use crate::agent::windows;
use crate::day::Desk;
use crate::directory::{Actor, Subject, directory};
use crate::mailbox::Client;
use crate::net::{FOREIGN, SERVERS, TOR};
use crate::office::ediscovery;
use crate::people::{ADMIN, ADMIN_TWO, CFO, DIRECTOR, LAWYER, OTHERS};
use crate::sign_in::{EXCHANGE, Mfa, POWERSHELL};

pub(crate) const STORIES: &[Story] = &[
    ("an administrator reads the director's mail from the own desk", insider),
    ("an administrator's account changes federation and conditional access", federation),
    ("a transport rule, a connector and a gap in the audit", transport),
    ("the lawyer's account exports mail of everybody", export),
    ("a new account with a role is left behind", backdoor),
    ("somebody who leaves takes the files and forwards the mail", leaver),
];

fn insider(t: &mut Tale<'_>) {
    t.account(ADMIN_TWO, "insider");
    let desk = Desk::of(t.world, t.victim, t.today());
    t.intruder = desk.web.clone();
    t.intruder.since = t.clock;
    let (director, own) = (&t.world.people[DIRECTOR], t.victim);
    t.full_access(director, own);
    t.phase("collection", "the director's mail is opened");
    for _ in 0..6 {
        t.reads_of(director, "Inbox", &[4, 7, 3, 2]);
        t.reads_of(director, "Sent Items", &[5, 1]);
        t.later(1, 15, 40);
        let next = Desk::of(t.world, own, t.today());
        t.intruder = next.web.clone();
        t.intruder.since = t.clock;
    }
    t.phase("defence evasion", "the permission is taken away again");
    let local = director.local_part().to_owned();
    let given = [("Identity", local.as_str()), ("User", own.upn.as_str()), ("AccessRights", "FullAccess")];
    t.cmdlet("Remove-MailboxPermission", &local, &given);
    t.close("delegate", usize::MAX);
    t.response(&[]);
}

fn federation(t: &mut Tale<'_>) {
    t.account(ADMIN, "AiTM");
    super::tales_sessions::through(t, 4, &windows(141));
    t.opens_portal();
    let own = t.victim;
    t.role(GLOBAL, own);
    t.phase("persistence", "a domain is added and federated");
    let domain = Subject { category: "Other", name: "larkspur-sso.example", id: "larkspur-sso.example" };
    t.directory("Add unverified domain.", domain, &[("Name", "[\"larkspur-sso.example\"]", "[]")]);
    t.directory("Verify domain.", domain, &[("Verified", "[true]", "[false]")]);
    let live = [("LiveType", "[\"Federated\"]", "[\"Managed\"]")];
    t.directory("Set domain authentication.", domain, &live);
    let issuer = [("IssuerUri", "[\"http://any.sts/7c1a\"]", "[]")];
    t.directory("Set federation settings on domain.", domain, &issuer);
    t.leaves("federation", "larkspur-sso.example");
    t.phase("defence evasion", "conditional access is loosened");
    let place = Subject { category: "Policy", name: "Branch line", id: "6b0d2f44-1c3e-4f5a-8b6c-7d8e9fa0b1c2" };
    t.directory(
        "Add named location.",
        place,
        &[("NamedLocation", "{\"displayName\":\"Branch line\",\"isTrusted\":true}", "")],
    );
    t.leaves("named_location", "Branch line");
    let policy =
        Subject { category: "Policy", name: "MFA outside the office", id: "2b9a4c1d-0e3f-4a5b-8c6d-7e8f9a0b1c2d" };
    let (new, old) = (
        "{\"displayName\":\"MFA outside the office\",\"state\":\"disabled\"}",
        "{\"displayName\":\"MFA outside the office\",\"state\":\"enabled\"}",
    );
    t.directory("Update conditional access policy.", policy, &[("ConditionalAccessPolicy", new, old)]);
    t.leaves("conditional_access", "MFA outside the office");
    t.account(CFO, "forged token");
    t.later(1, 4, 10);
    t.from(&TOR, windows(139));
    t.phase("entry", "the finance director's account by a forged token");
    t.signs_in(Mfa::Claim, |s| s.protocol = "wsFederation");
    t.phase("collection", "mail is read");
    t.reads(Client::Web, "Inbox", &[30, 42, 28, 35]);
    t.account(ADMIN, "AiTM");
    t.later(1, 9, 0);
    t.response(&[Step::Reset, Step::Revoke, Step::Roles]);
}

fn transport(t: &mut Tale<'_>) {
    t.account(ADMIN_TWO, "leaked password");
    t.later(0, 4, 25);
    t.from(&SERVERS[6], windows(138));
    t.phase("entry", "an administrator's password and a prompt that was accepted");
    t.refused(500_121, Mfa::Missed);
    t.refused(500_121, Mfa::Missed);
    t.signs_in(Mfa::Prompt, |_| {});
    t.phase("entry", "Exchange by PowerShell");
    t.signs_in(Mfa::Claim, |s| {
        (s.app, s.resource) = (POWERSHELL, EXCHANGE);
        s.client = "Mobile Apps and Desktop clients";
    });
    t.transport_rule("Compliance copy", "invoice;remittance;bank", "journal@records-office.example");
    t.phase("persistence", "an inbound connector that trusts the intruder's server");
    let server = t.intruder.place.address.clone();
    let given = [
        ("Name", "Partner relay"),
        ("ConnectorType", "OnPremises"),
        ("SenderIPAddresses", server.as_str()),
        ("SenderDomains", "smtp:*;1"),
    ];
    t.cmdlet("New-InboundConnector", "Partner relay", &given);
    t.leaves("connector", "Partner relay");
    t.phase("defence evasion", "the audit passes the account by");
    let local = t.world.people[CFO].local_part().to_owned();
    let given = [("Identity", local.as_str()), ("AuditBypassEnabled", "True")];
    t.cmdlet("Set-MailboxAuditBypassAssociation", &local, &given);
    t.leaves("audit_bypass", local.clone());
    let given = [("Identity", local.as_str()), ("AuditEnabled", "False")];
    t.cmdlet("Set-Mailbox", &local, &given);
    t.phase("defence evasion", "protection against phishing is turned off");
    t.cmdlet("Disable-AntiPhishRule", "Office365 AntiPhish Default", &[("Identity", "Office365 AntiPhish Default")]);
    let (cfo, own) = (&t.world.people[CFO], t.victim);
    t.full_access(cfo, own);
    t.phase("collection", "the finance director's mail is opened");
    t.reads_of(cfo, "Inbox", &[22, 30, 17, 25]);
    t.later(1, 3, 50);
    t.moves(&FOREIGN[8]);
    t.signs_in(Mfa::Claim, |_| {});
    t.reads_of(cfo, "Inbox", &[19, 24, 31]);
    t.reads_of(cfo, "Sent Items", &[12, 9]);
    t.searches(&["global admin", "break glass"]);
    t.later(3, 9, 0);
    t.response(&[Step::Reset, Step::Revoke, Step::Delegates, Step::Transport]);
}

fn export(t: &mut Tale<'_>) {
    t.account(LAWYER, "AiTM");
    super::tales_sessions::through(t, 2, &windows(141));
    t.moves(&SERVERS[10]);
    t.phase("collection", "searches over all mailboxes");
    let presence = t.intruder.clone();
    let cases = [
        ("Review A", "password OR credentials OR vpn"),
        ("Review B", "invoice AND iban"),
        ("Review C", "acquisition OR merger"),
    ];
    for (case, query) in cases {
        for operation in
            ["SearchCreated", "SearchStarted", "SearchPreviewed", "SearchExported", "SearchExportDownloaded"]
        {
            ediscovery(&mut t.log, t.victim, &presence, t.clock, (operation, case, query));
            t.wait(6);
        }
    }
    t.phase("defence evasion", "the searches are removed");
    for (case, query) in cases {
        ediscovery(&mut t.log, t.victim, &presence, t.clock, ("SearchRemoved", case, query));
        t.wait(1);
    }
    t.note();
    t.later(2, 9, 0);
    t.response(COMPLETE);
}

fn backdoor(t: &mut Tale<'_>) {
    t.account(ADMIN, "token replay");
    t.from(&FOREIGN[9], windows(140));
    t.steals_session();
    t.phase("entry", "an administrator's session from abroad");
    t.renews(|s| s.resource = crate::sign_in::GRAPH);
    t.opens_portal();
    let new = t.new_account("Service Sync", "svc-sync");
    t.role(EXCHANGE_ADMIN, &new);
    let guest = "north@consultancy.example";
    t.phase("persistence", "a guest is invited");
    let name = format!("{}#EXT#@larkspur.onmicrosoft.example", guest.replace('@', "_"));
    let id = t.dice().guid();
    let subject = Subject { category: "User", name: &name, id: &id };
    t.directory("Invite external user.", subject, &[("UserType", "[\"Guest\"]", "[]")]);
    t.leaves("guest", guest);
    t.later(1, 2, 10);
    t.from(&FOREIGN[9], windows(140));
    t.phase("entry", "the new account signs in");
    t.concerns(&new.upn);
    let presence = t.intruder.clone();
    for hour in 0..6 {
        let s = crate::sign_in::SignIn::new(&new, &presence, t.clock + hour * 1900);
        crate::sign_in::SignIn { mfa: Mfa::None, ..s }.log(&mut t.log);
    }
    t.phase("persistence", "the new account opens mailboxes");
    t.concerns(&new.upn);
    let seat = crate::mailbox::Seat::own(&new, &presence, Client::Web);
    for (late, owner) in [(300, DIRECTOR), (340, CFO)] {
        let owner = &t.world.people[owner];
        let local = owner.local_part();
        let given = [("Identity", local), ("User", new.upn.as_str()), ("AccessRights", "FullAccess")];
        seat.cmdlet(&mut t.log, t.clock + late, "Add-MailboxPermission", local, &given);
    }
    t.phase("collection", "mailboxes are read by the new account");
    t.concerns(&new.upn);
    for n in 0..8 {
        let owner = &t.world.people[if n % 2 == 0 { DIRECTOR } else { CFO }];
        let seat = crate::mailbox::Seat { person: &new, owner, presence: &presence, client: Client::Web };
        let read = seat.bind(&mut t.log, t.clock + 900 + n * 130, "Inbox", 20 + n as usize);
        t.known().messages.extend(read);
    }
    t.note();
    t.later(1, 10, 0);
    t.response(&[Step::Reset, Step::Revoke, Step::Account]);
}

fn leaver(t: &mut Tale<'_>) {
    let who = OTHERS + 4 + t.dice().below(20) as usize;
    t.account(who, "insider");
    t.later(0, 16, 40);
    let desk = Desk::of(t.world, t.victim, t.today());
    t.intruder = desk.web.clone();
    t.intruder.since = t.clock;
    t.phase("collection", "customers and prices are taken from the own desk");
    t.looks_for(&["customer list", "margin"]);
    t.takes("FileDownloaded", 85, 5);
    t.rule("copy", &[("ForwardTo", "private.notes@webmail.example"), ("SubjectContainsWords", "quote;offer;tender")]);
    t.phase("collection", "letters to the own address");
    for n in 0..9 {
        t.sends(&format!("FW: Quote {}", 2900 + n * 7), &["private.notes@webmail.example"], Some("SoftDelete"));
    }
    t.later(1, 10, 0);
    t.ordinary();
    let admin = &t.world.people[ADMIN];
    let desk = Desk::of(t.world, admin, t.today());
    let closed = [("AccountEnabled", "[false]", "[true]")];
    directory(
        &mut t.log,
        Actor::Person(admin, &desk.web),
        t.clock,
        "Disable account.",
        Subject::person(t.victim),
        &closed,
    );
    let (from, until) = (t.clock, t.world.end());
    t.effects.push((t.victim.index, super::Effect::Locked(from, until)));
    t.response(&[]);
    t.known().response.insert("sign_in_blocked", "done");
}
