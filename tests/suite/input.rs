//! Reading evidence: containers, encodings, CSV and JSON in every arrangement, damage, and the raw bytes again.

// clippy.toml allows unwrap in test functions, and these are their helpers; a skipped test says so.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use speur::input::{BadRow, Data, Finish, Found, Layout, Limits, Reader, Unusable, hash, read_back, read_many, walk};
use std::io::Write;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// What one file gave.
#[derive(Debug)]
struct Outcome {
    /// Fields joined with `|`, or the JSON value as text.
    rows: Vec<String>,
    bad: Vec<BadRow>,
    encoding: &'static str,
    layout: Layout,
    finish: Finish,
}

impl Outcome {
    fn keys(&self) -> Vec<&str> {
        match &self.layout {
            Layout::Csv(header) => header.keys.iter().map(String::as_str).collect(),
            Layout::Json | Layout::Xml => Vec::new(),
        }
    }
}

fn read_found(found: &Found, limits: &Limits) -> Result<Outcome, Unusable> {
    let mut reader = Reader::open(found, limits)?;
    let (layout, encoding) = (reader.layout().clone(), reader.encoding());
    let (mut rows, mut bad, mut spans) = (Vec::new(), Vec::new(), Vec::new());
    while let Some(chunk) = reader.next_chunk() {
        chunk.rows(&mut |row| match row {
            Ok(row) => {
                spans.push((row.offset, row.raw.to_vec()));
                rows.push(match row.data {
                    Data::Csv { fields, .. } => fields.join("|"),
                    Data::Json(value) => value.to_string(),
                });
            }
            Err(row) => bad.push(row),
        });
    }
    let finish = reader.finish();
    // Every raw span must be found again, wherever the file can be read to its end.
    if finish.broken.is_none() {
        let places: Vec<(u64, u64)> = spans.iter().map(|(offset, raw)| (*offset, raw.len() as u64)).collect();
        read_many(found, &places, &mut |index, bytes| assert_eq!(bytes, spans[index].1)).unwrap();
        if let (Some((offset, raw)), Some((_, length))) = (spans.last(), places.last()) {
            assert_eq!(&read_back(found, *offset, *length, limits).unwrap(), raw);
        }
    }
    Ok(Outcome { rows, bad, encoding, layout, finish })
}

fn file(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::File::create(&path).unwrap().write_all(bytes).unwrap();
    path
}

fn found(path: &Path) -> Found {
    Found { path: path.to_path_buf(), member: None, name: "f".to_owned() }
}

fn try_read(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let folder = tempfile::tempdir().unwrap();
    read_found(&found(&file(&folder, "f", bytes)), &Limits::default())
}

