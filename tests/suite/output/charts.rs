//! The pictures: log text stays text in each of them, each can be read without seeing it, and what they count is right.

use super::tenant::{self, Act, MINUTE, MONDAY, QUIET};
use super::{text, tree, written};
use crate::language::assert_dutch;
use quick_xml::Reader;
use quick_xml::events::Event as Xml;
use speur::case::Case;
use speur::case::dossier::{Confidence, Dossier, Statement};
use speur::case::exposure::{Class, Exposed, ExposedFile, Exposure};
use speur::case::foothold::{Act as Deed, Foothold, State};
use speur::case::response::{Step, Verdict};
use speur::case::session::{Link, Session};
use speur::case::trail::Trail;
use speur::event::{Family, Outcome, Place};
use speur::language::Language;
use speur::output::escape::visible;
use speur::store::Events;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Accounts that try to be more than text.
const NAMES: [&str; 6] = [
    "a</text><script>alert(1)</script>@x.example",
    "b\" onload=\"alert(1)\" x='@x.example",
    "c;background:url(javascript:alert(1))@x.example",
    "d\0\u{1b}[2J&#0;&amp;@x.example",
    "e\u{202e}elpmaxe.x@gpj\u{2066}",
    "]]><![CDATA[<style>*{fill:url(//evil)}</style>",
];

const WHOLE: [&str; 7] = ["map", "sessions", "exposure", "containment", "events", "signins", "hours"];

/// A picture read as XML: its elements with their attributes, and its texts in order.
#[derive(Default)]
struct Read {
    elements: Vec<(String, BTreeMap<String, String>)>,
    texts: Vec<String>,
}

fn read(svg: &str) -> Read {
    let (mut read, mut reader) = (Read::default(), Reader::from_str(svg));
    let mut open: Vec<String> = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Xml::Start(tag) | Xml::Empty(tag) if tag.name().as_ref() == b"text" => {
                element(&mut read, &tag);
                open.push("text".to_owned());
                read.texts.push(String::new());
            }
            Xml::Start(tag) => {
                element(&mut read, &tag);
                open.push(String::from_utf8(tag.name().as_ref().to_vec()).unwrap());
                if matches!(tag.name().as_ref(), b"title" | b"desc") {
                    read.texts.push(String::new());
                }
            }
            Xml::Empty(tag) => element(&mut read, &tag),
            Xml::End(tag) => assert_eq!(open.pop().unwrap().as_bytes(), tag.name().as_ref()),
            Xml::Text(part) => push(&mut read, &open, &part.decode().unwrap()),
            Xml::GeneralRef(name) => {
                let name = name.decode().unwrap();
                let known = quick_xml::escape::resolve_predefined_entity(&name);
                push(&mut read, &open, known.unwrap_or_else(|| panic!("the entity {name}")));
            }
            Xml::Eof => break,
            other => panic!("{other:?}"),
        }
    }
    assert!(open.is_empty(), "{open:?}");
    read.texts.iter_mut().for_each(|text| *text = text.trim_matches('\n').to_owned());
    read
}

fn push(read: &mut Read, open: &[String], part: &str) {
    match open.last().map(String::as_str) {
        Some("text" | "title" | "desc") => read.texts.last_mut().unwrap().push_str(part),
        _ => assert!(part.trim().is_empty(), "text {part:?} in {open:?}"),
    }
}

fn element(read: &mut Read, tag: &quick_xml::events::BytesStart<'_>) {
    let name = String::from_utf8(tag.name().as_ref().to_vec()).unwrap();
    let attributes = tag.attributes().map(|attribute| {
        let attribute = attribute.unwrap();
        let key = String::from_utf8(attribute.key.as_ref().to_vec()).unwrap();
        (key, String::from_utf8(attribute.value.to_vec()).unwrap())
    });
    read.elements.push((name, attributes.collect()));
}

/// The texts of a picture in order, title and text alternative first.
pub(crate) fn texts(svg: &str) -> Vec<String> {
    read(svg).texts
}

