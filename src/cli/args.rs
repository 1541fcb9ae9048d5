//! What was typed to validated options.

use super::case::CaseCommand;
use super::export::ExportArgs;
use super::facts::FactArgs;
use super::known::KnownArgs;
use super::raw::RawArgs;
use super::rules::list::ListArgs;
use super::rules::matrix::MatrixArgs;
use super::rules::tune::TuneArgs;
use super::sign::{KeygenArgs, SignArgs};
use super::timeline::TimelineArgs;
use super::verify::VerifyArgs;
use anyhow::{Context, bail};
use chrono::{DateTime, NaiveDate, NaiveTime};
use clap::{Args, Parser, Subcommand, ValueEnum};
use speur::error::Error;
use speur::event::{Basis, Precision, Time};
use speur::source::{DateOrder, DateProof};
use speur::{input, output, pipeline, rule};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// Offline forensic log analyzer for Microsoft 365.
#[derive(Debug, Parser)]
#[command(name = "speur", version, arg_required_else_help = true, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 done; 1 a check failed; 2 bad invocation, or a run that could not go on; \
                        3 done, but some evidence or a rule could not be used (told on standard error).")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Analyze exported logs and write a case folder.
    Analyze(AnalyzeArgs),
    /// Analyze the logs of many tenants, a case folder for each, and say what they share.
    Batch(BatchArgs),
    /// Say what exported logs hold (formats, rows, time span, accounts, gaps), without analysis.
    Inspect(InspectArgs),
    /// List, show or check detection rules.
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Tell what a case has found of each account: how it was entered, what was done, what remains, the response.
    #[command(subcommand)]
    Case(CaseCommand),
    /// Print the events of a case that are asked for.
    Timeline(TimelineArgs),
    /// Print the original record behind an event, and prove that it is the one the case was made from.
    Raw(RawArgs),
    /// Hash every file of a case again, and its evidence, and compare with the manifest; with --key check its signature.
    Verify(VerifyArgs),
    /// Write a copy of a case for one party, in which other people's names and addresses are replaced by pseudonyms.
    Export(ExportArgs),
    /// Make a pair of keys to sign cases with.
    Keygen(KeygenArgs),
    /// Sign the manifest of a case, in the format of minisign.
    Sign(SignArgs),
}

/// What to read.
#[derive(Debug, Args)]
pub(super) struct PathArgs {
    /// Files and folders of exported logs (CSV, JSON, NDJSON, also in .gz, .zst and .zip).
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

/// Which events are wanted, and how to go about it.
#[derive(Debug, Args)]
pub(super) struct ReadArgs {
    /// Leave out earlier events: a date (2026-01-31) or an RFC 3339 time (2026-01-31T13:00:00Z).
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Leave out later events; a date means through the end of that day, UTC.
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    /// When exports of settings (inbox rules, permissions, grants, ...) were collected: a date, or an RFC 3339 time.
    /// A stamp in a file's own name goes before it, one in the name of a folder after it.
    #[arg(long, value_name = "TIME")]
    collected_at: Option<String>,
    /// Only events of this account; repeat it, or separate with commas.
    #[arg(long, value_name = "ACCOUNT", value_delimiter = ',')]
    user: Vec<String>,
    /// Only events of this tenant: its id, or its name where records state no id; repeat it, or separate with commas.
    #[arg(long, value_name = "TENANT", value_delimiter = ',')]
    tenant: Vec<String>,
    /// How to read numeric dates of an export that shows nowhere whether day or month comes first: mdy
    /// (1/31/2026) or dmy (31/1/2026). What an export shows itself counts more.
    #[arg(long, value_name = "ORDER")]
    date_order: Option<TypedOrder>,
    /// Worker threads; 0 takes one for each processor.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(..=1024))]
    threads: u16,
    /// Memory for events, such as 512M or 4G, before they go to a file that vanishes with the run, beside --out: a quarter
    /// of the machine's if it is not given. What is written is the same.
    #[arg(long, value_name = "SIZE", value_parser = super::size::bytes)]
    memory: Option<u64>,
    /// Print only what went wrong.
    #[arg(long)]
    pub(super) quiet: bool,
}

/// Which of day and month comes first.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum TypedOrder {
    /// Month, day, year.
    Mdy,
    /// Day, month, year.
    Dmy,
}

impl From<TypedOrder> for DateOrder {
    fn from(typed: TypedOrder) -> Self {
        match typed {
            TypedOrder::Mdy => Self::MonthFirst(DateProof::Given),
            TypedOrder::Dmy => Self::DayFirst(DateProof::Given),
        }
    }
}

