//! A sheet with a title, a note and a text alternative, and the few marks that charts draw on it.

use super::Picture;
use super::ink::{FADED, FAILED, GREY, GRID, INK, INTRUDER, MARGIN, RESPONSE, SUCCEEDED, Sign, WIDTH, level_color};
use super::measure::{FONT, cut, font_is_known, lines, width};
use crate::output::escape::{excerpt, markup, visible};
use crate::rule::Level;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::cell::RefCell;
use std::fmt::Write;
use std::io;

/// Size of a title and of the text below it.
const TITLE: i32 = 16;
const NOTE: i32 = 11;
/// Distance of the lines of a note.
pub(crate) const LINE: i32 = 15;
/// Characters of a text alternative.
const TOLD: usize = 1_200;

/// From the middle of a diamond to its corners, in pixels.
pub(crate) const DIAMOND: f64 = 5.0;

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
    below: RefCell<String>,
    above: RefCell<String>,
}

/// Anything that can go wrong while drawing into memory.
pub(crate) type Drawn = io::Result<()>;

fn failed(cause: impl std::fmt::Display) -> io::Error {
    io::Error::other(cause.to_string())
}

/// What stands around a drawing.
pub(crate) struct Sheet {
    file: String,
    title: String,
    alt: String,
    note: Vec<String>,
}

impl Sheet {
    /// A sheet for a file of the case folder; the text alternative `alt` says what the picture shows.
    pub(crate) fn new(file: &str, title: &str, note: &str, alt: &str) -> Self {
        Self {
            file: file.to_owned(),
            title: excerpt(title, TOLD),
            alt: excerpt(alt, TOLD),
            note: lines(note, NOTE, WIDTH - 2 * MARGIN),
        }
    }

    /// Where the drawing begins.
    pub(crate) fn top(&self) -> i32 {
        42 + LINE * self.note.len() as i32
    }

    /// Draws down to `bottom`, in pixels.
    pub(crate) fn draw(self, bottom: i32, draw: impl FnOnce(&Canvas<'_>) -> Drawn) -> io::Result<Picture> {
        if !font_is_known() {
            return Err(failed("the embedded font cannot be read"));
        }
        let mut text = String::new();
        let (below, above) = {
            let area = SVGBackend::with_string(&mut text, (WIDTH as u32, bottom as u32)).into_drawing_area();
            let canvas = Canvas { area, below: RefCell::default(), above: RefCell::default() };
            canvas.area.fill(&WHITE).map_err(failed)?;
            canvas.fit((MARGIN, 20), &self.title, TITLE, WIDTH - 2 * MARGIN, Anchor::Start)?;
            for (number, line) in self.note.iter().enumerate() {
                canvas.text((MARGIN, 42 + LINE * number as i32), line, NOTE, FADED, Anchor::Start)?;
            }
            draw(&canvas)?;
            canvas.area.present().map_err(failed)?;
            (canvas.below.take(), canvas.above.take())
        };
        self.label(&mut text, &below, &above)?;
        Ok(Picture { file: self.file, title: self.title, alt: self.alt, svg: text })
    }

    /// Adds what readers that cannot see need, and what was drawn below and above.
    fn label(&self, text: &mut String, below: &str, above: &str) -> Drawn {
        // Several charts stand in one page: the ids carry the name of the file.
        let name = self.file.trim_start_matches("charts/").trim_end_matches(".svg");
        let (title, alt) = (markup(&self.title), markup(&self.alt));
        let ground = text.find("/>").map(|at| at + 2).ok_or_else(|| failed("the chart has no ground"))?;
        text.insert_str(ground, below);
        let head = text.find('>').ok_or_else(|| failed("the chart has no root element"))?;
        let label = format!(
            " role=\"img\" aria-labelledby=\"{name}-title {name}-desc\">\n<title id=\"{name}-title\">{title}</title>\n\
             <desc id=\"{name}-desc\">{alt}</desc>"
        );
        text.replace_range(head..=head, &label);
        let end = text.rfind("</svg>").ok_or_else(|| failed("the chart has no end"))?;
        text.insert_str(end, above);
        Ok(())
    }
}

impl Canvas<'_> {
    /// Writes text in one line; `size` is its em in pixels, the point is at half of its height.
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
    pub(crate) fn fit(&self, at: (i32, i32), text: &str, size: i32, most: i32, anchor: Anchor) -> Drawn {
        self.text(at, &cut(text, size, most), size, INK, anchor)
    }

