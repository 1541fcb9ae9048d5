//! Whose presence it was, what it did with mail, what the response left open, and what a missing log leaves unknown.

use crate::days::{Days, EDGE, KIT, LAGOS, OFFICE, OWNER, SAFARI, Seat};

const OWN: &str = "11111111-aaaa-4bbb-8ccc-000000000001";
const TAKEN: &str = "11111111-aaaa-4bbb-8ccc-000000000009";
const DESK: Seat<'_> = Seat { address: OFFICE, agent: EDGE, session: OWN };
const INTRUDER: Seat<'_> = Seat { address: LAGOS, agent: KIT, session: TAKEN };
const PARTNER: &str = "ines.wharf@meridian.example";

fn all(_: &str) -> bool {
    true
}

#[test]
fn owner_and_intruder_in_one_session_are_told_apart() {
    let mut days = Days::of_work(OWN);
    let stolen = Seat { session: OWN, ..INTRUDER };
    days.works((16, 9), stolen);
    days.hides((16, 9, 50), stolen);
    days.works((16, 10), DESK);
    assert_eq!(days.answer(all).hostile(), [LAGOS]);
}

#[test]
fn somebody_on_the_way_is_no_intruder() {
    let seat = |address, agent, session| Seat { address, agent, session };
    let mut days = Days::of_work(OWN);
    for date in 2..16 {
        days.works((date, 20), seat("84.24.36.92", SAFARI, "11111111-aaaa-4bbb-8ccc-000000000002"));
    }
    // Home, the train's network, the office, within two hours, with both programs.
    days.works((16, 7), seat("84.24.36.92", SAFARI, "11111111-aaaa-4bbb-8ccc-000000000003"));
    days.works((16, 8), seat("62.140.132.198", SAFARI, "11111111-aaaa-4bbb-8ccc-000000000003"));
    days.works((16, 8), seat("188.206.68.7", EDGE, "11111111-aaaa-4bbb-8ccc-000000000004"));
    days.works((16, 9), seat(OFFICE, EDGE, "11111111-aaaa-4bbb-8ccc-000000000004"));
    let told = days.answer(all);
    assert!(told.hostile().is_empty(), "{:?}", told.hostile());
}

/// A session that a relay in a network of rented servers takes, and that goes on at a home with the owner's browser.
fn relayed(began_at_relay: bool) -> Vec<String> {
    let relay = Seat { address: "95.179.140.100", agent: KIT, session: TAKEN };
    let home = Seat { address: "86.80.103.174", agent: EDGE, session: TAKEN };
    let mut days = Days::of_work(OWN);
    if !began_at_relay {
        days.works((16, 7), home);
    }
    days.works((16, 9), relay);
    days.hides((16, 9, 50), relay);
    days.works((17, 9), home);
    days.works((18, 9), home);
    days.answer(all).hostile()
}

#[test]
fn a_session_is_followed_from_where_it_began() {
    assert_eq!(relayed(true), ["95.179.140.100", "86.80.103.174"]);
    assert_eq!(relayed(false), ["95.179.140.100"], "a session of the owner's is the owner's elsewhere");
}

/// The intruder reads a conversation, hides the answers, writes in it and deletes the copy; an answer comes.
fn fraud() -> Days {
    let mut days = Days::of_work(OWN);
    days.carries((15, 8, 0), (PARTNER, OWNER), "<first@meridian.example>", "Invoice 2231");
    days.works((16, 9), INTRUDER);
    days.opens((16, 9, 45), INTRUDER, &["<first@meridian.example>"]);
    days.hides((16, 9, 50), INTRUDER);
    days.sends_and_deletes((16, 10, 0), INTRUDER, "<fraud@fjordlight.example>", "RE: Invoice 2231");
    days.carries((16, 10, 0), (OWNER, PARTNER), "<fraud@fjordlight.example>", "RE: Invoice 2231");
    days.carries((16, 11, 0), (PARTNER, OWNER), "<answer@meridian.example>", "AW: RE: Invoice 2231");
    days
}

