//! The rule engine from the outside: loading, refusing, mapping, filtering, matching, advice.

// Helpers of tests are tests too.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::format_collect)]

use crate::event_fixture::{event, record};
use speur::coverage::RuleRejection;
use speur::event::Family;
use speur::rule::{Hits, Options, RuleSet, Scratch};
use std::path::PathBuf;

const AUDIT: &str = "logsource:\n  product: m365\n  service: audit\n";

/// Writes the texts as rule files and loads them, without the pack.
pub(crate) fn load(texts: &[&str]) -> (RuleSet, Vec<RuleRejection>) {
    load_with(texts, Options::default())
}

fn load_with(texts: &[&str], options: Options) -> (RuleSet, Vec<RuleRejection>) {
    let folder = tempfile::tempdir().unwrap();
    for (number, text) in texts.iter().enumerate() {
        std::fs::write(folder.path().join(format!("{number}.yml")), text).unwrap();
    }
    let paths = vec![folder.path().to_owned()];
    let (rules, mut rejected) = RuleSet::load(&Options { paths, ..options });
    for rejection in &mut rejected {
        let name = PathBuf::from(&rejection.file).file_name().unwrap_or_default().to_string_lossy().into_owned();
        rejection.file = name;
    }
    (rules, rejected)
}

/// A rule whose detection section is `detection`.
pub(crate) fn rule(detection: &str) -> String {
    let indented: String = detection.lines().map(|line| format!("  {line}\n")).collect();
    format!("title: T\n{AUDIT}detection:\n{indented}")
}

/// Whether the one rule with this detection fires on an audit record.
fn fires(detection: &str, json: &str) -> bool {
    let (rules, rejected) = load(&[&rule(detection)]);
    assert!(rejected.is_empty(), "{detection}: {rejected:?}");
    !titles(&rules, Family::Audit, json).is_empty()
}

fn titles(rules: &RuleSet, family: Family, json: &str) -> Vec<String> {
    let record = record(json);
    let mut hits = Hits::default();
    rules.matches(&event(family, &record), &mut Scratch::default(), &mut hits);
    let found = hits.met.iter().filter(|hit| rules.withheld(**hit).is_none());
    found.map(|hit| rules.rules()[usize::from(*hit)].title.clone()).collect()
}

fn refused(text: &str) -> (u64, String) {
    let (rules, rejected) = load(&[text]);
    assert!(rules.rules().is_empty(), "{text} loaded");
    let [only] = rejected.as_slice() else { panic!("{text}: {rejected:?}") };
    (only.line, only.reason.clone())
}