/// Each text with its left and right edge, its height above the upper edge, and its size.
fn placed(read: &Read) -> Vec<(&str, [f64; 4])> {
    let texts = read.elements.iter().filter(|(element, _)| element == "text");
    let placed = texts.zip(&read.texts[2..]).map(|((_, attributes), text)| {
        let number = |key: &str| attributes[key].parse::<f64>().unwrap();
        // Half an em a sign is less than most take.
        let wide = text.chars().count() as f64 * number("font-size") * 0.5;
        let left = match attributes["text-anchor"].as_str() {
            "start" => 0.0,
            "middle" => wide / 2.0,
            _ => wide,
        };
        let from = number("x") - left;
        (text.as_str(), [from, from + wide, number("y"), number("font-size")])
    });
    placed.collect()
}

/// That no text lies on another.
pub(crate) fn assert_apart(svg: &str, file: &str) {
    let read = read(svg);
    let placed = placed(&read);
    for (at, (text, [from, to, y, size])) in placed.iter().enumerate() {
        for (other, [left, right, line, _]) in &placed[..at] {
            let apart = to <= left || right <= from || (y - line).abs() >= size * 0.7;
            assert!(apart, "{file}: {text:?} lies on {other:?}");
        }
    }
}

fn session(account: &str, address: &str, positions: Vec<u32>, events: &Events) -> Session {
    let time = |at: u32| events.entries.at(at).micros;
    let succeeded = positions.iter().filter(|at| !events.entries.at(**at).outcome.is_refused()).count() as u64;
    Session {
        id: format!("session of {account}"),
        tenant: "harbor.example".to_owned(),
        account: account.to_owned(),
        address: address.to_owned(),
        country: "NG".to_owned(),
        as_org: String::new(),
        first_time: String::new(),
        last_time: String::new(),
        events: positions.len() as u64,
        succeeded,
        link: Link::Findings,
        score: 70,
        parts: Vec::new(),
        agents: Vec::new(),
        sessions: Vec::new(),
        event_ids: Vec::new(),
        application: String::new(),
        span: (time(positions[0]), time(positions[positions.len() - 1])),
        positions,
    }
}

fn dossier(account: &str, footholds: Vec<String>, response: Vec<Step>) -> Dossier {
    Dossier {
        tenant: "harbor.example".to_owned(),
        account: account.to_owned(),
        first_time: String::new(),
        last_time: String::new(),
        entry: Statement {
            phase: String::new(),
            time: String::new(),
            text: String::new(),
            event_ids: Vec::new(),
            positions: Vec::new(),
        },
        method: String::new(),
        confidence: Confidence::High,
        would_change: String::new(),
        sessions: Vec::new(),
        story: Vec::new(),
        footholds,
        response,
        fraud: Vec::new(),
        open: Vec::new(),
        unknown: Vec::new(),
        gaps: Vec::new(),
        todo: Vec::new(),
    }
}

fn step(task: &str, kind: &str, positions: Vec<u32>) -> Step {
    Step {
        step: 1,
        task: task.to_owned(),
        kind: kind.to_owned(),
        verdict: Verdict::Done,
        time: None,
        done: None,
        by: String::new(),
        note: String::new(),
        event_ids: Vec::new(),
        positions,
    }
}

fn foothold(account: &str, position: u32) -> Foothold {
    let act =
        Deed { time: String::new(), by: account.to_owned(), address: String::new(), event_id: String::new(), position };
    Foothold {
        id: format!("foothold of {account}"),
        kind: "inbox_rule".to_owned(),
        title: "Inbox rule".to_owned(),
        step: Some(3),
        tenant: "harbor.example".to_owned(),
        account: account.to_owned(),
        name: account.to_owned(),
        state: State::Open,
        opened: Some(act),
        changed: Vec::new(),
        closed: None,
        shown: None,
        basis: String::new(),
        event_ids: Vec::new(),
        positions: vec![position],
        names: Vec::new(),
    }
}

fn exposed(class: Class, mailbox: &str, how: &str, position: u32, span: (i64, i64)) -> Exposed {
    let mut trail = Trail::new();
    trail.add(position, "", span);
    Exposed {
        class,
        tenant: String::new(),
        mailbox: mailbox.to_owned(),
        message_id: String::new(),
        subject: String::new(),
        sender: String::new(),
        recipients: BTreeSet::new(),
        folder: String::new(),
        how: BTreeSet::from([how.to_owned()]),
        trail,
    }
}

