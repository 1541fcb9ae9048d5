//! `speur case show`: the answer for each account, on the terminal.

use super::Exit;
use super::terminal::Terminal;
use clap::{Args, Subcommand};
use serde_json::Value;
use speur::language::Voice;
use speur::output;
use std::fmt::Display;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(super) enum CaseCommand {
    /// Print the story, what was left behind, and the response.
    Show(ShowArgs),
}

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// The case folder.
    #[arg(value_name = "CASE")]
    case: PathBuf,
    /// Only this account.
    #[arg(long, value_name = "UPN")]
    account: Option<String>,
}

/// Event ids that are printed beside a sentence; the others are in `case.json`.
const IDS: usize = 3;

pub(super) fn run(args: &ShowArgs) -> anyhow::Result<Exit> {
    let accounts = output::product(&args.case, "case.json")?;
    let footholds = output::product(&args.case, "footholds.json")?;
    let sessions = output::product(&args.case, "sessions.json")?;
    let wanted = |account: &&Value| {
        args.account.as_ref().is_none_or(|wanted| text(account, "account").eq_ignore_ascii_case(wanted))
    };
    let found: Vec<&Value> = list(&accounts).iter().filter(wanted).collect();
    // Sentences were written in the language of the case; what stands around them speaks the same.
    let voice = Voice { language: output::language(&args.case)?, zone: None };
    let mut show = Show { out: Terminal::new(), voice };
    if found.is_empty() {
        let account = args.account.as_deref().unwrap_or_default();
        show.out.line(&voice.fill("show.none", &[("account", &account)]))?;
    }
    for account in found {
        show.account(account, list(&footholds), list(&sessions))?;
    }
    show.out.close()?;
    Ok(Exit::Done)
}

/// The answer as it is printed.
struct Show {
    out: Terminal,
    voice: Voice,
}

impl Show {
    fn account(&mut self, account: &Value, footholds: &[Value], sessions: &[Value]) -> std::io::Result<()> {
        self.out.line(&format!("{}   {}", text(account, "account"), self.span(account)))?;
        let entry = &account["entry"];
        let values: [(&str, &dyn Display); 3] =
            [("time", &text(entry, "time")), ("text", &text(entry, "text")), ("ids", &self.ids(entry))];
        self.out.line(&format!("  {}", self.voice.fill("show.entered", &values)))?;
        let confidence = self.voice.label("label.confidence.", text(account, "confidence"));
        let (method, change) = (text(account, "method"), text(account, "would_change"));
        let values: [(&str, &dyn Display); 3] = [("method", &method), ("confidence", &confidence), ("change", &change)];
        self.out.line(&format!("  {}", self.voice.fill("show.way_in", &values)))?;
        self.deeds(account, sessions)?;
        self.response(account, footholds)?;
        self.remarks(account)
    }

    /// From when to when, to the second.
    fn span(&self, of: &Value) -> String {
        let (from, to) = (text(of, "first_time"), text(of, "last_time"));
        self.voice.fill("time.stretch", &[("from", &from), ("to", &to)])
    }

    /// From where, and what was done.
    fn deeds(&mut self, account: &Value, sessions: &[Value]) -> std::io::Result<()> {
        self.heading("show.from")?;
        for session in list(&account["sessions"]).iter().filter_map(|id| known(sessions, id)) {
            let place = [text(session, "address"), text(session, "country"), text(session, "as_org")].join(" ");
            let events = session["events"].as_u64().unwrap_or_default();
            let values: [(&str, &dyn Display); 5] = [
                ("place", &place),
                ("events", &self.voice.count("case.finding.events", events, &[])),
                ("span", &self.span(session)),
                ("link", &self.voice.label("label.link.", text(session, "link"))),
                ("score", &session["score"]),
            ];
            self.out.line(&format!("    {}", self.voice.fill("show.session", &values)))?;
        }
        self.heading("show.story")?;
        let mut phase = "";
        for told in list(&account["story"]) {
            if text(told, "phase") != phase {
                phase = text(told, "phase");
                self.out.line(&format!("    {}", self.voice.label("label.tactic.", phase)))?;
            }
            self.out.line(&format!("      {}  {}  {}", text(told, "time"), text(told, "text"), self.ids(told)))?;
        }
        Ok(())
    }

    /// What was left, and what was done about it.
    fn response(&mut self, account: &Value, footholds: &[Value]) -> std::io::Result<()> {
        self.heading("show.left")?;
        let left = list(&account["footholds"]);
        if left.is_empty() {
            self.out.line(&format!("    {}", self.voice.text("show.nothing")))?;
        }
        for foothold in left.iter().filter_map(|id| known(footholds, id)) {
            let state = self.voice.label("label.state.", text(foothold, "state"));
            let told = ["title", "name", "account", "basis"].map(|key| (key, text(foothold, key)));
            let values: Vec<(&str, &dyn Display)> =
                told.iter().map(|(key, value)| (*key, value as &dyn Display)).collect();
            self.out.line(&format!("    {state:<7} {}", self.voice.fill("show.foothold", &values)))?;
        }
        self.heading("show.response")?;
        for step in list(&account["response"]) {
            let verdict = self.voice.label("label.verdict.", text(step, "verdict"));
            let when = [text(step, "time"), text(step, "by")].join(" ");
            let note = [when.trim(), text(step, "note")];
            let note: Vec<&str> = note.into_iter().filter(|part| !part.is_empty()).collect();
            let number = step["step"].as_u64().filter(|number| *number > 0).map_or("-".to_owned(), |n| n.to_string());
            self.out.line(&format!("    {number} {verdict:<15} {}: {}", text(step, "task"), note.join("; ")))?;
        }
        Ok(())
    }

    /// Fraud, what is open, what is to be done, what nobody can know.
    fn remarks(&mut self, account: &Value) -> std::io::Result<()> {
        for (title, key) in [("show.fraud", "fraud"), ("show.open", "open"), ("show.todo", "todo")] {
            let told = list(&account[key]);
            if !told.is_empty() {
                self.heading(title)?;
            }
            for item in told {
                match item.as_str() {
                    Some(item) => self.out.line(&format!("    [ ] {item}"))?,
                    None => self.out.line(&format!("    {}  {}", text(item, "text"), self.ids(item)))?,
                }
            }
        }
        let unknown = list(&account["unknown"]);
        if !unknown.is_empty() {
            self.heading("show.unknown")?;
        }
        for item in unknown {
            let (question, needs) = (text(item, "question"), text(item, "needs"));
            let told = self.voice.fill("show.needs", &[("question", &question), ("needs", &needs)]);
            self.out.line(&format!("    {told}"))?;
        }
        self.out.line("")
    }

    fn heading(&mut self, title: &'static str) -> std::io::Result<()> {
        self.out.line(&format!("  {}", self.voice.text(title)))
    }

    /// The events behind a sentence.
    fn ids(&self, told: &Value) -> String {
        let all = list(&told["event_ids"]);
        let shown: Vec<&str> = all.iter().take(IDS).filter_map(Value::as_str).collect();
        let shown = shown.join(" ");
        match all.len().saturating_sub(IDS) {
            0 => format!("[{shown}]"),
            more => format!("[{}]", self.voice.fill("show.ids", &[("ids", &shown), ("more", &more)])),
        }
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn known<'a>(all: &'a [Value], id: &Value) -> Option<&'a Value> {
    all.iter().find(|one| one["id"] == *id)
}