#[test]
fn fraud_by_mail_is_told_with_its_records() {
    let told = fraud().answer(all);
    let signs = told.texts("fraud");
    for said in [
        "read the conversation “RE: Invoice 2231” and then wrote in it to ines.wharf@meridian.example",
        "put away the copy of 1 sent message: RE: Invoice 2231",
        "1 answer to “RE: Invoice 2231” came in while an inbox rule of the intruder's stood",
    ] {
        assert!(signs.contains(said), "{said}: {signs}");
    }
    let mail = told.table("mail-exposure.csv");
    let row = |id: &str| mail.iter().find(|row| row["message_id"] == id).unwrap_or_else(|| panic!("no {id}"));
    let read = row("<first@meridian.example>");
    assert_eq!((read["how"].as_str(), read["subject"].as_str()), ("opened", "Invoice 2231"));
    assert_eq!((read["sender"].as_str(), read["recipients"].as_str()), (PARTNER, OWNER));
    assert_eq!(row("<fraud@fjordlight.example>")["how"], "deleted for good; sent");
    let warned = told.table("recipients-to-warn.csv");
    assert_eq!((warned.len(), warned[0]["recipient"].as_str()), (1, PARTNER), "{warned:?}");
}

#[test]
fn what_the_response_left_open_is_found() {
    let mut days = fraud();
    days.answers((17, 9, 0), "Reset user password.");
    days.works((17, 12), INTRUDER);
    days.answers((20, 9, 0), "Update user.");
    let told = days.answer(all);
    let found = told.findings();
    for (title, level) in [
        ("Password reset after an intrusion without revoking sessions", "medium"),
        ("Intruder active after the password reset", "high"),
        ("What the intruder left is not seen to be removed", "high"),
    ] {
        assert_eq!(found.get(title).map(String::as_str), Some(level), "{title}: {found:?}");
    }
    assert!(
        told.texts("open").contains("5 acts of the intruder after the password was reset"),
        "{}",
        told.texts("open")
    );
}

#[test]
fn a_response_that_holds_leaves_no_such_finding() {
    let mut days = Days::of_work(OWN);
    days.works((16, 9), INTRUDER);
    days.hides((16, 9, 50), INTRUDER);
    let end = r#","ObjectId":"mila.storm\\.","Parameters":[{"Name":"Identity","Value":"mila.storm\\."}]"#;
    days.add((16, 12, 0), "Remove-InboxRule", DESK, end);
    days.answers((16, 12, 5), "Reset user password.");
    days.answers((16, 12, 6), "Update StsRefreshTokenValidFrom Timestamp.");
    days.works((17, 9), DESK);
    let told = days.answer(all);
    assert_eq!(told.hostile(), [LAGOS]);
    assert_eq!(told.texts("open"), "");
    let found = told.findings();
    assert!(
        !found.keys().any(|title| title.contains("Intruder active") || title.contains("not seen to be")),
        "{found:?}"
    );
}

