//! `report.pdf`: what tools of others read in it, and that log text is nothing but text there.

use super::{facts, tenant, tree, written};
use flate2::read::ZlibDecoder;
use speur::output::{verify, write_case};
use std::io::Read;
use std::path::Path;
use std::process::Command;

/// What makes a PDF act, reach out or hold another file.
const ACTS: [&str; 17] = [
    "/JavaScript",
    "/JS",
    "/URI",
    "/Launch",
    "/OpenAction",
    "/AA",
    "/EmbeddedFile",
    "/Filespec",
    "/AcroForm",
    "/XFA",
    "/SubmitForm",
    "/ImportData",
    "/GoToR",
    "/GoToE",
    "/RichMedia",
    "/Rendition",
    "/Annots",
];

/// What a tool says of a file; `None` where the tool is not installed, which is told.
pub(crate) fn told(tool: &str, args: &[&str], file: &Path) -> Option<String> {
    let arguments: Vec<&str> =
        args.iter().map(|arg| if *arg == "FILE" { file.to_str().unwrap() } else { *arg }).collect();
    #[allow(clippy::single_match_else)] // both ends are told
    match Command::new(tool).args(arguments).output() {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(output.status.success(), "{tool}: {said}{}", String::from_utf8_lossy(&output.stderr));
            assert!(output.stderr.is_empty(), "{tool}: {}", String::from_utf8_lossy(&output.stderr));
            Some(said)
        }
        Err(_) => {
            println!("skipped: {tool} is not installed");
            None
        }
    }
}

/// Text without regard to where lines end.
pub(crate) fn joined(text: &str) -> String {
    text.split_whitespace().collect()
}

/// A file taken apart: what stands outside of streams, and each stream, opened, behind its head.
fn apart(file: &[u8]) -> (String, Vec<(String, Vec<u8>)>) {
    let (mut outside, mut found) = (String::new(), Vec::new());
    let mut rest = file;
    let start = b">>\nstream\n";
    while let Some(at) = rest.windows(start.len()).position(|window| window == start) {
        let head = String::from_utf8_lossy(&rest[..at]).into_owned();
        let length: usize = head.rsplit("/Length ").next().unwrap().parse().unwrap();
        let body = &rest[at + start.len()..at + start.len() + length];
        let mut text = Vec::new();
        if head.ends_with(&format!("/Filter/FlateDecode/Length {length}")) {
            ZlibDecoder::new(body).read_to_end(&mut text).unwrap();
        } else {
            text.extend_from_slice(body);
        }
        outside.push_str(&head);
        found.push((head, text));
        rest = &rest[at + start.len() + length..];
    }
    outside.push_str(&String::from_utf8_lossy(rest));
    (outside, found)
}

/// That nothing in a file acts, and that `raw` stands nowhere in it but as characters of a font or in hex.
pub(crate) fn assert_inert(file: &[u8], raw: &[&str]) {
    let (outside, streams) = apart(file);
    let objects = |head: &str| head.ends_with("/Filter/FlateDecode") && head.contains("/Type/ObjStm");
    let mut places = vec![("outside of streams".to_owned(), outside)];
    for (head, stream) in streams {
        let head = head.rsplit("<<").next().unwrap().rsplit_once("/Length ").unwrap().0.to_owned();
        match String::from_utf8(stream) {
            Ok(text) => places.push((head, text)),
            // Fonts, the colour profile and the table of places.
            Err(_) => assert!(!objects(&head), "objects that are no text: {head}"),
        }
    }
    let held: String = places.iter().filter(|(head, _)| objects(head)).map(|(_, text)| text.as_str()).collect();
    assert!(held.contains("/Type/Catalog") && held.contains("/Type/Page/"), "no catalog or page is found");
    for (place, text) in &places {
        for bad in ACTS.iter().chain(raw) {
            assert!(!text.contains(bad), "{bad} stands in {place}");
        }
    }
}

