//! A mailbox in records written one by one: what its owner and an intruder do, and what the program answers.

use crate::case_folder::{json, table};
use serde_json::Value;
use speur::decision::Decisions;
use speur::pipeline::{Options, analyze};
use speur::rule;
use std::collections::BTreeMap;
use std::path::PathBuf;
use tempfile::TempDir;

/// The account that all is about.
pub(crate) const OWNER: &str = "mila.storm@fjordlight.example";
/// A browser of the owner's.
pub(crate) const EDGE: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0";
/// The owner's telephone.
pub(crate) const SAFARI: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Mobile/15E148 Safari/604.1";
/// The owner's desk.
pub(crate) const OFFICE: &str = "195.240.10.20";
/// The intruder's address and program.
pub(crate) const LAGOS: &str = "102.89.23.77";
pub(crate) const KIT: &str = "axios/1.6.8";

/// Where something is done, with which program, in which session.
#[derive(Clone, Copy)]
pub(crate) struct Seat<'a> {
    pub address: &'a str,
    pub agent: &'a str,
    pub session: &'a str,
}

/// Day of March 2026, hour, minute.
pub(crate) type When = (u32, u32, u32);

/// Unified audit records of one account, and rows of a message trace.
#[derive(Default)]
pub(crate) struct Days {
    lines: Vec<String>,
    traces: Vec<String>,
}

impl Days {
    /// Two weeks of work at the office.
    pub(crate) fn of_work(session: &str) -> Self {
        let mut days = Self::default();
        for date in 2..16 {
            days.works((date, 9), Seat { address: OFFICE, agent: EDGE, session });
        }
        days
    }

    /// A sign-in and four looks at the mailbox.
    pub(crate) fn works(&mut self, (day, hour): (u32, u32), seat: Seat<'_>) {
        self.add((day, hour, 0), "UserLoggedIn", seat, "");
        for minute in [10, 20, 30, 40] {
            self.opens((day, hour, minute), seat, &[]);
        }
    }

