//! The headings to the outline, which readers show as bookmarks.

use super::file::{Id, Objects, text};
use super::flow::{Entry, PAGE};
use super::paint::push_number;
use std::fmt::Write;
use std::io;

/// Puts the outline; `None` when there is no heading.
pub(super) fn write(objects: &mut Objects, entries: &[Entry], pages: &[Id]) -> io::Result<Option<Id>> {
    if entries.is_empty() {
        return Ok(None);
    }
    let root = objects.reserve();
    let ids: Vec<Id> = entries.iter().map(|_| objects.reserve()).collect();
    // The first two levels stand side by side: the first is the title.
    let deep = |entry: &Entry| entry.level > 2;
    let tops: Vec<usize> = (0..entries.len()).filter(|&at| at == 0 || !deep(&entries[at])).collect();
    for (number, &top) in tops.iter().enumerate() {
        let next = tops.get(number + 1).copied().unwrap_or(entries.len());
        let below: Vec<usize> = (top + 1..next).collect();
        let mut links = format!("/Parent {root}");
        beside(&mut links, &ids, &tops, number);
        if let (Some(&first), Some(&last)) = (below.first(), below.last()) {
            // A negative count: closed until the reader opens it.
            let _ = write!(links, "/First {}/Last {}/Count -{}", ids[first], ids[last], below.len());
        }
        objects.put(ids[top], item(&entries[top], pages, &links))?;
        for (place, &at) in below.iter().enumerate() {
            let mut links = format!("/Parent {}", ids[top]);
            beside(&mut links, &ids, &below, place);
            objects.put(ids[at], item(&entries[at], pages, &links))?;
        }
    }
    let (first, last) = (ids[tops[0]], ids[tops[tops.len() - 1]]);
    objects.put(root, format!("<</Type/Outlines/First {first}/Last {last}/Count {}>>", tops.len()))?;
    Ok(Some(root))
}

/// The neighbours of an item.
fn beside(links: &mut String, ids: &[Id], row: &[usize], number: usize) {
    if number > 0 {
        let _ = write!(links, "/Prev {}", ids[row[number - 1]]);
    }
    if let Some(&next) = row.get(number + 1) {
        let _ = write!(links, "/Next {}", ids[next]);
    }
}

fn item(entry: &Entry, pages: &[Id], links: &str) -> String {
    let mut place = String::new();
    push_number(&mut place, PAGE.1 - entry.y + 6.0, 1);
    format!("<</Title {}{links}/Dest[{} /XYZ 0 {place}null]>>", text(&entry.title), pages[entry.page])
}
