//! Every text of the charts, so that it can be said in another language; numbers, dates and names come from outside.

use super::scale::number;

/// `1 event`, `1 234 events`.
pub(super) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

pub(super) fn events(count: u64) -> String {
    counted(count, "event", "events")
}

pub(super) fn acts(count: u64) -> String {
    counted(count, "act", "acts")
}

pub(super) fn sign_ins(count: u64) -> String {
    counted(count, "sign-in", "sign-ins")
}

pub(super) const NO_ACCOUNT: &str = "(no account named)";
pub(super) const NOT_STATED: &str = "(not stated)";
pub(super) const TIME: &str = "time, UTC";

/// What a bar of time is called below its axis.
pub(super) fn by(unit: &str) -> String {
    format!("{unit}, UTC")
}

/// What did not get a line of its own.
pub(super) fn others(count: usize) -> String {
    counted(count as u64, "other", "others")
}

/// Sentences on what the picture leaves out: accounts for want of room, and those in which nobody got anywhere.
fn left_out(hidden: usize, refused: usize) -> String {
    let accounts = |count: usize| counted(count as u64, "account", "accounts");
    let mut parts = Vec::new();
    if hidden > 0 {
        parts.push(format!("{} more", accounts(hidden)));
    }
    if refused > 0 {
        parts.push(format!("{} with nothing but refused attempts", accounts(refused)));
    }
    if parts.is_empty() { String::new() } else { format!(" Not shown: {}; see sessions.csv.", parts.join(", ")) }
}

/// The chart of events over time.
pub(super) mod over_time {
    use super::{counted, events};

    pub(in super::super) const EVENTS: &str = "events";
    pub(in super::super) const NONE: &str = "No events";
    pub(in super::super) const NONE_ALT: &str = "There are no events.";

    pub(in super::super) fn title(unit: &str) -> String {
        format!("Events by {unit} and workload")
    }

    /// `is_wide` where each bar has room for a mark of its own.
    pub(in super::super) fn note(span: &str, is_wide: bool) -> String {
        let marks = "The marks above the bars are findings of level medium or above that have an event there";
        let more = if is_wide {
            "the number says how many"
        } else {
            "where marks would lie on each other, the most severe stands for its neighbours"
        };
        format!("{span}. {marks}; {more}.")
    }

    pub(in super::super) fn alt(total: u64, span: &str, top: &[(String, u64)], findings: u64) -> String {
        let top: Vec<String> = top.iter().map(|(name, count)| format!("{name} {}", super::number(*count))).collect();
        format!(
            "{}, {span}: {}. {} of level medium or above.",
            events(total),
            top.join(", "),
            counted(findings, "finding is", "findings are")
        )
    }
}

/// The chart of hours and weekdays.
pub(super) mod week {
    pub(in super::super) const TITLE: &str = "Events by hour and weekday";
    pub(in super::super) const NOTE: &str =
        "Hours are UTC. The darker the cell, the more events; the number is their count.";
    pub(in super::super) const NONE: &str = "none";
    pub(in super::super) const DAYS: [&str; 7] =
        ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

    pub(in super::super) fn most(count: &str) -> String {
        format!("{count} events (logarithmic)")
    }

    pub(in super::super) fn alt(days: &[u64; 7], busiest: (usize, usize), night: u64) -> String {
        let days: Vec<String> =
            DAYS.iter().zip(days).map(|(day, count)| format!("{day} {}", super::number(*count))).collect();
        format!(
            "Events by weekday: {}. Most are on a {} from {:02}:00 to {:02}:00 UTC; {} between 22:00 and 06:00 UTC.",
            days.join(", "),
            DAYS[busiest.0],
            busiest.1,
            busiest.1 + 1,
            super::counted(night, "is", "are")
        )
    }
}