    /// Fills a rectangle from its upper left to its lower right corner.
    pub(crate) fn rect(&self, from: (i32, i32), to: (i32, i32), color: RGBColor) -> Drawn {
        self.area.draw(&Rectangle::new([from, to], color.filled())).map_err(failed)
    }

    /// Draws the outline of a rectangle.
    pub(crate) fn frame(&self, from: (i32, i32), to: (i32, i32), color: RGBColor) -> Drawn {
        self.area.draw(&Rectangle::new([from, to], color)).map_err(failed)
    }

    /// Hatches a rectangle.
    pub(crate) fn hatch(&self, from: (i32, i32), to: (i32, i32)) -> Drawn {
        self.rect(from, to, GRID)?;
        let high = to.1 - from.1;
        for foot in (from.0..to.0 + high).step_by(6) {
            // A stroke from the lower edge up to the right, cut at both sides.
            let (left, right) = ((foot - high).max(from.0), foot.min(to.0));
            if left < right {
                self.line((left, to.1 - (left - (foot - high))), (right, to.1 - (right - (foot - high))), GREY)?;
            }
        }
        self.frame(from, to, GREY)
    }

    /// Draws a line of one pixel.
    pub(crate) fn line(&self, from: (i32, i32), to: (i32, i32), color: RGBColor) -> Drawn {
        self.area.draw(&PathElement::new([from, to], color)).map_err(failed)
    }

    fn polygon(&self, points: &[(i32, i32)], style: impl Into<ShapeStyle>) -> Drawn {
        self.area.draw(&Polygon::new(points, style)).map_err(failed)
    }

    /// Draws a sign, centred.
    pub(crate) fn sign(&self, (x, y): (i32, i32), sign: Sign) -> Drawn {
        let (from, to) = ((x - 6, y - 6), (x + 6, y + 6));
        match sign {
            Sign::Box(color) => self.rect(from, to, color),
            Sign::Frame(color) => self.frame(from, to, color),
            Sign::Strokes(tint, color) => {
                self.rect((x - 9, y - 6), (x + 9, y + 6), tint)?;
                [-7, -1, 2, 7].iter().try_for_each(|dx| self.rect((x + dx, y - 6), (x + dx + 1, y + 6), color))
            }
            Sign::Hatch => self.hatch((x - 9, y - 6), (x + 9, y + 6)),
            Sign::Level(level) => self.level((x, y), level),
            Sign::Opened => self.polygon(&[(x, y - 6), (x + 6, y + 5), (x - 6, y + 5)], INK.filled()),
            Sign::Closed => {
                let corners = [(x, y + 6), (x + 6, y - 5), (x - 6, y - 5), (x, y + 6)];
                self.polygon(&corners, WHITE.filled())?;
                self.area.draw(&PathElement::new(corners, INK)).map_err(failed)
            }
            Sign::Step(letter) => {
                self.rect(from, to, RESPONSE)?;
                self.text((x, y), letter.encode_utf8(&mut [0; 4]), 10, WHITE, Anchor::Middle)
            }
            Sign::Ticks(color) => {
                [-6, -3, 1, 3, 6].iter().try_for_each(|dx| self.line((x + dx, y - 3), (x + dx, y + 3), color))
            }
            Sign::Halves => {
                self.half((x, y), 7.0, true);
                self.half((x, y), 5.0, false);
                Ok(())
            }
            Sign::Ring => {
                self.ring((f64::from(x), f64::from(y)));
                Ok(())
            }
            Sign::Diamond => {
                self.diamond((f64::from(x), f64::from(y)));
                Ok(())
            }
        }
    }

    fn level(&self, (x, y): (i32, i32), level: Level) -> Drawn {
        let color = level_color(level).filled();
        match level {
            Level::Critical => self.polygon(&[(x, y - 7), (x + 7, y), (x, y + 7), (x - 7, y)], color),
            Level::High => self.polygon(&[(x, y - 6), (x + 6, y + 5), (x - 6, y + 5)], color),
            Level::Medium => self.rect((x - 4, y - 4), (x + 4, y + 4), level_color(level)),
            Level::Low | Level::Informational => self.area.draw(&Circle::new((x, y), 3, color)).map_err(failed),
        }
    }