    /// Messages are opened.
    pub(crate) fn opens(&mut self, when: When, seat: Seat<'_>, messages: &[&str]) {
        let items: Vec<String> = messages.iter().map(|id| format!(r#"{{"InternetMessageId":"{id}"}}"#)).collect();
        let more = format!(
            r#","OperationProperties":[{{"Name":"MailAccessType","Value":"Bind"}},{{"Name":"IsThrottled","Value":"False"}}],"Folders":[{{"Path":"\\Inbox","FolderItems":[{}]}}]"#,
            items.join(",")
        );
        self.add(when, "MailItemsAccessed", seat, &more);
    }

    /// A message is sent, and its copy deleted.
    pub(crate) fn sends_and_deletes(&mut self, (day, hour, minute): When, seat: Seat<'_>, id: &str, subject: &str) {
        let copy = format!(
            r#","Item":{{"InternetMessageId":"{id}","Subject":"{subject}","ParentFolder":{{"Path":"\\Sent Items"}}}}"#
        );
        self.add((day, hour, minute), "Send", seat, &copy);
        let gone = format!(
            r#","AffectedItems":[{{"InternetMessageId":"{id}","Subject":"{subject}","ParentFolder":{{"Path":"\\Sent Items"}}}}]"#
        );
        self.add((day, hour, minute + 1), "HardDelete", seat, &gone);
    }

    /// An inbox rule that hides mail about payments.
    pub(crate) fn hides(&mut self, when: When, seat: Seat<'_>) {
        let rule = r#","Parameters":[{"Name":"Name","Value":"."},{"Name":"SubjectOrBodyContainsWords","Value":"invoice;payment"},{"Name":"MoveToFolder","Value":"RSS Subscriptions"}]"#;
        self.add(when, "New-InboxRule", seat, rule);
    }

    /// A row of the message trace.
    pub(crate) fn carries(&mut self, (day, hour, minute): When, (from, to): (&str, &str), id: &str, subject: &str) {
        let number = self.traces.len();
        self.traces.push(format!(
            r#""{id}","2026-03-{day:02}T{hour:02}:{minute:02}:00Z","{from}","{to}","{subject}","Delivered","","198.51.100.9","9000","{number:08}-0000-4000-8000-000000000000""#
        ));
    }

    /// Any record.
    pub(crate) fn add(&mut self, (day, hour, minute): When, operation: &str, seat: Seat<'_>, more: &str) {
        let id = self.lines.len();
        let time = format!("2026-03-{day:02}T{hour:02}:{minute:02}:00");
        let Seat { address, agent, session } = seat;
        let shared = format!(
            r#""CreationTime":"{time}","Id":"00000000-0000-4000-8000-{id:012}","Operation":"{operation}","OrganizationId":"5d0c7b1e-3f43-4f0f-9a55-6f2b8a7d1c90","UserKey":"1","UserType":0,"Version":1,"UserId":"{OWNER}""#
        );
        self.lines.push(if operation == "UserLoggedIn" {
            format!(
                r#"{{{shared},"RecordType":15,"ResultStatus":"Success","Workload":"AzureActiveDirectory","ClientIP":"{address}","ActorIpAddress":"{address}","AzureActiveDirectoryEventType":1,"ObjectId":"00000002-0000-0ff1-ce00-000000000000","ErrorNumber":"0","ExtendedProperties":[{{"Name":"UserAgent","Value":"{agent}"}},{{"Name":"RequestType","Value":"OAuth2:Authorize"}}],"DeviceProperties":[{{"Name":"SessionId","Value":"{session}"}}]{more}}}"#
            )
        } else {
            format!(
                r#"{{{shared},"RecordType":50,"ResultStatus":"Succeeded","Workload":"Exchange","ClientIPAddress":"{address}","ClientIP":"{address}","ClientInfoString":"Client=OWA;{agent};","MailboxOwnerUPN":"{OWNER}","AppAccessContext":{{"AADSessionId":"{session}"}},"SessionId":"{session}"{more}}}"#
            )
        });
    }

    /// A file is downloaded.
    pub(crate) fn takes(&mut self, (day, hour, minute, second): (u32, u32, u32, u32), seat: Seat<'_>, file: &str) {
        let id = self.lines.len();
        let Seat { address, agent, session } = seat;
        self.lines.push(format!(
            r#"{{"CreationTime":"2026-03-{day:02}T{hour:02}:{minute:02}:{second:02}","Id":"00000000-0000-4000-8000-{id:012}","Operation":"FileDownloaded","OrganizationId":"5d0c7b1e-3f43-4f0f-9a55-6f2b8a7d1c90","RecordType":6,"UserKey":"1","UserType":0,"Version":1,"UserId":"{OWNER}","Workload":"SharePoint","ClientIP":"{address}","UserAgent":"{agent}","AppAccessContext":{{"AADSessionId":"{session}"}},"ItemType":"File","SourceFileName":"{file}","ObjectId":"https://fjordlight.sharepoint.example/sites/board/{file}"}}"#
        ));
    }

    /// A deed of the directory's, such as a reset of the password, by an administrator at the office.
    pub(crate) fn answers(&mut self, (day, hour, minute): When, operation: &str) {
        let id = self.lines.len();
        self.lines.push(format!(
            r#"{{"CreationTime":"2026-03-{day:02}T{hour:02}:{minute:02}:00","Id":"00000000-0000-4000-8000-{id:012}","Operation":"{operation}","OrganizationId":"5d0c7b1e-3f43-4f0f-9a55-6f2b8a7d1c90","RecordType":8,"ResultStatus":"Success","UserKey":"2","UserType":0,"Version":1,"UserId":"help.desk@fjordlight.example","Workload":"AzureActiveDirectory","ObjectId":"{OWNER}","ActorIpAddress":"{OFFICE}","Target":[{{"ID":"{OWNER}","Type":5}}],"ModifiedProperties":[]}}"#
        ));
    }

    /// What the program makes of it; `keep` says which operations are in the evidence.
    pub(crate) fn answer(&self, keep: impl Fn(&str) -> bool) -> Told {
        self.answered(keep, "[]")
    }

    /// The same, with decisions of the investigator.
    pub(crate) fn answered(&self, keep: impl Fn(&str) -> bool, decisions: &str) -> Told {
        let home = tempfile::tempdir().unwrap();
        let evidence = home.path().join("evidence");
        std::fs::create_dir(&evidence).unwrap();
        let lines: Vec<&str> = self.lines.iter().map(String::as_str).filter(|line| keep(line)).collect();
        std::fs::write(evidence.join("audit.jsonl"), lines.join("\n")).unwrap();
        if !self.traces.is_empty() && keep("trace") {
            let header = r#""MessageId","Received","SenderAddress","RecipientAddress","Subject","Status","ToIP","FromIP","Size","MessageTraceId""#;
            let rows = [header.to_owned()].into_iter().chain(self.traces.iter().cloned()).collect::<Vec<_>>();
            std::fs::write(evidence.join("trace.csv"), rows.join("\r\n")).unwrap();
        }
        let case = home.path().join("case");
        let options = Options {
            paths: vec![evidence],
            out: case.clone(),
            rules: rule::Options { pack: true, ..rule::Options::default() },
            decisions: Decisions::read(decisions).unwrap(),
            ..Options::default()
        };
        analyze(&options, &()).unwrap();
        Told { _home: home, case }
    }
}

/// A case folder.
pub(crate) struct Told {
    _home: TempDir,
    pub case: PathBuf,
}

impl Told {
    /// The addresses of the intruder's sessions.
    pub(crate) fn hostile(&self) -> Vec<String> {
        list(&json(&self.case, "sessions.json")).iter().map(|session| text(session, "address").to_owned()).collect()
    }

    /// The answer for the owner's account.
    pub(crate) fn dossier(&self) -> Value {
        let case = json(&self.case, "case.json");
        list(&case).iter().find(|one| one["account"] == OWNER).cloned().expect("an answer for the account")
    }

    /// The texts of a list of statements of the dossier, one a line.
    pub(crate) fn texts(&self, key: &str) -> String {
        let dossier = self.dossier();
        let field = if key == "unknown" { "question" } else { "text" };
        list(&dossier[key]).iter().map(|one| text(one, field).to_owned()).collect::<Vec<_>>().join("\n")
    }

    /// Titles of findings and their levels.
    pub(crate) fn findings(&self) -> BTreeMap<String, String> {
        let found = json(&self.case, "findings.json");
        list(&found)
            .iter()
            .map(|one| (text(&one["rule"], "title").to_owned(), text(&one["rule"], "level").to_owned()))
            .collect()
    }

    /// The rows of a table.
    pub(crate) fn table(&self, name: &str) -> Vec<BTreeMap<String, String>> {
        table(&self.case, name).into_iter().map(|row| row.into_iter().collect()).collect()
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}
