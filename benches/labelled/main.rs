//! A believable tenant with an attack in it whose every record is known, and the score of what speur finds there.
//!
//! `labelled -- --seed 7 --records 300000 --users 200 --days 90 --story 7 OUT` writes `OUT/evidence` and
//! `OUT/truth.json`; `labelled -- score OUT/truth.json CASE` compares a case folder of that evidence.

mod agent;
mod answers;
mod day;
mod directory;
mod files;
#[path = "../../samples/generate/json.rs"]
#[allow(dead_code)] // the sample tenant prints JSON in more ways
mod json;
mod life;
mod log;
mod mailbox;
mod net;
mod noise;
mod office;
mod people;
#[path = "../../samples/generate/random.rs"]
mod random;
mod score;
mod sign_in;
mod state;
mod story;
mod truth;
mod write;

use log::{Line, Log};
use people::World;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "expected: [--seed N] [--records N] [--users N] [--days N] [--story N] OUT, or score TRUTH CASE";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["score", truth, case] => score::print(Path::new(truth), Path::new(case)),
        ["stories"] => Ok(story::titles()),
        _ => Options::read(&arguments).and_then(|options| options.generate()),
    };
    match result {
        Ok(text) => {
            let _ = writeln!(io::stdout(), "{text}");
            ExitCode::SUCCESS
        }
        Err(text) => {
            let _ = writeln!(io::stderr(), "{text}");
            ExitCode::FAILURE
        }
    }
}

/// What is asked for.
struct Options {
    seed: u64,
    records: u64,
    users: u64,
    days: u64,
    story: u64,
    out: PathBuf,
}

impl Options {
    fn read(arguments: &[String]) -> Result<Self, String> {
        let mut options = Self { seed: 1, records: 300_000, users: 200, days: 90, story: 0, out: PathBuf::new() };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let place = match argument.as_str() {
                "--seed" => &mut options.seed,
                "--records" => &mut options.records,
                "--users" => &mut options.users,
                "--days" => &mut options.days,
                "--story" => &mut options.story,
                out if !out.starts_with("--") => {
                    options.out = out.into();
                    continue;
                }
                other => return Err(format!("{other}: {USAGE}")),
            };
            *place = rest.next().and_then(|text| text.parse().ok()).ok_or(USAGE)?;
        }
        if options.out.as_os_str().is_empty() || options.users < 40 || options.days < 30 {
            return Err(format!("{USAGE}; at least 40 users and 30 days"));
        }
        Ok(options)
    }

    /// Ordinary acts of a working day, in a hundredth, that make about so many records. Below some 140 records for
    /// each user and ten days there are none: signing in makes as many by itself.
    fn volume(&self) -> u64 {
        // Measured: records that come with every day of work, and that an act leaves behind.
        let workdays = (self.users * self.days * 62 / 100).max(1);
        let spare = self.records.saturating_sub(workdays * 125 / 10);
        spare * 100 / workdays * 100 / 120
    }

    fn generate(&self) -> Result<String, String> {
        let told = |error: io::Error| format!("{}: {error}", self.out.display());
        let days = i64::try_from(self.days).unwrap_or(i64::MAX);
        let users = usize::try_from(self.users).unwrap_or(usize::MAX);
        let mut world = World::new(self.seed, users, days, self.volume());
        let tale = story::tell(&world, self.story)?;
        tale.change(&mut world);
        let evidence = self.out.join("evidence");
        std::fs::create_dir_all(&evidence).map_err(told)?;
        let mut log = Log::new(self.seed);
        log.settings.clone_from(&tale.settings);
        let mut told_lines = tale.lines.clone();
        let mut writer = write::Writer::new(&evidence);
        for day in 0..days {
            ordinary(&mut log, &world, day);
            let until = world.midnight(day + 1);
            let (now, later): (Vec<Line>, Vec<Line>) =
                log.lines.drain(..).chain(told_lines.drain(..)).partition(|line| line.time < until);
            told_lines = later;
            flush(&mut writer, now).map_err(told)?;
        }
        flush(&mut writer, told_lines).map_err(told)?;
        let written = writer.finish().map_err(told)?;
        state::write(&evidence, &world, &log.settings).map_err(told)?;
        let truth = truth::text(self.seed, self.story, &tale, written);
        std::fs::write(self.out.join("truth.json"), truth).map_err(told)?;
        Ok(format!(
            "{}: {written} records, {} of them malicious: {}",
            self.out.display(),
            tale.labels.len(),
            tale.title
        ))
    }
}

/// Everything that is nobody's attack.
fn ordinary(log: &mut Log, world: &World, day: i64) {
    noise::day(log, world, day);
    office::day(log, world, day);
    for person in &world.people {
        day::day(log, world, person, day);
        life::day(log, world, person, day);
    }
}

fn flush(writer: &mut write::Writer, mut lines: Vec<Line>) -> io::Result<()> {
    lines.sort_by_key(|line| line.time);
    for line in &lines {
        writer.put(line)?;
    }
    writer.turn()
}
