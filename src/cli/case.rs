//! `speur case show`: the answer for each account, on the terminal.

use super::Exit;
use super::terminal::Terminal;
use clap::{Args, Subcommand};
use serde_json::Value;
use speur::output;
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
    let mut out = Terminal::new();
    if found.is_empty() {
        let of = args.account.as_ref().map_or_else(String::new, |account| format!(" of {account}"));
        out.line(&format!("no sign-in or act{of} is taken for an intruder's; findings.csv has what rules found"))?;
    }
    for account in found {
        show(&mut out, account, list(&footholds), list(&sessions))?;
    }
    out.close()?;
    Ok(Exit::Done)
}

fn show(out: &mut Terminal, account: &Value, footholds: &[Value], sessions: &[Value]) -> std::io::Result<()> {
    out.line(&format!(
        "{}   {} to {}",
        text(account, "account"),
        text(account, "first_time"),
        text(account, "last_time")
    ))?;
    let entry = &account["entry"];
    out.line(&format!("  entered {}  {}  {}", text(entry, "time"), text(entry, "text"), ids(entry)))?;
    out.line(&format!(
        "  way in: {}; confidence {}, would change by {}",
        text(account, "method"),
        text(account, "confidence"),
        text(account, "would_change")
    ))?;
    deeds(out, account, sessions)?;
    response(out, account, footholds)?;
    remarks(out, account)
}

/// From where, and what was done.
fn deeds(out: &mut Terminal, account: &Value, sessions: &[Value]) -> std::io::Result<()> {
    heading(out, "from")?;
    for session in list(&account["sessions"]).iter().filter_map(|id| known(sessions, id)) {
        let place = [text(session, "address"), text(session, "country"), text(session, "as_org")].join(" ");
        let (events, score) = (&session["events"], &session["score"]);
        let span = format!("{} to {}", text(session, "first_time"), text(session, "last_time"));
        out.line(&format!("    {place}, {events} events, {span}; {} (score {score})", text(session, "link")))?;
    }
    heading(out, "story")?;
    let mut phase = "";
    for told in list(&account["story"]) {
        if text(told, "phase") != phase {
            phase = text(told, "phase");
            out.line(&format!("    {phase}"))?;
        }
        out.line(&format!("      {}  {}  {}", text(told, "time"), text(told, "text"), ids(told)))?;
    }
    Ok(())
}

/// What was left, and what was done about it.
fn response(out: &mut Terminal, account: &Value, footholds: &[Value]) -> std::io::Result<()> {
    heading(out, "left behind")?;
    for foothold in list(&account["footholds"]).iter().filter_map(|id| known(footholds, id)) {
        let name = text(foothold, "name");
        let name = if name.is_empty() { String::new() } else { format!(" “{name}”") };
        let (title, state, basis) = (text(foothold, "title"), text(foothold, "state"), text(foothold, "basis"));
        out.line(&format!("    {state:<8}{title}{name} of {}: {basis}", text(foothold, "account")))?;
    }
    heading(out, "response")?;
    for step in list(&account["response"]) {
        let verdict = text(step, "verdict").replace('_', " ");
        let when = [text(step, "time"), text(step, "by")].join(" ");
        let note = [when.trim(), text(step, "note")].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
        let number = step["step"].as_u64().filter(|number| *number > 0).map_or("-".to_owned(), |n| n.to_string());
        out.line(&format!("    {number} {verdict:<15} {}: {}", text(step, "task"), note.join("; ")))?;
    }
    Ok(())
}

/// Fraud, what is open, what is to be done, what nobody can know.
fn remarks(out: &mut Terminal, account: &Value) -> std::io::Result<()> {
    for (title, key) in [("fraud", "fraud"), ("left open", "open"), ("to do", "todo")] {
        let told = list(&account[key]);
        if !told.is_empty() {
            heading(out, title)?;
        }
        for item in told {
            match item.as_str() {
                Some(item) => out.line(&format!("    [ ] {item}"))?,
                None => out.line(&format!("    {}  {}", text(item, "text"), ids(item)))?,
            }
        }
    }
    let unknown = list(&account["unknown"]);
    if !unknown.is_empty() {
        heading(out, "cannot be known")?;
    }
    for item in unknown {
        out.line(&format!("    {}: needs {}", text(item, "question"), text(item, "needs")))?;
    }
    out.line("")
}

fn heading(out: &mut Terminal, title: &str) -> std::io::Result<()> {
    out.line(&format!("  {title}"))
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

/// The events behind a sentence.
fn ids(told: &Value) -> String {
    let all = list(&told["event_ids"]);
    let shown: Vec<&str> = all.iter().take(IDS).filter_map(Value::as_str).collect();
    let more = if all.len() > IDS { format!(" and {} more", all.len() - IDS) } else { String::new() };
    format!("[{}{more}]", shown.join(" "))
}
