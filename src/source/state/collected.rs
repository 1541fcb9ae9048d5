//! The stamp in the name of an export, or of a folder above it, to the time of its collection.

use crate::event::{Basis, Precision, Time};
use crate::source::{DateOrder, moment};

/// When the export of this name was collected: by its own name, else as the investigator said, else by the nearest
/// folder with a stamp, which may be one of the case rather than of the collection.
///
/// Tools stamp with the clock of the machine they run on and print no zone; it is read as UTC. A name with two
/// different stamps is a window of time, and says nothing of the collection.
pub(in crate::source) fn collected(name: &str, told: Option<Time>) -> Option<Time> {
    let mut parts = name.rsplit(['/', '\\']);
    let own = parts.next().and_then(only);
    own.or(told).or_else(|| parts.find_map(only))
}

/// The stamp in one part of a path, unless it has two different ones.
fn only(part: &str) -> Option<Time> {
    let stamps = stamps(part);
    stamps.first().copied().filter(|first| stamps.iter().all(|stamp| stamp.micros == first.micros))
}

/// A run of digits in a name, and what stands before and behind it.
struct Run<'a> {
    digits: &'a str,
    before: Option<char>,
    behind: Option<char>,
}

fn runs(part: &str) -> Vec<Run<'_>> {
    let mut runs = Vec::new();
    let mut at = 0;
    while let Some(start) = part[at..].find(|c: char| c.is_ascii_digit()).map(|found| at + found) {
        let end = part[start..].find(|c: char| !c.is_ascii_digit()).map_or(part.len(), |found| start + found);
        let (before, behind) = (part[..start].chars().next_back(), part[end..].chars().next());
        runs.push(Run { digits: &part[start..end], before, behind });
        at = end;
    }
    runs
}

/// Every stamp in one part of a path: `20260123-101500`, `202601231015`, `2026-01-23T10_15_00`, `23012026101500`.
fn stamps(part: &str) -> Vec<Time> {
    let runs = runs(part);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = runs.get(at..).filter(|rest| !rest.is_empty()) {
        match stamp(rest) {
            Some((time, used)) => {
                found.push(time);
                at += used;
            }
            None => at += 1,
        }
    }
    found
}

