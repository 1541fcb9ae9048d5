//! Log text made harmless, one place a medium: CSV cells, JSON strings, pages, charts, workbooks and terminals.

use crate::store::{Pool, Sym};
use std::borrow::Cow;

/// What a text needs before it may be written; decided once a text, since texts repeat.
#[derive(Debug)]
pub struct Needs(Vec<u8>);

/// The CSV cell is not the text itself.
const CSV: u8 = 1;
/// The inside of the JSON string is not the text itself.
const JSON: u8 = 2;
/// The CSV cell is not the text in quotation marks either.
const INSIDE: u8 = 4;

impl Needs {
    /// Decides for every text of a pool.
    pub fn new(pool: &Pool) -> Self {
        let mut scratch = Vec::new();
        let mut decide = |text: &str| {
            let flags = needs(text);
            if flags & CSV == 0 {
                return flags;
            }
            scratch.clear();
            push_quoted(&mut scratch, text);
            // Whatever is changed inside grows.
            if scratch.len() == text.len() + 2 { flags } else { flags | INSIDE }
        };
        Self((0..pool.len() as u32).map(|sym| decide(pool.get(Sym(sym)))).collect())
    }

    /// Appends the CSV cell of a text of the pool, as [`push_csv`] does.
    pub fn push_csv(&self, out: &mut Vec<u8>, sym: Sym, text: &str) {
        let flags = self.0.get(sym.0 as usize).copied().unwrap_or(CSV | INSIDE);
        if flags & CSV == 0 {
            out.extend_from_slice(text.as_bytes());
        } else if flags & INSIDE == 0 {
            out.push(b'"');
            out.extend_from_slice(text.as_bytes());
            out.push(b'"');
        } else {
            push_quoted(out, text);
        }
    }

    /// Whether [`push_json`] would change this text.
    pub fn json(&self, sym: Sym) -> bool {
        self.0.get(sym.0 as usize).is_none_or(|flags| flags & JSON != 0)
    }
}

// Comparisons of every byte, without a table or an early end: a compiler turns them into wide instructions.
fn json(byte: u8) -> u8 {
    u8::from(byte < 0x20) | u8::from(byte == b'"') | u8::from(byte == b'\\')
}

fn csv(byte: u8) -> u8 {
    u8::from(byte < 0x20)
        | u8::from(byte == b'"')
        | u8::from(byte == b',')
        | u8::from(byte == b';')
        | u8::from(byte == 0x7f)
}

fn any(text: &str, class: impl Fn(u8) -> u8) -> bool {
    text.bytes().fold(0, |found, byte| found | class(byte)) != 0
}

fn needs(text: &str) -> u8 {
    (u8::from(needs_csv(text)) * CSV) | (u8::from(any(text, json)) * JSON)
}

fn needs_csv(text: &str) -> bool {
    any(text, csv) || text.starts_with(' ') || text.ends_with(' ') || starts_formula(text) || acts(text)
}

/// Whether a text that is not ASCII alone holds a character that acts.
fn acts(text: &str) -> bool {
    any(text, |byte| byte & 0x80) && text.contains(is_acting)
}

/// Whether a spreadsheet would take a cell that starts like this for a formula; leading blanks and quotes do not protect.
///
/// <https://owasp.org/www-community/attacks/CSV_Injection>
pub fn starts_formula(text: &str) -> bool {
    let bare = text.trim_start_matches([' ', '"', '\u{a0}', '\u{feff}']);
    bare.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'])
}

/// Appends a cell of log text, quoted where needed and never a formula.
///
/// The neutral form of a formula is a leading apostrophe, which spreadsheets read as "this is text".
/// It is also set behind a `;`, tab or line end in the middle of a cell, where a spreadsheet that
/// splits at that character would begin a new cell. Other control characters become their Unicode
/// pictures, and what else acts instead of being seen is written out, as [`visible`] does. The JSONL and Parquet
/// timelines hold the text unchanged.
pub fn push_csv(out: &mut Vec<u8>, text: &str) {
    if needs_csv(text) {
        push_quoted(out, text);
    } else {
        out.extend_from_slice(text.as_bytes());
    }
}