fn read(bytes: impl AsRef<[u8]>) -> Outcome {
    try_read(bytes.as_ref()).unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (index, (name, bytes)) in members.iter().enumerate() {
        let method = if index % 2 == 0 { zip::CompressionMethod::Deflated } else { zip::CompressionMethod::Stored };
        let options = zip::write::SimpleFileOptions::default().compression_method(method).large_file(index == 0);
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

const CSV: &str = "Id,Data\r\n1,\"{\"\"a\"\":\r\n1}\"\r\n2,x\r\n";
const CSV_ROWS: [&str; 2] = ["1|{\"a\":\r\n1}", "2|x"];

#[test]
fn csv_with_quotes_and_embedded_line_ends() {
    let read = read(CSV);
    assert_eq!(read.rows, CSV_ROWS);
    assert_eq!((read.bad.len(), read.encoding), (0, "utf-8"));
    assert_eq!(read.finish.bytes, CSV.len() as u64);
}

#[test]
fn csv_delimiters() {
    assert_eq!(read("a;b\n\"1;2\";3,4\n").rows, ["1;2|3,4"]);
    assert_eq!(read("a\tb\n1\t2\n").rows, ["1|2"]);
    assert_eq!(read("\"a;b;c\",d\n1,2\n").rows, ["1|2"]);
    assert_eq!(read("sep=;\r\na;b,c,d\r\n1;2\r\n").keys(), ["a", "b,c,d"]);
}

#[test]
fn csv_type_line_and_blank_lines_are_no_rows() {
    let read = read("#TYPE Deserialized.Some.Type\r\n\r\n\"a\",\"b\"\r\n\r\n1,2\r\n\r\n  \r\n3,4");
    assert_eq!(read.keys(), ["a", "b"]);
    assert_eq!(read.rows, ["1|2", "3|4"]);
    assert!(read.bad.is_empty());
}

#[test]
fn csv_header_keys() {
    let read = read(
        "\u{feff}Incoming token type,\u{a0}Application ID ,Autonomous system  number,Incoming Token Type\n1,2,3,4\n",
    );
    assert_eq!(
        read.keys(),
        ["incoming token type", "application id", "autonomous system number", "incoming token type#2"]
    );
    let Layout::Csv(header) = &read.layout else { panic!("not CSV") };
    assert_eq!(header.position("incoming token type#2"), Some(3));
    assert_eq!(header.names[2], "Autonomous system  number");
}

#[test]
fn csv_rows_with_other_field_counts_are_rows() {
    assert_eq!(read("a,b\n1\n1,2,3\n,\n").rows, ["1", "1|2|3", "|"]);
}

#[test]
fn csv_stray_quotes_tear_no_record() {
    let text = "a,b\nx 5\" disk,1\n\"q\n\",2\ny\"\",\"z\n\"\"z\"\n\"p\"q\"r,3\n";
    let read = read(text);
    assert_eq!(read.rows, ["x 5\" disk|1", "q\n|2", "y\"\"|z\n\"z", "pq\"r|3"]);
    // The same behind many well-formed rows, so that a cut falls behind the stray quote.
    let many = "1,\"2\n2\"\n".repeat(1 << 20);
    let mixed = format!("a,b\n{many}x\",1\n{many}");
    assert_eq!(self::read(mixed).rows.len(), (2 << 20) + 1);
}

#[test]
fn csv_cut_in_a_quoted_field() {
    let read = read("a,b\n1,2\n3,\"{\"\"k\"\":\"\"v");
    assert_eq!(read.rows, ["1|2"]);
    assert_eq!(read.bad.len(), 1);
    assert_eq!(read.bad[0].reason, "row is cut: the file ends inside a quoted field");
    assert_eq!((read.bad[0].index, read.bad[0].offset, read.bad[0].length), (2, 8, 13));
    assert_eq!(read.bad[0].excerpt, "3,\"{\"\"k\"\":\"\"v");
}

#[test]
fn csv_cut_elsewhere_is_a_row() {
    assert_eq!(read("a,b\n1,2\n3").rows, ["1|2", "3"]);
}

#[test]
fn csv_quote_that_is_never_closed_costs_one_row() {
    let read = read("a,b\n1,2\n3,\"4\n5,6\n7,8\n");
    assert_eq!(read.rows, ["1|2", "5|6", "7|8"]);
    assert_eq!(read.bad.len(), 1);
}

#[test]
fn csv_nul_filled_end_is_one_bad_row() {
    let read = read(["a,b\n".to_owned(), "1,2\n".repeat(100), "\0".repeat(40)].concat());
    assert_eq!(read.rows.len(), 100);
    assert_eq!(read.bad.len(), 1);
    assert!(read.bad[0].reason.contains("NUL"));
}

#[test]
fn json_arrangements() {
    for text in [
        "[{\"a\":1},{\"a\":2}]",
        "{\"@odata.context\":\"x\",\"value\":[{\"a\":1},{\"a\":2}],\"@odata.nextLink\":\"y\"}",
        "{\"records\": [\n {\"a\":1},\n {\"a\":2}\n]}",
        "{\"a\":1}\n{\"a\":2}\n",
        "\u{feff}{\"a\":1}\r\n\r\n{\"a\":2}",
        "{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}\n",
        "{\"a\":1}{\"a\":2}",
        "{\"a\":1}\n{\n\"a\":\n2}",
        "[{\"a\":1}][{\"a\":2}]",
        "[\n{\"a\":1}\n]\n\n{\"a\":2}\n",
        "{\"records\":[{\"a\":1}]}\n{\"records\":[{\"a\":2}]}\n",
        "[[{\"a\":1}],[{\"a\":2}]]",
        "\"[{\\\"a\\\":1},{\\\"a\\\":2}]\"",
        "[\"{\\\"a\\\":1}\",\"{\\\"a\\\":2}\"]",
        "\"{\\\"a\\\":1}\"\n\"{\\\"a\\\":2}\"\n",
    ] {
        let read = read(text);
        assert_eq!(read.rows, ["{\"a\":1}", "{\"a\":2}"], "{text}");
        assert!(read.bad.is_empty() && read.finish.notes.is_empty(), "{text}");
    }
    assert_eq!(read("{\"value\":\"x\"}").rows, ["{\"value\":\"x\"}"]);
    assert_eq!(read("{\"value\":[]}").rows.len(), 0);
}

#[test]
fn json_without_its_final_bracket() {
    let read = read("[\r\n{\"a\":1},\r\n{\"a\":2},\r\n");
    assert_eq!((read.rows.len(), read.bad.len()), (2, 0));
    assert!(read.finish.notes[0].contains("before its list of records is closed"));
}

#[test]
fn json_cut_in_its_last_record() {
    for text in [
        "[{\"a\":1},{\"a\":[{\"b\":1},{\"b\":2},{\"b\":",
        "{\"a\":1}\n{\"a\":\"x",
        "[\n  {\n    \"a\": 1\n  },\n  {\n    \"a\": [\n      {\n",
    ] {
        let read = read(text);
        assert_eq!((read.rows.len(), read.bad.len()), (1, 1), "{text} {:?}", read.bad);
        assert!(read.bad[0].reason.contains("cut"), "{text}");
        assert_eq!(read.bad[0].offset + read.bad[0].length, text.trim_end().len() as u64);
    }
}

#[test]
fn json_goes_on_behind_damage() {
    for (text, rows) in [
        ("{\"a\":1}\n{\"a\":\"x\n{\"a\":3}\n", 2),
        ("{\"a\":1}\nnot json\n{\"a\":3}\n", 2),
        ("{\"a\":1}\n{\"a\":tru}\n{\"a\":3}\n", 2),
        ("[{\"a\":1},{\"a\":\"b},{\"a\":3},{\"a\":4}]", 2),
        ("[{\"a\":1},{\"a\":2,{\"a\":3},{\"a\":4}]", 3),
        ("[\n  {\n    \"a\": 1\n  },\n  {\n    \"a\": [\n      { \"b\": }\n    ]\n  },\n  {\n    \"a\": 3\n  }\n]", 2),
        ("{\"value\":[{\"a\":1},7,{\"a\":3}]}", 2),
    ] {
        let read = read(text);
        assert_eq!((read.rows.len(), read.bad.len()), (rows, 1), "{text} {:?} {:?}", read.rows, read.bad);
    }
}

#[test]
fn json_larger_than_a_chunk() {
    let one = format!("{{\"a\":\"{}\"}}", "x".repeat(100));
    let each = vec![one.as_str(); 100_000];
    for text in
        [format!("[{}]", each.join(",")), format!("{{\"value\":[{}]}}", each.join(",")), each.join("\n"), each.concat()]
    {
        let read = read(text);
        assert_eq!((read.rows.len(), read.bad.len(), read.finish.notes.len()), (100_000, 0, 0));
    }
}

#[test]
fn encodings() {
    let text = "a,b\r\né,2\r\n";
    let wide = |big: bool, mark: bool| -> Vec<u8> {
        let mark = mark.then_some(0xfeff_u16);
        mark.into_iter()
            .chain(text.encode_utf16())
            .flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() })
            .collect()
    };
    for (bytes, encoding) in [
        (text.as_bytes().to_vec(), "utf-8"),
        (format!("\u{feff}{text}").into_bytes(), "utf-8-bom"),
        (wide(false, true), "utf-16le"),
        (wide(true, true), "utf-16be"),
        (wide(false, false), "utf-16le"),
        (wide(true, false), "utf-16be"),
        (b"a,b\r\n\xe9,2\r\n".to_vec(), "cp1252"),
    ] {
        let read = read(&bytes);
        assert_eq!((read.encoding, read.rows.as_slice()), (encoding, &["é|2".to_owned()][..]));
        assert_eq!(read.keys(), ["a", "b"]);
        assert!(read.finish.notes.is_empty());
    }
}