/// The chart of sign-ins by country.
pub(super) mod countries {
    pub(in super::super) const TITLE: &str = "Sign-ins by country";
    pub(in super::super) const NOTE: &str = "The country is that of the address, by the geolocation database.";
    pub(in super::super) const KINDS: [&str; 3] = ["succeeded", "failed", "further step asked"];
    pub(in super::super) const UNKNOWN: &str = "unknown";
    pub(in super::super) const AXIS: &str = "sign-ins";
    pub(in super::super) const NONE: &str = "No sign-ins";
    pub(in super::super) const NONE_ALT: &str = "There are no sign-ins.";

    pub(in super::super) fn row(name: &str, succeeded: u64, failed: u64) -> String {
        format!("{name}: {} succeeded, {} failed", super::number(succeeded), super::number(failed))
    }
}

/// The strips of one account.
pub(super) mod strips {
    pub(in super::super) fn title(account: &str) -> String {
        format!("Findings over time: {account}")
    }

    pub(in super::super) fn note(span: &str, shown: usize, all: usize) -> String {
        if all > shown { format!("{span}; the {shown} most severe of {all} rules.") } else { format!("{span}.") }
    }

    pub(in super::super) fn row(title: &str, level: &str, count: usize) -> String {
        format!("{title} ({level}): {}", super::events(count as u64))
    }
}

/// The map.
pub(super) mod map {
    use super::{counted, number, sign_ins};

    pub(in super::super) const TITLE: &str = "Where people signed in from";
    pub(in super::super) const NONE: &str = "No event states an address that a geolocation database can place";
    pub(in super::super) const HALVES: &str =
        "left half: sign-ins that succeeded, right half: that failed; by area, but none too small to be seen";
    pub(in super::super) const RING: &str = "other acts only";
    pub(in super::super) const DIAMOND: &str = "an intruder was in an account from here";
    pub(in super::super) const CENTRE: &str = " *";
    pub(in super::super) const COLUMNS: [&str; 5] =
        ["place", "sign-ins succeeded", "failed", "other acts", "addresses"];

    /// The numbers that the texts tell.
    #[derive(Debug, Default)]
    pub(in super::super) struct Facts {
        pub(in super::super) places: u64,
        pub(in super::super) drawn: u64,
        /// A part is shown once more, larger.
        pub(in super::super) is_enlarged: bool,
        pub(in super::super) centres: u64,
        pub(in super::super) succeeded: u64,
        pub(in super::super) failed: u64,
        /// Addresses without a place, sign-ins and other acts from them.
        pub(in super::super) nowhere: (u64, u64, u64),
        /// Sign-ins and other acts without an address.
        pub(in super::super) unstated: (u64, u64),
    }

    pub(in super::super) fn note(facts: &Facts) -> String {
        let mut note = match (facts.places, facts.centres) {
            (0, _) => String::new(),
            (places, centres) if places == centres => {
                "Each place stands at the centre of its country, as the databases know no more of it.".to_owned()
            }
            (_, 0) => "Each place stands where the databases put it.".to_owned(),
            (places, centres) => format!(
                "{} of {} places (* in the list) stand at the centre of their country, as the databases know no more of them.",
                number(centres),
                number(places)
            ),
        };
        if facts.places > 0 {
            note.push_str(" Sign-ins that asked for a further step are among the other acts.");
        }
        if facts.is_enlarged {
            note.push_str(" The framed part is enlarged below.");
        }
        if facts.drawn < facts.places {
            note = format!("{note} Of {} places the {} most important are drawn.", number(facts.places), facts.drawn);
        }
        format!("{note}{}", not_placed(facts))
    }

    /// Sign-ins and other acts; what there is none of is not named.
    fn both(signed_in: u64, other: u64) -> String {
        let other_acts = counted(other, "other act", "other acts");
        match (signed_in, other) {
            (0, _) => other_acts,
            (_, 0) => sign_ins(signed_in),
            _ => format!("{} and {other_acts}", sign_ins(signed_in)),
        }
    }

