//! The case digest: one hash over what a manifest says of a case, apart from the outputs and the times of the run.
//!
//! The outputs can hold it, since it does not depend on them. With other tools:
//! `jq -cjS 'del(.digest, .outputs, .run, .inputs[].path, .settings[].path)' manifest.json | sha256sum`.

use crate::store::hex;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Members of the manifest that are no part of it: itself, what is written from it, the times and threads of the run.
const OUTSIDE: [&str; 3] = ["digest", "outputs", "run"];

/// Lists whose members say where a file lies, which is not what the case is made from.
const PLACED: [&str; 2] = ["inputs", "settings"];

/// SHA-256, lower-case hex, of a manifest as JSON without blanks, the keys of each object sorted.
pub(super) fn digest(mut manifest: Value) -> String {
    if let Some(members) = manifest.as_object_mut() {
        for name in OUTSIDE {
            members.remove(name);
        }
        for list in PLACED {
            let files = members.get_mut(list).and_then(Value::as_array_mut);
            for file in files.into_iter().flatten().filter_map(Value::as_object_mut) {
                file.remove("path");
            }
        }
    }
    manifest.sort_all_objects();
    hex(&Sha256::digest(manifest.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_the_case_is_made_from_counts() {
        let case = json!({"program": {"version": "1", "name": "x"}, "inputs": [{"name": "a", "sha256": "b"}]});
        let written = json!({
            "inputs": [{"sha256": "b", "path": "/there/a", "name": "a"}],
            "program": {"name": "x", "version": "1"},
            "digest": "c", "outputs": [{"path": "report.pdf"}], "run": {"threads": 2},
        });
        assert_eq!(digest(case.clone()), digest(written));
        let other = json!({"program": {"version": "1", "name": "x"}, "inputs": [{"name": "a", "sha256": "c"}]});
        assert_ne!(digest(case.clone()), digest(other));
        let text = r#"{"inputs":[{"name":"a","sha256":"b"}],"program":{"name":"x","version":"1"}}"#;
        assert_eq!(digest(case), hex(&Sha256::digest(text)));
    }
}
