//! What tenants share, and what says nothing.

use super::home::{A, B, Home, forwarding, opened};
use serde_json::Value;

#[test]
fn what_tenants_share_is_linked_and_what_says_nothing_is_not() {
    let home = Home::new();
    let to = "ledger@inbox-archive.example";
    // The intruder's address is in both; the second tenant has no finding with it.
    let mixed = forwarding(A, "01", "102.89.23.77:59197", to) + &opened(A, "02", "8.8.4.4");
    home.file("root/anchor/a.json", mixed);
    home.file("root/bollard/b.json", opened(B, "03", "102.89.23.77") + &opened(B, "04", "8.8.4.4"));
    home.file("root/capstan/c.json", forwarding(B, "05", "10.0.0.8", to));
    home.file("root/davit/d.json", forwarding(B, "06", "10.0.0.8", "other@elsewhere.example"));
    // An Exchange server of Microsoft's, written as an IPv6 address that maps it.
    home.file("root/eye/e.json", forwarding(A, "07", "40.96.1.1", "e@e.example"));
    home.file("root/fender/f.json", forwarding(A, "08", "[::ffff:40.96.1.1]:443", "f@f.example"));
    assert_eq!(home.batch(&[]).code, 0);
    let text = |(kind, value, tenants): (&str, &str, &str)| (kind.to_owned(), value.to_owned(), tenants.to_owned());
    let expected = [("address", "102.89.23.77", "anchor bollard"), ("forwarding destination", to, "anchor capstan")];
    assert_eq!(home.links(), expected.map(text).into());
    let rows = home.table("links.csv");
    let row = rows.iter().find(|row| row["tenant"] == "bollard").unwrap();
    let cells = ["highest_level", "findings", "accounts", "events", "first_time"];
    assert_eq!(cells.map(|cell| row[cell].as_str()), ["", "0", "1", "1", "2026-01-05T10:00:00Z"]);
    let html = std::fs::read_to_string(home.path("cases/overview.html")).unwrap();
    assert!(html.contains("address: 102.89.23.77") && !html.contains("address: 8.8.4.4"), "{html}");
    let findings: Value =
        serde_json::from_slice(&std::fs::read(home.path("cases/anchor/findings.json")).unwrap()).unwrap();
    let indicator = &findings[0]["indicators"][0];
    assert_eq!((&indicator["kind"], &indicator["value"]), (&"forwarding destination".into(), &to.into()));
}

#[test]
fn rule_names_applications_and_agents_link_and_a_common_agent_does_not() {
    let home = Home::new();
    let act = |id: &str, operation: &str, more: &str| {
        format!(
            r#"{{"CreationTime":"2026-01-14T03:10:00","Id":"6c67c0fc-01da-4875-ae42-0000000000{id}","Operation":"{operation}","OrganizationId":"{A}","ResultStatus":"True","UserKey":"k","Version":1,"UserId":"clerk@harbor.example",{more}}}"#
        ) + "\n"
    };
    let rule = |id| {
        let parameters = r#"[{"Name":"Name","Value":"."},{"Name":"MoveToFolder","Value":"RSS Subscriptions"},{"Name":"MarkAsRead","Value":"True"}]"#;
        act(
            id,
            "New-InboxRule",
            &format!(
                r#""RecordType":1,"UserType":2,"Workload":"Exchange","ObjectId":"clerk\\.","Parameters":{parameters}"#
            ),
        )
    };
    let sign_in = |id, agent: &str| {
        let properties =
            format!(r#"[{{"Name":"UserAgent","Value":"{agent}"}},{{"Name":"RequestType","Value":"OAuth2:Token"}}]"#);
        act(
            id,
            "UserLoggedIn",
            &format!(
                r#""RecordType":15,"UserType":0,"Workload":"AzureActiveDirectory","ErrorNumber":"0","ExtendedProperties":{properties}"#
            ),
        )
    };
    home.file("root/anchor/a.json", rule("01") + &sign_in("02", "axios/1.6.8"));
    home.file("root/bollard/b.json", rule("03") + &sign_in("04", "axios/1.6.8"));
    let common = sign_in("05", "python-requests/2.31").replace("clerk@", "bram@");
    home.file("root/capstan/c.json", sign_in("06", "python-requests/2.31") + &common.replace("UserLoggedIn", "Other"));
    home.file("root/davit/d.json", sign_in("07", "python-requests/2.31"));
    assert_eq!(home.batch(&[]).code, 0);
    let text = |(kind, value, tenants): (&str, &str, &str)| (kind.to_owned(), value.to_owned(), tenants.to_owned());
    let expected = [("agent", "axios/1.6.8", "anchor bollard"), ("rule name", ".", "anchor bollard")];
    assert_eq!(home.links(), expected.map(text).into());
}
