//! The shapes of real records that lead a reader astray, one test each.

use super::rows::{Read, csv, event, json};
use speur::event::{ActorKind, Basis, Outcome, Precision, Scalar};
use speur::field::Field;
use speur::source::{DateOrder, DateProof, FileContext};
use std::ops::ControlFlow;

/// A record of the audit log with `more` members.
fn audit(more: &str) -> Read {
    json(&format!(
        r#"{{"CreationTime":"2026-02-03T09:15:42","Id":"i","OrganizationId":"t","UserId":"ada@harbor.example","UserType":0,{more}}}"#
    ))
}

fn values(read: &Read, field: &str) -> Vec<String> {
    let mut found = Vec::new();
    let _ = event(read).visit(&Field::parse(field), &mut |scalar| {
        found.push(match scalar {
            Scalar::Str(text) => text.to_owned(),
            other => format!("{other:?}"),
        });
        ControlFlow::Continue(())
    });
    found
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[test]
fn t01_the_address_is_that_of_the_client_whatever_its_form() {
    for (members, ip, port) in [
        (r#""ClientIP":"203.0.113.7:4711""#, Some("203.0.113.7"), Some(4711)),
        (r#""ClientIP":"[2001:db8::7]:443""#, Some("2001:db8::7"), Some(443)),
        (r#""ClientIP":"2001:db8::443""#, Some("2001:db8::443"), None),
        (r#""ClientIP":"","ActorIpAddress":"203.0.113.8""#, Some("203.0.113.8"), None),
        (r#""ClientIP":"<null>","ClientIPAddress":"203.0.113.9""#, Some("203.0.113.9"), None),
        (r#""ClientIP":"2603:10a6:800:125::13","ActorIpAddress":"203.0.113.8""#, Some("203.0.113.8"), None),
        (r#""ClientIP":"0.0.0.0""#, None, None),
    ] {
        let read = audit(&format!(r#""Operation":"X","RecordType":15,{members}"#));
        let address = event(&read).address;
        assert_eq!((address.ip.map(|ip| ip.to_string()).as_deref(), address.port), (ip, port), "{members}");
        assert!(!address.original.is_empty());
    }
    let read = audit(r#""Operation":"Send","RecordType":2,"ClientIP":"203.0.113.1","ClientIPAddress":"203.0.113.2""#);
    assert_eq!(event(&read).address.original, "203.0.113.2", "a mailbox record's own address is ClientIPAddress");
}

#[test]
fn t03_result_status_never_decides_a_sign_in() {
    for (members, outcome) in [
        (r#""Operation":"UserLoginFailed","ErrorNumber":"50126""#, Outcome::Failure),
        (r#""Operation":"UserLoginFailed""#, Outcome::Failure),
        (r#""Operation":"UserLoginFailed","ErrorNumber":50074"#, Outcome::Interrupted),
        (r#""Operation":"UserLoginFailed","ErrorNumber":"0""#, Outcome::Failure),
        (r#""Operation":"UserLoggedIn","ErrorNumber":"0""#, Outcome::Success),
        (r#""Operation":"UserLoggedIn""#, Outcome::Success),
        (r#""Operation":"UserLoggedIn","ErrorNumber":"50140""#, Outcome::Interrupted),
    ] {
        let read = audit(&format!(r#""RecordType":15,"ResultStatus":"Success",{members}"#));
        assert_eq!(event(&read).outcome, outcome, "{members}");
    }
    for (status, outcome) in [
        (r#""True""#, Outcome::Success),
        (r#""TRUE""#, Outcome::Success),
        ("true", Outcome::Success),
        (r#""False""#, Outcome::Failure),
        (r#""PartiallySucceeded""#, Outcome::Success),
        (r#""""#, Outcome::Unknown),
    ] {
        let read = audit(&format!(r#""RecordType":1,"Operation":"Set-Mailbox","ResultStatus":{status}"#));
        assert_eq!(event(&read).outcome, outcome, "{status}");
    }
}

#[test]
fn t04_parameters_may_be_text_and_properties_may_be_names() {
    let read = audit(r#""RecordType":18,"Operation":"Get-ComplianceTag","Parameters":"-Name \"x\"""#);
    assert_eq!(event(&read).detail, "-Name \"x\"");
    assert_eq!(values(&read, "Parameters"), ["-Name \"x\""]);
    assert!(values(&read, "Parameters.Name").is_empty());
    let read = audit(r#""RecordType":2,"Operation":"Update","ModifiedProperties":["AttachmentCollection","Subject"]"#);
    assert_eq!(values(&read, "ModifiedProperties"), ["AttachmentCollection", "Subject"]);
    assert_eq!(event(&read).detail, "AttachmentCollection; Subject");
}

#[test]
fn t05_keys_that_differ_in_case_alone_stay_apart() {
    let read = audit(
        r#""RecordType":1,"Operation":"X","eventName":"lower","EventName":"upper","clientip":"198.51.100.1","ClientIP":"203.0.113.1""#,
    );
    assert_eq!(values(&read, "eventName"), ["lower"]);
    assert_eq!(values(&read, "EventName"), ["upper"]);
    assert_eq!(event(&read).address.original, "203.0.113.1");
}

#[test]
fn keys_that_lost_their_case_are_restored() {
    let read = json(
        r#"{"creationtime":"2026-02-03 09:15:42","id":"i","operation":"Set-Mailbox","recordtype":1,"userid":"ada@harbor.example",
        "usertype":2,"workload":"Exchange","externalaccess":false,"parameters":[{"Name":"ForwardingSmtpAddress","Value":"smtp:x@evil.example"}]}"#,
    );
    let event = event(&read);
    assert_eq!((event.source, event.record_type.as_ref()), ("mgmt-activity", "ExchangeAdmin"));
    assert_eq!(values(&read, "Parameters.ForwardingSmtpAddress"), ["smtp:x@evil.example"]);
    assert_eq!(values(&read, "ExternalAccess"), ["Bool(false)"]);
}

#[test]
fn t06_both_shapes_of_mail_access_tell_the_folder() {
    let bind = audit(
        r#""RecordType":50,"Operation":"MailItemsAccessed","OperationProperties":[{"Name":"MailAccessType","Value":"Bind"}],
        "Folders":[{"Path":"\\Inbox","FolderItems":[{"Id":"1"},{"Id":"2"}]},{"Path":"\\Sent Items","FolderItems":[{"Id":"3"}]}],"OperationCount":3"#,
    );
    assert_eq!(event(&bind).detail, r"MailAccessType=Bind; Folder=\Inbox (2); Folder=\Sent Items (1); Items=3");
    assert_eq!(values(&bind, "Folders.FolderItems.Id"), ["1", "2", "3"]);
    let sync = audit(
        r#""RecordType":2,"Operation":"MailItemsAccessed","OperationProperties":[{"Name":"MailAccessType","Value":"Sync"}],
        "Item":{"ParentFolder":{"Name":"Projects","Path":"Not Available"}}"#,
    );
    assert_eq!(event(&sync).detail, "MailAccessType=Sync; Folder=Projects");
}

#[test]
fn t07_rule_actions_in_json_text_are_fields() {
    let read = audit(
        r#""RecordType":2,"Operation":"UpdateInboxRules","OperationProperties":[{"Name":"RuleName"},
        {"Name":"RuleActions","Value":"[{\"ActionType\":\"Forward\",\"Recipients\":[\"x@evil.example\",\"y@evil.example\"]},{\"ActionType\":\"Delete\"}]"}]"#,
    );
    assert_eq!(values(&read, "OperationProperties.RuleActions.ActionType"), ["Forward", "Delete"]);
    assert_eq!(values(&read, "OperationProperties.RuleActions.Recipients"), ["x@evil.example", "y@evil.example"]);
    assert!(values(&read, "OperationProperties.RuleName").is_empty());
}

#[test]
fn t08_the_rule_of_a_cmdlet_is_its_object() {
    let read = audit(
        r#""RecordType":1,"Operation":"New-InboxRule","ObjectId":"Ada Aalto\\.","Parameters":[{"Name":"MoveToFolder","Value":"RSS-Feeds"}]"#,
    );
    assert_eq!(event(&read).object, ".");
    assert_eq!(event(&read).target, r"Ada Aalto\.");
}

#[test]
fn t09_services_are_system_and_admins_are_people() {
    for (user, user_type, kind) in [
        (r"NT AUTHORITY\\SYSTEM (Microsoft.Exchange.ServiceHost)", 3, ActorKind::System),
        (r"NT AUTHORITY\\SYSTEM (w3wp)", 2, ActorKind::System),
        ("FfoServicePartnerUser", 2, ActorKind::System),
        ("it.admin@harbor.example", 2, ActorKind::User),
    ] {
        let read = json(&format!(
            r#"{{"CreationTime":"2026-02-03T09:15:42","Operation":"Set-Mailbox","RecordType":1,"UserId":"{user}","UserType":{user_type}}}"#
        ));
        assert_eq!(event(&read).actor_kind, kind, "{user}");
    }
}

#[test]
fn t10_the_same_operation_has_one_name() {
    let expected = "Update application - Certificates and secrets management";
    for name in [
        "Update application – Certificates and secrets management ",
        "Update application ? Certificates and secrets management ",
        "Update application - Certificates and secrets management.",
    ] {
        let read = audit(&format!(r#""RecordType":8,"Operation":"{name}""#));
        assert_eq!(event(&read).operation, expected);
        assert_eq!(event(&read).operation_original, name);
    }
}

#[test]
fn t11_sessions_and_tokens_are_found_where_each_log_keeps_them() {
    for (members, session, token) in [
        (r#""RecordType":1,"SessionId":"s-exchange""#, "s-exchange", ""),
        (
            r#""RecordType":2,"SessionId":"s-mailbox","AppAccessContext":{"AADSessionId":"s-entra","UniqueTokenId":"tOk"}"#,
            "s-entra",
            "tOk",
        ),
        (
            r#""RecordType":15,"DeviceProperties":[{"Name":"OS","Value":"Linux"},{"Name":"SessionId","Value":"s-sts"}]"#,
            "s-sts",
            "",
        ),
    ] {
        let read = audit(&format!(r#""Operation":"X",{members}"#));
        let event = event(&read);
        assert_eq!((event.session.as_ref(), event.token.as_ref()), (session, token));
    }
}

#[test]
fn t13_the_agent_is_found_in_every_bag() {
    for (members, agent) in [
        (r#""ExtendedProperties":[{"Name":"UserAgent","Value":"Firefox"}]"#, "Firefox"),
        (
            r#""ExtendedProperties":[{"Name":"additionalDetails","Value":"{\"User-Agent\":\"Edge \\\"1\\\"\"}"}]"#,
            "Edge \"1\"",
        ),
        (r#""ClientInfoString":"Client=OWA;Chrome""#, "Client=OWA;Chrome"),
        (r#""UserAgent":"Safari""#, "Safari"),
    ] {
        let read = audit(&format!(r#""Operation":"X","RecordType":8,{members}"#));
        assert_eq!(event(&read).agent, agent);
    }
}

#[test]
fn t15_equal_audit_data_has_an_equal_hash_in_every_export() {
    let data = r#"{"CreationTime":"2026-02-03T09:15:42","Id":"i","Operation":"Send","OrganizationId":"t","RecordType":2,"UserId":"ada@harbor.example"}"#;
    let portal = csv(&format!("CreationDate,UserIds,Operations,AuditData\r\nx,ada,Send,{}\r\n", quoted(data)));
    let cmdlet = csv(&format!(
        "RecordType,CreationDate,UserIds,Operations,AuditData,Identity\r\nExchangeItem,x,ada,Send,{},i\r\n",
        quoted(data)
    ));
    let object = json(&format!(r#"{{"CreationDate":"x","Operations":"Send","AuditData":{data}}}"#));
    let bare = json(data);
    let hashes: Vec<u128> =
        [&portal[0], &cmdlet[0], &object, &bare].iter().map(|read| read.as_ref().unwrap().1.content).collect();
    assert!(hashes.iter().all(|hash| *hash == hashes[0]), "{hashes:?}");
    let sources: Vec<&str> =
        [&portal[0], &cmdlet[0], &object, &bare].iter().map(|r| r.as_ref().unwrap().0.name).collect();
    assert_eq!(sources, ["purview-csv", "search-ual-csv", "mes-ual", "mgmt-activity"]);
}

#[test]
fn t16_a_record_type_has_one_name() {
    let text = |kind: &str| {
        format!(r#"{{"CreationTime":"2026-02-03T09:15:42","Operation":"Send","UserId":"a","RecordType":{kind}}}"#)
    };
    for kind in ["2", r#""2""#, r#""ExchangeItem""#, r#""exchangeItem""#] {
        assert_eq!(event(&json(&text(kind))).record_type, "ExchangeItem", "{kind}");
    }
}

#[test]
fn a_wrapper_date_states_its_basis() {
    for (date, basis, precision, day) in [
        ("2026-01-24T06:54:24.0000000Z ", Basis::WrapperIso, Precision::Microsecond, 24),
        ("1/24/2026 6:54:24 AM", Basis::WrapperProven, Precision::Second, 24),
        ("24.01.2026 06:54", Basis::WrapperProven, Precision::Minute, 24),
        ("3-mrt-26 6:54:24 a.m.", Basis::WrapperProven, Precision::Second, 3),
    ] {
        let rows = csv(&format!("CreationDate,UserIds,Operations,AuditData\r\n{date},ada@harbor.example,Send,\r\n"));
        let event = event(&rows[0]);
        assert_eq!((event.time.basis, event.time.precision), (basis, precision), "{date}");
        let shown = chrono::DateTime::from_timestamp_micros(event.time.micros).unwrap();
        assert_eq!(chrono::Datelike::day(&shown), day, "{date}");
        assert!(!event.degraded.is_empty());
        assert_eq!(event.outcome, Outcome::Unknown);
    }
}

#[test]
fn a_wrapper_date_of_open_order_is_refused_with_the_way_out() {
    let rows = csv("CreationDate,UserIds,Operations,AuditData\r\n1/2/2026 6:54:24 AM,ada@harbor.example,Send,\r\n");
    let (source, decoded) = rows[0].as_ref().unwrap();
    let reason = (source.view)(decoded, &FileContext::default()).unwrap_err();
    assert!(reason.contains("2026-01-02 or 2026-02-01") && reason.contains("--date-order"), "{reason}");
    for (dates, day) in [(DateOrder::MonthFirst(DateProof::Given), 2), (DateOrder::DayFirst(DateProof::Given), 1)] {
        let context = FileContext { dates, ..FileContext::default() };
        let event = (source.view)(decoded, &context).unwrap();
        let shown = chrono::DateTime::from_timestamp_micros(event.time.micros).unwrap();
        assert_eq!((chrono::Datelike::day(&shown), event.time.basis), (day, Basis::Given));
    }
}

#[test]
fn a_row_without_who_what_or_when_is_refused() {
    for row in [
        "1/24/2026 6:54:24 AM,,Send,",
        ",ada,Send,",
        "1/24/2026 6:54:24 AM,ada,,",
        "soon,ada,Send,\"{\"\"a\"\":\"",
        "1",
    ] {
        let rows = csv(&format!("CreationDate,UserIds,Operations,AuditData\r\n{row}\r\n"));
        let reason = rows[0].as_ref().map(|_| ()).unwrap_err();
        assert!(reason.starts_with("AuditData is ") && reason.contains("expected"), "{reason}");
    }
}

#[test]
fn a_sign_in_is_decided_by_its_code() {
    for (status, outcome) in [
        (r#"{"errorCode":0}"#, Outcome::Success),
        (r#"{"errorCode":50126}"#, Outcome::Failure),
        (r#"{"errorCode":"50074"}"#, Outcome::Interrupted),
        ("{}", Outcome::Unknown),
    ] {
        let read = json(&format!(
            r#"{{"createdDateTime":"2026-02-03T09:15:42Z","appId":"a","userPrincipalName":"Ada@Harbor.example","status":{status}}}"#
        ));
        let event = event(&read);
        assert_eq!((event.outcome, event.account.as_ref()), (outcome, "ada@harbor.example"));
        assert_eq!(event.time.basis, Basis::RecordZoned);
    }
}

#[test]
fn the_portals_doubled_column_is_read_from_either_place() {
    for (first, second) in [("primaryRefreshToken", ""), ("", "primaryRefreshToken")] {
        let rows = csv(&format!(
            "Date (UTC),Request ID,Username,Incoming token type,Incoming token type\r\n2026-02-03T09:10:01Z,r,ada@harbor.example,{first},{second}\r\n"
        ));
        assert_eq!(values(&rows[0], "incomingTokenType"), ["primaryRefreshToken"]);
    }
}

#[test]
fn diagnostic_records_go_to_their_families() {
    for (category, properties, family) in [
        ("SignInLogs", r#"{"userPrincipalName":"a@harbor.example"}"#, "signin"),
        ("ManagedIdentitySignInLogs", "{}", "signin"),
        ("AuditLogs", "{}", "directory"),
        ("Policy", r#"{"initiatedBy":{}}"#, "directory"),
        ("Policy", "{}", "activity"),
        ("Administrative", "{}", "activity"),
        ("Alert", "{}", "activity"),
    ] {
        let read = json(&format!(
            r#"{{"time":"2026-02-03T09:10:01Z","operationName":"X","category":"{category}","resultType":"0","properties":{properties}}}"#
        ));
        assert_eq!(event(&read).family.name(), family, "{category}");
    }
}

#[test]
fn what_no_source_knows_is_told() {
    let reason = json(r#"{"hello":1,"world":2}"#).map(|_| ()).unwrap_err();
    assert!(reason.starts_with("found the keys hello, world; expected"), "{reason}");
    let reason = csv("a,b\r\n1,2\r\n").remove(0).map(|_| ()).unwrap_err();
    assert!(reason.starts_with("found the columns a, b; expected"), "{reason}");
}

#[test]
fn audit_data_alone_is_enough() {
    let data = r#"{"CreationTime":"2026-02-03T09:15:42","Id":"i","Operation":"Send","RecordType":2,"UserId":"ada@harbor.example"}"#;
    let rows = csv(&format!("AuditData\r\n{}\r\n", quoted(data)));
    let text = json(&format!(r#"{{"AuditData":{}}}"#, serde_json::to_string(data).unwrap()));
    let object = json(&format!(r#"{{"AuditData":{data}}}"#));
    for read in [&rows[0], &text, &object] {
        assert_eq!((event(read).operation.as_ref(), event(read).degraded.as_ref()), ("Send", ""));
    }
}
