//! What is done with a mailbox: fraud in running conversations, rights for others, long silent reading.

use super::answer::{COMPLETE, Step};
use super::tales_sessions::through;
use super::{Story, Tale};
use crate::agent::windows;
use crate::directory::{Method, Subject};
use crate::mailbox::{Client, Message, Seat, trace};
use crate::net::{FOREIGN, PROXIES, SERVERS};
use crate::people::{ASSISTANT, CFO, CLERKS, DIRECTOR, HR};
use crate::sign_in::{EXCHANGE, Mfa, OUTLOOK_WEB};

pub(crate) const STORIES: &[Story] = &[
    ("a lookalike domain goes on with the conversation of a clerk", lookalike),
    ("salaries are led elsewhere from the mailbox of HR", payroll),
    ("rules made in Outlook, and folders shared with everybody", outlook),
    ("the finance director's name is used through a right to send", send_as),
    ("a forward and nothing else, from a home in the victim's country", forward_only),
    ("three accounts, a signature and an add-in", three),
];

fn lookalike(t: &mut Tale<'_>) {
    t.clerk("AiTM");
    through(t, 5, &windows(141));
    t.phase("collection", "a conversation about money is looked for");
    t.moves(&FOREIGN[2]);
    t.searches(&["overdue", "statement", "remittance"]);
    t.reads(Client::Web, "Inbox", &[11, 16, 9, 14]);
    let partner = t.world.partners[5].clone();
    t.rule(
        "statements",
        &[("FromAddressContainsWords", partner.as_str()), ("MoveToFolder", "Notes"), ("MarkAsRead", "True")],
    );
    t.phase("impact", "the display name is changed");
    let local = t.victim.local_part().to_owned();
    let upn = t.victim.upn.clone();
    let given = [("Identity", local.as_str()), ("DisplayName", "Larkspur Accounts Receivable")];
    t.cmdlet("Set-User", &upn, &given);
    t.later(1, 9, 30);
    t.phase("fraud", "letters from a domain that looks like the partner's");
    let alike = format!("{}-uk.example", partner.trim_end_matches(".example"));
    for n in 0..6 {
        let message = Message::new(&mut t.log, format!("RE: Invoice {} - account on hold", 3400 + n));
        trace(&mut t.log, t.clock, (&format!("accounts@{alike}"), &upn), &message, "198.51.100.20");
        t.wait(20);
        t.sends(
            &format!("RE: RE: Invoice {} - account on hold", 3400 + n),
            &[&format!("accounts@{alike}")],
            Some("HardDelete"),
        );
    }
    t.phase("fraud", "a lookalike of the tenant writes to the partner");
    for n in 0..3 {
        let message = Message::new(&mut t.log, format!("Invoice {} corrected", 3410 + n));
        trace(&mut t.log, t.clock + n * 70, ("accounts@larkspur-instruments.example", &upn), &message, "198.51.100.20");
    }
    t.later(1, 10, 0);
    t.response(&[Step::Reset, Step::Revoke, Step::OneRule]);
}

fn payroll(t: &mut Tale<'_>) {
    t.account(HR, "AiTM");
    through(t, 1, &windows(141));
    t.moves(&SERVERS[11]);
    t.phase("collection", "payslips are looked for");
    t.searches(&["payslip", "bank account change", "direct deposit"]);
    t.reads(Client::Web, "Inbox", &[13, 8, 20]);
    t.rule("hr", &[("SubjectContainsWords", "direct deposit;payroll;bank account"), ("DeleteMessage", "True")]);
    t.phase("impact", "a telephone number is changed");
    let clerk = &t.world.people[CLERKS.start + 2];
    let phone = [
        ("TelephoneNumber", "[\"+44 7700900881\"]", "[\"+31 30 555 0100\"]"),
        ("Included Updated Properties", "\"TelephoneNumber\"", ""),
    ];
    t.directory("Update user.", Subject::person(clerk), &phone);
    t.phase("fraud", "the payroll office is asked to pay elsewhere");
    for _ in 0..5 {
        t.sends("Change of bank account for payroll", &["payroll@tessera-legal.example"], Some("SoftDelete"));
    }
    t.deletes("HardDelete", "Deleted Items", &["Change of bank account for payroll"; 5]);
    t.later(1, 8, 40);
    t.response(COMPLETE);
}

fn outlook(t: &mut Tale<'_>) {
    t.clerk("leaked password");
    t.later(0, 6, 10);
    t.from(&FOREIGN[7], "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17928; Pro)");
    t.phase("entry", "Outlook is set up with the account");
    t.signs_in(Mfa::None, |s| (s.client, s.resource) = ("Mobile Apps and Desktop clients", EXCHANGE));
    t.phase("collection", "folders are copied");
    t.syncs(&["Inbox", "Sent Items", "Archive", "Drafts"]);
    let collector =
        "[{\"ActionType\":\"Forward\",\"Recipients\":[\"statements@mailhold.example\"],\"ForwardFlags\":\"None\"}]";
    t.outlook_rule("_", "(SubjectProperty containing invoice) Or (BodyProperty containing IBAN)", collector);
    t.outlook_rule("junk", "(SenderProperty containing security)", "[{\"ActionType\":\"Delete\"}]");
    t.phase("persistence", "folders are shared");
    for folder in ["Inbox", "Sent Items"] {
        t.does(Client::Desktop, |seat, log, time| seat.share(log, time, folder, ("Everyone", "ReadAny, Visible")));
        t.leaves("folder_permission", folder);
    }
    for day in 0..4 {
        t.later(1, 5 + day, 45);
        t.phase("collection", "what is new is copied");
        t.syncs(&["Inbox", "Sent Items"]);
    }
    t.phase("fraud", "an answer with another account number");
    t.sends("RE: Invoice 3510", &["accounts@brightvalve.example"], Some("HardDelete"));
    t.later(2, 9, 0);
    t.response(&[Step::OneRule, Step::Reset]);
}

