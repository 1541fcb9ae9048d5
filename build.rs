//! Parses the rules once, so that a run need not, and tells cargo that they are part of the library: a new rule file is a
//! change of the embedded pack. What is at fault is left to the program, which names file and line.

#[allow(dead_code)] // the program reads what is written here
#[path = "src/rule/parsed.rs"]
mod parsed;
#[allow(dead_code)]
#[path = "src/rule/split.rs"]
mod split;

use parsed::{Bytes, Content, Parsed};
use rsigma_parser::{SigmaCollection, parse_sigma_yaml};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Folders of rules that hold no rules but what rules refer to.
const DATA: [&str; 2] = ["mapping", "lists"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=rules");
    let mut files = Vec::new();
    list(Path::new("rules"), &mut files)?;
    files.sort();
    let mut pack = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file)?;
        let below = file.strip_prefix("rules")?;
        let parsed = if DATA.iter().any(|folder| below.starts_with(folder)) { data(&text) } else { documents(&text) };
        if let Some(parsed) = parsed {
            let mut bytes = Vec::new();
            parsed.write(&mut bytes);
            below.to_string_lossy().replace('\\', "/").write(&mut pack);
            bytes.write(&mut pack);
        }
    }
    let out = std::env::var_os("OUT_DIR").ok_or("no folder to write to")?;
    std::fs::write(Path::new(&out).join("pack.bin"), pack)?;
    Ok(())
}

/// The YAML files at and below a folder.
fn list(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml") {
            files.push(path);
        }
    }
    Ok(())
}

fn data(text: &str) -> Option<Parsed> {
    serde_saphyr::from_str::<Value>(text).ok().map(|tree| Parsed::Data(tree.to_string()))
}

/// The documents of a file, if each is a whole one without collection actions and without fault.
fn documents(text: &str) -> Option<Parsed> {
    let documents = split::split(text).into_iter().map(|document| content(document.text));
    documents.collect::<Option<Vec<_>>>().filter(|documents| !documents.is_empty()).map(Parsed::Documents)
}

fn content(text: &str) -> Option<Content> {
    let tree = serde_saphyr::from_str::<Value>(text).ok()?;
    let root = tree.as_object().filter(|root| !root.contains_key("action"))?;
    if root.contains_key("foothold") && !root.contains_key("correlation") {
        return Some(Content::Foothold(tree.to_string()));
    }
    let collection = parse_sigma_yaml(text).ok().filter(|collection| collection.errors.is_empty())?;
    let SigmaCollection { mut rules, mut filters, mut correlations, .. } = collection;
    let rule = rules.pop().map(|rule| Content::Rule(Box::new(rule)));
    let filter = || filters.pop().map(|filter| Content::Filter(Box::new(filter)));
    let states_condition = tree.pointer("/correlation/condition").is_some();
    let correlation = || correlations.pop().map(|rule| Content::Correlation(Box::new((rule, states_condition))));
    rule.or_else(filter).or_else(correlation)
}