    fn not_placed(facts: &Facts) -> String {
        let mut parts = Vec::new();
        let (addresses, signed_in, other) = facts.nowhere;
        if addresses > 0 {
            let addresses = counted(addresses, "address", "addresses");
            parts.push(format!("{addresses}, private or in no database ({})", both(signed_in, other)));
        }
        let (signed_in, other) = facts.unstated;
        if signed_in + other > 0 {
            parts.push(format!("{} without an address", both(signed_in, other)));
        }
        if parts.is_empty() { String::new() } else { format!(" Not on the map: {}.", parts.join("; ")) }
    }

    pub(in super::super) fn alt(facts: &Facts, (intruder, busy): &(Vec<String>, Vec<String>)) -> String {
        if facts.places == 0 {
            return format!("{NONE}.{}", not_placed(facts));
        }
        let mut alt = format!(
            "World map of {} with {} that succeeded and {} that failed.",
            counted(facts.places, "place", "places"),
            sign_ins(facts.succeeded),
            number(facts.failed)
        );
        if !intruder.is_empty() {
            alt = format!("{alt} An intruder was in an account from {}.", intruder.join("; "));
        }
        if !busy.is_empty() {
            alt = format!("{alt} Most other sign-ins are from {}.", busy.join("; "));
        }
        format!("{alt}{}", not_placed(facts))
    }

    pub(in super::super) fn busy(name: &str, succeeded: u64, failed: u64) -> String {
        format!("{name}: {} succeeded, {} failed", number(succeeded), number(failed))
    }

    pub(in super::super) fn unnamed(north: f64, east: f64) -> String {
        format!("{north:.1} north, {east:.1} east")
    }

    pub(in super::super) fn more(count: u64) -> String {
        format!("and {}: see addresses.csv", counted(count, "more place", "more places"))
    }
}

/// An account as the charts name it.
pub(super) fn name(account: &str) -> String {
    if account.is_empty() { NO_ACCOUNT.to_owned() } else { account.to_owned() }
}

/// What the letter of a step stands for; an empty task is any that has no letter of its own.
pub(super) fn task(task: &str) -> String {
    if task.is_empty() { "another step of the response".to_owned() } else { task.to_owned() }
}

/// The lanes of presences.
pub(super) mod sessions {
    use super::{acts, counted, left_out, number};

    pub(in super::super) const TITLE: &str = "When the intruder was in which account";
    pub(in super::super) const NONE: &str = "No presence of an intruder was found in any account";
    pub(in super::super) const KINDS: [&str; 4] = [
        "presence from one address, first to last act; a stroke is an act",
        "attempts only, all refused",
        "application that served the intruder",
        "the owner's own desk",
    ];
    pub(in super::super) const ELSEWHERE: &str = "other activity of the account";
    pub(in super::super) const OPENED: &str = "something was left behind";
    pub(in super::super) const CLOSED: &str = "it was taken away";

    pub(in super::super) fn note(hidden: usize, refused: usize) -> String {
        let note = "Each presence is what one account did from one address. A letter is a step of the response, at the time of its record.";
        format!("{note}{}", left_out(hidden, refused))
    }

    pub(in super::super) fn place(address: &str, country: &str) -> String {
        let address = if address.is_empty() { "no address stated" } else { address };
        if country.is_empty() { address.to_owned() } else { format!("{address} {country}") }
    }

    pub(in super::super) fn facts(presences: u64, through: u64, refused: u64, hidden: u64) -> String {
        let mut text = format!("{}, {}", counted(presences, "presence", "presences"), acts(through));
        if refused > 0 {
            text = format!("{text}, {} refused", number(refused));
        }
        if hidden > 0 { format!("{text}; {} not drawn", number(hidden)) } else { text }
    }

    pub(in super::super) fn told(account: &str, presences: u64, events: u64, span: &str) -> String {
        format!("{account}: {}, {}, {span}", counted(presences, "presence", "presences"), acts(events))
    }

    pub(in super::super) fn alt(accounts: u64, told: &[String]) -> String {
        let rest = accounts - told.len() as u64;
        let more = if rest > 0 { format!("; and {} more", number(rest)) } else { String::new() };
        let accounts = counted(accounts, "account", "accounts");
        format!("{accounts} with presences of an intruder. {}{more}.", told.join("; "))
    }
}

