//! How cells look, and a moment as spreadsheets count it.

use crate::output::record::Tone;
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

/// The formats of a workbook.
pub(super) struct Style {
    /// The name of the workbook.
    pub(super) title: Format,
    /// What a part of the summary is about.
    pub(super) part: Format,
    /// The head of a column.
    pub(super) head: Format,
    /// Text in one line.
    pub(super) text: Format,
    /// Text in as many lines as it needs.
    pub(super) wrapped: Format,
    /// A number that stands beside text.
    pub(super) count: Format,
    /// A moment.
    pub(super) moment: Format,
    tones: [Format; 5],
}

impl Style {
    /// Moments show milliseconds if any event has them.
    pub(super) fn new(fractions: bool) -> Self {
        let text = Format::new().set_align(FormatAlign::Top);
        let shape = if fractions { "yyyy-mm-dd hh:mm:ss.000" } else { "yyyy-mm-dd hh:mm:ss" };
        let tone = |color: u32| text.clone().set_background_color(Color::RGB(color));
        let head = text.clone().set_bold().set_background_color(Color::RGB(0x00e6_ebf0));
        Self {
            title: Format::new().set_bold().set_font_size(16),
            part: Format::new().set_bold().set_font_size(12).set_align(FormatAlign::Top),
            head: head.set_text_wrap().set_border_bottom(FormatBorder::Thin),
            wrapped: text.clone().set_text_wrap(),
            count: text.clone().set_align(FormatAlign::Left),
            moment: text.clone().set_num_format(shape).set_align(FormatAlign::Left),
            // Tints of the palette of the charts, which colour-blind readers tell apart.
            tones: [0x00f5_c9ad, 0x00fb_e3b5, 0x00c5_dff0, 0x00ed_eff1, 0x00c4_e8dd].map(tone),
            text,
        }
    }

    /// A cell whose colour says something.
    pub(super) fn tone(&self, tone: Tone) -> &Format {
        let [alarm, warning, notice, faint, good] = &self.tones;
        match tone {
            Tone::Alarm => alarm,
            Tone::Warning => warning,
            Tone::Notice => notice,
            Tone::Faint => faint,
            Tone::Good => good,
        }
    }
}

/// Days since 1899-12-30, to the millisecond before; `None` where spreadsheets do not agree on the count (before March
/// 1900) or end (after 9999).
///
/// <https://learn.microsoft.com/office/troubleshoot/excel/wrongly-assumes-1900-is-leap-year>
pub(super) fn serial(micros: i64) -> Option<f64> {
    let days = micros.div_euclid(1_000) as f64 / 86_400_000.0 + 25_569.0;
    (61.0..2_958_466.0).contains(&days).then_some(days)
}

#[cfg(test)]
mod tests {
    use super::serial;
    use crate::civil::DAY;

    #[test]
    fn moments_count_days_of_the_spreadsheet() {
        assert_eq!(serial(0), Some(25_569.0));
        assert_eq!(serial(20_467 * DAY + DAY / 2 + 999), Some(46_036.5)); // 2026-01-14T12:00:00.000999Z
        assert_eq!(serial(-25_508 * DAY), Some(61.0)); // 1900-03-01
        assert_eq!(serial(-25_508 * DAY - 1), None);
        assert_eq!(serial(i64::MAX), None);
    }
}
