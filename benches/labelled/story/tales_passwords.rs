//! Entry by a password: sprayed, guessed, leaked, asked for on the telephone.

use super::answer::{COMPLETE, Step};
use super::{Story, Tale};
use crate::agent::windows;
use crate::day::Desk;
use crate::directory::{Actor, Method, Subject, directory};
use crate::life::revoked;
use crate::mailbox::Client;
use crate::net::{FOREIGN, SERVERS, TOR};
use crate::people::{BUYERS, HELPDESK};
use crate::sign_in::{AZURE_CLI, EXCHANGE, GRAPH, Mfa, OFFICE, SignIn};

pub(crate) const STORIES: &[Story] = &[
    ("a spray finds a weak password; payment mail is hidden and answered", spray),
    ("a password is guessed from a foreign home; nobody answers", guess),
    ("a leaked password works without a second factor; mail is forwarded", leaked),
    ("prompts until one is accepted; the intruder registers a telephone", fatigue),
    ("an old protocol without a second factor is used to copy a mailbox for weeks", legacy),
    ("the helpdesk is talked into a reset and a temporary pass", helpdesk),
];

/// The resource owner password grant, as old programs use it.
pub(crate) fn ropc(s: &mut SignIn<'_>) {
    (s.app, s.resource) = (OFFICE, EXCHANGE);
    (s.client, s.protocol) = ("Other clients", "ropc");
}

fn spray(t: &mut Tale<'_>) {
    t.clerk("password spray");
    t.later(0, 3, 12);
    t.phase("entry", "password spray from a rented server");
    t.from(&SERVERS[6], "BAV2ROPC");
    t.sprays(34, 45, ropc);
    t.phase("entry", "the sprayed password is right");
    t.signs_in(Mfa::None, ropc);
    t.phase("entry", "the spray goes on");
    t.sprays(12, 45, ropc);
    t.later(1, 7, 40);
    t.from(&FOREIGN[0], windows(141));
    t.phase("entry", "sign-in with the password from another network");
    t.signs_in(Mfa::None, |_| {});
    t.phase("collection", "mail is read");
    t.searches(&["invoice", "payment", "IBAN"]);
    t.reads(Client::Web, "Inbox", &[9, 14, 22, 8]);
    t.reads(Client::Web, "Sent Items", &[12, 17]);
    t.rule(
        "..",
        &[
            ("SubjectOrBodyContainsWords", "invoice;payment;bank;transfer"),
            ("MoveToFolder", "RSS Feeds"),
            ("MarkAsRead", "True"),
            ("StopProcessingRules", "True"),
        ],
    );
    t.later(1, 8, 20);
    t.phase("fraud", "letters with other bank details");
    let partner = t.world.partners[3].clone();
    for subject in ["RE: Invoice 3121 - new bank details", "RE: Invoice 3140 - new bank details"] {
        t.sends(subject, &[&format!("accounts@{partner}")], Some("HardDelete"));
    }
    t.phase("collection", "answers are read where the rule put them");
    t.reads(Client::Web, "RSS Feeds", &[3, 4]);
    t.later(1, 10, 5);
    t.response(&[Step::Reset, Step::Revoke, Step::Rules]);
    t.phase("after the response", "the old password is tried again");
    t.later(1, 4, 2);
    t.refused(50126, Mfa::None);
    t.refused(50126, Mfa::None);
}

fn guess(t: &mut Tale<'_>) {
    t.clerk("password guessing");
    t.later(0, 20, 31);
    t.phase("entry", "passwords are guessed");
    t.from(&FOREIGN[4], windows(139));
    for _ in 0..23 {
        t.refused(50126, Mfa::None);
    }
    t.phase("entry", "a guess is right");
    t.signs_in(Mfa::None, |_| {});
    t.phase("collection", "mail is read");
    t.reads(Client::Web, "Inbox", &[6, 11, 19, 4, 7]);
    t.later(2, 1, 40);
    t.reads(Client::Web, "Inbox", &[16, 21, 9]);
    t.reads(Client::Web, "Archive", &[31, 28]);
    t.phase("impact", "unpaid invoices of the tenant are sent to the intruder");
    t.sends("invoices", &["k.lansing.office@webmail.example"], Some("SoftDelete"));
    t.response(&[]);
}

fn leaked(t: &mut Tale<'_>) {
    let buyer = BUYERS.start + t.dice().below(5) as usize;
    t.account(buyer, "leaked password");
    t.later(0, 5, 50);
    t.from(
        &SERVERS[9],
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36",
    );
    t.phase("entry", "a leaked password is tried out");
    t.signs_in(Mfa::None, |s| (s.app, s.resource) = (AZURE_CLI, GRAPH));
    t.later(1, 6, 30);
    t.moves(&SERVERS[8]);
    t.phase("entry", "sign-in to webmail from a rented server");
    t.signs_in(Mfa::None, |_| {});
    t.forwards("purchase.archive@mailvault.example");
    t.phase("collection", "orders are read");
    t.searches(&["order", "supplier"]);
    t.reads(Client::Web, "Inbox", &[15, 20, 18]);
    t.phase("collection", "price lists are taken");
    t.takes("FileDownloaded", 19, 6);
    for day in [1, 2, 1] {
        t.later(day, 6, 44);
        t.phase("collection", "mail is read again");
        t.reads(Client::Web, "Inbox", &[7, 12]);
    }
    t.later(1, 9, 30);
    t.response(&[Step::Reset, Step::Forwarding]);
    t.phase("after the response", "the session was not revoked and goes on");
    t.later(0, 11, 30);
    t.reads(Client::Web, "Inbox", &[5, 8]);
}

