//! Imports go downward only, and no file grows beyond what a person reads in one go.

use std::path::{Path, PathBuf};

/// The modules from bottom to top; a module imports only from lines above its own.
const LAYERS: &[&[&str]] = &[
    &["error", "civil"],
    &["language"],
    &["coverage"],
    &["field"],
    &["event"],
    &["decision"],
    &["input"],
    &["store"],
    &["rule", "enrich", "source", "redact"],
    &["correlate"],
    &["case"],
    &["output"],
    &["pipeline"],
    &["cli"],
    &["lib", "main"],
];

/// Lines of a file, its inline tests not counted.
const LONGEST: usize = 500;

fn rank(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// A source file: its path, the parts of its module path, and its text without comments and inline tests.
struct Source {
    path: PathBuf,
    modules: Vec<String>,
    lines: Vec<String>,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = walkdir::WalkDir::new(&root).sort_by_file_name().into_iter().map(|entry| entry.expect("a listing"));
    let files = files.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "rs"));
    files.map(|entry| source(&root, entry.path())).collect()
}

fn source(root: &Path, path: &Path) -> Source {
    let relative = path.strip_prefix(root).expect("below src").with_extension("");
    let mut modules: Vec<String> = relative.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if modules.len() > 1 && modules.last().is_some_and(|last| last == "mod") {
        modules.pop();
    }
    let text = std::fs::read_to_string(path).expect("source text");
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or_default().to_owned()).collect();
    Source { path: path.to_owned(), modules, lines }
}

/// The top modules that a text names by `crate::…`, in groups too.
fn named(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => found.extend(heads(group)),
            None => found.push(word(rest)),
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

fn word(text: &str) -> String {
    text.chars().take_while(|char| char.is_alphanumeric() || *char == '_').collect()
}

/// The first name of each member of a `{…}` group, its opening brace already gone.
fn heads(group: &str) -> Vec<String> {
    let (mut depth, mut start, mut found) = (0, true, Vec::new());
    for (at, char) in group.char_indices() {
        match char {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => start = true,
            char if start && !char.is_whitespace() => {
                found.push(word(&group[at..]));
                start = false;
            }
            _ => {}
        }
    }
    found
}

/// The top modules that a file reaches by a chain of `super::` to the root.
fn climbed(source: &Source, text: &str) -> Vec<String> {
    let chain = "super::".repeat(source.modules.len());
    let climbs = text.match_indices(&chain).filter(|(at, _)| !text[..*at].ends_with("super::"));
    climbs.map(|(at, _)| word(&text[at + chain.len()..])).filter(|name| rank(name).is_some()).collect()
}

#[test]
fn imports_go_downward_only() {
    let mut wrong = Vec::new();
    for source in sources() {
        let own = source.modules.first().expect("a module").as_str();
        let Some(rank_own) = rank(own) else {
            panic!("{}: the module {own} has no layer; add it to LAYERS in {}", source.path.display(), file!());
        };
        let text = source.lines.join("\n");
        for name in named(&text).into_iter().chain(climbed(&source, &text)) {
            if rank(&name).is_some_and(|rank| name != own && rank >= rank_own) {
                wrong.push(format!("{}: {own} imports {name}", source.path.display()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "imports go downward only ({LAYERS:?}, bottom first); move what both need below the two:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn only_the_program_declares_the_command_line() {
    let library = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).expect("lib.rs");
    assert!(!library.contains("mod cli"), "the library must not print or exit, so only main.rs declares cli");
}

#[test]
fn no_file_is_longer_than_a_person_reads() {
    let long: Vec<String> = sources()
        .iter()
        .filter(|source| source.lines.len() > LONGEST)
        .map(|source| format!("{}: {} lines", source.path.display(), source.lines.len()))
        .collect();
    assert!(long.is_empty(), "a file has at most {LONGEST} lines; split by theme into a folder:\n{}", long.join("\n"));
}

#[test]
fn the_reader_of_imports_sees_every_form() {
    let text =
        "use crate::{\n    case::{A, store::B},\n    rule,\n};\nlet x = crate::output::f();\nuse crate::event::Event;";
    assert_eq!(named(text), ["case", "rule", "output", "event"]);
    let source = |modules: &[&str]| Source {
        path: PathBuf::new(),
        modules: modules.iter().map(|&part| part.to_owned()).collect(),
        lines: Vec::new(),
    };
    assert_eq!(climbed(&source(&["input", "csv"]), "use super::super::rule::X; use super::Row;"), ["rule"]);
    assert_eq!(climbed(&source(&["event"]), "use super::case::X; use super::something;"), ["case"]);
}