/// Line of a selection, a record that matches, a record that does not (empty: none).
const VALUES: &[(&str, &str, &str)] = &[
    ("a: Value", r#"{"a":"vaLUE"}"#, r#"{"a":"values"}"#),
    ("a|cased: Value", r#"{"a":"Value"}"#, r#"{"a":"value"}"#),
    ("a: ÉCOLE", r#"{"a":"école"}"#, r#"{"a":"ecole"}"#),
    ("a|contains: B", r#"{"a":"abc"}"#, r#"{"a":"ac"}"#),
    ("a|contains: [x, y, z, b, q]", r#"{"a":"ABC"}"#, r#"{"a":"ac"}"#),
    ("a|contains|all: [a, c]", r#"{"a":"abC"}"#, r#"{"a":"ab"}"#),
    ("a|startswith: AB", r#"{"a":"abc"}"#, r#"{"a":"cab"}"#),
    ("a|endswith: BC", r#"{"a":"abc"}"#, r#"{"a":"bca"}"#),
    ("a: 'x*z'", r#"{"a":"Xyyz"}"#, r#"{"a":"xyzz0"}"#),
    ("a: 'x?z'", r#"{"a":"xyz"}"#, r#"{"a":"xz"}"#),
    ("a: 'x\\*z'", r#"{"a":"x*z"}"#, r#"{"a":"xyz"}"#),
    ("a: '*end'", r#"{"a":"one\nend"}"#, r#"{"a":"ends"}"#),
    ("a|startswith: 'x*y'", r#"{"a":"x-y-z"}"#, r#"{"a":"-x-y"}"#),
    ("a|re: '^a.c$'", r#"{"a":"abc"}"#, r#"{"a":"ABC"}"#),
    ("a|re|i: '^a.c$'", r#"{"a":"ABC"}"#, r#"{"a":"abcd"}"#),
    ("a|re|m: '^b$'", r#"{"a":"a\nb"}"#, r#"{"a":"ab"}"#),
    ("a|re|s: 'a.b'", r#"{"a":"a\nb"}"#, r#"{"a":"ab"}"#),
    ("a|cidr: 192.0.2.0/24", r#"{"a":"192.0.2.7"}"#, r#"{"a":"192.0.3.7"}"#),
    ("a|cidr: 2001:db8::/32", r#"{"a":"2001:db8::1"}"#, r#"{"a":"192.0.2.1"}"#),
    ("a: 50053", r#"{"a":"50053"}"#, r#"{"a":50054}"#),
    ("a: '50053'", r#"{"a":50053}"#, r#"{"a":"50054"}"#),
    ("a: 9007199254740993", r#"{"a":9007199254740993}"#, r#"{"a":9007199254740992}"#),
    ("a|gt: 3", r#"{"a":4}"#, r#"{"a":3}"#),
    ("a|gte: 3", r#"{"a":"3"}"#, r#"{"a":2.9}"#),
    ("a|lt: 3", r#"{"a":2}"#, r#"{"a":3}"#),
    ("a|lte: 3", r#"{"a":3}"#, r#"{"a":4}"#),
    ("a|neq: x", r#"{"a":"y"}"#, r#"{"a":"X"}"#),
    ("a|neq: x", r#"{"a":["y","z"]}"#, r#"{"a":["y","x"]}"#),
    ("a: true", r#"{"a":"True"}"#, r#"{"a":false}"#),
    ("a: null", r#"{"b":1}"#, r#"{"a":"x"}"#),
    ("a: ''", r#"{"a":""}"#, r#"{"b":""}"#),
    ("a|exists: true", r#"{"a":null}"#, r#"{"b":1}"#),
    ("a|exists: false", r#"{"b":1}"#, r#"{"a":null}"#),
    ("a|fieldref: b", r#"{"a":"X","b":"x"}"#, r#"{"a":"x","b":"y"}"#),
    ("a|fieldref|endswith: b", r#"{"a":"user@Site","b":"site"}"#, r#"{"a":"site@user","b":"site"}"#),
    ("a|fieldref|neq: b", r#"{"a":"x","b":"y"}"#, r#"{"a":"x","b":"x"}"#),
    ("a|base64: foo", r#"{"a":"Zm9v"}"#, r#"{"a":"foo"}"#),
    ("a|base64offset: secret", r#"{"a":"aXMgYSBzZWNyZXQgd29yZA=="}"#, r#"{"a":"c2Vj"}"#),
    ("a|wide|base64offset: ping", r#"{"a":"cABpAG4AZwAgAHgA"}"#, r#"{"a":"cGluZw=="}"#),
    ("a|utf16be|base64: x", r#"{"a":"AHg="}"#, r#"{"a":"eAA="}"#),
    ("a|utf16|base64: x", r#"{"a":"//54AA=="}"#, r#"{"a":"eAA="}"#),
    ("a|windash|contains: ' -enc'", r#"{"a":"x /enc"}"#, r#"{"a":"x enc"}"#),
    ("a|windash|contains: ' /enc'", "{\"a\":\"x \u{2013}enc\"}", r#"{"a":"x enc"}"#),
    ("a|hour: 10", r#"{"a":"2021-06-15T10:20:30"}"#, r#"{"a":"2021-06-15T11:20:30"}"#),
    ("a|minute: 20", r#"{"a":"2021-06-15T10:20:30Z"}"#, r#"{"a":"2021-06-15T10:21:30Z"}"#),
    ("a|day: 15", r#"{"a":"2021-06-15T10:20:30.1234567Z"}"#, r#"{"a":"text"}"#),
    ("a|week: 24", r#"{"a":"2021-06-15 10:20:30"}"#, r#"{"a":"2021-06-22 10:20:30"}"#),
    ("a|month: 6", r#"{"a":"2021-06-15T10:20:30"}"#, r#"{"a":"2021-07-15T10:20:30"}"#),
    ("a|year: 2021", r#"{"a":1623751200}"#, r#"{"a":1}"#),
    ("time|hour: 10", r#"{"a":1}"#, ""),
    ("a.b.c: x", r#"{"a":[{"b":{"c":"x"}}]}"#, r#"{"a":[{"b":{"c":"y"}}]}"#),
    (
        "Parameters.To: x",
        r#"{"Parameters":[{"Name":"To","Value":"x"}]}"#,
        r#"{"Parameters":[{"Name":"From","Value":"x"}]}"#,
    ),
    (
        "ModifiedProperties.NewValue|contains: x",
        r#"{"ModifiedProperties":[{"Name":"A","NewValue":"ax"}]}"#,
        r#"{"ModifiedProperties":[{"Name":"x","OldValue":"x"}]}"#,
    ),
];

#[test]
fn values_match_as_the_specification_says() {
    for (line, yes, no) in VALUES {
        let detection = format!("selection:\n  {line}\ncondition: selection");
        assert!(fires(&detection, yes), "{line} should match {yes}");
        assert!(no.is_empty() || !fires(&detection, no), "{line} should not match {no}");
    }
}

#[test]
fn conditions_combine_as_the_specification_says() {
    let selections = "one:\n  a: 1\ntwo:\n  b: 1\ntree_x:\n  c: 1\n_hidden:\n  d: 1\n";
    let table = [
        ("one and two", r#"{"a":1,"b":1}"#, r#"{"a":1}"#),
        ("one or two", r#"{"b":1}"#, r#"{"c":1}"#),
        ("not one", r#"{"b":1}"#, r#"{"a":1}"#),
        ("one or two and tree_x", r#"{"a":1}"#, r#"{"b":1}"#),
        ("(one or two) and tree_x", r#"{"b":1,"c":1}"#, r#"{"a":1}"#),
        ("1 of t*", r#"{"c":1}"#, r#"{"a":1}"#),
        ("all of t*", r#"{"b":1,"c":1}"#, r#"{"b":1}"#),
        ("1 of them", r#"{"c":1}"#, r#"{"d":1}"#),
        ("all of them", r#"{"a":1,"b":1,"c":1}"#, r#"{"a":1,"b":1}"#),
        ("2 of them", r#"{"a":1,"c":1}"#, r#"{"a":1,"d":1}"#),
        ("1 of t*_*", r#"{"c":1}"#, r#"{"b":1}"#),
        ("one and not 1 of t*", r#"{"a":1}"#, r#"{"a":1,"b":1}"#),
    ];
    for (condition, yes, no) in table {
        let detection = format!("{selections}condition: {condition}");
        assert!(fires(&detection, yes), "{condition} should match {yes}");
        assert!(!fires(&detection, no), "{condition} should not match {no}");
    }
    let list = format!("{selections}condition:\n  - one\n  - two");
    assert!(fires(&list, r#"{"b":1}"#) && !fires(&list, r#"{"c":1}"#));
}

#[test]
fn keywords_and_nested_lists() {
    let words = "words:\n  - 'EVIL'\n  - 'two words'\ncondition: words";
    assert!(fires(words, r#"{"x":[{"y":"some evil text"}]}"#));
    assert!(!fires(words, r#"{"evil":"key only"}"#));
    let all = "words:\n  '|all':\n    - one\n    - two\ncondition: words";
    assert!(fires(all, r#"{"a":"ONE x","b":"two"}"#));
    assert!(!fires(all, r#"{"a":"one"}"#));
    let maps = "selection:\n  - a: 1\n    b: 2\n  - c: 3\ncondition: selection";
    assert!(fires(maps, r#"{"a":1,"b":2}"#) && fires(maps, r#"{"c":3}"#) && !fires(maps, r#"{"a":1}"#));
    assert!(fires("number:\n  - 4624\ncondition: number", r#"{"a":4624}"#));
}

#[test]
fn a_refusal_names_line_and_cause() {
    let table = [
        (rule("selection:\n  a|contian: x\ncondition: selection"), 7, "did you mean \"contains\"?"),
        (rule("selection:\n  ok: 1\n  a|re: '('\ncondition: selection"), 8, "not a regular expression"),
        (rule("selection:\n  a|re: '(?=x)'\ncondition: selection"), 7, "not a regular expression"),
        (rule("selection:\n  a: 1\ncondition: selektion"), 8, "did you mean \"selection\"?"),
        (rule("selection:\n  a: 1\ncondition: 1 of filter_*"), 8, "no selection of the rule"),
        (rule("selection:\n  a: 1\ncondition: selection and"), 8, "cannot read condition"),
        (rule("selection:\n  a: 1\ncondition: selection | count() > 5"), 8, "correlation"),
        (rule("selection:\n  a|gt: many\ncondition: selection"), 7, "expected a number"),
        (rule("selection:\n  a|cidr: 300.1.2.3\ncondition: selection"), 7, "expected a network"),
        (rule("selection:\n  a|exists: maybe\ncondition: selection"), 7, "exists takes"),
        (rule("selection:\n  a|all: x\ncondition: selection"), 7, "more than one value"),
        (rule("selection:\n  a|re|contains: x\ncondition: selection"), 7, "cannot be combined"),
        (rule("selection:\n  a:\n    b: c\ncondition: selection"), 7, "nested mapping"),
        (rule("selection:\n  a: []\ncondition: selection"), 7, "empty list"),
        (rule("selection:\n  a: ['', null]\ncondition: selection"), 7, "null cannot be one of several"),
        (rule("selection:\n  a|expand: '%Servers%'\ncondition: selection"), 7, "placeholder %Servers%"),
        ("title: T\nlogsource:\n  product: okta\ndetection:\n  s:\n    a: 1\n  condition: s\n".to_owned(), 3, "okta"),
        (format!("title: T\nlevel: hihg\n{AUDIT}detection:\n  s:\n    a: 1\n  condition: s\n"), 2, "level"),
        (format!("{AUDIT}detection:\n  s:\n    a: 1\n  condition: s\n"), 1, "title"),
        ("title: [\n".to_owned(), 1, "not valid YAML"),
        ("# nothing\n".to_owned(), 1, "holds no rule"),
    ];
    for (text, line, part) in table {
        let (found, reason) = refused(&text);
        assert!(reason.contains(part), "{text}\n{reason}");
        // YAML readers place an open list at its start or at the end of the text.
        assert!(found == line || part == "not valid YAML", "{text}\n{found}: {reason}");
        assert!(
            !reason.ends_with('.') && !reason.starts_with(char::is_uppercase) || reason.contains("YAML"),
            "{reason}"
        );
    }
}

#[test]
fn one_bad_document_does_not_stop_the_others() {
    let file = format!(
        "action: global\n{AUDIT}---\ntitle: A\nid: a\ndetection:\n  s:\n    x: 1\n  condition: s\n---\ntitle: B\nid: b\ndetection:\n  s:\n    x|nope: 1\n  condition: s\n---\ntitle: C\nid: c\ndetection:\n  s:\n    x: 2\n  condition: s\n---\naction: repeat\ntitle: D\nid: d\n"
    );
    let (rules, rejected) = load(&[&file]);
    let found: Vec<&str> = rules.rules().iter().map(|meta| meta.title.as_str()).collect();
    assert_eq!(found, ["A", "C", "D"]);
    assert_eq!(rejected.len(), 1);
    assert_eq!((rejected[0].file.as_str(), rejected[0].line), ("0.yml", 17));
    assert_eq!(titles(&rules, Family::Audit, r#"{"x":2}"#), ["C", "D"]);
}

#[test]
fn a_name_that_two_rules_have_says_not_which_is_meant() {
    let named = |id: &str| format!("id: {id}\nname: both\n{}", rule("s:\n  a: 1\ncondition: s"));
    let whole = |reference: &str| {
        format!(
            "title: whole\nid: w\ncorrelation:\n  type: event_count\n  rules: [{reference}]\n  group-by: [UserId]\n  timespan: 1h\n  condition:\n    gte: 2\n"
        )
    };
    let (rules, rejected) = load(&[&named("x"), &named("y"), &whole("both")]);
    assert_eq!((rules.rules().len(), rejected.len()), (2, 1));
    assert_eq!((rejected[0].file.as_str(), rejected[0].line), ("2.yml", 5));
    let reason = &rejected[0].reason;
    assert!(
        reason.contains("\"both\", the name of 2 rules, in ") && reason.ends_with("1.yml; give the id of one"),
        "{reason}"
    );
    for reference in ["x", "y"] {
        let (rules, rejected) = load(&[&named("x"), &named("y"), &whole(reference)]);
        assert_eq!((rules.rules().len(), rejected.len()), (3, 0), "{rejected:?}");
    }
    // Of two, the one that stands in the same file is meant: the correlation counts y alone.
    let (rules, rejected) = load(&[&named("x"), &format!("{}---\n{}", named("y"), whole("both"))]);
    assert_eq!((rules.rules().len(), rejected.len()), (3, 0), "{rejected:?}");
    let [correlation] = rules.correlations() else { panic!("{:?}", rules.correlations()) };
    let counted: Vec<&str> =
        correlation.refs.iter().map(|rule| rules.rules()[usize::from(*rule)].id.as_str()).collect();
    assert_eq!(counted, ["y"]);
    // A rule that is refused because its id is taken leaves the name to the other.
    let (rules, rejected) = load(&[&named("x"), &named("x"), &whole("both")]);
    assert_eq!((rules.rules().len(), rejected.len()), (2, 1), "{rejected:?}");
}

#[test]
fn a_name_that_the_pack_has_too_means_ours_to_ours_and_theirs_to_theirs() {
    let own = Options { pack: true, ..Options::default() };
    let (pack, _) = load_with(&[], own.clone());
    let refs = |rules: &RuleSet, id: &str| -> Vec<String> {
        let own = |rule: u16| rules.rules()[usize::from(rule)].id.clone();
        let found = rules.correlations().iter().find(|correlation| own(correlation.rule) == id);
        found.map(|correlation| correlation.refs.iter().map(|rule| own(*rule)).collect()).unwrap_or_default()
    };
    let theirs = format!("id: x\nname: any_activity\n{}", rule("s:\n  a: 1\ncondition: s"));
    let whole = "title: whole\nid: w\ncorrelation:\n  type: event_count\n  rules: [any_activity]\n  group-by: [UserId]\n  timespan: 1h\n  condition:\n    gte: 2\n";
    let (both, rejected) = load_with(&[&theirs, whole], own);
    assert!(rejected.is_empty(), "{rejected:?}");
    assert_eq!(refs(&both, "w"), ["x"]);
    for correlation in pack.correlations() {
        let id = &pack.rules()[usize::from(correlation.rule)].id;
        assert_eq!(refs(&both, id), refs(&pack, id), "{id}");
    }
}

#[test]
fn ids_are_unique_and_never_empty() {
    let text = rule("s:\n  a: 1\ncondition: s");
    let (rules, rejected) = load(&[&text]);
    assert_eq!((rules.rules()[0].id.len(), rejected.len()), (32, 0));
    let (first, second) = (format!("id: x\n{text}"), format!("{text}id: x\n"));
    let (rules, rejected) = load(&[&first, &second]);
    assert_eq!((rules.rules().len(), rejected.len()), (1, 1));
    assert_eq!((rejected[0].file.as_str(), rejected[0].line), ("1.yml", 9));
    assert!(rejected[0].reason.contains("already taken"));
}

#[test]
fn placeholders_come_from_files() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("values.yml"), "Servers: [srv*, '10.0.0.1']\n").unwrap();
    let options = Options { placeholders: vec![folder.path().to_owned()], ..Options::default() };
    let text = rule("s:\n  a|expand: 'x-%Servers%'\n  b|expand: '\\%plain'\ncondition: s");
    let (rules, rejected) = load_with(&[&text], options);
    assert!(rejected.is_empty(), "{rejected:?}");
    assert_eq!(titles(&rules, Family::Audit, r#"{"a":"x-srv9","b":"%plain"}"#), ["T"]);
    assert!(titles(&rules, Family::Audit, r#"{"a":"y-srv9","b":"%plain"}"#).is_empty());
}

#[test]
fn filters_narrow_the_rules_they_name() {
    let text = format!("id: x\n{}", rule("s:\n  a: 1\ncondition: s"));
    let filter = |target: &str| {
        format!(
            "title: F\n{AUDIT}filter:\n  rules: {target}\n  known:\n    UserId: boss\n  condition: not 1 of known*\n"
        )
    };
    for target in ["any", "[x]", "[T]"] {
        let (rules, rejected) = load(&[&text, &filter(target)]);
        assert!(rejected.is_empty(), "{rejected:?}");
        assert_eq!(titles(&rules, Family::Audit, r#"{"a":1,"UserId":"user"}"#), ["T"]);
        assert!(titles(&rules, Family::Audit, r#"{"a":1,"UserId":"boss"}"#).is_empty());
    }
    let (rules, rejected) = load(&[&text, &filter("[y]")]);
    assert_eq!((rules.rules().len(), rejected.len(), rejected[0].line), (1, 1, 6));
}

#[test]
fn system_actors_do_not_fire_but_alerts_do() {
    let text = rule("s:\n  a: 1\ncondition: s");
    let (rules, rejected) = load_with(&[&text], Options { pack: true, ..Options::default() });
    assert!(rejected.is_empty(), "{rejected:?}");
    let fires = |json: &str| titles(&rules, Family::Audit, json).contains(&"T".to_owned());
    assert!(fires(r#"{"a":1,"_kind":"user"}"#));
    assert!(!fires(r#"{"a":1,"_kind":"system"}"#));
    assert!(fires(r#"{"a":1,"_kind":"system","_record_type":"SecurityComplianceAlerts"}"#));
}

const EXCHANGE: &str = "m365/exchange\neventSource: Exchange\neventName: 'Add-FederatedDomain'\nstatus: success";
const ALERT: &str = "m365/threat_management\neventSource: SecurityComplianceCenter\neventName: 'Impossible travel activity'\nstatus: success";
const DOTTED: &str = "m365/audit\nOperation|contains: 'Disable Strong Authentication.'";
const CODE: &str = "azure/signinlogs\nResultType: 50053";
const DEVICE: &str = "azure/signinlogs\nproperties.message: Device Code";
const COMPLIANT: &str = "azure/signinlogs\nDeviceDetail.isCompliant: 'false'\nNetworkLocationDetails: '[]'";
const GUEST: &str =
    "m365/audit\nModifiedProperties.UserType.OldValue: Guest\nModifiedProperties.UserType.NewValue: Member";
const ANY_VALUE: &str = "m365/audit\nModifiedProperties.NewValue|contains: Mail.Read";
const ROLE: &str = "azure/auditlogs\nCategory: RoleManagement\nTargetResources|contains: 'Admins'\nTargetResources.modifiedProperties.newValue|contains: Trusted";
const DENIAL: &str = "m365/audit\nOperation|neq: Send";

/// Logsource and selection of a rule, log and record, whether it fires.
const MAPPED: &[(&str, Family, &str, bool)] = &[
    (
        EXCHANGE,
        Family::Audit,
        r#"{"Workload":"Exchange","Operation":"Add-FederatedDomain","ResultStatus":"True"}"#,
        true,
    ),
    (
        EXCHANGE,
        Family::Audit,
        r#"{"Workload":"SharePoint","Operation":"Add-FederatedDomain","ResultStatus":"True"}"#,
        false,
    ),
    (
        EXCHANGE,
        Family::Directory,
        r#"{"Workload":"Exchange","Operation":"Add-FederatedDomain","ResultStatus":"True"}"#,
        false,
    ),
    (
        ALERT,
        Family::Audit,
        r#"{"Workload":"SecurityComplianceCenter","Operation":"AlertTriggered","Name":"Impossible travel activity","_outcome":"success"}"#,
        true,
    ),
    (
        ALERT,
        Family::Audit,
        r#"{"Workload":"SecurityComplianceCenter","Operation":"AlertTriggered","Name":"Impossible travel activity","_outcome":"failure"}"#,
        false,
    ),
    (DOTTED, Family::Audit, r#"{"Operation":"Disable Strong Authentication."}"#, true),
    (CODE, Family::SignIn, r#"{"status":{"errorCode":50053}}"#, true),
    (CODE, Family::SignIn, r#"{"status":{"errorCode":50054}}"#, false),
    (CODE, Family::Audit, r#"{"status":{"errorCode":50053}}"#, false),
    (DEVICE, Family::SignIn, r#"{"authenticationProtocol":"deviceCode"}"#, true),
    (DEVICE, Family::SignIn, r#"{"authenticationProtocol":"none"}"#, false),
    (COMPLIANT, Family::SignIn, r#"{"deviceDetail":{"isCompliant":false},"networkLocationDetails":[]}"#, true),
    (COMPLIANT, Family::SignIn, r#"{"deviceDetail":{"isCompliant":true},"networkLocationDetails":[]}"#, false),
    (
        ROLE,
        Family::Directory,
        r#"{"category":"RoleManagement","targetResources":[{"displayName":"Admins","modifiedProperties":[{"displayName":"X","newValue":"TrustedCAs"}]}]}"#,
        true,
    ),
    (ROLE, Family::Directory, r#"{"category":"UserManagement","targetResources":[{"displayName":"Admins"}]}"#, false),
    (
        GUEST,
        Family::Directory,
        r#"{"targetResources":[{},{"modifiedProperties":[{"displayName":"UserType","oldValue":"[\"Guest\"]","newValue":"\"Member\""}]}]}"#,
        true,
    ),
    (
        GUEST,
        Family::Audit,
        r#"{"ModifiedProperties":[{"Name":"UserType","OldValue":"[\"Guest\"]","NewValue":"[\"Member\"]"}]}"#,
        true,
    ),
    (
        GUEST,
        Family::Directory,
        r#"{"targetResources":[{"modifiedProperties":[{"displayName":"UserType","oldValue":"\"Member\"","newValue":"\"Guest\""}]}]}"#,
        false,
    ),
    (
        GUEST,
        Family::SignIn,
        r#"{"ModifiedProperties":[{"Name":"UserType","OldValue":"[\"Guest\"]","NewValue":"[\"Member\"]"}]}"#,
        false,
    ),
    (
        ANY_VALUE,
        Family::Directory,
        r#"{"targetResources":[{"modifiedProperties":[{"newValue":"x Mail.Read y"}]}]}"#,
        true,
    ),
    (
        ANY_VALUE,
        Family::Directory,
        r#"{"targetResources":[{"modifiedProperties":[{"oldValue":"x Mail.Read y"}]}]}"#,
        false,
    ),
    (DENIAL, Family::Audit, r#"{"Operation":"Create"}"#, true),
    (DENIAL, Family::Audit, r#"{"Operation":"Send"}"#, false),
];

#[test]
fn logsources_and_names_are_mapped() {
    for (rule, family, json, expected) in MAPPED {
        let (logsource, lines) = rule.split_once('\n').unwrap();
        let (product, service) = logsource.split_once('/').unwrap();
        let body: String = lines.lines().map(|line| format!("    {line}\n")).collect();
        let text = format!(
            "title: T\nlogsource:\n  product: {product}\n  service: {service}\ndetection:\n  s:\n{body}  condition: s\n"
        );
        let (rules, rejected) = load(&[&text]);
        assert!(rejected.is_empty(), "{rejected:?}");
        assert_eq!(!titles(&rules, *family, json).is_empty(), *expected, "{rule}\n{json}");
    }
}

#[test]
fn kinds_of_event_are_kept_apart() {
    let one =
        format!("id: a\n{}", rule("s:\n  operation: One\n  x: 1\ncondition: s")).replace("title: T", "title: One");
    let two = format!("id: b\n{}", rule("s:\n  operation|startswith: T\ncondition: not s"))
        .replace("title: T", "title: NotT");
    let (rules, rejected) = load(&[&one, &two]);
    assert!(rejected.is_empty(), "{rejected:?}");
    let mut scratch = Scratch::default();
    let mut found = Vec::new();
    for json in [
        r#"{"Operation":"One","x":1}"#,
        r#"{"Operation":"Two","x":1}"#,
        r#"{"Operation":"One","x":2}"#,
        r#"{"Operation":"One","x":1}"#,
    ] {
        let record = record(json);
        let mut hits = Hits::default();
        rules.matches(&event(Family::Audit, &record), &mut scratch, &mut hits);
        found.push(hits.met);
    }
    assert_eq!(found, [vec![0, 1], vec![], vec![1], vec![0, 1]]);
}
