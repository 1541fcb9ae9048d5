//! Text to lines of a width: characters in their looks, broken at blanks, behind punctuation of long words, or anywhere.

use super::document::{Look, Span};
use super::face::{Faces, Weight, is_private, written_out};
use std::ops::Range;

/// Red, green and blue.
pub(super) type Color = [u8; 3];

/// Running text and rules.
pub(super) const INK: Color = [0x1d, 0x1d, 0x1d];
/// Secondary text.
pub(super) const FADED: Color = [0x59, 0x59, 0x59];

/// How a text is set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Style {
    /// Points an em.
    pub size: f32,
    pub weight: Weight,
    pub color: Color,
    /// The ground behind it.
    pub ground: Option<Color>,
}

/// Body text of a size.
pub(super) const fn regular(size: f32) -> Style {
    Style { size, weight: Weight::Regular, color: INK, ground: None }
}

/// Bold text of a size.
pub(super) const fn bold(size: f32) -> Style {
    Style { size, weight: Weight::Bold, color: INK, ground: None }
}

/// Grey text of a size.
pub(super) const fn faded(size: f32) -> Style {
    Style { size, weight: Weight::Regular, color: FADED, ground: None }
}

/// One character as it is drawn.
#[derive(Debug, Clone, Copy)]
struct Glyph {
    char: char,
    code: u16,
    weight: Weight,
    /// In points.
    width: f32,
    style: u16,
    /// What is written out by it and its neighbours; the first of them is marked.
    stands_for: Option<(char, bool)>,
}

/// Text that is measured.
#[derive(Debug)]
pub(super) struct Measured {
    glyphs: Vec<Glyph>,
    styles: Vec<Style>,
}

/// Characters of one look side by side.
#[derive(Debug, Clone)]
pub(super) struct Run {
    /// From the left end of the line, in points.
    pub x: f32,
    pub width: f32,
    pub style: Style,
    pub weight: Weight,
    pub codes: Vec<u16>,
    /// What the run stands for where that is not what it shows.
    pub stands_for: Option<String>,
}

/// One line.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub runs: Vec<Run>,
    /// Without blanks at the end.
    pub width: f32,
}

/// The style of a part of a text whose surroundings are set in `base`.
fn style(base: Style, look: Look) -> Style {
    match look {
        Look::Plain => base,
        Look::Strong => Style { weight: Weight::Bold, ..base },
        Look::Faded => Style { color: FADED, ..base },
        Look::Level(name) => {
            let (ground, color) = match name {
                "critical" => ([0xb3, 0x4d, 0x00], [0xff, 0xff, 0xff]),
                "high" => ([0xf6, 0xc6, 0x5b], INK),
                "medium" => ([0xcf, 0xe6, 0xf5], INK),
                "low" => ([0xe3, 0xef, 0xf6], INK),
                _ => ([0xea, 0xea, 0xea], INK),
            };
            let size = if base.size > 9.0 { base.size * 0.85 } else { base.size };
            Style { size, weight: Weight::Bold, color, ground: Some(ground) }
        }
    }
}

impl Measured {
    /// Measures a text.
    pub(super) fn new(faces: &mut Faces, text: &[Span], base: Style) -> Self {
        let mut measured = Self { glyphs: Vec::new(), styles: Vec::new() };
        for span in text {
            let number = measured.styles.len() as u16;
            let style = style(base, span.look);
            measured.styles.push(style);
            if style.ground.is_some() {
                // Air within the ground that no line may end at.
                measured.push(faces, '\u{a0}', style, number);
            }
            for char in span.text.chars() {
                measured.push(faces, char, style, number);
            }
            if style.ground.is_some() {
                measured.push(faces, '\u{a0}', style, number);
            }
        }
        measured
    }

    fn push(&mut self, faces: &mut Faces, char: char, style: Style, number: u16) {
        if char == '\n' {
            let weight = style.weight;
            self.glyphs.push(Glyph { char, code: 0, weight, width: 0.0, style: number, stands_for: None });
        } else if let Some(shown) = faces.shown(style.weight, char) {
            let width = shown.width * style.size;
            let glyph = Glyph { char, code: shown.code, weight: shown.weight, width, style: number, stands_for: None };
            self.glyphs.push(glyph);
        } else {
            for (at, sign) in written_out(char).chars().enumerate() {
                if let Some(shown) = faces.shown(Weight::Regular, sign) {
                    self.glyphs.push(Glyph {
                        char: sign,
                        code: shown.code,
                        weight: shown.weight,
                        width: shown.width * style.size,
                        style: number,
                        stands_for: Some((char, at == 0)),
                    });
                }
            }
        }
    }

    /// Width on one line, or that of the longest line where it has several.
    pub(super) fn natural(&self) -> f32 {
        let lines = self.glyphs.split(|glyph| glyph.char == '\n');
        lines.map(|line| line.iter().map(|glyph| glyph.width).sum()).fold(0.0, f32::max)
    }

    /// How many lines it has before any is broken.
    pub(super) fn parts(&self) -> usize {
        self.glyphs.iter().filter(|glyph| glyph.char == '\n').count() + 1
    }

    /// Width of the longest part without a blank.
    pub(super) fn longest_word(&self) -> f32 {
        let words = self.glyphs.split(|glyph| matches!(glyph.char, ' ' | '\n'));
        words.map(|word| word.iter().map(|glyph| glyph.width).sum()).fold(0.0, f32::max)
    }