#[test]
fn malformed_utf8_behind_the_beginning_is_replaced_and_told() {
    let mut bytes = b"a,b\n".to_vec();
    bytes.extend_from_slice("1,2\n".repeat(1 << 18).as_bytes());
    let place = bytes.len() + 2;
    bytes.extend_from_slice(b"3,\xff\xe9\n4,5\n");
    let read = read(&bytes);
    assert_eq!(read.rows[(1 << 18)..], ["3|\u{fffd}\u{fffd}", "4|5"]);
    assert_eq!(
        read.finish.notes,
        [format!("2 malformed utf-8 sequences, the first at byte {place} of the text, are shown as U+FFFD")]
    );
}

#[test]
fn unusable_files() {
    for (bytes, format) in [
        (&b""[..], "empty"),
        (b" \r\n\t\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (&[0; 5000], "binary"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xfe", "binary"),
        (b"one line of prose\nand another\n", "unrecognised"),
        (b"[section]\nkey=1\n", "unrecognised"),
        (b"7z\xbc\xaf\x27\x1c\0\x04", "unrecognised"),
    ] {
        let unusable = try_read(bytes).unwrap_err();
        assert_eq!(unusable.format, format, "{}", unusable.reason);
        assert_eq!(unusable.bytes, bytes.len() as u64);
        assert_eq!(unusable.sha256.len(), 64);
    }
    let gone = Reader::open(&found(Path::new("/nowhere/at/all")), &Limits::default()).unwrap_err();
    assert_eq!((gone.format, gone.sha256.as_str()), ("unreadable", ""));
}

