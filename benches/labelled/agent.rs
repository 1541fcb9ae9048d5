//! The words by which programs introduce themselves, which change with every update.

use crate::people::Person;

/// A browser on the person's machine on `day`: it updates itself every four weeks, each machine on a day of its own.
pub(crate) fn browser(person: &Person, day: i64) -> String {
    let version = 142 + (day + person.lag) / 28;
    match (person.mac, person.chrome) {
        (true, _) => format!(
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{} Safari/605.1.15",
            if day + person.lag < 50 { "18.5" } else { "18.6" }
        ),
        (_, true) => windows(version),
        _ => format!("{} Edg/{version}.0.0.0", windows(version)),
    }
}

/// Chrome on Windows.
pub(crate) fn windows(version: i64) -> String {
    format!(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 Safari/537.36"
    )
}

/// Outlook and the other programs of Office on the person's machine.
pub(crate) fn office(person: &Person, day: i64) -> String {
    let build = 19_328 + (day + person.lag) / 28 * 101;
    if person.mac {
        format!("MacOutlook/16.98.{build} (Intelx64 Mac OS X Version 15.3)")
    } else {
        format!("Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.{build}; Pro)")
    }
}

/// The telephone's browser; a new telephone is another model.
pub(crate) fn phone_browser(person: &Person, day: i64) -> String {
    let newer = person.new_phone.is_some_and(|change| day >= change);
    if person.iphone {
        let version = if newer {
            "18_4"
        } else if day + person.lag < 40 {
            "18_2"
        } else {
            "18_3"
        };
        format!(
            "Mozilla/5.0 (iPhone; CPU iPhone OS {version} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{} Mobile/15E148 Safari/604.1",
            version.replace('_', ".")
        )
    } else {
        let model = if newer { "SM-S931B" } else { "SM-A546B" };
        format!(
            "Mozilla/5.0 (Linux; Android 15; {model}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Mobile Safari/537.36",
            142 + (day + person.lag) / 28
        )
    }
}

/// The telephone's mail program.
pub(crate) fn phone_mail(person: &Person, day: i64) -> String {
    let newer = person.new_phone.is_some_and(|change| day >= change);
    match (person.iphone, newer) {
        (true, _) => "Outlook-iOS/2.0".into(),
        (false, true) => "Dalvik/2.1.0 (Linux; U; Android 15; SM-S931B Build/AP3A.240905.015)".into(),
        (false, false) => "Dalvik/2.1.0 (Linux; U; Android 15; SM-A546B Build/AP3A.240905.015)".into(),
    }
}
