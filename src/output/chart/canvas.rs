//! A drawing area in pixels with the few marks the charts need, and the colours they share.

use crate::output::escape::{excerpt, visible};
use crate::rule::Level;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, register_font};
use std::io;

/// The family that viewers show; the first is what the text was measured with.
const FONT: &str = "DejaVu Sans, Verdana, sans-serif";
static FONT_BYTES: &[u8] = include_bytes!("../assets/DejaVuSans.ttf");

/// Text and axes.
pub(crate) const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
/// Secondary text.
pub(crate) const FADED: RGBColor = RGBColor(0x5f, 0x5f, 0x5f);
/// Grid lines.
pub(crate) const GRID: RGBColor = RGBColor(0xdd, 0xdd, 0xdd);
/// Whatever is not worth a colour of its own.
pub(crate) const GREY: RGBColor = RGBColor(0x99, 0x99, 0x99);

/// Colours that stay apart with any colour vision: <https://jfly.uni-koeln.de/color/>.
pub(crate) const PALETTE: [RGBColor; 7] = [
    RGBColor(0x00, 0x72, 0xb2),
    RGBColor(0xe6, 0x9f, 0x00),
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0x56, 0xb4, 0xe9),
    RGBColor(0xcc, 0x79, 0xa7),
    RGBColor(0xf0, 0xe4, 0x42),
    RGBColor(0xd5, 0x5e, 0x00),
];

/// Where a text stands relative to its point.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Anchor {
    /// Begins at the point.
    Start,
    /// Is centred on the point.
    Middle,
    /// Ends at the point.
    End,
}

/// A picture in the making.
pub(crate) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
}

/// Anything that can go wrong while drawing into memory.
pub(crate) type Drawn = io::Result<()>;

fn failed(cause: impl std::fmt::Display) -> io::Error {
    io::Error::other(cause.to_string())
}

/// Draws a picture of this size (pixels); `title` and `description` are for those who cannot see it.
pub(crate) fn picture(
    size: (i32, i32),
    title: &str,
    description: &str,
    draw: impl FnOnce(&Canvas<'_>) -> Drawn,
) -> io::Result<String> {
    register_font(FONT, FontStyle::Normal, FONT_BYTES).map_err(|_| failed("the embedded font cannot be read"))?;
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, (size.0 as u32, size.1 as u32)).into_drawing_area();
        let canvas = Canvas { area };
        canvas.area.fill(&WHITE).map_err(failed)?;
        canvas.text((20, 26), title, 19, INK, Anchor::Start)?;
        draw(&canvas)?;
        canvas.area.present().map_err(failed)?;
    }
    let Some(head) = text.find('>') else { return Err(failed("the chart has no root element")) };
    let label = format!(" role=\"img\">\n<title>{}</title>\n<desc>{}</desc>", markup(title), markup(description));
    text.replace_range(head..=head, &label);
    Ok(text)
}

fn markup(text: &str) -> String {
    visible(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

impl Canvas<'_> {
    /// Writes text in one line; `size` is its height in pixels, the point is at half of it.
    pub(crate) fn text(&self, at: (i32, i32), text: &str, size: i32, color: RGBColor, anchor: Anchor) -> Drawn {
        let across = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        // The SVG writer divides by 1.24 to get from plotters' size to pixels an em.
        let style = (FONT, f64::from(size) * 1.24).into_font().color(&color).pos(Pos::new(across, VPos::Center));
        self.area.draw(&Text::new(visible(text), at, style)).map_err(failed)
    }

    /// Writes text cut to a width in pixels.
    pub(crate) fn fit(&self, at: (i32, i32), text: &str, size: i32, width: i32, anchor: Anchor) -> Drawn {
        let style = (FONT, f64::from(size) * 1.24).into_text_style(&self.area);
        let mut longest = 120;
        loop {
            let short = excerpt(text, longest);
            let (wide, _) = self.area.estimate_text_size(&short, &style).map_err(failed)?;
            // A little more than the text takes: glyphs are measured for the whole height of a line, not for an em.
            if wide <= width as u32 || longest <= 4 {
                return self.text(at, &short, size, INK, anchor);
            }
            longest = longest.min(short.chars().count()) - 2;
        }
    }

    /// Fills a rectangle from its upper left to its lower right corner.
    pub(crate) fn rect(&self, from: (i32, i32), to: (i32, i32), color: RGBColor) -> Drawn {
        self.area.draw(&Rectangle::new([from, to], color.filled())).map_err(failed)
    }

    /// Draws a line of one pixel.
    pub(crate) fn line(&self, from: (i32, i32), to: (i32, i32), color: RGBColor) -> Drawn {
        self.area.draw(&PathElement::new([from, to], color)).map_err(failed)
    }

    /// Marks a finding; colour and shape both tell the level.
    pub(crate) fn mark(&self, (x, y): (i32, i32), level: Level) -> Drawn {
        let color = level_color(level).filled();
        match level {
            Level::Critical => {
                let points = vec![(x, y - 7), (x + 7, y), (x, y + 7), (x - 7, y)];
                self.area.draw(&Polygon::new(points, color)).map_err(failed)
            }
            Level::High => {
                let points = vec![(x, y - 6), (x + 6, y + 5), (x - 6, y + 5)];
                self.area.draw(&Polygon::new(points, color)).map_err(failed)
            }
            Level::Medium => self.area.draw(&Rectangle::new([(x - 4, y - 4), (x + 4, y + 4)], color)).map_err(failed),
            Level::Low | Level::Informational => self.area.draw(&Circle::new((x, y), 3, color)).map_err(failed),
        }
    }

    /// Says that there is nothing to draw.
    pub(crate) fn nothing(&self, at: (i32, i32), why: &str) -> Drawn {
        self.text(at, why, 15, FADED, Anchor::Middle)
    }
}

/// The colour of a level.
pub(crate) fn level_color(level: Level) -> RGBColor {
    match level {
        Level::Critical => RGBColor(0xd5, 0x5e, 0x00),
        Level::High => RGBColor(0xe6, 0x9f, 0x00),
        Level::Medium => RGBColor(0x00, 0x72, 0xb2),
        Level::Low => RGBColor(0x56, 0xb4, 0xe9),
        Level::Informational => GREY,
    }
}
