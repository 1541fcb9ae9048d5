//! Rules and events for another Sigma engine: the rules as this program rewrites them, and the records with the fields
//! beside them that those rules ask for and no record has.
//!
//! `peers prepare RULES FILE.ndjson OUT` writes `OUT/rules/*.yml` and `OUT/events.ndjson`; `peers match RULES FILE THREADS`
//! evaluates the same rules as the program does and writes nothing.

use rsigma_parser::{ConditionExpr, Detection, SigmaRule, SigmaValue, emit_rule_yaml, fieldpath::unescape_brackets};
use serde_json::{Map, Value as Json};
use sonic_rs::Value;
use speur::event::{Event, Scalar};
use speur::field::Field;
use speur::input::Data;
use speur::pipeline;
use speur::rule::{Options, RuleSet, rewritten};
use speur::source::{FileContext, for_json};
use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::ExitCode;

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const USAGE: &str = "expected prepare RULES FILE.ndjson OUT: a folder of Sigma rules, an export, a folder that is not there yet; or match RULES FILE THREADS";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["prepare", rules, file, out] => prepare(Path::new(rules), Path::new(file), Path::new(out)),
        ["match", rules, file, threads] => match threads.parse() {
            Ok(threads) => matches(Path::new(rules), Path::new(file), threads),
            Err(_) => Err(format!("{threads}: expected a number of threads")),
        },
        _ => Err(USAGE.to_owned()),
    };
    match result {
        Ok(told) => {
            let _ = writeln!(std::io::stdout(), "{told}");
            ExitCode::SUCCESS
        }
        Err(reason) => {
            let _ = writeln!(std::io::stderr(), "{reason}");
            ExitCode::FAILURE
        }
    }
}

fn only(rules: &Path) -> Options {
    Options { paths: vec![rules.to_owned()], ..Options::default() }
}

fn matches(rules: &Path, file: &Path, threads: usize) -> Result<String, String> {
    let options =
        pipeline::Options { paths: vec![file.to_owned()], threads, rules: only(rules), ..pipeline::Options::default() };
    let (events, hits) = pipeline::match_only(&options, &()).map_err(|error| error.to_string())?;
    Ok(format!("{events} events, {hits} matches"))
}

fn prepare(source: &Path, file: &Path, out: &Path) -> Result<String, String> {
    let told = |path: &Path| {
        let name = path.display().to_string();
        move |error: std::io::Error| format!("{name}: {error}")
    };
    std::fs::create_dir(out).map_err(told(out))?;
    let folder = out.join("rules");
    std::fs::create_dir(&folder).map_err(told(&folder))?;
    let rules = rewritten(&only(source));
    let mut fields = BTreeSet::new();
    for (index, rule) in &rules {
        asked(rule, &mut fields);
        let path = folder.join(format!("{index:04}.yml"));
        std::fs::write(&path, emit_rule_yaml(&parted(rule))).map_err(told(&path))?;
    }
    let fields: Vec<(String, Field)> =
        fields.into_iter().map(|name| (name.clone(), Field::parse(&unescape_brackets(&name)))).collect();
    let events = out.join("events.ndjson");
    let input = BufReader::with_capacity(1 << 20, File::open(file).map_err(told(file))?);
    let mut output = BufWriter::with_capacity(1 << 20, File::create(&events).map_err(told(&events))?);
    let mut count = 0_u64;
    for line in input.lines() {
        let line = line.map_err(told(file))?;
        let seen = seen(&line, &fields).map_err(|reason| format!("{}: {reason}", file.display()))?;
        writeln!(output, "{seen}").map_err(told(&events))?;
        count += 1;
    }
    output.flush().map_err(told(&events))?;
    let left_out = RuleSet::load(&only(source)).1;
    let reasons = left_out.iter().map(|refused| format!("\nleft out: {}: {}", refused.file, refused.reason));
    Ok(format!("{} rules, {count} events", rules.len()) + &reasons.collect::<String>())
}

