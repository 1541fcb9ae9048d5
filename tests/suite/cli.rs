//! The program as a person runs it: exit codes, and what is told where.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A record of the unified audit log, as the Management Activity API gives it.
const RECORD: &str = r#"{"CreationTime":"2026-01-05T10:00:00","Id":"5d7e6f9a-0000-4000-8000-00000000000N","Operation":"FileAccessed","OrganizationId":"9c0e7d1b-0000-4000-8000-000000000001","RecordType":6,"UserKey":"k","UserType":0,"Version":1,"Workload":"OneDrive","ClientIP":"8.8.8.8","UserId":"anna@harbor.example","ObjectId":"https://harbor.example/a.docx"}"#;

/// `count` different records, one a line.
pub(crate) fn records(count: usize) -> String {
    (1..=count).map(|n| RECORD.replace("00N", &format!("{n:03}")) + "\n").collect()
}

/// What a run left behind.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_speur"));
    command.args(arguments).stdin(Stdio::null());
    command
}

pub(crate) fn run(arguments: &[&str]) -> Ran {
    let output = command(arguments).output().expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    let ran =
        Ran { code: output.status.code().expect("no signal"), out: text(output.stdout), err: text(output.stderr) };
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
    ran
}

/// A folder `logs` with a good file, and a place for the case.
pub(crate) struct Home {
    folder: TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        let home = Self { folder: tempfile::tempdir().expect("a folder") };
        std::fs::create_dir(home.path("logs")).expect("a folder");
        home.file("logs/good.json", records(3));
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).expect("written");
    }

    /// Analyses `logs` into `case`.
    pub(crate) fn analyze(&self, more: &[&str]) -> Ran {
        let (logs, case) = (self.text("logs"), self.text("case"));
        run(&[&["analyze", &logs, "--out", &case], more].concat())
    }

    fn coverage(&self) -> serde_json::Value {
        let bytes = std::fs::read(self.path("case/coverage.json")).expect("coverage.json");
        serde_json::from_slice(&bytes).expect("JSON")
    }
}

#[test]
fn a_bad_invocation_exits_2_and_says_what_is_wrong() {
    let home = Home::new();
    let logs = home.text("logs");
    for (arguments, told) in [
        (vec![], "Usage"),
        (vec!["analyze", "--nonsense"], "--nonsense"),
        (vec!["analyze", &logs], "--out"),
        (vec!["analyze", &logs, "--out", "c", "--from", "01/02/2026"], "--from: found \"01/02/2026\"; expected"),
        (vec!["analyze", &logs, "--out", "c", "--to", "2026-02-30"], "--to: found"),
        (vec!["analyze", &logs, "--out", "c", "--from", "2026-02-02", "--to", "2026-02-01"], "--from"),
        (vec!["analyze", &logs, "--out", "c", "--rules", "absent.yml"], "absent.yml: cannot be read"),
        (vec!["rules", "check", "absent.yml"], "absent.yml: cannot be read"),
        (vec!["rules", "show", "no such rule"], "no such rule"),
        (vec!["verify", "absent"], "absent"),
    ] {
        let ran = run(&arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(told), "{arguments:?}: {}", ran.err);
        assert_eq!(ran.out, "", "{arguments:?}");
    }
    assert!(!Path::new("c").exists());
}

#[test]
fn help_and_version_are_asked_for_and_exit_0() {
    assert!(run(&["--help"]).out.contains("Exit codes"));
    assert_eq!(run(&["--version"]).out, format!("speur {}\n", env!("CARGO_PKG_VERSION")));
    assert_eq!(run(&["analyze", "--help"]).code, 0);
}

#[test]
fn a_missing_path_exits_2_and_is_named() {
    let home = Home::new();
    for command in ["analyze", "inspect"] {
        let (absent, case) = (home.text("absent"), home.text("case"));
        let mut arguments = vec![command, &absent];
        if command == "analyze" {
            arguments.extend(["--out", &case]);
        }
        let ran = run(&arguments);
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert!(ran.err.contains("absent"), "{}", ran.err);
    }
    assert!(!home.path("case").exists());
}