/// Which rules apply.
#[derive(Debug, Args)]
pub(super) struct RuleArgs {
    /// Sigma rules to add: a file, or a folder of .yml files; may be repeated.
    #[arg(long, value_name = "PATH")]
    rules: Vec<PathBuf>,
    /// Leave out the rules that come with the program.
    #[arg(long)]
    no_default_rules: bool,
    /// Values for placeholders of rules (`|expand`): a file or a folder; may be repeated.
    #[arg(long, value_name = "PATH")]
    placeholders: Vec<PathBuf>,
}

/// What makes a case of one folder and the next a different one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// Each folder directly below ROOT is a tenant.
    Folder,
    /// Each tenant that the records below ROOT state is one, wherever its records lie.
    OrganizationId,
}

#[derive(Debug, Args)]
pub(super) struct BatchArgs {
    /// The folder that holds a folder of exported logs for each tenant.
    #[arg(value_name = "ROOT")]
    root: PathBuf,
    /// What makes a tenant: its folder, or what its records state.
    #[arg(long, value_enum, value_name = "WHAT", default_value = "folder")]
    tenant_by: By,
    #[command(flatten)]
    pub(super) read: ReadArgs,
    #[command(flatten)]
    rules: RuleArgs,
    #[command(flatten)]
    known: KnownArgs,
    #[command(flatten)]
    facts: FactArgs,
    /// The folder for the case folders and the overview; one that an earlier run has begun is completed.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct AnalyzeArgs {
    #[command(flatten)]
    paths: PathArgs,
    #[command(flatten)]
    pub(super) read: ReadArgs,
    #[command(flatten)]
    rules: RuleArgs,
    #[command(flatten)]
    known: KnownArgs,
    #[command(flatten)]
    facts: FactArgs,
    /// The case folder to write; it must not exist yet.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct InspectArgs {
    #[command(flatten)]
    paths: PathArgs,
    #[command(flatten)]
    pub(super) read: ReadArgs,
}

#[derive(Debug, Subcommand)]
pub(super) enum RulesCommand {
    /// List the rules: level, title, id and file.
    List(ListArgs),
    /// Show one rule: what it finds, why that matters, when it errs, what it asks of an event.
    Show {
        /// Id, the beginning of one, title or file name.
        rule: String,
        #[command(flatten)]
        pack: RuleArgs,
    },
    /// Say why a rule found an event or did not, condition by condition.
    Explain(Box<ExplainArgs>),
    /// Try rules on their own records: what must hit, and what must not.
    Test {
        #[command(flatten)]
        pack: RuleArgs,
        /// The folder with a folder of records for each rule file.
        #[arg(long, value_name = "FOLDER", default_value = "tests/rules")]
        records: PathBuf,
    },
    /// Say which rules are noisy in a case, and how to filter what is benign.
    Tune(TuneArgs),
    /// List the fields that rules can use: name, type and meaning.
    Fields,
    /// Show which traces of a takeover the rules find, and which not.
    Matrix(MatrixArgs),
    /// Check rule files; without one, the rules that come with the program.
    Check(CheckArgs),
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// A file, or a folder of .yml files.
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// Values for placeholders of rules (`|expand`): a file or a folder; may be repeated.
    #[arg(long, value_name = "PATH")]
    pub(super) placeholders: Vec<PathBuf>,
    /// A folder of records, as `rules test` reads: also tell which rules have none.
    #[arg(long, value_name = "FOLDER")]
    pub(super) records: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// Id of the rule, the beginning of one, its title or its file name.
    pub(super) rule: String,
    /// The event's id, as the outputs of the case have it.
    #[arg(long, value_name = "ID")]
    pub(super) event: String,
    /// The case folder; its evidence is read again.
    #[arg(value_name = "CASE")]
    case: PathBuf,
    /// Where the evidence lies now, if it was moved.
    #[arg(long, value_name = "PATH")]
    evidence: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) read: ReadArgs,
    #[command(flatten)]
    rules: RuleArgs,
    #[command(flatten)]
    known: KnownArgs,
}

impl ExplainArgs {
    /// The options of a run over the evidence of the case.
    pub(super) fn options(&self) -> anyhow::Result<pipeline::Options> {
        let mut options = self.read.options()?;
        options.paths.clone_from(&self.evidence);
        if options.paths.is_empty() {
            options.paths = output::evidence(&self.case)?;
        }
        options
            .paths
            .iter()
            .try_for_each(|path| exists(path))
            .context("the evidence is not where it was; give --evidence")?;
        options.rules = self.rules.options()?;
        self.known.apply(&mut options)?;
        Ok(options)
    }
}

