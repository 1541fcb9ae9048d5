//! Characters to codes and widths in the two embedded faces; what they cannot show is written out as its number.

use rustc_hash::FxHashMap;
use std::io;

static REGULAR: &[u8] = include_bytes!("../assets/DejaVuSans.ttf");
static BOLD: &[u8] = include_bytes!("../assets/DejaVuSans-Bold.ttf");

/// Which face.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Weight {
    /// `DejaVuSans.ttf`.
    Regular,
    /// `DejaVuSans-Bold.ttf`.
    Bold,
}

/// A character that the document shows in a face. Its position is its code in the document: a code a character and
/// not a glyph, so that letters that look the same (`А` of two alphabets) are told apart in the text layer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Used {
    pub char: char,
    pub glyph: u16,
    /// In thousandths of an em.
    pub width: f32,
}

/// One face and what was shown in it.
pub(super) struct Face {
    /// Its PostScript name.
    pub name: &'static str,
    /// The file.
    pub bytes: &'static [u8],
    /// The same, read.
    pub font: ttf_parser::Face<'static>,
    /// By code; the first stands for no character.
    pub used: Vec<Used>,
    codes: FxHashMap<char, Option<u16>>,
}

/// Both faces.
pub(super) struct Faces {
    regular: Face,
    bold: Face,
}

/// A character as it is shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown {
    pub weight: Weight,
    pub code: u16,
    /// In ems.
    pub width: f32,
}

impl Face {
    fn new(name: &'static str, bytes: &'static [u8]) -> io::Result<Self> {
        let font = ttf_parser::Face::parse(bytes, 0).map_err(io::Error::other)?;
        let nothing = Used { char: '\u{fffd}', glyph: 0, width: 0.0 };
        Ok(Self { name, bytes, font, used: vec![nothing], codes: FxHashMap::default() })
    }

    /// Thousandths of an em a unit of the face.
    pub(super) fn scale(&self) -> f32 {
        1_000.0 / f32::from(self.font.units_per_em())
    }

    fn code(&mut self, char: char) -> Option<u16> {
        if let Some(code) = self.codes.get(&char) {
            return *code;
        }
        let code = self.font.glyph_index(char).and_then(|glyph| {
            let code = u16::try_from(self.used.len()).ok()?;
            let width = f32::from(self.font.glyph_hor_advance(glyph)?) * self.scale();
            self.used.push(Used { char, glyph: glyph.0, width });
            Some(code)
        });
        self.codes.insert(char, code);
        code
    }
}

impl Faces {
    /// Reads the embedded faces.
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self { regular: Face::new("DejaVuSans", REGULAR)?, bold: Face::new("DejaVuSans-Bold", BOLD)? })
    }

    /// One of them.
    pub(super) fn face(&self, weight: Weight) -> &Face {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }

    /// A character in this face, else in the regular one; `None` when it has to be written out.
    pub(super) fn shown(&mut self, weight: Weight, char: char) -> Option<Shown> {
        if is_apart(char) {
            return None;
        }
        if weight == Weight::Bold
            && let Some(code) = self.bold.code(char)
        {
            return Some(Shown { weight, code, width: self.bold.used[usize::from(code)].width / 1_000.0 });
        }
        let code = self.regular.code(char)?;
        let width = self.regular.used[usize::from(code)].width / 1_000.0;
        Some(Shown { weight: Weight::Regular, code, width })
    }
}

/// How a character is written out that cannot be shown.
pub(super) fn written_out(char: char) -> String {
    format!("[U+{:04X}]", u32::from(char))
}

/// Whether a character has no fixed meaning: <https://www.unicode.org/faq/private_use.html>.
pub(super) fn is_private(char: char) -> bool {
    matches!(char, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}

/// Whether a character cannot be shown by drawing glyphs in order from left to right: scripts from right to left,
/// variation selectors, private use.
fn is_apart(char: char) -> bool {
    is_private(char)
        || matches!(
            char,
            '\u{590}'..='\u{8ff}'
                | '\u{fb1d}'..='\u{fdff}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{fe70}'..='\u{fefc}'
                | '\u{10800}'..='\u{10fff}'
                | '\u{1e800}'..='\u{1efff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_look_the_same_have_codes_of_their_own() {
        let mut faces = Faces::new().unwrap();
        let mut code = |char| faces.shown(Weight::Regular, char).unwrap().code;
        assert_ne!(code('A'), code('\u{410}'));
        assert_ne!(code(' '), code('\u{a0}'));
        assert_eq!(code('A'), code('A'));
    }

    #[test]
    fn what_cannot_be_shown_is_none() {
        let mut faces = Faces::new().unwrap();
        for char in ['張', 'ش', 'ש', '\u{e000}', '\u{fe0f}', '\u{1f600}', '\u{10ffff}'] {
            let shown = faces.shown(Weight::Bold, char);
            assert!(shown.is_none() || char == '\u{1f600}', "{char:?}");
        }
        assert_eq!(written_out('張'), "[U+5F35]");
        // The bold face is a part of its family; the regular one shows what it lacks.
        assert_eq!(faces.shown(Weight::Bold, 'e').unwrap().weight, Weight::Bold);
        assert_eq!(faces.shown(Weight::Bold, '⠿').unwrap().weight, Weight::Regular);
    }
}
