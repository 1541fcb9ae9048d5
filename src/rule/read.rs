//! Rule files to what their documents hold; one that cannot be read becomes a rejection with file and line.

use super::document::{Document, Fault, Kind, inspect, split};
use super::files::File;
use super::foothold;
use super::parsed::{Bytes, Content, Parsed};
use crate::coverage::RuleRejection;
use rsigma_parser::{CorrelationRule, FilterRule, SigmaCollection, SigmaRule, parse_sigma_yaml};
use serde_json::Value;

/// A document that was read, and where it stands.
pub(super) struct Read<'a, T> {
    /// Its file.
    pub file: &'a File,
    /// The document in it.
    pub document: Document<'a>,
    /// Whether the text of a correlation has a condition: the parser puts one in where it has none.
    pub states_condition: bool,
    /// What it holds.
    pub content: T,
}

impl<'a, T> Read<'a, T> {
    fn new(file: &'a File, document: Document<'a>, content: T) -> Self {
        Self { file, document, states_condition: false, content }
    }

    /// What it holds, apart.
    pub(super) fn taken(self) -> (Read<'a, ()>, T) {
        let Self { file, document, states_condition, content } = self;
        (Read { file, document, states_condition, content: () }, content)
    }

    /// The rejection of this document for a fault.
    pub(super) fn reject(&self, fault: &Fault) -> RuleRejection {
        rejection(self.file, self.document.find(&fault.anchor), &fault.reason)
    }
}

/// What the files hold.
#[derive(Default)]
pub(super) struct Contents<'a> {
    /// Rules, in the order of the files.
    pub rules: Vec<Read<'a, SigmaRule>>,
    /// Filters, in the order of the files.
    pub filters: Vec<Read<'a, FilterRule>>,
    /// Correlations, in the order of the files.
    pub correlations: Vec<Read<'a, CorrelationRule>>,
    /// Footholds, in the order of the files.
    pub footholds: Vec<Read<'a, foothold::Written>>,
}

/// A message of the Sigma parser in the style of ours.
pub(super) fn plain(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default().trim_end_matches('.');
    let mut letters = line.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

fn rejection(file: &File, line: u64, reason: &str) -> RuleRejection {
    RuleRejection { file: file.name.clone(), line, reason: reason.to_owned() }
}

/// Takes the documents of a file as the build script has parsed them; says whether there are any.
fn read_parsed<'a>(file: &'a File, contents: &mut Contents<'a>, rejected: &mut Vec<RuleRejection>) -> bool {
    let Some(Parsed::Documents(documents)) = file.parsed.and_then(|mut bytes| Parsed::read(&mut bytes)) else {
        return false;
    };
    let places = split(&file.text);
    if places.len() != documents.len() {
        return false;
    }
    for (document, content) in places.into_iter().zip(documents) {
        match content {
            Content::Rule(rule) => contents.rules.push(Read::new(file, document, *rule)),
            Content::Filter(filter) => contents.filters.push(Read::new(file, document, *filter)),
            Content::Correlation(correlation) => {
                let (content, states_condition) = *correlation;
                contents.correlations.push(Read { file, document, states_condition, content });
            }
            Content::Foothold(json) => {
                read_foothold(file, document, &serde_json::from_str(&json).unwrap_or_default(), contents, rejected);
            }
        }
    }
    true
}

fn read_foothold<'a>(
    file: &'a File,
    document: Document<'a>,
    tree: &Value,
    contents: &mut Contents<'a>,
    rejected: &mut Vec<RuleRejection>,
) {
    match foothold::read(tree) {
        Ok(content) => contents.footholds.push(Read::new(file, document, content)),
        Err(fault) => rejected.push(rejection(file, document.find(&fault.anchor), &fault.reason)),
    }
}

/// Reads the documents of a file; one that is wrong does not stop the others.
pub(super) fn read<'a>(file: &'a File, contents: &mut Contents<'a>, rejected: &mut Vec<RuleRejection>) {
    if read_parsed(file, contents, rejected) {
        return;
    }
    let documents = split(&file.text);
    if documents.is_empty() {
        rejected.push(rejection(
            file,
            1,
            "the file holds no rule; expected a Sigma rule with title, logsource and detection",
        ));
    }
    // What Sigma's collection actions add to the documents that follow.
    let mut globals = String::new();
    let mut previous = String::new();
    for document in documents {
        let tree = match document.tree() {
            Ok(tree) => tree,
            Err((line, reason)) => {
                rejected.push(rejection(file, line, &reason));
                continue;
            }
        };
        match inspect(&tree) {
            Ok(Kind::Foothold) => read_foothold(file, document, &tree, contents, rejected),
            Err(fault) => rejected.push(rejection(file, document.find(&fault.anchor), &fault.reason)),
            Ok(Kind::Global) => globals = format!("{}\n---\n", document.text),
            Ok(Kind::Reset) => globals.clear(),
            Ok(kind) => {
                if kind != Kind::Repeat {
                    previous.clear();
                }
                if !previous.is_empty() {
                    previous.push_str("\n---\n");
                }
                previous.push_str(document.text);
                let states_condition = tree.pointer("/correlation/condition").is_some();
                let text = format!("{globals}{previous}");
                read_document(file, (document, states_condition), &text, contents, rejected);
            }
        }
    }
}

