//! How fields are found in records.

use super::*;

fn event(record: &Value) -> Event<'_> {
    let empty = || Cow::Borrowed("");
    Event {
        family: Family::Audit,
        source: "test",
        id: Cow::Borrowed("i"),
        time: Time { micros: 7, precision: Precision::Second, basis: Basis::RecordUtc },
        tenant: empty(),
        operation: empty(),
        operation_original: empty(),
        workload: empty(),
        record_type: empty(),
        actor: empty(),
        actor_id: empty(),
        actor_kind: ActorKind::User,
        target: empty(),
        account: empty(),
        address: Address { original: Cow::Borrowed("<null>"), ip: None, port: Some(25) },
        place: None,
        client: "".into(),
        authentication_requirement: "".into(),
        agent: empty(),
        application: empty(),
        application_id: empty(),
        session: empty(),
        token: empty(),
        device: empty(),
        outcome: Outcome::Unknown,
        result: empty(),
        error_code: empty(),
        object: empty(),
        detail: empty(),
        degraded: empty(),
        record: Record::new(record),
    }
}

fn values(record: &Value, field: &str) -> Vec<String> {
    let mut found = Vec::new();
    let _ = event(record).visit(&Field::parse(field), &mut |scalar| {
        found.push(format!("{scalar:?}"));
        ControlFlow::Continue(())
    });
    found
}

#[test]
fn fields_are_found_by_path_by_name_and_in_text() {
    let record: Value = sonic_rs::from_str(
        r#"{"a":{"b":[{"c":1},{"c":[2.5,null,true]},{"d":0}]},"list":["x","y"],"empty":[],
        "Parameters":[{"Name":"ForwardTo","Value":"x@evil.example"},{"Name":"Role.DisplayName","Value":"Admin"},{"name":"low","value":"v"}],
        "ModifiedProperties":[{"Name":"Role.DisplayName","NewValue":"new","OldValue":"old"},
            {"Name":"UserType","NewValue":"[\r\n  \"Member\"\r\n]","OldValue":"\"Guest\""},
            {"Name":"Cut","NewValue":"[\"Mem","OldValue":"[]"}],
        "OperationProperties":[{"Name":"RuleActions","Value":"[{\"ActionType\":\"Forward\"}]"},{"Name":"Cut","Value":"[{"}],
        "targetResources":[{"modifiedProperties":[{"displayName":"Scope","newValue":"n","oldValue":null}]}],
        "additionalDetails":[{"key":"User-Agent","value":"ua"}]}"#,
    )
    .unwrap();
    let none: [&str; 0] = [];
    for (field, expected) in [
        ("a.b.c", &["Int(1)", "Float(2.5)", "Null", "Bool(true)"][..]),
        ("a.b.d", &["Int(0)"]),
        ("a.b.e", &none),
        ("A.b.c", &none),
        ("list", &[r#"Str("x")"#, r#"Str("y")"#]),
        ("empty", &none),
        ("Parameters.ForwardTo", &[r#"Str("x@evil.example")"#]),
        ("Parameters.Role.DisplayName", &[r#"Str("Admin")"#]),
        ("Parameters.Role", &none),
        ("Parameters.low", &[r#"Str("v")"#]),
        ("ModifiedProperties.Role.DisplayName", &[r#"Str("new")"#]),
        ("ModifiedProperties.Role.DisplayName.NewValue", &[r#"Str("new")"#]),
        ("ModifiedProperties.Role.DisplayName.OldValue", &[r#"Str("old")"#]),
        ("ModifiedProperties.UserType.NewValue", &[r#"Str("[\r\n  \"Member\"\r\n]")"#, r#"Str("Member")"#]),
        ("ModifiedProperties.UserType.OldValue", &[r#"Str("\"Guest\"")"#, r#"Str("Guest")"#]),
        ("ModifiedProperties.Cut.NewValue", &[r#"Str("[\"Mem")"#]),
        ("ModifiedProperties.Cut.OldValue", &[r#"Str("[]")"#]),
        ("OperationProperties.RuleActions.ActionType", &[r#"Str("Forward")"#]),
        ("OperationProperties.Cut.x", &none),
        ("targetResources.modifiedProperties.Scope", &[r#"Str("n")"#]),
        ("targetResources.modifiedProperties.Scope.oldValue", &["Null"]),
        ("additionalDetails.User-Agent", &[r#"Str("ua")"#]),
        ("time", &["Int(7)"]),
        ("port", &["Int(25)"]),
        ("address", &[r#"Str("<null>")"#]),
        ("actor", &none),
    ] {
        assert_eq!(values(&record, field), expected, "{field}");
    }
    let parameters = values(&record, "Parameters");
    assert!(parameters.len() == 1 && parameters[0].contains(r#"{\"Name\":\"ForwardTo\""#), "{parameters:?}");
}

#[test]
fn a_visit_stops_where_it_is_told() {
    let record: Value = sonic_rs::from_str(r#"{"list":[1,2,3]}"#).unwrap();
    let mut seen = 0;
    let stopped = event(&record).visit(&Field::parse("list"), &mut |_| {
        seen += 1;
        ControlFlow::Break(())
    });
    assert!(stopped.is_break() && seen == 1);
    assert!(event(&record).has(&Field::parse("list")) && !event(&record).has(&Field::parse("other")));
}

#[test]
fn json_is_opened_up_to_a_depth() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(open_json(&nested(MAX_DEPTH)).is_ok());
    assert!(open_json(&nested(MAX_DEPTH + 1)).unwrap_err().starts_with("nested deeper than"));
    assert!(open_json(&nested(200_000)).is_err());
    let quoted = format!("[{}]", vec![r#""[[\"[{""#; 400].join(","));
    assert!(open_json(&quoted).is_ok(), "brackets in texts are no depth");
    let wide = format!("[{}]", vec![r#"{"a":[1]}"#; 400].join(","));
    assert!(open_json(&wide).is_ok(), "many brackets are no depth");
}

#[test]
fn foreign_recipients_are_those_of_no_domain_of_the_record() {
    let foreign = |record: &str| {
        let record: Value = sonic_rs::from_str(record).unwrap();
        let event = Event { account: "mira@quay.example".into(), ..event(&record) };
        let mut found = Vec::new();
        let _ = event.visit(&Field::parse("foreign_recipients"), &mut |scalar| {
            found.push(format!("{scalar:?}"));
            ControlFlow::Continue(())
        });
        found
    };
    let parameters = r#"{"OrganizationName":"quay.onmicrosoft.example","Parameters":[
        {"Name":"ForwardTo","Value":"Colleague [SMTP:a@Quay.example];smtp:x@mail.quay.example;B@notquay.example"},
        {"Name":"RedirectTo","Value":"c@quay.onmicrosoft.example"},
        {"Name":"ForwardingSmtpAddress","Value":""},
        {"Name":"SubjectContainsWords","Value":"d@elsewhere.example"}]}"#;
    assert_eq!(foreign(parameters), [r#"Str("b@notquay.example")"#]);
    let outlook = r#"{"OperationProperties":[{"Name":"RuleActions",
        "Value":"[{\"ActionType\":\"Forward\",\"Recipients\":[\"o@far.example\"]}]"}]}"#;
    assert_eq!(foreign(outlook), [r#"Str("o@far.example")"#]);
}