#[test]
fn a_log_that_is_missing_leaves_questions_and_no_denial() {
    let mut days = fraud();
    days.answers((17, 9, 0), "Update user.");
    let whole = days.answer(all);
    assert!(!whole.texts("unknown").contains("which messages were opened"), "{}", whole.texts("unknown"));
    assert!(!whole.texts("unknown").contains("to whom the intruder wrote"), "{}", whole.texts("unknown"));

    let unread = days.answer(|line| !line.contains("\"MailItemsAccessed\""));
    assert!(unread.texts("unknown").contains("which messages were opened"), "{}", unread.texts("unknown"));
    let dark = unread.table("mail-exposure.csv");
    assert!(
        dark.iter().any(|row| row["class"] == "unknown" && row["how"].contains("no MailItemsAccessed")),
        "{dark:?}"
    );

    let untraced = days.answer(|line| line != "trace");
    assert!(untraced.texts("unknown").contains("to whom the intruder wrote"), "{}", untraced.texts("unknown"));
    assert!(!untraced.texts("fraud").contains(" to “RE: Invoice 2231” came in"), "{}", untraced.texts("fraud"));

    // Without the log of the directory nobody can say whether the password was reset.
    let exchange = days.answer(|line| !line.contains("AzureActiveDirectory"));
    let steps = exchange.dossier();
    for step in steps["response"].as_array().unwrap() {
        let (kind, verdict) = (step["kind"].as_str().unwrap(), step["verdict"].as_str().unwrap());
        if ["password", "sessions", "sign_in", "mfa_method", "app_password", "role"].contains(&kind) {
            assert_eq!(verdict, "unknown", "{kind}");
            assert!(step["note"].as_str().unwrap().starts_with("needs "), "{step}");
        }
    }
    assert!(exchange.texts("unknown").contains("whether the password was reset"), "{}", exchange.texts("unknown"));
    // No sign-in log in any of these: the way in is not made up.
    assert!(whole.texts("unknown").contains("by which method the intruder signed in"), "{}", whole.texts("unknown"));
}

#[test]
fn logs_that_end_too_early_put_a_step_outside_the_window() {
    let mut days = Days::of_work(OWN);
    days.answers((10, 9, 0), "Update user.");
    days.works((16, 9), INTRUDER);
    days.hides((16, 9, 50), INTRUDER);
    let told = days.answer(|line| !(line.contains("UserLoggedIn") && line.contains("2026-03-16")));
    let dossier = told.dossier();
    let steps = dossier["response"].as_array().unwrap();
    let verdict = |kind: &str| steps.iter().find(|step| step["kind"] == kind).unwrap()["verdict"].clone();
    assert_eq!(verdict("password"), "outside");
    assert_eq!(verdict("inbox_rule"), "outside");
    assert!(told.texts("unknown").contains("whether the intruder came back after"), "{}", told.texts("unknown"));
}

/// The owner takes files at the own desk; with a rule that forwards outside, or without.
fn leaves(with_rule: bool) -> Days {
    let mut days = Days::of_work(OWN);
    days.works((16, 9), DESK);
    for number in 0..80 {
        days.takes((16, 16, number / 20, number % 20 * 3), DESK, &format!("Plan {number}.xlsx"));
    }
    if with_rule {
        let rule = r#","Parameters":[{"Name":"Name","Value":"copy"},{"Name":"ForwardTo","Value":"mila.storm.private@mailbox.example"}]"#;
        days.add((16, 16, 10), "New-InboxRule", DESK, rule);
    }
    days
}

#[test]
fn an_owner_at_the_own_desk_is_asked_about_telling_deeds_only() {
    let told = leaves(true).answer(all);
    let dossier = told.dossier();
    assert_eq!((dossier["confidence"].as_str(), told.hostile().len()), (Some("low"), 1), "{dossier}");
    assert!(dossier["method"].as_str().unwrap().contains("own desk"), "{dossier}");
    let sessions = crate::case_folder::json(&told.case, "sessions.json");
    assert_eq!((sessions[0]["link"].as_str(), sessions[0]["events"].as_u64()), (Some("desk"), Some(81)), "{sessions}");
    let found = told.findings();
    let level = found.get("What the intruder left is not seen to be removed").map(String::as_str);
    assert_eq!(level, Some("medium"), "no surer than the answer: {found:?}");
    // What the investigator calls the tenant's own weighs nothing.
    let ours = leaves(true).answered(all, "- {address: 195.240.10.20, is: ours}");
    assert!(ours.hostile().is_empty(), "{:?}", ours.hostile());
    let told = leaves(false).answer(all);
    assert!(told.hostile().is_empty(), "downloads alone: {:?}", told.hostile());
}