    /// Breaks it into lines; there is at least one.
    pub(super) fn lines(&self, width: f32) -> Vec<Line> {
        self.breaks(width).into_iter().map(|part| self.line(part)).collect()
    }

    /// At most one line, with an ellipsis where it is cut.
    pub(super) fn single(mut self, faces: &mut Faces, width: f32) -> Line {
        let first = self.breaks(width).first().cloned().unwrap_or(0..0);
        if first.end < self.glyphs.len()
            && let Some(shown) = faces.shown(Weight::Regular, '…')
        {
            let style = self.glyphs[0].style;
            let dots = shown.width * self.styles[usize::from(style)].size;
            let mut room = width - dots;
            let fitting = self.glyphs.iter().take_while(|glyph| {
                room -= glyph.width;
                room >= 0.0 && glyph.char != '\n'
            });
            let fitting = fitting.count();
            self.glyphs.truncate(fitting);
            let weight = shown.weight;
            self.glyphs.push(Glyph { char: '…', code: shown.code, weight, width: dots, style, stands_for: None });
        }
        let all = 0..self.glyphs.len();
        self.line(all)
    }

    fn breaks(&self, width: f32) -> Vec<Range<usize>> {
        let (mut lines, mut start, mut x) = (Vec::new(), 0, 0.0);
        // Where the line can end: behind a blank, behind punctuation.
        let (mut blank, mut soft) = (None, None);
        let mut at = 0;
        while let Some(glyph) = self.glyphs.get(at) {
            let full = x + glyph.width > width + 0.01 && glyph.char != ' ' && at > start;
            if full || glyph.char == '\n' {
                let end = if full { blank.or(soft).unwrap_or(at) } else { at };
                lines.push(start..end);
                start = if full { end } else { at + 1 };
                (at, x, blank, soft) = (start, 0.0, None, None);
                continue;
            }
            x += glyph.width;
            at += 1;
            match glyph.char {
                ' ' => blank = Some(at),
                '/' | '\\' | '-' | '_' | '.' | '@' | ',' | ';' | ':' | '?' | '&' | '=' | ']' => soft = Some(at),
                _ => {}
            }
        }
        lines.push(start..at);
        lines
    }

    fn line(&self, part: Range<usize>) -> Line {
        let glyphs = &self.glyphs[part];
        let (mut runs, mut x): (Vec<Run>, f32) = (Vec::new(), 0.0);
        let mut last: Option<&Glyph> = None;
        for glyph in glyphs {
            let same = last.is_some_and(|last| {
                let starts = glyph.stands_for.is_some_and(|(_, first)| first);
                let apart = starts || glyph.stands_for.is_some() != last.stands_for.is_some();
                last.style == glyph.style && last.weight == glyph.weight && !apart
            });
            match runs.last_mut() {
                Some(run) if same => {
                    run.codes.push(glyph.code);
                    run.width += glyph.width;
                }
                _ => runs.push(self.run(glyph, x)),
            }
            x += glyph.width;
            last = Some(glyph);
        }
        let blanks: f32 = glyphs.iter().rev().take_while(|glyph| glyph.char == ' ').map(|glyph| glyph.width).sum();
        Line { runs, width: x - blanks }
    }

    fn run(&self, glyph: &Glyph, x: f32) -> Run {
        let style = self.styles[usize::from(glyph.style)];
        let stands_for = glyph.stands_for.map(|(char, first)| match (first, is_private(char)) {
            (true, false) => char.to_string(),
            // What has no fixed meaning stays written out in the text layer too.
            (true, true) => written_out(char),
            (false, _) => String::new(),
        });
        let color = if stands_for.is_some() { FADED } else { style.color };
        Run {
            x,
            width: glyph.width,
            style: Style { color, ..style },
            weight: glyph.weight,
            codes: vec![glyph.code],
            stands_for,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::plain;
    use super::*;

    fn broken(text: &str, width: f32) -> Vec<usize> {
        let mut faces = Faces::new().unwrap();
        let measured = Measured::new(&mut faces, &plain(text), regular(10.0));
        let lines = measured.lines(width);
        assert!(lines.iter().all(|line| line.width <= width + 0.1 || line.runs[0].codes.len() == 1));
        lines.iter().map(|line| line.runs.iter().map(|run| run.codes.len()).sum()).collect()
    }

    #[test]
    fn lines_end_at_blanks_then_punctuation_then_anywhere() {
        assert_eq!(broken("aaaa bbbb cccc", 60.0), [10, 4]);
        assert_eq!(broken("aaaa.bbbb@cccc", 40.0), [5, 5, 4]);
        assert_eq!(broken("aaaaaaaaaaaaaaaaaaaa", 60.0).iter().sum::<usize>(), 20);
        assert_eq!(broken("a\nb", 60.0), [1, 1]);
        assert_eq!(broken("", 60.0), [0]);
        assert_eq!(broken("aaa", 1.0), [1, 1, 1]);
    }

    #[test]
    fn what_cannot_be_shown_is_written_out_and_stands_for_itself() {
        let mut faces = Faces::new().unwrap();
        let measured = Measured::new(&mut faces, &plain("a張\u{e000}b"), regular(10.0));
        let line = &measured.lines(500.0)[0];
        let told: Vec<Option<&str>> = line.runs.iter().map(|run| run.stands_for.as_deref()).collect();
        assert_eq!(told, [None, Some("張"), Some("[U+E000]"), None]);
        assert_eq!(line.runs[1].codes.len(), "[U+5F35]".len());
    }
}
