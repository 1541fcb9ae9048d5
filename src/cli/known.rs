//! What the investigator knows beyond the logs: places of addresses, the tenant's own domains, decisions.

use anyhow::{Context, anyhow, bail};
use clap::Args;
use speur::decision::Decisions;
use speur::enrich::AcceptedDomains;
use speur::pipeline;
use std::path::{Path, PathBuf};

/// What is known beyond the logs.
#[derive(Debug, Args)]
pub(super) struct KnownArgs {
    /// Geolocation databases (MMDB: GeoLite2, GeoIP2 or DB-IP City, Country, ASN, Anonymous-IP).
    #[arg(long, value_name = "FILE")]
    geo: Vec<PathBuf>,
    /// The tenant's own mail domains, separated by commas, or a file that lists them. Without it a snapshot of them
    /// decides, else the domains of those who sign in.
    #[arg(long, value_name = "DOMAINS", value_delimiter = ',')]
    accepted_domains: Vec<String>,
    /// What you know of addresses, sessions, accounts and applications: a YAML list such as
    /// `- {address: 203.0.113.7, is: hostile, why: named by the victim}`; `is: ours` for your own.
    #[arg(long, value_name = "FILE")]
    decisions: Option<PathBuf>,
}

impl KnownArgs {
    /// Puts it into the options of a run.
    pub(super) fn apply(&self, options: &mut pipeline::Options) -> anyhow::Result<()> {
        options.geo.clone_from(&self.geo);
        options.accepted_domains = self.domains()?;
        if let Some(file) = &self.decisions {
            let place = file.display();
            let text = std::fs::read_to_string(file).with_context(|| format!("{place}: cannot be read as text"))?;
            options.decisions = Decisions::read(&text).map_err(|(line, said)| anyhow!("{place}:{line}: {said}"))?;
            options.decided.push(file.clone());
        }
        Ok(())
    }

    fn domains(&self) -> anyhow::Result<AcceptedDomains> {
        let text = match self.accepted_domains.as_slice() {
            [] => return Ok(AcceptedDomains::default()),
            [file] if Path::new(file).is_file() => {
                std::fs::read_to_string(file).with_context(|| format!("{file}: cannot be read as text"))?
            }
            domains => domains.join(" "),
        };
        let domains = AcceptedDomains::read(&text);
        if domains.is_empty() {
            bail!("--accepted-domains: found no domain; expected names such as contoso.com, or a file that lists them");
        }
        Ok(domains)
    }

    /// The options as typed, the databases left aside.
    pub(super) fn typed(&self) -> Vec<(String, String)> {
        let domains = self.accepted_domains.iter().map(|text| ("--accepted-domains".to_owned(), text.clone()));
        let file = self.decisions.iter().map(|file| ("--decisions".to_owned(), file.display().to_string()));
        domains.chain(file).collect()
    }
}
