//! The colours, signs and sizes that all charts share.

use crate::rule::Level;
use plotters::style::RGBColor;

/// Width of every chart, in pixels of CSS: an A4 page between margins of 20 mm, so that 10 pixels print as 7 points.
pub(crate) const WIDTH: i32 = 680;
/// Air at the left and right edge.
pub(crate) const MARGIN: i32 = 12;

/// Text and axes.
pub(crate) const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
/// Secondary text.
pub(crate) const FADED: RGBColor = RGBColor(0x55, 0x55, 0x55);
/// Grid lines.
pub(crate) const GRID: RGBColor = RGBColor(0xdd, 0xdd, 0xdd);
/// Whatever is not worth a colour of its own.
pub(crate) const GREY: RGBColor = RGBColor(0x99, 0x99, 0x99);

/// Colours that stay apart with any colour vision: <https://jfly.uni-koeln.de/color/>. Neighbours differ in lightness
/// too, so that they stay apart on paper without colour.
pub(crate) const PALETTE: [RGBColor; 7] = [
    RGBColor(0x00, 0x72, 0xb2),
    RGBColor(0xe6, 0x9f, 0x00),
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0xf0, 0xe4, 0x42),
    RGBColor(0xcc, 0x79, 0xa7),
    RGBColor(0x56, 0xb4, 0xe9),
    RGBColor(0xd5, 0x5e, 0x00),
];

/// What went through.
pub(crate) const SUCCEEDED: RGBColor = PALETTE[0];
/// What was refused.
pub(crate) const FAILED: RGBColor = PALETTE[1];
/// What the intruder did.
pub(crate) const INTRUDER: RGBColor = PALETTE[6];
/// Behind what the intruder did.
pub(crate) const INTRUDER_TINT: RGBColor = RGBColor(0xf7, 0xd9, 0xc2);
/// What an application did for the intruder.
pub(crate) const SERVANT: RGBColor = RGBColor(0x9c, 0x3f, 0x72);
/// Behind what an application did.
pub(crate) const SERVANT_TINT: RGBColor = RGBColor(0xf0, 0xda, 0xe7);
/// What the owner did at the own desk that is told all the same.
pub(crate) const DESK: RGBColor = RGBColor(0x8a, 0x62, 0x00);
/// Behind what the owner did.
pub(crate) const DESK_TINT: RGBColor = RGBColor(0xf7, 0xe7, 0xbf);
/// What the response did.
pub(crate) const RESPONSE: RGBColor = RGBColor(0x00, 0x6d, 0x50);
/// Water on the map.
pub(crate) const SEA: RGBColor = RGBColor(0xee, 0xf3, 0xf7);
/// Land on the map.
pub(crate) const LAND: RGBColor = RGBColor(0xd5, 0xd5, 0xcd);

/// A mark of about 12 pixels, in the picture and in its legend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    /// A filled box.
    Box(RGBColor),
    /// An empty box.
    Frame(RGBColor),
    /// A box of a light colour with strokes of a dark one.
    Strokes(RGBColor, RGBColor),
    /// A hatched box.
    Hatch,
    /// A finding; colour and shape both tell the level.
    Level(Level),
    /// Something was left behind.
    Opened,
    /// Something that was left behind was taken away.
    Closed,
    /// A step of the response, by its letter.
    Step(char),
    /// Small upright strokes.
    Ticks(RGBColor),
    /// Half a circle for what succeeded beside half a one for what failed.
    Halves,
    /// A small ring.
    Ring,
    /// Stands over a place where an intruder was.
    Diamond,
}

/// The colour of a level.
pub(crate) fn level_color(level: Level) -> RGBColor {
    match level {
        Level::Critical => PALETTE[6],
        Level::High => PALETTE[1],
        Level::Medium => PALETTE[0],
        Level::Low => PALETTE[5],
        Level::Informational => GREY,
    }
}