#[test]
fn a_good_run_exits_0_and_tells_where_the_case_is() {
    let home = Home::new();
    let ran = home.analyze(&[]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "nothing but results in a pipe");
    assert!(ran.out.contains("3 rows = 3 used + 0 rejected + 0 duplicate"), "{}", ran.out);
    assert!(ran.out.contains("report.html"), "{}", ran.out);
    let verified = run(&["verify", &home.text("case")]);
    assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
    home.file("case/timeline.csv", "changed");
    let verified = run(&["verify", &home.text("case")]);
    assert_eq!(verified.code, 1, "{}", verified.err);
    assert!(verified.out.contains("timeline.csv: changed"), "{}", verified.out);
}

#[test]
fn quiet_prints_nothing_of_a_good_run() {
    let ran = Home::new().analyze(&["--quiet"]);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", ""));
}

#[test]
fn an_existing_case_folder_is_never_written_over() {
    let home = Home::new();
    std::fs::create_dir(home.path("case")).expect("a folder");
    home.file("case/mine.txt", "mine");
    let ran = home.analyze(&[]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("already exists"), "{}", ran.err);
    assert_eq!(std::fs::read(home.path("case/mine.txt")).expect("kept"), b"mine");
    assert_eq!(std::fs::read_dir(home.path("case")).expect("a listing").count(), 1);
}

#[test]
fn a_broken_database_exits_2_and_is_named() {
    let home = Home::new();
    home.file("bad.mmdb", "country,asn\n");
    let ran = home.analyze(&["--geo", &home.text("bad.mmdb")]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("bad.mmdb: is not a usable database"), "{}", ran.err);
    assert!(!home.path("case").exists());
}

#[test]
fn a_folder_without_evidence_exits_2() {
    let home = Home::new();
    std::fs::remove_file(home.path("logs/good.json")).expect("removed");
    for note in [false, true] {
        if note {
            home.file("logs/note.txt", "dear colleague");
        }
        let ran = home.analyze(&[]);
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert!(ran.err.contains("no evidence found"), "{}", ran.err);
        assert!(!home.path("case").exists());
    }
}

#[test]
fn a_log_of_an_unknown_kind_beside_the_evidence_exits_3() {
    let home = Home::new();
    home.file("logs/other.csv", "When,Who,What\n2026-01-05T10:00:00,anna@harbor.example,Stamped a form\n");
    partly(&home, "other.csv", 3);
}