impl RuleArgs {
    /// Where rules come from.
    pub(super) fn options(&self) -> Result<rule::Options, Error> {
        self.rules.iter().chain(&self.placeholders).try_for_each(|path| exists(path))?;
        Ok(rule::Options {
            pack: !self.no_default_rules,
            paths: self.rules.clone(),
            placeholders: self.placeholders.clone(),
        })
    }

    fn typed(&self) -> Vec<(String, String)> {
        let without = self.no_default_rules.then(|| ("--no-default-rules".to_owned(), String::new()));
        let without: Vec<_> = without.into_iter().collect();
        [places("--rules", &self.rules), without, places("--placeholders", &self.placeholders)].concat()
    }
}

impl InspectArgs {
    /// The options of a run that only reads.
    pub(super) fn options(&self) -> anyhow::Result<pipeline::Options> {
        Ok(pipeline::Options { paths: self.paths.paths.clone(), ..self.read.options()? })
    }
}

impl BatchArgs {
    /// The options of a batch.
    pub(super) fn options(&self) -> anyhow::Result<pipeline::BatchOptions> {
        let mut common = self.read.options()?;
        common.rules = self.rules.options()?;
        self.known.apply(&mut common)?;
        self.facts.apply(&mut common)?;
        common.typed = [
            self.read.typed(),
            self.rules.typed(),
            places("--geo", &common.geo),
            self.known.typed(),
            self.facts.typed(),
        ]
        .concat();
        let by = match self.tenant_by {
            By::Folder => pipeline::TenantBy::Folder,
            By::OrganizationId => pipeline::TenantBy::OrganizationId,
        };
        Ok(pipeline::BatchOptions { root: self.root.clone(), out: self.out.clone(), by, common })
    }
}

impl AnalyzeArgs {
    /// The options of a run.
    pub(super) fn options(&self) -> anyhow::Result<pipeline::Options> {
        let mut options = self.read.options()?;
        options.rules = self.rules.options()?;
        options.paths.clone_from(&self.paths.paths);
        options.out.clone_from(&self.out);
        self.known.apply(&mut options)?;
        self.facts.apply(&mut options)?;
        if !options.geo.is_empty() {
            // `--geo a.mmdb b.mmdb`: a database among the paths was meant for --geo.
            let (geo, paths) = options.paths.into_iter().partition(|path| is_database(path));
            options.paths = paths;
            options.geo.extend::<Vec<_>>(geo);
            if options.paths.is_empty() {
                bail!("PATH: found only geolocation databases; expected the files or folders of evidence as well");
            }
        }
        options.typed = [
            places("PATH", &options.paths),
            self.read.typed(),
            self.rules.typed(),
            places("--geo", &options.geo),
            self.known.typed(),
            self.facts.typed(),
        ]
        .concat();
        Ok(options)
    }
}

impl ReadArgs {
    fn options(&self) -> anyhow::Result<pipeline::Options> {
        let (from, to) = span(self.from.as_deref(), self.to.as_deref())?;
        let collected = self.collected_at.as_deref().map(collected).transpose()?;
        Ok(pipeline::Options {
            collected,
            from,
            to,
            users: names("--user", &self.user)?,
            tenants: names("--tenant", &self.tenant)?,
            threads: self.threads.into(),
            memory: self.memory,
            limits: input::Limits::default(),
            date_order: self.date_order.map(DateOrder::from).unwrap_or_default(),
            ..pipeline::Options::default()
        })
    }

    /// The choices that shape the result. The number of threads and the memory do not, so they are not among them.
    fn typed(&self) -> Vec<(String, String)> {
        let one = |name: &str, text: &String| (name.to_owned(), text.clone());
        let from = self.from.iter().map(|text| one("--from", text));
        let to = self.to.iter().map(|text| one("--to", text));
        let collected = self.collected_at.iter().map(|text| one("--collected-at", text));
        let users = self.user.iter().map(|text| one("--user", text));
        let tenants = self.tenant.iter().map(|text| one("--tenant", text));
        let order = self.date_order.and_then(|order| order.to_possible_value());
        let order = order.iter().map(|order| ("--date-order".to_owned(), order.get_name().to_owned()));
        from.chain(to).chain(collected).chain(users).chain(tenants).chain(order).collect()
    }
}