/// Before and after the steps of the response.
pub(super) mod containment {
    use super::{acts, left_out, number};

    pub(in super::super) const TITLE: &str = "Acts of the intruder before and after the response";
    pub(in super::super) const NONE: &str =
        "No act of an intruder that went through was found, so there is nothing that a response had to end";
    pub(in super::super) const ACTS: &str = "acts of the intruder";
    pub(in super::super) const REFUSED: &str = "attempts that were refused";
    pub(in super::super) const NOT_JUDGED: &str =
        "No answer is given for it: nobody is seen to have got in, or it is no person's account.";

    pub(in super::super) fn note(unit: &str, hidden: usize, refused: usize) -> String {
        format!(
            "A bar is one {unit}. A green line is a step of the response at the time of its record. Each account has a scale of its own.{}",
            left_out(hidden, refused)
        )
    }

    pub(in super::super) fn no_step(count: u64) -> String {
        format!("{}; no step of the response is on record.", acts(count))
    }

    pub(in super::super) fn parts(before: (u64, u64), between: Option<(u64, u64)>, after: (u64, u64)) -> Vec<String> {
        let told = |(through, refused): (u64, u64)| match refused {
            0 => acts(through),
            _ => format!("{}, {} refused", acts(through), number(refused)),
        };
        match between {
            Some(between) => vec![
                format!("Before the first step: {}.", told(before)),
                format!("Then, to the last: {}.", told(between)),
                format!("After the last: {}.", told(after)),
            ],
            None => vec![format!("Before the step: {}.", told(before)), format!("After the step: {}.", told(after))],
        }
    }

    pub(in super::super) fn field(account: &str, told: &[String]) -> String {
        format!("{account}: {}", told.join(" "))
    }

    pub(in super::super) fn alt(span: &str, told: &[String]) -> String {
        format!("Acts of the intruder and steps of the response, {span}. {}", told.join(" "))
    }
}

/// What was reached, by day.
pub(super) mod exposure {
    use super::{counted, number};

    pub(in super::super) const NONE: &str = "No record tells of mail or files that an intruder reached";
    pub(in super::super) const NOTHING_NAMED: &str = "No record names mail or files that were reached; see below";
    pub(in super::super) const AXIS: &str = "number";
    pub(in super::super) const PARTS: [&str; 5] = [
        "messages opened",
        "messages sent, moved, deleted or else touched",
        "folders synchronised, each exposed as a whole",
        "searches",
        "files reached",
    ];
    pub(in super::super) const DARK: &str = "nothing can be known";
    pub(in super::super) const DARK_TITLE: &str = "Times of which no record can tell what was opened, by mailbox";

    pub(in super::super) fn title(unit: &str) -> String {
        format!("What the intruder reached, by {unit}")
    }

    pub(in super::super) const NOTE: &str = "Each message, folder, search and file counts once, when it was first reached. The numbers are lower bounds: Exchange leaves out repeats, and a folder may hold many messages.";

    pub(in super::super) fn part(name: &str, total: u64) -> String {
        format!("{name} ({})", number(total))
    }

    pub(in super::super) fn more_boxes(count: u64) -> String {
        format!("and {}: see mail-exposure.csv", counted(count, "more mailbox", "more mailboxes"))
    }

    pub(in super::super) fn alt(totals: &[u64; 5], span: &str, dark: u64) -> String {
        let parts = PARTS.iter().zip(totals).filter(|(_, total)| **total > 0);
        let parts: Vec<String> = parts.map(|(name, total)| part(name, *total)).collect();
        let reached =
            if parts.is_empty() { NONE.to_owned() } else { format!("What was reached: {}", parts.join(", ")) };
        let dark = match dark {
            0 => String::new(),
            count => format!(
                " For {} there are times of which nothing can be known.",
                counted(count, "mailbox", "mailboxes")
            ),
        };
        format!("{reached}, {span}.{dark}")
    }
}
