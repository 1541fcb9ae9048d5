//! Properties that need a chunk size of the test's own: chunked reading equals reading in one piece, and
//! reading as the `csv` crate does, whatever the bytes.

use super::{BadRow, Data, Found, Layout, Limits, Reader, csv, json, read_many};
use proptest::prelude::*;
use std::io::Write;

/// One row, owned: offset, raw text, and the fields or the value as text, or the reason.
type Owned = (u64, String, Result<Vec<String>, String>);

struct Evidence {
    folder: tempfile::TempDir,
}

impl Evidence {
    fn new(bytes: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::File::create(folder.path().join("f")).unwrap().write_all(bytes).unwrap();
        Self { folder }
    }

    fn found(&self) -> Found {
        Found { path: self.folder.path().join("f"), member: None, name: "f".to_owned() }
    }
}

fn read(found: &Found, chunk: usize, limits: &Limits) -> Option<(Vec<Owned>, super::Finish)> {
    let mut reader = Reader::with_chunk(found, limits, chunk).ok()?;
    let mut rows = Vec::new();
    while let Some(chunk) = reader.next_chunk() {
        let before = rows.len();
        let met = chunk.rows(&mut |row| {
            rows.push(match row {
                Ok(row) => {
                    assert_eq!(chunk.bytes(row.offset, row.raw.len()), row.raw, "the row is found again by its place");
                    let data = match row.data {
                        Data::Csv { fields, .. } => fields.into_iter().map(str::to_owned).collect(),
                        Data::Json(value) => vec![value.to_string()],
                    };
                    (row.offset, String::from_utf8(row.raw.to_vec()).unwrap(), Ok(data))
                }
                Err(BadRow { offset, length, reason, excerpt, .. }) => {
                    assert!(length > 0, "{reason}");
                    (offset, format!("{length} {excerpt}"), Err(reason))
                }
            });
            // Every row takes some of the text, or reading would never end.
            if let [.., (before, ..), (now, ..)] = &*rows {
                assert!(before < now, "{rows:?}");
            }
        });
        assert_eq!(met as usize, rows.len() - before);
    }
    Some((rows, reader.finish()))
}

fn oracle(text: &str, delimiter: u8) -> Vec<Vec<String>> {
    ::csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes())
        .records()
        .map(|record| record.unwrap().iter().map(str::to_owned).collect())
        .collect()
}

/// Text made mostly of what CSV parsing turns on.
fn csv_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-cé]{1,4}",
        4 => Just("\"".to_owned()),
        2 => Just("\"\"".to_owned()),
        4 => Just(",".to_owned()),
        2 => Just("\n".to_owned()),
        2 => Just("\r\n".to_owned()),
        1 => Just("\r".to_owned()),
        2 => Just(",\"".to_owned()),
        2 => Just("\"\n\"".to_owned()),
        2 => Just("\"x\n\"\"y\"".to_owned()),
        1 => "[a-c]{60,90}",
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn json_value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i32>().prop_map(Into::into),
        "[a-z\\\\\"{}\\[\\],:\n\u{e9}\u{1f600}]{0,8}".prop_map(Into::into),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::btree_map("[a-d\"\\\\{]{1,3}", inner, 0..4)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

fn json_object() -> impl Strategy<Value = serde_json::Value> {
    prop::collection::btree_map("[a-e]{1,3}", json_value(), 0..4)
        .prop_map(|map| serde_json::Value::Object(map.into_iter().collect()))
}

fn arranged(objects: &[serde_json::Value], arrangement: u8, pretty: bool) -> String {
    let one = |value: &serde_json::Value| if pretty { format!("{value:#}") } else { value.to_string() };
    let each: Vec<String> = objects.iter().map(one).collect();
    match arrangement {
        0 => format!("[{}]", each.join(",")),
        1 => format!("[\r\n{}\r\n]", each.join(",\r\n")),
        2 => each.join("\n"),
        3 => each.join("\n\n") + "\n",
        4 => each.concat(),
        5 => format!("{{\"@odata.context\":\"x\",\"value\":[{}],\"next\":{{\"value\":[1]}}}}", each.join(", ")),
        6 => format!("{{\"n\":[{{}}],\"records\" : [ {} ] }}\n", each.join(",\n")),
        7 => format!("[{}]", each.join("][")),
        8 => format!("{{\"records\":[{}]}}\n", each.join("]}\n{\"records\":[")),
        9 => one(&serde_json::Value::String(format!("[{}]", each.join(",")))),
        10 => format!("[[{}],[]]", each.join(",")),
        11 => each.iter().map(|one| serde_json::Value::String(one.clone()).to_string() + "\n").collect(),
        _ => format!("[{},\n", each.join(",\n")),
    }
}

