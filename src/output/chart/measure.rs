//! How wide a text is in the embedded font, and texts cut or broken to a width.

use crate::output::escape::{excerpt, visible};
use plotters::style::{FontStyle, IntoFont, register_font};
use std::sync::OnceLock;

/// The family that viewers show; the first is what the text was measured with.
pub(crate) const FONT: &str = "DejaVu Sans, Verdana, sans-serif";
static FONT_BYTES: &[u8] = include_bytes!("../assets/DejaVuSans.ttf");

/// Makes the font known; whether it could be read.
pub(crate) fn font_is_known() -> bool {
    static KNOWN: OnceLock<bool> = OnceLock::new();
    *KNOWN.get_or_init(|| register_font(FONT, FontStyle::Normal, FONT_BYTES).is_ok())
}

/// Pixels that a text takes; `size` is the em. A little more than it takes in the font, as viewers may show another.
pub(crate) fn width(text: &str, size: i32) -> i32 {
    if !font_is_known() {
        return i32::MAX;
    }
    let text = visible(text);
    // Glyphs are measured for the whole height of a line, 1.164 em in this font.
    let wide = (FONT, f64::from(size) * 1.19).into_font().box_size(&text).map_or(0, |size| size.0 as i32);
    // Scripts that the font does not have are wider than the sign that stands for them.
    let foreign = text.chars().filter(|char| *char >= '\u{1100}').count() as i32;
    wide + foreign * size / 2
}

/// A text cut to a width in pixels.
pub(crate) fn cut(text: &str, size: i32, most: i32) -> String {
    let whole = excerpt(text, 160);
    if width(&whole, size) <= most {
        return whole;
    }
    let (mut fits, mut over) = (1, whole.chars().count());
    while over - fits > 1 {
        let middle = fits.midpoint(over);
        if width(&excerpt(text, middle), size) <= most {
            fits = middle;
        } else {
            over = middle;
        }
    }
    excerpt(text, fits)
}

/// A text in lines of at most this width in pixels, broken between words.
pub(crate) fn lines(text: &str, size: i32, most: i32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let word = cut(word, size, most);
        match lines.last_mut() {
            Some(line) if width(&format!("{line} {word}"), size) <= most => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_fits() {
        let text = "a.very.long.name.of.an.account@harbor.example";
        let short = cut(text, 11, 120);
        assert!(short.ends_with('…') && width(&short, 11) <= 120, "{short}");
        assert!(width(&excerpt(text, short.chars().count()), 11) > 120, "{short} is cut more than it must be");
        assert_eq!(cut("anna", 11, 120), "anna");
    }

    #[test]
    fn lines_break_between_words() {
        let told = lines("one two three four five six seven eight nine ten", 11, 100);
        assert!(told.len() > 2 && told.iter().all(|line| width(line, 11) <= 100), "{told:?}");
        assert_eq!(told.join(" "), "one two three four five six seven eight nine ten");
        assert!(lines("", 11, 100).is_empty());
    }
}