/// Each account signs in, makes a rule, reads, has the password reset, and reads once more; `place` is where from.
fn taken_over(names: &[&str], place: &Place) -> Case {
    let mut events = Events::default();
    let (mut sessions, mut dossiers, mut footholds, mut exposure) =
        (Vec::new(), Vec::new(), Vec::new(), Exposure::default());
    let mut acts = Vec::new();
    for (number, account) in (0..).zip(names) {
        let intruder = Act { account, address: "203.0.113.7", ..QUIET };
        let sign_in = Act { family: Family::SignIn, operation: "Sign-in activity", ..intruder };
        acts.extend([
            (number, 'i', Act { outcome: Outcome::Failure, ..sign_in }),
            (60 + number, 'i', sign_in),
            (120 + number, 'i', Act { operation: "New-InboxRule", object: account, hits: &[1], ..intruder }),
            (1_500 + number, 'i', intruder),
            (3_000 + number, 'r', Act { operation: "Reset user password.", ..QUIET }),
            (6_000 + number, 'i', intruder),
        ]);
    }
    acts.sort_by_key(|act| act.0);
    for (minute, _, act) in &acts {
        tenant::push(&mut events, &Act { minute: *minute, ..*act });
    }
    events.places.insert("203.0.113.7".parse().unwrap(), Arc::new(place.clone()));
    for (number, account) in (0..).zip(names) {
        let is_own = |act: &(i64, char, Act<'_>)| act.1 == 'i' && act.2.account == *account;
        let own: Vec<u32> = (0..).zip(&acts).filter(|(_, act)| is_own(act)).map(|(at, _)| at).collect();
        let reset = acts.iter().position(|act| act.0 == 3_000 + number).unwrap() as u32;
        let time = |at: u32| events.entries.at(at).micros;
        exposure.mail.push(exposed(Class::Message, account, "opened", own[3], (time(own[3]), time(own[3]))));
        exposure.mail.push(exposed(Class::Unknown, account, account, own[3], (time(own[3]), time(own[4]))));
        footholds.push(foothold(account, own[2]));
        dossiers.push(dossier(
            account,
            vec![format!("foothold of {account}")],
            vec![step("reset the password", "password", vec![reset])],
        ));
        sessions.push(session(account, "203.0.113.7", own, &events));
    }
    Case { sessions, dossiers, footholds, exposure, ..tenant::finish(events) }
}

fn lagos() -> Place {
    let (country, city) = ("NG".to_owned(), "Lagos".to_owned());
    Place { country, city, coordinates: Some((6.5, 3.4)), kind: "public", ..Place::default() }
}

#[test]
fn hostile_names_stay_text_in_every_chart() {
    for name in NAMES {
        let place = Place { city: name.to_owned(), region: name.to_owned(), ..lagos() };
        let (_around, out) = written(&taken_over(&[name], &place));
        let shown = visible(name).into_owned();
        for chart in ["map", "sessions", "exposure", "containment"] {
            let read = read(&text(&out, &format!("charts/{chart}.svg")));
            // Whole, or cut where there is no room for it.
            let holds = |text: &String| {
                text.contains(&shown)
                    || text.strip_suffix('…').is_some_and(|cut| cut.chars().count() > 12 && shown.starts_with(cut))
            };
            assert!(read.texts.iter().any(holds), "{chart} does not show {shown:?}: {:?}", read.texts);
        }
        let pictures: Vec<(String, Vec<u8>)> = tree(&out).into_iter().filter(|file| file.0.ends_with("svg")).collect();
        assert_eq!(pictures.len(), WHOLE.len() + 1);
        for (file, bytes) in pictures {
            let svg = String::from_utf8(bytes).unwrap();
            let read = read(&svg);
            assert!(!read.texts.iter().any(|text| text.contains(['\0', '\u{1b}', '\u{202e}', '\u{2066}'])), "{file}");
            for (element, attributes) in &read.elements {
                let known = ["svg", "title", "desc", "rect", "text", "polyline", "polygon", "path", "circle", "line"];
                assert!(known.contains(&element.as_str()), "{file} has <{element}>");
                for (key, value) in attributes {
                    assert!(!key.starts_with("on") && key != "href" && key != "style", "{file}: {key}");
                    assert!(!value.contains("url(") && !value.contains("alert("), "{file}: {value}");
                }
            }
        }
    }
}

#[test]
fn charts_can_be_read_without_seeing_them() {
    for case in [taken_over(&["anna@harbor.example", "bram@harbor.example"], &lagos()), tenant::case(), tenant::empty()]
    {
        let (_around, out) = written(&case);
        let page = text(&out, "report.html");
        let mut ids = BTreeSet::new();
        for (file, bytes) in tree(&out).into_iter().filter(|file| file.0.ends_with("svg")) {
            let svg = String::from_utf8(bytes).unwrap();
            let read = read(&svg);
            let (root, attributes) = &read.elements[0];
            assert_eq!((root.as_str(), attributes["role"].as_str()), ("svg", "img"), "{file}");
            let own: BTreeSet<&str> =
                read.elements.iter().filter_map(|(_, attributes)| Some(attributes.get("id")?.as_str())).collect();
            let named: BTreeSet<&str> = attributes["aria-labelledby"].split(' ').collect();
            assert_eq!(own, named, "{file}");
            assert!(!read.texts[0].is_empty() && read.texts[1].len() > 15, "{file}: {:?}", &read.texts[..2]);
            assert!(own.into_iter().all(|id| ids.insert(id.to_owned())), "{file} has an id of another chart");
            assert!(page.contains(&svg), "{file} is another picture than the one in the report");
        }
        for chart in WHOLE {
            assert!(ids.contains(&format!("{chart}-title")), "{chart}");
        }
    }
}

#[test]
fn charts_are_as_wide_as_a_page_and_their_texts_stay_on_them() {
    let long = "w".repeat(90) + "@" + &"m".repeat(90);
    let names: Vec<String> = (0..30).map(|number| format!("{number}.{long}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let place = Place { city: long.clone(), region: long.clone(), ..lagos() };
    for case in [taken_over(&names, &place), dutch(taken_over(&names, &place))] {
        stay_on_their_sheet(&case);
    }
}

fn stay_on_their_sheet(case: &Case) {
    let (_around, out) = written(case);
    for (file, bytes) in tree(&out).into_iter().filter(|file| file.0.ends_with("svg")) {
        let svg = String::from_utf8(bytes).unwrap();
        assert_apart(&svg, &file);
        let read = read(&svg);
        assert_eq!(read.elements[0].1["width"], "680", "{file}");
        let high: f64 = read.elements[0].1["height"].parse().unwrap();
        assert!(high < 960.0, "{file} does not fit a page: {high}");
        for (text, [from, to, y, size]) in placed(&read) {
            assert!(size >= 8.9, "{file}: {text} is too small to read");
            assert!(from >= 0.0 && to <= 680.0, "{file}: {text:?} at {from} to {to}");
            assert!(y > 0.0 && y < high, "{file}: {text:?}");
        }
    }
}

/// The same case for a Dutch reader, with the longest reason why nothing can be known.
fn dutch(mut case: Case) -> Case {
    case.facts.voice.language = Language::Dutch;
    let silent = case.facts.voice.text("case.exposure.silent");
    for mail in case.exposure.mail.iter_mut().filter(|mail| mail.class == Class::Unknown) {
        mail.how = BTreeSet::from([silent.to_owned()]);
    }
    case
}

#[test]
fn dutch_charts_are_dutch() {
    let country = Place { country: "NG".to_owned(), kind: "public", ..Place::default() };
    let many: Vec<String> = (0..30).map(|number| format!("anna{number}@harbor.example")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let one = "anna@harbor.example";
    let cases = [
        taken_over(&[one], &lagos()),
        taken_over(&many, &country),
        Case { dossiers: Vec::new(), exposure: Exposure::default(), ..taken_over(&[one], &Place::default()) },
        tenant::case(),
        tenant::empty(),
    ];
    let mut titles: Vec<String> = tenant::rules().iter().map(|rule| visible(&rule.title).into_owned()).collect();
    // The response of these cases was told in English.
    titles.push("reset the password".to_owned());
    for case in cases {
        let (_around, out) = written(&dutch(case));
        for (file, bytes) in tree(&out).into_iter().filter(|file| file.0.ends_with("svg")) {
            assert_dutch(&String::from_utf8(bytes).unwrap(), &file, &titles);
        }
    }
}

#[test]
fn charts_that_are_english_or_lie_on_each_other_are_found() {
    let (_around, out) = written(&taken_over(&["anna@harbor.example"], &lagos()));
    for chart in WHOLE {
        let svg = text(&out, &format!("charts/{chart}.svg"));
        let is_found = |act: &(dyn Fn() + std::panic::RefUnwindSafe)| std::panic::catch_unwind(act).is_err();
        assert!(is_found(&|| assert_dutch(&svg, chart, &[])), "{chart} is English");
        assert_apart(&svg, chart);
        let (before, first) = svg.split_once("<text").unwrap();
        let doubled = format!("{before}<text{}</text><text{first}", first.split_once("</text>").unwrap().0);
        assert!(is_found(&|| assert_apart(&doubled, chart)), "{chart} has a text twice");
    }
}

#[test]
fn charts_of_nothing_say_so() {
    let (_around, out) = written(&tenant::empty());
    for (chart, said) in [
        ("map", "No event states an address that a geolocation database can place"),
        ("sessions", "No presence of an intruder was found"),
        ("exposure", "No record tells of mail or files that an intruder reached"),
        ("containment", "No act of an intruder that went through was found"),
        ("events", "No events"),
        ("signins", "No sign-ins"),
        ("hours", "No events"),
    ] {
        let read = read(&text(&out, &format!("charts/{chart}.svg")));
        assert!(read.texts[2..].join(" ").contains(said), "{chart}: {:?}", read.texts);
    }
}

#[test]
fn acts_are_told_apart_by_the_response() {
    let (_around, out) = written(&taken_over(&["anna@harbor.example"], &lagos()));
    let told = read(&text(&out, "charts/containment.svg")).texts.join(" ");
    // A refused sign-in, a sign-in, a rule and a read; the reset; one more read.
    assert!(told.contains("Before the step: 3 acts, 1 refused."), "{told}");
    assert!(told.contains("After the step: 1 act."), "{told}");
    assert!(told.contains("reset the password"), "{told}");
    let lanes = read(&text(&out, "charts/sessions.svg")).texts.join(" ");
    assert!(lanes.contains("203.0.113.7 NG") && lanes.contains("1 presence, 4 acts, 1 refused"), "{lanes}");
}

#[test]
fn the_map_says_what_it_cannot_place() {
    let country = Place { country: "NG".to_owned(), kind: "public", ..Place::default() };
    let (_around, out) = written(&taken_over(&["anna@harbor.example"], &country));
    let told = read(&text(&out, "charts/map.svg")).texts.join(" ");
    assert!(told.contains("Each place stands at the centre of its country"), "{told}");
    assert!(told.contains("An intruder was in an account from Nigeria (NG)."), "{told}");
    // The reset is by an administrator at an address of which nothing is known.
    assert!(told.contains("Not on the map: 1 address, private or in no database (1 other act)."), "{told}");
    let (_around, out) = written(&taken_over(&["anna@harbor.example"], &lagos()));
    let told = read(&text(&out, "charts/map.svg")).texts.join(" ");
    assert!(
        told.contains("Each place stands where the databases put it.") && told.contains("Lagos, Nigeria (NG)"),
        "{told}"
    );
}

#[test]
fn exposure_counts_by_day_and_tells_what_is_dark() {
    let (_around, out) = written(&taken_over(&["anna@harbor.example", "bram@harbor.example"], &lagos()));
    let told = read(&text(&out, "charts/exposure.svg")).texts.join(" ");
    assert!(told.contains("messages opened (2)") && told.contains("nothing can be known"), "{told}");
    assert!(told.contains("13 Jan 2026"), "{told}");
    let file = ExposedFile {
        tenant: String::new(),
        account: "anna@harbor.example".to_owned(),
        file: "plan.xlsx".to_owned(),
        how: BTreeSet::new(),
        trail: {
            let mut trail = Trail::new();
            trail.add(0, "", (MONDAY, MONDAY + MINUTE));
            trail
        },
    };
    let exposure = Exposure { mail: Vec::new(), files: vec![file] };
    let (_around, out) = written(&Case { exposure, ..taken_over(&["anna@harbor.example"], &lagos()) });
    let told = read(&text(&out, "charts/exposure.svg")).texts.join(" ");
    assert!(told.contains("What was reached: files reached (1), 12 Jan 2026 00:00 UTC."), "{told}");
    assert!(!told.contains("nothing can be known"), "{told}");
}
