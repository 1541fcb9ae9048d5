//! The parts of the README that are made from the program: its formats, rules of thumb and products stay true.

use speur::enrich::ENRICHERS;
use speur::source::{LANGUAGES, SOURCES, state_kinds};
use std::fmt::Write;
use std::path::Path;

/// Checks the text between `<!-- name -->` and `<!-- /name -->`, or rewrites it when `UPDATE_GOLDEN` is set.
fn golden(name: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = std::fs::read_to_string(&path).expect("the README");
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let (before, rest) = text.split_once(&open).unwrap_or_else(|| panic!("README.md: no marker {open}"));
    let (found, after) = rest.split_once(&close).unwrap_or_else(|| panic!("README.md: no marker {close}"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, format!("{before}{open}{expected}{close}{after}")).expect("README.md written");
        return;
    }
    assert_eq!(found, expected, "README.md is out of date; run the test command once with UPDATE_GOLDEN=1");
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

#[test]
fn the_readme_lists_what_the_program_has() {
    let mut formats = String::from("| format | export | recognised by | verified |\n|---|---|---|---|\n");
    for source in SOURCES {
        let (title, by) = (cell(source.title), cell(source.recognised_by));
        writeln!(formats, "| `{}` | {title} | {by} | {} |", source.name, source.proof.text()).expect("text");
    }
    golden("formats", &formats);
    let mut kinds = String::from("| snapshot | export | columns or keys |\n|---|---|---|\n");
    for kind in state_kinds() {
        writeln!(kinds, "| {} | {} | {} |", kind.noun, cell(kind.export), cell(&kind.recognised_by())).expect("text");
    }
    golden("snapshots", &kinds);
    let mut languages = String::from(
        "| language | export | names and values | proven by a real export | by Microsoft's translated documentation | unverified |\n|---|---|---|---|---|---|\n",
    );
    for language in LANGUAGES.iter() {
        for export in language.exports() {
            let proven = language.proven(export).map(|(_, count)| count);
            let [real, documented, unverified] = proven;
            let all: usize = proven.iter().sum();
            writeln!(languages, "| {} | `{export}` | {all} | {real} | {documented} | {unverified} |", language.name)
                .expect("text");
        }
    }
    golden("languages", &languages);
    let mut facts = String::from("| fact | what it says |\n|---|---|\n");
    for enricher in ENRICHERS {
        writeln!(facts, "| `{}` | {} |", enricher.name, cell(enricher.title)).expect("text");
    }
    golden("enrichments", &facts);
}