fn push_quoted(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    if starts_formula(text) {
        out.push(b'\'');
    }
    let (bytes, mut start) = (text.as_bytes(), 0);
    let acting = acts(text);
    for (at, &byte) in bytes.iter().enumerate() {
        if acting && byte >= 0xc0 {
            if let Some(char) = text[at..].chars().next().filter(|char| is_acting(*char)) {
                out.extend_from_slice(&bytes[start..at]);
                start = at + char.len_utf8();
                out.extend_from_slice(char.escape_unicode().to_string().as_bytes());
            }
            continue;
        }
        if csv(byte) == 0 || byte == b',' {
            continue;
        }
        out.extend_from_slice(&bytes[start..at]);
        start = at + 1;
        match byte {
            b'"' => out.extend_from_slice(b"\"\""),
            b';' | b'\t' | b'\r' | b'\n' => {
                out.push(byte);
                let rest = &text[at + 1..];
                let line_end = byte == b'\r' && rest.starts_with('\n');
                if !line_end && starts_formula(rest) && !rest.starts_with(['\r', '\n', '\t']) {
                    out.push(b'\'');
                }
            }
            0x7f => push_char(out, '\u{2421}'),
            control => push_char(out, picture(control)),
        }
    }
    out.extend_from_slice(&bytes[start..]);
    out.push(b'"');
}

/// The visible sign for a C0 control character: <https://www.unicode.org/charts/PDF/U2400.pdf>.
fn picture(control: u8) -> char {
    char::from_u32(0x2400 + u32::from(control)).unwrap_or('\u{fffd}')
}

fn push_char(out: &mut Vec<u8>, char: char) {
    out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
}

/// Appends the inside of a JSON string: no line end survives, so one record stays one line.
pub fn push_json(out: &mut Vec<u8>, text: &str) {
    let mut start = 0;
    let bytes = text.as_bytes();
    if !any(text, json) {
        out.extend_from_slice(bytes);
        return;
    }
    for (at, &byte) in bytes.iter().enumerate() {
        if json(byte) == 0 {
            continue;
        }
        out.extend_from_slice(&bytes[start..at]);
        start = at + 1;
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            _ => {
                const DIGITS: &[u8; 16] = b"0123456789abcdef";
                out.extend_from_slice(b"\\u00");
                out.extend_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
            }
        }
    }
    out.extend_from_slice(&bytes[start..]);
}

/// Appends JSON so that it can stand inside a script element: no markup begins or ends in it, and it means the same.
///
/// <https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements>
pub fn push_script(out: &mut String, json: &str) {
    for char in json.chars() {
        match char {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            other => out.push(other),
        }
    }
}

/// Whether a character acts instead of being seen: controls, bidirectional overrides, invisible characters.
///
/// <https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters>
fn is_acting(char: char) -> bool {
    matches!(
        char,
        '\0'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{fffe}'..='\u{ffff}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// Log text for people: characters that act instead of being seen are written out, `\u{202e}`.
///
/// Used for pages and charts, whose markup characters the template engine and the chart writer
/// escape, and for terminals.
pub fn visible(text: &str) -> Cow<'_, str> {
    // Nearly all text is of such bytes only; without a way out of the loop they are looked at many at a time.
    let plain = text.bytes().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~'));
    if plain || !text.contains(is_acting) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for char in text.chars() {
        if is_acting(char) {
            out.extend(char.escape_unicode());
        } else {
            out.push(char);
        }
    }
    Cow::Owned(out)
}

/// Log text for the markup of a picture: [`visible`], and nothing in it begins or ends an element or an attribute.
pub fn markup(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for char in visible(text).chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            char => out.push(char),
        }
    }
    out
}

/// At most `longest` characters of [`visible`] text, with an ellipsis where it is cut.
pub fn excerpt(text: &str, longest: usize) -> String {
    let text = visible(text);
    match text.char_indices().nth(longest) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.into_owned(),
    }
}

/// UTF-16 units that a cell of a workbook holds at most.
///
/// <https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3>
const CELL: usize = 32_767;

/// Log text for a cell of a workbook: [`visible`], and cut where it is longer than a cell holds. What `told` makes of
/// the number of characters in the whole is then its end.
///
/// The cell has to be written as text; for a formula it is taken only if somebody types it in again, so
/// [`starts_formula`] says where that is to be marked.
pub fn cell(text: &str, told: impl Fn(usize) -> String) -> Cow<'_, str> {
    // No character has more units than bytes, nor more than four bytes, and what is written out only grows.
    let head = if text.len() <= CELL { text } else { &text[..text.floor_char_boundary(4 * CELL)] };
    let shown = visible(head);
    if head.len() == text.len() && (shown.len() <= CELL || shown.encode_utf16().count() <= CELL) {
        return shown;
    }
    let end = told(text.chars().count());
    let mut left = CELL.saturating_sub(end.encode_utf16().count());
    let fits = |char: &char| match left.checked_sub(char.len_utf16()) {
        Some(rest) => {
            left = rest;
            true
        }
        None => false,
    };
    let mut cut: String = shown.chars().take_while(fits).collect();
    cut.push_str(&end);
    Cow::Owned(cut)
}