fn read_document<'a>(
    file: &'a File,
    (document, states_condition): (Document<'a>, bool),
    text: &str,
    contents: &mut Contents<'a>,
    rejected: &mut Vec<RuleRejection>,
) {
    let collection = parse_sigma_yaml(text)
        .unwrap_or_else(|error| SigmaCollection { errors: vec![error.to_string()], ..SigmaCollection::new() });
    if let Some(error) = collection.errors.last() {
        let keys = [
            "timespan",
            "group-by",
            "correlation",
            "level",
            "status",
            "related",
            "title",
            "condition",
            "detection",
            "sigma-version",
        ];
        let anchor = keys.iter().find(|key| error.contains(*key)).map(|key| (*key).to_owned());
        let line = document.find(&anchor.into_iter().collect::<Vec<_>>());
        rejected.push(rejection(file, line, &plain(error)));
        return;
    }
    let SigmaCollection { mut rules, mut filters, mut correlations, .. } = collection;
    if let Some(content) = rules.pop() {
        contents.rules.push(Read::new(file, document, content));
    } else if let Some(content) = filters.pop() {
        contents.filters.push(Read::new(file, document, content));
    } else if let Some(content) = correlations.pop() {
        contents.correlations.push(Read { file, document, states_condition, content });
    }
}

#[cfg(test)]
mod tests {
    use super::super::mapping::Mapping;
    use super::super::rewrite::Placeholders;
    use super::super::{Options, files, load, pack};
    use super::*;

    fn contents(files: &[File]) -> Contents<'_> {
        let (mut contents, mut rejected) = (Contents::default(), Vec::new());
        for file in files {
            read(file, &mut contents, &mut rejected);
        }
        assert_eq!(rejected, []);
        contents
    }

    #[test]
    fn the_build_script_reads_the_pack_as_its_text_reads() {
        let options = Options { pack: true, ..Options::default() };
        let parsed = files::files(&options, &mut Vec::new());
        let texts = files::texts(&options, &mut Vec::new());
        for file in &parsed {
            assert!(file.parsed.is_some(), "{}: not parsed", file.name);
        }
        let (parsed, texts) = (contents(&parsed), contents(&texts));
        let same = |one: &Document<'_>, other: &Document<'_>| (one.text, one.line) == (other.text, other.line);
        assert_eq!(parsed.rules.len(), texts.rules.len());
        for (one, other) in parsed.rules.iter().zip(&texts.rules) {
            assert_eq!(one.content, other.content, "{}", one.file.name);
            assert!(same(&one.document, &other.document), "{}", one.file.name);
        }
        assert_eq!(parsed.correlations.len(), texts.correlations.len());
        for (one, other) in parsed.correlations.iter().zip(&texts.correlations) {
            assert_eq!(one.content, other.content, "{}", one.file.name);
            assert_eq!(one.states_condition, other.states_condition, "{}", one.file.name);
        }
        assert!(parsed.filters.iter().map(|read| &read.content).eq(texts.filters.iter().map(|read| &read.content)));
        assert_eq!(parsed.footholds.len(), texts.footholds.len());
        for (one, other) in parsed.footholds.iter().zip(&texts.footholds) {
            assert_eq!(format!("{:?}", one.content), format!("{:?}", other.content), "{}", one.file.name);
        }
    }

    #[test]
    fn the_build_script_reads_tables_and_lists_as_their_text_reads() {
        for (path, text) in pack::mappings() {
            let (mut parsed, mut read) = (Mapping::default(), Mapping::default());
            assert!(parsed.add_parsed(&pack::parsed_data(&path).unwrap()), "{path}");
            read.add(text).unwrap();
            assert_eq!(format!("{parsed:?}"), format!("{read:?}"), "{path}");
        }
        for (path, text) in pack::lists() {
            let parsed: Placeholders = serde_json::from_str(&pack::parsed_data(&path).unwrap()).unwrap();
            assert_eq!(parsed, serde_saphyr::from_str::<Placeholders>(text).unwrap(), "{path}");
        }
    }

    #[test]
    fn every_rule_of_the_pack_can_be_used_as_it_is_written() {
        let (linked, rejected) = load::check(&Options { pack: true, ..Options::default() });
        assert_eq!(rejected, []);
        assert!(linked.loaded.len() > 280, "{} rules", linked.loaded.len());
    }
}
