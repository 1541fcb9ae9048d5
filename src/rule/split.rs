//! Rule text to single YAML documents. The build script cuts the pack by this too.

/// One YAML document of a rule file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Document<'a> {
    /// Its text, without the `---` lines.
    pub text: &'a str,
    /// The line of the file on which `text` starts, from 1.
    pub line: u64,
}

/// Cuts a file at its `---` lines; pieces without content are left out.
pub(super) fn split(text: &str) -> Vec<Document<'_>> {
    let mut documents = Vec::new();
    let (mut start, mut start_line, mut offset) = (0, 1, 0);
    for (index, line) in text.split_inclusive('\n').enumerate() {
        if line.trim_end() == "---" || line.starts_with("--- ") {
            documents.push(Document { text: &text[start..offset], line: start_line });
            start = offset + line.len();
            start_line = index as u64 + 2;
        }
        offset += line.len();
    }
    documents.push(Document { text: &text[start..], line: start_line });
    documents.retain(|document| document.text.lines().any(has_content));
    documents
}

/// Whether a line says something: it is no comment, no directive and no end of a document.
pub(super) fn has_content(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with(['#', '%']) && line != "..."
}
