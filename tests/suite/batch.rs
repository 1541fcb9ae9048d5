//! Many tenants at once: which case is written, kept or refused.

mod home;
mod links;

use super::language::english;
use home::{A, B, Home, assert_same, five, forwarding, opened, tree};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

#[test]
fn a_tenant_that_fails_is_told_and_does_not_stop_the_others() {
    let home = five();
    let ran = home.batch(&[]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("tenants that failed: 3"), "{}", ran.err);
    for told in ["empty: root/empty: no evidence", "cut: root/cut: none of its records", "letters: root/letters: no "] {
        assert!(ran.err.contains(told), "no {told}: {}", ran.err);
    }
    assert!(ran.out.contains("tenants: 5 = 2 with a case + 3 without"), "{}", ran.out);
    let status: Vec<String> = home.table("overview.csv").iter().map(|row| row["status"].clone()).collect();
    assert_eq!(status, ["complete", "complete", "failed", "failed", "failed"]);
    for (case, there) in [("anchor", true), ("bollard", true), ("cut", false), ("empty", false), ("letters", false)] {
        assert_eq!(home.path("cases").join(case).exists(), there, "{case}");
    }
    let single = home.run(&["analyze", "root/anchor", "--out", "single"]);
    assert_eq!(single.code, 0, "{}", single.err);
    assert_same(&home.path("single"), &home.path("cases/anchor"));
    assert_eq!(home.run(&["verify", "cases/anchor"]).code, 0);
}

#[test]
fn a_good_batch_exits_0_and_quiet_prints_nothing() {
    let home = Home::new();
    home.file("root/anchor/a.json", opened(A, "01", "8.8.8.8"));
    let ran = home.batch(&["--quiet"]);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", ""));
    let html = std::fs::read_to_string(home.path("cases/overview.html")).unwrap();
    assert!(html.contains("href=\"./anchor/report.html\"") && html.contains("Nothing is shared"), "{html}");
    let row = &home.table("overview.csv")[0];
    let cells = ["events", "accounts", "first_time", "last_time", "files", "rows", "used", "findings", "not_used"];
    let expected = ["1", "1", "2026-01-05T10:00:00Z", "2026-01-05T10:00:00Z", "1", "1", "1", "0", "0"];
    assert_eq!(cells.map(|cell| row[cell].as_str()), expected);
}

#[test]
fn a_dutch_overview_is_dutch_and_known_by_later_runs() {
    let home = five();
    assert_eq!(home.batch(&["--language", "nl"]).code, 3);
    let html = || std::fs::read_to_string(home.path("cases/overview.html")).unwrap();
    let page = html();
    assert!(
        page.contains("<html lang=\"nl\">") && page.contains("Van 2 tenants heeft er geen een bevinding"),
        "{page}"
    );
    assert!(page.contains("<td>mislukt</td>"), "{page}");
    let found = english().into_iter().find(|english| page.contains(english.as_str()));
    assert!(found.is_none(), "{found:?}");
    // A page in another language is this program's own all the same.
    for (code, lang) in [("en", "<html lang=\"en\">"), ("nl", "<html lang=\"nl\">")] {
        let ran = home.batch(&["--language", code]);
        assert!(ran.code == 3 && html().contains(lang), "{}", ran.err);
    }
}

#[test]
fn finished_tenants_are_kept_and_the_others_come_out_the_same() {
    let home = five();
    home.batch(&[]);
    std::fs::rename(home.path("cases"), home.path("first")).unwrap();
    std::fs::create_dir(home.path("cases")).unwrap();
    std::fs::rename(home.path("first/bollard"), home.path("cases/bollard")).unwrap();
    // What a killed run leaves of a case of this batch goes; what another program left does not.
    home.file("cases/.anchor.partial-Xy12Zz/timeline.csv", "half");
    home.file("cases/.other.partial-Xy12Zz/mine.txt", "mine");
    let before = std::fs::metadata(home.path("cases/bollard/manifest.json")).unwrap().modified().unwrap();
    let ran = home.batch(&["--threads", "1"]);
    assert!(ran.out.contains("1 of the cases were finished by an earlier run"), "{}", ran.out);
    assert_eq!(std::fs::metadata(home.path("cases/bollard/manifest.json")).unwrap().modified().unwrap(), before);
    assert!(!home.path("cases/.anchor.partial-Xy12Zz").exists());
    assert!(home.path("cases/.other.partial-Xy12Zz/mine.txt").exists());
    std::fs::remove_dir_all(home.path("cases/.other.partial-Xy12Zz")).unwrap();
    std::fs::rename(home.path("cases/bollard"), home.path("first/bollard")).unwrap();
    std::fs::create_dir(home.path("cases/bollard")).unwrap();
    for file in tree(&home.path("first/bollard")).keys() {
        home.file(&format!("cases/bollard/{file}"), std::fs::read(home.path("first/bollard").join(file)).unwrap());
    }
    assert_same(&home.path("first"), &home.path("cases"));
}

