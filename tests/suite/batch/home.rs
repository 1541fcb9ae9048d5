//! Folders of tenants, and runs over them.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Settings of a mailbox changed so that its mail goes outside: a rule of the pack finds it.
pub(super) fn forwarding(tenant: &str, id: &str, address: &str, to: &str) -> String {
    format!(
        r#"{{"CreationTime":"2026-01-14T03:10:00","Id":"6c67c0fc-01da-4875-ae42-0000000000{id}","Operation":"Set-Mailbox","OrganizationId":"{tenant}","RecordType":1,"ResultStatus":"True","UserKey":"k","UserType":2,"Version":1,"Workload":"Exchange","ClientIP":"{address}","ObjectId":"clerk","UserId":"clerk@harbor.example","OrganizationName":"harbor.onmicrosoft.example","Parameters":[{{"Name":"Identity","Value":"clerk"}},{{"Name":"ForwardingSmtpAddress","Value":"smtp:{to}"}}]}}"#
    ) + "\n"
}

/// A file opened: no rule finds it.
pub(super) fn opened(tenant: &str, id: &str, address: &str) -> String {
    format!(
        r#"{{"CreationTime":"2026-01-05T10:00:00","Id":"5d7e6f9a-0000-4000-8000-0000000000{id}","Operation":"FileAccessed",{}"RecordType":6,"UserKey":"k","UserType":0,"Version":1,"Workload":"OneDrive","ClientIP":"{address}","UserId":"anna@harbor.example","ObjectId":"https://harbor.example/a.docx"}}"#,
        if tenant.is_empty() { String::new() } else { format!(r#""OrganizationId":"{tenant}","#) }
    ) + "\n"
}

pub(super) const A: &str = "9c0e7d1b-0000-4000-8000-00000000000a";
pub(super) const B: &str = "9c0e7d1b-0000-4000-8000-00000000000b";

pub(super) struct Ran {
    pub(super) code: i32,
    pub(super) out: String,
    pub(super) err: String,
}

pub(super) struct Home(TempDir);

impl Home {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file and the folders around it.
    pub(super) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_speur"));
        command.args(arguments).current_dir(self.0.path()).stdin(Stdio::null());
        command
    }

    pub(super) fn run(&self, arguments: &[&str]) -> Ran {
        let output = self.command(arguments).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let ran =
            Ran { code: output.status.code().expect("no signal"), out: text(output.stdout), err: text(output.stderr) };
        assert!(!ran.err.contains("panicked"), "{}", ran.err);
        ran
    }

    /// `root` to `cases`.
    pub(super) fn batch(&self, more: &[&str]) -> Ran {
        self.run(&[&["batch", "root", "--out", "cases"], more].concat())
    }

    pub(super) fn table(&self, name: &str) -> Vec<BTreeMap<String, String>> {
        csv::Reader::from_path(self.path("cases").join(name)).unwrap().deserialize().map(Result::unwrap).collect()
    }

    pub(super) fn status(&self, tenant: &str) -> String {
        let rows = self.table("overview.csv");
        rows.iter().find(|row| row["tenant"] == tenant).unwrap_or_else(|| panic!("no {tenant}"))["status"].clone()
    }

    /// Kind, value and tenants of each link.
    pub(super) fn links(&self) -> BTreeSet<(String, String, String)> {
        let mut links = BTreeMap::<(String, String), Vec<String>>::new();
        for row in self.table("links.csv") {
            links.entry((row["kind"].clone(), row["value"].clone())).or_default().push(row["tenant"].clone());
        }
        links.into_iter().map(|((kind, value), tenants)| (kind, value, tenants.join(" "))).collect()
    }
}

/// Every file below a folder; of a manifest all but the times of the run.
pub(super) fn tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = walkdir::WalkDir::new(root).into_iter().map(Result::unwrap).filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| {
            let mut bytes = std::fs::read(entry.path()).unwrap();
            if entry.file_name() == "manifest.json" {
                let mut manifest: Value = serde_json::from_slice(&bytes).unwrap();
                manifest.as_object_mut().unwrap().remove("run").expect("times of the run");
                bytes = serde_json::to_vec(&manifest).unwrap();
            }
            (entry.path().strip_prefix(root).unwrap().to_string_lossy().into_owned(), bytes)
        })
        .collect()
}

pub(super) fn assert_same(a: &Path, b: &Path) {
    let (a, b) = (tree(a), tree(b));
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    let differ: Vec<&String> = a.iter().filter(|(name, bytes)| *bytes != &b[*name]).map(|(name, _)| name).collect();
    assert!(differ.is_empty(), "{differ:?}");
}

/// Two good tenants, and three that are broken in different ways.
pub(super) fn five() -> Home {
    let home = Home::new();
    home.file("root/anchor/a.json", opened(A, "01", "8.8.8.8"));
    home.file("root/bollard/b.json", opened(B, "02", "8.8.8.8"));
    std::fs::create_dir(home.path("root/empty")).unwrap();
    home.file("root/cut/logs.zip", b"PK\x03\x04 cut");
    home.file("root/letters/note.txt", "dear colleague");
    home
}
