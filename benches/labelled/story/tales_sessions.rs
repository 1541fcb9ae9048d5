//! Entry by a session: a relay between victim and Microsoft, a cookie that was stolen.

use super::answer::{COMPLETE, Step};
use super::{Story, Tale};
use crate::agent::windows;
use crate::directory::Method;
use crate::mailbox::Client;
use crate::net::{FOREIGN, PROXIES, SERVERS};
use crate::people::{BUYERS, CFO, DIRECTOR};
use crate::sign_in::{EXCHANGE, GRAPH, Mfa, OFFICE_HOME, OUTLOOK_WEB, SHAREPOINT};

pub(crate) const STORIES: &[Story] = &[
    ("a phishing relay takes the session; a rule hides the fraud", relay),
    ("a stolen cookie is replayed from a VPN while the victim works", cookie),
    ("a relay, then a proxy in a home of the victim's own country", proxy),
    ("a stolen session registers a device and copies the mailbox", device),
    ("a relay, letters to colleagues, and a second account by the same relay", colleagues),
    ("a replayed session only takes files", quiet_files),
];

const KIT: &str = "axios/1.7.9";

/// The sign-in through the relay: password, prompt, session, all from its address.
pub(crate) fn through(t: &mut Tale<'_>, server: usize, agent: &str) {
    t.phase("entry", "the victim signs in through the relay");
    t.receives("docs@shared-workspace.example", "Shared document: remittance");
    t.from(&SERVERS[server], agent);
    t.refused(50074, Mfa::Prompt);
    t.signs_in(Mfa::Prompt, |s| s.resource = OFFICE_HOME);
}

fn relay(t: &mut Tale<'_>) {
    t.clerk("AiTM");
    through(t, 1, KIT);
    t.phase("entry", "the relay renews tokens in the session");
    t.renews(|s| s.resource = GRAPH);
    t.wait(14);
    t.moves(&FOREIGN[1]);
    t.intruder.agent = windows(141);
    t.phase("collection", "mail read in the stolen session");
    t.signs_in(Mfa::Claim, |s| (s.app, s.resource) = (OUTLOOK_WEB, EXCHANGE));
    t.searches(&["invoice", "overdue", "bank account"]);
    t.reads(Client::Web, "Inbox", &[14, 22, 31, 12]);
    t.reads(Client::Web, "Sent Items", &[18]);
    t.rule(
        ".",
        &[
            ("SubjectOrBodyContainsWords", "invoice;payment;factuur;betaling"),
            ("MoveToFolder", "Conversation History"),
            ("MarkAsRead", "True"),
        ],
    );
    t.registers(Method::App("SM-G973F"));
    t.later(1, 7, 10);
    t.moves(&FOREIGN[0]);
    t.phase("fraud", "other bank details in a running conversation");
    for n in 0..4 {
        let to = format!("accounts@{}", t.world.partners[n]);
        t.sends(&format!("RE: Invoice {}", 3300 + n * 17), &[&to], Some("HardDelete"));
    }
    t.phase("collection", "answers are read and removed");
    t.reads(Client::Web, "Conversation History", &[4, 3]);
    t.deletes("HardDelete", "Conversation History", &["RE: RE: Invoice 3300"]);
    t.later(1, 9, 40);
    t.response(&[Step::Reset, Step::Rules]);
    t.phase("after the response", "the session was not revoked");
    t.later(0, 12, 20);
    t.renews(|s| s.resource = EXCHANGE);
    t.reads(Client::Web, "Inbox", &[9, 6]);
}

fn cookie(t: &mut Tale<'_>) {
    t.clerk("token replay");
    t.from(&SERVERS[11], windows(137));
    t.steals_session();
    t.phase("entry", "the victim's session is used from a VPN exit");
    t.renews(|s| s.interactive = false);
    t.phase("collection", "mail read in the victim's session");
    t.reads(Client::Web, "Inbox", &[8, 13, 17, 26]);
    t.wait(50);
    t.reads(Client::Web, "Inbox\\Projects", &[11, 9]);
    t.phase("collection", "files of the team");
    t.takes("FileAccessed", 14, 40);
    t.forwards("l.holm.backup@inboxkeeper.example");
    t.later(1, 10, 10);
    t.phase("collection", "mail read in the victim's session");
    t.reads(Client::Web, "Inbox", &[12, 19]);
    t.later(1, 8, 30);
    t.response(&[Step::Revoke, Step::Forwarding, Step::Reset]);
}

