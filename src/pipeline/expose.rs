//! The records of the intruder's sessions, and the traces of the mailboxes, once more: for the mail that they name.

use super::read::Reading;
use super::settle::{Again, read_again};
use crate::case::exposure::{Opened, wanted};
use crate::case::session::Session;
use crate::event::Family;
use crate::input::Limits;
use crate::redact::Redactor;
use crate::source::exposed::{letter, mail};
use std::collections::BTreeMap;

/// What the wanted records say of mail; one that cannot be read again is left out. A redactor puts pseudonyms into it.
pub(super) fn opened(read: &Reading, sessions: &[Session], limits: &Limits, redactor: Option<&Redactor>) -> Opened {
    let events = &read.events;
    let mut by_file: BTreeMap<u32, Vec<Again>> = BTreeMap::new();
    for position in wanted(events, sessions) {
        let again = Again::new(events, position);
        by_file.entry(again.origin.file).or_default().push(again);
    }
    let mut opened = Opened::default();
    for (file, mut again) in by_file {
        let place = read.files.get(file as usize).and_then(|file| read.places.get(&file.path));
        let Some((found, context)) = place else { continue };
        Again::sort(&mut again);
        read_again(&again, (found, context), limits, &mut |position, decoded| {
            if events.entries.at(position).family == Family::Trace {
                if let Some(mut letter) = letter(&decoded.record) {
                    if let Some(redactor) = redactor {
                        letter.rewrite(&|text| redactor.owned(text));
                    }
                    opened.letters.add(position, letter);
                }
            } else {
                let mut mail = mail(&decoded.record);
                if let Some(redactor) = redactor {
                    mail.rewrite(&|text| redactor.owned(text));
                }
                opened.mail.insert(position, mail);
            }
        });
    }
    opened
}
