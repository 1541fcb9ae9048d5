//! The response to the story, and what it leaves open.

use crate::admin::{Subject, at, cmdlet, desk, directory};
use crate::log::{Log, Presence};
use crate::mail::{Client, Message, Seat};
use crate::people::{ADMIN, BUYER, CLERK, Person, Place};
use crate::sign_in::{Mfa, OFFICE};
use crate::story::{KIT, READER, intruder, later, renewed, sign_in};

/// What the administrator does, late and not completely: ordinary records, not labelled.
pub(crate) fn respond(log: &mut Log, people: &[Person]) {
    let (admin, clerk) = (&people[ADMIN], &people[CLERK]);
    let time = at(16, 10, 2);
    let presence = desk(log, admin, time);
    let actor = (admin, &presence);
    let account = Subject::person(clerk);
    directory(log, actor, time, "Reset user password.", account, &[]);
    directory(
        log,
        actor,
        time + 45,
        "Update StsRefreshTokenValidFrom Timestamp.",
        account,
        &[
            ("StsRefreshTokensValidFrom", "[\"2026-01-21T10:02:45Z\"]", "[\"2025-09-02T07:11:20Z\"]"),
            ("Included Updated Properties", "StsRefreshTokensValidFrom", ""),
        ],
    );
    cmdlet(
        log,
        admin,
        at(16, 10, 9),
        "Set-Mailbox",
        "sanne.loodsman",
        &[("Identity", &clerk.upn), ("ForwardingSmtpAddress", ""), ("DeliverToMailboxAndForward", "False")],
    );
    let rule = [("Identity", "sanne.loodsman\\."), ("Mailbox", clerk.upn.as_str()), ("Confirm", "False")];
    cmdlet(log, admin, at(16, 10, 14), "Remove-InboxRule", "sanne.loodsman\\.", &rule);
    let sender = [("SenderAddress", clerk.upn.as_str()), ("Reason", "Account secured")];
    cmdlet(log, admin, at(16, 10, 31), "Remove-BlockedSenderAddress", &clerk.upn, &sender);
    let off = [("Identity", clerk.upn.as_str()), ("ImapEnabled", "False"), ("PopEnabled", "False")];
    cmdlet(log, admin, at(16, 10, 35), "Set-CASMailbox", &clerk.upn, &off);
    let taken = [
        ("Role.DisplayName", "", "\"Exchange Recipient Administrator\""),
        ("Role.TemplateId", "", "\"31392ffb-586c-42d1-9346-e59415a2cc4e\""),
    ];
    let time = at(16, 10, 40);
    directory(log, actor, time, "Remove member from role.", Subject::person(&people[BUYER]), &taken);
}

/// What goes on after the response: an access token that still lives, and the application.
pub(crate) fn afterlife(log: &mut Log, clerk: &Person, lagos: &Presence) {
    const PHASE: &str = "after the reset";
    let live = later(log, lagos, at(16, 9, 38));
    let token = Presence { agent: KIT.into(), ..live.clone() };
    sign_in(log, clerk, &token, ("mail read", "the token is renewed that will outlive the reset"), |s| {
        (s.interactive, s.app) = (false, OFFICE);
        s.client = "Mobile Apps and Desktop clients";
    });
    let seat = Seat { person: clerk, presence: &live, client: Client::Web };
    for (minute, count) in [(20, 11), (41, 6)] {
        let time = at(16, 10, minute);
        let id = seat.bind(log, time, "Inbox", count);
        log.label(time, id, PHASE, format!("{count} messages opened with a token that still lives"));
    }
    let time = at(16, 10, 44);
    let notice = Message::new(log, "Your password was reset by IT");
    let id = seat.group(log, time, "HardDelete", ("Inbox", None), &[notice]);
    log.label(time, id, PHASE, "notice of the reset removed");
    let ended = Presence { since: at(16, 11, 8), agent: KIT.into(), ..live };
    sign_in(log, clerk, &ended, (PHASE, "renewal refused: the grant was revoked"), |s| {
        (s.code, s.interactive, s.app) = (50173, false, OFFICE);
        s.client = "Mobile Apps and Desktop clients";
    });
    let time = at(17, 3, 30);
    let presence = renewed(log, lagos, time - 60);
    let app = Seat { person: clerk, presence: &presence, client: Client::Rest(READER.2) };
    let id = app.bind(log, time, "Inbox", 60);
    log.label(time, id, PHASE, "Mail Sync Assistant still fetches mail: the consent was not withdrawn");
    let again = intruder(log, Place::tor(47), KIT, at(19, 20, 12));
    sign_in(log, clerk, &again, (PHASE, "the old password is tried from a Tor exit"), |s| {
        (s.code, s.mfa) = (50126, Mfa::None);
    });
}