/// An element named `e`, with what makes reading hard inside it.
fn xml_element() -> impl Strategy<Value = String> {
    let value = "[a-z>é \n\u{1f600}]{0,8}";
    let attribute = (prop::sample::select(vec!["a", "b-c", "x:d", "é"]), value, any::<bool>()).prop_map(|(n, v, q)| {
        let quote = if q { '"' } else { '\'' };
        format!(" {n} = {quote}{v}{quote}")
    });
    let child = prop_oneof![
        value.prop_map(|v| v.replace('>', "&gt;")),
        Just("<c/>".to_owned()),
        Just("<c><e2 a=\"/e>\"/></c>".to_owned()),
        Just("<c>x</c >".to_owned()),
        Just("<!-- <e> </e> -->".to_owned()),
        Just("<![CDATA[</e><e>]]>".to_owned()),
        Just("<?pi </e>?>".to_owned()),
        Just("&amp;&#233;".to_owned()),
    ];
    (prop::option::of(attribute), prop::collection::vec(child, 0..4), any::<bool>()).prop_map(|(a, children, empty)| {
        let a = a.unwrap_or_default();
        if empty { format!("<e{a} />") } else { format!("<e{a}>{}</e>", children.concat()) }
    })
}

fn xml_text(elements: &[String], arrangement: u8) -> String {
    match arrangement {
        0 => format!("<r>{}</r>", elements.concat()),
        1 => format!("<?xml version=\"1.0\"?>\r\n<!-- c --><r>\r\n  {}\r\n</r>\r\n", elements.join("\r\n  ")),
        2 => format!("\u{feff}<r a='>'>{}</r>\n<!-- end -->", elements.join("<!-- <e> -->")),
        3 => format!("<r>{}</r><r>{}</r>", elements[0], elements[1..].concat()),
        _ => format!("<r>\n{}\n", elements.join("\n")),
    }
}

