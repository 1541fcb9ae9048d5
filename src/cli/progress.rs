//! How far a run is, in bytes with a rate and the time left; only on a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use speur::output::escape::visible;
use speur::pipeline::{Progress, Stage};
use std::io::IsTerminal;
use std::time::Duration;

/// A bar on standard error, or nothing.
#[derive(Debug)]
pub(super) struct Bar(ProgressBar);

impl Bar {
    /// Shows itself unless `quiet` is set or standard error is no terminal.
    pub(super) fn new(quiet: bool) -> Self {
        if quiet || !std::io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(8));
        let style = "{msg}{prefix}{bar:30} {binary_bytes} of {binary_total_bytes}, {binary_bytes_per_sec}, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        // Behind the last byte nothing advances any more, and what the run does then is shown all the same.
        bar.enable_steady_tick(Duration::from_millis(250));
        Self(bar)
    }

    /// Wipes the bar, so that what follows starts on a clean line.
    pub(super) fn clear(&self) {
        self.0.finish_and_clear();
    }
}

impl Progress for Bar {
    fn total(&self, bytes: u64) {
        self.0.set_length(bytes);
    }

    fn advance(&self, bytes: u64) {
        self.0.inc(bytes);
        // A compressed file gives more bytes than it takes on disk.
        if self.0.length().is_some_and(|length| length < self.0.position()) {
            self.0.set_length(self.0.position());
        }
    }

    fn stage(&self, stage: Stage) {
        self.0.set_prefix(match stage {
            Stage::Reading => "",
            Stage::Relating => "relating events ",
            Stage::Concluding => "concluding ",
            Stage::Writing => "writing ",
        });
    }

    fn tenant(&self, done: usize, all: usize, name: &str) {
        let name: String = visible(name).chars().take(30).collect();
        self.0.set_message(format!("{done} of {all} tenants done; {name} "));
    }

    fn note(&self, line: &str) {
        self.0.println(visible(line));
    }
}