fn send_as(t: &mut Tale<'_>) {
    t.account(ASSISTANT, "AiTM");
    through(t, 0, &windows(141));
    t.phase("collection", "the assistant's and the director's mail is read");
    t.reads(Client::Web, "Inbox", &[9, 12]);
    let director = &t.world.people[DIRECTOR];
    t.reads_of(director, "Inbox", &[16, 24, 31]);
    t.later(1, 7, 50);
    t.phase("fraud", "the director's name asks finance to pay");
    let presence = t.intruder.clone();
    for n in 0..3 {
        let subject = "Confidential: payment today";
        let message = Message::new(&mut t.log, subject);
        let seat = Seat { person: t.victim, owner: director, presence: &presence, client: Client::Web };
        seat.item(&mut t.log, t.clock, "SendAs", "Drafts", &message);
        let to = &t.world.people[CLERKS.start + n].upn;
        trace(&mut t.log, t.clock + 2, (&director.upn, to), &message, &presence.place.address);
        seat.group(&mut t.log, t.clock + 40, "HardDelete", ("Sent Items", None), &[message]);
        t.wait(4);
    }
    t.note();
    t.account(CFO, "internal phishing");
    t.later(0, 13, 0);
    through(t, 0, &windows(141));
    t.phase("collection", "mail of the finance director is read");
    t.reads(Client::Web, "Inbox", &[30, 22]);
    let (cfo, assistant) = (t.victim, &t.world.people[ASSISTANT]);
    t.send_as(cfo, assistant);
    t.full_access(cfo, assistant);
    t.later(1, 9, 0);
    t.response(&[Step::Reset, Step::Revoke]);
    t.account(ASSISTANT, "AiTM");
    t.response(COMPLETE);
}

fn forward_only(t: &mut Tale<'_>) {
    t.clerk("leaked password");
    let site = t.victim.site;
    t.later(0, 11, 20);
    t.from(&PROXIES[site], format!("{} Edg/142.0.0.0", windows(142)));
    t.phase("entry", "sign-in from a home line in the victim's country");
    t.refused(50126, Mfa::None);
    t.signs_in(Mfa::None, |s| (s.app, s.resource) = (OUTLOOK_WEB, EXCHANGE));
    t.forwards("b.lind.office@larkspur-mail.example");
    t.phase("collection", "a look around");
    t.reads(Client::Web, "Inbox", &[2, 1, 3]);
    for _ in 0..5 {
        t.later(2, 11, 0);
        t.phase("collection", "a short visit");
        t.moves(&PROXIES[site]);
        t.reads(Client::Web, "Inbox", &[2, 1]);
    }
    t.response(&[]);
}

fn three(t: &mut Tale<'_>) {
    t.clerk("password spray");
    t.later(0, 1, 30);
    t.from(&SERVERS[3], "Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1)");
    t.phase("entry", "password spray");
    t.sprays(22, 300, |s| s.client = "Browser");
    t.phase("entry", "the password is right");
    t.signs_in(Mfa::None, |_| {});
    t.later(0, 8, 15);
    t.moves(&FOREIGN[6]);
    t.phase("collection", "mail is read");
    t.reads(Client::Web, "Inbox", &[14, 21, 8]);
    t.phase("persistence", "an add-in");
    let given = [("Url", "https://addins.mailtools.example/manifest.xml"), ("AllowReadWriteMailbox", "True")];
    let name = "Mail Helper";
    t.cmdlet("New-App", name, &given);
    t.leaves("add_in", name);
    t.phase("impact", "the signature names the intruder's telephone");
    let upn = t.victim.upn.clone();
    let html = format!("<div>{}<br>Accounts, call +44 7700900455 to confirm our new bank account</div>", t.victim.name);
    t.cmdlet(
        "Set-MailboxMessageConfiguration",
        &upn,
        &[("Identity", &upn), ("SignatureHtml", &html), ("AutoAddSignature", "True")],
    );
    t.phase("impact", "letters to colleagues");
    for n in 0..18 {
        let to = t.world.people[(n * 9 + 5) % t.world.people.len()].upn.clone();
        t.sends("Shared invoice folder", &[&to], Some("HardDelete"));
    }
    let second = if t.victim.index == CLERKS.start { CLERKS.start + 1 } else { CLERKS.start };
    for (who, server) in [(second, 3), (CFO, 7)] {
        t.account(who, "internal phishing");
        t.later(0, if who == CFO { 14 } else { 12 }, 5);
        through(t, server, "undici");
        t.phase("collection", "mail is read");
        t.reads(Client::Web, "Inbox", &[18, 26, 30]);
        t.rule("...", &[("SubjectOrBodyContainsWords", "hacked;phishing;suspicious"), ("DeleteMessage", "True")]);
    }
    t.registers(Method::Phone("+44 7700900712"));
    t.phase("fraud", "the finance director orders a payment");
    t.sends("Payment order, urgent", &[&upn], Some("HardDelete"));
    t.later(1, 9, 0);
    t.response(COMPLETE);
}