/// The rule with selections that YAML can say: one that joins alternatives becomes several, and the condition joins them.
fn parted(rule: &SigmaRule) -> SigmaRule {
    fn part(name: &str, detection: &Detection, named: &mut HashMap<String, Detection>) -> ConditionExpr {
        let each = |list: &[Detection], named: &mut _| {
            list.iter().enumerate().map(|(at, inner)| part(&format!("{name}_{at}"), inner, named)).collect()
        };
        match detection {
            Detection::And(list) => ConditionExpr::And(each(list, named)),
            Detection::AnyOf(list) if !list.iter().all(|inner| matches!(inner, Detection::AllOf(_))) => {
                ConditionExpr::Or(each(list, named))
            }
            whole => {
                named.insert(name.to_owned(), whole.clone());
                ConditionExpr::Identifier(name.to_owned())
            }
        }
    }
    fn put(condition: &ConditionExpr, parts: &HashMap<&String, ConditionExpr>) -> ConditionExpr {
        let each = |list: &[ConditionExpr]| list.iter().map(|inner| put(inner, parts)).collect();
        match condition {
            ConditionExpr::And(list) => ConditionExpr::And(each(list)),
            ConditionExpr::Or(list) => ConditionExpr::Or(each(list)),
            ConditionExpr::Not(inner) => ConditionExpr::Not(Box::new(put(inner, parts))),
            ConditionExpr::Identifier(name) => parts.get(name).unwrap_or(condition).clone(),
            ConditionExpr::Selector { .. } => condition.clone(),
        }
    }
    let mut rule = rule.clone();
    let whole = std::mem::take(&mut rule.detection.named);
    let parts =
        whole.iter().map(|(name, detection)| (name, part(name, detection, &mut rule.detection.named))).collect();
    rule.detection.conditions = rule.detection.conditions.iter().map(|condition| put(condition, &parts)).collect();
    rule.detection.condition_strings = rule.detection.conditions.iter().map(ToString::to_string).collect();
    rule
}

/// Adds the names of the fields that a rule asks for.
fn asked(rule: &SigmaRule, fields: &mut BTreeSet<String>) {
    fn walk(detection: &Detection, fields: &mut BTreeSet<String>) {
        match detection {
            Detection::AllOf(items) => {
                for item in items {
                    fields.extend(item.field.name.clone());
                    if item.field.modifiers.contains(&rsigma_parser::Modifier::FieldRef) {
                        let texts = item.values.iter().filter_map(|value| match value {
                            SigmaValue::String(text) => text.as_plain(),
                            _ => None,
                        });
                        fields.extend(texts);
                    }
                }
            }
            Detection::AnyOf(list) | Detection::And(list) => list.iter().for_each(|inner| walk(inner, fields)),
            Detection::Keywords(_) | Detection::ArrayMatch { .. } | Detection::Conditional { .. } => {}
        }
    }
    rule.detection.named.values().for_each(|detection| walk(detection, fields));
}

/// A line of the export with the values of `fields` beside its own members.
fn seen(line: &str, fields: &[(String, Field)]) -> Result<Json, String> {
    let record: Value = sonic_rs::from_str(line).map_err(|error| error.to_string())?;
    let source = for_json(&record, None).ok_or("a record that no source reads")?;
    let context = FileContext::default();
    let decoded = (source.decode)(Data::Json(record), &context)?;
    let event = (source.view)(&decoded, &context)?;
    let mut members: Map<String, Json> = serde_json::from_str(line).map_err(|error| error.to_string())?;
    for (name, field) in fields {
        // A list of objects is a text for a rule that asks for it as a whole; what lies in it stands under its own name.
        if members.get(name).is_none_or(|own| own.is_object() || own.is_array())
            && let Some(value) = value(&event, field)
        {
            members.insert(name.clone(), value);
        }
    }
    Ok(Json::Object(members))
}

fn value(event: &Event<'_>, field: &Field) -> Option<Json> {
    let mut values = Vec::new();
    let _ = event.visit(field, &mut |value| {
        values.push(match value {
            Scalar::Null => Json::Null,
            Scalar::Bool(truth) => truth.into(),
            Scalar::Int(number) => number.into(),
            Scalar::Float(number) => number.into(),
            Scalar::Str(text) => text.into(),
        });
        ControlFlow::Continue(())
    });
    match values.len() {
        0 | 1 => values.pop(),
        _ => Some(Json::Array(values)),
    }
}