#[test]
fn evidence_that_changed_is_told_and_its_case_is_left_alone() {
    let home = five();
    home.batch(&[]);
    let before = tree(&home.path("cases/anchor"));
    home.file("root/anchor/a.json", opened(A, "03", "8.8.8.8"));
    home.file("root/anchor/new.json", opened(A, "04", "8.8.8.8"));
    let ran = home.batch(&[]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("tenants whose case is not up to date: 1"), "{}", ran.err);
    assert!(ran.err.contains("anchor/a.json has changed, anchor/new.json is new"), "{}", ran.err);
    assert_eq!(home.status("anchor"), "outdated");
    assert_eq!(home.status("bollard"), "complete");
    assert_eq!(tree(&home.path("cases/anchor")), before);
    std::fs::rename(home.path("cases/anchor"), home.path("earlier")).unwrap();
    home.batch(&[]);
    assert_eq!(home.status("anchor"), "complete");
    let row = home.table("overview.csv").remove(0);
    assert_eq!(row["events"], "2", "{row:?}");
    std::fs::remove_file(home.path("root/anchor/new.json")).unwrap();
    let ran = home.batch(&[]);
    assert!(ran.err.contains("anchor/new.json is gone"), "{}", ran.err);
}

/// A filter for one of the program's rules, by its id.
fn filter(rule: &str, account: &str) -> String {
    format!(
        "title: Known\nlogsource:\n    product: m365\n    service: exchange\nfilter:\n    rules:\n        - {rule}\n    \
         selection:\n        UserId: {account}\n    condition: not selection\n"
    )
}