#[test]
fn every_finding_and_the_digest_are_read_on_its_pages() {
    let case = tenant::case();
    let (_around, out) = written(&case);
    let pdf = out.join("report.pdf");
    let manifest: serde_json::Value =
        serde_json::from_slice(&std::fs::read(out.join("manifest.json")).unwrap()).unwrap();
    let digest = manifest["digest"].as_str().unwrap();
    assert_eq!(digest.len(), 64);
    let Some(text) = told("pdftotext", &["-enc", "UTF-8", "FILE", "-"], &pdf) else { return };
    let all = joined(&text);
    for finding in &case.findings {
        let title = speur::output::escape::visible(&finding.rule.title).into_owned();
        assert!(all.contains(&joined(&title)), "{title}");
    }
    let pages: Vec<&str> = text.split_terminator('\u{c}').collect();
    for (number, page) in pages.iter().enumerate() {
        assert!(page.contains(digest), "page {} has no digest", number + 1);
        assert!(page.contains(&format!("Page {} of {}", number + 1, pages.len())), "{page}");
    }
}

#[test]
fn every_finding_of_the_sample_is_told() {
    let around = tempfile::tempdir().unwrap();
    let out = around.path().join("case");
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/harbor");
    let mut run = Command::new(env!("CARGO_BIN_EXE_speur"));
    run.arg("analyze").arg(sample).arg("--out").arg(&out).arg("--quiet");
    assert!(run.output().unwrap().status.success());
    let pdf = out.join("report.pdf");
    told("qpdf", &["--check", "FILE"], &pdf);
    let Some(text) = told("pdftotext", &["-enc", "UTF-8", "FILE", "-"], &pdf) else { return };
    let all = joined(&text);
    let findings: serde_json::Value =
        serde_json::from_slice(&std::fs::read(out.join("findings.json")).unwrap()).unwrap();
    let titles: Vec<&str> =
        findings.as_array().unwrap().iter().map(|finding| finding["rule"]["title"].as_str().unwrap()).collect();
    let missing: Vec<&&str> = titles.iter().filter(|title| !all.contains(&joined(title))).collect();
    assert!(titles.len() > 100 && missing.is_empty(), "{} of {}: {missing:?}", missing.len(), titles.len());
}

#[test]
fn its_hostile_text_is_text() {
    let (_around, out) = written(&tenant::case());
    let pdf = out.join("report.pdf");
    let bytes = std::fs::read(&pdf).unwrap();
    assert!(bytes.starts_with(b"%PDF-1.7\n") && bytes.ends_with(b"%%EOF\n"));
    assert_inert(&bytes, &["alert(1)", "<script", "HYPERLINK", "Date"]);
    let Some(text) = told("pdftotext", &["-enc", "UTF-8", "FILE", "-"], &pdf) else { return };
    let all = joined(&text);
    assert!(all.contains("<script>alert(1)</script>"), "the hostile text is shown, as text");
    assert!(all.contains("\\u{202e}direction"));
    for bad in ["\u{202e}", "\u{1b}", "\0"] {
        assert!(!text.contains(bad), "{bad:?}");
    }
}

#[test]
fn a_file_that_acts_is_found() {
    let pages = "<</Type/Catalog/Pages 2 0 R>>\n<</Type/Page/Parent 2 0 R>>\n";
    let file = |objects: &str, outside: &str| {
        let mut packed = flate2::read::ZlibEncoder::new(objects.as_bytes(), flate2::Compression::fast());
        let mut stream = Vec::new();
        packed.read_to_end(&mut stream).unwrap();
        let head = format!("<</Type/ObjStm/N 2/First 9/Filter/FlateDecode/Length {}>>\nstream\n", stream.len());
        [b"%PDF-1.7\n1 0 obj\n".as_slice(), head.as_bytes(), &stream, b"\nendstream\nendobj\n", outside.as_bytes()]
            .concat()
    };
    assert_inert(&file(pages, "startxref\n"), &["pwned"]);
    let act = "<</S/JavaScript/JS(x)>>";
    for (objects, outside) in [
        (format!("{pages}{act}"), ""),
        (pages.to_owned(), act),
        (pages.replace("/Pages", "/OpenAction 3 0 R/Pages"), ""),
        (format!("{pages}(pwned)"), ""),
        (pages.to_owned(), "(pwned)"),
        (String::new(), ""),
    ] {
        let file = file(&objects, outside);
        assert!(std::panic::catch_unwind(|| assert_inert(&file, &["pwned"])).is_err(), "{objects:?} {outside:?}");
    }
}