fn proxy(t: &mut Tale<'_>) {
    let buyer = BUYERS.start + t.dice().below(5) as usize;
    t.account(buyer, "AiTM");
    through(t, 7, &windows(141));
    t.wait(35);
    let site = t.victim.site;
    t.moves(&PROXIES[site]);
    t.intruder.agent = format!("{} Edg/142.0.0.0", windows(142));
    t.phase("collection", "mail read from a home line in the victim's country");
    t.signs_in(Mfa::Claim, |s| (s.app, s.resource) = (OUTLOOK_WEB, EXCHANGE));
    t.reads(Client::Web, "Inbox", &[3, 2, 5, 4, 1, 6]);
    for day in 0..6 {
        t.later(1, 9, 20 + day * 7);
        t.phase("collection", "a few letters a day");
        t.reads(Client::Web, "Inbox", &[3, 4]);
    }
    t.rule("Orders", &[("From", "accounts@oceanline.example"), ("MoveToFolder", "Archive"), ("MarkAsRead", "True")]);
    t.phase("fraud", "a supplier is told of a new account");
    t.sends(
        "RE: Order 2911 - please note our new account",
        &["accounts@oceanline.example"],
        Some("MoveToDeletedItems"),
    );
    t.phase("collection", "the answer");
    t.reads(Client::Web, "Archive", &[2]);
    t.later(3, 9, 0);
    t.response(&[]);
}

fn device(t: &mut Tale<'_>) {
    t.clerk("token replay");
    t.from(&SERVERS[4], windows(136));
    t.steals_session();
    t.phase("entry", "stolen cookies are used from a rented server");
    t.renews(|s| s.resource = GRAPH);
    let with = t.device("DESKTOP-7QK2M1L");
    t.phase("entry", "the new device gets a session of its own");
    t.from(&SERVERS[4], "Mozilla/5.0 (Windows NT 10.0; Win64; x64; WebView/3.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/70.0.3538.102 Safari/537.36 Edge/18.26100");
    t.intruder.device = with.device;
    t.signs_in(Mfa::Claim, |s| (s.client, s.resource) = ("Mobile Apps and Desktop clients", EXCHANGE));
    t.phase("collection", "the mailbox is copied by a desktop program");
    t.syncs(&["Inbox", "Sent Items", "Archive", "Inbox\\Projects", "Deleted Items", "Drafts", "Calendar", "Contacts"]);
    for day in 0..5 {
        t.later(1, 6 + day, 0);
        t.phase("collection", "what is new is copied");
        t.syncs(&["Inbox", "Sent Items"]);
    }
    t.later(2, 10, 0);
    t.response(&[Step::Reset, Step::Revoke]);
}

fn colleagues(t: &mut Tale<'_>) {
    t.clerk("AiTM");
    through(t, 3, "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0");
    t.phase("collection", "who is worth a letter");
    t.reads(Client::Web, "Inbox", &[17, 23]);
    t.rule(
        "aa",
        &[("FromAddressContainsWords", "larkspur"), ("DeleteMessage", "True"), ("StopProcessingRules", "True")],
    );
    t.later(1, 8, 30);
    t.phase("impact", "letters to colleagues with the relay's address");
    let people = t.world.people.len();
    for n in 0..46 {
        let to = t.world.people[(n * 4 + 3) % people].upn.clone();
        t.sends("Updated remote work policy - sign to confirm", &[&to], None);
        t.clock -= 60;
    }
    t.deletes("HardDelete", "Sent Items", &["Updated remote work policy - sign to confirm"; 20]);
    t.account(CFO, "AiTM");
    t.later(0, 12, 50);
    through(t, 3, "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0");
    t.phase("collection", "mail of the second account is read");
    t.moves(&FOREIGN[3]);
    t.reads(Client::Web, "Inbox", &[25, 31, 44, 12]);
    t.forwards("finance.mirror@postbin.example");
    t.later(1, 8, 45);
    t.response(COMPLETE);
}

fn quiet_files(t: &mut Tale<'_>) {
    t.account(DIRECTOR, "token replay");
    t.from(&SERVERS[5], windows(139));
    t.steals_session();
    t.phase("entry", "the director's session from a rented server");
    t.renews(|s| s.resource = SHAREPOINT);
    t.phase("collection", "files are looked for and taken");
    t.looks_for(&["confidential", "merger", "password", "strategy"]);
    t.takes("FileDownloaded", 120, 3);
    t.wait(40);
    t.takes("FileSyncDownloadedFull", 60, 2);
    t.later(6, 9, 0);
    t.response(&[Step::Reset, Step::Revoke]);
}
