//! Runs a program and tells what it cost: wall clock, processor time and peak memory, as Linux counts them.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What a run cost.
#[derive(Debug, Clone)]
pub(crate) struct Cost {
    /// Seconds.
    pub(crate) wall: f64,
    /// Seconds of processor time, user and system; 0 where `/proc` does not tell.
    pub(crate) cpu: f64,
    /// Highest resident memory in KiB; 0 where `/proc` does not tell.
    pub(crate) peak: u64,
    pub(crate) events: u64,
    /// Bytes of outputs.
    pub(crate) outputs: u64,
}

/// Runs `command` to its end; gives its cost, and what it printed. A failure is told with its last line.
pub(crate) fn run(command: &mut Command) -> Result<(Cost, String), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let before = waited_for();
    let start = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| format!("{name}: {e}"))?;
    let printed = drain(child.stdout.take());
    let complaint = drain(child.stderr.take());
    let mut peak = 0;
    let status = loop {
        peak = peak.max(resident(&child));
        if let Some(status) = child.try_wait().map_err(|e| format!("{name}: {e}"))? {
            break status;
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    let wall = start.elapsed().as_secs_f64();
    let (printed, complaint) = (printed.join().unwrap_or_default(), complaint.join().unwrap_or_default());
    if !status.success() {
        return Err(complaint.lines().last().unwrap_or("ended without a word").to_string());
    }
    Ok((Cost { wall, cpu: waited_for() - before, peak, events: 0, outputs: 0 }, printed))
}

/// Reads a pipe on a thread of its own, so that a full one never stops the child.
fn drain(pipe: Option<impl std::io::Read + Send + 'static>) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut text = String::new();
        if let Some(mut pipe) = pipe {
            let _ = pipe.read_to_string(&mut text);
        }
        text
    })
}

/// Processor seconds of the children that have ended: `cutime` and `cstime` of `/proc/self/stat`.
///
/// <https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html>; a tick is a hundredth of a second on every Linux
/// that Rust's standard library supports.
fn waited_for() -> f64 {
    seconds(13)
}

/// The sum of two times of `/proc/self/stat`, of which the first stands so far behind the name.
pub(crate) fn seconds(at: usize) -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    fields.split_whitespace().skip(at).take(2).filter_map(|f| f.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// `VmHWM` of a child that runs, in KiB: it only grows, so the last reading before the end is the peak.
fn resident(child: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|value| value.trim().trim_end_matches("kB").trim().parse().ok())
        .unwrap_or(0)
}