#[test]
fn gzip_of_many_members_and_zstd() {
    let (first, second) = CSV.split_at(12);
    let packed = [gzip(first.as_bytes()), gzip(second.as_bytes())].concat();
    let read_gzip = read(&packed);
    assert_eq!(read_gzip.rows, CSV_ROWS);
    assert_eq!(read_gzip.finish.bytes, packed.len() as u64);
    assert_eq!(read(zstd::encode_all(CSV.as_bytes(), 3).unwrap()).rows, CSV_ROWS);
    assert_eq!(read(gzip(&gzip(CSV.as_bytes()))).rows, CSV_ROWS);
}

#[test]
fn cut_gzip_and_zstd_keep_the_rows_so_far() {
    // Numbers that compress badly, so that rows come out before the cut.
    let lines: Vec<String> =
        (0..200_000_u64).map(|i| format!("{i},{}", i.wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect();
    let text = format!("a,b\n{}\n", lines.join("\n"));
    for packed in [gzip(text.as_bytes()), zstd::encode_all(text.as_bytes(), 1).unwrap()] {
        let cut = &packed[..packed.len() / 2];
        let read = read(cut);
        assert!(read.rows.len() > 1000 && read.rows.len() < 200_000);
        assert!(read.rows.iter().zip(&lines).all(|(row, line)| line.replace(',', "|").starts_with(row.as_str())));
        assert!(read.finish.broken.is_some());
        assert_eq!(read.finish.bytes, cut.len() as u64);
    }
}

#[test]
fn expansion_limits() {
    let text = format!("a,b\n{}", "1,2\n".repeat(100_000));
    let folder = tempfile::tempdir().unwrap();
    let packed = gzip(text.as_bytes());
    let found = found(&file(&folder, "f.gz", &packed));
    let read = read_found(&found, &Limits { expansion: 100_000, ..Limits::default() }).unwrap();
    assert!(read.finish.broken.unwrap().contains("expands to more than 100000 bytes"));
    assert!(!read.rows.is_empty() && read.rows.len() < 100_000);
    assert_eq!(read.finish.bytes, packed.len() as u64);
    let exact = read_found(&found, &Limits { expansion: text.len() as u64, ..Limits::default() }).unwrap();
    assert_eq!((exact.finish.broken, exact.rows.len()), (None, 100_000));

    let bomb = gzip(format!("a,b\n{}", format!("1,{}\n", "2".repeat(1000)).repeat(80 << 10)).as_bytes());
    let path = file(&folder, "bomb.gz", &bomb);
    let bombed = read_found(&self::found(&path), &Limits { ratio: 50, ..Limits::default() }).unwrap();
    assert!(bombed.finish.broken.unwrap().contains("50 times its size"));
}

#[test]
fn zip_members_are_read_in_place() {
    let folder = tempfile::tempdir().unwrap();
    let nested = gzip(b"{\"a\":1}\n");
    let bytes = archive(&[
        ("b/two.json", b"[{\"a\":2}]"),
        ("a.csv", CSV.as_bytes()),
        ("../../evil\u{1b}.csv", CSV.as_bytes()),
        ("/etc/c.json.gz", &nested),
        ("C:\\x\\d.csv", CSV.as_bytes()),
    ]);
    let path = file(&folder, "case/export.bin", &bytes);
    let walk = walk(&[path.parent().unwrap().to_path_buf()], &Limits::default()).unwrap();
    let names: Vec<&str> = walk.found.iter().map(|found| found.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "case/export.bin!/a.csv",
            "case/export.bin!/b/two.json",
            "case/export.bin!/etc/c.json.gz",
            "case/export.bin!/evil\\u{1b}.csv",
            "case/export.bin!/x/d.csv",
        ]
    );
    let counts: Vec<usize> =
        walk.found.iter().map(|found| read_found(found, &Limits::default()).unwrap().rows.len()).collect();
    assert_eq!(counts, [2, 1, 1, 2, 2]);
    let finish = read_found(&walk.found[0], &Limits::default()).unwrap().finish;
    assert_eq!(finish.sha256, hash(&file(&folder, "a.csv", CSV.as_bytes())).unwrap().0);
    assert!(walk.unusable.is_empty());
}

#[test]
fn zip_trouble_is_told_and_the_rest_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let whole = archive(&[("a.csv", CSV.as_bytes()), ("b.csv", CSV.as_bytes())]);
    file(&folder, "cut.zip", &whole[..whole.len() - 30]);
    // The flag of encryption, in the local and in the central header of the first member.
    let mut locked = whole.clone();
    let central = locked.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    locked[6] |= 1;
    locked[central + 8] |= 1;
    file(&folder, "locked.zip", &locked);
    // A byte of a stored member.
    let mut changed = archive(&[("z", b"x"), ("stored.csv", CSV.as_bytes())]);
    let place = changed.windows(3).position(|bytes| bytes == b"2,x").unwrap();
    changed[place] = b'9';
    file(&folder, "torn.zip", &changed);
    let walk = walk(&[folder.path().to_path_buf()], &Limits::default()).unwrap();
    let told: Vec<(String, &str)> = walk
        .unusable
        .iter()
        .map(|(found, unusable)| (found.name.split_once('/').unwrap().1.to_owned(), unusable.reason.as_str()))
        .collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].0 == "cut.zip" && told[0].1.starts_with("the zip cannot be listed"), "{told:?}");
    assert!(told[1].0 == "locked.zip!/a.csv" && told[1].1.contains("encrypted"), "{told:?}");
    let torn = walk.found.iter().find(|found| found.name.ends_with("stored.csv")).unwrap();
    assert!(read_found(torn, &Limits::default()).unwrap().finish.broken.unwrap().contains("checksum"));
    let fine = walk.found.iter().find(|found| found.name.ends_with("locked.zip!/b.csv")).unwrap();
    assert_eq!(read_found(fine, &Limits::default()).unwrap().rows, CSV_ROWS);
}