    fn half(&self, (x, y): (i32, i32), radius: f64, left: bool) {
        self.half_circle((f64::from(x), f64::from(y)), radius, left);
    }

    /// Half a circle: the left one for what succeeded, the right one for what failed.
    pub(crate) fn half_circle(&self, (x, y): (f64, f64), radius: f64, left: bool) {
        let (sweep, color) = if left { (0, SUCCEEDED) } else { (1, FAILED) };
        let path = format!("M{x:.1} {:.1}A{radius:.1} {radius:.1} 0 0 {sweep} {x:.1} {:.1}Z", y - radius, y + radius);
        self.above(&format!("<path d=\"{path}\" fill=\"{}\" stroke=\"#FFFFFF\" stroke-width=\"0.8\"/>\n", hex(color)));
    }

    /// A small ring.
    pub(crate) fn ring(&self, (x, y): (f64, f64)) {
        let ink = hex(FADED);
        self.above(&format!(
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\" fill=\"#FFFFFF\" stroke=\"{ink}\" stroke-width=\"1.5\"/>\n"
        ));
    }

    /// A diamond, which marks a place where an intruder was; [`DIAMOND`] is its reach.
    pub(crate) fn diamond(&self, (x, y): (f64, f64)) {
        let (up, down, left, right) = (y - DIAMOND, y + DIAMOND, x - DIAMOND, x + DIAMOND);
        let path = format!("M{x:.1} {up:.1}L{right:.1} {y:.1}L{x:.1} {down:.1}L{left:.1} {y:.1}Z");
        let (white, color, ink) = (hex(WHITE), hex(INTRUDER), hex(INK));
        self.above(&format!("<path d=\"{path}\" fill=\"none\" stroke=\"{white}\" stroke-width=\"3.5\"/>\n"));
        self.above(&format!("<path d=\"{path}\" fill=\"{color}\" stroke=\"{ink}\" stroke-width=\"1.2\"/>\n"));
    }

    /// Adds markup of numbers and colours, never of log text, below everything that is drawn.
    pub(crate) fn below(&self, markup: &str) {
        self.below.borrow_mut().push_str(markup);
    }

    fn above(&self, markup: &str) {
        self.above.borrow_mut().push_str(markup);
    }

    /// Says that there is nothing to draw.
    pub(crate) fn nothing(&self, y: i32, why: &str) -> Drawn {
        let told = lines(why, 13, WIDTH - 120);
        let first = y - (told.len() as i32 - 1) * 9;
        (0..)
            .zip(&told)
            .try_for_each(|(number, line)| self.text((WIDTH / 2, first + number * 18), line, 13, FADED, Anchor::Middle))
    }

    /// Signs and what they mean, from left to right, in as many lines as they need; [`legend_height`] of them.
    pub(crate) fn legend(&self, top: i32, items: &[(Sign, String)]) -> Drawn {
        for ((x, row), (sign, text)) in places(items).into_iter().zip(items) {
            let y = top + 8 + row * KEY;
            self.sign((x + 9, y), *sign)?;
            self.fit((x + 24, y), text, NOTE, WIDTH - MARGIN - x - 24, Anchor::Start)?;
        }
        Ok(())
    }
}

/// Height of a line of a legend.
const KEY: i32 = 19;

/// The height of a legend.
pub(crate) fn legend_height(items: &[(Sign, String)]) -> i32 {
    places(items).last().map_or(0, |(_, row)| (row + 1) * KEY)
}

/// Where each item of a legend stands: pixels from the left, and line.
fn places(items: &[(Sign, String)]) -> Vec<(i32, i32)> {
    let (mut x, mut row) = (MARGIN, 0);
    let mut places = Vec::new();
    for (_, text) in items {
        let wide = 24 + width(text, NOTE) + 16;
        if x > MARGIN && x + wide > WIDTH - MARGIN {
            (x, row) = (MARGIN, row + 1);
        }
        places.push((x, row));
        x += wide;
    }
    places
}

/// `#0072B2`.
pub(crate) fn hex(color: RGBColor) -> String {
    let mut text = String::from("#");
    for part in [color.0, color.1, color.2] {
        let _ = write!(text, "{part:02X}");
    }
    text
}