fn fatigue(t: &mut Tale<'_>) {
    t.clerk("MFA fatigue");
    t.later(0, 22, 14);
    t.from(&SERVERS[10], windows(141));
    t.phase("entry", "prompt after prompt in the night");
    for n in 0..14 {
        let mfa = if n % 3 == 1 { Mfa::Denied } else { Mfa::Missed };
        t.refused(500_121, mfa);
        t.wait(1);
    }
    t.phase("entry", "a prompt is accepted");
    t.signs_in(Mfa::Prompt, |_| {});
    t.registers(Method::Phone("+44 7700900119"));
    t.phase("collection", "mail is read");
    t.reads(Client::Web, "Inbox", &[12, 18, 25]);
    t.searches(&["wire", "swift"]);
    t.rule("Archive 2", &[("SubjectOrBodyContainsWords", "swift;wire;remittance"), ("DeleteMessage", "True")]);
    t.later(2, 8, 3);
    t.moves(&SERVERS[11]);
    t.phase("fraud", "the bank is asked to pay");
    t.signs_in(Mfa::Claim, |_| {});
    t.sends("Wire transfer order", &["desk@delta-metrology.example"], Some("HardDelete"));
    t.later(1, 9, 0);
    t.response(COMPLETE);
}

fn legacy(t: &mut Tale<'_>) {
    t.clerk("legacy protocol");
    t.later(0, 2, 20);
    t.from(&SERVERS[8], "BAV2ROPC");
    t.phase("entry", "password tried with the old protocol");
    t.refused_as(50126, Mfa::None, ropc);
    t.refused_as(50126, Mfa::None, ropc);
    for day in 0..9 {
        t.phase("entry", "sign-in by IMAP without a second factor");
        t.from(if day < 5 { &SERVERS[8] } else { &SERVERS[2] }, "BAV2ROPC");
        t.intruder.session = String::new();
        t.signs_in(Mfa::None, |s| {
            ropc(s);
            s.client = "IMAP4";
            s.app = EXCHANGE;
        });
        t.phase("collection", "mail fetched by IMAP");
        let many = 20 + t.dice().below(40) as usize;
        t.reads(Client::Imap, "Inbox", &[many, many / 2, many + 7]);
        if day % 3 == 0 {
            t.reads(Client::Imap, "Sent Items", &[many]);
        }
        t.later(1, 2, 20);
    }
    t.later(1, 9, 15);
    t.response(&[Step::Reset]);
}

fn helpdesk(t: &mut Tale<'_>) {
    t.account(crate::people::CFO, "helpdesk social engineering");
    t.later(0, 13, 5);
    // The helpdesk acts in good faith from the own desk, but what is done here is the attack.
    let (colleague, victim) = (&t.world.people[HELPDESK], t.victim);
    let desk = Desk::of(t.world, colleague, t.today());
    let actor = Actor::Person(colleague, &desk.web);
    t.phase("entry", "the helpdesk resets the password for a caller");
    let account = Subject::person(victim);
    directory(&mut t.log, actor, t.clock, "Reset user password.", account, &[]);
    revoked(&mut t.log, actor, t.clock + 1, victim);
    t.wait(4);
    t.phase("entry", "the helpdesk gives the caller a temporary access pass");
    let pass = [("TemporaryAccessPass", "[{\"LifetimeInMinutes\":60,\"IsUsableOnce\":false}]", "[]")];
    directory(&mut t.log, actor, t.clock, "Admin registered security info.", account, &pass);
    t.wait(3);
    t.from(&TOR, windows(140));
    t.phase("entry", "sign-in with the temporary pass");
    t.signs_in(Mfa::Pass, |_| {});
    t.registers(Method::App("Pixel 7"));
    t.phase("collection", "mail of the finance director is read");
    t.searches(&["acquisition", "board", "payroll", "password"]);
    t.reads(Client::Web, "Inbox", &[21, 33, 18, 40]);
    t.moves(&SERVERS[0]);
    t.looks_for(&["salary", "budget 2026", "bank mandate"]);
    t.takes("FileDownloaded", 44, 3);
    t.deletes("HardDelete", "Inbox", &["Your password was reset", "New sign-in method added"]);
    t.later(0, 18, 10);
    t.response(&[Step::Block, Step::Reset, Step::Revoke, Step::Methods]);
}