#[test]
fn walk_is_sorted_relative_and_lists_a_file_once() {
    let folder = tempfile::tempdir().unwrap();
    let one = file(&folder, "x/export/b.csv", b"a,b\n");
    file(&folder, "x/export/a/c.csv", b"a,b\n");
    file(&folder, "y/export/b.csv", b"c,d\n");
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.path().join("x/export"), folder.path().join("x/export/loop")).unwrap();
    let (x, y) = (folder.path().join("x/export"), folder.path().join("y/export"));
    let walk = walk(&[y, x.clone(), one], &Limits::default()).unwrap();
    let names: Vec<&str> = walk.found.iter().map(|found| found.name.as_str()).collect();
    assert_eq!(names, ["export/a/c.csv", "export/b.csv", "export/b.csv#2"]);
    assert!(walk.unusable.is_empty());
    let error = speur::input::walk(&[x.join("nothing")], &Limits::default()).unwrap_err().to_string();
    assert!(error.ends_with("nothing: does not exist; give a file or a folder that does"), "{error}");
}

#[test]
fn real_exports() {
    let Some(corpus) = std::env::var_os("SPEUR_CORPUS").map(PathBuf::from) else {
        eprintln!("skipped: SPEUR_CORPUS is not set");
        return;
    };
    let walk = walk(&[corpus.join("ual-2021"), corpus.join("panther")], &Limits::default()).unwrap();
    let mut rows = 0;
    for found in &walk.found {
        match read_found(found, &Limits::default()) {
            Ok(read) => {
                assert!(read.bad.is_empty() && read.finish.broken.is_none(), "{}: {:?}", found.name, read.bad);
                if found.name.starts_with("ual-2021") {
                    rows += read.rows.len();
                }
            }
            Err(unusable) => assert_eq!(unusable.format, "unrecognised", "{}: {}", found.name, unusable.reason),
        }
    }
    assert_eq!(rows, 639);
}