#[test]
fn it_is_sound_embeds_its_fonts_and_says_what_it_is() {
    for case in [tenant::case(), tenant::empty()] {
        let (_around, out) = written(&case);
        let pdf = out.join("report.pdf");
        told("qpdf", &["--check", "FILE"], &pdf);
        if let Some(fonts) = told("pdffonts", &["FILE"], &pdf) {
            let rows: Vec<&str> = fonts.lines().skip(2).collect();
            assert!(!rows.is_empty());
            // Embedded, a subset, and with a meaning for each code.
            assert!(rows.iter().all(|row| row.contains("+DejaVuSans") && row.contains("yes yes yes")), "{fonts}");
        }
        if let Some(info) = told("pdfinfo", &["-meta", "FILE"], &pdf) {
            assert!(info.contains("<pdfaid:part>2</pdfaid:part>") && info.contains("<dc:title>"), "{info}");
        }
        if let Some(info) = told("pdfinfo", &["FILE"], &pdf) {
            assert!(info.contains("Tagged:          yes") && info.contains("(A4)"), "{info}");
            assert!(!info.contains("Date"), "{info}");
        }
    }
}

#[test]
fn each_chart_is_drawn_whole() {
    let (_around, out) = written(&tenant::case());
    let pdf = out.join("report.pdf");
    let Some(text) = told("pdftotext", &["-enc", "UTF-8", "FILE", "-"], &pdf) else { return };
    let all = joined(&text);
    let charts = tree(&out).into_iter().filter(|(name, _)| name.ends_with("svg"));
    for (name, svg) in charts {
        let svg = String::from_utf8(svg).unwrap();
        let title = svg.split("<title").nth(1).and_then(|rest| rest.split(['<', '>']).nth(1)).unwrap();
        let title = title.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        assert!(all.contains(&joined(&title)), "{name}: {title}");
    }
}

#[test]
fn the_digest_is_that_of_what_the_manifest_says() {
    let (_around, out) = written(&tenant::case());
    assert_eq!(verify(&out, &[]).unwrap().mismatches, []);
    let path = out.join("manifest.json");
    let manifest = std::fs::read_to_string(&path).unwrap();
    // Times and threads are those of a run; everything else counts.
    std::fs::write(&path, manifest.replace("\"threads\": 1", "\"threads\": 7")).unwrap();
    assert_eq!(verify(&out, &[]).unwrap().mismatches, []);
    std::fs::write(&path, manifest.replace("0.0.0-test", "0.0.1-test")).unwrap();
    let told = verify(&out, &[]).unwrap().mismatches;
    assert_eq!(told.len(), 1);
    assert!(told[0].path.starts_with("manifest.json"), "{told:?}");
    assert_ne!(told[0].found.as_deref(), Some(told[0].expected.as_str()));
}

#[test]
fn two_runs_at_other_times_write_the_same_bytes() {
    let case = tenant::case();
    let (_around, first) = written(&case);
    let around = tempfile::tempdir().unwrap();
    let second = around.path().join("elsewhere");
    let later = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_900_000_000);
    let run = speur::output::RunFacts { started: later, finished: Some(later), threads: 4, ..facts() };
    write_case(&case, &run, &second).unwrap();
    let read = |folder: &Path| std::fs::read(folder.join("report.pdf")).unwrap();
    assert!(read(&first) == read(&second));
}