/// Log text as a file name part: what a file system or shell could take for more becomes `_`.
pub fn file_name(text: &str) -> String {
    let safe = |char: char| char.is_ascii_alphanumeric() || matches!(char, '.' | '@' | '-' | '_');
    let name: String =
        text.chars().take(80).map(|char| if safe(char) { char.to_ascii_lowercase() } else { '_' }).collect();
    if name.starts_with('.') { format!("_{name}") } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(text: &str) -> String {
        let mut out = Vec::new();
        push_csv(&mut out, text);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn formulas_become_text() {
        for start in ["=", "+", "-", "@", "\t", "\r", "\n", " =", "  @", "\"=", "\u{ff1d}", "\u{a0}="] {
            let cell = csv(&format!("{start}cmd|' /C calc'!A0"));
            assert!(cell.starts_with("\"'"), "{cell:?}");
        }
    }

    #[test]
    fn formulas_behind_a_separator_become_text() {
        assert_eq!(csv("a;=1+1"), "\"a;'=1+1\"");
        assert_eq!(csv("a\r\n\"@x"), "\"a\r\n'\"\"@x\"");
        assert_eq!(csv("a; b=c"), "\"a; b=c\"");
    }

    #[test]
    fn plain_text_is_left_alone() {
        for text in ["anna@harbor.example", "Set-Mailbox", "München", "10.0.0.1"] {
            assert_eq!(csv(text), text);
        }
        assert_eq!(csv("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(csv("\u{1b}[31m"), "\"\u{241b}[31m\"");
        assert_eq!(csv("exe\u{202e}gpj"), "\"exe\\u{202e}gpj\"");
        assert_eq!(csv("\u{feff}=1+1"), "\"'\\u{feff}=1+1\"");
    }

    #[test]
    fn json_strings_read_back() {
        let text = "a\"b\\c\n\r\t\u{0}\u{1f}\u{7f}é\u{2028}</script>";
        let mut out = Vec::from(*b"\"");
        push_json(&mut out, text);
        out.push(b'"');
        assert!(!out.contains(&b'\n'));
        assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
    }

    #[test]
    fn acting_characters_are_written_out() {
        assert_eq!(visible("exe\u{202e}gpj.\u{1b}[2J"), "exe\\u{202e}gpj.\\u{1b}[2J");
        assert!(matches!(visible("naïve — ok"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_cell_is_cut_where_a_workbook_ends_and_says_so() {
        let told = |all: usize| format!(" [{all}]");
        for text in ["plain", "", "=1+1", "\u{1f600}"] {
            assert!(matches!(super::cell(text, told), Cow::Borrowed(same) if same == text));
        }
        let full = "é".repeat(CELL);
        assert_eq!(super::cell(&full, told), full);
        assert_eq!(super::cell(&format!("{full}é"), told), format!("{} [32768]", "é".repeat(CELL - 8)));
        // Characters of two units, and characters that are written out.
        let wide = super::cell(&"\u{1f600}".repeat(CELL), told).into_owned();
        assert_eq!(wide.encode_utf16().count(), CELL - 1);
        let controls = super::cell(&"\u{0}".repeat(20_000), told).into_owned();
        assert!(controls.starts_with("\\u{0}\\u{0}") && controls.ends_with(" [20000]"));
        assert_eq!(controls.encode_utf16().count(), CELL);
    }

    #[test]
    fn needs_agree_with_the_writers() {
        let mut pool = Pool::default();
        for text in [
            "plain",
            "=x",
            "a,b",
            "a; b",
            "a;=b",
            "a\"b",
            "tab\t",
            "a\nb",
            "é,",
            " lead",
            "back\\slash",
            "\u{7f}",
            "a-b",
            "-",
            "exe\u{202e}gpj.\u{85}",
            "naïve — ok",
        ] {
            let sym = pool.intern(text);
            let needs = Needs::new(&pool);
            let mut out = Vec::new();
            needs.push_csv(&mut out, sym, text);
            assert_eq!(out, csv(text).as_bytes(), "{text:?}");
            out.clear();
            push_json(&mut out, text);
            assert_eq!(needs.json(sym), out != text.as_bytes(), "{text:?}");
        }
    }

    #[test]
    fn file_names_hold_no_path() {
        assert_eq!(file_name("../../etc/passwd"), "_.._.._etc_passwd");
        assert_eq!(file_name("Anna@Harbor.example"), "anna@harbor.example");
    }
}