proptest! {
    #[test]
    fn xml_is_read_in_every_arrangement(
        elements in prop::collection::vec(xml_element(), 1..6), arrangement in 0_u8..5, chunk in 1_usize..120,
    ) {
        let text = xml_text(&elements, arrangement);
        let evidence = Evidence::new(text.as_bytes());
        let (rows, finish) = read(&evidence.found(), chunk, &Limits::default()).unwrap();
        let raw: Vec<&String> = rows.iter().map(|row| &row.1).collect();
        prop_assert_eq!(raw, elements.iter().collect::<Vec<_>>(), "{}", text);
        prop_assert!(rows.iter().all(|row| row.2.is_ok()), "{:?}", rows);
        prop_assert_eq!(finish.notes.len(), usize::from(arrangement == 4));
        let bare = text.trim_start_matches('\u{feff}');
        prop_assert!(rows.iter().all(|row| bare[row.0 as usize..].starts_with(&row.1)));
    }

    #[test]
    fn damaged_xml_in_chunks_is_xml_in_one_piece(
        elements in prop::collection::vec(xml_element(), 1..6), arrangement in 0_u8..5,
        chunk in 1_usize..120, damage in any::<prop::sample::Index>(), kind in 0_u8..4,
    ) {
        let mut text: Vec<char> = xml_text(&elements, arrangement).chars().collect();
        let at = damage.index(text.len());
        match kind {
            0 => { text.remove(at); }
            1 => text.truncate(at),
            2 => text.insert(at, '"'),
            _ => text.insert(at, '<'),
        }
        let text: String = text.into_iter().collect();
        let evidence = Evidence::new(text.as_bytes());
        let whole = read(&evidence.found(), 1 << 20, &Limits::default()).map(|(rows, _)| rows);
        let parts = read(&evidence.found(), chunk, &Limits::default()).map(|(rows, _)| rows);
        prop_assert_eq!(parts, whole, "{}", text);
    }

    #[test]
    fn csv_in_chunks_is_csv_in_one_piece(body in csv_text(), chunk in 1_usize..200) {
        let evidence = Evidence::new(format!("h1,h2\n{body}").as_bytes());
        let (whole, _) = read(&evidence.found(), 1 << 20, &Limits::default()).unwrap();
        let (parts, _) = read(&evidence.found(), chunk, &Limits::default()).unwrap();
        prop_assert_eq!(&parts, &whole);
        let good: Vec<Vec<String>> = whole.iter().filter_map(|row| row.2.clone().ok()).collect();
        let mut expected = oracle(&body, b',');
        if whole.iter().any(|row| row.2.is_err()) {
            // Everything before the field that stays open is as the crate reads it.
            let sound = whole.iter().take_while(|row| row.2.is_ok()).count();
            prop_assert_eq!(&good[..sound], &expected[..sound]);
        } else {
            expected.retain(|record| record.len() != 1 || !record[0].is_empty());
            let kept: Vec<_> = good.into_iter().filter(|record| record.len() != 1 || !record[0].is_empty()).collect();
            prop_assert_eq!(kept, expected);
        }
    }

    #[test]
    fn a_cut_ends_a_record(body in csv_text()) {
        if let Some(end) = csv::cut(&body, b',') {
            let (before, after) = body.split_at(end);
            let mut parts = oracle(before, b',');
            parts.extend(oracle(after, b','));
            prop_assert_eq!(parts, oracle(&body, b','));
        }
    }

    #[test]
    fn raw_spans_are_exact(body in csv_text(), chunk in 1_usize..100) {
        let text = format!("h1,h2\n{body}");
        let evidence = Evidence::new(text.as_bytes());
        let (rows, _) = read(&evidence.found(), chunk, &Limits::default()).unwrap();
        let good: Vec<&Owned> = rows.iter().filter(|row| row.2.is_ok()).collect();
        let spans: Vec<(u64, u64)> = good.iter().map(|row| (row.0, row.1.len() as u64)).collect();
        read_many(&evidence.found(), &spans, &mut |index, bytes| assert_eq!(bytes, good[index].1.as_bytes())).unwrap();
        for row in good {
            prop_assert!(text[row.0 as usize..].starts_with(&row.1));
            prop_assert_eq!(&oracle(&row.1, b','), &vec![row.2.clone().unwrap()]);
        }
    }

    #[test]
    fn json_is_read_in_every_arrangement(
        objects in prop::collection::vec(json_object(), 1..6), arrangement in 0_u8..13, pretty: bool, chunk in 1_usize..120,
    ) {
        let text = arranged(&objects, arrangement, pretty);
        let evidence = Evidence::new(text.as_bytes());
        let (rows, finish) = read(&evidence.found(), chunk, &Limits::default()).unwrap();
        let found: Vec<serde_json::Value> =
            rows.iter().map(|row| serde_json::from_str(&row.2.as_ref().unwrap()[0]).unwrap()).collect();
        prop_assert_eq!(&found, &objects, "{}", text);
        prop_assert_eq!(finish.notes.len(), usize::from(arrangement == 12));
        let mut end = 0;
        for row in &rows {
            prop_assert!(row.0 >= end && text[row.0 as usize..].starts_with(&row.1));
            end = row.0 + row.1.len() as u64;
        }
    }

    #[test]
    fn damaged_json_in_chunks_is_json_in_one_piece(
        objects in prop::collection::vec(json_object(), 1..6), arrangement in 0_u8..13, pretty: bool,
        chunk in 1_usize..120, damage in any::<prop::sample::Index>(), kind in 0_u8..3,
    ) {
        let mut text: Vec<char> = arranged(&objects, arrangement, pretty).chars().collect();
        let at = damage.index(text.len());
        match kind {
            0 => { text.remove(at); }
            1 => text.truncate(at),
            _ => text.insert(at, '"'),
        }
        let text: String = text.into_iter().collect();
        let evidence = Evidence::new(text.as_bytes());
        let whole = read(&evidence.found(), 1 << 20, &Limits::default()).map(|(rows, _)| rows);
        let parts = read(&evidence.found(), chunk, &Limits::default()).map(|(rows, _)| rows);
        // Where a line is broken the two may part the damage differently; no good record may differ.
        let good = |rows: Option<Vec<Owned>>| -> Vec<Owned> {
            rows.unwrap_or_default().into_iter().filter(|row| row.2.is_ok()).collect()
        };
        prop_assert_eq!(good(parts), good(whole), "{}", text);
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), head in 0_usize..15, chunk in 1_usize..64) {
        const HEADS: [&[u8]; 15] = [
            b"<?xml ?><r><e a=\"", b"<r><e><![CDATA[", b"<?xml ?><!DOCTYPE",
            b"", b"a,b\n", b"[{\"", b"{\"value\":[{", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\x1f\x8b\x08\0\0\0\0\0\0\xff",
            b"\x28\xb5\x2f\xfd", b"PK\x03\x04", b"\"[{\\\"", b"a\tb\n\"",
        ];
        let evidence = Evidence::new(&[HEADS[head], &bytes].concat());
        let limits = Limits { expansion: 1 << 20, ratio: 1000, record: 100 };
        let _ = read(&evidence.found(), chunk, &limits);
        let _ = super::walk(&[evidence.folder.path().to_path_buf()], &limits);
    }

    #[test]
    fn no_marks_panic_or_stay(
        head in 0_usize..6, marks in "[a<>/!?\\-\\[\\]\"'={}:,1\\\\\0\t\n\u{b}\u{c}\r \u{85}\u{a0}\u{2028}\u{feff}\u{e9}]{0,120}",
        chunk in 1_usize..64, record in 8_usize..100,
    ) {
        let heads = ["", "h,i\n", "[{\"a\":1},", "{\"value\":[{\"a\":1}", "<?xml ?><r><a/>", "<r><a a=\"1\"></a>"];
        let evidence = Evidence::new(format!("{}{marks}", heads[head]).as_bytes());
        let limits = Limits { record, ..Limits::default() };
        let _ = read(&evidence.found(), chunk, &limits);
    }

    #[test]
    fn utf16_and_utf8_give_one_reading(body in "[a-zé\u{4e00}\u{1f600},\n\"]{0,80}", chunk in 1_usize..50, big: bool) {
        let text = format!("h1,h2\n{body}");
        let units = text.encode_utf16();
        let wide: Vec<u8> = if big {
            [0xfe, 0xff].into_iter().chain(units.flat_map(u16::to_be_bytes)).collect()
        } else {
            [0xff, 0xfe].into_iter().chain(units.flat_map(u16::to_le_bytes)).collect()
        };
        let narrow = read(&Evidence::new(text.as_bytes()).found(), chunk, &Limits::default()).unwrap().0;
        prop_assert_eq!(read(&Evidence::new(&wide).found(), chunk, &Limits::default()).unwrap().0, narrow);
    }
}