/// An option that names paths, as typed.
fn places(name: &str, paths: &[PathBuf]) -> Vec<(String, String)> {
    paths.iter().map(|path| (name.to_owned(), path.display().to_string())).collect()
}

/// Refuses a path that does not exist.
pub(super) fn exists(path: &Path) -> Result<(), Error> {
    std::fs::metadata(path).map(drop).map_err(|error| Error::Path {
        path: path.to_owned(),
        reason: format!("cannot be read: {error}; give a file or folder that exists"),
    })
}

fn names(flag: &str, typed: &[String]) -> anyhow::Result<Vec<String>> {
    let names: Vec<String> = typed.iter().map(|name| name.trim().to_lowercase()).collect();
    if names.iter().any(String::is_empty) {
        bail!("{flag}: found an empty name; expected the whole name, such as anna@harbor.example");
    }
    Ok(names)
}

/// Earliest and latest time, microseconds since 1970.
pub(super) fn span(from: Option<&str>, to: Option<&str>) -> anyhow::Result<(Option<i64>, Option<i64>)> {
    let from = from.map(|text| time("--from", text, false)).transpose()?;
    let to = to.map(|text| time("--to", text, true)).transpose()?;
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        bail!("--from: found a time after that of --to; expected an earlier one");
    }
    Ok((from, to))
}

/// Microseconds since 1970; of a date, its first or last one.
fn time(flag: &str, text: &str, end: bool) -> anyhow::Result<i64> {
    if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        let next = if end { date.succ_opt().unwrap_or(date) } else { date };
        return Ok(next.and_time(NaiveTime::MIN).and_utc().timestamp_micros() - i64::from(end));
    }
    match DateTime::parse_from_rfc3339(text) {
        Ok(time) => Ok(time.timestamp_micros()),
        Err(_) => bail!(
            "{flag}: found {text:?}; expected a date such as 2026-01-31, or an RFC 3339 time with its zone such as \
             2026-01-31T13:00:00Z"
        ),
    }
}

/// A time of collection, and how fine it is.
fn collected(text: &str) -> anyhow::Result<Time> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok();
    let precision = if day { Precision::Day } else { Precision::Second };
    Ok(Time { micros: time("--collected-at", text, false)?, precision, basis: Basis::CollectedAt })
}

/// Whether a file ends like a MaxMind DB: with metadata behind its marker.
fn is_database(path: &Path) -> bool {
    const MARKER: &[u8] = b"\xab\xcd\xefMaxMind.com";
    let tail = || -> std::io::Result<Vec<u8>> {
        let mut file = std::fs::File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(128 << 10)))?;
        let mut tail = Vec::new();
        file.take(128 << 10).read_to_end(&mut tail)?;
        Ok(tail)
    };
    path.is_file() && tail().is_ok_and(|tail| tail.windows(MARKER.len()).any(|window| window == MARKER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_holds_together() {
        <Cli as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn a_date_spans_its_whole_day_and_a_time_is_exact() {
        let at = |text: &str, end| time("--to", text, end).expect("a time");
        assert_eq!(at("1970-01-02", false), 86_400_000_000);
        assert_eq!(at("1970-01-02", true), 2 * 86_400_000_000 - 1);
        assert_eq!(at("1970-01-02T01:00:00+01:00", true), 86_400_000_000);
        assert_eq!(at("1970-01-01T00:00:00.000001Z", false), 1);
    }

    #[test]
    fn a_time_of_collection_says_how_fine_it_is() {
        let day = collected("2026-01-23").expect("a day");
        assert_eq!((day.micros, day.precision), (1_769_126_400_000_000, Precision::Day));
        let second = collected("2026-01-23T10:15:00+01:00").expect("a time");
        assert_eq!((second.micros, second.precision), (1_769_159_700_000_000, Precision::Second));
        let error = collected("23-01-2026").expect_err("no time").to_string();
        assert!(error.starts_with("--collected-at: found \"23-01-2026\""), "{error}");
    }

    #[test]
    fn a_time_that_could_mean_two_moments_is_refused_with_what_is_expected() {
        for text in ["", "01/02/2026", "2026-02-30", "2026-01-01T10:00:00", "yesterday"] {
            let error = time("--from", text, false).expect_err("no time").to_string();
            assert!(error.starts_with("--from: found") && error.contains("2026-01-31T13:00:00Z"), "{error}");
        }
    }
}
