//! XML evidence: what becomes a record, what is refused, and that damage costs no more than the element it is in.

use speur::input::{BadRow, Data, Finish, Found, Limits, Reader, Unusable, parse_xml};

struct Outcome {
    rows: Vec<String>,
    bad: Vec<BadRow>,
    finish: Finish,
    encoding: &'static str,
}

fn try_read(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("SearchResult.xml");
    std::fs::write(&path, bytes).unwrap();
    let found = Found { path, member: None, name: "f".to_owned() };
    let mut reader = Reader::open(&found, &Limits::default())?;
    let encoding = reader.encoding();
    let (mut rows, mut bad) = (Vec::new(), Vec::new());
    while let Some(chunk) = reader.next_chunk() {
        chunk.rows(&mut |row| match row {
            Ok(row) => match row.data {
                Data::Json(value) => rows.push(value.to_string()),
                Data::Csv { .. } => panic!("read as CSV"),
            },
            Err(row) => bad.push(row),
        });
    }
    Ok(Outcome { rows, bad, finish: reader.finish(), encoding })
}

fn read(text: &str) -> Outcome {
    try_read(text.as_bytes()).unwrap()
}

#[test]
fn attributes_and_children_become_members() {
    for (xml, json) in [
        (r#"<e a="1" b='x "y"'/>"#, r#"{"a":"1","b":"x \"y\""}"#),
        (
            "<e><c>text &lt;b&gt; &#x41;</c><c/><d x=\"1\">t</d></e>",
            r##"{"c":["text <b> A",""],"d":{"x":"1","#text":"t"}}"##,
        ),
        ("<n:e xmlns:n=\"u\" xmlns=\"v\" n:a=\"1\"><n:c><![CDATA[<&]]></n:c></n:e>", r#"{"a":"1","c":"<&"}"#),
        ("<e><!-- c --><?p i?><l><i n=\"1\"/><i n=\"2\"/></l></e>", r#"{"l":{"i":[{"n":"1"},{"n":"2"}]}}"#),
        ("<e>  only text </e>", r#""only text""#),
    ] {
        assert_eq!(parse_xml(xml).unwrap().to_string(), json, "{xml}");
    }
}

#[test]
fn what_is_not_one_whole_element_is_refused() {
    for xml in [
        "",
        "text",
        "<e>",
        "<e></f>",
        "<e a=1/>",
        "<e a=\"1\" a=\"2\"/>",
        "<e>&nothing;</e>",
        "<e a=\"&nothing;\"/>",
        "<!DOCTYPE e [<!ENTITY x \"y\">]><e>&x;</e>",
    ] {
        assert!(parse_xml(xml).is_err(), "{xml}");
    }
    let deep = format!("{}{}", "<e>".repeat(200_000), "</e>".repeat(200_000));
    assert!(parse_xml(&deep).unwrap_err().contains("deeper than 128"));
}

#[test]
fn a_document_type_declaration_is_refused_before_anything_is_read() {
    for text in [
        "<?xml version=\"1.0\"?>\n<!DOCTYPE r SYSTEM \"file:///etc/passwd\">\n<r><e a=\"1\"/></r>",
        "<!-- c --><!DOCTYPE r [<!ENTITY a \"aaaa\">]><r><e>&a;</e></r>",
    ] {
        let refused = try_read(text.as_bytes()).err().unwrap();
        assert_eq!(refused.format, "unrecognised");
        assert!(refused.reason.contains("document type declaration"), "{}", refused.reason);
    }
    let late = read("<r><e a=\"1\"/><!DOCTYPE x [<!ENTITY a \"b>c\">]><e a=\"2\"/></r>");
    assert_eq!(late.rows, [r#"{"a":"1"}"#, r#"{"a":"2"}"#]);
    assert_eq!(late.bad.len(), 1);
    assert!(late.bad[0].reason.contains("document type declaration"));
}

#[test]
fn web_pages_and_notes_are_no_xml_evidence() {
    for text in ["<!DOCTYPE html><html><p>a<br>b</html>", "<html><head></head></html>", "<john@example> wrote:\na, b\n"]
    {
        let told = try_read(text.as_bytes()).err().map(|refused| refused.format);
        assert_eq!(told, Some("unrecognised"), "{text}");
    }
}

#[test]
fn every_encoding_gives_the_same_records() {
    let text = "<?xml version=\"1.0\" encoding=\"utf-16\"?>\r\n<r><e a=\"é\u{20ac}\"/></r>\r\n";
    let wide = |mark: &[u8], big: bool| {
        let bytes = text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() });
        mark.iter().copied().chain(bytes).collect::<Vec<u8>>()
    };
    for (bytes, encoding) in [
        (text.as_bytes().to_vec(), "utf-8"),
        ([b"\xef\xbb\xbf", text.as_bytes()].concat(), "utf-8-bom"),
        (wide(b"\xff\xfe", false), "utf-16le"),
        (wide(b"\xfe\xff", true), "utf-16be"),
        (wide(b"", false), "utf-16le"),
    ] {
        let read = try_read(&bytes).unwrap();
        assert_eq!((read.rows, read.encoding), (vec!["{\"a\":\"é\u{20ac}\"}".to_owned()], encoding));
    }
}

#[test]
fn damage_costs_the_element_it_is_in() {
    let around = |middle: &str| format!("<r>\n<e n=\"1\"/>\n{middle}\n<e n=\"3\"><c/></e>\n</r>\n");
    for middle in [
        "<e n=\"2/>",
        "<e n=\"2\"><c></e>",
        "<e n=\"2\">",
        "<e n=\"2\"><c x=\"<\"/></e>",
        "<e n=\"2\" n=\"2\"/>",
        "<e n=\"2\">&x;</e>",
        "<e 2/>",
        "plain text",
        "</f>",
    ] {
        let read = read(&around(middle));
        assert_eq!(read.rows, [r#"{"n":"1"}"#, r#"{"n":"3","c":""}"#], "{middle}");
        assert_eq!(read.bad.len(), 1, "{middle}: {:?}", read.bad);
        assert_eq!(read.bad[0].offset, 15, "{middle}");
        assert_eq!(read.bad[0].excerpt, middle);
        assert!(read.finish.notes.is_empty(), "{middle}: {:?}", read.finish.notes);
    }
}

#[test]
fn a_cut_file_keeps_what_came_before_and_says_so() {
    let cut = read("<r><e n=\"1\"/><e n=\"2\"><c>");
    assert_eq!(cut.rows, [r#"{"n":"1"}"#]);
    assert_eq!(cut.bad[0].reason, "record is cut: the file ends inside it");
    let unclosed = read("<r><e n=\"1\"/>");
    assert!(unclosed.bad.is_empty());
    assert_eq!(unclosed.finish.notes, ["the file ends before its list of records is closed; records may be missing"]);
}