#[test]
fn a_note_beside_the_evidence_is_told_and_is_no_failure() {
    let home = Home::new();
    home.file("logs/note.txt", "dear colleague");
    let ran = home.analyze(&[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("note: logs/note.txt: not an export that is known"), "{}", ran.err);
}

#[test]
fn an_earlier_case_beside_the_evidence_is_no_evidence() {
    let home = Home::new();
    assert_eq!(home.analyze(&[]).code, 0);
    std::fs::rename(home.path("case"), home.path("logs/first case")).expect("moved");
    let ran = home.analyze(&[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("note: logs/first case: "), "{}", ran.err);
    assert_eq!(home.coverage()["totals"]["rows"], 3, "the case's own timeline is not read");
}

/// A rule whose condition names a selection that is not there.
const TYPO: &str = "title: Typo\nid: 0f0e0d0c-0000-4000-8000-000000000001\nlogsource:\n    product: m365\n\
                    detection:\n    selection:\n        Operation: FileAccessed\n    condition: selektion\n";

#[test]
fn a_rule_with_a_typo_is_told_with_file_and_line() {
    let home = Home::new();
    home.file("typo.yml", TYPO);
    let rule = home.text("typo.yml");
    let checked = run(&["rules", "check", &rule]);
    assert_eq!(checked.code, 1, "{}", checked.err);
    let ran = home.analyze(&["--rules", &rule]);
    assert_eq!(ran.code, 3, "the run is done, the rule was not used: {}", ran.err);
    for err in [&checked.err, &ran.err] {
        assert!(err.contains("typo.yml:8:") && err.contains("selektion"), "{err}");
    }
    assert!(home.coverage()["rules"]["rejected"][0]["file"].as_str().is_some_and(|file| file.ends_with("typo.yml")));
}

#[test]
fn the_rules_that_come_with_the_program_are_sound() {
    let checked = run(&["rules", "check"]);
    assert_eq!(checked.code, 0, "{}", checked.err);
    let listed = run(&["rules", "list"]);
    assert_eq!(listed.code, 0, "{}", listed.err);
    let second = listed.out.lines().nth(1).expect("at least one rule");
    let id = second.split_whitespace().nth(1).expect("an id");
    assert!(run(&["rules", "show", id]).out.contains(id));
    assert_eq!(run(&["rules", "list", "--no-default-rules"]).out.lines().count(), 1, "only the heading");
}

/// Analyses `logs` with one more file in it that cannot be used wholly.
fn partly(home: &Home, name: &str, used: u64) {
    let ran = home.analyze(&[]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains(&format!("logs/{name}")), "{}", ran.err);
    let coverage = home.coverage();
    assert_eq!(coverage["totals"]["used"], used);
    let files = coverage["files"].as_array().expect("files");
    assert!(files.iter().any(|file| file["path"] == format!("logs/{name}")), "{coverage:#}");
    let rejected = std::fs::read_to_string(home.path("case/rejected.jsonl")).expect("rejected.jsonl");
    assert!(rejected.contains(name), "{rejected}");
}

#[test]
fn a_file_cut_in_a_record_exits_3_and_keeps_the_rest() {
    let home = Home::new();
    let all = records(6).lines().skip(3).collect::<Vec<_>>().join("\n");
    home.file("logs/cut.json", &all[..all.len() - 40]);
    partly(&home, "cut.json", 5);
}

#[test]
fn a_file_of_nul_bytes_exits_3() {
    let home = Home::new();
    home.file("logs/nul.csv", [0; 4096]);
    partly(&home, "nul.csv", 3);
}

#[test]
fn an_empty_file_exits_3() {
    let home = Home::new();
    home.file("logs/empty.csv", "");
    partly(&home, "empty.csv", 3);
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_exits_3() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    home.file("logs/locked.csv", "a,b\n");
    std::fs::set_permissions(home.path("logs/locked.csv"), std::fs::Permissions::from_mode(0o000)).expect("locked");
    if std::fs::read(home.path("logs/locked.csv")).is_ok() {
        println!("this user reads locked files; a link to nowhere stands in");
        std::fs::remove_file(home.path("logs/locked.csv")).expect("removed");
        std::os::unix::fs::symlink(home.path("nowhere"), home.path("logs/locked.csv")).expect("a link");
    }
    partly(&home, "locked.csv", 3);
}

#[test]
fn what_a_terminal_would_obey_is_written_out() {
    let home = Home::new();
    home.file("logs/\u{1b}[2Jbad.csv", [0; 64]);
    let ran = home.analyze(&[]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("[2Jbad.csv") && !ran.err.contains('\u{1b}'), "{:?}", ran.err);
}

#[test]
fn inspect_says_what_the_files_hold() {
    let home = Home::new();
    let ran = run(&["inspect", &home.text("logs")]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for part in ["logs/good.json", "2026-01-05T10:00:00", "anna@harbor.example", "FileAccessed", "gaps: 0"] {
        assert!(ran.out.contains(part), "no {part} in:\n{}", ran.out);
    }
    home.file("logs/empty.csv", "");
    assert_eq!(run(&["inspect", &home.text("logs")]).code, 3);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_output_exits_2_and_a_closed_one_exits_0() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("the full device");
    let output = command(&["rules", "list"]).stdout(full).stderr(Stdio::piped()).output().expect("the program runs");
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{err}");
    assert!(err.contains("No space left"), "{err}");
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let output = command(&["rules", "list"]).stdout(writer).stderr(Stdio::piped()).output().expect("the program runs");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Runs in a mount namespace of its own, where a tiny file system can be mounted without touching the machine's.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_exits_2_and_leaves_no_half_case() {
    let home = Home::new();
    home.file("logs/more.json", records(900).lines().skip(3).collect::<Vec<_>>().join("\n"));
    std::fs::create_dir(home.path("disk")).expect("a folder");
    let script = "mount -t tmpfs -o size=64k tmpfs \"$1/disk\" || exit 99\n\
                  \"$2\" analyze \"$1/logs\" --out \"$1/disk/case\" --memory \"$3\"; code=$?\n\
                  ls -A \"$1/disk\"; exit $code";
    // Without memory for the events it is their file that finds no room.
    for (memory, told) in [("1G", "case/"), ("0", "give --memory more than 0")] {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--user", "--map-root-user", "sh", "-c", script, "sh"]);
        let output = command.arg(home.path("")).arg(env!("CARGO_BIN_EXE_speur")).arg(memory).output();
        let Ok(output) = output else { return println!("skipped: no unshare") };
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        if output.status.code() == Some(99) || err.contains("unshare:") {
            return println!("skipped: no mount namespace here: {err}");
        }
        assert_eq!(output.status.code(), Some(2), "{err}");
        assert!(err.contains("cannot be written") && err.contains("No space left") && err.contains(told), "{err}");
        assert_eq!(out, "", "nothing is left behind");
    }
}

#[test]
fn a_rule_explains_itself_on_one_event() {
    let home = Home::new();
    let record = r#"{"CreationTime":"2026-01-12T10:00:00","Id":"x","Operation":"New-InboxRule","OrganizationId":"t","RecordType":1,"ResultStatus":"True","UserKey":"k","UserType":2,"Version":1,"Workload":"Exchange","ObjectId":"..","UserId":"a@b.example","Parameters":[{"Name":"Name","Value":".."}]}"#;
    home.file("logs/rule.json", record);
    assert_eq!(home.analyze(&[]).code, 0);
    let case = home.text("case");
    let mut timeline = csv::Reader::from_path(home.path("case/timeline.csv")).expect("timeline.csv");
    let rows: Vec<csv::StringRecord> = timeline.records().map(|row| row.expect("a row")).collect();
    let id = &rows.iter().find(|row| &row[3] == "New-InboxRule").expect("the rule's row")[13];
    let ran = run(&["rules", "explain", "inbox_rule_symbol_name", "--event", id, &case]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for part in ["the rule found it", "Parameters.Name|re", "(the record has ..)", "no          filter_failed"] {
        assert!(ran.out.contains(part), "{part}: {}", ran.out);
    }
    let ran = run(&["rules", "explain", "inbox_rule_moves_to_hidden_folder", "--event", id, &case]);
    assert!(ran.out.contains("did not find it") && ran.out.contains("(the record has no such field)"), "{}", ran.out);
    let ran = run(&["rules", "explain", "inbox_rule_symbol_name", "--event", "0123456789abcdef", &case]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("no event of the evidence has this id"), "{}", ran.err);
    std::fs::rename(home.path("logs"), home.path("moved")).expect("moved");
    let ran = run(&["rules", "explain", "inbox_rule_symbol_name", "--event", id, &case]);
    assert!(ran.code == 2 && ran.err.contains("give --evidence"), "{}", ran.err);
    let moved = home.text("moved");
    let ran = run(&["rules", "explain", "inbox_rule_symbol_name", "--event", id, &case, "--evidence", &moved]);
    assert_eq!(ran.code, 0, "{}", ran.err);
}