/// The stamp that begins with the first run, and how many runs it takes.
fn stamp(runs: &[Run<'_>]) -> Option<(Time, usize)> {
    let first = runs.first()?;
    if first.before.is_some_and(char::is_alphanumeric) {
        return None;
    }
    let (date, mut clock, mut used) = match first.digits.len() {
        14 | 12 => {
            let (date, clock) = first.digits.split_at_checked(8)?;
            (date.to_owned(), clock.to_owned(), 1)
        }
        8 => (first.digits.to_owned(), String::new(), 1),
        4 => {
            let (month, day) = (runs.get(1)?, runs.get(2)?);
            let joined = matches!(first.behind, Some('-' | '_')) && first.behind == month.behind;
            (joined && month.digits.len() == 2 && day.digits.len() == 2)
                .then(|| (format!("{}{}{}", first.digits, month.digits, day.digits), String::new(), 3))?
        }
        _ => return None,
    };
    while clock.len() < 6 && matches!(runs.get(used - 1)?.behind, Some('-' | '_' | 'T' | ' ' | '.')) {
        let Some(next) = runs.get(used) else { break };
        let apart = matches!(next.before, Some('-' | '_' | 'T' | ' ' | '.'));
        // One character lies between: the rest of a name would put more there.
        if !apart || next.before != runs[used - 1].behind || !matches!(next.digits.len(), 2 | 4 | 6) {
            break;
        }
        // `2026-01-12_2026-01-14` is two days, not 20:26 of the first.
        if next.digits.len() == 4 && stamp(&runs[used..]).is_some() {
            break;
        }
        if clock.len() + next.digits.len() > 6
            || (clock.is_empty() && next.digits.len() == 2 && runs.get(used + 1).is_none())
        {
            break;
        }
        clock.push_str(next.digits);
        used += 1;
    }
    if runs[used - 1].behind.is_some_and(|c| c.is_alphanumeric() && c != 'Z') {
        return None;
    }
    time(&date, &clock).map(|time| (time, used))
}

/// Year, month and day with hours, minutes and seconds as far as stated.
fn time(date: &str, clock: &str) -> Option<Time> {
    let precision = match clock.len() {
        0 => Precision::Day,
        4 => Precision::Minute,
        6 => Precision::Second,
        _ => return None,
    };
    let read = |year: &str, month: &str, day: &str| {
        let clock = format!("{clock:0<6}");
        let text = format!("{year}-{month}-{day}T{}:{}:{}", clock.get(..2)?, clock.get(2..4)?, clock.get(4..)?);
        let recent = ("2010".."2100").contains(&year);
        recent.then(|| moment::parse(&text, DateOrder::Undecided)).flatten()
    };
    // The other way round the year's own digits would be a month over 12.
    let moment = read(date.get(..4)?, date.get(4..6)?, date.get(6..)?)
        .or_else(|| read(date.get(4..)?, date.get(2..4)?, date.get(..2)?))?;
    Some(Time { micros: moment.micros, precision, basis: Basis::FileName })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str) -> Option<(String, Precision)> {
        collected(name, None).map(|time| (moment::show(time.micros).replace(".000000", ""), time.precision))
    }

    #[test]
    fn the_stamps_of_tools_are_read() {
        use Precision::{Day, Minute, Second};
        for (name, shown, precision) in [
            ("Output/Rules/20260123-101500/20260123-101500-InboxRules.csv", "2026-01-23T10:15:00Z", Second),
            ("Output/Rules/20260123101500-MailboxRules.csv", "2026-01-23T10:15:00Z", Second),
            ("Output/MFA/202601231015-MFA-AuthenticationMethods.csv", "2026-01-23T10:15:00Z", Minute),
            ("Output/OAuthPermissions/23012026101500-OAuthPermissions.csv", "2026-01-23T10:15:00Z", Second),
            ("Hawk_harbor_20260123_1015/anna/InboxRules.csv", "2026-01-23T10:15:00Z", Minute),
            ("case/2026-01-23T10_15_00/EXO_InboxRules_Graph.json", "2026-01-23T10:15:00Z", Second),
            ("case/2026-01-23_101500/rules.csv", "2026-01-23T10:15:00Z", Second),
            ("rules-2026-01-23.csv", "2026-01-23T00:00:00Z", Day),
            ("SignIns_2026-01-12_2026-01-12.csv", "2026-01-12T00:00:00Z", Day),
            ("rules_20260123.csv", "2026-01-23T00:00:00Z", Day),
            ("export.zip!/20260123-101500/Users.csv", "2026-01-23T10:15:00Z", Second),
            ("20260101/20260123-101500-Sub/Users.csv", "2026-01-23T10:15:00Z", Second),
        ] {
            assert_eq!(read(name), Some((shown.to_owned(), precision)), "{name}");
        }
    }

    #[test]
    fn a_files_own_name_is_believed_before_the_investigator_and_he_before_a_folder() {
        let told = Time { micros: 7, precision: Precision::Second, basis: Basis::CollectedAt };
        let basis = |name: &str| collected(name, Some(told)).map(|time| time.basis);
        assert_eq!(basis("case/20260123-101500-Users.csv"), Some(Basis::FileName));
        assert_eq!(basis("case-20260201/Users.csv"), Some(Basis::CollectedAt));
        assert_eq!(basis("20260101-20260201.csv"), Some(Basis::CollectedAt));
    }

    #[test]
    fn what_is_no_stamp_is_no_time() {
        for name in [
            "InboxRules.csv",
            "rules-2026-13-01.csv",
            "20260114000000-20260115000000.csv",
            "SignIns_2026-01-12_2026-01-14.csv",
            "a1b2c3d4-20260123ab.csv",
            "x20260123101500.csv",
            "5c0ffee0-7a11-4b0a-9d0c-4a7b0a2c1e00.json",
            "19990101.csv",
            "2026.csv",
            "Users (2).csv",
            "",
        ] {
            assert_eq!(read(name), None, "{name}");
        }
    }
}
