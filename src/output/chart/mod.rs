//! A case to pictures: SVG with one embedded font's measures, the same bytes for the same case.

mod canvas;
mod events;
mod hours;
mod scale;
mod sign_ins;
mod story;

pub(crate) use story::{draw as story_text, stories, story_svg};

use super::folder::Sink;
use super::view::View;
use std::io::{self, Write};
use std::sync::OnceLock;

/// The charts of the whole case, each drawn when first asked for: the report holds them too.
#[derive(Debug, Default)]
pub(crate) struct Charts {
    events: Drawing,
    hours: Drawing,
    sign_ins: Drawing,
}

/// A drawing, or why there is none.
type Drawing = OnceLock<io::Result<String>>;

fn once<'a>(drawing: &'a Drawing, view: &View<'_>, draw: fn(&View<'_>) -> io::Result<String>) -> io::Result<&'a str> {
    let drawn = drawing.get_or_init(|| draw(view));
    drawn.as_deref().map_err(|cause| io::Error::new(cause.kind(), cause.to_string()))
}

/// The text of `charts/events.svg`.
pub(crate) fn events_text<'a>(view: &'a View<'_>) -> io::Result<&'a str> {
    once(&view.charts.events, view, events::draw)
}

/// The text of `charts/hours.svg`.
pub(crate) fn hours_text<'a>(view: &'a View<'_>) -> io::Result<&'a str> {
    once(&view.charts.hours, view, hours::draw)
}

/// The text of `charts/signins.svg`.
pub(crate) fn sign_ins_text<'a>(view: &'a View<'_>) -> io::Result<&'a str> {
    once(&view.charts.sign_ins, view, sign_ins::draw)
}

/// Writes `charts/events.svg`.
pub(crate) fn events_svg(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    sink.write_all(events_text(view)?.as_bytes())
}

/// Writes `charts/hours.svg`.
pub(crate) fn hours_svg(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    sink.write_all(hours_text(view)?.as_bytes())
}

/// Writes `charts/signins.svg`.
pub(crate) fn sign_ins_svg(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    sink.write_all(sign_ins_text(view)?.as_bytes())
}