#[test]
fn a_record_beyond_the_limit_is_let_go_and_the_next_is_read() {
    let limits = Limits { record: 1000, ..Limits::default() };
    let long = "x".repeat(5000);
    for text in [
        format!("[{{\"a\":1}},\n{{\"a\":\"{long}\"}},\n{{\"a\":3}}]"),
        format!("{{\"a\":1}}\n{{\"a\":\"{long}\"}}\n{{\"a\":3}}\n"),
        format!("h,i\n1,2\n{long},2\n3,4\n"),
        format!("<r><e a=\"1\"/>\n<e a=\"{long}\"/>\n<e a=\"3\"/>"),
        format!("h,i\n1,2\n\"{long},2\n3,4\n5,6\n"),
    ] {
        for chunk in [10, 100, 300, 2000] {
            let evidence = Evidence::new(text.as_bytes());
            let (rows, _) = read(&evidence.found(), chunk, &limits).unwrap();
            let bad: Vec<&Owned> = rows.iter().filter(|row| row.2.is_err()).collect();
            assert_eq!(bad.len(), 1, "{chunk} {rows:?}");
            let last = text.trim_end_matches(['\n', ']']);
            assert!(last.ends_with(&rows.last().unwrap().1), "{chunk} {rows:?}");
            assert!(rows.len() >= 3);
        }
    }
}

#[test]
fn a_form_feed_between_records_is_white_space() {
    for text in [
        "{\"a\":1}\n\u{c}{\"a\":2}\n\u{c}",
        "[{\"a\":1},\u{c}{\"a\":2}\u{c}]",
        "<r>\u{c}<e a=\"1\"/>\u{c}<e a=\"2\"/></r>\u{c}",
    ] {
        let evidence = Evidence::new(text.as_bytes());
        for chunk in [1, 12, 1 << 20] {
            let (rows, _) = read(&evidence.found(), chunk, &Limits::default()).unwrap();
            assert_eq!(rows.iter().filter(|row| row.2.is_ok()).count(), 2, "{rows:?}");
            assert_eq!(rows.len(), 2, "{rows:?}");
        }
    }
}

#[test]
fn depth_is_bounded() {
    assert!(json::parse(&("[".repeat(128) + &"]".repeat(128))).is_ok());
    assert!(json::parse(&("[".repeat(129) + &"]".repeat(129))).unwrap_err().contains("128"));
    assert!(json::parse(&format!("\"{}\"", "[".repeat(1000))).is_ok());
    let text = format!("{{\"a\":{}{}}}\n{{\"a\":1}}\n", "[".repeat(200_000), "]".repeat(200_000));
    let (rows, _) = read(&Evidence::new(text.as_bytes()).found(), 1 << 20, &Limits::default()).unwrap();
    assert_eq!(rows.iter().filter(|row| row.2.is_ok()).count(), 1);
    assert!(rows.iter().any(|row| row.2.is_err()));
}

#[test]
fn layout_is_told() {
    let evidence = Evidence::new(b"a;b\n1;2\n");
    let reader = Reader::open(&evidence.found(), &Limits::default()).unwrap();
    assert!(matches!(reader.layout(), Layout::Csv(header) if header.delimiter == b';'));
}
