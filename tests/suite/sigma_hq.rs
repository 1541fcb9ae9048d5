//! The cloud rules of the public Sigma repository, which are not part of this project: each fires on a record that Microsoft writes, or it
//! is said why it cannot.
//!
//! `tests/sigma/<rule>/hit.jsonl` holds such records, `tests/sigma/silent.yml` the reasons, by the rule's id.

use crate::case_folder::corpus;
use rsigma_parser::{SigmaRule, parse_sigma_yaml};
use speur::pipeline::try_records;
use speur::rule::{Options, RuleSet};
use speur::source::{FileContext, for_json};
use speur::{event::Family, input::Data};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The logs that rules can look at, as columns of the table.
const LOGS: &[(Family, &str)] = &[
    (Family::Audit, "unified audit log"),
    (Family::Directory, "directory audit"),
    (Family::SignIn, "sign-ins"),
    (Family::Risk, "risk reports"),
    (Family::Activity, "Azure activity log"),
];

const HEAD: &str = "# SigmaHQ's cloud rules on Microsoft's records

The rules are those of the [Sigma repository](https://github.com/SigmaHQ/sigma) (Detection Rule License 1.1); they are not
part of this project and load unmodified with `--rules`. `●` marks a log of which a record as Microsoft writes it fires
the rule; the records are in `tests/sigma/`. Every export of a log serves: rules see the log, not the export. A rule that
no record can meet says why.

This table is generated; `UPDATE_GOLDEN=1 SPEUR_CORPUS=… cargo test --release sigma_hq` writes it anew.
";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sigma")
}

/// A rule of the repository: its file below the folder, and what it says.
struct Public {
    file: String,
    stem: String,
    sigma: SigmaRule,
}

fn public(folder: &Path) -> Vec<Public> {
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap);
    let files = files.filter(|file| file.path().extension().is_some_and(|ending| ending == "yml"));
    let read = |file: walkdir::DirEntry| {
        let text = std::fs::read_to_string(file.path()).unwrap();
        let sigma = parse_sigma_yaml(&text).unwrap().rules.remove(0);
        let stem = file.path().file_stem().unwrap().to_str().unwrap().to_owned();
        Public { file: file.path().strip_prefix(folder).unwrap().display().to_string(), stem, sigma }
    };
    files.map(read).collect()
}

/// The records that should fire a rule.
fn records(stem: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join(stem).join("hit.jsonl")).unwrap_or_default();
    text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect()
}

/// The log that a record is of.
fn family(record: &str) -> Family {
    let value: sonic_rs::Value = sonic_rs::from_str(record).unwrap();
    let source = for_json(&value, None).unwrap_or_else(|| panic!("no source knows {record}"));
    let decoded = (source.decode)(Data::Json(value), &FileContext::default()).unwrap();
    (source.view)(&decoded, &FileContext::default()).unwrap().family
}

/// The logs whose records fire the rule; every record of the rule must.
fn fired(rules: &RuleSet, rule: &Public, faults: &mut Vec<String>) -> BTreeSet<Family> {
    let mut logs = BTreeSet::new();
    for (line, record) in (1..).zip(records(&rule.stem)) {
        let met = try_records(rules, std::slice::from_ref(&record));
        let id = rule.sigma.id.as_deref();
        match met {
            Ok(met) if met.iter().any(|index| Some(rules.rules()[usize::from(*index)].id.as_str()) == id) => {
                logs.insert(family(&record));
            }
            Ok(_) => faults.push(format!("tests/sigma/{}/hit.jsonl:{line}: does not fire {}", rule.stem, rule.file)),
            Err((_, reason)) => faults.push(format!("tests/sigma/{}/hit.jsonl:{line}: {reason}", rule.stem)),
        }
    }
    logs
}

fn row(rule: &Public, logs: &BTreeSet<Family>) -> String {
    let marks: Vec<&str> = LOGS.iter().map(|(family, _)| if logs.contains(family) { "●" } else { "" }).collect();
    format!("| {} | `{}` | {} |\n", rule.sigma.title.replace('|', "\\|"), rule.stem, marks.join(" | "))
}

#[test]
fn every_public_rule_fires_on_a_real_record_or_says_why_it_cannot() {
    let Some(folder) = corpus("sigma") else { return };
    let placeholders = vec![root().join("placeholders.yml")];
    let (rules, refused) = RuleSet::load(&Options { pack: false, paths: vec![folder.clone()], placeholders });
    let silent = std::fs::read_to_string(root().join("silent.yml")).unwrap();
    let silent: BTreeMap<String, String> = serde_saphyr::from_str(&silent).unwrap();
    let (public, mut faults) = (public(&folder), Vec::new());
    let (mut fires, mut never) = (BTreeMap::<String, String>::new(), String::new());
    let (mut firing, mut reasons) = (0, 0);
    for rule in &public {
        let id = rule.sigma.id.clone().unwrap();
        let refusal = refused.iter().find(|refusal| refusal.file.ends_with(&rule.file)).map(|refusal| &refusal.reason);
        let logs = fired(&rules, rule, &mut faults);
        match (logs.is_empty(), silent.get(&id).or(refusal)) {
            (false, None) => {
                let source = &rule.sigma.logsource;
                let part = |part: &Option<String>| part.clone().unwrap_or_default();
                let group = fires.entry(format!("{}/{}", part(&source.product), part(&source.service))).or_default();
                *group += &row(rule, &logs);
                firing += 1;
            }
            (true, Some(reason)) => {
                let title = rule.sigma.title.replace('|', "\\|");
                writeln!(never, "| {title} | `{}` | {} |", rule.stem, reason.replace('|', "\\|")).unwrap();
                reasons += 1;
            }
            (true, None) => faults.push(format!("{}: no record fires it, and silent.yml has no reason", rule.file)),
            (false, Some(reason)) => faults.push(format!("{}: fires, and yet: {reason}", rule.file)),
        }
    }
    let stems: BTreeSet<&str> = public.iter().map(|rule| rule.stem.as_str()).collect();
    let folders = std::fs::read_dir(root()).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_dir());
    let stray = folders.map(|entry| entry.file_name().into_string().unwrap()).filter(|name| !stems.contains(&**name));
    faults.extend(stray.map(|name| format!("tests/sigma/{name}: no rule has this file name")));
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    let mut table = format!("{HEAD}\n{} rules: {firing} fire, {reasons} cannot.\n", public.len());
    let names: Vec<&str> = LOGS.iter().map(|(_, name)| *name).collect();
    for (group, rows) in fires {
        let rule = "---|".repeat(LOGS.len() + 2);
        write!(table, "\n## {group}\n\n| rule | file | {} |\n|{rule}\n{rows}", names.join(" | ")).unwrap();
    }
    write!(table, "\n## Those that no record can meet\n\n| rule | file | why |\n|---|---|---|\n{never}").unwrap();
    crate::golden::same_or_written(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/SIGMAHQ.md"), &table);
}
