//! What each export looks like from outside: the names that recognise it, and which known exports an unknown file is nearest to.

use crate::input::Header;
use sonic_rs::{JsonValueTrait, Value};
use std::cmp::Reverse;

/// The names by which an export is known: any of the shapes will do.
#[derive(Debug, Clone, Copy)]
pub struct Signature {
    /// Shapes of a CSV header.
    pub csv: &'static [Shape],
    /// Shapes of a JSON record.
    pub json: &'static [Shape],
}

/// Columns of a header, or keys of a record, in Microsoft's spelling.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// Names that must all be there; `A|B` asks for one of several.
    pub needs: &'static [&'static str],
    /// Names that are mostly there too: they decide nothing, but say how near an unknown file is.
    pub usual: &'static [&'static str],
    /// Names that are never there: with one of them it is another export.
    pub never: &'static [&'static str],
}

impl Shape {
    /// A shape with these names, all of them needed.
    pub const fn needs(needs: &'static [&'static str]) -> Self {
        Self { needs, usual: &[], never: &[] }
    }

    /// Adds names that are mostly there.
    #[must_use]
    pub const fn usual(self, usual: &'static [&'static str]) -> Self {
        Self { usual, ..self }
    }

    /// Adds names that are never there.
    #[must_use]
    pub const fn never(self, never: &'static [&'static str]) -> Self {
        Self { never, ..self }
    }

    fn met(&self, has: impl Fn(&str) -> bool) -> bool {
        self.needs.iter().all(|need| need.split('|').any(&has)) && !self.never.iter().any(|name| has(name))
    }

    /// How near something with these names is: a hundredth for each per cent of the names that are there.
    fn likeness(&self, has: impl Fn(&str) -> bool) -> usize {
        let needed = self.needs.iter().filter(|need| need.split('|').any(&has)).count();
        let usual = self.usual.iter().filter(|name| has(name)).count();
        (needed + usual) * 100 / (self.needs.len() + self.usual.len()).max(1)
    }

    /// What keeps something with these names from being it: names that are needed, then names that it never has.
    fn lacks(&self, has: impl Fn(&str) -> bool) -> (Vec<String>, Vec<&'static str>) {
        let missing = self.needs.iter().filter(|need| !need.split('|').any(&has));
        let odd = self.never.iter().filter(|name| has(name));
        (missing.map(|need| need.replace('|', " or ")).collect(), odd.copied().collect())
    }
}

impl Signature {
    /// Whether a CSV header has one of the shapes.
    pub fn is_csv(&self, header: &Header) -> bool {
        self.csv.iter().any(|shape| shape.met(|name| has_column(header, name)))
    }

    /// Whether a JSON record has one of the shapes.
    pub fn is_json(&self, record: &Value) -> bool {
        self.json.iter().any(|shape| shape.met(|name| record.get(name).is_some()))
    }
}

/// A column by its name in any case; the portal of Log Analytics adds the zone to the names of its times.
fn has_column(header: &Header, name: &str) -> bool {
    header.keys.iter().any(|key| key.strip_suffix(" [utc]").unwrap_or(key).eq_ignore_ascii_case(name))
}

/// The three exports that a header is nearest to, and what it lacks of each.
pub(super) fn nearest_csv(header: &Header, known: &[(&'static str, Vec<Shape>)]) -> String {
    nearest(known, |name| has_column(header, name))
}

/// The three exports that a record is nearest to, and what it lacks of each.
pub(super) fn nearest_json(record: &Value, known: &[(&'static str, Vec<Shape>)]) -> String {
    nearest(known, |name| record.get(name).is_some())
}

/// Likest first; of equals what lacks less, then what is tried first.
fn nearest(known: &[(&'static str, Vec<Shape>)], has: impl Fn(&str) -> bool) -> String {
    let mut near: Vec<_> = known
        .iter()
        .filter_map(|(name, shapes)| {
            let rank = |shape: &&Shape| (Reverse(shape.likeness(&has)), shape.lacks(&has).0.len());
            let shape = shapes.iter().min_by_key(rank)?;
            Some((rank(&shape), *name, shape.lacks(&has)))
        })
        .collect();
    near.sort_by_key(|(rank, ..)| *rank);
    let told: Vec<String> = near.iter().take(3).map(|(_, name, lacks)| told(name, lacks)).collect();
    told.join("; ")
}

fn told(name: &str, (missing, odd): &(Vec<String>, Vec<&str>)) -> String {
    let never = format!("has {}, which it never has", odd.join(", "));
    match (missing.is_empty(), odd.is_empty()) {
        (false, true) => format!("{name} (lacks {})", missing.join(", ")),
        (false, false) => format!("{name} (lacks {}; {never})", missing.join(", ")),
        (true, false) => format!("{name} ({never})"),
        // Names are not all that recognises it: a value is not of the kind that it has there.
        (true, true) => format!("{name} (has its names, but not its kind of values)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Vec<(&'static str, Vec<Shape>)> {
        vec![
            ("a", vec![Shape::needs(&["One", "Two|Three"]).never(&["Four"])]),
            ("b", vec![Shape::needs(&["Five"]).usual(&["One", "Two"]), Shape::needs(&["Six", "Seven"])]),
            ("c", vec![Shape::needs(&["Eight"])]),
            ("d", vec![Shape::needs(&["Nine"])]),
        ]
    }

    fn header(keys: &[&str]) -> Header {
        let names: Vec<String> = keys.iter().map(|&key| key.to_owned()).collect();
        Header { delimiter: b',', keys: names.iter().map(|name| name.to_lowercase()).collect(), names }
    }

    #[test]
    fn a_shape_asks_for_each_need_and_for_none_of_what_it_never_has() {
        let shape = known()[0].1[0];
        let met = |keys: &[&str]| shape.met(|name| has_column(&header(keys), name));
        assert!(met(&["ONE", "Three [UTC]"]) && met(&["one", "two", "x"]));
        assert!(!met(&["one"]) && !met(&["two", "three"]) && !met(&["one", "two", "four"]));
    }

    #[test]
    fn the_nearest_are_three_and_say_what_lacks() {
        assert_eq!(
            nearest_csv(&header(&["One", "Six"]), &known()),
            "a (lacks Two or Three); b (lacks Seven); c (lacks Eight)"
        );
        assert_eq!(
            nearest_csv(&header(&["One", "Two", "Four"]), &known()),
            "a (has Four, which it never has); b (lacks Five); c (lacks Eight)"
        );
        let record: Value = sonic_rs::from_str(r#"{"Nine":1}"#).expect("JSON");
        assert!(nearest_json(&record, &known()).starts_with("d (has its names, but not its kind of values); "));
    }
}