#[test]
fn other_options_rules_or_bytes_make_a_case_outdated_and_a_moved_root_does_not() {
    let home = Home::new();
    home.file("root/anchor/a.json", opened(A, "01", "8.8.8.8"));
    home.file("mine.yml", filter("x", "a"));
    let outdated = |more: &[&str], told: &str| {
        let ran = home.batch(more);
        assert_eq!(ran.code, 3, "{more:?}: {}", ran.err);
        assert!(ran.err.contains("not up to date: 1") && ran.err.contains(told), "{more:?}: {}", ran.err);
        assert_eq!(home.status("anchor"), "outdated");
    };
    assert_eq!(home.batch(&[]).code, 0);
    outdated(&["--from", "2026-01-01"], "the options were [], now [--from 2026-01-01]");
    outdated(&["--no-default-rules"], "options");
    // A filter that nothing uses is refused, and is an input all the same.
    outdated(&["--rules", "mine.yml"], "the rules, filters, placeholders or geolocation databases are others");
    assert_eq!(home.batch(&["--threads", "2"]).code, 0, "the number of threads shapes nothing");
    let root = home.path("root").display().to_string();
    let ran = home.run(&["batch", &root, "--out", "cases"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("1 of the cases were finished by an earlier run"), "{}", ran.out);
    // A note beside the products is the reader's own; a product that changed is not what was written.
    home.file("cases/anchor/note.txt", "mine");
    assert_eq!(home.batch(&[]).code, 0);
    home.file("cases/anchor/timeline.csv", "changed");
    outdated(&[], "not as its manifest states: timeline.csv");
    std::fs::remove_dir_all(home.path("cases/anchor")).unwrap();
    home.file("cases/anchor/own.txt", "mine");
    outdated(&[], "what stands there is no case");
    assert_eq!(std::fs::read_dir(home.path("cases/anchor")).unwrap().count(), 1);
}

#[test]
fn a_rule_file_that_changed_makes_a_case_outdated() {
    let home = Home::new();
    home.file("root/anchor/a.json", opened(A, "01", "8.8.8.8"));
    let rule = |level: &str| {
        format!(
            "title: Opened\nid: 0f0e0d0c-0000-4000-8000-000000000001\nlevel: {level}\nlogsource:\n    product: m365\n\
             detection:\n    selection:\n        Operation: FileAccessed\n    condition: selection\n"
        )
    };
    home.file("mine.yml", rule("low"));
    assert_eq!(home.batch(&["--rules", "mine.yml"]).code, 0);
    assert_eq!(home.batch(&["--rules", "mine.yml"]).code, 0);
    home.file("mine.yml", rule("high"));
    let ran = home.batch(&["--rules", "mine.yml"]);
    assert_eq!((ran.code, home.status("anchor")), (3, "outdated".to_owned()), "{}", ran.err);
    let verified = home.run(&["verify", "cases/anchor"]);
    assert!(verified.code == 1 && verified.out.contains("mine.yml: changed"), "{}{}", verified.out, verified.err);
}

#[test]
fn mixed_files_are_split_by_what_the_records_state() {
    let home = Home::new();
    let both = opened(A, "01", "8.8.8.8") + &opened(B, "02", "8.8.8.8") + &opened(A, "03", "8.8.8.8") + "{\"cut\": \n";
    home.file("root/mixed/both.json", both);
    home.file("root/b.json", opened(&B.to_uppercase(), "04", "8.8.8.8") + &opened(B, "02", "8.8.8.8"));
    home.file("root/none.json", opened("", "05", "8.8.8.8"));
    home.file("root/note.txt", "dear colleague");
    let ran = home.batch(&["--tenant-by", "organization-id"]);
    assert_eq!(ran.code, 3, "the cut record is told: {}", ran.err);
    let rows = home.table("overview.csv");
    let column = |name: &str| rows.iter().map(|row| row[name].clone()).collect::<Vec<_>>();
    assert_eq!(column("tenant"), ["(no tenant stated)", A, B]);
    assert_eq!(column("events"), ["1", "2", "2"]);
    assert_eq!(column("rows"), ["1", "4", "6"], "a case counts the files that hold a record of its tenant");
    assert_eq!(column("outside"), ["0", "1", "2"], "and the records of others as outside");
    assert_eq!(column("rejected"), ["0", "1", "1"]);
    assert_eq!(column("duplicate"), ["0", "0", "1"]);
    let files = |case: &str| -> Vec<String> {
        let bytes = std::fs::read(home.path("cases").join(case).join("coverage.json")).unwrap();
        let coverage: Value = serde_json::from_slice(&bytes).unwrap();
        coverage["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(files(A), ["root/mixed/both.json"]);
    assert_eq!(files(B), ["root/b.json", "root/mixed/both.json"]);
    assert_eq!(files("no-tenant-stated"), ["root/none.json", "root/note.txt"]);
    let again = home.batch(&["--tenant-by", "organization-id"]);
    assert!(again.out.contains("3 of the cases were finished by an earlier run"), "{}{}", again.out, again.err);
    assert_eq!(home.run(&["analyze", "root/mixed", "--tenant", A, "--out", "single"]).code, 3);
    let events = |path: &str| -> Vec<String> {
        let rows = csv::Reader::from_path(home.path(path)).unwrap().into_deserialize::<BTreeMap<String, String>>();
        rows.map(|row| row.unwrap()["event_id"].clone()).collect()
    };
    assert_eq!(events("single/timeline.csv"), events(&format!("cases/{A}/timeline.csv")));
}

/// Of a record of another tenant in the same file the case counts that it was there, and tells nothing.
#[test]
fn a_case_names_no_mailbox_of_another_tenant() {
    let home = Home::new();
    let throttled = opened(B, "02", "8.8.8.8").replace("FileAccessed", "MailItemsAccessed").replace(
        r#""RecordType":6"#,
        r#""RecordType":50,"MailboxOwnerUPN":"paula@bollard.example","OperationProperties":[{"Name":"IsThrottled","Value":"True"}]"#,
    );
    home.file("root/both.json", opened(A, "01", "8.8.8.8") + &throttled);
    let ran = home.batch(&["--tenant-by", "organization-id"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let names = |case: &str| {
        let files = tree(&home.path("cases").join(case));
        files.values().any(|bytes| String::from_utf8_lossy(bytes).contains("paula@"))
    };
    assert!(names(B) && !names(A));
    let coverage = |case: &str| std::fs::read_to_string(home.path("cases").join(case).join("coverage.json")).unwrap();
    assert!(coverage(B).contains("throttled-mail-access") && !coverage(A).contains("throttled-mail-access"));
}

#[test]
fn of_mixed_files_only_the_tenants_asked_for_are_split_off() {
    let home = Home::new();
    home.file("root/both.json", opened(A, "01", "8.8.8.8") + &opened(B, "02", "8.8.8.8"));
    let ran = home.batch(&["--tenant-by", "organization-id", "--tenant", &format!("{},absent", B.to_uppercase())]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("1 of 2 tenants are left out by --tenant"), "{}", ran.err);
    assert!(ran.err.contains("--tenant absent: no record states this tenant"), "{}", ran.err);
    assert!(home.path("cases").join(B).exists() && !home.path("cases").join(A).exists());
    // No tenant in any record: nothing to split by.
    home.file("root/both.json", opened("", "01", "8.8.8.8"));
    let ran = home.run(&["batch", "root", "--out", "other", "--tenant-by", "organization-id"]);
    assert!(ran.code == 2 && ran.err.contains("no record in it states a tenant"), "{}", ran.err);
}

#[cfg(unix)]
#[test]
fn hostile_folder_names_make_harmless_ones() {
    let home = Home::new();
    let names = [
        "<script>alert(1)<",
        "=cmd|' /C calc'!A0",
        "...",
        "a b",
        "\u{1b}[2J",
        "\u{202e}exe",
        "København",
        "overview.html",
        "-rf",
        "&\"'",
    ];
    for name in names {
        home.file(&format!("root/{name}/a.json"), opened(A, "01", "8.8.8.8"));
    }
    let ran = home.batch(&[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let cases: BTreeSet<String> = std::fs::read_dir(home.path("cases"))
        .unwrap()
        .map(Result::unwrap)
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    assert_eq!(cases.len(), names.len(), "{cases:?}");
    assert!(cases.contains("a b") && cases.contains("København"), "{cases:?}");
    let safe = |c: char| c.is_alphanumeric() || " ._-()".contains(c);
    assert!(cases.iter().all(|case| case.chars().all(safe) && !case.starts_with(['.', '-'])), "{cases:?}");
    let html = std::fs::read_to_string(home.path("cases/overview.html")).unwrap();
    assert!(!html.contains("<script") && !html.contains('\u{202e}') && !html.contains('\u{1b}'), "{html}");
    assert!(html.contains("&#60;script&#62;alert(1)") || html.contains("&lt;script&gt;alert(1)"), "{html}");
    assert!(html.contains("default-src 'none'"), "nothing may be fetched");
    let table = std::fs::read_to_string(home.path("cases/overview.csv")).unwrap();
    assert!(table.contains("\"'=cmd") || table.contains("'=cmd"), "{table}");
    assert!(!table.contains('\u{1b}'), "{table}");
    assert_eq!(home.batch(&[]).code, 0, "and is found again under the same name");
    assert!(home.batch(&[]).out.contains("10 of the cases were finished"), "{}", home.batch(&[]).out);
}

#[test]
fn one_thread_and_two_give_the_same_bytes() {
    let home = five();
    home.file("root/mixed/m.json", forwarding(A, "01", "102.89.23.77", "x@y.example") + &opened(B, "02", "9.9.9.9"));
    home.file("root/anchor/f.json", forwarding(A, "03", "102.89.23.77", "x@y.example"));
    for by in ["folder", "organization-id"] {
        for threads in ["1", "2"] {
            let out = format!("{by}-{threads}");
            let ran = home.run(&["batch", "root", "--out", &out, "--threads", threads, "--tenant-by", by]);
            assert_eq!(ran.code, 3, "{}", ran.err);
        }
        assert_same(&home.path(&format!("{by}-1")), &home.path(&format!("{by}-2")));
    }
}

#[test]
fn a_batch_that_cannot_begin_exits_2_and_says_why() {
    let home = Home::new();
    home.file("root/anchor/a.json", opened(A, "01", "8.8.8.8"));
    home.file("flat/a.json", opened(A, "01", "8.8.8.8"));
    home.file("taken/overview.csv", "mine");
    let refused = |arguments: &[&str], told: &str| {
        let ran = home.run(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(told), "{arguments:?}: {}", ran.err);
    };
    refused(&["batch", "absent", "--out", "cases"], "absent: cannot be read");
    refused(&["batch", "flat/a.json", "--out", "cases"], "is not a folder");
    refused(&["batch", "flat", "--out", "cases"], "holds no folder");
    refused(&["batch", "root", "--out", "root"], "lies within the evidence");
    refused(&["batch", "root", "--out", "root/anchor/cases"], "lies within the evidence");
    refused(&["batch", "root", "--out", "root/cases", "--tenant-by", "organization-id"], "lies within the evidence");
    refused(&["batch", "root", "--out", "taken"], "taken/overview.csv: stands where the overview");
    refused(&["batch", "root"], "--out");
    refused(&["batch", "root", "--out", "cases", "--from", "x"], "--from");
    assert!(!home.path("cases").exists() && !home.path("root/anchor/cases").exists());
    assert_eq!(std::fs::read(home.path("taken/overview.csv")).unwrap(), b"mine");
    // The folder for the cases may stand among the tenants, and is none of them then.
    let ran = home.run(&["batch", "root", "--out", "root/cases"]);
    assert!(ran.code == 0 && ran.out.contains("tenants: 1 = 1"), "{}{}", ran.out, ran.err);
    let lock = std::fs::File::open(home.path("root/cases/.batch.lock")).unwrap();
    lock.lock().unwrap();
    refused(&["batch", "root", "--out", "root/cases"], "another batch is writing here");
    drop(lock);
    assert_eq!(home.run(&["batch", "root", "--out", "root/cases"]).code, 0);
}

#[test]
fn a_log_beside_the_folders_is_told_and_a_note_is_no_failure() {
    let home = Home::new();
    home.file("root/anchor/a.json", opened(A, "01", "8.8.8.8"));
    home.file("root/note.txt", "dear colleague");
    let ran = home.batch(&[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("note: note.txt: not an export"), "{}", ran.err);
    home.file("root/lost.json", opened(A, "02", "8.8.8.8"));
    let ran = home.batch(&[]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("lost.json: lies beside the folders of the tenants; not read"), "{}", ran.err);
    let html = std::fs::read_to_string(home.path("cases/overview.html")).unwrap();
    assert!(html.contains("<li>lost.json</li>"), "{html}");
}

#[cfg(unix)]
#[test]
fn a_killed_batch_leaves_no_half_case_and_is_completed_by_the_next() {
    const TENANTS: usize = 8;
    let home = Home::new();
    std::fs::create_dir(home.path("root")).unwrap();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/harbor");
    for tenant in 0..TENANTS {
        std::os::unix::fs::symlink(&samples, home.path("root").join(format!("tenant-{tenant}"))).unwrap();
    }
    let cases = || -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(home.path("cases")) else { return Vec::new() };
        let paths = entries.flatten().map(|entry| entry.path());
        paths.filter(|path| path.is_dir() && !path.file_name().unwrap().to_string_lossy().starts_with('.')).collect()
    };
    let mut child =
        home.command(&["batch", "root", "--out", "cases", "--quiet"]).stderr(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    while cases().is_empty() {
        assert!(begun.elapsed() < Duration::from_mins(5), "no case appears");
        std::thread::sleep(Duration::from_millis(2));
    }
    // On Unix this is SIGKILL.
    child.kill().unwrap();
    child.wait().unwrap();
    let finished = cases();
    assert!((1..TENANTS).contains(&finished.len()), "killed too late: {finished:?}");
    for case in &finished {
        let verified = home.run(&["verify", &case.display().to_string()]);
        assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
    }
    let again = home.batch(&[]);
    assert_eq!(again.code, 0, "{}", again.err);
    assert!(again.out.contains(&format!("{} of the cases were finished", finished.len())), "{}", again.out);
    let whole = home.run(&["batch", "root", "--out", "whole", "--quiet"]);
    assert_eq!(whole.code, 0, "{}", whole.err);
    assert_same(&home.path("whole"), &home.path("cases"));
}
